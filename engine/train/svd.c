#include "engine/train/svd.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/rng.h"
#include "engine/train/lapack.h"

/*
 * Dense panels are row-major [n][width]. LAPACK reads the same memory by
 * columns, as the transposed matrix width x n, so the QR factorisation of a
 * panel is LAPACK's LQ, in place and without a copy.
 */
struct panel {
    float *at;
    uint32_t rows;
};

struct work {
    const struct inc_sparse *m;
    struct inc_sparse t; /* m transposed */
    uint32_t width;      /* columns of the panels the factorisations see */
    uint32_t stride;     /* width rounded up for the sparse product */
    struct panel left;   /* [rows of m][stride] */
    struct panel right;  /* [cols of m][stride] */
    float *tau;          /* [width] */
    float *lapack;       /* work space of LAPACK */
    int32_t lapack_len;
    const struct inc_svd_options *o;
    unsigned pass, passes;
};

static enum inc_status
no_memory(struct inc_err *err)
{
    return inc_fail(err, INC_E_NOMEM, 0,
                    "no memory for the singular value decomposition");
}

static enum inc_status
lapack_status(int32_t info, const char *routine, struct inc_err *err)
{
    if (info == 0)
        return INC_OK;
    return inc_fail(err, INC_E_BUG, (int)info, "LAPACK %s failed with %d",
                    routine, (int)info);
}

/* One draw an entry: the sum of four 16-bit numbers, centred, is near enough
 * to a normal distribution, and the same without any libm. */
static void
random_panel(struct panel *p, const struct work *w)
{
    struct inc_rng rng = {w->o->seed};

    for (uint32_t r = 0; r < p->rows; r++) {
        for (uint32_t k = 0; k < w->width; k++) {
            uint64_t x = inc_rng_next(&rng);
            int32_t sum = (int32_t)(x & 0xffff) + (int32_t)(x >> 16 & 0xffff) +
                          (int32_t)(x >> 32 & 0xffff) + (int32_t)(x >> 48);
            p->at[(size_t)r * w->stride + k] =
                (float)(sum - 2 * 65535) / 65536.0F;
        }
    }
}

/* Factor a panel; its first `width` rows of memory then hold L by columns. */
static enum inc_status
factor(struct work *w, struct panel *p, struct inc_err *err)
{
    int32_t width = (int32_t)w->width, rows = (int32_t)p->rows, info = 0;
    int32_t stride = (int32_t)w->stride;

    sgelqf_(&width, &rows, p->at, &stride, w->tau, w->lapack, &w->lapack_len,
            &info);
    return lapack_status(info, "sgelqf", err);
}

static enum inc_status
orthonormalise(struct work *w, struct panel *p, struct inc_err *err)
{
    int32_t width = (int32_t)w->width, rows = (int32_t)p->rows, info = 0;
    int32_t stride = (int32_t)w->stride;
    enum inc_status st = factor(w, p, err);

    if (st != INC_OK)
        return st;
    sorglq_(&width, &rows, &width, p->at, &stride, w->tau, w->lapack,
            &w->lapack_len, &info);
    return lapack_status(info, "sorglq", err);
}

static void
tell(struct work *w)
{
    if (w->o->progress != NULL)
        w->o->progress(w->o->progress_arg, 1000 * w->pass / w->passes);
    w->pass++;
}

static void
to_left(struct work *w)
{
    tell(w);
    inc_sparse_times(w->left.at, w->m, w->right.at, w->stride);
}

static void
to_right(struct work *w)
{
    tell(w);
    inc_sparse_times(w->right.at, &w->t, w->left.at, w->stride);
}

static enum inc_status
prepare(struct work *w, struct inc_err *err)
{
    enum inc_status st = inc_sparse_transpose(&w->t, w->m);

    if (st != INC_OK)
        return no_memory(err);
    w->left.rows = w->m->rows;
    w->right.rows = w->m->cols;
    w->left.at =
        inc_mem_zero64((size_t)w->left.rows * w->stride, sizeof *w->left.at);
    w->right.at =
        inc_mem_zero64((size_t)w->right.rows * w->stride, sizeof *w->right.at);
    /* 64 columns a block is more than LAPACK asks for (ilaenv says 32). */
    w->lapack_len = (int32_t)w->width * 64;
    w->lapack = inc_mem_zero((size_t)w->lapack_len, sizeof *w->lapack);
    w->tau = inc_mem_zero(w->width, sizeof *w->tau);
    if (w->left.at == NULL || w->right.at == NULL || w->lapack == NULL ||
        w->tau == NULL)
        return no_memory(err);
    return INC_OK;
}

/*
 * With Q in `left` and L of (m' Q)' = L Q2 in `right`: m is near Q L Q2, so
 * the left vectors are Q times those of L, which is only width x width. No
 * square of m is formed, small singular values keep their digits.
 */
static enum inc_status
finish(float *u, float *sigma, struct work *w, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    size_t n = w->width;
    int32_t k = (int32_t)w->width, info = 0, len = -1;
    float *l = inc_mem_zero(n * n, sizeof *l);
    float *ul = inc_mem_zero(n * n, sizeof *ul);
    float *vt = inc_mem_zero(n * n, sizeof *vt);
    float *s = inc_mem_zero(n, sizeof *s);
    int32_t *whole = inc_mem_zero(8 * n, sizeof *whole);
    float *work = NULL, want = 0;

    if (l == NULL || ul == NULL || vt == NULL || s == NULL || whole == NULL) {
        st = no_memory(err);
        goto out;
    }
    for (size_t c = 0; c < n; c++)
        for (size_t r = c; r < n; r++)
            l[c * n + r] = w->right.at[c * w->stride + r];
    sgesdd_("A", &k, &k, l, &k, s, ul, &k, vt, &k, &want, &len, whole, &info,
            1);
    INC_TRY(lapack_status(info, "sgesdd", err));
    len = (int32_t)want + 1;
    work = inc_mem_zero((size_t)len, sizeof *work);
    if (work == NULL) {
        st = no_memory(err);
        goto out;
    }
    sgesdd_("A", &k, &k, l, &k, s, ul, &k, vt, &k, work, &len, whole, &info, 1);
    INC_TRY(lapack_status(info, "sgesdd", err));
    /* ul by columns is its transpose by rows. */
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)w->left.rows,
                (int)w->o->rank, (int)n, 1.0F, w->left.at, (int)w->stride, ul,
                (int)n, 0.0F, u, (int)w->o->rank);
    memcpy(sigma, s, w->o->rank * sizeof *s);
    for (size_t i = 0; i < (size_t)w->left.rows * w->o->rank; i++) {
        if (!isfinite(u[i])) {
            st = inc_fail(err, INC_E_BUG, 0,
                          "the decomposition gave a value that is not finite");
            goto out;
        }
    }
out:
    inc_mem_free(l);
    inc_mem_free(ul);
    inc_mem_free(vt);
    inc_mem_free(s);
    inc_mem_free(whole);
    inc_mem_free(work);
    return st;
}

enum inc_status
inc_svd(float *u, float *sigma, const struct inc_sparse *m,
        const struct inc_svd_options *o, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct work w = {.m = m, .o = o};
    uint32_t least = m->rows < m->cols ? m->rows : m->cols;

    if (o->rank == 0 || o->rank > least || m->rows > INT32_MAX ||
        m->cols > INT32_MAX)
        return inc_fail(err, INC_E_RANGE, 0,
                        "rank %u of a matrix of %u x %u is not possible",
                        (unsigned)o->rank, (unsigned)m->rows,
                        (unsigned)m->cols);
    w.width = o->rank + INC_SVD_OVERSAMPLING;
    if (w.width > least)
        w.width = least;
    w.stride =
        (w.width + INC_SPARSE_STEP - 1) / INC_SPARSE_STEP * INC_SPARSE_STEP;
    w.passes = 2 * o->power + 2;
    openblas_set_num_threads(1); /* one order of sums: the same bits again */
    INC_TRY(prepare(&w, err));
    random_panel(&w.right, &w);
    to_left(&w);
    for (uint32_t i = 0; i < o->power; i++) {
        INC_TRY(orthonormalise(&w, &w.left, err));
        to_right(&w);
        INC_TRY(orthonormalise(&w, &w.right, err));
        to_left(&w);
    }
    INC_TRY(orthonormalise(&w, &w.left, err));
    to_right(&w);
    INC_TRY(factor(&w, &w.right, err));
    INC_TRY(finish(u, sigma, &w, err));
out:
    inc_sparse_release(&w.t);
    inc_mem_free(w.left.at);
    inc_mem_free(w.right.at);
    inc_mem_free(w.lapack);
    inc_mem_free(w.tau);
    return st;
}
