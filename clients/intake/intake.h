/*
 * intake.h - documents that people already have, as a text and facts for a
 * draft: Europass XML, schema.org JobPosting, .docx, tables; docs/imports.md.
 *
 * Bytes in, a document out: no file, no network, no state; any thread. The
 * bytes are of anybody: whatever they are, the answer is a document or an
 * error that says what and where. What may not weigh in a match (the person's
 * name, birth, sex, health ...) is left out here, so that it never reaches the
 * daemon; what was left out is named by its place and the reason, never by
 * what it said.
 */
#ifndef INC_CLIENTS_INTAKE_INTAKE_H
#define INC_CLIENTS_INTAKE_INTAKE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/buf.h"
#include "engine/base/status.h"
#include "proto/drafts.h"

enum {
    INC_INTAKE_BYTES = 32 << 20, /* of a document */
    INC_INTAKE_SOURCES = 2000,
    INC_INTAKE_DROPPED = 400,
    INC_INTAKE_PATH = 240 /* bytes of a path; a longer one is cut */
};

/* Why something was left out. */
enum inc_left {
#define INC_X(name, wire, english) INC_LEFT_##name,
#include "clients/intake/left.def"
#undef INC_X
    INC_LEFT_COUNT
};
extern const char *const inc_left_names[]; /* for programs */
extern const char *const inc_left_texts[]; /* English, for gettext */

enum inc_form {
    INC_FORM_TEXT,
    INC_FORM_EUROPASS,
    INC_FORM_JOBPOSTING,
    INC_FORM_DOCX,
    INC_FORM_PDF,
    INC_FORM_TABLE,
    INC_FORM_COUNT
};
extern const char *const inc_form_names[]; /* "text", "europass" ..., NULL */

/* Where a piece of the text comes from. */
struct inc_source {
    const char *path;
    size_t at, len; /* bytes of the text */
};

struct inc_dropped {
    const char *path;
    enum inc_left why;
    size_t times;
};

/* Everything lives in the document until its release. */
struct inc_document {
    enum inc_form form;
    struct inc_buf text; /* UTF-8, a piece a line; what the daemon gets */
    struct inc_draft_fact *facts;
    uint32_t n_facts;
    struct inc_source *sources; /* in the order of the text */
    size_t n_sources;
    struct inc_dropped *dropped;
    size_t n_dropped;
    int cut; /* more than the lists hold: some of it is missing */
    struct inc_arena arena;
};

struct inc_intake {
    int of;        /* INC_DRAFT_OF_NEED or INC_DRAFT_OF_CANDIDATE */
    int form;      /* enum inc_form, or -1: by what is in it */
    int32_t today; /* days: a job that lasts until now */
};

/*
 * Read a document. On success *out is the caller's to release. A text that is
 * nothing else becomes a document of the form TEXT whose text is the bytes as
 * they are, unjudged.
 * INC_E_FORMAT (with line or place), INC_E_LIMIT, INC_E_TEXT, INC_E_CONFIG (a
 * form that does not fit what is asked), INC_E_NOMEM.
 */
enum inc_status inc_intake_read(struct inc_document *out, const void *bytes,
                                size_t len, const struct inc_intake *how,
                                struct inc_err *err);
void inc_document_release(struct inc_document *d); /* safe on zeroed memory */

/* The text of a PDF, pages divided by form feeds, as pdftotext writes it. The
 * PDF itself is never read here: INC_FORM_PDF is INC_E_CONFIG above. */
enum inc_status inc_intake_pages(struct inc_document *out, const char *text,
                                 size_t len, struct inc_err *err);

/* The path of the piece that byte `at` lies in, or NULL. */
const char *inc_document_source(const struct inc_document *d, size_t at);

/* What the bytes look like. */
enum inc_form inc_intake_form(const void *bytes, size_t len);

#endif
