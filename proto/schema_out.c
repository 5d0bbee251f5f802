/* Writing a described struct, and putting a patch into one. */
#include <string.h>

#include "engine/base/check.h"
#include "engine/base/date.h"
#include "proto/schema_inside.h"

/* Types nest as deep as their tables do, at most 6, so the recursion ends. */
/* NOLINTBEGIN(misc-no-recursion) */
static void write_struct(struct inc_writer *w, const struct inc_type *t,
                         const void *from, int packed);

static const char *
name_of(const struct inc_field *f, int64_t i)
{
    INC_CHECK(i >= 0);
    for (int64_t k = 0; k <= i; k++)
        INC_CHECK(f->names[k] != NULL);
    return f->names[i];
}

static int64_t
load_int(const void *at)
{
    int64_t v;

    memcpy(&v, at, sizeof v);
    return v;
}

static const void *
load_pointer(const void *at)
{
    const void *p;

    memcpy(&p, at, sizeof p);
    return p;
}

static void
write_date(struct inc_writer *w, int64_t days)
{
    char text[INC_DATE_TEXT];

    inc_date_format(text, (int32_t)days);
    inc_w_text(w, text);
}

static void
write_time(struct inc_writer *w, int64_t minutes)
{
    char text[INC_TIME_TEXT];

    inc_time_format(text, (uint16_t)minutes);
    inc_w_text(w, text);
}

static void
write_value(struct inc_writer *w, const struct inc_field *f, enum inc_kind kind,
            const void *at, int packed)
{
    switch (kind) {
    case INC_KIND_TEXT:
    case INC_KIND_CODE:
        inc_w_text(w, load_pointer(at));
        break;
    case INC_KIND_INT:
        inc_w_int(w, load_int(at));
        break;
    case INC_KIND_BOOL:
        inc_w_bool(w, load_int(at) != 0);
        break;
    case INC_KIND_ENUM:
        if (packed)
            inc_w_int(w, load_int(at));
        else
            inc_w_text(w, name_of(f, load_int(at)));
        break;
    case INC_KIND_DATE:
        if (packed)
            inc_w_int(w, load_int(at));
        else
            write_date(w, load_int(at));
        break;
    case INC_KIND_TIME:
        if (packed)
            inc_w_int(w, load_int(at));
        else
            write_time(w, load_int(at));
        break;
    case INC_KIND_MAP:
        write_struct(w, f->type, at, packed);
        break;
    case INC_KIND_NODE:
        if (packed)
            inc_w_nil(w);
        else
            inc_w_node(w, load_pointer(at));
        break;
    case INC_KIND_LIST:
    default:
        INC_CHECK(0 && "lists do not nest");
    }
}

static void
write_field(struct inc_writer *w, const struct inc_field *f, const void *from,
            int packed)
{
    const unsigned char *at = (const unsigned char *)from + f->offset;
    const unsigned char *items;
    uint32_t count;

    if (f->kind != INC_KIND_LIST) {
        write_value(w, f, f->kind, at, packed);
        return;
    }
    if (packed && f->item == INC_KIND_NODE) {
        inc_w_nil(w);
        return;
    }
    items = load_pointer(at);
    memcpy(&count, (const unsigned char *)from + f->count_offset, sizeof count);
    inc_w_list(w);
    for (uint32_t i = 0; i < count; i++)
        write_value(w, f, f->item, items + i * inc_item_size(f), packed);
    inc_w_end(w);
}

static void
write_struct(struct inc_writer *w, const struct inc_type *t, const void *from,
             int packed)
{
    uint64_t has;

    memcpy(&has, from, sizeof has);
    if (t->n_fields < 64)
        has &= (UINT64_C(1) << t->n_fields) - 1;
    if (packed)
        inc_w_list(w);
    else
        inc_w_map(w);
    for (uint32_t i = 0; i < t->n_fields && has >> i != 0; i++) {
        int present = (has >> i & 1) != 0;
        if (packed && !present) {
            inc_w_nil(w);
        } else if (present) {
            if (!packed)
                inc_w_key(w, t->fields[i].name);
            write_field(w, &t->fields[i], from, packed);
        }
    }
    inc_w_end(w);
}

void
inc_schema_encode(struct inc_writer *w, const struct inc_type *t,
                  const void *from)
{
    write_struct(w, t, from, 0);
}

void
inc_schema_pack(struct inc_writer *w, const struct inc_type *t,
                const void *from)
{
    write_struct(w, t, from, 1);
}

/* Bytes of a field's value in its struct, the count of a list aside. */
static size_t
value_size(const struct inc_field *f)
{
    switch (f->kind) {
    case INC_KIND_TEXT:
    case INC_KIND_CODE:
    case INC_KIND_LIST:
    case INC_KIND_NODE:
        return sizeof(void *);
    case INC_KIND_MAP:
        return f->type->size;
    case INC_KIND_INT:
    case INC_KIND_BOOL:
    case INC_KIND_ENUM:
    case INC_KIND_DATE:
    case INC_KIND_TIME:
    default:
        return sizeof(int64_t);
    }
}

/* The field's absent value: what a decode of nothing would leave. */
static void
clear_field(void *base, const struct inc_field *f)
{
    unsigned char *at = (unsigned char *)base + f->offset;
    const uint32_t none = 0;

    if (f->kind == INC_KIND_MAP) {
        inc_schema_init(at, f->type);
        return;
    }
    memset(at, 0, value_size(f));
    if (f->kind == INC_KIND_LIST)
        memcpy((unsigned char *)base + f->count_offset, &none, sizeof none);
    else if (f->fallback_text != NULL)
        memcpy(at, &f->fallback_text, sizeof f->fallback_text);
    else if (f->has_fallback)
        memcpy(at, &f->fallback, sizeof f->fallback);
}

enum inc_status
inc_schema_merge(void *base, const void *patch, uint64_t removed,
                 const struct inc_type *t, struct inc_err *err)
{
    unsigned char *to = base;
    const unsigned char *from = patch;
    uint64_t has, set;

    memcpy(&has, base, sizeof has);
    memcpy(&set, patch, sizeof set);
    for (uint32_t i = 0; i < t->n_fields; i++) {
        const struct inc_field *f = &t->fields[i];
        if ((removed >> i & 1) && (f->flags & INC_FIELD_REQUIRED)) {
            (void)inc_fail(err, INC_E_MISSING, 0, "%s cannot be removed",
                           f->name);
            inc_err_where(err, "%s", f->name);
            return INC_E_MISSING;
        }
    }
    for (uint32_t i = 0; i < t->n_fields; i++) {
        const struct inc_field *f = &t->fields[i];
        if (removed >> i & 1) {
            clear_field(base, f);
            has &= ~(UINT64_C(1) << i);
        } else if (set >> i & 1) {
            memcpy(to + f->offset, from + f->offset, value_size(f));
            if (f->kind == INC_KIND_LIST)
                memcpy(to + f->count_offset, from + f->count_offset,
                       sizeof(uint32_t));
            has |= UINT64_C(1) << i;
        }
    }
    memcpy(base, &has, sizeof has);
    return INC_OK;
}
/* NOLINTEND(misc-no-recursion) */
