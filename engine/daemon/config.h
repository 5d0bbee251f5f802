/*
 * config.h - settings from flags, environment, file and defaults, in that
 * order of strength. Floor engine/daemon. One thread; read-only after finish.
 *
 * Every error says which source and line, what is wrong and what would be
 * right. Parsing touches no file and no environment: the callers bring text.
 */
#ifndef INC_DAEMON_CONFIG_H
#define INC_DAEMON_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/buf.h"
#include "engine/base/status.h"

enum inc_setting {
#define INC_X(name, kind, fallback, min, max, reload, doc) INC_SET_##name,
#include "engine/daemon/settings.def"
#undef INC_X
    INC_SETTINGS
};

/* Stronger ones come later. */
enum inc_source {
    INC_FROM_NOWHERE,
    INC_FROM_DEFAULT,
    INC_FROM_FILE,
    INC_FROM_ENVIRONMENT,
    INC_FROM_FLAG
};

enum { INC_ORIGIN = 80, INC_CONFIG_BYTES_MAX = 256 * 1024 };

struct inc_config {
    struct {
        char *text; /* owned */
        enum inc_source source;
        char origin[INC_ORIGIN]; /* "incrociod.conf:12", "--store" ... */
        int64_t number;          /* INT and BOOL, after finish */
    } value[INC_SETTINGS];
};

/* All zero is an empty configuration. */
void inc_config_release(struct inc_config *c);

const char *inc_setting_name(enum inc_setting s);
const char *inc_setting_doc(enum inc_setting s);
int inc_setting_reloads(enum inc_setting s);

/*
 * The text of a configuration file: lines `key = value`, `#` begins a comment
 * at the start of a line or after a space. A key may stand once. INC_E_CONFIG
 * with "NAME:LINE" in err->where; *c then holds the lines before.
 */
enum inc_status inc_config_file(struct inc_config *c, const char *name,
                                const void *text, size_t len,
                                struct inc_err *err);

/* Settings of the environment; `get` is getenv or a test's. */
enum inc_status inc_config_environment(struct inc_config *c,
                                       const char *(*get)(const char *name),
                                       struct inc_err *err);

/*
 * One flag: `--key=value`, `--key value` (next is argv's following text or
 * NULL) or, for yes-or-no settings, `--key` alone.
 * *used is 1 or 2 texts; 0 when arg is no setting's flag (nothing done).
 */
enum inc_status inc_config_flag(struct inc_config *c, const char *arg,
                                const char *next, int *used,
                                struct inc_err *err);

/* Set from code; a weaker source does not replace a stronger one. */
enum inc_status inc_config_set(struct inc_config *c, enum inc_setting s,
                               enum inc_source source, const char *origin,
                               const char *text, size_t len,
                               struct inc_err *err);

/* Fill the fallbacks that are texts, check kinds and ranges. Settings whose
 * fallback depends on the machine must be set before. */
enum inc_status inc_config_finish(struct inc_config *c, struct inc_err *err);

const char *inc_config_text(const struct inc_config *c, enum inc_setting s);
/* The text, or NULL when empty. */
const char *inc_config_optional(const struct inc_config *c, enum inc_setting s);
int64_t inc_config_int(const struct inc_config *c, enum inc_setting s);

/* Lines `key = value   # origin`, a usable file. */
void inc_config_print(const struct inc_config *c, struct inc_buf *out);

/* The nearest known flag for an unknown one, or NULL. */
const char *inc_config_nearest(const char *name, size_t len);

#endif
