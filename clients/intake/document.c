#include "clients/intake/document.h"

#include <string.h>

#include "clients/intake/html.h"
#include "engine/base/utf8.h"

enum { FIXED = 1 << 20, TIMES = 3 };

const char *const inc_left_names[] = {
#define INC_X(name, wire, english) wire,
#include "clients/intake/left.def"
#undef INC_X
    NULL};
const char *const inc_left_texts[] = {
#define INC_X(name, wire, english) english,
#include "clients/intake/left.def"
#undef INC_X
    NULL};
const char *const inc_form_names[] = {"text", "europass", "jobposting", "docx",
                                      "pdf",  "table",    NULL};

enum inc_status
inc_document_init(struct inc_document *d, enum inc_form form, size_t bytes,
                  struct inc_err *err)
{
    *d = (struct inc_document){.form = form};
    if (inc_arena_init(&d->arena, FIXED + TIMES * bytes) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the document");
    d->facts = inc_arena_array(&d->arena, INC_DRAFT_FACTS, sizeof *d->facts);
    d->sources =
        inc_arena_array(&d->arena, INC_INTAKE_SOURCES, sizeof *d->sources);
    d->dropped =
        inc_arena_array(&d->arena, INC_INTAKE_DROPPED, sizeof *d->dropped);
    return INC_OK; /* FIXED holds the three lists */
}

void
inc_document_release(struct inc_document *d)
{
    inc_arena_release(&d->arena);
    inc_buf_release(&d->text);
    *d = (struct inc_document){0};
}

const char *
inc_document_source(const struct inc_document *d, size_t at)
{
    for (size_t i = 0; i < d->n_sources; i++)
        if (at >= d->sources[i].at && at < d->sources[i].at + d->sources[i].len)
            return d->sources[i].path;
    return NULL;
}

/* --- text ------------------------------------------------------------------
 */

/* 1 for what is no character of a text: the daemon refuses it. */
static int
is_space(uint32_t point)
{
    return point <= ' ' || (point >= 0x7f && point <= 0xa0) ||
           (point >= 0x2000 && point <= 0x200b) || point == 0x2028 ||
           point == 0x2029 || (point >= 0x202a && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0x202f ||
           point == 0x3000 || point == 0xfeff;
}

/* What was added since `from`; the text ends on no space. */
static size_t
add_clean(struct inc_buf *out, const char *text, size_t n, int lines)
{
    const size_t from = out->len;
    int space = 0, line = 0;

    for (size_t pos = 0; pos < n;) {
        const size_t here = pos;
        const uint32_t point = inc_utf8_next(text, n, &pos);

        if (is_space(point)) {
            space = 1;
            line |= lines && point == '\n';
            continue;
        }
        if (space && out->len > from)
            inc_buf_add(out, line ? "\n" : " ", 1);
        space = line = 0;
        inc_buf_add(out, text + here, pos - here);
    }
    return out->len - from;
}

const char *
inc_document_path(struct inc_arena *a, const char *path, size_t n)
{
    size_t at = 0, whole;
    char *copy;

    while (n > 0 && !inc_utf8_valid(path, n))
        n--;
    copy = inc_arena_text(a, path, n);
    while (copy != NULL && at < n) {
        whole = at;
        if (is_space(inc_utf8_next(copy, n, &at)) && copy[whole] != ' ')
            memset(copy + whole, '?', at - whole);
    }
    return copy;
}

static const char *
keep_path(struct inc_document *d, const char *path)
{
    const char *copy = inc_document_path(&d->arena, path, strlen(path));

    if (copy == NULL)
        d->text.failed = 1;
    return copy;
}

int
inc_document_add(struct inc_document *d, const char *path, const char *text,
                 size_t n, int lines, size_t *at, size_t *len)
{
    const size_t from = d->text.len;
    struct inc_source *s;
    size_t added;

    if (!inc_utf8_valid(text, n)) {
        inc_document_drop(d, path, INC_LEFT_UNREADABLE);
        return 0;
    }
    if (d->n_sources == INC_INTAKE_SOURCES) {
        d->cut = 1;
        return 0;
    }
    added = add_clean(&d->text, text, n, lines);
    if (added == 0)
        return 0;
    s = &d->sources[d->n_sources];
    s->path = keep_path(d, path);
    if (s->path == NULL)
        return 0;
    s->at = from;
    s->len = added;
    d->n_sources++;
    inc_buf_add(&d->text, "\n", 1);
    if (at != NULL)
        *at = from;
    if (len != NULL)
        *len = added;
    return 1;
}

int
inc_document_add_html(struct inc_document *d, const char *path,
                      const char *text, size_t n)
{
    struct inc_buf once = {0}, plain = {0};
    int added;

    /* Twice: who writes a page escapes what is escaped already. */
    inc_html_text(&once, text, n);
    inc_html_text(&plain, inc_buf_cstr(&once), once.len);
    if (once.failed || plain.failed)
        d->text.failed = 1;
    added = inc_document_add(d, path, inc_buf_cstr(&plain), plain.len, 1, NULL,
                             NULL);
    inc_buf_release(&plain);
    inc_buf_release(&once);
    return added;
}

struct inc_draft_fact *
inc_document_fact(struct inc_document *d, const char *path, const char *text,
                  size_t n, enum inc_draft_kind kind)
{
    struct inc_draft_fact *f;
    size_t at, len;

    if (!inc_document_add(d, path, text, n, 0, &at, &len))
        return NULL;
    if (d->n_facts == INC_DRAFT_FACTS) {
        d->cut = 1;
        return NULL;
    }
    f = &d->facts[d->n_facts++];
    *f = (struct inc_draft_fact){.has = UINT64_C(1) << INC_FACT_KIND |
                                        UINT64_C(1) << INC_FACT_AT |
                                        UINT64_C(1) << INC_FACT_LEN,
                                 .kind = kind,
                                 .at = (int64_t)at,
                                 .len = (int64_t)len};
    return f;
}

void
inc_fact_value(struct inc_draft_fact *f, const char *value)
{
    f->value = value;
    f->has |= UINT64_C(1) << INC_FACT_VALUE;
}

void
inc_fact_number(struct inc_draft_fact *f, int64_t number)
{
    f->number = number;
    f->has |= UINT64_C(1) << INC_FACT_NUMBER;
}

void
inc_fact_date(struct inc_draft_fact *f, int32_t days)
{
    f->date = days;
    f->has |= UINT64_C(1) << INC_FACT_DATE;
}

void
inc_fact_uri(struct inc_draft_fact *f, const char *uri)
{
    f->uri = uri;
    f->has |= UINT64_C(1) << INC_FACT_URI;
}

void
inc_document_drop(struct inc_document *d, const char *path, enum inc_left why)
{
    struct inc_dropped *one;

    for (size_t i = 0; i < d->n_dropped; i++)
        if (d->dropped[i].why == why && strcmp(d->dropped[i].path, path) == 0) {
            d->dropped[i].times++; /* a path that was mended is a new line */
            return;
        }
    if (d->n_dropped == INC_INTAKE_DROPPED) {
        d->cut = 1;
        return;
    }
    one = &d->dropped[d->n_dropped];
    one->path = keep_path(d, path);
    if (one->path == NULL)
        return;
    one->why = why;
    one->times = 1;
    d->n_dropped++;
}

enum inc_status
inc_document_end(struct inc_document *d, struct inc_err *err)
{
    enum inc_status st;

    if (d->text.failed)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the document");
    if (d->text.len == 0) {
        st = inc_fail(err, INC_E_TEXT, 0,
                      "there is nothing to read in the document");
        inc_err_hint(err, "is it empty, or a picture of a page? A scan has to "
                          "be read by a person");
        return st;
    }
    if (d->text.len > INC_DRAFT_TEXT_MAX) {
        st = inc_fail(err, INC_E_LIMIT, 0, "the document has %zu bytes of text",
                      d->text.len);
        inc_err_hint(err,
                     "at most %d: give one advert or one profile at a time",
                     INC_DRAFT_TEXT_MAX);
        return st;
    }
    return INC_OK;
}
