#include <string.h>

#include "engine/base/mem.h"
#include "engine/pool/inside.h"

struct inc_block *
inc_block_hold(struct inc_block *b)
{
    atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
    return b;
}

void
inc_block_drop(struct inc_block *b)
{
    if (b != NULL &&
        atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) == 1)
        inc_mem_free(b);
}

uint32_t
inc_block_rows(const struct inc_block *b)
{
    return b->rows;
}

uint32_t
inc_block_classes(const struct inc_block *b, const struct inc_class **out)
{
    *out = b->classes;
    return b->n_classes;
}

const char *
inc_block_office(const struct inc_block *b, uint16_t office)
{
    return office < b->n_offices ? b->office[office] : "";
}

const uint32_t *
inc_block_words(const struct inc_block *b, uint32_t row, uint32_t *n)
{
    *n = (uint32_t)(b->word_at[row + 1] - b->word_at[row]);
    return b->words + b->word_at[row];
}

uint32_t
inc_block_find(const struct inc_block *b, uint64_t no, uint32_t from)
{
    uint32_t low = from, high = b->rows;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (b->no[middle] < no)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void
inc_block_person(const struct inc_block *b, uint32_t row,
                 struct inc_person *out)
{
    const struct inc_row *r = &b->row[row];
    const unsigned char *at = b->tail + r->tail_at;

    out->no = b->no[row];
    out->tie = r->tie;
    out->words = inc_block_words(b, row, &out->n_words);
    out->n_stated = r->n_stated;
    out->n_unknown = r->n_unknown;
    out->norm = r->norm;
    out->trades = r->trades;
    out->n_trades = r->n_trades;
    out->known = r->known;
    out->n_languages = r->n_languages;
    out->licences = r->licences;
    out->eqf = r->eqf;
    out->home = r->home;
    out->modes = r->modes;
    out->max_minutes = r->max_minutes;
    out->from = r->from;
    out->until = r->until;
    out->hours_week = r->hours_week;
    out->n_windows = r->n_windows;
    out->office = r->office;
    out->updated = r->updated;
    out->implied_by = (const void *)at;
    at += (out->n_words - out->n_stated) * sizeof *out->implied_by;
    out->windows = (const void *)at;
    at += out->n_windows * sizeof *out->windows;
    out->languages = (const void *)at;
    at += out->n_languages * sizeof *out->languages;
    out->id = (const void *)at;
}
