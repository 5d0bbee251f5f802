/*
 * index.h - inside of the search index; search*.c only.
 *
 * An entry is one label of one concept in one language. A term is a light
 * stem with its stemmer ("i" Italian, "e" English, "o" others), so a language
 * never meets another's endings. Immutable once built.
 */
#ifndef INC_TAXONOMY_INDEX_H
#define INC_TAXONOMY_INDEX_H

#include "engine/base/map.h"
#include "engine/taxonomy/search.h"
#include "engine/text/words.h"

enum {
    INDEX_PILLARS = 4,
    INDEX_WORD = INC_WORD_BYTES,
    INDEX_TEXT = 1024 /* bytes of a label or query that count */
};

struct entry {
    uint32_t id;
    uint32_t norm; /* 16 x length of the idf vector */
    const char *label;
    uint16_t lang;
    uint16_t preferred;
};

struct term {
    const char *text; /* in inc_search.pool, after the stemmer's letter */
    uint32_t posting; /* first in inc_search.posting */
    uint32_t df;
    uint16_t idf; /* sixteenths of log2 */
    uint8_t len, root;
    uint8_t stemmer;
};

struct exact {
    uint64_t hash;
    uint32_t entry;
};

struct inc_search {
    const struct inc_taxonomy *t;
    struct entry *entry; /* pillar by pillar */
    uint32_t first[INDEX_PILLARS + 1];
    struct exact *exact; /* by hash, then entry */
    size_t exacts;
    char *pool;
    struct term *term;
    uint32_t terms;
    struct inc_map by_text; /* stemmer's letter and stem -> term */
    uint32_t *posting;      /* entries of each term, ascending */
    uint32_t *gram;         /* sorted trigrams */
    uint32_t *gram_at;      /* [grams + 1] */
    uint32_t grams;
    uint32_t *gram_term;           /* terms of each trigram, ascending */
    uint16_t rare[INC_STEM_COUNT]; /* idf of a word met nowhere */
};

static inline char
inc_index_letter(enum inc_stemmer s)
{
    static const char letter[INC_STEM_COUNT] = {'o', 'i', 'e'};

    return letter[s];
}

/* Folded text of one alternative of a label: "a/b" is "a" and "b". Moves
 * *label past it; NULL at the end. Returns the length, 0 when blank. */
size_t inc_index_part(char out[INDEX_TEXT + 1], const char **label);
uint64_t inc_index_hash(const char *text, size_t len);

/* Next word of a folded text, as [*at, *at + length); 0 at the end. */
size_t inc_index_word(const char **at, const char *text, size_t len,
                      size_t *pos);

/* --- alike.c: terms that resemble a word --------------------------------- */

enum {
    INC_ALIKE_MAX = 96,       /* terms that one word may stand for */
    INC_ALIKE_EDITS_BP = 7000 /* worth of a term with two typing errors */
};

struct inc_alike_term {
    uint32_t term;
    uint32_t sim_bp; /* 10000: the same stem */
};

/* Working memory of one question, and what it found last, best first. */
struct inc_alike {
    const struct inc_search *s;
    uint8_t *common; /* [terms] trigrams in common */
    uint32_t *met;   /* [terms] terms with common != 0 */
    struct inc_alike_term match[INC_ALIKE_MAX];
    size_t n;
};

/* 0, or -1 with no memory; release either way. */
int inc_alike_init(struct inc_alike *a, const struct inc_search *s);
void inc_alike_release(struct inc_alike *a); /* safe on zeroed memory */
/* The terms of one stemmer that resemble a stem. */
void inc_alike_find(struct inc_alike *a, const char *stem, size_t len,
                    enum inc_stemmer stemmer);

#endif
