/*
 * suggest_inside.h - the index of suggestions; suggest*.c and demand.c only.
 * Floor 5.
 *
 * A label is one text of one concept in one language; its words are numbers of
 * a vocabulary shared by all languages. A word knows the labels it is in, those
 * first where it begins a part. Words of one stem know each other.
 */
#ifndef INC_LINK_SUGGEST_INSIDE_H
#define INC_LINK_SUGGEST_INSIDE_H

#include "engine/link/suggest.h"
#include "engine/link/vocabulary.h"
#include "engine/text/words.h"

enum {
    PILLARS = 4,
    LABEL_WORDS = 64 /* of a label that count */
};

struct label {
    const char *text; /* views the taxonomy */
    uint32_t id;
    uint16_t letters; /* code points of the longest part */
    uint8_t pillar, lang;
};

/* A word as a label has it: its number, and how it stands there. */
#define WORD_PART UINT32_C(0x80000000) /* first word of a part */
#define WORD_HEAD                                                              \
    UINT32_C(0x40000000) /* first that is no article or the like */
#define WORD_LISTED UINT32_C(0x20000000) /* the mention that of[] tells of */
#define WORD_OF(w) ((w)&UINT32_C(0x1fffffff))

/* Stems of one language and the words that have them. */
struct stems {
    struct inc_vocabulary stem;
    uint32_t *at;   /* [stem.n + 1] into word */
    uint32_t *word; /* ascending for each stem */
};

struct inc_suggest {
    const struct inc_taxonomy *t;
    struct label *label; /* concept by concept */
    uint32_t labels;
    uint32_t *word_at; /* [labels + 1] into word */
    uint32_t *word;
    struct inc_vocabulary words;
    uint8_t *stop;    /* [words] 1: an article or the like in some language */
    uint32_t *of_at;  /* [words + 1] into of */
    uint32_t *of_mid; /* [words] where those begin that are no head */
    uint32_t *of;     /* labels of each word, each once */
    struct stems stems[INC_STEM_COUNT];
    uint32_t *demand[PILLARS]; /* [concepts], or NULL */
    size_t bytes;
};

/* How near a word is to one that was typed. */
enum grade {
    GRADE_NONE,
    GRADE_PLAIN, /* it, or the beginning of it */
    GRADE_FORM,  /* another form: plural, gender */
    GRADE_TYPO,
    GRADE_TYPOS,
    GRADE_END
};

/* A word that was typed. */
struct term {
    char word[INC_SPLIT_BYTES + 1];
    uint8_t size;
    uint8_t whole;    /* not only the beginning of a word */
    uint8_t optional; /* an article or the like: may be missing */
    uint8_t met;      /* some word of the vocabulary has a grade */
    uint8_t *grade;   /* [words] enum grade */
};

struct terms {
    struct term term[INC_SUGGEST_WORDS];
    unsigned n;
};

/* The words of a text; n 0 when it has none or too many. Grades are NULL. */
void inc_terms_read(struct terms *t, const char *text, size_t len);
/* Grades without mistakes, then those with; both leave better ones alone. */
void inc_terms_plain(const struct inc_suggest *s, struct terms *t);
void inc_terms_typos(const struct inc_suggest *s, struct terms *t);
/* Mistakes that are forgiven in a word of so many bytes. */
unsigned inc_terms_edits(size_t size);

/*
 * How a label fits, 0 for not at all.
 *   place  out [n terms] which word of the label each term stands for, or
 *          UINT8_MAX; NULL when it is not asked for
 */
unsigned inc_fit_of(const struct inc_suggest *s, const struct terms *t,
                    uint32_t label, uint8_t *place);
/* The stretches of a suggestion's label that match, from `place`. */
void inc_fit_spans(const struct inc_suggest *s, const struct terms *t,
                   uint32_t label, const uint8_t *place,
                   struct inc_suggestion *out);

#endif
