/*
 * inside.h - what a skill space is made of. Floor 3, private to engine/space.
 */
#ifndef INC_SPACE_INSIDE_H
#define INC_SPACE_INSIDE_H

#include "engine/space/artefact.h"
#include "engine/space/near.h"
#include "engine/space/space.h"

#define INC_SPACE_NO_ROW UINT32_MAX /* in the place of an artefact's row */

enum { INC_IDF_MAX = 127 }; /* see inc_space_idf() */

/* Lists of like skills, both arrays owned; NULL while not made. */
enum { INC_NEAR_MAX = 1 << 28 }; /* entries: 1 GiB */
struct inc_near_lists {
    uint32_t *start;       /* [rows + 1], from 0 */
    struct inc_near *near; /* [start[rows]] */
};

struct inc_space {
    uint32_t dim, rows;
    uint32_t folded, empty;
    int8_t *vectors;     /* [rows][dim], aligned to 64 */
    float *floats;       /* the same, aligned to 64 */
    uint32_t *norm2;     /* [rows] */
    uint16_t *idf_milli; /* [rows] */
    char *provenance;
    unsigned char digest[INC_DIGEST];
    /* Trades: the occupations of training. */
    uint32_t occupations;
    char *occupation_text;        /* their URIs, one NUL after each */
    const char **occupation_uris; /* [occupations], into the text */
    uint32_t *list_start;         /* [rows + 1] */
    uint16_t *list;               /* [list_start[rows]], ascending in a row */
    uint32_t *root;               /* [occupations], see trades.h */
    struct inc_near_lists near;
};

/*
 * Take the occupations over from the artefact. The idf of all rows must be
 * there.
 *   row_of  in [rows]  row of the artefact, INC_SPACE_NO_ROW for none
 * INC_OK or INC_E_NOMEM; what was taken until then is released with s.
 */
enum inc_status inc_space_bind_trades(struct inc_space *s,
                                      const struct inc_artefact *a,
                                      const uint32_t *row_of,
                                      struct inc_err *err);
void inc_space_release_trades(struct inc_space *s);

void inc_near_release(struct inc_near_lists *l); /* safe on zeroed memory */
/* Digest of all that the lists follow from: the vectors and the formula. */
void inc_near_key(unsigned char key[INC_DIGEST], const struct inc_space *s);
/* 1 when *l, zeroed before, was read from the file; 0 for any reason not to
 * use it, and *l is as before. */
int inc_near_read(struct inc_near_lists *l, uint32_t rows,
                  const unsigned char key[INC_DIGEST], const char *path);
/* Failing leaves a line in the log, nothing else. */
void inc_near_write(const struct inc_near_lists *l, uint32_t rows,
                    const unsigned char key[INC_DIGEST], const char *path);

#endif
