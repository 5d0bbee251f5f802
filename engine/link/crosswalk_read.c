/*
 * crosswalk_read.c - the tables of a crosswalk: which columns make which table,
 * and what stands in them.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "engine/base/csv.h"
#include "engine/base/file.h"
#include "engine/base/mem.h"
#include "engine/link/crosswalk.h"

#define TABLE_MAX ((size_t)64 << 20)

enum {
    PATH_BYTES = 4096,
    SCHEME_BYTES = 24,
    CODE_BYTES = 32,
    PREAMBLE_LINES = 64, /* official tables begin with notes */
    FILES_MAX = 256,
    SAME_NAMES = 16 /* of a unit, looked through for the same one */
};

struct table {
    struct inc_crosswalk *x;
    struct inc_crosswalk_tables *all;
    const struct inc_taxonomy *t;
    struct inc_crosswalk_report *report;
    struct inc_csv *csv;
    int uri, code, label, relation, from, to; /* columns; -1: not there */
    char scheme[SCHEME_BYTES], from_scheme[SCHEME_BYTES];
};

static const char *const uris[] = {"uri", "conceptUri", "occupationUri",
                                   "Classification 1 URI", NULL};
static const char *const codes[] = {"code", "codice", "Classification 2 ID",
                                    NULL};
static const char *const labels[] = {
    "label", "nome",           "denominazione",
    "voce",  "preferredLabel", "Classification 2 PrefLabel",
    NULL};
static const char *const relations[] = {"relation", "Mapping relation", NULL};
static const char *const froms[] = {"from", NULL};
static const char *const tos[] = {"to", NULL};

static enum inc_status
no_memory(struct inc_err *err)
{
    return inc_fail(err, INC_E_NOMEM, 0, "no memory for the crosswalk");
}

/* --- where the header is ------------------------------------------------- */

static int
is_one_of(const char *at, size_t len, const char *const *names)
{
    while (len != 0 && strchr(" \"\r", at[0]) != NULL) {
        at++;
        len--;
    }
    while (len != 0 && strchr(" \"\r", at[len - 1]) != NULL)
        len--;
    for (; *names != NULL; names++)
        if (strlen(*names) == len && strncasecmp(at, *names, len) == 0)
            return 1;
    return 0;
}

/* 1 when a field of the line is the name of a column of codes. */
static int
is_header(const char *at, const char *end)
{
    while (at < end) {
        const char *stop = at;

        while (stop < end && *stop != ',' && *stop != ';' && *stop != '\t')
            stop++;
        if (is_one_of(at, (size_t)(stop - at), codes) ||
            is_one_of(at, (size_t)(stop - at), froms))
            return 1;
        at = stop + 1;
    }
    return 0;
}

/* Notes before the header become empty lines, so that the lines keep their
 * numbers. Without a header nothing changes. */
static void
blank_preamble(struct inc_buf *b)
{
    char *at = (char *)b->data, *end = at + b->len;

    for (int line = 0; line < PREAMBLE_LINES && at < end; line++) {
        char *stop = memchr(at, '\n', (size_t)(end - at));

        if (stop == NULL)
            stop = end;
        if (is_header(at, stop)) {
            memset(b->data, '\n', (size_t)line);
            memmove(b->data + line, at, (size_t)(end - at));
            b->len = (size_t)line + (size_t)(end - at);
            return;
        }
        at = stop + 1;
    }
}

/* --- what it is about ------------------------------------------------------
 */

/* The next part of a file's name, "cp2011-esco.csv": CP2011, then ESCO. */
static void
scheme_of(char out[SCHEME_BYTES], const char **name)
{
    size_t n = 0;

    while (**name != '\0' && !isalnum((unsigned char)**name))
        (*name)++;
    for (; isalnum((unsigned char)**name); (*name)++)
        if (n + 1 < SCHEME_BYTES)
            out[n++] = (char)toupper((unsigned char)**name);
    out[n] = '\0';
}

static enum inc_status
find_columns(struct table *t, const char *path, struct inc_err *err)
{
    const char *name = strrchr(path, '/');

    t->uri = inc_csv_column_of(t->csv, uris);
    t->code = inc_csv_column_of(t->csv, codes);
    t->label = inc_csv_column_of(t->csv, labels);
    t->relation = inc_csv_column_of(t->csv, relations);
    t->from = inc_csv_column_of(t->csv, froms);
    t->to = inc_csv_column_of(t->csv, tos);
    name = name == NULL ? path : name + 1;
    scheme_of(t->scheme, &name);
    if (t->from >= 0 && t->to >= 0) {
        memcpy(t->from_scheme, t->scheme, sizeof t->scheme);
        scheme_of(t->scheme, &name);
        return INC_OK;
    }
    if (t->code >= 0 && (t->uri >= 0 || t->label >= 0))
        return INC_OK;
    (void)inc_fail(err, INC_E_FORMAT, 0,
                   "this is no table of a crosswalk: %.180s", path);
    inc_err_where(err, "%.180s", path);
    inc_err_hint(err, "columns uri, code and relation (a mapping), code and "
                      "label (names), or from and to (a bridge)");
    return INC_E_FORMAT;
}

/* --- rows -------------------------------------------------------------------
 */

static const char *
field(const struct table *t, int column, size_t *len)
{
    const char *at = inc_csv_field(t->csv, column, len);

    while (*len != 0 && isspace((unsigned char)at[0])) {
        at++;
        (*len)--;
    }
    while (*len != 0 && isspace((unsigned char)at[*len - 1]))
        (*len)--;
    return at;
}

static enum inc_status
unit_of(struct table *t, uint32_t *out, const char *scheme, int column,
        struct inc_err *err)
{
    static const char expected[] =
        "a code such as 5.2.2.1.0: digits, letters, points and hyphens, at "
        "most 31";
    size_t len;
    const char *code = field(t, column, &len);

    if (len == 0 || len >= CODE_BYTES)
        return inc_csv_bad(t->csv, column, len == 0 ? "no code" : "too long",
                           expected, err);
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)code[i]) && code[i] != '.' &&
            code[i] != '-')
            return inc_csv_bad(t->csv, column, "not a code", expected, err);
    return inc_crosswalk_unit(t->x, out, scheme, code, len, err);
}

static enum inc_status
relation_of(const struct table *t, uint32_t *out, struct inc_err *err)
{
    static const char *const names[INC_MAPPING_RELATIONS] = {
        "exact", "close", "narrow", "broad", "related"};
    size_t len, from = 0;
    const char *at = field(t, t->relation, &len);

    *out = INC_MAPPING_CLOSE;
    if (len == 0)
        return INC_OK;
    for (size_t i = 0; i < len; i++) /* skos:exactMatch, .../core#exactMatch */
        if (at[i] == ':' || at[i] == '#')
            from = i + 1;
    at += from;
    len -= from;
    if (len > 5 && strncasecmp(at + len - 5, "Match", 5) == 0)
        len -= 5;
    for (uint32_t i = 0; i < INC_MAPPING_RELATIONS; i++)
        if (strlen(names[i]) == len && strncasecmp(at, names[i], len) == 0) {
            *out = i;
            return INC_OK;
        }
    return inc_csv_bad(t->csv, t->relation, "not a relation",
                       "exactMatch, closeMatch, narrowMatch, broadMatch or "
                       "relatedMatch",
                       err);
}

static enum inc_status
add_name(struct table *t, uint32_t unit, struct inc_err *err)
{
    struct inc_crosswalk_tables *all = t->all;
    void *array = all->name;
    size_t len;
    const char *text = field(t, t->label, &len);

    if (len == 0)
        return INC_OK;
    for (size_t i = all->names, k = 0;
         i > 0 && k < SAME_NAMES && all->name[i - 1].unit == unit; i--, k++)
        if (strncmp(all->name[i - 1].text, text, len) == 0 &&
            all->name[i - 1].text[len] == '\0')
            return INC_OK; /* a mapping says it in each of its rows */
    if (inc_mem_grow(&array, &all->names_cap, all->names, sizeof *all->name))
        return no_memory(err);
    all->name = array;
    text = inc_crosswalk_text(t->x, text, len);
    if (text == NULL)
        return no_memory(err);
    all->name[all->names++] = (struct inc_unit_name){unit, text};
    return INC_OK;
}

static enum inc_status
add_mapping(struct table *t, uint32_t unit, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    size_t len;
    const char *uri = field(t, t->uri, &len);
    uint32_t relation, id;

    INC_TRY(relation_of(t, &relation, err));
    id = inc_concept_find(t->t, INC_PILLAR_OCCUPATION, uri, len);
    if (id != INC_NO_CONCEPT &&
        inc_concept_retired(t->t, INC_PILLAR_OCCUPATION, id))
        id = inc_concept_replacement(t->t, INC_PILLAR_OCCUPATION, id);
    if (id == INC_NO_CONCEPT)
        t->report->unknown++;
    else
        INC_TRY(inc_crosswalk_map(t->x, unit, id, relation, err));
out:
    return st;
}

static enum inc_status
add_bridge(struct table *t, uint32_t to, struct inc_err *err)
{
    struct inc_crosswalk_tables *all = t->all;
    void *array = all->bridge;
    enum inc_status st = INC_OK;
    uint32_t from;

    INC_TRY(unit_of(t, &from, t->from_scheme, t->from, err));
    if (inc_mem_grow(&array, &all->bridges_cap, all->bridges,
                     sizeof *all->bridge) != 0)
        return no_memory(err);
    all->bridge = array;
    all->bridge[all->bridges++] = (struct inc_bridge){from, to};
out:
    return st;
}

static enum inc_status
read_rows(struct table *t, struct inc_err *err)
{
    const int is_bridge = t->from >= 0 && t->to >= 0;
    enum inc_status st = INC_OK;
    int more;

    for (;;) {
        uint32_t unit = 0;

        INC_TRY(inc_csv_next(t->csv, &more, err));
        if (!more)
            break;
        INC_TRY(unit_of(t, &unit, t->scheme, is_bridge ? t->to : t->code, err));
        if (is_bridge)
            INC_TRY(add_bridge(t, unit, err));
        else if (t->uri >= 0)
            INC_TRY(add_mapping(t, unit, err));
        if (t->label >= 0)
            INC_TRY(add_name(t, unit, err));
    }
out:
    return st;
}

static enum inc_status
read_table(struct table *t, const char *path, struct inc_err *err)
{
    struct inc_buf bytes = {0};
    enum inc_status st = INC_OK;

    t->csv = NULL;
    INC_TRY(inc_file_read(&bytes, path, TABLE_MAX, err));
    blank_preamble(&bytes);
    INC_TRY(
        inc_csv_open(&t->csv, path, bytes.data, bytes.len, INC_CSV_GUESS, err));
    INC_TRY(find_columns(t, path, err));
    INC_TRY(read_rows(t, err));
    t->report->tables++;
out:
    inc_csv_close(t->csv);
    inc_buf_release(&bytes);
    return st;
}

/* --- the folder ------------------------------------------------------------
 */

static int
is_table(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot != NULL && dot != name &&
           (strcasecmp(dot, ".csv") == 0 || strcasecmp(dot, ".tsv") == 0);
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the tables, sorted; the caller frees them and the list. */
static enum inc_status
list_tables(char ***out, size_t *n, const char *dir, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct dirent *entry;
    size_t cap = 0;
    DIR *d = opendir(dir);

    if (d == NULL)
        return inc_fail(err, INC_E_IO, errno, "%.180s cannot be read", dir);
    /* One thread reads this folder stream.
     * NOLINTNEXTLINE(concurrency-mt-unsafe) */
    while (st == INC_OK && (entry = readdir(d)) != NULL) {
        void *array = *out;

        if (!is_table(entry->d_name))
            continue;
        if (*n == FILES_MAX) {
            st = inc_fail(err, INC_E_LIMIT, 0, "%.150s has over %d tables", dir,
                          (int)FILES_MAX);
            break;
        }
        if (inc_mem_grow(&array, &cap, *n, sizeof **out) != 0) {
            st = no_memory(err);
            break;
        }
        *out = array;
        (*out)[*n] = inc_mem_text(entry->d_name, strlen(entry->d_name));
        if ((*out)[*n] == NULL)
            st = no_memory(err);
        else
            (*n)++;
    }
    (void)closedir(d);
    if (*n > 1)
        qsort(*out, *n, sizeof **out, by_name);
    return st;
}

static enum inc_status
read_folder(struct table *t, const char *dir, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    char **name = NULL, path[PATH_BYTES];
    size_t n = 0;

    INC_TRY(list_tables(&name, &n, dir, err));
    if (n == 0) {
        st = inc_fail(err, INC_E_NOTFOUND, 0, "no table in %.180s", dir);
        inc_err_hint(err, "files that end in .csv or .tsv, such as "
                          "cp2011-esco.csv");
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, name[i]);
        INC_TRY(read_table(t, path, err));
    }
out:
    for (size_t i = 0; i < n; i++)
        inc_mem_free(name[i]);
    inc_mem_free(name);
    return st;
}

enum inc_status
inc_crosswalk_read(struct inc_crosswalk *x, struct inc_crosswalk_tables *all,
                   const char *path, const struct inc_taxonomy *taxonomy,
                   struct inc_crosswalk_report *report, struct inc_err *err)
{
    struct table t = {.x = x, .all = all, .t = taxonomy, .report = report};
    struct stat info;

    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return read_folder(&t, path, err);
    return read_table(&t, path, err);
}
