#include "tests/support/cm.h"

#include <math.h>

#include "engine/base/clock.h"
#include "engine/space/space.h"
#include "engine/space/trades.h"
#include "engine/train/matrix.h"
#include "engine/train/occupations.h"
#include "engine/train/train.h"
#include "tests/unit/space/folder.h"
#include "tests/unit/train/clusters.h"

static struct folder dir; /* the two crafts */
static struct inc_taxonomy *crafts;

static int
setup(void **state)
{
    (void)state;
    if (inc_hash_start() != 0)
        return -1;
    folder_make(&dir);
    clusters_write(&dir, NULL);
    crafts = folder_load(&dir);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    inc_taxonomy_free(crafts);
    folder_remove(&dir);
    return 0;
}

static struct inc_space *
trained(const struct inc_taxonomy *t, const struct inc_train_options *o,
        struct inc_train_stats *stats)
{
    struct inc_space *s = NULL;
    struct inc_err err;
    char path[FOLDER_PATH];

    folder_name(path, &dir, "out.space");
    if (inc_train_run(path, t, o, stats, &err) != INC_OK ||
        inc_space_load(&s, path, t, &err) != INC_OK)
        fail_msg("%s (%s)", err.what, err.where);
    return s;
}

static double
cosine(const struct inc_space *s, uint32_t a, uint32_t b)
{
    int64_t dot = 0;

    for (uint32_t k = 0; k < inc_space_dim(s); k++)
        dot += (int64_t)inc_space_row(s, a)[k] * inc_space_row(s, b)[k];
    return (double)inc_cosine_bp(dot, inc_space_norm2(s, a),
                                 inc_space_norm2(s, b)) /
           10000;
}

static void
two_crafts_separate(void **state)
{
    const struct inc_train_options o = {.dim = 16, .seed = 3};
    struct inc_train_stats stats = {0};
    struct inc_space *s = trained(crafts, &o, &stats);
    double near = 0, far = 0;
    uint32_t n = 2 * CRAFT_SKILLS, id[CRAFT_SKILLS], cos[CRAFT_SKILLS];

    (void)state;
    assert_int_equal(stats.rows, n);
    assert_int_equal(stats.dim, 16);
    assert_int_equal(stats.excluded, 0);
    /* occupations, four groups, the skills themselves, the word "label" */
    assert_int_equal(stats.columns, 2 * CRAFT_JOBS + 4 + n + 1);
    assert_true(stats.wall_ns > 0 && stats.nonzeros > n);
    for (uint32_t a = 0; a < n; a++) /* a00..a23, b00..b23 */
        for (uint32_t b = 0; b < n; b++)
            if (a != b)
                *((a < n / 2) == (b < n / 2) ? &near : &far) += cosine(s, a, b);
    near /= 2.0 * CRAFT_SKILLS * (CRAFT_SKILLS - 1);
    far /= 2.0 * CRAFT_SKILLS * CRAFT_SKILLS;
    if (near < 3 * far || near < .2)
        fail_msg("inside a craft %.3f, across %.3f", near, far);
    for (uint32_t a = 0; a < n; a++) {
        assert_int_equal(inc_space_neighbours(s, a, id, cos, 3), 3);
        for (int k = 0; k < 3; k++)
            assert_int_equal(id[k] < n / 2, a < n / 2);
    }
    inc_space_free(s);
}

static void
largest_value_is_127(void **state)
{
    const struct inc_train_options o = {.dim = 16, .seed = 3};
    struct inc_space *s = trained(crafts, &o, NULL);
    int largest = 0;

    (void)state;
    for (uint32_t i = 0; i < inc_space_rows(s); i++)
        for (uint32_t k = 0; k < inc_space_dim(s); k++)
            if (abs(inc_space_row(s, i)[k]) > largest)
                largest = abs(inc_space_row(s, i)[k]);
    assert_int_equal(largest, 127);
    inc_space_free(s);
}

static void
same_bytes_again(void **state)
{
    const struct inc_train_options o = {.seed = 9};
    struct inc_space *a, *b;

    (void)state;
    inc_clock_freeze(INT64_C(1790000000000));
    a = trained(crafts, &o, NULL);
    b = trained(crafts, &o, NULL);
    inc_clock_freeze(-1);
    assert_memory_equal(inc_space_digest(a), inc_space_digest(b), INC_DIGEST);
    inc_space_free(a);
    inc_space_free(b);
}

static void
dimension_is_lowered(void **state)
{
    static const struct {
        uint32_t wanted, got;
    } row[] = {{0, 16}, {256, 16}, {1040, 16}, {31, 16}, {16, 16}};

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        const struct inc_train_options o = {.dim = row[i].wanted, .seed = 1};
        struct inc_train_stats stats;
        struct inc_space *s = trained(crafts, &o, &stats);
        assert_int_equal(stats.dim, row[i].got); /* 48 skills: one step */
        assert_int_equal(inc_space_dim(s), row[i].got);
        inc_space_free(s);
    }
}

/* 227 skills: a quarter is 56, three steps are 48. */
static void
a_quarter_of_the_skills(void **state)
{
    const struct inc_taxonomy_options where = {.dir = "engine/taxonomy/sample"};
    const struct inc_train_options o = {.seed = 1}, narrow = {.dim = 32};
    struct inc_taxonomy *t;
    struct inc_train_stats stats;
    struct inc_err err;

    (void)state;
    assert_int_equal(inc_taxonomy_load(&t, &where, &err), INC_OK);
    inc_space_free(trained(t, &o, &stats));
    assert_int_equal(stats.dim, 48);
    inc_space_free(trained(t, &narrow, &stats));
    assert_int_equal(stats.dim, 32);
    inc_taxonomy_free(t);
}

/* Skills i of one craft occur with skills i of the other: 24 people each. */
static void
pairs_across(struct inc_pairs *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(inc_pairs_add(p, i, CRAFT_SKILLS + i, 24), INC_OK);
}

static void
learns_what_occurs_together(void **state)
{
    struct inc_pairs p = {0};
    const struct inc_train_source source = {
        .from = "people", .pairs = &p, .least = 10, .owners = 24};
    struct inc_train_options o = {.dim = 32, .seed = 3};
    struct inc_train_stats plain, learned;
    struct inc_space *a, *b, *c;
    double before = 0, after = 0, more = 0;
    enum { N = 12 };

    (void)state;
    pairs_across(&p, N);
    a = trained(crafts, &o, &plain);
    o.source = &source;
    o.n_sources = 1;
    b = trained(crafts, &o, &learned);
    o.office_weight = 4;
    c = trained(crafts, &o, NULL);
    assert_int_equal(learned.columns, plain.columns + 2 * CRAFT_SKILLS);
    for (uint32_t i = 0; i < N; i++) {
        before += cosine(a, i, CRAFT_SKILLS + i) / N;
        after += cosine(b, i, CRAFT_SKILLS + i) / N;
        more += cosine(c, i, CRAFT_SKILLS + i) / N;
    }
    if (before > .05 || after < before + .1 || more < after + .1)
        fail_msg("partners %.3f, learned %.3f, at weight 4 %.3f", before, after,
                 more);
    assert_non_null(strstr(inc_space_provenance(b),
                           "\"learned\":{\"weight\":0.8,\"self\":1,"
                           "\"sources\":[{\"from\":\"people\","
                           "\"least\":10,\"owners\":24,\"pairs\":12,"
                           "\"skills\":24,\"pairs_blake2b\":\""));
    assert_null(strstr(inc_space_provenance(a), "learned"));
    inc_space_free(a);
    inc_space_free(b);
    inc_space_free(c);
    inc_pairs_release(&p);
}

/* Sources without a pair change no number of the space, and say no number of
 * people under the least. */
static void
nothing_learned_is_the_taxonomy_alone(void **state)
{
    struct inc_pairs none = {0};
    const struct inc_train_source source[] = {
        {.from = "people", .pairs = &none, .least = 10, .owners = 9},
        {.from = "needs", .pairs = &none, .least = 10, .owners = 12}};
    struct inc_train_options o = {.dim = 16, .seed = 3};
    struct inc_space *a = trained(crafts, &o, NULL), *b;
    size_t cells = (size_t)inc_space_rows(a) * inc_space_dim(a);

    (void)state;
    o.source = source;
    o.n_sources = 2;
    b = trained(crafts, &o, NULL);
    assert_memory_equal(inc_space_row(a, 0), inc_space_row(b, 0), cells);
    assert_non_null(strstr(inc_space_provenance(b), "\"owners\":null"));
    assert_null(strstr(inc_space_provenance(b), "\"owners\":9"));
    assert_non_null(strstr(inc_space_provenance(b), "\"owners\":12"));
    inc_space_free(a);
    inc_space_free(b);
}

/* Two sources weigh together what one does. */
static void
sources_share_the_weight(void **state)
{
    struct inc_pairs p = {0}, q = {0};
    const struct inc_train_source source[] = {
        {.from = "people", .pairs = &p, .least = 10, .owners = 24},
        {.from = "needs", .pairs = &q, .least = 10, .owners = 24}};
    const struct inc_train_options o = {
        .source = source, .n_sources = 2, .office_weight = 2};
    struct inc_sparse m = {0};
    struct inc_err err;

    (void)state;
    pairs_across(&p, 4);
    assert_int_equal(inc_pairs_add(&q, 0, 5, 50), INC_OK);
    assert_int_equal(inc_pairs_add(&q, 1, 5, 20), INC_OK);
    assert_int_equal(inc_train_matrix(&m, crafts, NULL, &o, &err), INC_OK);
    for (uint32_t r = 0; r < m.rows; r++) {
        double norm2 = 0;
        for (size_t i = m.start[r]; i < m.start[r + 1]; i++)
            if (m.col[i] >= m.cols - 2 * m.rows)
                norm2 += (double)m.value[i] * (double)m.value[i];
        if (r < 6 && r != 4) /* 0 to 3, and 5 */
            assert_true(fabs(norm2 - 4) < 1e-4);
        else if (r < CRAFT_SKILLS)
            assert_true(norm2 == 0);
    }
    inc_sparse_release(&m);
    inc_pairs_release(&p);
    inc_pairs_release(&q);
}

static void
refuses_bad_sources(void **state)
{
    struct inc_pairs none = {0};
    const struct inc_train_source source[4] = {
        {.from = "people", .pairs = &none},
        {.from = "needs", .pairs = &none},
        {.from = "table", .pairs = &none},
        {.from = "table", .pairs = &none}};
    const struct inc_train_options row[] = {
        {.source = source, .n_sources = 4},
        {.source = source, .n_sources = 1, .office_weight = -1},
        {.source = source, .n_sources = 1, .office_weight = 10.5},
        {.source = source, .n_sources = 1, .office_weight = NAN}};
    struct inc_err err;

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        assert_int_equal(inc_train_run(folder_file(&dir, "no.space"), crafts,
                                       &row[i], NULL, &err),
                         INC_E_RANGE);
    assert_int_not_equal(access(folder_file(&dir, "no.space"), F_OK), 0);
}

static void
refuses_bad_options(void **state)
{
    static const struct inc_train_options row[] = {
        {.dim = 15}, {.dim = 1041}, {.dim = 16, .power = 65}};
    struct inc_train_stats stats = {.rows = 77};
    struct inc_err err;

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        assert_int_equal(inc_train_run(folder_file(&dir, "no.space"), crafts,
                                       &row[i], &stats, &err),
                         INC_E_RANGE);
    assert_int_equal(stats.rows, 77);
    assert_int_not_equal(access(folder_file(&dir, "no.space"), F_OK), 0);
}

static void
refuses_a_small_taxonomy(void **state)
{
    const struct inc_train_options o = {.dim = 16};
    struct inc_buf b = {0};
    struct inc_err err;
    struct inc_taxonomy *t;
    struct folder f;
    char id[16];

    (void)state;
    folder_make(&f);
    clusters_write(&f, NULL);
    inc_buf_text(&b, HEAD_SKILLS);
    for (int i = 0; i < 31; i++) {
        (void)snprintf(id, sizeof id, "z%02d", i);
        row_skill(&b, id, id, "");
    }
    folder_put_buf(&f, "skills_en.csv", &b);
    folder_put(&f, "occupationSkillRelations.csv", HEAD_OCC_SKILL);
    t = folder_load(&f);
    assert_int_equal(
        inc_train_run(folder_file(&dir, "no.space"), t, &o, NULL, &err),
        INC_E_RANGE);
    assert_non_null(strstr(err.what, "31 skills"));
    inc_taxonomy_free(t);
    folder_remove(&f);
}

/* Leaving an occupation out is the same as never having had it. */
static void
excluded_leave_no_trace(void **state)
{
    struct inc_train_options o = {.dim = 32, .seed = 4};
    struct inc_train_stats stats;
    struct inc_taxonomy *less;
    struct inc_space *a, *b, *c;
    struct folder f;
    char path[FOLDER_PATH];
    size_t cells;

    (void)state;
    c = trained(crafts, &o, &stats);
    folder_put(&dir, "leave.txt", "http://x/o/a03\r\n\nhttp://x/o/a03");
    folder_name(path, &dir, "leave.txt");
    o.exclude_path = path;
    a = trained(crafts, &o, &stats);
    assert_int_equal(stats.excluded, 1);
    assert_int_equal(stats.columns, 2 * CRAFT_JOBS - 1 + 4 + 48 + 1);
    folder_make(&f);
    clusters_write(&f, "a03");
    less = folder_load(&f);
    o.exclude_path = NULL;
    b = trained(less, &o, &stats);
    cells = (size_t)inc_space_rows(a) * inc_space_dim(a);
    assert_memory_equal(inc_space_row(a, 0), inc_space_row(b, 0), cells);
    assert_memory_not_equal(inc_space_row(a, 0), inc_space_row(c, 0), cells);
    for (uint32_t i = 0; i < inc_space_rows(a); i++)
        assert_int_equal(inc_space_idf(a, i), inc_space_idf(b, i));
    assert_int_equal(inc_space_occupations(a), inc_space_occupations(b));
    for (uint32_t i = 0; i < inc_space_occupations(a); i++)
        assert_string_equal(inc_space_occupation_uri(a, i),
                            inc_space_occupation_uri(b, i));
    assert_non_null(strstr(inc_space_provenance(a),
                           "\"excluded\":{\"file\":\"leave.txt\""));
    assert_non_null(strstr(inc_space_provenance(a), "\"occupations\":1}"));
    assert_null(strstr(inc_space_provenance(b), "\"excluded\""));
    inc_space_free(a);
    inc_space_free(b);
    inc_space_free(c);
    inc_taxonomy_free(less);
    folder_remove(&f);
}

/* The trades of each skill alone tell which occupations list it: at most
 * 12 a craft do, and none shares a skill with the other craft. */
static void
space_carries_its_occupations(void **state)
{
    struct inc_train_options o = {.dim = 16, .seed = 4};
    struct inc_space *s;
    struct inc_trade got[INC_TRADES];
    uint32_t hits[2 * CRAFT_JOBS] = {0}, jobs[2 * CRAFT_JOBS], n = 0;
    char path[FOLDER_PATH];

    (void)state;
    folder_put(&dir, "two.txt", "http://x/o/a03\nhttp://x/o/b00\n");
    folder_name(path, &dir, "two.txt");
    o.exclude_path = path;
    s = trained(crafts, &o, NULL);
    for (uint32_t j = 0; j < 2 * CRAFT_JOBS; j++) {
        const char *uri = inc_concept_uri(crafts, INC_PILLAR_OCCUPATION, j);
        if (strcmp(uri, "http://x/o/a03") != 0 &&
            strcmp(uri, "http://x/o/b00") != 0)
            jobs[n++] = j;
    }
    assert_int_equal(inc_space_occupations(s), n);
    assert_int_equal(n, 2 * CRAFT_JOBS - 2);
    for (uint32_t j = 0; j < n; j++)
        assert_string_equal(
            inc_space_occupation_uri(s, j),
            inc_concept_uri(crafts, INC_PILLAR_OCCUPATION, jobs[j]));
    for (uint32_t skill = 0; skill < 2 * CRAFT_SKILLS; skill++) {
        size_t count = inc_space_trades(s, got, &skill, 1, hits), at = 0;
        for (uint32_t j = 0; j < n; j++) {
            const uint32_t *list;
            size_t len = inc_occupation_essential(crafts, jobs[j], &list);
            int has = 0;
            for (size_t i = 0; i < len; i++)
                has |= list[i] == skill;
            len = inc_occupation_optional(crafts, jobs[j], &list);
            for (size_t i = 0; i < len; i++)
                has |= list[i] == skill;
            if (!has)
                continue;
            assert_true(at < count);
            assert_int_equal(got[at++].occupation, j);
        }
        assert_int_equal(at, count);
    }
    inc_space_free(s);
}

static void
members_once_each(void **state)
{
    static const uint32_t essential[] = {0, 3, 5}, optional[] = {3, 4, 5, 9};
    static const uint32_t want[] = {0, 3, 4, 5, 9, INC_NO_CONCEPT};
    struct inc_members m = {essential, optional, 3, 4};
    struct inc_members none = {essential, optional, 0, 0};

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        assert_int_equal(inc_members_next(&m), want[i]);
    assert_int_equal(inc_members_next(&none), INC_NO_CONCEPT);
}

static void
exclude_file_faults(void **state)
{
    struct inc_train_options o = {.dim = 16};
    struct inc_err err;
    char path[FOLDER_PATH], out[FOLDER_PATH];

    (void)state;
    folder_name(out, &dir, "no.space");
    folder_put(&dir, "bad.txt", "http://x/o/a03\nhttp://x/o/nobody\n");
    folder_name(path, &dir, "bad.txt");
    o.exclude_path = path;
    assert_int_equal(inc_train_run(out, crafts, &o, NULL, &err), INC_E_CONCEPT);
    assert_non_null(strstr(err.what, "http://x/o/nobody"));
    assert_string_equal(err.where, "line 2");
    assert_true(err.hint[0] != '\0');
    folder_name(path, &dir, "none.txt");
    assert_int_equal(inc_train_run(out, crafts, &o, NULL, &err),
                     INC_E_NOTFOUND);
    assert_int_not_equal(access(out, F_OK), 0);
    folder_put(&dir, "empty.txt", "");
    folder_name(path, &dir, "empty.txt");
    assert_int_equal(inc_train_run(out, crafts, &o, NULL, &err), INC_OK);
}

static void
everything_left_out(void **state)
{
    struct inc_train_options o = {.dim = 16};
    struct inc_train_stats stats;
    struct inc_space *s;
    struct inc_buf b = {0};
    char path[FOLDER_PATH];

    (void)state;
    for (int i = 0; i < 2 * CRAFT_JOBS; i++)
        inc_buf_printf(&b, "http://x/o/%c%02d\n", i < CRAFT_JOBS ? 'a' : 'b',
                       i % CRAFT_JOBS);
    folder_put_buf(&dir, "all.txt", &b);
    folder_name(path, &dir, "all.txt");
    o.exclude_path = path;
    s = trained(crafts, &o, &stats);
    assert_int_equal(stats.excluded, 2 * CRAFT_JOBS);
    assert_int_equal(inc_space_idf(s, 0), 1); /* ln(1/1) */
    assert_int_equal(inc_space_occupations(s), 0);
    inc_space_free(s);
}

static void
idf_of_occupations(void **state)
{
    uint16_t milli[2 * CRAFT_SKILLS];
    unsigned char left_out[2 * CRAFT_JOBS] = {0, 1, 1};

    (void)state;
    for (int round = 0; round < 2; round++) {
        const unsigned char *out = round == 0 ? NULL : left_out;
        int used = 2 * CRAFT_JOBS - 2 * round;
        assert_int_equal(inc_train_idf(milli, crafts, out, NULL), INC_OK);
        for (uint32_t s = 0; s < 2 * CRAFT_SKILLS; s++) {
            int df = 0;
            for (uint32_t o = 0; o < 2 * CRAFT_JOBS; o++) {
                const uint32_t *list;
                size_t n = inc_occupation_essential(crafts, o, &list);
                for (size_t i = 0; i < n; i++)
                    df += list[i] == s && (out == NULL || !out[o]);
                n = inc_occupation_optional(crafts, o, &list);
                for (size_t i = 0; i < n; i++)
                    df += list[i] == s && (out == NULL || !out[o]);
            }
            assert_int_equal(milli[s],
                             lround(1000.0 * log((1.0 + used) / (1.0 + df))));
        }
    }
}

static void
provenance_says_where_from(void **state)
{
    const struct inc_train_options o = {.seed = UINT64_MAX};
    struct inc_space *s;
    const char *json;
    char hex[INC_DIGEST_HEX];

    (void)state;
    inc_clock_freeze(INT64_C(1790000000000)); /* 2026-09-21 */
    s = trained(crafts, &o, NULL);
    inc_clock_freeze(-1);
    json = inc_space_provenance(s);
    inc_digest_hex(hex, inc_taxonomy_digest(crafts));
    assert_non_null(strstr(json, hex));
    assert_non_null(strstr(json, "\"engine\":\"incrocio " INC_RELEASE "\""));
    assert_non_null(strstr(json, "\"date\":\"2026-09-21\""));
    assert_non_null(strstr(json, "\"seed\":\"18446744073709551615\""));
    assert_non_null(strstr(json, "{\"name\":\"skills_en.csv\",\"bytes\":"));
    assert_non_null(strstr(json, "\"power_iterations\":4"));
    assert_null(strstr(json, dir.path));
    inc_space_free(s);
}

static void
watch(void *arg, const char *stage, unsigned permille)
{
    unsigned *last = arg;

    assert_true(stage[0] != '\0' && permille <= 1000 && permille >= *last);
    *last = permille;
}

static void
progress_rises_to_the_end(void **state)
{
    unsigned last = 0;
    const struct inc_train_options o = {
        .dim = 16, .progress = watch, .progress_arg = &last};

    (void)state;
    inc_space_free(trained(crafts, &o, NULL));
    assert_int_equal(last, 1000);
}

static void
real_esco(void **state)
{
    const char *shared =
        getenv("INC_SHARED"); /* NOLINT(concurrency-mt-unsafe): one thread */
    char path[512];
    const struct inc_train_options o = {.dim = 64, .power = 2, .seed = 1};
    struct inc_taxonomy_options from = {.dir = path};
    struct inc_taxonomy *t = NULL;
    struct inc_err err;
    struct inc_space *s;
    uint32_t skill = 0, id[20], cos[20];
    int lang, met = 0;

    (void)state;
    (void)snprintf(path, sizeof path, "%s/data/esco-1.1.1",
                   shared != NULL ? shared : "../shared");
    if (access(path, R_OK) != 0) {
        print_message("SKIPPED: no ESCO in %s (set INC_SHARED)\n", path);
        skip();
    }
    if (inc_taxonomy_load(&t, &from, &err) != INC_OK)
        fail_msg("%s (%s)", err.what, err.where);
    s = trained(t, &o, NULL);
    lang = inc_taxonomy_lang(t, "en");
    while (strcmp(inc_concept_label(t, INC_PILLAR_SKILL, skill, lang),
                  "apply arc welding techniques") != 0)
        skill++;
    assert_int_equal(inc_space_neighbours(s, skill, id, cos, 20), 20);
    for (int i = 0; i < 20; i++) {
        const char *label = inc_concept_label(t, INC_PILLAR_SKILL, id[i], lang);
        met += strcmp(label, "apply spot welding techniques") == 0 ||
               strcmp(label, "apply brazing techniques") == 0;
    }
    assert_int_equal(met, 2);
    assert_int_equal(inc_space_folded(s) + inc_space_empty(s), 0);
    inc_space_free(s);
    inc_taxonomy_free(t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_crafts_separate),
        cmocka_unit_test(largest_value_is_127),
        cmocka_unit_test(same_bytes_again),
        cmocka_unit_test(dimension_is_lowered),
        cmocka_unit_test(a_quarter_of_the_skills),
        cmocka_unit_test(learns_what_occurs_together),
        cmocka_unit_test(nothing_learned_is_the_taxonomy_alone),
        cmocka_unit_test(sources_share_the_weight),
        cmocka_unit_test(refuses_bad_sources),
        cmocka_unit_test(refuses_bad_options),
        cmocka_unit_test(refuses_a_small_taxonomy),
        cmocka_unit_test(excluded_leave_no_trace),
        cmocka_unit_test(space_carries_its_occupations),
        cmocka_unit_test(members_once_each),
        cmocka_unit_test(exclude_file_faults),
        cmocka_unit_test(everything_left_out),
        cmocka_unit_test(idf_of_occupations),
        cmocka_unit_test(provenance_says_where_from),
        cmocka_unit_test(progress_rises_to_the_end),
        cmocka_unit_test(real_esco),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
