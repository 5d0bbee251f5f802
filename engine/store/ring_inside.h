/*
 * ring_inside.h - what ring.c (opening, keys, destroying, new epochs) and
 * ring_file.c (the bytes of the file, making and copying one) share. Private to
 * the two. Layout and threads: ring.h.
 */
#ifndef INC_STORE_RING_INSIDE_H
#define INC_STORE_RING_INSIDE_H

#include <pthread.h>
#include <sys/types.h>

#include "engine/store/kek.h"
#include "engine/store/ring.h"

enum {
    RING_HEAD = 64,
    RING_NAME = 16,
    RING_ROW = INC_SECRET + INC_SEAL_EXTRA,
    RING_PATH = 4096
};

struct inc_ring_secrets { /* in locked memory */
    struct inc_kek kek;
    unsigned char data[INC_SECRET];
};

struct inc_ring {
    int fd;
    int writes;
    int locked;    /* the memory of the keys */
    uint64_t rows; /* the writer's: keys of 1..rows are there */
    uint32_t epoch;
    unsigned char name[RING_NAME];
    struct inc_ring_secrets *secret;
    pthread_mutex_t mutex; /* of what follows */
    uint64_t *gone;        /* ascending */
    _Atomic size_t n_gone; /* 0 is read without it */
    size_t cap_gone;
};

enum inc_status inc_ring_trouble(struct inc_err *err, int e, const char *doing);
/* DIR/keys, or DIR/keys/NAME. */
enum inc_status inc_ring_path(char out[RING_PATH], const char *dir,
                              const char *name, struct inc_err *err);
off_t inc_ring_place(uint64_t no); /* of a row in the file */
int inc_ring_is_zero(const unsigned char *p, size_t len);

void inc_ring_wrap(unsigned char row[RING_ROW],
                   const unsigned char key[INC_SECRET],
                   const unsigned char kek[INC_SECRET],
                   const unsigned char name[RING_NAME], uint32_t epoch,
                   uint64_t no);
/* 0, or -1 for a row that is not this key's. */
int inc_ring_unwrap(unsigned char key[INC_SECRET],
                    const unsigned char row[RING_ROW],
                    const unsigned char kek[INC_SECRET],
                    const unsigned char name[RING_NAME], uint32_t epoch,
                    uint64_t no);

/* 0, or -1 and errno. */
int inc_ring_write(int fd, const unsigned char *p, size_t len, off_t at);
int inc_ring_sync(int fd);

/* Read the head of r->fd. */
enum inc_status inc_ring_head(struct inc_ring *r, struct inc_err *err);
/* A new ring with a new data key in DIR/keys. */
enum inc_status inc_ring_make(const char *dir, const struct inc_kek_epoch *kek,
                              struct inc_err *err);
/* The whole ring into DIR/keys, in place of one that is there; under another
 * wrapping key when there is one. */
enum inc_status inc_ring_whole(const struct inc_ring *r, const char *dir,
                               const struct inc_kek_epoch *next,
                               struct inc_err *err);

#endif
