/*
 * Fuzz: any bytes as a stored value. First byte: which kind of value; the rest
 * is what lies in the table. Nothing may crash; what is accepted must survive
 * being written and read again.
 */
#include <stdlib.h>
#include <string.h>

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
                    a.body != NULL);
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

/* Key of up to 15 bytes, then the framed value. A frame that is accepted has
 * the tag of exactly this place: under another key it must be refused. */
static void
frame(const uint8_t *data, size_t size)
{
    unsigned char key[16];
    size_t key_len = size == 0 ? 0 : data[0] % 15u + 1;
    const void *bytes;
    size_t len;
    MDB_val k, v;

    if (size < 1 + key_len)
        return;
    memcpy(key, data + 1, key_len);
    k.mv_data = key;
    k.mv_size = key_len;
    v.mv_data = (void *)(data + 1 + key_len);
    v.mv_size = size - 1 - key_len;
    if (inc_value_open(INC_TABLE_KEYS, &k, &v, &bytes, &len, NULL) != INC_OK)
        return;
    MUST(len == v.mv_size - INC_VALUE_EXTRA);
    key[0] ^= 1;
    MUST(inc_value_open(INC_TABLE_KEYS, &k, &v, &bytes, &len, NULL) ==
         INC_E_CORRUPT);
    key[0] ^= 1;
    MUST(inc_value_open(INC_TABLE_JOURNAL, &k, &v, &bytes, &len, NULL) ==
         INC_E_CORRUPT);
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
