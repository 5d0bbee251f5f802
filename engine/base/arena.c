#include "engine/base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/fault.h"

#if defined(__SANITIZE_ADDRESS__)
#define INC_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define INC_ASAN 1
#endif
#endif
#ifdef INC_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum { ALIGN = 64 };

/* See mem.c: not to be left out before a free. */
static void *(*const volatile fill)(void *, int, size_t) = memset;

enum inc_status
inc_arena_init(struct inc_arena *a, size_t cap)
{
    a->base = NULL;
    a->cap = 0;
    a->used = a->peak = 0;
    if (cap > SIZE_MAX - ALIGN || INC_FAULT(ALLOC))
        return INC_E_NOMEM;
    cap = (cap + ALIGN - 1) / ALIGN * ALIGN;
    a->base = aligned_alloc(ALIGN, cap);
    if (a->base == NULL)
        return INC_E_NOMEM;
    a->cap = cap;
    POISON(a->base, a->cap);
    return INC_OK;
}

/* Bytes at the next multiple of `align` (a power of two), or NULL. The used
 * mark stays a multiple of 8, the grain of ASan's shadow. */
static void *
take(struct inc_arena *a, size_t bytes, size_t align)
{
    size_t start = (a->used + align - 1) / align * align;
    void *p;

    if (start > a->cap || bytes > a->cap - start || INC_FAULT(ALLOC))
        return NULL;
    p = a->base + start;
    a->used = start + (bytes + 7) / 8 * 8;
    if (a->used > a->cap)
        a->used = a->cap;
    if (a->used > a->peak)
        a->peak = a->used;
    UNPOISON(p, bytes);
    return p;
}

void *
inc_arena_array(struct inc_arena *a, size_t count, size_t size)
{
    void *p;

    if (size != 0 && count > (SIZE_MAX - ALIGN) / size)
        return NULL;
    p = take(a, count * size, ALIGN);
    if (p != NULL)
        memset(p, 0, count * size);
    return p;
}

char *
inc_arena_text(struct inc_arena *a, const char *text, size_t len)
{
    char *p;

    if (len == SIZE_MAX)
        return NULL;
    p = take(a, len + 1, 1);
    if (p != NULL) {
        memcpy(p, text, len);
        p[len] = '\0';
    }
    return p;
}

void
inc_arena_reset(struct inc_arena *a)
{
    if (a->peak != 0) {
        UNPOISON(a->base, a->peak);
        (void)fill(a->base, 0, a->peak);
        POISON(a->base, a->peak); /* what lies behind was never given out */
    }
    a->used = a->peak = 0;
}

void
inc_arena_release(struct inc_arena *a)
{
    if (a->base != NULL)
        inc_arena_reset(a);
    UNPOISON(a->base, a->cap);
    free(a->base);
    a->base = NULL;
    a->cap = 0;
    a->used = a->peak = 0;
}
