#include "engine/pool/draft.h"

#include <string.h>

#include "engine/base/mem.h"

/* ---- tables ---- */

int
inc_tables_reset(struct inc_intern table[INC_TABLES])
{
    uint32_t code = 0;

    for (int t = 0; t < INC_TABLES; t++)
        inc_intern_reset(&table[t]);
    return inc_intern_code(&table[INC_TABLE_OFFICE], &code, "", 1);
}

int
inc_tables_init(struct inc_intern table[INC_TABLES])
{
    static const size_t sizes[INC_TABLES] = {
        [INC_TABLE_DAY] = sizeof(int32_t),
        [INC_TABLE_LICENCES] = sizeof(uint32_t),
        [INC_TABLE_LANGUAGES] = sizeof(struct inc_person_language),
        [INC_TABLE_SPANS] = sizeof(struct inc_span),
        [INC_TABLE_OFFICE] = 1,
    };

    for (int t = 0; t < INC_TABLES; t++)
        table[t] = (struct inc_intern){.size = sizes[t]};
    return inc_tables_reset(table);
}

void
inc_tables_release(struct inc_intern table[INC_TABLES])
{
    for (int t = 0; t < INC_TABLES; t++)
        inc_intern_release(&table[t]);
}

int
inc_tables_room(const struct inc_intern table[INC_TABLES], size_t languages,
                size_t spans, size_t office)
{
    return inc_intern_room(&table[INC_TABLE_DAY], 3, 3) &&
           inc_intern_room(&table[INC_TABLE_LICENCES], 1, 1) &&
           inc_intern_room(&table[INC_TABLE_LANGUAGES], 1, languages) &&
           inc_intern_room(&table[INC_TABLE_SPANS], 1, spans) &&
           inc_intern_room(&table[INC_TABLE_OFFICE], 1, office);
}

/* ---- chunks ---- */

static int
grow(struct inc_chunk *c, enum inc_section s, size_t want)
{
    struct inc_growing *g = &c->section[s];
    size_t more = g->cap + g->cap / 2;
    void *p;

    if (want <= g->cap)
        return 0;
    if (more < want)
        more = want < 16 ? 16 : want;
    p = inc_mem_resize(g->data, more, inc_section_size(s));
    if (p == NULL)
        return -1;
    g->data = p;
    g->cap = more;
    return 0;
}

/* The view's addresses, after something moved. */
static void
look(struct inc_chunk *c)
{
    struct inc_block *b = &c->view;

#define INC_X(name, type) b->name = c->section[INC_SEC_##name].data;
    INC_ALL_SECTIONS(INC_X)
#undef INC_X
    b->days = (void *)c->table[INC_TABLE_DAY].store;
    b->licence_sets = (void *)c->table[INC_TABLE_LICENCES].store;
    b->language = (void *)c->table[INC_TABLE_LANGUAGES].store;
    b->language_at = c->table[INC_TABLE_LANGUAGES].at;
    b->span = (void *)c->table[INC_TABLE_SPANS].store;
    b->span_at = c->table[INC_TABLE_SPANS].at;
    b->office_text = (void *)c->table[INC_TABLE_OFFICE].store;
    b->office_at = c->table[INC_TABLE_OFFICE].at;
    b->n_days = c->table[INC_TABLE_DAY].n;
    b->n_licence_sets = c->table[INC_TABLE_LICENCES].n;
    b->n_language_sets = c->table[INC_TABLE_LANGUAGES].n;
    b->n_span_sets = c->table[INC_TABLE_SPANS].n;
    b->n_offices = c->table[INC_TABLE_OFFICE].n;
}

static void
chunk_free(struct inc_chunk *c)
{
    if (c == NULL)
        return;
    for (int s = 0; s < INC_SECTIONS; s++)
        inc_mem_free(c->section[s].data);
    inc_tables_release(c->table);
    inc_mem_free(c);
}

static struct inc_chunk *
chunk_new(void)
{
    struct inc_chunk *c = inc_mem_zero(1, sizeof *c);

    if (c == NULL)
        return NULL;
    if (inc_tables_init(c->table) != 0 || grow(c, INC_SEC_skill_at, 1) != 0 ||
        grow(c, INC_SEC_id_at, 1) != 0 || grow(c, INC_SEC_implied_at, 1) != 0) {
        chunk_free(c);
        return NULL;
    }
    *(uint32_t *)c->section[INC_SEC_skill_at].data = 0;
    *(uint32_t *)c->section[INC_SEC_id_at].data = 0;
    *(uint32_t *)c->section[INC_SEC_implied_at].data = 0;
    look(c);
    return c;
}

/* What a row needs beyond one element of each column. */
struct room {
    size_t words, implied, id; /* elements: implied at most */
    size_t office;
};

static int
full(const struct inc_chunk *c, const struct inc_person *p,
     const struct room *more)
{
    const struct inc_block *b = &c->view;

    return b->rows >= INC_BLOCK_ROWS ||
           !inc_tables_room(c->table, p->n_languages, p->n_windows,
                            more->office) ||
           more->id > UINT32_MAX - (size_t)b->id_at[b->rows];
}

static int
reserve(struct inc_chunk *c, const struct room *more)
{
    static const enum inc_section by_row[] = {
        INC_SEC_home, INC_SEC_office, INC_SEC_licences, INC_SEC_languages,
        INC_SEC_from, INC_SEC_until,  INC_SEC_updated,  INC_SEC_row,
        INC_SEC_tie,  INC_SEC_unknown};
    const struct inc_block *b = &c->view;
    const size_t rows = b->rows;
    const size_t words = b->skill_at[rows] + more->words;
    const size_t id_text = b->id_at[rows] + more->id;
    const size_t implied = b->implied_at[rows] + more->implied;
    int rc = 0;

    for (size_t i = 0; i < INC_COUNT(by_row); i++)
        rc |= grow(c, by_row[i], rows + 1);
    rc |= grow(c, INC_SEC_skill_at, rows + 2);
    rc |= grow(c, INC_SEC_id_at, rows + 2);
    rc |= grow(c, INC_SEC_implied_at, rows + 2);
    rc |= grow(c, INC_SEC_trades, (rows + 1) * INC_TRADES);
    rc |= grow(c, INC_SEC_skill, words);
    rc |= grow(c, INC_SEC_class16, words);
    rc |= grow(c, INC_SEC_id_text, id_text);
    rc |= grow(c, INC_SEC_implied, implied);
    look(c);
    return rc;
}

struct codes {
    uint32_t from, until, updated, licences, languages, windows, office;
};

static int
number(struct inc_chunk *c, struct codes *k, const struct inc_person *p,
       const char *office, size_t office_len)
{
    struct inc_intern *t = c->table;
    int rc = inc_intern_code(&t[INC_TABLE_DAY], &k->from, &p->from, 1);

    rc |= inc_intern_code(&t[INC_TABLE_DAY], &k->until, &p->until, 1);
    rc |= inc_intern_code(&t[INC_TABLE_DAY], &k->updated, &p->updated, 1);
    rc |=
        inc_intern_code(&t[INC_TABLE_LICENCES], &k->licences, &p->licences, 1);
    rc |= inc_intern_code(&t[INC_TABLE_LANGUAGES], &k->languages, p->languages,
                          p->n_languages);
    rc |= inc_intern_code(&t[INC_TABLE_SPANS], &k->windows, p->windows,
                          p->n_windows);
    rc |= inc_intern_code(&t[INC_TABLE_OFFICE], &k->office, office, office_len);
    look(c);
    return rc;
}

static void
put_columns(struct inc_block *b, const struct inc_person *p,
            const struct codes *k)
{
    const uint32_t row = b->rows;

    b->home[row] = p->home;
    b->office[row] = (uint16_t)k->office;
    b->licences[row] = (uint16_t)k->licences;
    b->languages[row] = (uint16_t)k->languages;
    b->from[row] = (uint16_t)k->from;
    b->until[row] = (uint16_t)k->until;
    b->updated[row] = (uint16_t)k->updated;
    b->tie[row] = p->tie;
    b->unknown[row] =
        (uint16_t)(p->n_unknown < UINT16_MAX ? p->n_unknown : UINT16_MAX);
    b->row[row] = (struct inc_row){
        .no = (uint32_t)p->no,
        .norm = p->norm,
        .known = (uint16_t)p->known,
        .windows = (uint16_t)k->windows,
        .max_minutes = p->max_minutes,
        .n_stated = (uint16_t)p->n_stated,
        .eqf = p->eqf,
        .modes = p->modes,
        .hours_week = p->hours_week,
        .n_trades = (uint8_t)p->n_trades,
    };
}

static void
put_lists(struct inc_block *b, const struct inc_person *p, size_t id_room)
{
    const uint32_t row = b->rows;
    struct inc_trade *trades = b->trades + (size_t)row * INC_TRADES;
    uint32_t at = b->skill_at[row];

    for (uint32_t i = 0; i < p->n_words; i++) {
        b->skill[at + i] = (uint16_t)INC_WORD_CONCEPT(p->words[i]);
        b->class16[at + i] = (uint16_t)INC_WORD_CLASS(p->words[i]);
    }
    b->skill_at[row + 1] = at + p->n_words;
    memset(trades, 0, INC_TRADES * sizeof *trades);
    if (p->n_trades > 0)
        memcpy(trades, p->trades, p->n_trades * sizeof *trades);
    memcpy(b->id_text + b->id_at[row], p->id, id_room);
    b->id_at[row + 1] = b->id_at[row] + (uint32_t)id_room;
    at = b->implied_at[row];
    if (p->n_words > p->n_stated) /* else there may be no room at all */
        at += (uint32_t)inc_implied_write(b->implied + at, p->implied_by,
                                          p->n_words - p->n_stated);
    b->implied_at[row + 1] = at;
}

/* The chunk that takes the next row. */
static enum inc_status
open_chunk(struct inc_draft *d, const struct inc_person *p,
           const struct room *more, struct inc_err *err)
{
    void *chunks = d->chunk;
    struct inc_chunk *c;

    if (d->n_chunks > 0 && !full(d->chunk[d->n_chunks - 1], p, more))
        return INC_OK;
    if (d->n_chunks >= UINT16_MAX)
        return inc_fail(err, INC_E_LIMIT, 0, "too many people for one pool");
    if (inc_mem_grow(&chunks, &d->cap, d->n_chunks, sizeof(void *)) != 0)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a person");
    d->chunk = chunks;
    c = chunk_new();
    if (c == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a person");
    d->chunk[d->n_chunks++] = c;
    return INC_OK;
}

enum inc_status
inc_draft_push(struct inc_draft *d, const struct inc_person *p,
               const char *office, uint32_t *at, struct inc_err *err)
{
    const size_t n_implied = p->n_words - p->n_stated;
    const struct room more = {.words = p->n_words,
                              .implied = n_implied == 0 ? 0 : 1 + 3 * n_implied,
                              .id = strlen(p->id) + 1,
                              .office = strlen(office) + 1};
    enum inc_status st = INC_OK;
    struct codes codes;
    struct inc_chunk *c;

    INC_TRY(open_chunk(d, p, &more, err));
    c = d->chunk[d->n_chunks - 1];
    if (reserve(c, &more) != 0 ||
        number(c, &codes, p, office, more.office) != 0) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for a person");
        goto out;
    }
    put_columns(&c->view, p, &codes);
    put_lists(&c->view, p, more.id);
    *at = INC_DRAFT_ROW(d->n_chunks - 1, c->view.rows);
    c->view.rows++;
out:
    return st;
}

void
inc_draft_release(struct inc_draft *d)
{
    for (size_t i = 0; i < d->n_chunks; i++)
        chunk_free(d->chunk[i]);
    inc_mem_free(d->chunk);
    *d = (struct inc_draft){0};
}
