/*
 * schema_inside.h - what the files of the schema share. Private to proto.
 */
#ifndef INC_PROTO_SCHEMA_INSIDE_H
#define INC_PROTO_SCHEMA_INSIDE_H

#include "proto/schema.h"

enum { INC_QUOTE_MAX = 40 }; /* bytes of a value an error may quote */

/* How a tree is read. */
struct inc_reading {
    struct inc_arena *arena;
    struct inc_err *err;
    int packed; /* the stored form: lists by position, numbers for names */
    int open;   /* leave out what is not known (replies of a newer service) */
};

/* Kind, range and names of one value: a field's own or its items'. */
struct inc_value_rule {
    const struct inc_field *field;
    enum inc_kind kind;
    int64_t min, max;
};

/* One value into *to (not MAP, LIST). *skip is set instead when it is an
 * unknown name in an open reading. Fills err without `where`. */
enum inc_status inc_value_read(void *to, int *skip,
                               const struct inc_value_rule *rule,
                               const struct inc_reading *r,
                               const struct inc_node *n);

/* Describe what a value or a field takes, without its name. */
void inc_value_describe(struct inc_buf *out, const struct inc_value_rule *rule);

/* `err`, with the description of the field as hint. Hands status back. */
enum inc_status inc_value_hint(struct inc_err *err, enum inc_status status,
                               const struct inc_value_rule *rule);

struct inc_value_rule inc_field_rule(const struct inc_field *f);
struct inc_value_rule inc_item_rule(const struct inc_field *f);

/* 1 when an error may quote it: short, and only [A-Za-z0-9._:/-]. */
int inc_quotable(const char *text, size_t len);

/* Bytes from one item of a list to the next in C. */
size_t inc_item_size(const struct inc_field *f);

#endif
