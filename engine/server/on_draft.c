/* draft: a text in, a proposal out. The clerk's thread. The text is neither
 * stored nor logged; the id is made at random, so that it says nothing of it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/date.h"
#include "engine/base/hex.h"
#include "engine/draft/draft.h"
#include "engine/server/desk.h"
#include "proto/names.h"

enum { VALUE_BYTES = 96 };

static const char *
window_text(char out[VALUE_BYTES], const struct inc_draft_item *item)
{
    char from[INC_TIME_TEXT], to[INC_TIME_TEXT];

    inc_time_format(from, (uint16_t)item->from);
    inc_time_format(to, (uint16_t)item->to);
    (void)snprintf(out, VALUE_BYTES, "%s%s %s-%s", item->negative ? "not " : "",
                   inc_day_names[item->day], from, to);
    return out;
}

static const char *
licences_text(char out[VALUE_BYTES], const struct inc_draft_item *item)
{
    size_t at = 0;

    out[0] = '\0';
    if (item->negative)
        return "none";
    for (uint32_t i = 0; i < item->n_codes; i++) {
        int n = snprintf(out + at, VALUE_BYTES - at, "%s%s", i > 0 ? " " : "",
                         inc_licence_names[item->codes[i]]);

        if (n > 0)
            at += (size_t)n;
    }
    return out;
}

static const char *
number_text(char out[VALUE_BYTES], int64_t number)
{
    (void)snprintf(out, VALUE_BYTES, "%" PRId64, number);
    return out;
}

/* "en B2 C1 - B2 B1": listening, reading, interaction, production, writing. */
static const char *
abilities_text(char out[VALUE_BYTES], const struct inc_draft_item *item)
{
    const char *name[INC_ABILITIES];

    for (size_t i = 0; i < INC_ABILITIES; i++)
        name[i] = item->cefr[i] < 0 ? "-" : inc_cefr_names[item->cefr[i]];
    (void)snprintf(out, VALUE_BYTES, "%s %s %s %s %s %s", item->value, name[0],
                   name[1], name[2], name[3], name[4]);
    return out;
}

/* What was understood, as a short text; NULL: the concept says it. */
static const char *
value_text(char out[VALUE_BYTES], const struct inc_draft_item *item)
{
    switch (item->kind) {
    case INC_DRAFT_OCCUPATION:
        if (item->value != NULL || item->number < 0)
            return item->value;
        return number_text(out, item->number);
    case INC_DRAFT_SKILL:
        return NULL;
    case INC_DRAFT_LANGUAGE:
        if (item->cefr != NULL)
            return abilities_text(out, item);
        (void)snprintf(out, VALUE_BYTES, "%s%s%s", item->value,
                       item->level >= 0 ? " " : "",
                       item->level >= 0 ? inc_cefr_names[item->level] : "");
        return out;
    case INC_DRAFT_LICENCE:
        return licences_text(out, item);
    case INC_DRAFT_HOURS:
        if (item->day >= 0)
            return window_text(out, item);
        return item->number > 0 ? number_text(out, item->number) : item->value;
    case INC_DRAFT_START:
        if (item->number >= 0) {
            inc_date_format(out, (int32_t)item->number);
            return out;
        }
        return item->value;
    case INC_DRAFT_EXPIRES:
        inc_date_format(out, (int32_t)item->number);
        return out;
    case INC_DRAFT_EDUCATION:
    case INC_DRAFT_SEATS:
        return number_text(out, item->number);
    case INC_DRAFT_MOBILITY:
        return item->number > 0 ? number_text(out, item->number) : item->value;
    case INC_DRAFT_PLACE:
    case INC_DRAFT_CONTRACT:
    case INC_DRAFT_LEVEL:
    case INC_DRAFT_IMPORTANCE:
    case INC_DRAFT_KINDS:
    default:
        return item->value;
    }
}

static void
write_span(struct inc_writer *w, uint32_t at, uint32_t len)
{
    inc_w_kint(w, "at", at);
    inc_w_kint(w, "len", len);
}

static void
write_concept(struct inc_writer *w, const struct inc_taxonomy *t,
              enum inc_pillar p, uint32_t id, int lang)
{
    inc_w_ktext(w, "uri", inc_concept_uri(t, p, id));
    inc_w_ktext(w, "label", inc_concept_label(t, p, id, lang));
}

static void
write_place(struct inc_writer *w, const struct inc_geo *geo, const char *istat)
{
    const uint16_t id = inc_geo_find(geo, istat, strlen(istat));
    char text[VALUE_BYTES];

    if (id == INC_NO_COMUNE)
        return;
    (void)snprintf(text, sizeof text, "%s (%s)", inc_geo_comune(geo, id)->name,
                   inc_geo_comune(geo, id)->province);
    inc_w_ktext(w, "label", text);
}

static void
write_item(struct inc_writer *w, const struct inc_image *image,
           const struct inc_draft_item *item, int lang)
{
    const struct inc_taxonomy *t = image->estate->world.taxonomy;
    char text[VALUE_BYTES];
    const char *value = value_text(text, item);

    inc_w_map(w);
    inc_w_ktext(w, "kind", inc_draft_kind_names[item->kind]);
    if (item->field[0] != '\0')
        inc_w_ktext(w, "field", item->field);
    if (value != NULL)
        inc_w_ktext(w, "value", value);
    if (item->concept != INC_NO_CONCEPT)
        write_concept(w, t, item->pillar, item->concept, lang);
    if (item->kind == INC_DRAFT_PLACE && value != NULL)
        write_place(w, image->estate->world.geo, value);
    if (item->kind == INC_DRAFT_SKILL && item->level > 0)
        inc_w_kint(w, "level", item->level);
    if (item->importance >= 0)
        inc_w_ktext(w, "importance", inc_importance_names[item->importance]);
    write_span(w, item->at, item->len);
    inc_w_kint(w, "confidence", item->confidence_bp);
    inc_w_ktext(w, "rule", item->rule);
    if (item->n_also > 0) {
        inc_w_key(w, "also");
        inc_w_list(w);
        for (uint32_t i = 0; i < item->n_also; i++) {
            inc_w_map(w);
            write_concept(w, t, item->pillar, item->also[i], lang);
            inc_w_end(w);
        }
        inc_w_end(w);
    }
    inc_w_end(w);
}

static void
write_warning(struct inc_writer *w, const struct inc_draft_warning *one)
{
    const struct inc_warn_law *law = &inc_warn_laws[one->kind];

    inc_w_map(w);
    inc_w_ktext(w, "kind", law->name);
    inc_w_kbool(w, "note", one->note);
    write_span(w, one->at, one->len);
    inc_w_ktext(w, "law", law->law);
    inc_w_ktext(w, "source", law->source);
    inc_w_kbool(w, "verified", law->verified);
    inc_w_ktext(w, "message_it", law->it);
    inc_w_ktext(w, "message_en", law->en);
    inc_w_ktext(w, "rewrite_it", law->rewrite_it);
    inc_w_ktext(w, "rewrite_en", law->rewrite_en);
    inc_w_end(w);
}

static void
write_draft(struct inc_writer *w, const struct inc_image *image,
            const struct inc_drafted *d, const char *id, int lang)
{
    const struct inc_taxonomy *t = image->estate->world.taxonomy;

    inc_w_map(w);
    inc_w_ktext(w, "id", id);
    inc_w_ktext(w, "kind", inc_record_name(d->kind));
    inc_w_key(w, "record");
    inc_schema_encode(w, inc_record_type(d->kind), &d->record);
    inc_w_key(w, "items");
    inc_w_list(w);
    for (size_t i = 0; i < d->n_items; i++)
        write_item(w, image, &d->items[i], lang);
    inc_w_end(w);
    inc_w_key(w, "unknown");
    inc_w_list(w);
    for (size_t i = 0; i < d->n_unknown; i++) {
        inc_w_map(w);
        write_span(w, d->unknown[i].at, d->unknown[i].len);
        inc_w_end(w);
    }
    inc_w_end(w);
    inc_w_key(w, "warnings");
    inc_w_list(w);
    for (size_t i = 0; i < d->n_warnings; i++)
        write_warning(w, &d->warnings[i]);
    inc_w_end(w);
    if (*d->lang != '\0')
        inc_w_ktext(w, "text_lang", d->lang);
    if (d->n_notes > 0) {
        inc_w_key(w, "notes");
        inc_w_list(w);
        for (size_t i = 0; i < d->n_notes; i++)
            inc_w_text(w, d->notes[i]);
        inc_w_end(w);
    }
    inc_w_ktext(w, "taxonomy", inc_taxonomy_version(t));
    inc_w_end(w);
}

/* What a draft's id vouches for. */
static enum inc_status
digest_of(unsigned char out[INC_DIGEST], enum inc_record_kind kind,
          const union inc_record *record, struct inc_err *err)
{
    struct inc_buf bytes = {0};
    struct inc_writer w;
    enum inc_status st = INC_OK;

    inc_writer_init(&w, &bytes);
    inc_schema_encode(&w, inc_record_type(kind), record);
    if (bytes.failed)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for a draft");
    else
        inc_digest(out, bytes.data, bytes.len);
    inc_buf_release(&bytes);
    return st;
}

enum inc_status
inc_on_draft(struct inc_desk *d, struct inc_job *j,
             const struct inc_image *image, struct inc_writer *w,
             struct inc_err *err)
{
    const struct inc_estate *e = image->estate;
    const struct inc_draft_world world = {.taxonomy = e->world.taxonomy,
                                          .linker = e->linker,
                                          .geo = e->world.geo};
    struct inc_draft_request body = {0};
    struct inc_draft_question q;
    struct inc_drafted draft;
    enum inc_status st = INC_OK;
    unsigned char digest[INC_DIGEST];
    char id[INC_DRAFT_ID + 1];

    INC_TRY(inc_route_body(j, &body, err));
    q = (struct inc_draft_question){.kind = body.kind == INC_DRAFT_OF_NEED
                                                ? INC_RECORD_NEED
                                                : INC_RECORD_CANDIDATE,
                                    .text = body.text,
                                    .len = strlen(body.text),
                                    .lang = body.lang,
                                    .essentials = body.essentials != 0,
                                    .today = inc_clock_today(),
                                    .facts = body.facts,
                                    .n_facts = body.n_facts};
    INC_TRY(inc_draft_make(&draft, &world, &q, &j->arena, err));
    INC_TRY(digest_of(digest, draft.kind, &draft.record, err));
    inc_drafted_name(id, d->drafted, draft.kind, digest, q.today);
    write_draft(w, image, &draft, id,
                inc_taxonomy_lang(e->world.taxonomy, body.lang));
out:
    return st;
}

/* --- what became of it --------------------------------------------------- */

struct confirmed {
    const char *id; /* the request's */
    struct inc_draft_counts counts;
};

enum inc_status
inc_draft_confirm(const struct inc_desk *d, struct inc_job *j,
                  const struct inc_put *put, enum inc_record_kind kind,
                  struct inc_err *err)
{
    struct confirmed *c = inc_arena_array(&j->arena, 1, sizeof *c);
    union inc_record *proposed =
        inc_arena_array(&j->arena, 1, sizeof *proposed);
    unsigned char digest[INC_DIGEST];
    enum inc_status st = INC_OK;
    uint64_t removed;

    if (c == NULL || proposed == NULL)
        return inc_fail(err, INC_E_NOMEM, 0,
                        "the request needs more memory than one may have");
    INC_TRY(inc_schema_decode_patch(proposed, &removed, inc_record_type(kind),
                                    put->draft.proposed, &j->arena, err));
    INC_TRY(digest_of(digest, kind, proposed, err));
    if (!inc_drafted_is_ours(d->drafted, put->draft.id, kind, digest,
                             inc_clock_today()))
        goto out; /* stored like any other */
    c->id = put->draft.id;
    inc_draft_compare(&c->counts, kind, proposed, &j->record);
    j->drafted = c;
out:
    if (st != INC_OK)
        inc_err_under(err, "draft.proposed");
    return st;
}

void
inc_draft_count(struct inc_desk *d, const struct inc_job *j)
{
    const struct confirmed *c = j->drafted;

    if (c != NULL && !j->dry_run && !j->command.replayed &&
        j->command.status == INC_OK)
        inc_drafted_add(d->drafted, j->command.kind, c->id, &c->counts);
}

static void
write_rows(struct inc_writer *w, const struct inc_drafted_sums *sums,
           const char *of)
{
    for (size_t i = 0; i < INC_DRAFT_KINDS; i++) {
        const uint64_t *n = sums->n[i];

        if (n[0] + n[1] + n[2] + n[3] == 0)
            continue;
        inc_w_map(w);
        inc_w_ktext(w, "of", of);
        inc_w_ktext(w, "kind", inc_draft_kind_names[i]);
        inc_w_kint(w, "kept", (int64_t)n[INC_DRAFT_KEPT]);
        inc_w_kint(w, "changed", (int64_t)n[INC_DRAFT_CHANGED]);
        inc_w_kint(w, "added", (int64_t)n[INC_DRAFT_ADDED]);
        inc_w_kint(w, "removed", (int64_t)n[INC_DRAFT_REMOVED]);
        inc_w_end(w);
    }
}

enum inc_status
inc_on_quality_drafts(struct inc_desk *d, struct inc_job *j,
                      const struct inc_image *image, struct inc_writer *w,
                      struct inc_err *err)
{
    struct inc_drafted_sums needs, people;

    (void)j;
    (void)image;
    (void)err;
    inc_drafted_sums(&needs, d->drafted, INC_RECORD_NEED);
    inc_drafted_sums(&people, d->drafted, INC_RECORD_CANDIDATE);
    inc_w_map(w);
    inc_w_kint(w, "needs", (int64_t)needs.drafts);
    inc_w_kint(w, "candidates", (int64_t)people.drafts);
    inc_w_key(w, "items");
    inc_w_list(w);
    write_rows(w, &needs, inc_draft_of_names[INC_DRAFT_OF_NEED]);
    write_rows(w, &people, inc_draft_of_names[INC_DRAFT_OF_CANDIDATE]);
    inc_w_end(w);
    inc_w_end(w);
    return INC_OK;
}
