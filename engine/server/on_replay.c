/* match.replay: recorded matches computed again, from the people and needs of
 * then, and compared with what the register has. The porter's thread. */
#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/match/catch_up.h"
#include "engine/server/desk.h"
#include "engine/server/gone.h"
#include "proto/register.h"

enum { RANGE_MAX = 1000, REPLAY_UNTIL = 1, WHY_BYTES = 300 };

struct replay {
    struct inc_desk *d;
    const struct inc_image *now;
    struct inc_view *view;
    struct inc_matcher *matcher;
    struct inc_arena records, texts; /* one record; one entry's texts */
    struct inc_past *people;         /* as of `generation` */
    struct inc_past *subjects;       /* as of `seen`; may be `people` */
    uint64_t generation, seen;
    uint64_t first;        /* entry of the register; those before were pruned */
    struct inc_image then; /* people and needs of `generation` */
    struct inc_frame *frame; /* of the body read last */
    struct inc_replayed out;
};

/* What is found out about one entry. */
struct finding {
    enum inc_replay_verdict verdict;
    char why[WHY_BYTES];
    uint64_t erased; /* people of then who have been since */
    uint32_t holes;  /* of them, in the answer */
    unsigned unchecked;
};

/* ---- the past ------------------------------------------------------------ */

/* A put or patch of the journal. What is stored was found good once, so it is
 * not validated again: the taxonomy may have changed since. */
static enum inc_status
read_body(void *arg, const void *body, size_t len, struct inc_command *c,
          struct inc_err *err)
{
    struct replay *r = arg;
    const struct inc_type *type = inc_ops[c->op].request;
    const struct inc_node *root;
    enum inc_status st = INC_OK;

    inc_frame_close(r->frame);
    r->frame = NULL;
    INC_TRY(inc_frame_open(&r->frame, body, len, &inc_request_limits, err));
    root = inc_frame_root(r->frame);
    c->record = inc_arena_array(c->arena, 1, sizeof *c->record);
    if (c->record == NULL)
        INC_TRY(inc_fail(err, INC_E_NOMEM, 0, "no memory for a record"));
    if (type == &inc_patch_type) {
        struct inc_patch patch = {0};

        INC_TRY(inc_schema_decode(&patch, type, root, c->arena, err));
        st = inc_schema_decode_patch(c->record, &c->removed,
                                     inc_record_type(c->kind), patch.set,
                                     c->arena, err);
    } else {
        struct inc_put put = {0};

        INC_TRY(inc_schema_decode(&put, type, root, c->arena, err));
        st = inc_schema_decode(c->record, inc_record_type(c->kind), put.record,
                               c->arena, err);
    }
out:
    return st;
}

static void
forget(struct replay *r)
{
    inc_image_drop(&r->then);
    if (r->subjects != r->people)
        inc_past_close(r->subjects);
    inc_past_close(r->people);
    r->people = r->subjects = NULL;
}

static enum inc_status
build(struct replay *r, struct inc_err *err)
{
    struct inc_pool_builder *b = NULL;
    struct inc_feeding f = {.err = err};
    enum inc_status st = INC_OK;

    r->then.estate = inc_estate_hold(r->now->estate);
    if (inc_pool_generation(r->now->pool) == r->generation) {
        r->then.pool = inc_pool_hold(r->now->pool);
        return INC_OK;
    }
    INC_TRY(inc_pool_begin(&b, &r->then.estate->world, err));
    f.builder = b;
    f.kind = INC_RECORD_CANDIDATE;
    INC_TRY(
        inc_past_scan(r->people, f.kind, &r->records, inc_feed_one, &f, err));
    f.kind = INC_RECORD_NEED;
    INC_TRY(
        inc_past_scan(r->people, f.kind, &r->records, inc_feed_one, &f, err));
    st = inc_pool_end(&r->then.pool, b, NULL, r->generation, err);
    b = NULL; /* end consumes it */
out:
    inc_pool_abandon(b);
    return st;
}

/* The people and needs, and the records asked about, of an entry. */
static enum inc_status
go_back(struct replay *r, const struct inc_trail *t, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    if (r->then.pool != NULL && r->generation == t->generation &&
        r->seen == t->view)
        return INC_OK;
    forget(r);
    r->generation = t->generation;
    r->seen = t->view;
    INC_TRY(
        inc_past_open(&r->people, r->view, t->generation, read_body, r, err));
    r->subjects = r->people;
    if (t->view != t->generation) {
        r->subjects = NULL;
        INC_TRY(
            inc_past_open(&r->subjects, r->view, t->view, read_body, r, err));
    }
    st = build(r, err);
out:
    if (st != INC_OK)
        forget(r);
    return st;
}

/* ---- what cannot be ------------------------------------------------------ */

/* The first line in which the estates differ. */
static enum inc_status
other_estate(struct replay *r, const struct inc_trail *t, struct inc_err *err)
{
    unsigned char digest[INC_DIGEST];
    struct inc_buf now = {0};
    const void *bytes = "";
    const char *a, *b;
    size_t len = 0, start = 0, i = 0;

    (void)inc_trail_estate_get(r->view, t->estate, &bytes, &len, NULL);
    inc_estate_describe(&now, digest, r->now->estate);
    a = bytes;
    b = inc_buf_cstr(&now);
    for (; i < len && i < now.len && a[i] == b[i]; i++)
        if (a[i] == '\n')
            start = i + 1;
    (void)inc_fail(err, INC_E_MISMATCH, 0,
                   "it was matched with `%.*s`, this daemon has `%.*s`",
                   (int)strcspn(a + start, "\n"), len == 0 ? "" : a + start,
                   (int)strcspn(b + start, "\n"), b + start);
    inc_buf_release(&now);
    return INC_E_MISMATCH;
}

static enum inc_status
possible(struct replay *r, const struct inc_trail_row *row, struct inc_err *err)
{
    if (row->erased)
        return inc_fail(err, INC_E_NOTFOUND, 0,
                        "the person it was about has been erased");
    if (row->request == NULL)
        return inc_fail(err, INC_E_NOTFOUND, 0,
                        "the profile came with the question and is not kept");
    if (memcmp(row->t.estate, r->now->estate->digest, INC_DIGEST) != 0)
        return other_estate(r, &row->t, err);
    return INC_OK;
}

/* ---- one entry ----------------------------------------------------------- */

/* Where the answers part, in words. */
static void
tell_difference(char why[WHY_BYTES], struct replay *r,
                const struct inc_trail_row *row, const struct inc_trail *t,
                const struct inc_trail_item *items)
{
    static unsigned char lines[2 * INC_TRAIL_LINES_MAX]; /* one porter */
    struct inc_trail_item was;
    struct inc_err err;
    size_t at = 0;
    uint32_t i = 0;

    for (; inc_trail_item_next(&was, row->packed, row->packed_len, &at) > 0 &&
           i < t->n_items;
         i++) {
        const struct inc_trail_item *is = &items[i];

        if (was.no != is->no || was.rank != is->rank ||
            was.score != is->score) {
            (void)snprintf(why, WHY_BYTES,
                           "item %u: number %llu, rank %u, score %d were told; "
                           "now number %llu, rank %u, score %d",
                           i + 1, (unsigned long long)was.no, was.rank,
                           was.score, (unsigned long long)is->no, is->rank,
                           is->score);
            return;
        }
        if (inc_trail_item_open(&was, r->d->o.store, &row->t, i, lines, &err) !=
            INC_OK)
            continue;
        for (uint32_t l = 0; l < was.n_lines && l < is->n_lines; l++)
            if (memcmp((const unsigned char *)was.lines + (size_t)2 * l,
                       (const unsigned char *)is->lines + (size_t)2 * l,
                       2) != 0) {
                (void)snprintf(why, WHY_BYTES, "item %u: line %u differs",
                               i + 1, l + 1);
                return;
            }
        if (was.mark != is->mark || was.n_lines != is->n_lines) {
            (void)snprintf(why, WHY_BYTES, "item %u differs", i + 1);
            return;
        }
    }
    (void)snprintf(why, WHY_BYTES,
                   "the answer had %u items, now %u; what is beside them "
                   "differs",
                   row->t.n_items, t->n_items);
}

/* The same, when somebody who was there then has been erased. */
static enum inc_status
without_them(struct replay *r, struct inc_job *q,
             const struct inc_trail_row *row, const struct inc_trail *now,
             const struct inc_trail_item *items, struct finding *f,
             struct inc_err *err)
{
    struct inc_match_options asked = q->options;
    struct inc_gone g = {.store = r->d->o.store,
                         .past = r->people,
                         .row = row,
                         .options = &asked,
                         .outline = q->trace.outline,
                         .items = items,
                         .n_items = now->n_items,
                         .body = &q->question.body,
                         .arena = &q->arena};
    enum inc_gone_verdict verdict;
    enum inc_status st;

    asked.k += f->holes;
    INC_TRY(inc_gone_compare(&g, &verdict, err));
    f->verdict = verdict == INC_GONE_WHOLE  ? INC_REPLAY_SAME
                 : verdict == INC_GONE_ROWS ? INC_REPLAY_BUT_ERASED
                                            : INC_REPLAY_DIFFERENT;
    f->unchecked = verdict == INC_GONE_ROWS ? g.unchecked : 0;
    (void)snprintf(f->why, sizeof f->why, "%s", g.why);
out:
    return st;
}

static enum inc_status
compare(struct replay *r, struct inc_job *q, const struct inc_trail_row *row,
        struct finding *f, struct inc_err *err)
{
    struct inc_trail t = row->t;
    struct inc_slip slip = {.need = 0};
    struct inc_trail_item *items = NULL;
    struct inc_trail_reply reply = {.request = row->request,
                                    .request_len = row->request_len,
                                    .reply = q->question.body.data,
                                    .reply_len = q->question.body.len};
    enum inc_status st = INC_OK;

    INC_TRY(inc_record_items(&items, &t, q, err));
    reply.items = items;
    INC_TRY(inc_slip_fill(&slip, r->d->o.store, &t, &reply, err));
    f->verdict = INC_REPLAY_SAME;
    if (t.n_items == row->t.n_items && t.reply_len == row->t.reply_len &&
        memcmp(t.reply, row->t.reply, INC_DIGEST) == 0 &&
        memcmp(t.items, row->t.items, INC_DIGEST) == 0)
        goto out;
    f->verdict = INC_REPLAY_DIFFERENT;
    if (f->erased > 0)
        st = without_them(r, q, row, &t, items, f, err);
    else
        tell_difference(f->why, r, row, &t, items);
out:
    inc_slip_release(&slip);
    return st;
}

/* Who of those in the answer is erased leaves a hole: so many less are asked
 * for. Needs and a pair do not depend on other people. */
static enum inc_status
make_holes(struct replay *r, struct inc_job *q, const struct inc_trail_row *row,
           struct finding *f, struct inc_err *err)
{
    if (q->question.kind != INC_ASK_PEOPLE)
        return INC_OK;
    f->erased = inc_past_lost(r->people);
    f->holes = inc_gone_holes(r->d->o.store, row);
    if (f->holes > 0 && f->holes == row->t.n_items)
        return inc_fail(err, INC_E_NOTFOUND, 0,
                        "everybody in the answer has been erased since");
    if ((int64_t)f->holes >= q->options.k)
        return inc_fail(err, INC_E_CORRUPT, 0,
                        "the entry has more items than were asked for");
    q->options.k -= f->holes;
    return INC_OK;
}

static enum inc_status
again(struct replay *r, struct inc_job *q, const struct inc_trail_row *row,
      struct finding *f, struct inc_err *err)
{
    struct inc_question *questions[] = {&q->question};
    struct inc_outline outline = {0};
    enum inc_status st = INC_OK;

    INC_TRY(possible(r, row, err));
    INC_TRY(go_back(r, &row->t, err));
    if (inc_arenas_take(r->d->arenas, &q->arena) != INC_OK)
        INC_TRY(inc_fail(err, INC_E_NOMEM, 0, "no memory for a replay"));
    q->op = row->t.op;
    q->past = r->subjects;
    memcpy(q->subject, row->t.subject, sizeof q->subject);
    q->n_subjects = row->t.n_subjects;
    INC_TRY(inc_frame_open(&q->frame, row->request, row->request_len,
                           &inc_request_limits, err));
    q->request.body = inc_frame_root(q->frame);
    INC_TRY(inc_on_ask(r->d, q, &r->then, r->view, err));
    q->options.as_of = row->t.as_of;
    INC_TRY(make_holes(r, q, row, f, err));
    q->trace.outline = &outline;
    q->question.trace = &q->trace;
    inc_match_run(r->matcher, &r->then, questions, 1);
    if (q->question.status != INC_OK) {
        *err = q->question.err;
        INC_TRY(q->question.status);
    }
    st = compare(r, q, row, f, err);
out:
    q->trace.outline = NULL;
    return st;
}

static const char *const unchecked_names[] = {"rows", "counts", "facets"};

static void
write_finding(struct inc_writer *w, const struct replay *r, uint64_t no,
              const struct finding *f, const struct inc_trail_row *row)
{
    struct inc_trail_item item;
    size_t at = 0;

    inc_w_map(w);
    inc_w_kint(w, "no", (int64_t)no);
    inc_w_ktext(w, "verdict", inc_replay_verdicts[f->verdict]);
    if (f->why[0] != '\0')
        inc_w_ktext(w, "why", f->why);
    if (f->erased > 0)
        inc_w_kint(w, "erased", (int64_t)f->erased);
    if (f->holes > 0) {
        inc_w_key(w, "holes");
        inc_w_list(w);
        while (inc_trail_item_next(&item, row->packed, row->packed_len, &at) >
               0) {
            if (!inc_trail_gone(r->d->o.store, item.no))
                continue;
            inc_w_map(w);
            inc_w_kint(w, "rank", item.rank);
            inc_w_kint(w, "score", item.score < 0 ? 0 : item.score);
            inc_w_end(w);
        }
        inc_w_end(w);
    }
    if (f->unchecked != 0) {
        inc_w_key(w, "unchecked");
        inc_w_list(w);
        for (unsigned i = 0; i < INC_COUNT(unchecked_names); i++)
            if ((f->unchecked >> i & 1u) != 0)
                inc_w_text(w, unchecked_names[i]);
        inc_w_end(w);
    }
    inc_w_end(w);
}

static void
count(struct inc_replayed *out, enum inc_replay_verdict v)
{
    out->same += v == INC_REPLAY_SAME;
    out->but_erased += v == INC_REPLAY_BUT_ERASED;
    out->different += v == INC_REPLAY_DIFFERENT;
    out->refused += v == INC_REPLAY_REFUSED;
    out->pruned += v == INC_REPLAY_PRUNED;
}

static enum inc_status
judge(struct replay *r, struct inc_writer *w, uint64_t no, int alone,
      struct inc_err *err)
{
    struct inc_trail_row row = {0};
    struct inc_job *q = inc_mem_zero(1, sizeof *q);
    struct finding f = {.verdict = INC_REPLAY_REFUSED};
    enum inc_status st = INC_OK;

    if (q == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a replay");
    inc_arena_reset(&r->texts);
    st = inc_trail_get(r->view, no, &row, &r->texts, err);
    if (st == INC_E_NOTFOUND && no < r->first) {
        f.verdict = INC_REPLAY_PRUNED;
        st = INC_OK;
        goto told;
    }
    INC_TRY(st);
    if (inc_ops[row.t.op].kind != INC_OPS_MATCH && row.t.op != INC_OP_ORACLE) {
        r->out.skipped++;
        goto out;
    }
    st = again(r, q, &row, &f, err);
    if (st == INC_E_NOMEM || st == INC_E_IO || st == INC_E_STORE)
        goto out;
    if (st != INC_OK) {
        f.verdict = INC_REPLAY_REFUSED;
        (void)snprintf(f.why, sizeof f.why, "%s", err->what);
        st = INC_OK;
    }
told:
    count(&r->out, f.verdict);
    if (alone ||
        (f.verdict != INC_REPLAY_SAME && f.verdict != INC_REPLAY_PRUNED))
        write_finding(w, r, no, &f, &row);
out:
    inc_trail_row_release(&row);
    inc_arenas_give(r->d->arenas, &q->arena);
    inc_job_free(q);
    return st;
}

/* ---- the operation ------------------------------------------------------- */

static enum inc_status
range(const struct inc_match_replay *body, uint64_t *from, uint64_t *until,
      struct inc_err *err)
{
    *from = (uint64_t)body->no;
    *until = INC_HAS(body, REPLAY_UNTIL) ? (uint64_t)body->until : *from;
    if (*until >= *from && *until - *from < RANGE_MAX)
        return INC_OK;
    (void)inc_fail(err, INC_E_RANGE, 0,
                   "at most %d entries are replayed at "
                   "once",
                   RANGE_MAX);
    inc_err_where(err, "until");
    inc_err_hint(err, "from `no` to `until`, both included");
    return INC_E_RANGE;
}

static enum inc_status
replay_all(struct replay *r, struct inc_writer *w, uint64_t from,
           uint64_t until, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    inc_w_map(w);
    inc_w_key(w, "items");
    inc_w_list(w);
    for (uint64_t no = from; no <= until; no++) {
        INC_TRY(judge(r, w, no, from == until, err));
        inc_err_clear(err);
    }
    inc_w_end(w);
    inc_w_kint(w, "same", r->out.same);
    inc_w_kint(w, "but_erased", r->out.but_erased);
    inc_w_kint(w, "different", r->out.different);
    inc_w_kint(w, "refused", r->out.refused);
    inc_w_kint(w, "skipped", r->out.skipped);
    inc_w_kint(w, "pruned", r->out.pruned);
    inc_w_ktext(w, "kernel", r->d->o.kernels->name);
    inc_w_end(w);
out:
    return st;
}

enum inc_status
inc_on_replay(struct inc_desk *d, struct inc_job *j,
              const struct inc_image *image, struct inc_writer *w,
              struct inc_err *err)
{
    struct inc_match_replay body = {0};
    struct replay r = {.d = d, .now = image};
    struct inc_trail_head head;
    uint64_t from, until;
    enum inc_status st = INC_OK;

    INC_TRY(inc_route_body(j, &body, err));
    INC_TRY(range(&body, &from, &until, err));
    INC_TRY(inc_view_open(&r.view, d->o.store, err));
    INC_TRY(inc_trail_head(r.view, &head, err));
    r.first = head.first;
    INC_TRY(inc_matcher_new(&r.matcher, d->o.kernels, err));
    if (inc_arenas_take(d->arenas, &r.records) != INC_OK ||
        inc_arenas_take(d->arenas, &r.texts) != INC_OK) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for a replay");
        goto out;
    }
    st = replay_all(&r, w, from, until, err);
    if (st == INC_E_NOTFOUND)
        inc_err_where(err, "until");
out:
    forget(&r);
    inc_frame_close(r.frame);
    inc_matcher_free(r.matcher);
    inc_arenas_give(d->arenas, &r.texts);
    inc_arenas_give(d->arenas, &r.records);
    inc_view_close(r.view);
    return st;
}
