/*
 * .docx: the words of the main part, a piece a paragraph. What was deleted,
 * comments, headers, footers, pictures and the document's properties (who
 * wrote it) are left out. The archive is read by libzip; what it inflates to
 * is bounded before and while it is read.
 */
#include <stdio.h>
#include <string.h>
#include <zip.h>

#include "clients/intake/document.h"
#include "clients/intake/forms.h"
#include "clients/intake/xml.h"

enum {
    INFLATED = 16 << 20, /* of the main part */
    ENTRIES = 10000,
    CHUNK = 1 << 16,
    PATH = 64
};

static const char main_part[] = "word/document.xml";

struct reading {
    struct inc_document *d;
    struct inc_buf line;
    size_t paragraph;
    unsigned skipping; /* within so many elements that are left out */
    int in_text;
};

static int
is(const char *name, const char *alternatives)
{
    const size_t n = strlen(name);

    for (const char *p = alternatives; *p != '\0';) {
        const size_t k = strcspn(p, " ");

        if (k == n && memcmp(p, name, n) == 0)
            return 1;
        p += k + (p[k] == ' ');
    }
    return 0;
}

static const char left_out[] = "del moveFrom Fallback";

static int
enter(void *arg, const char *name)
{
    struct reading *r = arg;

    if (is(name, left_out)) {
        if (r->skipping++ == 0 && name[0] != 'F')
            inc_document_drop(r->d, "word/document.xml#deleted", INC_LEFT_FORM);
    } else if (is(name, "tab br cr")) {
        inc_buf_text(&r->line, name[0] == 't' ? " " : "\n");
    } else if (strcmp(name, "t") == 0) {
        r->in_text = 1;
    }
    return 1;
}

static void
leave(void *arg, const char *name)
{
    struct reading *r = arg;
    char path[PATH];

    if (is(name, left_out)) {
        r->skipping--;
    } else if (strcmp(name, "t") == 0) {
        r->in_text = 0;
    } else if (strcmp(name, "p") == 0) {
        (void)snprintf(path, sizeof path, "%s#p[%zu]", main_part,
                       ++r->paragraph);
        (void)inc_document_add(r->d, path, inc_buf_cstr(&r->line), r->line.len,
                               1, NULL, NULL);
        r->d->text.failed |= r->line.failed;
        inc_buf_reset(&r->line);
    }
}

static void
text(void *arg, const char *bytes, size_t len)
{
    struct reading *r = arg;

    if (r->in_text && r->skipping == 0)
        inc_buf_add(&r->line, bytes, len);
}

/* --- the archive -----------------------------------------------------------
 */

static enum inc_status
no_docx(struct inc_err *err, const char *what)
{
    (void)inc_fail(err, INC_E_FORMAT, 0, "%s", what);
    inc_err_hint(err, "save it as .docx, .pdf or text");
    return INC_E_FORMAT;
}

static enum inc_status
inflate_entry(struct inc_buf *out, zip_t *z, zip_uint64_t index,
              struct inc_err *err)
{
    zip_file_t *f = NULL;
    zip_stat_t info;
    enum inc_status st = INC_OK;
    zip_int64_t n;

    zip_stat_init(&info);
    if (zip_stat_index(z, index, 0, &info) != 0 ||
        !(info.valid & ZIP_STAT_SIZE) || !(info.valid & ZIP_STAT_COMP_METHOD))
        return no_docx(err, "the archive of the .docx is damaged");
    if ((info.valid & ZIP_STAT_ENCRYPTION_METHOD) &&
        info.encryption_method != ZIP_EM_NONE)
        return no_docx(err, "the .docx is encrypted");
    if (info.comp_method != ZIP_CM_STORE && info.comp_method != ZIP_CM_DEFLATE)
        return no_docx(err, "the .docx is packed in a way no .docx is");
    if (info.size > INFLATED)
        return inc_fail(err, INC_E_LIMIT, 0,
                        "the text of the .docx has more than %d bytes",
                        INFLATED);
    f = zip_fopen_index(z, index, 0);
    if (f == NULL)
        return no_docx(err, "the archive of the .docx is damaged");
    do { /* what it says of its size is not believed */
        char chunk[CHUNK];

        n = zip_fread(f, chunk, sizeof chunk);
        if (n > 0)
            inc_buf_add(out, chunk, (size_t)n);
    } while (n > 0 && out->len <= INFLATED);
    if (n < 0)
        st = no_docx(err, "the archive of the .docx is damaged");
    else if (out->len > INFLATED)
        st = inc_fail(err, INC_E_LIMIT, 0,
                      "the text of the .docx has more than %d bytes", INFLATED);
    else if (out->failed)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the document");
    (void)zip_fclose(f);
    return st;
}

/* What else is in it and is left out. */
static void
report(struct inc_document *d, zip_t *z)
{
    static const struct {
        const char *begins;
        enum inc_left why;
    } parts[] = {{"docProps/", INC_LEFT_FORM},
                 {"word/media/", INC_LEFT_LOOKS},
                 {"word/comments", INC_LEFT_OTHERS},
                 {"word/header", INC_LEFT_IDENTITY},
                 {"word/footer", INC_LEFT_IDENTITY},
                 {"word/footnotes", INC_LEFT_NO_PLACE},
                 {"word/endnotes", INC_LEFT_NO_PLACE},
                 {"word/embeddings/", INC_LEFT_UNKNOWN},
                 {"customXml/", INC_LEFT_UNKNOWN}};
    const zip_int64_t n = zip_get_num_entries(z, 0);

    for (zip_int64_t i = 0; i < n && i < ENTRIES; i++) {
        const char *name = zip_get_name(z, (zip_uint64_t)i, ZIP_FL_ENC_GUESS);

        for (size_t k = 0; name != NULL && k < sizeof parts / sizeof parts[0];
             k++)
            if (strncmp(name, parts[k].begins, strlen(parts[k].begins)) == 0) {
                char path[INC_INTAKE_PATH];

                (void)snprintf(path, sizeof path, "%s", name);
                inc_document_drop(d, path, parts[k].why);
            }
    }
}

enum inc_status
inc_read_docx(struct inc_document *out, const void *bytes, size_t len,
              const struct inc_intake *how, struct inc_err *err)
{
    static const struct inc_xml_events events = {enter, leave, text};
    struct reading r = {.d = out};
    struct inc_buf xml = {0};
    zip_source_t *source = NULL;
    zip_t *z = NULL;
    zip_int64_t index;
    enum inc_status st = INC_OK;

    (void)how;
    INC_TRY(inc_document_init(out, INC_FORM_DOCX, len, err));
    source = zip_source_buffer_create(bytes, len, 0, NULL);
    if (source == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the document");
        goto out;
    }
    z = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, NULL);
    if (z == NULL) {
        zip_source_free(source); /* an archive that opened owns it */
        st = no_docx(err, "the file is no whole archive, as a .docx is");
        goto out;
    }
    index = zip_name_locate(z, main_part, 0);
    if (index < 0) {
        st = no_docx(err, "the archive is no .docx");
        goto out;
    }
    INC_TRY(inflate_entry(&xml, z, (zip_uint64_t)index, err));
    INC_TRY(inc_xml_walk(xml.data, xml.len, &events, &r, err));
    report(out, z);
    INC_TRY(inc_document_end(out, err));
out:
    if (z != NULL)
        zip_discard(z);
    inc_buf_release(&xml);
    inc_buf_release(&r.line);
    if (st != INC_OK)
        inc_document_release(out);
    return st;
}
