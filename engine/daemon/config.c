#include "engine/daemon/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/log.h"
#include "engine/base/mem.h"
#include "engine/base/utf8.h"
#include "proto/schema.h"

enum kind { TEXT, INT, BOOL, LEVEL, SANDBOX };

static const struct setting {
    const char *name, *fallback, *doc;
    int64_t min, max;
    enum kind kind;
    int reload;
} settings[INC_SETTINGS] = {
#define INC_X(name, kind, fallback, min, max, reload, doc)                     \
    {#name, fallback, doc, min, max, kind, reload},
#include "engine/daemon/settings.def"
#undef INC_X
};

static const char *const names[] = {
#define INC_X(name, kind, fallback, min, max, reload, doc) #name,
#include "engine/daemon/settings.def"
#undef INC_X
    NULL};

enum { NAME_MAX_BYTES = 32, VALUE_MAX_BYTES = 4096 };

void
inc_config_release(struct inc_config *c)
{
    for (int i = 0; i < INC_SETTINGS; i++)
        inc_mem_free(c->value[i].text);
    memset(c, 0, sizeof *c);
}

const char *
inc_setting_name(enum inc_setting s)
{
    return settings[s].name;
}

const char *
inc_setting_doc(enum inc_setting s)
{
    return settings[s].doc;
}

int
inc_setting_reloads(enum inc_setting s)
{
    return settings[s].reload;
}

const char *
inc_config_nearest(const char *name, size_t len)
{
    return inc_nearest_name(name, len, names);
}

/* Number of a name, `-` read as `_`; -1. */
static int
find(const char *name, size_t len)
{
    char low[NAME_MAX_BYTES];

    if (len == 0 || len >= sizeof low)
        return -1;
    for (size_t i = 0; i < len; i++)
        low[i] = (char)(name[i] == '-' ? '_' : name[i]);
    low[len] = '\0';
    for (int i = 0; i < INC_SETTINGS; i++)
        if (strcmp(settings[i].name, low) == 0)
            return i;
    return -1;
}

static enum inc_status
fail_at(struct inc_err *err, const char *origin, const char *what,
        const char *hint)
{
    (void)inc_fail(err, INC_E_CONFIG, 0, "%s", what);
    inc_err_where(err, "%s", origin);
    if (hint != NULL)
        inc_err_hint(err, "%s", hint);
    return INC_E_CONFIG;
}

static enum inc_status
unknown_name(struct inc_err *err, const char *origin, const char *what,
             const char *name, size_t len)
{
    const char *near = inc_config_nearest(name, len);
    int shown = len > NAME_MAX_BYTES ? NAME_MAX_BYTES : (int)len;

    (void)inc_fail(err, INC_E_CONFIG, 0, "unknown %s '%.*s'", what, shown,
                   name);
    inc_err_where(err, "%s", origin);
    if (near != NULL)
        inc_err_hint(err, "did you mean %s?", near);
    else
        inc_err_hint(err, "incrociod --help lists all settings");
    return INC_E_CONFIG;
}

enum inc_status
inc_config_set(struct inc_config *c, enum inc_setting s, enum inc_source source,
               const char *origin, const char *text, size_t len,
               struct inc_err *err)
{
    char *copy;

    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return fail_at(err, origin, "the value has a control character",
                           NULL);
    if (len > VALUE_MAX_BYTES)
        return fail_at(err, origin, "the value is too long",
                       "at most 4096 bytes");
    if (!inc_utf8_valid(text, len))
        return fail_at(err, origin, "the value is not UTF-8", NULL);
    if (source < c->value[s].source)
        return INC_OK;
    copy = inc_mem_text(text, len);
    if (copy == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a setting");
    inc_mem_free(c->value[s].text);
    c->value[s].text = copy;
    c->value[s].source = source;
    (void)snprintf(c->value[s].origin, sizeof c->value[s].origin, "%s", origin);
    return INC_OK;
}

/* --- the file ------------------------------------------------------------ */

static int
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void
trim(const char **text, size_t *len)
{
    while (*len > 0 && is_space(**text)) {
        ++*text;
        --*len;
    }
    while (*len > 0 && is_space((*text)[*len - 1]))
        --*len;
}

/* Length without a comment. */
static size_t
before_comment(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (line[i] == '#' && (i == 0 || is_space(line[i - 1])))
            return i;
    return len;
}

/* A long path keeps its end: the name and the line matter most. */
static void
name_origin(char out[INC_ORIGIN], const char *name, unsigned line)
{
    size_t len = strlen(name);
    const size_t room = INC_ORIGIN - 16;

    if (len > room)
        (void)snprintf(out, INC_ORIGIN, "...%s:%u", name + len - room, line);
    else
        (void)snprintf(out, INC_ORIGIN, "%s:%u", name, line);
}

struct reader {
    const char *name;
    unsigned line;
    unsigned seen[INC_SETTINGS]; /* line of a key, 0: not yet */
};

static enum inc_status
read_line(struct inc_config *c, struct reader *r, const char *line, size_t len,
          struct inc_err *err)
{
    char origin[INC_ORIGIN];
    const char *equals, *value;
    size_t key_len, value_len;
    int s;

    name_origin(origin, r->name, r->line);
    len = before_comment(line, len);
    trim(&line, &len);
    if (len == 0)
        return INC_OK;
    equals = memchr(line, '=', len);
    if (equals == NULL)
        return fail_at(err, origin, "this line is no `key = value`",
                       "comments begin with #");
    key_len = (size_t)(equals - line);
    value = equals + 1;
    value_len = len - key_len - 1;
    trim(&line, &key_len);
    trim(&value, &value_len);
    if (!inc_utf8_valid(line, key_len))
        return fail_at(err, origin, "the key is not UTF-8", NULL);
    s = find(line, key_len);
    if (s < 0)
        return unknown_name(err, origin, "key", line, key_len);
    if (r->seen[s] != 0) {
        (void)inc_fail(err, INC_E_CONFIG, 0,
                       "%s stands twice, first in line %u", settings[s].name,
                       r->seen[s]);
        inc_err_where(err, "%s", origin);
        inc_err_hint(err, "keep one of the two");
        return INC_E_CONFIG;
    }
    r->seen[s] = r->line;
    return inc_config_set(c, (enum inc_setting)s, INC_FROM_FILE, origin, value,
                          value_len, err);
}

enum inc_status
inc_config_file(struct inc_config *c, const char *name, const void *text,
                size_t len, struct inc_err *err)
{
    const char *p = text, *end = p + len;
    struct reader r = {.name = name};
    enum inc_status st = INC_OK;

    if (len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
        p += 3;
    while (p < end && st == INC_OK) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t line = (size_t)((stop == NULL ? end : stop) - p);

        r.line++;
        st = read_line(c, &r, p, line, err);
        p += line + (stop != NULL);
    }
    return st;
}

/* --- environment and flags ------------------------------------------------ */

enum inc_status
inc_config_environment(struct inc_config *c,
                       const char *(*get)(const char *name),
                       struct inc_err *err)
{
    enum inc_status st = INC_OK;

    for (int s = 0; s < INC_SETTINGS && st == INC_OK; s++) {
        char name[16 + NAME_MAX_BYTES];
        const char *value;

        (void)snprintf(name, sizeof name, "INCROCIO_%s", settings[s].name);
        for (char *p = name; *p != '\0'; p++)
            if (*p >= 'a' && *p <= 'z')
                *p = (char)(*p - 'a' + 'A');
        value = get(name);
        if (value != NULL)
            st = inc_config_set(c, (enum inc_setting)s, INC_FROM_ENVIRONMENT,
                                name, value, strlen(value), err);
    }
    return st;
}

enum inc_status
inc_config_flag(struct inc_config *c, const char *arg, const char *next,
                int *used, struct inc_err *err)
{
    const char *equals, *value;
    char origin[NAME_MAX_BYTES + 4];
    size_t len;
    int s;

    *used = 0;
    if (strncmp(arg, "--", 2) != 0)
        return INC_OK;
    equals = strchr(arg, '=');
    len = equals == NULL ? strlen(arg + 2) : (size_t)(equals - arg - 2);
    s = find(arg + 2, len);
    if (s < 0)
        return INC_OK;
    (void)snprintf(origin, sizeof origin, "--%s", settings[s].name);
    *used = 1;
    if (equals != NULL) {
        value = equals + 1;
    } else if (settings[s].kind == BOOL) {
        value = "true";
    } else if (next != NULL) {
        value = next;
        *used = 2;
    } else {
        return fail_at(err, origin, "this flag needs a value", settings[s].doc);
    }
    return inc_config_set(c, (enum inc_setting)s, INC_FROM_FLAG, origin, value,
                          strlen(value), err);
}

/* --- checks --------------------------------------------------------------- */

static enum inc_status
bad_value(const struct inc_config *c, int s, struct inc_err *err)
{
    (void)inc_fail(err, INC_E_CONFIG, 0, "%s cannot be '%.60s'",
                   settings[s].name, c->value[s].text);
    inc_err_where(err, "%s", c->value[s].origin);
    return INC_E_CONFIG;
}

static enum inc_status
finish_int(struct inc_config *c, int s, struct inc_err *err)
{
    const char *text = c->value[s].text;
    char *end;
    long long n;

    errno = 0;
    n = strtoll(text, &end, 10);
    if (*text == '\0' || *end != '\0' || errno != 0 || is_space(*text) ||
        n < settings[s].min || n > settings[s].max) {
        (void)bad_value(c, s, err);
        inc_err_hint(err, "a whole number from %lld to %lld",
                     (long long)settings[s].min, (long long)settings[s].max);
        return INC_E_CONFIG;
    }
    c->value[s].number = n;
    return INC_OK;
}

static enum inc_status
finish_bool(struct inc_config *c, int s, struct inc_err *err)
{
    static const char *const yes[] = {"true", "yes", "on", "1"};
    static const char *const no[] = {"false", "no", "off", "0"};

    for (size_t i = 0; i < INC_COUNT(yes); i++) {
        if (strcmp(c->value[s].text, yes[i]) == 0) {
            c->value[s].number = 1;
            return INC_OK;
        }
        if (strcmp(c->value[s].text, no[i]) == 0) {
            c->value[s].number = 0;
            return INC_OK;
        }
    }
    (void)bad_value(c, s, err);
    inc_err_hint(err, "true or false");
    return INC_E_CONFIG;
}

static enum inc_status
finish_level(struct inc_config *c, int s, struct inc_err *err)
{
    for (int i = 0; inc_log_level_names[i] != NULL; i++)
        if (strcmp(c->value[s].text, inc_log_level_names[i]) == 0) {
            c->value[s].number = i;
            return INC_OK;
        }
    (void)bad_value(c, s, err);
    inc_err_hint(err, "error, warn, info or debug");
    return INC_E_CONFIG;
}

/* Numbers as in enum inc_sandbox. */
static enum inc_status
finish_sandbox(struct inc_config *c, int s, struct inc_err *err)
{
    static const char *const words[] = {"off", "on", "auto"};

    for (size_t i = 0; i < INC_COUNT(words); i++)
        if (strcmp(c->value[s].text, words[i]) == 0) {
            c->value[s].number = (int64_t)i;
            return INC_OK;
        }
    (void)bad_value(c, s, err);
    inc_err_hint(err, "on, off or auto");
    return INC_E_CONFIG;
}

enum inc_status
inc_config_finish(struct inc_config *c, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    for (int s = 0; s < INC_SETTINGS; s++) {
        const char *fallback = settings[s].fallback;

        if (c->value[s].source == INC_FROM_NOWHERE && fallback != NULL)
            INC_TRY(inc_config_set(c, (enum inc_setting)s, INC_FROM_DEFAULT,
                                   "default", fallback, strlen(fallback), err));
        if (c->value[s].text == NULL ||
            (fallback == NULL && *c->value[s].text == '\0')) {
            st = fail_at(err,
                         c->value[s].text == NULL ? settings[s].name
                                                  : c->value[s].origin,
                         "this setting has no value", settings[s].doc);
            goto out;
        }
        switch (settings[s].kind) {
        case TEXT:
            break;
        case INT:
            INC_TRY(finish_int(c, s, err));
            break;
        case BOOL:
            INC_TRY(finish_bool(c, s, err));
            break;
        case LEVEL:
            INC_TRY(finish_level(c, s, err));
            break;
        case SANDBOX:
            INC_TRY(finish_sandbox(c, s, err));
            break;
        }
    }
out:
    return st;
}

const char *
inc_config_text(const struct inc_config *c, enum inc_setting s)
{
    return c->value[s].text;
}

const char *
inc_config_optional(const struct inc_config *c, enum inc_setting s)
{
    const char *text = c->value[s].text;

    return text == NULL || *text == '\0' ? NULL : text;
}

int64_t
inc_config_int(const struct inc_config *c, enum inc_setting s)
{
    return c->value[s].number;
}

void
inc_config_print(const struct inc_config *c, struct inc_buf *out)
{
    for (int s = 0; s < INC_SETTINGS; s++)
        inc_buf_printf(out, "%-17s = %-30s # %s\n", settings[s].name,
                       c->value[s].text == NULL ? "" : c->value[s].text,
                       c->value[s].origin);
}
