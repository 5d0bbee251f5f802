/* Fuzz: any bytes as a block of people. What binds must be readable all
 * through without leaving it. Corpus: blocks of 1 and of 20 people, without and
 * with a tree, written by unit.pool.bind with INC_CORPUS=folder in its
 * environment. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "tests/unit/pool/walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As of the small world of the unit tests. */
static const struct inc_bounds bounds = {.skills = FUZZ_SKILLS,
                                         .occupations = FUZZ_TRADES,
                                         .trades = FUZZ_TRADES,
                                         .comuni = FUZZ_COMUNI,
                                         .families = FUZZ_FAMILIES};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *base = inc_mem_zero64(size, 1);
    struct inc_block *b = NULL;
    struct inc_err err;

    if (base == NULL)
        abort();
    if (size > 0)
        memcpy(base, data, size);
    if (inc_block_bind(&b, base, size, &bounds, NULL, &err) != INC_OK) {
        inc_mem_free(base);
        return 0;
    }
    (void)walk_block(b);
    inc_block_drop(b);
    return 0;
}
