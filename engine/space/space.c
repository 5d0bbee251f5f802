#include "engine/space/space.h"

#include <string.h>

#include "engine/base/check.h"
#include "engine/base/file.h"
#include "engine/base/mem.h"
#include "engine/space/artefact.h"
#include "engine/space/fold_in.h"
#include "engine/space/inside.h"

enum {
    BYTES_MAX = 1 << 30, /* of a file: a million rows of 1,040 values */
    KNOWN_PERCENT = 90   /* of the official skills the space must know */
};

_Static_assert(INC_DIM_MAX * 127 * 127 < 1 << 24,
               "a dot product of two rows is exact in a float");

static enum inc_status
no_memory(struct inc_err *err)
{
    return inc_fail(err, INC_E_NOMEM, 0, "no memory for the skill space");
}

static enum inc_status
mismatch(struct inc_err *err, const struct inc_artefact *a,
         const struct inc_taxonomy *t, uint32_t known, uint32_t official)
{
    enum inc_status st = inc_fail(
        err, INC_E_MISMATCH, 0,
        "the skill space (of taxonomy %.40s) knows %u of the %u official "
        "skills of taxonomy %.40s",
        a->taxonomy_version, (unsigned)known, (unsigned)official,
        inc_taxonomy_version(t));

    inc_err_hint(err,
                 "train the space again on this taxonomy, or give the "
                 "taxonomy it was trained on; at least %d %% must be known",
                 (int)KNOWN_PERCENT);
    return st;
}

/* Both sides ascend by URI: one merge. For the skills of t that the artefact
 * has, known[i] becomes 1 and row_of[i] their row. */
static enum inc_status
bind(struct inc_space *s, unsigned char *known, uint32_t *row_of,
     const struct inc_artefact *a, const struct inc_taxonomy *t,
     struct inc_err *err)
{
    uint32_t official = 0, official_known = 0, row = 0;

    for (uint32_t i = 0; i < s->rows; i++) {
        const char *uri = inc_concept_uri(t, INC_PILLAR_SKILL, i);
        int local = inc_concept_is_local(t, INC_PILLAR_SKILL, i);
        while (row < a->rows && strcmp(a->uris[row], uri) < 0)
            row++;
        known[i] = row < a->rows && strcmp(a->uris[row], uri) == 0;
        official += !local;
        official_known += !local && known[i];
        if (!known[i])
            continue;
        row_of[i] = row;
        memcpy(s->vectors + (size_t)i * s->dim,
               a->vectors + (size_t)row * s->dim, s->dim);
        s->idf_milli[i] = inc_artefact_idf(a, row);
    }
    if ((uint64_t)official_known * 100 < (uint64_t)official * KNOWN_PERCENT)
        return mismatch(err, a, t, official_known, official);
    return INC_OK;
}

/* The idf of a concept without vector: the mean of all rows (one at least), so
 * that it weighs like an ordinary one. */
static uint16_t
mean_idf(const struct inc_artefact *a)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < a->rows; i++)
        sum += inc_artefact_idf(a, i);
    INC_CHECK(a->rows > 0); /* the parser saw to it */
    return (uint16_t)(sum / a->rows);
}

static enum inc_status
fill(struct inc_space *s, const struct inc_artefact *a,
     const struct inc_taxonomy *t, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    unsigned char *known = inc_mem_zero(s->rows, 1);
    uint32_t *row_of = inc_mem_zero(s->rows, sizeof *row_of);
    uint16_t usual = mean_idf(a);

    if (known == NULL || row_of == NULL) {
        st = no_memory(err);
        goto out;
    }
    for (uint32_t i = 0; i < s->rows; i++)
        row_of[i] = t == NULL ? i : INC_SPACE_NO_ROW;
    if (t == NULL) {
        memset(known, 1, s->rows);
        memcpy(s->vectors, a->vectors, (size_t)s->rows * s->dim);
        for (uint32_t i = 0; i < s->rows; i++)
            s->idf_milli[i] = inc_artefact_idf(a, i);
    } else {
        for (uint32_t i = 0; i < s->rows; i++)
            s->idf_milli[i] = usual;
        INC_TRY(bind(s, known, row_of, a, t, err));
        INC_TRY(
            inc_space_fold_in(s->vectors, s->idf_milli, known, s->dim, t, err));
    }
    for (uint32_t i = 0; i < s->rows; i++) {
        for (uint32_t k = 0; k < s->dim; k++) {
            int8_t v = s->vectors[(size_t)i * s->dim + k];
            s->floats[(size_t)i * s->dim + k] = (float)v;
            s->norm2[i] += (uint32_t)(v * v);
        }
        s->empty += s->norm2[i] == 0;
        s->folded += !known[i] && s->norm2[i] != 0;
    }
    INC_TRY(inc_space_bind_trades(s, a, row_of, err));
out:
    inc_mem_free(known);
    inc_mem_free(row_of);
    return st;
}

static enum inc_status
build(struct inc_space **out, const struct inc_artefact *a,
      const struct inc_taxonomy *t, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_space *s = inc_mem_zero(1, sizeof *s);
    size_t cells;

    if (s == NULL)
        return no_memory(err);
    s->dim = a->dim;
    s->rows = t == NULL ? a->rows : inc_concept_count(t, INC_PILLAR_SKILL);
    cells = (size_t)s->rows * s->dim;
    memcpy(s->digest, a->digest, INC_DIGEST);
    s->provenance = inc_mem_text(a->provenance, strlen(a->provenance));
    s->vectors = inc_mem_zero64(cells, sizeof *s->vectors);
    s->floats = inc_mem_zero64(cells, sizeof *s->floats);
    s->norm2 = inc_mem_zero(s->rows, sizeof *s->norm2);
    s->idf_milli = inc_mem_zero(s->rows, sizeof *s->idf_milli);
    if (s->provenance == NULL || s->vectors == NULL || s->floats == NULL ||
        s->norm2 == NULL || s->idf_milli == NULL) {
        st = no_memory(err);
        goto out;
    }
    INC_TRY(fill(s, a, t, err));
    *out = s;
    s = NULL; /* given */
out:
    inc_space_free(s);
    return st;
}

/* One way in for files and for parts: the bytes of an artefact. */
static enum inc_status
from_bytes(struct inc_space **out, const struct inc_buf *bytes,
           const struct inc_taxonomy *t, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_artefact a = {0};

    INC_TRY(inc_artefact_parse(&a, bytes->data, bytes->len, err));
    INC_TRY(build(out, &a, t, err));
out:
    inc_artefact_release(&a);
    return st;
}

enum inc_status
inc_space_save(const char *path, const struct inc_space_parts *parts,
               struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_buf bytes = {0};
    struct inc_artefact a = {0};

    INC_TRY(inc_artefact_encode(&bytes, parts, err));
    /* What this engine would refuse to read must not be written. */
    INC_TRY(inc_artefact_parse(&a, bytes.data, bytes.len, err));
    INC_TRY(inc_file_write(path, bytes.data, bytes.len, err));
out:
    inc_artefact_release(&a);
    inc_buf_release(&bytes);
    return st;
}

enum inc_status
inc_space_load(struct inc_space **out, const char *path,
               const struct inc_taxonomy *t, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_buf bytes = {0};

    INC_TRY(inc_file_read(&bytes, path, BYTES_MAX, err));
    INC_TRY(from_bytes(out, &bytes, t, err));
out:
    inc_buf_release(&bytes);
    return st;
}

enum inc_status
inc_space_from_parts(struct inc_space **out,
                     const struct inc_space_parts *parts,
                     const struct inc_taxonomy *t, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_buf bytes = {0};

    INC_TRY(inc_artefact_encode(&bytes, parts, err));
    INC_TRY(from_bytes(out, &bytes, t, err));
out:
    inc_buf_release(&bytes);
    return st;
}

void
inc_space_free(struct inc_space *s)
{
    if (s == NULL)
        return;
    inc_mem_free(s->vectors);
    inc_mem_free(s->floats);
    inc_mem_free(s->norm2);
    inc_mem_free(s->idf_milli);
    inc_mem_free(s->provenance);
    inc_space_release_trades(s);
    inc_near_release(&s->near);
    inc_mem_free(s);
}

uint32_t
inc_space_dim(const struct inc_space *s)
{
    return s->dim;
}

uint32_t
inc_space_rows(const struct inc_space *s)
{
    return s->rows;
}

const int8_t *
inc_space_row(const struct inc_space *s, uint32_t skill)
{
    INC_CHECK(skill < s->rows);
    return s->vectors + (size_t)skill * s->dim;
}

const float *
inc_space_floats(const struct inc_space *s)
{
    return s->floats;
}

uint32_t
inc_space_norm2(const struct inc_space *s, uint32_t skill)
{
    INC_CHECK(skill < s->rows);
    return s->norm2[skill];
}

uint32_t
inc_space_idf(const struct inc_space *s, uint32_t skill)
{
    uint32_t sixteenths;

    INC_CHECK(skill < s->rows);
    sixteenths = ((uint32_t)s->idf_milli[skill] * 16 + 500) / 1000;
    if (sixteenths < 1)
        return 1;
    return sixteenths > INC_IDF_MAX ? INC_IDF_MAX : sixteenths;
}

const unsigned char *
inc_space_digest(const struct inc_space *s)
{
    return s->digest;
}

const char *
inc_space_provenance(const struct inc_space *s)
{
    return s->provenance;
}

uint32_t
inc_space_folded(const struct inc_space *s)
{
    return s->folded;
}

uint32_t
inc_space_empty(const struct inc_space *s)
{
    return s->empty;
}

static int32_t
dot(const int8_t *a, const int8_t *b, uint32_t dim)
{
    int32_t sum = 0;

    for (uint32_t k = 0; k < dim; k++)
        sum += a[k] * b[k];
    return sum;
}

size_t
inc_space_neighbours(const struct inc_space *s, uint32_t skill, uint32_t *ids,
                     uint32_t *cos_bp, size_t k)
{
    const int8_t *mine = inc_space_row(s, skill);
    size_t count = 0;

    if (k == 0)
        return 0;
    for (uint32_t i = 0; i < s->rows; i++) {
        uint32_t c;
        size_t at;
        if (i == skill)
            continue;
        c = inc_cosine_bp(dot(mine, inc_space_row(s, i), s->dim),
                          s->norm2[skill], s->norm2[i]);
        if (c == 0 || (count == k && c <= cos_bp[k - 1]))
            continue;
        if (count < k)
            count++;
        /* Ids come in ascending order, so an equal cosine goes behind. */
        for (at = count - 1; at > 0 && cos_bp[at - 1] < c; at--) {
            ids[at] = ids[at - 1];
            cos_bp[at] = cos_bp[at - 1];
        }
        ids[at] = i;
        cos_bp[at] = c;
    }
    return count;
}
