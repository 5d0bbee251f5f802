/*
 * judge.h - may this visitor ask this? Floor engine/access.
 *
 * Pure functions: nothing is read but the arguments, so a judgement can be
 * repeated and tested in all its cases. The server calls inc_judge() once for
 * every request, before it decodes the body, and inc_mask() once for every
 * reply.
 */
#ifndef INC_ACCESS_JUDGE_H
#define INC_ACCESS_JUDGE_H

#include "engine/access/book.h"

/* What was granted; views the visitor and the roles. */
struct inc_grant {
    const struct inc_roles *roles;
    const struct inc_visitor *who;
    int full; /* the full view was asked */
};

/*
 * Judge a request: operation, purpose, office, and every field of its body.
 * INC_E_DENIED or, for a purpose that is not there, INC_E_MISSING; err->where
 * is the request's or body's path. *out is filled when INC_OK comes back.
 *
 *   - a visitor with an id names a purpose of the table's list that its role
 *     has; this machine's own account need not
 *   - an office that is named is one of the visitor's, unless the role is
 *     bound to no office
 *   - a field of the body is one that the role may send; of values nothing is
 *     looked at but whose user `user.rotate` is about
 *   - a patch of a map or a list that the visitor's view shows in part only is
 *     refused: what is hidden in it would be lost
 */
enum inc_status inc_judge(struct inc_grant *out, const struct inc_roles *roles,
                          const struct inc_visitor *who,
                          const struct inc_request *r, struct inc_err *err);

/* Who, and for which office, as the journal is to say it: a user's own id, and
 * its only office when the request names none. */
void inc_grant_sign(const struct inc_grant *g, struct inc_request *r);

/* Is the stored record one of those the visitor works on? */
int inc_in_scope(const struct inc_grant *g, enum inc_record_kind kind,
                 const union inc_record *r);
/* Is it one of the visitor's offices? Who may do everything has all. */
int inc_own_office(const struct inc_grant *g, const char *office);
/* Is any office's record of this kind? 0: only of g->who->offices. */
int inc_all_offices(const struct inc_grant *g, enum inc_record_kind kind);
/* May a whole record take the place of a stored one? Only from who has seen
 * it whole. */
int inc_sees_whole(const struct inc_grant *g, enum inc_record_kind kind);

/* --- mask.c --------------------------------------------------------------- */

enum { INC_ALIAS_SECRET = 32 };

/*
 * A reply's body as the visitor may see it: fields of the table's `show` (and
 * `full`), numbers in bands, ids under an alias. What no table describes is
 * left out.
 *   out      appended to
 *   op       of the request; its reply's table describes the body
 *   about    what the question was about: aliases of two questions differ
 *   secret   [INC_ALIAS_SECRET] of this daemon, so that nobody can try ids
 * INC_E_BUG for a body that is no msgpack, INC_E_NOMEM.
 */
enum inc_status inc_mask(struct inc_buf *out, const struct inc_grant *g,
                         enum inc_op op, const void *body, size_t len,
                         const char *about,
                         const unsigned char secret[INC_ALIAS_SECRET],
                         struct inc_err *err);

/* The alias of an id, "p-" and 16 hex digits. */
enum { INC_ALIAS_TEXT = 19 };
void inc_alias(char out[INC_ALIAS_TEXT], const char *who, const char *about,
               const char *id, size_t len,
               const unsigned char secret[INC_ALIAS_SECRET]);

#endif
