#include "engine/match/score.h"

#include <string.h>

uint32_t
inc_affinity_bp(const struct inc_plan *p, uint32_t norm, int64_t pull)
{
    uint64_t both = p->u_norm * norm, bp;

    if (pull <= 0 || both == 0)
        return 0;
    bp = (uint64_t)pull * INC_BP / both;
    return bp > INC_BP ? INC_BP : (uint32_t)bp;
}

uint32_t
inc_journey(const struct inc_plan *p, uint16_t home, unsigned modes,
            uint32_t *metres, int *mode)
{
    uint32_t best = UINT32_MAX;

    *metres = inc_geo_metres(p->world->geo, p->comune, home);
    *mode = INC_MODE_WALK;
    for (int m = 0; m < INC_MODE_COUNT; m++) {
        uint32_t minutes;
        if ((modes >> m & 1u) == 0)
            continue;
        minutes = inc_geo_minutes(*metres, (enum inc_mode)m);
        if (minutes < best) {
            best = minutes;
            *mode = m;
        }
    }
    return best == UINT32_MAX ? inc_geo_minutes(*metres, INC_MODE_WALK) : best;
}

static uint32_t
spans_overlap(const struct inc_span *a, uint32_t n, const struct inc_span *b,
              uint32_t m)
{
    uint32_t i = 0, j = 0, sum = 0;

    while (i < n && j < m) {
        uint32_t from = a[i].from > b[j].from ? a[i].from : b[j].from;
        uint32_t to = a[i].to < b[j].to ? a[i].to : b[j].to;
        if (to > from)
            sum += to - from;
        if (a[i].to < b[j].to)
            i++;
        else
            j++;
    }
    return sum;
}

uint32_t
inc_overlap(const struct inc_plan *p, const struct inc_person *person)
{
    uint32_t covered = p->schedule_minutes;
    uint32_t hours = person->hours_week * 60u;

    if (p->n_schedule != 0 && (person->known & INC_KNOWN_WINDOWS) != 0)
        covered = spans_overlap(p->schedule, p->n_schedule, person->windows,
                                person->n_windows);
    if (hours != 0 && hours < covered)
        covered = hours;
    return covered;
}

/* A line that gives points: from what is covered at least and at most. */
static void
give(struct inc_line *line, uint32_t lo_bp, uint32_t hi_bp, int64_t attitude)
{
    line->lo = inc_points(line->spec->max, lo_bp);
    line->hi = inc_points(line->spec->max, hi_bp);
    line->cover_bp = lo_bp;
    line->points =
        attitude == INC_NEUTRAL ? (line->lo + line->hi) / 2 : line->lo;
}

static enum inc_line_status
status_of(uint32_t lo_bp, uint32_t hi_bp)
{
    if (lo_bp == INC_BP)
        return INC_LINE_MET;
    if (lo_bp != hi_bp && lo_bp == 0)
        return INC_LINE_UNKNOWN;
    return lo_bp == 0 ? INC_LINE_NOT_MET : INC_LINE_PARTLY;
}

static void
requirement(struct inc_line *line, const struct inc_plan *p,
            const struct inc_person *person, const uint16_t *cover)
{
    uint32_t bp = cover[line->spec->lane];
    int known =
        (person->known & INC_KNOWN_SKILLS) != 0 && line->spec->n_concepts > 0;

    give(line, bp, known ? bp : INC_BP, p->attitude);
    line->status = status_of(bp, known ? bp : INC_BP);
    if (line->status == INC_LINE_NOT_MET)
        line->why = INC_WHY(MISSING);
    if (line->status == INC_LINE_UNKNOWN)
        line->why = INC_WHY(NOT_ASKED);
    if (line->spec->requirement->trainable_hours > 0 &&
        line->status != INC_LINE_MET)
        line->why |= INC_WHY(TRAINABLE);
}

static void
language(struct inc_line *line, const struct inc_plan *p,
         const struct inc_person *person)
{
    const struct inc_person_language *l = NULL;
    uint32_t lo = 0, hi = 0;

    line->cefr = -1;
    for (uint32_t i = 0; i < person->n_languages && l == NULL; i++)
        if (memcmp(person->languages[i].lang, line->spec->lang, 2) == 0)
            l = &person->languages[i];
    if (l == NULL) {
        int known = (person->known & INC_KNOWN_LANGUAGES) != 0;
        hi = known ? 0 : INC_BP;
        line->why = known ? INC_WHY(MISSING) : INC_WHY(NOT_ASKED);
    } else {
        for (int i = 0; i < INC_ABILITIES; i++) {
            if (l->cefr[i] < 0) {
                hi += INC_BP;
                line->why |= INC_WHY(NOT_ASKED);
                continue;
            }
            if (line->cefr < 0 || l->cefr[i] < line->cefr)
                line->cefr = (int)l->cefr[i];
            lo += inc_cefr_bp(l->cefr[i], line->spec->cefr);
            hi += inc_cefr_bp(l->cefr[i], line->spec->cefr);
        }
        lo /= INC_ABILITIES;
        hi /= INC_ABILITIES;
        if (line->cefr >= 0 && line->cefr < line->spec->cefr)
            line->why |= INC_WHY(BELOW);
    }
    give(line, lo, hi, p->attitude);
    line->status = status_of(lo, hi);
}

static void
licence(struct inc_line *line, const struct inc_plan *p,
        const struct inc_person *person)
{
    int known = (person->known & INC_KNOWN_LICENCES) != 0;
    int has = (person->licences & line->spec->licences) != 0;
    uint32_t lo = has ? INC_BP : 0;
    uint32_t hi = has || !known ? INC_BP : 0;

    give(line, lo, hi, p->attitude);
    line->status = status_of(lo, hi);
    if (!has)
        line->why = known ? INC_WHY(MISSING) : INC_WHY(NOT_ASKED);
}

static void
education(struct inc_line *line, const struct inc_plan *p,
          const struct inc_person *person)
{
    int known = (person->known & INC_KNOWN_EDUCATION) != 0;
    uint32_t lo = known ? inc_eqf_bp(person->eqf, line->spec->eqf) : 0;
    uint32_t hi = known ? lo : INC_BP;

    give(line, lo, hi, p->attitude);
    line->status = status_of(lo, hi);
    if (line->status != INC_LINE_MET)
        line->why = known ? INC_WHY(BELOW) : INC_WHY(NOT_ASKED);
}

static void
affinity(struct inc_line *line, const struct inc_plan *p,
         const struct inc_person *person, int64_t pull)
{
    uint32_t bp = inc_affinity_bp(p, person->norm, pull);
    int known = (person->known & INC_KNOWN_SKILLS) != 0;

    give(line, bp, known ? bp : INC_BP, p->attitude);
    line->status = status_of(bp, known ? bp : INC_BP);
    if (!known)
        line->why = INC_WHY(NOT_ASKED);
}

static void
trades(struct inc_line *line, const struct inc_plan *p,
       const struct inc_person *person)
{
    uint32_t bp = inc_trades_bp(p->trades, p->n_trades, person->trades,
                                person->n_trades, &line->occupation);
    int known = (person->known & INC_KNOWN_SKILLS) != 0;

    give(line, bp, known ? bp : INC_BP, p->attitude);
    line->status = status_of(bp, known ? bp : INC_BP);
    if (!known)
        line->why = INC_WHY(NOT_ASKED);
}

/* A line that takes points away: at most what is there, so that no sum falls
 * under 0 and every sum stays a sum. */
static void
take(struct inc_line *line, const struct inc_tally *so_far, uint32_t worst,
     uint32_t best, int64_t attitude)
{
    int32_t lo = -(int32_t)worst, hi = -(int32_t)best;
    int32_t mid = attitude == INC_NEUTRAL ? (lo + hi) / 2 : lo;

    line->lo = lo < -so_far->lo ? -so_far->lo : lo;
    line->hi = hi < -so_far->hi ? -so_far->hi : hi;
    line->points = mid < -so_far->points ? -so_far->points : mid;
}

static void
distance(struct inc_line *line, const struct inc_plan *p,
         const struct inc_person *person, const struct inc_tally *so_far)
{
    uint32_t worst, best, minutes, metres;
    int mode;
    unsigned with_car = person->modes | 1u << INC_MODE_CAR;

    line->limit =
        person->max_minutes == 0 ? INC_MINUTES_DEFAULT : person->max_minutes;
    if ((person->known & INC_KNOWN_HOME) == 0) {
        take(line, so_far, INC_PENALTY_MAX_BP, 0, p->attitude);
        line->status = INC_LINE_UNKNOWN;
        line->why = INC_WHY(NOT_ASKED);
        line->mode = -1;
        return;
    }
    line->minutes =
        inc_journey(p, person->home, person->modes, &line->metres, &line->mode);
    worst = best = inc_distance_penalty_bp(line->minutes, line->limit);
    if ((person->known & (INC_KNOWN_MODES | INC_KNOWN_CAR)) == 0) {
        minutes = inc_journey(p, person->home, with_car, &metres, &mode);
        best = inc_distance_penalty_bp(minutes, line->limit);
    }
    take(line, so_far, worst, best, p->attitude);
    line->status = line->minutes <= line->limit      ? INC_LINE_MET
                   : worst != best                   ? INC_LINE_UNKNOWN
                   : line->minutes < 2 * line->limit ? INC_LINE_PARTLY
                                                     : INC_LINE_NOT_MET;
    if (line->minutes > line->limit)
        line->why |= INC_WHY(FAR);
    if (worst != best)
        line->why |= INC_WHY(NOT_ASKED);
}

static void
hours(struct inc_line *line, const struct inc_plan *p,
      const struct inc_person *person, const struct inc_tally *so_far)
{
    uint32_t cost;

    if ((person->known & INC_KNOWN_AVAILABILITY) == 0) {
        take(line, so_far, INC_PENALTY_MAX_BP, 0, p->attitude);
        line->status = INC_LINE_UNKNOWN;
        line->why = INC_WHY(NOT_ASKED);
        return;
    }
    line->overlap_minutes = inc_overlap(p, person);
    cost = inc_hours_penalty_bp(line->overlap_minutes, p->schedule_minutes);
    take(line, so_far, cost, cost, p->attitude);
    line->status = cost == 0                    ? INC_LINE_MET
                   : line->overlap_minutes == 0 ? INC_LINE_NOT_MET
                                                : INC_LINE_PARTLY;
    if (cost != 0)
        line->why = INC_WHY(SHORT_HOURS);
}

void
inc_score_line(struct inc_line *line, const struct inc_line_spec *spec,
               const struct inc_plan *p, const struct inc_person *person,
               const uint16_t *cover, int64_t pull,
               const struct inc_tally *so_far)
{
    *line = (struct inc_line){
        .spec = spec, .word = person->n_words, .also_word = person->n_words};
    switch (spec->kind) {
    case INC_LINE_REQUIREMENT:
        requirement(line, p, person, cover);
        break;
    case INC_LINE_LANGUAGE:
        language(line, p, person);
        break;
    case INC_LINE_LICENCE:
        licence(line, p, person);
        break;
    case INC_LINE_EDUCATION:
        education(line, p, person);
        break;
    case INC_LINE_AFFINITY:
        affinity(line, p, person, pull);
        break;
    case INC_LINE_TRADES:
        trades(line, p, person);
        break;
    case INC_LINE_DISTANCE:
        distance(line, p, person, so_far);
        break;
    case INC_LINE_HOURS:
    case INC_LINE_KINDS:
        hours(line, p, person, so_far);
        break;
    }
}

void
inc_score(struct inc_tally *total, struct inc_line *lines,
          const struct inc_plan *p, const struct inc_person *person,
          const uint16_t *cover, int64_t pull)
{
    struct inc_tally sum = {0, 0, 0};
    struct inc_line one;

    for (uint32_t i = 0; i < p->n_lines; i++) {
        struct inc_line *line = lines != NULL ? &lines[i] : &one;

        inc_score_line(line, &p->lines[i], p, person, cover, pull, &sum);
        sum.points += line->points;
        sum.lo += line->lo;
        sum.hi += line->hi;
    }
    *total = sum;
}
