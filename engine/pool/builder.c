#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/pool/inside.h"

enum inc_status
inc_pool_begin(struct inc_pool_builder **out, const struct inc_world *w,
               struct inc_err *err)
{
    struct inc_pool_builder *b;

    if (inc_concept_count(w->taxonomy, INC_PILLAR_SKILL) > INC_POOL_SKILLS_MAX)
        return inc_fail(err, INC_E_LIMIT, 0, "over %d skills in the taxonomy",
                        INC_POOL_SKILLS_MAX);
    b = inc_mem_zero(1, sizeof *b);
    if (b != NULL)
        b->scratch = inc_mem_zero(1, sizeof *b->scratch);
    if (b == NULL || b->scratch == NULL) {
        inc_mem_free(b);
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to build a pool");
    }
    b->world = *w;
    inc_licence_closure(b->scratch->licence_closure);
    *out = b;
    return INC_OK;
}

/* Remember what became of number `no`. */
static enum inc_status
note(struct inc_row_change **list, size_t *cap, size_t *n, uint64_t no,
     uint32_t row, struct inc_err *err)
{
    void *p = *list;

    if (*n >= UINT32_MAX)
        return inc_fail(err, INC_E_LIMIT, 0, "too many changes for one pool");
    if (inc_mem_grow(&p, cap, *n, sizeof **list) != 0)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to build a pool");
    *list = p;
    (*list)[*n] = (struct inc_row_change){no, row, (uint32_t)*n};
    (*n)++;
    return INC_OK;
}

enum inc_status
inc_pool_add_candidate(struct inc_pool_builder *b, uint64_t no,
                       const struct inc_candidate *c, struct inc_err *err)
{
    struct inc_person person;
    enum inc_status st = INC_OK;
    const char *office = "";
    uint32_t row;

    if (INC_HAS(c, INC_CANDIDATE_FROZEN) && c->frozen)
        return inc_pool_drop_candidate(b, no, err);
    if (INC_HAS(c, INC_CANDIDATE_OFFICE) && c->office != NULL)
        office = c->office;
    if (no > UINT32_MAX)
        return inc_fail(err, INC_E_LIMIT, 0,
                        "a person's number is over 2^32 - 1");
    INC_TRY(inc_person_read(&person, b->scratch, &b->world, c, err));
    person.no = no;
    INC_TRY(inc_draft_push(&b->draft, &person, office, &row, err));
    /* Without memory here the row stays in the draft and nobody names it. */
    INC_TRY(note(&b->people, &b->people_cap, &b->n_people, no, row, err));
out:
    return st;
}

enum inc_status
inc_pool_drop_candidate(struct inc_pool_builder *b, uint64_t no,
                        struct inc_err *err)
{
    return note(&b->people, &b->people_cap, &b->n_people, no, INC_GONE, err);
}

enum inc_status
inc_pool_add_need(struct inc_pool_builder *b, uint64_t no,
                  const struct inc_need *n, struct inc_err *err)
{
    struct inc_need_item *item = NULL;
    void *items = b->items;
    enum inc_status st = INC_OK;

    if (INC_HAS(n, INC_NEED_CLOSED) && n->closed)
        return inc_pool_drop_need(b, no, err);
    if (b->n_items >= INC_GONE)
        return inc_fail(err, INC_E_LIMIT, 0, "too many needs for one pool");
    if (inc_mem_grow(&items, &b->items_cap, b->n_items, sizeof(void *)) != 0)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to build a pool");
    b->items = items;
    INC_TRY(inc_need_item_new(&item, no, n, &b->world, err));
    INC_TRY(note(&b->needs, &b->needs_cap, &b->n_needs, no,
                 (uint32_t)b->n_items, err));
    b->items[b->n_items++] = item;
    item = NULL;
out:
    inc_need_item_drop(item);
    return st;
}

enum inc_status
inc_pool_drop_need(struct inc_pool_builder *b, uint64_t no, struct inc_err *err)
{
    return note(&b->needs, &b->needs_cap, &b->n_needs, no, INC_GONE, err);
}

void
inc_pool_abandon(struct inc_pool_builder *b)
{
    if (b == NULL)
        return;
    for (size_t i = 0; i < b->n_items; i++)
        inc_need_item_drop(b->items[i]);
    inc_mem_free(b->items);
    inc_mem_free(b->needs);
    inc_mem_free(b->people);
    inc_draft_release(&b->draft);
    inc_scratch_release(b->scratch);
    inc_mem_free(b->scratch);
    inc_mem_free(b);
}

static int
by_number(const void *a, const void *b)
{
    const struct inc_row_change *x = a, *y = b;

    if (x->no != y->no)
        return x->no < y->no ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

size_t
inc_changes_settle(struct inc_row_change *c, size_t n)
{
    size_t sorted = 1, kept = 0;

    while (sorted < n && c[sorted - 1].no < c[sorted].no)
        sorted++;
    if (sorted >= n) /* as the store hands records over */
        return n;
    qsort(c, n, sizeof *c, by_number);
    for (size_t i = 0; i < n; i++) {
        if (i + 1 == n || c[i].no != c[i + 1].no)
            c[kept++] = c[i];
    }
    return kept;
}
