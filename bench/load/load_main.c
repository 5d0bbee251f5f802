/* load - load on a running incrociod. See bench/README.md. */
#include <stdio.h>
#include <sys/resource.h>

#include "bench/load/report.h"
#include "engine/base/clock.h"
#include "engine/base/hash.h"

enum { EXIT_USAGE = 1, EXIT_TROUBLE = 5 };

static int
complain(const struct inc_err *err)
{
    (void)fprintf(stderr, "load: %s%s%s%s\n", err->what,
                  err->where[0] != '\0' ? " at " : "", err->where,
                  err->what[0] != '\0' ? "" : inc_status_text(err->status));
    if (err->hint[0] != '\0')
        (void)fprintf(stderr, "      %s\n", err->hint);
    return err->status == INC_E_CONFIG ? EXIT_USAGE : EXIT_TROUBLE;
}

/* All threads of the process, ZeroMQ's own too. */
static double
cpu_seconds(void)
{
    struct rusage u;

    (void)getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static enum inc_status
fill(struct inc_mix *mix, const struct inc_load_options *o, struct inc_err *err)
{
    struct inc_client *client = NULL;
    enum inc_status st = inc_client_open(&client, o->endpoint, NULL, err);

    if (st == INC_OK)
        st = inc_mix_fill(mix, client, &o->ask, err);
    inc_client_close(client);
    return st;
}

static enum inc_status
measure(const struct inc_load_options *o, const struct inc_mix *mix,
        struct inc_err *err)
{
    struct inc_load_result *r = NULL;
    double cpu = cpu_seconds();
    uint64_t begin = inc_clock_ns();
    enum inc_status st = inc_load_run(&r, &o->plan, mix, err);
    double wall = (double)(inc_clock_ns() - begin) / 1e9;

    if (st != INC_OK)
        return st;
    cpu = cpu_seconds() - cpu;
    inc_load_print(o, r, cpu, wall);
    inc_load_tell(o, r, cpu, wall);
    if (r->n.answered == 0)
        st = inc_fail(err, INC_E_IO, 0, "not one request was answered well");
    inc_load_release(r);
    return st;
}

int
main(int argc, char **argv)
{
    struct inc_load_options o;
    struct inc_mix mix = {0};
    struct inc_err err;
    enum inc_status st;

    inc_err_clear(&err);
    if (inc_hash_start() != 0)
        return EXIT_TROUBLE;
    st = inc_load_options(&o, argc, argv, &err);
    if (st == INC_OK && o.help) {
        inc_load_help(stdout);
        return 0;
    }
    if (st == INC_OK)
        st = inc_mix_parse(&mix, o.mix, &err);
    if (st == INC_OK && mix.writes && !o.writes) {
        st = inc_fail(&err, INC_E_CONFIG, 0, "--mix %.80s changes the store",
                      o.mix);
        inc_err_hint(&err, "add --writes if this daemon's data may change");
    }
    if (st == INC_OK)
        st = fill(&mix, &o, &err);
    if (st == INC_OK)
        st = measure(&o, &mix, &err);
    inc_mix_release(&mix);
    return st == INC_OK ? 0 : complain(&err);
}
