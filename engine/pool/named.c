/* named.c - how many people and open needs name each skill. The next pool has
 * the last one's counts, less who went and plus who came. */
#include <string.h>

#include "engine/base/mem.h"
#include "engine/pool/inside.h"

int
inc_named_init(struct inc_named *n, const struct inc_world *w)
{
    n->skills = inc_concept_count(w->taxonomy, INC_PILLAR_SKILL);
    n->people = inc_mem_zero(n->skills, 2 * sizeof *n->people);
    n->needs = n->people == NULL ? NULL : n->people + n->skills;
    return n->people == NULL ? -1 : 0;
}

void
inc_named_release(struct inc_named *n)
{
    inc_mem_free(n->people);
}

void
inc_named_copy(struct inc_named *to, const struct inc_named *from)
{
    memcpy(to->people, from->people,
           (size_t)to->skills * 2 * sizeof *to->people);
}

void
inc_named_row(struct inc_named *n, const struct inc_block *b, uint32_t row,
              int come)
{
    const uint32_t from = b->skill_at[row]; /* a block may have no skill */

    for (uint32_t i = from; i < from + b->row[row].n_stated; i++)
        n->people[b->skill[i]] += come ? 1u : UINT32_MAX;
}

void
inc_named_rows(struct inc_named *n, const struct inc_block *b,
               const uint64_t *dead)
{
    for (uint32_t row = 0; row < b->rows; row++)
        if (!inc_bit(dead, row))
            inc_named_row(n, b, row, 1);
}

void
inc_named_need(struct inc_named *n, const struct inc_world *w,
               const struct inc_need *need, int come)
{
    for (uint32_t i = 0; i < need->n_requirements; i++) {
        const uint32_t skill = inc_world_skill(w, need->requirements[i].uri);

        if (skill != INC_NO_CONCEPT)
            n->needs[skill] += come ? 1u : UINT32_MAX;
    }
}

const uint32_t *
inc_pool_people_naming(const struct inc_pool *p)
{
    return p->named.people;
}

const uint32_t *
inc_pool_needs_naming(const struct inc_pool *p)
{
    return p->named.needs;
}
