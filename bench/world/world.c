#include "bench/world/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/csv.h"
#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/kernels/panel.h"
#include "engine/train/train.h"

enum { COMUNI_BYTES = 16 << 20 };

static uint64_t
number(const char *text, size_t len)
{
    uint64_t n = 0;

    for (size_t i = 0; i < len && text[i] >= '0' && text[i] <= '9'; i++)
        n = n * 10 + (uint64_t)(text[i] - '0');
    return n;
}

/* The column `pop` of the comuni file, which the engine itself has no use for;
 * without it every comune counts alike. */
static enum inc_status
read_populations(uint64_t *out, const struct inc_geo *g, const char *path,
                 struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_buf b = {0};
    struct inc_csv *c = NULL;
    int istat = -1, pop, more = 1;

    for (uint16_t i = 0; i < inc_geo_count(g); i++)
        out[i] = 1;
    INC_TRY(inc_file_read(&b, path, COMUNI_BYTES, err));
    INC_TRY(inc_csv_open(&c, path, b.data, b.len, INC_CSV_TAB, err));
    INC_TRY(inc_csv_need(c, &istat, "istat", err));
    pop = inc_csv_column(c, "pop");
    while (pop >= 0) {
        const char *code, *people;
        size_t code_len, people_len;
        uint16_t id;

        INC_TRY(inc_csv_next(c, &more, err));
        if (!more)
            break;
        code = inc_csv_field(c, istat, &code_len);
        people = inc_csv_field(c, pop, &people_len);
        id = inc_geo_find(g, code, code_len);
        if (id != INC_NO_COMUNE)
            out[id] += number(people, people_len);
    }
out:
    inc_csv_close(c);
    inc_buf_release(&b);
    return st;
}

static enum inc_status
train(struct inc_space **out, const struct inc_taxonomy *t, uint32_t dim,
      struct inc_err *err)
{
    const struct inc_train_options o = {.dim = dim, .power = 4, .seed = 1};
    char path[] = "/tmp/incrocio-bench-XXXXXX";
    enum inc_status st;
    int fd = mkstemp(path);

    if (fd < 0)
        return inc_fail(err, INC_E_IO, 0, "no temporary file for the space");
    (void)close(fd);
    (void)fprintf(stderr, "training a space (give --space to skip this)\n");
    st = inc_train_run(path, t, &o, NULL, err);
    if (st == INC_OK)
        st = inc_space_load(out, path, t, err);
    (void)unlink(path);
    return st;
}

/* Where the comuni are when nobody says: beside the ESCO folder, or the
 * sample's. */
static const char *
comuni_path(char *room, size_t size, const struct inc_bench_world_options *o)
{
    if (o->comuni != NULL)
        return o->comuni;
    (void)snprintf(room, size, "%s/../comuni.tsv",
                   o->esco == NULL ? "" : o->esco);
    if (o->esco != NULL && access(room, R_OK) == 0)
        return room;
    return INC_BENCH_SAMPLE "/comuni.tsv";
}

enum inc_status
inc_bench_world_open(struct inc_bench_world *w,
                     const struct inc_bench_world_options *o,
                     struct inc_err *err)
{
    const struct inc_taxonomy_options taxonomy = {
        .dir = o->esco == NULL ? INC_BENCH_SAMPLE : o->esco};
    struct inc_taxonomy *t = NULL;
    struct inc_space *space = NULL;
    struct inc_geo *geo = NULL;
    char room[512];
    const char *comuni = comuni_path(room, sizeof room, o), *core;
    enum inc_status st = INC_OK;

    memset(w, 0, sizeof *w);
    if (inc_hash_start() != 0)
        return inc_fail(err, INC_E_BUG, 0, "libsodium does not start");
    INC_TRY(inc_panel_start(&core, err));
    INC_TRY(inc_taxonomy_load(&t, &taxonomy, err));
    INC_TRY(inc_geo_load(&geo, comuni, err));
    w->population = inc_mem_zero(inc_geo_count(geo), sizeof *w->population);
    if (w->population == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "populations");
        goto out;
    }
    INC_TRY(read_populations(w->population, geo, comuni, err));
    if (o->space != NULL)
        INC_TRY(inc_space_load(&space, o->space, t, err));
    else
        INC_TRY(train(&space, t, o->dim, err));
    st = inc_estate_from(&w->estate, t, space, geo, NULL, err);
    t = NULL; /* taken over, also on failure */
    space = NULL;
    geo = NULL;
out:
    inc_taxonomy_free(t);
    inc_space_free(space);
    inc_geo_free(geo);
    if (st != INC_OK)
        inc_bench_world_close(w);
    return st;
}

void
inc_bench_world_close(struct inc_bench_world *w)
{
    inc_estate_drop(w->estate);
    inc_mem_free(w->population);
    memset(w, 0, sizeof *w);
}

int
inc_bench_complain(const char *program, const struct inc_err *err)
{
    (void)fprintf(stderr, "%s: %s%s%s%s%s\n", program, err->what,
                  err->where[0] != '\0' ? ", at " : "", err->where,
                  err->hint[0] != '\0' ? ": " : "", err->hint);
    return 1;
}
