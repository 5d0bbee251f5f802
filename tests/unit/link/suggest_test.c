/* What is suggested while somebody types, in which order, and that nothing
 * better was passed over: against a walk over all labels. */
#include "tests/unit/taxonomy/folder.h"

#include "engine/base/hash.h"
#include "engine/base/rng.h"
#include "engine/base/utf8.h"
#include "engine/link/suggest_inside.h"

enum {
    BOTH = 1 << INC_PILLAR_SKILL | 1 << INC_PILLAR_OCCUPATION,
    ISCO = 1 << INC_PILLAR_ISCO
};

struct world {
    char dir[256];
    struct inc_taxonomy *t;
    struct inc_suggest *s;
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
               "O," U "q,7512,addetto al carrello elevatore,mulettista\n"
               "O," U "r,7512,conducente di carrelli elevatori,\n"
               "O," U "s,7112,muratore,\"muratore in pietra\n"
               "capo muratore\"\n"
               "O," U "t,7112,impiegato d'ufficio,addetto/a all'ufficio\n"
               "O," U "u,7112,barista di caff\xc3\xa8,\n"
               "O," U "v,7112,addetto alle pulizie,\n");
    folder_put(w.dir, "skills_it.csv",
               SKILLS_HEAD "K," U "a,,,pane vecchio,,retired,\n"
                           "K," U "b,,,cuocere il pane,,,\n"
                           "K," U "c,,,saldare il ferro,,,\n"
                           "K," U "d,,,saldare il rame,,,\n");
    w.t = folder_load(w.dir);
    if (inc_suggest_build(&w.s, w.t, &err) != INC_OK)
        fail_msg("%s", err.what);
    w.it = inc_taxonomy_lang(w.t, "it");
    *state = &w;
    return 0;
}

static int
teardown(void **state)
{
    struct world *w = *state;

    inc_suggest_free(w->s);
    inc_taxonomy_free(w->t);
    folder_free(w->dir);
    return 0;
}

static size_t
ask_with(const struct world *w, const struct inc_suggest_question *q,
         struct inc_suggestion *out, size_t max)
{
    struct inc_err err;
    size_t n = SIZE_MAX;

    assert_int_equal(inc_suggest_ask(w->s, q, out, max, &n, &err), INC_OK);
    assert_true(n <= max);
    return n;
}

static size_t
ask(const struct world *w, const char *text, struct inc_suggestion *out,
    size_t max)
{
    const struct inc_suggest_question q = {
        .text = text, .len = strlen(text), .pillars = BOTH, .lang = w->it};

    return ask_with(w, &q, out, max);
}

/* The spans of a suggestion as "[sald]atore", for comparing. */
static void
marked(char *out, const struct inc_suggestion *s)
{
    size_t n = 0, at = 0, len = strlen(s->label);

    for (uint32_t i = 0; i < s->spans; i++) {
        const size_t from = s->span[i].at, to = from + s->span[i].len;

        assert_true(from >= at && to > from && to <= len);
        n += (size_t)sprintf(out + n, "%.*s[%.*s]", (int)(from - at),
                             s->label + at, (int)(to - from), s->label + from);
        at = to;
    }
    (void)sprintf(out + n, "%s", s->label + at);
}

static void
completes(void **state)
{
    static const struct {
        const char *text, *uri, *label;
        enum inc_fit fit;
    } row[] = {
        {"m", U "s", "[m]uratore", INC_FIT_BEGINS},
        {"mur", U "s", "[mur]atore", INC_FIT_BEGINS},
        {"MUR", U "s", "[mur]atore", INC_FIT_BEGINS},
        {"muratore", U "s", "[muratore]", INC_FIT_SAME},
        {"muratrice", U "s", "[muratore]", INC_FIT_BEGINS_FORM},
        {"muratori in pie", U "s", "[muratore in pie]tra", INC_FIT_BEGINS_FORM},
        {"muratroe", U "s", "[muratore]", INC_FIT_BEGINS_TYPO},
        {"murtor", U "s", "[murator]e", INC_FIT_BEGINS_TYPO},
        {"nuratore", U "s", "[muratore]", INC_FIT_BEGINS_TYPO},
        {"salldat", U "o", "[saldat]ore/saldatrice", INC_FIT_BEGINS_TYPO},
        {"saldatrice", U "o", "saldatore/[saldatrice]", INC_FIT_SAME},
        {"saldatr", U "o", "saldatore/[saldatr]ice", INC_FIT_BEGINS},
        {"carelli elevatori", U "q", "addetto al [carrello elevatore]",
         INC_FIT_TYPO},
        {"elevatori carelli", U "q", "addetto al [carrello elevatore]",
         INC_FIT_TYPO},
        {"carello elev", U "q", "addetto al [carrello elev]atore",
         INC_FIT_TYPO},
        {"addetto all'ufficio", U "t", "[addetto/a all'ufficio]", INC_FIT_SAME},
        {"addetto all\xe2\x80\x99uff", U "t", "[addetto/a all'uff]icio",
         INC_FIT_BEGINS},
        {"addetta ufficio", U "t", "[addetto]/a all'[ufficio]", INC_FIT_FORM},
        {"addetto pul", U "v", "[addetto] alle [pul]izie", INC_FIT_WORDS},
        {"barista caffe", U "u", "[barista] di [caff\xc3\xa8]", INC_FIT_WORDS},
        {"caffe'", U "u", "barista di [caff\xc3\xa8]", INC_FIT_WORDS},
        {"addetto delle pul", U "v", "[addetto] alle [pul]izie", INC_FIT_WORDS},
        {"weld", U "o", "[weld]er", INC_FIT_BEGINS},
        {"steal we", U "c", "[we]ld [steel]", INC_FIT_TYPO},
        {"impiegata d", U "t", "[impiegato d]'ufficio", INC_FIT_BEGINS_FORM},
    };
    const struct world *w = *state;

    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct inc_suggestion s[3];
        size_t n = ask(w, row[i].text, s, 3);
        char text[256] = "";

        if (n != 0)
            marked(text, &s[0]);
        if (n == 0 ||
            strcmp(inc_concept_uri(w->t, s[0].pillar, s[0].id), row[i].uri) !=
                0 ||
            strcmp(text, row[i].label) != 0 || s[0].fit != row[i].fit)
            fail_msg("'%s': %zu, first '%s' fit %d", row[i].text, n, text,
                     n == 0 ? 0 : (int)s[0].fit);
    }
}

/* A word that is finished has to be there; letters of two do not add up. */
static void
no_suggestion(void **state)
{
    static const char *const text[] = {"",
                                       " ",
                                       "\t\n",
                                       "-/'",
                                       "mur forn",
                                       "xyzzy",
                                       "mur ",
                                       "muratore panettiere",
                                       "\xe6\xbc\xa2\xe5\xad\x97",
                                       "mrt",
                                       "pane vecchio",
                                       "\xd0\xbc\xd1\x83\xd1\x80"};
    const struct world *w = *state;
    struct inc_suggestion s[10];

    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++)
        if (ask(w, text[i], s, 10) != 0)
            fail_msg("'%s': '%s'", text[i], s[0].label);
}

static void
strange_texts(void **state)
{
    const struct world *w = *state;
    struct inc_suggestion s[10];
    struct inc_rng r = {.state = 3};
    char text[4096];
    size_t n = 0;

    for (int i = 0; i < 100; i++)
        n += (size_t)sprintf(text + n, "muratore ");
    assert_int_equal(ask(w, text, s, 10), 0); /* a hundred words */
    text[9 * INC_SUGGEST_WORDS] = '\0';
    assert_int_equal(ask(w, text, s, 10), 1); /* repeating a word asks once */
    for (int round = 0; round < 300; round++) {
        for (n = 0; n < 1024; n++)
            text[n] = (char)(' ' + inc_rng_below(&r, 95));
        text[n] = '\0';
        (void)ask(w, text, s, 10);
    }
    for (n = 0; n < 1000; n++)
        text[n] = 'm';
    text[n] = '\0';
    assert_int_equal(ask(w, text, s, 10), 0);
}

static void
of_a_pillar(void **state)
{
    const struct world *w = *state;
    struct inc_suggest_question q = {
        .text = "weld", .len = 4, .pillars = ISCO, .lang = w->it};
    struct inc_suggestion s[10];

    assert_int_equal(ask_with(w, &q, s, 10), 1);
    assert_string_equal(s[0].label, "Welders");
    assert_int_equal(s[0].pillar, INC_PILLAR_ISCO);
    q.pillars = 1 << INC_PILLAR_SKILL;
    assert_int_equal(ask_with(w, &q, s, 10), 1);
    assert_string_equal(s[0].label, "weld steel");
    q.pillars = BOTH; /* the shorter label first */
    assert_int_equal(ask_with(w, &q, s, 10), 2);
    assert_string_equal(s[0].label, "welder");
    q.pillars = 0;
    assert_int_equal(ask_with(w, &q, s, 10), 0);
}

/* --- use and demand --------------------------------------------------------
 */

static const char *
first_skill(const struct world *w, const uint32_t *needs,
            const uint32_t *people)
{
    const struct inc_suggest_question q = {.text = "saldare",
                                           .len = 7,
                                           .pillars = 1 << INC_PILLAR_SKILL,
                                           .lang = w->it,
                                           .needs = needs,
                                           .people = people};
    struct inc_suggestion s[10];

    assert_int_equal(ask_with(w, &q, s, 10), 2);
    return s[0].label;
}

/* Ten people show, nine do not, not even beside nine needs. */
static void
use_counts(void **state)
{
    static const char rame[] = "saldare il rame", ferro[] = "saldare il ferro";
    const struct world *w = *state;
    uint32_t needs[4] = {0}, people[4] = {0};
    const uint32_t c = skill(w->t, U "c");

    assert_string_equal(first_skill(w, NULL, NULL), rame); /* shorter */
    assert_string_equal(first_skill(w, needs, people), rame);
    people[c] = INC_SUGGEST_LEAST - 1;
    assert_string_equal(first_skill(w, needs, people), rame);
    needs[c] = INC_SUGGEST_LEAST - 1;
    assert_string_equal(first_skill(w, needs, people), rame);
    people[c] = INC_SUGGEST_LEAST;
    assert_string_equal(first_skill(w, needs, people), ferro);
    /* in steps: 10..19 are one, so an eleventh person changes nothing */
    people[skill(w->t, U "d")] = INC_SUGGEST_LEAST;
    people[c] = INC_SUGGEST_LEAST;
    needs[c] = 0;
    assert_string_equal(first_skill(w, needs, people), rame);
    people[c] = 2 * INC_SUGGEST_LEAST - 1;
    assert_string_equal(first_skill(w, needs, people), rame);
    people[c] = 2 * INC_SUGGEST_LEAST;
    assert_string_equal(first_skill(w, needs, people), ferro);
    people[c] = UINT32_MAX;
    needs[c] = UINT32_MAX;
    assert_string_equal(first_skill(w, needs, people), ferro);
}

static void
demand(void **state)
{
    static const struct {
        const char *table;
        enum inc_status st;
        const char *where;
    } bad[] = {
        {"", INC_E_FORMAT, "demand.tsv"},
        {"a\tb\n1\t2\n", INC_E_FORMAT, "demand.tsv"},
        {"label\tb\nx\t2\n", INC_E_FORMAT, "demand.tsv"},
        {"x\tcount\nx\t2\n", INC_E_FORMAT, "demand.tsv"},
        {"label\tcount\nsaldare il ferro\t-1\n", INC_E_FORMAT, "demand.tsv:2"},
        {"label\tcount\nsaldare il ferro\t\n", INC_E_FORMAT, "demand.tsv:2"},
        {"label\tcount\nx\t1\ny\t4294967296\n", INC_E_FORMAT, "demand.tsv:3"},
        {"label\tcount\nx\t1.5\n", INC_E_FORMAT, "demand.tsv:2"},
        {"label\tcount\nx\n", INC_E_FORMAT, "demand.tsv:2"},
    };
    struct world *w = *state;
    struct inc_demand d;
    struct inc_err err;
    char path[512];

    (void)snprintf(path, sizeof path, "%s/demand.tsv", w->dir);
    assert_int_equal(inc_suggest_demand(w->s, path, &d, &err), INC_E_NOTFOUND);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        inc_err_clear(&err);
        folder_put(w->dir, "demand.tsv", bad[i].table);
        if (inc_suggest_demand(w->s, path, &d, &err) != bad[i].st ||
            strstr(err.where, bad[i].where) == NULL || err.hint[0] == '\0')
            fail_msg("%zu: %s, %s, %s", i, err.what, err.where, err.hint);
    }
    assert_string_equal(first_skill(w, NULL, NULL), "saldare il rame");
    folder_put(w->dir, "demand.tsv",
               "tipo\tN\tescoskill_level_3\n"
               "x\t6\tSaldare  il FERRO\n"
               "x\t5000\tsaldare il\n"
               "x\t4\tsaldare il ferro\n"
               "x\t9\tsaldare il rame\n"
               "x\t5\tsaldatrice\n"
               "x\t7\tnessuno\n");
    assert_int_equal(inc_suggest_demand(w->s, path, &d, &err), INC_OK);
    assert_int_equal(d.rows, 6);
    assert_int_equal(d.unknown, 2);
    assert_string_equal(first_skill(w, NULL, NULL), "saldare il ferro");
    folder_put(w->dir, "demand.tsv",
               "conceptUri\tcount\n" U "d\t40\n" U "c\t20\n" U "zz\t1\n");
    assert_int_equal(inc_suggest_demand(w->s, path, &d, &err), INC_OK);
    assert_int_equal(d.unknown, 1);
    assert_string_equal(first_skill(w, NULL, NULL), "saldare il rame");
    folder_put(w->dir, "demand.tsv", "uri\tcount\n"); /* leave none behind */
    assert_int_equal(inc_suggest_demand(w->s, path, &d, &err), INC_OK);
}

/* --- against a walk over all labels ----------------------------------------
 */

struct plain {
    uint32_t label;
    unsigned fit;
    int other;
};
static const struct inc_suggest *sorting;

static int
by_order(const void *a, const void *b)
{
    const struct plain *x = a, *y = b;
    const struct label *k = &sorting->label[x->label];
    const struct label *l = &sorting->label[y->label];
    int order = strcmp(k->text, l->text);

    if (x->fit != y->fit)
        return x->fit < y->fit ? -1 : 1;
    if (x->other != y->other)
        return x->other - y->other;
    if (k->letters != l->letters)
        return k->letters - l->letters;
    if (order != 0)
        return order;
    if (k->pillar != l->pillar)
        return k->pillar - l->pillar;
    if (k->id != l->id)
        return k->id < l->id ? -1 : 1;
    return k->lang - l->lang;
}

static size_t
walk(struct plain *out, const struct inc_suggest *s, struct terms *t, int lang)
{
    size_t n = 0, kept = 0;

    for (uint32_t l = 0; l < s->labels; l++) {
        const unsigned fit = inc_fit_of(s, t, l, NULL);

        if (fit != 0 && (BOTH >> s->label[l].pillar & 1) != 0)
            out[n++] = (struct plain){l, fit, s->label[l].lang != lang};
    }
    sorting = s;
    qsort(out, n, sizeof *out, by_order);
    for (size_t i = 0; i < n; i++) {
        const struct label *l = &s->label[out[i].label];
        size_t k = 0;

        for (; k < kept; k++)
            if (s->label[out[k].label].id == l->id &&
                s->label[out[k].label].pillar == l->pillar)
                break;
        if (k == kept)
            out[kept++] = out[i];
    }
    return kept;
}

/* What inc_suggest_ask() has to say, the long way. */
static size_t
plain_ask(struct plain *out, const struct inc_suggest *s, const char *text,
          size_t len, int lang, size_t max)
{
    struct terms t;
    uint8_t *grades;
    size_t n;

    inc_terms_read(&t, text, len);
    if (t.n == 0)
        return 0;
    grades = calloc(t.n, s->words.n);
    assert_non_null(grades);
    for (unsigned i = 0; i < t.n; i++)
        t.term[i].grade = grades + (size_t)i * s->words.n;
    inc_terms_plain(s, &t);
    n = walk(out, s, &t, lang);
    if (n < 5 && n < max) {
        max = n == 0 || max < 5 ? max : 5;
        inc_terms_typos(s, &t);
        n = walk(out, s, &t, lang);
    }
    free(grades);
    return n < max ? n : max;
}

/* A beginning of a label, with a mistake now and then. */
static size_t
typed(struct inc_rng *r, const struct inc_suggest *s, char out[256])
{
    const char *label = s->label[inc_rng_below(r, s->labels)].text;
    size_t len = strlen(label), n;

    len = len > 200 ? 200 : len;
    n = 1 + inc_rng_below(r, (uint32_t)(len < 24 ? len : 24));
    while (n < len && ((unsigned char)label[n] & 0xc0) == 0x80)
        n++;
    memcpy(out, label, n);
    out[n] = '\0';
    if (inc_rng_below(r, 3) == 0 && n > 3) {
        size_t at = 1 + inc_rng_below(r, (uint32_t)n - 2);

        if ((unsigned char)out[at] < 0x80 && (unsigned char)out[at + 1] < 0x80)
            out[at] = (char)('a' + inc_rng_below(r, 26));
    }
    if (inc_rng_below(r, 8) == 0)
        out[n++] = ' ';
    out[n] = '\0';
    return n;
}

static void
press(const struct inc_taxonomy *t, const struct inc_suggest *s, int rounds,
      uint64_t seed)
{
    const int it = inc_taxonomy_lang(t, "it");
    struct plain *want = calloc(inc_suggest_labels(s), sizeof *want);
    struct inc_rng r = {.state = seed};
    size_t some = 0;

    assert_non_null(want);
    for (int i = 0; i < rounds; i++) {
        struct inc_suggestion got[INC_SUGGEST_MAX];
        const size_t max = 1 + inc_rng_below(&r, INC_SUGGEST_MAX);
        struct inc_err err;
        char text[256];
        struct inc_suggest_question q = {
            .text = text, .pillars = BOTH, .lang = it};
        size_t n, m;

        q.len = typed(&r, s, text);
        if (!inc_utf8_valid(text, q.len))
            continue;
        assert_int_equal(inc_suggest_ask(s, &q, got, max, &n, &err), INC_OK);
        m = plain_ask(want, s, text, q.len, it, max);
        if (n != m)
            fail_msg("round %d, '%s': %zu, not %zu", i, text, n, m);
        for (size_t k = 0; k < n; k++) {
            char words[8192];

            marked(words, &got[k]);
            if (got[k].label != s->label[want[k].label].text ||
                got[k].fit != want[k].fit || got[k].spans == 0)
                fail_msg("round %d, '%s', %zu: %s, not '%s'", i, text, k, words,
                         s->label[want[k].label].text);
        }
        some += n != 0;
    }
    assert_true(some > (size_t)rounds / 2);
    free(want);
}

static void
like_a_walk(void **state)
{
    const struct world *w = *state;
    const struct inc_taxonomy_options o = {.dir = "engine/taxonomy/sample"};
    struct inc_taxonomy *t = NULL;
    struct inc_suggest *s = NULL;

    press(w->t, w->s, 3000, 4);
    assert_int_equal(inc_taxonomy_load(&t, &o, NULL), INC_OK);
    assert_int_equal(inc_suggest_build(&s, t, NULL), INC_OK);
    press(t, s, 3000, 5);
    inc_suggest_free(s);
    inc_taxonomy_free(t);
}

static void
nothing_to_suggest(void **state)
{
    struct world w = {.it = -1};
    struct inc_suggestion s[3];

    (void)state;
    folder_new(w.dir);
    folder_sound(w.dir);
    folder_put(w.dir, "skills_en.csv",
               SKILLS_HEAD "K," U "a,knowledge,transversal,---,,,\n");
    folder_put(w.dir, "occupations_en.csv", OCC_HEAD);
    folder_put(w.dir, "ISCOGroups_en.csv", ISCO_HEAD);
    folder_put(w.dir, "occupationSkillRelations.csv", REL_HEAD);
    folder_put(w.dir, "broaderRelationsSkillPillar.csv", BROAD_HEAD);
    folder_put(w.dir, "skillSkillRelations.csv", RELATED_HEAD);
    w.t = folder_load(w.dir);
    assert_int_equal(inc_suggest_build(&w.s, w.t, NULL), INC_OK);
    assert_int_equal(inc_suggest_labels(w.s), 1);
    assert_int_equal(ask(&w, "a", s, 3), 0);
    assert_int_equal(ask(&w, "muratore", s, 3), 0);
    (void)teardown((void *[]){&w});
}

/* The whole of ESCO: its index stays small, its words are found. */
static void
esco(void **state)
{
    static const struct {
        const char *text, *label;
    } row[] = {{"muratroe", "muratore"},
               {"salldat", "saldatore"},
               {"carelli elevatori", "utilizzare carrelli elevatori"},
               {"addetto all'ufficio", "addetto all'ufficio vendite"},
               {"saldatrici", "saldatore"}};
    struct world w = {.it = -1};
    char path[512];
    const char *dir = shared_folder(path, "data/esco-1.1.1");

    (void)state;
    if (dir == NULL)
        skip();
    w.t = folder_load(dir);
    w.it = inc_taxonomy_lang(w.t, "it");
    assert_int_equal(inc_suggest_build(&w.s, w.t, NULL), INC_OK);
    print_message("%u labels, %zu bytes\n", inc_suggest_labels(w.s),
                  inc_suggest_bytes(w.s));
    assert_true(inc_suggest_labels(w.s) > 160000);
    assert_true(inc_suggest_bytes(w.s) < 20u << 20);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct inc_suggestion s[5];
        size_t n = ask(&w, row[i].text, s, 5), k = 0;

        while (k < n && strcmp(s[k].label, row[i].label) != 0)
            k++;
        if (k == n)
            fail_msg("'%s': %zu, first '%s'", row[i].text, n,
                     n == 0 ? "" : s[0].label);
    }
    press(w.t, w.s, 60, 6);
    inc_suggest_free(w.s);
    inc_taxonomy_free(w.t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(completes),     cmocka_unit_test(no_suggestion),
        cmocka_unit_test(strange_texts), cmocka_unit_test(of_a_pillar),
        cmocka_unit_test(use_counts),    cmocka_unit_test(like_a_walk),
        cmocka_unit_test(demand),        cmocka_unit_test(nothing_to_suggest),
        cmocka_unit_test(esco),
    };
    if (inc_hash_start() != 0)
        return 1;
    return cmocka_run_group_tests(tests, setup, teardown);
}
