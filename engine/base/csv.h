/*
 * csv.h - RFC 4180 records over bytes in memory: quoted fields over many
 * lines, doubled quotes, LF or CRLF, optional byte order mark, fields of any
 * size. Columns are asked for by name. Floor 0. One owner thread.
 *
 * Every error says file, line (where the record starts and where the trouble
 * is), column name and what was expected.
 */
#ifndef INC_BASE_CSV_H
#define INC_BASE_CSV_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"

struct inc_csv;

enum { INC_CSV_COLUMNS_MAX = 1024 };

/* Separators. Tab-separated text has no quoting (IANA
 * text/tab-separated-values): a quote there is a character like others. */
#define INC_CSV_COMMA ','
#define INC_CSV_TAB '\t'
#define INC_CSV_GUESS                                                          \
    '\0' /* comma, semicolon or tab, whichever the header                      \
            line has most of: what spreadsheets write */

/*
 * Start reading, header line included.
 *   out        gives; inc_csv_close() frees it
 *   name       of the file, for errors; kept, not copied
 *   bytes      kept, not copied: must outlive the reader
 *   separator  one of the above, or another single ASCII character
 * INC_E_FORMAT no header, INC_E_LIMIT over INC_CSV_COLUMNS_MAX columns,
 * INC_E_NOMEM.
 */
enum inc_status inc_csv_open(struct inc_csv **out, const char *name,
                             const void *bytes, size_t len, char separator,
                             struct inc_err *err);
void inc_csv_close(struct inc_csv *c); /* NULL is fine */

/* Number of a column from its header text (ASCII letters of either case,
 * spaces around it do not count): the first of that name, or -1. */
int inc_csv_column(const struct inc_csv *c, const char *name);

/* The first of several names (NULL-terminated) that a column has, or -1. */
int inc_csv_column_of(const struct inc_csv *c, const char *const *names);

/* As inc_csv_column(), for a column that must be there exactly once:
 * INC_E_FORMAT names the file and the column, and lists the columns that are
 * there. */
enum inc_status inc_csv_need(const struct inc_csv *c, int *column,
                             const char *name, struct inc_err *err);

/* Header text of a column, views the bytes given; NULL past the last one. */
const char *inc_csv_name(const struct inc_csv *c, int column, size_t *len);

/*
 * Read the next record. *more is 0 at the end (then there is no record).
 * Empty lines between records are passed over. INC_E_FORMAT: a quoted field
 * that is not closed, text after a closing quote, more or fewer fields than
 * the header, bytes that are not UTF-8, a NUL. INC_E_NOMEM.
 */
enum inc_status inc_csv_next(struct inc_csv *c, int *more, struct inc_err *err);

/* A field of the record read last, quotes resolved; not NUL-terminated.
 * Views the bytes given or the reader, until the next inc_csv_next(). A column
 * of -1 (an optional column that is not there) is an empty field. */
const char *inc_csv_field(const struct inc_csv *c, int column, size_t *len);

uint64_t inc_csv_line(const struct inc_csv *c); /* record's first line, 1.. */
size_t inc_csv_offset(const struct inc_csv *c); /* bytes read so far */

/* Fill *err for a value of the current record that is not usable: file, line,
 * column, and `expected` as hint. Hands back INC_E_FORMAT. */
enum inc_status inc_csv_bad(const struct inc_csv *c, int column,
                            const char *problem, const char *expected,
                            struct inc_err *err);

#endif
