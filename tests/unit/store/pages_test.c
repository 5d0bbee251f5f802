/*
 * LMDB's pages, looked at beside LMDB: what would end the process that reads or
 * writes is told before. The list of free pages is damaged by hand here; bad
 * pages of all kinds: reliability.torn.
 */
#include <pthread.h>

#include "tests/unit/store/raw.h"

enum { PAGE = 4096, HEAD = 16, NODE = 8 };

static uint64_t
u64(const unsigned char *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

static unsigned
u16(const unsigned char *p)
{
    uint16_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

static void
put64(unsigned char *p, uint64_t v)
{
    memcpy(p, &v, sizeof v);
}

/* The meta page in force. */
static const unsigned char *
meta_of(const unsigned char *file)
{
    return u64(file + 144) > u64(file + PAGE + 144) ? file : file + PAGE;
}

/* A list of at least two free pages, as it lies in the file: how many, then
 * their numbers. */
static unsigned char *
free_pages(unsigned char *file)
{
    uint64_t root = u64(meta_of(file) + 40 + 40);
    unsigned char *page = file + root * PAGE;

    assert_int_equal(u16(page + 10), 2); /* one leaf holds it all */
    for (unsigned i = 0; i < (u16(page + 12) - HEAD) / 2u; i++) {
        unsigned char *node = page + u16(page + HEAD + 2 * (size_t)i);

        if (u16(node + 4) == 0 && u64(node + NODE + 8) >= 2)
            return node + NODE + 8;
    }
    fail_msg("no list of free pages");
    return NULL;
}

struct heard {
    unsigned faults;
    char first[320];
};

static void
hear(void *arg, int is_fault, const char *what)
{
    struct heard *h = arg;

    if (is_fault && h->faults++ == 0)
        (void)snprintf(h->first, sizeof h->first, "%s", what);
}

/* Opening for writing says so, and so does verify; nobody dies. */
static void
told(struct fixture *f, const unsigned char *file, size_t len, const char *want)
{
    struct inc_verify_report r;
    struct heard h = {0};

    spit(f->dir, "data.mdb", file, len);
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_CORRUPT, &f->err);
    if (strstr(f->err.what, want) == NULL)
        fail_msg("%s; wanted: %s", f->err.what, want);
    OK(inc_store_verify_offline(f->dir, &f->o, 30, &r, hear, &h, &f->err),
       &f->err);
    if (strstr(h.first, want) == NULL)
        fail_msg("%s; wanted: %s", h.first, want);
}

static void
fill(struct fixture *f, int n)
{
    char id[16];

    for (int i = 0; i < n; i++) {
        inc_arena_reset(&f->arena);
        (void)snprintf(id, sizeof id, "p%d", i % 40);
        (void)put_person(f, id);
    }
}

static void
a_bad_list_of_free_pages(void **state)
{
    struct fixture *f = *state;
    unsigned char *whole, *file, *list;
    uint64_t last, first;
    size_t len;

    fill(f, 30);
    close_it(f);
    whole = slurp(f->dir, "data.mdb", &len);
    file = slurp(f->dir, "data.mdb", &len);
    list = free_pages(file);
    last = u64(meta_of(file) + 136);
    first = u64(list + 8);

    put64(list + 8, last + 1);
    told(f, file, len, "the last one is");
    put64(list + 8, 1);
    told(f, file, len, "the free list: page 1, the last one is");
    put64(list + 8, u64(list + 16)); /* twice in one entry */
    told(f, file, len, "is out of order");
    put64(list + 8, first);
    put64(list, 1000);
    told(f, file, len, "cut short");
    memcpy(file, whole, len);
    /* the largest number of an entry may be any that is used */
    put64(list + 8, u64(meta_of(file) + 88 + 40));
    if (u64(list + 8) <= u64(list + 16))
        put64(list + 16, 2);
    told(f, file, len, "the free list: page ");
    spit(f->dir, "data.mdb", whole, len);
    open_it(f);
    assert_clean(f);
    free(whole);
    free(file);
}

/* A number that another entry has too: LMDB would give the page out twice. */
static void
free_twice(void **state)
{
    struct fixture *f = *state;
    unsigned char *file, *page;
    uint64_t one = 0;
    size_t len;
    int done = 0;

    fill(f, 30);
    close_it(f);
    file = slurp(f->dir, "data.mdb", &len);
    page = file + u64(meta_of(file) + 40 + 40) * PAGE;
    for (unsigned i = 0; i < (u16(page + 12) - HEAD) / 2u && !done; i++) {
        unsigned char *list =
            page + u16(page + HEAD + 2 * (size_t)i) + NODE + 8;

        if (u64(list) == 0)
            continue;
        if (one == 0) {
            one = u64(list + 8);
            continue;
        }
        put64(list, 1);
        put64(list + 8, one);
        done = 1;
    }
    assert_true(done);
    told(f, file, len, "is in it twice");
    free(file);
}

/* What has overflow pages, deleted rows and several levels is in order. */
static void
a_store_of_some_size(void **state)
{
    static char body[9000];
    struct fixture *f = *state;
    char id[24];

    memset(body, 'x', sizeof body);
    for (int i = 0; i < 500; i++) {
        struct inc_command c;

        inc_arena_reset(&f->arena);
        (void)snprintf(id, sizeof id, "persona-%d", i);
        c = command(f, INC_OP_CANDIDATE_PUT, id, person(&f->arena, id, 3));
        if (i % 50 == 0) {
            c.body = body;
            c.body_len = sizeof body - (size_t)i;
        }
        IS(run(f, &c), INC_OK, &c.err);
        if (i % 3 != 0)
            continue;
        c = command(
            f, i % 2 == 0 ? INC_OP_CANDIDATE_DELETE : INC_OP_CANDIDATE_ERASE,
            id, NULL);
        IS(run(f, &c), INC_OK, &c.err);
        if (i % 150 == 0) {
            assert_clean(f);
            reopen(f);
        }
    }
    reopen(f);
    assert_clean(f);
}

static void *
write_on(void *arg)
{
    struct fixture *f = arg;
    static struct fixture mine;

    mine = *f;
    if (inc_arena_init(&mine.arena, ARENA_ROOM) != INC_OK)
        return NULL;
    for (int i = 0; i < 200; i++) {
        struct inc_command c;
        struct inc_command *const one[] = {&c};

        inc_arena_reset(&mine.arena);
        c = command(&mine, INC_OP_CANDIDATE_PUT, "p1",
                    person(&mine.arena, "p1", 1 + (uint32_t)i % 9));
        if (inc_store_apply(mine.s, one, 1, &mine.err) != INC_OK)
            break;
    }
    f->keys = mine.keys;
    inc_arena_release(&mine.arena);
    return NULL;
}

/* One moment is looked at while others are written. */
static void
while_it_is_written(void **state)
{
    struct fixture *f = *state;
    pthread_t writer;

    fill(f, 40);
    assert_int_equal(pthread_create(&writer, NULL, write_on, f), 0);
    for (int i = 0; i < 40; i++)
        assert_clean(f);
    assert_int_equal(pthread_join(writer, NULL), 0);
    assert_int_equal(f->keys, 240);
    assert_clean(f);
}

#define T(test) cmocka_unit_test_setup_teardown(test, start, stop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_bad_list_of_free_pages),
        T(free_twice),
        T(a_store_of_some_size),
        T(while_it_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
