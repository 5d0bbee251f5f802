/* document.h - a draft's document: from a file, and what is shown of it. */
#ifndef INC_CLIENTS_CLI_DOCUMENT_H
#define INC_CLIENTS_CLI_DOCUMENT_H

#include "clients/cli/cli.h"
#include "clients/intake/intake.h"
#include "proto/writer.h"

/* The file that the command names, or standard input, as a need or a profile
 * is made of it. INC_OK: *out is the caller's to release. */
enum inc_status inc_document_open(struct inc_document *out,
                                  const struct inc_cli *c, int of,
                                  struct inc_err *err);

/* The body of a `draft`. */
void inc_document_ask(struct inc_buf *body, const struct inc_cli *c,
                      const struct inc_document *d, int of);

/* What was left out, for people: nothing for a plain text. */
void inc_document_show_dropped(struct inc_cli *c, const struct inc_document *d);
/* What would be sent, for people. */
void inc_document_show(struct inc_cli *c, const struct inc_document *d);

/*
 * JSON: the daemon's reply (NULL: none, --dry-run) with the place in the
 * document beside each item, and what was left out.
 */
void inc_document_json(struct inc_buf *out, const struct inc_document *d,
                       const struct inc_node *reply);

/* Every row of a table as a draft, with --mapping; hands back the exit code. */
int inc_draft_table(struct inc_cli *c, int of);

#endif
