/* Cosine and similarity in exact integers: the same on every machine. */
#include "engine/base/intmath.h"
#include "engine/space/space.h"

enum { FULL_BP = 10000 };

uint32_t
inc_cosine_bp(int64_t dot, uint64_t a2, uint64_t b2)
{
    uint64_t len;

    if (dot <= 0 || a2 == 0 || b2 == 0)
        return 0;
    len = inc_isqrt(a2 * b2);
    if ((uint64_t)dot >= len)
        return FULL_BP; /* the root was rounded down, or they are parallel */
    return (uint32_t)((uint64_t)dot * FULL_BP / len);
}

uint32_t
inc_similarity_bp(uint32_t cosine_bp)
{
    if (cosine_bp <= INC_SIM_FLOOR_BP)
        return 0;
    if (cosine_bp >= FULL_BP)
        return FULL_BP;
    return (cosine_bp - INC_SIM_FLOOR_BP) * FULL_BP /
           (FULL_BP - INC_SIM_FLOOR_BP);
}
