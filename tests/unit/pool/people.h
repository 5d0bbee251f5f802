/*
 * people.h - records made from one number, their seed, and checks of a pool
 * against a model: an array of seeds, 0 is nobody there.
 */
#ifndef INC_TESTS_UNIT_POOL_PEOPLE_H
#define INC_TESTS_UNIT_POOL_PEOPLE_H

#include "tests/unit/pool/world.h"

enum { SOME = 40 };

static const char *const offices[] = {"cpi-lucca", "cpi-massa", "cpi-novara"};

/* ---- people made of a seed ---- */

struct record {
    struct inc_candidate c;
    struct inc_skill skills[SOME];
    struct inc_held held[3];
    struct inc_language languages[3];
    struct inc_window windows[5], absences[3];
    int64_t licences[2];
    char id[24];
};

static void
make_skills(struct record *r, struct inc_rng *rng, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        r->skills[i] = (struct inc_skill){
            .has = BIT(INC_SKILL_URI) | BIT(INC_SKILL_LEVEL) |
                   BIT(INC_SKILL_EVIDENCE) |
                   (inc_rng_below(rng, 2) ? BIT(INC_SKILL_LAST_USED) : 0),
            .uri = skill_uri(inc_rng_below(rng, 60) * 17),
            .level = inc_rng_below(rng, 5),
            .evidence = inc_rng_below(rng, 3),
            .last_used = 9000 + inc_rng_below(rng, 12000)};
    r->c.skills = r->skills;
    r->c.n_skills = n;
}

static void
make_record(struct record *r, uint64_t seed)
{
    struct inc_rng rng = {seed};
    struct inc_availability *a = &r->c.availability;

    memset(r, 0, sizeof *r);
    (void)snprintf(r->id, sizeof r->id, "p%llu", (unsigned long long)seed);
    r->c.id = r->id;
    if (seed % 7 == 0) /* nothing known but the id */
        return;
    r->c.has = BIT(INC_CANDIDATE_ID) | BIT(INC_CANDIDATE_OFFICE) |
               BIT(INC_CANDIDATE_SKILLS) | BIT(INC_CANDIDATE_AVAILABILITY) |
               BIT(INC_CANDIDATE_LICENCES) | BIT(INC_CANDIDATE_UPDATED);
    if (seed % 3 != 0) {
        r->c.has |= BIT(INC_CANDIDATE_HOME);
        r->c.home = seed % 3 == 1 ? "046017" : "046033";
    }
    r->c.office = offices[inc_rng_below(&rng, 3)];
    r->c.updated = 20000 + inc_rng_below(&rng, 500);
    make_skills(r, &rng, inc_rng_below(&rng, SOME));
    r->c.occupations = r->held;
    r->c.n_occupations = inc_rng_below(&rng, 4);
    for (uint32_t i = 0; i < r->c.n_occupations; i++)
        r->held[i] = (struct inc_held){
            .has = BIT(INC_HELD_URI) | BIT(INC_HELD_MONTHS),
            .uri = inc_rng_below(&rng, 8) == 0
                       ? "http://test/occupation/none"
                       : occupation_uri(inc_rng_below(&rng, 50)),
            .months = inc_rng_below(&rng, 60)};
    r->c.languages = r->languages;
    r->c.n_languages = inc_rng_below(&rng, 4);
    for (uint32_t i = 0; i < r->c.n_languages; i++)
        r->languages[i] =
            (struct inc_language){.has = inc_rng_below(&rng, 64),
                                  .lang = i == 0   ? "it"
                                          : i == 1 ? "ar"
                                                   : "fr",
                                  .listening = inc_rng_below(&rng, 7)};
    r->c.licences = r->licences;
    r->c.n_licences = inc_rng_below(&rng, 3);
    for (uint32_t i = 0; i < r->c.n_licences; i++)
        r->licences[i] = inc_rng_below(&rng, INC_LICENCE_COUNT);
    a->has = BIT(INC_AVAILABILITY_WINDOWS);
    if (seed % 5 == 0) {
        r->c.has |= BIT(INC_CANDIDATE_MOBILITY);
        r->c.mobility.has = BIT(INC_MOBILITY_MAX_MINUTES);
        r->c.mobility.max_minutes = 5 + (int64_t)(seed % 90);
    }
    a->windows = r->windows;
    a->n_windows = inc_rng_below(&rng, 6);
    for (uint32_t i = 0; i < a->n_windows; i++)
        r->windows[i] = (struct inc_window){.day = inc_rng_below(&rng, 7),
                                            .from = 360 + 60 * i,
                                            .to = 500 + 60 * i};
}

/* ---- what a row must be: the same record in a pool of its own ---- */

static struct inc_pool *
alone(uint64_t no, uint64_t seed)
{
    struct inc_pool_builder *b;
    struct inc_pool *p;
    struct record r;

    make_record(&r, seed);
    assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
    assert_int_equal(inc_pool_add_candidate(b, no, &r.c, NULL), INC_OK);
    assert_int_equal(inc_pool_end(&p, b, NULL, 1, NULL), INC_OK);
    return p;
}

static void
same_words(const struct inc_block *a, const struct inc_person *x,
           const struct inc_block *b, const struct inc_person *y)
{
    const struct inc_class *of_a, *of_b;

    (void)inc_block_classes(a, &of_a);
    (void)inc_block_classes(b, &of_b);
    assert_int_equal(x->n_words, y->n_words);
    assert_int_equal(x->n_stated, y->n_stated);
    for (uint32_t i = 0; i < x->n_words; i++) {
        assert_int_equal(INC_WORD_CONCEPT(x->words[i]),
                         INC_WORD_CONCEPT(y->words[i]));
        assert_memory_equal(&of_a[INC_WORD_CLASS(x->words[i])],
                            &of_b[INC_WORD_CLASS(y->words[i])], sizeof *of_a);
    }
    assert_memory_equal(x->implied_by, y->implied_by,
                        (x->n_words - x->n_stated) * sizeof *x->implied_by);
}

static void
same_person(const struct inc_block *a, const struct inc_person *x,
            const struct inc_block *b, const struct inc_person *y)
{
    assert_int_equal(x->no, y->no);
    assert_string_equal(x->id, y->id);
    assert_int_equal(x->tie, y->tie);
    same_words(a, x, b, y);
    assert_int_equal(x->n_unknown, y->n_unknown);
    assert_int_equal(x->norm, y->norm);
    assert_int_equal(x->known, y->known);
    assert_int_equal(x->n_languages, y->n_languages);
    assert_memory_equal(x->languages, y->languages,
                        x->n_languages * sizeof *x->languages);
    assert_int_equal(x->licences, y->licences);
    assert_int_equal(x->eqf, y->eqf);
    assert_int_equal(x->home, y->home);
    assert_int_equal(x->modes, y->modes);
    assert_int_equal(x->max_minutes, y->max_minutes);
    assert_int_equal(x->from, y->from);
    assert_int_equal(x->until, y->until);
    assert_int_equal(x->hours_week, y->hours_week);
    assert_int_equal(x->n_windows, y->n_windows);
    assert_memory_equal(x->windows, y->windows,
                        x->n_windows * sizeof *x->windows);
    assert_string_equal(inc_block_office(a, x->office),
                        inc_block_office(b, y->office));
    assert_int_equal(x->updated, y->updated);
    assert_int_equal(x->n_trades, y->n_trades);
    assert_memory_equal(x->trades, y->trades, x->n_trades * sizeof *x->trades);
}

/* ---- a pool against its model ---- */

static int
is_dead(const struct inc_pool *p, size_t block, uint32_t row)
{
    return (int)(inc_pool_dead(p, block)[row / 64] >> (row % 64) & 1);
}

/* Classes are numbered without gaps, each once, each used by a row. */
static void
check_classes(const struct inc_block *b)
{
    static uint32_t words[INC_WORDS_MAX];
    const struct inc_class *of;
    uint32_t n = inc_block_classes(b, &of), used = 0;
    unsigned char seen[INC_CLASSES_MAX] = {0};

    for (uint32_t row = 0; row < inc_block_rows(b); row++) {
        uint32_t n_words = inc_block_words(b, row, words);

        for (uint32_t i = 0; i < n_words; i++) {
            assert_true(INC_WORD_CLASS(words[i]) < n);
            used += !seen[INC_WORD_CLASS(words[i])];
            seen[INC_WORD_CLASS(words[i])] = 1;
        }
    }
    assert_int_equal(used, n);
    memset(seen, 0, sizeof seen);
    for (uint32_t i = 0; i < n; i++) {
        unsigned raw =
            of[i].level * 1024u + of[i].evidence * 256u + of[i].half_year;

        assert_false(seen[raw]);
        seen[raw] = 1;
    }
}

/* The order of rows, worked out the slow way: the trade of the largest weight,
 * the home, the trade of the next weight, then the number. */
static void
kind_of(const struct inc_person *p, uint64_t kind[4])
{
    unsigned char used[INC_TRADES] = {0};

    for (int k = 0; k < 3; k += 2) {
        uint32_t best = INC_TRADES;

        for (uint32_t i = 0; i < p->n_trades; i++) {
            if (!used[i] && (best == INC_TRADES ||
                             p->trades[i].weight > p->trades[best].weight))
                best = i;
        }
        kind[k] = UINT32_MAX;
        if (best == INC_TRADES)
            continue;
        used[best] = 1;
        kind[k] = p->trades[best].occupation;
        if (world.trade_rank != NULL)
            kind[k] = world.trade_rank[kind[k]];
    }
    kind[1] = p->home;
    kind[3] = p->no;
}

static void
in_order(const struct inc_person *before, const struct inc_person *after)
{
    uint64_t a[4], b[4];
    int i = 0;

    kind_of(before, a);
    kind_of(after, b);
    while (i < 3 && a[i] == b[i])
        i++;
    assert_true(a[i] < b[i]);
}

/* What the columns say of a row is what the row says. */
static void
check_columns(const struct inc_block *b, uint32_t row,
              const struct inc_person *p)
{
    const struct inc_person_language *languages;
    struct inc_columns c;
    uint32_t n;

    inc_block_columns(b, &c);
    assert_int_equal(c.rows, inc_block_rows(b));
    assert_int_equal(c.skill_at[row + 1] - c.skill_at[row], p->n_words);
    for (uint32_t i = 0; i < p->n_words; i++)
        assert_int_equal(c.skill[c.skill_at[row] + i],
                         INC_WORD_CONCEPT(p->words[i]));
    assert_int_equal(c.home[row], p->home);
    assert_int_equal(c.office[row], p->office);
    assert_true(c.office[row] < c.n_offices);
    assert_true(c.licences[row] < c.n_licence_sets);
    assert_int_equal(c.licence_sets[c.licences[row]], p->licences);
    assert_true(c.languages[row] < c.n_language_sets);
    languages = inc_block_languages(b, c.languages[row], &n);
    assert_int_equal(n, p->n_languages);
    assert_ptr_equal(languages, p->languages);
    assert_true(c.from[row] < c.n_days && c.until[row] < c.n_days &&
                c.updated[row] < c.n_days);
    assert_int_equal(c.days[c.from[row]], p->from);
    assert_int_equal(c.days[c.until[row]], p->until);
    assert_int_equal(c.days[c.updated[row]], p->updated);
}

/* How many name each skill is what the live rows say. */
static __attribute__((unused)) void
check_naming(const struct inc_pool *p)
{
    const uint32_t skills = inc_concept_count(the_taxonomy, INC_PILLAR_SKILL);
    uint32_t *want = calloc(skills + 1u, sizeof *want);
    static struct inc_room room;

    assert_non_null(want);
    for (size_t i = 0; i < inc_pool_blocks(p); i++)
        for (uint32_t row = 0; row < inc_block_rows(inc_pool_block(p, i));
             row++) {
            struct inc_person x;

            if (is_dead(p, i, row))
                continue;
            inc_block_person(inc_pool_block(p, i), row, &room, &x);
            for (uint32_t k = 0; k < x.n_stated; k++)
                want[INC_WORD_CONCEPT(x.words[k])]++;
        }
    assert_memory_equal(inc_pool_people_naming(p), want, skills * sizeof *want);
    free(want);
}

/* Every person is where the model says and nobody else is; `deep`: as their
 * record read alone. */
static __attribute__((unused)) void
check_people(const struct inc_pool *p, const uint64_t *model, uint64_t numbers,
             int deep)
{
    static struct inc_room room, other;
    uint64_t people = 0, unknown = 0;
    size_t block;
    uint32_t at;

    for (size_t i = 0; i < inc_pool_blocks(p); i++) {
        const struct inc_block *b = inc_pool_block(p, i);
        struct inc_person x, y, before = {0};
        uint32_t live = 0;

        check_classes(b);
        for (uint32_t row = 0; row < inc_block_rows(b); row++) {
            inc_block_person(b, row, &room, &x);
            if (row > 0)
                in_order(&before, &x);
            before = x;
            if (deep)
                check_columns(b, row, &x);
            if (is_dead(p, i, row))
                continue;
            live++;
            unknown += x.n_unknown;
            assert_true(x.no < numbers && model[x.no] != 0);
            assert_int_equal(inc_pool_find(p, x.no, &block, &at), 0);
            assert_true(block == i && at == row);
            if (deep) {
                struct inc_pool *one = alone(x.no, model[x.no]);

                inc_block_person(inc_pool_block(one, 0), 0, &other, &y);
                same_person(b, &x, inc_pool_block(one, 0), &y);
                inc_pool_drop(one);
            }
        }
        assert_int_equal(inc_pool_live(p, i), live);
        people += live;
    }
    assert_int_equal(inc_pool_people(p), people);
    assert_int_equal(inc_pool_unknown(p), unknown);
    check_naming(p);
    for (uint64_t no = 0; no < numbers; no++) {
        people -= model[no] != 0;
        assert_int_equal(inc_pool_find(p, no, &block, &at) == 0,
                         model[no] != 0);
    }
    assert_int_equal(people, 0);
}

#endif
