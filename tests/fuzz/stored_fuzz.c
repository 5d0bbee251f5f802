/*
 * Fuzz: any bytes as a stored value. First byte: which kind of value; the rest
 * is what lies in the table. Nothing may crash; what is accepted must survive
 * being written and read again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/store/event.h"
#include "engine/store/private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    RECORDS = INC_RECORD_KINDS,
    ENTRY = RECORDS,
    ANSWER,
    FRAME,
    EVENT,
    WHATS
};

static struct inc_arena arena; /* reset for every input */

#define MUST(cond)                                                             \
    do {                                                                       \
        if (!(cond))                                                           \
            abort();                                                           \
    } while (0)

static int
same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
record(enum inc_record_kind kind, const uint8_t *data, size_t size)
{
    union inc_record a, b;
    struct inc_buf first = {0}, second = {0};

    if (inc_record_decode(&a, kind, data, size, &arena, NULL) != INC_OK)
        return;
    MUST(inc_record_encode(&first, kind, &a) == INC_OK);
    MUST(inc_record_decode(&b, kind, first.data, first.len, &arena, NULL) ==
         INC_OK);
    MUST(inc_record_encode(&second, kind, &b) == INC_OK);
    MUST(first.len == second.len && first.data != NULL && second.data != NULL);
    MUST(memcmp(first.data, second.data, first.len) == 0);
    inc_buf_release(&first);
    inc_buf_release(&second);
}

static void
entry(const uint8_t *data, size_t size)
{
    struct inc_journal_row a, b;
    struct inc_buf head = {0}, bytes = {0};

    if (inc_entry_read(&a, data, size, &arena, NULL) != INC_OK)
        return;
    inc_entry_head(&head, &a);
    inc_entry_write(&bytes, &head, a.e.chain, a.body, a.body_len,
                    a.body != NULL, a.sealed);
    MUST(inc_entry_read(&b, bytes.data, bytes.len, &arena, NULL) == INC_OK);
    MUST(a.e.seq == b.e.seq && a.e.at_unix_ms == b.e.at_unix_ms &&
         a.e.op == b.e.op && a.e.result == b.e.result && a.kind == b.kind &&
         a.no == b.no && a.revision == b.revision && a.created == b.created);
    MUST(same_text(a.e.id, b.e.id) && same_text(a.e.actor, b.e.actor) &&
         same_text(a.e.office, b.e.office) &&
         same_text(a.e.purpose, b.e.purpose));
    MUST(memcmp(a.e.key, b.e.key, INC_KEY) == 0 &&
         memcmp(a.e.body_sha, b.e.body_sha, INC_DIGEST) == 0 &&
         memcmp(a.e.chain, b.e.chain, INC_DIGEST) == 0);
    MUST(a.sealed == b.sealed);
    MUST(a.body_len == b.body_len && (a.body == NULL) == (b.body == NULL));
    MUST(a.body == NULL || b.body == NULL || a.body_len == 0 ||
         memcmp(a.body, b.body, a.body_len) == 0);
    inc_buf_release(&head);
    inc_buf_release(&bytes);
}

static void
answer(const uint8_t *data, size_t size)
{
    struct inc_answer a, b;
    struct inc_buf bytes = {0};

    if (inc_answer_read(&a, data, size, &arena, NULL) != INC_OK)
        return;
    inc_answer_write(&bytes, &a);
    MUST(inc_answer_read(&b, bytes.data, bytes.len, &arena, NULL) == INC_OK);
    MUST(a.seq == b.seq && a.result == b.result && a.revision == b.revision &&
         a.created == b.created && same_text(a.op, b.op) &&
         memcmp(a.body_sha, b.body_sha, INC_DIGEST) == 0);
    inc_buf_release(&bytes);
}

/* A ring of keys in a folder of its own, for as long as the process lives. */
static const struct inc_store *
keyed(void)
{
    static struct inc_store s;
    char dir[] = "/tmp/inc-fuzz-XXXXXX", file[sizeof dir + 8];
    int made;

    if (s.ring != NULL)
        return &s;
    MUST(inc_hash_start() == 0 && mkdtemp(dir) != NULL);
    (void)snprintf(file, sizeof file, "%s.key", dir);
    MUST(inc_ring_open(&s.ring, dir, file, INC_RING_MAKE, &made, NULL) ==
         INC_OK);
    MUST(inc_ring_more(s.ring, 8, NULL) == INC_OK);
    inc_ring_remove(dir); /* it stays open */
    (void)rmdir(dir);
    (void)unlink(file);
    return &s;
}

/* Open as what lies in the table; what opens has just the length it had. */
static enum inc_status
opened(enum inc_table t, const MDB_val *k, const MDB_val *v)
{
    struct inc_buf plain = {0};
    const void *bytes;
    size_t len;
    enum inc_status st =
        inc_value_open(keyed(), t, k, v, &plain, &bytes, &len, NULL);

    MUST(st != INC_OK || len == v->mv_size - INC_VALUE_EXTRA);
    inc_plain_release(&plain);
    return st;
}

/* Key of up to 15 bytes, then a value. As it comes it must be refused: nobody
 * without the key seals anything. Then the bytes are sealed for this place:
 * they open there, and nowhere else, and not with a bit changed. */
static void
frame(const uint8_t *data, size_t size)
{
    static struct inc_buf sealed, plain;
    unsigned char key[16];
    size_t key_len = size == 0 ? 0 : data[0] % 15u + 1, n;
    MDB_val k, v;

    if (size < 1 + key_len)
        return;
    memcpy(key, data + 1, key_len);
    k.mv_data = key;
    k.mv_size = key_len;
    v.mv_data = (void *)(data + 1 + key_len);
    v.mv_size = size - 1 - key_len;
    for (int t = 0; t < INC_TABLES; t++)
        MUST(opened((enum inc_table)t, &k, &v) == INC_E_CORRUPT);
    n = v.mv_size < 1024 ? v.mv_size : 1024;
    if (inc_body_seal(keyed(), 1, 2, v.mv_data, n, &sealed, NULL) == INC_OK) {
        MUST(inc_body_open(keyed(), 1, 2, sealed.data, sealed.len, &plain,
                           NULL) == INC_OK);
        MUST(plain.len == n &&
             (n == 0 || memcmp(plain.data, v.mv_data, n) == 0));
        MUST(inc_body_open(keyed(), 1, 3, sealed.data, sealed.len, &plain,
                           NULL) == INC_E_CORRUPT);
        MUST(inc_body_open(keyed(), 2, 2, sealed.data, sealed.len, &plain,
                           NULL) == INC_E_CORRUPT);
        sealed.data[data[0] % sealed.len] ^= 1;
        MUST(inc_body_open(keyed(), 1, 2, sealed.data, sealed.len, &plain,
                           NULL) == INC_E_CORRUPT);
    }
}

/* Eight bytes of number, then the event's value. */
static void
event(const uint8_t *data, size_t size)
{
    size_t key_len = size < INC_NUMBER ? size : INC_NUMBER;
    MDB_val k = {key_len, (void *)data};
    struct inc_event e;

    if (inc_event_unpack(&e, &k, data + key_len, size - key_len, NULL) !=
        INC_OK)
        return;
    MUST(e.seq == inc_number_get(data));
    MUST(e.person == inc_number_get(data + 2 * (size_t)INC_NUMBER));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned what;

    if (arena.cap == 0 &&
        inc_arena_init(&arena, (size_t)2 * INC_RECORD_ARENA) != 0)
        abort();
    if (size == 0)
        return 0;
    inc_arena_reset(&arena);
    what = data[0] % WHATS;
    if (what < RECORDS)
        record((enum inc_record_kind)what, data + 1, size - 1);
    else if (what == ENTRY)
        entry(data + 1, size - 1);
    else if (what == ANSWER)
        answer(data + 1, size - 1);
    else if (what == FRAME)
        frame(data + 1, size - 1);
    else
        event(data + 1, size - 1);
    return 0;
}
