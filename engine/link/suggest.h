/*
 * suggest.h - typeahead: concepts while somebody types one of their labels.
 * Floor 5. Immutable once built (and given its demand); any number of threads.
 * How it ranks and what it costs: docs/linking.md, "Suggestions".
 */
#ifndef INC_LINK_SUGGEST_H
#define INC_LINK_SUGGEST_H

#include "engine/taxonomy/taxonomy.h"

struct inc_suggest;

enum {
    INC_SUGGEST_MAX = 50,   /* suggestions of one question */
    INC_SUGGEST_WORDS = 32, /* no text of more words is completed */
    INC_SUGGEST_SPANS = 8,
    /* Uses and people below this count as none: fewer could tell who. */
    INC_SUGGEST_LEAST = 10
};

/* Index over the labels of skills, occupations and ISCO groups, preferred and
 * alternative, in every language; retired concepts are left out. Keeps t.
 * INC_E_NOMEM. */
enum inc_status inc_suggest_build(struct inc_suggest **out,
                                  const struct inc_taxonomy *t,
                                  struct inc_err *err);
void inc_suggest_free(struct inc_suggest *s); /* NULL is fine */
size_t inc_suggest_bytes(const struct inc_suggest *s);
uint32_t inc_suggest_labels(const struct inc_suggest *s);

struct inc_demand {
    uint64_t rows;    /* of the table */
    uint64_t unknown; /* rows whose label or URI no concept has */
};
/*
 * How often each concept is asked for, from a table of tab-separated values
 * whose header names a column `uri` or `conceptUri`, or `label`,
 * `preferredLabel` or `escoskill_level_3`, and a column `count` or `n`
 * (letters of either case). Several rows of one concept add up. Before s is
 * shared. INC_E_NOTFOUND, INC_E_IO, INC_E_FORMAT (file, line, column, what was
 * expected), INC_E_NOMEM; s is then as before.
 */
enum inc_status inc_suggest_demand(struct inc_suggest *s, const char *path,
                                   struct inc_demand *out, struct inc_err *err);

/* How a label fits, best first. */
enum inc_fit {
    INC_FIT_SAME = 1,    /* the label, or one of its a/b parts, is the text */
    INC_FIT_BEGINS,      /* it begins with the text */
    INC_FIT_WORDS,       /* its words do, in any order */
    INC_FIT_BEGINS_FORM, /* the same in another form: plural, gender */
    INC_FIT_FORM,
    INC_FIT_BEGINS_TYPO, /* with one letter wrong */
    INC_FIT_TYPO,
    INC_FIT_BEGINS_TYPOS, /* with two */
    INC_FIT_TYPOS,
    INC_FIT_END
};

struct inc_suggest_question {
    const char *text; /* valid UTF-8, as typed so far; 1,024 bytes count */
    size_t len;
    unsigned pillars; /* bit per enum inc_pillar: SKILL, OCCUPATION, ISCO */
    int lang;         /* whose labels come first, or -1 */
    /* [skills] how many needs, how many people name each; or NULL. Counted in
     * steps of powers of two, so that nobody shows. */
    const uint32_t *needs, *people;
};

struct inc_suggestion {
    enum inc_pillar pillar;
    uint32_t id;
    enum inc_fit fit;
    int lang;
    const char *label; /* that fits; views the taxonomy */
    uint32_t spans;    /* stretches of it that match, ascending */
    struct {
        uint32_t at, len; /* bytes */
    } span[INC_SUGGEST_SPANS];
};

/*
 * The best completions: each word but the last is a whole word, in any form and
 * order; the last is the beginning of one unless something that ends it
 * follows. Articles and the like may be missing. From 4 letters on a word may
 * have one mistake, from 8 two; with mistakes there are at most `max` when
 * nothing fits without, else as many as fill up to five.
 *   out  out [max], max <= INC_SUGGEST_MAX
 *   *n   how many; 0 when nothing fits
 * Order: fit; labels of the language asked for; use and demand in steps; the
 * shorter label (of "a/b" the longer part counts); label, pillar, id. Each
 * concept once, by its best label. INC_E_NOMEM.
 */
enum inc_status inc_suggest_ask(const struct inc_suggest *s,
                                const struct inc_suggest_question *q,
                                struct inc_suggestion *out, size_t max,
                                size_t *n, struct inc_err *err);

#endif
