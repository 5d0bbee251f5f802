/*
 * Sixteen 16-bit lanes a register. vpmulhuw is exactly (a * b) >> 16 on
 * unsigned 16-bit values and the loss is never more than the similarity it is
 * taken from, so nothing wraps and the result equals inc_fold_scalar().
 *
 * Four groups a turn: two cache lines of a table row, four accumulators that
 * stay in registers; the words are read again (from L1) for the next four.
 */
#include "engine/kernels/fold.h"

#ifdef __AVX2__

#include <immintrin.h>

enum { GROUPS_A_TURN = 4 };

static inline __m256i
load(const uint16_t *lanes)
{
    return _mm256_load_si256((const void *)lanes);
}

/* Groups first .. first + groups - 1; `groups` and `with_pull` are constants
 * where this is called, so the inner loop unrolls and the test goes away. */
static inline __attribute__((always_inline)) int64_t
fold_groups(uint16_t *cover, const struct inc_fold_table *table,
            const uint32_t *words, size_t n, size_t first, size_t groups,
            int with_pull)
{
    const uint16_t *sims = table->sim + first * INC_LANES;
    const uint16_t *losses = table->loss + first * INC_LANES;
    const size_t lanes = table->lanes;
    __m256i best[GROUPS_A_TURN];
    int64_t sum = 0;

    for (size_t g = 0; g < groups; g++)
        best[g] = _mm256_setzero_si256();
    for (size_t w = 0; w < n; w++) {
        size_t concept = INC_WORD_CONCEPT(words[w]);
        const uint16_t *sim = sims + concept * lanes;
        const uint16_t *loss = losses + INC_WORD_CLASS(words[w]) * lanes;

        for (size_t g = 0; g < groups; g++) {
            __m256i s = load(sim + g * INC_LANES);
            __m256i l = load(loss + g * INC_LANES);

            s = _mm256_sub_epi16(s, _mm256_mulhi_epu16(s, l));
            best[g] = _mm256_max_epu16(best[g], s);
        }
        if (with_pull)
            sum += table->pull[concept];
    }
    for (size_t g = 0; g < groups; g++)
        _mm256_store_si256((void *)(cover + (first + g) * INC_LANES), best[g]);
    return sum;
}

/* As above, the number of groups made a constant: 1..GROUPS_A_TURN. */
static inline __attribute__((always_inline)) int64_t
fold_turn(uint16_t *cover, const struct inc_fold_table *table,
          const uint32_t *words, size_t n, size_t first, size_t groups,
          int with_pull)
{
    switch (groups) {
    case 1:
        return fold_groups(cover, table, words, n, first, 1, with_pull);
    case 2:
        return fold_groups(cover, table, words, n, first, 2, with_pull);
    case 3:
        return fold_groups(cover, table, words, n, first, 3, with_pull);
    default:
        return fold_groups(cover, table, words, n, first, 4, with_pull);
    }
}

void
inc_fold_avx2(uint16_t *cover, int64_t *pull,
              const struct inc_fold_table *table, const uint32_t *words,
              size_t n)
{
    size_t groups = table->lanes / INC_LANES;

    *pull = table->pull != NULL
                ? fold_turn(cover, table, words, n, 0, groups, 1)
                : fold_turn(cover, table, words, n, 0, groups, 0);
    for (size_t g = GROUPS_A_TURN; g < groups; g += GROUPS_A_TURN)
        (void)fold_turn(cover, table, words, n, g, groups - g, 0);
}

#else /* a machine or compiler without AVX2: the dispatcher never comes here   \
       */

void
inc_fold_avx2(uint16_t *cover, int64_t *pull,
              const struct inc_fold_table *table, const uint32_t *words,
              size_t n)
{
    inc_fold_scalar(cover, pull, table, words, n);
}

#endif
