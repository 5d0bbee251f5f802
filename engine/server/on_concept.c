/* concept.find, concept.get, comune.find: reference data. Worker threads. */
#include <string.h>

#include "engine/server/desk.h"
#include "proto/replies.h"

enum { HITS_MAX = 100, SUGGESTIONS = 3, ESSENTIAL_MAX = 1000, ALTS_MAX = 1000 };

static const struct inc_taxonomy *
taxonomy_of(const struct inc_image *image)
{
    return image->estate->world.taxonomy;
}

enum inc_status
inc_on_concept_find(struct inc_desk *d, struct inc_job *j,
                    const struct inc_image *image, struct inc_writer *w,
                    struct inc_err *err)
{
    const struct inc_taxonomy *t = taxonomy_of(image);
    struct inc_concept_find body = {0};
    struct inc_hit hits[HITS_MAX];
    enum inc_pillar pillar;
    enum inc_status st = INC_OK;
    size_t n;
    int lang;

    (void)d;
    INC_TRY(inc_route_body(j, &body, err));
    pillar = body.pillar == 1 ? INC_PILLAR_OCCUPATION : INC_PILLAR_SKILL;
    lang = inc_taxonomy_lang(t, body.lang);
    n = inc_search_text(image->estate->reference.search, pillar, body.text,
                        strlen(body.text), lang, hits, (size_t)body.k);
    inc_w_map(w);
    inc_w_key(w, "items");
    inc_w_list(w);
    for (size_t i = 0; i < n; i++) {
        inc_w_map(w);
        inc_w_ktext(w, "uri", inc_concept_uri(t, pillar, hits[i].id));
        inc_w_ktext(w, "label", inc_concept_label(t, pillar, hits[i].id, lang));
        inc_w_ktext(w, "matched", hits[i].label);
        inc_w_kint(w, "score", hits[i].score_bp);
        if (hits[i].lang >= 0)
            inc_w_ktext(w, "lang",
                        inc_taxonomy_language(t, (size_t)hits[i].lang));
        inc_w_end(w);
    }
    inc_w_end(w);
    inc_w_end(w);
out:
    return st;
}

static enum inc_status
unknown_concept(const struct inc_image *image, const char *uri, int lang,
                struct inc_err *err)
{
    const struct inc_taxonomy *t = taxonomy_of(image);
    struct inc_hit hit[SUGGESTIONS];
    size_t n = inc_search_uri(image->estate->reference.search, INC_PILLAR_SKILL,
                              uri, strlen(uri), hit, SUGGESTIONS);
    struct inc_buf hint = {0};

    (void)inc_fail(err, INC_E_CONCEPT, 0,
                   "the taxonomy has no concept '%.120s'", uri);
    inc_err_where(err, "uri");
    for (size_t i = 0; i < n; i++)
        inc_buf_printf(&hint, "%s%s <%s>", i == 0 ? "nearest: " : ", ",
                       inc_concept_label(t, INC_PILLAR_SKILL, hit[i].id, lang),
                       inc_concept_uri(t, INC_PILLAR_SKILL, hit[i].id));
    inc_err_hint(err, "%s",
                 n == 0 ? "concept.find looks for words" : inc_buf_cstr(&hint));
    inc_buf_release(&hint);
    return INC_E_CONCEPT;
}

static void
write_common(struct inc_writer *w, const struct inc_taxonomy *t,
             enum inc_pillar p, uint32_t id, int lang)
{
    const char *const *alts;
    const char *text = inc_concept_description(t, p, id, lang);
    size_t n = inc_concept_alts(t, p, id, lang, &alts);
    uint32_t other = inc_concept_replacement(t, p, id);

    inc_w_ktext(w, "uri", inc_concept_uri(t, p, id));
    inc_w_ktext(w, "label", inc_concept_label(t, p, id, lang));
    inc_w_ktext(w, "pillar", inc_pillar_names[p == INC_PILLAR_OCCUPATION]);
    inc_w_key(w, "alts");
    inc_w_list(w);
    for (size_t i = 0; i < n && i < ALTS_MAX; i++)
        inc_w_text(w, alts[i]);
    inc_w_end(w);
    if (*text != '\0')
        inc_w_ktext(w, "description", text);
    inc_w_kbool(w, "retired", inc_concept_retired(t, p, id));
    inc_w_kbool(w, "local", inc_concept_is_local(t, p, id));
    if (other != INC_NO_CONCEPT)
        inc_w_ktext(w, "replaced_by", inc_concept_uri(t, p, other));
}

static void
write_neighbours(struct inc_writer *w, const struct inc_image *image,
                 uint32_t skill, size_t k, int lang)
{
    const struct inc_taxonomy *t = taxonomy_of(image);
    uint32_t ids[HITS_MAX], cosine[HITS_MAX];
    size_t n =
        inc_space_neighbours(image->estate->world.space, skill, ids, cosine, k);

    inc_w_key(w, "neighbours");
    inc_w_list(w);
    for (size_t i = 0; i < n; i++) {
        inc_w_map(w);
        inc_w_ktext(w, "uri", inc_concept_uri(t, INC_PILLAR_SKILL, ids[i]));
        inc_w_ktext(w, "label",
                    inc_concept_label(t, INC_PILLAR_SKILL, ids[i], lang));
        inc_w_kint(w, "cosine", cosine[i]);
        inc_w_end(w);
    }
    inc_w_end(w);
}

static void
write_occupation(struct inc_writer *w, const struct inc_taxonomy *t,
                 uint32_t occupation, int lang)
{
    const char *isco = inc_occupation_isco(t, occupation);
    const uint32_t *skills;
    size_t n = inc_occupation_essential(t, occupation, &skills);

    if (isco != NULL && *isco != '\0')
        inc_w_ktext(w, "isco", isco);
    inc_w_key(w, "essential");
    inc_w_list(w);
    for (size_t i = 0; i < n && i < ESSENTIAL_MAX; i++) {
        inc_w_map(w);
        inc_w_ktext(w, "uri", inc_concept_uri(t, INC_PILLAR_SKILL, skills[i]));
        inc_w_ktext(w, "label",
                    inc_concept_label(t, INC_PILLAR_SKILL, skills[i], lang));
        inc_w_end(w);
    }
    inc_w_end(w);
}

enum inc_status
inc_on_concept_get(struct inc_desk *d, struct inc_job *j,
                   const struct inc_image *image, struct inc_writer *w,
                   struct inc_err *err)
{
    const struct inc_taxonomy *t = taxonomy_of(image);
    struct inc_concept_get body = {0};
    uint32_t skill, occupation = INC_NO_CONCEPT;
    enum inc_status st = INC_OK;
    size_t len;
    int lang;

    (void)d;
    INC_TRY(inc_route_body(j, &body, err));
    lang = inc_taxonomy_lang(t, body.lang);
    len = strlen(body.uri);
    skill = inc_concept_find(t, INC_PILLAR_SKILL, body.uri, len);
    if (skill == INC_NO_CONCEPT)
        occupation = inc_concept_find(t, INC_PILLAR_OCCUPATION, body.uri, len);
    if (skill == INC_NO_CONCEPT && occupation == INC_NO_CONCEPT) {
        st = unknown_concept(image, body.uri, lang, err);
        goto out;
    }
    inc_w_map(w);
    if (skill != INC_NO_CONCEPT) {
        write_common(w, t, INC_PILLAR_SKILL, skill, lang);
        write_neighbours(w, image, skill, (size_t)body.k, lang);
    } else {
        write_common(w, t, INC_PILLAR_OCCUPATION, occupation, lang);
        write_occupation(w, t, occupation, lang);
    }
    inc_w_end(w);
out:
    return st;
}

enum inc_status
inc_on_comune_find(struct inc_desk *d, struct inc_job *j,
                   const struct inc_image *image, struct inc_writer *w,
                   struct inc_err *err)
{
    const struct inc_geo *geo = image->estate->world.geo;
    struct inc_comune_find body = {0};
    uint16_t ids[HITS_MAX];
    enum inc_status st = INC_OK;
    size_t n = 0;

    (void)d;
    INC_TRY(inc_route_body(j, &body, err));
    if (geo != NULL)
        n = inc_geo_search(geo, body.text, strlen(body.text), ids,
                           (size_t)body.k);
    inc_w_map(w);
    inc_w_key(w, "items");
    inc_w_list(w);
    for (size_t i = 0; i < n; i++) {
        const struct inc_comune *c = inc_geo_comune(geo, ids[i]);

        inc_w_map(w);
        inc_w_ktext(w, "istat", c->istat);
        inc_w_ktext(w, "name", c->name);
        inc_w_ktext(w, "province", c->province);
        inc_w_ktext(w, "region", c->region);
        inc_w_end(w);
    }
    inc_w_end(w);
    inc_w_end(w);
out:
    return st;
}
