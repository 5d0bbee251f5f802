/* places.c - where people live, which office looks after them. */
#include <stdio.h>
#include <string.h>

#include "bench/people/inside.h"
#include "engine/base/map.h"
#include "engine/base/mem.h"

static enum inc_status
provinces(struct inc_people *p, struct inc_err *err)
{
    uint16_t n = inc_geo_count(p->geo);
    struct inc_map numbers = {0};
    enum inc_status st = INC_OK;

    p->province = inc_mem_zero(n, sizeof *p->province);
    p->province_of = inc_mem_zero(n, sizeof *p->province_of);
    if (p->province == NULL || p->province_of == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "provinces");
        goto out;
    }
    for (uint16_t i = 0; i < n; i++) {
        const char *sigla = inc_geo_comune(p->geo, i)->province;
        uint32_t was;

        INC_TRY(
            inc_map_add(&numbers, sigla, strlen(sigla), p->n_provinces, &was));
        if (was == INC_MAP_NONE) {
            was = p->n_provinces++;
            p->province[was].sigla = sigla;
        }
        p->province_of[i] = (uint16_t)was;
        p->province[was].population += p->world->population[i];
    }
out:
    inc_map_release(&numbers);
    return st;
}

static enum inc_status
offices(struct inc_people *p, struct inc_err *err)
{
    for (uint32_t i = 0; i < p->n_provinces; i++) {
        struct inc_province *v = &p->province[i];

        v->first_office = p->n_offices;
        v->offices = 1 + (uint32_t)(v->population / INC_OFFICE_PEOPLE);
        p->n_offices += v->offices;
    }
    p->office = inc_mem_zero(p->n_offices, sizeof *p->office);
    p->office_population =
        inc_mem_zero(p->n_offices, sizeof *p->office_population);
    if (p->office == NULL || p->office_population == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "offices");
    for (uint32_t i = 0; i < p->n_provinces; i++)
        for (uint32_t k = 0; k < p->province[i].offices; k++)
            (void)snprintf(p->office[p->province[i].first_office + k],
                           INC_OFFICE_TEXT, "CPI-%.2s-%u", p->province[i].sigla,
                           k + 1);
    return INC_OK;
}

/* The office numbers of a comune: a big one is shared by several. */
static void
served_by(const struct inc_people *p, uint16_t comune, uint32_t *first,
          uint32_t *spread)
{
    const struct inc_province *v = &p->province[p->province_of[comune]];

    *first = comune % v->offices;
    *spread = 1 + (uint32_t)(p->world->population[comune] / INC_OFFICE_PEOPLE);
    if (*spread > v->offices)
        *spread = v->offices;
}

enum inc_status
inc_people_places(struct inc_people *p, struct inc_err *err)
{
    uint16_t n = inc_geo_count(p->geo);
    enum inc_status st = INC_OK;

    INC_TRY(inc_draw_make(&p->comune, p->world->population, n, err));
    INC_TRY(provinces(p, err));
    INC_TRY(offices(p, err));
    for (uint16_t i = 0; i < n; i++) {
        const struct inc_province *v = &p->province[p->province_of[i]];
        uint32_t first, spread;

        served_by(p, i, &first, &spread);
        for (uint32_t k = 0; k < spread; k++)
            p->office_population[v->first_office + (first + k) % v->offices] +=
                p->world->population[i] / spread;
    }
out:
    return st;
}

uint16_t
inc_people_home(const struct inc_people *p, struct inc_rng *r,
                const char **office)
{
    uint16_t comune = (uint16_t)inc_draw_one(&p->comune, r);
    const struct inc_province *v = &p->province[p->province_of[comune]];
    uint32_t first, spread;

    served_by(p, comune, &first, &spread);
    *office = p->office[v->first_office +
                        (first + inc_rng_below(r, spread)) % v->offices];
    return comune;
}

/* Numbers 0..n-1 from a random start on until their populations reach what is
 * wanted, each at most a little over it. */
static uint32_t
collect(uint32_t *out, const uint64_t *size, uint32_t n, uint64_t wanted,
        struct inc_rng *r)
{
    uint32_t at = inc_rng_below(r, n), used = 0;
    uint64_t sum = 0;

    for (uint32_t i = 0; i < n && sum * 10 < wanted * 9; i++) {
        uint32_t k = (at + i) % n;
        if (sum + size[k] > wanted + wanted / 5)
            continue;
        sum += size[k];
        out[used++] = k;
    }
    if (used > 0)
        return used;
    for (uint32_t k = 0; k < n; k++) /* nothing is that small: the smallest */
        if (size[k] > 0 && (sum == 0 || size[k] < sum)) {
            sum = size[k];
            out[0] = k;
        }
    return 1;
}

enum inc_status
inc_people_filter(const struct inc_people *p, uint64_t no,
                  uint32_t permille_x10, struct inc_filters *out,
                  struct inc_arena *a, struct inc_err *err)
{
    int by_province = permille_x10 >= 100;
    uint32_t n = by_province ? p->n_provinces : p->n_offices, used;
    uint64_t *size = inc_arena_array(a, n, sizeof *size), all = 0;
    uint32_t *list = inc_arena_array(a, n, sizeof *list);
    const char **names = inc_arena_array(a, n, sizeof *names);
    struct inc_rng r = inc_people_rng(p, 3, no);
    int bit;

    *out = (struct inc_filters){0};
    if (size == NULL || list == NULL || names == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "a filter");
    for (uint32_t i = 0; i < n; i++) {
        size[i] =
            by_province ? p->province[i].population : p->office_population[i];
        all += size[i];
    }
    used = collect(list, size, n, all * permille_x10 / 10000, &r);
    for (uint32_t i = 0; i < used; i++)
        names[i] =
            by_province ? p->province[list[i]].sigla : p->office[list[i]];
    if (by_province) {
        out->provinces = names;
        out->n_provinces = used;
    } else {
        out->offices = names;
        out->n_offices = used;
    }
    bit = inc_field_index(&inc_filters_type,
                          by_province ? "provinces" : "offices");
    out->has |= UINT64_C(1) << bit;
    return INC_OK;
}
