/* Fuzz: any bytes as a table of roles. What is refused says where and why; in
 * what is accepted every name is found again, nobody has a closed operation but
 * by `everything`, and reading it again gives the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/access/judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(int yes)
{
    if (!yes)
        abort();
}

static void
check_role(const struct inc_roles *t, const struct inc_role *r)
{
    must(inc_roles_find(t, r->name) == r);
    must(memchr(r->name, '\0', sizeof r->name) != NULL && r->name[0] != '\0');
    must(r->n_bands <= INC_ROLE_BANDS && r->n_mosts <= INC_ROLE_MOSTS);
    must(t->n_purposes == 64 || r->purposes >> t->n_purposes == 0);
    for (int op = 0; op < INC_OP_COUNT; op++)
        must(!r->op[op] || !t->closed[op]);
    for (uint32_t i = 0; i < r->n_bands; i++)
        must(r->band[i].type < t->n_types && r->band[i].step > 0);
    for (uint32_t i = 0; i < r->n_mosts; i++)
        must(r->most[i].type < t->n_types);
}

/* Whoever has this role asks for everything, of an empty body: a judgement
 * comes, and the one that the table says. */
static void
judge_all(const struct inc_roles *t, const struct inc_role *r)
{
    const struct inc_visitor who = {.id = "u", .role = r};

    for (int op = 0; op < INC_OP_COUNT; op++) {
        struct inc_request q = {.v = INC_PROTOCOL, .op = (enum inc_op)op};
        struct inc_grant g;
        struct inc_err err = {0};
        enum inc_status st;

        q.purpose = t->n_purposes == 0 ? NULL : t->purpose[0];
        st = inc_judge(&g, t, &who, &q, &err);
        must(st == INC_OK || err.what[0] != '\0');
        must(st != INC_OK || r->everything || r->op[op]);
    }
}

static void
same(const struct inc_role *a, const struct inc_role *b)
{
    must(strcmp(a->name, b->name) == 0 && a->everything == b->everything);
    must(a->purposes == b->purposes);
    must(memcmp(a->op, b->op, sizeof a->op) == 0);
    must(memcmp(a->show, b->show, sizeof a->show) == 0);
    must(memcmp(a->full, b->full, sizeof a->full) == 0);
    must(memcmp(a->send, b->send, sizeof a->send) == 0);
    must(memcmp(a->alias, b->alias, sizeof a->alias) == 0);
    must(a->n_bands == b->n_bands && a->n_mosts == b->n_mosts);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inc_roles *t = NULL, *again = NULL;
    struct inc_err err = {0};

    if (inc_roles_read(&t, "fuzz", (const char *)data, size, &err) != INC_OK) {
        must(t == NULL && err.what[0] != '\0' && err.status != INC_OK);
        must(err.status == INC_E_NOMEM || strncmp(err.where, "fuzz", 4) == 0);
        return 0;
    }
    must(t->n_roles <= INC_ROLES_MAX && t->n_purposes <= INC_PURPOSES_MAX &&
         t->n_types <= INC_ROLE_TYPES);
    for (uint32_t i = 0; i < t->n_roles; i++) {
        check_role(t, &t->role[i]);
        judge_all(t, &t->role[i]);
    }
    for (uint32_t i = 0; i < t->n_purposes; i++)
        must(inc_roles_purpose(t, t->purpose[i]) == (int)i);
    must(inc_roles_read(&again, "fuzz", (const char *)data, size, &err) ==
         INC_OK);
    must(again->n_roles == t->n_roles);
    for (uint32_t i = 0; i < t->n_roles; i++)
        same(&again->role[i], &t->role[i]);
    inc_roles_drop(again);
    inc_roles_drop(t);
    return 0;
}
