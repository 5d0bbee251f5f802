/*
 * meaning_read.c - labels.txt and vectors.npy. The latter is NumPy's format
 * (versions 1 to 3): a magic, a header that is a line of Python, little-endian
 * floats. Source: numpy.lib.format.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/file.h"
#include "engine/base/mem.h"
#include "engine/base/utf8.h"
#include "engine/link/meaning.h"
#include "engine/text/fold.h"

#define TEXTS_MAX ((size_t)256 << 20)
#define VECTORS_MAX ((size_t)4 << 30)

enum {
    PATH_BYTES = 4096,
    ROWS_MAX = 4000000,
    DIM_MAX = 4096,
    LINE_MAX_BYTES = 4096,
    HEADER_MAX = 4096
};

static enum inc_status
no_memory(struct inc_err *err)
{
    return inc_fail(err, INC_E_NOMEM, 0, "no memory for label vectors");
}

/* --- vectors.npy -----------------------------------------------------------
 */

struct npy {
    uint64_t rows, dim;
    size_t at; /* of the first number */
};

static enum inc_status
bad_npy(const char *path, const char *what, struct inc_err *err)
{
    (void)inc_fail(err, INC_E_FORMAT, 0, "%.150s: %s", path, what);
    inc_err_where(err, "%.180s", path);
    inc_err_hint(err, "what numpy.save writes of an array of float32 with as "
                      "many rows as labels.txt has lines, C order");
    return INC_E_FORMAT;
}

/* The value of a key of the header, or NULL. */
static const char *
value_of(const char *header, const char *key)
{
    const char *at = strstr(header, key);

    if (at == NULL)
        return NULL;
    at += strlen(key);
    return at + strspn(at, ": ");
}

static enum inc_status
read_header(struct npy *n, const struct inc_buf *b, const char *path,
            struct inc_err *err)
{
    const unsigned char *p = b->data;
    char header[HEADER_MAX + 1];
    const char *type, *order, *shape;
    size_t len, from;
    char *end;

    if (b->len < 12 || memcmp(p, "\x93NUMPY", 6) != 0 || p[6] < 1 || p[6] > 3)
        return bad_npy(path, "this is no file of NumPy's format", err);
    from = p[6] == 1 ? 10 : 12;
    len = (size_t)p[8] | (size_t)p[9] << 8;
    if (from == 12)
        len |= (size_t)p[10] << 16 | (size_t)p[11] << 24;
    if (len > HEADER_MAX || len > b->len - from)
        return bad_npy(path, "the header is cut off", err);
    memcpy(header, p + from, len);
    header[len] = '\0';
    type = value_of(header, "'descr'");
    order = value_of(header, "'fortran_order'");
    shape = value_of(header, "'shape'");
    if (type == NULL || strncmp(type, "'<f4'", 5) != 0)
        return bad_npy(path, "its numbers are no 32-bit floats", err);
    if (order == NULL || strncmp(order, "False", 5) != 0)
        return bad_npy(path, "its numbers are in column order", err);
    if (shape == NULL || *shape != '(')
        return bad_npy(path, "it does not say its shape", err);
    n->rows = strtoull(shape + 1, &end, 10);
    n->dim = *end == ',' ? strtoull(end + 1, &end, 10) : 0;
    if (n->dim == 0 || *end != ')')
        return bad_npy(path, "it has not two dimensions", err);
    n->at = from + len;
    if (n->rows == 0 || n->rows > ROWS_MAX || n->dim > DIM_MAX)
        return inc_fail(err, INC_E_LIMIT, 0,
                        "%.150s: %llu rows of %llu numbers; 1 to %d rows of 1 "
                        "to %d are taken",
                        path, (unsigned long long)n->rows,
                        (unsigned long long)n->dim, (int)ROWS_MAX,
                        (int)DIM_MAX);
    if (b->len - n->at != n->rows * n->dim * sizeof(float))
        return bad_npy(path, "it is cut off, or too long", err);
    return INC_OK;
}

static enum inc_status
read_vectors(struct inc_meaning *m, const char *dir, struct inc_err *err)
{
    char path[PATH_BYTES];
    struct inc_buf b = {0};
    struct npy n = {0};
    enum inc_status st = INC_OK;
    float *v = NULL;

    (void)snprintf(path, sizeof path, "%s/vectors.npy", dir);
    INC_TRY(inc_file_read(&b, path, VECTORS_MAX, err));
    INC_TRY(read_header(&n, &b, path, err));
    if (n.rows != m->rows) {
        char text[96];

        (void)snprintf(text, sizeof text, "%llu rows for %u lines of labels",
                       (unsigned long long)n.rows, m->rows);
        st = bad_npy(path, text, err);
        goto out;
    }
    m->dim = (uint32_t)n.dim;
    v = inc_mem_zero((size_t)m->rows * m->dim, sizeof *v);
    if (v == NULL) {
        st = no_memory(err);
        goto out;
    }
    memcpy(v, b.data + n.at, (size_t)m->rows * m->dim * sizeof *v);
    inc_buf_release(&b);
    st = inc_meaning_take(m, v, err);
out:
    inc_mem_free(v);
    inc_buf_release(&b);
    return st;
}

/* --- labels.txt ------------------------------------------------------------
 */

static enum inc_status
bad_line(const char *path, uint32_t line, const char *what, struct inc_err *err)
{
    (void)inc_fail(err, INC_E_FORMAT, 0, "%.150s line %u: %s", path, line,
                   what);
    inc_err_where(err, "%.160s:%u", path, line);
    inc_err_hint(err, "a text a line, UTF-8, at most %d bytes",
                 (int)LINE_MAX_BYTES);
    return INC_E_FORMAT;
}

/* The first of several rows with the same text is its own. */
static enum inc_status
add_lines(struct inc_meaning *m, const struct inc_buf *b, const char *path,
          struct inc_err *err)
{
    const char *at = (const char *)b->data, *end = at + b->len;
    size_t used = 0;

    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((stop == NULL ? end : stop) - at), n;

        if (len != 0 && at[len - 1] == '\r')
            len--;
        if (m->rows == ROWS_MAX)
            return inc_fail(err, INC_E_LIMIT, 0, "%.150s has over %d lines",
                            path, (int)ROWS_MAX);
        if (len > LINE_MAX_BYTES)
            return bad_line(path, m->rows + 1, "too long", err);
        if (!inc_utf8_valid(at, len) || memchr(at, '\0', len) != NULL)
            return bad_line(path, m->rows + 1, "not UTF-8 text", err);
        n = inc_fold(m->text + used, at, len);
        if (n != 0 &&
            inc_map_add(&m->row, m->text + used, n, m->rows, NULL) != INC_OK)
            return no_memory(err);
        used += n + 1;
        m->rows++;
        at = stop == NULL ? end : stop + 1;
    }
    if (m->rows == 0)
        return bad_line(path, 1, "no labels", err);
    return INC_OK;
}

static enum inc_status
read_labels(struct inc_meaning *m, const char *dir, struct inc_err *err)
{
    char path[PATH_BYTES];
    struct inc_buf b = {0};
    enum inc_status st = INC_OK;

    (void)snprintf(path, sizeof path, "%s/labels.txt", dir);
    INC_TRY(inc_file_read(&b, path, TEXTS_MAX, err));
    m->text = inc_mem_zero(2 * b.len + 2, 1); /* at most a byte more a line */
    if (m->text == NULL) {
        st = no_memory(err);
        goto out;
    }
    INC_TRY(add_lines(m, &b, path, err));
out:
    inc_buf_release(&b);
    return st;
}

/* --- whose labels they are --------------------------------------------------
 */

/* The row of a text, unless it is among of[0..n). */
static uint32_t
row_of(const struct inc_meaning *m, const char *text, size_t len,
       const uint32_t *of, uint32_t n)
{
    char folded[LINE_MAX_BYTES + 1];
    uint32_t row;

    if (len > LINE_MAX_BYTES)
        return INC_MAP_NONE;
    row = inc_map_get(&m->row, folded, inc_fold(folded, text, len));
    for (uint32_t k = 0; of != NULL && k < n; k++)
        if (of[k] == row)
            return INC_MAP_NONE;
    return row;
}

/* Rows of a concept's labels and of their "a/b" parts: each once in *of, or,
 * when `of` is NULL, no more than the number returned. */
static uint32_t
rows_of(const struct inc_meaning *m, const struct inc_taxonomy *t,
        enum inc_pillar p, uint32_t id, uint32_t *of)
{
    struct inc_label_walk l = inc_label_walk(t, p, id);
    uint32_t n = 0;

    while (inc_label_walk_next(&l)) {
        const char *part = l.text;
        size_t len = strlen(part);
        int whole = 1;

        for (;;) {
            const uint32_t row = row_of(m, part, len, of, n);

            if (row != INC_MAP_NONE && of != NULL)
                of[n] = row;
            n += row != INC_MAP_NONE;
            if (whole && strchr(part, '/') == NULL)
                break; /* it is its only part */
            if (!whole && part[len] == '\0')
                break;
            part = whole ? part : part + len + 1;
            whole = 0;
            len = strcspn(part, "/");
        }
    }
    return n;
}

static enum inc_status
find_labels(struct inc_meaning *m, const struct inc_taxonomy *t,
            struct inc_vectors_report *report, struct inc_err *err)
{
    const uint32_t own = inc_concept_count(t, INC_PILLAR_OCCUPATION);
    uint32_t room = 0;

    m->documents = own + inc_concept_count(t, INC_PILLAR_ISCO);
    for (int with_room = 0; with_room < 2; with_room++) {
        uint32_t n = 0;

        for (uint32_t i = 0; i < m->documents; i++) {
            const enum inc_pillar p =
                i < own ? INC_PILLAR_OCCUPATION : INC_PILLAR_ISCO;

            if (with_room)
                m->of_at[i] = n;
            n += rows_of(m, t, p, i < own ? i : i - own,
                         with_room ? m->of + n : NULL);
        }
        if (with_room) {
            m->of_at[m->documents] = n;
            report->labels = n;
            break;
        }
        room = n;
        m->of_at = inc_mem_zero((size_t)m->documents + 1, sizeof *m->of_at);
        m->of = inc_mem_zero(room, sizeof *m->of);
        if (m->of_at == NULL || m->of == NULL)
            return no_memory(err);
    }
    return INC_OK;
}

enum inc_status
inc_meaning_load(struct inc_meaning **out, const char *dir, uint32_t percent,
                 const struct inc_taxonomy *t,
                 struct inc_vectors_report *report, struct inc_err *err)
{
    struct inc_meaning *m = inc_mem_zero(1, sizeof *m);
    enum inc_status st = INC_OK;

    *out = NULL;
    *report = (struct inc_vectors_report){0};
    if (m == NULL)
        return no_memory(err);
    m->percent = percent;
    INC_TRY(read_labels(m, dir, err));
    INC_TRY(read_vectors(m, dir, err));
    INC_TRY(find_labels(m, t, report, err));
    report->rows = m->rows;
    report->dim = m->dim;
    *out = m;
    m = NULL;
out:
    inc_meaning_free(m);
    return st;
}
