/*
 * retention.h - bodies of the operations on how long data is kept. Floor 1.
 */
#ifndef INC_PROTO_RETENTION_H
#define INC_PROTO_RETENTION_H

#include "proto/schema.h"

/* retention.list */
struct inc_retention_list {
    uint64_t has;
    const char *id;     /* only this person, due or not */
    int64_t limit;      /* 1..1000, default 100 */
    const char *after;  /* ids after this one */
    const char *office; /* only this office's people */
};
struct inc_retention_item {
    uint64_t has;
    const char *id, *office;
    int64_t state; /* place in inc_retention_states */
    int64_t updated, due, notice, until;
    int64_t frozen, revision;
};
struct inc_retention_page {
    uint64_t has;
    int64_t today, months, notice_days;
    const char *source;
    struct inc_retention_item *items;
    uint32_t n_items;
    const char *next;
};

extern const char *const inc_retention_states[];
extern const struct inc_type inc_retention_list_type, inc_retention_page_type;

#endif
