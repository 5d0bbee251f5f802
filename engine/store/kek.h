/*
 * kek.h - the file with the key-encryption key, the root of all other keys.
 * Private to engine/store. The thread that opens the store.
 *
 * Text, three kinds of line:
 *   incrocio key 1
 *   epoch 4 <64 hex digits>
 * One epoch, or two while the keys change from one to the next. Whoever has
 * this file and the store reads everything; who lost it reads nothing.
 */
#ifndef INC_STORE_KEK_H
#define INC_STORE_KEK_H

#include <stdint.h>

#include "engine/base/seal.h"

enum { INC_KEK_EPOCHS = 2 };

struct inc_kek {
    unsigned n; /* 1 or 2, oldest first */
    struct inc_kek_epoch {
        uint32_t epoch; /* from 1 */
        unsigned char key[INC_SECRET];
    } at[INC_KEK_EPOCHS];
};

/* Read the file into memory of inc_secret_new(). INC_E_NOTFOUND, INC_E_CONFIG
 * when others may read it or it is not a key file. Files in a credentials
 * directory of systemd have the mode that systemd gives them. */
enum inc_status inc_kek_load(struct inc_kek *out, const char *path,
                             struct inc_err *err);
/* The same from text that ends with NUL at `len`; 0 when it is no key file. */
int inc_kek_parse(struct inc_kek *out, const char *text, size_t len);
/* A new key as epoch 1, into a file that is not there. */
enum inc_status inc_kek_make(struct inc_kek *out, const char *path,
                             struct inc_err *err);
/* Put these epochs in the place of what the file holds, durably; the bytes of
 * the old file are overwritten before it goes. */
enum inc_status inc_kek_save(const struct inc_kek *kek, const char *path,
                             struct inc_err *err);
/* Add the epoch after the last with a new key. */
void inc_kek_next(struct inc_kek *kek);
/* Does systemd give this file? It is read-only then. */
int inc_kek_is_credential(const char *path);
const unsigned char *inc_kek_of(const struct inc_kek *kek, uint32_t epoch);

#endif
