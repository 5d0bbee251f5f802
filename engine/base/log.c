#include "engine/base/log.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/counter.h"
#include "engine/base/date.h"

const char *const inc_log_level_names[] = {"error", "warn", "info", "debug",
                                           NULL};

static _Atomic int wanted = INC_LOG_INFO;
static struct inc_tally begun[INC_LOG_LEVELS];
static int out_fd = 2;

enum { CUT = 4 }; /* room kept for "..." and the line's end */

void
inc_log_level_set(enum inc_log_level level)
{
    atomic_store_explicit(&wanted, (int)level, memory_order_relaxed);
}

int
inc_log_wants(enum inc_log_level level)
{
    return (int)level <= atomic_load_explicit(&wanted, memory_order_relaxed);
}

void
inc_log_fd_set(int fd)
{
    out_fd = fd;
}

static void
add(struct inc_log *l, const char *text, size_t len)
{
    size_t room = sizeof l->text - CUT - l->len;

    if (len > room) {
        memcpy(l->text + l->len, text, room);
        l->len += room;
        return;
    }
    memcpy(l->text + l->len, text, len);
    l->len += len;
}

static void
add_time(struct inc_log *l)
{
    int64_t ms = inc_clock_unix_ms();
    int64_t day_ms = ms % 86400000;
    char date[INC_DATE_TEXT], text[48];

    inc_date_format(date, (int32_t)(ms / 86400000));
    (void)snprintf(text, sizeof text, "time=%sT%02d:%02d:%02d.%03dZ", date,
                   (int)(day_ms / 3600000), (int)(day_ms / 60000 % 60),
                   (int)(day_ms / 1000 % 60), (int)(day_ms % 1000));
    add(l, text, strlen(text));
}

void
inc_log_start(struct inc_log *l, enum inc_log_level level, const char *event)
{
    inc_tally_add(&begun[level], 1);
    l->len = 0;
    l->on = inc_log_wants(level);
    if (!l->on)
        return;
    add_time(l);
    inc_log_text(l, "level", inc_log_level_names[level]);
    inc_log_text(l, "event", event);
}

static int
is_plain(const char *value)
{
    if (*value == '\0')
        return 0;
    for (const char *p = value; *p != '\0'; p++)
        if ((unsigned char)*p <= ' ' || *p == '"' || *p == '\\' || *p == '=' ||
            *p == 0x7f)
            return 0;
    return 1;
}

static void
add_quoted(struct inc_log *l, const char *value)
{
    add(l, "\"", 1);
    for (const char *p = value; *p != '\0'; p++) {
        char hex[5];

        if (*p == '"' || *p == '\\') {
            add(l, "\\", 1);
            add(l, p, 1);
        } else if ((unsigned char)*p < ' ' || *p == 0x7f) {
            (void)snprintf(hex, sizeof hex, "\\x%02x", (unsigned char)*p);
            add(l, hex, 4);
        } else {
            add(l, p, 1);
        }
    }
    add(l, "\"", 1);
}

static void
add_key(struct inc_log *l, const char *key)
{
    add(l, " ", 1);
    add(l, key, strlen(key));
    add(l, "=", 1);
}

void
inc_log_text(struct inc_log *l, const char *key, const char *value)
{
    if (!l->on)
        return;
    add_key(l, key);
    if (is_plain(value))
        add(l, value, strlen(value));
    else
        add_quoted(l, value);
}

void
inc_log_int(struct inc_log *l, const char *key, int64_t value)
{
    char text[24];

    if (!l->on)
        return;
    add_key(l, key);
    (void)snprintf(text, sizeof text, "%lld", (long long)value);
    add(l, text, strlen(text));
}

void
inc_log_err(struct inc_log *l, const struct inc_err *err)
{
    inc_log_text(l, "code", inc_status_wire(err->status));
    inc_log_text(l, "what", err->what);
    if (err->where[0] != '\0')
        inc_log_text(l, "where", err->where);
    if (err->hint[0] != '\0')
        inc_log_text(l, "hint", err->hint);
    if (err->os != 0)
        inc_log_int(l, "os", err->os);
}

void
inc_log_end(struct inc_log *l)
{
    if (!l->on)
        return;
    if (l->len == sizeof l->text - CUT) {
        memcpy(l->text + l->len, "...", 3);
        l->len += 3;
    }
    l->text[l->len++] = '\n';
    /* A log nobody reads (closed pipe) must not stop the work. */
    if (write(out_fd, l->text, l->len) < 0)
        return;
}

uint64_t
inc_log_count(enum inc_log_level level)
{
    return inc_tally_read(&begun[level]);
}

void
inc_log_event(enum inc_log_level level, const char *event)
{
    struct inc_log l;

    inc_log_start(&l, level, event);
    inc_log_end(&l);
}
