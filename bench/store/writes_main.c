/*
 * The write path, measured. One line of JSON a figure on stdout. Run by
 * bench/store/writes, which also starts the daemon for `client`.
 *
 *   single DIR ESCO [ENDPOINT]    append + fdatasync of a body, a commit of
 *                                 it, a put to the daemon, in turn
 *   store  DIR ESCO [SECONDS]     decode, check, inc_store_apply: no daemon,
 *                                 no pool; by batch size
 *   grow   DIR ESCO PEOPLE        the same, on to PEOPLE: rate as it grows
 *   client ENDPOINT ESCO [SECONDS]  a running daemon, by number of clients
 *   people PEOPLE ESCO            JSON lines to import, on stdout
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "clients/cli/json.h"
#include "engine/base/clock.h"
#include "engine/profile/validate.h"
#include "engine/store/store.h"
#include "proto/bodies.h"
#include "tests/support/records.h"

enum {
    SKILLS_MOST = 40,
    BATCH_MOST = 4096,
    CLIENTS_MOST = 64,
    SAMPLES = 20000,
    SINGLES = 1000,
    ARENA = 64 * 1024 * 1024,
    SMALL_ARENA = 1024 * 1024
};

#define SECOND UINT64_C(1000000000)
#define SEED 20261122

static struct inc_world world;
static struct inc_reference reference;
static double sample[SAMPLES];

#define MUST(cond, ...)                                                        \
    do {                                                                       \
        if (!(cond)) {                                                         \
            (void)fprintf(stderr, "%s: ", #cond);                              \
            (void)fprintf(stderr, __VA_ARGS__);                                \
            (void)fputc('\n', stderr);                                         \
            _exit(1);                                                          \
        }                                                                      \
    } while (0)

static int
by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void
print(const char *name, const char *unit, const char *params, size_t n)
{
    qsort(sample, n, sizeof sample[0], by_size);
    (void)printf("{\"name\":\"%s\",\"unit\":\"%s\",\"params\":{%s},"
                 "\"samples\":[",
                 name, unit, params);
    /* A long series is shown by its percentiles, in order. */
    for (size_t i = 0; i < (n > 101 ? 101 : n); i++)
        (void)printf("%s%.1f", i > 0 ? "," : "",
                     sample[n > 101 ? i * (n - 1) / 100 : i]);
    (void)printf("]}\n");
    (void)fflush(stdout);
}

static void
print_one(const char *name, const char *unit, const char *params, double v)
{
    sample[0] = v;
    print(name, unit, params, 1);
}

/* --- people --------------------------------------------------------------- */

static void
load_world(const char *esco)
{
    struct inc_taxonomy_options o = {.dir = esco};
    struct inc_taxonomy *t = NULL;
    struct inc_geo *g = NULL;
    struct inc_err err = {0};

    MUST(inc_taxonomy_load(&t, &o, &err) == INC_OK, "%s", err.what);
    MUST(inc_geo_load(&g, "engine/taxonomy/sample/comuni.tsv", &err) == INC_OK,
         "%s", err.what);
    world.taxonomy = t;
    world.geo = g;
    reference.taxonomy = t;
    reference.geo = g;
}

/* The body of a put of person `no`, the same on every run. */
static void
body_of(struct inc_buf *out, uint64_t no)
{
    static struct inc_arena a;
    struct inc_candidate c;
    struct inc_writer w;
    struct inc_rng r;

    if (a.base == NULL)
        MUST(inc_arena_init(&a, SMALL_ARENA) == INC_OK, "no memory");
    inc_arena_reset(&a);
    r.state = (SEED + no) * UINT64_C(0x2545f4914f6cdd1d);
    rec_candidate(&c, no, &r, &a, &world, SKILLS_MOST);
    if (c.n_licences > 1) /* may be twice the same */
        c.n_licences = 1;
    if (c.n_occupations > 1 && c.occupations[0].uri == c.occupations[1].uri)
        c.n_occupations = 1;
    inc_buf_reset(out);
    inc_writer_init(&w, out);
    inc_w_map(&w);
    inc_w_key(&w, "record");
    inc_schema_encode(&w, &inc_candidate_type, &c);
    inc_w_end(&w);
}

/* --- the store alone -------------------------------------------------------
 */

struct row {
    struct inc_command c;
    union inc_record record;
    struct inc_buf body;
};

static const struct inc_frame_limits limits = {
    .bytes = (size_t)1 << 20, .objects = 100000, .depth = 12};

static void
prepare(struct row *row, struct inc_arena *a)
{
    struct inc_frame *f = NULL;
    struct inc_err err = {0};
    struct inc_put put = {0};

    MUST(inc_frame_open(&f, row->body.data, row->body.len, &limits, &err) ==
                 INC_OK &&
             inc_schema_decode(&put, &inc_candidate_put_type, inc_frame_root(f),
                               a, &err) == INC_OK &&
             inc_schema_decode(&row->record, &inc_candidate_type, put.record, a,
                               &err) == INC_OK &&
             inc_validate(INC_RECORD_CANDIDATE, &row->record, &reference,
                          &err) == INC_OK,
         "%s %s", err.what, err.where);
    inc_frame_close(f);
    row->c = (struct inc_command){.op = INC_OP_CANDIDATE_PUT,
                                  .kind = INC_RECORD_CANDIDATE,
                                  .at_unix_ms = inc_clock_unix_ms(),
                                  .id = row->record.candidate.id,
                                  .record = &row->record,
                                  .if_revision = -1,
                                  .body = row->body.data,
                                  .body_len = row->body.len,
                                  .arena = a};
    inc_key_make(row->c.key);
}

static struct inc_store *
store_at(const char *dir, const char *name)
{
    struct inc_store_options o = {.reserve_percent = 1};
    struct inc_store *s = NULL;
    struct inc_err err = {0};
    char path[4096];

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    MUST(inc_store_open(&s, path, &o, &err) == INC_OK, "%s", err.what);
    return s;
}

static double
bytes_a_person(struct inc_store *s)
{
    struct inc_view *v = NULL;
    struct inc_store_info info;
    struct inc_err err = {0};

    MUST(inc_view_open(&v, s, &err) == INC_OK &&
             inc_view_info(v, &info, &err) == INC_OK,
         "%s", err.what);
    inc_view_close(v);
    return (double)info.used_bytes / (double)info.records[INC_RECORD_CANDIDATE];
}

struct spent {
    uint64_t prepare_ns, apply_ns;
};

/* One batch of people from *no on; generating them is not counted. */
static void
write_batch(struct inc_store *s, uint64_t *no, size_t n, struct inc_arena *a,
            struct spent *t)
{
    static struct row row[BATCH_MOST];
    static struct inc_command *batch[BATCH_MOST];
    struct inc_err err = {0};
    uint64_t start;

    inc_arena_reset(a);
    for (size_t i = 0; i < n; i++) {
        body_of(&row[i].body, (*no)++);
        batch[i] = &row[i].c;
    }
    start = inc_clock_ns();
    for (size_t i = 0; i < n; i++)
        prepare(&row[i], a);
    t->prepare_ns += inc_clock_ns() - start;
    start = inc_clock_ns();
    MUST(inc_store_apply(s, batch, n, &err) == INC_OK, "%s", err.what);
    t->apply_ns += inc_clock_ns() - start;
    MUST(batch[n - 1]->created, "%s", batch[n - 1]->err.what);
}

static void
run_store(const char *dir, uint64_t seconds)
{
    static const size_t sizes[] = {1, 8, 64, 512, 4096};
    struct inc_arena a;

    MUST(inc_arena_init(&a, ARENA) == INC_OK, "no memory");
    for (size_t k = 0; k < INC_COUNT(sizes); k++) {
        struct spent t = {0};
        struct inc_store *s;
        char params[128], name[32];
        uint64_t no = 0;
        size_t n = 0;

        (void)snprintf(name, sizeof name, "store-%zu", sizes[k]);
        s = store_at(dir, name);
        while (t.apply_ns + t.prepare_ns < seconds * SECOND) {
            uint64_t before = t.apply_ns;

            write_batch(s, &no, sizes[k], &a, &t);
            if (n < SAMPLES)
                sample[n++] = (double)(t.apply_ns - before) / 1000;
        }
        (void)snprintf(params, sizeof params, "\"batch\":%zu", sizes[k]);
        print("store_apply", "us", params, n);
        print_one("store_apply_rate", "people/s", params,
                  (double)no * 1e9 / (double)t.apply_ns);
        print_one("store_prepare_rate", "people/s", params,
                  (double)no * 1e9 / (double)t.prepare_ns);
        print_one("bytes_a_person", "bytes", params, bytes_a_person(s));
        inc_store_close(s);
    }
    inc_arena_release(&a);
}

static void
run_grow(const char *dir, uint64_t people, size_t batch)
{
    struct inc_store *s = store_at(dir, "grow");
    struct spent all = {0};
    struct inc_arena a;
    char params[128];
    uint64_t no = 0;

    MUST(inc_arena_init(&a, ARENA) == INC_OK, "no memory");
    while (no < people) {
        struct spent t = {0};
        uint64_t from = no;

        while (no < people && no - from < 50000)
            write_batch(s, &no, batch, &a, &t);
        (void)snprintf(params, sizeof params,
                       "\"people\":%" PRIu64 ",\"batch\":%zu", no, batch);
        print_one("grow_apply_rate", "people/s", params,
                  (double)(no - from) * 1e9 / (double)t.apply_ns);
        all.apply_ns += t.apply_ns;
        all.prepare_ns += t.prepare_ns;
    }
    print_one("grow_seconds_apply", "s", params, (double)all.apply_ns / 1e9);
    print_one("grow_seconds_prepare", "s", params,
              (double)all.prepare_ns / 1e9);
    print_one("bytes_a_person", "bytes", params, bytes_a_person(s));
    inc_store_close(s);
    inc_arena_release(&a);
}

/* --- through the daemon -----------------------------------------------------
 */

struct wire {
    void *context;
    void *socket[CLIENTS_MOST];
    uint64_t sent_ns[CLIENTS_MOST];
    struct inc_buf body, frame;
    uint64_t no; /* of the next person */
};

static void
send_request(struct wire *w, size_t i, enum inc_op op)
{
    struct inc_request r = {.v = INC_PROTOCOL, .op = op, .has_key = 1};

    inc_key_make(r.key);
    (void)snprintf(r.id, sizeof r.id, "%zu", i);
    inc_buf_reset(&w->frame);
    inc_request_write(&w->frame, &r, w->body.data, w->body.len);
    w->sent_ns[i] = inc_clock_ns();
    MUST(zmq_send(w->socket[i], "", 0, ZMQ_SNDMORE) == 0 &&
             zmq_send(w->socket[i], w->frame.data, w->frame.len, 0) >= 0,
         "send");
}

static void
send_person(struct wire *w, size_t i)
{
    body_of(&w->body, w->no++);
    send_request(w, i, INC_OP_CANDIDATE_PUT);
}

/* `n` people in one request. */
static void
send_many(struct wire *w, size_t i, size_t n)
{
    struct inc_buf one = {0};
    struct inc_writer list;

    inc_buf_reset(&w->body);
    inc_writer_init(&list, &w->body);
    inc_w_map(&list);
    inc_w_key(&list, "puts");
    inc_w_list(&list);
    for (size_t k = 0; k < n; k++) {
        body_of(&one, w->no++);
        inc_w_raw(&list, one.data, one.len);
    }
    inc_w_end(&list);
    inc_w_end(&list);
    inc_buf_release(&one);
    send_request(w, i, INC_OP_CANDIDATE_PUT_MANY);
}

/* 1 when an answer was there; it must be a good one. */
static int
take_answer(struct wire *w, size_t i)
{
    struct inc_frame *f = NULL;
    struct inc_reply reply;
    struct inc_err err = {0};
    zmq_msg_t m;
    int got;

    (void)zmq_msg_init(&m);
    got = zmq_msg_recv(&m, w->socket[i], ZMQ_DONTWAIT) >= 0;
    if (got && zmq_msg_more(&m))
        MUST(zmq_msg_recv(&m, w->socket[i], 0) > 0, "second frame");
    if (got) {
        MUST(inc_frame_open(&f, zmq_msg_data(&m), zmq_msg_size(&m),
                            &inc_reply_limits, &err) == INC_OK &&
                 inc_reply_read(&reply, inc_frame_root(f), &err) == INC_OK &&
                 reply.ok,
             "%s %s", err.what, reply.error.what);
        inc_frame_close(f);
    }
    (void)zmq_msg_close(&m);
    return got;
}

static void
send_next(struct wire *w, size_t i, size_t many)
{
    if (many > 0)
        send_many(w, i, many);
    else
        send_person(w, i);
}

/* many: people a request, 0 for candidate.put. */
static void
run_clients(struct wire *w, size_t clients, size_t many, uint64_t seconds)
{
    zmq_pollitem_t item[CLIENTS_MOST] = {{0}};
    uint64_t start = inc_clock_ns(), end = start + seconds * SECOND, done = 0;
    char params[128];
    size_t n = 0, out = clients;

    for (size_t i = 0; i < clients; i++) {
        item[i] =
            (zmq_pollitem_t){.socket = w->socket[i], .events = ZMQ_POLLIN};
        send_next(w, i, many);
    }
    while (out > 0) {
        MUST(zmq_poll(item, (int)clients, 10000) > 0, "no answer");
        for (size_t i = 0; i < clients; i++) {
            uint64_t now;

            if (item[i].revents == 0 || !take_answer(w, i))
                continue;
            now = inc_clock_ns();
            done++;
            if (n < SAMPLES)
                sample[n++] = (double)(now - w->sent_ns[i]) / 1000;
            if (now < end)
                send_next(w, i, many);
            else
                out--;
        }
    }
    (void)snprintf(params, sizeof params,
                   "\"clients\":%zu,\"people_a_request\":%zu", clients,
                   many > 0 ? many : 1);
    print(many > 0 ? "daemon_put_many" : "daemon_put", "us", params, n);
    print_one(many > 0 ? "daemon_put_many_rate" : "daemon_put_rate", "people/s",
              params,
              (double)done * (double)(many > 0 ? many : 1) * 1e9 /
                  (double)(inc_clock_ns() - start));
}

static void
open_wire(struct wire *w, const char *endpoint)
{
    w->context = zmq_ctx_new();
    for (size_t i = 0; i < CLIENTS_MOST; i++) {
        w->socket[i] = zmq_socket(w->context, ZMQ_DEALER);
        MUST(zmq_connect(w->socket[i], endpoint) == 0, "%s", endpoint);
    }
}

static void
close_wire(struct wire *w)
{
    for (size_t i = 0; i < CLIENTS_MOST; i++)
        (void)zmq_close(w->socket[i]);
    (void)zmq_ctx_term(w->context);
    inc_buf_release(&w->body);
    inc_buf_release(&w->frame);
}

static void
run_client(const char *endpoint, uint64_t seconds)
{
    struct wire w = {.no = 1000000000};

    open_wire(&w, endpoint);
    run_clients(&w, 1, 0, seconds);
    run_clients(&w, 8, 0, seconds);
    run_clients(&w, 64, 0, seconds);
    run_clients(&w, 1, 64, seconds);
    run_clients(&w, 32, 64, seconds);
    close_wire(&w);
}

/* --- one client against the limit ------------------------------------------
 */

static double
append_once(int fd, const struct inc_buf *body)
{
    uint64_t start = inc_clock_ns();

    MUST(write(fd, body->data, body->len) == (ssize_t)body->len, "write");
    MUST(fdatasync(fd) == 0, "fdatasync");
    return (double)(inc_clock_ns() - start) / 1000;
}

static double
put_once(struct wire *w)
{
    zmq_pollitem_t item = {.socket = w->socket[0], .events = ZMQ_POLLIN};
    uint64_t start;

    send_person(w, 0);
    start = w->sent_ns[0];
    MUST(zmq_poll(&item, 1, 10000) == 1 && take_answer(w, 0), "no answer");
    return (double)(inc_clock_ns() - start) / 1000;
}

/* An append, a commit and a put in turn, so that what else the disk does hurts
 * all alike. */
static void
run_single(const char *dir, const char *endpoint)
{
    static double append[SINGLES], apply[SINGLES], put[SINGLES];
    struct inc_store *s = store_at(dir, "single");
    struct wire w = {.no = 2000000000};
    struct inc_buf body = {0};
    struct inc_arena a;
    char path[4096];
    uint64_t no = 0;
    size_t bytes = 0;
    int fd;

    MUST(inc_arena_init(&a, ARENA) == INC_OK, "no memory");
    (void)snprintf(path, sizeof path, "%s/floor", dir);
    fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0600);
    MUST(fd >= 0, "%s", path);
    if (endpoint != NULL)
        open_wire(&w, endpoint);
    for (size_t i = 0; i < SINGLES; i++) {
        struct spent t = {0};

        body_of(&body, i);
        bytes += body.len;
        append[i] = append_once(fd, &body);
        write_batch(s, &no, 1, &a, &t);
        apply[i] = (double)t.apply_ns / 1000;
        if (endpoint != NULL)
            put[i] = put_once(&w);
    }
    print_one("bytes_a_body", "bytes", "", (double)bytes / SINGLES);
    memcpy(sample, append, sizeof append);
    print("single_append_fdatasync", "us", "", SINGLES);
    double floor_us = sample[SINGLES / 2];
    memcpy(sample, apply, sizeof apply);
    print("single_store_apply", "us", "", SINGLES);
    double apply_us = sample[SINGLES / 2];
    print_one("single_store_ratio", "x append+fdatasync", "",
              apply_us / floor_us);
    if (endpoint != NULL) {
        memcpy(sample, put, sizeof put);
        print("single_daemon_put", "us", "", SINGLES);
        double put_us = sample[SINGLES / 2];
        print_one("single_daemon_ratio", "x append+fdatasync", "",
                  put_us / floor_us);
        close_wire(&w);
    }
    (void)close(fd);
    inc_store_close(s);
    inc_arena_release(&a);
    inc_buf_release(&body);
}

/* People as lines of JSON, for an import: the client's own writer. */
static void
run_people(uint64_t people)
{
    struct inc_buf body = {0}, text = {0};
    struct inc_frame *f = NULL;
    struct inc_err err = {0};

    for (uint64_t no = 0; no < people; no++) {
        body_of(&body, no);
        MUST(inc_frame_open(&f, body.data, body.len, &limits, &err) == INC_OK,
             "%s", err.what);
        inc_buf_reset(&text);
        inc_json_node(&text, inc_node_get(inc_frame_root(f), "record"), NULL);
        inc_buf_add(&text, "\n", 1);
        MUST(fwrite(text.data, 1, text.len, stdout) == text.len, "stdout");
        inc_frame_close(f);
    }
    inc_buf_release(&text);
    inc_buf_release(&body);
}

int
main(int argc, char **argv)
{
    const char *mode = argc > 2 ? argv[1] : "";
    uint64_t number = argc > 4 ? strtoull(argv[4], NULL, 10) : 0;

    MUST(inc_hash_start() == 0, "no random numbers");
    if (argc < 4)
        return 2;
    load_world(argv[3]);
    if (strcmp(mode, "single") == 0)
        run_single(argv[2], argc > 4 ? argv[4] : NULL);
    else if (strcmp(mode, "store") == 0)
        run_store(argv[2], number > 0 ? number : 3);
    else if (strcmp(mode, "grow") == 0)
        run_grow(argv[2], number > 0 ? number : 100000,
                 argc > 5 ? strtoull(argv[5], NULL, 10) : 512);
    else if (strcmp(mode, "client") == 0)
        run_client(argv[2], number > 0 ? number : 5);
    else if (strcmp(mode, "people") == 0)
        run_people(strtoull(argv[2], NULL, 10));
    else
        return 2;
    return 0;
}
