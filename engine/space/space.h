/*
 * space.h - the skill space: one integer vector a concept. Floor 3.
 * Immutable after load; any number of threads.
 *
 * The artefact is a file of big-endian integers: magic "INCSPACE", format
 * version, dimension, concept count, provenance text (JSON: inputs with their
 * digests, options, engine version, date), sorted URIs, rows (int8), idf
 * (uint16, thousandths of a nat), the occupations it was trained on with the
 * list of them for each row (uint16; since format 2), then BLAKE2b-256 over
 * all before it. It names the taxonomy it was trained on by digest. A file of
 * format 1 is read as one without occupations.
 */
#ifndef INC_SPACE_SPACE_H
#define INC_SPACE_SPACE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/hash.h"
#include "engine/base/status.h"
#include "engine/taxonomy/taxonomy.h"

struct inc_space;

enum {
    INC_DIM_STEP = 16,  /* dimensions come in multiples of this */
    INC_DIM_MAX = 1040, /* dim * 127 * 127 < 2^24 */
    INC_SPACE_FORMAT = 2,
    INC_OCCUPATIONS_MAX = 65535, /* of a space; numbers fit uint16_t */
    /* Concepts of a space with occupations: the squared idf of all of them
     * together fit uint32_t, 2^18 * 127^2 < 2^32. */
    INC_TRADE_ROWS_MAX = 1 << 18
};

/* What training hands over; all arrays are borrowed for the call. */
struct inc_space_parts {
    uint32_t dim;
    uint32_t rows;
    const int8_t *vectors;                /* [rows][dim], -127..127 */
    const uint16_t *idf_milli;            /* [rows], thousandths, 0..65535 */
    const char *const *uris;              /* [rows], ascending */
    const unsigned char *taxonomy_digest; /* INC_DIGEST bytes */
    const char *taxonomy_version;
    const char *provenance; /* JSON text */
    /* Occupations it was trained on and, for each row, the ascending numbers
     * of those that list it: row_occupations[row_start[i]] up to, without,
     * [row_start[i + 1]]. All 0 and NULL: a space that knows no trades. */
    uint32_t n_occupations;
    const char *const *occupation_uris; /* [n_occupations], ascending */
    const uint32_t *row_start;          /* [rows + 1], from 0 */
    const uint16_t *row_occupations;    /* [row_start[rows]] */
};

enum inc_status inc_space_save(const char *path,
                               const struct inc_space_parts *parts,
                               struct inc_err *err);

/*
 * Load and check: magic (INC_E_FORMAT), version (INC_E_NEWER), lengths, texts,
 * digest (INC_E_CORRUPT), range and the 2^24 bound (INC_E_RANGE). Then bind to
 * the taxonomy when t is not NULL: every skill of t gets a row; without t the
 * rows are those of the file, in its order. Concepts that the space does not
 * know (the office's own, or a newer ESCO) get a folded-in vector: the integer
 * mean of their related, parent and sibling concepts' vectors, each once, of
 * zero length when there are none; their idf is the mean of the same concepts',
 * or of the whole space, and no occupation lists them. INC_E_MISMATCH when
 * fewer than 90 % of t's non-local skills are in the space.
 */
enum inc_status inc_space_load(struct inc_space **out, const char *path,
                               const struct inc_taxonomy *t,
                               struct inc_err *err);

/* Same from parts already in memory (tests, training preview). */
enum inc_status inc_space_from_parts(struct inc_space **out,
                                     const struct inc_space_parts *parts,
                                     const struct inc_taxonomy *t,
                                     struct inc_err *err);
void inc_space_free(struct inc_space *s);

uint32_t inc_space_dim(const struct inc_space *s);
uint32_t inc_space_rows(const struct inc_space *s); /* = skills of t */
/* Row of a skill: dim int8 values, 64-byte aligned block. */
const int8_t *inc_space_row(const struct inc_space *s, uint32_t skill);
/* The same rows as floats with integer values, [rows][dim], for BLAS. */
const float *inc_space_floats(const struct inc_space *s);
/* Squared length of a row, 0..dim*127^2; 0 for a concept without vector. */
uint32_t inc_space_norm2(const struct inc_space *s, uint32_t skill);
/* Rarity weight: the idf in sixteenths of a nat, rounded, clamped to 1..127
 * (127 so that idf * (e . u) fits int32_t: 127 * 2^24 < 2^31). */
uint32_t inc_space_idf(const struct inc_space *s, uint32_t skill);
const unsigned char *inc_space_digest(const struct inc_space *s);
const char *inc_space_provenance(const struct inc_space *s);
/* How many of t's skills were folded in, and how many have no vector. */
uint32_t inc_space_folded(const struct inc_space *s);
uint32_t inc_space_empty(const struct inc_space *s);

/*
 * Cosine of two integer vectors in basis points from their dot product and
 * squared lengths: floor(10000 * dot / isqrt(a2 * b2)), clamped to 0..10000;
 * 0 for dot <= 0 or an empty vector. a2, b2 < 2^32. Exact integer arithmetic.
 */
uint32_t inc_cosine_bp(int64_t dot, uint64_t a2, uint64_t b2);

/*
 * Similarity the score uses: 0 under the floor (cosine 3500 bp), rescaled to
 * 0..10000 above it: floor((c - 3500) * 10000 / 6500).
 */
enum { INC_SIM_FLOOR_BP = 3500 };
uint32_t inc_similarity_bp(uint32_t cosine_bp);

/* The k skills nearest to a skill by cosine, itself excluded; ties by id.
 *   ids, cos_bp  out [k]
 * Only cosines above 0 count. Returns how many were written. */
size_t inc_space_neighbours(const struct inc_space *s, uint32_t skill,
                            uint32_t *ids, uint32_t *cos_bp, size_t k);

#endif
