/* Blocks: the tree against the rows, sizes at every edge, tables, merges. */
#include "engine/pool/block.h"
#include "engine/space/near.h"
#include "tests/unit/pool/people.h"

enum { SEED = 313131 };

/* ---- the tree, worked out the slow way ---- */

/* What a node must say, from the rows below it. */
struct node {
    unsigned char family[SKILLS];
    uint32_t best[OCCUPATIONS]; /* largest weight, 0: not there */
    uint16_t least, most, minutes;
    int unasked;
};

static void
node_of(struct node *n, const struct inc_block *b, uint32_t from, uint32_t to)
{
    static uint32_t words[INC_WORDS_MAX];

    memset(n, 0, sizeof *n);
    n->least = UINT16_MAX;
    for (uint32_t row = from; row < to && row < inc_block_rows(b); row++) {
        uint32_t n_words = inc_block_words(b, row, words);
        struct inc_person p;

        for (uint32_t i = 0; i < n_words; i++)
            n->family[inc_space_family(the_space)[INC_WORD_CONCEPT(words[i])]] =
                1;
        inc_block_person(b, row, NULL, &p);
        assert_null(p.words);
        for (uint32_t i = 0; i < p.n_trades; i++)
            if (p.trades[i].weight > n->best[p.trades[i].occupation])
                n->best[p.trades[i].occupation] = p.trades[i].weight;
        n->unasked |= (p.known & INC_KNOWN_SKILLS) == 0;
        if (p.max_minutes > n->minutes)
            n->minutes = p.max_minutes;
        if (p.home == INC_NO_COMUNE)
            continue;
        n->least = p.home < n->least ? p.home : n->least;
        n->most = p.home > n->most ? p.home : n->most;
    }
}

/* What groups and spans say alike; group g is node g, span s groups + s. */
static void
check_node(const struct inc_tree *t, uint32_t at, const struct node *n)
{
    assert_int_equal(t->flags[at], n->unasked ? INC_NODE_UNASKED : 0);
    assert_int_equal(t->minutes_most[at], n->minutes);
    assert_int_equal(t->home_least[at], n->least);
    assert_int_equal(t->home_most[at], n->most);
}

/* Each is the least in 1/255 of 10000 that is no less. */
static void
check_best(uint8_t told, uint32_t best)
{
    assert_true(best > 0 && told * 10000u >= best * 255);
    assert_true((told - 1u) * 10000u < best * 255);
}

static void
check_group(const struct inc_tree *t, uint32_t at, struct node *n)
{
    check_node(t, at, n);
    for (uint32_t i = t->family_at[at]; i < t->family_at[at + 1]; i++) {
        assert_int_equal(n->family[t->family[i]], 1);
        n->family[t->family[i]] = 0; /* each once */
    }
    for (uint32_t f = 0; f < SKILLS; f++)
        assert_int_equal(n->family[f], 0);
    for (uint32_t i = t->trade_at[at]; i < t->trade_at[at + 1]; i++) {
        check_best(t->trade_best[i], n->best[t->trade[i]]);
        n->best[t->trade[i]] = 0;
    }
    for (uint32_t o = 0; o < OCCUPATIONS; o++)
        assert_int_equal(n->best[o], 0);
}

static void
check_span(const struct inc_tree *t, uint32_t at, struct node *n)
{
    check_node(t, t->groups + at, n);
    for (uint32_t f = 0; f < t->families; f++)
        assert_int_equal(
            t->family_spans[f * t->span_words + at / 64] >> at % 64 & 1,
            n->family[f]);
    for (uint32_t o = 0; o < OCCUPATIONS; o++)
        for (uint32_t i = t->trade_span_at[o]; i < t->trade_span_at[o + 1];
             i++) {
            assert_true(i == t->trade_span_at[o] ||
                        t->trade_span[i - 1] < t->trade_span[i]);
            if (t->trade_span[i] != at)
                continue;
            check_best(t->trade_span_best[i], n->best[o]);
            n->best[o] = 0;
        }
    for (uint32_t o = 0; o < OCCUPATIONS; o++)
        assert_int_equal(n->best[o], 0);
}

/* How many nodes there were. There is a tree over enough rows. */
static uint32_t
check_tree(const struct inc_block *b)
{
    static struct node n;
    struct inc_tree t;

    if (inc_block_rows(b) < INC_TREE_ROWS) {
        assert_int_equal(inc_block_tree(b, &t), 0);
        return 0;
    }
    assert_int_equal(inc_block_tree(b, &t), 1);
    assert_int_equal(t.families, inc_space_families(the_space));
    assert_int_equal(t.trades, OCCUPATIONS);
    assert_int_equal(t.groups, (inc_block_rows(b) + 15) / 16);
    assert_int_equal(t.spans, (inc_block_rows(b) + 255) / 256);
    assert_int_equal(t.span_words, (t.spans + 63) / 64);
    for (uint32_t g = 0; g < t.groups; g++) {
        node_of(&n, b, g * INC_GROUP_ROWS, (g + 1) * INC_GROUP_ROWS);
        check_group(&t, g, &n);
    }
    for (uint32_t s = 0; s < t.spans; s++) {
        node_of(&n, b, s * INC_SPAN_ROWS, (s + 1) * INC_SPAN_ROWS);
        check_span(&t, s, &n);
    }
    return t.groups + t.spans;
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
trees(void **state)
{
    static const uint64_t sizes[] = {1, 15, 16, 17, 1023, 1024, 1025, 2500};
    uint64_t model[2500] = {0};

    (void)state;
    for (size_t i = 0; i < INC_COUNT(sizes); i++) {
        struct inc_pool *p = add_people(NULL, 0, sizes[i], 1000, model);

        assert_int_equal(inc_pool_blocks(p), 1);
        check_people(p, model, sizes[i], i >= 6);
        (void)check_tree(inc_pool_block(p, 0));
        inc_pool_drop(p);
    }
}

/* Trees of blocks that were merged, with dead rows that are gone and rows of
 * several sources. */
static void
merged_trees(void **state)
{
    uint64_t model[9000] = {0};
    struct inc_pool *p = add_people(NULL, 0, 5000, 1000, model), *next;
    struct inc_merge *m;
    size_t checked = 0;

    (void)state;
    p = add_people(p, 3000, 6000, 20000, model);
    p = add_people(p, 10, 700, 70000, model);
    while (inc_pool_due(p)) {
        assert_int_equal(inc_merge_make(&m, p, NULL), INC_OK);
        assert_int_equal(inc_merge_install(&next, p, m, NULL), INC_OK);
        inc_pool_drop(p);
        p = next;
    }
    for (size_t i = 0; i < inc_pool_blocks(p); i++)
        checked += check_tree(inc_pool_block(p, i)) > 0;
    assert_true(checked >= 1);
    check_people(p, model, 9000, 0);
    inc_pool_drop(p);
}

/* Neighbours who share nothing: a tree would cost as much as the rows. */
static void
no_tree(void **state)
{
    enum { N = 1500 };
    struct inc_pool_builder *b;
    struct inc_pool *p;
    struct inc_tree t;
    char id[16];

    (void)state;
    for (uint32_t shared = 0; shared < 2; shared++) {
        assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
        for (uint32_t no = 0; no < N; no++) {
            struct inc_skill skill = {
                .has = BIT(INC_SKILL_URI),
                .uri = skill_uri(shared ? 1000 + no / 20 : 1000 + no * 2)};
            struct inc_candidate c = {.has = BIT(INC_CANDIDATE_SKILLS),
                                      .id = id,
                                      .skills = &skill,
                                      .n_skills = 1};

            (void)snprintf(id, sizeof id, "%u", no);
            assert_int_equal(inc_pool_add_candidate(b, no, &c, NULL), INC_OK);
        }
        assert_int_equal(inc_pool_end(&p, b, NULL, 1, NULL), INC_OK);
        assert_int_equal(inc_pool_blocks(p), 1);
        assert_int_equal(inc_block_tree(inc_pool_block(p, 0), &t), shared);
        assert_int_equal(inc_block_tree_bytes(inc_pool_block(p, 0)) > 0,
                         shared);
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
        cmocka_unit_test(trees),        cmocka_unit_test(ranks),
        cmocka_unit_test(merged_trees), cmocka_unit_test(no_tree),
        cmocka_unit_test(block_edges),  cmocka_unit_test(full_tables),
        cmocka_unit_test(many_classes), cmocka_unit_test(number_limit),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
