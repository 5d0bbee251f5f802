/* How many people: "n. 2 muratori", "3 addette ai piani e 1 lavapiatti". */
#include "engine/draft/inside.h"

enum { MOST = 999, SURE = 9300, LIKELY = 8000 };

/* The number of people that stands before word i; -1: none. */
static int
before(const struct inc_reader *r, size_t i, size_t *from)
{
    size_t k = i;

    while (k > 0 && i - k < 2 && r->t[k].gap < INC_GAP_STOP &&
           inc_word_is(r, k - 1,
                       "operai*|addett*|apprendist*|nuov*|bravi|"
                       "brave|giovani|figure|unita"))
        k--;
    if (k == 0 || r->t[k].gap >= INC_GAP_STOP)
        return -1;
    k--;
    *from = k;
    if (inc_word_is(r, k, "un|uno|una"))
        return -1; /* an article as a rule */
    if (r->t[k].used & (INC_USED_FACT | INC_USED_WARN))
        return -1;
    return inc_number_at(r, k);
}

void
inc_draft_seats(struct inc_reader *r)
{
    int64_t sum = 0;
    size_t first = r->n, last = 0;

    if (r->d->kind != INC_RECORD_NEED)
        return;
    for (size_t k = 0; k < r->d->n_items; k++) {
        const struct inc_draft_item *item = &r->d->items[k];
        size_t i = 0, from;
        int v;

        if (item->kind != INC_DRAFT_OCCUPATION)
            continue;
        while (i < r->n && r->t[i].at < item->at)
            i++;
        v = before(r, i, &from);
        if (v < 1 || v > MOST)
            continue;
        if (from > 0 && inc_word_is(r, from - 1, "n|nr|no|numero"))
            from--;
        sum += v;
        first = from < first ? from : first;
        last = i > last ? i : last;
        inc_use(r, from, i, INC_USED_FACT);
    }
    for (size_t i = 0; i + 1 < r->n && sum == 0; i++) {
        struct inc_found f;

        if (inc_pattern_at(&f, r, i,
                           "n|nr|numero # persone|posti|unita|"
                           "risorse|figure|operai*|addett*") ||
            inc_pattern_at(&f, r, i,
                           "# persone|posti|risorse|unita|addett*|"
                           "operai*")) {
            if (f.number[0] < 1 || f.number[0] > MOST)
                continue;
            sum = f.number[0];
            first = i;
            last = f.end;
        }
    }
    if (sum > 0 && sum <= MOST) {
        struct inc_draft_item *item = inc_item_add(
            r, INC_DRAFT_SEATS, first, last > first ? last : first + 1, "count",
            r->t[first].number >= 0 ? SURE : LIKELY);
        if (item != NULL)
            item->number = sum;
    }
}
