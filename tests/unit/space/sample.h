/* Parts of a small space with 16 dimensions, four concepts and three
 * occupations. */
#ifndef INC_TESTS_UNIT_SPACE_SAMPLE_H
#define INC_TESTS_UNIT_SPACE_SAMPLE_H

#include "engine/space/space.h"

enum { SAMPLE_DIM = 16, SAMPLE_ROWS = 4, SAMPLE_JOBS = 3, SAMPLE_ENTRIES = 5 };

static const int8_t sample_vectors[SAMPLE_ROWS][SAMPLE_DIM] = {
    {127, 0, 0, -127}, {3, 4, 0, 0}, {4, 3, 0, 0}, {0}};
static const uint16_t sample_idf[SAMPLE_ROWS] = {0, 31, 7832, 65535};
static const char *const sample_uris[SAMPLE_ROWS] = {
    "http://x/s/a", "http://x/s/b", "http://x/s/c", "http://x/s/d"};
static const unsigned char sample_digest[INC_DIGEST] = {1, 2, 3};

/* a: x, z; b: y; c: x, y; d: none */
static const char *const sample_jobs[SAMPLE_JOBS] = {
    "http://x/o/x", "http://x/o/y", "http://x/o/z"};
static const uint32_t sample_start[SAMPLE_ROWS + 1] = {0, 2, 3, 5, 5};
static const uint16_t sample_lists[SAMPLE_ENTRIES] = {0, 2, 1, 0, 1};

static const struct inc_space_parts sample = {
    .dim = SAMPLE_DIM,
    .rows = SAMPLE_ROWS,
    .vectors = &sample_vectors[0][0],
    .idf_milli = sample_idf,
    .uris = sample_uris,
    .taxonomy_digest = sample_digest,
    .taxonomy_version = "1.2.3",
    .provenance = "{\"seed\":\"7\"}",
    .n_occupations = SAMPLE_JOBS,
    .occupation_uris = sample_jobs,
    .row_start = sample_start,
    .row_occupations = sample_lists,
};

#endif
