#include "engine/match/catch_up.h"

#include <string.h>

#include "engine/base/map.h"
#include "engine/base/mem.h"
#include "engine/space/near.h"

/* More than this to catch up with and reading everything is as quick. */
enum { ENTRIES_MAX = 1 << 18, RECORD_BYTES = 8 << 20 };

enum inc_status
inc_feed_one(void *arg, uint64_t no, const union inc_record *r)
{
    struct inc_feeding *f = arg;

    return f->kind == INC_RECORD_CANDIDATE
               ? inc_pool_add_candidate(f->builder, no, &r->candidate, f->err)
               : inc_pool_add_need(f->builder, no, &r->need, f->err);
}

enum inc_status
inc_feed(struct inc_pool_builder *b, struct inc_view *v,
         enum inc_record_kind kind, struct inc_arena *a, struct inc_err *err)
{
    struct inc_feeding f = {b, kind, err};

    return inc_view_scan(v, kind, a, inc_feed_one, &f, err);
}

/* Comuni by number: a person's home is one. */
static void
geo_digest(unsigned char out[INC_DIGEST], const struct inc_geo *geo)
{
    struct inc_hasher h;

    inc_hasher_init(&h);
    for (uint32_t i = 0; geo != NULL && i < inc_geo_count(geo); i++) {
        const struct inc_comune *c = inc_geo_comune(geo, (uint16_t)i);

        inc_hasher_add(&h, c->istat, strlen(c->istat) + 1);
    }
    inc_hasher_end(&h, out);
}

/* The space, and how its skills fall into families: trees are made of them. */
static void
space_digest(unsigned char out[INC_DIGEST], const struct inc_space *s)
{
    struct inc_hasher h;

    inc_hasher_init(&h);
    inc_hasher_add(&h, inc_space_digest(s), INC_DIGEST);
    if (inc_space_families(s) > 0)
        inc_hasher_add(&h, inc_space_family(s),
                       inc_space_rows(s) * sizeof(uint16_t));
    inc_hasher_end(&h, out);
}

void
inc_stamp_make(struct inc_stamp *out, const struct inc_estate *e,
               const char store_id[33], uint64_t seq)
{
    memset(out, 0, sizeof *out);
    memcpy(out->store_id, store_id, sizeof out->store_id);
    out->seq = seq;
    memcpy(out->taxonomy, inc_taxonomy_digest(e->world.taxonomy), INC_DIGEST);
    space_digest(out->space, e->world.space);
    geo_digest(out->geo, e->world.geo);
}

/* Ids of people that the journal names since the image. */
struct names {
    struct inc_map ids;
    char **list; /* owned texts, the keys of the map */
    size_t n, cap;
    uint64_t entries;
    struct inc_err *err;
};

/* Profiles; what the vault gets changes no row. */
static int
about_people(enum inc_op op)
{
    static const char prefix[] = "candidate.";

    return strncmp(inc_ops[op].wire, prefix, sizeof prefix - 1) == 0;
}

static enum inc_status
name(void *arg, const struct inc_entry *e)
{
    struct names *n = arg;
    void *list = n->list;
    size_t len;
    char *text;

    n->entries++;
    if (e->result != INC_OK || e->id == NULL || !about_people(e->op))
        return INC_OK;
    len = strlen(e->id);
    if (inc_map_get(&n->ids, e->id, len) != INC_MAP_NONE)
        return INC_OK;
    if (n->n >= ENTRIES_MAX)
        return inc_fail(n->err, INC_E_LIMIT, 0,
                        "over %d people changed since it was saved",
                        ENTRIES_MAX);
    if (inc_mem_grow(&list, &n->cap, n->n, sizeof *n->list) != 0)
        return inc_fail(n->err, INC_E_NOMEM, 0, "no memory to catch up");
    n->list = list;
    text = inc_mem_text(e->id, len);
    if (text == NULL ||
        inc_map_add(&n->ids, text, len, (uint32_t)n->n, NULL) != INC_OK) {
        inc_mem_free(text);
        return inc_fail(n->err, INC_E_NOMEM, 0, "no memory to catch up");
    }
    n->list[n->n++] = text;
    return INC_OK;
}

static void
names_release(struct names *n)
{
    for (size_t i = 0; i < n->n; i++)
        inc_mem_free(n->list[i]);
    inc_mem_free(n->list);
    inc_map_release(&n->ids);
}

/* Rows of the image whose ids the journal names are gone, or come back with
 * what the store has now: a record that was deleted leaves no number. */
static enum inc_status
drop_named(struct inc_pool_builder *b, const struct inc_pool *p,
           const struct names *n, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    for (size_t i = 0; i < inc_pool_blocks(p); i++) {
        const struct inc_block *block = inc_pool_block(p, i);

        for (uint32_t row = 0; row < inc_block_rows(block); row++) {
            struct inc_person person;

            inc_block_person(block, row, NULL, &person);
            if (inc_map_get(&n->ids, person.id, strlen(person.id)) !=
                INC_MAP_NONE)
                INC_TRY(inc_pool_drop_candidate(b, person.no, err));
        }
    }
out:
    return st;
}

static enum inc_status
add_named(struct inc_pool_builder *b, struct inc_view *v, const struct names *n,
          struct inc_arena *a, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    for (size_t i = 0; i < n->n; i++) {
        union inc_record r;
        uint64_t no;

        inc_arena_reset(a);
        st = inc_view_get(v, INC_RECORD_CANDIDATE, n->list[i], &r, &no, a, err);
        if (st == INC_E_NOTFOUND)
            st = INC_OK;
        else if (st == INC_OK)
            st = inc_pool_add_candidate(b, no, &r.candidate, err);
        INC_TRY(st);
    }
out:
    return st;
}

enum inc_status
inc_catch_up(struct inc_pool **out, uint64_t *caught_up, const char *path,
             struct inc_estate *e, struct inc_view *v,
             const struct inc_store_info *info, struct inc_err *err)
{
    struct inc_pool_builder *b = NULL;
    struct inc_pool *saved = NULL;
    struct names names = {.err = err};
    struct inc_arena arena = {0};
    struct inc_stamp stamp;
    uint64_t seq = 0;
    enum inc_status st = INC_OK;

    *out = NULL;
    inc_stamp_make(&stamp, e, info->id, info->head_seq);
    INC_TRY(inc_image_open(&saved, &seq, path, &e->world, &stamp, err));
    if (seq > stamp.seq) {
        st = inc_fail(err, INC_E_MISMATCH, 0,
                      "it is of journal entry %llu, the store ends at %llu",
                      (unsigned long long)seq, (unsigned long long)stamp.seq);
        goto out;
    }
    st = inc_arena_init(&arena, RECORD_BYTES);
    if (st != INC_OK) {
        st = inc_fail(err, st, 0, "no memory to catch up");
        goto out;
    }
    INC_TRY(inc_view_journal(v, seq, SIZE_MAX, name, &names, err));
    INC_TRY(inc_pool_begin(&b, &e->world, err));
    if (names.n > 0) {
        INC_TRY(drop_named(b, saved, &names, err));
        INC_TRY(add_named(b, v, &names, &arena, err));
    }
    INC_TRY(inc_feed(b, v, INC_RECORD_NEED, &arena, err));
    st = inc_pool_end(out, b, saved, stamp.seq, err);
    b = NULL; /* end consumes it */
    *caught_up = names.entries;
out:
    inc_pool_abandon(b);
    inc_pool_drop(saved);
    names_release(&names);
    inc_arena_release(&arena);
    return st;
}
