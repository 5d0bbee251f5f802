/*
 * Floor 0: fail every allocation, write and sync in turn. Nothing is lost,
 * nothing half-done stays, the next try works. Leaks are ASan's to find.
 */
#include "tests/support/cm.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/arena.h"
#include "engine/base/csv.h"
#include "engine/base/fair.h"
#include "engine/base/fault.h"
#include "engine/base/file.h"
#include "engine/base/map.h"
#include "engine/base/mem.h"
#include "engine/base/queue.h"

enum { VISITS_MAX = 2000 };

static void
calm(void)
{
    inc_fault_arm(INC_FAULT_COUNT, 0);
}

static int
always_calm(void **state)
{
    (void)state;
    calm();
    return 0;
}

static void
a_point_fires_once(void **state)
{
    (void)state;
    inc_fault_arm(INC_FAULT_ALLOC, 2);
    assert_int_equal(inc_fault_visit(INC_FAULT_ALLOC), 0);
    assert_int_equal(inc_fault_visit(INC_FAULT_FILE_SYNC), 0);
    assert_int_equal(inc_fault_fired(), 0);
    assert_int_equal(inc_fault_visit(INC_FAULT_ALLOC), 1);
    assert_int_equal(inc_fault_fired(), 1);
    assert_int_equal(inc_fault_visit(INC_FAULT_ALLOC), 0);
    inc_fault_arm(INC_FAULT_ALLOC, 0);
    assert_int_equal(inc_fault_fired(), 0);
    assert_int_equal(inc_fault_visit(INC_FAULT_ALLOC), 0);
}

static void
the_heap(void **state)
{
    char *p = inc_mem_text("keep", 4);
    void *grown = p;
    size_t cap = 4;

    (void)state;
    inc_fault_arm(INC_FAULT_ALLOC, 1);
    assert_null(inc_mem_zero(1, 1));
    inc_fault_arm(INC_FAULT_ALLOC, 1);
    assert_null(inc_mem_zero64(1, 1));
    inc_fault_arm(INC_FAULT_ALLOC, 1);
    assert_null(inc_mem_resize(p, 100, 1));
    inc_fault_arm(INC_FAULT_ALLOC, 1);
    assert_null(inc_mem_text("x", 1));
    inc_fault_arm(INC_FAULT_ALLOC, 1);
    assert_int_equal(inc_mem_grow(&grown, &cap, 4, 1), -1);
    assert_ptr_equal(grown, p);
    assert_int_equal(cap, 4);
    assert_string_equal(p, "keep");
    assert_int_equal(inc_mem_grow(&grown, &cap, 4, 1), 0);
    assert_string_equal(grown, "keep");
    inc_mem_free(grown);
}

static void
buffers(void **state)
{
    char much[300];

    (void)state;
    memset(much, 'x', sizeof much);
    for (int way = 0; way < 3; way++) {
        struct inc_buf b = {0};

        inc_buf_text(&b, "before");
        inc_fault_arm(INC_FAULT_ALLOC, 1);
        if (way == 0)
            inc_buf_add(&b, much, sizeof much);
        else if (way == 1)
            inc_buf_printf(&b, "%.*s", (int)sizeof much, much);
        else
            inc_buf_add(&b, much, b.cap - b.len); /* full to the brim */
        if (way == 2)
            assert_string_equal(inc_buf_cstr(&b), ""); /* no room for NUL */
        assert_int_equal(inc_fault_fired(), 1);
        assert_int_equal(b.failed, 1);
        inc_buf_text(&b, "after");
        assert_memory_equal(b.data, "before", 6);
        inc_buf_reset(&b);
        inc_buf_text(&b, "again");
        assert_string_equal(inc_buf_cstr(&b), "again");
        inc_buf_release(&b);
    }
}

static void
maps(void **state)
{
    static char keys[200][8];
    struct inc_map m = {0};

    (void)state;
    for (uint32_t i = 0; i < 200; i++) {
        enum inc_status st = INC_E_NOMEM;
        (void)snprintf(keys[i], sizeof keys[i], "k%u", i);
        for (unsigned nth = 1; st != INC_OK; nth++) {
            size_t count = m.count, cap = m.cap;
            uint32_t was = 5;
            inc_fault_arm(INC_FAULT_ALLOC, nth);
            st = inc_map_add(&m, keys[i], strlen(keys[i]), i, &was);
            assert_int_equal(st, inc_fault_fired() ? INC_E_NOMEM : INC_OK);
            assert_int_equal(was, INC_MAP_NONE);
            if (st == INC_OK)
                break;
            assert_int_equal(m.count, count);
            assert_int_equal(m.cap, cap);
            for (uint32_t k = 0; k < i; k++)
                assert_int_equal(inc_map_get(&m, keys[k], strlen(keys[k])), k);
            assert_int_equal(inc_map_get(&m, keys[i], strlen(keys[i])),
                             INC_MAP_NONE);
        }
    }
    inc_map_release(&m);
}

static void
arenas(void **state)
{
    struct inc_arena a;

    (void)state;
    inc_fault_arm(INC_FAULT_ALLOC, 1);
    assert_int_equal(inc_arena_init(&a, 1024), INC_E_NOMEM);
    assert_null(a.base);
    inc_arena_release(&a);
    assert_int_equal(inc_arena_init(&a, 1024), INC_OK);
    inc_fault_arm(INC_FAULT_ALLOC, 1);
    assert_null(inc_arena_array(&a, 4, 4));
    inc_fault_arm(INC_FAULT_ALLOC, 1);
    assert_null(inc_arena_text(&a, "x", 1));
    assert_int_equal(a.used, 0);
    assert_string_equal(inc_arena_text(&a, "x", 1), "x");
    inc_arena_release(&a);
}

static void
queues(void **state)
{
    const struct inc_queue_limits limits = {8, 0};
    int fired = 0;

    (void)state;
    for (unsigned nth = 1; nth < VISITS_MAX; nth++, fired++) {
        struct inc_queue *q = NULL;
        enum inc_status st;

        inc_fault_arm(INC_FAULT_ALLOC, nth);
        st = inc_queue_new(&q, &limits);
        if (!inc_fault_fired()) {
            assert_int_equal(st, INC_OK);
            inc_queue_free(q);
            break;
        }
        assert_int_equal(st, INC_E_NOMEM);
        assert_null(q);
    }
    assert_true(fired > 0);
}

static void
fair_queues(void **state)
{
    const struct inc_fair_limits limits = {.items = 8, .cost_at_first = 1};
    struct inc_fair_depth depth;
    struct inc_fair *q = NULL;
    int fired = 0, thing;
    void *got;

    (void)state;
    for (unsigned nth = 1; nth < VISITS_MAX; nth++, fired++) {
        enum inc_status st;

        inc_fault_arm(INC_FAULT_ALLOC, nth);
        st = inc_fair_new(&q, &limits);
        if (!inc_fault_fired()) {
            assert_int_equal(st, INC_OK);
            break;
        }
        assert_int_equal(st, INC_E_NOMEM);
        assert_null(q);
    }
    assert_true(fired > 3);
    /* No memory for one more client: it may come back, nothing is kept. */
    inc_fault_arm(INC_FAULT_ALLOC, 1);
    assert_int_equal(inc_fair_put(q, &thing, 5, 1), INC_E_BUSY);
    inc_fair_depth(q, &depth);
    assert_int_equal(depth.items, 0);
    assert_int_equal(depth.known, 0);
    assert_int_equal(inc_fair_put(q, &thing, 5, 1), INC_OK);
    inc_fault_arm(INC_FAULT_ALLOC, 1); /* a known one needs none */
    assert_int_equal(inc_fair_put(q, &thing, 5, 1), INC_OK);
    inc_fault_arm(INC_FAULT_ALLOC, 0);
    assert_int_equal(inc_fair_take(q, &got, 1, 0, 0), 1);
    assert_ptr_equal(got, &thing);
    inc_fair_free(q);
}

/* --- files --------------------------------------------------------------- */

static char dir[64], path[96];

static int
folder(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "/tmp/incrocio-bf-XXXXXX");
    if (mkdtemp(dir) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/f", dir);
    calm();
    return inc_file_write(path, "old", 3, NULL) == INC_OK ? 0 : -1;
}

static int
no_folder(void **state)
{
    (void)state;
    calm();
    (void)unlink(path);
    return rmdir(dir); /* fails when a temporary file was left */
}

static void
file_is(const char *want)
{
    struct inc_buf b = {0};

    assert_int_equal(inc_file_read(&b, path, 100, NULL), INC_OK);
    assert_string_equal(inc_buf_cstr(&b), want);
    inc_buf_release(&b);
}

static void
files(void **state)
{
    static const enum inc_fault points[] = {INC_FAULT_FILE_WRITE,
                                            INC_FAULT_FILE_SYNC};

    (void)state;
    for (size_t p = 0; p < sizeof points / sizeof points[0]; p++) {
        struct inc_err err = {0};

        inc_fault_arm(points[p], 1);
        assert_int_equal(inc_file_write(path, "new", 3, &err), INC_E_IO);
        assert_int_equal(inc_fault_fired(), 1);
        assert_true(err.what[0] != '\0' && err.os != 0);
        file_is("old");
    }
    assert_int_equal(inc_file_write(path, "new", 3, NULL), INC_OK);
    file_is("new");
}

static void
reading_without_memory(void **state)
{
    struct inc_buf b = {0};
    struct inc_err err = {0};

    (void)state;
    inc_buf_text(&b, "ab");
    b.cap = 2; /* no room left: the next byte needs memory */
    inc_fault_arm(INC_FAULT_ALLOC, 1);
    assert_int_equal(inc_file_read(&b, path, 100, &err), INC_E_NOMEM);
    assert_int_equal(err.status, INC_E_NOMEM);
    assert_int_equal(b.len, 2);
    assert_int_equal(b.failed, 0); /* as before: usable */
    assert_int_equal(inc_file_read(&b, path, 100, &err), INC_OK);
    assert_string_equal(inc_buf_cstr(&b), "abold");
    inc_buf_release(&b);
}

/* --- tables -------------------------------------------------------------- */

/* Both the header and the records; the sum of the first column. */
static enum inc_status
read_table(size_t *records, struct inc_err *err)
{
    static const char text[] = "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s\n"
                               "1,\"two \"\"2\"\"\",3,,,,,,,,,,,,,,,,\n"
                               "1,\"on\nlines\",3,,,,,,,,,,,,,,,,\n";
    struct inc_csv *c = NULL;
    enum inc_status st = INC_OK;
    int more = 1, column;

    *records = 0;
    INC_TRY(
        inc_csv_open(&c, "t.csv", text, sizeof text - 1, INC_CSV_COMMA, err));
    INC_TRY(inc_csv_need(c, &column, "b", err));
    for (;;) {
        INC_TRY(inc_csv_next(c, &more, err));
        if (!more)
            break;
        ++*records;
    }
out:
    inc_csv_close(c);
    return st;
}

static void
tables(void **state)
{
    int fired = 0;

    (void)state;
    for (unsigned nth = 1; nth < VISITS_MAX; nth++, fired++) {
        struct inc_err err = {0};
        size_t records;
        enum inc_status st;

        inc_fault_arm(INC_FAULT_ALLOC, nth);
        st = read_table(&records, &err);
        if (!inc_fault_fired()) {
            assert_int_equal(st, INC_OK);
            assert_int_equal(records, 2);
            break;
        }
        if (st != INC_E_NOMEM || err.status != INC_E_NOMEM)
            fail_msg("visit %u: %d", nth, st);
    }
    assert_true(fired >= 4);
}

#define TEST(name) cmocka_unit_test_setup(name, always_calm)
#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, folder, no_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_point_fires_once),
        TEST(the_heap),
        TEST(buffers),
        TEST(maps),
        TEST(arenas),
        TEST(queues),
        TEST(fair_queues),
        FILE_TEST(files),
        FILE_TEST(reading_without_memory),
        TEST(tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
