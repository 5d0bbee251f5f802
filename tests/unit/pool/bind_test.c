/*
 * Blocks used where they lie: a copy reads as the block it is of, and one with
 * bytes changed is refused or can be read all through. What is read outside is
 * for AddressSanitizer to see.
 */
#include "engine/base/stream.h"
#include "tests/unit/pool/people.h"
#include "tests/unit/pool/walk.h"

enum { SEED = 272727, LARGE = 1100, SMALL = 40 };

static struct inc_pool *
pool_of(uint64_t people)
{
    struct inc_pool_builder *b;
    struct inc_pool *p;
    static struct record r;

    assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
    for (uint64_t no = 0; no < people; no++) {
        make_record(&r, no + 1);
        if (no % 3 == 0) {
            r.c.has |= BIT(INC_CANDIDATE_HOME);
            r.c.home = "046017";
        }
        assert_int_equal(inc_pool_add_candidate(b, no, &r.c, NULL), INC_OK);
    }
    assert_int_equal(inc_pool_end(&p, b, NULL, 1, NULL), INC_OK);
    assert_int_equal(inc_pool_blocks(p), 1);
    return p;
}

/* The block's bytes, in a piece of memory of just that size. */
static unsigned char *
copy_of(const struct inc_block *b)
{
    unsigned char *copy = inc_mem_zero64(b->bytes, 1);

    assert_non_null(copy);
    memcpy(copy, b->head, b->bytes);
    return copy;
}

struct counted {
    struct inc_owner owner;
    int released;
};

static void
release(struct inc_owner *o)
{
    ((struct counted *)(void *)o)->released++;
}

static void
owners(void **state)
{
    struct inc_bounds bounds = inc_bounds_of(&world);
    struct inc_pool *p = pool_of(SMALL);
    const struct inc_block *b = inc_pool_block(p, 0);
    unsigned char *copy = copy_of(b);
    struct counted c = {.owner = {.release = release}};
    struct inc_block *bound, *other;
    struct inc_err err;

    (void)state;
    atomic_init(&c.owner.refs, 1);
    assert_int_equal(
        inc_block_bind(&bound, copy, b->bytes, &bounds, &c.owner, &err),
        INC_OK);
    assert_int_equal(
        inc_block_bind(&other, copy, b->bytes - 64, &bounds, &c.owner, &err),
        INC_E_CORRUPT);
    assert_int_equal(walk_block(bound), walk_block(b));
    inc_owner_drop(&c.owner);
    assert_int_equal(c.released, 0);
    inc_block_drop(inc_block_hold(bound));
    assert_int_equal(c.released, 0);
    inc_block_drop(bound);
    assert_int_equal(c.released, 1);
    /* without an owner the memory is the block's */
    assert_int_equal(
        inc_block_bind(&bound, copy, b->bytes, &bounds, NULL, &err), INC_OK);
    inc_block_drop(bound);
    inc_pool_drop(p);
}

static void
other_worlds(void **state)
{
    struct inc_pool *p = pool_of(SMALL);
    const struct inc_block *b = inc_pool_block(p, 0);
    unsigned char *copy = copy_of(b);
    struct inc_bounds right = inc_bounds_of(&world), wrong;
    struct inc_block *bound;
    struct inc_err err;

    (void)state;
    wrong = right;
    wrong.skills++;
    assert_int_equal(inc_block_bind(&bound, copy, b->bytes, &wrong, NULL, &err),
                     INC_E_MISMATCH);
    wrong = right;
    wrong.trades--;
    assert_int_equal(inc_block_bind(&bound, copy, b->bytes, &wrong, NULL, &err),
                     INC_E_MISMATCH);
    wrong = right;
    wrong.comuni = 0; /* somebody lives in one */
    assert_int_equal(inc_block_bind(&bound, copy, b->bytes, &wrong, NULL, &err),
                     INC_E_CORRUPT);
    wrong = right;
    wrong.occupations = 1; /* somebody's skills come from others */
    assert_int_equal(inc_block_bind(&bound, copy, b->bytes, &wrong, NULL, &err),
                     INC_E_CORRUPT);
    copy[12]++; /* the version */
    assert_int_equal(inc_block_bind(&bound, copy, b->bytes, &right, NULL, &err),
                     INC_E_MISMATCH);
    inc_mem_free(copy);
    inc_pool_drop(p);
}

/* Bind and, when it binds, read all of it. Returns 1 when refused. */
static int
refused(unsigned char *bytes, size_t len)
{
    static struct counted c = {.owner = {.release = release}};
    struct inc_bounds bounds = inc_bounds_of(&world);
    struct inc_block *b = NULL;
    struct inc_err err;
    enum inc_status st;

    atomic_store(&c.owner.refs, 1);
    st = inc_block_bind(&b, bytes, len, &bounds, &c.owner, &err);
    if (st == INC_OK) {
        (void)walk_block(b);
        inc_block_drop(b);
    } else {
        assert_true(st == INC_E_CORRUPT || st == INC_E_MISMATCH);
        assert_true(err.what[0] != '\0');
    }
    assert_int_equal(atomic_load(&c.owner.refs), 1);
    return st != INC_OK;
}

/* Every byte of the head, changed in three ways. */
static void
heads(void **state)
{
    static const unsigned char masks[] = {0x01, 0x80, 0xff};
    struct inc_pool *p = pool_of(LARGE);
    const struct inc_block *b = inc_pool_block(p, 0);
    unsigned char *copy = copy_of(b);

    (void)state;
    assert_false(refused(copy, b->bytes));
    for (size_t at = 0; at < sizeof *b->head; at++) {
        for (size_t m = 0; m < INC_COUNT(masks); m++) {
            copy[at] ^= masks[m];
            if (!refused(copy, b->bytes))
                fail_msg("byte %zu of the head does not matter", at);
            copy[at] ^= masks[m];
        }
    }
    for (size_t len = 0; len < sizeof *b->head; len += 64)
        assert_true(refused(copy, len));
    inc_mem_free(copy);
    inc_pool_drop(p);
}

/* A few bytes anywhere. */
static void
sections(void **state)
{
    static const uint64_t sizes[] = {SMALL, LARGE};
    struct inc_rng r = {SEED};

    (void)state;
    print_message("seed %d\n", SEED);
    for (size_t s = 0; s < INC_COUNT(sizes); s++) {
        struct inc_pool *p = pool_of(sizes[s]);
        const struct inc_block *b = inc_pool_block(p, 0);
        unsigned char *copy = copy_of(b);
        uint32_t no = 0, yes = 0;

        for (int round = 0; round < (s == 0 ? 20000 : 1500); round++) {
            uint32_t n = 1 + inc_rng_below(&r, 3);

            for (uint32_t i = 0; i < n; i++)
                copy[inc_rng_below(&r, (uint32_t)b->bytes)] =
                    (unsigned char)inc_rng_next(&r);
            if (refused(copy, b->bytes))
                no++;
            else
                yes++;
            memcpy(copy, b->head, b->bytes);
        }
        print_message("%u refused, %u harmless\n", no, yes);
        assert_true(no > 100 && yes > 100);
        inc_mem_free(copy);
        inc_pool_drop(p);
    }
}

/* ---- the tree ---- */

static unsigned char *
at(unsigned char *copy, enum inc_section s)
{
    const struct inc_block_head *h = (const void *)copy;

    return copy + h->section[s].at;
}

/* Refused with this number there, or not; put back afterwards. */
static void
with16(unsigned char *copy, size_t len, enum inc_section s, size_t i,
       uint16_t number, int want)
{
    uint16_t *place = (uint16_t *)(void *)at(copy, s) + i, was = *place;

    *place = number;
    if (refused(copy, len) != want)
        fail_msg("section %d, element %zu: %u", (int)s, i, number);
    *place = was;
}

static void
with32(unsigned char *copy, size_t len, enum inc_section s, size_t i,
       uint32_t number)
{
    uint32_t *place = (uint32_t *)(void *)at(copy, s) + i, was = *place;

    *place = number;
    if (number != was && !refused(copy, len))
        fail_msg("section %d, element %zu: %u", (int)s, i, number);
    *place = was;
}

/* Every element of the tree's sections at the edges of what it may be. */
static void
tree_edges(unsigned char *copy, size_t len)
{
    static const enum inc_section lists[] = {
        INC_SEC_family_at, INC_SEC_trade_at, INC_SEC_trade_span_at};
    const struct inc_block_head *h = (const void *)copy;
    const uint64_t nodes = h->section[INC_SEC_flags].n;

    assert_true(nodes > 3 && h->families > 1);
    for (size_t l = 0; l < INC_COUNT(lists); l++) {
        const uint32_t *list = (const void *)at(copy, lists[l]);
        const uint64_t n = h->section[lists[l]].n - 1;

        for (uint64_t i = 0; i <= n; i += i < 3 || i + 4 > n ? 1 : 9) {
            with32(copy, len, lists[l], i, UINT32_MAX);
            with32(copy, len, lists[l], i, list[n] + 1);
            if (i == 0 || i == n)
                with32(copy, len, lists[l], i, list[i] + 1);
            if (i > 0 && list[i] > list[i - 1] && list[i - 1] > 0)
                with32(copy, len, lists[l], i, list[i - 1] - 1);
        }
    }
    for (uint64_t i = 0; i < h->section[INC_SEC_family].n; i += 1 + i / 4) {
        with16(copy, len, INC_SEC_family, i, (uint16_t)h->families, 1);
        with16(copy, len, INC_SEC_family, i, UINT16_MAX, 1);
        with16(copy, len, INC_SEC_family, i, (uint16_t)(h->families - 1), 0);
    }
    for (uint64_t i = 0; i < h->section[INC_SEC_trade].n; i += 1 + i / 4) {
        with16(copy, len, INC_SEC_trade, i, (uint16_t)h->trades, 1);
        with16(copy, len, INC_SEC_trade, i, UINT16_MAX, 1);
        with16(copy, len, INC_SEC_trade, i, (uint16_t)(h->trades - 1), 0);
    }
    for (uint64_t i = 0; i < h->section[INC_SEC_trade_span].n; i += 1 + i / 4) {
        unsigned char *place = at(copy, INC_SEC_trade_span) + i, was = *place;
        uint32_t spans = inc_tree_spans(h->rows);

        *place = (unsigned char)spans; /* one past the last; 256 is none */
        if (spans < INC_BLOCK_SPANS && !refused(copy, len))
            fail_msg("trade span %zu", (size_t)i);
        *place = was;
    }
    for (uint64_t i = 0; i < h->section[INC_SEC_family_spans].n;
         i += 1 + i / 4) {
        uint64_t *place =
            (uint64_t *)(void *)at(copy, INC_SEC_family_spans) + i;
        uint64_t was = *place;

        *place |= UINT64_C(1) << 63; /* past the last span of these blocks */
        if (inc_tree_spans(h->rows) < 64 && !refused(copy, len))
            fail_msg("family spans %zu", (size_t)i);
        *place = was;
    }
    for (uint64_t i = 0; i < nodes; i++) {
        const uint16_t *least = (const void *)at(copy, INC_SEC_home_least);

        with16(copy, len, INC_SEC_home_most, i, 2, least[i] <= 2);
        with16(copy, len, INC_SEC_home_most, i, UINT16_MAX, 1);
        with16(copy, len, INC_SEC_home_least, i, UINT16_MAX, 0);
    }
}

static void
trees(void **state)
{
    struct inc_pool *p = pool_of(LARGE);
    const struct inc_block *b = inc_pool_block(p, 0);
    unsigned char *copy = copy_of(b);
    struct inc_bounds wrong = inc_bounds_of(&world);
    struct inc_block *bound;
    struct inc_rng r = {SEED + 1};
    struct inc_tree t;
    struct inc_err err;
    size_t from = b->head->section[INC_SEC_family_at].at;
    uint32_t no = 0;

    (void)state;
    assert_int_equal(inc_block_tree(b, &t), 1);
    tree_edges(copy, b->bytes);
    assert_memory_equal(copy, b->head, b->bytes);
    wrong.families++;
    assert_int_equal(inc_block_bind(&bound, copy, b->bytes, &wrong, NULL, &err),
                     INC_E_CORRUPT);
    wrong.families = 0;
    assert_int_equal(inc_block_bind(&bound, copy, b->bytes, &wrong, NULL, &err),
                     INC_E_CORRUPT);
    for (int round = 0; round < 1500; round++) {
        size_t where =
            from + inc_rng_below(&r, (uint32_t)(b->head->cold_at - from));

        copy[where] ^= (unsigned char)(1 + inc_rng_below(&r, 255));
        no += (uint32_t)refused(copy, b->bytes);
        memcpy(copy, b->head, b->bytes);
    }
    assert_true(no > 100);
    inc_mem_free(copy);
    inc_pool_drop(p);
}

/* A block too small for a tree with one of just that many nodes, each with all
 * families and trades of its rows: to fuzz with. */
static void
small_with_tree(struct inc_buf *out, const struct inc_block *b)
{
    static const enum inc_section numbers[] = {
        INC_SEC_home_least, INC_SEC_home_most, INC_SEC_minutes_most};
    enum { A_NODE = 3 };
    const uint32_t groups = inc_tree_groups(b->rows);
    const uint32_t nodes = groups + inc_tree_spans(b->rows);
    const uint32_t trades = b->head->trades;
    struct inc_block_head h = *b->head;
    unsigned char *copy;

    h.families = inc_space_families(the_space);
    h.section[INC_SEC_family_at].n = h.section[INC_SEC_trade_at].n = groups + 1;
    h.section[INC_SEC_family].n = h.section[INC_SEC_trade].n =
        h.section[INC_SEC_trade_best].n = (uint64_t)groups * A_NODE;
    h.section[INC_SEC_family_spans].n =
        (uint64_t)h.families * inc_tree_span_words(b->rows);
    h.section[INC_SEC_trade_span_at].n = trades + 1;
    h.section[INC_SEC_trade_span].n = h.section[INC_SEC_trade_span_best].n =
        trades;
    h.section[INC_SEC_flags].n = nodes;
    for (size_t i = 0; i < INC_COUNT(numbers); i++)
        h.section[numbers[i]].n = nodes;
    inc_block_place(&h);
    copy = inc_mem_zero64(h.bytes, 1);
    assert_non_null(copy);
    memcpy(copy, &h, sizeof h);
    for (enum inc_section s = 0; s < INC_SECTIONS; s++)
        if (s < INC_SEC_family_at || s > INC_SEC_flags)
            memcpy(at(copy, s),
                   (const unsigned char *)b->base + b->head->section[s].at,
                   h.section[s].n * inc_section_size(s));
    for (uint32_t i = 0; i <= trades; i++)
        ((uint32_t *)(void *)at(copy, INC_SEC_trade_span_at))[i] = i;
    for (uint32_t i = 0; i < trades; i++)
        at(copy, INC_SEC_trade_span_best)[i] = 100; /* all in span 0 */
    for (uint32_t i = 0; i < h.families; i++)
        ((uint64_t *)(void *)at(copy, INC_SEC_family_spans))[i] = 1;
    for (uint32_t i = 0; i <= groups; i++)
        ((uint32_t *)(void *)at(copy, INC_SEC_family_at))[i] =
            ((uint32_t *)(void *)at(copy, INC_SEC_trade_at))[i] = i * A_NODE;
    for (uint32_t i = 0; i < groups * A_NODE; i++) {
        ((uint16_t *)(void *)at(copy, INC_SEC_family))[i] = (uint16_t)i;
        ((uint16_t *)(void *)at(copy, INC_SEC_trade))[i] = (uint16_t)i;
        at(copy, INC_SEC_trade_best)[i] = 200;
    }
    for (uint32_t i = 0; i < nodes; i++) {
        ((uint16_t *)(void *)at(copy, INC_SEC_home_most))[i] = 1;
        ((uint16_t *)(void *)at(copy, INC_SEC_minutes_most))[i] = 60;
        at(copy, INC_SEC_flags)[i] = INC_NODE_UNASKED;
    }
    inc_buf_add(out, copy, h.bytes);
    assert_false(out->failed);
    inc_mem_free(copy);
}

static void
small_trees(void **state)
{
    struct inc_pool *p = pool_of(SMALL);
    struct inc_buf bytes = {0};
    unsigned char *copy;

    (void)state;
    small_with_tree(&bytes, inc_pool_block(p, 0));
    copy = inc_mem_zero64(bytes.len, 1);
    assert_non_null(copy);
    memcpy(copy, bytes.data, bytes.len);
    assert_false(refused(copy, bytes.len));
    tree_edges(copy, bytes.len);
    inc_mem_free(copy);
    inc_buf_release(&bytes);
    inc_pool_drop(p);
}

/* As tests/fuzz/block_fuzz.c has them. */
static void
fuzzed_world(void **state)
{
    struct inc_bounds b = inc_bounds_of(&world);

    (void)state;
    assert_int_equal(b.skills, FUZZ_SKILLS);
    assert_int_equal(b.occupations, FUZZ_TRADES);
    assert_int_equal(b.trades, FUZZ_TRADES);
    assert_int_equal(b.comuni, FUZZ_COMUNI);
    assert_int_equal(b.families, FUZZ_FAMILIES);
}

/* Seeds for the fuzzer, when asked for. */
static void
corpus(void **state)
{
    static const uint64_t sizes[] = {1, 20};
    const char *dir = getenv("INC_CORPUS");

    (void)state;
    for (size_t i = 0; dir != NULL && i < INC_COUNT(sizes); i++) {
        struct inc_pool *p = pool_of(sizes[i]);
        const struct inc_block *b = inc_pool_block(p, 0);
        struct inc_buf bytes = {0};
        char name[32];

        inc_buf_add(&bytes, b->head, b->bytes);
        (void)snprintf(name, sizeof name, "people_%u", (unsigned)sizes[i]);
        write_file(dir, name, &bytes);
        small_with_tree(&bytes, b);
        (void)snprintf(name, sizeof name, "tree_%u", (unsigned)sizes[i]);
        write_file(dir, name, &bytes);
        inc_buf_release(&bytes);
        inc_pool_drop(p);
    }
}

/* The shipped ones bind: the fuzzer starts from what is read all through. */
static void
corpus_binds(void **state)
{
    static const char *const names[] = {"people_1", "people_20", "tree_1",
                                        "tree_20"};

    (void)state;
    for (size_t i = 0; i < INC_COUNT(names); i++) {
        unsigned char *base = NULL;
        struct inc_err err;
        char path[64];
        size_t len = 0;

        (void)snprintf(path, sizeof path, "tests/fuzz/corpus/block/%s",
                       names[i]);
        if (inc_map_file(&base, &len, path, &err) != INC_OK)
            fail_msg("%s", err.what);
        assert_false(refused(base, len));
        inc_unmap_file(base, len);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(owners),       cmocka_unit_test(other_worlds),
        cmocka_unit_test(heads),        cmocka_unit_test(sections),
        cmocka_unit_test(trees),        cmocka_unit_test(small_trees),
        cmocka_unit_test(fuzzed_world), cmocka_unit_test(corpus),
        cmocka_unit_test(corpus_binds),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
