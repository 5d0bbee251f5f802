/* Fuzz: any bytes into the parser of a skill space. What it accepts must come
 * out of the writer as the same bytes, or, of an old format, as bytes of the
 * newest that do. The digest would stop nearly every mutation, so the bytes
 * are tried once as they are and once sealed anew. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/space/artefact.h"
#include "engine/space/trades.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What any space must bear: the trades of all its skills. */
static void
try_trades(const struct inc_space *s)
{
    uint32_t rows = inc_space_rows(s);
    uint32_t *hits = inc_mem_zero(inc_space_occupations(s), sizeof *hits);
    uint32_t *all = inc_mem_zero(rows, sizeof *all);
    struct inc_trade out[INC_TRADES];
    size_t n;

    if (hits == NULL || all == NULL)
        abort();
    for (uint32_t i = 0; i < rows; i++)
        all[i] = i;
    n = inc_space_trades(s, out, all, rows, hits);
    for (uint32_t o = 0; o < inc_space_occupations(s); o++)
        if (hits[o] != 0 || inc_space_occupation_uri(s, o)[0] == '\0')
            abort();
    if (n > INC_TRADES || inc_trades_bp(out, n, out, n, NULL) > 10000)
        abort();
    inc_mem_free(hits);
    inc_mem_free(all);
}

static void
try_parts(const struct inc_space_parts *p, const uint8_t *data, size_t size)
{
    struct inc_buf again = {0};
    struct inc_err err;
    struct inc_space *s = NULL;

    if (inc_artefact_encode(&again, p, &err) != INC_OK)
        abort();
    if (data != NULL &&
        (again.len != size || memcmp(again.data, data, size) != 0))
        abort(); /* reader and writer disagree */
    if (inc_space_from_parts(&s, p, NULL, &err) != INC_OK)
        abort();
    try_trades(s);
    inc_space_free(s);
    inc_buf_release(&again);
}

static void
try_bytes(const uint8_t *data, size_t size)
{
    struct inc_artefact a = {0};
    struct inc_space_parts p = {0};
    struct inc_err err;
    uint16_t *idf;

    if (inc_artefact_parse(&a, data, size, &err) != INC_OK)
        return;
    idf = inc_mem_zero(a.rows, sizeof *idf);
    if (idf == NULL)
        abort();
    for (uint32_t i = 0; i < a.rows; i++)
        idf[i] = inc_artefact_idf(&a, i);
    p.dim = a.dim;
    p.rows = a.rows;
    p.vectors = a.vectors;
    p.idf_milli = idf;
    p.uris = a.uris;
    p.taxonomy_digest = a.taxonomy_digest;
    p.taxonomy_version = a.taxonomy_version;
    p.provenance = a.provenance;
    p.n_occupations = a.n_occupations;
    p.occupation_uris = a.occupation_uris;
    p.row_start = a.row_start;
    p.row_occupations = a.row_occupations;
    try_parts(&p, a.format == INC_SPACE_FORMAT ? data : NULL, size);
    inc_mem_free(idf);
    inc_artefact_release(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *sealed;

    if (inc_hash_start() != 0)
        abort();
    try_bytes(data, size);
    if (size < INC_DIGEST)
        return 0;
    sealed = inc_mem_zero(size, 1);
    if (sealed == NULL)
        abort();
    memcpy(sealed, data, size);
    inc_digest(sealed + size - INC_DIGEST, sealed, size - INC_DIGEST);
    try_bytes(sealed, size);
    inc_mem_free(sealed);
    return 0;
}
