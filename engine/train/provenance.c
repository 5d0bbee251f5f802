#include "engine/train/provenance.h"

#include <inttypes.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/date.h"
#include "engine/space/space.h"
#include "engine/train/matrix.h"
#include "engine/train/office.h"
#include "engine/train/svd.h"

static void
add_quoted(struct inc_buf *out, const char *text)
{
    inc_buf_text(out, "\"");
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            inc_buf_printf(out, "\\%c", c);
        else if (c < 0x20)
            inc_buf_printf(out, "\\u%04x", c);
        else
            inc_buf_add(out, &c, 1);
    }
    inc_buf_text(out, "\"");
}

static void
add_digest(struct inc_buf *out, const unsigned char digest[INC_DIGEST])
{
    char hex[INC_DIGEST_HEX];

    inc_digest_hex(hex, digest);
    inc_buf_printf(out, "\"%s\"", hex);
}

static const char *
base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static void
add_taxonomy(struct inc_buf *out, const struct inc_taxonomy *t)
{
    const struct inc_taxonomy_file *file;
    size_t files = inc_taxonomy_files(t, &file);

    inc_buf_text(out, "\"taxonomy\":{\"version\":");
    add_quoted(out, inc_taxonomy_version(t));
    inc_buf_text(out, ",\"digest\":");
    add_digest(out, inc_taxonomy_digest(t));
    inc_buf_printf(out,
                   ",\"skills\":%" PRIu32 ",\"occupations\":%" PRIu32
                   "},\"inputs\":[",
                   inc_concept_count(t, INC_PILLAR_SKILL),
                   inc_concept_count(t, INC_PILLAR_OCCUPATION));
    for (size_t i = 0; i < files; i++) {
        inc_buf_text(out, i == 0 ? "{\"name\":" : ",{\"name\":");
        add_quoted(out, base_name(file[i].name));
        inc_buf_printf(out,
                       ",\"bytes\":%" PRIu64 ",\"blake2b\":", file[i].bytes);
        add_digest(out, file[i].digest);
        inc_buf_text(out, "}");
    }
    inc_buf_text(out, "]");
}

/* Sources by what was counted; null where it were fewer than may be told. */
static enum inc_status
add_source(struct inc_buf *out, const struct inc_train_source *s,
           const struct inc_taxonomy *t)
{
    unsigned char digest[INC_DIGEST];
    uint32_t skills;
    enum inc_status st = inc_pairs_skills(&skills, s->pairs, t);

    if (st != INC_OK)
        return st;
    inc_buf_text(out, "{\"from\":");
    add_quoted(out, s->from);
    inc_buf_printf(out, ",\"least\":%" PRIu32, s->least);
    if (s->path != NULL) {
        inc_buf_text(out, ",\"file\":");
        add_quoted(out, base_name(s->path));
        inc_buf_text(out, ",\"blake2b\":");
        add_digest(out, s->digest);
    } else if (s->owners >= s->least) {
        inc_buf_printf(out, ",\"owners\":%" PRIu64, s->owners);
    } else {
        inc_buf_text(out, ",\"owners\":null");
    }
    inc_pairs_digest(digest, s->pairs, t);
    inc_buf_printf(out,
                   ",\"pairs\":%zu,\"skills\":%" PRIu32 ",\"pairs_blake2b\":",
                   s->pairs->count, skills);
    add_digest(out, digest);
    inc_buf_text(out, "}");
    return INC_OK;
}

static enum inc_status
add_learned(struct inc_buf *out, const struct inc_provenance *p)
{
    enum inc_status st = INC_OK;
    const struct inc_train_options *o = p->options;

    if (o->n_sources == 0)
        return INC_OK;
    inc_buf_printf(out, ",\"learned\":{\"weight\":%g,\"self\":%g,\"sources\":[",
                   o->office_weight, INC_TRAIN_SELF);
    for (size_t i = 0; i < o->n_sources; i++) {
        inc_buf_text(out, i == 0 ? "" : ",");
        INC_TRY(add_source(out, &o->source[i], p->taxonomy));
    }
    inc_buf_text(out, "]}");
out:
    return st;
}

enum inc_status
inc_provenance_write(struct inc_buf *out, const struct inc_provenance *p)
{
    const struct inc_train_options *o = p->options;
    char date[INC_DATE_TEXT];

    inc_date_format(date, inc_clock_today());
    inc_buf_printf(out, "{\"engine\":\"incrocio %s\",\"date\":\"%s\",",
                   INC_RELEASE, date);
    add_taxonomy(out, p->taxonomy);
    /* The seed as text: JSON numbers stop being exact at 2^53. */
    inc_buf_printf(out,
                   ",\"options\":{\"wanted_dimension\":%" PRIu32
                   ",\"power_iterations\":%" PRIu32
                   ",\"oversampling\":%d,\"seed\":\"%" PRIu64 "\"",
                   o->dim, o->power, (int)INC_SVD_OVERSAMPLING, o->seed);
    inc_buf_printf(out,
                   ",\"weights\":{\"occupations\":%g,\"groups\":%g,"
                   "\"ancestors\":%g,\"relations\":%g,\"words\":%g,"
                   "\"essential\":%g,\"optional\":%g,\"smoothing\":%g}}",
                   INC_TRAIN_W_OCCUPATIONS, INC_TRAIN_W_GROUPS,
                   INC_TRAIN_W_ANCESTORS, INC_TRAIN_W_RELATIONS,
                   INC_TRAIN_W_WORDS, (double)INC_TRAIN_ESSENTIAL,
                   (double)INC_TRAIN_OPTIONAL, INC_TRAIN_SMOOTHING);
    if (o->exclude_path != NULL) {
        inc_buf_text(out, ",\"excluded\":{\"file\":");
        add_quoted(out, base_name(o->exclude_path));
        inc_buf_text(out, ",\"blake2b\":");
        add_digest(out, p->exclude_digest);
        inc_buf_printf(out, ",\"occupations\":%" PRIu32 "}",
                       p->stats->excluded);
    }
    enum inc_status st = add_learned(out, p);
    if (st != INC_OK)
        return st;
    inc_buf_printf(out,
                   ",\"matrix\":{\"rows\":%" PRIu32 ",\"columns\":%" PRIu32
                   ",\"nonzeros\":%" PRIu64 "},\"dimension\":%" PRIu32 "}",
                   p->stats->rows, p->stats->columns, p->stats->nonzeros,
                   p->stats->dim);
    return INC_OK;
}
