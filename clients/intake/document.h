/* document.h - making a document, a piece at a time. Private to this folder. */
#ifndef INC_CLIENTS_INTAKE_DOCUMENT_H
#define INC_CLIENTS_INTAKE_DOCUMENT_H

#include "clients/intake/intake.h"

/* Memory for a document made of so many bytes. */
enum inc_status inc_document_init(struct inc_document *d, enum inc_form form,
                                  size_t bytes, struct inc_err *err);

/*
 * Add a piece of text as a line of its own: control characters and runs of
 * spaces become one space, line ends stay when `lines`. The path is copied.
 * 1 when there was something to add; *at and *len (may be NULL) say where.
 */
int inc_document_add(struct inc_document *d, const char *path, const char *text,
                     size_t n, int lines, size_t *at, size_t *len);
/* The same, HTML taken away first. */
int inc_document_add_html(struct inc_document *d, const char *path,
                          const char *text, size_t n);
/* A piece and a fact on all of it; NULL when there was nothing to add. */
struct inc_draft_fact *inc_document_fact(struct inc_document *d,
                                         const char *path, const char *text,
                                         size_t n, enum inc_draft_kind kind);
void inc_fact_value(struct inc_draft_fact *f, const char *value); /* kept */
void inc_fact_number(struct inc_draft_fact *f, int64_t number);
void inc_fact_date(struct inc_draft_fact *f, int32_t days);
void inc_fact_uri(struct inc_draft_fact *f, const char *uri); /* kept */

/* A copy of a name or a path, which are of anybody's choosing: nothing that a
 * screen would obey, and whole characters where it was cut. NULL: no memory. */
const char *inc_document_path(struct inc_arena *a, const char *path, size_t n);

/* Left out. Twice the same path and reason is one line, counted. */
void inc_document_drop(struct inc_document *d, const char *path,
                       enum inc_left why);

/* INC_E_NOMEM or INC_E_LIMIT when something went wrong on the way, INC_E_TEXT
 * when there is nothing to read. To be called at the end. */
enum inc_status inc_document_end(struct inc_document *d, struct inc_err *err);

#endif
