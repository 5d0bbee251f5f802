#include "engine/daemon/reference.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/base/log.h"
#include "engine/server/survey.h"

enum { PATH_BYTES = INC_REFERENCE_PATH, EXAMPLES = 3 };

static enum inc_status
no_space(const struct inc_config *c, struct inc_err *err)
{
    const char *local = inc_config_optional(c, INC_SET_esco_local);
    const char *path = inc_config_text(c, INC_SET_space);

    (void)inc_fail(err, INC_E_CONFIG, 0, "there is no skill space at %.180s",
                   path);
    inc_err_where(err, "space (%s)", c->value[INC_SET_space].origin);
    inc_err_hint(err, "incrocio space train --esco %s%s%s --out %s",
                 inc_config_text(c, INC_SET_esco),
                 local == NULL ? "" : " --local ", local == NULL ? "" : local,
                 path);
    return INC_E_CONFIG;
}

static void
log_estate(const struct inc_reference_loading *r)
{
    const struct inc_estate *e = r->estate;
    const struct inc_demand *demand = &r->demand;
    const struct inc_crosswalk_report *walk = &r->walk;
    const struct inc_vectors_report *vectors = &r->vectors;
    const struct inc_taxonomy *t = e->world.taxonomy;
    char hex[INC_DIGEST_HEX];
    struct inc_log l;

    inc_log_start(&l, INC_LOG_INFO, "reference_loaded");
    inc_log_text(&l, "taxonomy", inc_taxonomy_version(t));
    inc_log_int(&l, "skills", inc_concept_count(t, INC_PILLAR_SKILL));
    inc_log_int(&l, "occupations", inc_concept_count(t, INC_PILLAR_OCCUPATION));
    inc_digest_hex(hex, inc_space_digest(e->world.space));
    inc_log_text(&l, "space", hex);
    inc_log_int(&l, "dim", inc_space_dim(e->world.space));
    inc_log_int(&l, "folded", inc_space_folded(e->world.space));
    inc_log_int(&l, "empty", inc_space_empty(e->world.space));
    inc_log_int(&l, "labels", inc_suggest_labels(e->suggest));
    if (demand->rows > 0) {
        inc_log_int(&l, "demand_rows", (int64_t)demand->rows);
        inc_log_int(&l, "demand_unknown", (int64_t)demand->unknown);
    }
    if (walk->tables > 0) {
        inc_log_int(&l, "crosswalk_units", (int64_t)walk->units);
        inc_log_int(&l, "crosswalk_mappings", (int64_t)walk->mappings);
        inc_log_int(&l, "crosswalk_names", (int64_t)walk->names);
        inc_log_int(&l, "crosswalk_unknown", (int64_t)walk->unknown);
    }
    if (vectors->rows > 0) {
        inc_log_int(&l, "vectors", (int64_t)vectors->rows);
        inc_log_int(&l, "vectors_dim", (int64_t)vectors->dim);
        inc_log_int(&l, "vectors_labels", (int64_t)vectors->labels);
    }
    inc_log_int(&l, "ms", (int64_t)((r->ready_ns - r->start_ns) / 1000000));
    inc_log_int(&l, "texts_ms",
                (int64_t)((inc_clock_ns() - r->start_ns) / 1000000));
    inc_log_end(&l);
}

enum inc_status
inc_reference_begin(struct inc_reference_loading *l, const struct inc_config *c,
                    struct inc_err *err)
{
    struct inc_estate_options *o = &l->options;
    enum inc_status st;

    memset(l, 0, sizeof *l);
    (void)snprintf(l->near, sizeof l->near, "%.4000s/near.cache",
                   inc_config_text(c, INC_SET_store));
    *o = (struct inc_estate_options){
        .esco_dir = inc_config_text(c, INC_SET_esco),
        .local_dir = inc_config_optional(c, INC_SET_esco_local),
        .comuni_path = inc_config_text(c, INC_SET_comuni),
        .space_path = inc_config_text(c, INC_SET_space),
        .near_path = l->near,
        .demand_path = inc_config_optional(c, INC_SET_demand),
        .demand = &l->demand,
        .crosswalk_path = inc_config_optional(c, INC_SET_crosswalk),
        .crosswalk = &l->walk,
        .vectors_path = inc_config_optional(c, INC_SET_label_vectors),
        .vectors_percent =
            (uint32_t)inc_config_int(c, INC_SET_label_vectors_percent),
        .vectors = &l->vectors};
    l->start_ns = inc_clock_ns();
    if (access(o->esco_dir, X_OK) == 0 && access(o->space_path, F_OK) != 0)
        return no_space(c, err);
    st = inc_estate_begin(&l->estate, o, err);
    l->ready_ns = inc_clock_ns();
    return st;
}

enum inc_status
inc_reference_finish(struct inc_reference_loading *l, struct inc_err *err)
{
    enum inc_status st = inc_estate_finish(l->estate, &l->options, err);

    if (st == INC_OK)
        log_estate(l);
    return st;
}

enum inc_status
inc_reference_load(struct inc_estate **out, const struct inc_config *c,
                   struct inc_err *err)
{
    struct inc_reference_loading l;
    enum inc_status st;

    INC_TRY(inc_reference_begin(&l, c, err));
    st = inc_reference_finish(&l, err);
    if (st != INC_OK) {
        inc_estate_drop(l.estate);
        l.estate = NULL;
    }
out:
    *out = l.estate;
    return st;
}

/* --- the survey ------------------------------------------------------------
 */

static void
checked_path(char out[PATH_BYTES], const char *store_dir)
{
    (void)snprintf(out, PATH_BYTES, "%.4000s/taxonomy.checked", store_dir);
}

static int
was_checked(const char *store_dir, const char *digest)
{
    char path[PATH_BYTES];
    struct inc_buf text = {0};
    struct inc_err err;
    int same;

    checked_path(path, store_dir);
    if (inc_file_read(&text, path, 4096, &err) != INC_OK)
        return 0;
    same = strcmp(inc_buf_cstr(&text), digest) == 0;
    inc_buf_release(&text);
    return same;
}

/* Durable, because a mark that comes back after a power cut would be
 * believed. */
void
inc_reference_forget(const char *store_dir)
{
    char path[PATH_BYTES];
    struct inc_err note;

    checked_path(path, store_dir);
    if (unlink(path) == 0 ? inc_file_sync_dir(store_dir, &note) != INC_OK
                          : errno != ENOENT)
        inc_log_event(INC_LOG_WARN, "survey_not_forgotten");
}

static void
log_unknown(const struct inc_survey *s, const struct inc_estate *e)
{
    struct inc_survey_line line;
    struct inc_log l;

    inc_log_start(&l, INC_LOG_WARN, "unknown_uris");
    inc_log_int(&l, "uris", (int64_t)inc_survey_uris(s));
    inc_log_int(&l, "records", (int64_t)inc_survey_records(s));
    for (size_t i = 0; i < inc_survey_uris(s) && i < EXAMPLES; i++) {
        inc_survey_line(s, i, e, -1, &line);
        inc_log_text(&l, "uri", line.uri);
    }
    inc_log_text(&l, "hint", "incrociod --migration-report lists them all");
    inc_log_end(&l);
}

enum inc_status
inc_reference_survey(struct inc_unknown *out, struct inc_store *s,
                     const char *store_dir, const struct inc_estate *e,
                     struct inc_err *err)
{
    struct inc_survey *survey = NULL;
    char digest[INC_DIGEST_HEX], path[PATH_BYTES];
    struct inc_err note;
    enum inc_status st = INC_OK;

    *out = (struct inc_unknown){0};
    inc_digest_hex(digest, inc_taxonomy_digest(e->world.taxonomy));
    if (was_checked(store_dir, digest))
        return INC_OK;
    INC_TRY(inc_survey_run(&survey, s, e, err));
    out->uris = inc_survey_uris(survey);
    out->records = inc_survey_records(survey);
    /* Whatever was found clean before, under another taxonomy, stops being
     * known: this one will let records in which that one does not know. */
    inc_reference_forget(store_dir);
    checked_path(path, store_dir);
    if (out->uris > 0)
        log_unknown(survey, e);
    else if (inc_file_write(path, digest, strlen(digest), &note) != INC_OK)
        inc_log_event(INC_LOG_WARN, "survey_not_remembered");
out:
    inc_survey_free(survey);
    return st;
}

enum inc_status
inc_reference_report(FILE *to, struct inc_store *s, const struct inc_estate *e,
                     struct inc_err *err)
{
    const struct inc_taxonomy *t = e->world.taxonomy;
    int lang = inc_taxonomy_lang(t, "it");
    struct inc_survey *survey = NULL;
    enum inc_status st = inc_survey_run(&survey, s, e, err);

    if (st != INC_OK)
        return st;
    (void)fprintf(to,
                  "%zu URI sconosciuti in %llu schede (tassonomia %s)\n"
                  "%zu unknown URIs in %llu records (taxonomy %s)\n",
                  inc_survey_uris(survey),
                  (unsigned long long)inc_survey_records(survey),
                  inc_taxonomy_version(t), inc_survey_uris(survey),
                  (unsigned long long)inc_survey_records(survey),
                  inc_taxonomy_version(t));
    for (size_t i = 0; i < inc_survey_uris(survey); i++) {
        struct inc_survey_line l;

        inc_survey_line(survey, i, e, lang, &l);
        (void)fprintf(to, "\n%s\n  %s, usi/uses: %llu\n", l.uri,
                      l.pillar == INC_PILLAR_SKILL ? "skill" : "occupation",
                      (unsigned long long)l.records);
        if (l.near_uri != NULL)
            (void)fprintf(to, "  vicino/nearest: %s <%s>\n", l.near_label,
                          l.near_uri);
    }
    inc_survey_free(survey);
    return INC_OK;
}
