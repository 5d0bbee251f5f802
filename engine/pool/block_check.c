/*
 * Is a block what it says it is? The bytes may come from a damaged file or one
 * made to harm: nothing is read before it is known to lie inside, and after
 * these checks no reader can be led outside.
 */
#include <string.h>

#include "engine/base/mem.h"
#include "engine/pool/inside.h"
#include "engine/space/near.h"

struct inc_bounds
inc_bounds_of(const struct inc_world *w)
{
    return (struct inc_bounds){
        .skills = inc_concept_count(w->taxonomy, INC_PILLAR_SKILL),
        .occupations = inc_concept_count(w->taxonomy, INC_PILLAR_OCCUPATION),
        .trades = inc_space_occupations(w->space),
        .comuni = w->geo != NULL ? inc_geo_count(w->geo) : 0,
        .families = inc_space_families(w->space),
    };
}

/* ---- the head ---- */

static enum inc_status
corrupt(struct inc_err *err, const char *what)
{
    return inc_fail(err, INC_E_CORRUPT, 0, "damaged block of people: %s", what);
}

/* Every section inside, and just where it belongs. */
static int
sections_placed(const struct inc_block_head *h)
{
    struct inc_block_head right = *h;

    for (enum inc_section s = 0; s < INC_SECTIONS; s++) {
        if (h->section[s].n > h->bytes / inc_section_size(s))
            return 0;
    }
    inc_block_place(&right);
    return memcmp(&right, h, sizeof right) == 0;
}

/* Sections that must have a length of their own. */
static int
lengths_right(const struct inc_block_head *h)
{
    const uint64_t rows = h->rows;
    const uint64_t words = h->section[INC_SEC_skill].n;
    const int tree = h->families > 0;
    const uint64_t groups = tree ? inc_tree_groups(h->rows) : 0;
    const uint64_t nodes = tree ? groups + inc_tree_spans(h->rows) : 0;
    const uint64_t bits = (uint64_t)h->families * inc_tree_span_words(h->rows);
    const struct {
        enum inc_section section;
        uint64_t n;
    } want[] = {
        {INC_SEC_skill_at, rows + 1},
        {INC_SEC_home, rows},
        {INC_SEC_office, rows},
        {INC_SEC_licences, rows},
        {INC_SEC_languages, rows},
        {INC_SEC_from, rows},
        {INC_SEC_until, rows},
        {INC_SEC_updated, rows},
        {INC_SEC_row, rows},
        {INC_SEC_order, rows},
        {INC_SEC_family_at, tree ? groups + 1 : 0},
        {INC_SEC_trade_at, tree ? groups + 1 : 0},
        {INC_SEC_family_spans, bits},
        {INC_SEC_trade_span_at, tree ? (uint64_t)h->trades + 1 : 0},
        {INC_SEC_trade_span_best, h->section[INC_SEC_trade_span].n},
        {INC_SEC_trade_best, h->section[INC_SEC_trade].n},
        {INC_SEC_home_least, nodes},
        {INC_SEC_home_most, nodes},
        {INC_SEC_minutes_most, nodes},
        {INC_SEC_flags, nodes},
        {INC_SEC_tie, rows},
        {INC_SEC_trades, rows * INC_TRADES},
        {INC_SEC_id_at, rows + 1},
        {INC_SEC_implied_at, rows + 1},
        {INC_SEC_unknown, rows},
    };

    for (size_t i = 0; i < INC_COUNT(want); i++) {
        if (h->section[want[i].section].n != want[i].n)
            return 0;
    }
    return h->section[INC_SEC_class8].n + h->section[INC_SEC_class16].n ==
               words &&
           (h->section[INC_SEC_class8].n == 0 ||
            h->section[INC_SEC_class16].n == 0);
}

/* Tables: not more than codes reach, and one list at least. */
static int
tables_right(const struct inc_block_head *h)
{
    static const enum inc_section lists[] = {
        INC_SEC_language_at, INC_SEC_span_at, INC_SEC_office_at};

    for (size_t i = 0; i < INC_COUNT(lists); i++) {
        if (h->section[lists[i]].n < 2 ||
            h->section[lists[i]].n > INC_CODES_MAX + 1)
            return 0;
    }
    return h->section[INC_SEC_classes].n <= INC_RAW_CLASSES &&
           h->section[INC_SEC_days].n <= INC_CODES_MAX &&
           h->section[INC_SEC_licence_sets].n <= INC_CODES_MAX;
}

static enum inc_status
check_head(const struct inc_block_head *h, size_t bytes,
           const struct inc_bounds *bounds, struct inc_err *err)
{
    if (bytes < sizeof *h ||
        memcmp(h->magic, INC_BLOCK_MAGIC, sizeof h->magic) != 0)
        return corrupt(err, "it does not begin as one");
    if (h->byte_order != INC_BYTE_ORDER || h->version != INC_BLOCK_VERSION)
        return inc_fail(err, INC_E_MISMATCH, 0,
                        "block of people of version %u, not %d, or of another "
                        "kind of machine",
                        h->version, INC_BLOCK_VERSION);
    if (h->skills != bounds->skills || h->trades != bounds->trades)
        return inc_fail(err, INC_E_MISMATCH, 0,
                        "block of people of another taxonomy or space");
    if (h->bytes != bytes || h->rows == 0 || h->rows > INC_BLOCK_ROWS ||
        (h->families != 0 && h->families != bounds->families))
        return corrupt(err, "its size");
    if (!sections_placed(h) || !lengths_right(h) || !tables_right(h))
        return corrupt(err, "the place of a section");
    return INC_OK;
}

/* ---- lists and codes ---- */

/* Ends of lists: from 0, never falling, up to `last`. */
static int
rising(const uint32_t *at, uint64_t n, uint64_t last)
{
    if (at[0] != 0 || at[n] != last)
        return 0;
    for (uint64_t i = 0; i < n; i++) {
        if (at[i] > at[i + 1])
            return 0;
    }
    return 1;
}

static int
all_below(const uint16_t *code, uint64_t n, uint32_t limit)
{
    uint32_t most = 0;

    for (uint64_t i = 0; i < n; i++)
        most = code[i] > most ? code[i] : most;
    return n == 0 || most < limit;
}

/* Every text of a list of texts ends with its only NUL. */
static int
texts_end(const uint32_t *at, uint64_t n, const char *text)
{
    for (uint64_t i = 0; i < n; i++) {
        size_t len = at[i + 1] - at[i];

        if (len == 0 ||
            memchr(text + at[i], '\0', len) != text + at[i] + len - 1)
            return 0;
    }
    return 1;
}

static int
tables_hold(const struct inc_block *b)
{
    const struct inc_block_head *h = b->head;

    if (!rising(b->language_at, b->n_language_sets,
                h->section[INC_SEC_language].n) ||
        !rising(b->span_at, b->n_span_sets, h->section[INC_SEC_span].n) ||
        !rising(b->office_at, b->n_offices,
                h->section[INC_SEC_office_text].n) ||
        !texts_end(b->office_at, b->n_offices, b->office_text) ||
        b->office_text[0] != '\0')
        return 0;
    for (uint64_t i = 0; i < h->section[INC_SEC_language].n; i++) {
        for (int a = 0; a < INC_ABILITIES; a++) {
            if (b->language[i].cefr[a] < -1 ||
                b->language[i].cefr[a] >= INC_CEFR_COUNT)
                return 0;
        }
    }
    for (uint64_t i = 0; i < h->section[INC_SEC_span].n; i++) {
        if (b->span[i].from >= b->span[i].to || b->span[i].to > INC_WEEK)
            return 0;
    }
    for (uint32_t i = 0; i < b->n_classes; i++) {
        if (b->classes[i].level < 1 || b->classes[i].level > INC_LEVEL_MAX ||
            b->classes[i].evidence >= INC_EVIDENCE_COUNT)
            return 0;
    }
    return 1;
}

static int
words_hold(const struct inc_block *b)
{
    const struct inc_block_head *h = b->head;
    const uint64_t words = h->section[INC_SEC_skill].n;

    if (!rising(b->skill_at, b->rows, words) ||
        !all_below(b->skill, words, h->skills))
        return 0;
    for (uint32_t row = 0; row < b->rows; row++) {
        uint32_t n = b->skill_at[row + 1] - b->skill_at[row];

        if (n > INC_WORDS_MAX || b->row[row].n_stated > n)
            return 0;
    }
    for (uint64_t i = 0; i < words; i++) {
        if (inc_block_class(b, i) >= b->n_classes)
            return 0;
    }
    return 1;
}

static int
columns_hold(const struct inc_block *b, const struct inc_bounds *bounds)
{
    for (uint32_t row = 0; row < b->rows; row++) {
        if ((b->home[row] != INC_NO_COMUNE && b->home[row] >= bounds->comuni) ||
            b->row[row].windows >= b->n_span_sets)
            return 0;
    }
    return all_below(b->office, b->rows, b->n_offices) &&
           all_below(b->licences, b->rows, b->n_licence_sets) &&
           all_below(b->languages, b->rows, b->n_language_sets) &&
           all_below(b->from, b->rows, b->n_days) &&
           all_below(b->until, b->rows, b->n_days) &&
           all_below(b->updated, b->rows, b->n_days);
}

/* The permutation by number: rows in it, numbers rising from least to most. */
static int
order_holds(const struct inc_block *b)
{
    uint32_t last;

    if (!all_below(b->order, b->rows, b->rows))
        return 0;
    last = b->row[b->order[0]].no;
    if (last != b->head->least)
        return 0;
    for (uint32_t i = 1; i < b->rows; i++) {
        uint32_t no = b->row[b->order[i]].no;

        if (no <= last)
            return 0;
        last = no;
    }
    return last == b->head->most;
}

static int
cold_holds(const struct inc_block *b, const struct inc_bounds *bounds)
{
    const struct inc_block_head *h = b->head;

    if (!rising(b->id_at, b->rows, h->section[INC_SEC_id_text].n) ||
        !texts_end(b->id_at, b->rows, b->id_text) ||
        !rising(b->implied_at, b->rows, h->section[INC_SEC_implied].n))
        return 0;
    for (uint32_t row = 0; row < b->rows; row++) {
        const struct inc_trade *t = b->trades + (size_t)row * INC_TRADES;
        const uint32_t words = b->skill_at[row + 1] - b->skill_at[row];

        if (b->row[row].n_trades > INC_TRADES ||
            inc_implied_check(b->implied + b->implied_at[row],
                              b->implied_at[row + 1] - b->implied_at[row],
                              words - b->row[row].n_stated,
                              bounds->occupations) != 0)
            return 0;
        for (uint32_t i = 0; i < b->row[row].n_trades; i++) {
            if (t[i].occupation >= bounds->trades ||
                t[i].weight > INC_TRADE_FULL ||
                (i > 0 && t[i].occupation <= t[i - 1].occupation))
                return 0;
        }
    }
    return 1;
}

/* No span past the last. */
static int
spans_hold(const struct inc_block *b)
{
    const uint32_t spans = inc_tree_spans(b->rows);
    const uint32_t words = inc_tree_span_words(b->rows);
    const uint64_t past = spans % 64 == 0 ? 0 : UINT64_MAX << spans % 64;

    for (uint64_t i = 0; i < b->head->section[INC_SEC_trade_span].n; i++)
        if (b->trade_span[i] >= spans)
            return 0;
    for (uint32_t f = 0; f < b->head->families; f++)
        if ((b->family_spans[(size_t)f * words + words - 1] & past) != 0)
            return 0;
    return 1;
}

static int
tree_holds(const struct inc_block *b, const struct inc_bounds *bounds)
{
    const struct inc_block_head *h = b->head;
    const uint64_t nodes = h->section[INC_SEC_flags].n;
    const uint32_t groups = inc_tree_groups(b->rows);

    if (b->flags == NULL)
        return h->section[INC_SEC_family].n == 0 &&
               h->section[INC_SEC_trade].n == 0 &&
               h->section[INC_SEC_trade_span].n == 0;
    for (uint64_t i = 0; i < nodes; i++) {
        if (b->home_least[i] <= b->home_most[i] &&
            b->home_most[i] >= bounds->comuni)
            return 0;
    }
    return rising(b->family_at, groups, h->section[INC_SEC_family].n) &&
           rising(b->trade_at, groups, h->section[INC_SEC_trade].n) &&
           rising(b->trade_span_at, h->trades,
                  h->section[INC_SEC_trade_span].n) &&
           all_below(b->family, h->section[INC_SEC_family].n, h->families) &&
           all_below(b->trade, h->section[INC_SEC_trade].n, h->trades) &&
           spans_hold(b);
}

enum inc_status
inc_block_check(const struct inc_block *b, const struct inc_bounds *bounds,
                struct inc_err *err)
{
    if (!tables_hold(b))
        return corrupt(err, "its tables");
    if (!words_hold(b))
        return corrupt(err, "its skills");
    if (!columns_hold(b, bounds))
        return corrupt(err, "a column");
    if (!order_holds(b))
        return corrupt(err, "the order of its numbers");
    if (!cold_holds(b, bounds))
        return corrupt(err, "its trades, ids or occupations");
    if (!tree_holds(b, bounds))
        return corrupt(err, "its tree");
    return INC_OK;
}

enum inc_status
inc_block_bind(struct inc_block **out, void *base, size_t bytes,
               const struct inc_bounds *bounds, struct inc_owner *owner,
               struct inc_err *err)
{
    enum inc_status st = check_head(base, bytes, bounds, err);
    struct inc_block *b;

    if (st != INC_OK)
        return st;
    b = inc_block_wrap(base, owner);
    if (b == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a block of people");
    st = inc_block_check(b, bounds, err);
    if (st != INC_OK) {
        inc_owner_drop(b->owner);
        inc_mem_free(b); /* base stays the caller's */
        return st;
    }
    *out = b;
    return INC_OK;
}
