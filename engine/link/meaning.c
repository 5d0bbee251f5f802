#include "engine/link/meaning.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/text/fold.h"

enum {
    STAND_INS = 8,     /* documents that stand in for an unknown text */
    STAND_IN_BP = 2000 /* spelt less alike they do not */
};

size_t
inc_meaning_bytes(const struct inc_meaning *m)
{
    const size_t slots = m->row.cap;

    return sizeof *m + (size_t)m->rows * (m->dim + sizeof *m->inverse) +
           (m->documents + 1 + m->of_at[m->documents]) * sizeof(uint32_t) +
           slots * (sizeof(char *) + 2 * sizeof(uint32_t));
}

/* --- the vector of a text ------------------------------------------------ */

static void
add_row(const struct inc_meaning *m, float *sum, uint32_t row, float weight)
{
    const int8_t *v = m->vector + (size_t)row * m->dim;
    const float by = weight * m->inverse[row];

    for (uint32_t k = 0; k < m->dim; k++)
        sum[k] += by * (float)v[k];
}

/* Its words, when half of them or more have rows. */
static int
add_words(const struct inc_meaning *m, float *sum, const char *folded,
          size_t len)
{
    size_t words = 0, known = 0;

    for (size_t at = 0, end; at < len; at = end + 1) {
        uint32_t row;

        for (end = at; end < len && folded[end] != ' ';)
            end++;
        row = inc_map_get(&m->row, folded + at, end - at);
        words++;
        if (row == INC_MAP_NONE)
            continue;
        known++;
        add_row(m, sum, row, 1);
    }
    return known != 0 && known * 2 >= words;
}

/* The labels of the documents that are spelt most alike, each by the square of
 * its score. */
static int
add_stand_ins(const struct inc_meaning *m, float *sum,
              const struct inc_link *links)
{
    uint32_t best[STAND_INS], n = 0;

    for (uint32_t i = 0; i < m->documents; i++) {
        uint32_t at = n;

        if (links[i].score_bp < STAND_IN_BP || m->of_at[i] == m->of_at[i + 1])
            continue;
        while (at > 0 && links[best[at - 1]].score_bp < links[i].score_bp)
            at--;
        if (at == STAND_INS)
            continue;
        n += n < STAND_INS;
        memmove(best + at + 1, best + at, (n - at - 1) * sizeof *best);
        best[at] = i;
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t from = m->of_at[best[i]], end = m->of_at[best[i] + 1];
        const float score = (float)links[best[i]].score_bp / 10000;

        for (uint32_t k = from; k < end; k++)
            add_row(m, sum, m->of[k], score * score / (float)(end - from));
    }
    return n != 0;
}

/* To [-127, 127]; returns 1 / its length, or 0 for no direction at all. */
static float
quantise(int8_t *out, const float *v, uint32_t n)
{
    float most = 0;
    int64_t square = 0;

    for (uint32_t k = 0; k < n; k++)
        most = fabsf(v[k]) > most ? fabsf(v[k]) : most;
    if (!(most > 0) || !isfinite(most)) {
        memset(out, 0, n);
        return 0;
    }
    for (uint32_t k = 0; k < n; k++) {
        out[k] = (int8_t)lrintf(v[k] / most * 127);
        square += (int64_t)out[k] * out[k];
    }
    return (float)(1 / sqrt((double)square));
}

/* --- comparing ------------------------------------------------------------ */

static int32_t
dot(const int8_t *a, const int8_t *b, uint32_t n)
{
    int32_t sum = 0;

    for (uint32_t k = 0; k < n; k++)
        sum += a[k] * b[k];
    return sum;
}

static void
add_cosines(const struct inc_meaning *m, struct inc_link *links,
            const int8_t *v, float inverse, uint32_t most)
{
    for (uint32_t i = 0; i < m->documents; i++) {
        float best = 0;

        for (uint32_t k = m->of_at[i]; k < m->of_at[i + 1]; k++) {
            const uint32_t row = m->of[k];
            const int32_t d = dot(v, m->vector + (size_t)row * m->dim, m->dim);
            const float cosine = (float)d * inverse * m->inverse[row];

            best = cosine > best ? cosine : best;
        }
        links[i].score_bp += (uint32_t)(best * 100 * (float)m->percent);
        links[i].score_bp = (uint32_t)((uint64_t)links[i].score_bp * most /
                                       (most + m->percent));
    }
}

void
inc_meaning_add(const struct inc_meaning *m, struct inc_link *links,
                const char *text, size_t len, uint32_t most)
{
    char folded[INC_LINK_NAME_BYTES + 1];
    float *sum = inc_mem_zero(m->dim, sizeof *sum);
    int8_t *v = inc_mem_zero(m->dim, 1);
    uint32_t row;
    size_t n = 0;

    if (len <= INC_LINK_NAME_BYTES)
        n = inc_fold(folded, text, len);
    if (sum == NULL || v == NULL || n == 0)
        goto out;
    row = inc_map_get(&m->row, folded, n);
    if (row != INC_MAP_NONE) {
        add_row(m, sum, row, 1);
    } else if (!add_words(m, sum, folded, n)) {
        memset(sum, 0, m->dim * sizeof *sum);
        if (!add_stand_ins(m, sum, links))
            goto out;
    }
    add_cosines(m, links, v, quantise(v, sum, m->dim), most);
out:
    inc_mem_free(sum);
    inc_mem_free(v);
}

/* --- making (meaning_read.c reads the files) --------------------------------
 */

void
inc_meaning_free(struct inc_meaning *m)
{
    if (m == NULL)
        return;
    inc_mem_free(m->text);
    inc_map_release(&m->row);
    inc_mem_free(m->vector);
    inc_mem_free(m->inverse);
    inc_mem_free(m->of_at);
    inc_mem_free(m->of);
    inc_mem_free(m);
}

/* Their mean is taken from all of them: the vectors of many models lie in one
 * corner, and only how they differ tells anything. Rows that are no numbers
 * stay without a direction. */
enum inc_status
inc_meaning_take(struct inc_meaning *m, float *v, struct inc_err *err)
{
    double *mean = inc_mem_zero(m->dim, sizeof *mean);
    uint64_t n = 0;

    m->vector = inc_mem_zero(m->rows, m->dim);
    m->inverse = inc_mem_zero(m->rows, sizeof *m->inverse);
    if (mean == NULL || m->vector == NULL || m->inverse == NULL) {
        inc_mem_free(mean);
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for label vectors");
    }
    for (uint32_t i = 0; i < m->rows; i++) {
        float *row = v + (size_t)i * m->dim, square = 0;

        for (uint32_t k = 0; k < m->dim; k++)
            square += row[k] * row[k];
        if (!(square > 0) || !isfinite(square)) {
            memset(row, 0, m->dim * sizeof *row);
            continue;
        }
        n++;
        square = 1 / sqrtf(square);
        for (uint32_t k = 0; k < m->dim; k++)
            mean[k] += (double)(row[k] *= square);
    }
    for (uint32_t i = 0; i < m->rows; i++) {
        float *row = v + (size_t)i * m->dim, any = 0;

        for (uint32_t k = 0; k < m->dim; k++)
            any += fabsf(row[k]);
        for (uint32_t k = 0; any > 0 && k < m->dim; k++)
            row[k] -= (float)(mean[k] / (double)n);
        m->inverse[i] = quantise(m->vector + (size_t)i * m->dim, row, m->dim);
    }
    inc_mem_free(mean);
    return INC_OK;
}
