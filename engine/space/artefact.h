/*
 * artefact.h - the bytes of a skill space file, in and out. Floor 3, private
 * to engine/space and its tests.
 *
 * All integers are big-endian. Texts end with a NUL that their length counts.
 *
 *   0   8   magic "INCSPACE"
 *   8   4   format version, 1..INC_SPACE_FORMAT
 *   12  4   dim, a multiple of INC_DIM_STEP, at most INC_DIM_MAX
 *   16  4   rows, 1..INC_SPACE_ROWS_MAX
 *   20  4   bytes of the taxonomy's version text
 *   24  4   bytes of the provenance text
 *   28  4   bytes of all URIs together
 *   32  32  digest of the taxonomy
 *   64      version text, provenance, URIs (ascending), then int8 [rows][dim],
 *           then uint16 [rows] idf in thousandths of a nat, then the block
 *           of occupations (not in format 1)
 *   end-32  BLAKE2b-256 of all bytes before
 *
 * Block of occupations, from its start:
 *   0   4   occupations, at most INC_OCCUPATIONS_MAX
 *   4   4   bytes of all their URIs together
 *   8   4   entries: how many numbers all lists hold together
 *   12      URIs (ascending), then uint16 [rows] how many occupations list the
 *           row, then uint16 [entries] their numbers, row after row, ascending
 *           within a row
 *
 * To change the format: raise INC_SPACE_FORMAT, keep the parser of the old
 * number beside the new one, add a file of the old format to the tests.
 */
#ifndef INC_SPACE_ARTEFACT_H
#define INC_SPACE_ARTEFACT_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/buf.h"
#include "engine/space/space.h"

enum {
    INC_SPACE_HEADER = 64,
    INC_SPACE_ROWS_MAX = 1 << 22,
    INC_SPACE_VERSION_MAX = 256,       /* bytes with the NUL */
    INC_SPACE_PROVENANCE_MAX = 1 << 20 /* bytes with the NUL */
};

/* A checked view of an artefact's bytes; owned are the arrays of pointers and
 * the lists of occupations, which a row's bytes do not align. */
struct inc_artefact {
    uint32_t format; /* of the bytes */
    uint32_t dim;
    uint32_t rows;
    const unsigned char *taxonomy_digest; /* INC_DIGEST bytes */
    const unsigned char *digest;          /* of the artefact, INC_DIGEST */
    const char *taxonomy_version;
    const char *provenance;
    const char **uris;            /* [rows], ascending; array owned */
    const int8_t *vectors;        /* [rows][dim], -127..127 */
    const unsigned char *idf;     /* [rows] uint16 big-endian */
    uint32_t n_occupations;       /* 0 in format 1 */
    const char **occupation_uris; /* [n_occupations], ascending; owned */
    uint32_t *row_start;          /* [rows + 1]; owned */
    uint16_t *row_occupations;    /* [row_start[rows]]; owned */
};

/*
 * Check any bytes and view them. *out is written on success only and lives as
 * long as the bytes; release it. INC_E_FORMAT (not such a file), INC_E_NEWER,
 * INC_E_CORRUPT (lengths, digest, texts), INC_E_RANGE (dimension, rows or a
 * value outside its bounds), INC_E_NOMEM.
 */
enum inc_status inc_artefact_parse(struct inc_artefact *out,
                                   const unsigned char *bytes, size_t len,
                                   struct inc_err *err);
void inc_artefact_release(struct inc_artefact *a); /* safe on zeroed memory */

/* Append the bytes of an artefact, in the newest format. No check but for
 * lengths that do not fit (INC_E_LIMIT): what was written is for
 * inc_artefact_parse() to judge. */
enum inc_status inc_artefact_encode(struct inc_buf *out,
                                    const struct inc_space_parts *parts,
                                    struct inc_err *err);

/* idf of a row, thousandths of a nat. */
static inline uint16_t
inc_artefact_idf(const struct inc_artefact *a, uint32_t row)
{
    return (uint16_t)(a->idf[2 * (size_t)row] << 8 |
                      a->idf[2 * (size_t)row + 1]);
}

#endif
