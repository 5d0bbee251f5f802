/*
 * proof.h - what lets somebody else check the register: signed checkpoints,
 * proofs, the exported heads. Floor 5. All is text, lines of words; the other
 * side is clients/audit, which shares no code with this. Format:
 * docs/records.md.
 *
 * Threads: any, through a view.
 */
#ifndef INC_STORE_PROOF_H
#define INC_STORE_PROOF_H

#include "engine/base/buf.h"
#include "engine/store/trail.h"

/*
 * Append the heads of journal and register at the view's moment, signed. With
 * since > 0 also the proof that the register of `since` entries is the
 * beginning of this one; INC_E_RANGE when there were never so many. INC_E_STORE
 * when the store has no key to sign with.
 */
enum inc_status inc_checkpoint_write(struct inc_buf *out, struct inc_view *v,
                                     int64_t at_unix_ms, uint64_t since,
                                     struct inc_err *err);

/* Append the proof that entry `no` is in the register, and with person > 0 that
 * she is in the entry; INC_E_NOTFOUND. Memory from the arena. */
enum inc_status inc_proof_write(struct inc_buf *out, struct inc_view *v,
                                int64_t at_unix_ms, uint64_t no,
                                uint64_t person, struct inc_arena *a,
                                struct inc_err *err);

/* Append heads after number `after` of the register, or of the journal, until
 * `room` bytes are there; *next: go on after it, 0 at the end. Of a register
 * that was pruned the signed cut comes first, and leaves for what is gone. */
enum inc_status inc_export_write(struct inc_buf *out, struct inc_view *v,
                                 int journal, uint64_t after, size_t room,
                                 uint64_t *next, struct inc_err *err);

#endif
