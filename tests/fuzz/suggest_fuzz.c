/* Fuzz: any text as what somebody typed, over the sample. Spans lie in their
 * label, in order; no concept comes twice; a better fit never comes later. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/utf8.h"
#include "engine/link/suggest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct inc_taxonomy *taxonomy;
static struct inc_suggest *labels;

static void
start(void)
{
    const struct inc_taxonomy_options o = {.dir = "engine/taxonomy/sample"};

    if (inc_hash_start() != 0 ||
        inc_taxonomy_load(&taxonomy, &o, NULL) != INC_OK ||
        inc_suggest_build(&labels, taxonomy, NULL) != INC_OK)
        abort();
}

static void
check(const struct inc_suggestion *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const size_t len = strlen(s[i].label);
        size_t at = 0;

        if (s[i].spans == 0 || s[i].spans > INC_SUGGEST_SPANS)
            abort();
        for (uint32_t k = 0; k < s[i].spans; k++) {
            if (s[i].span[k].at < at || s[i].span[k].len == 0 ||
                s[i].span[k].at + s[i].span[k].len > len ||
                !inc_utf8_valid(s[i].label + s[i].span[k].at, s[i].span[k].len))
                abort();
            at = s[i].span[k].at + s[i].span[k].len;
        }
        for (size_t k = 0; k < i; k++)
            if (s[k].fit > s[i].fit ||
                (s[k].id == s[i].id && s[k].pillar == s[i].pillar))
                abort();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct inc_suggestion s[10];
    struct inc_suggest_question q = {.len = size - 1, .lang = -1};
    struct inc_err err;
    size_t n;

    if (labels == NULL)
        start();
    if (size == 0 || !inc_utf8_valid(text + 1, size - 1) ||
        memchr(text + 1, '\0', size - 1) != NULL)
        return 0; /* refused before it comes here */
    q.text = text + 1;
    q.pillars = data[0];
    if (inc_suggest_ask(labels, &q, s, 1 + data[0] % 10, &n, &err) != INC_OK)
        abort();
    check(s, n);
    return 0;
}
