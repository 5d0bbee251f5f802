/* lines.h - a file of records, one a line: JSON lines or CSV. */
#ifndef INC_CLIENTS_CLI_LINES_H
#define INC_CLIENTS_CLI_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "clients/cli/json.h"
#include "engine/base/buf.h"
#include "engine/base/status.h"

enum inc_family { INC_CANDIDATES, INC_NEEDS, INC_COMPANIES };

struct inc_lines;

/* One record, or why it is not one. */
struct inc_line {
    uint64_t line;        /* where it starts, 1.. */
    char id[INC_JSON_ID]; /* when readable */
    enum inc_status st;
    struct inc_err err;
    struct inc_buf record; /* msgpack map; reused for the next */
};

/*
 * Open. The text is borrowed until close.
 *   csv  1: columns as in docs/cli.md
 * INC_E_FORMAT for a CSV without the columns needed.
 */
enum inc_status inc_lines_open(struct inc_lines **out, enum inc_family family,
                               int csv, const char *name, const char *text,
                               size_t len, struct inc_err *err);
void inc_lines_close(struct inc_lines *l); /* NULL is fine */

/* The next record; 0 at the end. A record that cannot be read has its own
 * status and the reading goes on; *err only for what ends the reading (a CSV
 * whose quoting is broken): then -1. */
int inc_lines_next(struct inc_lines *l, struct inc_line *out,
                   struct inc_err *err);
size_t inc_lines_offset(const struct inc_lines *l); /* bytes read so far */

#endif
