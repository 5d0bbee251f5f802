/*
 * Blocks out of rows of drafts and of other blocks, in the order of the
 * gathered list. Each block takes two walks over its rows: one to number what
 * its tables hold and to measure, one to copy. Only codes are numbered anew.
 */
#include <string.h>

#include "engine/base/check.h"
#include "engine/base/mem.h"
#include "engine/pool/inside.h"

#define NONE UINT32_MAX

/* New codes of a source's codes, NONE while not met in this block. */
struct remap {
    uint32_t *code[INC_TABLES];
    uint32_t *class;
    uint32_t *all; /* [n] what they point into; NULL: source not met yet */
    size_t n;
};

struct making {
    const struct inc_gather *g;
    const struct inc_ref *ref; /* [left] from the first of this block on */
    size_t left;
    uint32_t skills, trades;
    struct remap *remap; /* [g->n_sources] */
    struct inc_intern table[INC_TABLES];
    uint16_t raw[INC_RAW_CLASSES]; /* [n_classes] */
    uint32_t code_of_raw[INC_RAW_CLASSES];
    uint32_t n_classes;
    struct inc_tree_draft tree;
    uint32_t rows, least, most;
    uint64_t words, id_text, implied;
};

static const struct inc_block *
source_of(const struct making *m, const struct inc_ref *r)
{
    return m->g->source[r->at >> 16];
}

static uint32_t
row_of(const struct inc_ref *r)
{
    return r->at & 0xffff;
}

/* ---- the memory ahead ---- */

/* Rows ahead at which a row's places, and then its lists, are asked for. Rows
 * of a draft lie anywhere; without this both walks wait for memory. */
enum { FAR_AHEAD = 16, AHEAD = 8 };

static void
ask_for_places(const struct making *m, const struct inc_ref *r)
{
    const struct inc_block *b = source_of(m, r);
    const uint32_t row = row_of(r);

    __builtin_prefetch(&b->skill_at[row]);
    __builtin_prefetch(&b->row[row]);
    __builtin_prefetch(&b->id_at[row]);
    __builtin_prefetch(&b->implied_at[row]);
    __builtin_prefetch(&b->office[row]);
    __builtin_prefetch(&b->licences[row]);
    __builtin_prefetch(&b->languages[row]);
    __builtin_prefetch(&b->from[row]);
    __builtin_prefetch(&b->until[row]);
    __builtin_prefetch(&b->updated[row]);
    __builtin_prefetch(&b->trades[(size_t)row * INC_TRADES]);
}

static void
ask_for_lists(const struct making *m, const struct inc_ref *r, int copying)
{
    const struct inc_block *b = source_of(m, r);
    const uint32_t row = row_of(r), at = b->skill_at[row];

    __builtin_prefetch(&b->skill[at]);
    if (b->class8 != NULL)
        __builtin_prefetch(&b->class8[at]);
    else
        __builtin_prefetch(&b->class16[at]);
    if (!copying)
        return;
    __builtin_prefetch(&b->home[row]);
    __builtin_prefetch(&b->tie[row]);
    __builtin_prefetch(&b->unknown[row]);
    __builtin_prefetch(&b->id_text[b->id_at[row]]);
    __builtin_prefetch(&b->implied[b->implied_at[row]]);
}

static void
ask_ahead(const struct making *m, size_t i, int copying)
{
    if (i + FAR_AHEAD < m->left)
        ask_for_places(m, &m->ref[i + FAR_AHEAD]);
    if (i + AHEAD < m->left)
        ask_for_lists(m, &m->ref[i + AHEAD], copying);
}

/* ---- the first walk: tables and measures ---- */

static struct remap *
remap_of(struct making *m, const struct inc_ref *r)
{
    const struct inc_block *b = source_of(m, r);
    struct remap *k = &m->remap[r->at >> 16];
    const size_t sizes[INC_TABLES] = {
        [INC_TABLE_DAY] = b->n_days,
        [INC_TABLE_LICENCES] = b->n_licence_sets,
        [INC_TABLE_LANGUAGES] = b->n_language_sets,
        [INC_TABLE_SPANS] = b->n_span_sets,
        [INC_TABLE_OFFICE] = b->n_offices,
    };
    size_t n = b->head != NULL ? b->n_classes : INC_RAW_CLASSES;

    if (k->all != NULL)
        return k;
    for (int t = 0; t < INC_TABLES; t++)
        n += sizes[t];
    k->all = inc_mem_resize(NULL, n, sizeof *k->all);
    if (k->all == NULL)
        return NULL;
    memset(k->all, 0xff, n * sizeof *k->all);
    k->n = n;
    k->code[0] = k->all;
    for (int t = 1; t < INC_TABLES; t++)
        k->code[t] = k->code[t - 1] + sizes[t - 1];
    k->class = k->code[INC_TABLES - 1] + sizes[INC_TABLES - 1];
    return k;
}

/* A value of a source's table. */
static const void *
value_of(const struct inc_block *b, enum inc_table t, uint32_t code, size_t *n)
{
    const uint32_t *at;

    *n = 1;
    switch (t) {
    case INC_TABLE_DAY:
        return &b->days[code];
    case INC_TABLE_LICENCES:
        return &b->licence_sets[code];
    case INC_TABLE_LANGUAGES:
        at = &b->language_at[code];
        *n = at[1] - at[0];
        return b->language + at[0];
    case INC_TABLE_SPANS:
        at = &b->span_at[code];
        *n = at[1] - at[0];
        return b->span + at[0];
    case INC_TABLE_OFFICE:
    case INC_TABLES:
        break;
    }
    at = &b->office_at[code];
    *n = at[1] - at[0];
    return b->office_text + at[0];
}

static int
number_code(struct making *m, const struct inc_block *b, struct remap *k,
            enum inc_table t, uint32_t code)
{
    size_t n;
    const void *value;

    if (k->code[t][code] != NONE)
        return 0;
    value = value_of(b, t, code, &n);
    return inc_intern_code(&m->table[t], &k->code[t][code], value, n);
}

static void
number_class(struct making *m, const struct inc_block *b, struct remap *k,
             uint32_t class)
{
    uint32_t raw = class;

    if (b->head != NULL)
        raw = INC_RAW_CLASS(b->classes[class].level, b->classes[class].evidence,
                            b->classes[class].half_year);
    if (m->code_of_raw[raw] == 0) {
        m->raw[m->n_classes] = (uint16_t)raw;
        m->code_of_raw[raw] = ++m->n_classes;
    }
    k->class[class] = m->code_of_raw[raw] - 1;
}

/* Does the row still fit in the tables and the texts of this block? */
static int
fits(const struct making *m, const struct inc_block *b, uint32_t row)
{
    size_t languages, spans, office;

    (void)value_of(b, INC_TABLE_LANGUAGES, b->languages[row], &languages);
    (void)value_of(b, INC_TABLE_SPANS, b->row[row].windows, &spans);
    (void)value_of(b, INC_TABLE_OFFICE, b->office[row], &office);
    return m->rows < INC_BLOCK_ROWS &&
           inc_tables_room(m->table, languages, spans, office) &&
           m->id_text + (b->id_at[row + 1] - b->id_at[row]) <= UINT32_MAX;
}

static void
measure_words(struct making *m, const struct inc_block *b, struct remap *k,
              uint32_t row)
{
    const uint32_t from = b->skill_at[row], to = b->skill_at[row + 1];

    for (uint32_t i = from; i < to; i++) {
        uint32_t class = inc_block_class(b, i);

        if (k->class[class] == NONE)
            number_class(m, b, k, class);
    }
    m->words += to - from;
}

/* 0, 1 when the row must go into the next block, -1 without memory. */
static int
measure_row(struct making *m, const struct inc_ref *r)
{
    const struct inc_block *b = source_of(m, r);
    const uint32_t row = row_of(r);
    struct remap *k = remap_of(m, r);
    int rc;

    if (k == NULL)
        return -1;
    if (!fits(m, b, row))
        return 1;
    rc = number_code(m, b, k, INC_TABLE_DAY, b->from[row]);
    rc |= number_code(m, b, k, INC_TABLE_DAY, b->until[row]);
    rc |= number_code(m, b, k, INC_TABLE_DAY, b->updated[row]);
    rc |= number_code(m, b, k, INC_TABLE_LICENCES, b->licences[row]);
    rc |= number_code(m, b, k, INC_TABLE_LANGUAGES, b->languages[row]);
    rc |= number_code(m, b, k, INC_TABLE_SPANS, b->row[row].windows);
    rc |= number_code(m, b, k, INC_TABLE_OFFICE, b->office[row]);
    if (rc != 0)
        return -1;
    measure_words(m, b, k, row);
    if (inc_tree_row(&m->tree, b, row) != 0)
        return -1;
    m->id_text += b->id_at[row + 1] - b->id_at[row];
    m->implied += b->implied_at[row + 1] - b->implied_at[row];
    m->least = r->no < m->least ? r->no : m->least;
    m->most = r->no > m->most ? r->no : m->most;
    m->rows++;
    return 0;
}

/* Forget the block before. */
static int
start_block(struct making *m)
{
    for (uint32_t i = 0; i < m->n_classes; i++)
        m->code_of_raw[m->raw[i]] = 0;
    m->n_classes = 0;
    for (size_t i = 0; i < m->g->n_sources; i++) {
        if (m->remap[i].all != NULL)
            memset(m->remap[i].all, 0xff,
                   m->remap[i].n * sizeof *m->remap[i].all);
    }
    m->rows = 0;
    m->least = UINT32_MAX;
    m->most = 0;
    m->words = m->id_text = m->implied = 0;
    inc_tree_reset(&m->tree);
    return inc_tables_reset(m->table);
}

static int
measure(struct making *m)
{
    int rc = start_block(m);

    for (size_t i = 0; rc == 0 && i < m->left; i++) {
        ask_ahead(m, i, 0);
        rc = measure_row(m, &m->ref[i]);
    }
    inc_tree_finish(&m->tree);
    return rc < 0 ? -1 : 0;
}

/* ---- room ---- */

static void
count_sections(struct inc_block_head *h, const struct making *m)
{
    const struct inc_intern *t = m->table;
    const uint64_t rows = m->rows;
    const struct inc_tree_draft *tree = &m->tree;
    const int has = tree->nodes > 0;
    const uint64_t nodes = tree->nodes;
    const uint64_t groups = has ? inc_tree_groups(m->rows) : 0;
    const uint64_t families = has ? tree->family_at[groups] : 0;
    const uint64_t trades = has ? tree->trade_at[groups] : 0;
    const uint64_t spans = has ? tree->n_trade_spans : 0;
    const struct {
        enum inc_section section;
        uint64_t n;
    } count[] = {
        {INC_SEC_skill_at, rows + 1},
        {INC_SEC_skill, m->words},
        {INC_SEC_class8, m->n_classes <= 256 ? m->words : 0},
        {INC_SEC_class16, m->n_classes <= 256 ? 0 : m->words},
        {INC_SEC_home, rows},
        {INC_SEC_office, rows},
        {INC_SEC_licences, rows},
        {INC_SEC_languages, rows},
        {INC_SEC_from, rows},
        {INC_SEC_until, rows},
        {INC_SEC_updated, rows},
        {INC_SEC_row, rows},
        {INC_SEC_order, rows},
        {INC_SEC_classes, m->n_classes},
        {INC_SEC_days, t[INC_TABLE_DAY].n},
        {INC_SEC_licence_sets, t[INC_TABLE_LICENCES].n},
        {INC_SEC_language_at, (uint64_t)t[INC_TABLE_LANGUAGES].n + 1},
        {INC_SEC_language, inc_intern_elements(&t[INC_TABLE_LANGUAGES])},
        {INC_SEC_span_at, (uint64_t)t[INC_TABLE_SPANS].n + 1},
        {INC_SEC_span, inc_intern_elements(&t[INC_TABLE_SPANS])},
        {INC_SEC_office_at, (uint64_t)t[INC_TABLE_OFFICE].n + 1},
        {INC_SEC_office_text, inc_intern_elements(&t[INC_TABLE_OFFICE])},
        {INC_SEC_family_at, has ? groups + 1 : 0},
        {INC_SEC_family, families},
        {INC_SEC_trade_at, has ? groups + 1 : 0},
        {INC_SEC_trade, trades},
        {INC_SEC_trade_best, trades},
        {INC_SEC_family_spans,
         has ? (uint64_t)tree->families * inc_tree_span_words(m->rows) : 0},
        {INC_SEC_trade_span_at, has ? (uint64_t)m->trades + 1 : 0},
        {INC_SEC_trade_span, spans},
        {INC_SEC_trade_span_best, spans},
        {INC_SEC_home_least, nodes},
        {INC_SEC_home_most, nodes},
        {INC_SEC_minutes_most, nodes},
        {INC_SEC_flags, nodes},
        {INC_SEC_tie, rows},
        {INC_SEC_trades, rows * INC_TRADES},
        {INC_SEC_id_at, rows + 1},
        {INC_SEC_id_text, m->id_text},
        {INC_SEC_implied_at, rows + 1},
        {INC_SEC_implied, m->implied},
        {INC_SEC_unknown, rows},
    };

    _Static_assert(INC_COUNT(count) == INC_SECTIONS, "every section counted");
    for (size_t i = 0; i < INC_COUNT(count); i++)
        h->section[count[i].section].n = count[i].n;
}

static struct inc_block *
allocate(const struct making *m)
{
    struct inc_block_head h = {
        .magic = {'I', 'N', 'C', 'B', 'L', 'O', 'C', 'K'},
        .byte_order = INC_BYTE_ORDER,
        .version = INC_BLOCK_VERSION,
        .rows = m->rows,
        .skills = m->skills,
        .trades = m->trades,
        .families = m->tree.nodes > 0 ? m->tree.families : 0,
        .least = m->least,
        .most = m->most,
    };
    struct inc_block *b = NULL;
    void *base;

    count_sections(&h, m);
    inc_block_place(&h);
    base = inc_mem_zero64(h.bytes, 1);
    if (base == NULL)
        return NULL;
    memcpy(base, &h, sizeof h);
    b = inc_block_wrap(base, NULL);
    if (b == NULL)
        inc_mem_free(base);
    return b;
}

/* ---- the second walk: rows ---- */

static void
copy_words(struct inc_block *to, uint32_t row, const struct inc_block *from,
           uint32_t at, uint32_t n, const uint32_t *class)
{
    const uint32_t here = to->skill_at[row];

    if (n > 0)
        memcpy(to->skill + here, from->skill + at, n * sizeof *to->skill);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t code = class[inc_block_class(from, at + i)];

        if (to->class8 != NULL)
            to->class8[here + i] = (uint8_t)code;
        else
            to->class16[here + i] = (uint16_t)code;
    }
    to->skill_at[row + 1] = here + n;
}

static void
copy_cold(struct inc_block *to, uint32_t row, const struct inc_block *from,
          uint32_t old)
{
    const uint32_t id = from->id_at[old + 1] - from->id_at[old];
    const uint32_t implied = from->implied_at[old + 1] - from->implied_at[old];

    to->tie[row] = from->tie[old];
    to->unknown[row] = from->unknown[old];
    memcpy(to->trades + (size_t)row * INC_TRADES,
           from->trades + (size_t)old * INC_TRADES,
           INC_TRADES * sizeof *to->trades);
    memcpy(to->id_text + to->id_at[row], from->id_text + from->id_at[old], id);
    to->id_at[row + 1] = to->id_at[row] + id;
    if (implied > 0)
        memcpy(to->implied + to->implied_at[row],
               from->implied + from->implied_at[old],
               implied * sizeof *to->implied);
    to->implied_at[row + 1] = to->implied_at[row] + implied;
}

static void
copy_row(const struct making *m, struct inc_block *to, uint32_t row)
{
    const struct inc_ref *r = &m->ref[row];
    const struct inc_block *from = source_of(m, r);
    const struct remap *k = &m->remap[r->at >> 16];
    const uint32_t old = row_of(r), at = from->skill_at[old];
    uint32_t *const *code = k->code;

    copy_words(to, row, from, at, from->skill_at[old + 1] - at, k->class);
    to->home[row] = from->home[old];
    to->office[row] = (uint16_t)code[INC_TABLE_OFFICE][from->office[old]];
    to->licences[row] = (uint16_t)code[INC_TABLE_LICENCES][from->licences[old]];
    to->languages[row] =
        (uint16_t)code[INC_TABLE_LANGUAGES][from->languages[old]];
    to->from[row] = (uint16_t)code[INC_TABLE_DAY][from->from[old]];
    to->until[row] = (uint16_t)code[INC_TABLE_DAY][from->until[old]];
    to->updated[row] = (uint16_t)code[INC_TABLE_DAY][from->updated[old]];
    to->row[row] = from->row[old];
    to->row[row].windows =
        (uint16_t)code[INC_TABLE_SPANS][from->row[old].windows];
    copy_cold(to, row, from, old);
}

static void
copy_table(const struct inc_intern *t, void *values, uint32_t *at)
{
    const size_t bytes = inc_intern_elements(t) * t->size;

    if (bytes > 0)
        memcpy(values, t->store, bytes);
    if (at != NULL && t->n > 0)
        memcpy(at, t->at, ((size_t)t->n + 1) * sizeof *at);
}

static void
copy_tables(const struct making *m, struct inc_block *b)
{
    const struct inc_intern *t = m->table;

    for (uint32_t i = 0; i < m->n_classes; i++)
        b->classes[i] = INC_CLASS_OF_RAW(m->raw[i]);
    copy_table(&t[INC_TABLE_DAY], b->days, NULL);
    copy_table(&t[INC_TABLE_LICENCES], b->licence_sets, NULL);
    copy_table(&t[INC_TABLE_LANGUAGES], b->language, b->language_at);
    copy_table(&t[INC_TABLE_SPANS], b->span, b->span_at);
    copy_table(&t[INC_TABLE_OFFICE], b->office_text, b->office_at);
}

static int
order_rows(struct inc_block *b)
{
    uint64_t *by_no = inc_mem_resize(NULL, (size_t)b->rows * 2, sizeof *by_no);

    if (by_no == NULL)
        return -1;
    for (uint32_t row = 0; row < b->rows; row++)
        by_no[row] = (uint64_t)b->row[row].no << 32 | row;
    inc_sort_by_upper(by_no, by_no + b->rows, b->rows);
    for (uint32_t i = 0; i < b->rows; i++)
        b->order[i] = (uint16_t)by_no[i];
    inc_mem_free(by_no);
    return 0;
}

/* One block of the first rows that are left. */
static struct inc_block *
build(struct making *m)
{
    struct inc_block *b;

    if (measure(m) != 0)
        return NULL;
    INC_CHECK(m->rows > 0);
    b = allocate(m);
    if (b == NULL)
        return NULL;
    for (uint32_t row = 0; row < m->rows; row++) {
        ask_ahead(m, row, 1);
        copy_row(m, b, row);
    }
    copy_tables(m, b);
    inc_tree_copy(&m->tree, b);
    if (order_rows(b) != 0) {
        inc_block_drop(b);
        return NULL;
    }
    return b;
}

/* ---- all blocks ---- */

static void
release(struct making *m)
{
    if (m == NULL)
        return;
    for (size_t i = 0; m->remap != NULL && i < m->g->n_sources; i++)
        inc_mem_free(m->remap[i].all);
    inc_mem_free(m->remap);
    inc_tree_release(&m->tree);
    inc_tables_release(m->table);
    inc_mem_free(m);
}

static struct making *
start(const struct inc_gather *g, const struct inc_world *w)
{
    struct making *m = inc_mem_zero(1, sizeof *m);

    if (m == NULL)
        return NULL;
    m->g = g;
    m->ref = g->ref;
    m->left = g->n;
    m->skills = inc_concept_count(w->taxonomy, INC_PILLAR_SKILL);
    m->trades = inc_space_occupations(w->space);
    m->remap = inc_mem_zero(g->n_sources, sizeof *m->remap);
    if (inc_tables_init(m->table) != 0 || m->remap == NULL ||
        (g->n >= INC_TREE_ROWS && inc_tree_init(&m->tree, w) != 0)) {
        release(m);
        return NULL;
    }
    return m;
}

enum inc_status
inc_blocks_build(struct inc_blocks *out, const struct inc_gather *g,
                 const struct inc_world *w, struct inc_err *err)
{
    struct making *m = start(g, w);

    *out = (struct inc_blocks){0};
    while (m != NULL && m->left > 0) {
        void *blocks = out->block;

        if (inc_mem_grow(&blocks, &out->cap, out->n, sizeof(void *)) != 0)
            break;
        out->block = blocks;
        out->block[out->n] = build(m);
        if (out->block[out->n] == NULL)
            break;
        out->n++;
        m->ref += m->rows;
        m->left -= m->rows;
    }
    if (m == NULL || m->left > 0) {
        inc_blocks_release(out);
        release(m);
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for %zu people", g->n);
    }
    release(m);
    return INC_OK;
}

void
inc_blocks_release(struct inc_blocks *b)
{
    for (size_t i = 0; i < b->n; i++)
        inc_block_drop(b->block[i]);
    inc_mem_free(b->block);
    *b = (struct inc_blocks){0};
}
