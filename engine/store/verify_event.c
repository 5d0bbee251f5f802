#include <stdio.h>

#include "engine/store/event.h"
#include "engine/store/private.h"

/* What verify looks at in the tables of events. Records that are gone are no
 * fault: their events follow a little later. */
struct check {
    struct inc_view *v;
    struct inc_teller teller;
    uint64_t rows[INC_TABLES];
    uint64_t mark, last;
};

/* Both sides of the pair must name the event. */
static void
check_event(struct check *c, const struct inc_event *e)
{
    const uint64_t side[2][2] = {{e->need, e->person}, {e->person, e->need}};
    unsigned long long seq = e->seq;

    if (e->seq == 0 || e->seq > c->last)
        inc_verify_fault(&c->teller, NULL, "event %llu: the last one is %llu",
                         seq, (unsigned long long)c->last);
    if (e->score < 0 || e->score > 10000)
        inc_verify_fault(&c->teller, NULL, "event %llu: a score of %ld", seq,
                         (long)e->score);
    for (int i = 0; i < 2; i++) {
        unsigned char key[2 * INC_NUMBER], named[INC_NUMBER];
        struct inc_err err;

        inc_number_put(key, side[i][0]);
        inc_number_put(key + INC_NUMBER, side[i][1]);
        (void)inc_fail(&err, INC_E_NOTFOUND, 0, "it is not there");
        if (inc_table_read(c->v->s, c->v->txn,
                           (enum inc_table)(INC_TABLE_EVENT_NEED + i), key,
                           sizeof key, named, sizeof named, &err) != INC_OK)
            inc_verify_fault(&c->teller, &err, "event %llu: by its pair: %s",
                             seq, err.what);
        else if (inc_number_get(named) != e->seq)
            inc_verify_fault(&c->teller, NULL,
                             "event %llu: its pair names event %llu", seq,
                             (unsigned long long)inc_number_get(named));
    }
}

static void
walk(struct check *c, enum inc_table t)
{
    MDB_cursor *cursor = NULL;
    MDB_val k, v;
    int rc = mdb_cursor_open(c->v->txn, c->v->s->dbi[t], &cursor);

    while (rc == 0 && (rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) == 0) {
        unsigned long long row = ++c->rows[t];
        struct inc_event e;
        struct inc_err err;
        const void *bytes;
        size_t len;

        /* Rows of pairs are looked up from their events; equal counts then
         * make it one to one. */
        enum inc_status st = inc_value_open(c->v->s, t, &k, &v, &c->v->plain,
                                            &bytes, &len, &err);

        if (st == INC_OK && t == INC_TABLE_EVENT)
            st = inc_event_unpack(&e, &k, bytes, len, &err);
        if (st != INC_OK)
            inc_verify_fault(&c->teller, &err, "row %llu of table %s: %s", row,
                             inc_table_name(t), err.what);
        else if (t == INC_TABLE_EVENT)
            check_event(c, &e);
    }
    if (rc != MDB_NOTFOUND)
        inc_verify_fault(&c->teller, NULL, "table %s: %s", inc_table_name(t),
                         mdb_strerror(rc));
    mdb_cursor_close(cursor);
}

void
inc_event_verify(struct inc_view *v, uint64_t head_seq, inc_event_tell_fn *tell,
                 void *arg)
{
    struct check c = {.v = v, .teller = {tell, arg}};
    struct inc_err err;

    if (!v->s->has_events)
        return;
    if (inc_event_mark(v, &c.mark, &err) != INC_OK ||
        inc_event_head(v, &c.last, &err) != INC_OK) {
        inc_verify_fault(&c.teller, &err, "events: %s", err.what);
        return;
    }
    if (c.mark > head_seq)
        inc_verify_fault(&c.teller, NULL,
                         "events: matched up to journal %llu, the head is %llu",
                         (unsigned long long)c.mark,
                         (unsigned long long)head_seq);
    for (int t = INC_TABLE_EVENT; t < INC_TABLE_EVENT_END; t++) {
        walk(&c, (enum inc_table)t);
        if (c.rows[t] != c.rows[INC_TABLE_EVENT])
            inc_verify_fault(&c.teller, NULL,
                             "table %s: %llu rows for %llu events",
                             inc_table_name((enum inc_table)t),
                             (unsigned long long)c.rows[t],
                             (unsigned long long)c.rows[INC_TABLE_EVENT]);
    }
}
