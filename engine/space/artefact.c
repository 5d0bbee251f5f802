#include "engine/space/artefact.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/utf8.h"

static const char magic[8] = {'I', 'N', 'C', 'S', 'P', 'A', 'C', 'E'};

enum {
    MAGIC = sizeof magic,
    TRADES_SINCE = 2, /* format that brought the block of occupations */
    TRADES_HEAD = 12  /* bytes of the block's three counts */
};

/* Where each part starts, in bytes from the start of the file. */
struct layout {
    uint32_t version, dim, rows;
    uint64_t taxonomy_version_len, provenance_len, uris_len;
    size_t taxonomy_version, provenance, uris, vectors, idf, digest;
    /* The block of occupations; all 0 in format 1. */
    uint32_t occupations, entries;
    uint64_t occupation_uris_len;
    size_t occupation_uris, counts, numbers;
};

static uint32_t
get32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

static uint16_t
get16(const unsigned char *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static void
put16(struct inc_buf *b, uint32_t v)
{
    const unsigned char p[2] = {(unsigned char)(v >> 8), (unsigned char)v};

    inc_buf_add(b, p, sizeof p);
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
promises_too_much(struct inc_err *err)
{
    return damaged(err, "its header promises more than the file holds");
}

static enum inc_status
read_version(struct layout *l, const unsigned char *bytes, size_t len,
             struct inc_err *err)
{
    enum inc_status st;

    if (len < MAGIC || memcmp(bytes, magic, MAGIC) != 0)
        return inc_fail(err, INC_E_FORMAT, 0,
                        "not a skill space: it does not begin with INCSPACE");
    if (len < MAGIC + 4)
        return damaged(err, "it ends inside its header");
    l->version = get32(bytes + 8);
    if (l->version == 0)
        return damaged(err, "format number 0 does not exist");
    if (l->version <= INC_SPACE_FORMAT)
        return INC_OK;
    st = inc_fail(err, INC_E_NEWER, 0,
                  "skill space of format %u; this engine reads up to %d",
                  (unsigned)l->version, (int)INC_SPACE_FORMAT);
    inc_err_hint(err, "update incrocio, or train the space again with this "
                      "version");
    return st;
}

/* The block of occupations, of which *at is the start and then the end. */
static enum inc_status
read_trades_head(struct layout *l, uint64_t *at, const unsigned char *bytes,
                 size_t len, struct inc_err *err)
{
    if (*at + TRADES_HEAD > len)
        return promises_too_much(err);
    l->occupations = get32(bytes + *at);
    l->occupation_uris_len = get32(bytes + *at + 4);
    l->entries = get32(bytes + *at + 8);
    /* A URI takes a byte at least, an entry two. */
    if (l->occupations > len || l->entries > len)
        return promises_too_much(err);
    *at += TRADES_HEAD;
    l->occupation_uris = (size_t)*at;
    *at += l->occupation_uris_len;
    l->counts = (size_t)*at;
    *at += 2 * (uint64_t)l->rows;
    l->numbers = (size_t)*at;
    *at += 2 * (uint64_t)l->entries;
    return INC_OK;
}

static enum inc_status
read_layout(struct layout *l, const unsigned char *bytes, size_t len,
            struct inc_err *err)
{
    enum inc_status st = INC_OK;
    uint64_t at = INC_SPACE_HEADER;

    INC_TRY(read_version(l, bytes, len, err));
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
        return promises_too_much(err);
    l->taxonomy_version = (size_t)at;
    at += l->taxonomy_version_len;
    l->provenance = (size_t)at;
    at += l->provenance_len;
    l->uris = (size_t)at;
    at += l->uris_len;
    l->vectors = (size_t)at;
    if (l->dim != 0 && l->rows > len / l->dim)
        return promises_too_much(err);
    at += (uint64_t)l->rows * l->dim;
    l->idf = (size_t)at;
    at += 2 * (uint64_t)l->rows;
    if (l->version >= TRADES_SINCE)
        INC_TRY(read_trades_head(l, &at, bytes, len, err));
    l->digest = (size_t)at;
    if (at + INC_DIGEST != len)
        return damaged(err, "its length is not the one its header promises");
out:
    return st;
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
    if (l->occupations > INC_OCCUPATIONS_MAX)
        return inc_fail(err, INC_E_RANGE, 0,
                        "skill space of %u occupations; up to %d are possible",
                        (unsigned)l->occupations, (int)INC_OCCUPATIONS_MAX);
    if (l->entries > 0 && l->rows > INC_TRADE_ROWS_MAX)
        return inc_fail(err, INC_E_RANGE, 0,
                        "skill space of %u concepts with occupations; up to "
                        "%d are possible",
                        (unsigned)l->rows, (int)INC_TRADE_ROWS_MAX);
    return INC_OK;
}

/* A text of that length ends with its only NUL and is UTF-8. */
static int
good_text(const unsigned char *p, size_t len)
{
    return len > 0 && memchr(p, 0, len) == p + len - 1 &&
           inc_utf8_valid((const char *)p, len - 1);
}

/* `count` URIs, ascending, that fill `len` bytes. */
static enum inc_status
read_uris(const char **uris, uint32_t count, const unsigned char *p, size_t len,
          struct inc_err *err)
{
    const unsigned char *end = p + len;

    for (uint32_t i = 0; i < count; i++) {
        size_t left = (size_t)(end - p);
        const unsigned char *nul = left == 0 ? NULL : memchr(p, 0, left);
        if (nul == NULL)
            return damaged(err, "it has fewer URIs than it says");
        if (nul == p || !good_text(p, (size_t)(nul - p) + 1))
            return damaged(err, "a URI is empty or not UTF-8");
        uris[i] = (const char *)p;
        if (i > 0 && strcmp(uris[i - 1], uris[i]) >= 0)
            return damaged(err, "its URIs are not in ascending order");
        p = nul + 1;
    }
    if (p != end)
        return damaged(err, "it has more URIs than it says");
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

/* The lists of occupations out of their bytes into row_start and
 * row_occupations. */
static enum inc_status
read_lists(struct inc_artefact *a, const struct layout *l,
           const unsigned char *bytes, struct inc_err *err)
{
    const unsigned char *counts = bytes + l->counts;
    const unsigned char *numbers = bytes + l->numbers;
    uint64_t end = 0;

    for (uint32_t i = 0; i < l->rows; i++) {
        end += get16(counts + 2 * (size_t)i);
        if (end > l->entries)
            return damaged(err, "its lists of occupations are longer than it "
                                "says");
        a->row_start[i + 1] = (uint32_t)end;
        for (uint32_t k = a->row_start[i]; k < end; k++) {
            uint16_t o = get16(numbers + 2 * (size_t)k);
            if (o >= l->occupations)
                return inc_fail(err, INC_E_RANGE, 0,
                                "row %u of the skill space names occupation "
                                "%u of %u",
                                (unsigned)i, (unsigned)o,
                                (unsigned)l->occupations);
            if (k > a->row_start[i] && o <= a->row_occupations[k - 1])
                return damaged(err, "a list of occupations in it is not in "
                                    "ascending order");
            a->row_occupations[k] = o;
        }
    }
    if (end != l->entries)
        return damaged(err, "its lists of occupations are shorter than it "
                            "says");
    return INC_OK;
}

static enum inc_status
read_trades(struct inc_artefact *a, const struct layout *l,
            const unsigned char *bytes, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    a->n_occupations = l->occupations;
    a->occupation_uris =
        inc_mem_zero(l->occupations, sizeof *a->occupation_uris);
    a->row_start = inc_mem_zero((size_t)l->rows + 1, sizeof *a->row_start);
    a->row_occupations = inc_mem_zero(l->entries, sizeof *a->row_occupations);
    if (a->occupation_uris == NULL || a->row_start == NULL ||
        a->row_occupations == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the skill space");
    if (l->version < TRADES_SINCE)
        return INC_OK;
    INC_TRY(read_uris(a->occupation_uris, l->occupations,
                      bytes + l->occupation_uris,
                      (size_t)l->occupation_uris_len, err));
    INC_TRY(read_lists(a, l, bytes, err));
out:
    return st;
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
    INC_TRY(read_trades(&a, &l, bytes, err));
    a.format = l.version;
    a.dim = l.dim;
    a.rows = l.rows;
    a.taxonomy_digest = bytes + 32;
    a.digest = bytes + l.digest;
    a.taxonomy_version = (const char *)(bytes + l.taxonomy_version);
    a.provenance = (const char *)(bytes + l.provenance);
    a.idf = bytes + l.idf;
    *out = a;
    memset(&a, 0, sizeof a); /* given */
out:
    inc_artefact_release(&a);
    return st;
}

void
inc_artefact_release(struct inc_artefact *a)
{
    inc_mem_free(a->uris);
    inc_mem_free(a->occupation_uris);
    inc_mem_free(a->row_start);
    inc_mem_free(a->row_occupations);
    memset(a, 0, sizeof *a);
}

/* Bytes of so many texts with their NULs. */
static size_t
texts_len(const char *const *text, uint32_t count)
{
    size_t len = 0;

    for (uint32_t i = 0; i < count; i++)
        len += strlen(text[i]) + 1;
    return len;
}

static void
put_texts(struct inc_buf *out, const char *const *text, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        inc_buf_add(out, text[i], strlen(text[i]) + 1);
}

/* How many occupations list a row. What is no count comes out huge. */
static uint32_t
list_len(const struct inc_space_parts *parts, uint32_t row)
{
    if (parts->row_start == NULL)
        return 0;
    return parts->row_start[row + 1] - parts->row_start[row];
}

static uint32_t
all_lists_len(const struct inc_space_parts *parts)
{
    return parts->row_start == NULL ? 0 : parts->row_start[parts->rows];
}

static void
put_trades(struct inc_buf *out, const struct inc_space_parts *parts,
           size_t uris)
{
    uint32_t entries = all_lists_len(parts);

    put32(out, parts->n_occupations);
    put32(out, (uint32_t)uris);
    put32(out, entries);
    put_texts(out, parts->occupation_uris, parts->n_occupations);
    for (uint32_t i = 0; i < parts->rows; i++)
        put16(out, list_len(parts, i));
    for (uint32_t k = 0; k < entries; k++)
        put16(out, parts->row_occupations[k]);
}

enum inc_status
inc_artefact_encode(struct inc_buf *out, const struct inc_space_parts *parts,
                    struct inc_err *err)
{
    size_t start = out->len;
    size_t uris = texts_len(parts->uris, parts->rows);
    size_t occupations =
        texts_len(parts->occupation_uris, parts->n_occupations);
    size_t version = strlen(parts->taxonomy_version) + 1;
    size_t provenance = strlen(parts->provenance) + 1;
    unsigned char digest[INC_DIGEST];

    if (uris > UINT32_MAX || version > UINT32_MAX || provenance > UINT32_MAX ||
        occupations > UINT32_MAX)
        return inc_fail(err, INC_E_LIMIT, 0,
                        "the texts of the skill space are over 4 GiB");
    for (uint32_t i = 0; i < parts->rows; i++)
        if (list_len(parts, i) > INC_OCCUPATIONS_MAX)
            return inc_fail(err, INC_E_LIMIT, 0,
                            "row %u of the skill space has a list of %u "
                            "occupations",
                            (unsigned)i, (unsigned)list_len(parts, i));
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
    put_texts(out, parts->uris, parts->rows);
    inc_buf_add(out, parts->vectors, (size_t)parts->rows * parts->dim);
    for (uint32_t i = 0; i < parts->rows; i++)
        put16(out, parts->idf_milli[i]);
    put_trades(out, parts, occupations);
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
