#include <string.h>

#include "engine/base/mem.h"
#include "engine/pool/inside.h"

/* Room for `want` elements; grows by half so that pushes stay cheap. */
static int
reserve(void *array_of_any, size_t *cap, size_t want, size_t size)
{
    void **array = array_of_any;
    size_t more = *cap + *cap / 2;
    void *p;

    if (want <= *cap)
        return 0;
    if (more < want)
        more = want < 64 ? 64 : want;
    p = inc_mem_resize(*array, more, size);
    if (p == NULL)
        return -1;
    *array = p;
    *cap = more;
    return 0;
}

/* Number of an office text; 0 is the empty text. */
static enum inc_status
office_number(struct inc_draft *d, const char *office, uint16_t *number,
              struct inc_err *err)
{
    size_t len = strlen(office);
    uint32_t n = d->view.n_offices;
    uint32_t have = inc_map_get(&d->office_numbers, office, len);
    char *text = NULL;

    if (have != INC_MAP_NONE) {
        *number = (uint16_t)have;
        return INC_OK;
    }
    if (n > UINT16_MAX)
        return inc_fail(err, INC_E_LIMIT, 0, "over %d different offices",
                        UINT16_MAX);
    if (reserve(&d->office, &d->office_cap, (size_t)n + 1, sizeof *d->office) ==
        0)
        text = inc_mem_text(office, len);
    if (text == NULL ||
        inc_map_add(&d->office_numbers, text, len, n, NULL) != INC_OK) {
        inc_mem_free(text);
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for an office");
    }
    d->office[n] = text;
    d->view.n_offices = n + 1;
    *number = (uint16_t)n;
    return INC_OK;
}

size_t
inc_tail_bytes(size_t n_implied, size_t n_windows, size_t n_languages,
               size_t id_len)
{
    size_t bytes =
        n_implied * sizeof(uint32_t) + n_windows * sizeof(struct inc_span) +
        n_languages * sizeof(struct inc_person_language) + id_len + 1;

    return (bytes + 3) / 4 * 4;
}

static unsigned char *
put(unsigned char *at, const void *bytes, size_t len)
{
    if (len > 0)
        memcpy(at, bytes, len);
    return at + len;
}

static void
write_tail(unsigned char *at, const struct inc_person *p, size_t bytes,
           size_t id_len)
{
    unsigned char *end = at + bytes;

    at = put(at, p->implied_by,
             (p->n_words - p->n_stated) * sizeof *p->implied_by);
    at = put(at, p->windows, p->n_windows * sizeof *p->windows);
    at = put(at, p->languages, p->n_languages * sizeof *p->languages);
    at = put(at, p->id, id_len);
    memset(at, 0, (size_t)(end - at));
}

enum inc_status
inc_draft_push(struct inc_draft *d, const struct inc_person *p,
               const char *office, uint32_t *row, struct inc_err *err)
{
    const size_t rows = d->view.rows, id_len = strlen(p->id);
    const size_t tail = inc_tail_bytes(p->n_words - p->n_stated, p->n_windows,
                                       p->n_languages, id_len);
    enum inc_status st = INC_OK;
    uint16_t number = 0;

    if (rows >= UINT32_MAX - 1)
        return inc_fail(err, INC_E_LIMIT, 0, "too many people for one pool");
    if (d->view.n_offices == 0)
        INC_TRY(office_number(d, "", &number, err));
    INC_TRY(office_number(d, office, &number, err));
    if (reserve(&d->word_at, &d->word_at_cap, rows + 2, sizeof *d->word_at) ||
        reserve(&d->words, &d->words_cap, d->n_words + p->n_words,
                sizeof *d->words) ||
        reserve(&d->row, &d->row_cap, rows + 1, sizeof *d->row) ||
        reserve(&d->tail, &d->tail_cap, d->n_tail + tail, 1)) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for a person");
        goto out;
    }
    d->row[rows] = (struct inc_row){
        .tie = p->tie,
        .tail_at = d->n_tail,
        .norm = p->norm,
        .licences = p->licences,
        .from = p->from,
        .until = p->until,
        .updated = p->updated,
        .n_stated = (uint16_t)p->n_stated,
        .n_windows = (uint16_t)p->n_windows,
        .n_languages = (uint16_t)p->n_languages,
        .n_unknown =
            (uint16_t)(p->n_unknown < UINT16_MAX ? p->n_unknown : UINT16_MAX),
        .known = (uint16_t)p->known,
        .home = p->home,
        .max_minutes = p->max_minutes,
        .office = number,
        .eqf = p->eqf,
        .modes = p->modes,
        .hours_week = p->hours_week,
        .n_trades = (uint8_t)p->n_trades,
    };
    if (p->n_trades > 0)
        memcpy(d->row[rows].trades, p->trades, p->n_trades * sizeof *p->trades);
    write_tail(d->tail + d->n_tail, p, tail, id_len);
    d->word_at[rows] = d->n_words;
    if (p->n_words > 0)
        memcpy(d->words + d->n_words, p->words, p->n_words * sizeof *p->words);
    d->n_words += p->n_words;
    d->n_tail += tail;
    d->word_at[rows + 1] = d->n_words;
    *row = d->view.rows++;
out:
    return st;
}

const struct inc_block *
inc_draft_view(struct inc_draft *d)
{
    d->view.word_at = d->word_at;
    d->view.words = d->words;
    d->view.row = d->row;
    d->view.tail = d->tail;
    d->view.tail_bytes = d->n_tail;
    d->view.office = (const char *const *)d->office;
    return &d->view;
}

void
inc_draft_release(struct inc_draft *d)
{
    for (uint32_t i = 0; i < d->view.n_offices; i++)
        inc_mem_free(d->office[i]);
    inc_map_release(&d->office_numbers);
    inc_mem_free(d->word_at);
    inc_mem_free(d->words);
    inc_mem_free(d->row);
    inc_mem_free(d->tail);
    inc_mem_free(d->office);
}
