/*
 * The file: a head, a table with an entry a block, then for each entry the
 * bitmap of its dead rows and the block, each from a multiple of a page on, and
 * at the end the digest of all before it (stream.h). Integers are of this
 * machine's byte order, like those of a block.
 */
#include "engine/pool/image.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/stream.h"
#include "engine/pool/inside.h"

enum { IMAGE_VERSION = 1, RUNS_MAX = 4096, PAGE = INC_BLOCK_PAGE };
#define MAGIC "INCIMAGE"

struct head {
    char magic[8]; /* MAGIC, without its NUL */
    uint32_t byte_order, version;
    char release[32]; /* another release may read records another way */
    struct inc_stamp stamp;
    uint64_t n_entries, n_runs, people, unknown;
};

struct entry {
    uint64_t dead_at, at, bytes; /* from the start of the file */
    uint32_t run, rows, live, reserved;
};

static uint64_t
paged(uint64_t bytes)
{
    return (bytes + PAGE - 1) / PAGE * PAGE;
}

static size_t
bitmap_bytes(uint32_t rows)
{
    return ((size_t)rows + 63) / 64 * sizeof(uint64_t);
}

/* ---- saving ---- */

static void
fill_entries(struct entry *e, const struct inc_pool *p, uint64_t at)
{
    for (size_t i = 0; i < p->n_slots; i++) {
        const struct inc_slot *s = &p->slot[i];

        at = paged(at);
        e[i].dead_at = at;
        at = paged(at + bitmap_bytes(s->block->rows));
        e[i].at = at;
        e[i].bytes = s->block->head->bytes;
        at += e[i].bytes;
        e[i].run = (uint32_t)inc_pool_run_of(p, i);
        e[i].rows = s->block->rows;
        e[i].live = s->live;
    }
}

static enum inc_status
write_image(struct inc_stream *s, const struct head *h,
            const struct entry *entries, const struct inc_pool *p,
            struct inc_err *err)
{
    enum inc_status st = INC_OK;

    INC_TRY(inc_stream_add(s, h, sizeof *h, err));
    INC_TRY(inc_stream_add(s, entries, p->n_slots * sizeof *entries, err));
    for (size_t i = 0; i < p->n_slots; i++) {
        INC_TRY(inc_stream_pad(s, PAGE, err));
        INC_TRY(inc_stream_add(s, p->slot[i].dead->bits,
                               bitmap_bytes(entries[i].rows), err));
        INC_TRY(inc_stream_pad(s, PAGE, err));
        INC_TRY(
            inc_stream_add(s, p->slot[i].block->head, entries[i].bytes, err));
    }
out:
    return st;
}

enum inc_status
inc_image_save(const char *path, const struct inc_pool *p,
               const struct inc_stamp *stamp, unsigned char digest[INC_DIGEST],
               struct inc_err *err)
{
    struct head h = {.byte_order = INC_BYTE_ORDER,
                     .version = IMAGE_VERSION,
                     .release = INC_RELEASE,
                     .n_entries = p->n_slots,
                     .n_runs = p->n_runs,
                     .people = p->people,
                     .unknown = p->unknown};
    struct entry *entries = inc_mem_zero(p->n_slots, sizeof *entries);
    struct inc_stream *s = inc_mem_zero(1, sizeof *s);
    enum inc_status st = INC_OK;

    if (entries == NULL || s == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to save people");
        inc_mem_free(s);
        s = NULL;
        goto out;
    }
    memcpy(h.magic, MAGIC, sizeof h.magic);
    h.stamp = *stamp;
    fill_entries(entries, p, sizeof h + p->n_slots * sizeof *entries);
    INC_TRY(inc_stream_begin(s, path, err));
    INC_TRY(write_image(s, &h, entries, p, err));
    INC_TRY(inc_stream_end(s, err));
    memcpy(digest, s->digest, INC_DIGEST);
out:
    if (s != NULL)
        inc_stream_abandon(s);
    inc_mem_free(s);
    inc_mem_free(entries);
    return st;
}

/* ---- a mapped file ---- */

struct mapping {
    struct inc_owner owner;
    unsigned char *base;
    size_t bytes; /* with the digest */
};

static void
unmap(struct inc_owner *o)
{
    struct mapping *m = (struct mapping *)(void *)o;

    inc_unmap_file(m->base, m->bytes);
    inc_mem_free(m);
}

static enum inc_status
map(struct mapping **out, const char *path, struct inc_err *err)
{
    struct mapping *m = inc_mem_zero(1, sizeof *m);
    enum inc_status st = INC_OK;

    *out = NULL;
    if (m == NULL) {
        (void)inc_fail(err, INC_E_NOMEM, 0, "no memory for saved people");
        return INC_E_NOMEM;
    }
    atomic_init(&m->owner.refs, 1);
    m->owner.release = unmap;
    INC_TRY(inc_map_file(&m->base, &m->bytes, path, err));
    if (m->bytes < sizeof(struct head) + INC_DIGEST) {
        (void)inc_fail(err, INC_E_CORRUPT, 0, "the saved people are cut off");
        st = INC_E_CORRUPT;
        goto out;
    }
    *out = m;
    m = NULL;
out:
    if (m != NULL)
        inc_owner_drop(&m->owner);
    return st;
}

static enum inc_status
check_digest(const struct mapping *m, struct inc_err *err)
{
    unsigned char digest[INC_DIGEST];
    size_t body = m->bytes - INC_DIGEST;

    inc_digest(digest, m->base, body);
    if (memcmp(digest, m->base + body, INC_DIGEST) != 0)
        return inc_fail(err, INC_E_CORRUPT, 0,
                        "the saved people do not match their digest");
    return INC_OK;
}

static enum inc_status
other(struct inc_err *err, const char *what)
{
    return inc_fail(err, INC_E_MISMATCH, 0,
                    "the saved people are of another %s", what);
}

static enum inc_status
check_head(const struct head *h, const struct inc_stamp *want,
           struct inc_err *err)
{
    const char release[sizeof h->release] = INC_RELEASE;

    if (memcmp(h->magic, MAGIC, sizeof h->magic) != 0)
        return inc_fail(err, INC_E_CORRUPT, 0, "not a file of saved people");
    if (h->byte_order != INC_BYTE_ORDER)
        return other(err, "byte order");
    if (h->version > IMAGE_VERSION)
        return inc_fail(err, INC_E_NEWER, 0,
                        "the saved people are of format %u", h->version);
    if (h->version != IMAGE_VERSION ||
        memcmp(h->release, release, sizeof release) != 0)
        return other(err, "release of incrocio");
    if (memcmp(h->stamp.store_id, want->store_id, sizeof want->store_id) != 0)
        return other(err, "store");
    if (memcmp(h->stamp.taxonomy, want->taxonomy, INC_DIGEST) != 0)
        return other(err, "taxonomy");
    if (memcmp(h->stamp.space, want->space, INC_DIGEST) != 0)
        return other(err, "skill space");
    if (memcmp(h->stamp.geo, want->geo, INC_DIGEST) != 0)
        return other(err, "list of comuni");
    return INC_OK;
}

static enum inc_status
damaged(struct inc_err *err)
{
    return inc_fail(err, INC_E_CORRUPT, 0,
                    "the table of the saved people is damaged");
}

/* Does [at, at + bytes) lie in the file, before the digest? */
static int
within(const struct mapping *m, uint64_t at, uint64_t bytes)
{
    uint64_t end = m->bytes - INC_DIGEST;

    return at <= end && bytes <= end - at;
}

static enum inc_status
check_entries(const struct mapping *m, const struct head *h,
              struct inc_err *err)
{
    const struct entry *e = (const void *)(m->base + sizeof *h);
    uint64_t run = 0;

    if (h->n_entries > m->bytes / sizeof *e || h->n_runs > RUNS_MAX ||
        !within(m, sizeof *h, h->n_entries * sizeof *e))
        return damaged(err);
    for (uint64_t i = 0; i < h->n_entries; i++) {
        int next = i > 0 && e[i].run == run + 1;

        if (e[i].run != run && !next)
            return damaged(err);
        run = e[i].run;
        if (run >= h->n_runs || e[i].rows == 0 || e[i].rows > INC_BLOCK_ROWS ||
            e[i].live > e[i].rows || e[i].dead_at % PAGE != 0 ||
            e[i].at % PAGE != 0 ||
            !within(m, e[i].dead_at, bitmap_bytes(e[i].rows)) ||
            !within(m, e[i].at, e[i].bytes))
            return damaged(err);
    }
    return h->n_runs == (h->n_entries > 0 ? run + 1 : 0) ? INC_OK
                                                         : damaged(err);
}

/* A slot of the file: its block where it lies, its bitmap copied. */
static enum inc_status
slot_of(struct inc_slot *out, struct mapping *m, const struct entry *e,
        const struct inc_bounds *bounds, struct inc_err *err)
{
    const uint64_t *bits = (const void *)(m->base + e->dead_at);
    size_t words = bitmap_bytes(e->rows) / sizeof *bits;
    uint64_t dead = 0;
    enum inc_status st = INC_OK;

    INC_TRY(inc_block_bind(&out->block, m->base + e->at, e->bytes, bounds,
                           &m->owner, err));
    if (out->block->rows != e->rows) {
        st = damaged(err);
        goto out;
    }
    for (size_t i = 0; i < words; i++)
        dead += (uint64_t)__builtin_popcountll(bits[i]);
    if ((e->rows % 64 != 0 && bits[words - 1] >> e->rows % 64 != 0) ||
        dead != e->rows - e->live) {
        st = damaged(err);
        goto out;
    }
    out->dead = inc_dead_copy(NULL, e->rows);
    if (out->dead == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for saved people");
        goto out;
    }
    memcpy(out->dead->bits, bits, words * sizeof *bits);
    out->live = e->live;
out:
    return st;
}

static enum inc_status
add_runs(struct inc_pool *p, struct mapping *m, const struct head *h,
         struct inc_err *err)
{
    const struct entry *e = (const void *)(m->base + sizeof *h);
    const struct inc_bounds bounds = inc_bounds_of(&p->world);
    struct inc_slot *slot = inc_mem_zero(h->n_entries, sizeof *slot);
    enum inc_status st = INC_OK;
    size_t made = 0, from = 0;

    if (slot == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for saved people");
        goto out;
    }
    for (; made < h->n_entries; made++)
        INC_TRY(slot_of(&slot[made], m, &e[made], &bounds, err));
    while (from < made) {
        size_t to = from;

        while (to < made && e[to].run == e[from].run)
            to++;
        if (inc_pool_splice(p, p->n_runs, 0, slot + from, to - from, NULL) !=
            0) {
            st = inc_fail(err, INC_E_NOMEM, 0, "no memory for saved people");
            goto out;
        }
        from = to;
    }
out:
    for (size_t i = 0; slot != NULL && i < h->n_entries; i++) {
        inc_block_drop(slot[i].block);
        inc_dead_drop(slot[i].dead);
    }
    inc_mem_free(slot);
    return st;
}

/* What only contenders need was read for the digest: let it go again. */
static void
forget_cold(const struct inc_pool *p)
{
    for (size_t i = 0; i < p->n_slots; i++) {
        const struct inc_block *b = p->slot[i].block;

        if (b->head->cold_at % PAGE == 0)
            inc_map_forget((unsigned char *)b->base + b->head->cold_at,
                           b->head->bytes - b->head->cold_at);
    }
}

enum inc_status
inc_image_open(struct inc_pool **out, uint64_t *seq, const char *path,
               const struct inc_world *w, const struct inc_stamp *want,
               struct inc_err *err)
{
    struct mapping *m = NULL;
    struct inc_pool *p = NULL;
    const struct head *h;
    enum inc_status st = INC_OK;

    *out = NULL;
    INC_TRY(map(&m, path, err));
    h = (const void *)m->base;
    INC_TRY(check_head(h, want, err)); /* what is cheap to tell first */
    INC_TRY(check_digest(m, err));
    INC_TRY(check_entries(m, h, err));
    p = inc_pool_new(w, h->stamp.seq);
    if (p == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for saved people");
        goto out;
    }
    INC_TRY(add_runs(p, m, h, err));
    p->unknown = h->unknown;
    for (size_t i = 0; i < p->n_slots; i++)
        inc_named_rows(&p->named, p->slot[i].block, p->slot[i].dead->bits);
    forget_cold(p);
    INC_TRY(inc_pool_finish(p, NULL, NULL, 0, err));
    if (p->people != h->people) {
        st = damaged(err);
        goto out;
    }
    *seq = h->stamp.seq;
    *out = p;
    p = NULL;
out:
    inc_pool_free(p);
    if (m != NULL)
        inc_owner_drop(&m->owner);
    return st;
}

/* ---- taking a saved file over ---- */

static enum inc_status
another(struct inc_err *err)
{
    return inc_fail(err, INC_E_CONFLICT, 0,
                    "another image was saved meanwhile");
}

/* The mapped twin of every block of `saved`; NULL where it has none. */
static enum inc_status
twins(struct inc_block **twin, struct mapping *m, const struct inc_pool *saved,
      struct inc_err *err)
{
    const struct head *h = (const void *)m->base;
    const struct entry *e = (const void *)(m->base + sizeof *h);
    enum inc_status st = INC_OK;

    INC_TRY(check_entries(m, h, err));
    if (h->n_entries != saved->n_slots) {
        st = another(err);
        goto out;
    }
    for (size_t i = 0; i < saved->n_slots; i++) {
        const struct inc_block_head *head = saved->slot[i].block->head;

        if (e[i].bytes != head->bytes ||
            memcmp(m->base + e[i].at, head, sizeof *head) != 0) {
            st = another(err);
            goto out;
        }
        twin[i] = inc_block_wrap(m->base + e[i].at, &m->owner);
        if (twin[i] == NULL) {
            st = inc_fail(err, INC_E_NOMEM, 0, "no memory for saved people");
            goto out;
        }
    }
out:
    return st;
}

/* Blocks of p that were saved become the mapped ones; how many did. */
static size_t
exchange(struct inc_pool *p, const struct inc_pool *saved,
         struct inc_block *const *twin)
{
    size_t n = 0;

    for (size_t i = 0; i < p->n_slots; i++)
        for (size_t k = 0; k < saved->n_slots; k++) {
            if (p->slot[i].block != saved->slot[k].block)
                continue;
            inc_block_drop(p->slot[i].block);
            p->slot[i].block = inc_block_hold(twin[k]);
            n++;
            break;
        }
    return n;
}

enum inc_status
inc_image_adopt(struct inc_pool **out, struct inc_pool *now,
                const struct inc_pool *saved, const char *path,
                const unsigned char digest[INC_DIGEST], struct inc_err *err)
{
    struct inc_block **twin = inc_mem_zero(saved->n_slots, sizeof(void *));
    struct mapping *m = NULL;
    struct inc_pool *p = NULL;
    enum inc_status st = INC_OK;

    *out = NULL;
    p = inc_pool_new(&now->world, now->generation);
    if (twin == NULL || p == NULL || inc_pool_share(p, now) != 0) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for saved people");
        goto out;
    }
    INC_TRY(map(&m, path, err));
    if (memcmp(m->base + m->bytes - INC_DIGEST, digest, INC_DIGEST) != 0) {
        st = another(err);
        goto out;
    }
    INC_TRY(twins(twin, m, saved, err));
    (void)exchange(p, saved, twin);
    INC_TRY(inc_pool_finish(p, now, NULL, 0, err));
    *out = p;
    p = NULL;
out:
    for (size_t i = 0; twin != NULL && i < saved->n_slots; i++)
        inc_block_drop(twin[i]);
    inc_mem_free(twin);
    inc_pool_free(p);
    if (m != NULL)
        inc_owner_drop(&m->owner);
    return st;
}
