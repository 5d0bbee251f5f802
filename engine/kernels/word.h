/*
 * word.h - a skill that somebody has, in 32 bits. Floor 1.
 *   bits 0..17   concept number (INC_WORD_CONCEPT)
 *   bits 18..31  quality class (INC_WORD_CLASS): level, evidence, recency, as
 *                numbered by the pool block
 */
#ifndef INC_KERNELS_WORD_H
#define INC_KERNELS_WORD_H

#include <stddef.h>
#include <stdint.h>

enum {
    INC_LANES = 16, /* requirements come in groups of this */
    INC_CONCEPT_BITS = 18,
    INC_CLASS_BITS = 14,
    INC_CONCEPTS_MAX = 1 << INC_CONCEPT_BITS,
    INC_CLASSES_MAX = 1 << INC_CLASS_BITS
};
#define INC_WORD(concept, class)                                               \
    ((uint32_t)(concept) | (uint32_t)(class) << INC_CONCEPT_BITS)
#define INC_WORD_CONCEPT(w) ((w) & (INC_CONCEPTS_MAX - 1u))
#define INC_WORD_CLASS(w) ((w) >> INC_CONCEPT_BITS)

#endif
