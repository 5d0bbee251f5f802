/*
 * pairs.h - which skills occur together, and how often. Floor 4.
 *
 * From a table that somebody counted (pairs_read.c) or from the sets of skills
 * of people and needs (together.h). One owner thread.
 */
#ifndef INC_TRAIN_PAIRS_H
#define INC_TRAIN_PAIRS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/hash.h"
#include "engine/base/status.h"
#include "engine/taxonomy/taxonomy.h"

/* Nothing is learned from fewer than this many people, companies or ads: no
 * rare combination of one person can be read out of a skill space. May be
 * raised, never lowered. */
enum { INC_LEAST_PEOPLE = 10, INC_LEAST_MAX = 1000000 };

struct inc_pair {
    uint32_t a, b;   /* skills of the taxonomy, a < b */
    uint64_t weight; /* how many have both, up to INC_PAIR_WEIGHT_MAX */
};
#define INC_PAIR_WEIGHT_MAX (UINT64_C(1) << 40)

struct inc_pairs {
    struct inc_pair *pair; /* owned; ascending by a, then b; each once */
    size_t count, cap;
};

/* Append. INC_OK or INC_E_NOMEM. */
enum inc_status inc_pairs_add(struct inc_pairs *p, uint32_t a, uint32_t b,
                              uint64_t weight);
void inc_pairs_sort(struct inc_pairs *p);
void inc_pairs_release(struct inc_pairs *p); /* safe on zeroed memory */

/* How many skills are in some pair. INC_OK or INC_E_NOMEM. */
enum inc_status inc_pairs_skills(uint32_t *out, const struct inc_pairs *p,
                                 const struct inc_taxonomy *t);

/* BLAKE2b-256 of the lines `URI TAB URI TAB weight LF` in order: names what was
 * learned from, on any machine. */
void inc_pairs_digest(unsigned char out[INC_DIGEST], const struct inc_pairs *p,
                      const struct inc_taxonomy *t);

/* What became of the lines of a table. */
struct inc_pairs_report {
    uint64_t lines;                   /* after the header */
    uint64_t unknown;                 /* name a skill the taxonomy has not */
    uint64_t few;                     /* weigh less than `least` */
    char example[128];                /* one that is not known, or "" */
    unsigned char digest[INC_DIGEST]; /* of the file */
};

/*
 * Read a table: tab-separated, a header line with the columns a, b and weight
 * in this order, then one pair a line; a and b are URIs of skills, or what
 * comes after the last slash of ESCO's; weight is how many have both. What the
 * taxonomy does not know and what weighs less than `least` is left out and
 * counted.
 *   out  *out zeroed before; written on success only
 * INC_E_NOTFOUND, INC_E_FORMAT (another header, a line that is cut short or has
 * more fields, a weight that is no whole number), INC_E_RANGE (a weight over
 * the most possible), INC_E_LIMIT (a line over 1,024 bytes), INC_E_DUPLICATE (a
 * pair twice, in either order, or a skill with itself), INC_E_MISMATCH (more
 * than half of the lines are not known: another taxonomy), INC_E_NOMEM. Each
 * names the line.
 */
enum inc_status inc_pairs_read(struct inc_pairs *out,
                               struct inc_pairs_report *report,
                               const char *path, const struct inc_taxonomy *t,
                               uint64_t least, struct inc_err *err);

#endif
