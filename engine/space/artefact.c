#include "engine/space/artefact.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/utf8.h"

static const char magic[8] = {'I', 'N', 'C', 'S', 'P', 'A', 'C', 'E'};

enum { MAGIC = sizeof magic };

/* Where each part starts, in bytes from the start of the file. */
struct layout {
    uint32_t version, dim, rows;
    uint64_t taxonomy_version_len, provenance_len, uris_len;
    size_t taxonomy_version, provenance, uris, vectors, idf, digest;
};

static uint32_t
get32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

static void
put32(struct inc_buf *b, uint32_t v)
{
    const unsigned char p[4] = {(unsigned char)(v >> 24),
                                (unsigned char)(v >> 16),
                                (unsigned char)(v >> 8), (unsigned char)v};
    inc_buf_add(b, p, sizeof p);
}

static enum inc_status
damaged(struct inc_err *err, const char *what)
{
    enum inc_status st =
        inc_fail(err, INC_E_CORRUPT, 0, "the skill space is damaged: %s", what);

    inc_err_hint(err, "restore the file from a copy or train it again");
    return st;
}

static enum inc_status
read_layout(struct layout *l, const unsigned char *bytes, size_t len,
            struct inc_err *err)
{
    uint64_t at = INC_SPACE_HEADER;

    if (len < MAGIC || memcmp(bytes, magic, MAGIC) != 0)
        return inc_fail(err, INC_E_FORMAT, 0,
                        "not a skill space: it does not begin with INCSPACE");
    if (len < MAGIC + 4)
        return damaged(err, "it ends inside its header");
    l->version = get32(bytes + 8);
    if (l->version > INC_SPACE_FORMAT) {
        enum inc_status st =
            inc_fail(err, INC_E_NEWER, 0,
                     "skill space of format %u; this engine reads up to %d",
                     (unsigned)l->version, (int)INC_SPACE_FORMAT);
        inc_err_hint(err, "update incrocio, or train the space again with "
                          "this version");
        return st;
    }
    if (l->version == 0)
        return damaged(err, "format number 0 does not exist");
    if (len < INC_SPACE_HEADER + INC_DIGEST)
        return damaged(err, "it ends inside its header");
    l->dim = get32(bytes + 12);
    l->rows = get32(bytes + 16);
    l->taxonomy_version_len = get32(bytes + 20);
    l->provenance_len = get32(bytes + 24);
    l->uris_len = get32(bytes + 28);
    /* Each of these many things takes a byte at least: with both below the
     * length of a file that is in memory no product can overflow. */
    if (len >> 40 != 0 || l->dim > len || l->rows > len)
        return damaged(err, "its header promises more than the file holds");
    l->taxonomy_version = (size_t)at;
    at += l->taxonomy_version_len;
    l->provenance = (size_t)at;
    at += l->provenance_len;
    l->uris = (size_t)at;
    at += l->uris_len;
    l->vectors = (size_t)at;
    if (l->dim != 0 && l->rows > len / l->dim)
        return damaged(err, "its header promises more than the file holds");
    at += (uint64_t)l->rows * l->dim;
    l->idf = (size_t)at;
    at += 2 * (uint64_t)l->rows;
    l->digest = (size_t)at;
    if (at + INC_DIGEST != len)
        return damaged(err, "its length is not the one its header promises");
    return INC_OK;
}

static enum inc_status
check_ranges(const struct layout *l, struct inc_err *err)
{
    if (l->dim == 0 || l->dim > INC_DIM_MAX || l->dim % INC_DIM_STEP != 0)
        return inc_fail(err, INC_E_RANGE, 0,
                        "skill space of dimension %u; it must be a multiple "
                        "of %d up to %d",
                        (unsigned)l->dim, (int)INC_DIM_STEP, (int)INC_DIM_MAX);
    if (l->rows == 0 || l->rows > INC_SPACE_ROWS_MAX)
        return inc_fail(err, INC_E_RANGE, 0,
                        "skill space of %u concepts; 1 to %d are possible",
                        (unsigned)l->rows, (int)INC_SPACE_ROWS_MAX);
    if (l->taxonomy_version_len > INC_SPACE_VERSION_MAX ||
        l->provenance_len > INC_SPACE_PROVENANCE_MAX)
        return inc_fail(err, INC_E_RANGE, 0,
                        "a text of the skill space is too long");
    return INC_OK;
}

/* A text of that length ends with its only NUL and is UTF-8. */
static int
good_text(const unsigned char *p, size_t len)
{
    return len > 0 && memchr(p, 0, len) == p + len - 1 &&
           inc_utf8_valid((const char *)p, len - 1);
}

static enum inc_status
read_uris(const char **uris, uint32_t rows, const unsigned char *p, size_t len,
          struct inc_err *err)
{
    const unsigned char *end = p + len;

    for (uint32_t i = 0; i < rows; i++) {
        size_t left = (size_t)(end - p);
        const unsigned char *nul = left == 0 ? NULL : memchr(p, 0, left);
        if (nul == NULL)
            return damaged(err, "it has fewer URIs than rows");
        if (nul == p || !good_text(p, (size_t)(nul - p) + 1))
            return damaged(err, "a URI is empty or not UTF-8");
        uris[i] = (const char *)p;
        if (i > 0 && strcmp(uris[i - 1], uris[i]) >= 0)
            return damaged(err, "its URIs are not in ascending order");
        p = nul + 1;
    }
    if (p != end)
        return damaged(err, "it has more URIs than rows");
    return INC_OK;
}

static enum inc_status
check_values(const int8_t *v, uint32_t rows, uint32_t dim, struct inc_err *err)
{
    for (uint32_t i = 0; i < rows; i++)
        for (uint32_t k = 0; k < dim; k++)
            if (v[(size_t)i * dim + k] < -127)
                return inc_fail(err, INC_E_RANGE, 0,
                                "row %u of the skill space has a value under "
                                "-127",
                                (unsigned)i);
    return INC_OK;
}

enum inc_status
inc_artefact_parse(struct inc_artefact *out, const unsigned char *bytes,
                   size_t len, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct layout l = {0};
    struct inc_artefact a = {0};
    unsigned char digest[INC_DIGEST];

    INC_TRY(read_layout(&l, bytes, len, err));
    inc_digest(digest, bytes, l.digest);
    if (memcmp(digest, bytes + l.digest, INC_DIGEST) != 0) {
        st = damaged(err, "its digest does not agree with its bytes");
        goto out;
    }
    INC_TRY(check_ranges(&l, err));
    if (!good_text(bytes + l.taxonomy_version,
                   (size_t)l.taxonomy_version_len) ||
        !good_text(bytes + l.provenance, (size_t)l.provenance_len)) {
        st = damaged(err, "a text in it is not UTF-8 with one NUL at its end");
        goto out;
    }
    a.uris = inc_mem_zero(l.rows, sizeof *a.uris);
    if (a.uris == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the skill space");
        goto out;
    }
    INC_TRY(read_uris(a.uris, l.rows, bytes + l.uris, (size_t)l.uris_len, err));
    a.vectors = (const int8_t *)(bytes + l.vectors);
    INC_TRY(check_values(a.vectors, l.rows, l.dim, err));
    a.dim = l.dim;
    a.rows = l.rows;
    a.taxonomy_digest = bytes + 32;
    a.digest = bytes + l.digest;
    a.taxonomy_version = (const char *)(bytes + l.taxonomy_version);
    a.provenance = (const char *)(bytes + l.provenance);
    a.idf = bytes + l.idf;
    *out = a;
    a.uris = NULL; /* given */
out:
    inc_mem_free(a.uris);
    return st;
}

void
inc_artefact_release(struct inc_artefact *a)
{
    inc_mem_free(a->uris);
    memset(a, 0, sizeof *a);
}

enum inc_status
inc_artefact_encode(struct inc_buf *out, const struct inc_space_parts *parts,
                    struct inc_err *err)
{
    size_t start = out->len, uris = 0;
    size_t version = strlen(parts->taxonomy_version) + 1;
    size_t provenance = strlen(parts->provenance) + 1;
    unsigned char digest[INC_DIGEST];

    for (uint32_t i = 0; i < parts->rows; i++)
        uris += strlen(parts->uris[i]) + 1;
    if (uris > UINT32_MAX || version > UINT32_MAX || provenance > UINT32_MAX)
        return inc_fail(err, INC_E_LIMIT, 0,
                        "the texts of the skill space are over 4 GiB");
    inc_buf_add(out, magic, MAGIC);
    put32(out, INC_SPACE_FORMAT);
    put32(out, parts->dim);
    put32(out, parts->rows);
    put32(out, (uint32_t)version);
    put32(out, (uint32_t)provenance);
    put32(out, (uint32_t)uris);
    inc_buf_add(out, parts->taxonomy_digest, INC_DIGEST);
    inc_buf_add(out, parts->taxonomy_version, version);
    inc_buf_add(out, parts->provenance, provenance);
    for (uint32_t i = 0; i < parts->rows; i++)
        inc_buf_add(out, parts->uris[i], strlen(parts->uris[i]) + 1);
    inc_buf_add(out, parts->vectors, (size_t)parts->rows * parts->dim);
    for (uint32_t i = 0; i < parts->rows; i++) {
        unsigned v = parts->idf_milli[i];
        const unsigned char p[2] = {(unsigned char)(v >> 8), (unsigned char)v};
        inc_buf_add(out, p, sizeof p);
    }
    if (!out->failed)
        inc_digest(digest, out->data + start, out->len - start);
    else
        memset(digest, 0, sizeof digest);
    inc_buf_add(out, digest, sizeof digest);
    if (out->failed)
        return inc_fail(err, INC_E_NOMEM, 0,
                        "no memory to write the skill space");
    return INC_OK;
}
