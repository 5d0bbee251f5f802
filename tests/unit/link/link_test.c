/* From words to concepts: names, mentions and how sure they are. */
#include "tests/unit/link/linked.h"

#include "engine/base/rng.h"
#include "engine/base/utf8.h"

static int
setup(void **state)
{
    static struct linked w;

    folder_new(w.dir);
    folder_sound(w.dir);
    folder_put(w.dir, "occupations_it.csv",
               OCC_HEAD
               "O," U "o,7212,saldatore/saldatrice,saldatore a filo\n"
               "O," U "p,7512,panettiere/panettiera,fornaio\n"
               "O," U "t,8332,autista di camion,\"conducente di camion\n"
               "conducente di mezzi pesanti\nautotrasportatore\"\n"
               "O," U "u,8331,autista di autobus,\"guidatore di autobus\n"
               "autista di pullman\"\n"
               "O," U "v,3118,disegnatore tecnico/disegnatrice tecnica,\n"
               "O," U "w,7112,muratore/muratrice,mastro muratore\n"
               "O," U "x,7112,muratore restauratore,\n"
               "O," U "y,7112,mastro di cantiere,mastro muratore\n"
               "O," U "z,5120,cuoco/cuoca,\n"
               "O," U "zz,5321,operatore socio-sanitario,\n"
               "O," U "zzz,5321,operatore socio-assistenziale,\n");
    folder_put(w.dir, "ISCOGroups_it.csv",
               ISCO_HEAD "I," U "C7212,7212,Saldatori\n"
                         "I," U "C7512,7512,Panettieri e pasticcieri\n"
                         "I," U "C7112,7112,Muratori in pietra e mattoni\n");
    folder_put(w.dir, "skills_it.csv",
               SKILLS_HEAD
               "K," U "a,,,pane,,,\n"
               "K," U "b,,,cuocere il pane,,,\n"
               "K," U "c,,,disegni tecnici,SAP R/3,,\n"
               "K," U "d,,,lavorare a turni,\"qualità dell'acqua\nR\",,\n");
    linked_open(&w);
    *state = &w;
    return 0;
}

static int
teardown(void **state)
{
    struct linked *w = *state;

    linked_close(w);
    return 0;
}

static const char *
uri(const struct linked *w, const struct inc_link *k)
{
    return inc_concept_uri(w->t, k->pillar, k->id);
}

/* Titles as people write them, and what they mean. */
static void
titles(void **state)
{
    static const char *const said[][2] = {
        {"muratrice", U "w"},
        {"MURATORI", U "w"},
        {"saldatore", U "o"},
        {"Saldatori/trici", U "o"},
        {"saldatrici a filo", U "o"},
        {"muratroe", U "w"},
        {"fornai", U "p"},
        {"l'autista dell'autobus", U "u"},
        {"disegnatrice tecnica", U "v"},
        {"OSS", U "zz"},
        {"oss di notte", U "zz"},
    };
    const struct linked *w = *state;
    struct inc_link k[10];

    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        size_t n = linked_name(w, said[i][0], k, 10);
        if (n == 0 || strcmp(uri(w, &k[0]), said[i][1]) != 0)
            fail_msg("'%s' is %s", said[i][0], n == 0 ? "nothing" : uri(w, k));
        assert_int_equal(k[0].at, 0);
        assert_int_equal(k[0].len, strlen(said[i][0]));
        assert_non_null(k[0].label);
    }
}

/* No occupation's label says "mattoni", but the bricklayers' group does: its
 * occupations keep that company, which spelling alone cannot know. */
static void
company(void **state)
{
    const struct linked *w = *state;
    struct inc_link k[10];
    struct inc_hit hit[10];
    size_t n = linked_name(w, "mattoni", k, 10), layers = 0;

    assert_int_equal(inc_search_text(w->s, INC_PILLAR_OCCUPATION, "mattoni", 7,
                                     w->it, hit, 10),
                     0);
    for (size_t i = 0; i < n; i++)
        layers += k[i].pillar == INC_PILLAR_OCCUPATION &&
                  strcmp(inc_occupation_isco(w->t, k[i].id), "7112") == 0;
    assert_int_equal(layers, 3);
}

/* A group with the same name stands behind the occupation; one that fits alone
 * is told. */
static void
groups(void **state)
{
    const struct linked *w = *state;
    struct inc_link k[10];
    size_t n = linked_name(w, "saldatori", k, 10), group = 0;

    assert_int_equal(k[0].pillar, INC_PILLAR_OCCUPATION);
    for (size_t i = 0; i < n; i++)
        if (k[i].pillar == INC_PILLAR_ISCO &&
            strcmp(uri(w, &k[i]), U "C7212") == 0)
            group = i;
    assert_true(group > 0);
    n = linked_name(w, "panettieri e pasticcieri", k, 10);
    assert_true(n > 0);
    assert_int_equal(k[0].pillar, INC_PILLAR_ISCO);
    n = inc_link_name(w->l, INC_PILLAR_SKILL, "pane", 4, w->it, k, 10);
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(k[i].pillar, INC_PILLAR_SKILL);
}

/* Best first, no confidence over the first one's, all of them under one. */
static void
confidences(void **state)
{
    static const char *const said[] = {"muratore",
                                       "autista",
                                       "mastro",
                                       "tecnica",
                                       "pane",
                                       "camion e autobus",
                                       "muratore in pietra",
                                       "x",
                                       "saldatore saldatore saldatore"};
    const struct linked *w = *state;
    struct inc_link k[INC_LINK_MAX];

    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        for (int p = 0; p < 2; p++) {
            uint32_t sum = 0;
            size_t n = inc_link_name(w->l, (enum inc_pillar)p, said[i],
                                     strlen(said[i]), w->it, k, INC_LINK_MAX);
            for (size_t j = 0; j < n; j++) {
                sum += k[j].confidence_bp;
                assert_true(k[j].confidence_bp <= k[0].confidence_bp);
                assert_true(j == 0 || k[j].score_bp <= k[j - 1].score_bp);
            }
            assert_true(sum <= 10000);
        }
    }
    /* surer of a name than of a part of one */
    assert_int_equal(linked_name(w, "disegnatrice tecnica", k, 1), 1);
    assert_int_equal(linked_name(w, "tecnica", k + 1, 1), 1);
    assert_true(k[0].confidence_bp > 8000);
    assert_true(k[1].confidence_bp < k[0].confidence_bp);
}

static void
nothing(void **state)
{
    static const char *const said[] = {
        "", " ", "...", "qwertyuiop", "\xe4\xbd\xa0\xe5\xa5\xbd", "12345"};
    const struct linked *w = *state;
    struct inc_link k[10];

    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        assert_int_equal(linked_name(w, said[i], k, 10), 0);
        assert_int_equal(inc_link_mentions(w->l, INC_PILLAR_SKILL, said[i],
                                           strlen(said[i]), w->it, k, 10),
                         0);
    }
    assert_int_equal(linked_name(w, "muratore", k, 0), 0);
}

/* --- running text --------------------------------------------------------- */

struct expected {
    const char *words, *uri;
};

static void
mentions(const struct linked *w, enum inc_pillar p, const char *text,
         const struct expected *want, size_t n_want)
{
    struct inc_link k[50];
    size_t n = inc_link_mentions(w->l, p, text, strlen(text), w->it, k, 50);

    for (size_t i = 0; i < n || i < n_want; i++) {
        if (i >= n)
            fail_msg("'%s': '%s' was not found", text, want[i].words);
        if (i >= n_want)
            fail_msg("'%s': '%.*s' is no %s", text, (int)k[i].len,
                     text + k[i].at, uri(w, &k[i]));
        assert_int_equal(k[i].len, strlen(want[i].words));
        assert_memory_equal(text + k[i].at, want[i].words, k[i].len);
        assert_string_equal(uri(w, &k[i]), want[i].uri);
        assert_true(k[i].confidence_bp > 0 && k[i].confidence_bp < 10000);
    }
}

#define MENTIONS(P, TEXT, ...)                                                 \
    do {                                                                       \
        const struct expected want[] = {__VA_ARGS__};                          \
        mentions(*state, P, TEXT, want, sizeof want / sizeof want[0]);         \
    } while (0)
#define NO_MENTION(P, TEXT) mentions(*state, P, TEXT, NULL, 0)

static void
spans(void **state)
{
    MENTIONS(INC_PILLAR_OCCUPATION,
             "Cerchiamo SALDATORI a filo, un'ottima cuoca e 2 muratroi.",
             {"SALDATORI a filo", U "o"}, {"cuoca", U "z"},
             {"muratroi", U "w"});
    MENTIONS(INC_PILLAR_SKILL,
             "C\xc3\xa8 da cuocere il pane e controllare la qualit\xc3\xa0 "
             "dell\xe2\x80\x99"
             "acqua; disponibilità a turni e al lavoro.",
             {"cuocere il pane", U "b"},
             {"qualit\xc3\xa0 dell\xe2\x80\x99"
              "acqua",
              U "d"},
             {"turni e al lavoro", U "d"});
    /* the longer label takes the words, each word once */
    MENTIONS(INC_PILLAR_OCCUPATION, "mastro muratore",
             {"mastro muratore", U "w"});
}

/* What no label says: initials and slang, with the bytes of the one word. */
static void
nicknames(void **state)
{
    MENTIONS(INC_PILLAR_OCCUPATION, "cercasi oss per RSA, anche muratore",
             {"oss", U "zz"}, {"muratore", U "w"});
    NO_MENTION(INC_PILLAR_OCCUPATION, "chi osa vince");
}

/* A kin word is no occupation, two clauses are no label, a number is nothing,
 * one letter has to be a capital. */
static void
not_mentions(void **state)
{
    NO_MENTION(INC_PILLAR_OCCUPATION, "lettura del disegno tecnico");
    MENTIONS(INC_PILLAR_SKILL, "lettura del disegno tecnico",
             {"disegno tecnico", U "c"});
    NO_MENTION(INC_PILLAR_SKILL, "qualità. L'acqua");
    NO_MENTION(INC_PILLAR_SKILL,
               "qualità che ogni giorno tutti chiedono acqua");
    NO_MENTION(INC_PILLAR_SKILL, "n. 3 persone");
    NO_MENTION(INC_PILLAR_SKILL, "r");
    MENTIONS(INC_PILLAR_SKILL, "statistica con R", {"R", U "d"});
}

/* "autista" is most of "autista di autobus" and says less. */
static void
one_word_is_no_label_of_two(void **state)
{
    NO_MENTION(INC_PILLAR_OCCUPATION, "autobus per tutti");
    NO_MENTION(INC_PILLAR_SKILL, "acqua, disegni");
}

/* A word with a mistake is found as often as the text has it, whatever other
 * strange words come between. */
static void
mistakes_again_and_again(void **state)
{
    enum { TIMES = 6, STRANGE = 150 };
    const struct linked *w = *state;
    char *text = calloc(TIMES * (STRANGE + 1), 16);
    struct inc_rng rng = {3};
    struct inc_link k[TIMES + 1];
    size_t n;

    assert_non_null(text);
    for (int i = 0, len = 0; i < TIMES; i++) {
        len += sprintf(text + len, "muratroe. ");
        for (int j = 0; j < STRANGE; j++)
            len += sprintf(text + len, "xq%06u ",
                           (unsigned)inc_rng_below(&rng, 1000000));
        len += sprintf(text + len, ". ");
    }
    n = inc_link_mentions(w->l, INC_PILLAR_OCCUPATION, text, strlen(text),
                          w->it, k, TIMES + 1);
    assert_int_equal(n, TIMES);
    for (size_t i = 0; i < n; i++)
        assert_memory_equal(text + k[i].at, "muratroe", 8);
    free(text);
}

/* Skills and occupations at once: the label that explains more has the words.
 */
static void
both_at_once(void **state)
{
    static const char text[] = "disegnatore tecnico, disegni tecnici, cuocere "
                               "il pane, panettiere";
    const struct linked *w = *state;
    struct inc_link k[10];
    size_t n = inc_link_all_mentions(w->l, text, strlen(text), w->it, k, 10);
    static const char *const want[] = {U "v", U "c", U "b", U "p"};

    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(uri(w, &k[i]), want[i]);
        assert_int_equal(k[i].pillar,
                         i % 3 == 0 ? INC_PILLAR_OCCUPATION : INC_PILLAR_SKILL);
    }
}

/* Two concepts with the same label share the confidence. */
static void
rivals(void **state)
{
    const struct linked *w = *state;
    struct inc_link one[2], two[2];

    assert_int_equal(inc_link_mentions(w->l, INC_PILLAR_OCCUPATION,
                                       "mastro muratore", 15, w->it, two, 2),
                     1);
    assert_int_equal(inc_link_mentions(w->l, INC_PILLAR_OCCUPATION,
                                       "autista di camion", 17, w->it, one, 2),
                     1);
    assert_int_equal(two[0].confidence_bp, one[0].confidence_bp / 2);
}

/* A word after the 64th of a clause counts as one in front does. */
static void
long_clauses(void **state)
{
    const struct linked *w = *state;
    char text[4096] = "";
    struct inc_link k[50];
    size_t n;

    for (int i = 0; i < 200; i++)
        strcat(text, i % 40 == 39 ? "cuoca " : "parola ");
    n = inc_link_mentions(w->l, INC_PILLAR_OCCUPATION, text, strlen(text),
                          w->it, k, 50);
    assert_int_equal(n, 5);
    for (size_t i = 0; i < n; i++)
        assert_memory_equal(text + k[i].at, "cuoca", 5);
    assert_int_equal(inc_link_mentions(w->l, INC_PILLAR_OCCUPATION, text,
                                       strlen(text), w->it, k, 3),
                     3);
}

/* Whatever comes: spans are inside, on borders of characters and in order. */
static void
any_text(void **state)
{
    static const char *const pieces[] = {
        "muratore", "saldatrice",       "pane",    "turni",
        "l'",       "\xc3\xa8",         ", ",      ". ",
        " ",        "lavoro",           "R",       "C++",
        "\n",       "\xf0\x9f\x98\x80", "disegni", "3",
        "tecnici",  "qualit\xc3\xa0",   "acqua",   "di",
        "autobsu",  "\xe2\x80\xa2"};
    const struct linked *w = *state;
    struct inc_rng rng = {7};

    for (int round = 0; round < 3000; round++) {
        char text[1024] = "";
        struct inc_link k[100];
        size_t n = inc_rng_next(&rng) % 40, len, found;
        for (size_t i = 0; i < n; i++)
            strcat(text, pieces[inc_rng_next(&rng) %
                                (sizeof pieces / sizeof pieces[0])]);
        len = strlen(text);
        found = inc_link_mentions(w->l, (enum inc_pillar)(round % 2), text, len,
                                  w->it, k, 100);
        for (size_t i = 0; i < found; i++) {
            assert_true(k[i].len > 0 && k[i].at + k[i].len <= len);
            assert_true(inc_utf8_valid(text, k[i].at));
            assert_true(inc_utf8_valid(text + k[i].at, k[i].len));
            if (i > 0)
                assert_true(k[i].at >= k[i - 1].at);
        }
    }
}

/* Built twice, the same answers to the last digit. */
static void
same_again(void **state)
{
    static const char *const said[] = {"autista", "conducente di pullman",
                                       "mastro", "saldatore tecnico"};
    const struct linked *w = *state;
    struct inc_linker *again = NULL;
    struct inc_err err;

    assert_int_equal(inc_linker_build(&again, w->t, w->s, &err), INC_OK);
    assert_int_equal(inc_linker_bytes(again), inc_linker_bytes(w->l));
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        struct inc_link a[10], b[10];
        size_t n = linked_name(w, said[i], a, 10);
        assert_int_equal(n, inc_link_name(again, INC_PILLAR_OCCUPATION, said[i],
                                          strlen(said[i]), w->it, b, 10));
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(a[k].id, b[k].id);
            assert_int_equal(a[k].score_bp, b[k].score_bp);
            assert_int_equal(a[k].confidence_bp, b[k].confidence_bp);
        }
    }
    inc_linker_free(again);
}

/* A taxonomy without a single label. */
static void
empty(void **state)
{
    char dir[256];
    struct inc_taxonomy *t;
    struct inc_search *s;
    struct inc_linker *l;
    struct inc_err err;
    struct inc_link k[2];

    (void)state;
    folder_new(dir);
    folder_sound(dir);
    folder_put(dir, "skills_en.csv", SKILLS_HEAD);
    folder_put(dir, "occupations_en.csv", OCC_HEAD);
    folder_put(dir, "ISCOGroups_en.csv", ISCO_HEAD);
    t = folder_load(dir);
    assert_int_equal(inc_search_build(&s, t, &err), INC_OK);
    assert_int_equal(inc_linker_build(&l, t, s, &err), INC_OK);
    assert_int_equal(
        inc_link_name(l, INC_PILLAR_OCCUPATION, "cuoco", 5, -1, k, 2), 0);
    assert_int_equal(
        inc_link_mentions(l, INC_PILLAR_SKILL, "cuoco", 5, -1, k, 2), 0);
    inc_linker_free(l);
    inc_search_free(s);
    inc_taxonomy_free(t);
    folder_free(dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(titles),
        cmocka_unit_test(company),
        cmocka_unit_test(groups),
        cmocka_unit_test(confidences),
        cmocka_unit_test(nothing),
        cmocka_unit_test(spans),
        cmocka_unit_test(nicknames),
        cmocka_unit_test(not_mentions),
        cmocka_unit_test(rivals),
        cmocka_unit_test(long_clauses),
        cmocka_unit_test(any_text),
        cmocka_unit_test(same_again),
        cmocka_unit_test(one_word_is_no_label_of_two),
        cmocka_unit_test(mistakes_again_and_again),
        cmocka_unit_test(both_at_once),
        cmocka_unit_test(empty),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
