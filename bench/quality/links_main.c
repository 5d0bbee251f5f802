/*
 * links_main.c - link_names ESCO [LANG [VECTORS [PERCENT]]] < QUERIES > ANSWERS
 * Every line "id<TAB>text" is linked as a job title; an answer is "id<TAB>
 * uri<TAB>score<TAB>confidence<TAB>label", scores and confidences of 10,000. On
 * standard error one line of JSON: seconds to build, bytes held, and texts a
 * second of one core, as names and as running text (best of five rounds).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/hash.h"
#include "engine/link/link.h"

enum { LINE = 70000, QUERIES = 100000, ROUNDS = 5, MENTIONS = 1000 };

struct query {
    char *id, *text; /* one block, owned by id */
};

static struct query query[QUERIES];

static size_t
read_queries(void)
{
    static char line[LINE];
    size_t n = 0;

    while (n < QUERIES && fgets(line, sizeof line, stdin) != NULL) {
        char *tab = strchr(line, '\t');
        if (tab == NULL)
            continue;
        line[strcspn(line, "\r\n")] = '\0';
        query[n].id = strdup(line);
        if (query[n].id == NULL)
            break;
        query[n].text = query[n].id + (tab - line) + 1;
        query[n].id[tab - line] = '\0';
        n++;
    }
    return n;
}

static void
answer(const struct inc_linker *l, const struct inc_taxonomy *t,
       const struct query *q, int lang)
{
    struct inc_link k[INC_LINK_MAX];
    size_t n = inc_link_name(l, INC_PILLAR_OCCUPATION, q->text, strlen(q->text),
                             lang, k, INC_LINK_MAX);

    for (size_t i = 0; i < n; i++)
        (void)printf("%s\t%s\t%u\t%u\t%s\n", q->id,
                     inc_concept_uri(t, k[i].pillar, k[i].id), k[i].score_bp,
                     k[i].confidence_bp, k[i].label);
}

static size_t
link_all(const struct inc_linker *l, size_t n, int running)
{
    static struct inc_link k[MENTIONS];
    size_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(query[i].text);
        sum += running ? inc_link_mentions(l, INC_PILLAR_OCCUPATION,
                                           query[i].text, len, -1, k, MENTIONS)
                       : inc_link_name(l, INC_PILLAR_OCCUPATION, query[i].text,
                                       len, -1, k, INC_LINK_MAX);
    }
    return sum;
}

static double
texts_a_second(const struct inc_linker *l, size_t n, int running)
{
    double best = 0;

    for (int r = 0; r < ROUNDS; r++) {
        uint64_t from = inc_clock_ns();
        double one;
        (void)link_all(l, n, running);
        one = (double)n * 1e9 / (double)(inc_clock_ns() - from);
        best = one > best ? one : best;
    }
    return best;
}

int
main(int argc, char **argv)
{
    const struct inc_taxonomy_options o = {.dir = argc > 1 ? argv[1] : NULL};
    struct inc_taxonomy *t;
    struct inc_search *s;
    struct inc_linker *l;
    struct inc_vectors_report vectors;
    struct inc_err err = {0};
    uint64_t from;
    double build;
    size_t n;
    int lang;

    if (argc < 2) {
        (void)fprintf(
            stderr,
            "usage: link_names ESCO [LANG [VECTORS [PERCENT]]] < QUERIES\n");
        return 1;
    }
    if (inc_hash_start() != 0 || inc_taxonomy_load(&t, &o, &err) != INC_OK ||
        inc_search_build(&s, t, &err) != INC_OK) {
        (void)fprintf(stderr, "%s\n", err.what);
        return 1;
    }
    from = inc_clock_ns();
    if (inc_linker_build(&l, t, s, &err) != INC_OK) {
        (void)fprintf(stderr, "%s\n", err.what);
        return 1;
    }
    build = (double)(inc_clock_ns() - from) / 1e9;
    if (argc > 3 &&
        inc_linker_vectors(l, argv[3],
                           argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : 30,
                           &vectors, &err) != INC_OK) {
        (void)fprintf(stderr, "%s\n", err.what);
        return 1;
    }
    lang = argc > 2 ? inc_taxonomy_lang(t, argv[2]) : -1;
    n = read_queries();
    for (size_t i = 0; i < n; i++)
        answer(l, t, &query[i], lang);
    (void)fprintf(stderr,
                  "{\"build_s\": %.3f, \"bytes\": %zu, \"queries\": %zu, "
                  "\"names_per_s\": %.0f, \"running_per_s\": %.0f}\n",
                  build, inc_linker_bytes(l), n, texts_a_second(l, n, 0),
                  texts_a_second(l, n, 1));
    inc_linker_free(l);
    inc_search_free(s);
    inc_taxonomy_free(t);
    for (size_t i = 0; i < n; i++)
        free(query[i].id);
    return 0;
}
