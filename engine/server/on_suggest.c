/* suggest: concepts while somebody types. The clerk's thread. */
#include <string.h>

#include "engine/server/desk.h"
#include "proto/suggest.h"

static const enum inc_pillar pillar_of[] = {
    INC_PILLAR_SKILL, INC_PILLAR_OCCUPATION, INC_PILLAR_ISCO};

static const char *
pillar_name(enum inc_pillar p)
{
    for (size_t i = 0; i < INC_COUNT(pillar_of); i++)
        if (pillar_of[i] == p)
            return inc_suggest_pillar_names[i];
    return "";
}

/* Where in the label it fits shows in the spans; whether two letters are wrong
 * or one is nobody's business. */
static const char *
fit_name(enum inc_fit fit)
{
    static const uint8_t of[INC_FIT_END] = {
        [INC_FIT_SAME] = 0,  [INC_FIT_BEGINS] = 1,
        [INC_FIT_WORDS] = 2, [INC_FIT_BEGINS_FORM] = 3,
        [INC_FIT_FORM] = 3,  [INC_FIT_BEGINS_TYPO] = 4,
        [INC_FIT_TYPO] = 4,  [INC_FIT_BEGINS_TYPOS] = 4,
        [INC_FIT_TYPOS] = 4};

    return inc_fit_names[of[fit]];
}

static void
write_suggestion(struct inc_writer *w, const struct inc_taxonomy *t,
                 const struct inc_suggestion *s, int lang)
{
    inc_w_map(w);
    inc_w_ktext(w, "uri", inc_concept_uri(t, s->pillar, s->id));
    inc_w_ktext(w, "label", inc_concept_label(t, s->pillar, s->id, lang));
    inc_w_ktext(w, "matched", s->label);
    inc_w_key(w, "spans");
    inc_w_list(w);
    for (uint32_t i = 0; i < s->spans; i++) {
        inc_w_map(w);
        inc_w_kint(w, "at", s->span[i].at);
        inc_w_kint(w, "len", s->span[i].len);
        inc_w_end(w);
    }
    inc_w_end(w);
    inc_w_ktext(w, "lang", inc_taxonomy_language(t, (size_t)s->lang));
    inc_w_ktext(w, "pillar", pillar_name(s->pillar));
    inc_w_ktext(w, "fit", fit_name(s->fit));
    inc_w_end(w);
}

enum inc_status
inc_on_suggest(struct inc_desk *d, struct inc_job *j,
               const struct inc_image *image, struct inc_writer *w,
               struct inc_err *err)
{
    const struct inc_taxonomy *t = image->estate->world.taxonomy;
    struct inc_suggest_body body = {0};
    struct inc_suggest_question q = {
        .pillars = 1u << INC_PILLAR_SKILL | 1u << INC_PILLAR_OCCUPATION,
        .needs = inc_pool_needs_naming(image->pool),
        .people = inc_pool_people_naming(image->pool)};
    struct inc_suggestion *found;
    enum inc_status st = INC_OK;
    size_t n;

    (void)d;
    INC_TRY(inc_route_body(j, &body, err));
    found = inc_arena_array(&j->arena, (size_t)body.k, sizeof *found);
    if (found == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for suggestions");
        goto out;
    }
    if ((body.has >> INC_SUGGEST_PILLAR & 1u) != 0)
        q.pillars = 1u << pillar_of[body.pillar];
    q.text = body.text;
    q.len = strlen(body.text);
    q.lang = inc_taxonomy_lang(t, body.lang);
    INC_TRY(inc_suggest_ask(image->estate->suggest, &q, found, (size_t)body.k,
                            &n, err));
    inc_w_map(w);
    inc_w_key(w, "items");
    inc_w_list(w);
    for (size_t i = 0; i < n; i++)
        write_suggestion(w, t, &found[i], q.lang);
    inc_w_end(w);
    inc_w_end(w);
out:
    return st;
}
