/* A draft from a text: the passes, in their order. */
#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "engine/draft/inside.h"
#include "engine/text/words.h"

enum {
    ESSENTIALS = 60, /* of one occupation */
    PERCENT = 100,
    IMPLIED = 70 /* percent of the occupation's confidence */
};

/* Of which language are its small words? */
static const char *
language_of(const struct inc_reader *r)
{
    size_t it = 0, en = 0;

    for (size_t i = 0; i < r->n; i++) {
        const struct inc_token *t = &r->t[i];

        it += (size_t)inc_stop_word(t->word, t->n, INC_STEM_IT);
        en += t->n > 1 && (size_t)inc_stop_word(t->word, t->n, INC_STEM_EN);
    }
    if (it == 0 && en == 0)
        return "";
    return en > it ? "en" : "it";
}

static int
has_latin(const struct inc_reader *r)
{
    size_t latin = 0, other = 0;

    for (size_t i = 0; i < r->n; i++)
        if ((unsigned char)r->t[i].word[0] >= 0x80)
            other++;
        else if (r->t[i].letters)
            latin++;
    return latin >= other;
}

static enum inc_status
check(const struct inc_draft_question *q, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    if (q->len > INC_DRAFT_TEXT_MAX) {
        st = inc_fail(err, INC_E_LIMIT, 0, "the text has %zu bytes", q->len);
        inc_err_hint(err,
                     "at most %d: give one advert or one profile at a "
                     "time",
                     INC_DRAFT_TEXT_MAX);
    } else if (!inc_utf8_valid(q->text, q->len)) {
        st = inc_fail(err, INC_E_TEXT, 0, "the text is not valid UTF-8");
        inc_err_hint(err, "convert it; a .docx or .pdf has to be text first");
    }
    if (st != INC_OK)
        inc_err_where(err, "text");
    return st;
}

static enum inc_status
check_words(const struct inc_reader *r, struct inc_err *err)
{
    enum inc_status st;

    for (size_t i = 0; i < r->n; i++)
        if (r->t[i].letters && r->t[i].n > 1)
            return INC_OK;
    st = inc_fail(err, INC_E_TEXT, 0, "there is no word in the text");
    inc_err_where(err, "text");
    inc_err_hint(err, "an advert, a CV, a sentence such as: cerco muratore "
                      "con patente B");
    return st;
}

/* The essential skills of the occupations that were found, when asked for. */
static void
essentials(struct inc_reader *r)
{
    const size_t n_items = r->d->n_items;

    for (size_t i = 0; i < n_items && r->q->essentials; i++) {
        const struct inc_draft_item from = r->d->items[i];
        const uint32_t *skills;
        size_t n;

        if (from.kind != INC_DRAFT_OCCUPATION)
            continue;
        n = inc_occupation_essential(r->w->taxonomy, from.concept, &skills);
        for (size_t k = 0; k < n && k < ESSENTIALS; k++) {
            struct inc_draft_item *item;
            int twice = 0;

            for (size_t j = 0; j < r->d->n_items; j++)
                twice |= r->d->items[j].kind == INC_DRAFT_SKILL &&
                         r->d->items[j].concept == skills[k];
            if (twice || r->d->n_items == INC_DRAFT_ITEMS)
                continue;
            item = &r->d->items[r->d->n_items++];
            *item = from;
            item->kind = INC_DRAFT_SKILL;
            item->rule = "essential_of_occupation";
            item->pillar = INC_PILLAR_SKILL;
            item->concept = skills[k];
            item->number = -1;
            item->confidence_bp = from.confidence_bp * IMPLIED / PERCENT;
        }
    }
}

static int
by_place(const void *a, const void *b)
{
    const struct inc_draft_item *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->concept < y->concept ? -1 : x->concept > y->concept;
}

static void
say_what_is_missing(struct inc_reader *r)
{
    if (r->lang < 0)
        inc_note_add(r, "the taxonomy has no labels in the language asked for: "
                        "others were used");
    if (!has_latin(r))
        inc_note_add(r, "the text is in a script that no rule here reads: "
                        "write it in Italian or English");
    else if (*r->d->lang == '\0')
        inc_note_add(r, "the text does not look like Italian or English");
    if (r->d->n_items == 0)
        inc_note_add(r, "nothing was recognised");
}

static enum inc_status
begin(struct inc_reader *r, struct inc_err *err)
{
    struct inc_drafted *d = r->d;

    d->items = inc_arena_array(r->a, INC_DRAFT_ITEMS, sizeof *d->items);
    d->unknown = inc_arena_array(r->a, INC_DRAFT_UNKNOWN, sizeof *d->unknown);
    d->warnings =
        inc_arena_array(r->a, INC_DRAFT_WARNINGS, sizeof *d->warnings);
    if (d->items == NULL || d->unknown == NULL || d->warnings == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a draft");
    return INC_OK;
}

enum inc_status
inc_draft_make(struct inc_drafted *out, const struct inc_draft_world *w,
               const struct inc_draft_question *q, struct inc_arena *a,
               struct inc_err *err)
{
    struct inc_reader r = {.w = w, .q = q, .a = a, .d = out};
    enum inc_status st = INC_OK;

    memset(out, 0, sizeof *out);
    out->kind = q->kind;
    r.lang = inc_taxonomy_lang(w->taxonomy, q->lang);
    INC_TRY(check(q, err));
    INC_TRY(begin(&r, err));
    INC_TRY(inc_draft_read(&r, err));
    INC_TRY(check_words(&r, err));
    out->lang = language_of(&r);
    inc_draft_warn(&r);
    INC_TRY(inc_draft_facts(&r, err));
    inc_draft_cues(&r);
    inc_draft_licences(&r);
    inc_draft_languages(&r);
    inc_draft_schooling(&r);
    inc_draft_terms(&r);
    inc_draft_hours(&r);
    inc_draft_places(&r);
    INC_TRY(inc_draft_concepts(&r, err));
    inc_draft_seats(&r);
    inc_draft_rest(&r);
    inc_draft_facts_named(&r);
    inc_draft_sure(&r);
    essentials(&r);
    qsort(out->items, out->n_items, sizeof *out->items, by_place);
    say_what_is_missing(&r);
    INC_TRY(inc_draft_record(&r, err));
out:
    return st;
}
