/*
 * plain.c - one person against one need, read straight from the record and
 * worked out step by step. See oracle.h.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/intmath.h"
#include "engine/match/oracle.h"

/* -1, 0 or 1 as a comes before, with or after b. */
static int
compare(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

/* By concept, the better mention first. */
static int
by_concept(const void *a, const void *b)
{
    const struct inc_plain_skill *x = a, *y = b;
    int order = compare(x->concept, y->concept);

    if (order == 0)
        order = compare(y->held.level, x->held.level);
    if (order == 0)
        order = compare(y->held.evidence, x->held.evidence);
    if (order == 0)
        order = compare(y->held.half_year, x->held.half_year);
    return order != 0 ? order : compare(x->implied_by, y->implied_by);
}

/* Sort and keep the best mention of each concept. */
static uint32_t
unique(struct inc_plain_skill *s, uint32_t n)
{
    uint32_t kept = 0;

    if (n > 1)
        qsort(s, n, sizeof *s, by_concept);
    for (uint32_t i = 0; i < n; i++)
        if (kept == 0 || s[kept - 1].concept != s[i].concept)
            s[kept++] = s[i];
    return kept;
}

static int
stated(const struct inc_plain_skill *s, uint32_t n, uint32_t concept)
{
    for (uint32_t i = 0; i < n; i++)
        if (s[i].concept == concept)
            return 1;
    return 0;
}

static uint32_t
read_stated(struct inc_plain_skill *s, const struct inc_world *w,
            const struct inc_candidate *c)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < c->n_skills; i++) {
        const struct inc_skill *k = &c->skills[i];
        uint32_t concept = inc_world_skill(w, k->uri);
        if (concept == INC_NO_CONCEPT)
            continue;
        s[n].concept = concept;
        s[n].implied_by = INC_NO_CONCEPT;
        s[n].held.level = (uint8_t)k->level;
        s[n].held.evidence = (uint8_t)k->evidence;
        s[n].held.half_year = INC_HAS(k, INC_SKILL_LAST_USED)
                                  ? inc_half_year((int32_t)k->last_used)
                                  : 0;
        n++;
    }
    return unique(s, n);
}

static uint32_t
read_implied(struct inc_plain_skill *s, const struct inc_world *w,
             const struct inc_candidate *c, const struct inc_plain_skill *said,
             uint32_t n_said)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < c->n_occupations; i++) {
        const struct inc_held *h = &c->occupations[i];
        const uint32_t *skills;
        uint32_t occ = inc_world_occupation(w, h->uri);
        size_t count =
            occ == INC_NO_CONCEPT
                ? 0
                : inc_occupation_essential(w->taxonomy, occ, &skills);
        int told = INC_HAS(h, INC_HELD_MONTHS);
        for (size_t j = 0; j < count; j++) {
            if (stated(said, n_said, skills[j]))
                continue;
            s[n].concept = skills[j];
            s[n].implied_by = occ;
            s[n].held.level = (uint8_t)(!told            ? 2
                                        : h->months < 6  ? 1
                                        : h->months < 36 ? 2
                                                         : 3);
            s[n].held.evidence = INC_EVIDENCE_IMPLIED;
            s[n].held.half_year =
                INC_HAS(h, INC_HELD_LAST) ? inc_half_year((int32_t)h->last) : 0;
            n++;
        }
    }
    return unique(s, n);
}

static size_t
most_implied(const struct inc_world *w, const struct inc_candidate *c)
{
    size_t n = 0;

    for (uint32_t i = 0; i < c->n_occupations; i++) {
        const uint32_t *skills;
        uint32_t occ = inc_world_occupation(w, c->occupations[i].uri);
        if (occ != INC_NO_CONCEPT)
            n += inc_occupation_essential(w->taxonomy, occ, &skills);
    }
    return n;
}

static void
paint(unsigned char *week, const struct inc_window *w, uint32_t n,
      unsigned char value)
{
    for (uint32_t i = 0; i < n; i++)
        for (int64_t m = w[i].from; m < w[i].to; m++)
            week[w[i].day * 1440 + m] = value;
}

/* What a category contains, one step at a time until nothing is added. */
static uint32_t
with_contained(uint32_t licences)
{
    static const char *const step[][2] = {
        {"DE", "D"},   {"DE", "D1E"}, {"DE", "BE"}, {"D1E", "D1"},
        {"D1E", "BE"}, {"D", "D1"},   {"D", "B"},   {"D1", "B"},
        {"CE", "C"},   {"CE", "C1E"}, {"CE", "BE"}, {"C1E", "C1"},
        {"C1E", "BE"}, {"C", "C1"},   {"C", "B"},   {"C1", "B"},
        {"BE", "B"},   {"B", "B1"},   {"B", "AM"},  {"B1", "AM"},
        {"A", "A2"},   {"A2", "A1"},  {"A1", "AM"}};
    uint32_t before;

    do {
        before = licences;
        for (size_t i = 0; i < INC_COUNT(step); i++)
            for (int a = 0; a < INC_LICENCE_COUNT; a++)
                for (int b = 0; b < INC_LICENCE_COUNT; b++)
                    if ((licences >> a & 1u) != 0 &&
                        strcmp(inc_licence_names[a], step[i][0]) == 0 &&
                        strcmp(inc_licence_names[b], step[i][1]) == 0)
                        licences |= 1u << b;
    } while (licences != before);
    return licences;
}

enum inc_status
inc_plain_read(struct inc_plain *out, const struct inc_world *w,
               const struct inc_candidate *c, struct inc_arena *a,
               struct inc_err *err)
{
    size_t room = c->n_skills + most_implied(w, c);
    struct inc_plain_skill *said, *implied;
    uint32_t n_said, n_implied, n = 0;
    uint32_t *numbers = inc_arena_array(a, room, sizeof *numbers);
    uint32_t *hits =
        inc_arena_array(a, inc_space_occupations(w->space), sizeof *hits);

    memset(out, 0, sizeof *out);
    out->record = c;
    said = inc_arena_array(a, room, sizeof *said);
    implied = inc_arena_array(a, room, sizeof *implied);
    out->skills = inc_arena_array(a, room, sizeof *out->skills);
    if (said == NULL || implied == NULL || out->skills == NULL ||
        numbers == NULL || hits == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "oracle");
    n_said = read_stated(said, w, c);
    n_implied = read_implied(implied, w, c, said, n_said);
    for (uint32_t i = 0; i < n_said; i++)
        if (said[i].held.level > 0)
            out->skills[n++] = said[i];
    out->n_stated = n;
    for (uint32_t i = 0; i < n_implied && n < INC_WORDS_MAX; i++)
        out->skills[n++] = implied[i];
    out->n = n;
    for (uint32_t i = 0; i < n; i++) {
        numbers[i] = out->skills[i].concept;
        out->words[i] = INC_WORD(out->skills[i].concept, 0);
    }
    out->n_trades =
        (uint32_t)inc_space_trades(w->space, out->trades, numbers, n, hits);
    for (uint32_t i = out->n_stated; i < n; i++)
        out->implied_by[i - out->n_stated] = out->skills[i].implied_by;
    if (INC_HAS(&c->availability, INC_AVAILABILITY_WINDOWS))
        paint(out->week, c->availability.windows, c->availability.n_windows, 1);
    else
        memset(out->week, 1, sizeof out->week);
    paint(out->week, c->availability.absences, c->availability.n_absences, 0);
    for (uint32_t i = 0; i < c->n_licences; i++)
        out->licences |= 1u << c->licences[i];
    out->licences = with_contained(out->licences);
    return INC_OK;
}

static int64_t
dot(const struct inc_space *s, const int8_t *x, const int8_t *y)
{
    int64_t sum = 0;

    for (uint32_t d = 0; d < inc_space_dim(s); d++)
        sum += (int64_t)x[d] * y[d];
    return sum;
}

/* The best of the person's skills for one requirement. */
static void
plain_requirement(struct inc_line *line, const struct inc_plan *p,
                  const struct inc_plain *person)
{
    const struct inc_space *s = p->world->space;
    const struct inc_line_spec *spec = line->spec;
    uint32_t best_sim = 0;
    int known =
        INC_HAS(person->record, INC_CANDIDATE_SKILLS) && spec->n_concepts > 0;

    line->word = person->n;
    for (uint32_t k = 0; k < person->n; k++) {
        const struct inc_plain_skill *skill = &person->skills[k];
        uint32_t quality = inc_level_fit_bp(skill->held.level, spec->level);
        quality = quality * inc_evidence_bp(skill->held.evidence) / INC_BP;
        quality = quality *
                  inc_recency_bp(skill->held.half_year, p->half_year) / INC_BP;
        for (uint32_t i = 0; i < spec->n_concepts; i++) {
            uint32_t a = spec->concepts[i], cosine = INC_BP, sim, have;
            if (a != skill->concept)
                cosine = inc_cosine_bp(dot(s, inc_space_row(s, a),
                                           inc_space_row(s, skill->concept)),
                                       inc_space_norm2(s, a),
                                       inc_space_norm2(s, skill->concept));
            sim = inc_similarity_bp(cosine);
            have = sim - sim * inc_loss(quality) / 65536;
            if (have < line->cover_bp || have == 0 ||
                (have == line->cover_bp && sim <= best_sim))
                continue;
            best_sim = sim;
            line->cover_bp = have;
            line->word = k;
            line->concept = i;
            line->cosine_bp = cosine;
            line->quality_bp = quality;
            line->held = skill->held;
        }
    }
    line->lo = inc_points(spec->max, line->cover_bp);
    line->hi = known ? line->lo : (int32_t)spec->max;
    if (line->word == person->n) {
        line->status = known ? INC_LINE_NOT_MET : INC_LINE_UNKNOWN;
        line->why = known ? INC_WHY(MISSING) : INC_WHY(NOT_ASKED);
        if (spec->requirement->trainable_hours > 0)
            line->why |= INC_WHY(TRAINABLE);
        return;
    }
    line->status = best_sim == INC_BP && line->held.level >= spec->level &&
                           line->held.evidence != INC_EVIDENCE_IMPLIED
                       ? INC_LINE_MET
                       : INC_LINE_PARTLY;
    line->why = best_sim < INC_BP             ? INC_WHY(SIMILAR)
                : line->concept < spec->n_own ? INC_WHY(EXACT)
                                              : INC_WHY(ALTERNATIVE);
    if (line->held.level < spec->level)
        line->why |= INC_WHY(LEVEL_LOW);
    if (line->held.evidence == INC_EVIDENCE_IMPLIED)
        line->why |= INC_WHY(IMPLIED);
    else if (line->held.evidence != INC_EVIDENCE_CERTIFIED)
        line->why |= INC_WHY(EVIDENCE);
    if (inc_recency_bp(line->held.half_year, p->half_year) < INC_BP)
        line->why |= INC_WHY(OLD);
    if (line->status != INC_LINE_MET &&
        spec->requirement->trainable_hours > 0 && line->cover_bp < INC_BP)
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
        line->word = person->n;
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
