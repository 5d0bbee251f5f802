#include "tests/support/cm.h"

#include "engine/train/pairs.h"
#include "tests/unit/space/folder.h"
#include "tests/unit/train/clusters.h"

static struct folder dir;
static struct inc_taxonomy *crafts; /* a00..a23, b00..b23 */

static int
setup(void **state)
{
    (void)state;
    if (inc_hash_start() != 0)
        return -1;
    folder_make(&dir);
    clusters_write(&dir, NULL);
    crafts = folder_load(&dir);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    inc_taxonomy_free(crafts);
    folder_remove(&dir);
    return 0;
}

#define HEAD "a\tb\tweight\n"
#define S "http://x/s/"

static enum inc_status
reading(struct inc_pairs *p, struct inc_pairs_report *r, const char *text,
        struct inc_err *err)
{
    char path[FOLDER_PATH];

    folder_put(&dir, "pairs.tsv", text);
    folder_name(path, &dir, "pairs.tsv");
    inc_err_clear(err);
    return inc_pairs_read(p, r, path, crafts, INC_LEAST_PEOPLE, err);
}

static void
reads_in_any_order(void **state)
{
    struct inc_pairs p = {0}, q = {0};
    struct inc_pairs_report r;
    struct inc_err err;
    unsigned char one[INC_DIGEST], other[INC_DIGEST];
    uint32_t skills;

    (void)state;
    assert_int_equal(reading(&p, &r,
                             HEAD S "b03\t" S "a01\t12\r\n" S "a00\t" S
                                    "a01\t1099511627776\n" S "a02\t" S
                                    "a01\t9\n" S "zz\t" S "a02\t50\n",
                             &err),
                     INC_OK);
    assert_int_equal(p.count, 2);
    assert_int_equal(p.pair[0].a, 0);
    assert_int_equal(p.pair[0].b, 1);
    assert_true(p.pair[0].weight == INC_PAIR_WEIGHT_MAX);
    assert_int_equal(p.pair[1].a, 1);
    assert_int_equal(p.pair[1].b, 27);
    assert_int_equal(p.pair[1].weight, 12);
    assert_int_equal(r.lines, 4);
    assert_int_equal(r.unknown, 1);
    assert_int_equal(r.few, 1);
    assert_string_equal(r.example, S "zz");
    assert_int_equal(inc_pairs_skills(&skills, &p, crafts), INC_OK);
    assert_int_equal(skills, 3);
    /* Another order, another side first, nothing light: the same pairs. */
    assert_int_equal(reading(&q, &r,
                             HEAD S "a01\t" S "a00\t1099511627776\n" S "a01\t" S
                                    "b03\t12\n",
                             &err),
                     INC_OK);
    inc_pairs_digest(one, &p, crafts);
    inc_pairs_digest(other, &q, crafts);
    assert_memory_equal(one, other, INC_DIGEST);
    q.pair[1].weight++;
    inc_pairs_digest(other, &q, crafts);
    assert_memory_not_equal(one, other, INC_DIGEST);
    inc_pairs_release(&p);
    inc_pairs_release(&q);
}

static void
refuses_and_says_where(void **state)
{
    static const struct {
        const char *text;
        enum inc_status status;
        const char *what, *where;
    } row[] = {
        {"", INC_E_CORRUPT, "", ""},
        {"a\tb\tweight", INC_E_FORMAT, "no end", "line 1"},
        {"x\ty\tz\n", INC_E_FORMAT, "header", "line 1"},
        {"a\tb\tweight\tmore\n", INC_E_FORMAT, "header", "line 1"},
        {HEAD S "a00\t" S "a01\n", INC_E_FORMAT, "three", "line 2"},
        {HEAD S "a00\t" S "a01\t10\t1\n", INC_E_FORMAT, "three", "line 2"},
        {HEAD "\n", INC_E_FORMAT, "three", "line 2"},
        {HEAD S "a00\t" S "a01\t10\n" S "a00\t" S "a02\t1", INC_E_FORMAT,
         "no end", "line 3"}, /* was 157: cut */
        {HEAD S "a00\t" S "a01\t\n", INC_E_FORMAT, "no weight", "line 2"},
        {HEAD S "a00\t" S "a01\t-3\n", INC_E_FORMAT, "whole number", "line 2"},
        {HEAD S "a00\t" S "a01\t1.5\n", INC_E_FORMAT, "whole number", "line 2"},
        {HEAD S "a00\t" S "a01\t0x1f\n", INC_E_FORMAT, "whole number",
         "line 2"},
        {HEAD S "a00\t" S "a01\tnan\n", INC_E_FORMAT, "whole number", "line 2"},
        {HEAD S "a00\t" S "a01\t1099511627777\n", INC_E_RANGE, "large",
         "line 2"},
        {HEAD S "a00\t" S "a01\t99999999999999999999999999\n", INC_E_RANGE,
         "large", "line 2"},
        {HEAD S "a00\t" S "a00\t10\n", INC_E_DUPLICATE, "itself", "line 2"},
        /* light ones too: 6 and 6 are not 12 people */
        {HEAD S "a00\t" S "a01\t6\n" S "a01\t" S "a00\t6\n", INC_E_DUPLICATE,
         "twice", "pairs.tsv"},
        {HEAD S "q\t" S "a01\t10\n" S "q\t" S "r\t10\n" S "a01\t" S "a02\t10\n",
         INC_E_MISMATCH, "2 of 3 lines", "pairs.tsv"},
    };
    struct inc_pairs p = {0};
    struct inc_pairs_report r;
    struct inc_err err;

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        enum inc_status st = reading(&p, &r, row[i].text, &err);
        if (st != row[i].status || strstr(err.what, row[i].what) == NULL ||
            strstr(err.where, row[i].where) == NULL ||
            (row[i].where[0] != '\0' && err.hint[0] == '\0'))
            fail_msg("row %zu: %d, %s (%s) %s", i, (int)st, err.what, err.where,
                     err.hint);
        assert_null(p.pair);
    }
    assert_int_equal(inc_pairs_read(&p, &r, "/nowhere/x.tsv", crafts, 10, &err),
                     INC_E_NOTFOUND);
}

/* A line as long as the file is not walked, and never copied: a sparse file of
 * 1 GiB of NULs after the header takes no memory and no time. */
static void
a_line_of_a_gigabyte(void **state)
{
    struct inc_pairs p = {0};
    struct inc_pairs_report r;
    struct inc_err err;
    char path[FOLDER_PATH];

    (void)state;
    folder_put(&dir, "pairs.tsv", HEAD);
    folder_name(path, &dir, "pairs.tsv");
    assert_int_equal(truncate(path, (off_t)1 << 30), 0);
    assert_int_equal(inc_pairs_read(&p, &r, path, crafts, 10, &err),
                     INC_E_LIMIT);
    assert_non_null(strstr(err.where, "line 2"));
    assert_int_equal(truncate(path, 0), 0);
}

/* ESCO's URIs may be given by their ends. */
static void
ends_of_uris(void **state)
{
    struct folder f;
    struct inc_buf b = {0};
    struct inc_taxonomy *t;
    struct inc_pairs p = {0};
    struct inc_pairs_report r;
    struct inc_err err;
    char path[FOLDER_PATH];

    (void)state;
    folder_make(&f);
    clusters_write(&f, NULL);
    inc_buf_text(&b, HEAD_SKILLS);
    for (int i = 0; i < 40; i++)
        inc_buf_printf(&b,
                       "KnowledgeSkillCompetence,http://data.europa.eu/esco/"
                       "skill/id-%02d,skill/competence,sector-specific,l %d,,,"
                       "released,,,,,\n",
                       i, i);
    folder_put_buf(&f, "skills_en.csv", &b);
    folder_put(&f, "occupationSkillRelations.csv", HEAD_OCC_SKILL);
    t = folder_load(&f);
    folder_put(&f, "p.tsv", HEAD "id-07\tid-03\t11\n");
    folder_name(path, &f, "p.tsv");
    assert_int_equal(inc_pairs_read(&p, &r, path, t, 10, &err), INC_OK);
    assert_int_equal(p.count, 1);
    assert_int_equal(p.pair[0].a, 3);
    assert_int_equal(p.pair[0].b, 7);
    inc_pairs_release(&p);
    inc_taxonomy_free(t);
    folder_remove(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_in_any_order),
        cmocka_unit_test(refuses_and_says_where),
        cmocka_unit_test(a_line_of_a_gigabyte),
        cmocka_unit_test(ends_of_uris),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
