#include "bench/load/options.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum option {
#define INC_X(name, spelt, value, fallback, doc) OPT_##name,
#include "bench/load/options.def"
#undef INC_X
    OPT_COUNT
};

static const struct {
    const char *name, *value, *fallback, *doc;
} table[OPT_COUNT] = {
#define INC_X(name, spelt, value, fallback, doc) {spelt, value, fallback, doc},
#include "bench/load/options.def"
#undef INC_X
};

void
inc_load_help(FILE *to)
{
    (void)fputs("load [OPTIONS]: put load on a running incrociod and print its "
                "figures as JSON lines.\n\nOptions:\n",
                to);
    for (size_t i = 0; i < OPT_COUNT; i++) {
        char name[40];
        (void)snprintf(name, sizeof name, "--%s %s", table[i].name,
                       table[i].value);
        (void)fprintf(to, "  %-23s %s", name, table[i].doc);
        if (table[i].fallback[0] != '\0')
            (void)fprintf(to, " (default %s)", table[i].fallback);
        (void)fputc('\n', to);
    }
    (void)fputs("\nKinds:\n", to);
    inc_asks_print(to);
    (void)fputs("\nExit: 0 measured, 1 usage, 5 the daemon did not answer.\n",
                to);
}

static enum inc_status
bad(struct inc_err *err, enum option option, const char *text, const char *hint)
{
    (void)inc_fail(err, INC_E_CONFIG, 0, "--%s \"%s\" cannot be used",
                   table[option].name, text);
    inc_err_hint(err, "%s", hint);
    return INC_E_CONFIG;
}

static enum inc_status
real(double *out, enum option option, const char *text, double low, double high,
     struct inc_err *err)
{
    char *end = NULL, hint[80];
    double v = strtod(text, &end);

    if (end == text || *end != '\0' || !isfinite(v) || v < low || v > high) {
        (void)snprintf(hint, sizeof hint, "a number from %g to %g", low, high);
        return bad(err, option, text, hint);
    }
    *out = v;
    return INC_OK;
}

static enum inc_status
whole(unsigned *out, enum option option, const char *text, unsigned low,
      unsigned high, struct inc_err *err)
{
    double v = 0;
    enum inc_status st = real(&v, option, text, low, high, err);

    if (st == INC_OK && v != floor(v))
        return bad(err, option, text, "a whole number");
    if (st == INC_OK)
        *out = (unsigned)v;
    return st;
}

static enum inc_status
set_number(struct inc_load_options *o, enum option option, const char *text,
           struct inc_err *err)
{
    struct inc_load_plan *p = &o->plan;
    unsigned n = 0;
    enum inc_status st;

    switch ((int)option) {
    case OPT_RATE:
        return real(&p->rate, option, text, 0.01, 1e6, err);
    case OPT_CLIENTS:
        return whole(&p->clients, option, text, 1, INC_LOAD_CLIENTS_MAX, err);
    case OPT_DEPTH:
        return whole(&p->depth, option, text, 1, INC_LOAD_DEPTH_MAX, err);
    case OPT_PLACES:
        return whole(&p->places, option, text, 1, INC_LOAD_PLACES_MAX, err);
    case OPT_THREADS:
        return whole(&p->threads, option, text, 1, INC_LOAD_THREADS_MAX, err);
    case OPT_SECONDS:
        return real(&p->seconds, option, text, 0.05, INC_LOAD_SECONDS_MAX, err);
    case OPT_WARMUP:
        return real(&p->warmup, option, text, 0, INC_LOAD_GRACE_MAX, err);
    case OPT_GRACE:
        return real(&p->grace, option, text, 0, INC_LOAD_GRACE_MAX, err);
    case OPT_RECORDS:
        return whole(&o->ask.records, option, text, 1, 100000, err);
    case OPT_SEED:
        st = whole(&n, option, text, 0, 4000000000U, err);
        p->seed = n;
        return st;
    default:
        st = whole(&n, option, text, 1, 1000, err);
        o->ask.k = n;
        return st;
    }
}

static enum inc_status
set(struct inc_load_options *o, enum option option, const char *text,
    struct inc_err *err)
{
    switch ((int)option) {
    case OPT_ENDPOINT:
        if (strlen(text) >= sizeof o->endpoint)
            return bad(err, option, text, "a shorter address");
        (void)snprintf(o->endpoint, sizeof o->endpoint, "%s", text);
        break;
    case OPT_MIX:
        o->mix = text;
        break;
    case OPT_FIXED:
        o->plan.fixed = 1;
        break;
    case OPT_NO_EXPLAIN:
        o->ask.no_explain = 1;
        break;
    case OPT_FILTERS:
        o->ask.filters = text;
        break;
    case OPT_RULES:
        o->ask.rules = text;
        break;
    case OPT_WRITES:
        o->writes = 1;
        break;
    case OPT_TIMELINE:
        o->timeline = 1;
        break;
    case OPT_HELP:
        o->help = 1;
        break;
    default:
        return set_number(o, option, text, err);
    }
    return INC_OK;
}

/* The option that argv[*i] spells, and its value; *i goes to the last word
 * that was used. */
static enum inc_status
read_one(enum option *option, const char **value, int argc, char **argv, int *i,
         struct inc_err *err)
{
    const char *word = argv[*i];
    size_t len = strcspn(word, "=");

    for (int k = 0; k < OPT_COUNT; k++) {
        if (strncmp(word, "--", 2) != 0 || strlen(table[k].name) + 2 != len ||
            strncmp(word + 2, table[k].name, len - 2) != 0)
            continue;
        *option = (enum option)k;
        *value = word[len] == '=' ? word + len + 1 : NULL;
        if (table[k].value[0] == '\0' && *value != NULL)
            return inc_fail(err, INC_E_CONFIG, 0, "%s takes no value", word);
        if (table[k].value[0] != '\0' && *value == NULL) {
            if (*i + 1 >= argc)
                return inc_fail(err, INC_E_CONFIG, 0, "%s wants a value", word);
            *value = argv[++*i];
        }
        return INC_OK;
    }
    (void)inc_fail(err, INC_E_CONFIG, 0, "no such option: %.60s", word);
    inc_err_hint(err, "--help lists them");
    return INC_E_CONFIG;
}

enum inc_status
inc_load_options(struct inc_load_options *o, int argc, char **argv,
                 struct inc_err *err)
{
    *o = (struct inc_load_options){.plan = {.clients = 8,
                                            .depth = 1,
                                            .places = 4096,
                                            .threads = 1,
                                            .seconds = 10,
                                            .warmup = 1,
                                            .grace = 5,
                                            .seed = 1},
                                   .ask = {.k = 10, .records = 1000},
                                   .mix = "match.people"};
    inc_client_endpoint(o->endpoint);
    for (int i = 1; i < argc; i++) {
        enum option option = OPT_COUNT;
        const char *value = NULL;
        enum inc_status st = read_one(&option, &value, argc, argv, &i, err);

        if (st == INC_OK)
            st = set(o, option, value == NULL ? "" : value, err);
        if (st != INC_OK)
            return st;
    }
    o->plan.endpoint = o->endpoint;
    if (o->plan.threads > o->plan.clients)
        return inc_fail(err, INC_E_CONFIG, 0,
                        "--threads is more than --clients: a thread without a "
                        "connection has nothing to do");
    if (o->plan.threads > o->plan.places)
        return inc_fail(err, INC_E_CONFIG, 0,
                        "--places is less than --threads");
    if (o->plan.clients * o->plan.depth > INC_LOAD_PLACES_MAX)
        return inc_fail(err, INC_E_CONFIG, 0,
                        "--clients times --depth is over %d",
                        INC_LOAD_PLACES_MAX);
    return INC_OK;
}
