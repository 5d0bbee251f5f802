#include "tests/support/cm.h"

#include <string.h>

#include "engine/text/words.h"

static void
iterates(void **state)
{
    static const char text[] =
        "L'operatore dell\xe2\x80\x99"
        "hotel: 3 caff\xc3\xa8, B2B & 4x4 "
        "macchine-utensili. \xd0\xb6\xd1\x83\xd0\xba \xd0\xb6\xd1\x83 IT";
    static const char *const want[] = {"operatore",
                                       "dell",
                                       "hotel",
                                       "caffe",
                                       "macchine",
                                       "utensili",
                                       "\xd0\xb6\xd1\x83\xd0\xba"};
    struct inc_words w = inc_words_of(text, strlen(text));
    const char *word;
    size_t n, i = 0;

    (void)state;
    while (inc_words_next(&w, &word, &n)) {
        if (i == sizeof want / sizeof want[0] || strcmp(word, want[i]) != 0 ||
            strlen(word) != n)
            fail_msg("word %zu is \"%s\"", i, word);
        i++;
    }
    assert_int_equal(i, sizeof want / sizeof want[0]);
    assert_int_equal(inc_words_next(&w, &word, &n), 0);
}

static void
long_words_are_cut(void **state)
{
    char text[200];
    struct inc_words w;
    const char *word;
    size_t n;

    (void)state;
    memset(text, 'a', sizeof text);
    w = inc_words_of(text, sizeof text);
    assert_int_equal(inc_words_next(&w, &word, &n), 1);
    assert_int_equal(n, INC_WORD_BYTES - 1);
    assert_int_equal(inc_words_next(&w, &word, &n), 0);
}

/* Words that must meet, and words that must not. */
static void
stems_meet(void **state)
{
    static const struct {
        enum inc_stemmer s;
        const char *words[5];
    } row[] = {
        {INC_STEM_IT, {"saldatore", "saldatrice", "saldatori", "saldatrici"}},
        {INC_STEM_IT, {"fornaio", "fornaia", "fornai", "fornaie"}},
        {INC_STEM_IT, {"tecnico", "tecnica", "tecnici", "tecniche"}},
        {INC_STEM_IT, {"psicologo", "psicologa", "psicologi", "psicologhe"}},
        {INC_STEM_IT, {"commesso", "commessa", "commessi", "commesse"}},
        {INC_STEM_IT, {"dottore", "dottoressa", "dottori", "dottoresse"}},
        {INC_STEM_IT, {"studente", "studentessa", "studenti", "studentesse"}},
        {INC_STEM_IT, {"infermiere", "infermiera", "infermieri"}},
        {INC_STEM_IT, {"autista", "autisti", "autiste"}},
        {INC_STEM_IT, {"servizio", "servizi"}},
        {INC_STEM_IT, {"direzione", "direzioni"}},
        {INC_STEM_EN, {"welder", "welders"}},
        {INC_STEM_EN, {"assembly", "assemblies"}},
        {INC_STEM_EN, {"dress", "dresses"}},
        {INC_STEM_EN, {"box", "boxes"}},
        {INC_STEM_EN, {"machine", "machines"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        char first[32], other[32];
        size_t n = strlen(row[i].words[0]);
        memcpy(first, row[i].words[0], n);
        n = inc_stem(first, n, row[i].s);
        for (int k = 1; k < 5 && row[i].words[k] != NULL; k++) {
            size_t m = strlen(row[i].words[k]);
            memcpy(other, row[i].words[k], m);
            m = inc_stem(other, m, row[i].s);
            if (m != n || memcmp(first, other, n) != 0)
                fail_msg("%s is %.*s, %s is %.*s", row[i].words[0], (int)n,
                         first, row[i].words[k], (int)m, other);
        }
    }
}

static void
stems_differ(void **state)
{
    static const char *const pair[][2] = {{"gas", "gara"},
                                          {"pane", "panno"},
                                          {"cane", "canne"},
                                          {"rete", "reato"}};

    (void)state;
    for (size_t i = 0; i < sizeof pair / sizeof pair[0]; i++) {
        char a[16], b[16];
        size_t m = strlen(pair[i][0]), n = strlen(pair[i][1]);
        memcpy(a, pair[i][0], m);
        memcpy(b, pair[i][1], n);
        m = inc_stem(a, m, INC_STEM_IT);
        n = inc_stem(b, n, INC_STEM_IT);
        if (m == n && memcmp(a, b, n) == 0)
            fail_msg("%s and %s meet", pair[i][0], pair[i][1]);
    }
}

static void
roots(void **state)
{
    static const struct {
        enum inc_stemmer s;
        const char *word;
        size_t want;
    } row[] = {
        {INC_STEM_IT, "saldatore", 4},  {INC_STEM_IT, "saldatrici", 4},
        {INC_STEM_IT, "saldatura", 4},  {INC_STEM_IT, "saldare", 4},
        {INC_STEM_IT, "panettiere", 6}, {INC_STEM_IT, "panetteria", 6},
        {INC_STEM_EN, "welding", 4},    {INC_STEM_EN, "welders", 4},
        {INC_STEM_NONE, "welding", 7},
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        char w[32];
        size_t n = strlen(row[i].word);
        memcpy(w, row[i].word, n);
        n = inc_stem(w, n, row[i].s);
        n = inc_stem_root(w, n, row[i].s);
        if (n != row[i].want)
            fail_msg("root of %s is %.*s", row[i].word, (int)n, w);
    }
}

static void
stop_words(void **state)
{
    static const char *const it[] = {"a",     "di",    "della", "dell",
                                     "negli", "uno",   "o",     "come",
                                     "nei",   "sulla", "od"};
    static const char *const en[] = {"a", "the", "and", "within", "of", "s"};

    (void)state;
    for (size_t i = 0; i < sizeof it / sizeof it[0]; i++)
        if (!inc_stop_word(it[i], strlen(it[i]), INC_STEM_IT))
            fail_msg("%s is a stop word", it[i]);
    for (size_t i = 0; i < sizeof en / sizeof en[0]; i++)
        if (!inc_stop_word(en[i], strlen(en[i]), INC_STEM_EN))
            fail_msg("%s is a stop word", en[i]);
    assert_false(inc_stop_word("pane", 4, INC_STEM_IT));
    assert_false(inc_stop_word("de", 2, INC_STEM_IT));
    assert_false(inc_stop_word("c", 1, INC_STEM_IT));
    assert_false(inc_stop_word("di", 2, INC_STEM_EN));
    assert_false(inc_stop_word("di", 2, INC_STEM_NONE));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iterates),   cmocka_unit_test(long_words_are_cut),
        cmocka_unit_test(stems_meet), cmocka_unit_test(stems_differ),
        cmocka_unit_test(roots),      cmocka_unit_test(stop_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
