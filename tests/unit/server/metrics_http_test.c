/* The HTTP endpoint alone, spoken to with bare sockets. */
#include "tests/support/cm.h"

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/server/metrics_address.h"
#include "engine/server/metrics_http.h"

enum { ANSWER = 65536, MANY = 200, WAIT_S = 30 };

static atomic_uint renders;
static struct inc_tally served, refused;

static void
render(void *arg, struct inc_buf *out)
{
    (void)arg;
    atomic_fetch_add(&renders, 1);
    inc_buf_text(out, "# TYPE a counter\na 1\n");
}

static struct inc_scrape *
open_one(const char *address)
{
    const struct inc_scrape_options o = {.address = address,
                                         .render = render,
                                         .served = &served,
                                         .refused = &refused};
    struct inc_scrape *s;
    struct inc_err err;

    if (inc_scrape_open(&s, &o, &err) != INC_OK)
        fail_msg("%s: %s", address, err.what);
    return s;
}

static int
dial(const struct inc_scrape *s)
{
    const struct timeval wait = {.tv_sec = WAIT_S};
    struct inc_address a;
    int fd;

    assert_int_equal(inc_address_read(&a, inc_scrape_address(s), NULL), INC_OK);
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait), 0);
    assert_int_equal(connect(fd, &a.ip.any, a.len), 0);
    return fd;
}

/* Everything until the other side ends. */
static const char *
ask(const struct inc_scrape *s, const char *request)
{
    static char answer[ANSWER];
    size_t len = 0;
    ssize_t n;
    int fd = dial(s);

    assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL),
                     (ssize_t)strlen(request));
    while ((n = recv(fd, answer + len, sizeof answer - 1 - len, 0)) > 0)
        len += (size_t)n;
    answer[len] = '\0';
    (void)close(fd);
    return answer;
}

static int
code_of(const char *answer)
{
    int code = 0;

    return sscanf(answer, "HTTP/1.1 %d ", &code) == 1 ? code : 0; /* NOLINT */
}

#define HOST "Host: x\r\n"

static void
gives_the_text(void **state)
{
    struct inc_scrape *s = open_one("127.0.0.1:0");
    const char *a = ask(s, "GET /metrics HTTP/1.1\r\n" HOST "\r\n");

    (void)state;
    assert_int_equal(code_of(a), 200);
    assert_non_null(strstr(
        a, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    assert_non_null(strstr(a, "\r\n\r\n# TYPE a counter\na 1\n"));
    assert_null(strstr(inc_scrape_address(s), ":0"));
    assert_false(inc_scrape_is_open(s));
    inc_scrape_close(s);
}

static void
refuses_everything_else(void **state)
{
    static const struct {
        const char *request;
        int code;
    } rows[] = {
        {"GET / HTTP/1.1\r\n" HOST "\r\n", 404},
        {"GET /metrics/ HTTP/1.1\r\n" HOST "\r\n", 404},
        {"GET /METRICS HTTP/1.1\r\n" HOST "\r\n", 404},
        {"GET /../metrics HTTP/1.1\r\n" HOST "\r\n", 404},
        {"HEAD /metrics HTTP/1.1\r\n" HOST "\r\n", 405},
        {"DELETE /metrics HTTP/1.1\r\n" HOST "\r\n", 405},
        {"OPTIONS /metrics HTTP/1.1\r\n" HOST "\r\n", 405},
        {"POST /metrics HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nabcd",
         405},
        {"POST /metrics HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", 405},
        {"GET /metrics HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nabcd", 413},
        {"GET /metrics HTTP/1.1\r\n" HOST "Content-Length: 99999999999\r\n\r\n",
         413},
        {"GET /metrics HTTP/1.1\r\n" HOST
         "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         413}};
    struct inc_scrape *s = open_one("127.0.0.1:0");
    uint64_t before = inc_tally_read(&served);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *a = ask(s, rows[i].request);

        if (code_of(a) != rows[i].code)
            fail_msg("row %zu: %.40s", i, a);
        if (rows[i].code == 405)
            assert_non_null(strstr(a, "Allow: GET\r\n"));
    }
    assert_int_equal(inc_tally_read(&served), before);
    assert_true(inc_tally_read(&refused) >= 12);
    inc_scrape_close(s);
}

/* Whatever the bytes are: an error or the end, never the text, and the next
 * client is served. */
static void
survives_bytes_that_are_no_http(void **state)
{
    static char headers[40000];
    static const char *const rows[] = {
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "\x16\x03\x01\x02 tls\r\n\r\n",
        "GET /metrics HTTP/9.9\r\n\r\n",
        "GET /metrics HTTP/1.1\r\nContent-Length: -1\r\n" HOST "\r\n",
        "GET /metrics HTTP/1.1\r\n: empty\r\n\r\n",
        headers};
    struct inc_scrape *s = open_one("127.0.0.1:0");

    (void)state;
    (void)snprintf(headers, sizeof headers, "GET /metrics HTTP/1.1\r\nX: %*s",
                   30000, "x");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int fd = dial(s);
        char answer[64] = "";

        (void)send(fd, rows[i], strlen(rows[i]), MSG_NOSIGNAL);
        (void)shutdown(fd, SHUT_WR);
        if (recv(fd, answer, sizeof answer - 1, 0) > 0)
            assert_int_not_equal(code_of(answer), 200);
        (void)close(fd);
        assert_int_equal(
            code_of(ask(s, "GET /metrics HTTP/1.1\r\n" HOST "\r\n")), 200);
    }
    inc_scrape_close(s);
}

static void
a_taken_address_is_said(void **state)
{
    struct inc_scrape *s = open_one("127.0.0.1:0"), *second = NULL;
    const struct inc_scrape_options o = {.address = inc_scrape_address(s),
                                         .render = render,
                                         .served = &served,
                                         .refused = &refused};
    struct inc_err err = {0};

    (void)state;
    assert_int_equal(inc_scrape_open(&second, &o, &err), INC_E_BUSY);
    assert_null(second);
    assert_non_null(strstr(err.what, inc_scrape_address(s)));
    assert_int_equal(code_of(ask(s, "GET /metrics HTTP/1.1\r\n" HOST "\r\n")),
                     200);
    inc_scrape_close(s);
}

/* More clients than it takes, none of which ever says anything whole. */
static void
ends_while_clients_hang(void **state)
{
    struct inc_scrape *s = open_one("127.0.0.1:0");
    int fd[24];

    (void)state;
    for (size_t i = 0; i < 24; i++) {
        fd[i] = dial(s);
        (void)send(fd[i], "GET /met", 8, MSG_NOSIGNAL);
    }
    inc_scrape_close(s); /* a hang is the test's time limit */
    for (size_t i = 0; i < 24; i++)
        (void)close(fd[i]);
}

/* Asking faster does not make more work for what the text is made from. */
static void
text_is_given_again_for_a_moment(void **state)
{
    struct inc_scrape *s = open_one("127.0.0.1:0");
    unsigned before = atomic_load(&renders);
    uint64_t given = inc_tally_read(&served);
    uint64_t start = inc_clock_ns(), windows;

    (void)state;
    for (int i = 0; i < MANY; i++)
        assert_int_equal(
            code_of(ask(s, "GET /metrics HTTP/1.1\r\n" HOST "\r\n")), 200);
    windows = (inc_clock_ns() - start) / 100000000;
    assert_int_equal(inc_tally_read(&served) - given, MANY);
    assert_true(atomic_load(&renders) - before <= windows + 1);
    inc_scrape_close(s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_text),
        cmocka_unit_test(refuses_everything_else),
        cmocka_unit_test(survives_bytes_that_are_no_http),
        cmocka_unit_test(a_taken_address_is_said),
        cmocka_unit_test(ends_while_clients_hang),
        cmocka_unit_test(text_is_given_again_for_a_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
