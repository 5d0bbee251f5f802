/*
 * roles.h - the table of roles: which operation, to what end, over which
 * records and which of their fields. Floor engine/access.
 *
 * One text file, read whole or refused whole; what it does not say is not
 * allowed. The format is docs/access.md's, the shipped table roles.conf.
 * A table is immutable and counted: any thread may hold one.
 */
#ifndef INC_ACCESS_ROLES_H
#define INC_ACCESS_ROLES_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"
#include "engine/profile/record.h"
#include "proto/message.h"

enum {
    INC_ROLES_MAX = 32,
    INC_PURPOSES_MAX = 64,
    INC_ROLE_NAME = 32,
    INC_ROLE_TYPES = 128, /* tables of fields, of requests and replies */
    INC_ROLE_BANDS = 16,
    INC_ROLE_MOSTS = 16,
    INC_ROLES_BYTES_MAX = 256 * 1024
};

/* Whose records of one kind. */
enum inc_scope {
    INC_SCOPE_NONE,
    INC_SCOPE_COMPANY, /* of the user's company */
    INC_SCOPE_OFFICES, /* of the user's offices */
    INC_SCOPE_ALL
};

/* Sets of fields: bit i is field i of the type's table. */
struct inc_role {
    char name[INC_ROLE_NAME + 1];
    int everything; /* no limit at all */
    unsigned char op[INC_OP_COUNT];
    uint64_t purposes;
    enum inc_scope scope[INC_RECORD_KINDS];
    uint64_t show[INC_ROLE_TYPES];  /* in every reply */
    uint64_t full[INC_ROLE_TYPES];  /* and these when the full view is asked */
    uint64_t send[INC_ROLE_TYPES];  /* may stand in a request */
    uint64_t alias[INC_ROLE_TYPES]; /* replaced by a name of this question */
    struct {
        uint32_t type, field;
        int64_t step; /* numbers become multiples of it, downwards */
    } band[INC_ROLE_BANDS];
    uint32_t n_bands;
    struct {
        uint32_t type, field;
        int64_t value; /* a request may not send more */
    } most[INC_ROLE_MOSTS];
    uint32_t n_mosts;
};

struct inc_roles {
    const struct inc_type *type[INC_ROLE_TYPES];
    uint32_t n_types;
    char purpose[INC_PURPOSES_MAX][INC_ROLE_NAME + 1];
    uint32_t n_purposes;
    unsigned char closed[INC_OP_COUNT]; /* for roles with `everything` alone */
    struct inc_role *role;              /* [n_roles] owned */
    uint32_t n_roles;
    _Atomic unsigned holders;
};

/*
 * Read a table. `name` is the file's, for err->where ("roles.conf:12").
 * INC_E_CONFIG with the nearest known name as hint, INC_E_NOMEM. On failure
 * *out is NULL.
 */
enum inc_status inc_roles_read(struct inc_roles **out, const char *name,
                               const char *text, size_t len,
                               struct inc_err *err);
struct inc_roles *inc_roles_hold(struct inc_roles *r);
void inc_roles_drop(struct inc_roles *r); /* NULL is fine */

/* The table that is shipped; `*len` bytes, no NUL. */
const char *inc_roles_default(size_t *len);

const struct inc_role *inc_roles_find(const struct inc_roles *r,
                                      const char *name);
/* Place of a type in the table, or -1: nobody sees or sends it. */
int inc_roles_type(const struct inc_roles *r, const struct inc_type *t);
int inc_roles_purpose(const struct inc_roles *r, const char *name); /* or -1 */

/* The kind of record that an operation reads or writes; INC_RECORD_KINDS for
 * none. */
enum inc_record_kind inc_op_record(enum inc_op op);

#endif
