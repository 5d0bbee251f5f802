/*
 * A person's skills as words. Every mention of a skill, stated or implied by
 * an occupation held, becomes one 64-bit item that sorts by concept and then
 * by which mention counts:
 *
 *   bits 46..63  concept
 *   bit  45      1 when implied: what is stated counts before it
 *   bits 42..44  7 - level
 *   bits 40..41  3 - evidence
 *   bits 32..39  255 - half-year
 *   bits 0..31   occupation that implies it, 0 when stated
 *
 * so after sorting the first item of each concept is the one to keep.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/date.h"
#include "engine/base/intmath.h"
#include "engine/base/mem.h"
#include "engine/pool/inside.h"

enum {
    CONCEPT_SHIFT = 46,
    IMPLIED_SHIFT = 45,
    LEVEL_SHIFT = 42,
    EVIDENCE_SHIFT = 40,
    HALF_SHIFT = 32
};
_Static_assert(CONCEPT_SHIFT + INC_CONCEPT_BITS == 64, "an item is full");
_Static_assert(INC_HALF_YEARS == 256, "a half-year is 8 bits");

/* Months in an occupation -> level of what it implies. Not told: as a skill
 * without a level. */
enum { MONTHS_BASIC = 6, MONTHS_AUTONOMOUS = 36 };

uint8_t
inc_half_year(int32_t days)
{
    int year, month, day;
    int64_t half;

    inc_date_split(days, &year, &month, &day);
    half = 1 + (int64_t)(year - 1970) * 2 + (month >= 7);
    return (uint8_t)(half < 1 ? 1 : half > 255 ? 255 : half);
}

static uint64_t
item_of(uint32_t concept, int implied, uint32_t level, uint32_t evidence,
        uint32_t half_year, uint32_t by)
{
    return (uint64_t)concept << CONCEPT_SHIFT |
           (uint64_t)implied << IMPLIED_SHIFT |
           (uint64_t)(7 - level) << LEVEL_SHIFT |
           (uint64_t)(3 - evidence) << EVIDENCE_SHIFT |
           (uint64_t)(255 - half_year) << HALF_SHIFT | by;
}

static uint32_t
item_level(uint64_t item)
{
    return 7 - (item >> LEVEL_SHIFT & 7);
}

/* The word of an item, with its raw class. */
static uint32_t
item_word(uint64_t item)
{
    uint32_t evidence = 3 - (uint32_t)(item >> EVIDENCE_SHIFT & 3);
    uint32_t half_year = 255 - (uint32_t)(item >> HALF_SHIFT & 255);

    return INC_WORD(item >> CONCEPT_SHIFT,
                    INC_RAW_CLASS(item_level(item), evidence, half_year));
}

static int
ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* Up to so many are put in their place one by one: what an occupation implies
 * is in order already. */
enum { FEW_ITEMS = 96 };

static void
sort_items(uint64_t *item, size_t n)
{
    if (n > FEW_ITEMS) {
        qsort(item, n, sizeof *item, ascending);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        const uint64_t one = item[i];
        size_t at = i;

        for (; at > 0 && item[at - 1] > one; at--)
            item[at] = item[at - 1];
        item[at] = one;
    }
}

enum { HOPS = 8 }; /* longest chain of replacements followed */

/* The concept to score a skill by: what replaces a retired one that has no
 * vector of its own. */
uint32_t
inc_world_skill(const struct inc_world *w, const char *uri)
{
    const struct inc_taxonomy *t = w->taxonomy;
    uint32_t id = inc_concept_find(t, INC_PILLAR_SKILL, uri, strlen(uri));

    for (int hop = 0; hop < HOPS && id != INC_NO_CONCEPT; hop++) {
        uint32_t next;

        if (inc_space_norm2(w->space, id) != 0 ||
            !inc_concept_retired(t, INC_PILLAR_SKILL, id))
            break;
        next = inc_concept_replacement(t, INC_PILLAR_SKILL, id);
        if (next == INC_NO_CONCEPT)
            break;
        id = next;
    }
    return id;
}

/* Likewise an occupation that is retired and has no skills of its own. */
uint32_t
inc_world_occupation(const struct inc_world *w, const char *uri)
{
    const struct inc_taxonomy *t = w->taxonomy;
    uint32_t id = inc_concept_find(t, INC_PILLAR_OCCUPATION, uri, strlen(uri));

    for (int hop = 0; hop < HOPS && id != INC_NO_CONCEPT; hop++) {
        const uint32_t *skills;
        uint32_t next;

        if (inc_occupation_essential(t, id, &skills) != 0 ||
            !inc_concept_retired(t, INC_PILLAR_OCCUPATION, id))
            break;
        next = inc_concept_replacement(t, INC_PILLAR_OCCUPATION, id);
        if (next == INC_NO_CONCEPT)
            break;
        id = next;
    }
    return id;
}

static int
push(struct inc_scratch *s, size_t *n, uint64_t item)
{
    void *items = s->items;

    if (inc_mem_grow(&items, &s->items_cap, *n, sizeof *s->items) != 0)
        return -1;
    s->items = items;
    s->items[(*n)++] = item;
    return 0;
}

static uint32_t
clamp(int64_t v, uint32_t max)
{
    return v < 0 ? 0 : v > max ? max : (uint32_t)v;
}

static int
collect_stated(struct inc_person *out, struct inc_scratch *s, size_t *n,
               const struct inc_world *w, const struct inc_candidate *c)
{
    for (uint32_t i = 0; i < c->n_skills; i++) {
        const struct inc_skill *skill = &c->skills[i];
        uint32_t id = inc_world_skill(w, skill->uri);
        uint32_t level = INC_LEVEL_DEFAULT, evidence = INC_EVIDENCE_DECLARED;
        uint32_t half_year = 0;

        if (id == INC_NO_CONCEPT) {
            out->n_unknown++;
            continue;
        }
        if (INC_HAS(skill, INC_SKILL_LEVEL))
            level = clamp(skill->level, INC_LEVEL_MAX);
        if (INC_HAS(skill, INC_SKILL_EVIDENCE))
            evidence = clamp(skill->evidence, INC_EVIDENCE_CERTIFIED);
        if (INC_HAS(skill, INC_SKILL_LAST_USED))
            half_year = inc_half_year((int32_t)skill->last_used);
        if (push(s, n, item_of(id, 0, level, evidence, half_year, 0)) != 0)
            return -1;
    }
    return 0;
}

static uint32_t
level_by_months(const struct inc_held *held)
{
    if (!INC_HAS(held, INC_HELD_MONTHS))
        return INC_LEVEL_DEFAULT;
    if (held->months < MONTHS_BASIC)
        return 1;
    return held->months < MONTHS_AUTONOMOUS ? 2 : 3;
}

static int
collect_implied(struct inc_person *out, struct inc_scratch *s, size_t *n,
                const struct inc_world *w, const struct inc_candidate *c)
{
    for (uint32_t i = 0; i < c->n_occupations; i++) {
        const struct inc_held *held = &c->occupations[i];
        uint32_t id = inc_world_occupation(w, held->uri);
        uint32_t level = level_by_months(held), half_year = 0;
        const uint32_t *skills = NULL;
        size_t n_skills;

        if (id == INC_NO_CONCEPT) {
            out->n_unknown++;
            continue;
        }
        if (INC_HAS(held, INC_HELD_LAST))
            half_year = inc_half_year((int32_t)held->last);
        n_skills = inc_occupation_essential(w->taxonomy, id, &skills);
        for (size_t k = 0; k < n_skills; k++) {
            uint64_t item = item_of(skills[k], 1, level, INC_EVIDENCE_IMPLIED,
                                    half_year, id);

            if (push(s, n, item) != 0)
                return -1;
        }
    }
    return 0;
}

/* One word's part in INC_DIM_STEP components of p. A product is at most 127 *
 * 127, which 16 bits hold: vectors of those are what every machine multiplies
 * well. */
static inline void
add_part(int32_t sum[restrict INC_DIM_STEP],
         const int8_t row[restrict INC_DIM_STEP], int16_t idf)
{
    for (size_t i = 0; i < INC_DIM_STEP; i++)
        sum[i] += (int16_t)(idf * row[i]);
}

/* isqrt of the squared length of p = sum of idf_j * e_j. Exact: every
 * component is at most INC_WORDS_MAX * 127 * 127 < 2^27, the sum of the
 * INC_DIM_MAX squares under 2^63. */
static uint32_t
norm_of(struct inc_scratch *s, const struct inc_space *space,
        const uint32_t *words, size_t n)
{
    const size_t dim = inc_space_dim(space);
    uint64_t squares = 0;

    for (size_t w = 0; w < n; w++) {
        s->rows[w] = inc_space_row(space, INC_WORD_CONCEPT(words[w]));
        s->idf[w] = (int16_t)inc_space_idf(space, INC_WORD_CONCEPT(words[w]));
    }
    for (size_t d = 0; d < dim; d += INC_DIM_STEP) {
        int32_t sum[INC_DIM_STEP] = {0};

        for (size_t w = 0; w < n; w++)
            add_part(sum, s->rows[w] + d, s->idf[w]);
        for (size_t i = 0; i < INC_DIM_STEP; i++)
            squares += (uint64_t)((int64_t)sum[i] * sum[i]);
    }
    return (uint32_t)inc_isqrt(squares);
}

/* Keep the first item of each concept. Stated ones come to the front of the
 * words; a skill stated at level 0 is no word and cannot be implied. */
static void
settle(struct inc_person *out, struct inc_scratch *s, size_t n)
{
    uint64_t last = UINT64_MAX;
    uint32_t stated = 0, implied = 0;
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        uint64_t concept = s->items[i] >> CONCEPT_SHIFT;

        if (concept == last)
            continue;
        last = concept;
        if (s->items[i] >> IMPLIED_SHIFT & 1)
            s->items[kept++] = s->items[i];
        else if (item_level(s->items[i]) != 0 && stated < INC_WORDS_MAX)
            s->words[stated++] = item_word(s->items[i]);
    }
    for (; implied < kept && stated + implied < INC_WORDS_MAX; implied++) {
        s->words[stated + implied] = item_word(s->items[implied]);
        s->implied_by[implied] = (uint32_t)s->items[implied];
    }
    out->words = s->words;
    out->n_words = stated + implied;
    out->n_stated = stated;
    out->implied_by = s->implied_by;
}

/* The trades nearest to all of a person's skills. */
static int
find_trades(struct inc_person *out, struct inc_scratch *s,
            const struct inc_space *space)
{
    if (s->hits == NULL)
        s->hits = inc_mem_zero(inc_space_occupations(space), sizeof *s->hits);
    if (s->hits == NULL)
        return -1;
    for (uint32_t w = 0; w < out->n_words; w++)
        s->skills[w] = INC_WORD_CONCEPT(out->words[w]);
    out->trades = s->trades;
    out->n_trades = (uint32_t)inc_space_trades(space, s->trades, s->skills,
                                               out->n_words, s->hits);
    return 0;
}

enum inc_status
inc_words_read(struct inc_person *out, struct inc_scratch *s,
               const struct inc_world *w, const struct inc_candidate *c,
               struct inc_err *err)
{
    size_t n = 0;

    out->n_unknown = 0;
    if (collect_stated(out, s, &n, w, c) != 0 ||
        collect_implied(out, s, &n, w, c) != 0)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a person's skills");
    sort_items(s->items, n);
    settle(out, s, n);
    out->norm = norm_of(s, w->space, out->words, out->n_words);
    if (find_trades(out, s, w->space) != 0)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a person's skills");
    return INC_OK;
}
