/* Blocks: the index against the rows, sizes at every edge, tables, merges. */
#include "tests/unit/pool/people.h"

enum { SEED = 313131 };

/* ---- the index, worked out the slow way ---- */

/* For one group: what the index must say of a skill, INC_BESTS: not there. */
static unsigned
skill_best(const struct inc_block *b, uint32_t group, uint32_t skill)
{
    static uint32_t words[INC_WORDS_MAX];
    uint32_t end = (group + 1) * INC_GROUP_ROWS, found = 0;
    unsigned level = 0, rank = 0;
    const struct inc_class *of;

    (void)inc_block_classes(b, &of);
    end = end < inc_block_rows(b) ? end : inc_block_rows(b);
    for (uint32_t row = group * INC_GROUP_ROWS; row < end; row++) {
        uint32_t n = inc_block_words(b, row, words);

        for (uint32_t i = 0; i < n; i++) {
            const struct inc_class *q = &of[INC_WORD_CLASS(words[i])];

            if (INC_WORD_CONCEPT(words[i]) != skill)
                continue;
            found = 1;
            level = q->level > level ? q->level : level;
            rank = inc_evidence_rank(q->evidence) > rank
                       ? inc_evidence_rank(q->evidence)
                       : rank;
        }
    }
    return found ? INC_BEST(level, rank) : INC_BESTS;
}

/* Every list ascends and every entry of it is right. */
static uint64_t
check_skill_lists(const struct inc_block *b, const struct inc_index *x)
{
    for (uint32_t s = 0; s < x->skills; s++) {
        for (uint32_t k = x->skill_list[s]; k < x->skill_list[s + 1]; k++) {
            assert_true(k == x->skill_list[s] ||
                        x->skill_group[k - 1] < x->skill_group[k]);
            assert_int_equal(x->skill_best[k],
                             skill_best(b, x->skill_group[k], s));
        }
    }
    return x->skill_list[x->skills];
}

/* How many (group, skill) pairs there are. */
static uint64_t
count_skills(const struct inc_block *b)
{
    static uint32_t words[INC_WORDS_MAX];
    uint64_t pairs = 0;

    for (uint32_t g = 0; g * INC_GROUP_ROWS < inc_block_rows(b); g++) {
        unsigned char seen[SKILLS] = {0};

        for (uint32_t r = g * INC_GROUP_ROWS;
             r < (g + 1) * INC_GROUP_ROWS && r < inc_block_rows(b); r++) {
            uint32_t n = inc_block_words(b, r, words);

            for (uint32_t i = 0; i < n; i++) {
                pairs += !seen[INC_WORD_CONCEPT(words[i])];
                seen[INC_WORD_CONCEPT(words[i])] = 1;
            }
        }
    }
    return pairs;
}

static void
check_trade_lists(const struct inc_block *b, const struct inc_index *x)
{
    uint32_t groups = (inc_block_rows(b) + INC_GROUP_ROWS - 1) / INC_GROUP_ROWS;
    uint32_t at[OCCUPATIONS];

    for (uint32_t o = 0; o < OCCUPATIONS; o++)
        at[o] = x->trade_list[o];
    for (uint32_t g = 0; g < groups; g++) {
        uint32_t best[OCCUPATIONS] = {0};
        int asked = 1;

        for (uint32_t r = g * INC_GROUP_ROWS;
             r < (g + 1) * INC_GROUP_ROWS && r < inc_block_rows(b); r++) {
            struct inc_person p;

            inc_block_person(b, r, NULL, &p);
            assert_null(p.words);
            asked &= (p.known & INC_KNOWN_SKILLS) != 0;
            for (uint32_t i = 0; i < p.n_trades; i++) {
                uint32_t o = p.trades[i].occupation;

                if (p.trades[i].weight > best[o])
                    best[o] = p.trades[i].weight;
            }
        }
        assert_int_equal(x->unasked[g / 64] >> (g % 64) & 1, !asked);
        for (uint32_t o = 0; o < OCCUPATIONS; o++) {
            if (best[o] == 0)
                continue;
            assert_true(at[o] < x->trade_list[o + 1]);
            assert_int_equal(x->trade_group[at[o]], g);
            /* the least in 1/255 of 10000 that is no less */
            assert_true(x->trade_best[at[o]] * 10000u >= best[o] * 255);
            assert_true((x->trade_best[at[o]] - 1u) * 10000u < best[o] * 255);
            at[o]++;
        }
    }
    for (uint32_t o = 0; o < OCCUPATIONS; o++)
        assert_int_equal(at[o], x->trade_list[o + 1]);
    for (uint32_t g = groups; g < (groups + 63) / 64 * 64; g++)
        assert_int_equal(x->unasked[g / 64] >> (g % 64) & 1, 0);
}

static void
check_index(const struct inc_block *b)
{
    struct inc_index x;

    if (inc_block_rows(b) < INC_INDEX_ROWS) {
        assert_int_equal(inc_block_index(b, &x), 0);
        return;
    }
    assert_int_equal(inc_block_index(b, &x), 1);
    assert_int_equal(x.skills, SKILLS);
    assert_int_equal(x.trades, OCCUPATIONS);
    assert_int_equal(check_skill_lists(b, &x), count_skills(b));
    check_trade_lists(b, &x);
}

/* ---- pools of many ---- */

/* `n` people of numbers first .. with the seed their number + shift. */
static struct inc_pool *
add_people(struct inc_pool *old, uint64_t first, uint64_t n, uint64_t shift,
           uint64_t *model)
{
    struct inc_pool_builder *b;
    struct inc_pool *next;
    static struct record r;

    assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
    for (uint64_t no = first; no < first + n; no++) {
        model[no] = no + shift;
        make_record(&r, model[no]);
        assert_int_equal(inc_pool_add_candidate(b, no, &r.c, NULL), INC_OK);
    }
    assert_int_equal(inc_pool_end(&next, b, old, 1, NULL), INC_OK);
    inc_pool_drop(old);
    return next;
}

static void
indexes(void **state)
{
    static const uint64_t sizes[] = {1, 15, 16, 17, 1023, 1024, 1025, 2500};
    uint64_t model[2500] = {0};

    (void)state;
    for (size_t i = 0; i < INC_COUNT(sizes); i++) {
        struct inc_pool *p = add_people(NULL, 0, sizes[i], 1000, model);

        assert_int_equal(inc_pool_blocks(p), 1);
        check_people(p, model, sizes[i], i >= 6);
        check_index(inc_pool_block(p, 0));
        inc_pool_drop(p);
    }
}

/* The ranks of the world decide who is beside whom. */
static void
ranks(void **state)
{
    uint16_t rank[OCCUPATIONS];
    uint64_t model[600] = {0};
    struct inc_pool *p;

    (void)state;
    assert_int_equal(inc_world_trade_rank(rank, the_taxonomy, the_space, NULL),
                     INC_OK);
    for (uint32_t o = 0; o < OCCUPATIONS; o++) /* one ISCO group for all */
        assert_int_equal(rank[o], o);
    for (uint32_t o = 0; o < OCCUPATIONS; o++)
        rank[o] = (uint16_t)(o * 7 % OCCUPATIONS);
    world.trade_rank = rank;
    p = add_people(NULL, 0, 600, 1, model);
    check_people(p, model, 600, 0);
    inc_pool_drop(p);
    world.trade_rank = NULL;
}

/* ---- very many, with next to nothing to say ---- */

static struct inc_pool *
add_plain(struct inc_pool *old, uint32_t first, uint32_t n, int days)
{
    struct inc_pool_builder *b;
    struct inc_pool *next;
    char id[16], office[16];

    assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
    for (uint32_t no = first; no < first + n; no++) {
        struct inc_skill skill = {.has = BIT(INC_SKILL_URI),
                                  .uri = skill_uri(no % 600)};
        struct inc_candidate c = {.has = BIT(INC_CANDIDATE_OFFICE) |
                                         BIT(INC_CANDIDATE_SKILLS),
                                  .id = id,
                                  .office = office,
                                  .skills = &skill,
                                  .n_skills = 1,
                                  .updated = (int64_t)no};

        (void)snprintf(id, sizeof id, "%u", no);
        (void)snprintf(office, sizeof office, "%u", days ? no : no % 3);
        if (days) {
            c.has |=
                BIT(INC_CANDIDATE_UPDATED) | BIT(INC_CANDIDATE_AVAILABILITY);
            c.availability.has =
                BIT(INC_AVAILABILITY_FROM) | BIT(INC_AVAILABILITY_UNTIL);
            c.availability.from = 1000000 + (int64_t)no;
            c.availability.until = 2000000 + (int64_t)no;
        }
        assert_int_equal(inc_pool_add_candidate(b, no, &c, NULL), INC_OK);
    }
    assert_int_equal(inc_pool_end(&next, b, old, 1, NULL), INC_OK);
    inc_pool_drop(old);
    return next;
}

static void
check_plain(const struct inc_pool *p, uint32_t first, uint32_t n, int days)
{
    size_t block;
    uint32_t row;
    char id[16];

    assert_int_equal(inc_pool_people(p), n);
    for (uint32_t no = first; no < first + n; no++) {
        const struct inc_block *b;
        struct inc_person x;

        assert_int_equal(inc_pool_find(p, no, &block, &row), 0);
        b = inc_pool_block(p, block);
        inc_block_person(b, row, NULL, &x);
        (void)snprintf(id, sizeof id, "%u", no);
        assert_int_equal(x.no, no);
        assert_string_equal(x.id, id);
        (void)snprintf(id, sizeof id, "%u", days ? no : no % 3);
        assert_string_equal(inc_block_office(b, x.office), id);
        if (!days)
            continue;
        assert_int_equal(x.updated, no);
        assert_int_equal(x.from, 1000000 + no);
        assert_int_equal(x.until, 2000000 + no);
    }
    assert_int_equal(inc_pool_find(p, (uint64_t)first + n, &block, &row), -1);
    assert_int_equal(inc_pool_find(p, UINT64_C(1) << 32, &block, &row), -1);
}

static void
block_edges(void **state)
{
    static const uint32_t sizes[] = {65535, 65536, 65537};

    (void)state;
    for (size_t i = 0; i < INC_COUNT(sizes); i++) {
        struct inc_pool *p = add_plain(NULL, 7, sizes[i], 0);
        size_t blocks = inc_pool_blocks(p);

        assert_int_equal(blocks, i == 2 ? 2 : 1);
        if (i == 2) {
            assert_int_equal(inc_block_rows(inc_pool_block(p, 0)), 65536);
            assert_int_equal(inc_block_rows(inc_pool_block(p, 1)), 1);
        }
        check_plain(p, 7, sizes[i], 0);
        inc_pool_drop(p);
    }
}

/* Days and offices that overflow a block's tables end the block. */
static void
full_tables(void **state)
{
    enum { MANY = 50000 };
    struct inc_pool *p = add_plain(NULL, 0, MANY, 1);

    (void)state;
    assert_true(inc_pool_blocks(p) >= 3);
    for (size_t i = 0; i < inc_pool_blocks(p); i++) {
        struct inc_columns c;

        inc_block_columns(inc_pool_block(p, i), &c);
        assert_true(c.n_days <= 65536 && c.n_offices <= 65536);
    }
    check_plain(p, 0, MANY, 1);
    inc_pool_drop(p);
}

/* Over 256 classes need codes of 16 bits. */
static void
many_classes(void **state)
{
    static uint32_t words[INC_WORDS_MAX];
    const struct inc_class *of;

    (void)state;
    for (uint32_t n = 250; n < 270; n += 6) {
        struct inc_skill skills[300];
        struct inc_candidate c = {.id = "a", .skills = skills, .n_skills = n};
        struct inc_pool_builder *b;
        struct inc_pool *p;

        for (uint32_t i = 0; i < n; i++)
            skills[i] = (struct inc_skill){.has = UINT64_MAX,
                                           .uri = skill_uri(i),
                                           .level = 1 + i % 3,
                                           .evidence = i / 3 % 3,
                                           .last_used = 183 * (i / 9)};
        assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
        assert_int_equal(inc_pool_add_candidate(b, 1, &c, NULL), INC_OK);
        assert_int_equal(inc_pool_end(&p, b, NULL, 1, NULL), INC_OK);
        assert_int_equal(inc_block_classes(inc_pool_block(p, 0), &of), n);
        assert_int_equal(inc_block_words(inc_pool_block(p, 0), 0, words), n);
        for (uint32_t i = 0; i < n; i++) {
            const struct inc_class *q = &of[INC_WORD_CLASS(words[i])];

            assert_int_equal(INC_WORD_CONCEPT(words[i]), i);
            assert_int_equal(q->level, 1 + i % 3);
            assert_int_equal(q->evidence, i / 3 % 3);
            assert_int_equal(q->half_year, inc_half_year(183 * (int)(i / 9)));
        }
        inc_pool_drop(p);
    }
}

static void
number_limit(void **state)
{
    struct inc_candidate c = {.id = "a"};
    struct inc_pool_builder *b;
    struct inc_pool *p;
    struct inc_err err;
    size_t block;
    uint32_t row;

    (void)state;
    assert_int_equal(inc_pool_begin(&b, &world, &err), INC_OK);
    assert_int_equal(inc_pool_add_candidate(b, UINT64_C(1) << 32, &c, &err),
                     INC_E_LIMIT);
    assert_int_equal(inc_pool_add_candidate(b, UINT32_MAX, &c, &err), INC_OK);
    assert_int_equal(inc_pool_drop_candidate(b, UINT64_MAX, &err), INC_OK);
    assert_int_equal(inc_pool_end(&p, b, NULL, 1, &err), INC_OK);
    assert_int_equal(inc_pool_people(p), 1);
    assert_int_equal(inc_pool_find(p, UINT32_MAX, &block, &row), 0);
    inc_pool_drop(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(indexes),      cmocka_unit_test(ranks),
        cmocka_unit_test(block_edges),  cmocka_unit_test(full_tables),
        cmocka_unit_test(many_classes), cmocka_unit_test(number_limit),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
