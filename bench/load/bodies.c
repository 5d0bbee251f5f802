/* bodies.c - bodies of requests out of records that the daemon has. */
#include "bench/load/mix.h"

#include <string.h>

#include "clients/cli/json.h"
#include "engine/base/mem.h"
#include "proto/writer.h"

enum { PAGE = 200 };

static const struct {
    int needs, people;
} wants[INC_ASK_COUNT] = {
#define INC_X(name, wire, op, needs, people, doc) {needs, people},
#include "bench/load/kinds.def"
#undef INC_X
};

struct record {
    char id[65];
    struct inc_buf bytes;  /* as stored */
    struct inc_buf copied; /* people: the same with the mark as its id */
};

struct records {
    struct record *all;
    size_t n, cap;
};

static void
records_release(struct records *r)
{
    for (size_t i = 0; i < r->n; i++) {
        inc_buf_release(&r->all[i].bytes);
        inc_buf_release(&r->all[i].copied);
    }
    inc_mem_free(r->all);
}

static enum inc_status
no_memory(struct inc_err *err)
{
    return inc_fail(err, INC_E_NOMEM, 0, "no memory for the requests");
}

static void
copy_with_mark(struct inc_buf *out, const struct inc_node *n)
{
    struct inc_writer w;

    inc_writer_init(&w, out);
    inc_w_map(&w);
    for (size_t i = 0; i < inc_node_count(n); i++) {
        size_t len = 0;
        const char *key = inc_node_key(n, i, &len);
        inc_w_textn(&w, key, len);
        if (len == 2 && memcmp(key, "id", 2) == 0)
            inc_w_text(&w, INC_MIX_NEW_ID);
        else
            inc_w_node(&w, inc_node_at(n, i));
    }
    inc_w_end(&w);
}

static int
is_true(const struct inc_node *n, const char *key)
{
    const struct inc_node *v = inc_node_get(n, key);

    return v != NULL && inc_node_kind(v) == INC_NODE_BOOL && inc_node_bool(v);
}

/* Keep one record; those that take no part in matches are passed over. */
static enum inc_status
keep(struct records *r, const struct inc_node *n, struct inc_err *err)
{
    const struct inc_node *id = inc_node_get(n, "id");
    struct inc_writer w;
    struct record *to;
    size_t len = 0;

    if (id == NULL || inc_node_kind(id) != INC_NODE_TEXT ||
        is_true(n, "closed") || is_true(n, "frozen"))
        return INC_OK;
    if (inc_mem_grow((void **)&r->all, &r->cap, r->n, sizeof *r->all) != 0)
        return no_memory(err);
    to = &r->all[r->n++];
    *to = (struct record){0};
    const char *text = inc_node_text(id, &len);
    memcpy(to->id, text, len < sizeof to->id ? len : sizeof to->id - 1);
    inc_writer_init(&w, &to->bytes);
    inc_w_node(&w, n);
    copy_with_mark(&to->copied, n);
    return to->bytes.failed || to->copied.failed ? no_memory(err) : INC_OK;
}

static enum inc_status
page(struct records *r, unsigned most, const struct inc_node *body,
     struct inc_err *err)
{
    const struct inc_node *items = inc_node_get(body, "items");

    if (items == NULL || inc_node_kind(items) != INC_NODE_LIST)
        return inc_fail(err, INC_E_FORMAT, 0, "a page without items came");
    for (size_t i = 0; i < inc_node_count(items) && r->n < most; i++) {
        enum inc_status st = keep(r, inc_node_at(items, i), err);
        if (st != INC_OK)
            return st;
    }
    return INC_OK;
}

static enum inc_status
fetch(struct records *r, struct inc_client *client, enum inc_op op,
      unsigned most, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_answer answer = {0};
    struct inc_buf body = {0};
    char cursor[256] = "";

    do {
        struct inc_writer w;
        const struct inc_node *next;
        size_t len = 0;

        inc_buf_reset(&body);
        inc_writer_init(&w, &body);
        inc_w_map(&w);
        inc_w_kint(&w, "limit", PAGE);
        if (cursor[0] != '\0')
            inc_w_ktext(&w, "cursor", cursor);
        inc_w_end(&w);
        INC_TRY(inc_client_call(client, op, body.data, body.len, NULL, &answer,
                                err));
        INC_TRY(page(r, most, answer.body, err));
        next = inc_node_get(answer.body, "cursor");
        cursor[0] = '\0';
        if (next != NULL && inc_node_kind(next) == INC_NODE_TEXT) {
            const char *text = inc_node_text(next, &len);
            if (len < sizeof cursor) {
                memcpy(cursor, text, len);
                cursor[len] = '\0';
            }
        }
    } while (cursor[0] != '\0' && r->n < most);
out:
    inc_answer_release(&answer);
    inc_buf_release(&body);
    return st;
}

/* The options of every match question; nothing when all are defaults. */
static enum inc_status
write_options(struct inc_buf *out, const struct inc_mix_options *o,
              struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_buf filters = {0};
    struct inc_writer w;

    inc_writer_init(&w, out);
    inc_w_map(&w);
    if (o->k != 0)
        inc_w_kint(&w, "k", o->k);
    if (o->no_explain)
        inc_w_kbool(&w, "explain", 0);
    if (o->filters != NULL) {
        INC_TRY(inc_json_object(&filters, o->filters, strlen(o->filters),
                                "--filters", 1, NULL, err));
        inc_w_key(&w, "filters");
        inc_w_raw(&w, filters.data, filters.len);
    }
    if (o->rules != NULL) {
        inc_w_key(&w, "rules");
        inc_w_list(&w);
        for (const char *rule = o->rules; *rule != '\0';) {
            size_t len = strcspn(rule, ",");
            inc_w_textn(&w, rule, len);
            rule += len + (rule[len] == ',');
        }
        inc_w_end(&w);
    }
    inc_w_end(&w);
out:
    inc_buf_release(&filters);
    return st != INC_OK ? st : out->failed ? no_memory(err) : INC_OK;
}

static void
match_body(struct inc_buf *out, const char *key, const struct record *r,
           const struct inc_buf *options)
{
    struct inc_writer w;

    inc_writer_init(&w, out);
    inc_w_map(&w);
    if (key == NULL) {
        inc_w_ktext(&w, "id", r->id);
    } else {
        inc_w_key(&w, key);
        inc_w_raw(&w, r->bytes.data, r->bytes.len);
    }
    inc_w_key(&w, "options");
    inc_w_raw(&w, options->data, options->len);
    inc_w_end(&w);
}

static void
put_body(struct inc_buf *out, const struct inc_buf *record)
{
    struct inc_writer w;

    inc_writer_init(&w, out);
    inc_w_map(&w);
    inc_w_key(&w, "record");
    inc_w_raw(&w, record->data, record->len);
    inc_w_end(&w);
}

static void
pair_body(struct inc_buf *out, const struct record *need,
          const struct record *person)
{
    struct inc_writer w;

    inc_writer_init(&w, out);
    inc_w_map(&w);
    inc_w_ktext(&w, "need", need->id);
    inc_w_ktext(&w, "candidate", person->id);
    inc_w_end(&w);
}

struct stock {
    struct records needs, people;
    struct inc_buf options;
};

static void
one_body(struct inc_mix_part *part, size_t i, const struct stock *s)
{
    struct inc_buf *out = &part->bodies[i];
    const struct record *need = s->needs.all, *person = s->people.all;

    if (s->needs.n != 0)
        need += i % s->needs.n;
    if (s->people.n != 0)
        person += i % s->people.n;
    switch (part->kind) {
    case INC_ASK_PEOPLE:
        match_body(out, NULL, need, &s->options);
        break;
    case INC_ASK_PEOPLE_INLINE:
        match_body(out, "need", need, &s->options);
        break;
    case INC_ASK_NEEDS:
        match_body(out, NULL, person, &s->options);
        break;
    case INC_ASK_NEEDS_INLINE:
        match_body(out, "candidate", person, &s->options);
        break;
    case INC_ASK_PAIR:
        pair_body(out, need, person);
        break;
    case INC_ASK_PUT:
        put_body(out, &person->bytes);
        break;
    case INC_ASK_PUT_NEW:
        put_body(out, &person->copied);
        break;
    case INC_ASK_PING:
    case INC_ASK_COUNT:
        break;
    }
}

static enum inc_status
fill_part(struct inc_mix_part *part, const struct stock *s, struct inc_err *err)
{
    size_t n = 0;

    if (wants[part->kind].needs)
        n = s->needs.n;
    if (wants[part->kind].people && s->people.n > n)
        n = s->people.n;
    if ((wants[part->kind].needs && s->needs.n == 0) ||
        (wants[part->kind].people && s->people.n == 0)) {
        (void)inc_fail(err, INC_E_NOTFOUND, 0, "%s: the store has no %s",
                       inc_ask_name(part->kind),
                       wants[part->kind].needs && s->needs.n == 0
                           ? "open need"
                           : "person who is not frozen");
        inc_err_hint(err, "import some first, or leave the kind out of --mix");
        return INC_E_NOTFOUND;
    }
    if (n == 0)
        return INC_OK;
    part->bodies = inc_mem_zero(n, sizeof *part->bodies);
    if (part->bodies == NULL)
        return no_memory(err);
    part->n = n;
    for (size_t i = 0; i < n; i++) {
        one_body(part, i, s);
        if (part->bodies[i].failed)
            return no_memory(err);
    }
    return INC_OK;
}

static enum inc_status
try_part(const struct inc_mix_part *part, struct inc_client *client,
         struct inc_err *err)
{
    struct inc_answer answer = {0};
    enum inc_op op = inc_ask_op(part->kind);
    enum inc_status st = INC_OK;

    if (inc_ops[op].kind == INC_OPS_WRITE)
        return INC_OK;
    st = inc_client_call(client, op, part->n == 0 ? NULL : part->bodies[0].data,
                         part->n == 0 ? 0 : part->bodies[0].len, NULL, &answer,
                         err);
    inc_answer_release(&answer);
    return st;
}

enum inc_status
inc_mix_fill(struct inc_mix *mix, struct inc_client *client,
             const struct inc_mix_options *options, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct stock s = {0};
    int needs = 0, people = 0;

    for (size_t i = 0; i < mix->n; i++) {
        needs |= wants[mix->parts[i].kind].needs;
        people |= wants[mix->parts[i].kind].people;
    }
    INC_TRY(write_options(&s.options, options, err));
    if (needs)
        INC_TRY(
            fetch(&s.needs, client, INC_OP_NEED_LIST, options->records, err));
    if (people)
        INC_TRY(fetch(&s.people, client, INC_OP_CANDIDATE_LIST,
                      options->records, err));
    for (size_t i = 0; i < mix->n; i++)
        INC_TRY(fill_part(&mix->parts[i], &s, err));
    for (size_t i = 0; i < mix->n; i++)
        INC_TRY(try_part(&mix->parts[i], client, err));
out:
    records_release(&s.needs);
    records_release(&s.people);
    inc_buf_release(&s.options);
    return st;
}
