#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/stream.h"
#include "engine/train/pairs.h"

enum { LINE_MAX_BYTES = 1024, URI_BYTES = 256, FIELDS = 3 };

static const char esco_prefix[] = "http://data.europa.eu/esco/skill/";
static const char header[] = "a\tb\tweight";

struct table {
    const struct inc_taxonomy *t;
    struct inc_pairs pairs;
    struct inc_pairs_report report;
    uint64_t least;
    const char *name; /* of the file, without its folder */
    const char *at, *end;
    uint64_t line; /* number of the one read last */
};

struct field {
    const char *text;
    size_t len;
};

static enum inc_status
refuse(const struct table *b, enum inc_status status, const char *what,
       const char *hint, struct inc_err *err)
{
    (void)inc_fail(err, status, 0, "%s", what);
    inc_err_where(err, "%.60s line %" PRIu64, b->name, b->line);
    inc_err_hint(err, "%s", hint);
    return status;
}

/* The next line without its end. No line is looked at for longer than a line
 * can be, however large the file. */
static enum inc_status
next_line(struct table *b, struct field *line, struct inc_err *err)
{
    size_t left = (size_t)(b->end - b->at);
    size_t look = left < LINE_MAX_BYTES ? left : LINE_MAX_BYTES;
    const char *eol = memchr(b->at, '\n', look);

    b->line++;
    if (eol == NULL && left > look)
        return refuse(b, INC_E_LIMIT, "a line of over 1024 bytes",
                      "one pair a line: a, b and weight with tabs between them",
                      err);
    if (eol == NULL)
        return refuse(b, INC_E_FORMAT, "the last line has no end",
                      "the file may have been cut short; when it is whole, "
                      "add a line break at its end",
                      err);
    line->text = b->at;
    line->len = (size_t)(eol - b->at);
    b->at = eol + 1;
    if (line->len > 0 && line->text[line->len - 1] == '\r')
        line->len--;
    return INC_OK;
}

static enum inc_status
split(const struct table *b, const struct field *line, struct field out[FIELDS],
      struct inc_err *err)
{
    const char *at = line->text, *end = line->text + line->len;
    size_t n = 0;

    for (;;) {
        const char *tab = memchr(at, '\t', (size_t)(end - at));
        if (n < FIELDS)
            out[n] = (struct field){at, (size_t)((tab ? tab : end) - at)};
        n++;
        if (tab == NULL)
            break;
        at = tab + 1;
    }
    if (n == FIELDS)
        return INC_OK;
    return refuse(b, INC_E_FORMAT, "not three fields",
                  "one pair a line: a, b and weight with tabs between them",
                  err);
}

static enum inc_status
read_weight(const struct table *b, uint64_t *out, const struct field *f,
            struct inc_err *err)
{
    uint64_t value = 0;

    if (f->len == 0)
        return refuse(b, INC_E_FORMAT, "no weight",
                      "how many people or ads have both, a whole number", err);
    for (size_t i = 0; i < f->len; i++) {
        if (f->text[i] < '0' || f->text[i] > '9')
            return refuse(
                b, INC_E_FORMAT, "the weight is no whole number from 0",
                "how many people or ads have both, a whole number", err);
        value = value * 10 + (uint64_t)(f->text[i] - '0');
        if (value > INC_PAIR_WEIGHT_MAX)
            return refuse(b, INC_E_RANGE, "the weight is too large",
                          "up to 1099511627776 (2^40)", err);
    }
    *out = value;
    return INC_OK;
}

/* A whole URI, or the end of one of ESCO's. */
static uint32_t
find(const struct inc_taxonomy *t, const struct field *f)
{
    char uri[URI_BYTES];
    uint32_t id = inc_concept_find(t, INC_PILLAR_SKILL, f->text, f->len);

    if (id != INC_NO_CONCEPT || f->len >= sizeof uri - sizeof esco_prefix ||
        memchr(f->text, '/', f->len) != NULL)
        return id;
    memcpy(uri, esco_prefix, sizeof esco_prefix - 1);
    memcpy(uri + sizeof esco_prefix - 1, f->text, f->len);
    return inc_concept_find(t, INC_PILLAR_SKILL, uri,
                            sizeof esco_prefix - 1 + f->len);
}

static void
keep_example(struct inc_pairs_report *r, const struct field *f)
{
    if (r->example[0] == '\0')
        (void)snprintf(r->example, sizeof r->example, "%.*s",
                       f->len > 120 ? 120 : (int)f->len, f->text);
}

static enum inc_status
take(struct table *b, const struct field f[FIELDS], struct inc_err *err)
{
    uint64_t weight = 0;
    uint32_t one = find(b->t, &f[0]), other = find(b->t, &f[1]);
    enum inc_status st = read_weight(b, &weight, &f[2], err);

    if (st != INC_OK)
        return st;
    b->report.lines++;
    if (one == INC_NO_CONCEPT || other == INC_NO_CONCEPT) {
        b->report.unknown++;
        keep_example(&b->report, &f[one == INC_NO_CONCEPT ? 0 : 1]);
        return INC_OK;
    }
    if (one == other)
        return refuse(b, INC_E_DUPLICATE, "a skill with itself",
                      "pairs of two different skills", err);
    st = inc_pairs_add(&b->pairs, one, other, weight);
    return st == INC_OK ? st : inc_fail(err, st, 0, "no memory for the pairs");
}

/* Light pairs stay until here so that none of them hides a pair that is there
 * twice. */
static enum inc_status
finish(struct table *b, struct inc_err *err)
{
    struct inc_pairs *p = &b->pairs;
    size_t kept = 0;

    if (b->report.unknown * 2 > b->report.lines) {
        enum inc_status st = inc_fail(
            err, INC_E_MISMATCH, 0,
            "%" PRIu64 " of %" PRIu64 " lines name skills that the taxonomy "
            "does not have, such as %s",
            b->report.unknown, b->report.lines, b->report.example);
        inc_err_where(err, "%.60s", b->name);
        inc_err_hint(err, "was the table made with another taxonomy?");
        return st;
    }
    inc_pairs_sort(p);
    for (size_t i = 1; i < p->count; i++) {
        if (p->pair[i].a != p->pair[i - 1].a ||
            p->pair[i].b != p->pair[i - 1].b)
            continue;
        (void)inc_fail(err, INC_E_DUPLICATE, 0, "a pair is there twice: %s",
                       inc_concept_uri(b->t, INC_PILLAR_SKILL, p->pair[i].a));
        inc_err_where(err, "%.60s", b->name);
        inc_err_hint(err,
                     "each pair once, in either order; the other skill "
                     "is %s",
                     inc_concept_uri(b->t, INC_PILLAR_SKILL, p->pair[i].b));
        return INC_E_DUPLICATE;
    }
    for (size_t i = 0; i < p->count; i++) {
        if (p->pair[i].weight >= b->least)
            p->pair[kept++] = p->pair[i];
    }
    b->report.few = p->count - kept;
    p->count = kept;
    return INC_OK;
}

static enum inc_status
read_all(struct table *b, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct field line, f[FIELDS];

    INC_TRY(next_line(b, &line, err));
    if (line.len != sizeof header - 1 ||
        memcmp(line.text, header, line.len) != 0) {
        st = refuse(b, INC_E_FORMAT, "another header than expected",
                    "the first line is a, b and weight with tabs between them",
                    err);
        goto out;
    }
    while (b->at < b->end) {
        INC_TRY(next_line(b, &line, err));
        INC_TRY(split(b, &line, f, err));
        INC_TRY(take(b, f, err));
    }
    st = finish(b, err);
out:
    return st;
}

enum inc_status
inc_pairs_read(struct inc_pairs *out, struct inc_pairs_report *report,
               const char *path, const struct inc_taxonomy *t, uint64_t least,
               struct inc_err *err)
{
    enum inc_status st = INC_OK;
    const char *slash = strrchr(path, '/');
    struct table b = {
        .t = t, .least = least, .name = slash == NULL ? path : slash + 1};
    unsigned char *base = NULL;
    size_t bytes = 0;

    INC_TRY(inc_map_file(&base, &bytes, path, err));
    b.at = (const char *)base;
    b.end = b.at + bytes;
    INC_TRY(read_all(&b, err));
    inc_digest(b.report.digest, base, bytes);
    *out = b.pairs;
    memset(&b.pairs, 0, sizeof b.pairs); /* given */
    *report = b.report;
out:
    if (base != NULL)
        inc_unmap_file(base, bytes);
    inc_pairs_release(&b.pairs);
    return st;
}
