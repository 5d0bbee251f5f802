/* intake.h - reading a document in a test: one at a time, and what must hold
 * of any. */
#ifndef INC_TESTS_SUPPORT_INTAKE_H
#define INC_TESTS_SUPPORT_INTAKE_H

#include <stdio.h>
#include <string.h>

#include "clients/intake/intake.h"
#include "engine/base/file.h"
#include "engine/base/utf8.h"
#include "engine/profile/record.h"

/* 2026-11-22 */
enum { INTAKE_TODAY = 20779 };

static inline enum inc_status
intake_read(struct inc_document *d, const void *bytes, size_t len, int of,
            int form, struct inc_err *err)
{
    const struct inc_intake how = {of, form, INTAKE_TODAY};

    inc_err_clear(err);
    return inc_intake_read(d, bytes, len, &how, err);
}

/* What must hold of every document but a plain text; NULL, or what does not. */
static inline const char *
intake_wrong(const struct inc_document *d)
{
    const char *text = (const char *)d->text.data;
    size_t end = 0;

    if (d->form == INC_FORM_TEXT)
        return NULL;
    if (d->text.len == 0 || d->text.len > INC_DRAFT_TEXT_MAX)
        return "the length of the text";
    if (!inc_utf8_valid(text, d->text.len))
        return "the text is no UTF-8";
    for (size_t i = 0; i < d->text.len; i++)
        if ((unsigned char)text[i] < ' ' && text[i] != '\n')
            return "a control character";
    for (size_t i = 0; i < d->n_sources; i++) {
        const struct inc_source *s = &d->sources[i];

        if (s->at < end || s->len == 0 || s->at + s->len >= d->text.len ||
            text[s->at + s->len] != '\n')
            return "the place of a source";
        if (!inc_utf8_valid(s->path, strlen(s->path)) ||
            strlen(s->path) >= INC_INTAKE_PATH)
            return "the path of a source";
        end = s->at + s->len;
    }
    for (uint32_t i = 0; i < d->n_facts; i++) {
        const struct inc_draft_fact *f = &d->facts[i];

        if (f->at < 0 || f->len < 1 || (size_t)(f->at + f->len) > d->text.len ||
            inc_document_source(d, (size_t)f->at) == NULL)
            return "the place of a fact";
        if ((INC_HAS(f, INC_FACT_VALUE) && strlen(f->value) > 64) ||
            (INC_HAS(f, INC_FACT_URI) && strlen(f->uri) > 200) ||
            (INC_HAS(f, INC_FACT_NUMBER) &&
             (f->number < 0 || f->number > 10000)))
            return "a value that no daemon takes";
    }
    for (size_t i = 0; i < d->n_dropped; i++)
        for (const char *p = d->dropped[i].path; *p != '\0'; p++)
            if ((unsigned char)*p < ' ')
                return "a path that a screen would obey";
    for (size_t i = 0; i < d->n_dropped; i++)
        if (!inc_utf8_valid(d->dropped[i].path, strlen(d->dropped[i].path)) ||
            strlen(d->dropped[i].path) >= INC_INTAKE_PATH ||
            d->dropped[i].why >= INC_LEFT_COUNT || d->dropped[i].times < 1)
            return "what was left out";
    return NULL;
}

#endif
