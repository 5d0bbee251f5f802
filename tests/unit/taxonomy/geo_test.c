#include "tests/unit/taxonomy/folder.h"

#include <math.h>

#include "engine/base/rng.h"
#include "engine/taxonomy/geo.h"

#define HEAD "lon\tlat\tistat\tnome\tsigla\tprovincia\tregione\tpop\n"

static const char small[] =
    HEAD "10.5027\t43.8429\t046017\tLucca\tLU\tLucca\tToscana\t89000\n"
         "11.2558\t43.7696\t048017\tFirenze\tFI\tFirenze\tToscana\t360000\n"
         "7.6869\t45.0703\t001272\tTorino\tTO\tTorino\tPiemonte\t840000\n"
         "10.8\t43.9\t900001\tLuccarelli\tPT\tPistoia\tToscana\t1\n"
         "11.0\t44.0\t900002\tCastel San Niccol\xc3\xb2\tAR\tArezzo\tToscana"
         "\t1\n"
         "12.6\t35.5\t900003\tLampedusa e Linosa\tAG\tAgrigento\tSicilia\t1\n";

static struct inc_geo *
load(const char *dir, const char *text)
{
    char path[300];
    struct inc_geo *g = NULL;
    struct inc_err err = {0};

    folder_put(dir, "comuni.tsv", text);
    (void)snprintf(path, sizeof path, "%s/comuni.tsv", dir);
    if (inc_geo_load(&g, path, &err) != INC_OK)
        fail_msg("%s (%s)", err.what, err.hint);
    return g;
}

static void
lookups(void **state)
{
    char dir[256];
    struct inc_geo *g;
    const struct inc_comune *one;

    (void)state;
    folder_new(dir);
    g = load(dir, small);
    assert_int_equal(inc_geo_count(g), 6);
    assert_int_equal(inc_geo_find(g, "001272", 6), 0);
    assert_int_equal(inc_geo_find(g, "046017", 6), 1);
    assert_int_equal(inc_geo_find(g, "046018", 6), INC_NO_COMUNE);
    assert_int_equal(inc_geo_find(g, "46017", 5), INC_NO_COMUNE);
    one = inc_geo_comune(g, 1);
    assert_string_equal(one->name, "Lucca");
    assert_string_equal(one->province, "LU");
    assert_string_equal(one->region, "Toscana");
    assert_int_equal(one->lat_udeg, 43842900);
    assert_int_equal(one->lon_udeg, 10502700);
    assert_int_equal(inc_geo_comune(g, 3)->lon_udeg, 10800000);
    inc_geo_free(g);
    folder_free(dir);
}

static void
names(void **state)
{
    static const struct {
        const char *text, *want;
        size_t at_least;
    } row[] = {
        {"Lucca", "046017", 2},
        {"LUCCA (LU)", "046017", 2},
        {"luca", "046017", 1},
        {"lucca pt", "900001", 2},
        {"frienze", "048017", 1},
        {"tor", "001272", 1},
        {"niccolo", "900002", 1},
        {"castel s", "900002", 1},
        {"Castel S. Niccolo'", "900002", 1},
        {"castel san nicolo", "900002", 1},
        {"lampedusa", "900003", 1},
        {"castel niccolo", "900002", 1},
        {"nicolo castel", "", 0},
        {"Milano", "", 0},
        {"", "", 0},
        {"--", "", 0},
    };
    char dir[256];
    struct inc_geo *g;
    uint16_t id[4];

    (void)state;
    folder_new(dir);
    g = load(dir, small);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        size_t n = inc_geo_search(g, row[i].text, strlen(row[i].text), id, 4);
        if (n < row[i].at_least || (row[i].at_least == 0 && n != 0) ||
            (n != 0 &&
             strcmp(inc_geo_comune(g, id[0])->istat, row[i].want) != 0))
            fail_msg("%s: %zu, first %s", row[i].text, n,
                     n == 0 ? "" : inc_geo_comune(g, id[0])->name);
    }
    assert_int_equal(inc_geo_search(g, "lucca", 5, id, 1), 1);
    inc_geo_free(g);
    folder_free(dir);
}

static double
haversine(const struct inc_comune *a, const struct inc_comune *b)
{
    const double rad = acos(-1.0) / 180e6;
    double p = a->lat_udeg * rad, q = b->lat_udeg * rad;
    double u = sin((q - p) / 2);
    double v = sin((b->lon_udeg - a->lon_udeg) * rad / 2);

    return 2 * 6371009.0 * asin(sqrt(u * u + cos(p) * cos(q) * v * v));
}

static void
compare(const struct inc_geo *g, uint16_t a, uint16_t b, uint64_t seed)
{
    double want = haversine(inc_geo_comune(g, a), inc_geo_comune(g, b));
    uint32_t got = inc_geo_metres(g, a, b);

    if (got != inc_geo_metres(g, b, a) ||
        fabs(got - want) > want * 0.002 + 0.51)
        fail_msg("seed %llu, %u and %u: %u m, want %.1f",
                 (unsigned long long)seed, a, b, got, want);
}

/* Against the double computation, over the whole country and close by. */
static void
distances(void **state)
{
    const uint64_t seed = 6371009;
    struct inc_rng rng = {seed};
    char dir[256];
    struct inc_geo *g;
    static char text[2048 * 64];
    size_t n = 0;

    (void)state;
    n += (size_t)sprintf(text, "%s", HEAD);
    for (unsigned i = 0; i < 2048; i++) {
        uint32_t near = i % 2 == 0 ? 13000000 : 20000;
        n += (size_t)sprintf(text + n, "%.6f\t%.6f\t%06u\tX\tXX\tX\tX\t1\n",
                             6 + inc_rng_below(&rng, near) / 1e6,
                             35 + inc_rng_below(&rng, near) / 1e6, i);
    }
    folder_new(dir);
    g = load(dir, text);
    for (int i = 0; i < 100000; i++)
        compare(g, (uint16_t)inc_rng_below(&rng, 2048),
                (uint16_t)inc_rng_below(&rng, 2048), seed);
    for (uint16_t i = 0; i < 2046; i = (uint16_t)(i + 1)) {
        assert_int_equal(inc_geo_metres(g, i, i), 0);
        compare(g, i, (uint16_t)(i + 2), seed);
    }
    inc_geo_free(g);
    folder_free(dir);
}

/* Exact figures: the same on every machine. */
static void
pinned(void **state)
{
    char dir[256];
    struct inc_geo *g;

    (void)state;
    folder_new(dir);
    g = load(dir, small);
    assert_int_equal(inc_geo_metres(g, 1, 2), 60982);
    assert_int_equal(inc_geo_metres(g, 0, 5), 1142285);
    inc_geo_free(g);
    folder_free(dir);
}

static void
minutes(void **state)
{
    (void)state;
    /* 10 km is 13 km of road */
    assert_int_equal(inc_geo_minutes(10000, INC_MODE_WALK), 156);
    assert_int_equal(inc_geo_minutes(10000, INC_MODE_BIKE), 56);
    assert_int_equal(inc_geo_minutes(10000, INC_MODE_BUS), 46);
    assert_int_equal(inc_geo_minutes(10000, INC_MODE_CAR), 23);
    assert_int_equal(inc_geo_minutes(0, INC_MODE_WALK), 0);
    assert_int_equal(inc_geo_minutes(1, INC_MODE_WALK), 1);
    assert_int_equal(inc_geo_minutes(0, INC_MODE_BUS), 10);
    assert_string_equal(inc_mode_names[INC_MODE_CAR], "car");
    assert_null(inc_mode_names[INC_MODE_COUNT]);
}

static void
refusals(void **state)
{
    static const struct {
        const char *text, *what;
    } row[] = {
        {"istat\tnome\tsigla\tregione\tlat\n",
         "comuni.tsv line 1: column lon is missing"},
        {HEAD "10\t43\t46017\tLucca\tLU\tLucca\tT\t1\n",
         "comuni.tsv line 2, column istat: the ISTAT code is not usable"},
        {HEAD "10\t43.8,5\t046017\tLucca\tLU\tLucca\tT\t1\n",
         "comuni.tsv line 2, column lat: the coordinate is not usable"},
        {HEAD "43\t10\t046017\tLucca\tLU\tLucca\tT\t1\n",
         "comuni.tsv line 2, column lat: the coordinate is not usable"},
        {HEAD "10\t43\t046017\t\tLU\tLucca\tT\t1\n",
         "comuni.tsv line 2, column nome: the text is empty or too long"},
        {HEAD "10\t43\t046017\tLucca\n",
         "comuni.tsv line 2: 4 fields instead of 8"},
    };
    char dir[256], path[300];
    struct inc_err err;
    struct inc_geo *g = NULL;

    (void)state;
    folder_new(dir);
    (void)snprintf(path, sizeof path, "%s/comuni.tsv", dir);
    assert_int_equal(inc_geo_load(&g, path, &err), INC_E_NOTFOUND);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        enum inc_status st;
        folder_put(dir, "comuni.tsv", row[i].text);
        st = inc_geo_load(&g, path, &err);
        if (st != INC_E_FORMAT || g != NULL ||
            strcmp(err.what, row[i].what) != 0)
            fail_msg("row %zu: %d \"%s\"", i, (int)st, err.what);
    }
    folder_put(dir, "comuni.tsv", HEAD);
    assert_int_equal(inc_geo_load(&g, path, &err), INC_E_FORMAT);
    folder_put(dir, "comuni.tsv",
               HEAD "10\t43\t046017\tLucca\tLU\tLucca\tT\t1\n"
                    "10\t43\t046017\tLucca\tLU\tLucca\tT\t1\n");
    assert_int_equal(inc_geo_load(&g, path, &err), INC_E_FORMAT);
    assert_non_null(strstr(err.what, "046017 twice"));
    folder_free(dir);
}

static void
italy(void **state)
{
    const uint64_t seed = 7896;
    struct inc_rng rng = {seed};
    char path[512];
    const char *file = shared_folder(path, "data/comuni.tsv");
    struct inc_geo *g = NULL;
    struct inc_err err;
    uint16_t id[3];

    (void)state;
    if (file == NULL)
        skip();
    if (inc_geo_load(&g, file, &err) != INC_OK)
        fail_msg("%s", err.what);
    assert_int_equal(inc_geo_count(g), 7896);
    for (int i = 0; i < 200000; i++)
        compare(g, (uint16_t)inc_rng_below(&rng, 7896),
                (uint16_t)inc_rng_below(&rng, 7896), seed);
    assert_true(inc_geo_search(g, "Reggio Emilia", 13, id, 3) > 0);
    assert_true(inc_geo_search(g, "capanori", 8, id, 3) > 0);
    assert_string_equal(inc_geo_comune(g, id[0])->name, "Capannori");
    inc_geo_free(g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lookups),   cmocka_unit_test(names),
        cmocka_unit_test(distances), cmocka_unit_test(pinned),
        cmocka_unit_test(minutes),   cmocka_unit_test(refusals),
        cmocka_unit_test(italy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
