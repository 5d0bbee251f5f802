/*
 * warn.h - what may not be asked of anybody: kinds, laws, texts. Floor 6.
 * All of it is data, in warn.def.
 */
#ifndef INC_DRAFT_WARN_H
#define INC_DRAFT_WARN_H

enum inc_warn {
#define INC_LAW(kind, ...) INC_WARN_##kind,
#include "engine/draft/warn.def"
    INC_WARNS
};

struct inc_warn_law {
    const char *name; /* on the wire */
    const char *law, *source;
    int verified; /* read in the official source */
    const char *it, *en;
    const char *rewrite_it, *rewrite_en;
};
extern const struct inc_warn_law inc_warn_laws[INC_WARNS];

#endif
