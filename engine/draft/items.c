/* What was found, kept in arrays of fixed size. */
#include <string.h>

#include "engine/draft/inside.h"

void
inc_note_add(struct inc_reader *r, const char *text)
{
    for (size_t i = 0; i < r->d->n_notes; i++)
        if (strcmp(r->d->notes[i], text) == 0)
            return;
    if (r->d->n_notes < INC_DRAFT_NOTES)
        r->d->notes[r->d->n_notes++] = text;
}

struct inc_draft_item *
inc_item_add(struct inc_reader *r, enum inc_draft_kind kind, size_t from,
             size_t to, const char *rule, uint32_t confidence_bp)
{
    const struct inc_draft_span span = inc_span_of(r, from, to);
    struct inc_draft_item *item;

    if (r->d->n_items == INC_DRAFT_ITEMS) {
        inc_note_add(r, "the text says more than a draft can hold: what comes "
                        "last was left out");
        return NULL;
    }
    item = &r->d->items[r->d->n_items++];
    *item = (struct inc_draft_item){.kind = kind,
                                    .at = span.at,
                                    .len = span.len,
                                    .rule = rule,
                                    .confidence_bp = confidence_bp,
                                    .concept = INC_NO_CONCEPT,
                                    .importance = -1,
                                    .number = -1,
                                    .day = -1};
    if (kind == INC_DRAFT_LANGUAGE)
        item->level = -1;
    for (size_t i = from; i < to; i++)
        if (r->t[i].importance >= 0)
            item->importance = r->t[i].importance;
    return item;
}

void
inc_unknown_add(struct inc_reader *r, size_t from, size_t to)
{
    if (r->d->n_unknown == INC_DRAFT_UNKNOWN) {
        inc_note_add(r, "there are more unknown words than a draft can hold");
        return;
    }
    r->d->unknown[r->d->n_unknown++] = inc_span_of(r, from, to);
}

struct inc_draft_item *
inc_item_find(const struct inc_reader *r, enum inc_draft_kind kind)
{
    for (size_t i = 0; i < r->d->n_items; i++)
        if (r->d->items[i].kind == kind)
            return &r->d->items[i];
    return NULL;
}
