#include "engine/train/train.h"

#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/base/mem.h"
#include "engine/space/space.h"
#include "engine/train/matrix.h"
#include "engine/train/occupations.h"
#include "engine/train/provenance.h"
#include "engine/train/quantise.h"
#include "engine/train/svd.h"

enum {
    DIM_DEFAULT = 256,
    POWER_DEFAULT = 4,
    POWER_MAX = 64,
    WEIGHT_MAX = 10, /* of the office's block */
    SKILLS_MIN = 32,
    EXCLUDE_BYTES_MAX = 64 << 20,
    /* Share of the time, in permille, measured on ESCO 1.1.1. */
    MATRIX_END = 30,
    SVD_END = 990
};

struct run {
    const struct inc_taxonomy *t;
    struct inc_train_options o;
    struct inc_train_stats stats;
    struct inc_provenance from;
    unsigned char *left_out; /* [occupations] */
    struct inc_sparse matrix;
    int8_t *vectors; /* [rows][dim] */
    uint16_t *idf;   /* [rows] */
    const char **uris;
    struct inc_listed listed;
};

static enum inc_status
no_memory(struct inc_err *err)
{
    return inc_fail(err, INC_E_NOMEM, 0, "no memory to train");
}

static void
tell(const struct run *r, const char *stage, unsigned permille)
{
    if (r->o.progress != NULL)
        r->o.progress(r->o.progress_arg, stage, permille);
}

static void
svd_progress(void *arg, unsigned permille)
{
    tell(arg, "factorising",
         MATRIX_END + permille * (SVD_END - MATRIX_END) / 1000);
}

/* One line of the exclude file, without its end. */
static enum inc_status
exclude(struct run *r, const char *line, size_t len, size_t number,
        struct inc_err *err)
{
    uint32_t id;

    while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == ' '))
        len--;
    if (len == 0)
        return INC_OK;
    id = inc_concept_find(r->t, INC_PILLAR_OCCUPATION, line, len);
    if (id == INC_NO_CONCEPT) {
        enum inc_status st =
            inc_fail(err, INC_E_CONCEPT, 0,
                     "no occupation of the taxonomy has the URI %.*s",
                     len > 150 ? 150 : (int)len, line);
        inc_err_where(err, "line %zu", number);
        inc_err_hint(err, "the file of occupations to leave out holds one "
                          "occupation URI a line");
        return st;
    }
    r->stats.excluded += !r->left_out[id];
    r->left_out[id] = 1;
    return INC_OK;
}

static enum inc_status
read_excluded(struct run *r, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_buf text = {0};
    const char *at, *end;

    if (r->o.exclude_path == NULL)
        return INC_OK;
    INC_TRY(inc_file_read(&text, r->o.exclude_path, EXCLUDE_BYTES_MAX, err));
    inc_digest(r->from.exclude_digest, text.data, text.len);
    at = (const char *)text.data;
    end = at + text.len;
    for (size_t number = 1; at < end; number++) {
        const char *eol = memchr(at, '\n', (size_t)(end - at));
        if (eol == NULL)
            eol = end;
        INC_TRY(exclude(r, at, (size_t)(eol - at), number, err));
        at = eol + 1;
    }
out:
    inc_buf_release(&text);
    return st;
}

/* The largest multiple of the step that the wish, a quarter of the skills and
 * the columns allow, one step at least. In a space nearly as wide as it has
 * concepts all of them stand apart and nothing is like anything else. */
static uint32_t
usable_dim(uint32_t wanted, uint32_t rows, uint32_t cols)
{
    uint32_t dim = wanted;

    if (dim > rows / 4)
        dim = rows / 4 < INC_DIM_STEP ? INC_DIM_STEP : rows / 4;
    if (dim > cols)
        dim = cols;
    return dim / INC_DIM_STEP * INC_DIM_STEP;
}

static enum inc_status
learn(struct run *r, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    uint32_t rows = r->matrix.rows, dim = r->stats.dim;
    const struct inc_svd_options how = {dim, r->o.power, r->o.seed,
                                        svd_progress, r};
    float *u = inc_mem_zero64((size_t)rows * dim, sizeof *u);
    float *sigma = inc_mem_zero(dim, sizeof *sigma);

    r->vectors = inc_mem_zero((size_t)rows * dim, sizeof *r->vectors);
    if (u == NULL || sigma == NULL || r->vectors == NULL) {
        st = no_memory(err);
        goto out;
    }
    INC_TRY(inc_svd(u, sigma, &r->matrix, &how, err));
    inc_quantise(r->vectors, u, sigma, rows, dim);
out:
    inc_mem_free(u);
    inc_mem_free(sigma);
    return st;
}

static enum inc_status
save(const char *path, struct run *r, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_buf provenance = {0};
    struct inc_space_parts parts = {0};

    INC_TRY(inc_provenance_write(&provenance, &r->from));
    parts.dim = r->stats.dim;
    parts.rows = r->stats.rows;
    parts.vectors = r->vectors;
    parts.idf_milli = r->idf;
    parts.uris = r->uris;
    parts.taxonomy_digest = inc_taxonomy_digest(r->t);
    parts.taxonomy_version = inc_taxonomy_version(r->t);
    parts.provenance = inc_buf_cstr(&provenance);
    parts.n_occupations = r->listed.count;
    parts.occupation_uris = r->listed.uris;
    parts.row_start = r->listed.row_start;
    parts.row_occupations = r->listed.row_occupations;
    if (provenance.failed) {
        st = no_memory(err);
        goto out;
    }
    INC_TRY(inc_space_save(path, &parts, err));
out:
    inc_buf_release(&provenance);
    return st;
}

static enum inc_status
prepare(struct run *r, struct inc_err *err)
{
    uint32_t rows = inc_concept_count(r->t, INC_PILLAR_SKILL);

    if (r->o.dim == 0)
        r->o.dim = DIM_DEFAULT;
    if (r->o.power == 0)
        r->o.power = POWER_DEFAULT;
    if (r->o.dim < INC_DIM_STEP || r->o.dim > INC_DIM_MAX ||
        r->o.power > POWER_MAX)
        return inc_fail(err, INC_E_RANGE, 0,
                        "dimension %u with %u power iterations is not "
                        "possible: %d to %d, and up to %d",
                        (unsigned)r->o.dim, (unsigned)r->o.power,
                        (int)INC_DIM_STEP, (int)INC_DIM_MAX, (int)POWER_MAX);
    if (r->o.office_weight == 0)
        r->o.office_weight = INC_TRAIN_W_OFFICE;
    if (!(r->o.office_weight > 0 && r->o.office_weight <= WEIGHT_MAX) ||
        r->o.n_sources > INC_TRAIN_SOURCES)
        return inc_fail(err, INC_E_RANGE, 0,
                        "what is learned from %zu sources cannot weigh %g: up "
                        "to %d sources, over 0 and up to %d",
                        r->o.n_sources, r->o.office_weight,
                        (int)INC_TRAIN_SOURCES, (int)WEIGHT_MAX);
    if (rows < SKILLS_MIN)
        return inc_fail(err, INC_E_RANGE, 0,
                        "a taxonomy of %u skills is too small to learn a "
                        "space from; it takes %d",
                        (unsigned)rows, (int)SKILLS_MIN);
    r->stats.rows = rows;
    r->from.taxonomy = r->t;
    r->from.options = &r->o;
    r->from.stats = &r->stats;
    r->left_out =
        inc_mem_zero(inc_concept_count(r->t, INC_PILLAR_OCCUPATION), 1);
    r->idf = inc_mem_zero(rows, sizeof *r->idf);
    r->uris = inc_mem_zero(rows, sizeof *r->uris);
    if (r->left_out == NULL || r->idf == NULL || r->uris == NULL)
        return no_memory(err);
    for (uint32_t i = 0; i < rows; i++)
        r->uris[i] = inc_concept_uri(r->t, INC_PILLAR_SKILL, i);
    return INC_OK;
}

enum inc_status
inc_train_run(const char *path, const struct inc_taxonomy *t,
              const struct inc_train_options *o, struct inc_train_stats *stats,
              struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct run r = {.t = t, .o = *o};
    uint64_t begun = inc_clock_ns();

    INC_TRY(prepare(&r, err));
    INC_TRY(read_excluded(&r, err));
    tell(&r, "reading the taxonomy", 0);
    INC_TRY(inc_train_occupations(&r.listed, t, r.left_out, err));
    INC_TRY(inc_train_matrix(&r.matrix, t, r.left_out, &r.o, err));
    INC_TRY(inc_train_idf(r.idf, t, r.left_out, err));
    r.stats.columns = r.matrix.cols;
    r.stats.nonzeros = inc_sparse_count(&r.matrix);
    r.stats.dim = usable_dim(r.o.dim, r.matrix.rows, r.matrix.cols);
    INC_TRY(learn(&r, err));
    tell(&r, "writing", SVD_END);
    INC_TRY(save(path, &r, err));
    tell(&r, "done", 1000);
    r.stats.wall_ns = inc_clock_ns() - begun;
    if (stats != NULL)
        *stats = r.stats;
out:
    inc_mem_free(r.left_out);
    inc_sparse_release(&r.matrix);
    inc_mem_free(r.vectors);
    inc_mem_free(r.idf);
    inc_mem_free(r.uris);
    inc_listed_release(&r.listed);
    return st;
}
