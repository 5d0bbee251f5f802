/* Lists of like skills against cosines taken one by one, and the file that
 * keeps them: used when it is right, made again when it is not. */
#include "tests/support/cm.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "engine/base/mem.h"
#include "engine/base/rng.h"
#include "engine/kernels/panel.h"
#include "engine/space/inside.h"
#include "tests/unit/space/folder.h"
#include "tests/unit/space/sample.h"

enum {
    SEED = 20261122,
    URI = 16,
    DIM = 16,
    HEAD = 56 /* bytes of a cache's header */
};

static int
setup(void **state)
{
    const char *core;

    (void)state;
    return inc_hash_start() == 0 && inc_panel_start(&core, NULL) == INC_OK ? 0
                                                                           : -1;
}

/* A space of its own of any size. kind 0: small numbers, where roots are
 * rounded most; 1: near each other in bunches, so that lists are long; 2: any
 * numbers, nearly nothing alike. Some rows have no vector, some are twins. */
static struct inc_space *
make_space(uint32_t rows, int kind, uint64_t seed)
{
    struct inc_rng r = {seed};
    int8_t *vectors = inc_mem_zero((size_t)rows * DIM, 1);
    uint16_t *idf = inc_mem_zero(rows, sizeof *idf);
    const char **uris = inc_mem_zero(rows, sizeof *uris);
    char *text = inc_mem_zero(rows, URI);
    struct inc_space_parts parts = sample;
    struct inc_space *s = NULL;

    assert_non_null(vectors);
    assert_non_null(idf);
    assert_non_null(uris);
    assert_non_null(text);
    for (uint32_t i = 0; i < rows; i++) {
        int8_t *v = vectors + (size_t)i * DIM;

        (void)snprintf(text + (size_t)i * URI, URI, "u%06u", (unsigned)i);
        uris[i] = text + (size_t)i * URI;
        if (i % 17 == 3)
            continue; /* no vector */
        if (i % 19 == 5) {
            memcpy(v, vectors + (size_t)inc_rng_below(&r, i) * DIM, DIM);
            continue;
        }
        for (uint32_t d = 0; d < DIM; d++) {
            int any = (int)inc_rng_below(&r, 255) - 127;

            v[d] = (int8_t)(kind == 0 ? (int)inc_rng_below(&r, 5) / 2 *
                                            (any < 0 ? -1 : 1)
                            : kind == 1 ? (d == i % 7 ? 90 : 0) + any / 4
                                        : any);
        }
    }
    parts.dim = DIM;
    parts.rows = rows;
    parts.vectors = vectors;
    parts.idf_milli = idf;
    parts.uris = uris;
    parts.n_occupations = 0;
    parts.occupation_uris = NULL;
    parts.row_start = NULL;
    parts.row_occupations = NULL;
    assert_int_equal(inc_space_from_parts(&s, &parts, NULL, NULL), INC_OK);
    inc_mem_free(vectors);
    inc_mem_free(idf);
    inc_mem_free(uris);
    inc_mem_free(text);
    return s;
}

static uint32_t
likeness(const struct inc_space *s, uint32_t a, uint32_t b)
{
    const int8_t *va = inc_space_row(s, a), *vb = inc_space_row(s, b);
    int64_t dot = 0;

    for (uint32_t d = 0; d < inc_space_dim(s); d++)
        dot += (int64_t)va[d] * vb[d];
    return inc_similarity_bp(
        inc_cosine_bp(dot, inc_space_norm2(s, a), inc_space_norm2(s, b)));
}

/* Everything alike is in the list of a, nothing else, in order. */
static void
list_is_right(const struct inc_space *s, uint32_t a)
{
    uint32_t n, alike = 1;
    const struct inc_near *list = inc_space_near(s, a, &n);

    assert_in_range(n, 1, inc_space_rows(s));
    assert_int_equal(list[0].skill, a);
    assert_int_equal(list[0].sim_bp, 10000);
    for (uint32_t i = 1; i < n; i++) {
        assert_int_not_equal(list[i].skill, a);
        if (list[i].sim_bp != likeness(s, a, list[i].skill))
            fail_msg("%u and %u: %u, want %u", a, list[i].skill, list[i].sim_bp,
                     likeness(s, a, list[i].skill));
        if (i > 1 && (list[i].sim_bp > list[i - 1].sim_bp ||
                      (list[i].sim_bp == list[i - 1].sim_bp &&
                       list[i].skill <= list[i - 1].skill)))
            fail_msg("list of %u is out of order at %u", a, i);
    }
    for (uint32_t b = 0; b < inc_space_rows(s); b++)
        alike += b != a && likeness(s, a, b) > 0;
    if (n != alike)
        fail_msg("%u has %u in its list, want %u", a, n, alike);
}

static void
by_brute_force(void **state)
{
    /* around a slab of rows, and past one of columns */
    static const uint32_t sizes[] = {1, 2, 4, 255, 256, 257, 700, 4099};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (int kind = 0; kind < 3; kind++) {
            struct inc_space *s =
                make_space(sizes[i], kind, SEED + (uint64_t)kind);
            uint32_t step = sizes[i] > 1000 ? 83 : 1;
            uint64_t pairs = 0;

            assert_int_equal(inc_space_near_pairs(s), 0);
            assert_int_equal(inc_space_make_near(s, NULL, NULL), INC_OK);
            for (uint32_t a = 0; a < sizes[i]; a++) {
                uint32_t n;

                (void)inc_space_near(s, a, &n);
                pairs += n;
                if (a % step == 0 || a + 5 > sizes[i])
                    list_is_right(s, a);
            }
            assert_true(pairs == inc_space_near_pairs(s));
            if (kind == 1 && sizes[i] >= 255)
                assert_true(pairs > (uint64_t)sizes[i] * 10);
            inc_space_free(s);
        }
    }
}

/* Squared lengths 5 and 7: the root of 35 is taken for 5, so the cosine counts
 * as .4 where it is .338, and a test of squares would leave the pair out. */
static void
rounded_roots(void **state)
{
    static const int8_t vectors[2][DIM] = {{1, 2}, {2, 0, 1, 1, 1}};
    struct inc_space_parts parts = sample;
    struct inc_space *s = NULL;
    uint32_t n;

    (void)state;
    parts.rows = 2;
    parts.vectors = &vectors[0][0];
    parts.n_occupations = 0;
    parts.occupation_uris = NULL;
    parts.row_start = NULL;
    parts.row_occupations = NULL;
    assert_int_equal(inc_space_from_parts(&s, &parts, NULL, NULL), INC_OK);
    assert_int_equal(inc_space_norm2(s, 0) * inc_space_norm2(s, 1), 35);
    assert_int_equal(inc_space_make_near(s, NULL, NULL), INC_OK);
    assert_int_equal(inc_space_near(s, 0, &n)[1].sim_bp, 769);
    assert_int_equal(n, 2);
    list_is_right(s, 1);
    inc_space_free(s);
}

static void
the_sample(void **state)
{
    struct inc_space *s = NULL;
    const struct inc_near *first;
    uint32_t n;

    (void)state;
    assert_int_equal(inc_space_from_parts(&s, &sample, NULL, NULL), INC_OK);
    assert_int_equal(inc_space_make_near(s, NULL, NULL), INC_OK);
    for (uint32_t a = 0; a < SAMPLE_ROWS; a++)
        list_is_right(s, a);
    /* (3,4) and (4,3): cosine .96, similarity (9600 - 3500) / .65 */
    first = inc_space_near(s, 1, &n);
    assert_int_equal(n, 3);
    assert_int_equal(first[1].skill, 2);
    assert_int_equal(first[1].sim_bp, 9384);
    first = inc_space_near(s, 3, &n); /* no vector */
    assert_int_equal(n, 1);
    /* a second call does nothing */
    assert_int_equal(inc_space_make_near(s, "/nowhere/at/all", NULL), INC_OK);
    assert_ptr_equal(inc_space_near(s, 3, &n), first);
    inc_space_free(s);
}

static void
same_lists(const struct inc_space *a, const struct inc_space *b)
{
    assert_int_equal(inc_space_rows(a), inc_space_rows(b));
    assert_true(inc_space_near_pairs(a) == inc_space_near_pairs(b));
    assert_memory_equal(a->near.start, b->near.start,
                        ((size_t)a->rows + 1) * sizeof *a->near.start);
    assert_memory_equal(a->near.near, b->near.near,
                        inc_space_near_pairs(a) * sizeof *a->near.near);
}

static void
read_whole(struct inc_buf *out, const char *path)
{
    inc_buf_reset(out);
    assert_int_equal(inc_file_read(out, path, 1 << 24, NULL), INC_OK);
}

static void
write_whole(const char *path, const struct inc_buf *b)
{
    assert_int_equal(inc_file_write(path, b->data, b->len, NULL), INC_OK);
}

/* Lists of a new copy of the space, by way of the cache. */
static struct inc_space *
with_cache(uint32_t rows, uint64_t seed, const char *path)
{
    struct inc_space *s = make_space(rows, 1, seed);

    assert_int_equal(inc_space_make_near(s, path, NULL), INC_OK);
    return s;
}

static void
kept_and_read(void **state)
{
    struct folder f;
    char path[FOLDER_PATH];
    struct inc_space *one, *two, *three;
    struct inc_buf b = {0};
    unsigned char digest[INC_DIGEST];
    struct stat info;

    (void)state;
    folder_make(&f);
    folder_name(path, &f, "near");
    one = with_cache(300, SEED, path);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    two = with_cache(300, SEED, path);
    same_lists(one, two);
    /* Lists that no space would give, with a right digest: they are read, so
     * the file is. The second of the first list is dropped to 1 bp. */
    read_whole(&b, path);
    {
        const size_t at = HEAD + 301 * 4 + 4; /* struct inc_near [1] */
        uint32_t n = one->near.start[1];
        const uint16_t least = 1;

        assert_true(n > 2);
        memcpy(b.data + at + ((size_t)n - 2) * 4 + 2, &least, sizeof least);
        inc_digest(digest, b.data, b.len - INC_DIGEST);
        memcpy(b.data + b.len - INC_DIGEST, digest, INC_DIGEST);
        write_whole(path, &b);
        three = with_cache(300, SEED, path);
        assert_int_equal(three->near.near[n - 1].sim_bp, 1);
        assert_int_not_equal(one->near.near[n - 1].sim_bp, 1);
    }
    inc_space_free(one);
    inc_space_free(two);
    inc_space_free(three);
    inc_buf_release(&b);
    folder_remove(&f);
}

/* The file as it is now must be refused, the lists be right, and the file be
 * whole again. */
static void
refused(const char *path, const struct inc_space *want,
        const struct inc_buf *whole, const char *what)
{
    struct inc_space *s = with_cache(inc_space_rows(want), SEED, path);
    struct inc_buf now = {0};

    same_lists(want, s);
    read_whole(&now, path);
    if (now.len != whole->len || memcmp(now.data, whole->data, now.len) != 0)
        fail_msg("%s: not made again", what);
    inc_buf_release(&now);
    inc_space_free(s);
}

static void
damaged(void **state)
{
    struct folder f;
    char path[FOLDER_PATH];
    struct inc_space *s;
    struct inc_buf whole = {0}, b = {0};

    (void)state;
    folder_make(&f);
    folder_name(path, &f, "near");
    s = with_cache(60, SEED, path);
    read_whole(&whole, path);
    assert_true(whole.len == HEAD + 61 * 4 + inc_space_near_pairs(s) * 4 + 32);
    /* every byte of the header and the digest, and many between */
    for (size_t at = 0; at < whole.len;
         at += at < HEAD + 16 || at + 40 > whole.len ? 1 : 61) {
        inc_buf_reset(&b);
        inc_buf_add(&b, whole.data, whole.len);
        b.data[at] ^= 1;
        write_whole(path, &b);
        refused(path, s, &whole, "a bit");
    }
    for (size_t len = 0; len < whole.len; len += 1 + len / 3) {
        inc_buf_reset(&b);
        inc_buf_add(&b, whole.data, len);
        write_whole(path, &b);
        refused(path, s, &whole, "cut short");
    }
    inc_buf_reset(&b);
    inc_buf_add(&b, whole.data, whole.len);
    inc_buf_add(&b, "", 1);
    write_whole(path, &b);
    refused(path, s, &whole, "a byte more");
    inc_buf_release(&b);
    inc_buf_release(&whole);
    inc_space_free(s);
    folder_remove(&f);
}

/* Whole and digested, but not such lists. */
static void
forged(void **state)
{
    struct folder f;
    char path[FOLDER_PATH];
    struct inc_space *s;
    struct inc_buf whole = {0}, b = {0};
    unsigned char digest[INC_DIGEST];
    uint32_t rows = 60, n;

    (void)state;
    folder_make(&f);
    folder_name(path, &f, "near");
    s = with_cache(rows, SEED, path);
    n = s->near.start[1];
    assert_true(n > 3);
    read_whole(&whole, path);
    for (int kind = 0; kind < 9; kind++) {
        uint32_t *start;
        struct inc_near *near;

        inc_buf_reset(&b);
        inc_buf_add(&b, whole.data, whole.len);
        start = (void *)(b.data + HEAD);
        near = (void *)(b.data + HEAD + ((size_t)rows + 1) * 4);
        if (kind == 0)
            start[0] = 1;
        else if (kind == 1)
            start[5] = UINT32_MAX;
        else if (kind == 2)
            start[rows]--;
        else if (kind == 3)
            start[7] = start[8];
        else if (kind == 4)
            near[1].skill = (uint16_t)rows;
        else if (kind == 5)
            near[n - 1].sim_bp = 0;
        else if (kind == 6)
            near[1].sim_bp = 10001;
        else if (kind == 7)
            near[0].skill = 1;
        else
            near[2] = near[1];
        inc_digest(digest, b.data, b.len - INC_DIGEST);
        memcpy(b.data + b.len - INC_DIGEST, digest, INC_DIGEST);
        write_whole(path, &b);
        refused(path, s, &whole, "forged");
    }
    inc_buf_release(&b);
    inc_buf_release(&whole);
    inc_space_free(s);
    folder_remove(&f);
}

static void
of_another_space(void **state)
{
    struct folder f;
    char path[FOLDER_PATH];
    struct inc_space *one, *other, *fresh;
    struct inc_buf b = {0}, now = {0};

    (void)state;
    folder_make(&f);
    folder_name(path, &f, "near");
    one = with_cache(200, SEED, path);
    read_whole(&b, path);
    other = with_cache(200, SEED + 1, path); /* as many rows */
    fresh = make_space(200, 1, SEED + 1);
    assert_int_equal(inc_space_make_near(fresh, NULL, NULL), INC_OK);
    same_lists(fresh, other);
    read_whole(&now, path);
    assert_true(now.len != b.len || memcmp(now.data, b.data, b.len) != 0);
    inc_space_free(other);
    inc_space_free(fresh);
    other = with_cache(199, SEED, path); /* a row less */
    for (uint32_t a = 0; a < 199; a++)
        list_is_right(other, a);
    inc_space_free(other);
    inc_space_free(one);
    inc_buf_release(&b);
    inc_buf_release(&now);
    folder_remove(&f);
}

static void
no_place_for_it(void **state)
{
    static const char *const paths[] = {"/nowhere/at/all/near", "/proc/near",
                                        "/", ""};

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct inc_space *s = with_cache(50, SEED, paths[i]);

        for (uint32_t a = 0; a < 50; a++)
            list_is_right(s, a);
        inc_space_free(s);
    }
}

static void
too_many(void **state)
{
    struct inc_space *s = make_space(65536, 2, SEED);
    struct inc_err err;

    (void)state;
    inc_err_clear(&err);
    assert_int_equal(inc_space_make_near(s, NULL, &err), INC_E_LIMIT);
    assert_non_null(strstr(err.what, "65536"));
    assert_non_null(strstr(err.what, "65535"));
    assert_int_equal(inc_space_near_pairs(s), 0);
    inc_space_free(s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_brute_force),   cmocka_unit_test(rounded_roots),
        cmocka_unit_test(the_sample),       cmocka_unit_test(kept_and_read),
        cmocka_unit_test(damaged),          cmocka_unit_test(forged),
        cmocka_unit_test(of_another_space), cmocka_unit_test(no_place_for_it),
        cmocka_unit_test(too_many),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
