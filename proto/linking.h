/*
 * linking.h - bodies of the operations between words and concepts. Floor 1.
 * Tables in linking.c.
 */
#ifndef INC_PROTO_LINKING_H
#define INC_PROTO_LINKING_H

#include "proto/names.h"
#include "proto/schema.h"

enum {
    INC_LINK_TEXT_MAX = 1 << 16, /* bytes of a running text */
    INC_LINK_ITEMS_MAX = 1000    /* mentions told of it */
};

/* link */
struct inc_link_ask {
    uint64_t has;
    const char *text;
    int64_t running; /* a text with names in it, not one name */
    int64_t pillar;
    const char *lang;
    int64_t k;
};

enum inc_verdict {
    INC_VERDICT_SURE,
    INC_VERDICT_LIKELY,
    INC_VERDICT_UNSURE,
    INC_VERDICT_UNKNOWN
};

struct inc_linked {
    uint64_t has;
    const char *uri, *label, *matched, *lang;
    int64_t kind; /* skill, occupation, group */
    int64_t confidence;
    int64_t at, len;
    const char *scheme, *code; /* of a national unit */
};

struct inc_links {
    uint64_t has;
    struct inc_linked *items;
    uint32_t n_items;
    int64_t verdict; /* of one name */
};

extern const struct inc_type inc_link_ask_type, inc_links_type;

#endif
