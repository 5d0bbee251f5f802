/*
 * provenance.h - where a skill space comes from, as JSON. Floor 4, private to
 * engine/train.
 */
#ifndef INC_TRAIN_PROVENANCE_H
#define INC_TRAIN_PROVENANCE_H

#include <stdint.h>

#include "engine/base/buf.h"
#include "engine/base/hash.h"
#include "engine/train/train.h"

struct inc_provenance {
    const struct inc_taxonomy *taxonomy;
    const struct inc_train_options *options;  /* defaults filled in */
    const struct inc_train_stats *stats;      /* without the time */
    unsigned char exclude_digest[INC_DIGEST]; /* when exclude_path is there */
};

/* Append one JSON object. Names of files without their folders. A failed
 * append shows in out->failed. INC_OK or INC_E_NOMEM. */
enum inc_status inc_provenance_write(struct inc_buf *out,
                                     const struct inc_provenance *p);

#endif
