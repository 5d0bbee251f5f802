/* Trades by hand, against a plain count, and bound to a taxonomy. */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/intmath.h"
#include "engine/base/mem.h"
#include "engine/base/rng.h"
#include "engine/space/trades.h"
#include "tests/unit/space/folder.h"
#include "tests/unit/space/sample.h"

/* idf 1, 1, 125, 127 of the sample's a, b, c, d. */
static struct inc_space *
made(const struct inc_space_parts *p, const struct inc_taxonomy *t)
{
    struct inc_space *s = NULL;
    struct inc_err err;

    if (inc_space_from_parts(&s, p, t, &err) != INC_OK)
        fail_msg("%s", err.what);
    return s;
}

static size_t
trades_of(const struct inc_space *s, struct inc_trade out[INC_TRADES],
          const uint32_t *skills, size_t n)
{
    uint32_t *hits =
        inc_mem_zero(inc_space_occupations(s), sizeof *hits); /* exact: ASan */
    size_t count;

    assert_non_null(hits);
    count = inc_space_trades(s, out, skills, n, hits);
    for (uint32_t o = 0; o < inc_space_occupations(s); o++)
        assert_int_equal(hits[o], 0);
    inc_mem_free(hits);
    return count;
}

static int
setup(void **state)
{
    (void)state;
    return inc_hash_start();
}

static void
occupations_by_name(void **state)
{
    struct inc_space *s = made(&sample, NULL);

    (void)state;
    assert_int_equal(inc_space_occupations(s), SAMPLE_JOBS);
    for (uint32_t o = 0; o < SAMPLE_JOBS; o++)
        assert_string_equal(inc_space_occupation_uri(s, o), sample_jobs[o]);
    inc_space_free(s);
}

/* x lists a, c; y lists b, c; z lists a. Squared idf: a 1, b 1, c 15625.
 * root: x, y isqrt(65536 * 15626) = 32001; z isqrt(65536) = 256. */
static void
by_hand(void **state)
{
    static const uint32_t a[] = {0}, c[] = {2}, ab[] = {0, 1}, d[] = {3};
    struct inc_space *s = made(&sample, NULL);
    struct inc_trade got[INC_TRADES];

    (void)state;
    /* a: x 65536 / 32001 = 2, z 65536 / 256 = 256. r: 7 and 1000; c: 343 and
     * 10^9; n 10^9; weights 0 (dropped) and 10000. */
    assert_int_equal(trades_of(s, got, a, 1), 1);
    assert_int_equal(got[0].occupation, 2);
    assert_int_equal(got[0].weight, 10000);
    /* c: x and y alike; n = isqrt(2 * 10^18) = 1414213562 */
    assert_int_equal(trades_of(s, got, c, 1), 2);
    assert_int_equal(got[0].occupation, 0);
    assert_int_equal(got[1].occupation, 1);
    assert_int_equal(got[0].weight, 7071);
    assert_int_equal(got[1].weight, 7071);
    /* c and a: x 15626 * 65536 / 32001 = 32000, y 15625 * 65536 / 32001 =
     * 31998, z 256. r 1000, 999, 8; c 10^9, 997002999, 512;
     * n = isqrt(10^18 + 997002999^2 + 512^2) = 1412095983 */
    assert_int_equal(trades_of(s, got, (const uint32_t[]){2, 0}, 2), 2);
    assert_int_equal(got[0].weight, 7081);
    assert_int_equal(got[1].weight, 7060);
    assert_int_equal(got[1].occupation, 1);
    assert_int_equal(trades_of(s, got, ab, 2), 1); /* y is as weak as x */
    /* nothing lists d, and no skills are no trades */
    assert_int_equal(trades_of(s, got, d, 1), 0);
    assert_int_equal(trades_of(s, got, NULL, 0), 0);
    inc_space_free(s);
}

static void
none_without_occupations(void **state)
{
    static const uint32_t all[] = {0, 1, 2, 3};
    static const uint32_t nothing[SAMPLE_ROWS + 1] = {0};
    struct inc_space_parts p = sample;
    struct inc_trade got[INC_TRADES];
    struct inc_space *s;

    (void)state;
    p.row_start = nothing; /* occupations that have no skills */
    s = made(&p, NULL);
    assert_int_equal(inc_space_occupations(s), SAMPLE_JOBS);
    assert_int_equal(trades_of(s, got, all, 4), 0);
    inc_space_free(s);
    p.n_occupations = 0;
    p.occupation_uris = NULL;
    p.row_start = NULL;
    p.row_occupations = NULL;
    s = made(&p, NULL);
    assert_int_equal(inc_space_occupations(s), 0);
    assert_int_equal(inc_space_trades(s, got, all, 4, NULL), 0);
    inc_space_free(s);
}

static void
format_1_has_no_trades(void **state)
{
    static const uint32_t all[] = {0, 1, 2, 3};
    struct inc_trade got[INC_TRADES];
    struct inc_space *s = NULL;
    struct inc_err err;

    (void)state;
    if (inc_space_load(&s, "tests/fuzz/corpus/space/format_1", NULL, &err) !=
        INC_OK)
        fail_msg("%s", err.what);
    assert_int_equal(inc_space_rows(s), SAMPLE_ROWS);
    assert_memory_equal(inc_space_row(s, 1), sample_vectors[1], SAMPLE_DIM);
    assert_int_equal(inc_space_occupations(s), 0);
    assert_int_equal(trades_of(s, got, all, 4), 0);
    inc_space_free(s);
}

/* A space of many occupations, each skill in some of them. */
struct many {
    uint32_t rows, jobs;
    struct inc_space_parts parts;
    char (*skill_text)[16], (*job_text)[16];
    const char **skills, **occupations;
    int8_t *vectors;
    uint16_t *idf, *list;
    uint32_t *start;
};

static void
name(char text[16], const char **uri, uint32_t i)
{
    (void)snprintf(text, 16, "%05u", (unsigned)i);
    *uri = text;
}

static void
many_make(struct many *m, uint32_t rows, uint32_t jobs)
{
    *m = (struct many){.rows = rows, .jobs = jobs, .parts = sample};
    m->skill_text = inc_mem_zero(rows, 16);
    m->job_text = inc_mem_zero(jobs, 16);
    m->skills = inc_mem_zero(rows, sizeof *m->skills);
    m->occupations = inc_mem_zero(jobs, sizeof *m->occupations);
    m->vectors = inc_mem_zero(rows, SAMPLE_DIM);
    m->idf = inc_mem_zero(rows, sizeof *m->idf);
    m->list = inc_mem_zero((size_t)rows * jobs, sizeof *m->list);
    m->start = inc_mem_zero((size_t)rows + 1, sizeof *m->start);
    assert_true(m->skill_text && m->job_text && m->skills && m->occupations &&
                m->vectors && m->idf && m->list && m->start);
    for (uint32_t i = 0; i < rows; i++)
        name(m->skill_text[i], &m->skills[i], i);
    for (uint32_t o = 0; o < jobs; o++)
        name(m->job_text[o], &m->occupations[o], o);
    m->parts.rows = rows;
    m->parts.vectors = m->vectors;
    m->parts.idf_milli = m->idf;
    m->parts.uris = m->skills;
    m->parts.n_occupations = jobs;
    m->parts.occupation_uris = m->occupations;
    m->parts.row_start = m->start;
    m->parts.row_occupations = m->list;
}

/* Each skill is listed by one in `odds` occupations. */
static void
many_fill(struct many *m, struct inc_rng *r, uint32_t odds)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < m->rows; i++) {
        m->idf[i] = (uint16_t)inc_rng_below(r, 8200);
        for (uint32_t o = 0; o < m->jobs; o++)
            if (inc_rng_below(r, odds) == 0)
                m->list[at++] = (uint16_t)o;
        m->start[i + 1] = at;
    }
}

static void
many_release(struct many *m)
{
    inc_mem_free(m->skill_text);
    inc_mem_free(m->job_text);
    inc_mem_free(m->skills);
    inc_mem_free(m->occupations);
    inc_mem_free(m->vectors);
    inc_mem_free(m->idf);
    inc_mem_free(m->list);
    inc_mem_free(m->start);
}

/* Twenty occupations with the same two skills: the twelve lowest are kept,
 * 10^9 each: n = isqrt(12 * 10^18) = 3464101615. */
static void
ties_by_number(void **state)
{
    static const uint32_t both[] = {1, 0};
    struct inc_trade got[INC_TRADES];
    struct inc_rng r = {1};
    struct inc_space *s;
    struct many m;

    (void)state;
    many_make(&m, 2, 20);
    many_fill(&m, &r, 1);
    s = made(&m.parts, NULL);
    assert_int_equal(trades_of(s, got, both, 2), INC_TRADES);
    for (uint32_t k = 0; k < INC_TRADES; k++) {
        assert_int_equal(got[k].occupation, k);
        assert_int_equal(got[k].weight, 2886);
    }
    inc_space_free(s);
    many_release(&m);
}

/* The lower number is kept also when it is met later: skill 1 is listed by
 * 12..23, skill 0 by 0..11, all alike. */
static void
ties_in_any_order(void **state)
{
    static const uint32_t down[] = {1, 0};
    struct inc_trade got[INC_TRADES];
    struct inc_space *s;
    struct many m;

    (void)state;
    many_make(&m, 2, 24);
    for (uint16_t o = 0; o < 24; o++)
        m.list[o] = o;
    m.start[1] = 12;
    m.start[2] = 24;
    s = made(&m.parts, NULL);
    assert_int_equal(trades_of(s, got, down, 2), INC_TRADES);
    for (uint32_t k = 0; k < INC_TRADES; k++)
        assert_int_equal(got[k].occupation, k);
    inc_space_free(s);
    many_release(&m);
}

/* A skill of weight 1 among five of 127: 65536 / isqrt(65536 * 80646) is 0,
 * and no trade is the nearest. */
static void
too_weak_for_a_trade(void **state)
{
    static const uint32_t weak[] = {0}, strong[] = {0, 5};
    struct inc_trade got[INC_TRADES];
    struct inc_space *s;
    struct many m;

    (void)state;
    many_make(&m, 6, 1);
    for (uint32_t i = 0; i < 6; i++) {
        m.idf[i] = i == 0 ? 0 : UINT16_MAX;
        m.start[i + 1] = i + 1;
    }
    s = made(&m.parts, NULL);
    assert_int_equal(trades_of(s, got, weak, 1), 0);
    assert_int_equal(trades_of(s, got, strong, 2), 1);
    assert_int_equal(got[0].weight, 10000);
    inc_space_free(s);
    many_release(&m);
}

/* The formula as the header says it, with nothing spared. */
static size_t
plain(const struct inc_space *s, const struct many *m,
      struct inc_trade out[INC_TRADES], const uint32_t *skills, size_t n)
{
    uint64_t *x = inc_mem_zero(m->jobs, sizeof *x);
    uint64_t *root = inc_mem_zero(m->jobs, sizeof *root);
    uint64_t cube[INC_TRADES], most = 0, sum = 0;
    uint32_t best[INC_TRADES];
    size_t kept = 0, count = 0;

    assert_true(x && root);
    for (uint32_t i = 0; i < m->rows; i++) {
        uint64_t idf = inc_space_idf(s, i);
        int has = 0;
        for (size_t k = 0; k < n; k++)
            has |= skills[k] == i;
        for (uint32_t k = m->start[i]; k < m->start[i + 1]; k++) {
            root[m->list[k]] += idf * idf;
            x[m->list[k]] += has ? idf * idf : 0;
        }
    }
    for (uint32_t o = 0; o < m->jobs; o++) {
        root[o] = inc_isqrt(65536 * root[o]);
        x[o] = root[o] == 0 ? 0 : x[o] * 65536 / root[o];
    }
    for (; kept < INC_TRADES; kept++) {
        uint32_t at = 0;
        for (uint32_t o = 1; o < m->jobs; o++)
            if (x[o] > x[at])
                at = o;
        if (x[at] == 0)
            break;
        if (kept == 0)
            most = x[at];
        cube[kept] = 1000 * x[at] / most;
        cube[kept] *= cube[kept] * cube[kept];
        sum += cube[kept] * cube[kept];
        best[kept] = at;
        x[at] = 0;
    }
    for (uint32_t o = 0; o < m->jobs; o++)
        for (size_t k = 0; k < kept; k++)
            if (best[k] == o && 10000 * cube[k] / inc_isqrt(sum) > 0)
                out[count++] = (struct inc_trade){
                    (uint16_t)o, (uint16_t)(10000 * cube[k] / inc_isqrt(sum))};
    inc_mem_free(x);
    inc_mem_free(root);
    return count;
}

static void
same_as_plain(uint32_t rows, uint32_t jobs, uint32_t odds, uint32_t rounds)
{
    struct inc_rng r = {rows * 1000 + jobs};
    struct inc_space *s;
    struct many m;

    many_make(&m, rows, jobs);
    many_fill(&m, &r, odds);
    s = made(&m.parts, NULL);
    for (uint32_t round = 0; round < rounds; round++) {
        struct inc_trade got[INC_TRADES], want[INC_TRADES];
        uint32_t skills[64];
        size_t n = 0, kept;
        for (uint32_t i = 0; i < rows && n < 64; i++)
            if (inc_rng_below(&r, rows) < 1 + round % rows)
                skills[n++] = i;
        for (size_t k = n; k > 1; k--) { /* any order */
            uint32_t other = inc_rng_below(&r, (uint32_t)k);
            uint32_t was = skills[k - 1];
            skills[k - 1] = skills[other];
            skills[other] = was;
        }
        kept = plain(s, &m, want, skills, n);
        if (trades_of(s, got, skills, n) != kept)
            fail_msg("%u rows, %u occupations, round %u: other count",
                     (unsigned)rows, (unsigned)jobs, (unsigned)round);
        for (size_t k = 0; k < kept; k++)
            if (got[k].occupation != want[k].occupation ||
                got[k].weight != want[k].weight)
                fail_msg("%u rows, %u occupations, round %u: trade %zu is "
                         "%u:%u, want %u:%u",
                         (unsigned)rows, (unsigned)jobs, (unsigned)round, k,
                         got[k].occupation, got[k].weight, want[k].occupation,
                         want[k].weight);
    }
    inc_space_free(s);
    many_release(&m);
}

static void
same_as_a_plain_count(void **state)
{
    (void)state;
    same_as_plain(12, 5, 2, 200);
    same_as_plain(40, 30, 3, 200);
    same_as_plain(60, 300, 20, 200);
    /* around the 4,096 occupations that are noted while adding */
    same_as_plain(1, 4096, 1, 2);
    same_as_plain(1, 4097, 1, 2);
    same_as_plain(8, 5000, 2, 16);
}

/* Sums of squares at their largest: 2^18 concepts of idf 127 in one list. */
static void
largest_sums(void **state)
{
    struct inc_trade got[INC_TRADES];
    struct inc_space *s;
    struct many m;
    uint32_t *all = inc_mem_zero(INC_TRADE_ROWS_MAX, sizeof *all);

    (void)state;
    assert_non_null(all);
    many_make(&m, INC_TRADE_ROWS_MAX, 2);
    for (uint32_t i = 0; i < m.rows; i++) {
        (void)snprintf(m.skill_text[i], 16, "%06u", (unsigned)(i % 1000000));
        m.idf[i] = UINT16_MAX;
        m.list[i] = 0;
        m.start[i + 1] = i + 1;
        all[i] = i;
    }
    m.list[m.rows] = 1; /* the last is in the other, too */
    m.start[m.rows]++;
    s = made(&m.parts, NULL);
    /* the first is met whole: x 2^24 + something; the other x 127 * 256 */
    assert_int_equal(trades_of(s, got, all, m.rows), 1);
    assert_int_equal(got[0].occupation, 0);
    assert_int_equal(got[0].weight, 10000);
    /* one skill of 2^18, and the whole of the other */
    assert_int_equal(trades_of(s, got, &all[m.rows - 1], 1), 1);
    assert_int_equal(got[0].occupation, 1);
    inc_space_free(s);
    many_release(&m);
    inc_mem_free(all);
}

static void
likeness(void **state)
{
    static const struct inc_trade a[] = {{1, 6000}, {4, 8000}},
                                  b[] = {{1, 8000}, {3, 100}, {4, 6000}},
                                  c[] = {{0, 1}, {4, 1}, {9, 9}},
                                  d[] = {{2, 10000}}, e[] = {{5, 9999}},
                                  f[] = {{1, 8000}, {4, 7000}};
    uint32_t nearest = 7;

    (void)state;
    /* (6000 * 8000 + 8000 * 6000) / 10000; alike: the lower number */
    assert_int_equal(inc_trades_bp(a, 2, b, 3, &nearest), 9600);
    assert_int_equal(nearest, 1);
    assert_int_equal(inc_trades_bp(b, 3, a, 2, NULL), 9600);
    assert_int_equal(inc_trades_bp(a, 2, f, 2, &nearest), 10000); /* 10400 */
    assert_int_equal(nearest, 4);
    assert_int_equal(inc_trades_bp(a, 2, c, 3, &nearest), 0); /* 8000 / 10^4 */
    assert_int_equal(nearest, 4);
    assert_int_equal(inc_trades_bp(a, 2, d, 1, &nearest), 0);
    assert_int_equal(nearest, INC_NO_CONCEPT);
    assert_int_equal(inc_trades_bp(d, 1, d, 1, &nearest), 10000);
    assert_int_equal(nearest, 2);
    assert_int_equal(inc_trades_bp(e, 1, e, 1, NULL), 9998); /* 9998.0001 */
    nearest = 7;
    assert_int_equal(inc_trades_bp(a, 0, b, 3, &nearest), 0);
    assert_int_equal(nearest, INC_NO_CONCEPT);
}

/* The taxonomy has one skill that the space does not know (ab, folded in from
 * a), lacks two that it knows (a0, zz), and so the numbers move. */
static void
bound_to_a_taxonomy(void **state)
{
    /* a0: y; a1..a9: x; b: x, y; zz: x, y */
    static const char *const uris[] = {
        "http://x/s/a0", "http://x/s/a1", "http://x/s/a2", "http://x/s/a3",
        "http://x/s/a4", "http://x/s/a5", "http://x/s/a6", "http://x/s/a7",
        "http://x/s/a8", "http://x/s/a9", "http://x/s/b",  "http://x/s/zz"};
    static const uint16_t idf[] = {1000, 1000, 1000, 1000, 1000, 1000,
                                   1000, 1000, 1000, 1000, 1000, 1000};
    static const int8_t vectors[12 * SAMPLE_DIM] = {[SAMPLE_DIM] = 5};
    static const uint32_t start[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14};
    static const uint16_t lists[] = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1};
    static const char *const names[] = {"a1", "a2", "a3", "a4", "a5", "a6",
                                        "a7", "a8", "a9", "ab", "b"};
    struct inc_space_parts p = sample;
    struct inc_trade got[INC_TRADES];
    struct inc_buf b = {0};
    struct inc_taxonomy *t;
    struct inc_space *s;
    struct folder f;

    (void)state;
    folder_make(&f);
    inc_buf_text(&b, HEAD_SKILLS);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        row_skill(&b, names[i], names[i], "");
    folder_put_buf(&f, "skills_en.csv", &b);
    folder_put(&f, "ISCOGroups_en.csv",
               HEAD_ISCO "ISCOGroup,http://x/i/1,7212,welders,released,,,\n");
    folder_put(&f, "occupations_en.csv", HEAD_OCCUPATIONS);
    folder_put(&f, "occupationSkillRelations.csv", HEAD_OCC_SKILL);
    folder_put(&f, "broaderRelationsSkillPillar.csv", HEAD_BROADER);
    inc_buf_text(&b, HEAD_RELATED);
    row_related(&b, "ab", "a1");
    folder_put_buf(&f, "skillSkillRelations.csv", &b);
    t = folder_load(&f);
    p.rows = 12;
    p.vectors = vectors;
    p.idf_milli = idf;
    p.uris = uris;
    p.row_start = start;
    p.row_occupations = lists;
    s = made(&p, t);
    assert_int_equal(inc_space_folded(s), 1);
    assert_int_equal(inc_space_occupations(s), SAMPLE_JOBS);
    assert_int_equal(trades_of(s, got, (const uint32_t[]){9}, 1), 0); /* ab */
    /* b, squared idf 256. Of y it is all the taxonomy has: root 4096, x 4096.
     * x has ten: root isqrt(65536 * 2560) = 12952, x 1295: r 316. c 31554496
     * of 10^9, n 1000497718: weights 315 and 9995. */
    assert_int_equal(trades_of(s, got, (const uint32_t[]){10}, 1), 2);
    assert_int_equal(got[0].occupation, 0);
    assert_int_equal(got[0].weight, 315);
    assert_int_equal(got[1].occupation, 1);
    assert_int_equal(got[1].weight, 9995);
    assert_int_equal(trades_of(s, got, (const uint32_t[]){0, 9, 4}, 3), 1);
    assert_int_equal(got[0].occupation, 0); /* a1 and a5 */
    inc_space_free(s);
    inc_taxonomy_free(t);
    folder_remove(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(occupations_by_name),
        cmocka_unit_test(by_hand),
        cmocka_unit_test(none_without_occupations),
        cmocka_unit_test(format_1_has_no_trades),
        cmocka_unit_test(ties_by_number),
        cmocka_unit_test(ties_in_any_order),
        cmocka_unit_test(too_weak_for_a_trade),
        cmocka_unit_test(same_as_a_plain_count),
        cmocka_unit_test(largest_sums),
        cmocka_unit_test(likeness),
        cmocka_unit_test(bound_to_a_taxonomy),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
