/*
 * plain_lines.c - every line of one pair, worked out step by step from what
 * plain.c read. See oracle.h.
 */
#include <string.h>

#include "engine/base/intmath.h"
#include "engine/match/oracle.h"

static int64_t
dot(const struct inc_space *s, const int8_t *x, const int8_t *y)
{
    int64_t sum = 0;

    for (uint32_t d = 0; d < inc_space_dim(s); d++)
        sum += (int64_t)x[d] * y[d];
    return sum;
}

/* What one skill is worth for one of the concepts asked. */
struct worth {
    uint32_t have, sim, cosine, quality, skill, concept;
    int same, meets;
};

static struct worth
worth_of(const struct inc_plan *p, const struct inc_line_spec *spec,
         const struct inc_plain *person, uint32_t k, uint32_t i)
{
    const struct inc_space *s = p->world->space;
    const struct inc_plain_skill *skill = &person->skills[k];
    struct worth w = {.cosine = INC_BP, .skill = k, .concept = i};
    uint32_t a = spec->concepts[i];

    w.quality = inc_level_fit_bp(skill->held.level, spec->level);
    w.quality = w.quality * inc_evidence_bp(skill->held.evidence) / INC_BP;
    w.quality = w.quality *
                inc_recency_bp(skill->held.half_year, p->half_year) / INC_BP;
    w.same = a == skill->concept;
    if (!w.same)
        w.cosine = inc_cosine_bp(
            dot(s, inc_space_row(s, a), inc_space_row(s, skill->concept)),
            inc_space_norm2(s, a), inc_space_norm2(s, skill->concept));
    w.sim = inc_similarity_bp(w.cosine);
    w.have = w.sim - w.sim * inc_loss(w.quality) / 65536;
    w.meets = w.same && skill->held.level >= spec->level &&
              skill->held.evidence != INC_EVIDENCE_IMPLIED;
    return w;
}

/* More, or as much and liker, or as like and the very skill. */
static int
is_better(const struct worth *a, const struct worth *b)
{
    if (a->have == 0)
        return 0;
    if (a->have == b->have && a->sim == b->sim)
        return a->same && !b->same;
    return a->have == b->have ? a->sim > b->sim : a->have > b->have;
}

static unsigned
plain_why(const struct inc_line *line, const struct worth *w,
          const struct inc_plan *p)
{
    unsigned why = INC_WHY(SIMILAR);

    if (w->same)
        why = w->concept < line->spec->n_own ? INC_WHY(EXACT)
                                             : INC_WHY(ALTERNATIVE);
    if (line->held.level < line->spec->level)
        why |= INC_WHY(LEVEL_LOW);
    if (line->held.evidence == INC_EVIDENCE_IMPLIED)
        why |= INC_WHY(IMPLIED);
    else if (line->held.evidence != INC_EVIDENCE_CERTIFIED)
        why |= INC_WHY(EVIDENCE);
    if (inc_recency_bp(line->held.half_year, p->half_year) < INC_BP)
        why |= INC_WHY(OLD);
    return why;
}

/* The best of the person's skills for one requirement. */
static void
plain_requirement(struct inc_line *line, const struct inc_plan *p,
                  const struct inc_plain *person)
{
    const struct inc_line_spec *spec = line->spec;
    struct worth most = {.skill = person->n}, meets = {.skill = person->n};
    const struct worth *shown;
    int trainable = spec->requirement->trainable_hours > 0;
    int known =
        INC_HAS(person->record, INC_CANDIDATE_SKILLS) && spec->n_concepts > 0;

    for (uint32_t k = 0; k < person->n; k++)
        for (uint32_t i = 0; i < spec->n_concepts; i++) {
            struct worth w = worth_of(p, spec, person, k, i);
            if (is_better(&w, &most))
                most = w;
            if (w.meets && is_better(&w, &meets))
                meets = w;
        }
    line->cover_bp = most.have;
    line->lo = inc_points(spec->max, most.have);
    line->hi = known ? line->lo : (int32_t)spec->max;
    if (most.have == 0) {
        line->status = known ? INC_LINE_NOT_MET : INC_LINE_UNKNOWN;
        line->why = known ? INC_WHY(MISSING) : INC_WHY(NOT_ASKED);
        if (trainable)
            line->why |= INC_WHY(TRAINABLE);
        return;
    }
    shown = meets.skill < person->n ? &meets : &most;
    if (shown == &meets && meets.have < most.have) {
        line->also_word = most.skill;
        line->also_cosine_bp = most.cosine;
    }
    line->word = shown->skill;
    line->cosine_bp = shown->cosine;
    line->quality_bp = shown->quality;
    line->held = person->skills[shown->skill].held;
    line->status = shown == &meets ? INC_LINE_MET : INC_LINE_PARTLY;
    line->why = plain_why(line, shown, p);
    if (line->status != INC_LINE_MET && trainable && line->cover_bp < INC_BP)
        line->why |= INC_WHY(TRAINABLE);
}

/* Status of a line that covers between lo and hi basis points. */
static void
plain_between(struct inc_line *line, uint32_t lo, uint32_t hi)
{
    line->cover_bp = lo;
    line->lo = inc_points(line->spec->max, lo);
    line->hi = inc_points(line->spec->max, hi);
    if (lo == INC_BP)
        line->status = INC_LINE_MET;
    else if (lo == 0 && hi > 0)
        line->status = INC_LINE_UNKNOWN;
    else
        line->status = lo == 0 ? INC_LINE_NOT_MET : INC_LINE_PARTLY;
}

static void
plain_language(struct inc_line *line, const struct inc_candidate *c)
{
    uint32_t lo = 0, hi = 0;

    line->cefr = -1;
    for (uint32_t i = 0; i < c->n_languages; i++) {
        const struct inc_language *l = &c->languages[i];
        const int64_t level[INC_ABILITIES] = {l->listening, l->reading,
                                              l->interaction, l->production,
                                              l->writing};
        if (strcmp(l->lang, line->spec->lang) != 0)
            continue;
        for (int a = 0; a < INC_ABILITIES; a++) {
            if (!INC_HAS(l, INC_LANGUAGE_LISTENING + a)) {
                hi += INC_BP;
                line->why |= INC_WHY(NOT_ASKED);
                continue;
            }
            if (line->cefr < 0 || level[a] < line->cefr)
                line->cefr = (int)level[a];
            lo += inc_cefr_bp((int)level[a], line->spec->cefr);
            hi += inc_cefr_bp((int)level[a], line->spec->cefr);
        }
        if (line->cefr >= 0 && line->cefr < line->spec->cefr)
            line->why |= INC_WHY(BELOW);
        plain_between(line, lo / INC_ABILITIES, hi / INC_ABILITIES);
        return;
    }
    if (INC_HAS(c, INC_CANDIDATE_LANGUAGES)) {
        line->why = INC_WHY(MISSING);
        plain_between(line, 0, 0);
    } else {
        line->why = INC_WHY(NOT_ASKED);
        plain_between(line, 0, INC_BP);
    }
}

static void
plain_licence(struct inc_line *line, const struct inc_plain *person)
{
    int known = INC_HAS(person->record, INC_CANDIDATE_LICENCES);

    if ((person->licences & line->spec->licences) != 0) {
        plain_between(line, INC_BP, INC_BP);
        return;
    }
    line->why = known ? INC_WHY(MISSING) : INC_WHY(NOT_ASKED);
    plain_between(line, 0, known ? 0 : INC_BP);
}

static void
plain_education(struct inc_line *line, const struct inc_candidate *c)
{
    unsigned best = 0;

    for (uint32_t i = 0; i < c->n_education; i++)
        if (INC_HAS(&c->education[i], INC_EDUCATION_EQF) &&
            (unsigned)c->education[i].eqf > best)
            best = (unsigned)c->education[i].eqf;
    if (!INC_HAS(c, INC_CANDIDATE_EDUCATION) ||
        (c->n_education > 0 && best == 0)) {
        line->why = INC_WHY(NOT_ASKED);
        plain_between(line, 0, INC_BP);
        return;
    }
    plain_between(line, inc_eqf_bp(best, line->spec->eqf),
                  inc_eqf_bp(best, line->spec->eqf));
    if (line->status != INC_LINE_MET)
        line->why = INC_WHY(BELOW);
}

static void
plain_affinity(struct inc_line *line, const struct inc_plan *p,
               const struct inc_plain *person)
{
    const struct inc_space *s = p->world->space;
    int64_t pull = 0, sum[INC_DIM_MAX] = {0};
    uint64_t norm2 = 0, both;
    uint32_t bp = 0;
    int known = INC_HAS(person->record, INC_CANDIDATE_SKILLS);

    for (uint32_t k = 0; k < person->n; k++)
        for (uint32_t d = 0; d < inc_space_dim(s); d++)
            sum[d] += (int64_t)inc_space_idf(s, person->skills[k].concept) *
                      inc_space_row(s, person->skills[k].concept)[d];
    for (uint32_t d = 0; d < inc_space_dim(s); d++) {
        pull += sum[d] * p->u[d];
        norm2 += (uint64_t)(sum[d] * sum[d]);
    }
    both = p->u_norm * inc_isqrt(norm2);
    if (pull > 0 && both > 0)
        bp = (uint32_t)((uint64_t)pull * INC_BP / both);
    if (bp > INC_BP)
        bp = INC_BP;
    if (!known)
        line->why = INC_WHY(NOT_ASKED);
    plain_between(line, bp, known ? bp : INC_BP);
}

/* Nearby trades, every pair of the two short lists looked at. */
static void
plain_trades(struct inc_line *line, const struct inc_plan *p,
             const struct inc_plain *person)
{
    int known = INC_HAS(person->record, INC_CANDIDATE_SKILLS);
    uint64_t sum = 0, most = 0;
    uint32_t bp;

    line->occupation = INC_NO_CONCEPT;
    for (uint32_t i = 0; i < p->n_trades; i++)
        for (uint32_t j = 0; j < person->n_trades; j++) {
            uint64_t both =
                (uint64_t)p->trades[i].weight * person->trades[j].weight;
            if (p->trades[i].occupation != person->trades[j].occupation)
                continue;
            sum += both;
            if (both > most) {
                most = both;
                line->occupation = p->trades[i].occupation;
            }
        }
    bp = (uint32_t)(sum / INC_BP);
    if (bp > INC_BP)
        bp = INC_BP;
    if (!known)
        line->why = INC_WHY(NOT_ASKED);
    plain_between(line, bp, known ? bp : INC_BP);
}

static unsigned
modes_of(const struct inc_mobility *m)
{
    int car_known = INC_HAS(m, INC_MOBILITY_CAR);
    unsigned modes = 0;

    if (!INC_HAS(m, INC_MOBILITY_MODES))
        modes = 1u << INC_MODE_WALK | 1u << INC_MODE_BUS;
    for (uint32_t i = 0; i < m->n_modes; i++)
        modes |= 1u << m->modes[i];
    if (car_known && !m->car)
        modes &= ~(1u << INC_MODE_CAR);
    if (car_known && m->car && !INC_HAS(m, INC_MOBILITY_MODES))
        modes |= 1u << INC_MODE_CAR;
    return modes;
}

static uint32_t
fastest(uint32_t metres, unsigned modes, int *mode)
{
    uint32_t best = UINT32_MAX;

    *mode = INC_MODE_WALK;
    for (int m = 0; m < INC_MODE_COUNT; m++)
        if ((modes >> m & 1u) != 0 &&
            inc_geo_minutes(metres, (enum inc_mode)m) < best) {
            best = inc_geo_minutes(metres, (enum inc_mode)m);
            *mode = m;
        }
    return best == UINT32_MAX ? inc_geo_minutes(metres, INC_MODE_WALK) : best;
}

/* Take points away, never more than there are. */
static void
plain_take(struct inc_line *line, const struct inc_tally *so_far, int32_t worst,
           int32_t best)
{
    line->lo = -(worst < so_far->lo ? worst : so_far->lo);
    line->hi = -(best < so_far->hi ? best : so_far->hi);
}

static void
plain_distance(struct inc_line *line, const struct inc_plan *p,
               const struct inc_candidate *c, const struct inc_tally *so_far,
               int32_t *worst, int32_t *best)
{
    const struct inc_mobility *m = &c->mobility;
    uint16_t home = INC_NO_COMUNE;
    unsigned modes = modes_of(m);
    int any;

    line->limit = INC_HAS(m, INC_MOBILITY_MAX_MINUTES)
                      ? (uint32_t)m->max_minutes
                      : INC_MINUTES_DEFAULT;
    if (INC_HAS(c, INC_CANDIDATE_HOME))
        home = inc_geo_find(p->world->geo, c->home, strlen(c->home));
    *worst = INC_PENALTY_MAX_BP;
    *best = 0;
    if (home == INC_NO_COMUNE) {
        line->status = INC_LINE_UNKNOWN;
        line->why = INC_WHY(NOT_ASKED);
        line->mode = -1;
        plain_take(line, so_far, *worst, *best);
        return;
    }
    line->metres = inc_geo_metres(p->world->geo, p->comune, home);
    line->minutes = fastest(line->metres, modes, &line->mode);
    *worst = *best =
        (int32_t)inc_distance_penalty_bp(line->minutes, line->limit);
    if (!INC_HAS(m, INC_MOBILITY_MODES) && !INC_HAS(m, INC_MOBILITY_CAR))
        *best = (int32_t)inc_distance_penalty_bp(
            fastest(line->metres, modes | 1u << INC_MODE_CAR, &any),
            line->limit);
    plain_take(line, so_far, *worst, *best);
    if (line->minutes <= line->limit)
        line->status = INC_LINE_MET;
    else if (*worst != *best)
        line->status = INC_LINE_UNKNOWN;
    else
        line->status = line->minutes < 2 * line->limit ? INC_LINE_PARTLY
                                                       : INC_LINE_NOT_MET;
    if (line->minutes > line->limit)
        line->why |= INC_WHY(FAR);
    if (*worst != *best)
        line->why |= INC_WHY(NOT_ASKED);
}

static void
plain_hours(struct inc_line *line, const struct inc_plan *p,
            const struct inc_plain *person, const struct inc_tally *so_far,
            int32_t *worst, int32_t *best)
{
    const struct inc_availability *v = &person->record->availability;
    uint32_t covered = 0;

    *worst = INC_PENALTY_MAX_BP;
    *best = 0;
    if (!INC_HAS(person->record, INC_CANDIDATE_AVAILABILITY)) {
        line->status = INC_LINE_UNKNOWN;
        line->why = INC_WHY(NOT_ASKED);
        plain_take(line, so_far, *worst, *best);
        return;
    }
    for (uint32_t i = 0; i < p->n_schedule; i++)
        for (uint32_t m = p->schedule[i].from; m < p->schedule[i].to; m++)
            covered += person->week[m];
    if (p->n_schedule == 0)
        covered = p->schedule_minutes;
    if (INC_HAS(v, INC_AVAILABILITY_HOURS_WEEK) && v->hours_week * 60 < covered)
        covered = (uint32_t)v->hours_week * 60;
    line->overlap_minutes = covered;
    *worst = *best =
        (int32_t)inc_hours_penalty_bp(covered, p->schedule_minutes);
    plain_take(line, so_far, *worst, *best);
    line->status = *worst == 0    ? INC_LINE_MET
                   : covered == 0 ? INC_LINE_NOT_MET
                                  : INC_LINE_PARTLY;
    if (*worst != 0)
        line->why = INC_WHY(SHORT_HOURS);
}

void
inc_plain_score(struct inc_tally *total, struct inc_line *lines,
                const struct inc_plan *p, const struct inc_plain *person)
{
    const struct inc_candidate *c = person->record;
    struct inc_tally sum = {0, 0, 0};

    for (uint32_t i = 0; i < p->n_lines; i++) {
        struct inc_line *line = &lines[i];
        int32_t worst = 0, best = 0, middle;

        memset(line, 0, sizeof *line);
        line->spec = &p->lines[i];
        line->word = line->also_word = person->n;
        if (line->spec->kind == INC_LINE_REQUIREMENT)
            plain_requirement(line, p, person);
        if (line->spec->kind == INC_LINE_LANGUAGE)
            plain_language(line, c);
        if (line->spec->kind == INC_LINE_LICENCE)
            plain_licence(line, person);
        if (line->spec->kind == INC_LINE_EDUCATION)
            plain_education(line, c);
        if (line->spec->kind == INC_LINE_AFFINITY)
            plain_affinity(line, p, person);
        if (line->spec->kind == INC_LINE_TRADES)
            plain_trades(line, p, person);
        if (line->spec->kind == INC_LINE_DISTANCE)
            plain_distance(line, p, c, &sum, &worst, &best);
        if (line->spec->kind == INC_LINE_HOURS)
            plain_hours(line, p, person, &sum, &worst, &best);
        if (p->attitude == INC_PRUDENT)
            middle = line->spec->max > 0 ? line->lo : -worst;
        else
            middle = line->spec->max > 0 ? (line->lo + line->hi) / 2
                                         : (-worst - best) / 2;
        line->points = middle < -sum.points ? -sum.points : middle;
        sum.points += line->points;
        sum.lo += line->lo;
        sum.hi += line->hi;
    }
    *total = sum;
}
