/*
 * stream.h - a large file written in pieces and put in place whole, and one
 * mapped to read. Any thread, one at a time for each.
 */
#ifndef INC_BASE_STREAM_H
#define INC_BASE_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/hash.h"
#include "engine/base/status.h"

enum { INC_STREAM_PATH = 4096 };

struct inc_stream {
    char path[INC_STREAM_PATH], temp[INC_STREAM_PATH];
    struct inc_hasher hasher;
    uint64_t at;                      /* bytes so far */
    unsigned char digest[INC_DIGEST]; /* of the whole, once ended */
    int fd;
};

/* Start a new file, `path`.new, mode 0600; one writer of a path at a time.
 * INC_E_IO, INC_E_FULL ... */
enum inc_status inc_stream_begin(struct inc_stream *s, const char *path,
                                 struct inc_err *err);
enum inc_status inc_stream_add(struct inc_stream *s, const void *bytes,
                               size_t len, struct inc_err *err);
/* Zeros up to the next multiple of `align`. */
enum inc_status inc_stream_pad(struct inc_stream *s, size_t align,
                               struct inc_err *err);
/* BLAKE2b-256 of all before it at the end, fsync, rename to `path`, fsync of
 * the folder. On failure the file that was there stays, or, when only the last
 * step fails, the new one is there. Ends the stream. */
enum inc_status inc_stream_end(struct inc_stream *s, struct inc_err *err);
void inc_stream_abandon(struct inc_stream *s); /* ended is fine */

/* A whole file mapped to read, page-aligned. INC_E_NOTFOUND,
 * INC_E_CORRUPT (empty), INC_E_IO, INC_E_NOMEM. */
enum inc_status inc_map_file(unsigned char **base, size_t *bytes,
                             const char *path, struct inc_err *err);
void inc_unmap_file(unsigned char *base, size_t bytes);
/* Pages of a mapped file that need not stay in memory: read again when
 * touched. `from` a multiple of the page size. */
void inc_map_forget(unsigned char *from, size_t bytes);

#endif
