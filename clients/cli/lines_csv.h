/*
 * lines_csv.h - a CSV row as a record and back. Columns: docs/cli.md.
 *
 * A cell holds several values separated by " | ", their parts by ":". An empty
 * cell or part means "not known", as a field left out does.
 */
#ifndef INC_CLIENTS_CLI_LINES_CSV_H
#define INC_CLIENTS_CLI_LINES_CSV_H

#include "clients/cli/lines.h"
#include "engine/base/csv.h"
#include "proto/node.h"

enum inc_cell {
    INC_CELL_TEXT,
    INC_CELL_INT,
    INC_CELL_BOOL,
    INC_CELL_CODES, /* list of texts */
    INC_CELL_PARTS  /* list of maps, see parts */
};

/* One part of "uri:level:evidence". */
struct inc_part {
    const char *key;
    enum inc_cell kind; /* TEXT, INT, or CODES separated by "/" */
};

struct inc_column {
    const char *name;
    enum inc_cell kind;
    const char *map;              /* map the field stands in, or NULL */
    const char *key;              /* field */
    const struct inc_part *parts; /* ended by a NULL key */
    const char *form;             /* what a cell looks like, for errors */
};
/* Ended by a NULL name; columns of one map stand together. */
const struct inc_column *inc_columns(enum inc_family family);

/* INC_E_FORMAT when the column "id" is not there. */
enum inc_status inc_csv_check(struct inc_csv *c, enum inc_family family,
                              struct inc_err *err);

/* The row read last as a msgpack map; id as in inc_json_object(). */
enum inc_status inc_csv_record(struct inc_buf *out, const struct inc_csv *c,
                               enum inc_family family, char *id,
                               struct inc_err *err);

/* Append the header line, or a record as one line. */
void inc_csv_header(struct inc_buf *out, enum inc_family family);
void inc_csv_row(struct inc_buf *out, enum inc_family family,
                 const struct inc_node *record);

#endif
