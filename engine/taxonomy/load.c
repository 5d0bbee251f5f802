/*
 * load.c - the order of a load: find files, read concepts, number them, read
 * relations, build lists, digest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/base/mem.h"
#include "engine/taxonomy/loader.h"

enum {
    PROGRESS_RECORDS = 8192,
    FILE_MAX = 1 << 30 /* bytes; the biggest official file is 21 MB */
};

static void
progress(const struct loader *l, uint64_t done)
{
    if (l->o->progress != NULL)
        l->o->progress(l->o->progress_arg,
                       done < l->src.bytes ? done : l->src.bytes, l->src.bytes);
}

enum inc_status
inc_reading_next(struct loader *l, struct reading *r, int *more,
                 struct inc_err *err)
{
    if (++r->records % PROGRESS_RECORDS == 0)
        progress(l, l->done + inc_csv_offset(r->csv));
    return inc_csv_next(r->csv, more, err);
}

static enum inc_status
read_file(struct loader *l, size_t index, struct relations *all,
          struct inc_err *err)
{
    const struct source *f = &l->src.file[index];
    struct inc_taxonomy_file *kept = &l->t->files[index];
    struct reading r = {NULL, f, (uint32_t)index, 0};
    enum inc_status st = INC_OK;

    inc_buf_reset(&l->bytes);
    INC_TRY(inc_file_read(&l->bytes, f->path, FILE_MAX, err));
    kept->name = l->t->file_name[index] =
        inc_mem_text(f->name, strlen(f->name));
    if (kept->name == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for file names");
        goto out;
    }
    kept->bytes = l->bytes.len;
    inc_digest(kept->digest, l->bytes.data, l->bytes.len);
    INC_TRY(inc_csv_open(&r.csv, f->name, l->bytes.data, l->bytes.len,
                         f->local ? INC_CSV_GUESS : INC_CSV_COMMA, err));
    st = f->kind <= FILE_ISCO_GROUPS ? inc_concepts_read(l, &r, err)
                                     : inc_relations_read(l, all, &r, err);
    l->done += f->bytes;
    progress(l, l->done);
out:
    inc_csv_close(r.csv);
    return st;
}

/* Languages of the concept files, in alphabetical order. */
static enum inc_status
find_languages(struct loader *l, struct inc_err *err)
{
    struct inc_taxonomy *t = l->t;

    for (size_t i = 0; i < l->src.n; i++) {
        const struct source *f = &l->src.file[i];
        size_t k = 0;
        if (f->kind > FILE_ISCO_GROUPS)
            continue;
        while (k < t->langs && strcmp(t->lang[k], f->lang) < 0)
            k++;
        if (k < t->langs && strcmp(t->lang[k], f->lang) == 0)
            continue;
        if (t->langs == INC_LANG_MAX)
            return inc_fail(err, INC_E_LIMIT, 0,
                            "the taxonomy has more than %d languages",
                            INC_LANG_MAX);
        memmove(t->lang[k + 1], t->lang[k], (t->langs - k) * LANG_BYTES);
        memcpy(t->lang[k], f->lang, LANG_BYTES);
        t->langs++;
    }
    t->english = inc_taxonomy_lang(t, "en");
    return INC_OK;
}

/* "1.1.1" inside "ESCO dataset - v1.1.1 - classification", "esco-1.2". */
static size_t
version_in(const char **at, const char *name)
{
    for (; *name != '\0'; name++) {
        size_t digits, len;
        if (*name < '0' || *name > '9')
            continue;
        digits = strspn(name, "0123456789");
        len = strspn(name, "0123456789.");
        while (len > digits && name[len - 1] == '.')
            len--;
        if (len > digits && len < 40) {
            *at = name;
            return len;
        }
        name += digits - 1;
    }
    return 0;
}

static enum inc_status
find_version(struct loader *l, struct inc_err *err)
{
    const char *dir = l->o->dir, *text = l->o->version;
    size_t len = text == NULL ? 0 : strlen(text);

    if (text == NULL && l->src.version != NULL) {
        text = l->src.version;
        len = strlen(text);
    }
    if (text == NULL) {
        size_t end = strlen(dir), from;
        char base[128];
        while (end > 1 && dir[end - 1] == '/')
            end--;
        for (from = end; from > 0 && dir[from - 1] != '/';)
            from--;
        (void)snprintf(base, sizeof base, "%.*s", (int)(end - from),
                       dir + from);
        len = version_in(&text, base);
        if (len == 0) {
            text = "unknown";
            len = strlen(text);
        }
        l->t->version = inc_mem_text(text, len);
    } else {
        l->t->version = inc_mem_text(text, len);
    }
    if (l->t->version == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the version");
    return INC_OK;
}

static void
add_number(struct inc_hasher *h, uint32_t v)
{
    unsigned char b[4] = {(unsigned char)(v >> 24), (unsigned char)(v >> 16),
                          (unsigned char)(v >> 8), (unsigned char)v};

    inc_hasher_add(h, b, sizeof b);
}

static void
add_pillar(struct inc_hasher *h, const struct inc_taxonomy *t,
           enum inc_pillar p)
{
    add_number(h, t->pillar[p].count);
    for (uint32_t i = 0; i < t->pillar[p].count; i++) {
        const char *uri = inc_concept_uri(t, p, i);
        inc_hasher_add(h, uri, strlen(uri) + 1);
    }
}

static void
add_lists(struct inc_hasher *h, const struct lists *list, uint32_t rows)
{
    for (uint32_t i = 0; i < rows; i++) {
        add_number(h, list->at[i + 1] - list->at[i]);
        for (uint32_t k = list->at[i]; k < list->at[i + 1]; k++)
            add_number(h, list->item[k]);
    }
}

/* Numbers follow from the sorted URIs, so numbers are enough for relations. */
static void
make_digest(struct inc_taxonomy *t)
{
    static const char format[] = "incrocio taxonomy 1";
    uint32_t skills = t->pillar[INC_PILLAR_SKILL].count;
    uint32_t occupations = t->pillar[INC_PILLAR_OCCUPATION].count;
    struct inc_hasher h;

    inc_hasher_init(&h);
    inc_hasher_add(&h, format, sizeof format);
    add_pillar(&h, t, INC_PILLAR_SKILL);
    add_pillar(&h, t, INC_PILLAR_OCCUPATION);
    add_pillar(&h, t, INC_PILLAR_GROUP);
    add_lists(&h, &t->essential, occupations);
    add_lists(&h, &t->optional, occupations);
    add_lists(&h, &t->related, skills);
    add_number(&h, t->nodes);
    for (uint32_t i = 0; i < t->nodes; i++)
        add_number(&h, t->node[i]);
    for (uint32_t i = 0; i < skills; i++) {
        add_number(&h, t->ancestor_at[i + 1] - t->ancestor_at[i]);
        for (uint32_t k = t->ancestor_at[i]; k < t->ancestor_at[i + 1]; k++) {
            add_number(&h, t->ancestor[k].node);
            add_number(&h, t->ancestor[k].distance);
        }
    }
    inc_hasher_end(&h, t->digest);
}

static enum inc_status
read_all(struct loader *l, struct relations *all, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    l->t->files = inc_mem_zero(l->src.n, sizeof *l->t->files);
    l->t->file_name = inc_mem_zero(l->src.n, sizeof *l->t->file_name);
    if (l->t->files == NULL || l->t->file_name == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for file names");
    l->t->n_files = l->src.n;
    for (size_t i = 0; i < l->src.n; i++)
        if (l->src.file[i].kind <= FILE_ISCO_GROUPS)
            INC_TRY(read_file(l, i, all, err));
    INC_TRY(inc_concepts_finish(l, err));
    for (size_t i = 0; i < l->src.n; i++)
        if (l->src.file[i].kind > FILE_ISCO_GROUPS)
            INC_TRY(read_file(l, i, all, err));
    st = inc_relations_finish(l, all, err);
out:
    return st;
}

static void
loader_release(struct loader *l)
{
    inc_sources_release(&l->src);
    inc_mem_free(l->slot);
    inc_mem_free(l->alt);
    for (int i = 0; i < PILLARS; i++) {
        inc_mem_free(l->draft[i].item);
        inc_mem_free(l->draft[i].row);
        inc_map_release(&l->draft[i].by_uri);
    }
    inc_buf_release(&l->bytes);
}

enum inc_status
inc_taxonomy_load(struct inc_taxonomy **out,
                  const struct inc_taxonomy_options *o, struct inc_err *err)
{
    struct loader l = {0};
    struct relations all = {0};
    enum inc_status st = INC_OK;

    l.o = o;
    l.t = inc_mem_zero(1, sizeof *l.t);
    if (l.t == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a taxonomy");
    INC_TRY(inc_sources_find(&l.src, o->dir, o->local_dir, err));
    INC_TRY(find_version(&l, err));
    INC_TRY(find_languages(&l, err));
    INC_TRY(inc_texts_init(&l, err));
    INC_TRY(read_all(&l, &all, err));
    make_digest(l.t);
    *out = l.t;
    l.t = NULL;
out:
    inc_taxonomy_free(l.t);
    inc_relations_release(&all);
    loader_release(&l);
    return st;
}
