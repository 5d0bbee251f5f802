#include "engine/train/pairs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

enum { NUMBER_TEXT = 32 };

enum inc_status
inc_pairs_add(struct inc_pairs *p, uint32_t a, uint32_t b, uint64_t weight)
{
    void *array = p->pair;

    if (inc_mem_grow(&array, &p->cap, p->count, sizeof *p->pair) != 0)
        return INC_E_NOMEM;
    p->pair = array;
    p->pair[p->count++] =
        (struct inc_pair){a < b ? a : b, a < b ? b : a, weight};
    return INC_OK;
}

static int
compare(const void *one, const void *other)
{
    const struct inc_pair *x = one, *y = other;

    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return x->b < y->b ? -1 : x->b > y->b;
}

void
inc_pairs_sort(struct inc_pairs *p)
{
    if (p->count > 1)
        qsort(p->pair, p->count, sizeof *p->pair, compare);
}

void
inc_pairs_release(struct inc_pairs *p)
{
    inc_mem_free(p->pair);
    memset(p, 0, sizeof *p);
}

enum inc_status
inc_pairs_skills(uint32_t *out, const struct inc_pairs *p,
                 const struct inc_taxonomy *t)
{
    unsigned char *seen =
        inc_mem_zero(inc_concept_count(t, INC_PILLAR_SKILL), 1);
    uint32_t n = 0;

    if (seen == NULL)
        return INC_E_NOMEM;
    for (size_t i = 0; i < p->count; i++) {
        n += !seen[p->pair[i].a];
        seen[p->pair[i].a] = 1;
        n += !seen[p->pair[i].b];
        seen[p->pair[i].b] = 1;
    }
    inc_mem_free(seen);
    *out = n;
    return INC_OK;
}

static void
add_text(struct inc_hasher *h, const char *text)
{
    inc_hasher_add(h, text, strlen(text));
}

void
inc_pairs_digest(unsigned char out[INC_DIGEST], const struct inc_pairs *p,
                 const struct inc_taxonomy *t)
{
    struct inc_hasher h;
    char number[NUMBER_TEXT];

    inc_hasher_init(&h);
    for (size_t i = 0; i < p->count; i++) {
        add_text(&h, inc_concept_uri(t, INC_PILLAR_SKILL, p->pair[i].a));
        add_text(&h, "\t");
        add_text(&h, inc_concept_uri(t, INC_PILLAR_SKILL, p->pair[i].b));
        (void)snprintf(number, sizeof number, "\t%" PRIu64 "\n",
                       p->pair[i].weight);
        add_text(&h, number);
    }
    inc_hasher_end(&h, out);
}
