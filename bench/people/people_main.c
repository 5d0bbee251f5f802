/* people_main.c - seeded people and needs as JSON lines for `incrocio import`,
 * and what a pool of them looks like. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/people/people.h"
#include "bench/people/summary.h"
#include "clients/cli/json.h"
#include "proto/writer.h"

static const char usage[] =
    "people people|needs|summary [OPTIONS]\n"
    "  people    JSON lines for: incrocio import candidates FILE\n"
    "  needs     JSON lines for: incrocio import needs FILE\n"
    "  summary   figures of the pool as JSON lines, in words on stderr\n"
    "  --esco DIR | --sample     taxonomy (the shipped sample)\n"
    "  --comuni FILE             (DIR/../comuni.tsv, else the sample's)\n"
    "  --count N                 records (1000)\n"
    "  --first N                 number of the first (1)\n"
    "  --seed N                  (1)\n"
    "  --pool realistic|uniform|shared|wide|identical|empty\n"
    "  --skills N                stated skills on average, 1..100 (20)\n"
    "  --implied PERCENT         people whose occupations are listed (0)\n"
    "  --requirements N          of a need, 1..128 (12)\n"
    "  --place yes|no            needs with comune and hours (yes)\n";

struct wanted {
    struct inc_bench_world_options world;
    struct inc_people_options people;
    struct inc_people_ask ask;
    uint64_t count, first;
};

static int
bad(const char *option, const char *value)
{
    (void)fprintf(stderr, "people: --%s cannot be %s\n\n%s", option, value,
                  usage);
    return -1;
}

static int
pool_kind(struct wanted *w, const char *name)
{
    for (int i = 0; inc_people_kind_names[i] != NULL; i++)
        if (strcmp(inc_people_kind_names[i], name) == 0) {
            w->people.kind = (enum inc_people_kind)i;
            return 0;
        }
    return bad("pool", name);
}

static const struct option options[] = {
    {"esco", required_argument, NULL, 'e'},
    {"sample", no_argument, NULL, 'x'},
    {"comuni", required_argument, NULL, 'c'},
    {"count", required_argument, NULL, 'n'},
    {"first", required_argument, NULL, 'f'},
    {"seed", required_argument, NULL, 's'},
    {"pool", required_argument, NULL, 'p'},
    {"skills", required_argument, NULL, 'k'},
    {"implied", required_argument, NULL, 'i'},
    {"requirements", required_argument, NULL, 'r'},
    {"place", required_argument, NULL, 'w'},
    {NULL, 0, NULL, 0}};

static int
in_range(uint64_t n, uint64_t lo, uint64_t hi, const char *option)
{
    return n >= lo && n <= hi ? 0 : bad(option, optarg);
}

static int
take(struct wanted *w, int option)
{
    const char *text = optarg == NULL ? "" : optarg;
    uint64_t n = strtoull(text, NULL, 10);

    switch (option) {
    case 'e':
        w->world.esco = text;
        return 0;
    case 'x':
        w->world.esco = NULL;
        return 0;
    case 'c':
        w->world.comuni = text;
        return 0;
    case 'n':
        w->count = n;
        return 0;
    case 'f':
        w->first = n;
        return in_range(n, 1, UINT64_MAX, "first");
    case 's':
        w->people.seed = n;
        return 0;
    case 'p':
        return pool_kind(w, text);
    case 'k':
        w->people.skills = (uint32_t)n;
        return in_range(n, 1, 100, "skills");
    case 'i':
        w->people.implied = (uint32_t)n;
        return in_range(n, 0, 100, "implied");
    case 'r':
        w->ask.requirements = (uint32_t)n;
        return in_range(n, 1, INC_REQUIREMENTS_MAX, "requirements");
    case 'w':
        w->ask.place = strcmp(text, "yes") == 0;
        return w->ask.place || strcmp(text, "no") == 0 ? 0 : bad("place", text);
    default:
        (void)fputs(usage, stderr);
        return -1;
    }
}

/* One record as a line: through msgpack, so that the tables of the engine
 * alone say how a record is written. */
static enum inc_status
line(struct inc_buf *packed, struct inc_buf *text, const struct inc_type *type,
     const void *record, struct inc_err *err)
{
    const struct inc_frame_limits limits = {
        .bytes = 4 << 20, .objects = 1 << 20, .depth = 16};
    struct inc_frame *frame = NULL;
    struct inc_writer w;
    enum inc_status st;

    inc_buf_reset(packed);
    inc_buf_reset(text);
    inc_writer_init(&w, packed);
    inc_schema_encode(&w, type, record);
    if (packed->failed)
        return inc_fail(err, INC_E_NOMEM, 0, "a record's bytes");
    st = inc_frame_open(&frame, packed->data, packed->len, &limits, err);
    if (st != INC_OK)
        return st;
    inc_json_node(text, inc_frame_root(frame), NULL);
    inc_frame_close(frame);
    inc_buf_text(text, "\n");
    if (text->failed || fwrite(text->data, 1, text->len, stdout) != text->len)
        return inc_fail(err, INC_E_IO, 0, "writing the records");
    return INC_OK;
}

static enum inc_status
write_records(const struct wanted *w, const struct inc_people *p, int needs,
              struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_arena a = {0};
    struct inc_buf packed = {0}, text = {0};

    INC_TRY(inc_arena_init(&a, INC_PEOPLE_ROOM));
    for (uint64_t no = w->first; no < w->first + w->count; no++) {
        struct inc_candidate c;
        struct inc_need n;

        inc_arena_reset(&a);
        if (needs) {
            INC_TRY(inc_people_need(p, no, &w->ask, &n, &a, err));
            INC_TRY(line(&packed, &text, &inc_need_type, &n, err));
        } else {
            INC_TRY(inc_people_draw(p, no, &c, &a, err));
            INC_TRY(line(&packed, &text, &inc_candidate_type, &c, err));
        }
    }
    if (fflush(stdout) != 0)
        st = inc_fail(err, INC_E_IO, 0, "writing the records");
out:
    inc_buf_release(&packed);
    inc_buf_release(&text);
    inc_arena_release(&a);
    return st;
}

static enum inc_status
run(const struct wanted *w, const char *command, struct inc_err *err)
{
    struct inc_bench_world world;
    struct inc_people *p = NULL;
    enum inc_status st = INC_OK;

    st = inc_bench_world_open(&world, &w->world, err);
    if (st != INC_OK)
        return st;
    INC_TRY(inc_people_open(&p, &world, &w->people, err));
    if (strcmp(command, "summary") == 0)
        st = inc_people_summary(p, w->first, w->count, err);
    else
        st = write_records(w, p, strcmp(command, "needs") == 0, err);
out:
    inc_people_close(p);
    inc_bench_world_close(&world);
    return st;
}

int
main(int argc, char **argv)
{
    /* No vector is looked at here: the smallest space does. */
    struct wanted w = {.world = {.dim = 16},
                       .people = {.seed = 1},
                       .ask = {.requirements = 12, .place = 1},
                       .count = 1000,
                       .first = 1};
    struct inc_err err;
    int option;

    inc_err_clear(&err);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (take(&w, option) != 0)
            return 2;
    if (optind != argc - 1 || (strcmp(argv[optind], "people") != 0 &&
                               strcmp(argv[optind], "needs") != 0 &&
                               strcmp(argv[optind], "summary") != 0)) {
        (void)fputs(usage, stderr);
        return 2;
    }
    if (run(&w, argv[optind], &err) != INC_OK)
        return inc_bench_complain("people", &err);
    return 0;
}
