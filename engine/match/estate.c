#include "engine/match/estate.h"

#include <pthread.h>
#include <stdatomic.h>

#include "engine/base/check.h"
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
    /* The thread that makes the linker has it, and these two, until it is
     * joined. */
    enum inc_status linker_status;
    struct inc_err linker_err;
    pthread_t making;
    int linker_run;
};

static atomic_uint_least64_t serials;

static struct owned *
owner(struct inc_estate *e)
{
    return (struct owned *)(void *)e;
}

static void
join_linker(struct owned *o)
{
    if (o->linker_run)
        INC_CHECK(pthread_join(o->making, NULL) == 0);
    o->linker_run = 0;
}

static void
release(struct owned *o)
{
    join_linker(o);
    inc_linker_free(o->linker);
    inc_search_free(o->search);
    inc_suggest_free(o->suggest);
    inc_mem_free(o->trade_rank);
    inc_space_free(o->space);
    inc_geo_free(o->geo);
    inc_taxonomy_free(o->taxonomy);
    inc_mem_free(o);
}

/* What reads a text; half a second for ESCO. */
static void *
make_linker(void *arg)
{
    struct owned *o = arg;

    o->linker_status =
        inc_linker_build(&o->linker, o->taxonomy, o->search, &o->linker_err);
    return NULL;
}

/* Beside what comes next; here and now when there can be no thread. */
static void
start_linker(struct owned *o)
{
    o->linker_run = pthread_create(&o->making, NULL, make_linker, o) == 0;
    if (!o->linker_run)
        (void)make_linker(o);
}

/* What reads a text or the beginning of one: the smaller part while the thread
 * is at the other. */
static enum inc_status
add_words(struct owned *o, struct inc_err *err)
{
    enum inc_status st = inc_suggest_build(&o->suggest, o->taxonomy, err);

    join_linker(o);
    if (st == INC_OK && o->linker_status != INC_OK) {
        *err = o->linker_err;
        st = o->linker_status;
    }
    if (st == INC_OK) {
        o->estate.suggest = o->suggest;
        o->estate.linker = o->linker;
    }
    return st;
}

/* As inc_estate_from(); with `beside` the linker is left to its thread. */
static enum inc_status
from(struct inc_estate **out, struct inc_taxonomy *taxonomy,
     struct inc_space *space, struct inc_geo *geo, struct inc_search *search,
     int beside, struct inc_err *err)
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
    if (search != NULL && beside)
        start_linker(o);
    o->trade_rank =
        inc_mem_zero(inc_space_occupations(space), sizeof *o->trade_rank);
    if (o->trade_rank == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "estate");
        goto out;
    }
    INC_TRY(inc_world_trade_rank(o->trade_rank, taxonomy, space, err));
    INC_TRY(inc_space_make_near(space, NULL, err)); /* unless made before */
    if (search != NULL && !beside) {
        (void)make_linker(o);
        INC_TRY(add_words(o, err));
    }
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

enum inc_status
inc_estate_from(struct inc_estate **out, struct inc_taxonomy *taxonomy,
                struct inc_space *space, struct inc_geo *geo,
                struct inc_search *search, struct inc_err *err)
{
    return from(out, taxonomy, space, geo, search, 0, err);
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

static enum inc_status
load(struct inc_estate **out, const struct inc_estate_options *o, int beside,
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
    return from(out, taxonomy, space, geo, search, beside, err);
out:
    inc_search_free(search);
    inc_space_free(space);
    inc_geo_free(geo);
    inc_taxonomy_free(taxonomy);
    return st;
}

enum inc_status
inc_estate_begin(struct inc_estate **out, const struct inc_estate_options *o,
                 struct inc_err *err)
{
    return load(out, o, 1, err);
}

enum inc_status
inc_estate_finish(struct inc_estate *e, const struct inc_estate_options *o,
                  struct inc_err *err)
{
    enum inc_status st = INC_OK;

    if (e->linker == NULL)
        INC_TRY(add_words(owner(e), err));
    if (o->demand_path != NULL)
        INC_TRY(load_demand(e, o, err));
    if (o->crosswalk_path != NULL)
        INC_TRY(load_crosswalk(e, o, err));
    if (o->vectors_path != NULL)
        INC_TRY(load_vectors(e, o, err));
out:
    return st;
}

enum inc_status
inc_estate_load(struct inc_estate **out, const struct inc_estate_options *o,
                struct inc_err *err)
{
    enum inc_status st = load(out, o, 0, err);

    if (st == INC_OK) {
        INC_CHECK(*out != NULL);
        st = inc_estate_finish(*out, o, err);
    }
    if (st != INC_OK) {
        inc_estate_drop(*out);
        *out = NULL;
    }
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
