#include "tests/unit/taxonomy/folder.h"

#include "engine/base/rng.h"
#include "engine/base/utf8.h"
#include "engine/taxonomy/search.h"

struct world {
    char dir[256];
    struct inc_taxonomy *t;
    struct inc_search *s;
    int it;
};

static int
setup(void **state)
{
    static struct world w;
    struct inc_err err;

    folder_new(w.dir);
    folder_sound(w.dir);
    folder_put(w.dir, "occupations_it.csv",
               OCC_HEAD
               "O," U "o,7212,saldatore/saldatrice,saldatore ad arco\n"
               "O," U "p,7512,panettiere/panettiera,\"fornaio\nmastro "
               "fornaio\"\n"
               "O," U "q,7512,addetto al carrello elevatore,\"mulettista\n"
               "conducente di muletto\"\n"
               "O," U "r,7512,carrellista di reparto,conducente di muletto\n"
               "O," U "z,7512,limatore limatura limare,\n"
               "O," U "s,7512,\"operatrice dell'acqua potabile\",\n");
    folder_put(w.dir, "skills_it.csv",
               SKILLS_HEAD "K," U "a,,,pane,,retired,\n"
                           "K," U "b,,,cuocere il pane,,,\n");
    w.t = folder_load(w.dir);
    if (inc_search_build(&w.s, w.t, &err) != INC_OK)
        fail_msg("%s", err.what);
    w.it = inc_taxonomy_lang(w.t, "it");
    *state = &w;
    return 0;
}

static int
teardown(void **state)
{
    struct world *w = *state;

    inc_search_free(w->s);
    inc_taxonomy_free(w->t);
    folder_free(w->dir);
    return 0;
}

static size_t
ask(const struct world *w, enum inc_pillar p, const char *text,
    struct inc_hit *hit, size_t max)
{
    return inc_search_text(w->s, p, text, strlen(text), w->it, hit, max);
}

static void
same_text(void **state)
{
    static const char *const texts[] = {
        "saldatore/saldatrice",  "saldatore",         "SALDATRICE",
        "Saldatore, saldatrice", "saldatore ad arco", "welder"};
    const struct world *w = *state;
    struct inc_hit hit[3];

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        size_t n = ask(w, INC_PILLAR_OCCUPATION, texts[i], hit, 3);
        if (n == 0 || hit[0].id != 0 || hit[0].score_bp != 10000)
            fail_msg("%s: %zu hits, first %u at %u", texts[i], n, hit[0].id,
                     hit[0].score_bp);
    }
    assert_string_equal(hit[0].label, "welder");
    assert_int_equal(hit[0].lang, inc_taxonomy_lang(w->t, "en"));
}

/* What is not the same text, and still means it. */
static void
near_text(void **state)
{
    static const struct {
        const char *text, *uri;
    } row[] = {
        {"saldatori", U "o"},
        {"saldare", U "o"},
        {"saldatura ad arco", U "o"},
        {"sladatore", U "o"},
        {"panetiere", U "p"},
        {"panetteria", U "p"},
        {"la fornaia", U "p"},
        {"guidare il muletto", U "q"},
        {"acqua", U "s"},
        {"l\xe2\x80\x99"
         "acqua",
         U "s"},
        {"weldin", U "o"},
        {"salda", U "o"},
    };
    const struct world *w = *state;

    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct inc_hit hit[3];
        size_t n = ask(w, INC_PILLAR_OCCUPATION, row[i].text, hit, 3);
        if (n == 0 || hit[0].id != occupation(w->t, row[i].uri) ||
            hit[0].score_bp >= 10000)
            fail_msg("%s: %zu hits, first \"%s\" at %u", row[i].text, n,
                     n == 0 ? "" : hit[0].label, n == 0 ? 0 : hit[0].score_bp);
    }
}

static void
order_and_bounds(void **state)
{
    const struct world *w = *state;
    struct inc_hit hit[8];
    size_t n = ask(w, INC_PILLAR_OCCUPATION, "conducente di muletto", hit, 8);

    assert_true(n >= 2); /* the same label twice: by concept */
    assert_int_equal(hit[0].id, occupation(w->t, U "q"));
    assert_int_equal(hit[1].id, occupation(w->t, U "r"));
    assert_int_equal(hit[1].score_bp, 10000);
    for (size_t i = 1; i < n; i++) {
        assert_true(hit[i - 1].score_bp >= hit[i].score_bp);
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(hit[i].id, hit[k].id);
    }
    assert_int_equal(
        ask(w, INC_PILLAR_OCCUPATION, "conducente di muletto", hit, 1), 1);
    assert_int_equal(
        ask(w, INC_PILLAR_OCCUPATION, "conducente di muletto", hit, 0), 0);
    assert_int_equal(ask(w, INC_PILLAR_OCCUPATION, "", hit, 8), 0);
    assert_int_equal(ask(w, INC_PILLAR_OCCUPATION, " -/ ", hit, 8), 0);
    assert_int_equal(ask(w, INC_PILLAR_OCCUPATION, "xyzzy", hit, 8), 0);
    assert_int_equal(ask(w, INC_PILLAR_OCCUPATION, "di", hit, 8), 0);
    /* another pillar, another answer */
    n = ask(w, INC_PILLAR_ISCO, "welders", hit, 8);
    assert_int_equal(n, 1);
    assert_string_equal(hit[0].label, "Welders");
}

/* One word counts once, however many words of a label resemble it. */
static void
one_word_counts_once(void **state)
{
    const struct world *w = *state;
    struct inc_hit hit[2];

    assert_int_equal(ask(w, INC_PILLAR_OCCUPATION, "limata", hit, 2), 1);
    assert_in_range(hit[0].score_bp, 3000, 6000);
}

static void
retired_are_left_out(void **state)
{
    const struct world *w = *state;
    struct inc_hit hit[8];
    size_t n = ask(w, INC_PILLAR_SKILL, "pane", hit, 8);

    assert_int_equal(n, 1);
    assert_int_equal(hit[0].id, skill(w->t, U "b"));
    assert_int_equal(ask(w, INC_PILLAR_SKILL, "bread", hit, 8), 1);
    assert_int_not_equal(hit[0].score_bp, 10000);
}

static void
uris(void **state)
{
    static const char near[] = U "oxygen-wleding";
    char dir[256];
    struct inc_taxonomy *t;
    struct inc_search *s = NULL;
    struct inc_err err;
    struct inc_hit hit[4];
    size_t n;

    (void)state;
    folder_new(dir);
    folder_sound(dir);
    folder_put(dir, "skills_en.csv",
               SKILLS_HEAD "K," U "oxygen-welding,knowledge,transversal,"
                           "welding with oxygen,,,\n"
                           "K," U "77,knowledge,transversal,"
                           "oxygen welding,,,\n");
    t = folder_load(dir);
    assert_int_equal(inc_search_build(&s, t, &err), INC_OK);
    n = inc_search_uri(s, INC_PILLAR_SKILL, near, strlen(near), hit, 4);
    assert_int_equal(n, 2); /* by spelling of the URI, then by label */
    assert_int_equal(hit[0].id, skill(t, U "oxygen-welding"));
    assert_int_equal(hit[1].id, skill(t, U "77"));
    assert_int_equal(
        inc_search_uri(s, INC_PILLAR_SKILL, near, strlen(near), hit, 1), 1);
    assert_int_equal(inc_search_uri(s, INC_PILLAR_SKILL, "", 0, hit, 4), 0);
    assert_int_equal(inc_search_uri(s, INC_PILLAR_SKILL, "///", 3, hit, 4), 0);
    inc_search_free(s);
    inc_taxonomy_free(t);
    folder_free(dir);
}

/* Any valid text: no harm, scores in range, the same answer twice. */
static void
any_text(void **state)
{
    const struct world *w = *state;
    const uint64_t seed = 99;
    struct inc_rng rng = {seed};

    for (int round = 0; round < 3000; round++) {
        char text[1500];
        struct inc_hit a[4], b[4];
        size_t len = 0, want = inc_rng_below(&rng, 1400), n;
        while (len < want) {
            static const char *const bit[] = {
                "salda", "tore ", "pane", "/", "'", " di ", "o", "\xc3\xa8"};
            uint32_t k = inc_rng_below(&rng, 10);
            if (k < 8)
                len += (size_t)sprintf(text + len, "%s", bit[k]);
            else
                len +=
                    inc_utf8_put(text + len, 32 + inc_rng_below(&rng, 0xd000));
        }
        n = inc_search_text(w->s, INC_PILLAR_OCCUPATION, text, len, -1, a, 4);
        if (n !=
            inc_search_text(w->s, INC_PILLAR_OCCUPATION, text, len, -1, b, 4))
            fail_msg("seed %llu round %d", (unsigned long long)seed, round);
        for (size_t i = 0; i < n; i++)
            if (a[i].score_bp > 10000 || a[i].id != b[i].id ||
                a[i].score_bp != b[i].score_bp)
                fail_msg("seed %llu round %d", (unsigned long long)seed, round);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_text),
        cmocka_unit_test(near_text),
        cmocka_unit_test(order_and_bounds),
        cmocka_unit_test(one_word_counts_once),
        cmocka_unit_test(retired_are_left_out),
        cmocka_unit_test(uris),
        cmocka_unit_test(any_text),
    };
    return inc_hash_start() != 0
               ? 1
               : cmocka_run_group_tests(tests, setup, teardown);
}
