#include "bench/people/summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/figure/figure.h"
#include "bench/people/inside.h"
#include "engine/base/clock.h"
#include "engine/base/mem.h"

enum { TOP = 10 };

struct tally {
    const struct inc_people *p;
    uint64_t people, mentions, sizes[INC_SKILLS_MAX + 2];
    uint64_t *skill, *occupation; /* [concepts] how often */
    uint64_t *province;           /* [p->n_provinces] */
    uint64_t jobs, held, languages, education, licences, homes, hours, cars;
    uint64_t ns;
};

static void
count(struct tally *t, const struct inc_candidate *c)
{
    const struct inc_taxonomy *x = t->p->taxonomy;

    t->people++;
    t->sizes[c->n_skills]++;
    t->mentions += c->n_skills;
    for (uint32_t i = 0; i < c->n_skills; i++)
        t->skill[inc_concept_find(x, INC_PILLAR_SKILL, c->skills[i].uri,
                                  strlen(c->skills[i].uri))]++;
    for (uint32_t i = 0; i < c->preferences.n_occupations; i++) {
        const char *uri = c->preferences.occupations[i];
        t->occupation[inc_concept_find(x, INC_PILLAR_OCCUPATION, uri,
                                       strlen(uri))]++;
        t->jobs++;
    }
    t->held += c->n_occupations > 0;
    t->languages += c->n_languages > 0;
    t->education += c->n_education > 0;
    t->licences += c->n_licences > 0;
    t->hours += c->availability.n_windows > 0;
    t->cars += c->mobility.car != 0;
    if (c->home != NULL) {
        uint16_t home = inc_geo_find(t->p->geo, c->home, strlen(c->home));
        t->homes++;
        t->province[t->p->province_of[home]]++;
    }
}

static int
descending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

/* The shares of the TOP commonest, and how many occur at all. Sorts. */
static void
popularity(const char *what, uint64_t *counts, uint32_t n, uint64_t all)
{
    struct inc_samples shares = {0};
    uint64_t sum = 0, tenth = 0;
    uint32_t distinct = 0;
    char name[64];

    qsort(counts, n, sizeof *counts, descending);
    for (uint32_t i = 0; i < n; i++) {
        distinct += counts[i] > 0;
        sum += counts[i];
        if (i < (n + 9) / 10)
            tenth = sum;
        if (i < TOP)
            inc_samples_add(&shares,
                            all == 0 ? 0 : (double)counts[i] / (double)all);
    }
    (void)snprintf(name, sizeof name, "people.%s.top", what);
    inc_figure_print(name, "ratio", &shares, "\"of\":%u,\"distinct\":%u", n,
                     distinct);
    (void)snprintf(name, sizeof name, "people.%s.commonest_tenth", what);
    inc_figure_one(name, "ratio", sum == 0 ? 0 : (double)tenth / (double)sum,
                   "\"of\":%u", n);
    (void)fprintf(stderr,
                  "%s: %u of %u occur; the commonest is %.2f %% of people or "
                  "mentions, the commonest tenth %.1f %%\n",
                  what, distinct, n, 100 * inc_samples_quantile(&shares, 1),
                  sum == 0 ? 0 : 100 * (double)tenth / (double)sum);
    inc_samples_release(&shares);
}

static uint32_t
size_at(const struct tally *t, uint64_t rank)
{
    uint64_t seen = 0;

    for (uint32_t i = 0; i <= INC_SKILLS_MAX; i++) {
        seen += t->sizes[i];
        if (seen > rank)
            return i;
    }
    return INC_SKILLS_MAX;
}

static void
print(struct tally *t)
{
    static const unsigned percent[] = {0, 10, 50, 90, 99};
    struct inc_samples sizes = {0};
    double n = t->people == 0 ? 1 : (double)t->people;

    for (size_t i = 0; i < INC_COUNT(percent); i++)
        inc_samples_add(&sizes, size_at(t, t->people * percent[i] / 100));
    inc_samples_add(&sizes, size_at(t, t->people - 1));
    inc_figure_print("people.skills", "count", &sizes,
                     "\"quantiles\":[0,0.1,0.5,0.9,0.99,1],\"mean\":%.3f",
                     (double)t->mentions / n);
    (void)fprintf(stderr,
                  "%" PRIu64 " people, %.2f skills each (least %.0f, median "
                  "%.0f, most %.0f), %.2f occupations; %.0f drawn a second\n",
                  t->people, (double)t->mentions / n, sizes.at[0], sizes.at[2],
                  sizes.at[5], (double)t->jobs / n,
                  t->ns == 0 ? 0 : n * 1e9 / (double)t->ns);
    popularity("skill", t->skill, t->p->n_skills, t->people);
    popularity("occupation", t->occupation, t->p->n_occupations, t->people);
    popularity("province", t->province, t->p->n_provinces, t->people);
    inc_figure_one("people.occupations", "count", (double)t->jobs / n, "%s",
                   "");
    (void)fprintf(stderr,
                  "known: home %.1f %%, languages %.1f %%, education %.1f %%, "
                  "licences %.1f %%, hours %.1f %%; a car %.1f %%; "
                  "occupations listed %.1f %%; %u offices\n",
                  100 * (double)t->homes / n, 100 * (double)t->languages / n,
                  100 * (double)t->education / n, 100 * (double)t->licences / n,
                  100 * (double)t->hours / n, 100 * (double)t->cars / n,
                  100 * (double)t->held / n, t->p->n_offices);
    inc_figure_one("people.drawn", "1/s",
                   t->ns == 0 ? 0 : n * 1e9 / (double)t->ns, "%s", "");
    inc_samples_release(&sizes);
}

enum inc_status
inc_people_summary(const struct inc_people *p, uint64_t first, uint64_t count_,
                   struct inc_err *err)
{
    struct tally *t = inc_mem_zero(1, sizeof *t);
    struct inc_arena a = {0};
    enum inc_status st = INC_OK;

    if (t == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "summary");
    t->p = p;
    t->skill = inc_mem_zero(p->n_skills, sizeof *t->skill);
    t->occupation = inc_mem_zero(p->n_occupations, sizeof *t->occupation);
    t->province = inc_mem_zero(p->n_provinces, sizeof *t->province);
    if (t->skill == NULL || t->occupation == NULL || t->province == NULL ||
        inc_arena_init(&a, INC_PEOPLE_ROOM) != INC_OK) {
        st = inc_fail(err, INC_E_NOMEM, 0, "summary");
        goto out;
    }
    for (uint64_t no = first; no < first + count_; no++) {
        struct inc_candidate c;
        uint64_t start = inc_clock_ns();

        inc_arena_reset(&a);
        INC_TRY(inc_people_draw(p, no, &c, &a, err));
        t->ns += inc_clock_ns() - start;
        count(t, &c);
    }
    print(t);
out:
    inc_arena_release(&a);
    inc_mem_free(t->skill);
    inc_mem_free(t->occupation);
    inc_mem_free(t->province);
    inc_mem_free(t);
    return st;
}
