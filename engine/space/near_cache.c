/*
 * The file that spares the making of the lists. It serves one machine and can
 * always be made again, so numbers are in this machine's own order and any
 * doubt, a version of another byte order too, means that it is not read.
 */
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/base/log.h"
#include "engine/base/mem.h"
#include "engine/space/inside.h"

enum {
    VERSION = 1, /* of the file */
    FORMULA = 1, /* raise when inc_cosine_bp() or inc_similarity_bp() change */
    FULL_BP = 10000
};

static const char magic[8] = {'I', 'N', 'C', 'N', 'E', 'A', 'R', '\n'};

/* Then uint32_t start[rows + 1], struct inc_near [pairs], and the digest of
 * all before it. */
struct header {
    char magic[8];
    uint32_t version;
    uint32_t rows;
    uint64_t pairs;
    unsigned char key[INC_DIGEST];
};
_Static_assert(sizeof(struct header) == 56, "no holes");
_Static_assert(sizeof(struct inc_near) == 4, "no holes");

void
inc_near_key(unsigned char key[INC_DIGEST], const struct inc_space *s)
{
    const uint32_t constants[] = {FORMULA, INC_SIM_FLOOR_BP, FULL_BP, s->rows,
                                  s->dim};
    struct inc_hasher h;

    inc_hasher_init(&h);
    inc_hasher_add(&h, constants, sizeof constants);
    inc_hasher_add(&h, s->vectors, (size_t)s->rows * s->dim);
    inc_hasher_end(&h, key);
}

static size_t
file_bytes(uint32_t rows, uint64_t pairs)
{
    return sizeof(struct header) + ((size_t)rows + 1) * sizeof(uint32_t) +
           (size_t)pairs * sizeof(struct inc_near) + INC_DIGEST;
}

/* What the digest cannot promise of a file made elsewhere: nothing in it leads
 * outside the lists, and they are in order. */
static int
sound(const struct inc_near_lists *l, uint32_t rows, uint64_t pairs)
{
    if (l->start[0] != 0 || l->start[rows] != pairs)
        return 0;
    for (uint32_t i = 0; i < rows; i++)
        if (l->start[i] >= l->start[i + 1])
            return 0;
    for (uint32_t i = 0; i < rows; i++) {
        const struct inc_near *first = l->near + l->start[i];
        const struct inc_near *end = l->near + l->start[i + 1];

        if (first->skill != i || first->sim_bp != FULL_BP)
            return 0;
        for (const struct inc_near *p = first + 1; p < end; p++) {
            if (p->skill >= rows || p->skill == i || p->sim_bp == 0 ||
                p->sim_bp > FULL_BP)
                return 0;
            if (p > first + 1 &&
                (p->sim_bp > p[-1].sim_bp ||
                 (p->sim_bp == p[-1].sim_bp && p->skill <= p[-1].skill)))
                return 0;
        }
    }
    return 1;
}

/* 1 when the bytes are whole, of this space and of this version. */
static int
fits(struct header *head, const struct inc_buf *b, uint32_t rows,
     const unsigned char key[INC_DIGEST])
{
    unsigned char digest[INC_DIGEST];

    if (b->len < sizeof *head)
        return 0;
    memcpy(head, b->data, sizeof *head);
    if (memcmp(head->magic, magic, sizeof magic) != 0 ||
        head->version != VERSION || head->rows != rows ||
        memcmp(head->key, key, INC_DIGEST) != 0 || head->pairs > INC_NEAR_MAX ||
        b->len != file_bytes(rows, head->pairs))
        return 0;
    inc_digest(digest, b->data, b->len - INC_DIGEST);
    return memcmp(digest, b->data + b->len - INC_DIGEST, INC_DIGEST) == 0;
}

int
inc_near_read(struct inc_near_lists *l, uint32_t rows,
              const unsigned char key[INC_DIGEST], const char *path)
{
    struct inc_buf b = {0};
    struct header head;
    size_t starts = ((size_t)rows + 1) * sizeof *l->start;
    int ok = 0;

    if (inc_file_read(&b, path, file_bytes(rows, INC_NEAR_MAX), NULL) !=
            INC_OK ||
        !fits(&head, &b, rows, key))
        goto out;
    l->start = inc_mem_zero((size_t)rows + 1, sizeof *l->start);
    l->near = inc_mem_zero((size_t)head.pairs, sizeof *l->near);
    if (l->start == NULL || l->near == NULL)
        goto out;
    memcpy(l->start, b.data + sizeof head, starts);
    memcpy(l->near, b.data + sizeof head + starts,
           (size_t)head.pairs * sizeof *l->near);
    ok = sound(l, rows, head.pairs);
out:
    inc_buf_release(&b);
    if (!ok)
        inc_near_release(l);
    return ok;
}

static void
not_kept(const struct inc_err *err)
{
    struct inc_log l;

    inc_log_start(&l, INC_LOG_INFO, "space_near_not_kept");
    inc_log_err(&l, err);
    inc_log_end(&l);
}

void
inc_near_write(const struct inc_near_lists *l, uint32_t rows,
               const unsigned char key[INC_DIGEST], const char *path)
{
    struct header head = {
        .version = VERSION, .rows = rows, .pairs = l->start[rows]};
    unsigned char digest[INC_DIGEST] = {0};
    struct inc_buf b = {0};
    struct inc_err err;

    inc_err_clear(&err);
    memcpy(head.magic, magic, sizeof magic);
    memcpy(head.key, key, INC_DIGEST);
    inc_buf_add(&b, &head, sizeof head);
    inc_buf_add(&b, l->start, ((size_t)rows + 1) * sizeof *l->start);
    inc_buf_add(&b, l->near, (size_t)head.pairs * sizeof *l->near);
    if (!b.failed)
        inc_digest(digest, b.data, b.len);
    inc_buf_add(&b, digest, INC_DIGEST);
    if (b.failed)
        (void)inc_fail(&err, INC_E_NOMEM, 0,
                       "no memory to keep the lists of like skills");
    if (b.failed || inc_file_write(path, b.data, b.len, &err) != INC_OK)
        not_kept(&err);
    inc_buf_release(&b);
}
