#include "engine/base/mem.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/fault.h"

/* Reached through a volatile pointer: a compiler leaves out what it knows to
 * write memory that is freed next. */
static void *(*const volatile fill)(void *, int, size_t) = memset;

void
inc_mem_start(void)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
    (void)mallopt(M_MMAP_THRESHOLD, INC_MEM_LARGE);
}

static int
product(size_t count, size_t size, size_t *out)
{
    if (size != 0 && count > (SIZE_MAX / 2) / size)
        return -1;
    *out = count * size;
    if (*out == 0)
        *out = 1;
    return 0;
}

void *
inc_mem_zero(size_t count, size_t size)
{
    size_t bytes;

    if (product(count, size, &bytes) != 0 || INC_FAULT(ALLOC))
        return NULL;
    return calloc(1, bytes);
}

void *
inc_mem_zero64(size_t count, size_t size)
{
    size_t bytes;
    void *p;

    if (product(count, size, &bytes) != 0 || INC_FAULT(ALLOC))
        return NULL;
    bytes = (bytes + 63) / 64 * 64;
    p = aligned_alloc(64, bytes);
    if (p != NULL)
        memset(p, 0, bytes);
    return p;
}

void *
inc_mem_resize(void *old, size_t count, size_t size)
{
    size_t bytes;

    size_t had = old == NULL ? 0 : malloc_usable_size(old);
    void *p;

    if (product(count, size, &bytes) != 0 || INC_FAULT(ALLOC))
        return NULL;
    if (had == 0 || had > INC_MEM_LARGE)
        return realloc(old, bytes);
    p = malloc(bytes);
    if (p != NULL) {
        memcpy(p, old, had < bytes ? had : bytes);
        inc_mem_free(old);
    }
    return p;
}

int
inc_mem_grow(void **array, size_t *cap, size_t used, size_t size)
{
    size_t want;
    void *p;

    if (used < *cap)
        return 0;
    want = *cap < 16 ? 16 : *cap + *cap / 2;
    p = inc_mem_resize(*array, want, size);
    if (p == NULL)
        return -1;
    *array = p;
    *cap = want;
    return 0;
}

int
inc_mem_room(void *array_of_any, size_t *cap, size_t bytes)
{
    void **array = array_of_any;
    void *fresh;

    if (bytes <= *cap)
        return 0;
    fresh = inc_mem_zero64(bytes, 1);
    if (fresh == NULL)
        return -1;
    inc_mem_free(*array);
    *array = fresh;
    *cap = bytes;
    return 0;
}

char *
inc_mem_text(const char *text, size_t len)
{
    char *p = inc_mem_zero(len + 1, 1);

    if (p != NULL)
        memcpy(p, text, len);
    return p;
}

void
inc_mem_free(void *p)
{
    size_t bytes = p == NULL ? 0 : malloc_usable_size(p);

    if (bytes != 0 && bytes <= INC_MEM_LARGE)
        (void)fill(p, 0, bytes);
    free(p);
}
