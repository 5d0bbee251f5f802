/*
 * Families of like skills, from the neighbour lists: the skill with the most
 * close neighbours takes those that nobody has taken yet, then the next.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/check.h"
#include "engine/base/mem.h"
#include "engine/space/inside.h"

/* How like its first member everybody of a family is. */
enum { FAMILY_BP = 7000 };

struct head {
    uint32_t skill, close;
};

static int
most_first(const void *a, const void *b)
{
    const struct head *x = a, *y = b;

    if (x->close != y->close)
        return x->close > y->close ? -1 : 1;
    return x->skill < y->skill ? -1 : x->skill > y->skill;
}

static uint32_t
close_ones(const struct inc_space *s, uint32_t skill)
{
    uint32_t n, i = 0;
    const struct inc_near *near = inc_space_near(s, skill, &n);

    while (i < n && near[i].sim_bp >= FAMILY_BP)
        i++;
    return i;
}

enum inc_status
inc_family_make(struct inc_space *s, struct inc_err *err)
{
    struct head *head = inc_mem_zero(s->rows, sizeof *head);
    uint16_t *family = inc_mem_zero(s->rows, sizeof *family);
    const uint16_t none = UINT16_MAX;
    uint32_t families = 0;

    if (head == NULL || family == NULL) {
        inc_mem_free(head);
        inc_mem_free(family);
        return inc_fail(err, INC_E_NOMEM, 0,
                        "no memory for families of skills");
    }
    for (uint32_t i = 0; i < s->rows; i++) {
        head[i] = (struct head){i, close_ones(s, i)};
        family[i] = none;
    }
    qsort(head, s->rows, sizeof *head, most_first);
    for (uint32_t i = 0; i < s->rows; i++) {
        uint32_t n;
        const struct inc_near *near = inc_space_near(s, head[i].skill, &n);

        if (family[head[i].skill] != none)
            continue;
        for (uint32_t k = 0; k < head[i].close; k++)
            if (family[near[k].skill] == none)
                family[near[k].skill] = (uint16_t)families;
        families++;
    }
    inc_mem_free(head);
    s->family = family;
    s->families = families;
    return INC_OK;
}

uint32_t
inc_space_families(const struct inc_space *s)
{
    return s->families;
}

const uint16_t *
inc_space_family(const struct inc_space *s)
{
    return s->family;
}
