#include "engine/base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *wire, *meaning;
    int value, exit_code;
} table[] = {
#define INC_X(name, value, wire, exit, meaning) {wire, meaning, value, exit},
#include "engine/base/errors.def"
#undef INC_X
};

enum { COUNT = sizeof table / sizeof table[0] };

static int
find(int status)
{
    for (int i = 0; i < COUNT; i++)
        if (table[i].value == status)
            return i;
    return -1;
}

const char *
inc_status_text(int status)
{
    int i = find(status);
    return i < 0 ? "unknown status" : table[i].meaning;
}

const char *
inc_status_wire(int status)
{
    int i = find(status);
    return i < 0 ? "internal" : table[i].wire;
}

int
inc_status_exit(int status)
{
    int i = find(status);
    return i < 0 ? 5 : table[i].exit_code;
}

enum inc_status
inc_status_from_wire(const char *wire)
{
    for (int i = 0; i < COUNT; i++)
        if (strcmp(table[i].wire, wire) == 0)
            return (enum inc_status)table[i].value;
    return INC_E_BUG;
}

void
inc_err_clear(struct inc_err *err)
{
    if (err == NULL)
        return;
    err->status = INC_OK;
    err->os = 0;
    err->what[0] = '\0';
    err->where[0] = '\0';
    err->hint[0] = '\0';
}

enum inc_status
inc_fail(struct inc_err *err, enum inc_status status, int os, const char *fmt,
         ...)
{
    if (err != NULL) {
        va_list ap;
        inc_err_clear(err);
        err->status = status;
        err->os = os;
        va_start(ap, fmt);
        (void)vsnprintf(err->what, sizeof err->what, fmt, ap);
        va_end(ap);
    }
    return status;
}

void
inc_err_where(struct inc_err *err, const char *fmt, ...)
{
    va_list ap;

    if (err == NULL)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(err->where, sizeof err->where, fmt, ap);
    va_end(ap);
}

void
inc_err_hint(struct inc_err *err, const char *fmt, ...)
{
    va_list ap;

    if (err == NULL)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(err->hint, sizeof err->hint, fmt, ap);
    va_end(ap);
}

void
inc_err_under(struct inc_err *err, const char *prefix)
{
    char old[sizeof err->where];
    const char *dot;

    if (err == NULL)
        return;
    memcpy(old, err->where, sizeof old);
    dot = old[0] == '\0' || old[0] == '[' ? "" : ".";
    (void)snprintf(err->where, sizeof err->where, "%.40s%s%.50s", prefix, dot,
                   old);
}
