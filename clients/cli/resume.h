/*
 * resume.h - FILE.incrocio-state: how far an import came. Written now and then
 * while it runs and removed when it is done. It holds counts only.
 *
 * Resuming is a shortcut, not what makes an import safe: every record's key
 * comes from the file's digest, the kind and the line, so the daemon knows a
 * record it has stored already.
 */
#ifndef INC_CLIENTS_CLI_RESUME_H
#define INC_CLIENTS_CLI_RESUME_H

#include <stdint.h>

#include "engine/base/hash.h"
#include "engine/base/status.h"
#include "proto/message.h"

struct inc_resume {
    char path[1024];
    char digest[INC_DIGEST_HEX]; /* of the file being imported */
    const char *kind;            /* "candidate" ... */
    uint64_t line;               /* everything up to this line has its answer */
    uint64_t stored, known, failed; /* among those */
};

/* Start a state for a file; picks up what an earlier run left for the same
 * bytes and kind. 1 when there was something to resume. Standard input ("-")
 * has no state. */
int inc_resume_open(struct inc_resume *r, const char *file, const char *kind,
                    const unsigned char digest[INC_DIGEST]);
enum inc_status inc_resume_save(const struct inc_resume *r,
                                struct inc_err *err);
void inc_resume_done(const struct inc_resume *r); /* removes the file */

/* Request key of one line: BLAKE2b of digest, kind and salt (0, or a random
 * number to store again what was stored before), and the line in its last six
 * bytes: neighbours in the file are neighbours in the store's table of keys,
 * which makes writing them cheap. */
void inc_import_key(unsigned char key[INC_KEY],
                    const unsigned char digest[INC_DIGEST], const char *kind,
                    uint64_t line, uint64_t salt);

#endif
