/*
 * geo.c - comuni, distances, minutes. No floating point: coordinates are
 * millionths of a degree, angles 32-bit binary fractions.
 */
#include "engine/taxonomy/geo.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/csv.h"
#include "engine/base/file.h"
#include "engine/base/intmath.h"
#include "engine/base/map.h"
#include "engine/base/mem.h"
#include "engine/taxonomy/geo_inside.h"
#include "engine/text/fold.h"

enum {
    FILE_MAX = 64 << 20,
    TEXT_MAX = 200 /* bytes of a name */
};

/* Italy with a margin, in millionths of a degree. The bounds also keep every
 * half difference under 0.12 rad, which the series below rely on. */
enum {
    LAT_MIN = 35000000,
    LAT_MAX = 48000000,
    LON_MIN = 6000000,
    LON_MAX = 19000000
};

const char *const inc_mode_names[] = {"walk", "bike", "bus", "car", NULL};

struct columns {
    int istat, name, sigla, region, lat, lon;
};

static enum inc_status
no_memory(struct inc_err *err)
{
    return inc_fail(err, INC_E_NOMEM, 0, "no memory for the comuni");
}

/* "45.3619" to 45361900. Digits, one point, at most 6 decimals used, the
 * seventh rounds. */
static int
degrees(int32_t *out, const char *p, size_t len)
{
    int64_t v = 0;
    size_t i = 0, digits = 0, decimals = 0;

    while (i < len && p[i] >= '0' && p[i] <= '9' && digits < 3) {
        v = v * 10 + (p[i++] - '0');
        digits++;
    }
    if (digits == 0 || (i < len && p[i] != '.'))
        return -1;
    for (i++; i < len; i++) {
        if (p[i] < '0' || p[i] > '9')
            return -1;
        if (decimals < 6)
            v = v * 10 + (p[i] - '0');
        else if (decimals == 6 && p[i] >= '5')
            v++;
        decimals++;
    }
    for (; decimals < 6; decimals++)
        v *= 10;
    *out = (int32_t)v;
    return 0;
}

static enum inc_status
text_field(struct inc_geo *g, const struct inc_csv *c, int column,
           const char **out, struct inc_err *err)
{
    size_t len;
    const char *p = inc_csv_field(c, column, &len);
    char *to = g->pool + g->pool_len;

    if (len == 0 || len > TEXT_MAX)
        return inc_csv_bad(c, column, "the text is empty or too long",
                           "a text of at most 200 bytes", err);
    memcpy(to, p, len);
    to[len] = '\0';
    g->pool_len += len + 1;
    *out = to;
    return INC_OK;
}

static enum inc_status
place_field(const struct inc_csv *c, int column, int32_t *out, int32_t lo,
            int32_t hi, const char *expected, struct inc_err *err)
{
    size_t len;
    const char *p = inc_csv_field(c, column, &len);

    if (degrees(out, p, len) == 0 && *out >= lo && *out <= hi)
        return INC_OK;
    return inc_csv_bad(c, column, "the coordinate is not usable", expected,
                       err);
}

static enum inc_status
read_one(struct inc_geo *g, const struct inc_csv *c, const struct columns *at,
         struct inc_err *err)
{
    struct inc_comune one = {.istat = ""};
    enum inc_status st = INC_OK;
    size_t digits;

    INC_TRY(text_field(g, c, at->istat, &one.istat, err));
    digits = strspn(one.istat, "0123456789");
    if (digits != 6 || one.istat[6] != '\0') {
        st = inc_csv_bad(c, at->istat, "the ISTAT code is not usable",
                         "six digits, such as 046017", err);
        goto out;
    }
    INC_TRY(text_field(g, c, at->name, &one.name, err));
    INC_TRY(text_field(g, c, at->sigla, &one.province, err));
    INC_TRY(text_field(g, c, at->region, &one.region, err));
    INC_TRY(place_field(c, at->lat, &one.lat_udeg, LAT_MIN, LAT_MAX,
                        "degrees north, 35 to 48, such as 43.8429", err));
    INC_TRY(place_field(c, at->lon, &one.lon_udeg, LON_MIN, LON_MAX,
                        "degrees east, 6 to 19, such as 10.5027", err));
    if (g->count == INC_NO_COMUNE) {
        st = inc_csv_bad(c, at->istat, "more than 65535 comuni",
                         "a list of the Italian comuni", err);
        goto out;
    }
    g->comune[g->count++] = one;
out:
    return st;
}

static enum inc_status
read_all(struct inc_geo *g, struct inc_csv *c, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct columns at;
    size_t cap = 0;
    int more;

    INC_TRY(inc_csv_need(c, &at.istat, "istat", err));
    INC_TRY(inc_csv_need(c, &at.name, "nome", err));
    INC_TRY(inc_csv_need(c, &at.sigla, "sigla", err));
    INC_TRY(inc_csv_need(c, &at.region, "regione", err));
    INC_TRY(inc_csv_need(c, &at.lat, "lat", err));
    INC_TRY(inc_csv_need(c, &at.lon, "lon", err));
    for (;;) {
        void *array = g->comune;
        INC_TRY(inc_csv_next(c, &more, err));
        if (!more)
            break;
        if (inc_mem_grow(&array, &cap, g->count, sizeof *g->comune) != 0) {
            st = no_memory(err);
            goto out;
        }
        g->comune = array;
        INC_TRY(read_one(g, c, &at, err));
    }
out:
    return st;
}

static int
by_istat(const void *a, const void *b)
{
    const struct inc_comune *x = a, *y = b;

    return strcmp(x->istat, y->istat);
}

/* sin(x) for |x| <= 0.5, both as fractions of 2^32: Taylor to x^9, whose
 * next term is under 2e-11 there. */
static int64_t
sine(int64_t x)
{
    int64_t square = (x * x) >> 32;
    int64_t v = 0;
    static const int64_t part[] = {72, 42, 20, 6}; /* 8*9, 6*7, 4*5, 2*3 */

    for (size_t i = 0; i < 4; i++)
        v = (square * (INC_GEO_ONE - v) / part[i]) >> 32;
    return (x * ((INC_GEO_ONE - v) >> 1)) >> 31;
}

/* Half of an angle in millionths of a degree, in radians times 2^32:
 * pi / 360e6 * 2^52 = 39301320.8 */
static int64_t
half_angle(int64_t udeg)
{
    return (udeg * INC_GEO_HALF_UDEG) >> 20;
}

static enum inc_status
finish(struct inc_geo *g, const char *path, struct inc_err *err)
{
    size_t folded = 0;
    char *to;

    if (g->count == 0)
        return inc_fail(err, INC_E_FORMAT, 0, "%.150s has no comuni", path);
    qsort(g->comune, g->count, sizeof *g->comune, by_istat);
    g->cosine = inc_mem_zero(g->count, sizeof *g->cosine);
    g->folded = inc_mem_zero(g->count, sizeof *g->folded);
    for (uint16_t i = 0; i < g->count; i++)
        folded += strlen(g->comune[i].name) + 1;
    g->names = inc_mem_zero(folded, 1);
    if (g->cosine == NULL || g->folded == NULL || g->names == NULL)
        return no_memory(err);
    to = g->names;
    for (uint16_t i = 0; i < g->count; i++) {
        const struct inc_comune *one = &g->comune[i];
        int64_t half = sine(half_angle(one->lat_udeg));
        uint32_t was;
        /* cos a = 1 - 2 sin^2(a/2), kept as a fraction of 2^31 */
        g->cosine[i] =
            (uint32_t)((INC_GEO_ONE - 2 * ((half * half) >> 32)) >> 1);
        g->folded[i] = to;
        to += inc_fold(to, one->name, strlen(one->name)) + 1;
        if (inc_map_add(&g->by_istat, one->istat, 6, i, &was) != INC_OK)
            return no_memory(err);
        if (was != INC_MAP_NONE)
            return inc_fail(err, INC_E_FORMAT, 0,
                            "%.150s has ISTAT code %s twice", path, one->istat);
    }
    return INC_OK;
}

enum inc_status
inc_geo_load(struct inc_geo **out, const char *path, struct inc_err *err)
{
    struct inc_buf bytes = {0};
    struct inc_csv *c = NULL;
    enum inc_status st = INC_OK;
    struct inc_geo *g = inc_mem_zero(1, sizeof *g);

    if (g == NULL)
        return no_memory(err);
    INC_TRY(inc_file_read(&bytes, path, FILE_MAX, err));
    INC_TRY(inc_csv_open(&c, path, bytes.data, bytes.len, INC_CSV_TAB, err));
    /* every field kept is in the file, followed by a byte; the last may not */
    g->pool = inc_mem_zero(bytes.len + 1, 1);
    if (g->pool == NULL) {
        st = no_memory(err);
        goto out;
    }
    INC_TRY(read_all(g, c, err));
    INC_TRY(finish(g, path, err));
    *out = g;
    g = NULL;
out:
    inc_csv_close(c);
    inc_buf_release(&bytes);
    inc_geo_free(g);
    return st;
}

void
inc_geo_free(struct inc_geo *g)
{
    if (g == NULL)
        return;
    inc_map_release(&g->by_istat);
    inc_mem_free(g->comune);
    inc_mem_free(g->cosine);
    inc_mem_free(g->folded);
    inc_mem_free(g->names);
    inc_mem_free(g->pool);
    inc_mem_free(g);
}

uint16_t
inc_geo_count(const struct inc_geo *g)
{
    return g->count;
}

const struct inc_comune *
inc_geo_comune(const struct inc_geo *g, uint16_t id)
{
    return &g->comune[id];
}

uint16_t
inc_geo_find(const struct inc_geo *g, const char *istat, size_t len)
{
    uint32_t id = inc_map_get(&g->by_istat, istat, len);

    return id == INC_MAP_NONE ? INC_NO_COMUNE : (uint16_t)id;
}

/*
 * Haversine: sin^2(d/2R) = sin^2(dlat/2) + cos(lat1) cos(lat2) sin^2(dlon/2).
 * With fractions of 2^32 under 0.12 the squares sum below 2^60, and the root
 * has the 2^32 scale again; the arc sine is its series to x^7.
 */
uint32_t
inc_geo_metres(const struct inc_geo *g, uint16_t a, uint16_t b)
{
    const struct inc_comune *x = &g->comune[a], *y = &g->comune[b];
    int64_t lat = sine(half_angle(llabs((int64_t)x->lat_udeg - y->lat_udeg)));
    int64_t lon = sine(half_angle(llabs((int64_t)x->lon_udeg - y->lon_udeg)));
    uint64_t narrow = inc_isqrt((uint64_t)g->cosine[a] * g->cosine[b]);
    uint64_t across = ((uint64_t)lon * narrow) >> 31;
    uint64_t s = inc_isqrt((uint64_t)(lat * lat) + across * across);
    uint64_t square = (s * s) >> 32;
    uint64_t cube = (s * square) >> 32;
    uint64_t fifth = (cube * square) >> 32;
    uint64_t seventh = (fifth * square) >> 32;
    uint64_t arc = s + cube / 6 + fifth * 3 / 40 + seventh * 15 / 336;

    /* twice the radius; rounded to the nearest metre */
    return (uint32_t)((arc * (2 * INC_GEO_RADIUS_M) + (UINT64_C(1) << 31)) >>
                      32);
}

uint32_t
inc_geo_minutes(uint32_t metres, enum inc_mode mode)
{
    /* Our own estimates, door to door, for towns and the roads between them;
     * no survey stands behind them. Metres an hour, minutes before moving. */
    static const struct {
        uint32_t speed, start;
    } modes[INC_MODE_COUNT] = {
        [INC_MODE_WALK] = {5000, 0},
        [INC_MODE_BIKE] = {14000, 0},
        [INC_MODE_BUS] = {22000, 10},
        [INC_MODE_CAR] = {45000, 5},
    };
    /* roads are longer than the straight line by 1.3 */
    uint64_t top = (uint64_t)metres * 13 * 60;
    uint64_t under = (uint64_t)modes[mode].speed * 10;

    return modes[mode].start + (uint32_t)((top + under - 1) / under);
}
