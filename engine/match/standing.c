#include "engine/match/standing.h"

#include <string.h>

#include "engine/match/inside.h"
#include "engine/match/ready.h"
#include "engine/store/event.h"
#include "proto/node.h"

enum { AHEAD = 4 /* needs brought nearer before their turn */ };

const struct inc_pool_need *
inc_standing_find(const struct inc_pool *p, uint64_t no)
{
    uint64_t low = 0, high = inc_pool_needs(p);

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        const struct inc_pool_need *at = inc_pool_need_at(p, middle);

        if (at->no == no)
            return at;
        if (at->no < no)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Nothing under this can get in: the least worth telling, or the worst of the
 * best so far. */
static int32_t
bar_of(const struct inc_standing *s, const struct inc_topk *top)
{
    return top->n < top->k ? s->least : top->heap[0].score;
}

static void
consider(const struct inc_standing *s, const struct inc_pool_need *need,
         const struct inc_person *person, struct inc_topk *top)
{
    const struct inc_reach *reach = &s->matcher->reach;
    uint16_t cover[INC_REQUIREMENTS_MAX];
    struct inc_ranked item = {.tie = need->tie, .row = need->no};
    struct inc_tally tally;
    struct inc_plan plan;
    int32_t bar = bar_of(s, top);

    if (!inc_ready_open(need, s->as_of) ||
        ((person->known & INC_KNOWN_SKILLS) != 0 &&
         inc_ready_bound(need, reach) < bar))
        return;
    if (inc_ready_plan(&plan, need, &s->image->estate->world, s->as_of,
                       INC_PRUDENT) != INC_OK)
        return; /* it asks nothing */
    inc_reach_cover(cover, reach, &plan);
    inc_score(&tally, NULL, &plan, person, cover, inc_reach_pull(reach, &plan));
    item.score = tally.points;
    if (item.score >= bar)
        inc_topk_offer(top, &item);
}

enum inc_status
inc_standing_person(const struct inc_standing *s, uint64_t no,
                    struct inc_found *out, size_t *n, struct inc_err *err)
{
    struct inc_ranked memory[INC_STANDING_MOST];
    struct inc_reach *reach = &s->matcher->reach;
    const struct inc_pool *pool = s->image->pool;
    const struct inc_class *classes;
    const struct inc_block *block;
    struct inc_person person;
    struct inc_topk top;
    uint32_t row;
    size_t at;

    *n = 0;
    if (inc_pool_find(pool, no, &at, &row) != 0)
        return INC_OK;
    block = inc_pool_block(pool, at);
    inc_block_person(block, row, s->matcher->scan.room, &person);
    (void)inc_block_classes(block, &classes);
    inc_topk_init(&top, memory, INC_STANDING_MOST);
    if (inc_reach_fill(reach, s->image->estate->world.space, &person, classes,
                       inc_half_year(s->as_of)) != INC_OK) {
        inc_reach_clear(reach);
        return inc_fail(err, INC_E_NOMEM, 0, "standing match");
    }
    for (uint64_t i = 0; i < inc_pool_needs(pool); i++) {
        const struct inc_pool_need *later = inc_pool_need_at(pool, i + AHEAD);

        __builtin_prefetch(inc_pool_need_at(pool, i + UINT64_C(3) * AHEAD));
        if (later != NULL)
            inc_ready_prefetch(later);
        consider(s, inc_pool_need_at(pool, i), &person, &top);
    }
    inc_reach_clear(reach);
    inc_topk_sort(&top);
    for (size_t i = 0; i < top.n; i++)
        out[i] = (struct inc_found){memory[i].row, no, memory[i].score};
    *n = top.n;
    return INC_OK;
}

/* A person of a page: her number, when the image has her. */
static enum inc_status
take(const struct inc_standing *s, const struct inc_node *item, uint64_t need,
     struct inc_view *view, struct inc_found *out, size_t *n,
     struct inc_err *err)
{
    const struct inc_node *score = inc_node_get(item, "score");
    const struct inc_node *id = inc_node_get(item, "id");
    char text[INC_ID_MAX + 1];
    enum inc_status st;
    const char *bytes;
    uint64_t no;
    uint32_t row;
    size_t len, at;

    if (score == NULL || id == NULL || inc_node_int(score) < s->least)
        return INC_OK;
    bytes = inc_node_text(id, &len);
    if (len > INC_ID_MAX)
        return INC_OK;
    memcpy(text, bytes, len);
    text[len] = '\0';
    st = inc_view_number(view, INC_RECORD_CANDIDATE, text, &no, err);
    if (st == INC_E_NOTFOUND) { /* gone since the image */
        inc_err_clear(err);
        return INC_OK;
    }
    if (st == INC_OK && inc_pool_find(s->image->pool, no, &at, &row) == 0)
        out[(*n)++] =
            (struct inc_found){need, no, (int32_t)inc_node_int(score)};
    return st;
}

static enum inc_status
read_page(const struct inc_standing *s, const struct inc_question *q,
          uint64_t need, struct inc_view *view, struct inc_found *out,
          size_t *n, struct inc_err *err)
{
    struct inc_frame *f = NULL;
    const struct inc_node *items;
    enum inc_status st;

    INC_TRY(
        inc_frame_open(&f, q->body.data, q->body.len, &inc_reply_limits, err));
    items = inc_node_get(inc_frame_root(f), "items");
    for (size_t i = 0;
         items != NULL && i < inc_node_count(items) && *n < INC_STANDING_MOST;
         i++)
        INC_TRY(take(s, inc_node_at(items, i), need, view, out, n, err));
out:
    inc_frame_close(f);
    return st;
}

enum inc_status
inc_standing_need(const struct inc_standing *s, uint64_t no,
                  struct inc_view *view, struct inc_found *out, size_t *n,
                  struct inc_err *err)
{
    const struct inc_match_options o = {
        .k = INC_STANDING_MOST, .as_of = s->as_of, .attitude = INC_PRUDENT};
    const struct inc_pool_need *need = inc_standing_find(s->image->pool, no);
    struct inc_question q = {.kind = INC_ASK_PEOPLE, .options = &o};
    struct inc_question *one = &q;
    enum inc_status st;

    *n = 0;
    if (need == NULL || !inc_ready_open(need, s->as_of))
        return INC_OK;
    q.need = need->need;
    inc_match_run(s->matcher, s->image, &one, 1);
    st = q.status;
    if (st == INC_OK)
        st = read_page(s, &q, no, view, out, n, err);
    else if (err != NULL)
        *err = q.err;
    inc_buf_release(&q.body);
    return st;
}
