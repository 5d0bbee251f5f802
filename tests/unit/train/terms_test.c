#include "tests/support/cm.h"

#include <math.h>

#include "engine/train/terms.h"
#include "tests/unit/space/folder.h"

/* Three skills; the third has Italian texts only. */
static struct inc_taxonomy *
three(struct folder *f)
{
    struct inc_buf b = {0};

    inc_buf_text(&b, HEAD_SKILLS);
    inc_buf_text(&b, "KnowledgeSkillCompetence,http://x/s/a,,,Weld the Pipe,"
                     "pipe,,released,,,,,weld pipe and by ox\n");
    row_skill(&b, "b", "WELD", "\xc3\x89lan per 3 pipe; PIPE's once the");
    folder_put_buf(f, "skills_en.csv", &b);
    inc_buf_text(&b, HEAD_SKILLS);
    row_skill(&b, "a", "saldare tubi", "italiano");
    row_skill(&b, "b", "saldare", "italiano");
    row_skill(&b, "c", "\xc3\xa9lan della saldatura", "italiano weld");
    folder_put_buf(f, "skills_it.csv", &b);
    inc_buf_text(&b, HEAD_SKILLS); /* a language before English */
    inc_buf_text(&b, "KnowledgeSkillCompetence,http://x/s/"
                     "a,,,rohr,weld,,released,,,,,weld\n");
    folder_put_buf(f, "skills_de.csv", &b);
    folder_put(f, "ISCOGroups_en.csv",
               HEAD_ISCO "ISCOGroup,http://x/i/1,7212,welders,released,,,\n");
    inc_buf_text(&b, HEAD_OCCUPATIONS);
    row_occupation(&b, "w", "7212");
    folder_put_buf(f, "occupations_en.csv", &b);
    inc_buf_text(&b, HEAD_OCC_SKILL);
    row_needs(&b, "w", "essential", "a");
    folder_put_buf(f, "occupationSkillRelations.csv", &b);
    folder_put(f, "broaderRelationsSkillPillar.csv", HEAD_BROADER);
    return folder_load(f);
}

static void
near(double got, double want, const char *what)
{
    if (!(fabs(got - want) <= 1e-5)) /* NaN too */
        fail_msg("%s: got %.9g, want %.9g", what, got, want);
}

/* Left are "weld" (three skills), "pipe" and "elan" (two each); not "the",
 * "and", "per", "della", "once" (function words), "by", "ox" (too short),
 * "saldatura" (one skill), "italiano" (English was there for the others). */
static void
counts_words(void **state)
{
    struct folder f;
    struct inc_taxonomy *t;
    struct inc_sparse m = {0};
    double weld = log(4.0 / 4) + 1, two = log(4.0 / 3) + 1;

    (void)state;
    (void)inc_hash_start();
    folder_make(&f);
    t = three(&f);
    assert_int_equal(inc_terms_matrix(&m, t), INC_OK);
    assert_int_equal(m.rows, 3);
    assert_int_equal(m.cols, 3); /* weld, pipe, elan in order of sight */
    assert_int_equal(m.start[1], 2);
    assert_int_equal(m.start[2], 5);
    assert_int_equal(m.start[3], 7);
    near((double)m.value[0], (1 + log(3)) * weld, "a weld: 2 + 1");
    near((double)m.value[1], (1 + log(4)) * two, "a pipe: 2 + 2");
    near((double)m.value[2], (1 + log(2)) * weld, "b weld: 2");
    near((double)m.value[3], (1 + log(2)) * two, "b pipe: 1 + 1");
    near((double)m.value[4], 1 * two, "b elan: 1");
    near((double)m.value[5], 1 * weld, "c weld: 1");
    near((double)m.value[6], (1 + log(2)) * two, "c elan: 2");
    assert_int_equal(m.col[5], 0);
    assert_int_equal(m.col[6], 2);
    inc_sparse_release(&m);
    inc_taxonomy_free(t);
    folder_remove(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(counts_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
