/* Splitting labels into words, and finding words that are nearly spelt alike,
 * against plain ways of doing the same. */
#include "tests/support/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/rng.h"
#include "engine/base/utf8.h"
#include "engine/link/vocabulary.h"
#include "engine/text/fold.h"
#include "engine/text/ngram.h"

enum { ROUNDS = 20000, WORDS = 400 };

static void
put(char *out, size_t *n, const char *text)
{
    memcpy(out + *n, text, strlen(text) + 1);
    *n += strlen(text);
}

/* Pieces of all sorts, so that random texts have what labels have. */
static const char *const piece[] = {"a",
                                    "b",
                                    "Sal",
                                    "dare",
                                    " ",
                                    "  ",
                                    "'",
                                    "\xe2\x80\x99",
                                    "/",
                                    " / ",
                                    "-",
                                    "+",
                                    "#",
                                    "++",
                                    "\xc3\xa8",
                                    "\xc3\x80",
                                    "1",
                                    "\xc2\xaa",
                                    "(",
                                    ")",
                                    "\xd0\x9c",
                                    "e\xcc\x80",
                                    "\xe6\xbc\xa2",
                                    ".",
                                    "\xc3\x9f",
                                    "\xe2\x82\xac"};

static void
random_text(struct inc_rng *r, char out[256])
{
    size_t n = 0;

    out[0] = '\0';
    for (uint64_t k = inc_rng_below(r, 24); k-- > 0;)
        put(out, &n, piece[inc_rng_below(r, sizeof piece / sizeof piece[0])]);
}

/* The words are those of inc_fold(), less single letters after a slash. */
static void
splits_as_it_folds(void **state)
{
    struct inc_rng r = {.state = 1};

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        char text[256], folded[256], words[256];
        struct inc_split s;
        size_t n = 0, last = 0;
        int dropped;

        random_text(&r, text);
        dropped = strchr(text, '/') != NULL;
        (void)inc_fold(folded, text, strlen(text));
        words[0] = '\0';
        inc_split_start(&s, text, strlen(text));
        while (inc_split_next(&s)) {
            char alone[256];

            assert_true(s.from >= last && s.to > s.from);
            assert_true(s.to <= strlen(text));
            last = s.to;
            (void)inc_fold(alone, text + s.from, s.to - s.from);
            if (strcmp(alone, s.word) != 0)
                fail_msg("round %d, '%s': '%s' is not '%s'", i, text, s.word,
                         alone);
            assert_int_equal(s.size, strlen(s.word));
            assert_int_equal(inc_split_reach(text, s.from, s.to, s.size),
                             s.to - s.from);
            put(words, &n, n == 0 ? "" : " ");
            put(words, &n, s.word);
        }
        if (!dropped && strcmp(words, folded) != 0)
            fail_msg("round %d, '%s': '%s' is not '%s'", i, text, words,
                     folded);
    }
}

static void
parts_and_ends(void **state)
{
    static const char text[] = "Addetto/a alle pulizie/addetta IT / CAD/CAM";
    static const struct {
        const char *word;
        int part;
    } want[] = {{"addetto", 1}, {"alle", 0}, {"pulizie", 0}, {"addetta", 1},
                {"it", 0},      {"cad", 1},  {"cam", 1}};
    struct inc_split s;

    (void)state;
    inc_split_start(&s, text, strlen(text));
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        assert_int_equal(inc_split_next(&s), 1);
        assert_string_equal(s.word, want[i].word);
        assert_int_equal(s.part, want[i].part);
    }
    assert_int_equal(inc_split_next(&s), 0);
    assert_int_equal(inc_split_ended(&s), 0);
    inc_split_start(&s, "attivita'", 9);
    assert_int_equal(inc_split_next(&s), 1);
    assert_int_equal(inc_split_next(&s), 0);
    assert_int_equal(inc_split_ended(&s), 1);
    inc_split_start(&s, "caffe\xcc\x80 x", 9);
    assert_int_equal(inc_split_next(&s), 1);
    assert_string_equal(s.word, "caffe");
    assert_int_equal(inc_split_reach(s.text, s.from, s.to, 5), 7);
    assert_int_equal(inc_split_reach(s.text, s.from, s.to, 3), 3);
}

/* A word of over 63 bytes is cut between letters; a text at 1,024. */
static void
long_words(void **state)
{
    char text[2000];
    struct inc_split s;
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < 100; i++)
        put(text, &n, "\xd0\xbc");
    inc_split_start(&s, text, n);
    assert_int_equal(inc_split_next(&s), 1);
    assert_int_equal(s.size, 62);
    assert_int_equal(s.to, 200);
    assert_true(inc_utf8_valid(s.word, s.size));
    for (n = 0; n < 1023;)
        put(text, &n, n % 2 ? " " : "a");
    put(text, &n, "\xc3\xa8 zzz");
    inc_split_start(&s, text, n);
    while (inc_split_next(&s))
        assert_string_equal(s.word, "a");
}

/* --- nearness --------------------------------------------------------------
 */

static void
random_word(struct inc_rng *r, char out[16], uint32_t most)
{
    size_t n = 1 + inc_rng_below(r, most);

    for (size_t i = 0; i < n; i++)
        out[i] = (char)('a' + inc_rng_below(r, 3));
    out[n] = '\0';
}

struct seen {
    unsigned edits[WORDS];
    uint32_t last;
    int any;
};

static void
note(void *arg, uint32_t i, unsigned edits)
{
    struct seen *s = arg;

    assert_true(!s->any || i > s->last);
    s->any = 1;
    s->last = i;
    s->edits[i] = edits;
}

static unsigned
plain_edits(const char *word, const char *typed, unsigned max, int as_prefix)
{
    unsigned best = max + 1;

    for (size_t n = as_prefix ? 0 : strlen(word); n <= strlen(word); n++) {
        unsigned e = inc_edits(word, n, typed, strlen(typed), max);

        best = e < best ? e : best;
    }
    return best;
}

static void
near_is_what_edits_say(void **state)
{
    struct inc_rng r = {.state = 2};
    static char text[WORDS][16];
    struct inc_vocabulary_text from[WORDS];
    uint32_t place[WORDS];
    struct inc_vocabulary v = {0};

    (void)state;
    for (uint32_t i = 0; i < WORDS; i++) {
        random_word(&r, text[i], 12);
        from[i] =
            (struct inc_vocabulary_text){text[i], i, (uint8_t)strlen(text[i])};
    }
    assert_int_equal(inc_vocabulary_build(&v, from, WORDS, place), 0);
    assert_true(v.n > WORDS / 2 && v.n < WORDS);
    for (uint32_t i = 0; i < WORDS; i++)
        assert_string_equal(inc_vocabulary_text(&v, place[i]), from[i].text);
    for (uint32_t i = 1; i < v.n; i++)
        assert_true(strcmp(inc_vocabulary_text(&v, i - 1),
                           inc_vocabulary_text(&v, i)) < 0);
    for (int round = 0; round < 2000; round++) {
        char typed[16];
        struct seen s = {.any = 0};
        const unsigned max = 1 + (unsigned)inc_rng_below(&r, 2);
        const int as_prefix = (int)inc_rng_below(&r, 2);
        uint32_t first, end;

        random_word(&r, typed, 14);
        memset(s.edits, 0, sizeof s.edits);
        inc_vocabulary_near(&v, typed, strlen(typed), max, as_prefix, note, &s);
        inc_vocabulary_prefix(&v, typed, strlen(typed), &first, &end);
        for (uint32_t i = 0; i < v.n; i++) {
            const char *word = inc_vocabulary_text(&v, i);
            unsigned want = plain_edits(word, typed, max, as_prefix);
            const int begins = strncmp(word, typed, strlen(typed)) == 0;

            want = want > max ? 0 : want;
            if (s.edits[i] != want)
                fail_msg("round %d: '%s' '%s' max %u prefix %d: %u, not %u",
                         round, word, typed, max, as_prefix, s.edits[i], want);
            assert_int_equal(i >= first && i < end, begins);
            assert_int_equal(inc_vocabulary_find(&v, typed, strlen(typed)) == i,
                             strcmp(word, typed) == 0);
            if (as_prefix && want != 0) {
                size_t n = inc_nearest_beginning(word, strlen(word), typed,
                                                 strlen(typed), max);
                assert_int_equal(inc_edits(word, n, typed, strlen(typed), max),
                                 want);
            }
        }
    }
    inc_vocabulary_release(&v);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_as_it_folds),
        cmocka_unit_test(parts_and_ends),
        cmocka_unit_test(long_words),
        cmocka_unit_test(near_is_what_edits_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
