/* demand.c - how often concepts are asked for, read from an office's table. */
#include <string.h>

#include "engine/base/csv.h"
#include "engine/base/file.h"
#include "engine/base/mem.h"
#include "engine/link/suggest_inside.h"

#define TABLE_MAX ((size_t)256 << 20)

struct table {
    struct inc_csv *csv;
    int uri, label, count;  /* columns; -1: not there */
    uint32_t *sum[PILLARS]; /* [concepts] */
    const struct inc_suggest *s;
};

static const enum inc_pillar pillars[] = {
    INC_PILLAR_SKILL, INC_PILLAR_OCCUPATION, INC_PILLAR_ISCO};
enum { N_PILLARS = sizeof pillars / sizeof pillars[0] };

static enum inc_status
find_columns(struct table *t, const char *path, struct inc_err *err)
{
    static const char *const uris[] = {"uri", "conceptUri", NULL};
    static const char *const labels[] = {"label", "preferredLabel",
                                         "escoskill_level_3", NULL};
    static const char *const counts[] = {"count", "n", NULL};

    t->uri = inc_csv_column_of(t->csv, uris);
    t->label = inc_csv_column_of(t->csv, labels);
    t->count = inc_csv_column_of(t->csv, counts);
    if (t->count >= 0 && (t->uri >= 0 || t->label >= 0))
        return INC_OK;
    (void)inc_fail(err, INC_E_FORMAT, 0, "the table of demand has no column %s",
                   t->count < 0 ? "of counts" : "that names a concept");
    inc_err_where(err, "%.180s:1", path);
    inc_err_hint(err, "%s",
                 t->count < 0 ? "name it count or n; tabs part the columns"
                              : "name it uri or label; tabs part the columns");
    return INC_E_FORMAT;
}

/* --- whose row it is -------------------------------------------------------
 */

/* 1 when the label, or one of its parts, has these words and no others. */
static int
has_words(const struct inc_suggest *s, uint32_t label, const uint32_t *word,
          uint32_t n)
{
    const uint32_t end = s->word_at[label + 1];

    for (uint32_t i = s->word_at[label]; i < end; i++) {
        uint32_t k = 0;

        if ((s->word[i] & WORD_PART) == 0)
            continue;
        while (k < n && i + k < end && WORD_OF(s->word[i + k]) == word[k] &&
               (k == 0 || (s->word[i + k] & WORD_PART) == 0))
            k++;
        if (k == n && (i + k == end || (s->word[i + k] & WORD_PART) != 0))
            return 1;
    }
    return 0;
}

static int
is_preferred(const struct inc_suggest *s, const struct label *l)
{
    return inc_concept_label(s->t, (enum inc_pillar)l->pillar, l->id,
                             l->lang) == l->text;
}

/* The label that is this text: a preferred one before others, in the order of
 * the labels. NULL when there is none. */
static const struct label *
same_label(const struct inc_suggest *s, const char *text, size_t len)
{
    uint32_t word[LABEL_WORDS], n = 0, rarest = UINT32_MAX;
    const struct label *found = NULL;
    struct inc_split at;

    inc_split_start(&at, text, len);
    while (n < LABEL_WORDS && inc_split_next(&at)) {
        if (at.part && n > 0)
            break; /* of "a/b" the first */
        word[n] = inc_vocabulary_find(&s->words, at.word, at.size);
        if (word[n] == UINT32_MAX)
            return NULL;
        if (rarest == UINT32_MAX || s->of_at[word[n] + 1] - s->of_at[word[n]] <
                                        s->of_at[rarest + 1] - s->of_at[rarest])
            rarest = word[n];
        n++;
    }
    if (n == 0)
        return NULL;
    for (uint32_t i = s->of_at[rarest]; i < s->of_at[rarest + 1]; i++) {
        const struct label *l = &s->label[s->of[i]];

        if (!has_words(s, s->of[i], word, n))
            continue;
        if (found == NULL || is_preferred(s, l) > is_preferred(s, found) ||
            (is_preferred(s, l) == is_preferred(s, found) && l < found))
            found = l;
    }
    return found;
}

/* The concept a row names. 1 when there is one. */
static int
concept_of(const struct table *t, enum inc_pillar *p, uint32_t *id)
{
    size_t len;
    const char *text = inc_csv_field(t->csv, t->uri, &len);
    const struct label *l;

    for (size_t i = 0; len != 0 && i < N_PILLARS; i++) {
        *p = pillars[i];
        *id = inc_concept_find(t->s->t, *p, text, len);
        if (*id != INC_NO_CONCEPT)
            return 1;
    }
    text = inc_csv_field(t->csv, t->label, &len);
    l = len != 0 ? same_label(t->s, text, len) : NULL;
    if (l == NULL)
        return 0;
    *p = (enum inc_pillar)l->pillar;
    *id = l->id;
    return 1;
}

static enum inc_status
read_count(const struct table *t, uint32_t *out, struct inc_err *err)
{
    static const char expected[] = "a whole number from 0 to 4294967295";
    size_t len;
    const char *text = inc_csv_field(t->csv, t->count, &len);
    uint64_t n = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return inc_csv_bad(t->csv, t->count, "not a count", expected, err);
        n = n * 10 + (uint64_t)(text[i] - '0');
        if (n > UINT32_MAX)
            return inc_csv_bad(t->csv, t->count, "too large", expected, err);
    }
    if (len == 0)
        return inc_csv_bad(t->csv, t->count, "empty", expected, err);
    *out = (uint32_t)n;
    return INC_OK;
}

static enum inc_status
read_rows(struct table *t, struct inc_demand *out, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    int more;

    for (;;) {
        enum inc_pillar p = INC_PILLAR_SKILL;
        uint32_t id = 0, n = 0;

        INC_TRY(inc_csv_next(t->csv, &more, err));
        if (!more)
            break;
        INC_TRY(read_count(t, &n, err));
        out->rows++;
        if (!concept_of(t, &p, &id)) {
            out->unknown++;
            continue;
        }
        t->sum[p][id] =
            n < UINT32_MAX - t->sum[p][id] ? t->sum[p][id] + n : UINT32_MAX;
    }
out:
    return st;
}

enum inc_status
inc_suggest_demand(struct inc_suggest *s, const char *path,
                   struct inc_demand *out, struct inc_err *err)
{
    struct table t = {.s = s};
    struct inc_buf bytes = {0};
    enum inc_status st = INC_OK;

    *out = (struct inc_demand){0};
    INC_TRY(inc_file_read(&bytes, path, TABLE_MAX, err));
    INC_TRY(
        inc_csv_open(&t.csv, path, bytes.data, bytes.len, INC_CSV_TAB, err));
    INC_TRY(find_columns(&t, path, err));
    for (size_t i = 0; i < N_PILLARS; i++) {
        const size_t n = inc_concept_count(s->t, pillars[i]);

        t.sum[pillars[i]] = inc_mem_zero(n, sizeof *t.sum[0]);
        if (t.sum[pillars[i]] == NULL) {
            st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the demand");
            goto out;
        }
    }
    INC_TRY(read_rows(&t, out, err));
    for (size_t i = 0; i < N_PILLARS; i++) {
        const enum inc_pillar p = pillars[i];
        uint32_t *old = s->demand[p];

        if (old == NULL)
            s->bytes += inc_concept_count(s->t, p) * sizeof *old;
        s->demand[p] = t.sum[p];
        t.sum[p] = old;
    }
out:
    for (int p = 0; p < PILLARS; p++)
        inc_mem_free(t.sum[p]);
    inc_csv_close(t.csv);
    inc_buf_release(&bytes);
    return st;
}
