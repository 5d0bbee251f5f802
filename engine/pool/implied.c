/* What implies a person's words, in few bytes; see block.h. */
#include <string.h>

#include "engine/pool/block.h"

enum { BYTE_CODES = 256 };

/* Place of an occupation among those met so far, which it joins when new. */
static size_t
place_of(uint16_t *met, size_t *n, uint32_t occupation, size_t guess)
{
    const uint16_t low = (uint16_t)occupation;
    const uint16_t high = (uint16_t)(occupation >> 16);

    if (guess < *n && met[2 * guess] == low && met[2 * guess + 1] == high)
        return guess; /* as the word before */
    for (size_t i = 0; i < *n; i++) {
        if (met[2 * i] == low && met[2 * i + 1] == high)
            return i;
    }
    met[2 * *n] = low;
    met[2 * *n + 1] = high;
    return (*n)++;
}

size_t
inc_implied_write(uint16_t *out, const uint32_t *implied_by, size_t n)
{
    uint16_t *met = out + 1, *index;
    size_t count = 0, place = 0, units;

    if (n == 0)
        return 0;
    for (size_t i = 0; i < n; i++)
        place = place_of(met, &count, implied_by[i], place);
    out[0] = (uint16_t)count;
    index = met + 2 * count;
    if (count == 1)
        return 3;
    units = count <= BYTE_CODES ? (n + 1) / 2 : n;
    memset(index, 0, units * sizeof *index);
    place = 0;
    for (size_t i = 0; i < n; i++) {
        size_t met_now = count;

        place = place_of(met, &met_now, implied_by[i], place);
        if (count <= BYTE_CODES)
            ((unsigned char *)index)[i] = (unsigned char)place;
        else
            index[i] = (uint16_t)place;
    }
    return 1 + 2 * count + units;
}

static uint32_t
occupation_at(const uint16_t *from, size_t place)
{
    return from[1 + 2 * place] | (uint32_t)from[2 + 2 * place] << 16;
}

/* Which occupation implies word i. */
static size_t
place_at(const uint16_t *from, size_t i)
{
    const size_t count = from[0];
    const uint16_t *index = from + 1 + 2 * count;

    if (count == 1)
        return 0;
    return count <= BYTE_CODES ? ((const unsigned char *)index)[i] : index[i];
}

void
inc_implied_read(uint32_t *implied_by, size_t n, const uint16_t *from)
{
    for (size_t i = 0; i < n; i++)
        implied_by[i] = occupation_at(from, place_at(from, i));
}

int
inc_implied_check(const uint16_t *from, size_t units, size_t n,
                  uint32_t occupations)
{
    size_t count, index;

    if (n == 0)
        return units == 0 ? 0 : -1;
    if (units == 0)
        return -1;
    count = from[0];
    index = count <= 1 ? 0 : count <= BYTE_CODES ? (n + 1) / 2 : n;
    if (count == 0 || count > n || units != 1 + 2 * count + index)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (occupation_at(from, i) >= occupations)
            return -1;
    }
    for (size_t i = 0; i < n; i++) {
        if (place_at(from, i) >= count)
            return -1;
    }
    return 0;
}
