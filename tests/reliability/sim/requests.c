#include "tests/reliability/sim/requests.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/mem.h"
#include "proto/node.h"
#include "proto/writer.h"

#define WELDING "http://incrocio.example/esco/skill/mig-mag-welding"

static struct inc_job *
job(enum inc_op op, struct inc_buf *body, uint64_t number, uint64_t key)
{
    struct inc_request q = {.v = INC_PROTOCOL, .op = op};
    struct inc_buf frame = {0};
    struct inc_job *j;

    (void)snprintf(q.id, sizeof q.id, "%" PRIu64, number);
    q.has_key = inc_ops[op].kind == INC_OPS_WRITE;
    memcpy(q.key, &key, sizeof key);
    inc_request_write(&frame, &q, body->data, body->len);
    j = frame.failed ? NULL : inc_job_new("peer", 4, frame.data, frame.len);
    if (j == NULL)
        abort();
    j->op = op;
    memcpy(j->id, q.id, sizeof j->id);
    j->arrived_ns = inc_clock_ns();
    inc_buf_release(&frame);
    inc_buf_release(body);
    return j;
}

static void
skill_list(struct inc_writer *w, const char *name)
{
    inc_w_key(w, name);
    inc_w_list(w);
    inc_w_map(w);
    inc_w_ktext(w, "uri", WELDING);
    inc_w_end(w);
    inc_w_end(w);
}

static void
record(struct inc_writer *w, const struct sim_write *s, const char *id)
{
    char title[32];

    inc_w_key(w, "record");
    inc_w_map(w);
    inc_w_ktext(w, "id", id);
    if (s->kind == INC_RECORD_NEED) {
        (void)snprintf(title, sizeof title, "turno %" PRIu64, s->body);
        inc_w_ktext(w, "title", title);
        skill_list(w, "requirements");
    } else {
        skill_list(w, "skills");
        inc_w_key(w, "mobility");
        inc_w_map(w);
        inc_w_kint(w, "max_minutes", (int64_t)(s->body % 200) + 1);
        inc_w_end(w);
    }
    inc_w_end(w);
}

struct inc_job *
sim_write_job(const struct sim_write *s, uint64_t number)
{
    struct inc_buf body = {0};
    struct inc_writer w;
    char id[16];

    (void)snprintf(id, sizeof id, "t%u", s->id);
    inc_writer_init(&w, &body);
    inc_w_map(&w);
    if (s->op == INC_OP_CANDIDATE_PUT || s->op == INC_OP_NEED_PUT)
        record(&w, s, id);
    else
        inc_w_ktext(&w, "id", id);
    if (s->if_revision >= 0)
        inc_w_kint(&w, "if_revision", s->if_revision);
    inc_w_end(&w);
    return job(s->op, &body, number, s->key);
}

struct inc_job *
sim_match_job(uint64_t number)
{
    struct inc_buf body = {0};
    struct inc_writer w;

    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_key(&w, "need");
    inc_w_map(&w);
    inc_w_ktext(&w, "id", "N");
    skill_list(&w, "requirements");
    inc_w_end(&w);
    inc_w_key(&w, "options");
    inc_w_map(&w);
    inc_w_kint(&w, "k", 2 * SIM_IDS);
    inc_w_end(&w);
    inc_w_end(&w);
    return job(INC_OP_MATCH_PEOPLE, &body, number, 0);
}

struct inc_job *
sim_get_job(unsigned id, uint64_t number)
{
    struct inc_buf body = {0};
    struct inc_writer w;
    char text[16];

    (void)snprintf(text, sizeof text, "t%u", id);
    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_ktext(&w, "id", text);
    inc_w_end(&w);
    return job(INC_OP_CANDIDATE_GET, &body, number, 0);
}

static int64_t
number_in(const struct inc_node *map, const char *name)
{
    const struct inc_node *n = inc_node_get(map, name);

    if (n == NULL)
        return 0;
    if (inc_node_kind(n) == INC_NODE_BOOL)
        return inc_node_bool(n);
    return inc_node_kind(n) == INC_NODE_INT ? inc_node_int(n) : 0;
}

static void
read_items(struct sim_reply *out, const struct inc_node *items)
{
    for (size_t i = 0; i < inc_node_count(items); i++) {
        const struct inc_node *id = inc_node_get(inc_node_at(items, i), "id");
        size_t len = 0;
        const char *text = id != NULL ? inc_node_text(id, &len) : "";
        unsigned long n =
            len > 1 && len < 4 ? strtoul(text + 1, NULL, 10) : SIM_IDS;
        uint64_t bit = n < SIM_IDS ? UINT64_C(1) << n : 0;

        out->odd |= bit == 0 || (out->people & bit) != 0;
        out->people |= bit;
    }
}

int
sim_read(struct sim_reply *out, const struct inc_job *j)
{
    struct inc_frame *f = NULL;
    const struct inc_node *body, *items, *record;

    *out = (struct sim_reply){.number = strtoull(j->id, NULL, 10),
                              .status = j->status};
    if (j->reply.failed || inc_frame_open(&f, j->reply.data, j->reply.len,
                                          &inc_reply_limits, NULL) != INC_OK)
        return -1;
    body = inc_node_get(inc_frame_root(f), "body");
    if (body != NULL) {
        record = inc_node_get(body, "record");
        items = inc_node_get(body, "items");
        out->revision = number_in(record != NULL ? record : body, "revision");
        out->seq = (uint64_t)number_in(body, "seq");
        out->generation = (uint64_t)number_in(body, "generation");
        out->created = number_in(body, "created") != 0;
        out->replayed = number_in(body, "replayed") != 0;
        if (items != NULL)
            read_items(out, items);
    }
    inc_frame_close(f);
    return 0;
}
