/* compare_tool.c - two skill spaces side by side: what they cover, how well
 * they do on what is given, and which skills have other neighbours. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/log.h"
#include "engine/kernels/panel.h"
#include "engine/tools/match_set.h"
#include "engine/tools/speak.h"
#include "engine/tools/tool.h"
#include "engine/train/changed.h"
#include "engine/train/partners.h"

enum { CHANGED = 10, SHOWN = 5, SPACES = 2 };

struct compared {
    const struct inc_tool_args *a;
    const struct inc_taxonomy *t; /* of the first; both are the same */
    int lang;
    struct inc_estate *estate[SPACES];
    const struct inc_space *space[SPACES];
    struct inc_pairs pairs, known;
    struct inc_pairs_report report, ignored;
    struct inc_partners partners[SPACES];
    int told[SPACES]; /* 1: the space learned from this very table */
    struct inc_match_quality match[SPACES];
    struct inc_changed changed[CHANGED];
    size_t n_changed;
};

static enum inc_status
load(struct compared *c, int i, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_taxonomy *t = NULL;
    struct inc_space *s = NULL;

    INC_TRY(inc_tool_taxonomy(&t, c->a->esco, c->a, err));
    INC_TRY(inc_space_load(&s, c->a->word[i], t, err));
    st = inc_estate_from(&c->estate[i], t, s, NULL, NULL, err);
    t = NULL; /* taken, also on failure */
    s = NULL;
    if (st == INC_OK)
        c->space[i] = c->estate[i]->world.space;
out:
    inc_space_free(s);
    inc_taxonomy_free(t);
    return st;
}

/* Does the space say that it learned from the table it is asked about? */
static int
was_told(const struct inc_space *s, const unsigned char digest[INC_DIGEST])
{
    char hex[INC_DIGEST_HEX];

    inc_digest_hex(hex, digest);
    return strstr(inc_space_provenance(s), hex) != NULL;
}

static enum inc_status
measure(struct compared *c, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    const struct inc_tool_args *a = c->a;

    if (a->pairs != NULL)
        INC_TRY(inc_pairs_read(&c->pairs, &c->report, a->pairs, c->t,
                               INC_LEAST_PEOPLE, err));
    if (a->known != NULL)
        INC_TRY(inc_pairs_read(&c->known, &c->ignored, a->known, c->t,
                               INC_LEAST_PEOPLE, err));
    for (int i = 0; i < SPACES; i++) {
        if (a->pairs != NULL)
            INC_TRY(inc_partners_score(&c->partners[i], c->space[i], &c->pairs,
                                       &c->known, err));
        c->told[i] =
            a->pairs != NULL && was_told(c->space[i], c->report.digest);
        if (a->match_set != NULL)
            INC_TRY(inc_match_set_run(&c->match[i], a->match_set, c->estate[i],
                                      err));
    }
    c->n_changed =
        inc_changed_most(c->changed, CHANGED, c->space[0], c->space[1]);
out:
    return st;
}

/* Skills that its own provenance says were learned from more than ESCO. */
static int64_t
learned_skills(const struct inc_space *s)
{
    json_t *p = json_loads(inc_space_provenance(s), 0, NULL), *source;
    json_t *list = json_object_get(json_object_get(p, "learned"), "sources");
    int64_t most = 0;
    size_t i;

    json_array_foreach(list, i, source)
    {
        json_int_t n = json_integer_value(json_object_get(source, "skills"));
        most = n > most ? n : most;
    }
    json_decref(p);
    return most;
}

static uint32_t
with_vector(const struct inc_space *s)
{
    return inc_space_rows(s) - inc_space_empty(s);
}

/* ---- for people ---- */

static void
print_row(const char *what, const char *one, const char *other)
{
    (void)printf("  %-44s %12s %12s\n", what, one, other);
}

static void
print_counts(const char *what, uint64_t one, uint64_t other)
{
    char x[32], y[32];

    print_row(what, inc_tool_count(x, one), inc_tool_count(y, other));
}

static void
print_figures(const char *what, double one, double other)
{
    char x[32], y[32];

    (void)snprintf(x, sizeof x, "%.4f", one);
    (void)snprintf(y, sizeof y, "%.4f", other);
    print_row(what, x, y);
}

static void
print_quality(const struct compared *c)
{
    char n[32], m[32];

    if (c->a->pairs != NULL) {
        (void)printf(_("\nStrongest partners of %s skills, among %s:\n"),
                     inc_tool_count(n, c->partners[0].skills),
                     inc_tool_count(m, c->partners[0].candidates));
        print_figures(_("mean average precision"), c->partners[0].map,
                      c->partners[1].map);
        print_figures(_("by chance"), c->partners[0].chance,
                      c->partners[1].chance);
        for (int i = 0; i < SPACES; i++)
            if (c->told[i])
                (void)printf(_("  %c learned from this table: its figure is "
                               "too good.\n"),
                             'A' + i);
    }
    if (c->a->match_set == NULL)
        return;
    (void)printf(_("\nRanking of %s people for %s needs:\n"),
                 inc_tool_count(n, c->match[0].people),
                 inc_tool_count(m, c->match[0].needs));
    print_figures("nDCG@10", c->match[0].ndcg, c->match[1].ndcg);
    print_figures("MRR@10", c->match[0].mrr, c->match[1].mrr);
    for (int i = 0; i < SPACES; i++)
        if (c->match[i].learned_from_them)
            (void)printf(_("  %c was not trained without the occupations of "
                           "this set: its figures are too good.\n"),
                         'A' + i);
}

static void
print_near(const struct compared *c, const char *when, int i, uint32_t skill)
{
    uint32_t n;
    const struct inc_near *near = inc_space_near(c->space[i], skill, &n);

    (void)printf("    %-8s", when);
    if (n < 2)
        (void)printf("%s", _("(none)"));
    for (uint32_t k = 1; k < n && k <= SHOWN; k++)
        (void)printf(
            "%s%s %" PRIu32 " %%", k == 1 ? "" : "\n            ",
            inc_concept_label(c->t, INC_PILLAR_SKILL, near[k].skill, c->lang),
            (uint32_t)near[k].sim_bp / 100);
    (void)printf("\n");
}

static void
print_all(const struct compared *c)
{
    for (int i = 0; i < SPACES; i++) {
        char hex[INC_DIGEST_HEX];
        inc_digest_hex(hex, inc_space_digest(c->space[i]));
        (void)printf("%c  %s\n   %s\n", 'A' + i, c->a->word[i], hex);
    }
    (void)printf("\n");
    print_row("", "A", "B");
    print_counts(_("dimensions"), inc_space_dim(c->space[0]),
                 inc_space_dim(c->space[1]));
    print_counts(_("skills with a vector"), with_vector(c->space[0]),
                 with_vector(c->space[1]));
    print_counts(_("of them without training, from their neighbours"),
                 inc_space_folded(c->space[0]), inc_space_folded(c->space[1]));
    print_counts(_("skills learned also from records or tables"),
                 (uint64_t)learned_skills(c->space[0]),
                 (uint64_t)learned_skills(c->space[1]));
    print_quality(c);
    (void)printf("\n%s\n", c->n_changed == 0
                               ? _("No skill has other neighbours.")
                               : _("Skills whose neighbours changed most:"));
    for (size_t i = 0; i < c->n_changed; i++) {
        (void)printf("%3zu. %s\n", i + 1,
                     inc_concept_label(c->t, INC_PILLAR_SKILL,
                                       c->changed[i].skill, c->lang));
        print_near(c, _("in A:"), 0, c->changed[i].skill);
        print_near(c, _("in B:"), 1, c->changed[i].skill);
    }
    (void)printf("\n%s\n",
                 _("Nothing is adopted by itself: a space is used once the "
                   "configuration names it (space)\nand the daemon has read "
                   "its settings again."));
}

/* ---- for programs ---- */

static json_t *
json_near(const struct compared *c, int i, uint32_t skill)
{
    uint32_t n;
    const struct inc_near *near = inc_space_near(c->space[i], skill, &n);
    json_t *list = json_array();

    for (uint32_t k = 1; k < n && k <= INC_CHANGED_NEAR; k++)
        (void)json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:i}", "uri",
                      inc_concept_uri(c->t, INC_PILLAR_SKILL, near[k].skill),
                      "label",
                      inc_concept_label(c->t, INC_PILLAR_SKILL, near[k].skill,
                                        c->lang),
                      "similarity", (int)near[k].sim_bp));
    return list;
}

static json_t *
json_space(const struct compared *c, int i)
{
    char hex[INC_DIGEST_HEX];
    json_t *out;

    inc_digest_hex(hex, inc_space_digest(c->space[i]));
    out = json_pack("{s:s, s:s, s:i, s:i, s:i, s:I}", "path", c->a->word[i],
                    "digest", hex, "dim", (int)inc_space_dim(c->space[i]),
                    "skills", (int)with_vector(c->space[i]), "folded",
                    (int)inc_space_folded(c->space[i]), "learned",
                    (json_int_t)learned_skills(c->space[i]));
    if (c->a->pairs != NULL)
        (void)json_object_set_new(
            out, "partners",
            json_pack("{s:f, s:f, s:i, s:i, s:b}", "map", c->partners[i].map,
                      "chance", c->partners[i].chance, "skills",
                      (int)c->partners[i].skills, "candidates",
                      (int)c->partners[i].candidates, "told", c->told[i]));
    if (c->a->match_set != NULL)
        (void)json_object_set_new(
            out, "match",
            json_pack("{s:f, s:f, s:i, s:i, s:b}", "ndcg", c->match[i].ndcg,
                      "mrr", c->match[i].mrr, "needs", (int)c->match[i].needs,
                      "people", (int)c->match[i].people, "learned_from_them",
                      c->match[i].learned_from_them));
    return out;
}

static void
print_json(const struct compared *c)
{
    json_t *changed = json_array(), *out;

    for (size_t i = 0; i < c->n_changed; i++) {
        uint32_t skill = c->changed[i].skill;
        (void)json_array_append_new(
            changed,
            json_pack("{s:s, s:s, s:i, s:o, s:o}", "uri",
                      inc_concept_uri(c->t, INC_PILLAR_SKILL, skill), "label",
                      inc_concept_label(c->t, INC_PILLAR_SKILL, skill, c->lang),
                      "change", (int)c->changed[i].change, "a",
                      json_near(c, 0, skill), "b", json_near(c, 1, skill)));
    }
    out = json_pack("{s:o, s:o, s:o}", "a", json_space(c, 0), "b",
                    json_space(c, 1), "changed", changed);
    if (out != NULL)
        (void)json_dumpf(out, stdout, JSON_COMPACT | JSON_REAL_PRECISION(8));
    (void)putchar('\n');
    json_decref(out);
}

int
inc_tool_space_compare(const struct inc_tool_args *a)
{
    enum inc_status st = INC_OK;
    struct inc_err err;
    struct compared c = {.a = a};
    const char *core = NULL;

    inc_err_clear(&err);
    if (a->esco == NULL)
        return inc_tool_missing("--esco");
    if (a->known != NULL && a->pairs == NULL)
        return inc_tool_missing("--pairs");
    inc_log_level_set(INC_LOG_WARN); /* people read this */
    INC_TRY(inc_panel_start(&core, &err));
    for (int i = 0; i < SPACES; i++)
        INC_TRY(load(&c, i, &err));
    c.t = c.estate[0]->world.taxonomy;
    c.lang = inc_taxonomy_lang(c.t, inc_tool_italian() ? "it" : "en");
    INC_TRY(measure(&c, &err));
    if (a->json)
        print_json(&c);
    else
        print_all(&c);
out:
    for (int i = 0; i < SPACES; i++)
        inc_estate_drop(c.estate[i]);
    inc_pairs_release(&c.pairs);
    inc_pairs_release(&c.known);
    return st == INC_OK ? 0 : inc_tool_complain(&err);
}
