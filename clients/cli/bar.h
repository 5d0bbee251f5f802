/* bar.h - a line on stderr while long work goes on. */
#ifndef INC_CLIENTS_CLI_BAR_H
#define INC_CLIENTS_CLI_BAR_H

#include <stdint.h>

struct inc_bar {
    const char *what;
    int on; /* stderr is a terminal and nobody asked for quiet */
    int italian;
    uint64_t start_ns, drawn_ns;
    uint64_t first_done; /* done before this run, for the time left */
};

void inc_bar_start(struct inc_bar *b, const char *what, int quiet, int italian);
/* done of total (0: not known), records so far; with the pace and, after a
 * second, the time left. Draws at most ten times a second. */
void inc_bar_show(struct inc_bar *b, uint64_t done, uint64_t total,
                  uint64_t records);
void inc_bar_end(struct inc_bar *b); /* wipes the line */

/* 12345 as "12.345" or "12,345". */
const char *inc_grouped(char out[32], uint64_t n, int italian);

#endif
