/* show.h - records and lists for people. */
#ifndef INC_CLIENTS_CLI_SHOW_H
#define INC_CLIENTS_CLI_SHOW_H

#include "clients/cli/cli.h"

/* One record: a line a field, names and values in the reader's language. */
void inc_show_record(struct inc_cli *c, const struct inc_node *record);

/* Records of a list as rows; `head` prints the headings first. */
void inc_show_rows(struct inc_cli *c, const struct inc_node *items, int head);

/* A field, a kind of need, an importance ... in the reader's language; the
 * word itself when it is not known. */
const char *inc_word(const char *name);

/*
 * Append text folded to the screen's width.
 *   indent  columns before every line but the first, whose cursor is at `at`
 * Returns the column after the last character.
 */
size_t inc_wrap(struct inc_buf *out, const char *text, size_t at, size_t indent,
                size_t width);
/* Append text padded with spaces, or cut with "...", to exactly `columns`. */
void inc_pad(struct inc_buf *out, const char *text, size_t columns);

/* "22/11/2026" in Italian, "2026-11-22" in English. */
void inc_day(char out[16], const char *lang, int32_t days);
/* Append "2026-11-22 10:00:00Z". */
void inc_moment(struct inc_buf *out, int64_t unix_ms);

#endif
