/* Fuzz: any bytes into the parser of a skill space. What it accepts must come
 * out of the writer as the same bytes. The digest would stop nearly every
 * mutation, so the bytes are tried once as they are and once sealed anew. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/space/artefact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_bytes(const uint8_t *data, size_t size)
{
    struct inc_artefact a = {0};
    struct inc_space_parts p = {0};
    struct inc_buf again = {0};
    struct inc_err err;
    struct inc_space *s = NULL;
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
    if (inc_artefact_encode(&again, &p, &err) != INC_OK || again.len != size ||
        memcmp(again.data, data, size) != 0)
        abort(); /* reader and writer disagree */
    if (inc_space_from_parts(&s, &p, NULL, &err) != INC_OK)
        abort();
    inc_space_free(s);
    inc_buf_release(&again);
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
