#include "clients/cli/shortlist.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clients/cli/bar.h"
#include "clients/cli/concepts.h"
#include "clients/cli/records.h"
#include "clients/cli/show.h"
#include "engine/base/date.h"
#include "engine/base/utf8.h"
#include "proto/bodies.h"

enum {
    CELLS = 20,
    RANK_COLUMNS = 5,
    ID_COLUMNS = 12,
    SPACE_SHOWN = 8, /* hex digits of the space's digest */
    TITLES_MAX = 50  /* needs whose title is asked for */
};

static const char *
text_of(const struct inc_node *record, const char *key, size_t *len)
{
    const struct inc_node *n = inc_node_get(record, key);

    *len = 0;
    return n != NULL && inc_node_kind(n) == INC_NODE_TEXT
               ? inc_node_text(n, len)
               : "";
}

static void
add_detail(struct inc_buf *out, const char *text)
{
    if (text[0] == '\0')
        return;
    if (out->len > 0)
        inc_buf_text(out, ", ");
    inc_buf_text(out, text);
}

static void
add_place(struct inc_cli *c, struct inc_buf *out, const struct inc_node *record,
          const char *key)
{
    size_t len = 0;
    char code[16];
    struct inc_buf name = {0};
    const char *text = text_of(record, key, &len);

    if (len == 0 || len >= sizeof code)
        return;
    (void)snprintf(code, sizeof code, "%.*s", (int)len, text);
    inc_put_comune(c, &name, code);
    add_detail(out, inc_buf_cstr(&name));
    inc_buf_release(&name);
}

static void
add_need(struct inc_cli *c, struct inc_buf *out, const struct inc_node *record)
{
    size_t len = 0;
    char word[64], day[16], line[96];
    int32_t days = 0;
    const char *kind = text_of(record, "kind", &len);

    if (len > 0) {
        (void)snprintf(word, sizeof word, "%.*s", (int)len, kind);
        add_detail(out, inc_word(word));
    }
    add_place(c, out, record, "comune");
    const struct inc_node *seats = inc_node_get(record, "seats");
    if (seats != NULL && inc_node_kind(seats) == INC_NODE_INT) {
        long n = (long)inc_node_int(seats);
        (void)snprintf(line, sizeof line,
                       ngettext("%ld place", "%ld places", (unsigned long)n),
                       n);
        add_detail(out, line);
    }
    const char *start = text_of(record, "start", &len);
    if (inc_date_parse(&days, start, len) == 0) {
        inc_day(day, c->lang, days);
        (void)snprintf(line, sizeof line, _("from %s"), day);
        add_detail(out, line);
    }
}

void
inc_subject_read(struct inc_cli *c, struct inc_subject *s,
                 const struct inc_node *record)
{
    size_t len = 0, id_len = 0;
    struct inc_buf details = {0};
    const char *title = text_of(record, "title", &len);
    const char *id = text_of(record, "id", &id_len);

    if (record == NULL)
        return;
    if (len == 0) {
        title = id;
        len = id_len;
    } else {
        char code[80];
        (void)snprintf(code, sizeof code, "%.*s", (int)id_len, id);
        add_detail(&details, code);
    }
    (void)snprintf(s->title, sizeof s->title, "%.*s", (int)len, title);
    if (inc_node_get(record, "requirements") != NULL)
        add_need(c, &details, record);
    else
        add_place(c, &details, record, "home");
    (void)snprintf(s->details, sizeof s->details, "%s", inc_buf_cstr(&details));
    inc_buf_release(&details);
}

void
inc_subject_release(struct inc_subject *s)
{
    inc_answer_release(&s->answer);
    inc_frame_close(s->frame);
    s->frame = NULL;
}

static void
put_paragraph(struct inc_cli *c, const char *text, size_t indent)
{
    inc_buf_printf(&c->out, "%*s", (int)indent, "");
    (void)inc_wrap(&c->out, text, indent, indent, c->term.width);
    inc_buf_text(&c->out, "\n");
}

static void
put_subject(struct inc_cli *c, const struct inc_subject *s, const char *id)
{
    inc_paint(c, "1");
    put_paragraph(c, s->title[0] != '\0' ? s->title : id, 0);
    inc_paint(c, "0");
    if (s->details[0] != '\0')
        put_paragraph(c, s->details, 0);
}

static void
put_provenance(struct inc_cli *c, int people, const struct inc_match_page *page)
{
    struct inc_buf text = {0};
    char day[16], n[32], m[32];
    int italian = c->lang[0] == 'i';

    inc_day(day, c->lang, (int32_t)page->as_of);
    inc_buf_printf(&text,
                   _("list computed for %s, repeatable: taxonomy %s, space "
                     "%.*s; "),
                   day, page->taxonomy, SPACE_SHOWN, page->space);
    unsigned long looked = (unsigned long)page->considered;
    inc_buf_printf(
        &text,
        people ? ngettext("%s person looked at", "%s people looked at", looked)
               : ngettext("%s need looked at", "%s needs looked at", looked),
        inc_grouped(n, (uint64_t)page->considered, italian));
    inc_buf_printf(&text,
                   ngettext(", %s passes filters and rules",
                            ", %s pass filters and rules",
                            (unsigned long)page->matched),
                   inc_grouped(m, (uint64_t)page->matched, italian));
    /* Prudent is the usual way: what is not known counts nothing yet. */
    if (page->attitude == INC_NEUTRAL)
        inc_buf_text(&text, _("; neutral: what is not known counts half"));
    put_paragraph(c, inc_buf_cstr(&text), 0);
    if (page->changed)
        put_paragraph(c,
                      _("The data changed since the page before: somebody may "
                        "appear twice or be missing."),
                      0);
    inc_buf_release(&text);
}

/* How many requirements of each status; affinity and the lines without
 * points are not requirements. */
struct cover {
    unsigned of, met, partly, unknown, not_met;
};

static struct cover
cover_of(const struct inc_match_item *item)
{
    struct cover n = {0};

    for (uint32_t i = 0; i < item->n_lines; i++) {
        const struct inc_match_line *line = &item->lines[i];
        if (line->kind > INC_LINE_EDUCATION)
            continue;
        n.of++;
        n.met += line->status == INC_LINE_MET;
        n.partly += line->status == INC_LINE_PARTLY;
        n.unknown += line->status == INC_LINE_UNKNOWN;
        n.not_met += line->status == INC_LINE_NOT_MET;
    }
    return n;
}

static void
put_cover(struct inc_buf *out, const struct cover *n)
{
    inc_buf_printf(out,
                   ngettext("%u requirement of %u covered",
                            "%u requirements of %u covered", n->met),
                   n->met, n->of);
    if (n->partly > 0)
        inc_buf_printf(out, _(", %u in part"), n->partly);
    if (n->unknown > 0)
        inc_buf_printf(out, _(", %u to be asked"), n->unknown);
    if (n->not_met > 0)
        inc_buf_printf(out,
                       ngettext(", %u missing", ", %u missing", n->not_met),
                       n->not_met);
}

static void
put_cover_short(struct inc_buf *out, const struct cover *n)
{
    inc_buf_printf(out, _("  %u of %u"), n->met, n->of);
    if (n->partly > 0)
        inc_buf_printf(out, _(", %u in part"), n->partly);
    if (n->unknown > 0)
        inc_buf_printf(out, _(", %u to be asked"), n->unknown);
}

/* 20 cells: what is sure, what could be added, the rest. */
static void
put_bar(struct inc_cli *c, int64_t score, int64_t hi)
{
    static const char *const plain[] = {"#", "+", "."};
    static const char *const fine[] = {"\xe2\x96\x88", "\xe2\x96\x92",
                                       "\xe2\x96\x91"};
    const char *const *cell = c->term.utf8 ? fine : plain;
    int64_t sure = (score * CELLS + 5000) / 10000;
    int64_t maybe = (hi * CELLS + 5000) / 10000;

    for (int64_t i = 0; i < CELLS; i++)
        inc_buf_text(&c->out, i < sure    ? cell[0]
                              : i < maybe ? cell[1]
                                          : cell[2]);
}

static int
item_has(const struct inc_match_item *item, const char *field)
{
    return inc_has(&inc_match_item_type, item->has, field);
}

static void
put_score(struct inc_cli *c, const struct inc_match_item *item)
{
    if (!item_has(item, "score")) {
        inc_buf_text(&c->out, _("no score: nothing is asked for"));
        return;
    }
    int64_t hi = item_has(item, "hi") ? item->hi : item->score;
    int64_t lo = item_has(item, "lo") ? item->lo : item->score;
    put_bar(c, item->score, hi);
    inc_buf_text(&c->out, "  ");
    inc_paint(c, "1");
    inc_put_points(&c->out, c->lang, item->score);
    inc_paint(c, "0");
    if (lo == hi)
        return;
    inc_buf_text(&c->out, "  [");
    inc_put_points(&c->out, c->lang, lo);
    inc_buf_text(&c->out, "-");
    inc_put_points(&c->out, c->lang, hi);
    inc_buf_text(&c->out, "]");
}

static void
put_total(struct inc_cli *c, const struct inc_match_item *item)
{
    struct inc_buf text = {0};
    int64_t sum = 0;

    for (uint32_t i = 0; i < item->n_lines; i++)
        sum += item->lines[i].points;
    inc_buf_printf(&text, "= ");
    inc_put_points(&text, c->lang, sum);
    inc_buf_printf(&c->out, "%*s", RANK_COLUMNS, "");
    const char *label =
        sum == item->score
            ? _("total of the lines: the score")
            : _("total of the lines: NOT the score, please report it");
    const char *points = inc_buf_cstr(&text);
    size_t at = inc_wrap(&c->out, label, RANK_COLUMNS, RANK_COLUMNS,
                         c->term.width - strlen(points) - 1);
    inc_buf_printf(&c->out, "%*s%s\n",
                   (int)(c->term.width - at - strlen(points)), "", points);
    inc_buf_release(&text);
}

static void
put_rank(struct inc_buf *out, const struct inc_match_item *item)
{
    char rank[24] = ""; /* a pair has none */

    if (item->rank > 0)
        (void)snprintf(rank, sizeof rank, "%" PRId64 "%s", item->rank,
                       item->tied > 1 ? "=" : ".");
    inc_buf_printf(out, "%-*s", RANK_COLUMNS, rank);
}

static void
put_brief(struct inc_cli *c, const struct inc_match_item *item,
          const char *title)
{
    struct inc_buf text = {0}, points = {0};
    struct cover n = cover_of(item);

    put_rank(&c->out, item);
    inc_pad(&c->out, item->id != NULL ? item->id : "", ID_COLUMNS);
    inc_buf_text(&c->out, " ");
    if (item_has(item, "score")) {
        put_bar(c, item->score, item_has(item, "hi") ? item->hi : item->score);
        inc_put_points(&points, c->lang, item->score);
        inc_buf_printf(&text, " %6s", inc_buf_cstr(&points));
    }
    if (title[0] != '\0')
        inc_buf_printf(&text, "  %s", title);
    else if (n.of > 0)
        put_cover_short(&text, &n);
    size_t used = RANK_COLUMNS + ID_COLUMNS + 1 +
                  (item_has(item, "score") ? (size_t)CELLS : 0);
    const char *rest = inc_buf_cstr(&text);
    if (used + inc_utf8_width(rest, strlen(rest)) > c->term.width)
        inc_pad(&c->out, rest, c->term.width - used);
    else
        inc_buf_text(&c->out, rest);
    inc_buf_text(&c->out, "\n");
    inc_buf_release(&points);
    inc_buf_release(&text);
}

static void
put_item(struct inc_cli *c, const struct inc_match_item *item,
         const char *title)
{
    struct inc_buf head = {0};
    struct cover n = cover_of(item);

    inc_buf_text(&c->out, "\n");
    put_rank(&c->out, item);
    inc_paint(c, "1");
    inc_buf_text(&head, item->id != NULL          ? item->id
                        : item->candidate != NULL ? item->candidate
                                                  : "");
    if (title[0] != '\0')
        inc_buf_printf(&head, "  %s", title);
    (void)inc_wrap(&c->out, inc_buf_cstr(&head), RANK_COLUMNS, RANK_COLUMNS,
                   c->term.width);
    inc_paint(c, "0");
    inc_buf_text(&c->out, "\n");
    if (n.of > 0) {
        inc_buf_reset(&head);
        put_cover(&head, &n);
        put_paragraph(c, inc_buf_cstr(&head), RANK_COLUMNS);
    }
    inc_buf_printf(&c->out, "%*s", RANK_COLUMNS, "");
    put_score(c, item);
    inc_buf_text(&c->out, "\n");
    for (uint32_t i = 0; i < item->n_lines; i++)
        inc_explain_line(c, &item->lines[i]);
    if (item->n_lines > 0 && item_has(item, "score"))
        put_total(c, item);
    inc_buf_release(&head);
}

/* Provinces and offices are codes; the other values are words of ours. */
static const char *
facet_word(const struct inc_facet *f, const struct inc_facet_value *v)
{
    char name[64];

    (void)snprintf(name, sizeof name, "facet:%.50s", v->value);
    const char *word = inc_word(name);
    if (word != name)
        return word;
    return strcmp(f->name, "kind") == 0 ? inc_word(v->value) : v->value;
}

static void
put_counts(struct inc_cli *c, const struct inc_match_page *page)
{
    struct inc_buf text = {0};
    char rule[64];

    for (uint32_t i = 0; i < page->n_excluded; i++) {
        if (page->excluded[i].count == 0)
            continue;
        (void)snprintf(rule, sizeof rule, "rule:%.50s", page->excluded[i].rule);
        inc_buf_printf(&text, "%s %s %" PRId64,
                       text.len == 0 ? _("Left out by the rules:") : ",",
                       inc_word(rule), page->excluded[i].count);
    }
    if (text.len > 0) {
        inc_buf_text(&c->out, "\n");
        put_paragraph(c, inc_buf_cstr(&text), 0);
    }
    for (uint32_t i = 0; i < page->n_facets; i++) {
        const struct inc_facet *f = &page->facets[i];
        inc_buf_reset(&text);
        inc_buf_printf(&text, "%s:", inc_word(f->name));
        for (uint32_t k = 0; k < f->n_values; k++)
            inc_buf_printf(&text, "%s %s %" PRId64, k > 0 ? "," : "",
                           facet_word(f, &f->values[k]), f->values[k].count);
        if (i == 0)
            inc_buf_text(&c->out, "\n");
        put_paragraph(c, inc_buf_cstr(&text), 0);
    }
    inc_buf_release(&text);
}

/* Title of a need in a person's list; "" when it cannot be had. */
static void
title_of(struct inc_cli *c, const char *id, char title[INC_TITLE_MAX])
{
    struct inc_answer a = {0};
    struct inc_err quiet;
    size_t len = 0;

    title[0] = '\0';
    if (inc_ask_record(c, INC_OP_NEED_GET, id, &a, &quiet) == INC_OK) {
        const char *text =
            text_of(inc_node_get(a.body, "record"), "title", &len);
        (void)snprintf(title, INC_TITLE_MAX, "%.*s", (int)len, text);
    }
    inc_answer_release(&a);
}

void
inc_shortlist(struct inc_cli *c, int people, const struct inc_subject *subject,
              const struct inc_match_page *page)
{
    int brief = inc_arg_has(&c->args, INC_OPT_BRIEF), lines = 0;
    char title[INC_TITLE_MAX] = "";

    put_subject(c, subject, page->id);
    put_provenance(c, people, page);
    if (page->reason != NULL)
        put_paragraph(c,
                      _("The need asks nothing yet: add what it requires "
                        "(incrocio need patch)."),
                      0);
    else if (page->n_items == 0)
        inc_buf_printf(&c->out, "\n%s\n",
                       people ? _("Nobody passes the filters and rules.")
                              : _("No need passes the filters and rules."));
    if (brief && page->n_items > 0)
        inc_buf_text(&c->out, "\n");
    for (uint32_t i = 0; i < page->n_items; i++) {
        if (!people && page->n_items <= TITLES_MAX)
            title_of(c, page->items[i].id != NULL ? page->items[i].id : "",
                     title);
        if (brief)
            put_brief(c, &page->items[i], title);
        else
            put_item(c, &page->items[i], title);
        lines |= page->items[i].n_lines > 0;
    }
    put_counts(c, page);
    if (lines && !brief) {
        inc_buf_text(&c->out, "\n");
        inc_explain_legend(c);
    }
    if (page->cursor != NULL && !c->quiet) {
        inc_buf_text(&c->out, "\n");
        /* On a line of its own: it is to be copied whole. */
        put_paragraph(c, _("For more, the same command with --cursor and:"), 0);
        inc_buf_printf(&c->out, "%s\n", page->cursor);
    }
}

void
inc_shortlist_pair(struct inc_cli *c, const struct inc_subject *subject,
                   const struct inc_match_item *item)
{
    put_subject(c, subject, item->need != NULL ? item->need : "");
    put_item(c, item, "");
    if (item->n_lines > 0) {
        inc_buf_text(&c->out, "\n");
        inc_explain_legend(c);
    }
}
