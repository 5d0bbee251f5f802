/*
 * geo_inside.h - shared by geo.c and geo_search.c only.
 */
#ifndef INC_TAXONOMY_GEO_INSIDE_H
#define INC_TAXONOMY_GEO_INSIDE_H

#include "engine/base/map.h"
#include "engine/taxonomy/geo.h"

#define INC_GEO_ONE (INT64_C(1) << 32)
#define INC_GEO_HALF_UDEG INT64_C(39301321) /* pi / 360e6 * 2^52 */
#define INC_GEO_RADIUS_M UINT64_C(6371009)  /* IUGG mean radius */

struct inc_geo {
    struct inc_comune *comune; /* by ISTAT code */
    uint16_t count;
    uint32_t *cosine;    /* of the latitude, fraction of 2^31 */
    const char **folded; /* names as fold.h writes them, in `names` */
    char *names;
    char *pool; /* texts of the file */
    size_t pool_len;
    struct inc_map by_istat;
};

#endif
