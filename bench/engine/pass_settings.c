/* pass_settings.c - the command line of `pass`. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/engine/pass.h"

static const char usage[] =
    "pass [OPTIONS]: the pass over a pool in memory, one thread, no daemon\n"
    "  --esco DIR | --sample     taxonomy (the shipped sample)\n"
    "  --comuni FILE             (DIR/../comuni.tsv, else the sample's)\n"
    "  --space FILE              artefact of incrocio-offline; else trained\n"
    "  --people N                (100000)\n"
    "  --pool realistic|uniform|shared|wide|identical|empty\n"
    "  --skills N --implied PERCENT --seed N    of the people (20, 0, 1)\n"
    "  --needs N                 of each setup (64)\n"
    "  --rounds N                (5)\n"
    "  --kernel NAME             (the machine's best)\n"
    "  --explain                 explain the k best, as the service does\n"
    "  --vectors FILE            write one vector a person, and FILE.needs\n"
    "  --driven                  a round for each line 'round' on stdin\n"
    "Lists, separated by commas, all crossed:\n"
    "  --requirements 12,30  --filter none,10,1,0.1  --batch 1,8,64\n"
    "  --k 10  --place yes,no\n";

static const struct option options[] = {
    {"esco", required_argument, NULL, 'e'},
    {"sample", no_argument, NULL, 'x'},
    {"comuni", required_argument, NULL, 'c'},
    {"space", required_argument, NULL, 'a'},
    {"people", required_argument, NULL, 'n'},
    {"pool", required_argument, NULL, 'p'},
    {"skills", required_argument, NULL, 's'},
    {"implied", required_argument, NULL, 'i'},
    {"seed", required_argument, NULL, 'd'},
    {"needs", required_argument, NULL, 'm'},
    {"rounds", required_argument, NULL, 'r'},
    {"kernel", required_argument, NULL, 'l'},
    {"explain", no_argument, NULL, 't'},
    {"vectors", required_argument, NULL, 'v'},
    {"driven", no_argument, NULL, 'g'},
    {"requirements", required_argument, NULL, 'q'},
    {"filter", required_argument, NULL, 'f'},
    {"batch", required_argument, NULL, 'b'},
    {"k", required_argument, NULL, 'k'},
    {"place", required_argument, NULL, 'w'},
    {NULL, 0, NULL, 0}};

static int
bad(const char *what)
{
    (void)fprintf(stderr, "pass: %s\n\n%s", what, usage);
    return 2;
}

static int
whole(uint64_t *out, uint64_t lo, uint64_t hi, const char *what)
{
    char *end;

    *out = strtoull(optarg, &end, 10);
    return *end == '\0' && *out >= lo && *out <= hi ? 0 : bad(what);
}

static int
small(uint32_t *out, uint32_t lo, uint32_t hi, const char *what)
{
    uint64_t n;
    int rc = whole(&n, lo, hi, what);

    *out = (uint32_t)n;
    return rc;
}

typedef int one_fn(uint32_t *out, const char *text);

static int
a_number(uint32_t *out, const char *text)
{
    char *end;

    *out = (uint32_t)strtoul(text, &end, 10);
    return *end == '\0' && *out >= 1 && *out <= 1000 ? 0 : -1;
}

static int
a_share(uint32_t *out, const char *text)
{
    char *end;
    double percent;

    *out = INC_PASS_EVERYBODY;
    if (strcmp(text, "none") == 0)
        return 0;
    percent = strtod(text, &end);
    if (*end != '\0' || !(percent >= 0.01 && percent < 100))
        return -1;
    *out = (uint32_t)(percent * 100 + 0.5);
    return 0;
}

static int
yes_no(uint32_t *out, const char *text)
{
    *out = strcmp(text, "yes") == 0;
    return *out || strcmp(text, "no") == 0 ? 0 : -1;
}

/* A list of values between commas; optarg is taken apart. */
static int
list(uint32_t out[INC_PASS_LIST], uint32_t *n, one_fn *one, const char *what)
{
    char *rest = NULL;

    *n = 0;
    for (char *t = strtok_r(optarg, ",", &rest); t != NULL;
         t = strtok_r(NULL, ",", &rest))
        if (*n == INC_PASS_LIST || one(&out[(*n)++], t) != 0)
            return bad(what);
    return *n > 0 ? 0 : bad(what);
}

static int
pool_kind(struct inc_pass_settings *s)
{
    for (int i = 0; inc_people_kind_names[i] != NULL; i++)
        if (strcmp(inc_people_kind_names[i], optarg) == 0) {
            s->people.kind = (enum inc_people_kind)i;
            return 0;
        }
    return bad("--pool is realistic, uniform, shared, wide, identical, empty");
}

static int
take_list(struct inc_pass_settings *s, int option)
{
    switch (option) {
    case 'q':
        return list(s->requirements, &s->n_requirements, a_number,
                    "--requirements are numbers from 1 to 128");
    case 'f':
        return list(s->filter, &s->n_filter, a_share,
                    "--filter takes none, or percent from 0.01 to 99");
    case 'b':
        return list(s->batch, &s->n_batch, a_number,
                    "--batch takes numbers from 1 to 1000");
    case 'k':
        return list(s->k, &s->n_k, a_number,
                    "--k takes numbers from 1 to 1000");
    case 'w':
        return list(s->place, &s->n_place, yes_no, "--place takes yes and no");
    default:
        return bad("no such option");
    }
}

static int
take(struct inc_pass_settings *s, int option)
{
    switch (option) {
    case 'e':
        s->world.esco = optarg;
        return 0;
    case 'x':
        s->world.esco = NULL;
        return 0;
    case 'c':
        s->world.comuni = optarg;
        return 0;
    case 'a':
        s->world.space = optarg;
        return 0;
    case 'n':
        return whole(&s->count, 1, 100000000, "--people is 1 to 100,000,000");
    case 'p':
        return pool_kind(s);
    case 's':
        return small(&s->people.skills, 1, 100, "--skills is 1 to 100");
    case 'i':
        return small(&s->people.implied, 0, 100, "--implied is 0 to 100");
    case 'd':
        return whole(&s->people.seed, 0, UINT64_MAX, "--seed is a number");
    case 'm':
        return small(&s->needs, 1, 10000, "--needs is 1 to 10,000");
    case 'r':
        return small(&s->rounds, 1, 10000, "--rounds is 1 to 10,000");
    case 'l':
        s->kernel = optarg;
        return 0;
    case 't':
        s->explain = 1;
        return 0;
    case 'v':
        s->vectors = optarg;
        return 0;
    case 'g':
        s->driven = 1;
        return 0;
    default:
        return take_list(s, option);
    }
}

int
inc_pass_settings_read(struct inc_pass_settings *s, int argc, char **argv)
{
    int option, rc = 0;

    *s = (struct inc_pass_settings){.people = {.seed = 1},
                                    .count = 100000,
                                    .needs = 64,
                                    .rounds = 5,
                                    .requirements = {12, 30},
                                    .n_requirements = 2,
                                    .filter = {INC_PASS_EVERYBODY},
                                    .n_filter = 1,
                                    .batch = {1},
                                    .n_batch = 1,
                                    .k = {10},
                                    .n_k = 1,
                                    .place = {1},
                                    .n_place = 1};
    while (rc == 0 &&
           /* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
           (option = getopt_long(argc, argv, "", options, NULL)) != -1)
        rc = take(s, option);
    if (rc == 0 && optind != argc)
        rc = bad("there are no arguments but options");
    for (uint32_t i = 0; i < s->n_requirements; i++)
        if (s->requirements[i] > INC_REQUIREMENTS_MAX)
            rc = bad("--requirements are numbers from 1 to 128");
    return rc;
}
