#include "engine/access/roles.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "proto/bodies.h"
#include "proto/replies.h"

enum { LINE_MAX = 4096, WORDS_MAX = 200 };

/* --- the tables of fields ------------------------------------------------- */

/* Tables nest without cycles, so this ends. */
static void
/* NOLINTNEXTLINE(misc-no-recursion) */
collect(struct inc_roles *r, const struct inc_type *t)
{
    if (t == NULL || inc_roles_type(r, t) >= 0 || r->n_types == INC_ROLE_TYPES)
        return; /* a type that finds no room is seen by nobody */
    r->type[r->n_types++] = t;
    for (uint32_t i = 0; i < t->n_fields; i++)
        collect(r, t->fields[i].type);
}

static void
collect_all(struct inc_roles *r)
{
    for (int op = 0; op < INC_OP_COUNT; op++) {
        collect(r, inc_ops[op].request);
        collect(r, inc_ops[op].reply);
    }
    for (int k = 0; k < INC_RECORD_KINDS; k++)
        collect(r, inc_record_type((enum inc_record_kind)k));
}

int
inc_roles_type(const struct inc_roles *r, const struct inc_type *t)
{
    for (uint32_t i = 0; i < r->n_types; i++)
        if (r->type[i] == t)
            return (int)i;
    return -1;
}

enum inc_record_kind
inc_op_record(enum inc_op op)
{
    for (int k = 0; k < INC_RECORD_KINDS; k++) {
        const char *name = inc_record_name((enum inc_record_kind)k);
        size_t len = strlen(name);

        if (strncmp(inc_ops[op].wire, name, len) == 0 &&
            inc_ops[op].wire[len] == '.')
            return (enum inc_record_kind)k;
    }
    return INC_RECORD_KINDS;
}

/* --- reading -------------------------------------------------------------- */

struct reader {
    struct inc_roles *roles;
    struct inc_role *role; /* of the lines that are read, or NULL */
    uint64_t open[INC_ROLE_TYPES];
    const char *name;
    unsigned line;
    char *word[WORDS_MAX];
    size_t words;
    struct inc_err *err;
};

static enum inc_status
bad(struct reader *r, const char *what, const char *word,
    const char *const *known)
{
    const char *near =
        known == NULL ? NULL : inc_nearest_name(word, strlen(word), known);

    (void)inc_fail(r->err, INC_E_CONFIG, 0, "%s '%.40s'", what, word);
    inc_err_where(r->err, "%.60s:%u", r->name, r->line);
    if (near != NULL)
        inc_err_hint(r->err, "did you mean %s?", near);
    else
        inc_err_hint(r->err, "docs/access.md describes the table of roles");
    return INC_E_CONFIG;
}

static int
is_name(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t n = strlen(text);

    return n > 0 && n <= INC_ROLE_NAME && strspn(text, letters) == n;
}

static int
find_type(const struct reader *r, const char *name)
{
    for (uint32_t i = 0; i < r->roles->n_types; i++)
        if (strcmp(r->roles->type[i]->name, name) == 0)
            return (int)i;
    return -1;
}

static enum inc_status
unknown_type(struct reader *r, const char *word)
{
    const char *names[INC_ROLE_TYPES + 1] = {NULL};

    for (uint32_t i = 0; i < r->roles->n_types; i++)
        names[i] = r->roles->type[i]->name;
    return bad(r, "there is no table of fields", word, names);
}

static uint64_t
all_of(const struct inc_type *t)
{
    return t->n_fields >= 64 ? UINT64_MAX : (UINT64_C(1) << t->n_fields) - 1;
}

static enum inc_status
find_field(struct reader *r, uint32_t type, const char *word, uint32_t *out)
{
    const char *names[65] = {NULL};
    const struct inc_type *t = r->roles->type[type];
    int i = inc_field_index(t, word);

    if (i >= 0) {
        *out = (uint32_t)i;
        return INC_OK;
    }
    for (uint32_t k = 0; k < t->n_fields && k < 64; k++)
        names[k] = t->fields[k].name;
    return bad(r, "this table has no field", word, names);
}

/* TYPE FIELD...|* */
static enum inc_status
read_fields(struct reader *r, uint64_t sets[INC_ROLE_TYPES])
{
    enum inc_status st = INC_OK;
    int type;

    if (r->words < 3)
        return bad(r, "a table and its fields should follow", r->word[0], NULL);
    type = find_type(r, r->word[1]);
    if (type < 0)
        return unknown_type(r, r->word[1]);
    for (size_t i = 2; i < r->words; i++) {
        uint32_t field;

        if (strcmp(r->word[i], "*") == 0) {
            sets[type] |= all_of(r->roles->type[type]);
            continue;
        }
        INC_TRY(find_field(r, (uint32_t)type, r->word[i], &field));
        sets[type] |= UINT64_C(1) << field;
    }
out:
    return st;
}

static enum inc_status
read_open(struct reader *r)
{
    for (size_t i = 1; i < r->words; i++) {
        int type = find_type(r, r->word[i]);

        if (type < 0)
            return unknown_type(r, r->word[i]);
        r->open[type] = all_of(r->roles->type[type]);
    }
    return INC_OK;
}

static enum inc_status
read_purpose(struct reader *r)
{
    struct inc_roles *t = r->roles;

    if (r->words < 2 || !is_name(r->word[1]))
        return bad(r, "a name should follow", r->word[0], NULL);
    if (inc_roles_purpose(t, r->word[1]) >= 0)
        return bad(r, "this purpose is there twice", r->word[1], NULL);
    if (t->n_purposes == INC_PURPOSES_MAX)
        return bad(r, "too many purposes", r->word[1], NULL);
    (void)snprintf(t->purpose[t->n_purposes++], INC_ROLE_NAME + 1, "%s",
                   r->word[1]);
    return INC_OK;
}

static enum inc_status
read_role(struct reader *r)
{
    struct inc_roles *t = r->roles;

    if (r->words != 2 || !is_name(r->word[1]))
        return bad(r, "one name should follow", r->word[0], NULL);
    if (inc_roles_find(t, r->word[1]) != NULL)
        return bad(r, "this role is there twice", r->word[1], NULL);
    if (t->n_roles == INC_ROLES_MAX)
        return bad(r, "too many roles", r->word[1], NULL);
    r->role = &t->role[t->n_roles++];
    (void)snprintf(r->role->name, sizeof r->role->name, "%s", r->word[1]);
    memcpy(r->role->show, r->open, sizeof r->open);
    memcpy(r->role->send, r->open, sizeof r->open);
    return INC_OK;
}

/* The operations of a line, marked in a set that none of the other has. */
static enum inc_status
mark_ops(struct reader *r, unsigned char *set, const unsigned char *other)
{
    const char *names[INC_OP_COUNT + 1] = {NULL};

    for (int i = 0; i < INC_OP_COUNT; i++)
        names[i] = inc_ops[i].wire;
    for (size_t i = 1; i < r->words; i++) {
        int op = inc_op_find(r->word[i], strlen(r->word[i]));

        if (op < 0)
            return bad(r, "there is no operation", r->word[i], names);
        if (other != NULL && other[op])
            return bad(r, "a line above closes this operation:", r->word[i],
                       NULL);
        set[op] = 1;
    }
    return INC_OK;
}

static enum inc_status
read_ops(struct reader *r)
{
    return mark_ops(r, r->role->op, r->roles->closed);
}

static enum inc_status
read_closed(struct reader *r)
{
    return mark_ops(r, r->roles->closed, NULL);
}

static enum inc_status
read_purposes(struct reader *r)
{
    const char *names[INC_PURPOSES_MAX + 1] = {NULL};

    for (uint32_t i = 0; i < r->roles->n_purposes; i++)
        names[i] = r->roles->purpose[i];
    for (size_t i = 1; i < r->words; i++) {
        int p = inc_roles_purpose(r->roles, r->word[i]);

        if (p < 0)
            return bad(r, "there is no purpose", r->word[i], names);
        r->role->purposes |= UINT64_C(1) << p;
    }
    return INC_OK;
}

static enum inc_status
read_scope(struct reader *r)
{
    static const char *const scopes[] = {"none", "company", "offices", "all",
                                         NULL};
    const char *kinds[INC_RECORD_KINDS + 1] = {NULL};

    if (r->words != 3)
        return bad(r, "a kind of record and whose should follow", r->word[0],
                   NULL);
    for (int k = 0; k < INC_RECORD_KINDS; k++) {
        kinds[k] = inc_record_name((enum inc_record_kind)k);
        for (int s = 0; s <= INC_SCOPE_ALL; s++)
            if (strcmp(kinds[k], r->word[1]) == 0 &&
                strcmp(scopes[s], r->word[2]) == 0) {
                r->role->scope[k] = (enum inc_scope)s;
                return INC_OK;
            }
        if (strcmp(kinds[k], r->word[1]) == 0)
            return bad(r, "there is no scope", r->word[2], scopes);
    }
    return bad(r, "there is no kind of record", r->word[1], kinds);
}

/* TYPE FIELD NUMBER */
static enum inc_status
read_number(struct reader *r, long least, uint32_t *type, uint32_t *field,
            int64_t *out)
{
    enum inc_status st = INC_OK;
    char *end;
    int found;

    if (r->words != 4)
        return bad(r, "a table, a field and a number should follow", r->word[0],
                   NULL);
    found = find_type(r, r->word[1]);
    if (found < 0)
        return unknown_type(r, r->word[1]);
    *type = (uint32_t)found;
    INC_TRY(find_field(r, *type, r->word[2], field));
    *out = strtol(r->word[3], &end, 10);
    if (*end != '\0' || *out < least || *out > 1000000 ||
        r->roles->type[found]->fields[*field].kind != INC_KIND_INT)
        return bad(r, "no number up to 1000000, of a field of numbers",
                   r->word[3], NULL);
out:
    return st;
}

static enum inc_status
read_band(struct reader *r)
{
    struct inc_role *role = r->role;
    uint32_t n = role->n_bands;
    enum inc_status st = INC_OK;

    if (n == INC_ROLE_BANDS)
        return bad(r, "too many lines", r->word[0], NULL);
    INC_TRY(read_number(r, 1, &role->band[n].type, &role->band[n].field,
                        &role->band[n].step));
    role->n_bands++;
out:
    return st;
}

static enum inc_status
read_most(struct reader *r)
{
    struct inc_role *role = r->role;
    uint32_t n = role->n_mosts;
    enum inc_status st = INC_OK;

    if (n == INC_ROLE_MOSTS)
        return bad(r, "too many lines", r->word[0], NULL);
    INC_TRY(read_number(r, 0, &role->most[n].type, &role->most[n].field,
                        &role->most[n].value));
    role->n_mosts++;
out:
    return st;
}

static enum inc_status
read_everything(struct reader *r)
{
    if (r->words != 1)
        return bad(r, "nothing should follow", r->word[0], NULL);
    r->role->everything = 1;
    return INC_OK;
}

static enum inc_status
read_show(struct reader *r)
{
    return read_fields(r, r->role->show);
}

static enum inc_status
read_full(struct reader *r)
{
    return read_fields(r, r->role->full);
}

static enum inc_status
read_send(struct reader *r)
{
    return read_fields(r, r->role->send);
}

static enum inc_status
read_alias(struct reader *r)
{
    return read_fields(r, r->role->alias);
}

static enum inc_status
read_words(struct reader *r)
{
    static const struct {
        const char *word;
        int of_role; /* 1: only within one; 0: only before the first */
        enum inc_status (*read)(struct reader *r);
    } known[] = {{"purpose", 0, read_purpose},
                 {"open", 0, read_open},
                 {"closed", 0, read_closed},
                 {"role", -1, read_role},
                 {"everything", 1, read_everything},
                 {"ops", 1, read_ops},
                 {"purposes", 1, read_purposes},
                 {"scope", 1, read_scope},
                 {"show", 1, read_show},
                 {"full", 1, read_full},
                 {"send", 1, read_send},
                 {"alias", 1, read_alias},
                 {"band", 1, read_band},
                 {"most", 1, read_most}};
    enum { KNOWN = sizeof known / sizeof known[0] };
    const char *names[KNOWN + 1] = {NULL};

    for (size_t i = 0; i < KNOWN; i++) {
        names[i] = known[i].word;
        if (strcmp(known[i].word, r->word[0]) != 0)
            continue;
        if (known[i].of_role >= 0 && known[i].of_role != (r->role != NULL))
            return bad(r,
                       r->role == NULL ? "a role should begin before"
                                       : "this belongs before the first role:",
                       r->word[0], NULL);
        return known[i].read(r);
    }
    return bad(r, "no line of a table of roles begins with", r->word[0], names);
}

/* One line into words; what follows # is a comment. */
static enum inc_status
read_line(struct reader *r, const char *line, size_t len)
{
    char text[LINE_MAX];
    char *rest = NULL;

    if (len >= sizeof text)
        return bad(r, "a line is too long:", "", NULL);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)line[i];

        if (c == '#') {
            len = i;
            break;
        }
        if ((c < ' ' && c != '\t' && c != '\r') || c > 126)
            return bad(r, "a line has a character that is not plain ASCII:", "",
                       NULL);
    }
    memcpy(text, line, len);
    text[len] = '\0';
    r->words = 0;
    for (char *w = strtok_r(text, " \t\r", &rest); w != NULL;
         w = strtok_r(NULL, " \t\r", &rest)) {
        if (r->words == WORDS_MAX)
            return bad(r, "a line has too many words:", w, NULL);
        r->word[r->words++] = w;
    }
    return r->words == 0 ? INC_OK : read_words(r);
}

enum inc_status
inc_roles_read(struct inc_roles **out, const char *name, const char *text,
               size_t len, struct inc_err *err)
{
    struct inc_roles *roles = inc_mem_zero(1, sizeof *roles);
    struct reader *r = inc_mem_zero(1, sizeof *r);
    const char *end = text + len;
    enum inc_status st = INC_OK;

    *out = NULL;
    if (roles != NULL)
        roles->role = inc_mem_zero(INC_ROLES_MAX, sizeof *roles->role);
    if (r == NULL || roles == NULL || roles->role == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the table of roles");
        goto out;
    }
    atomic_init(&roles->holders, 1);
    *r = (struct reader){.roles = roles, .name = name, .err = err};
    collect_all(roles);
    if (len > INC_ROLES_BYTES_MAX) {
        st = inc_fail(err, INC_E_CONFIG, 0,
                      "the table of roles is over %d "
                      "bytes",
                      INC_ROLES_BYTES_MAX);
        inc_err_where(err, "%.80s", name);
        goto out;
    }
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t line = (size_t)((stop == NULL ? end : stop) - text);

        r->line++;
        INC_TRY(read_line(r, text, line));
        text += line + (stop != NULL);
    }
    if (roles->n_roles == 0) {
        st = inc_fail(err, INC_E_CONFIG, 0, "the table holds no role");
        inc_err_where(err, "%.80s", name);
        goto out;
    }
    *out = roles;
    roles = NULL;
out:
    inc_roles_drop(roles);
    inc_mem_free(r);
    return st;
}

struct inc_roles *
inc_roles_hold(struct inc_roles *r)
{
    atomic_fetch_add_explicit(&r->holders, 1, memory_order_relaxed);
    return r;
}

void
inc_roles_drop(struct inc_roles *r)
{
    if (r == NULL ||
        (r->role != NULL &&
         atomic_fetch_sub_explicit(&r->holders, 1, memory_order_acq_rel) != 1))
        return;
    inc_mem_free(r->role);
    inc_mem_free(r);
}

const struct inc_role *
inc_roles_find(const struct inc_roles *r, const char *name)
{
    for (uint32_t i = 0; i < r->n_roles; i++)
        if (strcmp(r->role[i].name, name) == 0)
            return &r->role[i];
    return NULL;
}

int
inc_roles_purpose(const struct inc_roles *r, const char *name)
{
    for (uint32_t i = 0; i < r->n_purposes; i++)
        if (strcmp(r->purpose[i], name) == 0)
            return (int)i;
    return -1;
}
