#include "engine/access/book.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/check.h"
#include "engine/base/mem.h"

struct page {
    char key[INC_Z85 + 1];
    struct inc_visitor who; /* texts owned */
    int closed;             /* revoked, no such role, or a key of two */
    int64_t until;          /* INT64_MAX: no last day */
};

struct inc_book {
    atomic_uint holders;
    struct inc_roles *roles;
    struct inc_visitor local; /* role NULL: nothing */
    struct page *page;        /* [n] by key */
    size_t n;
};

struct inc_book_maker {
    struct inc_roles *roles;
    struct inc_visitor local;
    struct page *page;
    size_t n, cap;
};

struct inc_book_desk {
    pthread_mutex_t mutex; /* guards `now` alone */
    struct inc_book *now;
};

static void
page_release(struct page *p)
{
    inc_mem_free((void *)p->who.id);
    inc_mem_free((void *)p->who.company);
    for (uint32_t i = 0; p->who.offices != NULL && i < p->who.n_offices; i++)
        inc_mem_free((void *)p->who.offices[i]);
    inc_mem_free((void *)p->who.offices);
}

enum inc_status
inc_book_begin(struct inc_book_maker **out, struct inc_roles *roles,
               const char *local, struct inc_err *err)
{
    const struct inc_role *role = NULL;

    *out = NULL;
    if (local != NULL && (role = inc_roles_find(roles, local)) == NULL) {
        (void)inc_fail(err, INC_E_CONFIG, 0, "there is no role '%.32s'", local);
        inc_err_where(err, "local_role");
        inc_err_hint(err, "none, or a role of the table of roles");
        return INC_E_CONFIG;
    }
    *out = inc_mem_zero(1, sizeof **out);
    if (*out == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the users");
    (*out)->roles = inc_roles_hold(roles);
    (*out)->local.role = role;
    return INC_OK;
}

static int
copy(const char **to, const char *from)
{
    *to = from == NULL ? NULL : inc_mem_text(from, strlen(from));
    return from != NULL && *to == NULL ? -1 : 0;
}

static int
fill(struct page *p, const struct inc_user *u, const struct inc_roles *roles)
{
    const char **offices = NULL;

    memcpy(p->key, u->key, INC_Z85);
    p->who.role = inc_roles_find(roles, u->role);
    p->closed =
        (INC_HAS(u, INC_USER_REVOKED) && u->revoked) || p->who.role == NULL;
    p->who.revision = u->revision;
    p->until = INC_HAS(u, INC_USER_UNTIL) ? u->until : INT64_MAX;
    if (copy(&p->who.id, u->id) != 0 ||
        copy(&p->who.company,
             INC_HAS(u, INC_USER_COMPANY) ? u->company : NULL) != 0)
        return -1;
    if (u->n_offices == 0)
        return 0;
    offices = inc_mem_zero(u->n_offices, sizeof *offices);
    p->who.offices = offices;
    if (offices == NULL)
        return -1;
    p->who.n_offices = u->n_offices;
    for (uint32_t i = 0; i < u->n_offices; i++)
        if (copy(&offices[i], u->offices[i]) != 0)
            return -1;
    return 0;
}

enum inc_status
inc_book_add(struct inc_book_maker *m, const struct inc_user *u,
             struct inc_err *err)
{
    void *list = m->page;
    struct page *p;

    if (u->key == NULL || strlen(u->key) != INC_Z85)
        return INC_OK; /* a damaged record lets nobody in */
    if (inc_mem_grow(&list, &m->cap, m->n, sizeof *m->page) != 0)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the users");
    m->page = list;
    p = &m->page[m->n];
    memset(p, 0, sizeof *p);
    if (fill(p, u, m->roles) != 0) {
        page_release(p);
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the users");
    }
    m->n++;
    return INC_OK;
}

static int
by_key(const void *a, const void *b)
{
    const struct page *x = a, *y = b;

    return memcmp(x->key, y->key, INC_Z85);
}

struct inc_book *
inc_book_end(struct inc_book_maker *m)
{
    struct inc_book *b = inc_mem_zero(1, sizeof *b);

    if (b == NULL) {
        inc_book_abandon(m);
        return NULL;
    }
    atomic_init(&b->holders, 1);
    b->roles = m->roles;
    b->local = m->local;
    b->page = m->page;
    b->n = m->n;
    inc_mem_free(m);
    if (b->n > 0)
        qsort(b->page, b->n, sizeof *b->page, by_key);
    for (size_t i = 0; i < b->n; i++)
        b->page[i].who.key = b->page[i].key;
    for (size_t i = 1; i < b->n; i++)
        if (by_key(&b->page[i - 1], &b->page[i]) == 0)
            b->page[i - 1].closed = b->page[i].closed = 1;
    return b;
}

void
inc_book_abandon(struct inc_book_maker *m)
{
    if (m == NULL)
        return;
    for (size_t i = 0; i < m->n; i++)
        page_release(&m->page[i]);
    inc_mem_free(m->page);
    inc_roles_drop(m->roles);
    inc_mem_free(m);
}

struct inc_book *
inc_book_hold(struct inc_book *b)
{
    atomic_fetch_add_explicit(&b->holders, 1, memory_order_relaxed);
    return b;
}

void
inc_book_drop(struct inc_book *b)
{
    if (b == NULL ||
        atomic_fetch_sub_explicit(&b->holders, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < b->n; i++)
        page_release(&b->page[i]);
    inc_mem_free(b->page);
    inc_roles_drop(b->roles);
    inc_mem_free(b);
}

const struct inc_roles *
inc_book_roles(const struct inc_book *b)
{
    return b->roles;
}

size_t
inc_book_users(const struct inc_book *b)
{
    return b->n;
}

const struct inc_visitor *
inc_book_local(const struct inc_book *b)
{
    return b->local.role == NULL ? NULL : &b->local;
}

static const struct page *
find(const struct inc_book *b, const char *key)
{
    size_t low = 0, high = b->n;

    while (low < high && strlen(key) == INC_Z85) {
        size_t mid = low + (high - low) / 2;
        int order = memcmp(key, b->page[mid].key, INC_Z85);

        if (order == 0)
            return &b->page[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

int
inc_book_has_key(const struct inc_book *b, const char *key, const char *but_id)
{
    for (size_t i = 0; i < b->n; i++)
        if (strcmp(b->page[i].key, key) == 0 &&
            strcmp(b->page[i].who.id, but_id) != 0)
            return 1;
    return 0;
}

const struct inc_visitor *
inc_book_find(const struct inc_book *b, const char *key, int32_t today)
{
    const struct page *p = find(b, key);

    return p == NULL || p->closed || today > p->until ? NULL : &p->who;
}

const struct inc_visitor *
inc_book_again(const struct inc_book *b, const struct inc_visitor *who,
               int32_t today, int *same)
{
    const struct inc_visitor *now = who->key == NULL
                                        ? inc_book_local(b)
                                        : inc_book_find(b, who->key, today);

    *same =
        now != NULL && now->revision == who->revision && now->role == who->role;
    return now;
}

struct inc_book_desk *
inc_book_desk_new(void)
{
    struct inc_book_desk *d = inc_mem_zero(1, sizeof *d);

    if (d != NULL)
        INC_CHECK(pthread_mutex_init(&d->mutex, NULL) == 0);
    return d;
}

void
inc_book_desk_free(struct inc_book_desk *d)
{
    if (d == NULL)
        return;
    inc_book_drop(d->now);
    (void)pthread_mutex_destroy(&d->mutex);
    inc_mem_free(d);
}

struct inc_book *
inc_book_now(struct inc_book_desk *d)
{
    struct inc_book *b;

    INC_CHECK(pthread_mutex_lock(&d->mutex) == 0);
    b = d->now == NULL ? NULL : inc_book_hold(d->now);
    INC_CHECK(pthread_mutex_unlock(&d->mutex) == 0);
    return b;
}

void
inc_book_put(struct inc_book_desk *d, struct inc_book *next)
{
    struct inc_book *old;

    INC_CHECK(pthread_mutex_lock(&d->mutex) == 0);
    old = d->now;
    d->now = next;
    INC_CHECK(pthread_mutex_unlock(&d->mutex) == 0);
    inc_book_drop(old);
}
