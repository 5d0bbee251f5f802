/*
 * The register: entries in their order, the chain over them, who is in them,
 * and what verify says when a byte of it changes.
 */
#include "tests/unit/store/fixture.h"

#include "engine/store/merkle.h"
#include "engine/store/private.h"
#include "engine/store/trail.h"

enum { ITEMS_MAX = 16, PEOPLE = 24 };

/* A store with people 1..PEOPLE: entries are veiled with their keys. */
static int
start_with_people(void **state)
{
    return start_with(state, PEOPLE);
}

struct seen {
    uint64_t no[64];
    uint32_t rank[64];
    int32_t score[64];
    size_t n, stop_at;
};

static enum inc_status
see(void *arg, const struct inc_trail_row *row, uint32_t rank, int32_t score)
{
    struct seen *s = arg;

    if (s->stop_at != 0 && s->n == s->stop_at)
        return INC_E_LIMIT;
    assert_true(s->n < 64);
    s->no[s->n] = row->t.no;
    s->rank[s->n] = rank;
    s->score[s->n++] = score;
    return INC_OK;
}

static struct seen
walk(struct fixture *f, const struct inc_trail_filter *filter, size_t look,
     size_t stop_at, uint64_t *next)
{
    struct seen s = {.stop_at = stop_at};
    struct inc_view *v = NULL;
    enum inc_status st;

    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    st = inc_trail_walk(v, filter, look, &f->read, see, &s, next, &f->err);
    if (st != INC_OK)
        IS(st, INC_E_LIMIT, &f->err);
    inc_view_close(v);
    return s;
}

/* An entry about need `need` with people first..first + n - 1 in it. */
static void
fill(struct fixture *f, struct inc_slip *slip, uint64_t need_no, uint64_t first,
     uint32_t n, int64_t at)
{
    static const unsigned char lines[] = {1, 2, 3, 4};
    struct inc_trail_item items[ITEMS_MAX];
    struct inc_trail t = {.at_unix_ms = at,
                          .op = INC_OP_MATCH_PEOPLE,
                          .actor = need_no % 2 != 0 ? "anna" : NULL,
                          .purpose = "orientamento",
                          .generation = 7,
                          .view = 8,
                          .as_of = 20000,
                          .subject = {{INC_RECORD_NEED, need_no, 3}},
                          .n_subjects = 1,
                          .of = INC_RECORD_CANDIDATE,
                          .n_items = n};
    struct inc_trail_reply r = {.request = "\x80",
                                .request_len = 1,
                                .reply = "\x81\xa1x\xc0",
                                .reply_len = 4,
                                .items = items};

    assert_true(n <= ITEMS_MAX);
    for (uint32_t i = 0; i < n; i++)
        items[i] = (struct inc_trail_item){.no = first + i,
                                           .rank = i + 1,
                                           .score = (int32_t)(9000 - 300 * i),
                                           .mark = 0x1234567890abcdef + i,
                                           .n_lines = i % 3,
                                           .lines = lines};
    memset(t.salt, 7, sizeof t.salt);
    OK(inc_slip_fill(slip, f->s, &t, &r, &f->err), &f->err);
}

static void
add(struct fixture *f, uint64_t need_no, uint64_t first, uint32_t n, int64_t at)
{
    struct inc_slip slip = {0}, *slips[] = {&slip};

    fill(f, &slip, need_no, first, n, at);
    OK(inc_trail_add(f->s, slips, 1, &f->err), &f->err);
    assert_true(slip.no != 0);
    inc_slip_release(&slip);
}

static void
faults(struct fixture *f, uint64_t want)
{
    struct inc_verify_report r;

    OK(inc_store_verify(f->s, &r, NULL, NULL, NULL, NULL, &f->err), &f->err);
    assert_int_equal(r.faults, want);
}

/* Person `who` asks for needs 1..3. */
static struct inc_trail
fill_about(struct fixture *f, struct inc_slip *slip, enum inc_trail_about about,
           uint64_t who)
{
    static const unsigned char lines[] = {1, 2, 3, 4};
    struct inc_trail_item items[3];
    struct inc_trail t = {.at_unix_ms = 5,
                          .op = INC_OP_MATCH_NEEDS,
                          .about = about,
                          .person = who,
                          .of = INC_RECORD_NEED,
                          .n_items = 3};
    struct inc_trail_reply r = {.request = "who she is",
                                .request_len = 10,
                                .reply = "what fits her",
                                .reply_len = 13,
                                .items = items};

    for (uint32_t i = 0; i < 3; i++)
        items[i] = (struct inc_trail_item){.no = i + 1,
                                           .rank = i + 1,
                                           .mark = 9,
                                           .n_lines = 2,
                                           .lines = lines};
    memset(t.salt, 7, sizeof t.salt);
    OK(inc_slip_fill(slip, f->s, &t, &r, &f->err), &f->err);
    return t;
}

static void
erase(struct fixture *f, const char *id, uint64_t no)
{
    struct inc_command c = command(f, INC_OP_CANDIDATE_DELETE, id, NULL);

    IS(run(f, &c), INC_OK, &c.err);
    OK(inc_ring_destroy(f->s->ring, &no, 1, &f->err), &f->err);
}

/* Flip a bit of the payload of a table's first row, or drop the row, leaving
 * every frame whole. */
static void
change_first(struct fixture *f, enum inc_table t, size_t at, int drop)
{
    static unsigned char copy[65536];
    unsigned char key[512];
    MDB_cursor *c = NULL;
    MDB_txn *txn = NULL;
    MDB_val k, v;
    struct inc_buf plain = {0};
    const void *bytes;
    size_t len, key_len;

    assert_int_equal(mdb_txn_begin(f->s->env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_cursor_open(txn, f->s->dbi[t], &c), 0);
    assert_int_equal(mdb_cursor_get(c, &k, &v, MDB_FIRST), 0);
    OK(inc_value_open(f->s, t, &k, &v, &plain, &bytes, &len, &f->err), &f->err);
    assert_true(at < len && len <= sizeof copy);
    memcpy(copy, bytes, len);
    copy[at] ^= 1;
    inc_plain_release(&plain);
    key_len = k.mv_size;
    memcpy(key, k.mv_data, key_len);
    mdb_cursor_close(c);
    if (drop)
        OK(inc_table_delete(f->s, txn, t, key, key_len, &f->err), &f->err);
    else
        OK(inc_table_put(f->s, txn, t, key, key_len, copy, len, 0, &f->err),
           &f->err);
    assert_int_equal(mdb_txn_commit(txn), 0);
}

static void
kept_as_given(void **state)
{
    struct fixture *f = *state;
    struct inc_view *v = NULL;
    struct inc_trail_row row = {0};
    struct inc_trail_item item;
    struct inc_trail_head head;
    size_t at = 0;

    add(f, 5, 10, 4, 1700000000000);
    add(f, 6, 0, 0, 1700000000001);
    reopen(f);
    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    OK(inc_trail_head(v, &head, &f->err), &f->err);
    assert_int_equal(head.first, 1);
    assert_int_equal(head.last, 2);
    OK(inc_trail_get(v, 1, &row, &f->read, &f->err), &f->err);
    assert_int_equal(row.t.no, 1);
    assert_int_equal(row.t.at_unix_ms, 1700000000000);
    assert_int_equal(row.t.op, INC_OP_MATCH_PEOPLE);
    assert_string_equal(row.t.actor, "anna");
    assert_null(row.t.office);
    assert_string_equal(row.t.purpose, "orientamento");
    assert_int_equal(row.t.generation, 7);
    assert_int_equal(row.t.view, 8);
    assert_int_equal(row.t.as_of, 20000);
    assert_int_equal(row.t.n_subjects, 1);
    assert_int_equal(row.t.subject[0].no, 5);
    assert_int_equal(row.t.subject[0].revision, 3);
    assert_int_equal(row.t.n_items, 4);
    assert_int_equal(row.request_len, 1);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(
            inc_trail_item_next(&item, row.packed, row.packed_len, &at), 1);
        assert_int_equal(item.no, 10 + i);
        assert_int_equal(item.rank, 1 + i);
        assert_int_equal(item.score, 9000 - 300 * i);
        assert_true(item.mark != UINT64_C(0x1234567890abcdef) + i); /* veiled */
        assert_int_equal(item.n_lines, i % 3);
    }
    assert_int_equal(
        inc_trail_item_next(&item, row.packed, row.packed_len, &at), 0);
    IS(inc_trail_get(v, 3, &row, &f->read, &f->err), INC_E_NOTFOUND, &f->err);
    IS(inc_trail_get(v, 0, &row, &f->read, &f->err), INC_E_NOTFOUND, &f->err);
    inc_trail_row_release(&row);
    inc_view_close(v);
    faults(f, 0);
}

/* Same question, answer, salt: same bytes, or nothing could be replayed. */
static void
filled_again_it_is_the_same(void **state)
{
    struct fixture *f = *state;
    struct inc_slip a = {0}, b = {0};
    struct inc_trail ta, tb;

    fill(f, &a, 3, 10, 3, 1000);
    fill(f, &b, 3, 10, 3, 1000);
    assert_int_equal(a.head.len, b.head.len);
    assert_memory_equal(a.head.data, b.head.data, a.head.len);
    assert_memory_equal(a.body.data, b.body.data, a.body.len);
    inc_slip_release(&a);
    inc_slip_release(&b);
    ta = fill_about(f, &a, INC_ABOUT_PERSON, 4);
    tb = fill_about(f, &b, INC_ABOUT_PERSON, 4);
    assert_memory_equal(ta.reply, tb.reply, INC_DIGEST);
    assert_memory_equal(ta.items, tb.items, INC_DIGEST);
    inc_slip_release(&b);
    tb = fill_about(f, &b, INC_ABOUT_PERSON, 5); /* another key */
    assert_memory_not_equal(ta.reply, tb.reply, INC_DIGEST);
    assert_memory_not_equal(ta.items, tb.items, INC_DIGEST);
    inc_slip_release(&b);
    tb = fill_about(f, &b, INC_ABOUT_UNKNOWN, 0);
    inc_slip_release(&a);
    ta = fill_about(f, &a, INC_ABOUT_UNKNOWN, 0); /* nobody can, ever */
    assert_memory_not_equal(ta.reply, tb.reply, INC_DIGEST);
    assert_memory_not_equal(ta.items, tb.items, INC_DIGEST);
    inc_slip_release(&a);
    inc_slip_release(&b);
}

static void
read_entry(struct fixture *f, uint64_t no, struct inc_trail_row *row)
{
    struct inc_view *v = NULL;

    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    OK(inc_trail_get(v, no, row, &f->read, &f->err), &f->err);
    inc_view_close(v);
}

static int
holds(const unsigned char *p, size_t len, const char *what)
{
    size_t n = strlen(what);

    for (size_t i = 0; i + n <= len; i++)
        if (memcmp(p + i, what, n) == 0)
            return 1;
    return 0;
}

/* Who is erased leaves entries that hold and say nothing of her: no request,
 * no digest that a guess could be compared with. */
static void
erased_says_nothing(void **state)
{
    struct fixture *f = *state;
    struct inc_slip slip = {0}, *slips[] = {&slip};
    struct inc_trail_row row = {0};
    struct inc_trail t = {
        .op = INC_OP_MATCH_PEOPLE, .of = INC_RECORD_CANDIDATE, .n_items = 1};
    struct inc_trail_item item = {.no = 12, .rank = 1, .score = 9000};
    struct inc_trail_reply r = {.items = &item};

    add(f, 5, 10, 4, 1700000000000);
    (void)fill_about(f, &slip, INC_ABOUT_PERSON, 12);
    OK(inc_trail_add(f->s, slips, 1, &f->err), &f->err);
    inc_slip_release(&slip);
    (void)fill_about(f, &slip, INC_ABOUT_UNKNOWN, 0);
    OK(inc_trail_add(f->s, slips, 1, &f->err), &f->err);
    inc_slip_release(&slip);
    read_entry(f, 2, &row);
    assert_int_equal(row.request_len, 10);
    assert_int_equal(holds(row.body, row.body_len, "who she is"), 0);
    read_entry(f, 3, &row);
    assert_null(row.request);
    assert_true(row.packed_len > 0);
    faults(f, 0);
    erase(f, "P-12", 12);
    read_entry(f, 2, &row);
    assert_int_equal(row.erased, 1);
    assert_null(row.request);
    assert_int_equal(row.packed_len, 0);
    read_entry(f, 1, &row);
    assert_int_equal(row.erased, 0);
    assert_true(row.packed_len > 0);
    inc_trail_row_release(&row);
    IS(inc_slip_fill(&slip, f->s, &t, &r, &f->err), INC_E_BUSY, &f->err);
    inc_slip_release(&slip);
    faults(f, 0);
}

static void
found_by_what_they_are_about(void **state)
{
    struct fixture *f = *state;
    struct inc_trail_filter none = {0}, need_3 = {.need = 3},
                            person_12 = {.person = 12},
                            anna = {.actor = "anna"},
                            both = {.need = 4, .person = 12},
                            days = {.from_ms = 1003, .until_ms = 1006};
    struct seen s;
    uint64_t next;

    for (uint64_t i = 1; i <= 10; i++) /* needs 0..4, people from 10 + i % 3 */
        add(f, 1 + i % 5, 10 + i % 3, 2, 1000 + (int64_t)i);
    s = walk(f, &none, 100, 0, &next);
    assert_int_equal(s.n, 10);
    assert_int_equal(s.no[0], 10); /* newest first */
    assert_int_equal(next, 0);
    s = walk(f, &need_3, 100, 0, &next);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.no[0], 7);
    assert_int_equal(s.no[1], 2);
    s = walk(f, &person_12, 100, 0, &next); /* second, or first */
    assert_int_equal(s.n, 7);
    assert_int_equal(s.no[0], 10);
    assert_int_equal(s.rank[0], 2);
    assert_int_equal(s.score[0], 8700);
    assert_int_equal(s.no[1], 8);
    assert_int_equal(s.rank[1], 1);
    s = walk(f, &both, 100, 0, &next);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.no[0], 8);
    s = walk(f, &anna, 100, 0, &next); /* needs 1, 3, 5 */
    assert_int_equal(s.n, 6);
    s = walk(f, &days, 100, 0, &next);
    assert_int_equal(s.n, 3);
    assert_int_equal(s.no[0], 5);
    assert_int_equal(s.no[2], 3);
}

static void
in_pages(void **state)
{
    struct fixture *f = *state;
    struct inc_trail_filter all = {0}, person = {.person = 10};
    uint64_t next = 0, want = 20;

    for (uint64_t i = 1; i <= 20; i++)
        add(f, 1, 10, 1, 1000 + (int64_t)i);
    do {
        struct seen s = walk(f, &all, 100, 6, &next);

        for (size_t i = 0; i < s.n; i++)
            assert_int_equal(s.no[i], want--);
        all.before = next;
    } while (next != 0);
    assert_int_equal(want, 0);
    want = 20;
    do { /* also when the look ends the page */
        struct seen s = walk(f, &person, 7, 0, &next);

        for (size_t i = 0; i < s.n; i++)
            assert_int_equal(s.no[i], want--);
        person.before = next;
    } while (next != 0);
    assert_int_equal(want, 0);
}

static void
all_or_none(void **state)
{
    struct fixture *f = *state;
    struct inc_slip slip[3] = {{.need = 0}};
    struct inc_slip *slips[3] = {&slip[0], &slip[1], &slip[2]};
    struct inc_trail_filter all = {0};
    uint64_t next;

    for (int i = 0; i < 3; i++)
        fill(f, &slip[i], 1, 10, 3, 1000 + i);
    f->o.max_bytes = f->o.map_bytes = (size_t)1 << 20;
    reopen(f);
    while (inc_trail_add(f->s, slips, 3, &f->err) == INC_OK)
        continue;
    assert_int_equal(f->err.status, INC_E_FULL);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(slip[i].no, 0);
        inc_slip_release(&slip[i]);
    }
    all.before = UINT64_MAX;
    assert_int_equal(walk(f, &all, 3, 0, &next).n, 3);
    faults(f, 0);
}

/* Every row of every table of the register, one byte changed and the frame
 * made whole again: verify must find it without the frame's help. */
static void
verify_finds(void **state)
{
    struct fixture *f = *state;
    const struct {
        enum inc_table t;
        size_t at; /* byte of the payload */
    } changes[] = {
        {INC_TABLE_TRAIL, 30},
        {INC_TABLE_TRAIL, 60},
        {INC_TABLE_TRAIL, 250},
        {INC_TABLE_TRAIL_PERSON, 3},
    };

    for (uint64_t i = 1; i <= 3; i++)
        add(f, i, 10, 3, 1000 + (int64_t)i);
    faults(f, 0);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct inc_verify_report r;

        change_first(f, changes[i].t, changes[i].at, 0);
        OK(inc_store_verify(f->s, &r, NULL, NULL, NULL, NULL, &f->err),
           &f->err);
        if (r.faults == 0)
            fail_msg("change %zu was not found", i);
        change_first(f, changes[i].t, changes[i].at, 0);
        faults(f, 0);
    }
    change_first(f, INC_TABLE_TRAIL, 0, 1);
    {
        struct inc_verify_report r;

        OK(inc_store_verify(f->s, &r, NULL, NULL, NULL, NULL, &f->err),
           &f->err);
        assert_true(r.faults > 0);
    }
}

static void
estates_are_kept_once(void **state)
{
    struct fixture *f = *state;
    unsigned char digest[INC_DIGEST];
    struct inc_view *v = NULL;
    const void *text;
    size_t len;

    inc_digest(digest, "engine 1\n", 9);
    OK(inc_trail_estate(f->s, digest, "engine 1\n", 9, &f->err), &f->err);
    OK(inc_trail_estate(f->s, digest, "engine 1\n", 9, &f->err), &f->err);
    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    OK(inc_trail_estate_get(v, digest, &text, &len, &f->err), &f->err);
    assert_int_equal(len, 9);
    assert_memory_equal(text, "engine 1\n", 9);
    digest[0] ^= 1;
    IS(inc_trail_estate_get(v, digest, &text, &len, &f->err), INC_E_NOTFOUND,
       &f->err);
    inc_view_close(v);
}

/* The root from the leaf and its path, the other way round than it is made. */
static void
climb(unsigned char d[INC_DIGEST], unsigned char (*path)[INC_DIGEST],
      uint64_t n, uint64_t at)
{
    for (; n > 1; n = (n + 1) / 2, at /= 2) {
        const unsigned char one = 1;
        struct inc_hasher h;

        if ((at ^ 1u) >= n)
            continue;
        inc_hasher_init(&h);
        inc_hasher_add(&h, &one, 1);
        inc_hasher_add(&h, at % 2 != 0 ? *path : d, INC_DIGEST);
        inc_hasher_add(&h, at % 2 != 0 ? d : *path, INC_DIGEST);
        inc_hasher_end(&h, d);
        path++;
    }
}

static void
paths_lead_to_the_root(void **state)
{
    enum { MOST = 70 };
    static unsigned char leaves[MOST][INC_DIGEST];
    unsigned char path[INC_MERKLE_DEPTH][INC_DIGEST];

    (void)state;
    for (uint64_t n = 1; n <= MOST; n++) {
        unsigned char root[INC_DIGEST], d[INC_DIGEST];
        struct inc_merkle m;

        inc_merkle_begin(&m);
        for (uint64_t i = 0; i < n; i++)
            inc_merkle_add(&m, &i, sizeof i);
        inc_merkle_root(&m, root);
        for (uint64_t at = 0; at < n; at++) {
            for (uint64_t i = 0; i < n; i++)
                inc_merkle_leaf(leaves[i], &i, sizeof i);
            (void)inc_merkle_path(path, leaves, n, at);
            inc_merkle_leaf(d, &at, sizeof at);
            climb(d, path, n, at);
            assert_memory_equal(d, root, INC_DIGEST);
        }
    }
}

#define WITH_PEOPLE(t)                                                         \
    cmocka_unit_test_setup_teardown(t, start_with_people, stop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PEOPLE(kept_as_given),
        WITH_PEOPLE(filled_again_it_is_the_same),
        WITH_PEOPLE(erased_says_nothing),
        WITH_PEOPLE(found_by_what_they_are_about),
        WITH_PEOPLE(in_pages),
        WITH_PEOPLE(all_or_none),
        WITH_PEOPLE(verify_finds),
        WITH_PEOPLE(estates_are_kept_once),
        cmocka_unit_test(paths_lead_to_the_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
