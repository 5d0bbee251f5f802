/*
 * A deep copy of a decoded need in one allocation, driven by the tables of
 * proto/schema.h: a field added to the record is copied without a line here.
 * First the bytes behind its pointers are counted, then they are copied.
 */
#include <string.h>

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/pool/inside.h"

/* Every piece starts on a multiple of this, enough for any member. */
enum { GRAIN = 8 };

static size_t
padded(size_t bytes)
{
    return (bytes + GRAIN - 1) / GRAIN * GRAIN;
}

static int
is_text(enum inc_kind kind)
{
    return kind == INC_KIND_TEXT || kind == INC_KIND_CODE;
}

static size_t
item_size(const struct inc_field *f)
{
    if (f->item == INC_KIND_MAP)
        return f->type->size;
    return is_text(f->item) ? sizeof(const char *) : sizeof(int64_t);
}

static const char *
text_at(const unsigned char *at)
{
    const char *text;

    memcpy(&text, at, sizeof text);
    return text;
}

/* The items of a list field that is there; *count 0 when it is not. */
static const unsigned char *
list_at(const unsigned char *record, const struct inc_field *f, int present,
        uint32_t *count)
{
    const unsigned char *items;

    memcpy(&items, record + f->offset, sizeof items);
    memcpy(count, record + f->count_offset, sizeof *count);
    if (!present || items == NULL)
        *count = 0;
    return items;
}

static int
has_field(const unsigned char *record, uint32_t i)
{
    uint64_t has;

    memcpy(&has, record, sizeof has); /* first member of every record */
    return (int)(has >> i & 1);
}

/* Bytes behind the pointers of a record. It calls itself for a record within
 * a record: as deep as the tables nest, which is fixed when this is built. */
static size_t /* NOLINTNEXTLINE(misc-no-recursion) see above */
measure(const struct inc_type *t, const unsigned char *record)
{
    size_t bytes = 0;

    for (uint32_t i = 0; i < t->n_fields; i++) {
        const struct inc_field *f = &t->fields[i];
        const unsigned char *at = record + f->offset;
        int present = has_field(record, i);

        if (f->kind == INC_KIND_MAP) {
            bytes += measure(f->type, at);
        } else if (is_text(f->kind) && present && text_at(at) != NULL) {
            bytes += padded(strlen(text_at(at)) + 1);
        } else if (f->kind == INC_KIND_LIST) {
            uint32_t n;
            const unsigned char *items = list_at(record, f, present, &n);
            size_t size = item_size(f);

            bytes += padded(n * size);
            for (uint32_t k = 0; k < n; k++) {
                if (f->item == INC_KIND_MAP)
                    bytes += measure(f->type, items + k * size);
                else if (is_text(f->item))
                    bytes += padded(strlen(text_at(items + k * size)) + 1);
            }
        }
    }
    return bytes;
}

struct sink {
    unsigned char *at;
};

static void *
add(struct sink *s, const void *bytes, size_t len)
{
    void *at = memcpy(s->at, bytes, len);

    s->at += padded(len);
    return at;
}

/* Put a copy of the text a pointer points to in place of it. */
static void
copy_text(struct sink *s, unsigned char *pointer)
{
    const char *text = text_at(pointer);

    text = add(s, text, strlen(text) + 1);
    memcpy(pointer, &text, sizeof text);
}

/* `record` is a shallow copy: give it its own bytes behind every pointer. What
 * is absent points nowhere. */
static void /* NOLINTNEXTLINE(misc-no-recursion) as measure() */
deepen(struct sink *s, const struct inc_type *t, unsigned char *record)
{
    static const void *const nothing = NULL;

    for (uint32_t i = 0; i < t->n_fields; i++) {
        const struct inc_field *f = &t->fields[i];
        unsigned char *at = record + f->offset;
        int present = has_field(record, i);

        if (f->kind == INC_KIND_MAP) {
            deepen(s, f->type, at);
        } else if (is_text(f->kind)) {
            if (present && text_at(at) != NULL)
                copy_text(s, at);
            else
                memcpy(at, &nothing, sizeof nothing);
        } else if (f->kind == INC_KIND_LIST) {
            uint32_t n;
            const unsigned char *from = list_at(record, f, present, &n);
            size_t size = item_size(f);
            unsigned char *items = n > 0 ? add(s, from, n * size) : NULL;

            for (uint32_t k = 0; k < n; k++) {
                if (f->item == INC_KIND_MAP)
                    deepen(s, f->type, items + k * size);
                else if (is_text(f->item))
                    copy_text(s, items + k * size);
            }
            memcpy(at, &items, sizeof items);
            memcpy(record + f->count_offset, &n, sizeof n);
        } else if (f->kind == INC_KIND_NODE) {
            memcpy(at, &nothing, sizeof nothing); /* never part of a record */
        }
    }
}

enum inc_status
inc_need_item_new(struct inc_need_item **out, uint64_t no,
                  const struct inc_need *n, const struct inc_world *w,
                  struct inc_err *err)
{
    const struct inc_type *t = &inc_need_type;
    const size_t head = padded(sizeof(struct inc_need_item));
    const size_t body = padded(sizeof *n);
    const size_t bytes = head + body + measure(t, (const void *)n);
    unsigned char *base = inc_mem_zero(bytes, 1);
    struct inc_need_item *item = (void *)base;
    size_t ready_bytes = 0;
    enum inc_status st = INC_OK;
    struct sink s;

    if (base == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a need");
    s.at = base + head + body;
    memcpy(base + head, n, sizeof *n);
    deepen(&s, t, base + head);
    INC_CHECK(s.at == base + bytes);
    atomic_init(&item->refs, 1);
    item->bytes = bytes;
    item->pub.no = no;
    item->pub.tie = inc_hash64(n->id, strlen(n->id));
    item->pub.need = (const void *)(base + head);
    if (w->care != NULL) {
        INC_TRY(
            w->care->make(&item->ready, &ready_bytes, item->pub.need, w, err));
        item->care = w->care;
        item->pub.ready = item->ready;
        item->bytes += ready_bytes;
    }
    *out = item;
    item = NULL;
out:
    inc_need_item_drop(item);
    return st;
}

void
inc_need_item_drop(struct inc_need_item *i)
{
    if (i == NULL ||
        atomic_fetch_sub_explicit(&i->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (i->care != NULL)
        i->care->drop(i->ready);
    inc_mem_free(i);
}
