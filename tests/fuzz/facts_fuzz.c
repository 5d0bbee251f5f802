/* Fuzz: a text and facts on it. The first byte says how many facts, twelve
 * bytes each; the rest is the text. What is taken obeys what drafts of texts
 * do; what is refused is named. */
#include <stdint.h>
#include <stdlib.h>

#include "tests/support/drafts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 12, BYTES = 12 };

static const char *const uris[] = {
    "http://incrocio.example/esco/skill/tig-welding",
    "http://incrocio.example/esco/occupation/baker", "x:unknown", "\xc3\xa9"};
static const char *const values[] = {
    "en",        "it",   "B",         "CE",        "LU",  "046017",
    "full_time", "wish", "part_time", "tirocinio", "car", "\xc3\xa0\xc3\xa8"};

static struct inc_draft_fact
fact_of(const uint8_t *b)
{
    struct inc_draft_fact f = {
        .has = 7, .kind = b[0] % INC_DRAFT_KINDS, .at = b[1] | (b[2] & 3) << 8};

    f.len = 1 + b[3];
    f.has |= ((uint64_t)b[4] | (uint64_t)b[5] << 8) << 3;
    f.has &= (UINT64_C(1) << (INC_FACT_DATE + 1)) - 1;
    f.uri = uris[b[6] % (sizeof uris / sizeof uris[0])];
    f.value = values[b[7] % (sizeof values / sizeof values[0])];
    f.number = b[8] * 3;
    f.level = 1 + b[9] % 4;
    f.importance = b[9] / 4 % 3;
    for (int i = 0; i < 5; i++)
        f.cefr[i] = (b[10] + i) % 7;
    f.date = 20000 + b[11];
    return f;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct drafts d;
    static int open;
    struct inc_draft_fact facts[MOST];
    size_t n;
    const char *text;

    if (!open) {
        if (drafts_open(&d) != 0)
            abort();
        open = 1;
    }
    if (size < 1)
        return 0;
    n = data[0] % (MOST + 1);
    if (size < 1 + n * BYTES)
        return 0;
    for (size_t i = 0; i < n; i++)
        facts[i] = fact_of(data + 1 + i * BYTES);
    text = (const char *)data + 1 + n * BYTES;
    size -= 1 + n * BYTES;
    for (int kind = INC_RECORD_CANDIDATE; kind <= INC_RECORD_NEED; kind++) {
        const enum inc_status st = drafts_read_facts(
            &d, (enum inc_record_kind)kind, text, size, facts, n);

        if (st != INC_OK && st != INC_E_TEXT && st != INC_E_LIMIT &&
            st != INC_E_RANGE && st != INC_E_MISSING)
            abort();
        if ((st == INC_E_RANGE || st == INC_E_MISSING) &&
            strncmp(d.err.where, "facts[", 6) != 0)
            abort();
        if (st == INC_OK && drafts_wrong(&d, text, size) != NULL)
            abort();
    }
    return 0;
}
