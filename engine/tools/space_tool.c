/* space_tool.c - train a skill space, say what one holds, list neighbours. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "engine/base/clock.h"
#include "engine/base/mem.h"
#include "engine/space/space.h"
#include "engine/taxonomy/search.h"
#include "engine/tools/learn.h"
#include "engine/tools/speak.h"
#include "engine/tools/tool.h"
#include "engine/train/train.h"

enum { DIM_DEFAULT = 256, POWER_DEFAULT = 4, K_DEFAULT = 10 };

static void
reading(void *arg, uint64_t done, uint64_t total)
{
    (void)arg;
    inc_tool_bar(_("Reading the taxonomy"),
                 total == 0 ? 0 : (unsigned)(done * 1000 / total));
}

enum inc_status
inc_tool_taxonomy(struct inc_taxonomy **out, const char *esco,
                  const struct inc_tool_args *a, struct inc_err *err)
{
    struct inc_taxonomy_options o = {
        .dir = esco,
        .local_dir = a->local,
        .version = a->version,
        .progress = reading,
    };
    enum inc_status st = inc_taxonomy_load(out, &o, err);

    inc_tool_bar_end();
    return st;
}

static void
training(void *arg, const char *stage, unsigned permille)
{
    char text[96];

    (void)arg;
    (void)snprintf(text, sizeof text, "%s", _(stage));
    inc_tool_bar(text, permille);
}

/* Largest memory this process ever held, MB. */
static long
peak_mb(void)
{
    struct rusage use;

    return getrusage(RUSAGE_SELF, &use) == 0 ? use.ru_maxrss / 1024 : 0;
}

static void
print_trained(const char *path, const struct inc_train_stats *s,
              const struct inc_space *space)
{
    char rows[32], columns[32], cells[32], hex[INC_DIGEST_HEX];

    inc_digest_hex(hex, inc_space_digest(space));
    (void)printf(_("Space trained: %s skills x %u dimensions, from %s columns "
                   "and %s values.\n"),
                 inc_tool_count(rows, s->rows), s->dim,
                 inc_tool_count(columns, s->columns),
                 inc_tool_count(cells, s->nonzeros));
    if (s->excluded > 0)
        (void)printf(_("Occupations left out: %u.\n"), s->excluded);
    (void)printf(_("Time: %.1f s. Peak memory: %ld MB.\n"),
                 (double)s->wall_ns / 1e9, peak_mb());
    (void)printf(_("File: %s\nDigest: %s\n"), path, hex);
}

/* Same inputs, same bytes: the one thing that differs is today's date, which
 * SOURCE_DATE_EPOCH fixes (reproducible-builds.org). */
static void
fix_date(void)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    const char *text = getenv("SOURCE_DATE_EPOCH");
    char *end = NULL;
    long long seconds;

    if (text == NULL || text[0] == '\0')
        return;
    seconds = strtoll(text, &end, 10);
    if (*end == '\0' && seconds >= 0 && seconds < INT64_MAX / 1000)
        inc_clock_freeze(seconds * 1000);
}

int
inc_tool_space_train(const struct inc_tool_args *a)
{
    enum inc_status st = INC_OK;
    struct inc_err err;
    struct inc_taxonomy *t = NULL;
    struct inc_space *space = NULL;
    struct inc_learning learned = {0};
    struct inc_train_stats stats = {0};
    struct inc_train_options o = {
        .dim = a->dim > 0 ? (uint32_t)a->dim : DIM_DEFAULT,
        .power = a->power > 0 ? (uint32_t)a->power : POWER_DEFAULT,
        .seed = a->seed >= 0 ? (uint64_t)a->seed : 1,
        .exclude_path = a->exclude,
        .office_weight = (double)a->weight / 100,
        .progress = training,
    };

    inc_err_clear(&err);
    if (a->esco == NULL)
        return inc_tool_missing("--esco");
    if (a->out == NULL)
        return inc_tool_missing("--out");
    fix_date();
    INC_TRY(inc_tool_taxonomy(&t, a->esco, a, &err));
    INC_TRY(inc_learn(&learned, t, a, &err));
    o.source = learned.source;
    o.n_sources = learned.n;
    st = inc_train_run(a->out, t, &o, &stats, &err);
    inc_tool_bar_end();
    if (st != INC_OK)
        goto out;
    /* What was written must load: better to know now than at the daemon. */
    INC_TRY(inc_space_load(&space, a->out, t, &err));
    print_trained(a->out, &stats, space);
    inc_learn_print(&learned, t);
out:
    inc_learn_release(&learned);
    inc_space_free(space);
    inc_taxonomy_free(t);
    return st == INC_OK ? 0 : inc_tool_complain(&err);
}

/* The provenance is JSON; shown indented when it parses, as it is else. */
static void
print_provenance(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);
    char *pretty = json == NULL ? NULL : json_dumps(json, JSON_INDENT(2));

    (void)printf("%s\n", pretty != NULL ? pretty : text);
    free(pretty); // jansson's allocator is the C library's
    json_decref(json);
}

int
inc_tool_space_info(const struct inc_tool_args *a)
{
    struct inc_err err;
    struct inc_space *space = NULL;
    char hex[INC_DIGEST_HEX], rows[32];

    inc_err_clear(&err);
    if (inc_space_load(&space, a->word[0], NULL, &err) != INC_OK)
        return inc_tool_complain(&err);
    inc_digest_hex(hex, inc_space_digest(space));
    if (a->json) {
        json_t *provenance = json_loads(inc_space_provenance(space), 0, NULL);
        json_t *out = json_pack("{s:s, s:I, s:I, s:o?}", "digest", hex, "rows",
                                (json_int_t)inc_space_rows(space), "dim",
                                (json_int_t)inc_space_dim(space), "provenance",
                                provenance);
        if (out != NULL)
            (void)json_dumpf(out, stdout, JSON_COMPACT);
        (void)putchar('\n');
        json_decref(out);
    } else {
        (void)printf(_("Digest: %s\nSkills: %s\nDimensions: %u\n"), hex,
                     inc_tool_count(rows, inc_space_rows(space)),
                     inc_space_dim(space));
        (void)printf("%s\n", _("Made from:"));
        print_provenance(inc_space_provenance(space));
    }
    inc_space_free(space);
    return 0;
}

/* The skill a person means: a URI, or the best hit for some words. */
static enum inc_status
find_skill(uint32_t *skill, const struct inc_taxonomy *t, const char *text,
           int lang, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_search *search = NULL;
    struct inc_hit hit;

    *skill = inc_concept_find(t, INC_PILLAR_SKILL, text, strlen(text));
    if (*skill != INC_NO_CONCEPT)
        return INC_OK;
    INC_TRY(inc_search_build(&search, t, err));
    if (inc_search_text(search, INC_PILLAR_SKILL, text, strlen(text), lang,
                        &hit, 1) == 0)
        st = inc_fail(err, INC_E_NOTFOUND, 0, "no skill looks like that text");
    else
        *skill = hit.id;
out:
    inc_search_free(search);
    return st;
}

static void
print_neighbours(const struct inc_taxonomy *t, const struct inc_space *s,
                 uint32_t skill, int lang, size_t k, uint32_t *ids,
                 uint32_t *cos)
{
    size_t n = inc_space_neighbours(s, skill, ids, cos, k);

    (void)printf("%s\n  %s\n",
                 inc_concept_label(t, INC_PILLAR_SKILL, skill, lang),
                 inc_concept_uri(t, INC_PILLAR_SKILL, skill));
    if (n == 0)
        (void)printf("%s\n", _("This skill has no vector yet."));
    for (size_t i = 0; i < n; i++)
        (void)printf("%3zu  %3" PRIu32 ",%02" PRIu32 "%%  %s\n", i + 1,
                     cos[i] / 100, cos[i] % 100,
                     inc_concept_label(t, INC_PILLAR_SKILL, ids[i], lang));
}

int
inc_tool_space_neighbours(const struct inc_tool_args *a)
{
    enum inc_status st = INC_OK;
    struct inc_err err;
    struct inc_taxonomy *t = NULL;
    struct inc_space *space = NULL;
    uint32_t skill = 0, *ids = NULL, *cos = NULL;
    size_t k = a->k > 0 ? (size_t)a->k : K_DEFAULT;

    inc_err_clear(&err);
    if (a->esco == NULL)
        return inc_tool_missing("--esco");
    if (a->space == NULL)
        return inc_tool_missing("--space");
    INC_TRY(inc_tool_taxonomy(&t, a->esco, a, &err));
    INC_TRY(inc_space_load(&space, a->space, t, &err));
    int lang = inc_taxonomy_lang(t, inc_tool_italian() ? "it" : "en");
    INC_TRY(find_skill(&skill, t, a->word[0], lang, &err));
    ids = inc_mem_zero(k, sizeof *ids);
    cos = inc_mem_zero(k, sizeof *cos);
    if (ids == NULL || cos == NULL) {
        st = inc_fail(&err, INC_E_NOMEM, 0, "no memory for the neighbours");
        goto out;
    }
    print_neighbours(t, space, skill, lang, k, ids, cos);
out:
    inc_mem_free(cos);
    inc_mem_free(ids);
    inc_space_free(space);
    inc_taxonomy_free(t);
    return st == INC_OK ? 0 : inc_tool_complain(&err);
}
