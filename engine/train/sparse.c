#include "engine/train/sparse.h"

#include <math.h>
#include <string.h>

#include "engine/base/check.h"
#include "engine/base/mem.h"

void
inc_entries_add(struct inc_entries *e, uint32_t row, uint32_t col, float value)
{
    if (e->failed)
        return;
    if (e->count == e->cap) {
        size_t want = e->cap == 0 ? 1024 : e->cap + e->cap / 2;
        uint32_t *r = inc_mem_resize(e->row, want, sizeof *r);
        if (r != NULL)
            e->row = r;
        uint32_t *c = inc_mem_resize(e->col, want, sizeof *c);
        if (c != NULL)
            e->col = c;
        float *v = inc_mem_resize(e->value, want, sizeof *v);
        if (v != NULL)
            e->value = v;
        if (r == NULL || c == NULL || v == NULL) {
            e->failed = 1;
            return;
        }
        e->cap = want;
    }
    e->row[e->count] = row;
    e->col[e->count] = col;
    e->value[e->count++] = value;
}

void
inc_entries_release(struct inc_entries *e)
{
    inc_mem_free(e->row);
    inc_mem_free(e->col);
    inc_mem_free(e->value);
    memset(e, 0, sizeof *e);
}

static enum inc_status
make(struct inc_sparse *m, uint32_t rows, uint32_t cols, size_t entries)
{
    m->rows = rows;
    m->cols = cols;
    m->start = inc_mem_zero((size_t)rows + 1, sizeof *m->start);
    m->col = inc_mem_zero(entries, sizeof *m->col);
    m->value = inc_mem_zero(entries, sizeof *m->value);
    if (m->start != NULL && m->col != NULL && m->value != NULL)
        return INC_OK;
    inc_sparse_release(m);
    return INC_E_NOMEM;
}

/* Counts in start[i + 1] become the places where rows begin. */
static void
counts_to_starts(size_t *start, uint32_t rows)
{
    for (uint32_t i = 0; i < rows; i++)
        start[i + 1] += start[i];
}

/* Rows are filled from start[i] on, which moves start[i] to the row's end:
 * put every mark back by one row. */
static void
ends_to_starts(size_t *start, uint32_t rows)
{
    memmove(start + 1, start, rows * sizeof *start);
    start[0] = 0;
}

/* Neighbouring entries with the same column become their sum. */
static void
merge_doubles(struct inc_sparse *m)
{
    size_t to = 0, from = 0;

    for (uint32_t i = 0; i < m->rows; i++) {
        size_t end = m->start[i + 1], first = to;
        for (; from < end; from++) {
            if (to > first && m->col[to - 1] == m->col[from]) {
                m->value[to - 1] += m->value[from];
                continue;
            }
            m->col[to] = m->col[from];
            m->value[to++] = m->value[from];
        }
        m->start[i + 1] = to;
    }
}

enum inc_status
inc_sparse_gather(struct inc_sparse *out, const struct inc_entries *e,
                  uint32_t rows, uint32_t cols)
{
    enum inc_status st = INC_OK;
    struct inc_sparse by_col = {0}, m = {0};

    if (e->failed)
        return INC_E_NOMEM;
    /* Sorted by column first: the transposition then leaves every row in the
     * order of its columns. */
    INC_TRY(make(&by_col, cols, rows, e->count));
    for (size_t i = 0; i < e->count; i++) {
        INC_CHECK(e->row[i] < rows && e->col[i] < cols);
        by_col.start[e->col[i] + 1]++;
    }
    counts_to_starts(by_col.start, cols);
    for (size_t i = 0; i < e->count; i++) {
        size_t at = by_col.start[e->col[i]]++;
        by_col.col[at] = e->row[i];
        by_col.value[at] = e->value[i];
    }
    ends_to_starts(by_col.start, cols);
    INC_TRY(inc_sparse_transpose(&m, &by_col));
    merge_doubles(&m);
    *out = m;
out:
    inc_sparse_release(&by_col);
    return st;
}

enum inc_status
inc_sparse_transpose(struct inc_sparse *out, const struct inc_sparse *m)
{
    struct inc_sparse t = {0};
    size_t count = inc_sparse_count(m);
    enum inc_status st = make(&t, m->cols, m->rows, count);

    if (st != INC_OK)
        return st;
    for (size_t i = 0; i < count; i++)
        t.start[m->col[i] + 1]++;
    counts_to_starts(t.start, t.rows);
    for (uint32_t r = 0; r < m->rows; r++) {
        for (size_t i = m->start[r]; i < m->start[r + 1]; i++) {
            size_t at = t.start[m->col[i]]++;
            t.col[at] = r;
            t.value[at] = m->value[i];
        }
    }
    ends_to_starts(t.start, t.rows);
    *out = t;
    return INC_OK;
}

enum inc_status
inc_sparse_beside(struct inc_sparse *out, const struct inc_sparse *blocks,
                  size_t count)
{
    struct inc_sparse m = {0};
    size_t entries = 0, at = 0;
    uint64_t cols = 0;
    enum inc_status st;

    for (size_t b = 0; b < count; b++) {
        entries += inc_sparse_count(&blocks[b]);
        cols += blocks[b].cols;
    }
    if (cols > UINT32_MAX)
        return INC_E_NOMEM;
    st = make(&m, blocks[0].rows, (uint32_t)cols, entries);
    if (st != INC_OK)
        return st;
    for (uint32_t r = 0; r < m.rows; r++) {
        uint32_t first_col = 0;
        for (size_t b = 0; b < count; b++) {
            const struct inc_sparse *from = &blocks[b];
            for (size_t i = from->start[r]; i < from->start[r + 1]; i++) {
                m.col[at] = first_col + from->col[i];
                m.value[at++] = from->value[i];
            }
            first_col += from->cols;
        }
        m.start[r + 1] = at;
    }
    *out = m;
    return INC_OK;
}

void
inc_sparse_release(struct inc_sparse *m)
{
    inc_mem_free(m->start);
    inc_mem_free(m->col);
    inc_mem_free(m->value);
    memset(m, 0, sizeof *m);
}

void
inc_sparse_times(float *y, const struct inc_sparse *m, const float *x,
                 size_t width)
{
    INC_CHECK(width % INC_SPARSE_STEP == 0);
    for (uint32_t r = 0; r < m->rows; r++) {
        float *restrict to = y + (size_t)r * width;
        memset(to, 0, width * sizeof *to);
        for (size_t i = m->start[r]; i < m->start[r + 1]; i++) {
            const float *restrict from = x + (size_t)m->col[i] * width;
            float v = m->value[i];
            /* A known count of steps lets the compiler use vectors at -O2. */
            for (size_t k = 0; k < width; k += INC_SPARSE_STEP)
                for (size_t j = 0; j < INC_SPARSE_STEP; j++)
                    to[k + j] += v * from[k + j];
        }
    }
}

enum inc_status
inc_sparse_ppmi(struct inc_sparse *m, double alpha)
{
    double *col = inc_mem_zero(m->cols, sizeof *col);
    double smooth = 0;

    if (col == NULL)
        return INC_E_NOMEM;
    for (size_t i = 0; i < inc_sparse_count(m); i++) {
        col[m->col[i]] += (double)m->value[i];
    }
    for (uint32_t c = 0; c < m->cols; c++) {
        col[c] = pow(col[c], alpha);
        smooth += col[c];
    }
    for (uint32_t r = 0; r < m->rows; r++) {
        double row = 0;
        for (size_t i = m->start[r]; i < m->start[r + 1]; i++)
            row += (double)m->value[i];
        for (size_t i = m->start[r]; i < m->start[r + 1]; i++) {
            double share = col[m->col[i]] / smooth;
            double pmi = log((double)m->value[i] / (row * share));
            m->value[i] = pmi > 0 ? (float)pmi : 0.0F;
        }
    }
    inc_mem_free(col);
    return INC_OK;
}

enum inc_status
inc_sparse_idf(struct inc_sparse *m, double plus)
{
    double *weight = inc_mem_zero(m->cols, sizeof *weight);
    size_t count = inc_sparse_count(m);

    if (weight == NULL)
        return INC_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        weight[m->col[i]] += 1;
    for (uint32_t c = 0; c < m->cols; c++)
        weight[c] = log((1.0 + m->rows) / (1.0 + weight[c])) + plus;
    for (size_t i = 0; i < count; i++)
        m->value[i] = (float)((double)m->value[i] * weight[m->col[i]]);
    inc_mem_free(weight);
    return INC_OK;
}

void
inc_sparse_rows_to(struct inc_sparse *m, double length)
{
    for (uint32_t r = 0; r < m->rows; r++) {
        double norm2 = 0, scale;
        for (size_t i = m->start[r]; i < m->start[r + 1]; i++)
            norm2 += (double)m->value[i] * (double)m->value[i];
        scale = norm2 > 0 ? length / sqrt(norm2) : 0;
        for (size_t i = m->start[r]; i < m->start[r + 1]; i++)
            m->value[i] = (float)((double)m->value[i] * scale);
    }
}

enum inc_status
inc_sparse_drop_rare(struct inc_sparse *m, uint32_t least)
{
    uint32_t *number = inc_mem_zero(m->cols, sizeof *number);
    size_t from = 0, to = 0;
    uint32_t kept = 0;

    if (number == NULL)
        return INC_E_NOMEM;
    for (size_t i = 0; i < inc_sparse_count(m); i++)
        number[m->col[i]]++;
    for (uint32_t c = 0; c < m->cols; c++)
        number[c] = number[c] >= least ? kept++ : UINT32_MAX;
    for (uint32_t r = 0; r < m->rows; r++) {
        size_t end = m->start[r + 1];
        for (; from < end; from++) {
            if (number[m->col[from]] == UINT32_MAX)
                continue;
            m->col[to] = number[m->col[from]];
            m->value[to++] = m->value[from];
        }
        m->start[r + 1] = to;
    }
    m->cols = kept;
    inc_mem_free(number);
    return INC_OK;
}
