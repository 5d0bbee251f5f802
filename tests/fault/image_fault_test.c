/*
 * Saved people when memory runs out, or the disk: at every allocation, write
 * and fsync in turn. The file that was there stays whole, nothing is left
 * beside it, the pools are what they were, and the next try works.
 */
#include "tests/unit/pool/people.h"

#include <dirent.h>

#include "engine/base/fault.h"
#include "engine/base/stream.h"
#include "engine/pool/image.h"
#include "engine/pool/inside.h"

enum { OLD = 40, NEW = 1300 };

static char dir[64], path[128];
static struct inc_stamp stamp;
static struct inc_pool *old_pool, *new_pool;

static struct inc_pool *
pool_of(uint64_t n, uint64_t more)
{
    struct inc_pool *p = NULL;
    static struct record r;

    for (int part = 0; part < 2; part++) {
        struct inc_pool_builder *b;
        struct inc_pool *next;

        assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
        for (uint64_t no = part ? n : 0; no < (part ? n + more : n); no++) {
            make_record(&r, no + 1);
            assert_int_equal(inc_pool_add_candidate(b, no, &r.c, NULL), INC_OK);
        }
        if (part)
            assert_int_equal(inc_pool_drop_candidate(b, 2, NULL), INC_OK);
        assert_int_equal(inc_pool_end(&next, b, p, 1, NULL), INC_OK);
        inc_pool_drop(p);
        p = next;
    }
    return p;
}

static int
set_up(void **state)
{
    if (open_world(state) != 0)
        return -1;
    (void)snprintf(dir, sizeof dir, "/tmp/inc-imagef-XXXXXX");
    if (mkdtemp(dir) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/people", dir);
    old_pool = pool_of(OLD, 3);
    new_pool = pool_of(NEW, 60);
    assert_true(inc_pool_blocks(new_pool) == 2);
    return 0;
}

static int
tear_down(void **state)
{
    inc_pool_drop(old_pool);
    inc_pool_drop(new_pool);
    (void)unlink(path);
    if (rmdir(dir) != 0)
        return -1; /* something was left */
    return close_world(state);
}

static int
names(void)
{
    DIR *d = opendir(dir);
    int n = 0;

    assert_non_null(d);
    while (readdir(d) != NULL) /* NOLINT(concurrency-mt-unsafe) */
        n++;
    (void)closedir(d);
    return n - 2;
}

static uint64_t
people_saved(void)
{
    struct inc_pool *p = NULL;
    struct inc_err err;
    uint64_t seq, n;

    if (inc_image_open(&p, &seq, path, &world, &stamp, &err) != INC_OK)
        fail_msg("open: %s", err.what);
    n = inc_pool_people(p);
    inc_pool_drop(p);
    return n;
}

static void
save_old(unsigned char digest[INC_DIGEST])
{
    assert_int_equal(inc_image_save(path, old_pool, &stamp, digest, NULL),
                     INC_OK);
}

static void
saving(void **state)
{
    static const enum inc_fault points[] = {
        INC_FAULT_ALLOC, INC_FAULT_FILE_WRITE, INC_FAULT_FILE_SYNC};
    static const enum inc_status want[] = {INC_E_NOMEM, INC_E_IO, INC_E_IO};
    static const unsigned least[] = {2, 8, 1};
    unsigned char digest[INC_DIGEST];

    (void)state;
    for (size_t i = 0; i < INC_COUNT(points); i++) {
        unsigned failures = 0;

        for (unsigned nth = 1;; nth++) {
            struct inc_err err = {0};
            enum inc_status st;
            int fired;

            save_old(digest);
            inc_fault_arm(points[i], nth);
            st = inc_image_save(path, new_pool, &stamp, digest, &err);
            fired = inc_fault_fired();
            inc_fault_arm(points[i], 0);
            assert_int_equal(names(), 1);
            if (!fired) {
                assert_int_equal(st, INC_OK);
                assert_int_equal(people_saved(), inc_pool_people(new_pool));
                break;
            }
            failures++;
            assert_int_equal(st, want[i]);
            assert_true(err.what[0] != '\0');
            /* once renamed only the folder's fsync can fail: then the new one
             * is there, whole */
            if (points[i] != INC_FAULT_FILE_SYNC || nth == 1)
                assert_int_equal(people_saved(), inc_pool_people(old_pool));
            else
                assert_int_equal(people_saved(), inc_pool_people(new_pool));
        }
        assert_true(failures >= least[i]);
    }
}

static void
opening(void **state)
{
    unsigned char digest[INC_DIGEST];
    unsigned failures = 0;

    (void)state;
    assert_int_equal(inc_image_save(path, new_pool, &stamp, digest, NULL),
                     INC_OK);
    for (unsigned nth = 1;; nth++) {
        struct inc_pool *p = NULL;
        struct inc_err err = {0};
        enum inc_status st;
        uint64_t seq;
        int fired;

        inc_fault_arm(INC_FAULT_ALLOC, nth);
        st = inc_image_open(&p, &seq, path, &world, &stamp, &err);
        fired = inc_fault_fired();
        inc_fault_arm(INC_FAULT_ALLOC, 0);
        if (!fired) {
            assert_int_equal(st, INC_OK);
            assert_int_equal(inc_pool_people(p), inc_pool_people(new_pool));
            inc_pool_drop(p);
            break;
        }
        failures++;
        assert_int_equal(st, INC_E_NOMEM);
        assert_null(p);
    }
    assert_true(failures >= 8);
}

static void
adopting(void **state)
{
    unsigned char digest[INC_DIGEST];
    unsigned failures = 0;

    (void)state;
    assert_int_equal(inc_image_save(path, new_pool, &stamp, digest, NULL),
                     INC_OK);
    for (unsigned nth = 1;; nth++) {
        struct inc_pool *p = NULL;
        struct inc_err err = {0};
        enum inc_status st;
        int fired;

        inc_fault_arm(INC_FAULT_ALLOC, nth);
        st = inc_image_adopt(&p, new_pool, new_pool, path, digest, &err);
        fired = inc_fault_fired();
        inc_fault_arm(INC_FAULT_ALLOC, 0);
        for (size_t i = 0; i < new_pool->n_slots; i++)
            assert_null(new_pool->slot[i].block->owner);
        if (!fired) {
            assert_int_equal(st, INC_OK);
            assert_int_equal(inc_pool_people(p), inc_pool_people(new_pool));
            for (size_t i = 0; i < p->n_slots; i++)
                assert_non_null(p->slot[i].block->owner);
            inc_pool_drop(p);
            break;
        }
        failures++;
        assert_int_equal(st, INC_E_NOMEM);
        assert_null(p);
    }
    assert_true(failures >= 5);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(saving),
        cmocka_unit_test(opening),
        cmocka_unit_test(adopting),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
