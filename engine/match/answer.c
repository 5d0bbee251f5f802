#include "engine/match/inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/date.h"
#include "engine/base/mem.h"

void
inc_facet_count(struct inc_counts *f, const char *value)
{
    void *values = f->values;
    size_t len = strlen(value);
    uint32_t i = inc_map_get(&f->numbers, value, len);

    if (i != INC_MAP_NONE) {
        f->values[i].count++;
        return;
    }
    if (inc_mem_grow(&values, &f->cap, f->n, sizeof *f->values) != 0) {
        f->failed = 1;
        return;
    }
    f->values = values;
    if (inc_map_add(&f->numbers, value, len, (uint32_t)f->n, NULL) != INC_OK) {
        f->failed = 1;
        return;
    }
    f->values[f->n++] = (struct inc_count){value, 1};
}

void
inc_facets_release(struct inc_counts *facets)
{
    for (int i = 0; i < INC_FACETS; i++) {
        inc_map_release(&facets[i].numbers);
        inc_mem_free(facets[i].values);
        facets[i].values = NULL;
    }
}

void
inc_sheet_begin(struct inc_writer *w, const struct inc_sheet *p)
{
    const struct inc_match_options *o = p->options;
    char digest[INC_DIGEST_HEX];

    inc_digest_hex(digest, inc_space_digest(p->estate->world.space));
    inc_w_map(w);
    if (p->subject[0] != '\0')
        inc_w_ktext(w, "id", p->subject);
    inc_w_kdate(w, "as_of", (int32_t)o->as_of);
    inc_w_ktext(w, "attitude", inc_attitude_names[o->attitude]);
    inc_w_kint(w, "generation", (int64_t)p->generation);
    inc_w_ktext(w, "taxonomy", inc_taxonomy_version(p->estate->world.taxonomy));
    inc_w_ktext(w, "space", digest);
    inc_w_kint(w, "considered", (int64_t)p->considered);
    inc_w_kint(w, "matched", (int64_t)p->ranking->matched);
    if (p->reason != NULL)
        inc_w_ktext(w, "reason", p->reason);
    if (p->unscored != 0)
        inc_w_kint(w, "unscored", (int64_t)p->unscored);
    inc_w_key(w, "excluded");
    inc_w_list(w);
    for (int r = 0; r < INC_RULE_COUNT; r++) {
        if (p->excluded[r] == 0)
            continue;
        inc_w_map(w);
        inc_w_ktext(w, "rule", inc_rule_names[r]);
        inc_w_kint(w, "count", (int64_t)p->excluded[r]);
        inc_w_end(w);
    }
    inc_w_end(w);
    inc_w_key(w, "items");
    inc_w_list(w);
}

/* Most frequent first, then by value: the same on every machine. */
static int
by_count(const void *a, const void *b)
{
    const struct inc_count *x = a, *y = b;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return strcmp(x->value, y->value);
}

static void
facet_write(struct inc_writer *w, struct inc_counts *f)
{
    uint64_t others = 0;

    if (f->n > 1)
        qsort(f->values, f->n, sizeof *f->values, by_count);
    inc_w_map(w);
    inc_w_ktext(w, "name", f->name);
    inc_w_key(w, "values");
    inc_w_list(w);
    for (size_t i = 0; i < f->n; i++) {
        if (i >= INC_FACET_VALUES) {
            others += f->values[i].count;
            continue;
        }
        inc_w_map(w);
        inc_w_ktext(w, "value", f->values[i].value);
        inc_w_kint(w, "count", (int64_t)f->values[i].count);
        inc_w_end(w);
    }
    inc_w_end(w);
    if (others != 0)
        inc_w_kint(w, "others", (int64_t)others);
    inc_w_end(w);
    if (f->failed)
        w->buf->failed = 1;
}

void
inc_sheet_end(struct inc_writer *w, const struct inc_sheet *p)
{
    char cursor[INC_CURSOR_TEXT];

    inc_w_end(w); /* items */
    if (inc_ranking_cursor(p->ranking, p->generation, cursor))
        inc_w_ktext(w, "cursor", cursor);
    inc_w_kbool(w, "changed",
                p->ranking->has_cursor &&
                    p->ranking->cursor_generation != p->generation);
    if (p->facets != NULL) {
        inc_w_key(w, "facets");
        inc_w_list(w);
        for (size_t i = 0; i < p->n_facets; i++)
            facet_write(w, &p->facets[i]);
        inc_w_end(w);
    }
    inc_w_end(w);
}

static void
why_write(struct inc_writer *w, unsigned why)
{
    if (why == 0)
        return;
    inc_w_key(w, "why");
    inc_w_list(w);
    for (int i = 0; i < INC_WHYS; i++)
        if ((why >> i & 1u) != 0)
            inc_w_text(w, inc_why_names[i]);
    inc_w_end(w);
}

/* When a skill was last used, to the half-year: 1 January or 1 July. */
static void
half_year_write(struct inc_writer *w, int half_year)
{
    if (half_year > 0)
        inc_w_kdate(w, "by_last_used",
                    inc_date_from(1970 + (half_year - 1) / 2,
                                  1 + 6 * ((half_year - 1) % 2), 1));
}

static void
supplier_write(struct inc_writer *w, const struct inc_item *item,
               const struct inc_line *line)
{
    static const char *const evidence[INC_EVIDENCE_COUNT] = {
        "declared", "observed", "certified", "implied"};
    const struct inc_taxonomy *t = item->plan->world->taxonomy;
    const struct inc_person *person = item->person;
    uint32_t skill;

    if (line->word >= person->n_words)
        return;
    skill = INC_WORD_CONCEPT(person->words[line->word]);
    inc_w_ktext(w, "by_uri", inc_concept_uri(t, INC_PILLAR_SKILL, skill));
    inc_w_ktext(w, "by_label",
                inc_concept_label(t, INC_PILLAR_SKILL, skill, item->lang));
    inc_w_kint(w, "by_level", line->held.level);
    inc_w_ktext(w, "by_evidence", evidence[line->held.evidence]);
    half_year_write(w, line->held.half_year);
    if (line->word >= person->n_stated)
        inc_w_ktext(
            w, "implied_by",
            inc_concept_label(t, INC_PILLAR_OCCUPATION,
                              person->implied_by[line->word - person->n_stated],
                              item->lang));
    inc_w_kint(w, "cosine", line->cosine_bp);
    inc_w_kint(w, "quality", line->quality_bp);
    if (line->also_word < person->n_words) {
        skill = INC_WORD_CONCEPT(person->words[line->also_word]);
        inc_w_ktext(w, "also_uri", inc_concept_uri(t, INC_PILLAR_SKILL, skill));
        inc_w_ktext(w, "also_label",
                    inc_concept_label(t, INC_PILLAR_SKILL, skill, item->lang));
        inc_w_kint(w, "also_cosine", line->also_cosine_bp);
    }
}

static void
requirement_write(struct inc_writer *w, const struct inc_item *item,
                  const struct inc_line *line)
{
    const struct inc_line_spec *spec = line->spec;
    const struct inc_taxonomy *t = item->plan->world->taxonomy;

    inc_w_ktext(w, "uri", spec->requirement->uri);
    if (spec->n_own > 0)
        inc_w_ktext(w, "label",
                    inc_concept_label(t, INC_PILLAR_SKILL, spec->concepts[0],
                                      item->lang));
    inc_w_kint(w, "level", spec->level);
    if (spec->n_concepts > spec->n_own) {
        inc_w_key(w, "alternatives");
        inc_w_list(w);
        for (uint32_t i = spec->n_own; i < spec->n_concepts; i++)
            inc_w_text(w, inc_concept_label(t, INC_PILLAR_SKILL,
                                            spec->concepts[i], item->lang));
        inc_w_end(w);
    }
    if (spec->requirement->trainable_hours > 0)
        inc_w_kint(w, "trainable_hours", spec->requirement->trainable_hours);
    supplier_write(w, item, line);
}

static void
licences_write(struct inc_writer *w, const char *key, uint32_t bits)
{
    struct inc_buf b = {0};

    for (int i = 0; i < INC_LICENCE_COUNT; i++)
        if ((bits >> i & 1u) != 0)
            inc_buf_printf(&b, "%s%s", b.len == 0 ? "" : " ",
                           inc_licence_names[i]);
    inc_w_ktext(w, key, inc_buf_cstr(&b));
    if (b.failed)
        w->buf->failed = 1;
    inc_buf_release(&b);
}

static void
eqf_write(struct inc_writer *w, const char *key, unsigned eqf)
{
    char text[16];

    (void)snprintf(text, sizeof text, "EQF %u", eqf);
    inc_w_ktext(w, key, text);
}

static void
distance_write(struct inc_writer *w, const struct inc_line *line)
{
    if (line->mode < 0)
        return;
    inc_w_kint(w, "metres", line->metres);
    inc_w_kint(w, "minutes", line->minutes);
    inc_w_ktext(w, "mode", inc_mode_names[line->mode]);
    inc_w_kint(w, "limit_minutes", line->limit);
}

/* The trade that the person and the need point at most. */
static void
trades_write(struct inc_writer *w, const struct inc_item *item,
             const struct inc_line *line)
{
    const struct inc_world *world = item->plan->world;
    const char *uri;
    uint32_t occ;

    inc_w_kint(w, "cosine", line->cover_bp);
    if (line->occupation == INC_NO_CONCEPT)
        return;
    uri = inc_space_occupation_uri(world->space, line->occupation);
    inc_w_ktext(w, "uri", uri);
    occ = inc_concept_find(world->taxonomy, INC_PILLAR_OCCUPATION, uri,
                           strlen(uri));
    if (occ != INC_NO_CONCEPT)
        inc_w_ktext(w, "label",
                    inc_concept_label(world->taxonomy, INC_PILLAR_OCCUPATION,
                                      occ, item->lang));
}

static void
details_write(struct inc_writer *w, const struct inc_item *item,
              const struct inc_line *line)
{
    const struct inc_line_spec *spec = line->spec;

    switch (spec->kind) {
    case INC_LINE_REQUIREMENT:
        requirement_write(w, item, line);
        break;
    case INC_LINE_LANGUAGE:
        inc_w_ktext(w, "lang", spec->lang);
        inc_w_ktext(w, "want", inc_cefr_names[spec->cefr]);
        if (line->cefr >= 0)
            inc_w_ktext(w, "have", inc_cefr_names[line->cefr]);
        break;
    case INC_LINE_LICENCE:
        licences_write(w, "want", spec->licences);
        if ((item->person->known & INC_KNOWN_LICENCES) != 0)
            licences_write(w, "have", item->person->licences);
        break;
    case INC_LINE_EDUCATION:
        eqf_write(w, "want", spec->eqf);
        if ((item->person->known & INC_KNOWN_EDUCATION) != 0)
            eqf_write(w, "have", item->person->eqf);
        break;
    case INC_LINE_AFFINITY:
        inc_w_kint(w, "cosine", line->cover_bp);
        break;
    case INC_LINE_TRADES:
        trades_write(w, item, line);
        break;
    case INC_LINE_DISTANCE:
        distance_write(w, line);
        break;
    case INC_LINE_HOURS:
        if (line->status != INC_LINE_UNKNOWN)
            inc_w_kint(w, "overlap_minutes", line->overlap_minutes);
        inc_w_kint(w, "schedule_minutes", item->plan->schedule_minutes);
        break;
    case INC_LINE_KINDS:
        break;
    }
}

static void
line_write(struct inc_writer *w, const struct inc_item *item,
           const struct inc_line *line)
{
    int gives = line->spec->max > 0;

    inc_w_map(w);
    inc_w_ktext(w, "kind", inc_line_kind_names[line->spec->kind]);
    inc_w_ktext(w, "status", inc_line_status_names[line->status]);
    inc_w_kint(w, "points", line->points);
    inc_w_kint(w, "lo", line->lo);
    inc_w_kint(w, "hi", line->hi);
    inc_w_kint(w, "max", line->spec->max);
    why_write(w, line->why);
    if (gives && line->spec->kind != INC_LINE_AFFINITY &&
        line->spec->kind != INC_LINE_TRADES) {
        inc_w_ktext(w, "importance",
                    inc_importance_names[line->spec->importance]);
        inc_w_kint(w, "weight", line->spec->weight);
        inc_w_kint(w, "idf", line->spec->idf);
    }
    details_write(w, item, line);
    inc_w_end(w);
}

void
inc_trace_reset(struct inc_trace *t)
{
    inc_buf_reset(&t->items);
    inc_buf_reset(&t->lines);
}

void
inc_trace_release(struct inc_trace *t)
{
    inc_buf_release(&t->items);
    inc_buf_release(&t->lines);
}

/* The mark of what was written from `start` on; 0 when it was not. */
static uint64_t
mark_from(const struct inc_writer *w, size_t start)
{
    return w->buf->failed
               ? 0
               : inc_mark64(w->buf->data + start, w->buf->len - start);
}

static void
trace_line(struct inc_trace *t, const struct inc_writer *w, size_t start)
{
    uint64_t mark = mark_from(w, start);
    const unsigned char two[2] = {(unsigned char)(mark >> 8),
                                  (unsigned char)mark};

    inc_buf_add(&t->lines, two, sizeof two);
}

static void
trace_item(struct inc_trace *t, const struct inc_writer *w, size_t start,
           const struct inc_item *item)
{
    struct inc_traced traced = {
        .no = item->no,
        .rank = (uint32_t)item->rank,
        .score = item->tally.points,
        .mark = mark_from(w, start),
        .n_lines = item->lines != NULL ? item->plan->n_lines : 0};

    traced.lines_at = t->lines.len - (size_t)2 * traced.n_lines;
    inc_buf_add(&t->items, &traced, sizeof traced);
    if (t->items.failed || t->lines.failed)
        w->buf->failed = 1;
}

void
inc_item_write(struct inc_writer *w, const struct inc_item *item)
{
    size_t start = w->buf->len;

    inc_w_map(w);
    if (item->rank != 0) {
        inc_w_kint(w, "rank", (int64_t)item->rank);
        inc_w_kint(w, "tied", (int64_t)item->tied);
        inc_w_ktext(w, "id", item->id);
    } else {
        inc_w_ktext(w, "need", item->need);
        inc_w_ktext(w, "candidate", item->id);
    }
    inc_w_kint(w, "score", item->tally.points);
    inc_w_kint(w, "lo", item->tally.lo);
    inc_w_kint(w, "hi", item->tally.hi);
    if (item->lines != NULL) {
        inc_w_key(w, "lines");
        inc_w_list(w);
        for (uint32_t i = 0; i < item->plan->n_lines; i++) {
            size_t line = w->buf->len;

            line_write(w, item, &item->lines[i]);
            if (item->trace != NULL)
                trace_line(item->trace, w, line);
        }
        inc_w_end(w);
    }
    inc_w_end(w);
    if (item->trace != NULL)
        trace_item(item->trace, w, start, item);
}

int
inc_label_lang(const struct inc_taxonomy *t, const char *code)
{
    return inc_taxonomy_lang(t, code == NULL ? "it" : code);
}

void
inc_nothing_asked(struct inc_question *q, const struct inc_estate *e,
                  uint64_t generation)
{
    struct inc_writer w;

    q->status = INC_OK;
    inc_writer_init(&w, &q->body);
    if (q->kind == INC_ASK_PAIR) {
        inc_w_map(&w);
        inc_w_ktext(&w, "need", q->need->id);
        inc_w_ktext(&w, "candidate", q->candidate->id);
        inc_w_ktext(&w, "reason", inc_status_wire(INC_E_EMPTY));
        inc_w_end(&w);
    } else {
        struct inc_ranking none = {.matched = 0};
        struct inc_sheet page = {.subject = q->need->id,
                                 .estate = e,
                                 .generation = generation,
                                 .options = q->options,
                                 .ranking = &none,
                                 .reason = inc_status_wire(INC_E_EMPTY)};
        inc_sheet_begin(&w, &page);
        inc_sheet_end(&w, &page);
    }
    if (q->body.failed)
        q->status = inc_fail(&q->err, INC_E_NOMEM, 0, "reply");
}
