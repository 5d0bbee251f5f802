/* verify_trail.c - what verify looks at in the register's tables. */
#include <stdio.h>
#include <string.h>

#include "engine/store/event.h"
#include "engine/store/merkle.h"
#include "engine/store/prune_private.h"

struct check {
    struct inc_view *v;
    struct inc_teller teller;
    struct inc_arena arena;
    struct inc_trail_head head;
    struct inc_cut cut;
    struct inc_trail_row row;
    uint64_t seen;                   /* number of the last row */
    unsigned char chain[INC_DIGEST]; /* after it */
    int has_chain;                   /* it is known */
    struct inc_merkle tree;          /* likewise */
    int nodes_told;                  /* every later one would be wrong too */
    uint64_t needs, people;          /* that the entries name */
};

/* A person's row of the index, and what it says. */
static void
check_link(struct check *c, const struct inc_trail *t, uint64_t person,
           uint32_t rank, int32_t score)
{
    unsigned char key[INC_TRAIL_KEY], place[INC_TRAIL_PLACE];
    uint64_t want = (uint64_t)rank << 32 | (uint32_t)score;
    struct inc_err err;

    c->people++;
    inc_trail_key(key, person, t->no);
    (void)inc_fail(&err, INC_E_NOTFOUND, 0, "it is not there");
    if (inc_table_read(c->v->s, c->v->txn, INC_TABLE_TRAIL_PERSON, key,
                       sizeof key, place, sizeof place, &err) != INC_OK)
        inc_verify_fault(
            &c->teller, &err, "register %llu: the row of person %llu: %s",
            (unsigned long long)t->no, (unsigned long long)person, err.what);
    else if (inc_number_get(place) != want)
        inc_verify_fault(
            &c->teller, NULL,
            "register %llu: the row of person %llu has another place",
            (unsigned long long)t->no, (unsigned long long)person);
}

static void
check_subjects(struct check *c, const struct inc_trail *t)
{
    unsigned char key[INC_TRAIL_KEY];
    struct inc_err err;

    if (inc_trail_links_person(t))
        check_link(c, t, t->person, 0, INC_TRAIL_NO_SCORE);
    for (uint32_t i = 0; i < t->n_subjects; i++) {
        const struct inc_trail_subject *s = &t->subject[i];

        if (s->kind != INC_RECORD_NEED)
            continue;
        c->needs++;
        inc_trail_key(key, s->no, t->no);
        (void)inc_fail(&err, INC_E_NOTFOUND, 0, "it is not there");
        if (inc_table_read(c->v->s, c->v->txn, INC_TABLE_TRAIL_NEED, key,
                           sizeof key, key, 0, &err) != INC_OK)
            inc_verify_fault(
                &c->teller, &err,
                "register %llu: the row of need %llu is not in order",
                (unsigned long long)t->no, (unsigned long long)s->no);
    }
}

static void
check_items(struct check *c, const struct inc_trail_row *row)
{
    struct inc_merkle m;
    struct inc_trail_item item;
    unsigned char leaf[INC_TRAIL_LEAF], root[INC_DIGEST];
    size_t at = 0;
    int more;

    inc_merkle_begin(&m);
    while ((more = inc_trail_item_next(&item, row->packed, row->packed_len,
                                       &at)) > 0) {
        inc_trail_leaf(leaf, &item);
        inc_merkle_add(&m, leaf, sizeof leaf);
        if (row->t.of == INC_RECORD_CANDIDATE && item.no != 0)
            check_link(c, &row->t, item.no, item.rank, item.score);
    }
    inc_merkle_root(&m, root);
    if (more < 0 || m.n != row->t.n_items ||
        memcmp(root, row->t.items, INC_DIGEST) != 0)
        inc_verify_fault(
            &c->teller, NULL,
            "register %llu: its items are not those that were chained",
            (unsigned long long)row->t.no);
}

static void
check_nodes(struct check *c, const struct inc_trail_row *row)
{
    unsigned char nodes[INC_MERKLE_DEPTH][INC_DIGEST], leaf[INC_DIGEST];
    uint32_t n;

    inc_trail_row_leaf(leaf, row);
    n = inc_merkle_grow_leaf(&c->tree, leaf, nodes);
    if (c->nodes_told || (n == row->n_nodes &&
                          memcmp(nodes, row->nodes, n * sizeof nodes[0]) == 0))
        return;
    c->nodes_told = 1;
    inc_verify_fault(&c->teller, NULL,
                     "register %llu: its nodes of the tree are others",
                     (unsigned long long)c->seen);
}

/* The chain up to this entry; what is before the first whole row was pruned,
 * and where the cut is it has to be the one that was signed. */
static void
check_chain(struct check *c, const struct inc_trail_row *row)
{
    unsigned char sum[INC_DIGEST];
    unsigned long long no = c->seen;

    if (row->t.no != c->seen)
        inc_verify_fault(&c->teller, NULL,
                         "register %llu: it names itself %llu", no,
                         (unsigned long long)row->t.no);
    inc_chain_next(sum, c->chain, row->head, row->head_len);
    if ((c->has_chain && memcmp(sum, row->chain, INC_DIGEST) != 0) ||
        (c->seen == c->cut.no &&
         memcmp(row->chain, c->head.base, INC_DIGEST) != 0))
        inc_verify_fault(&c->teller, NULL, "register %llu: the chain is broken",
                         no);
    memcpy(c->chain, row->chain, INC_DIGEST);
    c->has_chain = 1;
}

static void
check_whole(struct check *c, const struct inc_trail_row *row)
{
    unsigned char sum[INC_DIGEST];

    check_chain(c, row);
    check_subjects(c, &row->t);
    inc_digest(sum, row->body, row->body_len);
    if (memcmp(sum, row->t.body, INC_DIGEST) != 0)
        inc_verify_fault(
            &c->teller, NULL,
            "register %llu: the body is not the one that was chained",
            (unsigned long long)c->seen);
    if (!row->erased)
        check_items(c, row);
    else if (row->t.of == INC_RECORD_CANDIDATE) /* a pair: one row */
        c->people += row->t.n_items;
}

/* After entry `cut.no`: what the cut says of those before it. */
static void
check_cut(struct check *c)
{
    struct inc_cut again = c->cut;
    unsigned char root[INC_DIGEST];
    struct inc_err err;

    inc_merkle_root(&c->tree, root);
    if (c->head.first != c->cut.no + 1 ||
        memcmp(c->cut.chain, c->head.base, INC_DIGEST) != 0 ||
        memcmp(c->cut.root, root, INC_DIGEST) != 0)
        inc_verify_fault(&c->teller, NULL,
                         "register: it was not cut after entry %llu",
                         (unsigned long long)c->cut.no);
    if (c->v->s->signer != NULL &&
        (inc_cut_sign(&again, c->v->s, &err) != INC_OK ||
         memcmp(again.signature, c->cut.signature, INC_SIGNATURE) != 0))
        inc_verify_fault(&c->teller, NULL,
                         "register: the cut's signature is another");
    memcpy(c->chain, c->head.base, INC_DIGEST);
    c->has_chain = 1;
}

static void
check_row(struct check *c, const MDB_val *key, const MDB_val *value)
{
    const struct inc_trail_row *row = &c->row;
    struct inc_err err;
    uint64_t at = key->mv_size == INC_NUMBER ? inc_number_get(key->mv_data) : 0;

    if (inc_trail_row_read(&c->row, c->v->s, key, value, &c->arena, &err) !=
        INC_OK) {
        inc_verify_fault(&c->teller, &err, "register %llu: %s",
                         (unsigned long long)at, err.what);
        return;
    }
    if (at != c->seen + 1)
        inc_verify_fault(&c->teller, NULL, "register %llu: follows %llu",
                         (unsigned long long)at, (unsigned long long)c->seen);
    if (row->pruned != (at <= c->cut.done))
        inc_verify_fault(&c->teller, NULL,
                         row->pruned ? "register %llu: it is not there, and "
                                       "was not pruned"
                                     : "register %llu: it was pruned, and is "
                                       "there",
                         (unsigned long long)at);
    c->seen = at;
    check_nodes(c, row);
    if (!row->pruned)
        check_whole(c, row);
    if (at == c->cut.no)
        check_cut(c);
}

/* Hands back how many rows the table has. */
static uint64_t
walk(struct check *c, enum inc_table t)
{
    MDB_cursor *cursor = NULL;
    MDB_val k, v;
    uint64_t rows = 0;
    int rc = mdb_cursor_open(c->v->txn, c->v->s->dbi[t], &cursor);

    while (rc == 0 && (rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) == 0) {
        struct inc_err err;
        const void *bytes;
        size_t len;

        rows++;
        inc_arena_reset(&c->arena);
        if (t == INC_TABLE_TRAIL)
            check_row(c, &k, &v);
        else if (inc_value_open(c->v->s, t, &k, &v, &c->row.plain, &bytes, &len,
                                &err) != INC_OK)
            inc_verify_fault(&c->teller, &err, "row %llu of table %s: %s",
                             (unsigned long long)rows, inc_table_name(t),
                             err.what);
    }
    if (rc != MDB_NOTFOUND)
        inc_verify_fault(&c->teller, NULL, "table %s: %s", inc_table_name(t),
                         mdb_strerror(rc));
    mdb_cursor_close(cursor);
    return rows;
}

static void
count(struct check *c, enum inc_table t, uint64_t want)
{
    uint64_t rows = walk(c, t);

    if (rows != want)
        inc_verify_fault(&c->teller, NULL,
                         "table %s: %llu rows, the register names %llu",
                         inc_table_name(t), (unsigned long long)rows,
                         (unsigned long long)want);
}

uint64_t
inc_trail_verify(struct inc_view *v, inc_event_tell_fn *tell, void *arg)
{
    struct check c = {.v = v, .teller = {tell, arg}};
    unsigned char ours[INC_DIGEST], theirs[INC_DIGEST];
    struct inc_err err;

    if (!v->s->has_trail)
        return 0;
    if (inc_trail_head_load(v->s, v->txn, &c.head, &err) != INC_OK ||
        inc_cut_load(v->s, v->txn, &c.cut, &err) != INC_OK ||
        (inc_arena_init(&c.arena, INC_ENTRY_ARENA) != INC_OK &&
         inc_fail(&err, INC_E_NOMEM, 0, "no memory") != INC_OK)) {
        inc_verify_fault(&c.teller, &err, "register: it cannot be read");
        return 0;
    }
    c.has_chain = c.cut.done == 0;
    if (c.has_chain)
        inc_trail_chain_first(c.chain, v->s->id);
    (void)walk(&c, INC_TABLE_TRAIL);
    if (c.cut.no != c.head.first - 1)
        inc_verify_fault(&c.teller, NULL,
                         "register: it begins with %llu, the cut was after "
                         "%llu",
                         (unsigned long long)c.head.first,
                         (unsigned long long)c.cut.no);
    if (c.seen != c.head.last || memcmp(c.chain, c.head.chain, INC_DIGEST) != 0)
        inc_verify_fault(
            &c.teller, NULL, "register: it ends at %llu, the head names %llu",
            (unsigned long long)c.seen, (unsigned long long)c.head.last);
    inc_merkle_root(&c.tree, ours);
    inc_merkle_root(&c.head.tree, theirs);
    if (memcmp(ours, theirs, INC_DIGEST) != 0)
        inc_verify_fault(&c.teller, NULL,
                         "register: its tree is not that of the head");
    count(&c, INC_TABLE_TRAIL_NEED, c.needs);
    count(&c, INC_TABLE_TRAIL_PERSON, c.people);
    (void)walk(&c, INC_TABLE_TRAIL_ESTATE);
    inc_trail_row_release(&c.row);
    inc_arena_release(&c.arena);
    return c.head.last + 1 - c.head.first;
}
