/*
 * drafts ESCO COMUNI need|candidate FILE - the drafts of the texts in a file
 * laid out like tests/data/drafts/ads.txt, one JSON object a line: for
 * bench/quality/drafts, which compares them with what is expected.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/date.h"
#include "engine/base/file.h"
#include "engine/draft/draft.h"
#include "proto/names.h"

enum { FILE_BYTES = 16 << 20, ARENA_BYTES = 16 << 20 };

static void
quoted(const char *key, const char *text)
{
    printf(",\"%s\":\"", key);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            (void)putchar('\\');
        if ((unsigned char)*text >= 0x20)
            (void)putchar(*text);
    }
    (void)putchar('"');
}

static void
put_item(const struct inc_draft_world *w, const struct inc_draft_item *item)
{
    printf("{\"kind\":\"%s\",\"at\":%" PRIu32 ",\"len\":%" PRIu32
           ",\"confidence\":%" PRIu32 ",\"judged\":%" PRIu32
           ",\"number\":%" PRId64 ",\"level\":%" PRId64
           ",\"negative\":%d,\"day\":%" PRId64 ",\"from\":%" PRId64
           ",\"to\":%" PRId64,
           inc_draft_kind_names[item->kind], item->at, item->len,
           item->confidence_bp, item->judged_bp, item->number, item->level,
           item->negative, item->day, item->from, item->to);
    quoted("rule", item->rule);
    quoted("field", item->field);
    if (item->value != NULL)
        quoted("value", item->value);
    if (item->importance >= 0)
        quoted("importance", inc_importance_names[item->importance]);
    if (item->concept != INC_NO_CONCEPT)
        quoted("uri",
               inc_concept_uri(w->taxonomy, item->pillar, item->concept));
    printf(",\"codes\":[");
    for (uint32_t i = 0; i < item->n_codes; i++)
        printf("%s\"%s\"", i > 0 ? "," : "", inc_licence_names[item->codes[i]]);
    printf("]}");
}

static void
put_draft(const struct inc_draft_world *w, const struct inc_drafted *d,
          const char *id, int id_len)
{
    printf("{\"id\":\"%.*s\",\"items\":[", id_len, id);
    for (size_t i = 0; i < d->n_items; i++) {
        if (i > 0)
            (void)putchar(',');
        put_item(w, &d->items[i]);
    }
    printf("],\"unknown\":[");
    for (size_t i = 0; i < d->n_unknown; i++)
        printf("%s[%" PRIu32 ",%" PRIu32 "]", i > 0 ? "," : "",
               d->unknown[i].at, d->unknown[i].len);
    printf("],\"warnings\":[");
    for (size_t i = 0; i < d->n_warnings; i++)
        printf("%s{\"kind\":\"%s\",\"note\":%d,\"at\":%" PRIu32
               ",\"len\":%" PRIu32 "}",
               i > 0 ? "," : "", inc_warn_laws[d->warnings[i].kind].name,
               d->warnings[i].note, d->warnings[i].at, d->warnings[i].len);
    printf("]}\n");
}

/* "=== id set\n", the text, "--- expect\n", what is expected. */
static enum inc_status
each(const struct inc_draft_world *w, enum inc_record_kind kind,
     const char *file, struct inc_err *err)
{
    struct inc_arena a = {0};
    enum inc_status st = inc_arena_init(&a, ARENA_BYTES);
    int32_t today = 0;

    (void)inc_date_parse(&today, "2026-11-22", strlen("2026-11-22"));
    for (const char *p = file; st == INC_OK && strncmp(p, "=== ", 4) == 0;) {
        const char *id = p + 4, *text = strchr(id, '\n') + 1;
        const char *end = strstr(text, "\n--- expect");
        const char *next = end == NULL ? NULL : strstr(end, "\n=== ");
        struct inc_draft_question q = {
            .kind = kind, .text = text, .lang = "it", .today = today};
        struct inc_drafted d;

        if (end == NULL)
            break;
        q.len = (size_t)(end - text);
        inc_arena_reset(&a);
        INC_TRY(inc_draft_make(&d, w, &q, &a, err));
        put_draft(w, &d, id, (int)strcspn(id, " \n"));
        if (next == NULL)
            break;
        p = next + 1;
    }
out:
    inc_arena_release(&a);
    return st;
}

int
main(int argc, char **argv)
{
    struct inc_err err;
    struct inc_taxonomy *t = NULL;
    struct inc_geo *geo = NULL;
    struct inc_search *search = NULL;
    struct inc_linker *linker = NULL;
    struct inc_buf file = {0};
    enum inc_status st = INC_OK;

    inc_err_clear(&err);
    if (argc != 5) {
        (void)fprintf(stderr, "drafts ESCO COMUNI need|candidate FILE\n");
        return 1;
    }
    INC_TRY(inc_taxonomy_load(
        &t, &(struct inc_taxonomy_options){.dir = argv[1]}, &err));
    INC_TRY(inc_geo_load(&geo, argv[2], &err));
    INC_TRY(inc_search_build(&search, t, &err));
    INC_TRY(inc_linker_build(&linker, t, search, &err));
    INC_TRY(inc_file_read(&file, argv[4], FILE_BYTES, &err));
    INC_TRY(each(&(struct inc_draft_world){t, linker, geo},
                 strcmp(argv[3], "need") == 0 ? INC_RECORD_NEED
                                              : INC_RECORD_CANDIDATE,
                 inc_buf_cstr(&file), &err));
out:
    if (st != INC_OK)
        (void)fprintf(stderr, "drafts: %s %s\n", err.what, err.where);
    inc_buf_release(&file);
    inc_linker_free(linker);
    inc_search_free(search);
    inc_geo_free(geo);
    inc_taxonomy_free(t);
    return st == INC_OK ? 0 : 1;
}
