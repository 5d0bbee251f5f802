/*
 * disk.h for a program that knows nothing of it: loaded before the C library
 * (LD_PRELOAD), told what to do by INC_REL_DISK:
 *
 *   folder=PATH nth=K action=kill|eio|enospc|short [sticky=1] [capacity=BYTES]
 *
 * in any order, separated by spaces. Every call of rel_call_names counts.
 */
#define _GNU_SOURCE 1 // NOLINT

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/reliability/store/disk.h"

static int
value_of(const char *all, const char *name, char *out, size_t room)
{
    size_t len = strlen(name), n;
    const char *p = all;

    while ((p = strstr(p, name)) != NULL &&
           ((p != all && p[-1] != ' ') || p[len] != '='))
        p += len;
    if (p == NULL)
        return 0;
    p += len + 1;
    n = strcspn(p, " ");
    if (n >= room)
        abort();
    memcpy(out, p, n);
    out[n] = '\0';
    return 1;
}

static uint64_t
number_of(const char *all, const char *name)
{
    char text[64];

    return value_of(all, name, text, sizeof text) ? strtoull(text, NULL, 10)
                                                  : 0;
}

__attribute__((constructor)) static void
begin(void)
{
    static const char *const names[] = {"", "eio", "enospc", "short", "kill"};
    const char *all = getenv("INC_REL_DISK");
    struct rel_disk d = {.calls = (1u << REL_CALLS) - 1};
    char action[16] = "";

    if (all == NULL || !value_of(all, "folder", d.folder, sizeof d.folder))
        return;
    d.nth = number_of(all, "nth");
    d.sticky = number_of(all, "sticky") != 0;
    d.capacity = number_of(all, "capacity");
    (void)value_of(all, "action", action, sizeof action);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], action) == 0)
            d.action = (enum rel_action)i;
    rel_disk_set(&d);
}
