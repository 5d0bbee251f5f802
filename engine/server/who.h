/*
 * who.h - who asks, and whether he still may. Private to engine/server.
 *
 * Threads: the book's desk is shared (engine/access/book.h); inc_who_refresh()
 * is the scribe's, and the main thread's before there is one.
 */
#ifndef INC_SERVER_WHO_H
#define INC_SERVER_WHO_H

#include "engine/server/desk.h"

/* Make the book anew from the store. On failure there is none, so nobody comes
 * in until it works: INC_E_... with the reason. */
enum inc_status inc_who_refresh(struct inc_desk *d, struct inc_err *err);

/*
 * Judge the request of whoever has `key` (NULL: this machine's own account).
 * *book is held for the grant, the caller's to drop; NULL on failure.
 * INC_E_STRANGER, INC_E_BUSY without a book, and what inc_judge() says.
 */
enum inc_status inc_who_judge(struct inc_grant *out, struct inc_book **book,
                              struct inc_desk *d, const char *key,
                              const struct inc_request *r, struct inc_err *err);
/* Is the key anybody's now? For requests that cannot be read. */
enum inc_status inc_who_knows(struct inc_desk *d, const char *key,
                              struct inc_err *err);

/* INC_OK while the job's asker may come in and has the rights he had when it
 * was let in. Any thread. */
enum inc_status inc_who_again(struct inc_desk *d, const struct inc_job *j,
                              struct inc_err *err);

/* May this user be stored: a role of the table, that the asker may give, and a
 * key that nobody else has. */
enum inc_status inc_who_check(struct inc_desk *d, const struct inc_job *j,
                              const struct inc_user *u, struct inc_err *err);

#endif
