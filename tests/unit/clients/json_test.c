/* JSON in and out: what a file says is what the daemon gets, and an error
 * says where without quoting what stands there. */
#include <stdio.h>
#include <string.h>

#include "clients/cli/json.h"
#include "proto/node.h"
#include "tests/support/cm.h"

static const struct inc_frame_limits limits = {1 << 20, 100000, 30};

static void
same_after_a_round(const char *in, const char *want)
{
    struct inc_err err;
    struct inc_buf packed = {0}, text = {0};
    struct inc_frame *frame = NULL;
    char id[INC_JSON_ID];

    assert_int_equal(inc_json_object(&packed, in, strlen(in), "f", 1, id, &err),
                     INC_OK);
    assert_int_equal(
        inc_frame_open(&frame, packed.data, packed.len, &limits, &err), INC_OK);
    inc_json_node(&text, inc_frame_root(frame), NULL);
    assert_string_equal(inc_buf_cstr(&text), want);
    inc_frame_close(frame);
    inc_buf_release(&packed);
    inc_buf_release(&text);
}

static void
test_round(void **state)
{
    (void)state;
    same_after_a_round("{ }", "{}");
    same_after_a_round(
        "{\"a\":[1,-1,9223372036854775807,true,false,null,[],{}]}",
        "{\"a\":[1,-1,9223372036854775807,true,false,null,[],{}]}");
    same_after_a_round("{\"x\":\"\\u00e8 \\\" \\\\ \\n \\u0001\"}",
                       "{\"x\":\"\xc3\xa8 \\\" \\\\ \\n \\u0001\"}");
    same_after_a_round("{\"x\":0.5,\"y\":1.0}", "{\"x\":0.5,\"y\":1}");
}

static void
refused(const char *in, enum inc_status want, const char *where)
{
    struct inc_err err;
    struct inc_buf packed = {0};

    inc_buf_text(&packed, "before");
    assert_int_equal(
        inc_json_object(&packed, in, strlen(in), "file", 7, NULL, &err), want);
    assert_non_null(strstr(err.what, where));
    assert_int_equal(packed.len, 6); /* as it was */
    assert_null(strstr(err.what, "Mario"));
    assert_null(strstr(err.hint, "Mario"));
    inc_buf_release(&packed);
}

static void
test_errors(void **state)
{
    char deep[64] = "{\"a\":[[[[[[[[[[[1]]]]]]]]]]]}";

    (void)state;
    refused("{\"a\":Mario}", INC_E_FORMAT, "file:7:");
    refused("{\"a\":1,\n\n Mario", INC_E_FORMAT, "file:9:");
    refused("{\"Mario\":1,\"Mario\":2}", INC_E_FORMAT, "file:7:");
    refused("[1]", INC_E_FORMAT, "file:7");
    refused("", INC_E_FORMAT, "file:7");
    refused("{\"a\":99999999999999999999}", INC_E_FORMAT, "file:7:");
    refused(deep, INC_E_LIMIT, "nested");
}

static void
test_id_is_quoted_only_when_it_is_a_code(void **state)
{
    struct inc_err err;
    struct inc_buf packed = {0};
    char id[INC_JSON_ID];
    const char *code = "{\"id\":\"P-1:x.Y_2\"}";
    const char *name = "{\"id\":\"Mario Rossi\"}";

    (void)state;
    assert_int_equal(
        inc_json_object(&packed, code, strlen(code), "f", 1, id, &err), INC_OK);
    assert_string_equal(id, "P-1:x.Y_2");
    assert_int_equal(
        inc_json_object(&packed, name, strlen(name), "f", 1, id, &err), INC_OK);
    assert_string_equal(id, "");
    inc_buf_release(&packed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_id_is_quoted_only_when_it_is_a_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
