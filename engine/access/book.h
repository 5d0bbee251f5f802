/*
 * book.h - who may come in, by public key. Floor engine/access.
 *
 * Threads: a book is immutable and counted. The scribe makes the next one when
 * a user or the roles changed and puts it on the desk (inc_desk_book); whoever
 * judges a request holds the one of that moment. Nothing else is shared.
 */
#ifndef INC_ACCESS_BOOK_H
#define INC_ACCESS_BOOK_H

#include "engine/access/roles.h"
#include "engine/base/keys.h"

struct inc_book;
struct inc_book_maker;

struct inc_visitor {
    const char *id;              /* NULL: this machine's own account */
    const char *key;             /* public; NULL likewise */
    int64_t revision;            /* of the stored user */
    const struct inc_role *role; /* never NULL */
    const char *const *offices;  /* [n_offices] */
    uint32_t n_offices;
    const char *company; /* or NULL */
};

/* --- making one ----------------------------------------------------------- */

/* Keeps a hold of the roles. `local`: the role of this machine's own account,
 * NULL when it has none; INC_E_CONFIG when the table does not have it. */
enum inc_status inc_book_begin(struct inc_book_maker **out,
                               struct inc_roles *roles, const char *local,
                               struct inc_err *err);
/* Add a stored user; what is needed of it is copied. */
enum inc_status inc_book_add(struct inc_book_maker *m, const struct inc_user *u,
                             struct inc_err *err);
/* Consumes the maker. A key that two users have lets neither in. */
struct inc_book *inc_book_end(struct inc_book_maker *m);
void inc_book_abandon(struct inc_book_maker *m); /* NULL is fine */

struct inc_book *inc_book_hold(struct inc_book *b);
void inc_book_drop(struct inc_book *b); /* NULL is fine */

/* --- asking --------------------------------------------------------------- */

const struct inc_roles *inc_book_roles(const struct inc_book *b);
size_t inc_book_users(const struct inc_book *b); /* revoked ones too */

/* This machine's own account, or NULL when it may do nothing. */
const struct inc_visitor *inc_book_local(const struct inc_book *b);
/* 1 when somebody else uses this key, or did. */
int inc_book_has_key(const struct inc_book *b, const char *key,
                     const char *but_id);

/*
 * Who has this public key (Z85) on that day, or NULL: nobody, revoked, past
 * its last day, of a role that the table does not have, or not alone with it.
 * Lives as long as the book.
 */
const struct inc_visitor *inc_book_find(const struct inc_book *b,
                                        const char *key, int32_t today);

/* The visitor of an older book as he is in this one, or NULL when he may not
 * come in any more. *same is 0 when his rights may be others now. */
const struct inc_visitor *inc_book_again(const struct inc_book *b,
                                         const struct inc_visitor *who,
                                         int32_t today, int *same);

/* --- the book in use ------------------------------------------------------ */

/* The desk it lies on: one pointer under a mutex. All zero is empty. */
struct inc_book_desk;
struct inc_book_desk *inc_book_desk_new(void); /* NULL without memory */
void inc_book_desk_free(struct inc_book_desk *d);
/* A hold of the book in use, NULL when there is none. */
struct inc_book *inc_book_now(struct inc_book_desk *d);
/* Takes `next` over. */
void inc_book_put(struct inc_book_desk *d, struct inc_book *next);

#endif
