/* link: from words to concepts. Worker threads. */
#include <string.h>

#include "engine/base/mem.h"
#include "engine/link/link.h"
#include "engine/server/desk.h"
#include "engine/text/words.h"
#include "proto/linking.h"

enum {
    ASK_PILLAR = 2, /* place of the field in its table */
    SURE_BP = 8000,
    LIKELY_BP = 5000
};

static const char *
kind_of(enum inc_pillar p)
{
    if (p == INC_PILLAR_SKILL)
        return inc_linked_names[0];
    return inc_linked_names[p == INC_PILLAR_OCCUPATION ? 1 : 2];
}

static void
write_one(struct inc_writer *w, const struct inc_taxonomy *t,
          const struct inc_link *k, int lang)
{
    inc_w_map(w);
    inc_w_ktext(w, "uri", inc_concept_uri(t, k->pillar, k->id));
    inc_w_ktext(w, "label", inc_concept_label(t, k->pillar, k->id, lang));
    inc_w_ktext(w, "matched", k->label);
    if (k->lang >= 0)
        inc_w_ktext(w, "lang", inc_taxonomy_language(t, (size_t)k->lang));
    inc_w_ktext(w, "kind", kind_of(k->pillar));
    inc_w_kint(w, "confidence", k->confidence_bp / 100);
    inc_w_kint(w, "at", k->at);
    inc_w_kint(w, "len", k->len);
    if (k->scheme != NULL) {
        inc_w_ktext(w, "scheme", k->scheme);
        inc_w_ktext(w, "code", k->code);
    }
    inc_w_end(w);
}

static const char *
verdict(const struct inc_link *links, size_t n)
{
    if (n == 0)
        return inc_verdict_names[INC_VERDICT_UNKNOWN];
    if (links[0].confidence_bp >= SURE_BP)
        return inc_verdict_names[INC_VERDICT_SURE];
    return inc_verdict_names[links[0].confidence_bp >= LIKELY_BP
                                 ? INC_VERDICT_LIKELY
                                 : INC_VERDICT_UNSURE];
}

/* Mentions of two pillars as one list in the order of the text. Both are in
 * order; of two at the same place the longer one goes first. */
static size_t
merge(struct inc_link *out, const struct inc_link *a, size_t a_n,
      const struct inc_link *b, size_t b_n)
{
    size_t i = 0, j = 0, n = 0;

    while ((i < a_n || j < b_n) && n < INC_LINK_ITEMS_MAX) {
        int first = j == b_n || (i < a_n && a[i].at < b[j].at) ||
                    (i < a_n && a[i].at == b[j].at && a[i].len >= b[j].len);
        out[n++] = first ? a[i++] : b[j++];
    }
    return n;
}

/* out [INC_LINK_ITEMS_MAX] */
static enum inc_status
find_mentions(struct inc_link *out, size_t *n, const struct inc_linker *l,
              const struct inc_link_ask *ask, int lang, struct inc_err *err)
{
    struct inc_link *found =
        inc_mem_zero((size_t)2 * INC_LINK_ITEMS_MAX, sizeof *found);
    size_t count[2] = {0};

    if (found == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the mentions");
    for (size_t p = 0; p < 2; p++) {
        enum inc_pillar pillar =
            p == 0 ? INC_PILLAR_SKILL : INC_PILLAR_OCCUPATION;
        if (!INC_HAS(ask, ASK_PILLAR) || ask->pillar == (int64_t)p)
            count[p] = inc_link_mentions(
                l, pillar, ask->text, strlen(ask->text), lang,
                found + p * INC_LINK_ITEMS_MAX, INC_LINK_ITEMS_MAX);
    }
    *n = merge(out, found, count[0], found + INC_LINK_ITEMS_MAX, count[1]);
    inc_mem_free(found);
    return INC_OK;
}

enum inc_status
inc_on_link(struct inc_desk *d, struct inc_job *j,
            const struct inc_image *image, struct inc_writer *w,
            struct inc_err *err)
{
    const struct inc_taxonomy *t = image->estate->world.taxonomy;
    struct inc_link_ask ask = {0};
    struct inc_link *links = NULL;
    enum inc_status st = INC_OK;
    size_t n = 0;
    int lang;

    (void)d;
    INC_TRY(inc_route_body(j, &ask, err));
    lang = inc_taxonomy_lang(t, ask.lang);
    if (!ask.running && strlen(ask.text) > INC_LINK_NAME_BYTES) {
        st = inc_fail(err, INC_E_LIMIT, 0,
                      "a name has at most %d bytes, this text has %zu",
                      (int)INC_LINK_NAME_BYTES, strlen(ask.text));
        inc_err_where(err, "text");
        inc_err_hint(err, "with running: true a text may have %d bytes",
                     (int)INC_LINK_TEXT_MAX);
        goto out;
    }
    if (image->estate->linker == NULL) { /* an estate of tests and tools */
        st = inc_fail(err, INC_E_BUG, 0, "there is no linker to ask");
        goto out;
    }
    links = inc_mem_zero(INC_LINK_ITEMS_MAX, sizeof *links);
    if (links == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the answers");
        goto out;
    }
    if (ask.running)
        INC_TRY(
            find_mentions(links, &n, image->estate->linker, &ask, lang, err));
    else
        n = inc_link_name(image->estate->linker,
                          INC_HAS(&ask, ASK_PILLAR) && ask.pillar == 0
                              ? INC_PILLAR_SKILL
                              : INC_PILLAR_OCCUPATION,
                          ask.text, strlen(ask.text), lang, links,
                          (size_t)ask.k);
    inc_w_map(w);
    inc_w_key(w, "items");
    inc_w_list(w);
    for (size_t i = 0; i < n; i++)
        write_one(w, t, &links[i], lang);
    inc_w_end(w);
    if (!ask.running)
        inc_w_ktext(w, "verdict", verdict(links, n));
    inc_w_end(w);
out:
    inc_mem_free(links);
    return st;
}
