/*
 * bench.store.sealing - what sealing costs: writes of people and reads of needs
 * in a real store, with the time spent in the cipher beside the whole.
 *
 *   bench.store.sealing [PUTS] [READS]
 *
 * The linker puts the functions here before those of engine/base/seal.c
 * (--wrap), so a store without sealing need not exist to be compared with:
 * ratio = whole / (whole - cipher).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/base/seal.h"
#include "engine/store/store.h"

enum { SKILLS = 20, BODY = 1600, ARENA = 8 << 20, RUNS = 5 };

static uint64_t in_cipher_ns, calls;

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): ld's
 * --wrap names them. */
void __real_inc_seal(unsigned char *, const unsigned char *, const void *,
                     size_t, const void *, size_t);
int __real_inc_unseal(void *, const unsigned char *, const void *, size_t,
                      const void *, size_t);
void __wrap_inc_seal(unsigned char *, const unsigned char *, const void *,
                     size_t, const void *, size_t);
int __wrap_inc_unseal(void *, const unsigned char *, const void *, size_t,
                      const void *, size_t);

void
__wrap_inc_seal(unsigned char *out, const unsigned char *key, const void *about,
                size_t about_len, const void *bytes, size_t len)
{
    uint64_t start = inc_clock_ns();

    __real_inc_seal(out, key, about, about_len, bytes, len);
    in_cipher_ns += inc_clock_ns() - start;
    calls++;
}

int
__wrap_inc_unseal(void *out, const unsigned char *key, const void *about,
                  size_t about_len, const void *sealed, size_t len)
{
    uint64_t start = inc_clock_ns();
    int rc = __real_inc_unseal(out, key, about, about_len, sealed, len);

    in_cipher_ns += inc_clock_ns() - start;
    calls++;
    return rc;
}

/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static void
must(enum inc_status st, const struct inc_err *err)
{
    if (st == INC_OK)
        return;
    (void)fprintf(stderr, "bench.store.sealing: %s\n", err->what);
    exit(1); // NOLINT(concurrency-mt-unsafe): one thread
}

struct bench {
    struct inc_store *s;
    struct inc_arena a;
    uint64_t next; /* id and key */
    char uri[SKILLS][64], body[BODY];
    struct inc_skill skill[SKILLS];
};

static void
fill(struct bench *b, struct inc_command *c, union inc_record *r, char id[32],
     enum inc_record_kind kind)
{
    *c = (struct inc_command){.kind = kind,
                              .if_revision = -1,
                              .body = b->body,
                              .body_len = BODY,
                              .id = id,
                              .record = r,
                              .arena = &b->a};
    *r = (union inc_record){.has = 0};
    b->next++;
    memcpy(c->key, &b->next, sizeof b->next);
    (void)snprintf(id, 32, "X-%08" PRIu64, b->next);
    if (kind == INC_RECORD_CANDIDATE) {
        c->op = INC_OP_CANDIDATE_PUT;
        r->candidate.id = id;
        r->candidate.skills = b->skill;
        r->candidate.n_skills = SKILLS;
        r->has = 1u << INC_CANDIDATE_ID | 1u << INC_CANDIDATE_SKILLS;
        return;
    }
    c->op = INC_OP_NEED_PUT;
    r->need.id = id;
    r->has = 1u << INC_NEED_ID;
}

/* `n` new records, `batch` a commit. */
static void
put(struct bench *b, uint64_t n, size_t batch, enum inc_record_kind kind)
{
    static struct inc_command c[64];
    static union inc_record r[64];
    static char id[64][32];
    struct inc_command *list[64];
    struct inc_err err = {0};

    for (uint64_t done = 0; done < n; done += batch) {
        inc_arena_reset(&b->a);
        for (size_t i = 0; i < batch; i++) {
            fill(b, &c[i], &r[i], id[i], kind);
            list[i] = &c[i];
        }
        must(inc_store_apply(b->s, list, batch, &err), &err);
        for (size_t i = 0; i < batch; i++)
            must(c[i].status, &c[i].err);
    }
}

static void
get(struct bench *b, uint64_t n, enum inc_record_kind kind)
{
    struct inc_err err = {0};

    for (uint64_t i = 0; i < n; i++) {
        struct inc_view *v = NULL;
        union inc_record r;
        char id[32];

        inc_arena_reset(&b->a);
        (void)snprintf(id, sizeof id, "X-%08" PRIu64, b->next - i % 64);
        must(inc_view_open(&v, b->s, &err), &err);
        must(inc_view_get(v, kind, id, &r, NULL, &b->a, &err), &err);
        inc_view_close(v);
    }
}

static int
by_ratio(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;

    return a < b ? -1 : a > b;
}

/* Median of RUNS of n steps, after one that warms up. */
static void
measure(struct bench *b, const char *name, uint64_t n, size_t batch,
        enum inc_record_kind kind)
{
    double ratio[RUNS], whole = 0, cipher = 0;

    for (int run = -1; run < RUNS; run++) {
        uint64_t start = inc_clock_ns(), ns;

        in_cipher_ns = calls = 0;
        if (batch != 0)
            put(b, n, batch, kind);
        else
            get(b, n, kind);
        ns = inc_clock_ns() - start;
        if (run < 0)
            continue;
        ratio[run] = (double)ns / (double)(ns - in_cipher_ns);
        whole += (double)ns / 1e3 / (double)n / RUNS;
        cipher += (double)in_cipher_ns / 1e3 / (double)n / RUNS;
    }
    qsort(ratio, RUNS, sizeof *ratio, by_ratio);
    (void)printf("%-34s %9.1f %9.2f %6.1f   %.3f (%.3f to %.3f)\n", name, whole,
                 cipher, (double)calls / (double)n, ratio[RUNS / 2], ratio[0],
                 ratio[RUNS - 1]);
}

int
main(int argc, char **argv)
{
    static struct bench b;
    uint64_t puts = argc > 1 ? strtoull(argv[1], NULL, 10) / 64 * 64 : 1024;
    uint64_t reads = argc > 2 ? strtoull(argv[2], NULL, 10) : 20000;
    char folder[] = "/tmp/inc-sealing-XXXXXX", path[64], command[128];
    struct inc_err err = {0};

    if (inc_hash_start() != 0 || mkdtemp(folder) == NULL || puts == 0)
        return 1;
    (void)snprintf(path, sizeof path, "%s/store", folder);
    must(inc_arena_init(&b.a, ARENA), &err);
    must(inc_store_open(&b.s, path, NULL, &err), &err);
    memset(b.body, 'x', BODY);
    for (unsigned i = 0; i < SKILLS; i++) {
        (void)snprintf(b.uri[i], sizeof b.uri[i],
                       "http://data.europa.eu/esco/skill/%08u", i);
        b.skill[i] = (struct inc_skill){.uri = b.uri[i], .level = 3, .has = 3};
    }
    (void)printf("%" PRIu64
                 " writes of %d skills and a body of %d bytes, %" PRIu64
                 " reads; median of %d runs\n",
                 puts, SKILLS, BODY, reads, RUNS);
    (void)printf("%-34s %9s %9s %6s   %s\n", "", "us", "cipher us", "calls",
                 "with / without");
    measure(&b, "submit, one a commit", puts, 1, INC_RECORD_CANDIDATE);
    measure(&b, "submit, 64 a commit", puts, 64, INC_RECORD_CANDIDATE);
    measure(&b, "read a person", reads, 0, INC_RECORD_CANDIDATE);
    put(&b, 64, 64, INC_RECORD_NEED);
    measure(&b, "read the need of a match", reads, 0, INC_RECORD_NEED);
    inc_store_close(b.s);
    inc_arena_release(&b.a);
    (void)snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command); // NOLINT(concurrency-mt-unsafe,cert-env33-c)
}
