/*
 * Blocks used where they lie: a copy reads as the block it is of, and one with
 * bytes changed is refused or can be read all through. What is read outside is
 * for AddressSanitizer to see.
 */
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
        inc_buf_release(&bytes);
        inc_pool_drop(p);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(owners), cmocka_unit_test(other_worlds),
        cmocka_unit_test(heads),  cmocka_unit_test(sections),
        cmocka_unit_test(corpus),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
