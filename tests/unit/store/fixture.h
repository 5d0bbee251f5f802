/*
 * fixture.h - a store in a folder of its own and commands to give it, for the
 * tests of engine/store. Every name in it is made up.
 */
#ifndef INC_TESTS_UNIT_STORE_FIXTURE_H
#define INC_TESTS_UNIT_STORE_FIXTURE_H

#include "tests/support/cm.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/rng.h"
#include "engine/profile/codec.h"
#include "engine/store/store.h"

#define MAYBE __attribute__((unused)) static

enum { PATH_ROOM = 512, ARENA_ROOM = 2 * 1024 * 1024 };

#define OK(call, err)                                                          \
    do {                                                                       \
        enum inc_status got_ = (call);                                         \
        if (got_ != INC_OK)                                                    \
            fail_msg("%s: %s: %s", #call, inc_status_wire(got_), (err)->what); \
    } while (0)

#define IS(call, want, err)                                                    \
    do {                                                                       \
        enum inc_status got_ = (call);                                         \
        if (got_ != (want))                                                    \
            fail_msg("%s: got %s, want %s: %s", #call, inc_status_wire(got_),  \
                     inc_status_wire(want), (err)->what);                      \
    } while (0)

/* --- folders ------------------------------------------------------------- */

MAYBE void
temp_folder(char out[PATH_ROOM])
{
    const char *base = getenv("TMPDIR");

    (void)snprintf(out, PATH_ROOM, "%s/inc-store-XXXXXX",
                   base != NULL ? base : "/tmp");
    if (mkdtemp(out) == NULL)
        fail_msg("cannot make a temporary folder %s", out);
}

/* Three levels are all a store, its backups and their keys have. */
MAYBE void
remove_flat(const char *path)
{
    DIR *d = opendir(path);
    struct dirent *e;
    char keys[2 * PATH_ROOM];

    if (d == NULL)
        return;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    while ((e = readdir(d)) != NULL) {
        char name[2 * PATH_ROOM];
        (void)snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        if (e->d_name[0] != '.')
            (void)unlink(name);
    }
    (void)closedir(d);
    (void)snprintf(keys, sizeof keys, "%s/keys", path);
    if (rmdir(path) != 0 && strcmp(path, keys) != 0) {
        char ring[2 * PATH_ROOM + 16];
        (void)snprintf(ring, sizeof ring, "%s/ring", keys);
        (void)unlink(ring);
        (void)rmdir(keys);
        (void)rmdir(path);
    }
}

MAYBE void
remove_folder(const char *path)
{
    DIR *d = opendir(path);
    struct dirent *e;

    if (d == NULL)
        return;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    while ((e = readdir(d)) != NULL) {
        char name[2 * PATH_ROOM];
        (void)snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        if (e->d_name[0] != '.')
            remove_flat(name);
    }
    (void)closedir(d);
    remove_flat(path);
}

MAYBE void
join(char out[PATH_ROOM], const char *a, const char *b)
{
    int n = snprintf(out, PATH_ROOM, "%s/%s", a, b);
    assert_true(n > 0 && n < PATH_ROOM);
}

MAYBE int
exists(const char *dir, const char *name)
{
    char path[PATH_ROOM];
    struct stat info;

    join(path, dir, name);
    return stat(path, &info) == 0;
}

/* The whole file; freed with free(). */
MAYBE unsigned char *
slurp(const char *dir, const char *name, size_t *len)
{
    char path[PATH_ROOM];
    struct stat info;
    unsigned char *p;
    FILE *f;

    join(path, dir, name);
    f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fstat(fileno(f), &info), 0);
    *len = (size_t)info.st_size;
    p = malloc(*len + 1);
    assert_non_null(p);
    assert_int_equal(fread(p, 1, *len, f), *len);
    (void)fclose(f);
    return p;
}

MAYBE void
spit(const char *dir, const char *name, const void *bytes, size_t len)
{
    char path[PATH_ROOM];
    FILE *f;

    join(path, dir, name);
    f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* --- a store and commands ------------------------------------------------ */

struct fixture {
    char dir[PATH_ROOM], key_file[PATH_ROOM + 8];
    struct inc_store *s;
    struct inc_store_options o;
    struct inc_arena arena; /* commands */
    struct inc_arena read;  /* records read */
    struct inc_err err;
    uint64_t keys; /* request keys given so far */
};

MAYBE void
open_it(struct fixture *f)
{
    OK(inc_store_open(&f->s, f->dir, &f->o, &f->err), &f->err);
}

MAYBE void
close_it(struct fixture *f)
{
    inc_store_close(f->s);
    f->s = NULL;
}

MAYBE void
reopen(struct fixture *f)
{
    close_it(f);
    open_it(f);
}

MAYBE int
start(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (f == NULL)
        return -1;
    *state = f;
    if (inc_hash_start() != 0 ||
        inc_arena_init(&f->arena, ARENA_ROOM) != INC_OK ||
        inc_arena_init(&f->read, ARENA_ROOM) != INC_OK)
        return -1;
    temp_folder(f->dir);
    f->o.reserve_percent = 1; /* a developer's disk may be nearly full */
    f->o.map_bytes = (size_t)8 << 20;
    (void)snprintf(f->key_file, sizeof f->key_file, "%s.key", f->dir);
    f->o.key_file = f->key_file;
    open_it(f);
    return 0;
}

MAYBE int
stop(void **state)
{
    struct fixture *f = *state;

    inc_store_close(f->s);
    inc_arena_release(&f->arena);
    inc_arena_release(&f->read);
    remove_folder(f->dir);
    (void)unlink(f->key_file);
    (void)snprintf(f->dir, sizeof f->dir, "%.500s.erased", f->key_file);
    (void)unlink(f->dir);
    (void)snprintf(f->dir, sizeof f->dir, "%.500s.pruned", f->key_file);
    (void)unlink(f->dir);
    free(f);
    return 0;
}

MAYBE void
key_of(unsigned char out[INC_KEY], uint64_t n)
{
    struct inc_rng r = {n};

    for (int i = 0; i < INC_KEY; i++)
        out[i] = (unsigned char)inc_rng_next(&r);
}

MAYBE char *
text(struct inc_arena *a, const char *front, uint64_t n)
{
    char out[128];
    char *copy;

    (void)snprintf(out, sizeof out, "%s%llu", front, (unsigned long long)n);
    copy = inc_arena_text(a, out, strlen(out));
    assert_non_null(copy);
    return copy;
}

MAYBE union inc_record *
person(struct inc_arena *a, const char *id, uint32_t skills)
{
    union inc_record *r = inc_arena_array(a, 1, sizeof *r);
    struct inc_candidate *c;

    assert_non_null(r);
    c = &r->candidate;
    c->id = id;
    c->office = "cpi-prova";
    c->home = "046017";
    c->n_skills = skills;
    c->skills = inc_arena_array(a, skills, sizeof *c->skills);
    assert_non_null(c->skills);
    for (uint32_t i = 0; i < skills; i++) {
        c->skills[i].uri = text(a, "http://data.europa.eu/esco/skill/", i + 1);
        c->skills[i].level = 1 + i % 4;
        c->skills[i].has = 1u << INC_SKILL_URI | 1u << INC_SKILL_LEVEL;
    }
    c->has = 1u << INC_CANDIDATE_ID | 1u << INC_CANDIDATE_OFFICE |
             1u << INC_CANDIDATE_HOME | 1u << INC_CANDIDATE_SKILLS;
    return r;
}

MAYBE union inc_record *
need(struct inc_arena *a, const char *id, const char *company)
{
    union inc_record *r = inc_arena_array(a, 1, sizeof *r);

    assert_non_null(r);
    r->need.id = id;
    r->need.title = "addetto di prova";
    r->need.company = company;
    r->has = 1u << INC_NEED_ID | 1u << INC_NEED_TITLE;
    if (company != NULL)
        r->has |= 1u << INC_NEED_COMPANY;
    return r;
}

MAYBE union inc_record *
company(struct inc_arena *a, const char *id)
{
    union inc_record *r = inc_arena_array(a, 1, sizeof *r);

    assert_non_null(r);
    r->company.id = id;
    r->company.name = "Ditta di prova";
    r->has = 1u << INC_COMPANY_ID | 1u << INC_COMPANY_NAME;
    return r;
}

MAYBE enum inc_record_kind
kind_of_op(enum inc_op op)
{
    const char *wire = inc_ops[op].wire;

    return strncmp(wire, "cand", 4) == 0 || strncmp(wire, "vault", 5) == 0
               ? INC_RECORD_CANDIDATE
           : strncmp(wire, "need", 4) == 0 ? INC_RECORD_NEED
                                           : INC_RECORD_COMPANY;
}

/* A command with a new key and a body that differs from any other's. */
MAYBE struct inc_command
command(struct fixture *f, enum inc_op op, const char *id,
        union inc_record *record)
{
    struct inc_command c = {.op = op,
                            .actor = "operatore-7",
                            .office = "cpi-prova",
                            .purpose = NULL,
                            .at_unix_ms = 1700000000000,
                            .kind = kind_of_op(op),
                            .id = id,
                            .record = record,
                            .if_revision = -1,
                            .arena = &f->arena};

    key_of(c.key, ++f->keys);
    c.body = text(&f->arena, "body of request ", f->keys);
    c.body_len = strlen(c.body);
    return c;
}

MAYBE enum inc_status
run(struct fixture *f, struct inc_command *c)
{
    struct inc_command *const one[] = {c};

    OK(inc_store_apply(f->s, one, 1, &f->err), &f->err);
    return c->status;
}

MAYBE struct inc_command
put_person(struct fixture *f, const char *id)
{
    struct inc_command c =
        command(f, INC_OP_CANDIDATE_PUT, id, person(&f->arena, id, 3));
    IS(run(f, &c), INC_OK, &c.err);
    return c;
}

/* As start(), with people P-1 to P-n: a register is veiled with their keys. */
MAYBE int
start_with(void **state, uint64_t n)
{
    struct fixture *f;

    if (start(state) != 0)
        return -1;
    f = *state;
    for (uint64_t i = 1; i <= n; i++) {
        inc_arena_reset(&f->arena);
        (void)put_person(f, text(&f->arena, "P-", i));
    }
    return 0;
}

/* --- looking ------------------------------------------------------------- */

/* Status of a read; *out lives until the next call. */
MAYBE enum inc_status
get(struct fixture *f, enum inc_record_kind kind, const char *id,
    union inc_record *out, uint64_t *no)
{
    struct inc_view *v = NULL;
    enum inc_status st;

    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    inc_arena_reset(&f->read);
    st = inc_view_get(v, kind, id, out, no, &f->read, &f->err);
    inc_view_close(v);
    return st;
}

MAYBE struct inc_store_info
info_of(struct fixture *f)
{
    struct inc_view *v = NULL;
    struct inc_store_info info;

    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    OK(inc_view_info(v, &info, &f->err), &f->err);
    inc_view_close(v);
    return info;
}

MAYBE void
print_finding(void *arg, int is_fault, const char *what)
{
    (void)arg;
    (void)fprintf(stderr, "%s: %s\n", is_fault ? "fault" : "warning", what);
}

MAYBE struct inc_verify_report
verified(struct fixture *f)
{
    struct inc_verify_report r;

    OK(inc_store_verify(f->s, &r, print_finding, NULL, NULL, NULL, &f->err),
       &f->err);
    return r;
}

MAYBE void
assert_clean(struct fixture *f)
{
    struct inc_verify_report r = verified(f);

    if (r.faults != 0)
        fail_msg("verify found %llu faults", (unsigned long long)r.faults);
}

/* Digest of everything a reader can see: records by id with their numbers. */
struct digest_walk {
    struct inc_hasher h;
    enum inc_record_kind kind;
};

MAYBE enum inc_status
digest_each(void *arg, uint64_t no, const union inc_record *r)
{
    struct digest_walk *w = arg;
    struct inc_buf b = {0};

    assert_int_equal(inc_record_encode(&b, w->kind, r), INC_OK);
    inc_hasher_add(&w->h, &no, sizeof no);
    inc_hasher_add(&w->h, b.data, b.len);
    inc_buf_release(&b);
    return INC_OK;
}

MAYBE void
digest_of(struct fixture *f, unsigned char out[INC_DIGEST])
{
    struct digest_walk w;
    struct inc_view *v = NULL;

    inc_hasher_init(&w.h);
    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    for (int k = 0; k < INC_RECORD_KINDS; k++) {
        w.kind = (enum inc_record_kind)k;
        OK(inc_view_walk(v, w.kind, NULL, &f->read, digest_each, &w, &f->err),
           &f->err);
    }
    inc_view_close(v);
    inc_hasher_end(&w.h, out);
}

#endif
