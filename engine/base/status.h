/*
 * status.h - the one error vocabulary of the engine.
 *
 * A function that can fail returns enum inc_status: 0 is success, every
 * failure is negative. What a person or a client needs to put it right goes
 * into a caller-owned struct inc_err, never into a global.
 * Floor 0: includes nothing of ours but errors.def.
 */
#ifndef INC_BASE_STATUS_H
#define INC_BASE_STATUS_H

enum inc_status {
#define INC_X(name, value, wire, exit, meaning) INC_##name = (value),
#include "engine/base/errors.def"
#undef INC_X
};

/*
 * What failed, where and what would be right. Caller-owned, no allocation.
 * No text in it ever holds personal data or a secret: it may quote codes,
 * URIs, field names and numbers, never a name or free text of a record.
 */
struct inc_err {
    enum inc_status status;
    int os;         /* errno or library code, 0 if none */
    char what[240]; /* NUL-terminated English sentence without full stop */
    char where[96]; /* path of the field, "skills[2].uri"; "" if none */
    char hint[400]; /* what would be right; "" if nothing helps */
};

/* Static text, never NULL, for any int. */
const char *inc_status_text(int status);
const char *inc_status_wire(int status); /* "internal" for unknown numbers */
int inc_status_exit(int status);         /* exit code for the command line */

/* The status whose wire name is `wire`; INC_E_BUG when there is none. */
enum inc_status inc_status_from_wire(const char *wire);

/* Forget whatever *err holds. err may be NULL. */
void inc_err_clear(struct inc_err *err);

/* Fill *err (if not NULL; where and hint become empty) and hand the status
 * back, so it fits `return`. */
enum inc_status inc_fail(struct inc_err *err, enum inc_status status, int os,
                         const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Add to an error already filled. No effect when err is NULL. */
void inc_err_where(struct inc_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void inc_err_hint(struct inc_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Put `prefix` before the path: "[2].uri" under "skills" -> "skills[2].uri".
 * A dot is added between two names. No effect when err is NULL. */
void inc_err_under(struct inc_err *err, const char *prefix);

/* Jump to the single exit `out:` of a function holding `enum inc_status st`. */
#define INC_TRY(call)                                                          \
    do {                                                                       \
        st = (call);                                                           \
        if (st != INC_OK)                                                      \
            goto out;                                                          \
    } while (0)

#endif
