/* mask.c - a reply as its visitor may see it: the second half of judge.h. */
#include <stdio.h>
#include <string.h>

#include "engine/access/judge.h"
#include "engine/base/hash.h"
#include "engine/base/hex.h"
#include "proto/bodies.h"
#include "proto/replies.h"

struct pass {
    const struct inc_grant *g;
    struct inc_writer w;
    const char *about;
    const unsigned char *secret;
};

void
inc_alias(char out[INC_ALIAS_TEXT], const char *who, const char *about,
          const char *id, size_t len,
          const unsigned char secret[INC_ALIAS_SECRET])
{
    struct inc_hasher h;
    unsigned char sum[INC_DIGEST];

    inc_hasher_init(&h);
    inc_hasher_add(&h, secret, INC_ALIAS_SECRET);
    inc_hasher_add(&h, who, strlen(who) + 1);
    inc_hasher_add(&h, about, strlen(about) + 1);
    inc_hasher_add(&h, id, len);
    inc_hasher_end(&h, sum);
    out[0] = 'p';
    out[1] = '-';
    inc_hex(out + 2, sum, (INC_ALIAS_TEXT - 3) / 2);
}

static const struct inc_type *
record_type(const char *name)
{
    for (int k = 0; name != NULL && k < INC_RECORD_KINDS; k++)
        if (strcmp(inc_record_name((enum inc_record_kind)k), name) == 0)
            return inc_record_type((enum inc_record_kind)k);
    return NULL;
}

/* The values below a field: a table's, or NULL for plain ones. */
static const struct inc_type *
below(const struct inc_field *f)
{
    return f->kind == INC_KIND_NODE || f->item == INC_KIND_NODE
               ? record_type(f->holds)
               : f->type;
}

static uint64_t
shown(const struct pass *p, int type)
{
    const struct inc_role *role = p->g->who->role;

    if (type < 0)
        return 0;
    return role->show[type] | (p->g->full ? role->full[type] : 0);
}

static void
put_alias(struct pass *p, const struct inc_node *n)
{
    char text[INC_ALIAS_TEXT];
    const char *id, *who = p->g->who->id;
    size_t len;

    if (inc_node_kind(n) != INC_NODE_TEXT) {
        inc_w_nil(&p->w);
        return;
    }
    id = inc_node_text(n, &len);
    /* People of one company see the same names, whoever of them asks. */
    if (p->g->who->company != NULL)
        who = p->g->who->company;
    inc_alias(text, who == NULL ? "" : who, p->about, id, len, p->secret);
    inc_w_text(&p->w, text);
}

static int64_t
in_band(const struct inc_role *role, int type, uint32_t field, int64_t v)
{
    for (uint32_t i = 0; i < role->n_bands; i++)
        if (role->band[i].type == (uint32_t)type &&
            role->band[i].field == field) {
            int64_t step = role->band[i].step, rest = v % step;

            return v - (rest < 0 ? rest + step : rest);
        }
    return v;
}

static void put_map(struct pass *p, const struct inc_type *t,
                    const struct inc_node *map);

/* One value of a table, or a list of them. A record that is no map cannot be
 * judged, so it is left out. */
static void
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the tables */
put_inside(struct pass *p, const struct inc_type *t, const struct inc_node *n)
{
    if (inc_node_kind(n) == INC_NODE_MAP) {
        put_map(p, t, n);
    } else if (inc_node_kind(n) == INC_NODE_LIST) {
        inc_w_list(&p->w);
        for (size_t i = 0; i < inc_node_count(n); i++)
            if (inc_node_kind(inc_node_at(n, i)) == INC_NODE_MAP)
                put_map(p, t, inc_node_at(n, i));
        inc_w_end(&p->w);
    } else {
        inc_w_nil(&p->w);
    }
}

static void
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the tables */
put_field(struct pass *p, int type, const struct inc_type *t, uint32_t i,
          const struct inc_node *n)
{
    const struct inc_role *role = p->g->who->role;
    const struct inc_field *f = &t->fields[i];

    inc_w_key(&p->w, f->name);
    if ((role->alias[type] >> i & 1) != 0)
        put_alias(p, n);
    else if (below(f) != NULL)
        put_inside(p, below(f), n);
    else if (inc_node_kind(n) == INC_NODE_INT)
        inc_w_int(&p->w, in_band(role, type, i, inc_node_int(n)));
    else
        inc_w_node(&p->w, n);
}

/* A field that holds tables of which nothing is shown says nothing either. */
static int
may_show(const struct pass *p, const struct inc_field *f)
{
    const struct inc_type *in = below(f);

    if (f->kind == INC_KIND_NODE || f->item == INC_KIND_NODE)
        if (in == NULL)
            return 0; /* no table says what is in it */
    return in == NULL || shown(p, inc_roles_type(p->g->roles, in)) != 0;
}

/* Names of the record's fields that this view hides, whether it has them or
 * not: so that nobody takes hidden for unknown. */
static void
put_hidden(struct pass *p, const struct inc_type *record)
{
    uint64_t seen = shown(p, inc_roles_type(p->g->roles, record));

    inc_w_key(&p->w, "hidden");
    inc_w_list(&p->w);
    for (uint32_t i = 0; i < record->n_fields; i++) {
        const struct inc_type *in = record->fields[i].type;
        uint64_t inside =
            in == NULL ? 0 : shown(p, inc_roles_type(p->g->roles, in));
        char name[128];

        if ((seen >> i & 1) == 0) {
            inc_w_text(&p->w, record->fields[i].name);
            continue;
        }
        for (uint32_t k = 0; in != NULL && k < in->n_fields; k++)
            if ((inside >> k & 1) == 0) {
                (void)snprintf(name, sizeof name, "%s.%s",
                               record->fields[i].name, in->fields[k].name);
                inc_w_text(&p->w, name);
            }
    }
    inc_w_end(&p->w);
}

static void
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the tables */
put_map(struct pass *p, const struct inc_type *t, const struct inc_node *map)
{
    int type = inc_roles_type(p->g->roles, t);
    uint64_t may = shown(p, type);

    inc_w_map(&p->w);
    for (uint32_t i = 0; i < t->n_fields; i++) {
        const struct inc_field *f = &t->fields[i];
        const struct inc_node *n = inc_node_get(map, f->name);

        if (n != NULL && (may >> i & 1) != 0 && may_show(p, f))
            put_field(p, type, t, i, n);
        if (strcmp(f->name, "hidden") == 0)
            for (uint32_t k = 0; k < t->n_fields; k++)
                if (record_type(t->fields[k].holds) != NULL)
                    put_hidden(p, record_type(t->fields[k].holds));
    }
    inc_w_end(&p->w);
}

enum inc_status
inc_mask(struct inc_buf *out, const struct inc_grant *g, enum inc_op op,
         const void *body, size_t len, const char *about,
         const unsigned char secret[INC_ALIAS_SECRET], struct inc_err *err)
{
    struct pass p = {.g = g, .about = about, .secret = secret};
    struct inc_frame *frame = NULL;
    enum inc_status st = INC_OK;

    if (g->who->role->everything) {
        inc_buf_add(out, body, len);
        goto out;
    }
    st = inc_frame_open(&frame, body, len, &inc_reply_limits, err);
    if (st != INC_OK) {
        if (st != INC_E_NOMEM)
            st = inc_fail(err, INC_E_BUG, 0, "a reply could not be read");
        goto out;
    }
    inc_writer_init(&p.w, out);
    put_inside(&p, inc_ops[op].reply, inc_frame_root(frame));
out:
    inc_frame_close(frame);
    if (st == INC_OK && out->failed)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the reply");
    return st;
}
