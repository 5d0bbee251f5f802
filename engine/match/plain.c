/*
 * plain.c - a person read straight from the record, step by step. See
 * oracle.h.
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
