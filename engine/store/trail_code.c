/* trail_code.c - bytes of the register's entries. */
#include <string.h>

#include "engine/base/check.h"
#include "engine/store/merkle.h"
#include "engine/store/trail_private.h"

/*
 * Stored form: [head, chain, body, nodes]. The head is the entry's number, 8
 * bytes, then a list of its own, so that chain and tree run over exactly the
 * stored bytes. The body [request, items] stands beside them; the head holds
 * its digest as kept, which for a question about a person is sealed with her
 * key: it may become unreadable and the chain still holds. As in the journal
 * operations and kinds are stored by name.
 */
enum {
    TRAIL_VERSION = 1,
    HEAD_FIELDS = 20,
    SUBJECT_FIELDS = 3,
    ENTRY_FIELDS = 4,
    STUB_FIELDS = 2, /* [leaf, nodes]: a pruned entry */
    BODY_FIELDS = 2,
    LINES_MAX = INC_TRAIL_LINES_MAX
};

/* A request is at most 1 MiB, an item's 400 lines 2 bytes each. */
static const struct inc_frame_limits entry_limits = {8u << 20, 16, 2};
static const struct inc_frame_limits head_limits = {8192, 64, 3};

void
inc_trail_row_release(struct inc_trail_row *row)
{
    inc_plain_release(&row->plain);
    inc_plain_release(&row->opened);
}

void
inc_slip_release(struct inc_slip *s)
{
    inc_buf_release(&s->head);
    inc_buf_release(&s->body);
    inc_buf_release(&s->links);
}

/* ---- writing ------------------------------------------------------------ */

static void
number(struct inc_buf *out, uint64_t v)
{
    unsigned char b[10];
    size_t n = 0;

    do {
        b[n++] = (unsigned char)((v & 127u) | (v > 127 ? 128u : 0));
        v >>= 7;
    } while (v != 0);
    inc_buf_add(out, b, n);
}

void
inc_trail_leaf(unsigned char out[INC_TRAIL_LEAF],
               const struct inc_trail_item *i)
{
    inc_number_put(out, i->no);
    inc_number_put(out + INC_NUMBER,
                   (uint64_t)i->rank << 32 | (uint32_t)i->score);
    inc_number_put(out + (size_t)2 * INC_NUMBER, i->mark);
}

/* `marks`: 8 bytes of the item's, 2 of each line's. */
static void
item_pack(struct inc_buf *out, const struct inc_trail_item *i,
          const unsigned char *marks)
{
    number(out, i->no);
    number(out, i->rank);
    number(out, (uint64_t)((int64_t)i->score + 1));
    inc_buf_add(out, marks, INC_NUMBER);
    number(out, i->n_lines);
    inc_buf_add(out, marks + INC_NUMBER, (size_t)2 * i->n_lines);
}

static void
head_pack(struct inc_buf *out, const struct inc_trail *t)
{
    struct inc_writer w;

    inc_writer_init(&w, out);
    inc_w_list(&w);
    inc_w_int(&w, TRAIL_VERSION);
    inc_w_int(&w, t->at_unix_ms);
    inc_w_text(&w, inc_ops[t->op].wire);
    inc_w_int(&w, t->result);
    inc_w_text_or_nil(&w, t->actor);
    inc_w_text_or_nil(&w, t->office);
    inc_w_text_or_nil(&w, t->purpose);
    inc_w_int(&w, (int64_t)t->generation);
    inc_w_int(&w, (int64_t)t->view);
    inc_w_int(&w, t->as_of);
    inc_w_list(&w);
    for (uint32_t i = 0; i < t->n_subjects; i++) {
        inc_w_text(&w, inc_record_name(t->subject[i].kind));
        inc_w_int(&w, (int64_t)t->subject[i].no);
        inc_w_int(&w, t->subject[i].revision);
    }
    inc_w_end(&w);
    inc_w_text(&w, inc_record_name(t->of));
    inc_w_int(&w, t->n_items);
    inc_w_bin(&w, t->estate, INC_DIGEST);
    inc_w_bin(&w, t->reply, INC_DIGEST);
    inc_w_int(&w, (int64_t)t->reply_len);
    inc_w_bin(&w, t->items, INC_DIGEST);
    inc_w_bin(&w, t->body, INC_DIGEST);
    inc_w_bin(&w, t->salt, INC_TRAIL_SALT);
    inc_w_int(&w, t->about == INC_ABOUT_UNKNOWN  ? -1
                  : t->about == INC_ABOUT_PERSON ? (int64_t)t->person
                                                 : 0);
    inc_w_end(&w);
}

int
inc_trail_links_person(const struct inc_trail *t)
{
    return t->about == INC_ABOUT_PERSON && t->of != INC_RECORD_CANDIDATE;
}

static void
link_add(struct inc_slip *out, uint64_t person, uint32_t rank, int32_t score)
{
    const struct inc_trail_link l = {person, rank, score};

    inc_buf_add(&out->links, &l, sizeof l);
}

static void
links_fill(struct inc_slip *out, const struct inc_trail *t,
           const struct inc_trail_item *items)
{
    for (uint32_t i = 0; i < t->n_subjects; i++) {
        const struct inc_trail_subject *s = &t->subject[i];

        if (s->kind == INC_RECORD_NEED)
            out->need = s->no;
    }
    if (inc_trail_links_person(t))
        link_add(out, t->person, 0, INC_TRAIL_NO_SCORE);
    for (uint32_t i = 0; i < t->n_items && t->of == INC_RECORD_CANDIDATE; i++)
        if (items[i].no != 0)
            link_add(out, items[i].no, items[i].rank, items[i].score);
}

/* The items: packed, veiled, their root and the reply's digest. */
static enum inc_status
items_fill(struct inc_buf *packed, struct inc_trail *t,
           const struct inc_store *s, const struct inc_trail_reply *r,
           struct inc_err *err)
{
    unsigned char marks[INC_NUMBER + 2 * LINES_MAX], leaf[INC_TRAIL_LEAF];
    struct inc_trail_veil veil;
    struct inc_merkle m;
    enum inc_status st = INC_OK;

    inc_merkle_begin(&m);
    inc_trail_veil_begin(&veil, s, t);
    for (uint32_t i = 0; i < t->n_items && st == INC_OK; i++) {
        struct inc_trail_item item = r->items[i];

        INC_CHECK(item.n_lines <= LINES_MAX);
        inc_number_put(marks, item.mark);
        if (item.n_lines > 0)
            memcpy(marks + INC_NUMBER, item.lines, (size_t)2 * item.n_lines);
        st = inc_trail_veil_item(&veil, i, item.no, marks,
                                 INC_NUMBER + (size_t)2 * item.n_lines, err);
        item.mark = inc_number_get(marks);
        inc_trail_leaf(leaf, &item);
        inc_merkle_add(&m, leaf, sizeof leaf);
        item_pack(packed, &item, marks);
    }
    inc_trail_veil_end(&veil, r->reply, r->reply_len, t->reply);
    t->reply_len = r->reply_len;
    inc_merkle_root(&m, t->items);
    return st;
}

/* The body as it is kept, and its digest. */
static enum inc_status
body_fill(struct inc_buf *out, struct inc_trail *t, const struct inc_store *s,
          const struct inc_trail_reply *r, const struct inc_buf *packed,
          struct inc_err *err)
{
    struct inc_buf plain = {0};
    struct inc_writer w;
    enum inc_status st = INC_OK;
    int sealed = t->about == INC_ABOUT_PERSON;

    inc_writer_init(&w, sealed ? &plain : out);
    inc_w_list(&w);
    inc_w_bin(&w, r->request,
              t->about == INC_ABOUT_UNKNOWN ? 0 : r->request_len);
    inc_w_bin(&w, packed->data, packed->len);
    inc_w_end(&w);
    if (plain.failed)
        out->failed = 1;
    else if (sealed)
        st = inc_trail_body_seal(s, t, &plain, out, err);
    inc_plain_release(&plain);
    inc_digest(t->body, out->data, out->failed ? 0 : out->len);
    return st;
}

enum inc_status
inc_slip_fill(struct inc_slip *out, const struct inc_store *s,
              struct inc_trail *t, const struct inc_trail_reply *r,
              struct inc_err *err)
{
    struct inc_buf packed = {0};
    enum inc_status st = INC_OK;

    INC_TRY(items_fill(&packed, t, s, r, err));
    INC_TRY(body_fill(&out->body, t, s, r, &packed, err));
    head_pack(&out->head, t);
    links_fill(out, t, r->items);
    if (packed.failed || out->head.failed || out->body.failed ||
        out->links.failed)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to record a match");
out:
    inc_plain_release(&packed);
    return st;
}

void
inc_trail_row_write(struct inc_buf *out, const struct inc_buf *head,
                    const unsigned char chain[INC_DIGEST],
                    const struct inc_buf *body, const void *nodes,
                    size_t n_nodes)
{
    struct inc_writer w;

    inc_writer_init(&w, out);
    inc_w_list(&w);
    inc_w_bin(&w, head->data, head->len);
    inc_w_bin(&w, chain, INC_DIGEST);
    inc_w_bin(&w, body->data, body->len);
    inc_w_bin(&w, nodes, n_nodes * INC_DIGEST);
    inc_w_end(&w);
}

void
inc_trail_stub_write(struct inc_buf *out, const unsigned char leaf[INC_DIGEST],
                     const void *nodes, size_t n_nodes)
{
    struct inc_writer w;

    inc_writer_init(&w, out);
    inc_w_list(&w);
    inc_w_bin(&w, leaf, INC_DIGEST);
    inc_w_bin(&w, nodes, n_nodes * INC_DIGEST);
    inc_w_end(&w);
}

/* ---- reading ------------------------------------------------------------ */

static int
number_read(uint64_t *out, const unsigned char *p, size_t len, size_t *at)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (*at >= len)
            return -1;
        v |= (uint64_t)(p[*at] & 127u) << shift;
        if ((p[(*at)++] & 128u) == 0) {
            *out = v;
            return 0;
        }
    }
    return -1;
}

int
inc_trail_item_next(struct inc_trail_item *out, const void *packed, size_t len,
                    size_t *at)
{
    const unsigned char *p = packed;
    uint64_t rank, score, lines;

    if (*at >= len)
        return 0;
    if (number_read(&out->no, p, len, at) != 0 ||
        number_read(&rank, p, len, at) != 0 || rank > UINT32_MAX ||
        number_read(&score, p, len, at) != 0 || score > INT32_MAX ||
        len - *at < INC_NUMBER)
        return -1;
    out->rank = (uint32_t)rank;
    out->score = (int32_t)score - 1;
    out->mark = inc_number_get(p + *at);
    *at += INC_NUMBER;
    if (number_read(&lines, p, len, at) != 0 || lines > LINES_MAX ||
        len - *at < 2 * lines)
        return -1;
    out->n_lines = (uint32_t)lines;
    out->lines = p + *at;
    *at += (size_t)(2 * lines);
    return 1;
}

int
inc_trail_items_hold(const struct inc_trail_row *row)
{
    unsigned char leaf[INC_TRAIL_LEAF], root[INC_DIGEST];
    struct inc_trail_item item;
    struct inc_merkle m;
    size_t at = 0;
    uint32_t n = 0;
    int more;

    inc_merkle_begin(&m);
    for (; (more = inc_trail_item_next(&item, row->packed, row->packed_len,
                                       &at)) > 0;
         n++) {
        inc_trail_leaf(leaf, &item);
        inc_merkle_add(&m, leaf, sizeof leaf);
    }
    inc_merkle_root(&m, root);
    return more == 0 && n == row->t.n_items &&
           memcmp(root, row->t.items, INC_DIGEST) == 0;
}

static void
subjects_read(struct inc_taker *t, struct inc_trail *out)
{
    const struct inc_node *list = inc_take(t, INC_NODE_LIST);
    struct inc_taker each = {.list = list, .a = t->a};
    size_t n = list == NULL ? 0 : inc_node_count(list);

    if (n % SUBJECT_FIELDS != 0 || n / SUBJECT_FIELDS > INC_TRAIL_SUBJECTS) {
        t->bad = 1;
        return;
    }
    for (size_t i = 0; i < n / SUBJECT_FIELDS; i++) {
        struct inc_trail_subject *s = &out->subject[i];
        const char *name = inc_take_text(&each);
        int kind = name == NULL ? -1 : inc_kind_of(name);

        s->kind = kind < 0 ? INC_RECORD_KINDS : (enum inc_record_kind)kind;
        s->no = inc_take_number(&each);
        s->revision = inc_take_int(&each);
        if (kind < 0)
            each.bad = 1;
    }
    out->n_subjects = (uint32_t)(n / SUBJECT_FIELDS);
    t->bad |= each.bad;
    t->no_memory |= each.no_memory;
}

/* The person an entry is about: -1 unknown, 0 nobody. */
static void
about_read(struct inc_taker *t, struct inc_trail *out)
{
    int64_t about = inc_take_int(t);

    if (about < -1)
        t->bad = 1;
    out->about = about < 0    ? INC_ABOUT_UNKNOWN
                 : about == 0 ? INC_ABOUT_NOBODY
                              : INC_ABOUT_PERSON;
    out->person = about > 0 ? (uint64_t)about : 0;
}

static enum inc_status
head_read(struct inc_trail *out, const void *bytes, size_t len,
          struct inc_arena *a, struct inc_err *err)
{
    enum inc_status st;
    struct inc_frame *f = NULL;
    struct inc_taker t = {.a = a};
    const char *wire, *of;
    int64_t version, result, as_of;
    uint64_t items;
    int op, kind;

    if (len < INC_NUMBER)
        return inc_fail(err, INC_E_CORRUPT, 0, "an entry is cut short");
    out->no = inc_number_get(bytes);
    INC_TRY(inc_take_frame(&f, (const unsigned char *)bytes + INC_NUMBER,
                           len - INC_NUMBER, &head_limits, HEAD_FIELDS,
                           "the head of an entry of the register", err));
    t.list = inc_frame_root(f);
    version = inc_take_int(&t);
    out->at_unix_ms = inc_take_int(&t);
    wire = inc_take_text(&t);
    result = inc_take_int(&t);
    out->actor = inc_take_text_or_nil(&t);
    out->office = inc_take_text_or_nil(&t);
    out->purpose = inc_take_text_or_nil(&t);
    out->generation = inc_take_number(&t);
    out->view = inc_take_number(&t);
    as_of = inc_take_int(&t);
    subjects_read(&t, out);
    of = inc_take_text(&t);
    items = inc_take_number(&t);
    inc_take_bytes(&t, out->estate, INC_DIGEST);
    inc_take_bytes(&t, out->reply, INC_DIGEST);
    out->reply_len = inc_take_number(&t);
    inc_take_bytes(&t, out->items, INC_DIGEST);
    inc_take_bytes(&t, out->body, INC_DIGEST);
    inc_take_bytes(&t, out->salt, INC_TRAIL_SALT);
    about_read(&t, out);
    if (as_of > INT32_MAX || as_of < INT32_MIN || items > UINT32_MAX)
        t.bad = 1;
    INC_TRY(inc_taken(&t, "an entry of the register", err));
    op = inc_op_of(wire);
    kind = inc_kind_of(of);
    if (version > TRAIL_VERSION || op < 0 || kind < 0 || !inc_is_status(result))
        INC_TRY(inc_fail(err, INC_E_NEWER, 0,
                         "entry %llu of the register was written by a newer "
                         "version",
                         (unsigned long long)out->no));
    out->op = (enum inc_op)op;
    out->of = (enum inc_record_kind)kind;
    out->result = (enum inc_status)result;
    out->as_of = (int32_t)as_of;
    out->n_items = (uint32_t)items;
out:
    inc_frame_close(f);
    return st;
}

/* Bytes that a frame read stays the owner of are in `plain` or `opened`. */
static enum inc_status
body_read(struct inc_trail_row *out, const void *bytes, size_t len,
          struct inc_err *err)
{
    enum inc_status st;
    struct inc_frame *f = NULL;
    struct inc_taker t = {0};
    const struct inc_node *request, *items;

    INC_TRY(inc_take_frame(&f, bytes, len, &entry_limits, BODY_FIELDS,
                           "the body of an entry", err));
    t.list = inc_frame_root(f);
    request = inc_take(&t, INC_NODE_BIN);
    items = inc_take(&t, INC_NODE_BIN);
    INC_TRY(inc_taken(&t, "the body of an entry", err));
    out->request = inc_node_bin(request, &out->request_len);
    if (out->request_len == 0)
        out->request = NULL;
    out->packed = inc_node_bin(items, &out->packed_len);
out:
    inc_frame_close(f);
    return st;
}

static enum inc_status
body_open(struct inc_trail_row *out, const struct inc_store *s,
          struct inc_err *err)
{
    enum inc_status st;

    if (out->t.about != INC_ABOUT_PERSON)
        return body_read(out, out->body, out->body_len, err);
    st = inc_trail_body_open(s, &out->t, out->body, out->body_len, &out->opened,
                             err);
    if (st == INC_E_NOTFOUND) {
        out->erased = 1;
        return INC_OK;
    }
    return st != INC_OK
               ? st
               : body_read(out, out->opened.data, out->opened.len, err);
}

static enum inc_status
nodes_read(struct inc_trail_row *out, const struct inc_node *nodes,
           struct inc_err *err)
{
    out->nodes = inc_node_bin(nodes, &out->n_nodes);
    if (out->n_nodes % INC_DIGEST != 0)
        return inc_fail(err, INC_E_CORRUPT, 0, "an entry's nodes are cut");
    out->n_nodes /= INC_DIGEST;
    return INC_OK;
}

static enum inc_status
stub_read(struct inc_trail_row *out, struct inc_taker *t, struct inc_err *err)
{
    const struct inc_node *nodes;
    enum inc_status st;

    out->pruned = 1;
    inc_take_bytes(t, out->leaf, INC_DIGEST);
    nodes = inc_take(t, INC_NODE_BIN);
    st = inc_taken(t, "a pruned entry of the register", err);
    return st == INC_OK ? nodes_read(out, nodes, err) : st;
}

enum inc_status
inc_trail_row_take(struct inc_trail_row *out, const struct inc_store *s,
                   const void *bytes, size_t len, enum inc_trail_depth depth,
                   struct inc_arena *a, struct inc_err *err)
{
    enum inc_status st;
    struct inc_frame *f = NULL;
    struct inc_taker t = {.a = a};
    const struct inc_node *head, *body, *nodes;
    const struct inc_buf plain = out->plain, opened = out->opened;

    *out = (struct inc_trail_row){.plain = plain, .opened = opened};
    INC_TRY(inc_take_frame(&f, bytes, len, &entry_limits, STUB_FIELDS,
                           "an entry of the register", err));
    t.list = inc_frame_root(f);
    if (inc_node_count(t.list) < ENTRY_FIELDS) {
        st = stub_read(out, &t, err);
        goto out;
    }
    head = inc_take(&t, INC_NODE_BIN);
    inc_take_bytes(&t, out->chain, INC_DIGEST);
    body = inc_take(&t, INC_NODE_BIN);
    nodes = inc_take(&t, INC_NODE_BIN);
    INC_TRY(inc_taken(&t, "an entry of the register", err));
    out->head = inc_node_bin(head, &out->head_len);
    out->body = inc_node_bin(body, &out->body_len);
    INC_TRY(nodes_read(out, nodes, err));
    INC_TRY(head_read(&out->t, out->head, out->head_len, a, err));
    if (depth == INC_ROW_WHOLE)
        st = body_open(out, s, err);
out:
    inc_frame_close(f);
    return st;
}

void
inc_trail_row_leaf(unsigned char out[INC_DIGEST],
                   const struct inc_trail_row *row)
{
    if (row->pruned)
        memcpy(out, row->leaf, INC_DIGEST);
    else
        inc_merkle_leaf(out, row->head, row->head_len);
}

enum inc_status
inc_trail_row_read(struct inc_trail_row *out, const struct inc_store *s,
                   const MDB_val *key, const MDB_val *value,
                   struct inc_arena *a, struct inc_err *err)
{
    const void *bytes;
    size_t len;
    enum inc_status st = inc_value_open(s, INC_TABLE_TRAIL, key, value,
                                        &out->plain, &bytes, &len, err);

    if (st == INC_OK)
        st = inc_trail_row_take(out, s, bytes, len, INC_ROW_WHOLE, a, err);
    return st;
}
