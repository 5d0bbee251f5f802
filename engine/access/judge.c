#include "engine/access/judge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/buf.h"
#include "proto/bodies.h"

/* --- to what end, for which office -----------------------------------------
 */

static void
hint_purposes(const struct inc_grant *g, struct inc_err *err)
{
    struct inc_buf list = {0};

    for (uint32_t i = 0; i < g->roles->n_purposes; i++)
        if ((g->who->role->everything || g->who->role->purposes >> i & 1) != 0)
            inc_buf_printf(&list, "%s%s", list.len == 0 ? "one of: " : ", ",
                           g->roles->purpose[i]);
    inc_err_hint(err, "%s", inc_buf_cstr(&list));
    inc_buf_release(&list);
}

static enum inc_status
judge_purpose(const struct inc_grant *g, const struct inc_request *r,
              struct inc_err *err)
{
    enum inc_status st;
    int p;

    if (g->who->id == NULL && g->who->role->everything)
        return INC_OK;
    if (r->purpose == NULL) {
        st = inc_fail(err, INC_E_MISSING, 0,
                      "a request says to what end it is made");
    } else {
        p = inc_roles_purpose(g->roles, r->purpose);
        if (p >= 0 && (g->who->role->everything ||
                       (g->who->role->purposes >> p & 1) != 0))
            return INC_OK;
        st = p < 0 ? inc_fail(err, INC_E_DENIED, 0, "this is no purpose")
                   : inc_fail(err, INC_E_DENIED, 0,
                              "role %s does not act to this end",
                              g->who->role->name);
    }
    inc_err_where(err, "request.purpose");
    hint_purposes(g, err);
    return st;
}

static int
bound_to_offices(const struct inc_role *role)
{
    for (int k = 0; k < INC_RECORD_KINDS; k++)
        if (role->scope[k] == INC_SCOPE_OFFICES)
            return !role->everything;
    return 0;
}

static int
is_own_office(const struct inc_visitor *who, const char *office)
{
    for (uint32_t i = 0; i < who->n_offices; i++)
        if (strcmp(who->offices[i], office) == 0)
            return 1;
    return 0;
}

static enum inc_status
judge_office(const struct inc_grant *g, const struct inc_request *r,
             struct inc_err *err)
{
    const struct inc_visitor *who = g->who;

    if (who->role->everything)
        return INC_OK;
    if (bound_to_offices(who->role) && who->n_offices == 0) {
        (void)inc_fail(err, INC_E_DENIED, 0,
                       "this user has no office, and role %s works for one",
                       who->role->name);
        inc_err_hint(err, "an administrator gives it one");
        return INC_E_DENIED;
    }
    if (r->office == NULL || is_own_office(who, r->office) ||
        (!bound_to_offices(who->role) && who->n_offices == 0))
        return INC_OK;
    (void)inc_fail(err, INC_E_DENIED, 0, "this is not the user's office");
    inc_err_where(err, "request.office");
    inc_err_hint(err, "name one of your own offices, or none");
    return INC_E_DENIED;
}

/* --- the body ---------------------------------------------------------------
 */

struct walk {
    const struct inc_grant *g;
    enum inc_record_kind kind; /* of the operation */
    struct inc_err *err;
};

static enum inc_status
refuse_field(const struct walk *w, const char *field, const char *what)
{
    (void)inc_fail(w->err, INC_E_DENIED, 0, "role %s may not send %s",
                   w->g->who->role->name, what);
    inc_err_where(w->err, "%s", field);
    return INC_E_DENIED;
}

/* The table of what stands in a NODE field, NULL when none does. */
static const struct inc_type *
held_type(const struct walk *w, const struct inc_type *t,
          const struct inc_field *f)
{
    if (f->holds != NULL) {
        for (int k = 0; k < INC_RECORD_KINDS; k++)
            if (strcmp(inc_record_name((enum inc_record_kind)k), f->holds) == 0)
                return inc_record_type((enum inc_record_kind)k);
        return NULL;
    }
    if (w->kind == INC_RECORD_KINDS)
        return NULL;
    if (t == &inc_patch_type || t == &inc_draft_confirmed_type)
        return inc_record_type(w->kind);
    if (t == &inc_put_many_type)
        return w->kind == INC_RECORD_CANDIDATE ? &inc_candidate_put_type
               : w->kind == INC_RECORD_NEED    ? &inc_need_put_type
                                               : &inc_company_put_type;
    return NULL;
}

static enum inc_status walk_map(const struct walk *w, const struct inc_type *t,
                                const struct inc_node *map);

static enum inc_status
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the tables */
walk_value(const struct walk *w, const struct inc_type *t,
           const struct inc_field *f, const struct inc_node *n)
{
    const struct inc_type *in = f->type;
    enum inc_status st = INC_OK;

    if (f->kind == INC_KIND_NODE || f->item == INC_KIND_NODE) {
        in = held_type(w, t, f);
        if (in == NULL)
            return refuse_field(w, f->name, "this");
    }
    if (in == NULL)
        return INC_OK;
    if (inc_node_kind(n) == INC_NODE_MAP)
        st = walk_map(w, in, n);
    for (size_t i = 0; st == INC_OK && inc_node_kind(n) == INC_NODE_LIST &&
                       i < inc_node_count(n);
         i++)
        if (inc_node_kind(inc_node_at(n, i)) == INC_NODE_MAP)
            st = walk_map(w, in, inc_node_at(n, i));
    if (st != INC_OK)
        inc_err_under(w->err, f->name);
    return st;
}

/* A number of at most what the role may ask for. */
static enum inc_status
judge_most(const struct walk *w, int type, uint32_t field, const char *name,
           const struct inc_node *n)
{
    const struct inc_role *role = w->g->who->role;

    for (uint32_t i = 0; i < role->n_mosts; i++) {
        if (role->most[i].type != (uint32_t)type ||
            role->most[i].field != field || inc_node_kind(n) != INC_NODE_INT ||
            inc_node_int(n) <= role->most[i].value)
            continue;
        (void)inc_fail(w->err, INC_E_DENIED, 0,
                       "role %s may ask for less than that", role->name);
        inc_err_where(w->err, "%s", name);
        inc_err_hint(w->err, "at most %" PRId64, role->most[i].value);
        return INC_E_DENIED;
    }
    return INC_OK;
}

/* What is no field, or has the wrong kind, is the decoder's to refuse. */
static enum inc_status
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the tables */
walk_map(const struct walk *w, const struct inc_type *t,
         const struct inc_node *map)
{
    int no = inc_roles_type(w->g->roles, t);
    uint64_t may = no < 0 ? 0 : w->g->who->role->send[no];
    enum inc_status st = INC_OK;

    for (size_t i = 0; st == INC_OK && i < inc_node_count(map); i++) {
        size_t len;
        const char *key = inc_node_key(map, i, &len);

        for (uint32_t k = 0; k < t->n_fields; k++) {
            const struct inc_field *f = &t->fields[k];

            if (strlen(f->name) != len || memcmp(f->name, key, len) != 0)
                continue;
            if ((may >> k & 1) == 0)
                st = refuse_field(w, f->name, "this field");
            else
                st = judge_most(w, no, k, f->name, inc_node_at(map, i));
            if (st == INC_OK)
                st = walk_value(w, t, f, inc_node_at(map, i));
        }
    }
    return st;
}

/* --- views ------------------------------------------------------------------
 */

static uint64_t
visible(const struct inc_grant *g, const struct inc_type *t)
{
    const struct inc_role *role = g->who->role;
    int no = inc_roles_type(g->roles, t);

    if (role->everything)
        return UINT64_MAX;
    if (no < 0)
        return 0;
    return role->show[no] | (g->full ? role->full[no] : 0);
}

/* 1 when the view shows the table and all below it whole. */
static int
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the tables */
whole(const struct inc_grant *g, const struct inc_type *t)
{
    uint64_t seen = visible(g, t);

    for (uint32_t i = 0; i < t->n_fields; i++)
        if ((seen >> i & 1) == 0 ||
            (t->fields[i].type != NULL && !whole(g, t->fields[i].type)))
            return 0;
    return 1;
}

int
inc_sees_whole(const struct inc_grant *g, enum inc_record_kind kind)
{
    return whole(g, inc_record_type(kind));
}

/* A map or list is replaced whole: from who does not see it whole, what is
 * hidden would be lost. */
static enum inc_status
judge_patch(const struct walk *w, const struct inc_node *set)
{
    const struct inc_type *t;

    if (set == NULL || w->kind == INC_RECORD_KINDS)
        return INC_OK; /* the decoder's to refuse */
    t = inc_record_type(w->kind);
    for (uint32_t i = 0; i < t->n_fields; i++) {
        const struct inc_field *f = &t->fields[i];

        if (f->type == NULL || inc_node_get(set, f->name) == NULL ||
            whole(w->g, f->type))
            continue;
        (void)inc_fail(w->err, INC_E_DENIED, 0,
                       "your view shows this in part only, and a patch "
                       "replaces it whole");
        inc_err_where(w->err, "set.%s", f->name);
        inc_err_hint(w->err, "read it with the full view and send the patch "
                             "with view: full too");
        return INC_E_DENIED;
    }
    return INC_OK;
}

/* A key is changed by who has it, or by who may change any user. */
static enum inc_status
judge_rotate(const struct walk *w, const struct inc_request *r)
{
    const struct inc_node *n = inc_node_get(r->body, "id");
    const char *own = w->g->who->id, *id = NULL;
    size_t len = 0;

    if (n != NULL && inc_node_kind(n) == INC_NODE_TEXT)
        id = inc_node_text(n, &len);
    if (id == NULL ||
        (own != NULL && strlen(own) == len && memcmp(own, id, len) == 0))
        return INC_OK;
    (void)inc_fail(w->err, INC_E_DENIED, 0, "this is another user's key");
    inc_err_where(w->err, "id");
    inc_err_hint(w->err, "an administrator can change it");
    return INC_E_DENIED;
}

enum inc_status
inc_judge(struct inc_grant *out, const struct inc_roles *roles,
          const struct inc_visitor *who, const struct inc_request *r,
          struct inc_err *err)
{
    struct inc_grant g = {.roles = roles, .who = who, .full = r->full};
    const struct walk w = {&g, inc_op_record(r->op), err};
    const struct inc_role *role = who->role;
    enum inc_status st = INC_OK;

    if (!role->everything && !role->op[r->op]) {
        st = inc_fail(err, INC_E_DENIED, 0, "role %s may not ask for %s",
                      role->name, inc_ops[r->op].wire);
        inc_err_where(err, "request.op");
        goto out;
    }
    INC_TRY(judge_purpose(&g, r, err));
    INC_TRY(judge_office(&g, r, err));
    if (!role->everything && r->body != NULL) {
        INC_TRY(walk_map(&w, inc_ops[r->op].request, r->body));
        if (inc_ops[r->op].request == &inc_patch_type)
            INC_TRY(judge_patch(&w, inc_node_get(r->body, "set")));
        if (r->op == INC_OP_USER_ROTATE)
            INC_TRY(judge_rotate(&w, r));
    }
    *out = g;
out:
    return st;
}

void
inc_grant_sign(const struct inc_grant *g, struct inc_request *r)
{
    if (g->who->id == NULL)
        return;
    r->actor = g->who->id;
    if (r->office == NULL && g->who->n_offices == 1)
        r->office = g->who->offices[0];
}

/* --- scope ------------------------------------------------------------------
 */

static const char *
office_of(enum inc_record_kind kind, const union inc_record *r)
{
    switch (kind) {
    case INC_RECORD_CANDIDATE:
        return INC_HAS(r, INC_CANDIDATE_OFFICE) ? r->candidate.office : NULL;
    case INC_RECORD_NEED:
        return INC_HAS(r, INC_NEED_OFFICE) ? r->need.office : NULL;
    case INC_RECORD_COMPANY:
        return INC_HAS(r, INC_COMPANY_OFFICE) ? r->company.office : NULL;
    case INC_RECORD_USER:
    case INC_RECORD_KINDS:
    default:
        return NULL;
    }
}

static const char *
company_of(enum inc_record_kind kind, const union inc_record *r)
{
    if (kind == INC_RECORD_NEED)
        return INC_HAS(r, INC_NEED_COMPANY) ? r->need.company : NULL;
    return kind == INC_RECORD_COMPANY ? r->company.id : NULL;
}

int
inc_in_scope(const struct inc_grant *g, enum inc_record_kind kind,
             const union inc_record *r)
{
    const struct inc_visitor *who = g->who;
    const char *whose;

    if (who->role->everything)
        return 1;
    if (kind == INC_RECORD_USER && who->id != NULL &&
        strcmp(r->user.id, who->id) == 0)
        return 1;
    switch (who->role->scope[kind]) {
    case INC_SCOPE_ALL:
        return 1;
    case INC_SCOPE_OFFICES:
        whose = office_of(kind, r);
        return whose != NULL && is_own_office(who, whose);
    case INC_SCOPE_COMPANY:
        whose = company_of(kind, r);
        return whose != NULL && who->company != NULL &&
               strcmp(whose, who->company) == 0;
    case INC_SCOPE_NONE:
    default:
        return 0;
    }
}

int
inc_all_offices(const struct inc_grant *g, enum inc_record_kind kind)
{
    return g->who->role->everything ||
           g->who->role->scope[kind] == INC_SCOPE_ALL;
}

int
inc_own_office(const struct inc_grant *g, const char *office)
{
    return g->who->role->everything || is_own_office(g->who, office);
}
