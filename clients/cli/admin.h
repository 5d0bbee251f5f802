/* admin.h - what the administrators' commands share. */
#ifndef INC_CLIENTS_CLI_ADMIN_H
#define INC_CLIENTS_CLI_ADMIN_H

#include "clients/cli/cli.h"
#include "proto/replies.h"

enum { INC_LABEL = 26 }; /* columns of a label */

/* Ask and decode; with --json the reply goes out as it is and *out stays
 * zero. The arena is the caller's to release. */
enum inc_status inc_ask_typed(struct inc_cli *c, enum inc_op op,
                              const struct inc_buf *body, int slow, void *out,
                              struct inc_arena *arena, struct inc_err *err);

/* A label in its column; a label and a number with its thousands apart. */
void inc_put_label(struct inc_cli *c, const char *label);
void inc_put_count(struct inc_cli *c, const char *label, int64_t n);

/* What a term of the office rests on, or `unsaid`. */
void inc_put_source(struct inc_cli *c, const char *source, const char *unsaid);

/* records.c: send a write and say what became of it. */
enum inc_status inc_write_and_tell(struct inc_cli *c, enum inc_op op,
                                   const struct inc_buf *body,
                                   struct inc_err *err);

/* register.c: an operand as the number of an entry. */
enum inc_status inc_entry_number(const struct inc_cli *c, int word, int64_t *no,
                                 struct inc_err *err);

#endif
