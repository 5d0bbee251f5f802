/*
 * Products against 64-bit integers, and the same bytes from every kernel set
 * OpenBLAS can be told to use. OpenBLAS reads OPENBLAS_CORETYPE when it is
 * loaded, so the last test runs this program again: with INC_PANEL_CHILD set
 * it prints the kernel's name and a digest of all products, and nothing else.
 */
#include "tests/support/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/base/rng.h"
#include "engine/kernels/panel.h"

enum { SEED = 90125, ROWS = 301 };

static const size_t dims[] = {16, 32, 48, 128, 256, 272, 512, 1024, 1040};
static const size_t batches[] = {1, 2, 6, 11, 16, 33};

static const char *program;

/* Integer values -127..127; every fourth vector has only the extremes, so the
 * sums come near 2^24. */
static float *
vectors(struct inc_rng *r, size_t n, size_t dim)
{
    float *v = inc_mem_zero64(n * dim, sizeof *v);

    assert_non_null(v);
    for (size_t i = 0; i < n * dim; i++) {
        int value = (int)inc_rng_below(r, 255) - 127;

        if (i / dim % 4 == 0)
            value = i / dim % 8 == 0 ? 127 : -127;
        v[i] = (float)value;
    }
    return v;
}

static int64_t
dot(const float *a, const float *b, size_t dim)
{
    int64_t sum = 0;

    for (size_t d = 0; d < dim; d++)
        sum += (int64_t)a[d] * (int64_t)b[d];
    return sum;
}

/* Check one shape; the products go into the digest as integers. */
static void
check_shape(const float *rows, const float *cols, size_t n_rows, size_t n_cols,
            size_t dim, struct inc_hasher *digest)
{
    float *out = inc_mem_zero64(n_rows * n_cols + 1, sizeof *out);

    assert_non_null(out);
    memset(out, 0xff, (n_rows * n_cols + 1) * sizeof *out); /* NaN */
    inc_panel_product(out, rows, cols, n_rows, n_cols, dim);
    for (size_t i = 0; i < n_rows * n_cols; i++) {
        int64_t want =
            dot(rows + i / n_cols * dim, cols + i % n_cols * dim, dim);
        int32_t got = (int32_t)out[i];

        if ((float)want != out[i] || got != want)
            fail_msg("rows %zu, cols %zu, dim %zu, at %zu: %ld not %ld, seed "
                     "%d",
                     n_rows, n_cols, dim, i, (long)got, (long)want, SEED);
        if (digest != NULL)
            inc_hasher_add(digest, &got, sizeof got);
    }
    assert_true(out[n_rows * n_cols] != out[n_rows * n_cols]); /* untouched */
    inc_mem_free(out);
}

static void
all_shapes(struct inc_hasher *digest)
{
    struct inc_rng r = {SEED};

    for (size_t d = 0; d < sizeof dims / sizeof dims[0]; d++) {
        float *rows = vectors(&r, ROWS, dims[d]);
        float *cols = vectors(&r, 33, dims[d]);

        for (size_t b = 0; b < sizeof batches / sizeof batches[0]; b++) {
            check_shape(rows, cols, ROWS, batches[b], dims[d], digest);
            check_shape(cols, rows, batches[b], 17, dims[d], digest);
        }
        check_shape(rows, cols, 1, 1, dims[d], digest);
        inc_mem_free(rows);
        inc_mem_free(cols);
    }
}

static void
equal_to_integers(void **state)
{
    const char *core = NULL;
    struct inc_err err;

    (void)state;
    assert_int_equal(inc_panel_start(&core, &err), INC_OK);
    assert_non_null(core);
    all_shapes(NULL);
}

static void
empty_shapes(void **state)
{
    float v[16] = {1}, out = 5;

    (void)state;
    inc_panel_product(&out, v, v, 0, 1, 16);
    inc_panel_product(&out, v, v, 1, 0, 16);
    assert_true(out == 5);
}

/* More rows than one slab of panel.c, and one over. */
static void
many_rows(void **state)
{
    enum { DIM = 16, N = (1 << 16) + 1 };
    struct inc_rng r = {SEED + 1};
    float *rows = vectors(&r, N, DIM), *cols = vectors(&r, 2, DIM);

    (void)state;
    check_shape(rows, cols, N, 2, DIM, NULL);
    check_shape(rows, cols, N, 1, DIM, NULL);
    inc_mem_free(rows);
    inc_mem_free(cols);
}

/* Run this program with that kernel set; *line gets what it printed. */
static void
run_child(const char *coretype, char *line, size_t cap)
{
    int ends[2], status = 0;
    size_t len = 0;
    ssize_t n;
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (coretype == NULL)
            unsetenv("OPENBLAS_CORETYPE");
        else
            setenv("OPENBLAS_CORETYPE", coretype, 1);
        setenv("INC_PANEL_CHILD", "1", 1);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        execl(program, program, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    while ((n = read(ends[0], line + len, cap - 1 - len)) > 0)
        len += (size_t)n;
    line[len] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("child with %s failed: %s", coretype, line);
}

static void
every_kernel_set(void **state)
{
    static const char *const coretypes[] = {"Haswell", "SkylakeX", "Zen",
                                            "Nehalem", NULL};
    char first[256] = "", line[256];

    (void)state;
    for (size_t i = 0; i < sizeof coretypes / sizeof coretypes[0]; i++) {
        char *digest;

        run_child(coretypes[i], line, sizeof line);
        digest = strchr(line, ' ');
        assert_non_null(digest);
        assert_int_equal(strlen(digest), INC_DIGEST_HEX);
        printf("OPENBLAS_CORETYPE=%s -> %s\n",
               coretypes[i] == NULL ? "(unset)" : coretypes[i], line);
        if (i == 0)
            strcpy(first, digest);
        else
            assert_string_equal(digest, first);
    }
}

static int
child(void)
{
    unsigned char digest[INC_DIGEST];
    char hex[INC_DIGEST_HEX];
    struct inc_hasher h;
    const char *core = "";
    struct inc_err err;

    if (inc_hash_start() != 0 || inc_panel_start(&core, &err) != INC_OK)
        return 1;
    inc_hasher_init(&h);
    all_shapes(&h); /* a wrong product ends the program with a signal */
    inc_hasher_end(&h, digest);
    inc_digest_hex(hex, digest);
    printf("%s %s", core, hex);
    return 0;
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_to_integers),
        cmocka_unit_test(empty_shapes),
        cmocka_unit_test(many_rows),
        cmocka_unit_test(every_kernel_set),
    };

    (void)argc;
    program = argv[0];
    if (getenv("INC_PANEL_CHILD") != NULL)
        return child();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
