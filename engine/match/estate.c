#include "engine/match/estate.h"

#include <stdatomic.h>

#include "engine/base/mem.h"
#include "engine/match/ready.h"
#include "engine/space/near.h"

/* The public part first: a pointer to one is a pointer to the other. */
struct owned {
    struct inc_estate estate;
    struct inc_taxonomy *taxonomy;
    struct inc_space *space;
    struct inc_geo *geo;
    struct inc_search *search;
    struct inc_linker *linker;
    struct inc_suggest *suggest;
    uint16_t *trade_rank;
    atomic_uint references;
};

static atomic_uint_least64_t serials;

static struct owned *
owner(struct inc_estate *e)
{
    return (struct owned *)(void *)e;
}

static void
release(struct owned *o)
{
    inc_linker_free(o->linker);
    inc_search_free(o->search);
    inc_suggest_free(o->suggest);
    inc_mem_free(o->trade_rank);
    inc_space_free(o->space);
    inc_geo_free(o->geo);
    inc_taxonomy_free(o->taxonomy);
    inc_mem_free(o);
}

/* What reads a text or a beginning of one. */
static enum inc_status
add_words(struct owned *o, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    INC_TRY(inc_suggest_build(&o->suggest, o->taxonomy, err));
    INC_TRY(inc_linker_build(&o->linker, o->taxonomy, o->search, err));
    o->estate.suggest = o->suggest;
    o->estate.linker = o->linker;
out:
    return st;
}

enum inc_status
inc_estate_from(struct inc_estate **out, struct inc_taxonomy *taxonomy,
                struct inc_space *space, struct inc_geo *geo,
                struct inc_search *search, struct inc_err *err)
{
    struct owned *o = inc_mem_zero(1, sizeof *o);
    struct inc_buf words = {0};
    enum inc_status st = INC_OK;

    *out = NULL;
    if (o == NULL) {
        inc_search_free(search);
        inc_space_free(space);
        inc_geo_free(geo);
        inc_taxonomy_free(taxonomy);
        return inc_fail(err, INC_E_NOMEM, 0, "estate");
    }
    o->taxonomy = taxonomy;
    o->space = space;
    o->geo = geo;
    o->search = search;
    atomic_init(&o->references, 1);
    o->estate.world.taxonomy = taxonomy;
    o->estate.world.space = space;
    o->estate.world.geo = geo;
    o->estate.world.care = &inc_ready_care;
    o->estate.reference.taxonomy = taxonomy;
    o->estate.reference.search = search;
    o->estate.reference.geo = geo;
    o->trade_rank =
        inc_mem_zero(inc_space_occupations(space), sizeof *o->trade_rank);
    if (o->trade_rank == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "estate");
        goto out;
    }
    INC_TRY(inc_world_trade_rank(o->trade_rank, taxonomy, space, err));
    INC_TRY(inc_space_make_near(space, NULL, err)); /* unless made before */
    if (search != NULL)
        INC_TRY(add_words(o, err));
    o->estate.world.trade_rank = o->trade_rank;
    o->estate.world.serial = 1 + atomic_fetch_add(&serials, 1);
    inc_estate_describe(&words, o->estate.digest, &o->estate);
    if (words.failed) {
        st = inc_fail(err, INC_E_NOMEM, 0, "estate");
        goto out;
    }
    *out = &o->estate;
    o = NULL;
out:
    inc_buf_release(&words);
    if (o != NULL)
        release(o);
    return st;
}

/* Before anybody else has the estate. */
static enum inc_status
load_demand(struct inc_estate *e, const struct inc_estate_options *o,
            struct inc_err *err)
{
    struct inc_demand ignored;

    return inc_suggest_demand(owner(e)->suggest, o->demand_path,
                              o->demand != NULL ? o->demand : &ignored, err);
}

static enum inc_status
load_crosswalk(struct inc_estate *e, const struct inc_estate_options *o,
               struct inc_err *err)
{
    struct inc_crosswalk_report ignored;

    return inc_linker_crosswalk(owner(e)->linker, o->crosswalk_path,
                                o->crosswalk != NULL ? o->crosswalk : &ignored,
                                err);
}

static enum inc_status
load_vectors(struct inc_estate *e, const struct inc_estate_options *o,
             struct inc_err *err)
{
    struct inc_vectors_report ignored;

    return inc_linker_vectors(owner(e)->linker, o->vectors_path,
                              o->vectors_percent,
                              o->vectors != NULL ? o->vectors : &ignored, err);
}

enum inc_status
inc_estate_load(struct inc_estate **out, const struct inc_estate_options *o,
                struct inc_err *err)
{
    const struct inc_taxonomy_options t = {
        .dir = o->esco_dir, .local_dir = o->local_dir, .version = o->version};
    struct inc_taxonomy *taxonomy = NULL;
    struct inc_space *space = NULL;
    struct inc_geo *geo = NULL;
    struct inc_search *search = NULL;
    enum inc_status st = INC_OK;

    *out = NULL;
    INC_TRY(inc_taxonomy_load(&taxonomy, &t, err));
    INC_TRY(inc_geo_load(&geo, o->comuni_path, err));
    INC_TRY(inc_space_load(&space, o->space_path, taxonomy, err));
    INC_TRY(inc_search_build(&search, taxonomy, err));
    INC_TRY(inc_space_make_near(space, o->near_path, err));
    st = inc_estate_from(out, taxonomy, space, geo, search, err);
    if (st == INC_OK && o->demand_path != NULL)
        st = load_demand(*out, o, err);
    if (st == INC_OK && o->crosswalk_path != NULL)
        st = load_crosswalk(*out, o, err);
    if (st == INC_OK && o->vectors_path != NULL)
        st = load_vectors(*out, o, err);
    if (st != INC_OK) {
        inc_estate_drop(*out);
        *out = NULL;
    }
    return st;
out:
    inc_search_free(search);
    inc_space_free(space);
    inc_geo_free(geo);
    inc_taxonomy_free(taxonomy);
    return st;
}

struct inc_estate *
inc_estate_hold(struct inc_estate *e)
{
    (void)atomic_fetch_add(&owner(e)->references, 1);
    return e;
}

void
inc_estate_drop(struct inc_estate *e)
{
    if (e != NULL && atomic_fetch_sub(&owner(e)->references, 1) == 1)
        release(owner(e));
}
