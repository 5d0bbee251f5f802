/* store_tool.c - verify, restore and describe a store that no daemon holds.
 * With a taxonomy, `verify` is also the migration report for a new version of
 * ESCO: which stored URIs it no longer knows, and what replaces them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/map.h"
#include "engine/base/mem.h"
#include "engine/store/store.h"
#include "engine/taxonomy/search.h"
#include "engine/tools/speak.h"
#include "engine/tools/tool.h"

/* A URI of the store that the taxonomy does not know, or has retired. */
struct stray {
    char *uri; /* owned */
    enum inc_pillar pillar;
    uint64_t uses;
};

struct migration {
    const struct inc_taxonomy *taxonomy; /* NULL: nothing is checked */
    struct inc_map by_uri;
    struct stray *stray;
    size_t n, cap;
    uint64_t known;
    int no_memory;
};

struct inc_store_options
inc_tool_store_options(const struct inc_tool_args *a)
{
    struct inc_store_options o = {
        .read_only = 1, .key_file = a->key_file, .keys = a->keys};

    if (o.key_file == NULL)
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
        o.key_file = getenv("INCROCIO_KEY_FILE");
    return o;
}

static void
tell(void *arg, int is_fault, const char *text)
{
    (void)arg;
    (void)printf("%s %s\n", is_fault ? _("FAULT  ") : _("warning"), text);
}

static void
check_uri(struct migration *m, enum inc_pillar p, const char *uri)
{
    size_t len = strlen(uri);
    uint32_t id = inc_concept_find(m->taxonomy, p, uri, len);

    if (id != INC_NO_CONCEPT && !inc_concept_retired(m->taxonomy, p, id)) {
        m->known++;
        return;
    }
    uint32_t at = inc_map_get(&m->by_uri, uri, len);
    if (at != INC_MAP_NONE) {
        m->stray[at].uses++;
        return;
    }
    char *copy = inc_mem_text(uri, len);
    void *array = m->stray;
    if (copy == NULL ||
        inc_mem_grow(&array, &m->cap, m->n, sizeof *m->stray) != 0) {
        inc_mem_free(copy);
        m->no_memory = 1;
        return;
    }
    m->stray = array;
    m->stray[m->n] = (struct stray){copy, p, 1};
    if (inc_map_add(&m->by_uri, copy, len, (uint32_t)m->n, NULL) != INC_OK)
        m->no_memory = 1;
    m->n++;
}

static void
check_candidate(struct migration *m, const struct inc_candidate *c)
{
    for (uint32_t i = 0; i < c->n_skills; i++)
        check_uri(m, INC_PILLAR_SKILL, c->skills[i].uri);
    for (uint32_t i = 0; i < c->n_occupations; i++)
        check_uri(m, INC_PILLAR_OCCUPATION, c->occupations[i].uri);
    for (uint32_t i = 0; i < c->preferences.n_occupations; i++)
        check_uri(m, INC_PILLAR_OCCUPATION, c->preferences.occupations[i]);
}

static void
check_record(void *arg, enum inc_record_kind kind, const union inc_record *r)
{
    struct migration *m = arg;

    if (m->taxonomy == NULL)
        return;
    if (kind == INC_RECORD_CANDIDATE)
        check_candidate(m, &r->candidate);
    if (kind != INC_RECORD_NEED)
        return;
    for (uint32_t i = 0; i < r->need.n_requirements; i++) {
        const struct inc_requirement *q = &r->need.requirements[i];
        check_uri(m, INC_PILLAR_SKILL, q->uri);
        for (uint32_t j = 0; j < q->n_alternatives; j++)
            check_uri(m, INC_PILLAR_SKILL, q->alternatives[j]);
    }
}

static void
print_stray(const struct migration *m, const struct stray *s, int lang,
            const struct inc_search *search)
{
    const struct inc_taxonomy *t = m->taxonomy;
    size_t len = strlen(s->uri);
    uint32_t id = inc_concept_find(t, s->pillar, s->uri, len);
    struct inc_hit hit;

    (void)printf("  %s (%" PRIu64 ")\n", s->uri, s->uses);
    if (id != INC_NO_CONCEPT) {
        uint32_t by = inc_concept_replacement(t, s->pillar, id);
        if (by != INC_NO_CONCEPT)
            (void)printf(_("    retired, replaced by: %s <%s>\n"),
                         inc_concept_label(t, s->pillar, by, lang),
                         inc_concept_uri(t, s->pillar, by));
        else
            (void)printf("    %s\n", _("retired, without replacement"));
    } else if (inc_search_uri(search, s->pillar, s->uri, len, &hit, 1) > 0) {
        (void)printf(_("    unknown; nearest: %s <%s>\n"), hit.label,
                     inc_concept_uri(t, s->pillar, hit.id));
    } else {
        (void)printf("    %s\n", _("unknown"));
    }
}

static enum inc_status
print_migration(const struct migration *m, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_search *search = NULL;
    char n[32];

    if (m->taxonomy == NULL)
        return INC_OK;
    if (m->no_memory)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the report");
    INC_TRY(inc_search_build(&search, m->taxonomy, err));
    (void)printf(_("\nAgainst taxonomy %s: %s references are current.\n"),
                 inc_taxonomy_version(m->taxonomy),
                 inc_tool_count(n, m->known));
    if (m->n == 0)
        (void)printf("%s\n", _("Nothing to migrate."));
    else
        (void)printf(_("To look at: %zu concepts (times used):\n"), m->n);
    int lang = inc_taxonomy_lang(m->taxonomy, inc_tool_italian() ? "it" : "en");
    for (size_t i = 0; i < m->n; i++)
        print_stray(m, &m->stray[i], lang, search);
out:
    inc_search_free(search);
    return st;
}

static void
print_verified(const struct inc_verify_report *r)
{
    char n[32];

    (void)printf(_("People: %s\n"),
                 inc_tool_count(n, r->records[INC_RECORD_CANDIDATE]));
    (void)printf(_("Needs: %s\n"),
                 inc_tool_count(n, r->records[INC_RECORD_NEED]));
    (void)printf(_("Companies: %s\n"),
                 inc_tool_count(n, r->records[INC_RECORD_COMPANY]));
    (void)printf(_("Journal entries: %s\n"), inc_tool_count(n, r->entries));
    if (r->faults == 0)
        (void)printf("%s\n", _("The store is whole."));
    else
        (void)printf(_("Faults: %s\n"), inc_tool_count(n, r->faults));
}

/* Every record against the taxonomy; the store is known to be whole. */
static enum inc_status
check_against(struct migration *m, const char *dir,
              const struct inc_store_options *options, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_store *store = NULL;
    struct inc_verify_report ignored = {0};

    INC_TRY(inc_store_open(&store, dir, options, err));
    INC_TRY(
        inc_store_verify(store, &ignored, NULL, NULL, check_record, m, err));
    st = print_migration(m, err);
out:
    inc_store_close(store);
    return st;
}

int
inc_tool_store_verify(const struct inc_tool_args *a)
{
    enum inc_status st = INC_OK;
    struct inc_err err;
    struct inc_taxonomy *t = NULL;
    struct migration m = {0};
    struct inc_verify_report report = {0};
    const struct inc_store_options options = inc_tool_store_options(a);

    inc_err_clear(&err);
    if (a->esco != NULL)
        INC_TRY(inc_tool_taxonomy(&t, a->esco, a, &err));
    m.taxonomy = t;
    /* What the walk says goes out before a child process is started. */
    (void)fflush(stdout);
    INC_TRY(inc_store_verify_offline(a->word[0], &options, 0, &report, tell,
                                     NULL, &err));
    print_verified(&report);
    if (report.faults > 0) {
        st = inc_fail(&err, INC_E_CORRUPT, 0, "the store has faults");
        goto out;
    }
    if (t != NULL)
        INC_TRY(check_against(&m, a->word[0], &options, &err));
out:
    inc_taxonomy_free(t);
    inc_map_release(&m.by_uri);
    for (size_t i = 0; i < m.n; i++)
        inc_mem_free(m.stray[i].uri);
    inc_mem_free(m.stray);
    return st == INC_OK ? 0 : inc_tool_complain(&err);
}

int
inc_tool_store_restore(const struct inc_tool_args *a)
{
    const struct inc_store_options options = inc_tool_store_options(a);
    struct inc_err err;

    inc_err_clear(&err);
    if (inc_store_restore(a->word[0], a->word[1], &options, &err) != INC_OK)
        return inc_tool_complain(&err);
    (void)printf(_("Restored into %s.\n"), a->word[1]);
    return 0;
}

int
inc_tool_store_rotate(const struct inc_tool_args *a)
{
    const struct inc_store_options options = inc_tool_store_options(a);
    struct inc_err err;
    uint32_t epoch = 0;

    inc_err_clear(&err);
    if (inc_store_rotate(a->word[0], options.key_file, &epoch, &err) != INC_OK)
        return inc_tool_complain(&err);
    (void)printf(_("The key is now number %u; the old one is destroyed. Copy "
                   "the key file to its safe place\nand destroy the copies of "
                   "the old one: with one of them, old backups can still be "
                   "read.\n"),
                 (unsigned)epoch);
    return 0;
}

int
inc_tool_store_info(const struct inc_tool_args *a)
{
    enum inc_status st = INC_OK;
    struct inc_err err;
    struct inc_store *store = NULL;
    struct inc_view *view = NULL;
    struct inc_store_info info;
    const struct inc_store_options options = inc_tool_store_options(a);
    char n[32], hex[INC_DIGEST_HEX];

    inc_err_clear(&err);
    INC_TRY(inc_store_open(&store, a->word[0], &options, &err));
    INC_TRY(inc_view_open(&view, store, &err));
    INC_TRY(inc_view_info(view, &info, &err));
    inc_digest_hex(hex, info.head_chain);
    (void)printf(_("Store: %s, format %u\n"), info.id, info.format);
    (void)printf(_("People: %s\n"),
                 inc_tool_count(n, info.records[INC_RECORD_CANDIDATE]));
    (void)printf(_("Needs: %s\n"),
                 inc_tool_count(n, info.records[INC_RECORD_NEED]));
    (void)printf(_("Companies: %s\n"),
                 inc_tool_count(n, info.records[INC_RECORD_COMPANY]));
    (void)printf(_("Journal entries: %s\n"), inc_tool_count(n, info.head_seq));
    (void)printf(_("Chain: %s\n"), hex);
    (void)printf(_("Bytes used: %s\n"), inc_tool_count(n, info.used_bytes));
out:
    inc_view_close(view);
    inc_store_close(store);
    return st == INC_OK ? 0 : inc_tool_complain(&err);
}
