/*
 * The k-th allocation fails, for every k, while one request of each operation
 * is served: queue, handler, store, pool, reply. The requests are those of
 * tests/golden, so a new operation is tested as soon as it has one. The crew
 * works by hand, on this thread. Lost memory shows under ASan.
 *
 * Whatever fails, the client is told `no_memory` or `busy`, or gets the answer
 * it would have got; what was answered is true; the same request works next.
 */
#include "tests/support/cm.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/fault.h"
#include "engine/base/file.h"
#include "engine/base/mem.h"
#include "engine/server/desk.h"
#include "tests/support/world.h"

#if !INC_FAULTS
#error "build with fault points"
#endif

#define GOLDEN "tests/golden"

enum { VISITS_MAX = 20000, FRAME_MAX = 1 << 20 };

static struct inc_estate *estate;

struct rig {
    char dir[64], backups[80];
    struct inc_store *store;
    struct inc_live *live;
    struct inc_desk desk;
    uint64_t keys; /* request keys given */
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

static void
rig_open(struct rig *r)
{
    const struct inc_store_options so = {.map_bytes = 64 << 20,
                                         .reserve_percent = 1};
    struct inc_crew_options o = {.workers = 1,
                                 .batch_max = 4,
                                 .queue_max = 64,
                                 .queue_bytes = 16 << 20,
                                 .request_bytes = 8 << 20,
                                 .match_bytes = 1 << 20,
                                 .kernels = inc_kernels_choose(NULL),
                                 .by_hand = 1};
    struct inc_err err = {0};
    const char *text;
    size_t len;

    memset(r, 0, sizeof *r);
    (void)snprintf(r->dir, sizeof r->dir, "%s/incrocio-request-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(r->dir));
    (void)snprintf(r->backups, sizeof r->backups, "%s/backups", r->dir);
    assert_int_equal(inc_file_mkdirs(r->backups, &err), INC_OK);
    assert_int_equal(inc_store_open(&r->store, r->dir, &so, &err), INC_OK);
    assert_int_equal(
        inc_live_open(&r->live, estate, r->store, NULL, NULL, &err), INC_OK);
    r->desk.o.store = o.store = r->store;
    r->desk.o.live = o.live = r->live;
    r->desk.o.kernels = o.kernels;
    r->desk.o.workers = 1;
    r->desk.o.blas = "test";
    r->desk.o.admin = 1;
    r->desk.o.backup_dir = r->backups;
    text = inc_roles_default(&len);
    assert_int_equal(
        inc_roles_read(&r->desk.roles, "roles.conf", text, len, &err), INC_OK);
    r->desk.book = inc_book_desk_new();
    assert_non_null(r->desk.book);
    inc_route_hands(&o.hands, &r->desk);
    assert_int_equal(inc_crew_start(&r->desk.crew, &o, &err), INC_OK);
    r->desk.arenas = inc_crew_arenas(r->desk.crew);
}

static void
remove_folder(const char *path)
{
    DIR *d = opendir(path);
    struct dirent *e;

    if (d == NULL)
        return;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    while ((e = readdir(d)) != NULL) {
        char full[512];
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        (void)snprintf(full, sizeof full, "%.200s/%.200s", path, e->d_name);
        if (unlink(full) != 0)
            remove_folder(full);
    }
    (void)closedir(d);
    (void)rmdir(path);
}

static void
rig_close(struct rig *r)
{
    inc_crew_free(r->desk.crew);
    inc_book_desk_free(r->desk.book);
    inc_roles_drop(r->desk.roles);
    inc_live_close(r->live);
    inc_store_close(r->store);
    remove_folder(r->dir);
}

/* --- requests ------------------------------------------------------------- */

struct frame {
    unsigned char *bytes;
    size_t len;
    enum inc_op op;
};

/* The request in GOLDEN with this name. */
static struct frame
golden(const char *name)
{
    struct frame out = {.bytes = malloc(FRAME_MAX)};
    struct inc_request q;
    struct inc_frame *f = NULL;
    struct inc_arena a;
    struct inc_err err = {0};
    char path[256];
    FILE *from;

    assert_non_null(out.bytes);
    (void)snprintf(path, sizeof path, "%s/%.200s", GOLDEN, name);
    from = fopen(path, "rb");
    assert_non_null(from);
    out.len = fread(out.bytes, 1, FRAME_MAX, from);
    (void)fclose(from);
    assert_int_equal(inc_arena_init(&a, 4 << 20), INC_OK);
    assert_int_equal(
        inc_frame_open(&f, out.bytes, out.len, &inc_request_limits, &err),
        INC_OK);
    assert_int_equal(inc_request_read(&q, inc_frame_root(f), &a, &err), INC_OK);
    out.op = q.op;
    inc_frame_close(f);
    inc_arena_release(&a);
    return out;
}

/* The same write without its conditions: no if_revision, no dry_run. */
static struct frame
plain(struct frame from)
{
    static const char *const kept[] = {"record", "id", "set", "puts"};
    struct inc_request q = {.v = INC_PROTOCOL, .id = "x", .op = from.op};
    struct inc_buf body = {0}, frame = {0};
    const unsigned char *map, *value;
    struct inc_writer w;
    struct frame out = {.op = from.op};
    size_t map_len, len;
    unsigned char members = 0x80; /* an empty map */

    inc_raw_body(from.bytes, from.len, &map, &map_len);
    inc_writer_init(&w, &body);
    inc_buf_add(&body, &members, 1);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        unsigned char text = (unsigned char)(0xa0 | strlen(kept[i]));
        inc_raw_member(map, map_len, kept[i], &value, &len);
        if (value == NULL)
            continue;
        members++;
        inc_buf_add(&body, &text, 1);
        inc_buf_add(&body, kept[i], strlen(kept[i]));
        inc_buf_add(&body, value, len);
    }
    body.data[0] = members;
    inc_request_write(&frame, &q, body.data, body.len);
    assert_false(frame.failed);
    out.bytes = malloc(frame.len);
    assert_non_null(out.bytes);
    memcpy(out.bytes, frame.data, frame.len);
    out.len = frame.len;
    inc_buf_release(&body);
    inc_buf_release(&frame);
    free(from.bytes);
    return out;
}

/* The same request under a key of its own. */
static struct inc_job *
job_of(struct rig *r, const struct frame *from, uint64_t key)
{
    struct inc_request q = {.v = INC_PROTOCOL, .id = "x", .op = from->op};
    struct inc_buf frame = {0};
    const unsigned char *body;
    struct inc_job *j;
    size_t len;

    (void)r;
    q.has_key = inc_ops[q.op].kind == INC_OPS_WRITE;
    memcpy(q.key, &key, sizeof key);
    inc_raw_body(from->bytes, from->len, &body, &len);
    inc_request_write(&frame, &q, body, len);
    assert_false(frame.failed);
    j = inc_job_new("peer", 4, frame.data, frame.len);
    assert_non_null(j);
    j->op = q.op;
    memcpy(j->id, q.id, sizeof j->id);
    j->arrived_ns = inc_clock_ns();
    inc_buf_release(&frame);
    return j;
}

/* Serve one job on this thread. NULL when it was refused at the queue; then
 * *refused says how. */
static struct inc_job *
serve(struct rig *r, struct inc_job *j, enum inc_status *refused)
{
    static const enum inc_turn turns[] = {
        [INC_OPS_READ] = INC_TURN_CLERK,
        [INC_OPS_MATCH] = INC_TURN_WORKER,
        [INC_OPS_WRITE] = INC_TURN_SCRIBE,
        [INC_OPS_ADMIN] = INC_TURN_PORTER,
    };

    *refused = inc_crew_submit(r->desk.crew, j);
    if (*refused != INC_OK) {
        inc_job_free(j);
        return NULL;
    }
    assert_int_equal(inc_crew_step(r->desk.crew, turns[inc_ops[j->op].kind], 0),
                     1);
    j = inc_outbox_take(inc_crew_outbox(r->desk.crew));
    if (j == NULL) { /* answered, and goes into the register first */
        (void)inc_crew_step(r->desk.crew, INC_TURN_SCRIBE, 0);
        j = inc_outbox_take(inc_crew_outbox(r->desk.crew));
    }
    assert_non_null(j);
    assert_null(j->next);
    return j;
}

/* Served without faults; its status. */
static enum inc_status
quietly(struct rig *r, const struct frame *f)
{
    enum inc_status st;
    struct inc_job *j = serve(r, job_of(r, f, ++r->keys), &st);

    assert_non_null(j);
    st = j->status;
    inc_job_free(j);
    return st;
}

static struct frame put_person, put_need, put_company, drop_person, drop_need,
    drop_company, put_user;

/* The person has revision 3, as golden patches want. */
static void
prepare(struct rig *r)
{
    (void)quietly(r, &drop_person);
    (void)quietly(r, &drop_need);
    (void)quietly(r, &drop_company);
    assert_int_equal(quietly(r, &put_user), INC_OK);
    assert_int_equal(quietly(r, &put_company), INC_OK);
    assert_int_equal(quietly(r, &put_need), INC_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(quietly(r, &put_person), INC_OK);
}

static void
no_backups(struct rig *r)
{
    remove_folder(r->backups);
    assert_int_equal(inc_file_mkdirs(r->backups, NULL), INC_OK);
}

static void
free_frames(void)
{
    free(put_person.bytes);
    free(put_need.bytes);
    free(put_company.bytes);
    free(drop_person.bytes);
    free(drop_need.bytes);
    free(drop_company.bytes);
    free(put_user.bytes);
}

static uint64_t
head(struct rig *r)
{
    struct inc_view *v = NULL;
    struct inc_store_info info;
    struct inc_err err = {0};

    assert_int_equal(inc_view_open(&v, r->store, &err), INC_OK);
    assert_int_equal(inc_view_info(v, &info, &err), INC_OK);
    inc_view_close(v);
    return info.head_seq;
}

/* --- the walk ------------------------------------------------------------- */

/* A reply that can be read; its error is the job's. */
static void
readable(const struct inc_job *j, const char *where)
{
    struct inc_frame *f = NULL;
    struct inc_err err = {0};

    if (j->reply.failed || j->reply.len == 0)
        fail_msg("%s: no reply was written", where);
    if (inc_frame_open(&f, j->reply.data, j->reply.len, &inc_reply_limits,
                       &err) != INC_OK)
        fail_msg("%s: the reply cannot be read: %s", where, err.what);
    inc_frame_close(f);
}

/* What a request may be answered whose k-th allocation failed. */
static int
is_memory(enum inc_op op, enum inc_status st)
{
    /* an erasure that is not whole yet says so with one word */
    return st == INC_E_NOMEM ||
           (op == INC_OP_CANDIDATE_ERASE && st == INC_E_IO);
}

/* Returns 1 when the k-th allocation failed. */
static int
one(struct rig *r, const struct frame *f, const char *name, unsigned k,
    enum inc_status usual)
{
    int writes = inc_ops[f->op].kind == INC_OPS_WRITE, fired;
    uint64_t key, before, after;
    enum inc_status st;
    struct inc_job *j;
    char where[200];

    (void)snprintf(where, sizeof where, "%.100s, allocation %u", name, k);
    if (writes) /* else the journal would grow faster than a verify walks it */
        prepare(r);
    no_backups(r);
    key = ++r->keys;
    j = job_of(r, f, key);
    before = head(r);
    inc_fault_arm(INC_FAULT_ALLOC, k);
    j = serve(r, j, &st);
    fired = inc_fault_fired();
    inc_fault_arm(INC_FAULT_ALLOC, 0);
    after = head(r);
    if (j == NULL) {
        if (st != INC_E_BUSY || after != before)
            fail_msg("%s: refused with %s", where, inc_status_wire(st));
        return fired;
    }
    readable(j, where);
    st = j->status;
    if (st != usual && (!is_memory(f->op, st) || !fired))
        fail_msg("%s: answered %s (%s)", where, inc_status_wire(st),
                 j->err.what);
    inc_job_free(j);
    if (writes && is_memory(f->op, st) && after != before) {
        /* durable, only the reply was not to be had: the key remembers */
        j = serve(r, job_of(r, f, key), &st);
        assert_non_null(j);
        if (j->status != usual || head(r) != after)
            fail_msg("%s: the repeated request was answered %s", where,
                     inc_status_wire(j->status));
        inc_job_free(j);
        return fired;
    }
    return fired;
}

static void consistent(struct rig *r);

/* How many allocations failed, each in its turn. A store of its own: a verify
 * walks what the requests before it left. */
static unsigned
walk(const struct frame *f, const char *name)
{
    struct rig rig, *r = &rig;
    enum inc_status usual;
    unsigned k = 1;

    rig_open(r);

    prepare(r);
    no_backups(r);
    usual = quietly(r, f);
    while (one(r, f, name, k, usual))
        assert_true(++k < VISITS_MAX);
    consistent(r);
    rig_close(r);
    (void)printf("%s (%s): %u allocations failed\n", name,
                 inc_status_wire(usual), k - 1);
    return k - 1;
}

/* After everything: the store is clean and the pool is the store's. */
static void
consistent(struct rig *r)
{
    struct inc_verify_report report;
    struct inc_image image;
    struct inc_err err = {0};

    prepare(r); /* a publish heals what an earlier one missed */
    assert_int_equal(
        inc_store_verify(r->store, &report, NULL, NULL, NULL, NULL, &err),
        INC_OK);
    assert_int_equal(report.faults, 0);
    image = inc_live_hold(r->live);
    assert_int_equal(inc_pool_people(image.pool),
                     report.records[INC_RECORD_CANDIDATE]);
    inc_image_drop(&image);
}

static void
every_request(void **state)
{
    struct dirent **names = NULL;
    int n;
    unsigned all = 0, ops = 0;

    (void)state;
    put_person = plain(golden("request.candidate.put.bin"));
    put_user = plain(golden("request.user.put.bin"));
    put_need = plain(golden("request.need.put.bin"));
    put_company = plain(golden("request.company.put.bin"));
    drop_person = plain(golden("request.candidate.delete.bin"));
    drop_need = plain(golden("request.need.delete.bin"));
    drop_company = plain(golden("request.company.delete.bin"));
    n = scandir(GOLDEN, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        const char *name = names[i]->d_name;
        size_t len = strlen(name);
        if (strncmp(name, "request.", 8) == 0 && len > 12 &&
            strcmp(name + len - 4, ".bin") == 0) {
            struct frame f = golden(name);
            all += walk(&f, name);
            if (inc_ops[f.op].kind == INC_OPS_WRITE ||
                inc_ops[f.op].kind == INC_OPS_MATCH) {
                f = plain(f);
                all += walk(&f, name);
            }
            ops++;
            free(f.bytes);
        }
        free(names[i]);
    }
    free(names);
    free_frames();
    (void)printf("%u allocations over %u requests\n", all, ops);
    assert_true(ops >= 25 && all > 10 * ops);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
