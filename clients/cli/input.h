/* input.h - the whole of a large file, without a copy of it in memory. */
#ifndef INC_CLIENTS_CLI_INPUT_H
#define INC_CLIENTS_CLI_INPUT_H

#include <stddef.h>

#include "engine/base/buf.h"
#include "engine/base/status.h"

struct inc_input {
    const char *text; /* never NULL after open */
    size_t len;
    void *map;           /* of a regular file, or NULL */
    struct inc_buf copy; /* of anything else */
};

/*
 * All of a file; "-" and what is no regular file (a pipe) is read into memory,
 * at most `most` bytes. Whoever makes the file shorter meanwhile ends the
 * program (SIGBUS).
 * INC_E_CONFIG: no such file; INC_E_LIMIT, INC_E_IO, INC_E_NOMEM.
 */
enum inc_status inc_input_open(struct inc_input *in, const char *path,
                               size_t most, struct inc_err *err);
void inc_input_close(struct inc_input *in); /* safe on zeroed memory */

#endif
