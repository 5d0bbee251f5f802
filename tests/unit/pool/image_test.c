/*
 * The people of a pool in a file: what is opened is what was saved, a file that
 * does not fit or is damaged is refused, one made to harm leads nobody outside,
 * and a saved pool's memory is given back.
 */
#include "engine/base/stream.h"
#include "engine/pool/image.h"
#include "engine/pool/inside.h"
#include "tests/unit/pool/people.h"
#include "tests/unit/pool/walk.h"

enum { SEED = 414141, PAGE = 4096, MANY = 5200 };

static char dir[64], path[128], other_path[128];
static uint64_t model[MANY];
static struct inc_stamp stamp;
static unsigned char digest_of[INC_DIGEST]; /* the image saved last */

static int
set_up(void **state)
{
    (void)state;
    memset(model, 0, sizeof model);
    memset(&stamp, 0, sizeof stamp);
    memcpy(stamp.store_id, "0123456789abcdef0123456789abcdef", 33);
    stamp.seq = 77;
    memset(stamp.taxonomy, 1, INC_DIGEST);
    memset(stamp.space, 2, INC_DIGEST);
    memset(stamp.geo, 3, INC_DIGEST);
    (void)snprintf(dir, sizeof dir, "/tmp/inc-image-XXXXXX");
    if (mkdtemp(dir) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/people", dir);
    (void)snprintf(other_path, sizeof other_path, "%s/other", dir);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    (void)unlink(path);
    (void)unlink(other_path);
    return rmdir(dir); /* fails when something is left behind */
}

/* ---- pools ---- */

/* `n` people of numbers first .. with the seed number + shift; 0: dropped. */
static struct inc_pool *
add(struct inc_pool *old, uint64_t first, uint64_t n, uint64_t shift)
{
    struct inc_pool_builder *b;
    struct inc_pool *next;
    static struct record r;

    assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
    for (uint64_t no = first; no < first + n; no++) {
        model[no] = shift > 0 ? no + shift : 0;
        if (shift == 0) {
            assert_int_equal(inc_pool_drop_candidate(b, no, NULL), INC_OK);
            continue;
        }
        make_record(&r, model[no]);
        assert_int_equal(inc_pool_add_candidate(b, no, &r.c, NULL), INC_OK);
    }
    assert_int_equal(inc_pool_end(&next, b, old, 1, NULL), INC_OK);
    inc_pool_drop(old);
    return next;
}

/* Several runs, dead rows in the first and the last, two trees at least. */
static struct inc_pool *
several_runs(void)
{
    struct inc_pool *p = add(NULL, 0, MANY, 1000);

    p = add(p, 0, 300, 9000);
    p = add(p, 3000, 40, 0);
    p = add(p, 50, 20, 20000);
    p = add(p, 60, 3, 0);
    assert_true(p->n_runs >= 3);
    return p;
}

static void
save(const struct inc_pool *p)
{
    struct inc_err err;

    if (inc_image_save(path, p, &stamp, digest_of, &err) != INC_OK)
        fail_msg("save: %s", err.what);
}

static struct inc_pool *
open_it(void)
{
    struct inc_pool *p = NULL;
    struct inc_err err;
    uint64_t seq = 0;

    if (inc_image_open(&p, &seq, path, &world, &stamp, &err) != INC_OK)
        fail_msg("open: %s", err.what);
    assert_int_equal(seq, 77);
    assert_int_equal(inc_pool_generation(p), 77);
    return p;
}

/* The same blocks, byte for byte, and the same rows dead. */
static void
same_pool(const struct inc_pool *a, const struct inc_pool *b)
{
    assert_int_equal(a->n_slots, b->n_slots);
    assert_int_equal(a->n_runs, b->n_runs);
    assert_int_equal(a->people, b->people);
    assert_int_equal(a->unknown, b->unknown);
    for (size_t i = 0; i < a->n_runs; i++) {
        assert_int_equal(a->run[i].first, b->run[i].first);
        assert_int_equal(a->run[i].n, b->run[i].n);
        assert_int_equal(a->run[i].live, b->run[i].live);
    }
    for (size_t i = 0; i < a->n_slots; i++) {
        const struct inc_block *x = a->slot[i].block, *y = b->slot[i].block;

        assert_int_equal(x->bytes, y->bytes);
        assert_memory_equal(x->head, y->head, x->bytes);
        assert_memory_equal(a->slot[i].dead->bits, b->slot[i].dead->bits,
                            ((size_t)x->rows + 63) / 64 * 8);
    }
}

/* ---- round trips ---- */

static void
round_trips(void **state)
{
    static const uint64_t sizes[] = {0, 1, 16, 63, 64, 65, 1023, 1024, 1025};

    (void)state;
    for (size_t i = 0; i < INC_COUNT(sizes); i++) {
        struct inc_pool *p = add(NULL, 0, sizes[i], 500), *q;

        save(p);
        q = open_it();
        same_pool(p, q);
        check_people(q, model, sizes[i], sizes[i] < 70);
        inc_pool_drop(p);
        inc_pool_drop(q);
    }
}

static void
runs_and_dead_rows(void **state)
{
    struct inc_pool *p = several_runs(), *q, *r;
    struct inc_merge *m;

    (void)state;
    save(p);
    q = open_it();
    same_pool(p, q);
    check_people(q, model, MANY, 0);
    /* the opened one is written to, saved again and opened again */
    q = add(q, 100, 500, 30000);
    q = add(q, 4000, 30, 0);
    check_people(q, model, MANY, 0);
    save(q);
    r = open_it();
    same_pool(q, r);
    /* merges of mapped blocks */
    for (int i = 0; i < 4; i++)
        r = add(r, (uint64_t)i * 1200, 1000, 40000 + (uint64_t)i);
    for (int i = 0; i < 5 && inc_pool_due(r); i++) {
        struct inc_pool *next;

        assert_int_equal(inc_merge_make(&m, r, NULL), INC_OK);
        assert_int_equal(inc_merge_install(&next, r, m, NULL), INC_OK);
        inc_pool_drop(r);
        r = next;
    }
    assert_int_equal(inc_pool_due(r), 0);
    check_people(r, model, MANY, 0);
    inc_pool_drop(p);
    inc_pool_drop(q);
    inc_pool_drop(r);
}

/* ---- what is refused ---- */

/* Use a pool that was opened: writes, and a merge. */
static void
go_on(struct inc_pool *p)
{
    static uint64_t kept[MANY];
    struct inc_merge *m;
    struct inc_pool *next;
    size_t block;
    uint32_t row;

    memcpy(kept, model, sizeof kept);
    for (uint64_t no = 0; no < MANY; no += 31)
        (void)inc_pool_find(p, no, &block, &row);
    p = add(p, 40, 30, 70000);
    p = add(p, 3000, 50, 0);
    if (inc_pool_due(p)) {
        assert_int_equal(inc_merge_make(&m, p, NULL), INC_OK);
        if (inc_merge_install(&next, p, m, NULL) == INC_OK)
            inc_pool_drop(next);
    }
    inc_pool_drop(p);
    memcpy(model, kept, sizeof kept);
}

static enum inc_status
opened(const struct inc_stamp *want, struct inc_err *err)
{
    struct inc_pool *p = NULL;
    uint64_t seq;
    enum inc_status st = inc_image_open(&p, &seq, path, &world, want, err);

    if (st != INC_OK) {
        assert_null(p);
        assert_true(err->what[0] != '\0');
        return st;
    }
    for (size_t i = 0; i < inc_pool_blocks(p); i++)
        (void)walk_block(inc_pool_block(p, i));
    go_on(p);
    return st;
}

static void
other_stamps(void **state)
{
    struct inc_pool *p = add(NULL, 0, 50, 500);
    struct inc_stamp want = stamp;
    struct inc_err err;

    (void)state;
    assert_int_equal(opened(&want, &err), INC_E_NOTFOUND);
    save(p);
    inc_pool_drop(p);
    assert_int_equal(opened(&want, &err), INC_OK);
    want.seq = 5; /* the moment may be another */
    assert_int_equal(opened(&want, &err), INC_OK);
    want.store_id[31] ^= 1;
    assert_int_equal(opened(&want, &err), INC_E_MISMATCH);
    assert_non_null(strstr(err.what, "store"));
    want = stamp;
    want.taxonomy[0] ^= 1;
    assert_int_equal(opened(&want, &err), INC_E_MISMATCH);
    assert_non_null(strstr(err.what, "taxonomy"));
    want = stamp;
    want.space[31] ^= 1;
    assert_int_equal(opened(&want, &err), INC_E_MISMATCH);
    assert_non_null(strstr(err.what, "space"));
    want = stamp;
    want.geo[7] ^= 1;
    assert_int_equal(opened(&want, &err), INC_E_MISMATCH);
    assert_non_null(strstr(err.what, "comuni"));
}

struct file {
    unsigned char *bytes;
    size_t len;
};

static struct file
slurp(void)
{
    unsigned char *base;
    struct inc_err err;
    struct file f;

    assert_int_equal(inc_map_file(&base, &f.len, path, &err), INC_OK);
    f.bytes = malloc(f.len);
    assert_non_null(f.bytes);
    memcpy(f.bytes, base, f.len);
    inc_unmap_file(base, f.len);
    return f;
}

static void
spit(const unsigned char *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* One byte at `at` of the file. */
static void
poke(size_t at, unsigned char byte)
{
    FILE *f = fopen(path, "r+b");

    assert_non_null(f);
    assert_int_equal(fseek(f, (long)at, SEEK_SET), 0);
    assert_int_equal(fputc(byte, f), byte);
    assert_int_equal(fclose(f), 0);
}

/* A byte anywhere: the digest or, before it, the head says so. */
static void
damage(void **state)
{
    struct inc_pool *p = several_runs();
    struct inc_rng r = {SEED};
    struct inc_err err;
    struct file f;

    (void)state;
    save(p);
    inc_pool_drop(p);
    f = slurp();
    for (int round = 0; round < 300; round++) {
        size_t at = round < 200 ? (size_t)round : f.len - 1 - (size_t)round;
        enum inc_status st;

        if (round >= 240)
            at = inc_rng_below(&r, (uint32_t)f.len);
        poke(at, f.bytes[at] ^ 0x10);
        st = opened(&stamp, &err);
        if (st != INC_E_CORRUPT && st != INC_E_MISMATCH && st != INC_E_NEWER)
            fail_msg("byte %zu of %zu does not matter", at, f.len);
        poke(at, f.bytes[at]);
    }
    assert_int_equal(opened(&stamp, &err), INC_OK);
    for (size_t len = 0; len < f.len; len += len < 1024 ? 13 : 40961) {
        spit(f.bytes, len);
        assert_int_equal(opened(&stamp, &err), INC_E_CORRUPT);
    }
    spit(f.bytes, f.len - 1);
    assert_int_equal(opened(&stamp, &err), INC_E_CORRUPT);
    free(f.bytes);
}

/* ---- forged: damaged, with a right digest ---- */

static void
forge(const struct file *f)
{
    unsigned char digest[INC_DIGEST];

    inc_digest(digest, f->bytes, f->len - INC_DIGEST);
    memcpy(f->bytes + f->len - INC_DIGEST, digest, INC_DIGEST);
    spit(f->bytes, f->len);
}

/* Head and table, 32 bits at a time, with numbers that lie at edges; then a few
 * bytes anywhere. Refused or readable all through, never worse. */
static void
forged(void **state)
{
    static const uint32_t edges[] = {0,      1,          63,         64,
                                     65536,  65537,      0x7fffffff, 0x80000000,
                                     0xffff, 0xfffff000, 0xffffffff};
    struct inc_pool *p = several_runs();
    const size_t table = 512; /* the head and some entries, at least */
    struct inc_rng r = {SEED};
    uint32_t no = 0, yes = 0;
    struct inc_err err;
    struct file f, g;

    (void)state;
    save(p);
    inc_pool_drop(p);
    f = slurp();
    g = f;
    g.bytes = malloc(f.len);
    assert_non_null(g.bytes);
    memcpy(g.bytes, f.bytes, f.len);
    forge(&g);
    assert_int_equal(opened(&stamp, &err), INC_OK);
    for (size_t at = 0; at + 4 <= table; at += 4)
        for (size_t e = 0; e < INC_COUNT(edges); e += 1 + at % 3) {
            memcpy(g.bytes + at, &edges[e], 4);
            forge(&g);
            *(opened(&stamp, &err) == INC_OK ? &yes : &no) += 1;
            memcpy(g.bytes + at, f.bytes + at, 4);
        }
    assert_true(no > 300);
    for (int round = 0; round < 200; round++) {
        size_t at[3];

        for (int i = 0; i < 3; i++) {
            at[i] = inc_rng_below(&r, (uint32_t)(f.len - INC_DIGEST));
            g.bytes[at[i]] = (unsigned char)inc_rng_next(&r);
        }
        forge(&g);
        *(opened(&stamp, &err) == INC_OK ? &yes : &no) += 1;
        for (int i = 0; i < 3; i++)
            g.bytes[at[i]] = f.bytes[at[i]];
    }
    print_message("%u refused, %u harmless\n", no, yes);
    free(g.bytes);
    free(f.bytes);
}

/* ---- taking over ---- */

static size_t
mapped(const struct inc_pool *p)
{
    size_t n = 0;

    for (size_t i = 0; i < p->n_slots; i++)
        n += p->slot[i].block->owner != NULL;
    return n;
}

static void
adopted(void **state)
{
    struct inc_pool *p = several_runs(), *q = NULL;
    struct inc_err err;

    (void)state;
    save(p);
    assert_int_equal(mapped(p), 0);
    assert_int_equal(inc_image_adopt(&q, p, p, path, digest_of, &err), INC_OK);
    same_pool(p, q);
    assert_int_equal(mapped(q), q->n_slots);
    assert_int_equal(inc_pool_generation(q), inc_pool_generation(p));
    inc_pool_drop(p);
    check_people(q, model, MANY, 0);
    /* it is written to, and what was mapped can be merged */
    for (int i = 0; i < 6; i++)
        q = add(q, (uint64_t)i * 800, 700, 60000 + (uint64_t)i);
    q = add(q, 2000, 100, 0);
    check_people(q, model, MANY, 0);
    inc_pool_drop(q);
}

/* The pool goes on between saving and taking over. */
static void
adopted_late(void **state)
{
    struct inc_pool *saved = several_runs(), *now, *q = NULL;
    struct inc_err err;

    (void)state;
    save(saved);
    now = add(inc_pool_hold(saved), 10, 200, 50000);
    now = add(now, 4500, 100, 0);
    assert_int_equal(inc_image_adopt(&q, now, saved, path, digest_of, &err),
                     INC_OK);
    same_pool(now, q);
    assert_true(mapped(q) >= 1 && mapped(q) < q->n_slots);
    inc_pool_drop(now);
    inc_pool_drop(saved);
    check_people(q, model, MANY, 0);
    inc_pool_drop(q);
}

/* A merge made of blocks that are mapped ones by the time it is installed. */
static void
adopted_while_merging(void **state)
{
    struct inc_pool *p = add(NULL, 0, MANY, 1000), *q = NULL, *r;
    struct inc_merge *m;
    struct inc_err err;
    enum inc_status st;

    (void)state;
    p = add(p, 0, 2900, 9000);
    assert_int_equal(inc_pool_due(p), 1);
    save(p);
    assert_int_equal(inc_merge_make(&m, p, &err), INC_OK);
    assert_int_equal(inc_image_adopt(&q, p, p, path, digest_of, &err), INC_OK);
    st = inc_merge_install(&r, q, m, &err);
    assert_int_equal(st, INC_E_CONFLICT);
    check_people(q, model, MANY, 0);
    inc_pool_drop(p);
    inc_pool_drop(q);
}

/* Another image came to lie there: of other people ... */
static void
adopted_too_late(void **state)
{
    struct inc_pool *p = add(NULL, 0, 1500, 1000), *q = NULL, *o;
    unsigned char digest[INC_DIGEST];
    struct inc_err err;

    (void)state;
    save(p);
    assert_int_equal(inc_image_adopt(&q, p, p, other_path, digest_of, &err),
                     INC_E_NOTFOUND);
    assert_null(q);
    o = add(NULL, 0, 1400, 1000);
    memcpy(digest, digest_of, sizeof digest);
    save(o);
    assert_int_equal(inc_image_adopt(&q, p, p, path, digest, &err),
                     INC_E_CONFLICT);
    assert_null(q);
    inc_pool_drop(o);
    inc_pool_drop(p);
}

/* A twin of the pool but for the contents of one row. */
static struct inc_pool *
hours_of(int64_t hours)
{
    struct inc_pool_builder *b;
    struct inc_pool *p;
    static struct record r;

    assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
    for (uint64_t no = 0; no < 100; no++) {
        make_record(&r, no + 1);
        r.c.has |= BIT(INC_CANDIDATE_AVAILABILITY);
        r.c.availability.has |= BIT(INC_AVAILABILITY_HOURS_WEEK);
        r.c.availability.hours_week = hours;
        assert_int_equal(inc_pool_add_candidate(b, no, &r.c, NULL), INC_OK);
    }
    assert_int_equal(inc_pool_end(&p, b, NULL, 1, NULL), INC_OK);
    return p;
}

/* ... or of the same ones, who changed so little that blocks have one head. */
static void
adopted_twin(void **state)
{
    struct inc_pool *p = hours_of(20), *o = hours_of(30), *q = NULL;
    unsigned char digest[INC_DIGEST];
    struct inc_err err;

    (void)state;
    save(p);
    memcpy(digest, digest_of, sizeof digest);
    save(o);
    assert_int_equal(inc_image_adopt(&q, p, p, path, digest, &err),
                     INC_E_CONFLICT);
    assert_null(q);
    inc_pool_drop(o);
    inc_pool_drop(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(round_trips, set_up, tear_down),
        cmocka_unit_test_setup_teardown(runs_and_dead_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_stamps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(damage, set_up, tear_down),
        cmocka_unit_test_setup_teardown(forged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(adopted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(adopted_late, set_up, tear_down),
        cmocka_unit_test_setup_teardown(adopted_while_merging, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(adopted_too_late, set_up, tear_down),
        cmocka_unit_test_setup_teardown(adopted_twin, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
