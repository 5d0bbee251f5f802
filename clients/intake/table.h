/*
 * table.h - a table (CSV) with a mapping: a document for each row.
 *
 * The mapping is a text, one line a column: "Mansione = occupation". Fields:
 * docs/imports.md. Bytes in, documents out; any thread, one a table.
 */
#ifndef INC_CLIENTS_INTAKE_TABLE_H
#define INC_CLIENTS_INTAKE_TABLE_H

#include "clients/intake/intake.h"

enum { INC_TABLE_ID = 65 };

struct inc_table;

struct inc_row {
    uint64_t line;         /* of the table, where the row begins */
    char id[INC_TABLE_ID]; /* of the column that is the id; "" without one */
    enum inc_status st;    /* of this row alone */
    struct inc_err err; /* names file, line, column and what would be right */
    struct inc_document doc; /* when st is INC_OK: the caller's to release */
};

/*
 * The names are for errors; the table's bytes and both names are borrowed
 * until close. INC_E_CONFIG: the mapping (its line); INC_E_FORMAT, INC_E_LIMIT:
 * the table's header; INC_E_NOMEM.
 */
enum inc_status inc_table_open(struct inc_table **out, const char *mapping_name,
                               const char *mapping, size_t mapping_len,
                               const char *name, const void *bytes, size_t len,
                               int of, struct inc_err *err);
void inc_table_close(struct inc_table *t); /* NULL is fine */

/* The next row: 1; 0 at the end; -1 when the table cannot be read on (*err).
 * A row that is wrong has its own status, and the next one follows. */
int inc_table_next(struct inc_table *t, struct inc_row *row,
                   struct inc_err *err);

/* Columns that the mapping does not name, or names to leave out. */
size_t inc_table_dropped(const struct inc_table *t,
                         const struct inc_dropped **list);

#endif
