#include "engine/profile/concepts.h"

#include <inttypes.h>
#include <stdio.h>

void
inc_place_format(char out[INC_PLACE_TEXT], const struct inc_place *p)
{
    int n = snprintf(out, INC_PLACE_TEXT, "%s[%" PRIu32 "]", p->list, p->i);

    if (p->under != NULL && n > 0 && n < INC_PLACE_TEXT)
        n += snprintf(out + n, (size_t)(INC_PLACE_TEXT - n), ".%s", p->under);
    if (p->j >= 0 && n > 0 && n < INC_PLACE_TEXT)
        (void)snprintf(out + n, (size_t)(INC_PLACE_TEXT - n), "[%" PRId64 "]",
                       p->j);
}

static enum inc_status
walk_candidate(const struct inc_candidate *c, inc_mention_fn *each, void *arg)
{
    enum inc_status st = INC_OK;

    for (uint32_t i = 0; i < c->n_skills; i++)
        INC_TRY(each(arg, &(struct inc_mention){{"skills", i, "uri", -1},
                                                INC_PILLAR_SKILL,
                                                c->skills[i].uri}));
    for (uint32_t i = 0; i < c->n_occupations; i++)
        INC_TRY(each(arg, &(struct inc_mention){{"occupations", i, "uri", -1},
                                                INC_PILLAR_OCCUPATION,
                                                c->occupations[i].uri}));
    for (uint32_t i = 0; i < c->preferences.n_occupations; i++)
        INC_TRY(each(
            arg, &(struct inc_mention){{"preferences.occupations", i, NULL, -1},
                                       INC_PILLAR_OCCUPATION,
                                       c->preferences.occupations[i]}));
out:
    return st;
}

static enum inc_status
walk_need(const struct inc_need *n, inc_mention_fn *each, void *arg)
{
    enum inc_status st = INC_OK;

    for (uint32_t i = 0; i < n->n_requirements; i++) {
        const struct inc_requirement *q = &n->requirements[i];
        INC_TRY(each(arg, &(struct inc_mention){{"requirements", i, "uri", -1},
                                                INC_PILLAR_SKILL,
                                                q->uri}));
        for (uint32_t j = 0; j < q->n_alternatives; j++)
            INC_TRY(each(arg, &(struct inc_mention){
                                  {"requirements", i, "alternatives", j},
                                  INC_PILLAR_SKILL,
                                  q->alternatives[j]}));
    }
out:
    return st;
}

enum inc_status
inc_concepts_walk(enum inc_record_kind kind, const union inc_record *r,
                  inc_mention_fn *each, void *arg)
{
    switch (kind) {
    case INC_RECORD_CANDIDATE:
        return walk_candidate(&r->candidate, each, arg);
    case INC_RECORD_NEED:
        return walk_need(&r->need, each, arg);
    case INC_RECORD_COMPANY:
    case INC_RECORD_USER:
    case INC_RECORD_KINDS:
    default:
        return INC_OK;
    }
}
