/* ask_match.c - match people, needs, pair: questions; answers are shown by
 * shortlist.c. */
#include "clients/cli/ask_match.h"

#include <stdio.h>
#include <string.h>

#include "clients/cli/records.h"
#include "clients/cli/shortlist.h"
#include "proto/replies.h"
#include "proto/writer.h"

enum { ARENA_LEAST = 1 << 22, ARENA_TIMES = 24 };

static void
put_item(void *arg, const char *item, size_t len)
{
    inc_w_textn(arg, item, len);
}

static void
put_list(const struct inc_cli *c, struct inc_writer *w, enum inc_opt opt,
         const char *key)
{
    if (!inc_arg_has(&c->args, opt))
        return;
    inc_w_key(w, key);
    inc_w_list(w);
    (void)inc_arg_items(&c->args, opt, put_item, w);
    inc_w_end(w);
}

static void
put_text(const struct inc_cli *c, struct inc_writer *w, enum inc_opt opt,
         const char *key)
{
    const char *value = inc_arg(&c->args, opt);

    if (value != NULL)
        inc_w_ktext(w, key, value);
}

static void
put_language(const struct inc_cli *c, struct inc_writer *w)
{
    const char *value = inc_arg(&c->args, INC_OPT_LANGUAGE);

    if (value == NULL)
        return;
    size_t len = strcspn(value, ":");
    inc_w_key(w, "language");
    inc_w_textn(w, value, len);
    if (value[len] == ':')
        inc_w_ktext(w, "language_level", value + len + 1);
}

static void
put_filters(const struct inc_cli *c, struct inc_writer *w)
{
    static const enum inc_opt filters[] = {
        INC_OPT_COMUNE,  INC_OPT_PROVINCE,     INC_OPT_REGION,
        INC_OPT_RADIUS,  INC_OPT_AVAILABLE_BY, INC_OPT_LANGUAGE,
        INC_OPT_LICENCE, INC_OPT_OFFICE,       INC_OPT_UPDATED_SINCE,
        INC_OPT_KIND};
    int any = 0;

    for (size_t i = 0; i < INC_COUNT(filters); i++)
        any |= inc_arg_has(&c->args, filters[i]);
    if (!any)
        return;
    inc_w_key(w, "filters");
    inc_w_map(w);
    put_list(c, w, INC_OPT_COMUNE, "comuni");
    put_list(c, w, INC_OPT_PROVINCE, "provinces");
    put_list(c, w, INC_OPT_REGION, "regions");
    if (inc_arg_has(&c->args, INC_OPT_RADIUS))
        inc_w_kint(w, "radius_km", inc_arg_int(&c->args, INC_OPT_RADIUS, 0));
    put_text(c, w, INC_OPT_AVAILABLE_BY, "available_by");
    put_language(c, w);
    put_list(c, w, INC_OPT_LICENCE, "licences");
    put_list(c, w, INC_OPT_OFFICE, "offices");
    put_text(c, w, INC_OPT_UPDATED_SINCE, "updated_since");
    put_list(c, w, INC_OPT_KIND, "kinds");
    inc_w_end(w);
}

static int
wants_lines(const struct inc_cli *c)
{
    return !inc_arg_has(&c->args, INC_OPT_NO_EXPLAIN);
}

void
inc_match_body(const struct inc_cli *c, struct inc_buf *out, const char *key,
               const char *id, const struct inc_buf *record, int explain)
{
    struct inc_writer w;

    inc_writer_init(&w, out);
    inc_w_map(&w);
    if (id != NULL) {
        inc_w_ktext(&w, key, id);
    } else if (record != NULL) {
        inc_w_key(&w, key);
        inc_w_raw(&w, record->data, record->len);
    }
    inc_w_key(&w, "options");
    inc_w_map(&w);
    if (inc_arg_has(&c->args, INC_OPT_K))
        inc_w_kint(&w, "k", inc_arg_int(&c->args, INC_OPT_K, 0));
    put_text(c, &w, INC_OPT_CURSOR, "cursor");
    put_filters(c, &w);
    put_list(c, &w, INC_OPT_RULE, "rules");
    put_text(c, &w, INC_OPT_AS_OF, "as_of");
    put_text(c, &w, INC_OPT_ATTITUDE, "attitude");
    if (!explain || !wants_lines(c))
        inc_w_kbool(&w, "explain", 0);
    if (inc_arg_has(&c->args, INC_OPT_FACETS))
        inc_w_kbool(&w, "facets", 1);
    inc_w_ktext(&w, "lang", c->lang);
    inc_w_end(&w);
    inc_w_end(&w);
}

/* Decode a reply into `out`; the arena grows with the reply. */
static enum inc_status
decode(void *out, const struct inc_type *type, const struct inc_answer *a,
       struct inc_arena *arena, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    st = inc_arena_init(arena, ARENA_LEAST + ARENA_TIMES * a->bytes.len);
    if (st != INC_OK)
        return inc_fail(err, st, 0, "no memory for an answer");
    return inc_schema_decode_open(out, type, a->body, arena, err);
}

/* What the question is about, for the header: the stored record if any. */
static void
fetch_subject(struct inc_cli *c, int people, const char *id,
              const struct inc_buf *record, struct inc_subject *s)
{
    struct inc_err quiet;
    const struct inc_node *node = NULL;

    inc_err_clear(&quiet);
    if (id != NULL &&
        inc_ask_record(c, people ? INC_OP_NEED_GET : INC_OP_CANDIDATE_GET, id,
                       &s->answer, &quiet) == INC_OK)
        node = inc_node_get(s->answer.body, "record");
    else if (id == NULL && record != NULL &&
             inc_frame_open(&s->frame, record->data, record->len,
                            &inc_request_limits, &quiet) == INC_OK)
        node = inc_frame_root(s->frame);
    inc_subject_read(c, s, node);
}

static enum inc_status
match_page(struct inc_cli *c, int people, const char *id, const char *file,
           struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_buf record = {0}, body = {0};
    struct inc_answer a = {0};
    struct inc_arena arena = {0};
    struct inc_match_page page = {0};
    struct inc_subject subject = {0};
    const char *key = id != NULL ? "id" : people ? "need" : "candidate";

    if (file != NULL)
        INC_TRY(inc_read_object(&record, file, err));
    inc_match_body(c, &body, key, id, &record, 1);
    INC_TRY(inc_ask(c, people ? INC_OP_MATCH_PEOPLE : INC_OP_MATCH_NEEDS, &body,
                    0, &a, err));
    INC_TRY(decode(&page, &inc_match_page_type, &a, &arena, err));
    if (c->json) {
        inc_show_json(c, a.body);
    } else {
        fetch_subject(c, people, id, &record, &subject);
        inc_shortlist(c, people, &subject, &page);
    }
    if (page.n_items == 0)
        st = page.reason != NULL ? INC_E_EMPTY : INC_E_NOTFOUND;
out:
    inc_subject_release(&subject);
    inc_arena_release(&arena);
    inc_answer_release(&a);
    inc_buf_release(&body);
    inc_buf_release(&record);
    return st;
}

/* One of an id and a file must be there, not both. */
static int
match_one(struct inc_cli *c, int people, const char *id, const char *file)
{
    struct inc_err err;

    inc_err_clear(&err);
    if ((id == NULL) == (file == NULL)) {
        (void)inc_fail(&err, INC_E_CONFIG, 0,
                       people ? _("name a stored need or give --need-file, one "
                                  "of the two")
                              : _("name a stored person or give --person-file, "
                                  "one of the two"));
        return inc_complain(&err);
    }
    enum inc_status st = match_page(c, people, id, file, &err);
    if ((st == INC_E_NOTFOUND || st == INC_E_EMPTY) &&
        err.status == INC_OK) /* an empty list */
        return inc_status_exit(st);
    return st == INC_OK ? 0 : inc_complain(&err);
}

int
inc_cmd_match_people(struct inc_cli *c)
{
    if (inc_arg_has(&c->args, INC_OPT_BATCH))
        return inc_match_batch(c);
    return match_one(c, 1, c->args.words > 0 ? c->args.word[0] : NULL,
                     inc_arg(&c->args, INC_OPT_NEED_FILE));
}

int
inc_cmd_match_needs(struct inc_cli *c)
{
    return match_one(c, 0, c->args.words > 0 ? c->args.word[0] : NULL,
                     inc_arg(&c->args, INC_OPT_PERSON_FILE));
}

int
inc_cmd_match_both(struct inc_cli *c)
{
    const char *need = inc_arg(&c->args, INC_OPT_FABBISOGNO);
    const char *person = inc_arg(&c->args, INC_OPT_PERSONA);
    const char *need_file = inc_arg(&c->args, INC_OPT_NEED_FILE);
    const char *person_file = inc_arg(&c->args, INC_OPT_PERSON_FILE);
    int people = need != NULL || need_file != NULL;
    struct inc_err err;

    inc_err_clear(&err);
    if (people == (person != NULL || person_file != NULL)) {
        (void)inc_fail(&err, INC_E_CONFIG, 0,
                       _("give --need ID for people or --person ID for needs"));
        return inc_complain(&err);
    }
    return people ? match_one(c, 1, need, need_file)
                  : match_one(c, 0, person, person_file);
}

int
inc_cmd_match_pair(struct inc_cli *c)
{
    enum inc_status st = INC_OK;
    struct inc_err err;
    struct inc_buf body = {0};
    struct inc_answer a = {0};
    struct inc_arena arena = {0};
    struct inc_match_item item = {0};
    struct inc_subject subject = {0};
    struct inc_writer w;

    inc_err_clear(&err);
    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_ktext(&w, "need", c->args.word[0]);
    inc_w_ktext(&w, "candidate", c->args.word[1]);
    put_text(c, &w, INC_OPT_AS_OF, "as_of");
    put_text(c, &w, INC_OPT_ATTITUDE, "attitude");
    inc_w_ktext(&w, "lang", c->lang);
    inc_w_end(&w);
    INC_TRY(inc_ask(c, INC_OP_MATCH_PAIR, &body, 0, &a, &err));
    INC_TRY(decode(&item, &inc_match_item_type, &a, &arena, &err));
    if (c->json) {
        inc_show_json(c, a.body);
    } else {
        fetch_subject(c, 1, c->args.word[0], NULL, &subject);
        inc_shortlist_pair(c, &subject, &item);
    }
out:
    inc_subject_release(&subject);
    inc_arena_release(&arena);
    inc_answer_release(&a);
    inc_buf_release(&body);
    return st == INC_OK ? 0 : inc_complain(&err);
}
