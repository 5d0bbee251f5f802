/*
 * keys.h - CURVE key pairs: made here, kept in small text files. Floor 0.
 *
 * A key is 32 bytes, written as 40 characters of Z85 (ZeroMQ RFC 32). A file
 * holds a pair and what goes with it, one `name value` a line:
 *
 *     # incrocio key; keep it to yourself
 *     user anna
 *     public ...
 *     secret ...
 *     server ...      (public key of the daemon it is for; may be absent)
 *
 * A secret leaves the file only for memory of the program that uses it: no
 * function here writes it anywhere else. Any thread.
 */
#ifndef INC_BASE_KEYS_H
#define INC_BASE_KEYS_H

#include <stddef.h>

#include "engine/base/status.h"

enum { INC_CURVE = 32, INC_Z85 = 40, INC_KEY_USER = 64 };

struct inc_keys {
    char user[INC_KEY_USER + 1]; /* "" when the file does not say */
    char public_key[INC_Z85 + 1];
    char secret[INC_Z85 + 1];
    char server[INC_Z85 + 1]; /* "" when the file does not say */
};

/* 0, or -1 when the text is not 40 characters of Z85. */
int inc_z85_read(unsigned char out[INC_CURVE], const char *text, size_t len);
void inc_z85_write(char out[INC_Z85 + 1], const unsigned char in[INC_CURVE]);

/* A new pair; user and server become "". */
void inc_keys_make(struct inc_keys *out);
/* Overwrite with zeros. */
void inc_keys_wipe(struct inc_keys *k);

/*
 * The text of a file. INC_E_CONFIG with "NAME:LINE" in err->where: a line that
 * is no key's, a key that is not one, a pair that does not belong together.
 * The secret is never quoted.
 */
enum inc_status inc_keys_parse(struct inc_keys *out, const char *name,
                               const char *text, size_t len,
                               struct inc_err *err);

/* INC_E_NOTFOUND; INC_E_CONFIG also for a file that others may read. */
enum inc_status inc_keys_read(struct inc_keys *out, const char *path,
                              struct inc_err *err);

/* Write it, mode 0600; with `fresh` INC_E_CONFIG when the file is there. */
enum inc_status inc_keys_write(const char *path, const struct inc_keys *k,
                               int fresh, struct inc_err *err);

#endif
