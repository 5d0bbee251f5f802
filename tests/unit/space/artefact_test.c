/* The bytes of a skill space: every field wrong, every bit flipped, every
 * length cut, the old format. */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/file.h"
#include "engine/base/mem.h"
#include "engine/space/artefact.h"
#include "tests/unit/space/sample.h"

enum {
    IDF = 135 + SAMPLE_ROWS * SAMPLE_DIM,
    BLOCK = IDF + 2 * SAMPLE_ROWS, /* of occupations */
    JOBS = BLOCK + 12,             /* their URIs, 13 bytes each */
    COUNTS = JOBS + SAMPLE_JOBS * 13,
    NUMBERS = COUNTS + 2 * SAMPLE_ROWS
};

static struct inc_buf good;

static int
setup(void **state)
{
    (void)state;
    if (inc_hash_start() != 0)
        return -1;
    return inc_artefact_encode(&good, &sample, NULL) == INC_OK ? 0 : -1;
}

static int
teardown(void **state)
{
    (void)state;
    inc_buf_release(&good);
    return 0;
}

/* Parse a copy of exactly that length, so that ASan sees a read past it. */
static enum inc_status
parse(const unsigned char *bytes, size_t len, struct inc_err *err)
{
    struct inc_artefact a = {0};
    unsigned char *copy = inc_mem_zero(len, 1);
    enum inc_status st;

    assert_non_null(copy);
    memcpy(copy, bytes, len);
    inc_err_clear(err);
    st = inc_artefact_parse(&a, copy, len, err);
    inc_artefact_release(&a);
    inc_mem_free(copy);
    return st;
}

static void
seal(unsigned char *bytes, size_t len)
{
    inc_digest(bytes + len - INC_DIGEST, bytes, len - INC_DIGEST);
}

static void
reads_what_was_written(void **state)
{
    struct inc_artefact a = {0};

    (void)state;
    assert_int_equal(inc_artefact_parse(&a, good.data, good.len, NULL), INC_OK);
    assert_int_equal(a.dim, SAMPLE_DIM);
    assert_int_equal(a.rows, SAMPLE_ROWS);
    assert_string_equal(a.taxonomy_version, "1.2.3");
    assert_string_equal(a.provenance, "{\"seed\":\"7\"}");
    assert_memory_equal(a.taxonomy_digest, sample_digest, INC_DIGEST);
    assert_memory_equal(a.vectors, sample_vectors, sizeof sample_vectors);
    for (uint32_t i = 0; i < SAMPLE_ROWS; i++) {
        assert_string_equal(a.uris[i], sample_uris[i]);
        assert_int_equal(inc_artefact_idf(&a, i), sample_idf[i]);
    }
    assert_int_equal(a.format, 2);
    assert_int_equal(a.n_occupations, SAMPLE_JOBS);
    for (uint32_t o = 0; o < SAMPLE_JOBS; o++)
        assert_string_equal(a.occupation_uris[o], sample_jobs[o]);
    assert_memory_equal(a.row_start, sample_start, sizeof sample_start);
    assert_memory_equal(a.row_occupations, sample_lists, sizeof sample_lists);
    inc_artefact_release(&a);
}

/* A file that the engine wrote when format 1 was the newest. */
static void
reads_format_1(void **state)
{
    static const uint32_t none[SAMPLE_ROWS + 1] = {0};
    struct inc_artefact a = {0};
    struct inc_buf old = {0};
    struct inc_err err;

    (void)state;
    assert_int_equal(
        inc_file_read(&old, "tests/fuzz/corpus/space/format_1", 1024, &err),
        INC_OK);
    assert_int_equal(inc_artefact_parse(&a, old.data, old.len, &err), INC_OK);
    assert_int_equal(a.format, 1);
    assert_int_equal(a.rows, SAMPLE_ROWS);
    assert_memory_equal(a.vectors, sample_vectors, sizeof sample_vectors);
    assert_string_equal(a.uris[3], sample_uris[3]);
    assert_int_equal(inc_artefact_idf(&a, 2), sample_idf[2]);
    assert_int_equal(a.n_occupations, 0);
    assert_memory_equal(a.row_start, none, sizeof none);
    inc_artefact_release(&a);
    /* Format 1 has nothing after the idf, and format 2 has. */
    old.data[11] = 2;
    seal(old.data, old.len);
    assert_int_equal(parse(old.data, old.len, &err), INC_E_CORRUPT);
    inc_buf_release(&old);
    good.data[11] = 1;
    seal(good.data, good.len);
    assert_int_equal(parse(good.data, good.len, &err), INC_E_CORRUPT);
    good.data[11] = 2;
    seal(good.data, good.len);
}

/* The layout is fixed for ever: these offsets are the format. */
static void
header_is_big_endian(void **state)
{
    static const unsigned char want[32] = {
        'I', 'N', 'C', 'S', 'P', 'A', 'C', 'E', 0, 0, 0, 2,  0, 0, 0, 16,
        0,   0,   0,   4,   0,   0,   0,   6,   0, 0, 0, 13, 0, 0, 0, 52};

    static const unsigned char lists[] = {
        0, 2, 0, 1, 0, 2, 0, 0,        /* how many for a, b, c, d */
        0, 0, 0, 2, 0, 1, 0, 0, 0, 1}; /* x, z; y; x, y */
    static const unsigned char block[12] = {0, 0,  0, 3, 0, 0,
                                            0, 39, 0, 0, 0, 5};

    (void)state;
    assert_memory_equal(good.data, want, sizeof want);
    assert_int_equal(good.len, 64 + 6 + 13 + 52 + 4 * 16 + 4 * 2 + 12 + 39 +
                                   4 * 2 + 5 * 2 + 32);
    assert_memory_equal(good.data + BLOCK, block, sizeof block);
    assert_memory_equal(good.data + JOBS, "http://x/o/x\0http://x/o/y", 26);
    assert_memory_equal(good.data + COUNTS, lists, sizeof lists);
    assert_memory_equal(good.data + 64, "1.2.3\0{\"seed\":\"7\"}\0http://x/s/a",
                        6 + 13 + 12 + 1);
}

static void
every_flipped_bit_is_seen(void **state)
{
    struct inc_err err;

    (void)state;
    for (size_t bit = 0; bit < good.len * 8; bit++) {
        enum inc_status st;
        good.data[bit / 8] ^= (unsigned char)(1U << bit % 8);
        st = parse(good.data, good.len, &err);
        good.data[bit / 8] ^= (unsigned char)(1U << bit % 8);
        if (bit / 8 < 8)
            assert_int_equal(st, INC_E_FORMAT);
        else if (bit / 8 < 12)
            assert_true(st == INC_E_NEWER || st == INC_E_CORRUPT);
        else if (st != INC_E_CORRUPT)
            fail_msg("bit %zu: got %d", bit, st);
        assert_true(err.what[0] != '\0');
    }
    assert_int_equal(parse(good.data, good.len, &err), INC_OK);
}

static void
every_cut_is_seen(void **state)
{
    struct inc_err err;
    unsigned char longer[1024];

    (void)state;
    for (size_t len = 0; len < good.len; len++) {
        enum inc_status st = parse(good.data, len, &err);
        if (st != (len < 8 ? INC_E_FORMAT : INC_E_CORRUPT))
            fail_msg("%zu bytes: got %d", len, st);
    }
    memcpy(longer, good.data, good.len);
    longer[good.len] = 0;
    assert_int_equal(parse(longer, good.len + 1, &err), INC_E_CORRUPT);
}

/* Header fields with a right digest: what a careless writer could make. */
static void
sealed_but_wrong(void **state)
{
    static const struct {
        const char *name;
        size_t at;
        unsigned char value;
        enum inc_status want;
    } row[] = {
        {"format 3", 11, 3, INC_E_NEWER},
        {"format 2^24", 8, 1, INC_E_NEWER},
        {"format 0", 11, 0, INC_E_CORRUPT},
        {"dimension 0", 15, 0, INC_E_CORRUPT},
        {"dimension 17", 15, 17, INC_E_CORRUPT},
        {"dimension 2^31", 12, 128, INC_E_CORRUPT},
        {"rows 0", 19, 0, INC_E_CORRUPT},
        {"rows 2^31", 16, 128, INC_E_CORRUPT},
        {"version text of 2^31 bytes", 20, 128, INC_E_CORRUPT},
        {"provenance of 2^31 bytes", 24, 128, INC_E_CORRUPT},
        {"URIs of 2^31 bytes", 28, 128, INC_E_CORRUPT},
        {"version text without NUL", 69, 'x', INC_E_CORRUPT},
        {"version text with two NULs", 66, 0, INC_E_CORRUPT},
        {"version text not UTF-8", 66, 0xff, INC_E_CORRUPT},
        {"provenance without NUL", 82, 'x', INC_E_CORRUPT},
        {"provenance not UTF-8", 75, 0xc0, INC_E_CORRUPT},
        {"empty URI", 83, 0, INC_E_CORRUPT},
        {"URI not UTF-8", 84, 0x80, INC_E_CORRUPT},
        {"URIs not ascending", 83 + 11, 'c', INC_E_CORRUPT},
        {"URI twice", 83 + 13 + 11, 'a', INC_E_CORRUPT},
        {"two URIs in one", 83 + 12, '/', INC_E_CORRUPT},
        {"URI too many", 83 + 3, 0, INC_E_CORRUPT},
        {"value -128", 135 + 5, 128, INC_E_RANGE},
        {"value -128 at the end", 135 + 63, 128, INC_E_RANGE},
        {"value -127", 135 + 5, 129, INC_OK},
        {"other idf", 135 + 64, 77, INC_OK},
        {"other taxonomy", 40, 77, INC_OK},
        {"occupations 2", BLOCK + 3, 2, INC_E_CORRUPT},
        {"occupations 4", BLOCK + 3, 4, INC_E_CORRUPT},
        {"occupations 2^31", BLOCK, 128, INC_E_CORRUPT},
        {"occupations 0", BLOCK + 3, 0, INC_E_CORRUPT},
        {"occupation URIs 38 bytes", BLOCK + 7, 38, INC_E_CORRUPT},
        {"occupation URIs of 2^31 bytes", BLOCK + 4, 128, INC_E_CORRUPT},
        {"4 entries", BLOCK + 11, 4, INC_E_CORRUPT},
        {"2^31 entries", BLOCK + 8, 128, INC_E_CORRUPT},
        {"occupation URI empty", JOBS, 0, INC_E_CORRUPT},
        {"occupation URI not UTF-8", JOBS + 1, 0x80, INC_E_CORRUPT},
        {"occupation URIs not ascending", JOBS + 11, 'z', INC_E_CORRUPT},
        {"occupation URI twice", JOBS + 13 + 11, 'x', INC_E_CORRUPT},
        {"last occupation URI open", JOBS + 38, 'x', INC_E_CORRUPT},
        {"list longer", COUNTS + 3, 2, INC_E_CORRUPT},
        {"list shorter", COUNTS + 5, 1, INC_E_CORRUPT},
        {"list of 32,770", COUNTS, 128, INC_E_CORRUPT},
        {"list of the last row longer", COUNTS + 7, 1, INC_E_CORRUPT},
        {"occupation 3 of 3", NUMBERS + 3, 3, INC_E_RANGE},
        {"occupation 256", NUMBERS + 8, 1, INC_E_RANGE},
        {"occupation twice in a list", NUMBERS + 9, 0, INC_E_CORRUPT},
        {"list not ascending", NUMBERS + 7, 2, INC_E_CORRUPT},
        {"first of a list below the last of the one before", NUMBERS + 5, 0,
         INC_OK},
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        unsigned char bytes[1024];
        struct inc_err err;
        enum inc_status got;
        memcpy(bytes, good.data, good.len);
        bytes[row[i].at] = row[i].value;
        seal(bytes, good.len);
        got = parse(bytes, good.len, &err);
        if (got != row[i].want)
            fail_msg("%s: got %d, want %d (%s)", row[i].name, got, row[i].want,
                     err.what);
    }
}

/* Whole files whose lengths agree and whose dimension does not do. */
static void
dimensions(void **state)
{
    static const struct {
        uint32_t dim;
        enum inc_status want;
    } row[] = {{0, INC_E_RANGE},   {8, INC_E_RANGE}, {16, INC_OK},
               {24, INC_E_RANGE},  {1040, INC_OK},   {1041, INC_E_RANGE},
               {1056, INC_E_RANGE}};
    static int8_t zeros[SAMPLE_ROWS * 1056];

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct inc_space_parts p = sample;
        struct inc_buf b = {0};
        struct inc_err err;
        p.dim = row[i].dim;
        p.vectors = zeros;
        assert_int_equal(inc_artefact_encode(&b, &p, &err), INC_OK);
        assert_int_equal(parse(b.data, b.len, &err), row[i].want);
        inc_buf_release(&b);
    }
}

/* URIs that the header's count does not describe, in a sealed file. */
static void
strange_uris(void **state)
{
    static const char *const blank[SAMPLE_ROWS] = {"", "b", "c", "d"};
    static const char *const more[SAMPLE_ROWS] = {"a", "b", "c", "dze"};
    struct inc_space_parts p = sample;
    struct inc_buf b = {0};
    struct inc_err err;
    unsigned char *z;

    (void)state;
    p.uris = blank;
    assert_int_equal(inc_artefact_encode(&b, &p, &err), INC_OK);
    assert_int_equal(parse(b.data, b.len, &err), INC_E_CORRUPT);
    inc_buf_reset(&b);
    p.uris = more;
    assert_int_equal(inc_artefact_encode(&b, &p, &err), INC_OK);
    assert_int_equal(parse(b.data, b.len, &err), INC_OK);
    z = memchr(b.data, 'z', b.len);
    assert_non_null(z);
    *z = '\0'; /* "d" and "e": five in order where four are promised */
    seal(b.data, b.len);
    assert_int_equal(parse(b.data, b.len, &err), INC_E_CORRUPT);
    inc_buf_release(&b);
}

static void
no_rows(void **state)
{
    struct inc_space_parts p = sample;
    struct inc_buf b = {0};
    struct inc_err err;

    (void)state;
    p.rows = 0;
    assert_int_equal(inc_artefact_encode(&b, &p, &err), INC_OK);
    assert_int_equal(parse(b.data, b.len, &err), INC_E_RANGE);
    inc_buf_release(&b);
}

static void
too_long_texts(void **state)
{
    char text[300];
    struct inc_space_parts p = sample;
    struct inc_buf b = {0};
    struct inc_err err;

    (void)state;
    memset(text, 'x', sizeof text);
    text[256] = '\0';
    p.taxonomy_version = text;
    assert_int_equal(inc_artefact_encode(&b, &p, &err), INC_OK);
    assert_int_equal(parse(b.data, b.len, &err), INC_E_RANGE);
    inc_buf_reset(&b);
    text[255] = '\0';
    assert_int_equal(inc_artefact_encode(&b, &p, &err), INC_OK);
    assert_int_equal(parse(b.data, b.len, &err), INC_OK);
    inc_buf_release(&b);
}

/* `count` occupations without skills: URIs of four letters, ascending. */
static enum inc_status
with_occupations(uint32_t count)
{
    static char text[INC_OCCUPATIONS_MAX + 1][5];
    static const char *uris[INC_OCCUPATIONS_MAX + 1];
    static const uint32_t start[SAMPLE_ROWS + 1];
    struct inc_space_parts p = sample;
    struct inc_buf b = {0};
    struct inc_err err;
    enum inc_status st;

    for (uint32_t o = 0; o < count; o++) {
        for (int k = 0; k < 4; k++)
            text[o][k] = (char)('a' + (o >> (12 - 4 * k) & 15));
        uris[o] = text[o];
    }
    p.n_occupations = count;
    p.occupation_uris = uris;
    p.row_start = start;
    assert_int_equal(inc_artefact_encode(&b, &p, &err), INC_OK);
    st = parse(b.data, b.len, &err);
    inc_buf_release(&b);
    return st;
}

static void
most_occupations(void **state)
{
    (void)state;
    assert_int_equal(with_occupations(0), INC_OK);
    assert_int_equal(with_occupations(INC_OCCUPATIONS_MAX), INC_OK);
    assert_int_equal(with_occupations(INC_OCCUPATIONS_MAX + 1), INC_E_RANGE);
}

/* So many concepts, all of them in the list of one occupation. */
static enum inc_status
with_rows(uint32_t rows, int listed)
{
    static const char *const job[1] = {"o"};
    struct inc_space_parts p = sample;
    struct inc_buf b = {0};
    struct inc_err err;
    enum inc_status st;
    char(*text)[8] = inc_mem_zero(rows, sizeof *text);
    const char **uris = inc_mem_zero(rows, sizeof *uris);
    int8_t *vectors = inc_mem_zero(rows, SAMPLE_DIM);
    uint16_t *idf = inc_mem_zero(rows, sizeof *idf);
    uint16_t *numbers = inc_mem_zero(rows, sizeof *numbers);
    uint32_t *start = inc_mem_zero((size_t)rows + 1, sizeof *start);

    assert_true(text && uris && vectors && idf && numbers && start);
    for (uint32_t i = 0; i < rows; i++) {
        for (int k = 0; k < 5; k++)
            text[i][k] = (char)('a' + (i >> (16 - 4 * k) & 15));
        uris[i] = text[i];
        start[i + 1] = listed ? i + 1 : 0;
    }
    p.rows = rows;
    p.vectors = vectors;
    p.idf_milli = idf;
    p.uris = uris;
    p.n_occupations = 1;
    p.occupation_uris = job;
    p.row_start = start;
    p.row_occupations = numbers;
    assert_int_equal(inc_artefact_encode(&b, &p, &err), INC_OK);
    st = parse(b.data, b.len, &err);
    inc_buf_release(&b);
    inc_mem_free(text);
    inc_mem_free(uris);
    inc_mem_free(vectors);
    inc_mem_free(idf);
    inc_mem_free(numbers);
    inc_mem_free(start);
    return st;
}

static void
most_rows_with_occupations(void **state)
{
    (void)state;
    assert_int_equal(with_rows(INC_TRADE_ROWS_MAX, 1), INC_OK);
    assert_int_equal(with_rows(INC_TRADE_ROWS_MAX + 1, 1), INC_E_RANGE);
    assert_int_equal(with_rows(INC_TRADE_ROWS_MAX + 1, 0), INC_OK);
}

/* Lists that the format cannot hold are not written. */
static void
impossible_lists(void **state)
{
    static const uint32_t falls[SAMPLE_ROWS + 1] = {0, 2, 1, 2, 2};
    static const uint32_t leaps[SAMPLE_ROWS + 1] = {0, 0, 65536, 65536, 65536};
    static const uint32_t late[SAMPLE_ROWS + 1] = {1, 2, 3, 5, 5};
    struct inc_space_parts p = sample;
    struct inc_buf b = {0};
    struct inc_err err;

    (void)state;
    p.row_start = falls;
    assert_int_equal(inc_artefact_encode(&b, &p, &err), INC_E_LIMIT);
    p.row_start = leaps;
    assert_int_equal(inc_artefact_encode(&b, &p, &err), INC_E_LIMIT);
    assert_int_equal(b.len, 0);
    p.row_start = late; /* does not begin at 0: counts and entries differ */
    assert_int_equal(inc_artefact_encode(&b, &p, &err), INC_OK);
    assert_int_equal(parse(b.data, b.len, &err), INC_E_CORRUPT);
    inc_buf_release(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_was_written),
        cmocka_unit_test(reads_format_1),
        cmocka_unit_test(header_is_big_endian),
        cmocka_unit_test(every_flipped_bit_is_seen),
        cmocka_unit_test(every_cut_is_seen),
        cmocka_unit_test(sealed_but_wrong),
        cmocka_unit_test(dimensions),
        cmocka_unit_test(strange_uris),
        cmocka_unit_test(no_rows),
        cmocka_unit_test(too_long_texts),
        cmocka_unit_test(most_occupations),
        cmocka_unit_test(most_rows_with_occupations),
        cmocka_unit_test(impossible_lists),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
