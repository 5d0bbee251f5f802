#include "clients/intake/table.h"

#include <stdio.h>
#include <string.h>

#include "clients/intake/document.h"
#include "clients/intake/words.h"
#include "engine/base/csv.h"
#include "engine/base/mem.h"

enum { COLUMNS = 200, LINE_MAX = 400, CELL_BYTES = 16 << 10 };

enum field {
    FIELD_ID,
    FIELD_TEXT,
    FIELD_OCCUPATION,
    FIELD_WISH,
    FIELD_MONTHS,
    FIELD_SKILL,
    FIELD_LANGUAGE,
    FIELD_LICENCE,
    FIELD_PLACE,
    FIELD_EDUCATION,
    FIELD_HOURS,
    FIELD_SEATS,
    FIELD_START,
    FIELD_EXPIRES,
    FIELD_CAR,
    FIELD_MINUTES,
    FIELD_DROP,
    FIELDS
};

/* of: -1 both, else INC_DRAFT_OF_... */
static const struct {
    const char *name;
    int of;
} fields[FIELDS] = {{"id", -1},
                    {"text", -1},
                    {"occupation", -1},
                    {"wish", INC_DRAFT_OF_CANDIDATE},
                    {"months", INC_DRAFT_OF_CANDIDATE},
                    {"skill", -1},
                    {"language", -1},
                    {"licence", -1},
                    {"place", -1},
                    {"education", -1},
                    {"hours", -1},
                    {"seats", INC_DRAFT_OF_NEED},
                    {"start", -1},
                    {"expires", INC_DRAFT_OF_NEED},
                    {"car", INC_DRAFT_OF_CANDIDATE},
                    {"minutes", INC_DRAFT_OF_CANDIDATE},
                    {"drop", -1}};

struct column {
    char name[LINE_MAX];
    enum field field;
    char argument[LINE_MAX]; /* language code, URI of a skill, reason */
    char list;               /* what separates values of a cell; 0: one */
    int at;                  /* in the table */
};

struct inc_table {
    const char *name;
    struct inc_csv *csv;
    struct column column[COLUMNS];
    size_t n;
    struct inc_dropped dropped[COLUMNS];
    size_t n_dropped;
    struct inc_arena arena;
};

/* --- the mapping -----------------------------------------------------------
 */

struct mapping {
    const char *name;
    size_t line;
    int of;
    char separator;
};

static enum inc_status
bad_line(const struct mapping *m, struct inc_err *err, const char *what,
         const char *hint)
{
    (void)inc_fail(err, INC_E_CONFIG, 0, "%.60s line %zu: %s", m->name, m->line,
                   what);
    inc_err_hint(err, "%s", hint);
    return INC_E_CONFIG;
}

static const char field_names[] =
    "id text occupation wish months skill language licence place education "
    "hours seats start expires car minutes drop";

/* A part of a line, copied without the spaces at its ends. */
static void
part(char out[LINE_MAX], const char *text, size_t n)
{
    inc_word_trim(&text, &n);
    memcpy(out, text, n);
    out[n] = '\0';
}

static enum inc_status
check_argument(struct column *c, const struct mapping *m, struct inc_err *err)
{
    const size_t n = strlen(c->argument);

    switch (c->field) {
    case FIELD_LANGUAGE:
        if (inc_word_language(c->argument, n) == NULL)
            return bad_line(m, err, "no such language",
                            "Inglese = language en");
        return INC_OK;
    case FIELD_SKILL:
        return n == 0 || (n <= 200 && strncmp(c->argument, "http", 4) == 0)
                   ? INC_OK
                   : bad_line(m, err, "a skill has no name here but its URI",
                              "Competenze = skill, or Saldatura = skill "
                              "http://...");
    case FIELD_DROP:
        for (int i = 0; inc_left_names[i] != NULL; i++)
            if (strcmp(c->argument, inc_left_names[i]) == 0)
                return INC_OK;
        return bad_line(m, err, "no such reason",
                        "drop identity, birth, sex, origin, health, opinion, "
                        "family, looks, others, no_place ...");
    case FIELD_ID:
    case FIELD_TEXT:
    case FIELD_OCCUPATION:
    case FIELD_WISH:
    case FIELD_MONTHS:
    case FIELD_LICENCE:
    case FIELD_PLACE:
    case FIELD_EDUCATION:
    case FIELD_HOURS:
    case FIELD_SEATS:
    case FIELD_START:
    case FIELD_EXPIRES:
    case FIELD_CAR:
    case FIELD_MINUTES:
    case FIELDS:
    default:
        return n == 0 ? INC_OK
                      : bad_line(m, err, "this field takes nothing after it",
                                 "Mansione = occupation");
    }
}

/* "Mansione = occupation", "Inglese = language en", "Patenti = licence : ;" */
static enum inc_status
read_line(struct inc_table *t, struct mapping *m, const char *line, size_t n,
          struct inc_err *err)
{
    const char *equals = memchr(line, '=', n), *colon, *value;
    struct column *c = &t->column[t->n];
    char field[LINE_MAX];
    size_t k, space;

    if (n >= LINE_MAX || equals == NULL)
        return bad_line(m, err, "not \"column = field\"",
                        "Mansione = occupation");
    *c = (struct column){.field = FIELDS, .at = -1};
    part(c->name, line, (size_t)(equals - line));
    value = equals + 1;
    k = n - (size_t)(value - line);
    inc_word_trim(&value, &k);
    if (strcmp(c->name, "separator") == 0 && k >= 1 && k <= 3) {
        m->separator = value[0];
        if (k == 3 && memcmp(value, "tab", 3) == 0)
            m->separator = INC_CSV_TAB;
        return INC_OK;
    }
    /* The last " : X" names what separates several values. */
    colon = k >= 3 && value[k - 2] == ' ' && value[k - 3] == ':' ? value + k - 1
                                                                 : NULL;
    if (colon != NULL) {
        c->list = *colon;
        k -= 3;
    }
    part(field, value, k);
    space = strcspn(field, " \t");
    part(c->argument, field + space, strlen(field + space));
    field[space] = '\0';
    for (int i = 0; i < FIELDS; i++)
        if (strcmp(field, fields[i].name) == 0 &&
            (fields[i].of < 0 || fields[i].of == m->of))
            c->field = (enum field)i;
    if (c->field == FIELDS)
        return bad_line(m, err, "no such field for what is drafted",
                        field_names);
    if (c->name[0] == '\0')
        return bad_line(m, err, "the column has no name",
                        "Mansione = occupation");
    if (++t->n == COLUMNS)
        return bad_line(m, err, "too many columns", "at most 199");
    return check_argument(c, m, err);
}

static enum inc_status
read_mapping(struct inc_table *t, struct mapping *m, const char *text,
             size_t len, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    for (size_t at = 0; at < len && st == INC_OK;) {
        const char *line = text + at;
        const char *end = memchr(line, '\n', len - at);
        size_t n = end == NULL ? len - at : (size_t)(end - line);

        at += n + 1;
        m->line++;
        inc_word_trim(&line, &n);
        if (n > 0 && line[0] != '#')
            st = read_line(t, m, line, n, err);
    }
    if (st == INC_OK && t->n == 0)
        st = bad_line(m, err, "the mapping names no column",
                      "Mansione = occupation");
    return st;
}

/* --- the table -------------------------------------------------------------
 */

static void
leave_out(struct inc_table *t, const char *name, size_t n, enum inc_left why)
{
    const char *copy = inc_document_path(&t->arena, name, n < 100 ? n : 100);

    if (copy == NULL || t->n_dropped == COLUMNS)
        return;
    t->dropped[t->n_dropped++] = (struct inc_dropped){copy, why, 1};
}

static enum inc_left
reason(const char *name)
{
    for (int i = 0; inc_left_names[i] != NULL; i++)
        if (strcmp(inc_left_names[i], name) == 0)
            return (enum inc_left)i;
    return INC_LEFT_UNKNOWN;
}

static enum inc_status
find_columns(struct inc_table *t, struct inc_err *err)
{
    for (size_t i = 0; i < t->n; i++) {
        struct column *c = &t->column[i];
        const enum inc_status st = inc_csv_need(t->csv, &c->at, c->name, err);

        if (st != INC_OK)
            return st;
        if (c->field == FIELD_DROP)
            leave_out(t, c->name, strlen(c->name), reason(c->argument));
    }
    for (int at = 0; at < INC_CSV_COLUMNS_MAX; at++) {
        size_t n;
        const char *name = inc_csv_name(t->csv, at, &n);
        int known = 0;

        if (name == NULL)
            break;
        for (size_t i = 0; i < t->n; i++)
            known |= t->column[i].at == at;
        if (!known)
            leave_out(t, name, n, INC_LEFT_UNKNOWN);
    }
    return INC_OK;
}

enum inc_status
inc_table_open(struct inc_table **out, const char *mapping_name,
               const char *mapping, size_t mapping_len, const char *name,
               const void *bytes, size_t len, int of, struct inc_err *err)
{
    struct mapping m = {
        .name = mapping_name, .of = of, .separator = INC_CSV_GUESS};
    struct inc_table *t = inc_mem_zero(1, sizeof *t);
    enum inc_status st = INC_OK;

    *out = NULL;
    if (t == NULL || inc_arena_init(&t->arena, 256 << 10) != INC_OK) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for a table");
        goto out;
    }
    t->name = name;
    INC_TRY(read_mapping(t, &m, mapping, mapping_len, err));
    INC_TRY(inc_csv_open(&t->csv, name, bytes, len, m.separator, err));
    INC_TRY(find_columns(t, err));
    *out = t;
    t = NULL;
out:
    inc_table_close(t);
    return st;
}

void
inc_table_close(struct inc_table *t)
{
    if (t == NULL)
        return;
    inc_csv_close(t->csv);
    inc_arena_release(&t->arena);
    inc_mem_free(t);
}

size_t
inc_table_dropped(const struct inc_table *t, const struct inc_dropped **list)
{
    *list = t->dropped;
    return t->n_dropped;
}

/* --- a cell ----------------------------------------------------------------
 */

struct cell {
    struct inc_table *t;
    const struct column *c;
    struct inc_row *row;
    const char *path;
    const char *text;
    size_t n;
};

static enum inc_status
bad(const struct cell *x, const char *problem, const char *expected)
{
    return inc_csv_bad(x->t->csv, x->c->at, problem, expected, &x->row->err);
}

static struct inc_draft_fact *
state(const struct cell *x, enum inc_draft_kind kind)
{
    return inc_document_fact(&x->row->doc, x->path, x->text, x->n, kind);
}

static enum inc_status
counted(const struct cell *x, enum inc_draft_kind kind, int64_t least,
        int64_t most, const char *expected)
{
    const int64_t v = inc_word_number(x->text, x->n);
    struct inc_draft_fact *f;

    if (v < least || v > most)
        return bad(x, "not a number that can be", expected);
    f = state(x, kind);
    if (f != NULL)
        inc_fact_number(f, v);
    return INC_OK;
}

static enum inc_status
dated(const struct cell *x, enum inc_draft_kind kind)
{
    struct inc_draft_fact *f;
    int32_t days;

    if (inc_word_date(&days, x->text, x->n, 1) != 3)
        return bad(x, "not a date", "dd/mm/yyyy or yyyy-mm-dd");
    f = state(x, kind);
    if (f != NULL)
        inc_fact_date(f, days);
    return INC_OK;
}

/* 1 yes, 0 no, -1 neither. */
static int
yes_no(const char *text, size_t n)
{
    static const char *const yes[] = {"si",   "s\xc3\xac", "s\xc3\x8c", "s",
                                      "x",    "1",         "yes",       "y",
                                      "vero", "true"};
    static const char *const no[] = {"no", "n", "0", "falso", "false", "-"};

    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        if (inc_word_equals(text, n, yes[i]))
            return 1;
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        if (inc_word_equals(text, n, no[i]))
            return 0;
    return -1;
}

static enum inc_status
car(const struct cell *x)
{
    const int has = yes_no(x->text, x->n);
    struct inc_draft_fact *f;

    if (has < 0)
        return bad(x, "neither yes nor no", "si or no");
    f = has ? state(x, INC_DRAFT_MOBILITY) : NULL;
    if (f != NULL)
        inc_fact_value(f, "car");
    return INC_OK;
}

/* The words that drafts of texts know, with the same levels. */
static int
language_level(const char *text, size_t n)
{
    static const struct {
        const char *word;
        int cefr;
    } words[] = {{"madrelingua", 6}, {"ottimo", 5},      {"fluente", 5},
                 {"avanzato", 5},    {"buono", 4},       {"discreto", 3},
                 {"intermedio", 3},  {"sufficiente", 3}, {"scolastico", 2},
                 {"base", 2},        {"elementare", 2}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (inc_word_equals(text, n, words[i].word))
            return words[i].cefr;
    return inc_word_cefr(text, n);
}

static enum inc_status
language(const struct cell *x)
{
    const int cefr = language_level(x->text, x->n);
    struct inc_draft_fact *f;

    if (yes_no(x->text, x->n) == 0)
        return INC_OK;
    if (cefr < 0)
        return bad(x, "not a level of a language",
                   "A1 ... C2, or base, scolastico, intermedio, buono, ottimo, "
                   "madrelingua");
    f = state(x, INC_DRAFT_LANGUAGE);
    if (f == NULL)
        return INC_OK;
    inc_fact_value(f,
                   inc_word_language(x->c->argument, strlen(x->c->argument)));
    for (int i = 0; i < 5; i++) {
        f->cefr[i] = cefr;
        f->has |= UINT64_C(1) << (INC_FACT_CEFR + i);
    }
    return INC_OK;
}

static enum inc_status
skill(const struct cell *x)
{
    static const char *const levels[] = {"", "base", "autonomo", "esperto",
                                         "avanzato"};
    int64_t level = inc_word_number(x->text, x->n);
    struct inc_draft_fact *f;

    if (x->c->argument[0] == '\0') {
        (void)inc_document_add(&x->row->doc, x->path, x->text, x->n, 1, NULL,
                               NULL);
        return INC_OK;
    }
    for (int i = 1; i <= 4 && level < 0; i++)
        if (inc_word_equals(x->text, x->n, levels[i]))
            level = i;
    if (level == 0 || (level < 0 && yes_no(x->text, x->n) == 0))
        return INC_OK;
    if (level > 4 || (level < 0 && yes_no(x->text, x->n) < 0))
        return bad(x, "not a level of a skill",
                   "0 to 4, base, autonomo, esperto, avanzato, si or no");
    f = state(x, INC_DRAFT_SKILL);
    if (f == NULL)
        return INC_OK;
    inc_fact_uri(f, x->c->argument);
    if (level > 0 && yes_no(x->text, x->n) != 1) {
        f->level = level;
        f->has |= UINT64_C(1) << INC_FACT_LEVEL;
    }
    return INC_OK;
}

static enum inc_status
licence(const struct cell *x)
{
    const char *code = inc_word_licence(x->text, x->n);
    struct inc_draft_fact *f;

    if (yes_no(x->text, x->n) == 0)
        return INC_OK;
    if (code == NULL)
        return bad(x, "not a licence",
                   "AM A1 A2 A B1 B BE C1 C1E C CE D1 D1E D DE KA KB CQC-C "
                   "CQC-P ADR CARRELLI PLE GRU");
    f = state(x, INC_DRAFT_LICENCE);
    if (f != NULL)
        inc_fact_value(f, code);
    return INC_OK;
}

static enum inc_status
id_of(const struct cell *x)
{
    if (x->n >= INC_TABLE_ID)
        return bad(x, "too long for an id", "at most 64 characters");
    for (size_t i = 0; i < x->n; i++) {
        const char c = x->text[i];

        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
              (c >= 'a' && c <= 'z') || strchr("._:-", c) != NULL))
            return bad(x, "no id",
                       "a pseudonym of letters, digits and . _ : -, never a "
                       "name");
    }
    memcpy(x->row->id, x->text, x->n);
    x->row->id[x->n] = '\0';
    return INC_OK;
}

static enum inc_status
place(const struct cell *x)
{
    struct inc_draft_fact *f = state(x, INC_DRAFT_PLACE);
    char *istat;

    if (f == NULL || x->n != 6 || inc_word_number(x->text, x->n) < 0)
        return INC_OK;
    istat = inc_arena_text(&x->row->doc.arena, x->text, x->n);
    if (istat != NULL)
        inc_fact_value(f, istat);
    return INC_OK;
}

static enum inc_status
take(const struct cell *x)
{
    struct inc_draft_fact *f;

    switch (x->c->field) {
    case FIELD_ID:
        return id_of(x);
    case FIELD_OCCUPATION:
        (void)state(x, INC_DRAFT_OCCUPATION);
        return INC_OK;
    case FIELD_WISH:
        f = state(x, INC_DRAFT_OCCUPATION);
        if (f != NULL)
            inc_fact_value(f, "wish");
        return INC_OK;
    case FIELD_SKILL:
        return skill(x);
    case FIELD_LANGUAGE:
        return language(x);
    case FIELD_LICENCE:
        return licence(x);
    case FIELD_PLACE:
        return place(x);
    case FIELD_EDUCATION:
        return counted(x, INC_DRAFT_EDUCATION, 1, 8, "an EQF level, 1 to 8");
    case FIELD_HOURS:
        return counted(x, INC_DRAFT_HOURS, 1, 80, "hours a week, 1 to 80");
    case FIELD_SEATS:
        return counted(x, INC_DRAFT_SEATS, 1, 10000, "people, 1 to 10000");
    case FIELD_MINUTES:
        return counted(x, INC_DRAFT_MOBILITY, 1, 240, "minutes, 1 to 240");
    case FIELD_START:
        return dated(x, INC_DRAFT_START);
    case FIELD_EXPIRES:
        return dated(x, INC_DRAFT_EXPIRES);
    case FIELD_CAR:
        return car(x);
    case FIELD_TEXT:
        (void)inc_document_add(&x->row->doc, x->path, x->text, x->n, 1, NULL,
                               NULL);
        return INC_OK;
    case FIELD_MONTHS: /* goes to the occupations, see months() */
    case FIELD_DROP:
    case FIELDS:
    default:
        return INC_OK;
    }
}

/* --- a row -----------------------------------------------------------------
 */

static enum inc_status
cells(struct inc_table *t, const struct column *c, struct inc_row *row)
{
    char path[LINE_MAX + 32];
    struct cell x = {.t = t, .c = c, .row = row, .path = path};
    size_t n;
    const char *text = inc_csv_field(t->csv, c->at, &n);
    enum inc_status st = INC_OK;

    (void)snprintf(path, sizeof path, "line %llu, %.100s",
                   (unsigned long long)row->line, c->name);
    if (n > CELL_BYTES) {
        x.text = "";
        return bad(&x, "the cell is too long", "at most 16384 bytes");
    }
    for (size_t at = 0; at <= n && st == INC_OK;) {
        const char *end =
            c->list == 0 || at == n ? NULL : memchr(text + at, c->list, n - at);

        x.text = text + at;
        x.n = end == NULL ? n - at : (size_t)(end - x.text);
        at += x.n + 1;
        inc_word_trim(&x.text, &x.n);
        if (x.n > 0)
            st = take(&x);
    }
    return st;
}

/* What a column of months says belongs to the occupations of the row. */
static enum inc_status
months(struct inc_table *t, const struct column *c, struct inc_row *row)
{
    const struct cell x = {.t = t, .c = c, .row = row};
    size_t n;
    const char *text = inc_csv_field(t->csv, c->at, &n);
    int64_t v;

    inc_word_trim(&text, &n);
    if (n == 0)
        return INC_OK;
    v = inc_word_number(text, n);
    if (v < 0 || v > 720)
        return bad(&x, "not a number that can be", "months, 0 to 720");
    for (uint32_t i = 0; i < row->doc.n_facts; i++)
        if (row->doc.facts[i].kind == INC_DRAFT_OCCUPATION &&
            row->doc.facts[i].value == NULL)
            inc_fact_number(&row->doc.facts[i], v);
    return INC_OK;
}

static enum inc_status
read_row(struct inc_table *t, struct inc_row *row)
{
    enum inc_status st = INC_OK;

    INC_TRY(inc_document_init(&row->doc, INC_FORM_TABLE, 0, &row->err));
    for (size_t i = 0; i < t->n; i++)
        INC_TRY(cells(t, &t->column[i], row));
    for (size_t i = 0; i < t->n; i++)
        if (t->column[i].field == FIELD_MONTHS)
            INC_TRY(months(t, &t->column[i], row));
    INC_TRY(inc_document_end(&row->doc, &row->err));
out:
    if (st != INC_OK)
        inc_document_release(&row->doc);
    return st;
}

int
inc_table_next(struct inc_table *t, struct inc_row *row, struct inc_err *err)
{
    int more = 0;

    *row = (struct inc_row){.st = INC_OK};
    if (inc_csv_next(t->csv, &more, err) != INC_OK)
        return -1;
    if (!more)
        return 0;
    row->line = inc_csv_line(t->csv);
    row->st = read_row(t, row);
    return 1;
}
