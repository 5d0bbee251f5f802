#include "engine/base/mem.h"
#include "engine/link/inside.h"

enum inc_status
inc_linker_build(struct inc_linker **out, const struct inc_taxonomy *t,
                 const struct inc_search *s, struct inc_err *err)
{
    struct inc_linker *l = inc_mem_zero(1, sizeof *l);
    enum inc_status st = INC_OK;

    *out = NULL;
    if (l == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the linker");
    l->t = t;
    l->s = s;
    INC_TRY(inc_latent_build(&l->latent, t, err));
    INC_TRY(inc_patterns_build(&l->patterns, t, s, err));
    *out = l;
    l = NULL;
out:
    inc_linker_free(l);
    return st;
}

void
inc_linker_free(struct inc_linker *l)
{
    if (l == NULL)
        return;
    inc_latent_free(l->latent);
    inc_patterns_free(l->patterns);
    inc_crosswalk_free(l->walk);
    inc_meaning_free(l->meaning);
    inc_mem_free(l);
}

size_t
inc_linker_bytes(const struct inc_linker *l)
{
    return sizeof *l + inc_latent_bytes(l->latent) +
           inc_patterns_bytes(l->patterns) +
           (l->walk == NULL ? 0 : l->walk->bytes) +
           (l->meaning == NULL ? 0 : inc_meaning_bytes(l->meaning));
}

enum inc_status
inc_linker_crosswalk(struct inc_linker *l, const char *path,
                     struct inc_crosswalk_report *report, struct inc_err *err)
{
    struct inc_crosswalk *x;
    enum inc_status st = inc_crosswalk_load(&x, path, l->t, report, err);

    if (st != INC_OK)
        return st;
    inc_crosswalk_free(l->walk);
    l->walk = x;
    return INC_OK;
}

enum inc_status
inc_linker_vectors(struct inc_linker *l, const char *dir, uint32_t percent,
                   struct inc_vectors_report *report, struct inc_err *err)
{
    struct inc_meaning *m;
    enum inc_status st = inc_meaning_load(&m, dir, percent, l->t, report, err);

    if (st != INC_OK)
        return st;
    inc_meaning_free(l->meaning);
    l->meaning = m;
    return INC_OK;
}
