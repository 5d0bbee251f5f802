/* Which form it is, and the reader for it. */
#include "clients/intake/intake.h"

#include <stdio.h>
#include <string.h>

#include "clients/intake/document.h"
#include "clients/intake/forms.h"

enum { LOOKED_AT = 4096 };

/* Is the word somewhere in the first bytes? Also of UTF-16, whose every other
 * byte is a NUL. */
static int
mentions(const unsigned char *b, size_t n, const char *word)
{
    const size_t k = strlen(word);
    const size_t most = n < LOOKED_AT ? n : LOOKED_AT;

    for (size_t i = 0; i < most; i++) {
        size_t j = 0;

        for (size_t at = i; j < k && at < most; at++)
            if (b[at] == (unsigned char)word[j])
                j++;
            else if (b[at] != 0)
                break;
        if (j == k)
            return 1;
    }
    return 0;
}

/* Anywhere at all. */
static int
has(const unsigned char *b, size_t n, const char *word)
{
    const size_t k = strlen(word);

    for (size_t i = 0; i + k <= n; i++) {
        const unsigned char *at = memchr(b + i, word[0], n - i - k + 1);

        if (at == NULL)
            return 0;
        if (memcmp(at, word, k) == 0)
            return 1;
        i = (size_t)(at - b);
    }
    return 0;
}

static int
begins(const unsigned char *b, size_t n, const char *with)
{
    size_t i = 0;

    if (n >= 3 && memcmp(b, "\xef\xbb\xbf", 3) == 0)
        i = 3;
    while (i < n && (b[i] <= ' ' || b[i] >= 0xfe))
        i++; /* spaces, NULs and the mark of UTF-16 */
    return mentions(b + i, n - i < 2 * strlen(with) ? n - i : 2 * strlen(with),
                    with);
}

enum inc_form
inc_intake_form(const void *bytes, size_t len)
{
    const unsigned char *b = bytes;

    if (len >= 4 && memcmp(b, "PK\003\004", 4) == 0)
        return INC_FORM_DOCX;
    if (len >= 5 && memcmp(b, "%PDF-", 5) == 0)
        return INC_FORM_PDF;
    if (begins(b, len, "<?xml") ||
        (begins(b, len, "<") &&
         (mentions(b, len, "europass") || mentions(b, len, "SkillsPassport"))))
        return INC_FORM_EUROPASS;
    if (begins(b, len, "{") || begins(b, len, "["))
        return has(b, len, "JobPosting") ? INC_FORM_JOBPOSTING : INC_FORM_TEXT;
    if (begins(b, len, "<") && has(b, len, "ld+json") &&
        has(b, len, "JobPosting"))
        return INC_FORM_JOBPOSTING;
    return INC_FORM_TEXT;
}

static enum inc_status
read_text(struct inc_document *out, const void *bytes, size_t len,
          struct inc_err *err)
{
    *out = (struct inc_document){.form = INC_FORM_TEXT};
    inc_buf_add(&out->text, bytes, len);
    return out->text.failed
               ? inc_fail(err, INC_E_NOMEM, 0, "no memory for the document")
               : INC_OK;
}

/* A CV makes no need and an advert no profile. */
static enum inc_status
fits(enum inc_form form, const struct inc_intake *how, struct inc_err *err)
{
    enum inc_status st;

    if (form == INC_FORM_EUROPASS && how->of == INC_DRAFT_OF_NEED) {
        st = inc_fail(err, INC_E_CONFIG, 0, "a Europass CV is of a person");
        inc_err_hint(err, "incrocio draft profile FILE");
        return st;
    }
    if (form == INC_FORM_JOBPOSTING && how->of == INC_DRAFT_OF_CANDIDATE) {
        st = inc_fail(err, INC_E_CONFIG, 0, "a JobPosting is a need");
        inc_err_hint(err, "incrocio draft need FILE");
        return st;
    }
    return INC_OK;
}

enum inc_status
inc_intake_read(struct inc_document *out, const void *bytes, size_t len,
                const struct inc_intake *how, struct inc_err *err)
{
    const enum inc_form form =
        how->form >= 0 ? (enum inc_form)how->form : inc_intake_form(bytes, len);
    enum inc_status st = INC_OK;

    *out = (struct inc_document){0};
    if (len > INC_INTAKE_BYTES)
        return inc_fail(err, INC_E_LIMIT, 0,
                        "the document has %zu bytes, more than %d", len,
                        INC_INTAKE_BYTES);
    INC_TRY(fits(form, how, err));
    switch (form) {
    case INC_FORM_EUROPASS:
        return inc_read_europass(out, bytes, len, how, err);
    case INC_FORM_TEXT:
        return read_text(out, bytes, len, err);
    case INC_FORM_JOBPOSTING:
        return inc_read_jobposting(out, bytes, len, how, err);
    case INC_FORM_DOCX:
        return inc_read_docx(out, bytes, len, how, err);
    case INC_FORM_PDF: /* another program has to take its text out */
    case INC_FORM_TABLE:
    case INC_FORM_COUNT:
    default:
        return inc_fail(err, INC_E_CONFIG, 0, "this form is not read yet");
    }
out:
    return st;
}

enum inc_status
inc_intake_pages(struct inc_document *out, const char *text, size_t len,
                 struct inc_err *err)
{
    enum inc_status st = inc_document_init(out, INC_FORM_PDF, len, err);
    size_t page = 0;

    for (size_t at = 0; st == INC_OK && at < len;) {
        const char *end = memchr(text + at, '\f', len - at);
        const size_t n = end == NULL ? len - at : (size_t)(end - (text + at));
        char path[32];

        (void)snprintf(path, sizeof path, "page[%zu]", ++page);
        (void)inc_document_add(out, path, text + at, n, 1, NULL, NULL);
        at += n + 1;
    }
    if (st == INC_OK)
        st = inc_document_end(out, err);
    if (st != INC_OK)
        inc_document_release(out);
    return st;
}
