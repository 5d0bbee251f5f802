/*
 * disk.h - the system calls by which a store reaches its files, seen on their
 * way and made to fail. The functions of this name stand in the program (or in
 * a library loaded before the C library), so LMDB's calls come here too.
 * Only files below one folder are watched; everything else passes.
 */
#ifndef INC_TESTS_RELIABILITY_DISK_H
#define INC_TESTS_RELIABILITY_DISK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum rel_call {
    REL_PWRITE,
    REL_WRITEV,
    REL_WRITE,
    REL_FDATASYNC,
    REL_FSYNC,
    REL_FTRUNCATE,
    REL_CREATE, /* open() that makes a file */
    REL_MKDIR,
    REL_LINK,
    REL_RENAME,
    REL_UNLINK,
    REL_RMDIR,
    REL_CALLS
};
extern const char *const rel_call_names[REL_CALLS + 1]; /* NULL-ended */

/* One call that succeeded. */
struct rel_io {
    enum rel_call call;
    ino_t ino;         /* of the file or folder */
    int is_folder;     /* a folder was synced */
    int dsync;         /* written through a descriptor opened O_DSYNC */
    uint64_t at;       /* offset, or the new length of ftruncate */
    const void *bytes; /* what was written */
    size_t len;
    const char *path;     /* full path, "" when the call names none */
    const char *new_path; /* link and rename */
};

enum rel_action {
    REL_NOTHING,
    REL_EIO,
    REL_ENOSPC,
    REL_SHORT, /* half of the bytes are written; for a sync: EIO */
    REL_KILL   /* SIGKILL to this process instead of the call */
};

/* What is watched and what shall happen. Set before, read after; calls of
 * several threads are counted together. */
struct rel_disk {
    char folder[512]; /* full path without slash at the end; "": nothing */
    unsigned calls;   /* bits 1 << enum rel_call that count for `nth` */
    uint64_t nth;     /* this one fails, 1.. ; 0: none */
    enum rel_action action;
    int sticky;        /* and every one after it */
    uint64_t capacity; /* bytes that fit below the folder; 0: no bound */
    void (*seen)(void *arg, const struct rel_io *io);
    void *arg;
    /* out */
    uint64_t counted; /* calls of those in `calls` */
    uint64_t failed;
};

/* Begin to watch with a copy of *d, or end with NULL. */
void rel_disk_set(const struct rel_disk *d);
/* How it stands. */
struct rel_disk rel_disk_get(void);
/* Let more or less fit, while it goes on. */
void rel_disk_capacity(uint64_t bytes);

#endif
