/*
 * patterns.h - shared by patterns.c and mentions.c only.
 */
#ifndef INC_TAXONOMY_PATTERNS_H
#define INC_TAXONOMY_PATTERNS_H

#include "engine/taxonomy/index.h"
#include "engine/taxonomy/mentions.h"

enum { PATTERN_WORDS = 16 }; /* longer labels are not looked out for */

/* One label, or one alternative of "a/b". */
struct pattern {
    const char *label;
    uint32_t id;
    uint32_t term;   /* first in inc_patterns.term, the rarest first */
    uint32_t weight; /* sum of their idf */
    uint16_t lang;
    uint8_t words;
    uint8_t pillar;
    uint8_t preferred;
    uint8_t letters; /* of a one-word label; 255 for more */
};

struct inc_patterns {
    const struct inc_search *s;
    struct pattern *pattern;
    uint32_t n;
    uint32_t *term;      /* of all patterns */
    uint32_t *anchor_at; /* [terms + 1] patterns whose rarest term it is */
    uint32_t *anchored;  /* [n] */
    uint32_t *by_root;   /* [terms] by stemmer, then root */
};

/* Terms with the stem's root: [*from, the result) of by_root. */
uint32_t inc_patterns_kin(const struct inc_patterns *p, const char *stem,
                          size_t root, enum inc_stemmer stemmer,
                          uint32_t *from);

#endif
