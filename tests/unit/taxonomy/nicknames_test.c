/* The table of nicknames: sorted, of folded words, and none that ESCO has. */
#include "tests/unit/taxonomy/folder.h"

#include "engine/taxonomy/nicknames.h"
#include "engine/taxonomy/search.h"
#include "engine/text/fold.h"

static const char *const words[][2] = {
#define INC_X(WORD, MEANS) {WORD, MEANS},
#include "engine/taxonomy/nicknames.def"
#undef INC_X
};
enum { WORDS = sizeof words / sizeof words[0] };

static void
table(void **state)
{
    char folded[256];

    (void)state;
    for (size_t i = 0; i < WORDS; i++) {
        for (int k = 0; k < 2; k++) {
            (void)inc_fold(folded, words[i][k], strlen(words[i][k]));
            assert_string_equal(folded, words[i][k]);
        }
        assert_null(strchr(words[i][0], ' '));
        assert_true(i == 0 || strcmp(words[i - 1][0], words[i][0]) < 0);
        assert_string_equal(inc_nickname(words[i][0], strlen(words[i][0])),
                            words[i][1]);
        assert_null(inc_nickname(words[i][0], strlen(words[i][0]) - 1));
    }
    assert_null(inc_nickname("", 0));
    assert_null(inc_nickname("zzz", 3));
    assert_null(inc_nickname("a", 1));
}

/* In the real ESCO no label says the word, and one says what it means. */
static void
esco(void **state)
{
    char path[512];
    const char *dir = shared_folder(path, "data/esco-1.1.1");
    struct inc_taxonomy *t;
    struct inc_search *s;
    struct inc_hit hit[1];
    int it;

    (void)state;
    if (dir == NULL)
        skip();
    t = folder_load(dir);
    it = inc_taxonomy_lang(t, "it");
    assert_int_equal(inc_search_build(&s, t, NULL), INC_OK);
    for (size_t i = 0; i < WORDS; i++) {
        size_t n = inc_search_text(s, INC_PILLAR_OCCUPATION, words[i][0],
                                   strlen(words[i][0]), it, hit, 1);
        if (n == 1 && hit[0].score_bp > 9500 && hit[0].lang == it)
            fail_msg("'%s' is '%s' in ESCO", words[i][0], hit[0].label);
        n = inc_search_text(s, INC_PILLAR_OCCUPATION, words[i][1],
                            strlen(words[i][1]), it, hit, 1);
        if (n == 0 || hit[0].score_bp < 8000)
            fail_msg("'%s' is near no label", words[i][1]);
    }
    inc_search_free(s);
    inc_taxonomy_free(t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(esco),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
