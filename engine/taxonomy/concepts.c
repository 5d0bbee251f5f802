/*
 * concepts.c - rows of skills_*, occupations_*, skillGroups_*, ISCOGroups_*.
 */
#include <inttypes.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/taxonomy/loader.h"

/* Columns of a concept file; -1 when an optional one is not there. */
struct columns {
    int uri, label, alts, status, description, replaced_by;
    int type, reuse; /* skills */
    int code;        /* occupations: iscoGroup; groups: code */
};

static enum inc_pillar
pillar_of(enum file_kind kind)
{
    switch (kind) {
    case FILE_OCCUPATIONS:
        return INC_PILLAR_OCCUPATION;
    case FILE_SKILL_GROUPS:
        return INC_PILLAR_GROUP;
    case FILE_ISCO_GROUPS:
        return INC_PILLAR_ISCO;
    case FILE_SKILLS:
    case FILE_OCCUPATION_SKILL:
    case FILE_BROADER_SKILL:
    case FILE_SKILL_SKILL:
    case FILE_KINDS:
        break;
    }
    return INC_PILLAR_SKILL;
}

/* The office's own files may leave out everything but the URI: a file that
 * only retires concepts needs no labels. */
static enum inc_status
want(const struct reading *r, int *column, const char *name,
     struct inc_err *err)
{
    if (!r->file->local)
        return inc_csv_need(r->csv, column, name, err);
    *column = inc_csv_column(r->csv, name);
    return INC_OK;
}

static enum inc_status
find_columns(struct columns *c, const struct reading *r, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    c->type = c->reuse = c->code = -1;
    INC_TRY(inc_csv_need(r->csv, &c->uri, "conceptUri", err));
    INC_TRY(want(r, &c->label, "preferredLabel", err));
    c->alts = inc_csv_column(r->csv, "altLabels");
    c->status = inc_csv_column(r->csv, "status");
    c->description = inc_csv_column(r->csv, "description");
    c->replaced_by = inc_csv_column(r->csv, "replacedBy");
    if (r->file->kind == FILE_SKILLS) {
        INC_TRY(want(r, &c->type, "skillType", err));
        INC_TRY(want(r, &c->reuse, "reuseLevel", err));
    } else if (r->file->kind == FILE_OCCUPATIONS) {
        INC_TRY(want(r, &c->code, "iscoGroup", err));
    } else if (r->file->kind == FILE_ISCO_GROUPS) {
        INC_TRY(want(r, &c->code, "code", err));
    } else {
        c->code = inc_csv_column(r->csv, "code");
    }
out:
    return st;
}

static const char *
trimmed(const struct reading *r, int column, size_t *len)
{
    const char *p = inc_csv_field(r->csv, column, len);

    while (*len != 0 && (unsigned char)p[0] <= ' ') {
        p++;
        (*len)--;
    }
    while (*len != 0 && (unsigned char)p[*len - 1] <= ' ')
        (*len)--;
    return p;
}

static int
is(const char *p, size_t len, const char *word)
{
    for (size_t i = 0; i < len; i++) {
        int c = p[i] >= 'A' && p[i] <= 'Z' ? p[i] + ('a' - 'A') : p[i];
        if (c != word[i])
            return 0;
    }
    return word[len] == '\0';
}

static enum inc_status
get_uri(const struct reading *r, int column, const char **uri, size_t *len,
        struct inc_err *err)
{
    int bad;

    *uri = trimmed(r, column, len);
    bad = *len == 0 || *len > URI_MAX;
    for (size_t i = 0; i < *len && !bad; i++)
        bad = (unsigned char)(*uri)[i] <= ' ';
    if (!bad)
        return INC_OK;
    return inc_csv_bad(r->csv, column,
                       *len == 0 ? "the concept has no URI"
                                 : "the concept's URI is not usable",
                       "a URI without spaces, at most 500 bytes, such as "
                       "http://data.europa.eu/esco/skill/...",
                       err);
}

/* The draft of this row's concept; NULL when the file had it already. */
static enum inc_status
draft_of(struct loader *l, struct drafts *d, const struct reading *r,
         int column, struct draft **out, struct inc_err *err)
{
    struct draft fresh = {0};
    void *array = d->item;
    const char *uri;
    size_t len;
    uint32_t was;
    enum inc_status st;

    *out = NULL;
    INC_TRY(get_uri(r, column, &uri, &len, err));
    was = inc_map_get(&d->by_uri, uri, len);
    if (was != INC_MAP_NONE) {
        struct draft *known = &d->item[was];
        if (known->last_file == r->index)
            inc_tax_defect(l->t, INC_DEFECT_DUPLICATE_URI,
                           "%s line %" PRIu64 ": %.*s is there already",
                           r->file->name, inc_csv_line(r->csv), (int)len, uri);
        else
            *out = known;
        known->last_file = r->index;
        return INC_OK;
    }
    if (d->n >= UINT32_MAX / 2 ||
        inc_mem_grow(&array, &d->cap, d->n, sizeof *d->item) != 0)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for concepts");
    d->item = array;
    INC_TRY(inc_texts_add(l, &fresh.uri_at, uri, len, err));
    fresh.uri = inc_tax_text(l->t, fresh.uri_at);
    fresh.uri_len = (uint32_t)len;
    fresh.first_file = fresh.last_file = r->index;
    fresh.first_line = (uint32_t)inc_csv_line(r->csv);
    fresh.flags = r->file->local ? FLAG_LOCAL : 0;
    if (inc_map_add(&d->by_uri, fresh.uri, len, (uint32_t)d->n, NULL) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for concepts");
    d->item[d->n] = fresh;
    *out = &d->item[d->n++];
out:
    return st;
}

static void
skill_type(struct draft *d, const struct reading *r, const struct columns *c)
{
    static const struct {
        const char *name;
        enum inc_reuse reuse;
    } reuse[] = {
        {"transversal", INC_REUSE_TRANSVERSAL},
        {"cross-sector", INC_REUSE_CROSS_SECTOR},
        {"sector-specific", INC_REUSE_SECTOR},
        {"occupation-specific", INC_REUSE_OCCUPATION},
    };
    size_t len;
    const char *p = trimmed(r, c->type, &len);

    if (!(d->flags & FLAG_TYPED)) {
        if (is(p, len, "knowledge"))
            d->flags |= FLAG_TYPED | FLAG_KNOWLEDGE;
        else if (is(p, len, "skill/competence") || is(p, len, "skill"))
            d->flags |= FLAG_TYPED;
    }
    p = trimmed(r, c->reuse, &len);
    for (size_t i = 0; i < sizeof reuse / sizeof reuse[0]; i++)
        if (d->reuse == INC_REUSE_UNKNOWN && is(p, len, reuse[i].name))
            d->reuse = (uint8_t)reuse[i].reuse;
    d->bad_type = !(d->flags & FLAG_TYPED) || d->reuse == INC_REUSE_UNKNOWN;
}

/* ISCO groups come as "7212", as "C7212" and as the group's URI. */
static enum inc_status
code(struct loader *l, struct draft *d, const struct reading *r, int column,
     struct inc_err *err)
{
    size_t len;
    const char *p = trimmed(r, column, &len);
    int dirty;

    if (d->code != 0 || len == 0)
        return INC_OK;
    for (size_t i = len; i > 0; i--) {
        if (p[i - 1] == '/') {
            p += i;
            len -= i;
            break;
        }
    }
    if (len > 1 && (p[0] == 'C' || p[0] == 'c') && p[1] >= '0' && p[1] <= '9' &&
        r->file->kind != FILE_SKILL_GROUPS) {
        p++;
        len--;
    }
    return inc_texts_clean(l, &d->code, &dirty, p, len, err);
}

/* The columns that describe the concept, not its words. */
static enum inc_status
describe(struct loader *l, struct draft *d, const struct reading *r,
         const struct columns *c, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    size_t len;
    const char *p = trimmed(r, c->status, &len);

    if (is(p, len, "retired") || is(p, len, "obsolete") ||
        is(p, len, "deprecated"))
        d->flags |= FLAG_RETIRED;
    if (r->file->kind == FILE_SKILLS)
        skill_type(d, r, c);
    if (c->code >= 0)
        INC_TRY(code(l, d, r, c->code, err));
    p = trimmed(r, c->replaced_by, &len);
    if (len != 0)
        INC_TRY(inc_texts_add(l, &d->replaced_by, p, len, err));
out:
    return st;
}

static void
stray(struct loader *l, const struct reading *r, const char *column,
      uint32_t text)
{
    inc_tax_defect(l->t, INC_DEFECT_STRAY_SPACE,
                   "%s line %" PRIu64 ", %s: around or inside \"%.80s\"",
                   r->file->name, inc_csv_line(r->csv), column,
                   inc_tax_text(l->t, text));
}

static enum inc_status
add_alt(struct loader *l, const struct reading *r, struct row *row,
        const char *text, size_t len, struct inc_err *err)
{
    void *array = l->alt;
    uint32_t at;
    int dirty;
    enum inc_status st = inc_texts_clean(l, &at, &dirty, text, len, err);

    if (st != INC_OK || at == 0)
        return st;
    if (dirty)
        stray(l, r, "altLabels", at);
    for (size_t i = row->alt; i < l->alts; i++) {
        if (l->alt[i] != at)
            continue;
        inc_tax_defect(l->t, INC_DEFECT_REPEATED_ALT,
                       "%s line %" PRIu64 ", altLabels: \"%.80s\" twice",
                       r->file->name, inc_csv_line(r->csv),
                       inc_tax_text(l->t, at));
        return INC_OK;
    }
    if (l->alts >= UINT32_MAX ||
        inc_mem_grow(&array, &l->alt_cap, l->alts, sizeof *l->alt) != 0)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for labels");
    l->alt = array;
    l->alt[l->alts++] = at;
    row->alts++;
    return INC_OK;
}

/* Alternative labels are one a line, or separated by " | ". */
static enum inc_status
split_alts(struct loader *l, const struct reading *r, struct row *row,
           int column, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    size_t len, from = 0;
    const char *p = inc_csv_field(r->csv, column, &len);

    row->alt = (uint32_t)l->alts;
    for (size_t i = 0; i <= len; i++) {
        int bar = i + 2 < len && memcmp(p + i, " | ", 3) == 0;
        size_t until = i;
        if (i < len && p[i] != '\n' && !bar)
            continue;
        if (!bar && until > from && p[until - 1] == '\r')
            until--;
        if (until > from)
            INC_TRY(add_alt(l, r, row, p + from, until - from, err));
        if (bar)
            i += 2;
        from = i + 1;
    }
out:
    return st;
}

/* Training reads descriptions in these two languages; others would only cost
 * memory. */
static int
keeps_descriptions(const char *lang)
{
    return strcmp(lang, "en") == 0 || strcmp(lang, "it") == 0;
}

static enum inc_status
read_words(struct loader *l, struct drafts *d, const struct reading *r,
           const struct columns *c, uint32_t concept, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct row row = {0};
    void *array = d->row;
    size_t len;
    const char *p = inc_csv_field(r->csv, c->label, &len);
    int dirty;

    row.concept = concept;
    row.lang = (uint16_t)inc_taxonomy_lang(l->t, r->file->lang);
    row.local = r->file->local != 0;
    INC_TRY(inc_texts_clean(l, &row.label, &dirty, p, len, err));
    if (row.label != 0 && dirty)
        stray(l, r, "preferredLabel", row.label);
    if (row.label == 0 &&
        !(row.local && !(d->item[concept].flags & FLAG_LOCAL)))
        inc_tax_defect(l->t, INC_DEFECT_BLANK_LABEL,
                       "%s line %" PRIu64 ": preferredLabel is empty",
                       r->file->name, inc_csv_line(r->csv));
    INC_TRY(split_alts(l, r, &row, c->alts, err));
    if (keeps_descriptions(r->file->lang)) {
        p = trimmed(r, c->description, &len);
        INC_TRY(inc_texts_add(l, &row.description, p, len, err));
    }
    if (inc_mem_grow(&array, &d->row_cap, d->rows, sizeof *d->row) != 0)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for labels");
    d->row = array;
    d->row[d->rows++] = row;
out:
    return st;
}

enum inc_status
inc_concepts_read(struct loader *l, struct reading *r, struct inc_err *err)
{
    struct drafts *d = &l->draft[pillar_of(r->file->kind)];
    enum inc_status st;
    struct columns c;
    int more;

    INC_TRY(find_columns(&c, r, err));
    for (;;) {
        struct draft *one;
        INC_TRY(inc_reading_next(l, r, &more, err));
        if (!more)
            break;
        INC_TRY(draft_of(l, d, r, c.uri, &one, err));
        if (one == NULL)
            continue;
        INC_TRY(describe(l, one, r, &c, err));
        INC_TRY(read_words(l, d, r, &c, (uint32_t)(one - d->item), err));
    }
out:
    return st;
}
