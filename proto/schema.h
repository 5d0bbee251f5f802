/*
 * schema.h - typed structs from described fields. Floor 1.
 *
 * A table of struct inc_field describes a C struct once; from it come the
 * decoding of msgpack (with the path of what is wrong), the encoding, the
 * compact stored form, merging of patches, and the tables in PROTOCOL.md, the
 * man pages and the Python client. No other place parses a record.
 *
 * In C every described struct starts with `uint64_t has`: bit i is set when
 * field i is present. Lists are a pointer and a uint32_t count; texts are
 * NUL-terminated; everything lives in the arena given to decode.
 */
#ifndef INC_PROTO_SCHEMA_H
#define INC_PROTO_SCHEMA_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/buf.h"
#include "engine/base/status.h"
#include "proto/node.h"
#include "proto/writer.h"

enum inc_kind {
    INC_KIND_TEXT, /* const char *; min..max bytes */
    INC_KIND_CODE, /* const char *; as TEXT, only [A-Za-z0-9._:-] */
    INC_KIND_INT,  /* int64_t; min..max */
    INC_KIND_BOOL, /* int64_t 0 or 1; true/false on the wire */
    INC_KIND_ENUM, /* int64_t index into names; text on the wire */
    INC_KIND_DATE, /* int64_t days since 1970-01-01; "YYYY-MM-DD" */
    INC_KIND_TIME, /* int64_t minutes 0..1440; "HH:MM" */
    INC_KIND_MAP,  /* the struct of `type`, inline */
    INC_KIND_LIST, /* pointer to items of `item` kind, uint32_t count;
                      min..max bounds the count (max 0 is unbounded) */
    INC_KIND_NODE  /* const struct inc_node *: any value, not stored */
};

enum {
    INC_FIELD_REQUIRED = 1,
    INC_FIELD_READONLY = 2, /* set by the service; read, then replaced */
    INC_FIELD_KEY = 4       /* names the record: a patch cannot change it */
};

struct inc_type;

struct inc_field {
    const char *name;
    const char *doc; /* one English line: unit, range, source */
    enum inc_kind kind;
    enum inc_kind item; /* of a list: TEXT, CODE, INT, ENUM, MAP or NODE */
    unsigned flags;
    int has_fallback;    /* the fallback is used when absent */
    size_t offset;       /* of the value in the struct */
    size_t count_offset; /* of a list's uint32_t count */
    int64_t min, max;
    int64_t item_min, item_max;  /* of a list's items */
    const char *const *names;    /* of an enum, NULL-ended */
    const struct inc_type *type; /* of a map or of a list's maps */
    int64_t fallback; /* value when absent; the `has` bit stays clear */
    const char *fallback_text; /* the same for TEXT and CODE, or NULL */
    const char *holds; /* of a NODE: name of the record type in it, or NULL */
};

struct inc_type {
    const char *name; /* "skill", "candidate": name in docs and clients */
    const char *doc;
    size_t size;
    const struct inc_field *fields; /* at most 64; only ever appended to */
    uint32_t n_fields;
};

/* Short spellings for tables. S is the struct, M the member.
 * NOLINTBEGIN(bugprone-macro-parentheses): types and initialisers, no
 * expressions. */
#define INC_F_TEXT(S, M, FLAGS, MIN, MAX, DOC)                                 \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_TEXT, .flags = FLAGS,         \
        .offset = offsetof(S, M), .min = MIN, .max = MAX                       \
    }
#define INC_F_CODE(S, M, FLAGS, MIN, MAX, DOC)                                 \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_CODE, .flags = FLAGS,         \
        .offset = offsetof(S, M), .min = MIN, .max = MAX                       \
    }
#define INC_F_INT(S, M, FLAGS, MIN, MAX, DOC)                                  \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_INT, .flags = FLAGS,          \
        .offset = offsetof(S, M), .min = MIN, .max = MAX                       \
    }
#define INC_F_INT_OR(S, M, FLAGS, MIN, MAX, ELSE, DOC)                         \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_INT, .flags = FLAGS,          \
        .offset = offsetof(S, M), .min = MIN, .max = MAX, .has_fallback = 1,   \
        .fallback = ELSE                                                       \
    }
#define INC_F_CODE_OR(S, M, FLAGS, MIN, MAX, ELSE, DOC)                        \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_CODE, .flags = FLAGS,         \
        .offset = offsetof(S, M), .min = MIN, .max = MAX,                      \
        .fallback_text = ELSE                                                  \
    }
#define INC_F_BOOL_OR(S, M, FLAGS, ELSE, DOC)                                  \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_BOOL, .flags = FLAGS,         \
        .offset = offsetof(S, M), .has_fallback = 1, .fallback = ELSE          \
    }
#define INC_F_BOOL(S, M, FLAGS, DOC)                                           \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_BOOL, .flags = FLAGS,         \
        .offset = offsetof(S, M)                                               \
    }
#define INC_F_ENUM(S, M, FLAGS, NAMES, DOC)                                    \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_ENUM, .flags = FLAGS,         \
        .offset = offsetof(S, M), .names = NAMES                               \
    }
#define INC_F_ENUM_OR(S, M, FLAGS, NAMES, ELSE, DOC)                           \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_ENUM, .flags = FLAGS,         \
        .offset = offsetof(S, M), .names = NAMES, .has_fallback = 1,           \
        .fallback = ELSE                                                       \
    }
#define INC_F_DATE(S, M, FLAGS, DOC)                                           \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_DATE, .flags = FLAGS,         \
        .offset = offsetof(S, M)                                               \
    }
#define INC_F_TIME(S, M, FLAGS, DOC)                                           \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_TIME, .flags = FLAGS,         \
        .offset = offsetof(S, M)                                               \
    }
#define INC_F_MAP(S, M, FLAGS, TYPE, DOC)                                      \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_MAP, .flags = FLAGS,          \
        .offset = offsetof(S, M), .type = TYPE                                 \
    }
#define INC_F_MAPS(S, M, FLAGS, MAX, TYPE, DOC)                                \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_LIST, .item = INC_KIND_MAP,   \
        .flags = FLAGS, .offset = offsetof(S, M),                              \
        .count_offset = offsetof(S, n_##M), .max = MAX, .type = TYPE           \
    }
#define INC_F_CODES(S, M, FLAGS, MAX, ITEM_MAX, DOC)                           \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_LIST, .item = INC_KIND_CODE,  \
        .flags = FLAGS, .offset = offsetof(S, M),                              \
        .count_offset = offsetof(S, n_##M), .max = MAX, .item_min = 1,         \
        .item_max = ITEM_MAX                                                   \
    }
#define INC_F_TEXTS(S, M, FLAGS, MAX, ITEM_MAX, DOC)                           \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_LIST, .item = INC_KIND_TEXT,  \
        .flags = FLAGS, .offset = offsetof(S, M),                              \
        .count_offset = offsetof(S, n_##M), .max = MAX, .item_min = 1,         \
        .item_max = ITEM_MAX                                                   \
    }
#define INC_F_ENUMS(S, M, FLAGS, MAX, NAMES, DOC)                              \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_LIST, .item = INC_KIND_ENUM,  \
        .flags = FLAGS, .offset = offsetof(S, M),                              \
        .count_offset = offsetof(S, n_##M), .max = MAX, .names = NAMES         \
    }
#define INC_F_INTS(S, M, FLAGS, MAX, ITEM_MIN, ITEM_MAX, DOC)                  \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_LIST, .item = INC_KIND_INT,   \
        .flags = FLAGS, .offset = offsetof(S, M),                              \
        .count_offset = offsetof(S, n_##M), .max = MAX, .item_min = ITEM_MIN,  \
        .item_max = ITEM_MAX                                                   \
    }
/* A record of the named type, decoded later with the table of engine/profile
 * (this floor cannot see it). */
#define INC_F_RECORD(S, M, FLAGS, HOLDS, DOC)                                  \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_NODE, .flags = FLAGS,         \
        .offset = offsetof(S, M), .holds = HOLDS                               \
    }
#define INC_F_RECORDS(S, M, FLAGS, MAX, HOLDS, DOC)                            \
    {                                                                          \
        .name = #M, .doc = DOC, .kind = INC_KIND_LIST, .item = INC_KIND_NODE,  \
        .flags = FLAGS, .offset = offsetof(S, M),                              \
        .count_offset = offsetof(S, n_##M), .max = MAX, .holds = HOLDS         \
    }
/* A type from its name, struct and table of fields. */
#define INC_TYPE(NAME, STRUCT, FIELDS, DOC)                                    \
    {                                                                          \
        .name = NAME, .doc = DOC, .size = sizeof(STRUCT), .fields = FIELDS,    \
        .n_fields = INC_COUNT(FIELDS)                                          \
    }

/* NOLINTEND(bugprone-macro-parentheses) */

#define INC_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Index of a field by name, or -1. */
int inc_field_index(const struct inc_type *t, const char *name);

/*
 * Fill *out (t->size bytes) from a map node; NULL reads as an empty map. Texts
 * are copied into the arena, NODE values view the frame. On failure *out is
 * not to be used.
 * err->where is the path ("skills[2].level"), err->hint what would be right
 * (the range, the known names, the nearest known field name). Values are
 * quoted only when they are numbers or short codes: free text may be personal.
 * INC_E_TYPE, INC_E_MISSING, INC_E_FIELD, INC_E_RANGE, INC_E_LIMIT (a list or
 * a text too long), INC_E_TEXT (a forbidden character), INC_E_DATE,
 * INC_E_NOMEM (the arena's budget is spent).
 */
enum inc_status inc_schema_decode(void *out, const struct inc_type *t,
                                  const struct inc_node *n, struct inc_arena *a,
                                  struct inc_err *err);

/* As decode, for clients reading replies, which may gain fields and names
 * within v1: unknown fields and unknown names of enums are left out. A required
 * field may be absent, as the daemon hides what this user may not see: then its
 * `has` bit is clear, a text is "", the rest zero. */
enum inc_status inc_schema_decode_open(void *out, const struct inc_type *t,
                                       const struct inc_node *n,
                                       struct inc_arena *a,
                                       struct inc_err *err);

/* As decode, for a patch: required fields may be absent, and a null value
 * sets the field's bit in *removed instead of being an error. Fields that are
 * READONLY or KEY are refused (INC_E_FIELD). */
enum inc_status inc_schema_decode_patch(void *out, uint64_t *removed,
                                        const struct inc_type *t,
                                        const struct inc_node *n,
                                        struct inc_arena *a,
                                        struct inc_err *err);

/* Replace in *base the fields present in *patch; clear those in `removed`
 * (INC_E_MISSING when one is required: then *base is unchanged). Shares what
 * patch points to. */
enum inc_status inc_schema_merge(void *base, const void *patch,
                                 uint64_t removed, const struct inc_type *t,
                                 struct inc_err *err);

/* *out as an empty map would decode, required fields aside: all zero, with the
 * values that stand for absent fields. For structs filled by hand. */
void inc_schema_init(void *out, const struct inc_type *t);

/* One map with the present fields, in table order. */
void inc_schema_encode(struct inc_writer *w, const struct inc_type *t,
                       const void *from);

/* What a field takes, for people: "an integer from 0 to 4". Appended. */
void inc_field_describe(struct inc_buf *out, const struct inc_field *f);

/* Compact stored form: one list, field i at index i, nil when absent, absent
 * ones at the end left out. Dates, times and enum indices are integers. Fields
 * and names are only ever appended to a type, so older records are shorter
 * lists. NODE fields are not stored. Unpack: as decode, and INC_E_NEWER for a
 * list longer than the table or a name number the table does not have. */
void inc_schema_pack(struct inc_writer *w, const struct inc_type *t,
                     const void *from);
enum inc_status inc_schema_unpack(void *out, const struct inc_type *t,
                                  const struct inc_node *n, struct inc_arena *a,
                                  struct inc_err *err);

/* Name nearest to `text`, or NULL: edit distance at most 3 (a swap of two
 * neighbours is one edit, letter case none) and at most half the length. */
const char *inc_nearest_name(const char *text, size_t len,
                             const char *const *names);

#endif
