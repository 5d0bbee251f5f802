#include "engine/pool/block.h"

#include <string.h>

#include "engine/base/mem.h"

struct inc_owner *
inc_owner_hold(struct inc_owner *o)
{
    atomic_fetch_add_explicit(&o->refs, 1, memory_order_relaxed);
    return o;
}

void
inc_owner_drop(struct inc_owner *o)
{
    if (o != NULL &&
        atomic_fetch_sub_explicit(&o->refs, 1, memory_order_acq_rel) == 1)
        o->release(o);
}

struct inc_block *
inc_block_hold(struct inc_block *b)
{
    atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
    return b;
}

void
inc_block_drop(struct inc_block *b)
{
    if (b == NULL ||
        atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (b->owner != NULL)
        inc_owner_drop(b->owner);
    else
        inc_mem_free(b->base);
    inc_mem_free(b);
}

size_t
inc_section_size(enum inc_section s)
{
    static const size_t sizes[] = {
#define INC_X(name, type) sizeof(type),
        INC_ALL_SECTIONS(INC_X)
#undef INC_X
    };

    return sizes[s];
}

void
inc_block_place(struct inc_block_head *h)
{
    const size_t page =
        h->rows >= INC_TREE_ROWS ? INC_BLOCK_PAGE : INC_BLOCK_ALIGN;
    uint64_t at = sizeof *h;

    for (enum inc_section s = 0; s < INC_SECTIONS; s++) {
        const int cold = (int)s == (int)INC_FIRST_COLD;
        const size_t align = cold ? page : INC_BLOCK_ALIGN;

        at = (at + align - 1) / align * align;
        if (cold)
            h->cold_at = at;
        h->section[s].at = at;
        at += h->section[s].n * inc_section_size(s);
    }
    h->bytes = (at + INC_BLOCK_ALIGN - 1) / INC_BLOCK_ALIGN * INC_BLOCK_ALIGN;
}

static void *
section(void *base, enum inc_section s)
{
    const struct inc_block_head *h = base;

    return (unsigned char *)base + h->section[s].at;
}

/* How many lists a table of their ends has. */
static uint32_t
lists(const struct inc_block_head *h, enum inc_section s)
{
    return h->section[s].n == 0 ? 0 : (uint32_t)h->section[s].n - 1;
}

static atomic_uint_least64_t serials;

struct inc_block *
inc_block_wrap(void *base, struct inc_owner *owner)
{
    const struct inc_block_head *h = base;
    struct inc_block *b = inc_mem_zero(1, sizeof *b);

    if (b == NULL)
        return NULL;
    atomic_init(&b->refs, 1);
    b->base = base;
    b->head = h;
    b->bytes = h->bytes;
    b->rows = h->rows;
    b->n_classes = (uint32_t)h->section[INC_SEC_classes].n;
    b->n_days = (uint32_t)h->section[INC_SEC_days].n;
    b->n_licence_sets = (uint32_t)h->section[INC_SEC_licence_sets].n;
    b->n_language_sets = lists(h, INC_SEC_language_at);
    b->n_span_sets = lists(h, INC_SEC_span_at);
    b->n_offices = lists(h, INC_SEC_office_at);
#define INC_X(name, type) b->name = section(base, INC_SEC_##name);
    INC_ALL_SECTIONS(INC_X)
#undef INC_X
    if (h->section[INC_SEC_class8].n == 0)
        b->class8 = NULL;
    if (h->section[INC_SEC_flags].n == 0)
        b->flags = NULL;
    b->owner = owner != NULL ? inc_owner_hold(owner) : NULL;
    b->serial =
        1 + atomic_fetch_add_explicit(&serials, 1, memory_order_relaxed);
    return b;
}

size_t
inc_block_hot_bytes(const struct inc_block *b)
{
    return b->head->cold_at;
}

size_t
inc_block_tree_bytes(const struct inc_block *b)
{
    size_t bytes = 0;

    for (enum inc_section s = INC_SEC_family_at; s <= INC_SEC_flags; s++)
        bytes += b->head->section[s].n * inc_section_size(s);
    return bytes;
}

uint64_t
inc_block_serial(const struct inc_block *b)
{
    return b->serial;
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
    return office < b->n_offices ? b->office_text + b->office_at[office] : "";
}

const struct inc_person_language *
inc_block_languages(const struct inc_block *b, uint16_t code, uint32_t *n)
{
    *n = b->language_at[code + 1] - b->language_at[code];
    return b->language + b->language_at[code];
}

void
inc_block_columns(const struct inc_block *b, struct inc_columns *out)
{
    *out = (struct inc_columns){
        .rows = b->rows,
        .skill_at = b->skill_at,
        .skill = b->skill,
        .home = b->home,
        .office = b->office,
        .licences = b->licences,
        .languages = b->languages,
        .from = b->from,
        .until = b->until,
        .updated = b->updated,
        .licence_sets = b->licence_sets,
        .days = b->days,
        .n_licence_sets = b->n_licence_sets,
        .n_days = b->n_days,
        .n_language_sets = b->n_language_sets,
        .n_offices = b->n_offices,
    };
}

int
inc_block_tree(const struct inc_block *b, struct inc_tree *out)
{
    if (b->flags == NULL)
        return 0;
    *out = (struct inc_tree){
        .families = b->head->families,
        .trades = b->head->trades,
        .groups = inc_tree_groups(b->rows),
        .spans = inc_tree_spans(b->rows),
        .span_words = inc_tree_span_words(b->rows),
        .family_at = b->family_at,
        .family = b->family,
        .trade_at = b->trade_at,
        .trade = b->trade,
        .trade_best = b->trade_best,
        .family_spans = b->family_spans,
        .trade_span_at = b->trade_span_at,
        .trade_span = b->trade_span,
        .trade_span_best = b->trade_span_best,
        .home_least = b->home_least,
        .home_most = b->home_most,
        .minutes_most = b->minutes_most,
        .flags = b->flags,
    };
    return 1;
}

/* Numbers are mostly spread evenly, so the place is guessed from the numbers
 * at both ends: three or four looks, each a wait for memory, instead of 16. */
enum { GUESSES = 8 };

uint32_t
inc_block_find(const struct inc_block *b, uint32_t no)
{
    uint32_t low = 0, high = b->rows - 1;
    uint32_t least = b->head->least, most = b->head->most;

    for (int i = 0; low <= high && no >= least && no <= most; i++) {
        uint32_t middle = low + (high - low) / 2, row;

        if (i < GUESSES && most > least)
            middle = low + (uint32_t)((uint64_t)(no - least) * (high - low) /
                                      (most - least));
        row = b->order[middle];
        if (b->row[row].no == no)
            return row;
        if (b->row[row].no < no) {
            low = middle + 1;
            least = b->row[row].no + 1;
        } else {
            if (middle == 0)
                break;
            high = middle - 1;
            most = b->row[row].no - 1;
        }
    }
    return INC_NO_ROW;
}

uint32_t
inc_block_words(const struct inc_block *b, uint32_t row, uint32_t *out)
{
    const uint32_t at = b->skill_at[row], n = b->skill_at[row + 1] - at;

    if (b->class8 != NULL) {
        for (uint32_t i = 0; i < n; i++)
            out[i] = INC_WORD(b->skill[at + i], b->class8[at + i]);
    } else {
        for (uint32_t i = 0; i < n; i++)
            out[i] = INC_WORD(b->skill[at + i], b->class16[at + i]);
    }
    return n;
}

/* The words and what implies them, into the caller's room. */
static void
unpack_words(const struct inc_block *b, uint32_t row, struct inc_room *room,
             struct inc_person *out)
{
    out->words = room->words;
    (void)inc_block_words(b, row, room->words);
    out->implied_by = room->implied_by;
    inc_implied_read(room->implied_by, out->n_words - out->n_stated,
                     b->implied + b->implied_at[row]);
}

void
inc_block_person(const struct inc_block *b, uint32_t row, struct inc_room *room,
                 struct inc_person *out)
{
    const struct inc_row *r = &b->row[row];

    memset(out, 0, sizeof *out);
    out->no = r->no;
    out->id = b->id_text + b->id_at[row];
    out->tie = b->tie[row];
    out->n_words = b->skill_at[row + 1] - b->skill_at[row];
    out->n_stated = r->n_stated;
    out->n_unknown = b->unknown[row];
    out->norm = r->norm;
    out->trades = b->trades + (size_t)row * INC_TRADES;
    out->n_trades = r->n_trades;
    out->known = r->known;
    out->languages =
        inc_block_languages(b, b->languages[row], &out->n_languages);
    out->licences = b->licence_sets[b->licences[row]];
    out->eqf = r->eqf;
    out->home = b->home[row];
    out->modes = r->modes;
    out->max_minutes = r->max_minutes;
    out->from = b->days[b->from[row]];
    out->until = b->days[b->until[row]];
    out->hours_week = r->hours_week;
    out->windows = b->span + b->span_at[r->windows];
    out->n_windows = b->span_at[r->windows + 1] - b->span_at[r->windows];
    out->office = b->office[row];
    out->updated = b->days[b->updated[row]];
    if (room != NULL)
        unpack_words(b, row, room, out);
}
