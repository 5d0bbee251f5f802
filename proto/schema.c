/* Reading a described struct: from a map (the wire) or a list (the store). */
#include "proto/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/schema_inside.h"

/* Types nest as deep as their tables do, at most 6; no cycles. So the
 * recursion below ends, whatever the bytes are. */
/* NOLINTBEGIN(misc-no-recursion) */

static enum inc_status read_struct(void *out, const struct inc_type *t,
                                   const struct inc_reading *r,
                                   const struct inc_node *n);

int
inc_field_index(const struct inc_type *t, const char *name)
{
    for (uint32_t i = 0; i < t->n_fields; i++)
        if (strcmp(t->fields[i].name, name) == 0)
            return (int)i;
    return -1;
}

size_t
inc_item_size(const struct inc_field *f)
{
    switch (f->item) {
    case INC_KIND_TEXT:
    case INC_KIND_CODE:
        return sizeof(const char *);
    case INC_KIND_NODE:
        return sizeof(const struct inc_node *);
    case INC_KIND_MAP:
        return f->type->size;
    case INC_KIND_INT:
    case INC_KIND_BOOL:
    case INC_KIND_ENUM:
    case INC_KIND_DATE:
    case INC_KIND_TIME:
    case INC_KIND_LIST:
    default:
        return sizeof(int64_t);
    }
}

/* Value of one field as if absent. */
static void
init_field(void *to, const struct inc_field *f)
{
    unsigned char *at = (unsigned char *)to + f->offset;

    if (f->kind == INC_KIND_MAP)
        inc_schema_init(at, f->type);
    else if (f->fallback_text != NULL)
        memcpy(at, &f->fallback_text, sizeof f->fallback_text);
    else if (f->has_fallback)
        memcpy(at, &f->fallback, sizeof f->fallback);
}

void
inc_schema_init(void *out, const struct inc_type *t)
{
    memset(out, 0, t->size);
    for (uint32_t i = 0; i < t->n_fields; i++)
        init_field(out, &t->fields[i]);
}

static enum inc_status
check_count(const struct inc_field *f, const struct inc_reading *r,
            size_t count)
{
    struct inc_value_rule rule = inc_field_rule(f);

    if (f->max > 0 && count > (uint64_t)f->max) {
        (void)inc_fail(r->err, INC_E_LIMIT, 0, "%s has %zu items", f->name,
                       count);
        inc_err_hint(r->err, "at most %" PRId64, f->max);
        return INC_E_LIMIT;
    }
    if (count < (uint64_t)f->min) {
        (void)inc_fail(r->err, INC_E_RANGE, 0, "%s has %zu items", f->name,
                       count);
        return inc_value_hint(r->err, INC_E_RANGE, &rule);
    }
    return INC_OK;
}

static enum inc_status
read_items(unsigned char *items, uint32_t *count, const struct inc_field *f,
           const struct inc_reading *r, const struct inc_node *n)
{
    struct inc_value_rule rule = inc_item_rule(f);
    size_t step = inc_item_size(f);
    char place[32];

    *count = 0;
    for (size_t i = 0; i < inc_node_count(n); i++) {
        unsigned char *at = items + *count * step;
        enum inc_status st;
        int skip = 0;

        st = f->item == INC_KIND_MAP
                 ? read_struct(at, f->type, r, inc_node_at(n, i))
                 : inc_value_read(at, &skip, &rule, r, inc_node_at(n, i));
        if (st != INC_OK) {
            (void)snprintf(place, sizeof place, "[%zu]", i);
            inc_err_under(r->err, place);
            return st;
        }
        if (!skip)
            (*count)++;
    }
    return INC_OK;
}

static enum inc_status
read_list(void *out, const struct inc_field *f, const struct inc_reading *r,
          const struct inc_node *n)
{
    struct inc_value_rule rule = inc_field_rule(f);
    enum inc_status st = INC_OK;
    unsigned char *items = NULL;
    uint32_t count = 0;
    int skip;

    if (inc_node_kind(n) != INC_NODE_LIST)
        return inc_value_read(NULL, &skip, &rule, r, n); /* says why not */
    INC_TRY(check_count(f, r, inc_node_count(n)));
    if (inc_node_count(n) != 0) {
        items = inc_arena_array(r->arena, inc_node_count(n), inc_item_size(f));
        if (items == NULL)
            return inc_fail(r->err, INC_E_NOMEM, 0, "the request is too large");
        INC_TRY(read_items(items, &count, f, r, n));
    }
    memcpy((unsigned char *)out + f->offset, &items, sizeof items);
    memcpy((unsigned char *)out + f->count_offset, &count, sizeof count);
out:
    return st;
}

/* Field i of out from n; the path is put under the field's name. */
static enum inc_status
read_field(void *out, const struct inc_type *t, uint32_t i,
           const struct inc_reading *r, const struct inc_node *n)
{
    const struct inc_field *f = &t->fields[i];
    unsigned char *at = (unsigned char *)out + f->offset;
    struct inc_value_rule rule = inc_field_rule(f);
    uint64_t has;
    enum inc_status st;
    int skip = 0;

    if (f->kind == INC_KIND_MAP &&
        inc_node_kind(n) == (r->packed ? INC_NODE_LIST : INC_NODE_MAP))
        st = read_struct(at, f->type, r, n);
    else if (f->kind == INC_KIND_LIST)
        st = read_list(out, f, r, n);
    else
        st = inc_value_read(at, &skip, &rule, r, n);
    if (st != INC_OK) {
        inc_err_under(r->err, f->name);
        return st;
    }
    if (!skip) {
        memcpy(&has, out, sizeof has);
        has |= UINT64_C(1) << i;
        memcpy(out, &has, sizeof has);
    }
    return INC_OK;
}

/* Index of the field a key names; the search starts behind the last one found,
 * because writers keep to an order. -1 when there is none. */
static int
find_field(const struct inc_type *t, const char *key, size_t len,
           uint32_t start)
{
    for (uint32_t k = 0; k < t->n_fields; k++) {
        uint32_t i = (start + k) % t->n_fields;
        if (strlen(t->fields[i].name) == len &&
            memcmp(t->fields[i].name, key, len) == 0)
            return (int)i;
    }
    return -1;
}

static enum inc_status
fail_unknown(const struct inc_type *t, const struct inc_reading *r,
             const char *key, size_t len)
{
    const char *names[65] = {NULL};
    struct inc_buf known = {0};
    const char *near;

    for (uint32_t i = 0; i < t->n_fields && i < 64; i++) {
        names[i] = t->fields[i].name;
        inc_buf_printf(&known, "%s%s", i == 0 ? "" : ", ", names[i]);
    }
    if (inc_quotable(key, len)) {
        (void)inc_fail(r->err, INC_E_FIELD, 0, "%s has no field %.*s", t->name,
                       (int)len, key);
        inc_err_where(r->err, "%.*s", (int)len, key);
    } else {
        (void)inc_fail(r->err, INC_E_FIELD, 0, "%s has no such field", t->name);
    }
    near = inc_nearest_name(key, len, names);
    if (near != NULL)
        inc_err_hint(r->err, "nearest: %s", near);
    else if (t->n_fields == 0)
        inc_err_hint(r->err, "no fields are used here");
    else
        inc_err_hint(r->err, "known: %s", inc_buf_cstr(&known));
    inc_buf_release(&known);
    return INC_E_FIELD;
}

static enum inc_status
fail_no_map(const struct inc_type *t, const struct inc_reading *r,
            const struct inc_node *n)
{
    (void)inc_fail(r->err, INC_E_TYPE, 0, "%s is %s", t->name,
                   inc_node_kind_name(n));
    inc_err_hint(r->err, r->packed ? "a list" : "a map");
    return INC_E_TYPE;
}

/* Pairs of a map into out. With `removed`, a patch: nulls mark a field. */
static enum inc_status
read_pairs(void *out, uint64_t *removed, const struct inc_type *t,
           const struct inc_reading *r, const struct inc_node *n)
{
    int last = -1;

    for (size_t k = 0; k < inc_node_count(n); k++) {
        const struct inc_node *value = inc_node_at(n, k);
        size_t len;
        const char *key = inc_node_key(n, k, &len);
        enum inc_status st;
        int i = find_field(t, key, len, (uint32_t)(last + 1));

        if (i < 0 && r->open)
            continue;
        if (i < 0)
            return fail_unknown(t, r, key, len);
        last = i;
        if (removed != NULL &&
            (t->fields[i].flags & (INC_FIELD_READONLY | INC_FIELD_KEY))) {
            (void)inc_fail(r->err, INC_E_FIELD, 0, "%s cannot be patched",
                           t->fields[i].name);
            inc_err_where(r->err, "%s", t->fields[i].name);
            return INC_E_FIELD;
        }
        if (removed != NULL && inc_node_kind(value) == INC_NODE_NIL) {
            *removed |= UINT64_C(1) << (unsigned)i;
            continue;
        }
        st = read_field(out, t, (uint32_t)i, r, value);
        if (st != INC_OK)
            return st;
    }
    return INC_OK;
}

static enum inc_status
read_packed(void *out, const struct inc_type *t, const struct inc_reading *r,
            const struct inc_node *n)
{
    if (inc_node_count(n) > t->n_fields)
        return inc_fail(r->err, INC_E_NEWER, 0,
                        "%s has %zu fields, %u are known", t->name,
                        inc_node_count(n), t->n_fields);
    for (uint32_t i = 0; i < inc_node_count(n); i++) {
        const struct inc_node *value = inc_node_at(n, i);
        enum inc_status st;

        if (inc_node_kind(value) == INC_NODE_NIL)
            continue;
        st = read_field(out, t, i, r, value);
        if (st != INC_OK)
            return st;
    }
    return INC_OK;
}

static enum inc_status
check_required(void *out, const struct inc_type *t, const struct inc_reading *r)
{
    uint64_t has;

    memcpy(&has, out, sizeof has);
    for (uint32_t i = 0; i < t->n_fields; i++) {
        const struct inc_field *f = &t->fields[i];
        struct inc_value_rule rule = inc_field_rule(f);
        if (!(f->flags & INC_FIELD_REQUIRED) || (has >> i & 1))
            continue;
        if (r->open) { /* the daemon may hide it: zero, and texts are "" */
            const char **text = (void *)((unsigned char *)out + f->offset);

            if (f->kind == INC_KIND_TEXT || f->kind == INC_KIND_CODE)
                *text = "";
            continue;
        }
        (void)inc_fail(r->err, INC_E_MISSING, 0, "%s is missing", f->name);
        inc_err_where(r->err, "%s", f->name);
        return inc_value_hint(r->err, INC_E_MISSING, &rule);
    }
    return INC_OK;
}

static enum inc_status
read_struct(void *out, const struct inc_type *t, const struct inc_reading *r,
            const struct inc_node *n)
{
    enum inc_node_kind want = r->packed ? INC_NODE_LIST : INC_NODE_MAP;
    enum inc_status st = INC_OK;

    inc_schema_init(out, t);
    if (n != NULL && inc_node_kind(n) != want)
        return fail_no_map(t, r, n);
    if (n != NULL)
        INC_TRY(r->packed ? read_packed(out, t, r, n)
                          : read_pairs(out, NULL, t, r, n));
    st = check_required(out, t, r);
out:
    return st;
}

enum inc_status
inc_schema_decode(void *out, const struct inc_type *t, const struct inc_node *n,
                  struct inc_arena *a, struct inc_err *err)
{
    const struct inc_reading r = {.arena = a, .err = err};

    return read_struct(out, t, &r, n);
}

enum inc_status
inc_schema_decode_open(void *out, const struct inc_type *t,
                       const struct inc_node *n, struct inc_arena *a,
                       struct inc_err *err)
{
    const struct inc_reading r = {.arena = a, .err = err, .open = 1};

    return read_struct(out, t, &r, n);
}

enum inc_status
inc_schema_unpack(void *out, const struct inc_type *t, const struct inc_node *n,
                  struct inc_arena *a, struct inc_err *err)
{
    const struct inc_reading r = {.arena = a, .err = err, .packed = 1};

    return read_struct(out, t, &r, n);
}

enum inc_status
inc_schema_decode_patch(void *out, uint64_t *removed, const struct inc_type *t,
                        const struct inc_node *n, struct inc_arena *a,
                        struct inc_err *err)
{
    const struct inc_reading r = {.arena = a, .err = err};

    inc_schema_init(out, t);
    *removed = 0;
    if (inc_node_kind(n) != INC_NODE_MAP)
        return fail_no_map(t, &r, n);
    return read_pairs(out, removed, t, &r, n);
}
/* NOLINTEND(misc-no-recursion) */
