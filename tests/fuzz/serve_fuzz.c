/*
 * Fuzz: sequences of requests, each from one of ten askers, to a store, a pool
 * and a crew that works by hand on this thread: the way of a request through
 * loop.c without the socket.
 *
 * A step is: who and how (a byte), then a request:
 *   how 0     two bytes of length, the frame as it came
 *   how 1     operation, flags; two bytes of length, the body's bytes
 *   how 2, 3  which of tests/golden (3: without conditions, so that it is
 *             done), flags, how many changes; for each the place (two bytes)
 *             and the byte of its body that is put there
 * In flags: purpose, request key of before, full view.
 *
 * Every request gets one answer that can be read and has its id; nobody gets in
 * by another role than his own, nor past it; what only reads changes nothing;
 * at the end the store verifies and the pool holds its people.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/server/desk.h"
#include "engine/server/who.h"
#include "tests/support/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define GOLDEN "tests/golden"

enum {
    STEPS = 24,
    SAMPLES = 64,
    FRAME_MAX = 4096,
    REQUEST_BYTES = 4 << 20,
    MATCH_BYTES = 8 << 20,
    FOLDER = 64
};

static const char *const askers[] = {NULL, /* this machine's own account */
                                     "administrator",
                                     "caseworker",
                                     "inclusion_agent",
                                     "service",
                                     "company_desk",
                                     "company",
                                     "analyst",
                                     "engineer",
                                     "nobody"};
enum { ASKERS = sizeof askers / sizeof askers[0] };

struct input {
    const uint8_t *p;
    size_t left;
};

struct rig {
    char dir[FOLDER];
    struct inc_store *store;
    struct inc_live *live;
    struct inc_desk desk;
    struct inc_arena arena;
    unsigned char last_key[INC_KEY];
    uint64_t keys;
};

/* Bodies of tests/golden, by name. */
static struct sample {
    enum inc_op op;
    struct inc_buf body, plain; /* plain: no if_revision, no dry_run */
} samples[SAMPLES];
static size_t n_samples;
static struct inc_estate *estate;
static char keys[ASKERS][INC_Z85 + 1];

static void
must(int yes)
{
    if (!yes)
        abort();
}

static unsigned
byte(struct input *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->p++;
}

static unsigned
two(struct input *in)
{
    unsigned high = byte(in);

    return high << 8 | byte(in);
}

/* --- once ----------------------------------------------------------------- */

static void
strip(struct inc_buf *out, const unsigned char *body, size_t len)
{
    static const char *const kept[] = {"record", "id",      "set",  "puts",
                                       "need",   "options", "after"};
    const unsigned char *value;
    size_t value_len;
    struct inc_writer w;

    inc_writer_init(&w, out);
    inc_w_map(&w);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        inc_raw_member(body, len, kept[i], &value, &value_len);
        if (value == NULL)
            continue;
        inc_w_key(&w, kept[i]);
        inc_w_raw(&w, value, value_len);
    }
    inc_w_end(&w);
    must(!out->failed);
}

static void
read_sample(const char *name)
{
    static unsigned char bytes[FRAME_MAX];
    struct sample *t = &samples[n_samples];
    struct inc_frame *f = NULL;
    struct inc_request q;
    struct inc_arena a;
    const unsigned char *body;
    char path[300];
    FILE *from;
    size_t n, len;

    (void)snprintf(path, sizeof path, "%s/%.200s", GOLDEN, name);
    from = fopen(path, "rb");
    must(from != NULL && n_samples < SAMPLES);
    n = fread(bytes, 1, sizeof bytes, from);
    (void)fclose(from);
    must(inc_arena_init(&a, 1 << 20) == INC_OK);
    must(inc_frame_open(&f, bytes, n, &inc_request_limits, NULL) == INC_OK);
    must(inc_request_read(&q, inc_frame_root(f), &a, NULL) == INC_OK);
    t->op = q.op;
    inc_raw_body(bytes, n, &body, &len);
    if (len > 0) {
        inc_buf_add(&t->body, body, len);
        strip(&t->plain, body, len);
    }
    n_samples++;
    inc_frame_close(f);
    inc_arena_release(&a);
}

static void
once(void)
{
    struct dirent **names = NULL;
    int n;

    if (estate != NULL)
        return;
    inc_log_level_set(INC_LOG_ERROR);
    estate = world_of_sample();
    must(estate != NULL);
    n = scandir(GOLDEN, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        const char *name = names[i]->d_name;
        size_t len = strlen(name);

        if (strncmp(name, "request.", 8) == 0 &&
            strcmp(name + len - 4, ".bin") == 0)
            read_sample(name);
        free(names[i]);
    }
    free(names);
    must(n_samples > 0);
    for (int i = 1; i < ASKERS; i++) {
        unsigned char key[INC_CURVE] = {0};

        key[0] = (unsigned char)i;
        inc_z85_write(keys[i], key);
    }
}

/* --- a store, and who may ask it ------------------------------------------ */

/* NOLINTBEGIN(misc-no-recursion): folders in a folder of our own */
static void
remove_folder(const char *path)
{
    DIR *d = opendir(path);
    struct dirent *e;
    char full[512];

    if (d == NULL)
        return;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    while ((e = readdir(d)) != NULL) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        (void)snprintf(full, sizeof full, "%.200s/%.200s", path, e->d_name);
        if (unlink(full) != 0)
            remove_folder(full);
    }
    (void)closedir(d);
    (void)rmdir(path);
}
/* NOLINTEND(misc-no-recursion) */

static void step(struct rig *r, unsigned who, enum inc_op op,
                 const struct inc_buf *body, unsigned flags);

static void
let_in(struct rig *r, int i)
{
    struct inc_buf body = {0};
    struct inc_writer w;

    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_key(&w, "record");
    inc_w_map(&w);
    inc_w_ktext(&w, "id", askers[i]);
    inc_w_ktext(&w, "role", askers[i]);
    inc_w_ktext(&w, "key", keys[i]);
    inc_w_key(&w, "offices");
    inc_w_list(&w);
    inc_w_text(&w, "CPI-LUCCA");
    inc_w_end(&w);
    if (strcmp(askers[i], "company") == 0)
        inc_w_ktext(&w, "company", "C-01");
    inc_w_end(&w);
    inc_w_end(&w);
    must(!body.failed);
    step(r, 0, INC_OP_USER_PUT, &body, 0);
    inc_buf_release(&body);
}

static void
rig_open(struct rig *r)
{
    const struct inc_store_options so = {.map_bytes = 16 << 20,
                                         .reserve_percent = 1};
    struct inc_crew_options o = {.workers = 1,
                                 .batch_max = 1,
                                 .queue_max = 16,
                                 .queue_bytes = 16 << 20,
                                 .request_bytes = REQUEST_BYTES,
                                 .match_bytes = MATCH_BYTES,
                                 .kernels = inc_kernels_choose(NULL),
                                 .by_hand = 1};
    struct inc_err err = {0};
    char store[FOLDER];
    const char *text;
    size_t len;

    memset(r, 0, sizeof *r);
    (void)snprintf(r->dir, sizeof r->dir, "%s/incrocio-serve-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    must(mkdtemp(r->dir) != NULL);
    must(inc_arena_init(&r->arena, 1 << 16) == INC_OK);
    /* Its key files lie beside it: they go with the folder too. */
    (void)snprintf(store, sizeof store, "%.50s/store", r->dir);
    must(inc_store_open(&r->store, store, &so, &err) == INC_OK);
    must(inc_live_open(&r->live, estate, r->store, NULL, NULL, &err) == INC_OK);
    r->desk.o.store = o.store = r->store;
    r->desk.o.live = o.live = r->live;
    r->desk.o.kernels = o.kernels;
    r->desk.o.workers = 1;
    r->desk.o.blas = "fuzz";
    r->desk.o.admin = 1;
    r->desk.o.record = 1;
    r->desk.o.local_role = "administrator";
    r->desk.o.retention = (struct inc_retention){
        .months = 24, .notice_days = 30, .source = "fuzz"};
    text = inc_roles_default(&len);
    must(inc_roles_read(&r->desk.roles, "roles.conf", text, len, &err) ==
         INC_OK);
    r->desk.book = inc_book_desk_new();
    must(r->desk.book != NULL);
    must(inc_who_refresh(&r->desk, &err) == INC_OK);
    must(inc_server_describe(r->store, estate, &err) == INC_OK);
    inc_route_hands(&o.hands, &r->desk);
    must(inc_crew_start(&r->desk.crew, &o, &err) == INC_OK);
    r->desk.arenas = inc_crew_arenas(r->desk.crew);
    for (int i = 1; i + 1 < ASKERS; i++)
        let_in(r, i);
}

/* People that may be matched: not the frozen ones. */
static void
count_matched(void *arg, enum inc_record_kind kind, const union inc_record *r)
{
    uint64_t *n = arg;

    *n += kind == INC_RECORD_CANDIDATE && !r->candidate.frozen;
}

static void
rig_close(struct rig *r)
{
    struct inc_verify_report report;
    struct inc_image image = inc_live_hold(r->live);
    struct inc_err err = {0};
    uint64_t people = 0;

    must(inc_store_verify(r->store, &report, NULL, NULL, count_matched, &people,
                          &err) == INC_OK);
    must(report.faults == 0);
    must(inc_pool_people(image.pool) == people);
    inc_image_drop(&image);
    inc_crew_free(r->desk.crew);
    inc_book_desk_free(r->desk.book);
    inc_roles_drop(r->desk.roles);
    inc_live_close(r->live);
    inc_store_close(r->store);
    inc_arena_release(&r->arena);
    remove_folder(r->dir);
}

/* --- one request ---------------------------------------------------------- */

static uint64_t
head(struct rig *r)
{
    struct inc_view *v = NULL;
    uint64_t seq = 0;

    must(inc_view_open(&v, r->store, NULL) == INC_OK);
    must(inc_view_head(v, &seq, NULL) == INC_OK);
    inc_view_close(v);
    return seq;
}

/* The answer can be read, and is to this request. */
static void
check_answer(const struct inc_buf *reply, const char *id)
{
    struct inc_frame *f = NULL;
    char said[INC_REQUEST_ID_MAX + 1] = "";

    must(!reply->failed && reply->len > 0);
    must(inc_frame_open(&f, reply->data, reply->len, &inc_reply_limits, NULL) ==
         INC_OK);
    inc_frame_close(f);
    (void)inc_frame_peek(said, sizeof said, "id", reply->data, reply->len,
                         &inc_reply_limits);
    must(strcmp(said, id) == 0);
}

static void
serve(struct rig *r, struct inc_job *j)
{
    static const enum inc_turn turns[] = {
        [INC_OPS_READ] = INC_TURN_CLERK,
        [INC_OPS_MATCH] = INC_TURN_WORKER,
        [INC_OPS_WRITE] = INC_TURN_SCRIBE,
        [INC_OPS_ADMIN] = INC_TURN_PORTER,
    };
    enum inc_op_kind kind = inc_ops[j->op].kind;
    uint64_t before = head(r);
    struct inc_err err = {0};

    must(inc_crew_submit(r->desk.crew, j) == INC_OK);
    must(inc_crew_step(r->desk.crew, turns[kind], 0) == 1);
    j = inc_outbox_take(inc_crew_outbox(r->desk.crew));
    if (j == NULL) { /* answered, and goes into the register first */
        (void)inc_crew_step(r->desk.crew, INC_TURN_SCRIBE, 0);
        j = inc_outbox_take(inc_crew_outbox(r->desk.crew));
    }
    must(j != NULL && j->next == NULL);
    if (inc_who_again(&r->desk, j, &err) != INC_OK)
        inc_job_refuse(j, &err);
    check_answer(&j->reply, j->id);
    must(kind == INC_OPS_WRITE || head(r) == before);
    inc_job_free(j);
}

/* As loop.c takes a frame in. */
static void
take_in(struct rig *r, unsigned who, const unsigned char *bytes, size_t len)
{
    const char *key = who == 0 ? NULL : keys[who];
    struct inc_frame *frame = NULL;
    struct inc_request q = {0};
    struct inc_book *book = NULL;
    struct inc_grant grant = {0};
    struct inc_err err = {0};
    struct inc_buf reply = {0};
    struct inc_job *j;
    enum inc_status st;

    inc_arena_reset(&r->arena);
    INC_TRY(inc_who_knows(&r->desk, key, &err));
    INC_TRY(inc_frame_open(&frame, bytes, len, &inc_request_limits, &err));
    INC_TRY(inc_request_read(&q, inc_frame_root(frame), &r->arena, &err));
    INC_TRY(inc_who_judge(&grant, &book, &r->desk, key, &q, &err));
    must((who == 0) == (grant.who->id == NULL));
    must(grant.who->role->everything || grant.who->role->op[q.op]);
    j = inc_job_new("peer", 4, bytes, len);
    if (j == NULL)
        abort();
    j->op = q.op;
    memcpy(j->id, q.id, sizeof j->id);
    j->arrived_ns = inc_clock_ns();
    j->grant = grant;
    j->book = inc_book_hold(book);
    j->secret = r->desk.secret;
    serve(r, j);
out:
    if (st != INC_OK) {
        must(err.what[0] != '\0');
        inc_reply_error(&reply, q.id, &err);
        check_answer(&reply, q.id);
        inc_buf_release(&reply);
    }
    inc_book_drop(book);
    inc_frame_close(frame);
}

static void
step(struct rig *r, unsigned who, enum inc_op op, const struct inc_buf *body,
     unsigned flags)
{
    struct inc_request q = {.v = INC_PROTOCOL, .id = "x", .op = op};
    const struct inc_roles *roles = r->desk.roles;
    unsigned purpose = flags % (roles->n_purposes + 1);
    struct inc_buf frame = {0};

    if (purpose > 0)
        q.purpose = roles->purpose[purpose - 1];
    q.full = (flags & 0x40) != 0;
    q.has_key = inc_ops[op].kind == INC_OPS_WRITE;
    if ((flags >> 7 & 1) == 0 || r->keys == 0) {
        r->keys++;
        memcpy(r->last_key, &r->keys, sizeof r->keys);
    }
    memcpy(q.key, r->last_key, INC_KEY);
    inc_request_write(&frame, &q, body->data, body->len);
    must(!frame.failed);
    take_in(r, who, frame.data, frame.len);
    inc_buf_release(&frame);
}

static void
changed(struct rig *r, struct input *in, unsigned who, int plain)
{
    const struct sample *t = &samples[byte(in) % n_samples];
    const struct inc_buf *from = plain ? &t->plain : &t->body;
    unsigned flags = byte(in), changes = byte(in) % 8;
    struct inc_buf body = {0};

    if (from->len > 0)
        inc_buf_add(&body, from->data, from->len);
    for (unsigned i = 0; i < changes; i++) {
        unsigned at = two(in), to = byte(in);

        if (body.len > 0)
            body.data[at % body.len] = (unsigned char)to;
    }
    step(r, who, t->op, &body, flags);
    inc_buf_release(&body);
}

static void
one(struct rig *r, struct input *in)
{
    unsigned first = byte(in), who = (first >> 2) % ASKERS, how = first & 3;
    unsigned op = how == 1 ? byte(in) : 0, flags = how == 1 ? byte(in) : 0;
    struct inc_buf body = {0};
    size_t len;

    if (how >= 2) {
        changed(r, in, who, how == 3);
        return;
    }
    len = two(in);
    if (len > in->left)
        len = in->left;
    if (how == 0) {
        take_in(r, who, in->p, len);
    } else {
        if (len > 0)
            inc_buf_add(&body, in->p, len);
        step(r, who, (enum inc_op)(op % INC_OP_COUNT), &body, flags);
        inc_buf_release(&body);
    }
    in->p += len;
    in->left -= len;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct rig r;
    struct input in = {data, size};

    once();
    rig_open(&r);
    for (int i = 0; i < STEPS && in.left > 0; i++)
        one(&r, &in);
    rig_close(&r);
    return 0;
}
