#include <string.h>

#include "engine/pool/inside.h"

/*
 * What a category contains. Directive 2006/126/EC art. 6 and art. 116 C.d.S.
 * (wording in force: to be verified [G]). A category that may only be given to
 * who holds another (C to who holds B) contains that other one. KA, KB and CQC
 * are not categories and contain nothing. Names not in inc_licence_names do
 * nothing.
 */
static const struct {
    const char *name, *contains[4];
} table[] = {
    {"A", {"A2"}},         {"A2", {"A1"}},
    {"A1", {"AM"}},        {"B", {"B1", "AM"}},
    {"B1", {"AM"}},        {"BE", {"B"}},
    {"C1", {"B"}},         {"C", {"C1", "B"}},
    {"D1", {"B"}},         {"D", {"D1", "B"}},
    {"C1E", {"C1", "BE"}}, {"CE", {"C", "C1E", "BE"}},
    {"D1E", {"D1", "BE"}}, {"DE", {"D", "D1E", "BE"}},
};

/* Bit of a name, 0 when it is none of ours. */
static uint32_t
bit_of(const char *name)
{
    for (uint32_t i = 0; i < INC_LICENCE_COUNT; i++) {
        if (strcmp(inc_licence_names[i], name) == 0)
            return UINT32_C(1) << i;
    }
    return 0;
}

static uint32_t
contained(const char *name)
{
    uint32_t bits = 0;

    for (size_t t = 0; t < INC_COUNT(table); t++) {
        if (strcmp(table[t].name, name) != 0)
            continue;
        for (size_t i = 0; i < 4 && table[t].contains[i] != NULL; i++)
            bits |= bit_of(table[t].contains[i]);
    }
    return bits;
}

void
inc_licence_closure(uint32_t closure[INC_LICENCE_COUNT])
{
    int grew = 1;

    for (uint32_t i = 0; i < INC_LICENCE_COUNT; i++)
        closure[i] = UINT32_C(1) << i | contained(inc_licence_names[i]);
    while (grew) { /* at most as often as the longest chain */
        grew = 0;
        for (uint32_t i = 0; i < INC_LICENCE_COUNT; i++) {
            uint32_t all = closure[i];

            for (uint32_t j = 0; j < INC_LICENCE_COUNT; j++) {
                if (closure[i] >> j & 1)
                    all |= closure[j];
            }
            grew |= all != closure[i];
            closure[i] = all;
        }
    }
}
