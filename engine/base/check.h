/*
 * check.h - INC_CHECK: an invariant of our own was broken, in any build.
 * Never for bytes from outside, the disk or a peer: those get a status.
 */
#ifndef INC_BASE_CHECK_H
#define INC_BASE_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define INC_CHECK(cond)                                                        \
    do {                                                                       \
        if (!(cond)) {                                                         \
            (void)fprintf(stderr, "%s:%d: broken invariant: %s\n", __FILE__,   \
                          __LINE__, #cond);                                    \
            abort();                                                           \
        }                                                                      \
    } while (0)

#endif
