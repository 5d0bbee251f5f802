#include "engine/taxonomy/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/file.h"
#include "engine/base/mem.h"

/* The official names up to the language, and whether a language must follow.
 * Newer downloads have it on the relation files too. */
static const struct {
    const char *stem;
    int translated;
    int needed;
} kinds[FILE_KINDS] = {
    [FILE_SKILLS] = {"skills", 1, 1},
    [FILE_OCCUPATIONS] = {"occupations", 1, 1},
    [FILE_SKILL_GROUPS] = {"skillGroups", 1, 0},
    [FILE_ISCO_GROUPS] = {"ISCOGroups", 1, 1},
    [FILE_OCCUPATION_SKILL] = {"occupationSkillRelations", 0, 1},
    [FILE_BROADER_SKILL] = {"broaderRelationsSkillPillar", 0, 1},
    [FILE_SKILL_SKILL] = {"skillSkillRelations", 0, 0},
};

static int
letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "it", "en", "sr-latn": letters and hyphens, two at least. Lowercased. */
static int
language(char out[LANG_BYTES], const char *text, size_t len)
{
    if (len < 2 || len >= LANG_BYTES || !letter(text[0]) || !letter(text[1]))
        return 0;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (!letter(c) && !(i >= 2 && i + 1 < len && c == '-'))
            return 0;
        out[i] = c;
        if (c >= 'A' && c <= 'Z')
            out[i] = (char)(c + ('a' - 'A'));
    }
    out[len] = '\0';
    return 1;
}

/* The kind of a file name, or FILE_KINDS when it is not one of ours. */
static enum file_kind
classify(char lang[LANG_BYTES], const char *name)
{
    size_t len = strlen(name);

    lang[0] = '\0';
    if (len < 5 || len >= NAME_BYTES || strcmp(name + len - 4, ".csv") != 0)
        return FILE_KINDS;
    len -= 4;
    for (int k = 0; k < FILE_KINDS; k++) {
        size_t stem = strlen(kinds[k].stem);
        if (len < stem || strncmp(name, kinds[k].stem, stem) != 0)
            continue;
        if (len == stem && !kinds[k].translated)
            return (enum file_kind)k;
        if (len > stem && name[stem] == '_' &&
            language(lang, name + stem + 1, len - stem - 1))
            return (enum file_kind)k;
    }
    return FILE_KINDS;
}

static int
by_place(const void *a, const void *b)
{
    const struct source *x = a, *y = b;

    if (x->local != y->local)
        return x->local - y->local;
    if (x->kind != y->kind)
        return (int)x->kind - (int)y->kind;
    return strcmp(x->name, y->name);
}

static char *
joined(const char *dir, const char *name)
{
    size_t len = strlen(dir) + strlen(name) + 2;
    char *path = inc_mem_zero(len, 1);

    if (path != NULL)
        (void)snprintf(path, len, "%s/%s", dir, name);
    return path;
}

static enum inc_status
add(struct sources *s, size_t *cap, const char *dir, const char *name,
    int local, struct inc_err *err)
{
    struct source f = {0};
    struct stat info;
    void *array = s->file;

    f.kind = classify(f.lang, name);
    f.local = local;
    if (f.kind == FILE_KINDS)
        return INC_OK;
    (void)snprintf(f.name, sizeof f.name, "%s", name);
    if (inc_mem_grow(&array, cap, s->n, sizeof *s->file) != 0)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to list %.150s", dir);
    s->file = array;
    f.path = joined(dir, name);
    if (f.path == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to list %.150s", dir);
    if (stat(f.path, &info) != 0 || !S_ISREG(info.st_mode)) {
        inc_mem_free(f.path);
        return INC_OK;
    }
    f.bytes = (uint64_t)info.st_size;
    s->bytes += f.bytes;
    s->file[s->n++] = f;
    return INC_OK;
}

static enum inc_status
list(struct sources *s, size_t *cap, const char *dir, int local,
     struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct dirent *entry;
    DIR *d = opendir(dir);

    if (d == NULL) {
        int e = errno;
        int absent = e == ENOENT || e == ENOTDIR;
        st = inc_fail(err, absent ? INC_E_NOTFOUND : INC_E_IO, e,
                      "the taxonomy folder %.150s %s", dir,
                      absent ? "is not there" : "cannot be read");
        inc_err_hint(err, "the folder into which the ESCO download (CSV, "
                          "classification) was unpacked");
        return st;
    }
    /* One thread reads this folder stream.
     * NOLINTNEXTLINE(concurrency-mt-unsafe) */
    while (st == INC_OK && (entry = readdir(d)) != NULL)
        st = add(s, cap, dir, entry->d_name, local, err);
    (void)closedir(d);
    return st;
}

static enum inc_status
all_needed(const struct sources *s, const char *dir, struct inc_err *err)
{
    int there[FILE_KINDS] = {0};

    for (size_t i = 0; i < s->n; i++)
        if (!s->file[i].local)
            there[s->file[i].kind] = 1;
    for (int k = 0; k < FILE_KINDS; k++) {
        if (!kinds[k].needed || there[k])
            continue;
        (void)inc_fail(err, INC_E_NOTFOUND, 0, "no %s%s.csv in %.150s",
                       kinds[k].stem, kinds[k].translated ? "_*" : "*", dir);
        inc_err_where(err, "%s%s.csv", kinds[k].stem,
                      kinds[k].translated ? "_*" : "*");
        inc_err_hint(err,
                     "the CSV files of the ESCO download, for example "
                     "%s%s.csv",
                     kinds[k].stem, kinds[k].translated ? "_it" : "");
        return INC_E_NOTFOUND;
    }
    return INC_OK;
}

/* First word of version.txt, when there is one. */
static enum inc_status
read_version(struct sources *s, const char *dir, struct inc_err *err)
{
    struct inc_buf b = {0};
    char *path = joined(dir, "version.txt");
    enum inc_status st = INC_E_NOMEM;
    size_t len = 0;

    if (path != NULL)
        st = inc_file_read(&b, path, 4096, NULL);
    while (len < b.len && len < 40 && b.data[len] > ' ' && b.data[len] < 0x7f)
        len++;
    if (len != 0) {
        s->version = inc_mem_text((const char *)b.data, len);
        if (s->version == NULL)
            st = INC_E_NOMEM;
    }
    inc_buf_release(&b);
    inc_mem_free(path);
    if (st == INC_E_NOMEM)
        return inc_fail(err, st, 0, "no memory to list %.150s", dir);
    return INC_OK; /* no such file, or one that cannot be read: no version */
}

enum inc_status
inc_sources_find(struct sources *s, const char *dir, const char *local_dir,
                 struct inc_err *err)
{
    enum inc_status st;
    size_t cap = 0;

    memset(s, 0, sizeof *s);
    INC_TRY(list(s, &cap, dir, 0, err));
    INC_TRY(all_needed(s, dir, err));
    if (local_dir != NULL)
        INC_TRY(list(s, &cap, local_dir, 1, err));
    qsort(s->file, s->n, sizeof *s->file, by_place);
    st = read_version(s, dir, err);
out:
    if (st != INC_OK)
        inc_sources_release(s);
    return st;
}

void
inc_sources_release(struct sources *s)
{
    for (size_t i = 0; i < s->n; i++)
        inc_mem_free(s->file[i].path);
    inc_mem_free(s->file);
    inc_mem_free(s->version);
    memset(s, 0, sizeof *s);
}
