#include "engine/tools/match_set.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/base/map.h"
#include "engine/base/mem.h"
#include "engine/match/match.h"
#include "engine/profile/record.h"

enum {
    FILE_BYTES_MAX = 1 << 30,
    ARENA_BYTES = 8 << 20,
    DEPTH_MAX = 8,
    GRADE_MAX = 4,
    PATH_BYTES = 4096
};

static const struct inc_frame_limits limits = {
    .bytes = 64 << 20, .objects = 8 << 20, .depth = 16};

/* How well one candidate suits one need. */
struct judged {
    uint32_t need, candidate;
    int grade;
};

struct set {
    struct inc_buf qrels, people, needs; /* the files */
    struct inc_map need, candidate;      /* ids, keys in qrels */
    struct judged *judged;
    size_t n, cap;
    struct inc_pool *pool;
    struct inc_matcher *matcher;
    struct inc_estate *estate;
    struct inc_arena arena;
    struct inc_buf frame; /* a record as msgpack */
    struct inc_match_quality sum;
};

static enum inc_status
load(struct inc_buf *out, const char *folder, const char *name,
     struct inc_err *err)
{
    char path[PATH_BYTES];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return inc_file_read(out, path, FILE_BYTES_MAX, err);
}

/* The next line without its end; 0 when there is none. */
static int
next_line(const struct inc_buf *b, size_t *at, const char **line, size_t *len)
{
    const char *text = (const char *)b->data + *at, *eol;

    if (*at >= b->len)
        return 0;
    eol = memchr(text, '\n', b->len - *at);
    *line = text;
    *len = eol == NULL ? b->len - *at : (size_t)(eol - text);
    *at += *len + 1;
    return 1;
}

static enum inc_status
refuse(enum inc_status st, const char *file, uint64_t line, struct inc_err *err)
{
    if (err->where[0] == '\0')
        inc_err_where(err, "%s line %" PRIu64, file, line);
    else
        inc_err_hint(err, "in %s line %" PRIu64, file, line);
    return st;
}

/* ---- what is right ---- */

static enum inc_status
number_of(uint32_t *out, struct inc_map *m, const char *text, size_t len)
{
    uint32_t was = INC_MAP_NONE, next = (uint32_t)m->count;
    enum inc_status st = inc_map_add(m, text, len, next, &was);

    *out = was == INC_MAP_NONE ? next : was;
    return st;
}

static enum inc_status
read_judged(struct set *s, const char *line, size_t len)
{
    const char *tab[3], *at = line, *end = line + len;
    struct judged j = {0};
    void *array = s->judged;

    for (int i = 0; i < 3; i++) {
        tab[i] = memchr(at, '\t', (size_t)(end - at));
        if (tab[i] == NULL)
            return INC_E_FORMAT;
        at = tab[i] + 1;
    }
    j.grade = end - at == 1 ? *at - '0' : -1;
    if (j.grade < 0 || j.grade > GRADE_MAX || tab[0] == line ||
        tab[2] - tab[1] < 2)
        return INC_E_FORMAT;
    if (number_of(&j.need, &s->need, line, (size_t)(tab[0] - line)) != INC_OK ||
        number_of(&j.candidate, &s->candidate, tab[1] + 1,
                  (size_t)(tab[2] - tab[1] - 1)) != INC_OK ||
        inc_mem_grow(&array, &s->cap, s->n, sizeof *s->judged) != 0)
        return INC_E_NOMEM;
    s->judged = array;
    s->judged[s->n++] = j;
    return INC_OK;
}

static int
compare(const void *one, const void *other)
{
    const struct judged *x = one, *y = other;

    if (x->need != y->need)
        return x->need < y->need ? -1 : 1;
    return x->candidate < y->candidate ? -1 : x->candidate > y->candidate;
}

static enum inc_status
read_qrels(struct set *s, struct inc_err *err)
{
    const char *line;
    size_t at = 0, len;

    for (uint64_t no = 1; next_line(&s->qrels, &at, &line, &len); no++) {
        enum inc_status st = read_judged(s, line, len);
        if (st == INC_E_FORMAT) {
            (void)inc_fail(err, st, 0,
                           "not need, 0, candidate and a grade from 0 to %d "
                           "with tabs between them",
                           GRADE_MAX);
            return refuse(st, "qrels.tsv", no, err);
        }
        if (st != INC_OK)
            return inc_fail(err, st, 0, "no memory for the grades");
    }
    if (s->n == 0)
        return inc_fail(err, INC_E_FORMAT, 0, "qrels.tsv is empty");
    qsort(s->judged, s->n, sizeof *s->judged, compare);
    return INC_OK;
}

/* The grades of one need. */
static size_t
grades_of(const struct set *s, uint32_t need, const struct judged **out)
{
    size_t low = 0, high = s->n, first;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->judged[middle].need < need)
            low = middle + 1;
        else
            high = middle;
    }
    *out = s->judged + low;
    for (first = low; low < s->n && s->judged[low].need == need; low++)
        continue;
    return low - first;
}

/* ---- records ---- */

/* NOLINTBEGIN(misc-no-recursion): at most DEPTH_MAX deep */
static enum inc_status
put_value(struct inc_writer *w, json_t *v, unsigned depth)
{
    enum inc_status st = INC_OK;
    const char *key = NULL;
    json_t *item = NULL;
    size_t i = 0;

    if (depth > DEPTH_MAX)
        return INC_E_LIMIT;
    if (json_is_object(v)) {
        inc_w_map(w);
        json_object_foreach(v, key, item)
        {
            inc_w_key(w, key);
            INC_TRY(put_value(w, item, depth + 1));
        }
        inc_w_end(w);
    } else if (json_is_array(v)) {
        inc_w_list(w);
        json_array_foreach(v, i, item) INC_TRY(put_value(w, item, depth + 1));
        inc_w_end(w);
    } else if (json_is_string(v)) {
        inc_w_textn(w, json_string_value(v), json_string_length(v));
    } else if (json_is_integer(v)) {
        inc_w_int(w, json_integer_value(v));
    } else if (json_is_boolean(v)) {
        inc_w_bool(w, json_is_true(v));
    } else if (json_is_null(v)) {
        inc_w_nil(w);
    } else {
        st = INC_E_TYPE; /* a fraction: no record has one */
    }
out:
    return st;
}

/* NOLINTEND(misc-no-recursion) */

/* One line into the arena, which is reset before. */
static enum inc_status
read_record(struct set *s, union inc_record *out, enum inc_record_kind kind,
            const char *line, size_t len, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_frame *frame = NULL;
    struct inc_writer w;
    json_t *v = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);

    inc_buf_reset(&s->frame);
    inc_arena_reset(&s->arena);
    inc_writer_init(&w, &s->frame);
    if (v == NULL || !json_is_object(v) || put_value(&w, v, 1) != INC_OK) {
        st = inc_fail(err, INC_E_FORMAT, 0, "not a record as one JSON object");
        goto out;
    }
    if (s->frame.failed) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for a record");
        goto out;
    }
    INC_TRY(inc_frame_open(&frame, s->frame.data, s->frame.len, &limits, err));
    st = inc_schema_decode(out, inc_record_type(kind), inc_frame_root(frame),
                           &s->arena, err);
out:
    inc_frame_close(frame);
    json_decref(v);
    return st;
}

static enum inc_status
fill_pool(struct set *s, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_pool_builder *b = NULL;
    union inc_record r;
    const char *line;
    size_t at = 0, len;
    uint64_t no = 0;

    INC_TRY(inc_pool_begin(&b, &s->estate->world, err));
    while (next_line(&s->people, &at, &line, &len)) {
        no++;
        st = read_record(s, &r, INC_RECORD_CANDIDATE, line, len, err);
        if (st == INC_OK)
            st = inc_pool_add_candidate(b, no, &r.candidate, err);
        if (st != INC_OK) {
            st = refuse(st, "candidates.jsonl", no, err);
            goto out;
        }
    }
    s->sum.people = (uint32_t)no;
    st = inc_pool_end(&s->pool, b, NULL, 1, err);
    b = NULL;
out:
    inc_pool_abandon(b);
    return st;
}

/* ---- asking ---- */

static double
gain(int grade)
{
    return (double)((1 << grade) - 1);
}

static int
by_grade(const void *one, const void *other)
{
    const int *x = one, *y = other;

    return *y - *x;
}

/* The best that could be had at all. */
static enum inc_status
ideal(double *out, const struct judged *g, size_t n, struct inc_err *err)
{
    int *grade = inc_mem_zero(n, sizeof *grade);
    double sum = 0;

    if (grade == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the grades");
    for (size_t i = 0; i < n; i++)
        grade[i] = g[i].grade;
    qsort(grade, n, sizeof *grade, by_grade);
    for (size_t i = 0; i < n && i < INC_MATCH_SET_K; i++)
        sum += gain(grade[i]) / log2((double)i + 2);
    inc_mem_free(grade);
    *out = sum;
    return INC_OK;
}

static int
grade_of(const struct set *s, const struct judged *g, size_t n,
         const struct inc_node *item)
{
    size_t len = 0;
    const char *id = inc_node_text(inc_node_get(item, "id"), &len);
    uint32_t number = inc_map_get(&s->candidate, id, len);

    for (size_t i = 0; i < n; i++)
        if (g[i].candidate == number)
            return g[i].grade;
    return 0;
}

static enum inc_status
judge(struct set *s, const struct inc_buf *page, uint32_t need,
      struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_frame *frame = NULL;
    const struct inc_node *items;
    const struct judged *g;
    size_t n = grades_of(s, need, &g);
    double best = 0, sum = 0, first = 0;

    INC_TRY(ideal(&best, g, n, err));
    INC_TRY(inc_frame_open(&frame, page->data, page->len, &limits, err));
    items = inc_node_get(inc_frame_root(frame), "items");
    for (size_t i = 0; items != NULL && i < inc_node_count(items); i++) {
        int grade = grade_of(s, g, n, inc_node_at(items, i));
        sum += gain(grade) / log2((double)i + 2);
        if (grade == INC_MATCH_SET_BEST && first == 0)
            first = 1 / ((double)i + 1);
    }
    s->sum.ndcg += best > 0 ? sum / best : 0;
    s->sum.mrr += first;
out:
    inc_frame_close(frame);
    return st;
}

static enum inc_status
ask(struct set *s, const struct inc_need *need, uint32_t number,
    struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_match_options options;
    struct inc_question q = {
        .kind = INC_ASK_PEOPLE, .need = need, .options = &options};
    struct inc_question *one = &q;
    struct inc_image image = {s->estate, s->pool};

    inc_schema_init(&options, &inc_match_options_type);
    options.k = INC_MATCH_SET_K;
    options.as_of = inc_clock_today();
    options.explain = 0;
    inc_match_run(s->matcher, &image, &one, 1);
    st = q.status;
    if (st == INC_OK)
        st = judge(s, &q.body, number, err);
    else
        *err = q.err;
    inc_buf_release(&q.body);
    return st;
}

static enum inc_status
ask_all(struct set *s, struct inc_err *err)
{
    enum inc_status st;
    union inc_record r;
    const char *line;
    size_t at = 0, len;

    for (uint64_t no = 1; next_line(&s->needs, &at, &line, &len); no++) {
        uint32_t number;
        st = read_record(s, &r, INC_RECORD_NEED, line, len, err);
        if (st == INC_OK) {
            number = inc_map_get(&s->need, r.need.id, strlen(r.need.id));
            if (number != INC_MAP_NONE)
                st = ask(s, &r.need, number, err);
        }
        if (st != INC_OK)
            return refuse(st, "needs.jsonl", no, err);
    }
    return INC_OK;
}

/* Does the space say that it was trained without the set's occupations? */
static int
learned_from_them(const char *folder, const struct inc_space *space)
{
    struct inc_buf list = {0};
    unsigned char digest[INC_DIGEST];
    char hex[INC_DIGEST_HEX];
    int found = 1;

    if (load(&list, folder, "exclude-occupations.txt", NULL) != INC_OK)
        return 0;
    inc_digest(digest, list.data, list.len);
    inc_digest_hex(hex, digest);
    found = strstr(inc_space_provenance(space), hex) == NULL;
    inc_buf_release(&list);
    return found;
}

static void
set_release(struct set *s)
{
    inc_pool_drop(s->pool);
    inc_matcher_free(s->matcher);
    inc_map_release(&s->need);
    inc_map_release(&s->candidate);
    inc_mem_free(s->judged);
    inc_arena_release(&s->arena);
    inc_buf_release(&s->frame);
    inc_buf_release(&s->qrels);
    inc_buf_release(&s->people);
    inc_buf_release(&s->needs);
}

enum inc_status
inc_match_set_run(struct inc_match_quality *out, const char *folder,
                  struct inc_estate *estate, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct set s = {.estate = estate};

    INC_TRY(load(&s.qrels, folder, "qrels.tsv", err));
    INC_TRY(load(&s.people, folder, "candidates.jsonl", err));
    INC_TRY(load(&s.needs, folder, "needs.jsonl", err));
    if (inc_arena_init(&s.arena, ARENA_BYTES) != INC_OK) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for records");
        goto out;
    }
    INC_TRY(read_qrels(&s, err));
    INC_TRY(fill_pool(&s, err));
    INC_TRY(inc_matcher_new(&s.matcher, inc_kernels_choose(NULL), err));
    INC_TRY(ask_all(&s, err));
    s.sum.needs = (uint32_t)s.need.count;
    s.sum.ndcg /= s.sum.needs;
    s.sum.mrr /= s.sum.needs;
    s.sum.learned_from_them = learned_from_them(folder, estate->world.space);
    *out = s.sum;
out:
    set_release(&s);
    return st;
}
