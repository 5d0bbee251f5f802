/* Fuzz: any text into the linker over the sample taxonomy. Answers are in
 * order and in range, spans are inside the text and on borders of characters.
 * The first byte chooses the pillar. */
#include <stdint.h>
#include <stdlib.h>

#include "engine/base/hash.h"
#include "engine/base/utf8.h"
#include "engine/link/link.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ANSWERS = 100 };

static void
require(int holds)
{
    if (!holds)
        abort();
}

static const struct inc_linker *
linker(void)
{
    static struct inc_linker *l;
    const struct inc_taxonomy_options o = {.dir = "engine/taxonomy/sample"};
    struct inc_taxonomy *t;
    struct inc_search *s;

    if (l == NULL)
        require(inc_hash_start() == 0 &&
                inc_taxonomy_load(&t, &o, NULL) == INC_OK &&
                inc_search_build(&s, t, NULL) == INC_OK &&
                inc_linker_build(&l, t, s, NULL) == INC_OK);
    return l;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct inc_link k[ANSWERS];
    const char *text = (const char *)data + 1;
    enum inc_pillar p;
    uint32_t sum = 0;
    size_t n, len = size - 1;

    if (size == 0 || !inc_utf8_valid(text, len))
        return 0;
    p = data[0] % 2 == 0 ? INC_PILLAR_SKILL : INC_PILLAR_OCCUPATION;
    n = inc_link_name(linker(), p, text, len, -1, k, ANSWERS);
    for (size_t i = 0; i < n; i++) {
        sum += k[i].confidence_bp;
        require(i == 0 || k[i].score_bp <= k[i - 1].score_bp);
        require(k[i].label != NULL);
    }
    require(n <= ANSWERS && sum <= 10000);
    n = inc_link_mentions(linker(), p, text, len, -1, k, ANSWERS);
    for (size_t i = 0; i < n; i++) {
        require(k[i].len > 0 && k[i].at <= len && k[i].len <= len - k[i].at);
        require(inc_utf8_valid(text, k[i].at) &&
                inc_utf8_valid(text + k[i].at, k[i].len));
        require(i == 0 || k[i].at >= k[i - 1].at);
        require(k[i].confidence_bp <= 10000);
    }
    return 0;
}
