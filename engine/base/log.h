/*
 * log.h - structured lines on standard error: time=... level=... event=...
 * and fields. Floor 0. Any thread: each line is one write(2).
 *
 * Never personal data: operations, sizes, durations, codes, paths and settings
 * are fine; ids and texts of records are not.
 */
#ifndef INC_BASE_LOG_H
#define INC_BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"

enum inc_log_level {
    INC_LOG_ERROR, /* someone must act */
    INC_LOG_WARN,  /* worth a look */
    INC_LOG_INFO,  /* start, stop, reload */
    INC_LOG_DEBUG, /* every request */
    INC_LOG_LEVELS
};
extern const char *const inc_log_level_names[]; /* NULL-ended */

enum { INC_LOG_LINE = 1600 };

/* One line being put together, on the caller's stack. */
struct inc_log {
    char text[INC_LOG_LINE];
    size_t len;
    int on; /* 0: the level is not wanted, the rest does nothing */
};

/* Lines above `level` are left out. Default INC_LOG_INFO. Any time. */
void inc_log_level_set(enum inc_log_level level);
int inc_log_wants(enum inc_log_level level);
/* Where lines go; default 2. Before threads start. */
void inc_log_fd_set(int fd);

/* `event` and keys are words of [a-z0-9_]. Values with spaces, quotes or
 * control characters are quoted; a line too long is cut with "...". */
void inc_log_start(struct inc_log *l, enum inc_log_level level,
                   const char *event);
void inc_log_text(struct inc_log *l, const char *key, const char *value);
void inc_log_int(struct inc_log *l, const char *key, int64_t value);
/* Fields code, what, where and hint of an error; os when not 0. */
void inc_log_err(struct inc_log *l, const struct inc_err *err);
void inc_log_end(struct inc_log *l); /* writes the line */

/* Lines of a level begun since the start, those left out too. Any thread. */
uint64_t inc_log_count(enum inc_log_level level);

/* A whole line without fields. */
void inc_log_event(enum inc_log_level level, const char *event);

#endif
