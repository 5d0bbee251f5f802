#include "engine/train/office.h"

#include <math.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/train/matrix.h"

/* The same matrix with a column of its own in every row that has any. */
static enum inc_status
with_self(struct inc_sparse *m)
{
    struct inc_entries e = {0};
    struct inc_sparse out = {0};
    enum inc_status st;

    for (uint32_t r = 0; r < m->rows; r++) {
        double norm2 = 0;
        for (size_t i = m->start[r]; i < m->start[r + 1]; i++) {
            inc_entries_add(&e, r, m->col[i], m->value[i]);
            norm2 += (double)m->value[i] * (double)m->value[i];
        }
        if (norm2 > 0)
            inc_entries_add(&e, r, r, (float)(INC_TRAIN_SELF * sqrt(norm2)));
    }
    st = inc_sparse_gather(&out, &e, m->rows, m->cols);
    inc_entries_release(&e);
    if (st != INC_OK)
        return st;
    inc_sparse_release(m);
    *m = out;
    return INC_OK;
}

static enum inc_status
of_source(struct inc_sparse *out, const struct inc_train_source *source,
          uint32_t rows)
{
    enum inc_status st = INC_OK;
    struct inc_entries e = {0};
    struct inc_sparse m = {0};

    for (size_t i = 0; i < source->pairs->count; i++) {
        const struct inc_pair *p = &source->pairs->pair[i];
        inc_entries_add(&e, p->a, p->b, (float)p->weight);
        inc_entries_add(&e, p->b, p->a, (float)p->weight);
    }
    INC_TRY(inc_sparse_gather(&m, &e, rows, rows));
    INC_TRY(inc_sparse_ppmi(&m, INC_TRAIN_SMOOTHING));
    INC_TRY(with_self(&m));
    *out = m;
    memset(&m, 0, sizeof m); /* given */
out:
    inc_entries_release(&e);
    inc_sparse_release(&m);
    return st;
}

enum inc_status
inc_train_office(struct inc_sparse *out, const struct inc_train_source *source,
                 size_t n, uint32_t rows)
{
    enum inc_status st = INC_OK;
    struct inc_sparse block[INC_TRAIN_SOURCES] = {{0}};

    for (size_t i = 0; i < n; i++)
        INC_TRY(of_source(&block[i], &source[i], rows));
    st = inc_sparse_beside(out, block, n);
out:
    for (size_t i = 0; i < n; i++)
        inc_sparse_release(&block[i]);
    return st;
}
