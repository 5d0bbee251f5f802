/* How long a test goes on: INC_ROUNDS in the environment, for long runs and for
 * short ones under valgrind. */
#ifndef INC_TESTS_SUPPORT_ROUNDS_H
#define INC_TESTS_SUPPORT_ROUNDS_H
#include <stdint.h>
#include <stdlib.h>

static inline uint32_t
rounds_or(uint32_t usual)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): read before threads start */
    const char *text = getenv("INC_ROUNDS");

    return text == NULL ? usual : (uint32_t)strtoul(text, NULL, 10);
}

#endif
