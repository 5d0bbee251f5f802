/*
 * link.h - from words to concepts: job titles, skills and running text against
 * the labels of a taxonomy. Floor 5. Immutable after build; any number of
 * threads ask. How it works and what it was measured on: docs/linking.md.
 */
#ifndef INC_LINK_LINK_H
#define INC_LINK_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"
#include "engine/taxonomy/search.h"

struct inc_linker;

enum {
    INC_LINK_MAX = 100,        /* answers to one name */
    INC_LINK_NAME_BYTES = 1024 /* of a name that count */
};

/*
 * Borrows taxonomy and search, which must outlive it. What it learns of words
 * that go together is computed here, from the labels: a few tenths of a second
 * for the whole of ESCO, the same bits on the same machine.
 * INC_OK, INC_E_NOMEM, INC_E_BUG (LAPACK failed).
 */
enum inc_status inc_linker_build(struct inc_linker **out,
                                 const struct inc_taxonomy *t,
                                 const struct inc_search *s,
                                 struct inc_err *err);
void inc_linker_free(struct inc_linker *l); /* NULL is fine */
size_t inc_linker_bytes(const struct inc_linker *l);

/* What was read of an office's tables. */
struct inc_crosswalk_report {
    uint64_t tables;
    uint64_t units;    /* codes of all schemes */
    uint64_t mappings; /* of a unit to an occupation, bridges included */
    uint64_t names;    /* of units */
    uint64_t unknown;  /* rows whose URI no occupation has */
};
/*
 * National classifications: codes and names of units (CP2011, CP2021) that
 * lead to occupations. `path` is a table or a folder of tables; which there
 * are: docs/linking.md. Before l is shared; in place of those loaded before.
 * INC_E_NOTFOUND, INC_E_IO, INC_E_FORMAT (file, line, column, what was
 * expected), INC_E_LIMIT, INC_E_NOMEM; l is then as before.
 */
enum inc_status inc_linker_crosswalk(struct inc_linker *l, const char *path,
                                     struct inc_crosswalk_report *report,
                                     struct inc_err *err);

/* What was read of a table of vectors. */
struct inc_vectors_report {
    uint64_t rows, dim;
    uint64_t labels; /* of occupations and ISCO groups that have a row */
};
/*
 * Vectors of texts made elsewhere: labels, words, frequent titles. `dir` holds
 * labels.txt (a text a line) and vectors.npy (as many rows of 32-bit floats).
 *   percent  of a cosine that is added to a score, 0..300
 * Before l is shared; in place of those loaded before. INC_E_NOTFOUND,
 * INC_E_IO, INC_E_FORMAT, INC_E_LIMIT, INC_E_NOMEM; l is then as before.
 */
enum inc_status inc_linker_vectors(struct inc_linker *l, const char *dir,
                                   uint32_t percent,
                                   struct inc_vectors_report *report,
                                   struct inc_err *err);

struct inc_link {
    enum inc_pillar pillar;
    uint32_t id;
    uint32_t confidence_bp; /* how likely it is right, 0..10000 */
    uint32_t score_bp;      /* what it was ranked by */
    uint32_t at, len;       /* bytes of the text that support it */
    const char *label;      /* the label that fits best; views the taxonomy */
    int lang;               /* its language */
    /* The national unit whose name or code led here, or NULL; they view the
     * linker, as the label then does: it is the unit's name, if it has one. */
    const char *scheme, *code;
    /* Of a mention: */
    uint32_t words;  /* of the label that the text has */
    uint32_t others; /* concepts that fit the same words just as well */
};

/*
 * A text that is one name, such as a job title: what it may mean, best first.
 *   p    INC_PILLAR_OCCUPATION answers with ISCO groups among the occupations
 *        (a group has to fit better than an occupation: people work as
 *        something); any other pillar answers with itself alone
 *   lang >= 0 prefers that language, others still count
 *   out  [max], max <= INC_LINK_MAX
 * A text that is a code of ISCO-08 or of a national classification that was
 * loaded is answered with what it stands for.
 * The confidences of all possible answers add up to less than 10000: what is
 * left is the chance that none of them is right. Ties: pillar, id. With no
 * memory there are no answers.
 */
size_t inc_link_name(const struct inc_linker *l, enum inc_pillar p,
                     const char *text, size_t len, int lang,
                     struct inc_link *out, size_t max);

/*
 * Running text: the concepts that it names, each with the bytes that name it,
 * in the order of the text; at most one concept a word
 * (taxonomy/mentions.h). Pillars: skills and occupations.
 *   out  [max]
 * Returns how many were written.
 */
size_t inc_link_mentions(const struct inc_linker *l, enum inc_pillar p,
                         const char *text, size_t len, int lang,
                         struct inc_link *out, size_t max);
/* The same of skills and occupations at once: no word belongs to both. */
size_t inc_link_all_mentions(const struct inc_linker *l, const char *text,
                             size_t len, int lang, struct inc_link *out,
                             size_t max);

#endif
