#include "engine/train/together.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/check.h"
#include "engine/base/mem.h"

enum { FIRST_CAP = 1024 };

static int
by_number(const void *one, const void *other)
{
    const uint32_t *x = one, *y = other;

    return *x < *y ? -1 : *x > *y;
}

/* Sets of one owner side by side; any order among them gives the same. */
static int
by_owner(const void *one, const void *other)
{
    const struct inc_set *x = one, *y = other;

    if (x->owner != y->owner)
        return x->owner < y->owner ? -1 : 1;
    return x->start < y->start ? -1 : x->start > y->start;
}

static int
room_for(struct inc_together *t, uint32_t n)
{
    size_t want = t->cap_skills == 0 ? FIRST_CAP : t->cap_skills;
    uint32_t *grown;

    while (want - t->skills < n)
        want += want / 2;
    if (want == t->cap_skills)
        return 0;
    grown = inc_mem_resize(t->skill, want, sizeof *grown);
    if (grown == NULL)
        return -1;
    t->skill = grown;
    t->cap_skills = want;
    return 0;
}

enum inc_status
inc_together_add(struct inc_together *t, uint64_t owner, const uint32_t *skill,
                 uint32_t n)
{
    void *array = t->set;
    uint32_t kept = 0, *mine;

    if (inc_mem_grow(&array, &t->cap_sets, t->sets, sizeof *t->set) != 0)
        return INC_E_NOMEM;
    t->set = array;
    if (room_for(t, n) != 0)
        return INC_E_NOMEM;
    mine = t->skill + t->skills;
    if (n > 0) {
        memcpy(mine, skill, n * sizeof *mine);
        qsort(mine, n, sizeof *mine, by_number);
    }
    for (uint32_t i = 0; i < n; i++)
        if (i == 0 || mine[i] != mine[kept - 1])
            mine[kept++] = mine[i];
    t->set[t->sets++] = (struct inc_set){owner, t->skills, kept};
    t->skills += kept;
    return INC_OK;
}

void
inc_together_release(struct inc_together *t)
{
    inc_mem_free(t->set);
    inc_mem_free(t->skill);
    memset(t, 0, sizeof *t);
}

/* Which sets hold each skill, in the order of their owners. */
struct holders {
    size_t *start; /* [skills + 1] */
    size_t *set;   /* [start[skills]] */
};

static enum inc_status
find_holders(struct holders *h, const struct inc_together *t, uint32_t skills)
{
    h->start = inc_mem_zero((size_t)skills + 2, sizeof *h->start);
    h->set = inc_mem_zero(t->skills, sizeof *h->set);
    if (h->start == NULL || h->set == NULL)
        return INC_E_NOMEM;
    for (size_t i = 0; i < t->skills; i++) {
        INC_CHECK(t->skill[i] < skills);
        h->start[t->skill[i] + 2]++;
    }
    for (uint32_t i = 1; i <= skills; i++)
        h->start[i + 1] += h->start[i];
    /* Filling moves start[i + 1] from a list's begin to its end. */
    for (size_t s = 0; s < t->sets; s++)
        for (uint32_t i = 0; i < t->set[s].count; i++)
            h->set[h->start[t->skill[t->set[s].start + i] + 1]++] = s;
    return INC_OK;
}

/* How many owners each later skill shares with one skill. */
struct shared {
    uint64_t *last;    /* [skills] owner counted last, plus one; 0 none */
    uint32_t *owners;  /* [skills] */
    uint32_t *touched; /* [skills] those with owners */
    uint32_t n;
};

static void
count_set(struct shared *c, const struct inc_together *t,
          const struct inc_set *s, uint32_t skill, uint64_t owner)
{
    for (uint32_t i = s->count; i-- > 0;) {
        uint32_t other = t->skill[s->start + i];
        if (other <= skill)
            break;
        if (c->last[other] == owner)
            continue;
        if (c->owners[other]++ == 0)
            c->touched[c->n++] = other;
        c->last[other] = owner;
    }
}

static enum inc_status
count_skill(struct inc_pairs *out, struct shared *c,
            const struct inc_together *t, const struct holders *h,
            uint32_t skill, uint32_t least)
{
    enum inc_status st = INC_OK;
    uint64_t owner = 0, was = 0;

    /* Owners as 1, 2, 3 ... in the order met: their own numbers may be any. */
    for (size_t k = h->start[skill]; k < h->start[skill + 1]; k++) {
        const struct inc_set *s = &t->set[h->set[k]];
        owner += k == h->start[skill] || s->owner != was;
        was = s->owner;
        count_set(c, t, s, skill, owner);
    }
    for (uint32_t i = 0; i < c->n; i++) {
        uint32_t other = c->touched[i], n = c->owners[other];
        c->owners[other] = 0;
        c->last[other] = 0;
        if (n >= least && st == INC_OK)
            st = inc_pairs_add(out, skill, other, n);
    }
    c->n = 0;
    return st;
}

static uint64_t
count_owners(const struct inc_together *t)
{
    uint64_t n = 0;

    for (size_t s = 0; s < t->sets; s++)
        n += s == 0 || t->set[s].owner != t->set[s - 1].owner;
    return n;
}

enum inc_status
inc_together_pairs(struct inc_pairs *out, uint64_t *owners,
                   struct inc_together *t, uint32_t skills, uint32_t least)
{
    enum inc_status st = INC_OK;
    struct inc_pairs p = {0};
    struct holders h = {0};
    struct shared c = {inc_mem_zero(skills, sizeof *c.last),
                       inc_mem_zero(skills, sizeof *c.owners),
                       inc_mem_zero(skills, sizeof *c.touched), 0};
    uint64_t all;

    if (c.last == NULL || c.owners == NULL || c.touched == NULL) {
        st = INC_E_NOMEM;
        goto out;
    }
    if (t->sets > 1)
        qsort(t->set, t->sets, sizeof *t->set, by_owner);
    all = count_owners(t);
    INC_TRY(find_holders(&h, t, skills));
    for (uint32_t i = 0; i < skills; i++)
        if (h.start[i + 1] - h.start[i] >= least)
            INC_TRY(count_skill(&p, &c, t, &h, i, least));
    inc_pairs_sort(&p);
    *owners = all >= least ? all : 0;
    *out = p;
    memset(&p, 0, sizeof p); /* given */
out:
    inc_pairs_release(&p);
    inc_mem_free(h.start);
    inc_mem_free(h.set);
    inc_mem_free(c.last);
    inc_mem_free(c.owners);
    inc_mem_free(c.touched);
    return st;
}
