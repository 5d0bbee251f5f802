/*
 * image.h - the people of a pool in a file, to start from. Floor 5.
 *
 * A cache, never the truth: a file that does not fit (another store, taxonomy,
 * space or version, a bad digest) is refused and the pool is built from the
 * store. Blocks are used where they are mapped; what the pass does not touch is
 * not read.
 */
#ifndef INC_POOL_IMAGE_H
#define INC_POOL_IMAGE_H

#include "engine/base/hash.h"
#include "engine/pool/pool.h"

/* What an image stands on. Equal stamps but for seq: the image of an earlier
 * moment of the same store. */
struct inc_stamp {
    char store_id[33]; /* inc_store_info.id */
    uint64_t seq;      /* journal number the image is of */
    unsigned char taxonomy[INC_DIGEST], space[INC_DIGEST], geo[INC_DIGEST];
};

/* Write the people of p to `path`: under a temporary name, fsynced, renamed,
 * mode 0600, BLAKE2b-256 over everything, also in digest. Any thread. INC_E_IO,
 * INC_E_NOMEM. */
enum inc_status inc_image_save(const char *path, const struct inc_pool *p,
                               const struct inc_stamp *stamp,
                               unsigned char digest[INC_DIGEST],
                               struct inc_err *err);

/*
 * Open: check magic, version, digest, and that it is of `want` (seq excepted).
 * *out is a pool of its people without needs, of generation *seq, which the
 * caller brings up to date with inc_pool_end(). Every offset in the file is
 * checked to lie in it. INC_E_NOTFOUND (no file), INC_E_MISMATCH, INC_E_NEWER,
 * INC_E_CORRUPT, INC_E_IO, INC_E_NOMEM: err->what says what does not fit.
 */
enum inc_status inc_image_open(struct inc_pool **out, uint64_t *seq,
                               const char *path, const struct inc_world *w,
                               const struct inc_stamp *want,
                               struct inc_err *err);

/*
 * The writer, after saving `saved` (a pool it held) to `path`: the pool `now`
 * with those of its blocks that are in `saved` replaced by the mapped ones, so
 * that their memory is given back. Quick: nothing is hashed. INC_E_CONFLICT
 * when the image at `path` is not the one of this digest.
 */
enum inc_status inc_image_adopt(struct inc_pool **out, struct inc_pool *now,
                                const struct inc_pool *saved, const char *path,
                                const unsigned char digest[INC_DIGEST],
                                struct inc_err *err);

#endif
