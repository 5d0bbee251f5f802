#include "tests/support/cm.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/rng.h"
#include "engine/base/utf8.h"
#include "engine/text/fold.h"

static void
folds(void **state)
{
    static const struct {
        const char *text, *want;
    } row[] = {
        {"", ""},
        {" -- ", ""},
        {"\360\235\227\226\360\235\227\262\360\235\227\277\360\235\227\260\360"
         "\235\227\256\360\235\230\200\360\235\227\266 "
         "\360\235\222\216\360\235\222\226\360\235\222\223\360\235\222\202\360"
         "\235\222\225\360\235\222\220\360\235\222\223\360\235\222\206 "
         "\360\235\237\220",
         "cercasi muratore 2"}, /* decorated */
        {"\357\275\220\357\275\201\357\275\224\357\275\205\357\275\216\357\275"
         "\224\357\275\205\343\200\200\357\274\242\357\274\222",
         "patente b2"},                                        /* decorated */
        {"\357\254\201lo o\357\254\203cina", "filo officina"}, /* decorated */
        {"\342\204\202\360\235\222\275\342\204\257\360\235\222\273 "
         "\342\223\222\342\223\212\342\223\236\342\223\222\342\223\204",
         "chef cuoco"},                                 /* decorated */
        {"\342\204\242 \342\204\203 \342\204\226", ""}, /* decorated */
        {"Saldatore/Saldatrice", "saldatore saldatrice"},
        {"dell'acqua", "dell acqua"},
        {"dell\xe2\x80\x99"
         "acqua",
         "dell acqua"},
        {"Qualit\xc3\xa0", "qualita"},
        {"qualita\xcc\x80", "qualita"},
        {"STRA\xc3\x9f"
         "E",
         "strasse"},
        {"\xc5\x92uvre \xc3\xa6on", "oeuvre aeon"},
        {"\xc5\x81\xc3\xb3"
         "d\xc5\xba",
         "lodz"},
        {"a \xc3\x97 b", "a b"},
        {"green\xc2\xa0"
         "coffee",
         "green coffee"},
        {"zero\xe2\x80\x8bwidth", "zerowidth"},
        {"C++, C# e C", "c++ c# e c"},
        {"+39 a+b", "39 a b"},
        {"1\xc2\xaa classe", "1a classe"},
        {"\xd0\x96\xd0\xa3\xd0\x9a", "\xd0\xb6\xd1\x83\xd0\xba"},
        {"\xce\x8c\xce\xa3", "\xce\xbf\xcf\x83"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        char out[64];
        size_t n = inc_fold(out, row[i].text, strlen(row[i].text));
        if (n != strlen(row[i].want) || strcmp(out, row[i].want) != 0)
            fail_msg("\"%s\" became \"%s\"", row[i].text, out);
    }
}

/* Never longer than the text, valid, and folding again changes nothing. */
static void
any_text(void **state)
{
    const uint64_t seed = 77;
    struct inc_rng rng = {seed};

    (void)state;
    for (int round = 0; round < 20000; round++) {
        size_t len = 0;
        char *text = malloc(64), *out = malloc(64), again[64];
        assert_non_null(text);
        assert_non_null(out);
        while (len < 56) {
            static const uint32_t limit[] = {0x80, 0x250, 0x3000, 0x20000};
            uint32_t c = inc_rng_below(&rng, limit[inc_rng_below(&rng, 4)]);
            if (c >= 0xd800 && c < 0xe000)
                continue;
            len += inc_utf8_put(text + len, c);
        }
        out = realloc(out, len + 1); /* exact, for the sanitizer */
        assert_non_null(out);
        size_t n = inc_fold(out, text, len);
        if (n > len || !inc_utf8_valid(out, n) ||
            inc_fold(again, out, n) != n || memcmp(again, out, n) != 0)
            fail_msg("seed %llu round %d: \"%s\"", (unsigned long long)seed,
                     round, out);
        free(text);
        free(out);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(folds),
                                       cmocka_unit_test(any_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
