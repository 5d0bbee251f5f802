/*
 * Workers hold, read and drop pools while a writer publishes new ones and a
 * merger writes the due ones anew: what ThreadSanitizer and AddressSanitizer
 * watch. Asserts stay on the main thread.
 */
#include "tests/unit/pool/world.h"

#include <pthread.h>
#include <stdatomic.h>

enum { WORKERS = 3, WRITES = 300, PEOPLE = 200 };
/* So many that merges are left to the background, and twelve writes of a third
 * of them. */
enum { MANY = 24000, LARGE_WRITES = 12 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct inc_pool *current; /* under lock */
static atomic_int stop, wrong, looks;

static struct inc_pool *
take(void)
{
    struct inc_pool *p;

    pthread_mutex_lock(&lock);
    p = inc_pool_hold(current);
    pthread_mutex_unlock(&lock);
    return p;
}

/* Every person of a pool has one word, and its concept is the generation or
 * less; needs carry their number as seats. */
static int
read_all(const struct inc_pool *p)
{
    uint64_t people = 0;

    for (size_t i = 0; i < inc_pool_blocks(p); i++) {
        const struct inc_block *b = inc_pool_block(p, i);
        const uint64_t *dead = inc_pool_dead(p, i);

        for (uint32_t row = 0; row < inc_block_rows(b); row++) {
            uint32_t words[2];
            struct inc_columns c;

            inc_block_columns(b, &c);

            if (dead[row / 64] >> (row % 64) & 1)
                continue;
            people++;
            if (c.skill_at[row + 1] - c.skill_at[row] != 1 ||
                inc_block_words(b, row, words) != 1 ||
                INC_WORD_CONCEPT(words[0]) > inc_pool_generation(p))
                return -1;
        }
    }
    for (uint64_t i = 0; i < inc_pool_needs(p); i++) {
        const struct inc_pool_need *n = inc_pool_need_at(p, i);

        if (n->need->seats != (int64_t)n->no)
            return -1;
    }
    return people == inc_pool_people(p) ? 0 : -1;
}

static void *
work(void *arg)
{
    (void)arg;
    while (!atomic_load(&stop)) {
        struct inc_pool *p = take();

        if (read_all(p) != 0)
            atomic_fetch_add(&wrong, 1);
        atomic_fetch_add(&looks, 1);
        inc_pool_drop(p);
    }
    return NULL;
}

/* The merger: hands the writer a merge and waits until it is taken. */
static struct inc_merge *ready; /* under lock */

static void *
merge(void *arg)
{
    (void)arg;
    while (!atomic_load(&stop)) {
        struct inc_pool *p = take();
        struct inc_merge *m = NULL;
        int waits;

        pthread_mutex_lock(&lock);
        waits = ready != NULL;
        pthread_mutex_unlock(&lock);
        if (!waits && inc_pool_due(p) &&
            inc_merge_make(&m, p, NULL) == INC_OK) {
            pthread_mutex_lock(&lock);
            ready = m;
            pthread_mutex_unlock(&lock);
        }
        inc_pool_drop(p);
    }
    return NULL;
}

static void
swap(struct inc_pool *next)
{
    struct inc_pool *old;

    pthread_mutex_lock(&lock);
    old = current;
    current = next;
    pthread_mutex_unlock(&lock);
    inc_pool_drop(old);
}

/* The writer takes a merge that is ready. Returns 1 when it did. */
static int
install_ready(void)
{
    struct inc_merge *m;
    struct inc_pool *next;
    enum inc_status st;

    pthread_mutex_lock(&lock);
    m = ready;
    ready = NULL;
    pthread_mutex_unlock(&lock);
    if (m == NULL)
        return 0;
    st = inc_merge_install(&next, current, m, NULL);
    if (st == INC_OK)
        swap(next);
    else
        assert_int_equal(st, INC_E_CONFLICT);
    return st == INC_OK;
}

static struct inc_pool *
write_next(struct inc_pool *old, struct inc_rng *r, uint32_t generation)
{
    struct inc_pool_builder *b;
    struct inc_pool *next;

    assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
    for (uint32_t i = 0; i < (old == NULL ? PEOPLE : 5); i++) {
        struct inc_skill skill = {.uri = skill_uri(generation)};
        struct inc_candidate c = {.id = "p", .skills = &skill, .n_skills = 1};
        uint64_t no = old == NULL ? i : inc_rng_below(r, PEOPLE);
        struct inc_need n = {.has = BIT(INC_NEED_ID) | BIT(INC_NEED_SEATS),
                             .id = "n",
                             .seats = (int64_t)no};

        assert_int_equal(inc_pool_add_candidate(b, no, &c, NULL), INC_OK);
        assert_int_equal(inc_pool_add_need(b, no, &n, NULL), INC_OK);
    }
    assert_int_equal(inc_pool_end(&next, b, old, generation, NULL), INC_OK);
    return next;
}

static void
publish(void **state)
{
    pthread_t thread[WORKERS];
    struct inc_rng r = {99};

    (void)state;
    current = write_next(NULL, &r, 1);
    for (int i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, work, NULL), 0);
    for (uint32_t g = 2; g < WRITES || atomic_load(&looks) < 50; g++) {
        struct inc_pool *next =
            write_next(current, &r, g < SKILL_GONE ? g : SKILL_GONE - 1);

        swap(next);
    }
    atomic_store(&stop, 1);
    for (int i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);
    inc_pool_drop(current);
    assert_int_equal(atomic_load(&wrong), 0);
}

/* People with one word, from number `first` on. */
static struct inc_pool *
write_many(struct inc_pool *old, uint32_t first, uint32_t n, uint32_t round)
{
    struct inc_pool_builder *b;
    struct inc_pool *next;

    assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
    for (uint32_t i = 0; i < n; i++) {
        struct inc_skill skill = {.uri = skill_uri((first + i) % 40)};
        struct inc_candidate c = {.id = "p", .skills = &skill, .n_skills = 1};

        assert_int_equal(
            inc_pool_add_candidate(b, (first + i) % MANY, &c, NULL), INC_OK);
    }
    assert_int_equal(inc_pool_end(&next, b, old, 100 + round, NULL), INC_OK);
    return next;
}

static void
merges(void **state)
{
    pthread_t thread[WORKERS + 1];
    int installed = 0;

    (void)state;
    atomic_store(&stop, 0);
    atomic_store(&looks, 0);
    current = write_many(NULL, 0, MANY, 0);
    for (int i = 0; i < WORKERS + 1; i++)
        assert_int_equal(
            pthread_create(&thread[i], NULL, i == 0 ? merge : work, NULL), 0);
    for (uint32_t i = 1; i < LARGE_WRITES || installed < 3; i++) {
        swap(write_many(current, i * 7000, i % 3 == 0 ? 9000 : 300, i));
        installed += install_ready();
    }
    atomic_store(&stop, 1);
    for (int i = 0; i < WORKERS + 1; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);
    installed += install_ready();
    assert_int_equal(inc_pool_people(current), MANY);
    assert_int_equal(read_all(current), 0);
    inc_pool_drop(current);
    assert_int_equal(atomic_load(&wrong), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(publish),
                                       cmocka_unit_test(merges)};
    return cmocka_run_group_tests(tests, open_world, close_world);
}
