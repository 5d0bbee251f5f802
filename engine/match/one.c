/*
 * one.c - a pool of one person, so that a pair is matched like any other.
 */
#include "engine/match/inside.h"

enum inc_status
inc_refuse_frozen(const struct inc_candidate *c, struct inc_err *err)
{
    if (!c->frozen)
        return INC_OK;
    (void)inc_fail(err, INC_E_DENIED, 0,
                   "this person is frozen and takes no part in matches");
    inc_err_hint(err, "candidate.unfreeze, after talking to the person");
    return INC_E_DENIED;
}

enum inc_status
inc_pool_of_one(struct inc_pool **out, const struct inc_estate *e,
                const struct inc_candidate *c, struct inc_err *err)
{
    struct inc_pool_builder *b = NULL;
    enum inc_status st;

    *out = NULL;
    INC_TRY(inc_refuse_frozen(c, err));
    INC_TRY(inc_pool_begin(&b, &e->world, err));
    INC_TRY(inc_pool_add_candidate(b, 1, c, err));
    st = inc_pool_end(out, b, NULL, 0, err);
    b = NULL; /* end consumes it, also when it fails */
out:
    inc_pool_abandon(b);
    return st;
}
