/* match.list, match.get, candidate.seen: the register, read. The clerk's
 * thread.
 *
 * Who works on some offices' records reads the matches that these offices asked
 * for, and all that one of their people is in; people and needs of others are
 * not named. */
#include <stdio.h>
#include <string.h>

#include "engine/server/desk.h"
#include "engine/store/event.h"
#include "engine/store/prune.h"
#include "proto/register.h"

/* A page ends early when it passed over so many. */
enum { LOOKED_MAX = 20000 };
#define DAY_MS INT64_C(86400000)

/* Bits in their tables' order. */
enum {
    LIST_BEFORE,
    LIST_LIMIT,
    LIST_NEED,
    LIST_PERSON,
    LIST_ACTOR,
    LIST_FROM,
    LIST_UNTIL
};
enum { SEEN_ID, SEEN_BEFORE, SEEN_LIMIT, SEEN_FROM, SEEN_UNTIL };

/* What reading a page shares. */
struct page {
    const struct inc_job *job;
    struct inc_view *view;
    struct inc_writer *w;
    struct inc_arena *names; /* for records, whose ids are told */
    int64_t limit, count;
    int of_person; /* rank and score are hers */
    int more;
};

static void
optional(struct inc_writer *w, const char *key, const char *text)
{
    if (text != NULL && *text != '\0')
        inc_w_ktext(w, key, text);
}

static int
sees_all(const struct page *p)
{
    return p->job->grant.who == NULL || p->job->grant.who->role->everything;
}

static int
may_see(const struct page *p, const struct inc_trail *t)
{
    return sees_all(p) || p->of_person ||
           (inc_ops[t->op].kind == INC_OPS_MATCH && t->office != NULL &&
            inc_own_office(&p->job->grant, t->office));
}

/* The id of a record that is still stored; trouble reading it leaves it out. 0:
 * it is not one of the asker's. */
static int
write_id(const struct page *p, const char *key, enum inc_record_kind kind,
         uint64_t no)
{
    union inc_record r;
    struct inc_err err;

    inc_arena_reset(p->names);
    if (inc_view_by_number(p->view, kind, no, &r, p->names, &err) != INC_OK)
        return 1; /* its number is nobody's */
    if (!inc_route_in_scope(p->job, kind, &r))
        return 0;
    inc_w_ktext(p->w, key, inc_record_id(kind, &r));
    return 1;
}

static void
write_subject(const struct page *p, const struct inc_trail_subject *s)
{
    int need = s->kind == INC_RECORD_NEED;

    if (!write_id(p, need ? "need" : "person", s->kind, s->no))
        return;
    inc_w_kint(p->w, need ? "need_no" : "person_no", (int64_t)s->no);
    inc_w_kint(p->w, need ? "need_revision" : "person_revision", s->revision);
}

static void
write_entry(const struct page *p, const struct inc_trail *t, uint32_t rank,
            int32_t score)
{
    struct inc_writer *w = p->w;

    inc_w_map(w);
    inc_w_kint(w, "no", (int64_t)t->no);
    inc_w_kint(w, "at", t->at_unix_ms);
    inc_w_ktext(w, "op", inc_ops[t->op].wire);
    optional(w, "actor", t->actor);
    optional(w, "office", t->office);
    optional(w, "purpose", t->purpose);
    for (uint32_t i = 0; i < t->n_subjects; i++)
        write_subject(p, &t->subject[i]);
    inc_w_kint(w, "items", t->n_items);
    if (p->of_person && rank > 0)
        inc_w_kint(w, "rank", rank);
    if (p->of_person && score >= 0)
        inc_w_kint(w, "score", score);
    inc_w_end(w);
}

static enum inc_status
add_entry(void *arg, const struct inc_trail_row *row, uint32_t rank,
          int32_t score)
{
    struct page *p = arg;

    if (!may_see(p, &row->t))
        return INC_OK;
    if (p->count == p->limit) {
        p->more = 1;
        return INC_E_LIMIT; /* stops the walk */
    }
    p->count++;
    write_entry(p, &row->t, rank, score);
    return INC_OK;
}

static enum inc_status
write_page(struct inc_desk *d, struct page *p, const struct inc_trail_filter *f,
           struct inc_err *err)
{
    struct inc_arena rows = {0};
    struct inc_arena names = {0};
    struct inc_trail_head head;
    struct inc_cut cut;
    uint64_t next = 0;
    enum inc_status st = INC_OK;

    p->names = &names;
    if (inc_arenas_take(d->arenas, &rows) != INC_OK ||
        inc_arenas_take(d->arenas, &names) != INC_OK) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for a page");
        goto out;
    }
    INC_TRY(inc_trail_head(p->view, &head, err));
    INC_TRY(inc_cut_get(p->view, &cut, err));
    inc_w_map(p->w);
    inc_w_key(p->w, "items");
    inc_w_list(p->w);
    st =
        inc_trail_walk(p->view, f, LOOKED_MAX, &rows, add_entry, p, &next, err);
    if (st != INC_OK && !p->more)
        goto out;
    st = INC_OK;
    inc_w_end(p->w);
    if (next != 0)
        inc_w_kint(p->w, "next", (int64_t)next);
    inc_w_kint(p->w, "first", (int64_t)head.first);
    inc_w_kint(p->w, "last", (int64_t)head.last);
    if (cut.no > 0)
        inc_w_kdate(p->w, "since", cut.before);
    inc_w_end(p->w);
out:
    inc_arenas_give(d->arenas, &rows);
    inc_arenas_give(d->arenas, &names);
    p->names = NULL;
    return st;
}

/* The number of a record that the asker works on. */
static enum inc_status
named(struct inc_job *j, struct inc_view *v, enum inc_record_kind kind,
      const char *id, const char *where, uint64_t *no, struct inc_err *err)
{
    union inc_record *r = inc_arena_array(&j->arena, 1, sizeof *r);
    enum inc_status st;

    if (r == NULL)
        return inc_fail(err, INC_E_NOMEM, 0,
                        "the request needs more memory than one may have");
    st = inc_view_get(v, kind, id, r, no, &j->arena, err);
    if (st == INC_OK && !inc_route_in_scope(j, kind, r))
        st = inc_route_out_of_scope(kind, err);
    if (st == INC_E_NOTFOUND)
        inc_err_where(err, "%s", where);
    return st;
}

static void
set_days(struct inc_trail_filter *f, int has_from, int64_t from, int has_until,
         int64_t until)
{
    if (has_from)
        f->from_ms = from * DAY_MS;
    if (has_until)
        f->until_ms = (until + 1) * DAY_MS;
}

enum inc_status
inc_on_match_list(struct inc_desk *d, struct inc_job *j,
                  const struct inc_image *image, struct inc_writer *w,
                  struct inc_err *err)
{
    struct inc_match_list body = {0};
    struct inc_trail_filter f = {0};
    struct page p = {.job = j, .w = w};
    enum inc_status st = INC_OK;

    (void)image;
    INC_TRY(inc_route_body(j, &body, err));
    INC_TRY(inc_view_open(&p.view, d->o.store, err));
    if (body.need != NULL)
        INC_TRY(
            named(j, p.view, INC_RECORD_NEED, body.need, "need", &f.need, err));
    if (body.person != NULL)
        INC_TRY(named(j, p.view, INC_RECORD_CANDIDATE, body.person, "person",
                      &f.person, err));
    f.before = (uint64_t)body.before;
    f.actor = body.actor;
    set_days(&f, INC_HAS(&body, LIST_FROM), body.from,
             INC_HAS(&body, LIST_UNTIL), body.until);
    p.limit = body.limit;
    p.of_person = body.person != NULL;
    st = write_page(d, &p, &f, err);
out:
    inc_view_close(p.view);
    return st;
}

enum inc_status
inc_on_candidate_seen(struct inc_desk *d, struct inc_job *j,
                      const struct inc_image *image, struct inc_writer *w,
                      struct inc_err *err)
{
    struct inc_candidate_seen body = {0};
    struct inc_trail_filter f = {0};
    struct page p = {.job = j, .w = w, .of_person = 1};
    enum inc_status st = INC_OK;

    (void)image;
    INC_TRY(inc_route_body(j, &body, err));
    INC_TRY(inc_view_open(&p.view, d->o.store, err));
    INC_TRY(
        named(j, p.view, INC_RECORD_CANDIDATE, body.id, "id", &f.person, err));
    f.before = (uint64_t)body.before;
    set_days(&f, INC_HAS(&body, SEEN_FROM), body.from,
             INC_HAS(&body, SEEN_UNTIL), body.until);
    p.limit = body.limit;
    st = write_page(d, &p, &f, err);
out:
    inc_view_close(p.view);
    return st;
}

/* ---- one entry ---------------------------------------------------------- */

static void
write_items(const struct page *p, const struct inc_trail_row *row)
{
    struct inc_writer *w = p->w;
    struct inc_trail_item item;
    size_t at = 0;

    inc_w_key(w, "items");
    inc_w_list(w);
    while (inc_trail_item_next(&item, row->packed, row->packed_len, &at) > 0) {
        inc_w_map(w);
        inc_w_kint(w, "no", (int64_t)item.no);
        (void)write_id(p, "id", row->t.of, item.no);
        if (item.rank > 0)
            inc_w_kint(w, "rank", item.rank);
        inc_w_kint(w, "score", item.score < 0 ? 0 : item.score);
        inc_w_kint(w, "lines", item.n_lines);
        inc_w_end(w);
    }
    inc_w_end(w);
}

static void
write_hex(struct inc_writer *w, const char *key,
          const unsigned char digest[INC_DIGEST])
{
    char text[INC_DIGEST_HEX];

    inc_digest_hex(text, digest);
    inc_w_ktext(w, key, text);
}

static void
write_got(const struct page *p, const struct inc_trail_row *row)
{
    struct inc_writer *w = p->w;
    const void *words;
    size_t words_len;

    inc_w_map(w);
    inc_w_key(w, "entry");
    write_entry(p, &row->t, 0, INC_TRAIL_NO_SCORE);
    inc_w_kint(w, "generation", (int64_t)row->t.generation);
    inc_w_kint(w, "view", (int64_t)row->t.view);
    if (inc_ops[row->t.op].kind == INC_OPS_MATCH)
        inc_w_kdate(w, "as_of", row->t.as_of);
    if (inc_trail_estate_get(p->view, row->t.estate, &words, &words_len,
                             NULL) == INC_OK) {
        inc_w_key(w, "estate");
        inc_w_textn(w, words, words_len);
    }
    if (row->request_len > 0) {
        inc_w_key(w, "request");
        inc_w_raw(w, row->request, row->request_len);
    }
    write_items(p, row);
    inc_w_kint(w, "reply_bytes", (int64_t)row->t.reply_len);
    write_hex(w, "reply", row->t.reply);
    write_hex(w, "body", row->t.body);
    write_hex(w, "chain", row->chain);
    inc_w_end(w);
}

enum inc_status
inc_on_match_get(struct inc_desk *d, struct inc_job *j,
                 const struct inc_image *image, struct inc_writer *w,
                 struct inc_err *err)
{
    struct inc_match_get body = {0};
    struct inc_arena names = {0};
    struct page p = {.job = j, .w = w, .names = &names};
    struct inc_trail_row row = {0};
    enum inc_status st = INC_OK;

    (void)image;
    INC_TRY(inc_route_body(j, &body, err));
    if (inc_arenas_take(d->arenas, &names) != INC_OK) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for an entry");
        goto out;
    }
    INC_TRY(inc_view_open(&p.view, d->o.store, err));
    st = inc_trail_get(p.view, (uint64_t)body.no, &row, &j->arena, err);
    if (st == INC_OK && !may_see(&p, &row.t))
        st = inc_fail(err, INC_E_NOTFOUND, 0, "the register has no entry %llu",
                      (unsigned long long)body.no);
    if (st == INC_E_NOTFOUND)
        inc_err_where(err, "no");
    INC_TRY(st);
    write_got(&p, &row);
out:
    inc_trail_row_release(&row);
    inc_view_close(p.view);
    inc_arenas_give(d->arenas, &names);
    return st;
}
