/* records.h - reading records from files and from the daemon. */
#ifndef INC_CLIENTS_CLI_RECORDS_H
#define INC_CLIENTS_CLI_RECORDS_H

#include "clients/cli/cli.h"

enum { INC_CURSOR_MAX = 256 };

/* A whole file, or standard input for "-". */
enum inc_status inc_read_input(struct inc_buf *out, const char *path,
                               size_t most, struct inc_err *err);
/* One JSON object in a file as msgpack. */
enum inc_status inc_read_object(struct inc_buf *out, const char *path,
                                struct inc_err *err);

enum inc_status inc_ask_record(struct inc_cli *c, enum inc_op op,
                               const char *id, struct inc_answer *out,
                               struct inc_err *err);
/* cursor "" or NULL: the first page; office NULL: all. */
enum inc_status inc_ask_page(struct inc_cli *c, enum inc_op op, int64_t limit,
                             const char *cursor, const char *office,
                             struct inc_answer *out, struct inc_err *err);
/* The cursor of a page, "" on the last. */
void inc_page_cursor(char out[INC_CURSOR_MAX], const struct inc_node *page);

#endif
