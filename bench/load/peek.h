/*
 * peek.h - the head of a reply without unpacking its body: an explained page
 * has thousands of values, and the generator shares its cores with the daemon.
 */
#ifndef INC_BENCH_LOAD_PEEK_H
#define INC_BENCH_LOAD_PEEK_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"

/*
 * Number of the request that a reply answers, and how it ended.
 *   no  out  what "r<number>" in the reply's id says
 *   st  out  INC_OK, or the error's status (INC_E_BUG for one not known)
 * 0; -1 when the bytes are no reply or the id is none of ours.
 */
int inc_reply_peek(uint64_t *no, enum inc_status *st, const void *bytes,
                   size_t len);

#endif
