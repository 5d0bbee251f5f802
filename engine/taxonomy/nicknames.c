#include "engine/taxonomy/nicknames.h"

#include <string.h>

static const struct {
    const char *word, *means;
} nickname[] = {
#define INC_X(WORD, MEANS) {WORD, MEANS},
#include "engine/taxonomy/nicknames.def"
#undef INC_X
};

const char *
inc_nickname(const char *word, size_t len)
{
    size_t lo = 0, hi = sizeof nickname / sizeof nickname[0];

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const char *other = nickname[mid].word;
        int order = strncmp(other, word, len);
        if (order == 0 && other[len] == '\0')
            return nickname[mid].means;
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}
