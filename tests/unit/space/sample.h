/* Parts of a small space with 16 dimensions and four concepts. */
#ifndef INC_TESTS_UNIT_SPACE_SAMPLE_H
#define INC_TESTS_UNIT_SPACE_SAMPLE_H

#include "engine/space/space.h"

enum { SAMPLE_DIM = 16, SAMPLE_ROWS = 4 };

static const int8_t sample_vectors[SAMPLE_ROWS][SAMPLE_DIM] = {
    {127, 0, 0, -127}, {3, 4, 0, 0}, {4, 3, 0, 0}, {0}};
static const uint16_t sample_idf[SAMPLE_ROWS] = {0, 31, 7832, 65535};
static const char *const sample_uris[SAMPLE_ROWS] = {
    "http://x/s/a", "http://x/s/b", "http://x/s/c", "http://x/s/d"};
static const unsigned char sample_digest[INC_DIGEST] = {1, 2, 3};

static const struct inc_space_parts sample = {
    SAMPLE_DIM,    SAMPLE_ROWS, &sample_vectors[0][0], sample_idf, sample_uris,
    sample_digest, "1.2.3",     "{\"seed\":\"7\"}",
};

#endif
