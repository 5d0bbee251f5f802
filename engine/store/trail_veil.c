/* trail_veil.c - what of an entry only the keys of the persons in it open. */
#include <string.h>

#include "engine/store/trail_private.h"

/*
 * Of each person's key and the entry's salt two more are made: one veils her
 * marks, one goes into the digest of the reply. A reply is a few thousand
 * possible lines for each requirement: whoever had plain digests of it could
 * try them all, and learn after an erasure what was erased.
 */
static const char veil_name[] = "incrocio register veil";
static const char body_name[] = "incrocio register body";

enum {
    VEIL_LABEL = sizeof veil_name + INC_TRAIL_SALT + INC_NUMBER,
    BODY_LABEL = sizeof body_name + INC_TRAIL_SALT + INC_NUMBER
};

static enum inc_status
key_of(const struct inc_store *s, uint64_t no, unsigned char out[INC_SECRET],
       struct inc_err *err)
{
    enum inc_status st = inc_ring_key(s->ring, no, out, err);

    if (st == INC_E_NOTFOUND) {
        st = inc_fail(err, INC_E_BUSY, 0,
                      "somebody in the answer was erased meanwhile");
        inc_err_hint(err, "ask again");
    }
    return st;
}

void
inc_trail_veil_begin(struct inc_trail_veil *v, const struct inc_store *s,
                     const struct inc_trail *t)
{
    v->s = s;
    v->t = t;
    if (t->about == INC_ABOUT_UNKNOWN)
        inc_random_bytes(v->unknown, sizeof v->unknown);
    inc_hasher_init(&v->reply);
    inc_hasher_add(&v->reply, t->salt, INC_TRAIL_SALT);
}

enum inc_status
inc_trail_veil_item(struct inc_trail_veil *v, uint32_t at, uint64_t no,
                    unsigned char *marks, size_t len, struct inc_err *err)
{
    unsigned char label[VEIL_LABEL], key[INC_SECRET], part[INC_SECRET];
    enum inc_status st = INC_OK;

    if (v->t->about == INC_ABOUT_UNKNOWN)
        memcpy(key, v->unknown, sizeof key);
    else if (v->t->about == INC_ABOUT_PERSON)
        st = key_of(v->s, v->t->person, key, err);
    else
        st = key_of(v->s, no, key, err);
    if (st != INC_OK)
        return st;
    memcpy(label, veil_name, sizeof veil_name);
    memcpy(label + sizeof veil_name, v->t->salt, INC_TRAIL_SALT);
    inc_number_put(label + sizeof veil_name + INC_TRAIL_SALT, at);
    inc_derive(key, part, key, label, sizeof label);
    inc_veil(marks, len, key);
    inc_hasher_add(&v->reply, part, sizeof part);
    inc_wipe(key, sizeof key);
    inc_wipe(part, sizeof part);
    return INC_OK;
}

void
inc_trail_veil_end(struct inc_trail_veil *v, const void *reply, size_t len,
                   unsigned char out[INC_DIGEST])
{
    inc_hasher_add(&v->reply, reply, len);
    inc_hasher_end(&v->reply, out);
    inc_wipe(v->unknown, sizeof v->unknown);
}

int
inc_trail_gone(const struct inc_store *s, uint64_t no)
{
    return inc_ring_is_gone(s->ring, no);
}

enum inc_status
inc_trail_reply_begin(struct inc_hasher *out, const struct inc_store *s,
                      const struct inc_trail *t,
                      const struct inc_trail_item *items, size_t n,
                      struct inc_err *err)
{
    struct inc_trail_veil veil;
    unsigned char none[1];
    enum inc_status st = INC_OK;

    inc_trail_veil_begin(&veil, s, t);
    for (size_t i = 0; i < n && st == INC_OK; i++)
        st = inc_trail_veil_item(&veil, (uint32_t)i, items[i].no, none, 0, err);
    *out = veil.reply;
    return st;
}

static size_t
body_label(unsigned char out[BODY_LABEL], const struct inc_trail *t)
{
    memcpy(out, body_name, sizeof body_name);
    memcpy(out + sizeof body_name, t->salt, INC_TRAIL_SALT);
    inc_number_put(out + sizeof body_name + INC_TRAIL_SALT, t->person);
    return BODY_LABEL;
}

enum inc_status
inc_trail_body_seal(const struct inc_store *s, const struct inc_trail *t,
                    const struct inc_buf *plain, struct inc_buf *out,
                    struct inc_err *err)
{
    unsigned char label[BODY_LABEL], key[INC_SECRET];
    enum inc_status st = key_of(s, t->person, key, err);

    if (st != INC_OK)
        return st;
    inc_buf_reset(out);
    inc_buf_room(out, plain->len + INC_SEAL_EXTRA);
    if (!out->failed)
        inc_seal(out->data, key, label, body_label(label, t), plain->data,
                 plain->len);
    inc_wipe(key, sizeof key);
    return INC_OK; /* trouble sticks in *out */
}

enum inc_status
inc_trail_body_open(const struct inc_store *s, const struct inc_trail *t,
                    const void *sealed, size_t len, struct inc_buf *out,
                    struct inc_err *err)
{
    unsigned char label[BODY_LABEL], key[INC_SECRET];
    enum inc_status st;

    if (len < INC_SEAL_EXTRA)
        return inc_fail(err, INC_E_CORRUPT, 0, "a body is cut short");
    st = inc_ring_key(s->ring, t->person, key, err);
    if (st != INC_OK)
        return st;
    inc_buf_reset(out);
    inc_buf_room(out, len - INC_SEAL_EXTRA);
    if (out->failed)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to open an entry");
    else if (inc_unseal(out->data, key, label, body_label(label, t), sealed,
                        len) != 0)
        st = inc_fail(err, INC_E_CORRUPT, 0,
                      "a body does not open with its person's key");
    inc_wipe(key, sizeof key);
    return st;
}

enum inc_status
inc_trail_item_open(struct inc_trail_item *item, const struct inc_store *s,
                    const struct inc_trail *t, uint32_t at,
                    unsigned char *lines, struct inc_err *err)
{
    unsigned char marks[INC_NUMBER + 2 * INC_TRAIL_LINES_MAX];
    struct inc_trail_veil veil;
    size_t len = (size_t)2 * item->n_lines;
    enum inc_status st;

    inc_number_put(marks, item->mark);
    memcpy(marks + INC_NUMBER, item->lines, len);
    inc_trail_veil_begin(&veil, s, t);
    st = inc_trail_veil_item(&veil, at, item->no, marks, INC_NUMBER + len, err);
    if (st != INC_OK)
        return st;
    item->mark = inc_number_get(marks);
    memcpy(lines, marks + INC_NUMBER, len);
    item->lines = lines;
    return INC_OK;
}
