/*
 * estate.h - what matching is computed against: taxonomy, search index, map of
 * comuni, skill space. Floor 6. Immutable after load, counted references.
 */
#ifndef INC_MATCH_ESTATE_H
#define INC_MATCH_ESTATE_H

#include "engine/base/buf.h"
#include "engine/base/hash.h"
#include "engine/link/link.h"
#include "engine/link/suggest.h"
#include "engine/pool/pool.h"
#include "engine/profile/validate.h"
#include "engine/taxonomy/search.h"

struct inc_estate {
    struct inc_world world;         /* taxonomy, space, geo */
    struct inc_reference reference; /* taxonomy, search, geo */
    /* Of texts; NULL without a search index. */
    const struct inc_linker *linker;
    const struct inc_suggest *suggest;
    /* Of what inc_estate_describe() says: equal digests, equal answers. */
    unsigned char digest[INC_DIGEST];
};

struct inc_estate_options {
    const char *esco_dir;
    const char *local_dir;      /* or NULL */
    const char *comuni_path;    /* TSV */
    const char *space_path;     /* artefact */
    const char *near_path;      /* cache of near.h, or NULL */
    const char *version;        /* name of the taxonomy, or NULL */
    const char *demand_path;    /* table for suggestions, or NULL */
    struct inc_demand *demand;  /* out: what was read of it; or NULL */
    const char *crosswalk_path; /* national classifications, or NULL */
    struct inc_crosswalk_report *crosswalk; /* out; or NULL */
    const char *vectors_path;               /* of labels, or NULL */
    uint32_t vectors_percent;               /* of a cosine that counts */
    struct inc_vectors_report *vectors;     /* out; or NULL */
};

/* Load everything; *out has one reference. Errors as of the loaders. */
enum inc_status inc_estate_load(struct inc_estate **out,
                                const struct inc_estate_options *o,
                                struct inc_err *err);
/*
 * The same in two parts, for a start that has more to do: begin leaves the
 * linker to a thread of its own, finish makes the suggestions, waits for the
 * thread and reads the tables that belong to both, with the same options. In
 * between both are NULL, everything else is there, and the estate may be held
 * and dropped; finish is for whoever began, before anybody else looks at texts.
 * Errors of the thread come from finish; the estate is then good for nothing
 * but dropping it.
 */
enum inc_status inc_estate_begin(struct inc_estate **out,
                                 const struct inc_estate_options *o,
                                 struct inc_err *err);
enum inc_status inc_estate_finish(struct inc_estate *e,
                                  const struct inc_estate_options *o,
                                  struct inc_err *err);
/* From parts already loaded; takes them over (also on failure). search and
 * geo may be NULL; without search nothing is made for words. For tests and
 * tools. */
enum inc_status inc_estate_from(struct inc_estate **out,
                                struct inc_taxonomy *taxonomy,
                                struct inc_space *space, struct inc_geo *geo,
                                struct inc_search *search, struct inc_err *err);
/* Lines `name value`: versions and digests of all that an answer depends on
 * besides the records and the question. Trouble sticks in *out. */
void inc_estate_describe(struct inc_buf *out, unsigned char digest[INC_DIGEST],
                         const struct inc_estate *e);
struct inc_estate *inc_estate_hold(struct inc_estate *e);
void inc_estate_drop(struct inc_estate *e); /* NULL is fine */

#endif
