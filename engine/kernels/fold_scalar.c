/*
 * The reference: what every other variant must equal, bit for bit. Written a
 * group at a time into a local array, so that a compiler may use what vectors
 * the base instruction set has.
 */
#include <string.h>

#include "engine/kernels/fold.h"

void
inc_fold_scalar(uint16_t *cover, int64_t *pull,
                const struct inc_fold_table *table, const uint32_t *words,
                size_t n)
{
    int64_t sum = 0;

    for (size_t first = 0; first < table->lanes; first += INC_LANES) {
        uint16_t best[INC_LANES] = {0};

        for (size_t w = 0; w < n; w++) {
            const uint16_t *sim =
                table->sim + INC_WORD_CONCEPT(words[w]) * table->lanes + first;
            const uint16_t *loss =
                table->loss + INC_WORD_CLASS(words[w]) * table->lanes + first;

            for (size_t i = 0; i < INC_LANES; i++) {
                uint32_t lost = (uint32_t)sim[i] * loss[i] >> 16;
                uint16_t have = (uint16_t)(sim[i] - lost);

                best[i] = have > best[i] ? have : best[i];
            }
        }
        memcpy(cover + first, best, sizeof best);
    }
    for (size_t w = 0; w < n && table->pull != NULL; w++)
        sum += table->pull[INC_WORD_CONCEPT(words[w])];
    *pull = sum;
}
