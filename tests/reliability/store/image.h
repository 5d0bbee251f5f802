/*
 * image.h - what a disk may hold after the power went. The calls of a run are
 * kept in their order; at any point of it the parts of writes that no sync
 * covers may be on the disk or not, each for itself.
 */
#ifndef INC_TESTS_RELIABILITY_IMAGE_H
#define INC_TESTS_RELIABILITY_IMAGE_H

#include "engine/base/rng.h"
#include "tests/reliability/store/disk.h"

struct rel_tape;

struct rel_tape *rel_tape_new(const char *folder);
void rel_tape_free(struct rel_tape *t);
/* For struct rel_disk: keep a call. */
void rel_tape_add(void *tape, const struct rel_io *io);
/* From here on, `acked` commands were acknowledged and `sent` were sent. */
void rel_tape_mark(struct rel_tape *t, uint64_t acked, uint64_t sent);
size_t rel_tape_points(const struct rel_tape *t);

/* A disk that follows the tape. Points are taken in ascending order. */
struct rel_platter;
struct rel_platter *rel_platter_new(const struct rel_tape *t);
void rel_platter_free(struct rel_platter *p);
/* Everything before point `to` was asked for. Hands out what was said then. */
void rel_platter_seek(struct rel_platter *p, size_t to, uint64_t *acked,
                      uint64_t *sent);
/* How many parts are in doubt now. */
size_t rel_platter_doubts(const struct rel_platter *p);
/*
 * Lay out one possible disk below `folder`, which is emptied first.
 *   sector   bytes that reach the disk together: 512 or 4096
 */
void rel_platter_image(const struct rel_platter *p, const char *folder,
                       size_t sector, struct inc_rng *r);

#endif
