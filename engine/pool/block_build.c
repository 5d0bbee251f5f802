/*
 * One block out of rows of others and of a draft: measure, lay out one
 * allocation, merge by number. Rows are copied as bytes; only classes, offices
 * and offsets are numbered anew.
 */
#include <string.h>

#include "engine/base/check.h"
#include "engine/base/mem.h"
#include "engine/pool/inside.h"

/* A source while its rows are walked in ascending number. */
struct cursor {
    const struct inc_source *source;
    uint32_t at, end;
    uint16_t *classes; /* [raw or old class] -> raw, then -> new */
    uint16_t *offices; /* [old number] -> 1 when used, then -> new */
};

struct measure {
    uint64_t rows, words, tail, office_text;
    uint32_t n_classes, n_offices;
};

static int
is_draft(const struct cursor *c)
{
    return c->source->pick != NULL;
}

static void
skip_dead(struct cursor *c)
{
    while (!is_draft(c) && c->at < c->end && inc_bit(c->source->dead, c->at))
        c->at++;
}

static void
rewind_to_start(struct cursor *c)
{
    c->at = 0;
    c->end = is_draft(c) ? c->source->n_pick : c->source->block->rows;
    skip_dead(c);
}

static uint32_t
row_of(const struct cursor *c)
{
    return is_draft(c) ? c->source->pick[c->at].row : c->at;
}

static uint64_t
number_of(const struct cursor *c)
{
    return is_draft(c) ? c->source->pick[c->at].no
                       : c->source->block->no[c->at];
}

static uint64_t
tail_of(const struct inc_block *b, uint32_t row)
{
    uint64_t end = row + 1 < b->rows ? b->row[row + 1].tail_at : b->tail_bytes;

    return end - b->row[row].tail_at;
}

/* Memory for the cursors' maps, the classes as raw numbers to begin with. */
static enum inc_status
open_cursors(struct cursor *c, const struct inc_source *sources, size_t n,
             struct inc_err *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct inc_block *b = sources[i].block;
        uint32_t n_classes =
            sources[i].pick != NULL ? (uint32_t)INC_RAW_CLASSES : b->n_classes;

        c[i].source = &sources[i];
        c[i].classes = inc_mem_zero(n_classes, sizeof *c[i].classes);
        c[i].offices = inc_mem_zero(b->n_offices, sizeof *c[i].offices);
        if (c[i].classes == NULL || c[i].offices == NULL)
            return inc_fail(err, INC_E_NOMEM, 0, "no memory to merge people");
        for (uint32_t k = 0; k < n_classes; k++) {
            uint32_t raw = k;

            if (!is_draft(&c[i]))
                raw = INC_RAW_CLASS(b->classes[k].level, b->classes[k].evidence,
                                    b->classes[k].half_year);
            c[i].classes[k] = (uint16_t)raw;
        }
    }
    return INC_OK;
}

static void
close_cursors(struct cursor *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        inc_mem_free(c[i].classes);
        inc_mem_free(c[i].offices);
    }
}

/* Count what the rows of one source need and mark what they use. */
static void
measure_source(struct measure *m, struct cursor *c, uint16_t *used)
{
    const struct inc_block *b = c->source->block;

    for (rewind_to_start(c); c->at < c->end; c->at++, skip_dead(c)) {
        uint32_t row = row_of(c), n;
        const uint32_t *words = inc_block_words(b, row, &n);

        m->rows++;
        m->words += n;
        m->tail += tail_of(b, row);
        c->offices[b->row[row].office] = 1;
        for (uint32_t i = 0; i < n; i++)
            used[c->classes[INC_WORD_CLASS(words[i])]] = 1;
    }
}

/* Number the classes in use in ascending raw number and turn the cursors'
 * maps from raw to new numbers. `used` becomes raw -> new; raws: new -> raw. */
static void
number_classes(struct measure *m, struct cursor *c, size_t n, uint16_t *used,
               uint16_t *raws)
{
    for (uint32_t raw = 0; raw < INC_RAW_CLASSES; raw++) {
        if (!used[raw])
            continue;
        raws[m->n_classes] = (uint16_t)raw;
        used[raw] = (uint16_t)m->n_classes++;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t k = is_draft(&c[i]) ? (uint32_t)INC_RAW_CLASSES
                                     : c[i].source->block->n_classes;

        for (uint32_t j = 0; j < k; j++)
            c[i].classes[j] = used[c[i].classes[j]];
    }
}

/* Likewise the offices, by text, in order of appearance; texts: their texts by
 * new number, [sum of n_offices + 1] long. */
static enum inc_status
number_offices(struct measure *m, struct cursor *c, size_t n,
               const char **texts, struct inc_err *err)
{
    struct inc_map numbers = {0};
    enum inc_status st = INC_OK;

    INC_TRY(inc_map_add(&numbers, "", 0, 0, NULL));
    texts[0] = "";
    m->n_offices = 1;
    m->office_text = 1;
    for (size_t i = 0; i < n; i++) {
        const struct inc_block *b = c[i].source->block;

        for (uint32_t o = 0; o < b->n_offices; o++) {
            size_t len = strlen(b->office[o]);
            uint32_t was = INC_MAP_NONE;

            if (!c[i].offices[o])
                continue;
            INC_TRY(
                inc_map_add(&numbers, b->office[o], len, m->n_offices, &was));
            if (was == INC_MAP_NONE) {
                texts[m->n_offices] = b->office[o];
                m->office_text += len + 1;
                was = m->n_offices++;
            }
            c[i].offices[o] = (uint16_t)was;
        }
    }
out:
    inc_map_release(&numbers);
    if (st == INC_E_NOMEM)
        return inc_fail(err, st, 0, "no memory to merge people");
    if (m->n_offices > UINT16_MAX + 1U)
        return inc_fail(err, INC_E_LIMIT, 0, "over %d different offices",
                        UINT16_MAX);
    return st;
}

/* The columns of a block, as they are while it is written. */
struct columns {
    uint64_t *no, *word_at;
    uint32_t *words;
    struct inc_row *row;
    unsigned char *tail;
    struct inc_class *classes;
    const char **office;
    char *text;
};

/* Place `count * size` bytes at the next cache line; where they start. */
static size_t
place(size_t *total, uint64_t count, size_t size)
{
    size_t at = *total;

    *total += ((size_t)count * size + 63) / 64 * 64;
    return at;
}

static struct inc_block *
allocate(const struct measure *m, struct columns *c)
{
    size_t total = 0;
    size_t head = place(&total, 1, sizeof(struct inc_block));
    size_t no = place(&total, m->rows, sizeof *c->no);
    size_t word_at = place(&total, m->rows + 1, sizeof *c->word_at);
    size_t words = place(&total, m->words, sizeof *c->words);
    size_t row = place(&total, m->rows, sizeof *c->row);
    size_t tail = place(&total, m->tail, 1);
    size_t classes = place(&total, m->n_classes, sizeof *c->classes);
    size_t office = place(&total, m->n_offices, sizeof *c->office);
    size_t text = place(&total, m->office_text, 1);
    unsigned char *base = inc_mem_zero64(total, 1);
    struct inc_block *b;

    if (base == NULL)
        return NULL;
    c->no = (void *)(base + no);
    c->word_at = (void *)(base + word_at);
    c->words = (void *)(base + words);
    c->row = (void *)(base + row);
    c->tail = base + tail;
    c->classes = (void *)(base + classes);
    c->office = (void *)(base + office);
    c->text = (void *)(base + text);
    b = (void *)(base + head);
    *b = (struct inc_block){
        .bytes = total,
        .rows = (uint32_t)m->rows,
        .n_classes = m->n_classes,
        .n_offices = m->n_offices,
        .no = c->no,
        .word_at = c->word_at,
        .words = c->words,
        .row = c->row,
        .tail = c->tail,
        .tail_bytes = m->tail,
        .classes = c->classes,
        .office = c->office,
    };
    atomic_init(&b->refs, 1);
    return b;
}

/* The cursor with the smallest number; NULL when all are at their end. */
static struct cursor *
least(struct cursor *c, size_t n)
{
    struct cursor *best = NULL;

    for (size_t i = 0; i < n; i++) {
        if (c[i].at < c[i].end &&
            (best == NULL || number_of(&c[i]) < number_of(best)))
            best = &c[i];
    }
    return best;
}

static void
copy_rows(const struct columns *to, struct cursor *c, size_t n)
{
    uint64_t words = 0, tail = 0;
    size_t row = 0;
    struct cursor *next;

    for (size_t i = 0; i < n; i++)
        rewind_to_start(&c[i]);
    while ((next = least(c, n)) != NULL) {
        const struct inc_block *b = next->source->block;
        uint32_t from = row_of(next), n_words;
        const uint32_t *word = inc_block_words(b, from, &n_words);
        uint64_t tail_bytes = tail_of(b, from);

        INC_CHECK(row == 0 || to->no[row - 1] < number_of(next));
        to->no[row] = number_of(next);
        to->row[row] = b->row[from];
        to->row[row].tail_at = tail;
        to->row[row].office = next->offices[b->row[from].office];
        for (uint32_t i = 0; i < n_words; i++)
            to->words[words + i] =
                INC_WORD(INC_WORD_CONCEPT(word[i]),
                         next->classes[INC_WORD_CLASS(word[i])]);
        memcpy(to->tail + tail, b->tail + b->row[from].tail_at, tail_bytes);
        words += n_words;
        tail += tail_bytes;
        to->word_at[++row] = words;
        next->at++;
        skip_dead(next);
    }
}

static void
write_tables(const struct columns *to, const struct measure *m,
             const uint16_t *raws, const char **texts)
{
    char *at = to->text;

    for (uint32_t c = 0; c < m->n_classes; c++)
        to->classes[c] = (struct inc_class){
            .level = (uint8_t)(raws[c] >> 10),
            .evidence = (uint8_t)(raws[c] >> 8 & 3),
            .half_year = (uint8_t)(raws[c] & 255),
        };
    for (uint32_t o = 0; o < m->n_offices; o++) {
        size_t len = strlen(texts[o]) + 1;

        memcpy(at, texts[o], len);
        to->office[o] = at;
        at += len;
    }
}

enum inc_status
inc_block_build(struct inc_block **out, const struct inc_source *sources,
                size_t n_sources, struct inc_err *err)
{
    struct cursor *cursors = inc_mem_zero(n_sources, sizeof *cursors);
    uint16_t *used = inc_mem_zero(INC_RAW_CLASSES, sizeof *used);
    uint16_t *raws = inc_mem_zero(INC_RAW_CLASSES, sizeof *raws);
    const char **texts = NULL;
    struct measure m = {0};
    struct columns columns;
    enum inc_status st = INC_OK;
    size_t n_offices = 1;

    for (size_t i = 0; i < n_sources; i++)
        n_offices += sources[i].block->n_offices;
    texts = inc_mem_zero(n_offices, sizeof *texts);
    if (cursors == NULL || used == NULL || raws == NULL || texts == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to merge people");
        goto out;
    }
    INC_TRY(open_cursors(cursors, sources, n_sources, err));
    for (size_t i = 0; i < n_sources; i++)
        measure_source(&m, &cursors[i], used);
    if (m.rows >= UINT32_MAX) {
        st = inc_fail(err, INC_E_LIMIT, 0, "too many people for one block");
        goto out;
    }
    number_classes(&m, cursors, n_sources, used, raws);
    INC_TRY(number_offices(&m, cursors, n_sources, texts, err));
    *out = allocate(&m, &columns);
    if (*out == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for %llu people",
                      (unsigned long long)m.rows);
        goto out;
    }
    copy_rows(&columns, cursors, n_sources);
    write_tables(&columns, &m, raws, texts);
out:
    if (cursors != NULL)
        close_cursors(cursors, n_sources);
    inc_mem_free(cursors);
    inc_mem_free(used);
    inc_mem_free(raws);
    inc_mem_free(texts);
    return st;
}
