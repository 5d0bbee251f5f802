/*
 * The threads with real handlers, store and pool, without sockets: order of
 * writes, batches, deadlines, bounds, stop. Runs under TSan too.
 */
#include "tests/support/cm.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/mem.h"
#include "engine/server/desk.h"
#include "tests/support/world.h"

#define WELDING "http://incrocio.example/esco/skill/mig-mag-welding"

static struct inc_estate *estate;

struct rig {
    char dir[64];
    struct inc_store *store;
    struct inc_live *live;
    struct inc_desk desk;
    struct inc_crew_options options;
};

static int
set_up(void **state)
{
    (void)state;
    estate = world_of_sample();
    return estate == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
    (void)state;
    inc_estate_drop(estate);
    return 0;
}

struct gate {
    _Atomic int reached;
    _Atomic int open;
    _Atomic int passed;
};

static void
wait_at(void *arg)
{
    struct gate *g = arg;
    const struct timespec nap = {0, 1000000};

    g->reached = 1;
    while (!g->open)
        (void)nanosleep(&nap, NULL);
    g->passed = 1;
}

/* Where questions are held up before they are looked at, NULL: nowhere. */
static struct gate *at_the_worker;

/* Where writes are held up in the middle of a commit, NULL: nowhere. */
static struct gate *at_the_scribe;

static enum inc_status
held_order(void *arg, struct inc_job *j, const struct inc_image *image,
           struct inc_err *err)
{
    if (at_the_scribe != NULL)
        wait_at(at_the_scribe);
    return inc_on_order(arg, j, image, err);
}

static enum inc_status
held_ask(void *arg, struct inc_job *j, const struct inc_image *image,
         struct inc_view *view, struct inc_err *err)
{
    const struct timespec nap = {0, 1000000};

    if (at_the_worker != NULL)
        wait_at(at_the_worker);
    if (strcmp(j->id, "666") == 0) /* held until it is late */
        while (inc_clock_ns() <= j->deadline_ns)
            (void)nanosleep(&nap, NULL);
    return inc_on_ask(arg, j, image, view, err);
}

static void
rig_open(struct rig *r, unsigned workers, size_t queue_max)
{
    const struct inc_store_options so = {.map_bytes = 16 << 20};
    struct inc_err err = {0};

    memset(r, 0, sizeof *r);
    (void)snprintf(r->dir, sizeof r->dir, "/tmp/incrocio-crew-XXXXXX");
    assert_non_null(mkdtemp(r->dir));
    assert_int_equal(inc_store_open(&r->store, r->dir, &so, &err), INC_OK);
    assert_int_equal(
        inc_live_open(&r->live, estate, r->store, NULL, NULL, &err), INC_OK);
    r->options = (struct inc_crew_options){
        .workers = workers,
        .batch_max = INC_BATCH_MAX,
        .queue_max = queue_max,
        .queue_bytes = 16 << 20,
        .request_bytes = 1 << 20,
        .store = r->store,
        .live = r->live,
        .kernels = inc_kernels_choose(NULL),
    };
    r->desk.o.store = r->store;
    r->desk.o.live = r->live;
    r->desk.o.workers = workers;
    r->desk.o.kernels = r->options.kernels;
    r->desk.o.blas = "test";
    inc_route_hands(&r->options.hands, &r->desk);
    r->options.hands.ask = held_ask;
    r->options.hands.order = held_order;
    assert_int_equal(inc_crew_start(&r->desk.crew, &r->options, &err), INC_OK);
    r->desk.arenas = inc_crew_arenas(r->desk.crew);
}

static void
rig_close(struct rig *r)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "incrocio.lock",
                                        "keys/ring"};
    char path[128];

    inc_crew_free(r->desk.crew);
    inc_live_close(r->live);
    inc_store_close(r->store);
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", r->dir, names[i]);
        (void)unlink(path);
    }
    (void)snprintf(path, sizeof path, "%s/keys", r->dir);
    (void)rmdir(path);
    (void)snprintf(path, sizeof path, "%s.key", r->dir);
    (void)unlink(path);
    (void)rmdir(r->dir);
}

/* A job for op with a body already packed; `number` comes back in the id. */
static struct inc_job *
job(enum inc_op op, const struct inc_buf *body, unsigned number)
{
    struct inc_request q = {.v = INC_PROTOCOL, .op = op};
    struct inc_buf frame = {0};
    struct inc_job *j;

    (void)snprintf(q.id, sizeof q.id, "%u", number);
    inc_request_write(&frame, &q, body->data, body->len);
    j = inc_job_new("peer", 4, frame.data, frame.len);
    assert_non_null(j);
    j->op = op;
    memcpy(j->id, q.id, sizeof j->id);
    j->arrived_ns = inc_clock_ns();
    inc_buf_release(&frame);
    return j;
}

static struct inc_job *
put_job(const char *id, int minutes, unsigned number)
{
    struct inc_buf body = {0};
    struct inc_writer w;
    struct inc_job *j;

    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_key(&w, "record");
    inc_w_map(&w);
    inc_w_ktext(&w, "id", id);
    inc_w_key(&w, "skills");
    inc_w_list(&w);
    inc_w_map(&w);
    inc_w_ktext(&w, "uri", WELDING);
    inc_w_end(&w);
    inc_w_end(&w);
    inc_w_key(&w, "mobility");
    inc_w_map(&w);
    inc_w_kint(&w, "max_minutes", minutes);
    inc_w_end(&w);
    inc_w_end(&w);
    inc_w_end(&w);
    j = job(INC_OP_CANDIDATE_PUT, &body, number);
    inc_buf_release(&body);
    return j;
}

static struct inc_job *
id_job(enum inc_op op, const char *id, unsigned number)
{
    struct inc_buf body = {0};
    struct inc_writer w;
    struct inc_job *j;

    inc_writer_init(&w, &body);
    inc_w_map(&w);
    if (id != NULL)
        inc_w_ktext(&w, "id", id);
    inc_w_end(&w);
    j = job(op, &body, number);
    inc_buf_release(&body);
    return j;
}

static struct inc_job *
match_job(int k, unsigned number)
{
    struct inc_buf body = {0};
    struct inc_writer w;
    struct inc_job *j;

    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_key(&w, "need");
    inc_w_map(&w);
    inc_w_ktext(&w, "id", "N");
    inc_w_key(&w, "requirements");
    inc_w_list(&w);
    inc_w_map(&w);
    inc_w_ktext(&w, "uri", WELDING);
    inc_w_end(&w);
    inc_w_end(&w);
    inc_w_end(&w);
    inc_w_key(&w, "options");
    inc_w_map(&w);
    inc_w_kint(&w, "k", k);
    inc_w_end(&w);
    inc_w_end(&w);
    j = job(INC_OP_MATCH_PEOPLE, &body, number);
    inc_buf_release(&body);
    return j;
}

static void
submit(struct rig *r, struct inc_job *j)
{
    assert_int_equal(inc_crew_submit(r->desk.crew, j), INC_OK);
}

/* Wait for n finished jobs; list in the order they finished. */
static struct inc_job *
wait_for(struct rig *r, size_t n)
{
    struct inc_outbox *o = inc_crew_outbox(r->desk.crew);
    struct inc_job *first = NULL, **end = &first;
    struct pollfd p = {.fd = inc_outbox_fd(o), .events = POLLIN};

    while (n > 0) {
        assert_int_equal(poll(&p, 1, 60000), 1);
        for (*end = inc_outbox_take(o); *end != NULL; end = &(*end)->next) {
            assert_true(n > 0);
            n--;
        }
    }
    return first;
}

static void
wait_until(_Atomic int *flag)
{
    const struct timespec nap = {0, 1000000};

    while (!*flag)
        (void)nanosleep(&nap, NULL);
}

/* The same crew with other batches. */
static void
restart(struct rig *r, unsigned batch_max)
{
    struct inc_err err = {0};

    inc_crew_free(r->desk.crew);
    r->options.batch_max = batch_max;
    assert_int_equal(inc_crew_start(&r->desk.crew, &r->options, &err), INC_OK);
    r->desk.arenas = inc_crew_arenas(r->desk.crew);
}

static void
free_all(struct inc_job *j)
{
    while (j != NULL) {
        struct inc_job *next = j->next;

        inc_job_free(j);
        j = next;
    }
}

/* Field of the reply's body as number, or -1. */
static int64_t
number_in(const struct inc_job *j, const char *key)
{
    struct inc_frame *f;
    const struct inc_node *n;
    struct inc_err err;
    int64_t v;

    assert_int_equal(inc_frame_open(&f, j->reply.data, j->reply.len,
                                    &inc_reply_limits, &err),
                     INC_OK);
    n = inc_node_get(inc_node_get(inc_frame_root(f), "body"), key);
    v = n != NULL && inc_node_kind(n) == INC_NODE_INT ? inc_node_int(n) : -1;
    if (n != NULL && inc_node_kind(n) == INC_NODE_LIST)
        v = (int64_t)inc_node_count(n);
    inc_frame_close(f);
    return v;
}

static size_t
people(struct rig *r)
{
    struct inc_image image = inc_live_hold(r->live);
    size_t n = (size_t)inc_pool_people(image.pool);

    inc_image_drop(&image);
    return n;
}

static void
writes_keep_their_order(void **state)
{
    enum { N = 300 };
    struct rig r;
    struct inc_job *done;
    unsigned want = 0;

    (void)state;
    rig_open(&r, 2, 1024);
    for (unsigned i = 0; i < N; i++)
        submit(&r, put_job("A", (int)(i % 200) + 1, i));
    done = wait_for(&r, N);
    for (const struct inc_job *j = done; j != NULL; j = j->next) {
        assert_int_equal(j->status, INC_OK);
        assert_int_equal(strtoul(j->id, NULL, 10), want++);
        assert_int_equal(number_in(j, "revision"), want);
    }
    free_all(done);
    assert_int_equal(people(&r), 1);
    rig_close(&r);
}

/* One batch that changes a record many times: the pool has the outcome. */
static void
a_batch_leaves_the_outcome(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, 1, 1024);
    for (unsigned round = 0; round < 20; round++) {
        struct gate gate = {0}; /* held up: all go into one commit */

        assert_int_equal(inc_crew_run(r.desk.crew, wait_at, &gate), INC_OK);
        submit(&r, put_job("A", 10, 0));
        submit(&r, put_job("B", 10, 1));
        submit(&r, id_job(INC_OP_CANDIDATE_FREEZE, "A", 2));
        submit(&r, put_job("C", 10, 3));
        submit(&r, id_job(INC_OP_CANDIDATE_DELETE, "B", 4));
        submit(&r, id_job(INC_OP_CANDIDATE_UNFREEZE, "A", 5));
        submit(&r, put_job("B", 20, 6));
        submit(&r, id_job(INC_OP_CANDIDATE_FREEZE, "C", 7));
        gate.open = 1;
        free_all(wait_for(&r, 8));
        assert_int_equal(people(&r), 2); /* A, B */
        submit(&r, id_job(INC_OP_CANDIDATE_DELETE, "B", 8));
        submit(&r, put_job("B", 20, 9));
        submit(&r, id_job(INC_OP_CANDIDATE_DELETE, "B", 10));
        free_all(wait_for(&r, 3));
        assert_int_equal(people(&r), 1);
        submit(&r, id_job(INC_OP_CANDIDATE_DELETE, "A", 11));
        submit(&r, id_job(INC_OP_CANDIDATE_DELETE, "C", 12));
        free_all(wait_for(&r, 2));
        assert_int_equal(people(&r), 0);
    }
    rig_close(&r);
}

/* Reads, questions and writes all at once; a match sees what was answered
 * before it was sent. */
static void
everything_together(void **state)
{
    enum { ROUNDS = 20, EACH = 10 };
    struct rig r;
    size_t stored = 0;
    char id[16];

    (void)state;
    rig_open(&r, 3, 1024);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct inc_job *done;

        for (unsigned i = 0; i < EACH; i++) {
            (void)snprintf(id, sizeof id, "P%u-%u", round, i);
            submit(&r, match_job(1000, 1));
            submit(&r, id_job(INC_OP_STATUS, NULL, 2));
            submit(&r, put_job(id, 10, 3));
            submit(&r, id_job(INC_OP_CANDIDATE_LIST, NULL, 4));
        }
        done = wait_for(&r, 4 * (size_t)EACH);
        for (const struct inc_job *j = done; j != NULL; j = j->next) {
            assert_int_equal(j->status, INC_OK);
            if (j->op == INC_OP_MATCH_PEOPLE)
                assert_in_range(number_in(j, "items"), stored, stored + EACH);
        }
        free_all(done);
        stored += EACH;
        submit(&r, match_job(1000, 5));
        done = wait_for(&r, 1);
        assert_int_equal(number_in(done, "items"), stored);
        free_all(done);
    }
    rig_close(&r);
}

static void
late_work_is_not_done(void **state)
{
    struct rig r;
    struct inc_job *j, *done;

    (void)state;
    rig_open(&r, 1, 64);
    j = put_job("A", 10, 0);
    j->deadline_ns = j->arrived_ns - 1;
    submit(&r, j);
    done = wait_for(&r, 1);
    assert_int_equal(done->status, INC_E_DEADLINE);
    assert_string_equal(done->err.where, "request.deadline_ms");
    free_all(done);
    submit(&r, id_job(INC_OP_CANDIDATE_GET, "A", 1));
    done = wait_for(&r, 1);
    assert_int_equal(done->status, INC_E_NOTFOUND);
    free_all(done);
    j = match_job(10, 2);
    j->deadline_ns = j->arrived_ns + UINT64_C(600000000000);
    submit(&r, j);
    done = wait_for(&r, 1);
    assert_int_equal(done->status, INC_OK);
    free_all(done);
    rig_close(&r);
}

/* While the scribe is held up the queue fills, then answers `busy`; all that
 * was taken is done. */
static void
full_queue_is_busy(void **state)
{
    enum { ROOM = 16 };
    struct rig r;
    struct gate gate = {0};
    struct inc_job *done, *one;
    size_t taken = 0;

    (void)state;
    rig_open(&r, 1, ROOM);
    assert_int_equal(inc_crew_run(r.desk.crew, wait_at, &gate), INC_OK);
    for (;;) {
        one = put_job("A", 10, (unsigned)taken);
        if (inc_crew_submit(r.desk.crew, one) != INC_OK)
            break;
        taken++;
        assert_true(taken <= ROOM);
    }
    assert_int_equal(inc_crew_submit(r.desk.crew, one), INC_E_BUSY);
    inc_job_free(one);
    assert_true(taken >= ROOM - 1); /* the task may still be in the queue */
    gate.open = 1;
    done = wait_for(&r, taken);
    for (const struct inc_job *j = done; j != NULL; j = j->next)
        assert_int_equal(j->status, INC_OK);
    assert_int_equal(gate.passed, 1);
    free_all(done);
    rig_close(&r);
}

static struct inc_job *
match_of(uint64_t client)
{
    struct inc_job *j = match_job(10, 1);

    j->client = client;
    return j;
}

/* A question that would wait too long is refused, not one that waits for
 * nobody. */
static void
waiting_questions_are_bounded_by_time(void **state)
{
    struct inc_crew_waiting w;
    struct rig r;
    struct gate gate = {0};
    struct inc_job *one;

    (void)state;
    rig_open(&r, 1, 64);
    r.options.queue_ns = 1; /* any question takes longer */
    restart(&r, 1);
    submit(&r, match_of(7));
    free_all(wait_for(&r, 1)); /* its cost is known now */
    inc_crew_waiting(r.desk.crew, &w);
    assert_int_equal(w.questions_ns, 0);
    at_the_worker = &gate;
    submit(&r, match_of(8));
    wait_until(&gate.reached);
    submit(&r, match_of(7));
    inc_crew_waiting(r.desk.crew, &w);
    assert_int_equal(w.questions, 1);
    assert_in_range(w.questions_ns, 2, UINT64_MAX);
    one = match_of(7);
    assert_int_equal(inc_crew_submit(r.desk.crew, one), INC_E_BUSY);
    inc_job_free(one);
    gate.open = 1;
    free_all(wait_for(&r, 2));
    inc_crew_waiting(r.desk.crew, &w);
    assert_int_equal(w.questions_ns, 0);
    at_the_worker = NULL;
    rig_close(&r);
}

/* How long a commit has taken is known while it goes on. */
static void
the_commit_under_way_is_timed(void **state)
{
    struct rig r;
    struct gate gate = {0};

    (void)state;
    rig_open(&r, 1, 64);
    assert_int_equal(inc_crew_commit_ns(r.desk.crew), 0);
    at_the_scribe = &gate;
    submit(&r, put_job("A", 10, 1));
    wait_until(&gate.reached);
    assert_in_range(inc_crew_commit_ns(r.desk.crew), 1, UINT64_MAX);
    gate.open = 1;
    free_all(wait_for(&r, 1));
    assert_int_equal(inc_crew_commit_ns(r.desk.crew), 0);
    at_the_scribe = NULL;
    rig_close(&r);
}

static void
stop_finishes_the_queue(void **state)
{
    enum { N = 50 };
    struct rig r;
    struct inc_job *one;
    char id[16];

    (void)state;
    rig_open(&r, 2, 1024);
    for (unsigned i = 0; i < N; i++) {
        (void)snprintf(id, sizeof id, "P%u", i);
        submit(&r, put_job(id, 10, i));
        submit(&r, match_job(10, i));
    }
    inc_crew_stop(r.desk.crew);
    one = put_job("late", 10, 0);
    assert_int_equal(inc_crew_submit(r.desk.crew, one), INC_E_STOPPING);
    inc_job_free(one);
    free_all(wait_for(&r, 2 * (size_t)N));
    assert_int_equal(people(&r), N);
    rig_close(&r);
}

/* A bad body is its own failure; its neighbours in the batch succeed. */
static void
bad_among_good(void **state)
{
    struct rig r;
    struct inc_job *done;
    struct inc_buf body = {0};
    int bad = 0;

    (void)state;
    rig_open(&r, 1, 1024);
    inc_buf_add(&body, "\x81\xa1x\x01", 4);
    for (unsigned i = 0; i < 10; i++) {
        submit(&r, put_job(i % 2 == 0 ? "A" : "B", 10, i));
        submit(&r, job(INC_OP_CANDIDATE_PUT, &body, i));
        submit(&r, match_job(10, i));
        submit(&r, job(INC_OP_MATCH_PEOPLE, &body, i));
    }
    done = wait_for(&r, 40);
    for (const struct inc_job *j = done; j != NULL; j = j->next)
        bad += j->status == INC_E_FIELD;
    assert_int_equal(bad, 20);
    for (const struct inc_job *j = done; j != NULL; j = j->next)
        assert_true(j->status == INC_E_FIELD || j->status == INC_OK);
    free_all(done);
    inc_buf_release(&body);
    assert_int_equal(people(&r), 2);
    rig_close(&r);
}

/* The worker is held in the middle of a match; reads are answered. */
static void
reads_wait_for_no_match(void **state)
{
    struct rig r;
    struct gate gate = {0};
    struct inc_job *done;

    (void)state;
    at_the_worker = &gate;
    rig_open(&r, 1, 64);
    submit(&r, match_job(10, 1));
    wait_until(&gate.reached);
    for (unsigned i = 0; i < 5; i++) {
        submit(&r, id_job(INC_OP_PING, NULL, 10));
        submit(&r, id_job(INC_OP_STATUS, NULL, 11));
        submit(&r, id_job(INC_OP_CANDIDATE_LIST, NULL, 12));
        done = wait_for(&r, 3);
        for (const struct inc_job *j = done; j != NULL; j = j->next) {
            assert_int_equal(j->status, INC_OK);
            assert_int_not_equal(j->op, INC_OP_MATCH_PEOPLE);
        }
        free_all(done);
    }
    gate.open = 1;
    free_all(wait_for(&r, 1));
    at_the_worker = NULL;
    rig_close(&r);
}

/* Forty wait for one client when another asks: it goes with the next batch,
 * and a batch has questions of both. */
static void
the_light_client_is_next(void **state)
{
    enum { HEAVY = 40, BATCH = 4 };
    struct rig r;
    struct gate gate = {0};
    struct inc_crew_waiting now;
    struct inc_job *done, *j;
    unsigned place = 0;

    (void)state;
    at_the_worker = &gate;
    rig_open(&r, 1, 1024);
    restart(&r, BATCH);
    for (unsigned i = 0; i < HEAVY; i++) {
        j = match_job(10, i);
        j->client = 1;
        submit(&r, j);
    }
    wait_until(&gate.reached); /* the first batch is under way */
    j = match_job(10, 100);
    j->client = 2;
    submit(&r, j);
    inc_crew_waiting(r.desk.crew, &now);
    assert_in_range(now.questions, HEAVY - BATCH + 1, HEAVY);
    assert_int_equal(now.question_clients, 2);
    assert_int_equal(now.reads, 0);
    gate.open = 1;
    done = wait_for(&r, HEAVY + 1);
    for (j = done; j != NULL && strcmp(j->id, "100") != 0; j = j->next)
        place++;
    assert_in_range(place, 1, 2 * BATCH - 1);
    free_all(done);
    at_the_worker = NULL;
    rig_close(&r);
}

/* In time when work began, late when its turn within the batch came. */
static void
late_in_the_batch(void **state)
{
    struct rig r;
    struct inc_job *j, *done;

    (void)state;
    rig_open(&r, 1, 64);
    j = match_job(10, 666);
    j->deadline_ns = j->arrived_ns + UINT64_C(1000000000);
    submit(&r, j);
    done = wait_for(&r, 1);
    assert_int_equal(done->status, INC_E_DEADLINE);
    assert_string_equal(done->err.where, "request.deadline_ms");
    assert_non_null(strstr(done->err.hint, "longer deadline"));
    assert_int_equal(inc_tally_read(&inc_crew_counters(r.desk.crew)->late), 1);
    free_all(done);
    rig_close(&r);
}

/* A client whose replies pile up gets `busy` for what may be large, also for
 * what was let in before; the rest, and others, are served. */
static void
who_does_not_read_waits(void **state)
{
    struct inc_ledger ledger = {.limit = 4000};
    struct inc_account lazy = {.ledger = &ledger}, other = lazy;
    struct rig r;
    struct inc_job *j, *done;
    static const enum inc_op small[] = {INC_OP_PING, INC_OP_STATUS};

    (void)state;
    rig_open(&r, 1, 64);
    inc_account_take(&lazy, 1000);
    j = match_job(10, 1);
    j->account = &lazy;
    submit(&r, j);
    done = wait_for(&r, 1);
    assert_int_equal(done->status, INC_E_BUSY);
    assert_non_null(strstr(done->err.hint, "try again in"));
    assert_non_null(strstr(done->err.hint, "reading"));
    assert_int_equal(inc_account_bytes(&lazy), 1000 + done->reply.len);
    inc_account_give(&lazy, done->reply.len);
    free_all(done);
    assert_int_equal(inc_tally_read(&inc_crew_counters(r.desk.crew)->unread),
                     1);
    for (size_t i = 0; i < 2; i++) {
        j = id_job(small[i], NULL, 2);
        j->account = &lazy;
        submit(&r, j);
        done = wait_for(&r, 1);
        assert_int_equal(done->status, INC_OK);
        inc_account_give(&lazy, done->reply.len);
        free_all(done);
    }
    j = put_job("A", 10, 3); /* a write is never lost to this */
    j->account = &lazy;
    submit(&r, j);
    done = wait_for(&r, 1);
    assert_int_equal(done->status, INC_OK);
    inc_account_give(&lazy, done->reply.len);
    free_all(done);
    j = match_job(10, 4);
    j->account = &other;
    submit(&r, j);
    done = wait_for(&r, 1);
    assert_int_equal(done->status, INC_OK);
    inc_account_give(&other, done->reply.len);
    free_all(done);
    inc_account_give(&lazy, 1000);
    assert_int_equal(inc_ledger_bytes(&ledger), 0);
    rig_close(&r);
}

/* What a vanished client asked is not worked out; its neighbours' is. */
static void
the_vanished_are_forgotten(void **state)
{
    enum { EACH = 20 };
    struct rig r;
    struct gate gate = {0};
    struct inc_job *gone, *done, *j;
    size_t dropped = 0;

    (void)state;
    at_the_worker = &gate;
    rig_open(&r, 1, 1024);
    for (unsigned i = 0; i < EACH; i++)
        for (uint64_t client = 1; client <= 2; client++) {
            j = match_job(10, i);
            j->client = client;
            submit(&r, j);
            if (i == 0 && client == 1)
                wait_until(&gate.reached); /* alone in its batch */
        }
    gone = inc_crew_forget(r.desk.crew, 1);
    for (j = gone; j != NULL; j = j->next) {
        assert_true(j->client == 1);
        dropped++;
    }
    assert_int_equal(dropped, EACH - 1);
    free_all(gone);
    assert_null(inc_crew_forget(r.desk.crew, 1));
    assert_int_equal(inc_tally_read(&inc_crew_counters(r.desk.crew)->gone),
                     EACH - 1);
    gate.open = 1;
    done = wait_for(&r, EACH + 1);
    for (j = done; j != NULL; j = j->next)
        assert_int_equal(j->status, INC_OK);
    free_all(done);
    at_the_worker = NULL;
    rig_close(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_keep_their_order),
        cmocka_unit_test(a_batch_leaves_the_outcome),
        cmocka_unit_test(everything_together),
        cmocka_unit_test(late_work_is_not_done),
        cmocka_unit_test(full_queue_is_busy),
        cmocka_unit_test(waiting_questions_are_bounded_by_time),
        cmocka_unit_test(the_commit_under_way_is_timed),
        cmocka_unit_test(stop_finishes_the_queue),
        cmocka_unit_test(bad_among_good),
        cmocka_unit_test(reads_wait_for_no_match),
        cmocka_unit_test(the_light_client_is_next),
        cmocka_unit_test(late_in_the_batch),
        cmocka_unit_test(who_does_not_read_waits),
        cmocka_unit_test(the_vanished_are_forgotten),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
