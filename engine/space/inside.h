/*
 * inside.h - what a skill space is made of. Floor 3, private to engine/space.
 */
#ifndef INC_SPACE_INSIDE_H
#define INC_SPACE_INSIDE_H

#include "engine/space/artefact.h"
#include "engine/space/space.h"

#define INC_SPACE_NO_ROW UINT32_MAX /* in the place of an artefact's row */

enum { INC_IDF_MAX = 127 }; /* see inc_space_idf() */

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

#endif
