/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * view/: who is let in, what a request says, and over a raw socket that the
 * server heeds both.  The store's side is tests/cli/review.sh's.
 */
#include "base/json.h"
#include "view/ask.h"
#include "view/gate.h"
#include "view/page.h"
#include "view/review.h"
#include "view/row.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <cmocka.h>

#define PORT 8080

/* --- the gate --- */

struct visit {
    struct gate gate;
    char cookie[100];
    struct gate_request r;
};

static void visit(struct visit *v)
{
    struct err err;

    assert_int_equal(gate_init(&v->gate, PORT, &err), 0);
    snprintf(v->cookie, sizeof(v->cookie), "a=b; phgen-8080=%s; c=d",
             v->gate.cookie);
    v->r = (struct gate_request){.method = "POST",
                                 .path = "/api/label",
                                 .host = "127.0.0.1:8080",
                                 .origin = "http://127.0.0.1:8080",
                                 .fetch_site = "same-origin",
                                 .cookie = v->cookie,
                                 .csrf = v->gate.csrf,
                                 .content_type = "application/json"};
}

static unsigned status(struct visit *v)
{
    return gate_ask(&v->gate, &v->r, 0).status;
}

static void test_hosts(void **state)
{
    static const struct {
        const char *host;
        unsigned port;
        bool ours;
    } hosts[] = {
        {"127.0.0.1:8080", 8080, true},
        {"localhost:8080", 8080, true},
        {"LocalHost:8080", 8080, true},
        {"[::1]:8080", 8080, true},
        {"127.0.0.1", 80, true},
        {"127.0.0.1:80", 80, true},
        {"127.0.0.1", 8080, false},
        {"127.0.0.1:8081", 8080, false},
        {"127.0.0.1:80800", 8080, false},
        {"127.0.0.2:8080", 8080, false},
        {"localhost:8080.evil.example", 8080, false},
        {"localhost.evil.example:8080", 8080, false},
        {"evil.example:8080", 8080, false},
        {"127.0.0.1:8080 ", 8080, false},
        {"", 8080, false},
        {NULL, 8080, false},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
        if (gate_host_is_ours(hosts[i].host, hosts[i].port) != hosts[i].ours)
            fail_msg("%s at %u", hosts[i].host, hosts[i].port);
}

/* One thing wrong at a time. */
static void test_rules(void **state)
{
    struct visit v;
    char other[100];

    (void)state;
    visit(&v);
    assert_int_equal(status(&v), 0);
    v.r.origin = NULL;
    v.r.fetch_site = NULL;
    assert_int_equal(status(&v), 0);
    v.r.content_type = "Application/JSON; charset=utf-8";
    assert_int_equal(status(&v), 0);

    visit(&v);
    v.r.host = "evil.example:8080";
    assert_int_equal(status(&v), 403);
    visit(&v);
    v.r.origin = "http://evil.example";
    assert_int_equal(status(&v), 403);
    v.r.origin = "null";
    assert_int_equal(status(&v), 403);
    v.r.origin = "http://localhost:8080"; /* another name: another origin */
    assert_int_equal(status(&v), 403);
    v.r.origin = "https://127.0.0.1:8080";
    assert_int_equal(status(&v), 403);
    visit(&v);
    v.r.fetch_site = "cross-site";
    assert_int_equal(status(&v), 403);
    v.r.fetch_site = "same-site"; /* another port */
    assert_int_equal(status(&v), 403);
    visit(&v);
    v.r.cookie = NULL;
    assert_int_equal(status(&v), 403);
    snprintf(other, sizeof(other), "phgen-8081=%s", v.gate.cookie);
    v.r.cookie = other;
    assert_int_equal(status(&v), 403);
    snprintf(other, sizeof(other), "phgen-8080=%sx", v.gate.cookie);
    assert_int_equal(status(&v), 403);
    snprintf(other, sizeof(other), "phgen-8080=%.31s", v.gate.cookie);
    assert_int_equal(status(&v), 403);
    v.r.cookie = "phgen-8080=";
    assert_int_equal(status(&v), 403);
    snprintf(other, sizeof(other), ";;phgen-8080=x; phgen-8080=%s",
             v.gate.cookie);
    v.r.cookie = other;
    assert_int_equal(status(&v), 0);
    visit(&v);
    v.r.csrf = NULL;
    assert_int_equal(status(&v), 403);
    v.r.csrf = v.gate.cookie;
    assert_int_equal(status(&v), 403);
    visit(&v);
    v.r.content_type = "text/plain";
    assert_int_equal(status(&v), 415);
    v.r.content_type = "application/jsonp";
    assert_int_equal(status(&v), 415);
    v.r.content_type = NULL;
    assert_int_equal(status(&v), 415);
    visit(&v); /* what only reads needs no second secret */
    v.r.method = "GET";
    v.r.path = "/";
    v.r.csrf = v.r.content_type = v.r.origin = NULL;
    v.r.fetch_site = "none";
    assert_int_equal(status(&v), 0);
}

static void test_token_once(void **state)
{
    struct visit v;
    char path[64], other[64];

    (void)state;
    visit(&v);
    snprintf(path, sizeof(path), GATE_OPEN_PATH "%s", v.gate.token);
    snprintf(other, sizeof(other), GATE_OPEN_PATH "%s", v.gate.csrf);
    v.r = (struct gate_request){
        .method = "GET", .path = other, .host = "localhost:8080"};
    assert_int_equal(status(&v), 403);
    v.r.path = GATE_OPEN_PATH;
    assert_int_equal(status(&v), 403);
    v.r.path = path;
    v.r.method = "HEAD"; /* a look is no use of it */
    assert_int_equal(status(&v), 405);
    v.r.method = "GET";
    v.r.host = "evil.example:8080";
    assert_int_equal(status(&v), 403);
    v.r.host = "localhost:8080";
    v.r.fetch_site = "cross-site"; /* a link in a web terminal */
    assert_int_equal(status(&v), 200);
    assert_int_equal(status(&v), 403);
    v.r.cookie = v.cookie;
    assert_int_equal(status(&v), 403);
}

static void test_secrets_differ(void **state)
{
    struct visit a, b;

    (void)state;
    visit(&a);
    visit(&b);
    assert_int_equal(strlen(a.gate.token), 32);
    assert_string_not_equal(a.gate.token, b.gate.token);
    assert_string_not_equal(a.gate.token, a.gate.cookie);
    assert_string_not_equal(a.gate.cookie, a.gate.csrf);
}

/* Strangers cannot use up what the session has. */
static void test_rates(void **state)
{
    struct visit v;
    const char *cookie;
    int i, n = 0;

    (void)state;
    visit(&v);
    cookie = v.r.cookie;
    v.r.cookie = NULL;
    for (i = 0; i < 1000; i++)
        n += status(&v) != 429;
    assert_int_equal(n, 20);
    v.r.cookie = cookie;
    for (i = 0, n = 0; i < 1000; i++)
        n += status(&v) == 0;
    assert_int_equal(n, 300);
    assert_int_equal(gate_ask(&v.gate, &v.r, 9).status, 429);
    assert_int_equal(gate_ask(&v.gate, &v.r, 11).status, 0);
    assert_int_equal(gate_ask(&v.gate, &v.r, 5).status, 429);
}

/* --- what is asked --- */

static unsigned read_post(const char *path, const char *body, struct ask *a)
{
    struct err err = {""};
    unsigned got = ask_read("POST", path, body, strlen(body), a, &err);

    assert_true(got == 0 || err.text[0] != '\0');
    return got;
}

static void test_questions(void **state)
{
    struct ask a;
    struct err err;

    (void)state;
    assert_int_equal(ask_read("GET", "/", "", 0, &a, &err), 0);
    assert_int_equal(a.what, ASK_PAGE);
    assert_int_equal(ask_read("GET", "/review.js", "", 0, &a, &err), 0);
    assert_int_equal(a.what, ASK_PAGE);
    assert_int_equal(ask_read("GET", "/api/session", "", 0, &a, &err), 0);
    assert_int_equal(a.what, ASK_SESSION);
    assert_int_equal(
        read_post("/api/begin", "{\"annotator\":\"  anna \\t b \"}", &a), 0);
    assert_int_equal(a.what, ASK_BEGIN);
    assert_string_equal(a.annotator, "anna b");
    assert_int_equal(
        read_post("/api/row", "{\"annotator\":\"x\",\"at\":12}", &a), 0);
    assert_int_equal(a.what, ASK_ROW);
    assert_int_equal(a.at, 12);
    assert_int_equal(
        read_post("/api/label",
                  "{\"annotator\":\"x\",\"at\":0,\"id\":\"i\",\"verdict\":"
                  "\"harmless\",\"was\":\"none\",\"note\":\" a\\n b \"}",
                  &a),
        0);
    assert_string_equal(a.id, "i");
    assert_string_equal(a.verdict, "harmless");
    assert_string_equal(a.was, "none");
    assert_string_equal(a.note, "a b");
    assert_int_equal(read_post("/api/undo",
                               "{\"annotator\":\"x\",\"at\":0,\"id\":\"i\","
                               "\"was\":\"s\",\"note\":\"no\"}",
                               &a),
                     0);
    assert_int_equal(a.what, ASK_UNDO);
    assert_string_equal(a.note, "");
}

static void test_bad_questions(void **state)
{
    static const struct {
        const char *path, *body;
        unsigned status;
    } bad[] = {
        {"/", "", 405},
        {"/api/session", "{}", 405},
        {"/api/none", "{}", 405},
        {"/api/begin", "", 400},
        {"/api/begin", "[]", 400},
        {"/api/begin", "{}", 400},
        {"/api/begin", "{\"annotator\":\"\"}", 400},
        {"/api/begin", "{\"annotator\":\" \\n \"}", 400},
        {"/api/begin", "{\"annotator\":7}", 400},
        {"/api/begin", "{\"annotator\":\"a\\u0000b\"}", 400},
        {"/api/begin", "{\"annotator\":\"a\\u001bb\"}", 400},
        {"/api/begin", "{\"annotator\":\"\xff\"}", 400},
        {"/api/row", "{\"annotator\":\"x\"}", 400},
        {"/api/row", "{\"annotator\":\"x\",\"at\":-1}", 400},
        {"/api/row", "{\"annotator\":\"x\",\"at\":0.5}", 400},
        {"/api/row", "{\"annotator\":\"x\",\"at\":1e300}", 400},
        {"/api/row", "{\"annotator\":\"x\",\"at\":\"1\"}", 400},
        {"/api/label",
         "{\"annotator\":\"x\",\"at\":1,\"id\":"
         "\"01234567890123456789012345678901234567890\"}",
         400},
    };
    char *big = malloc(ASK_BODY_MAX + 2);
    struct ask a;
    struct err err;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (read_post(bad[i].path, bad[i].body, &a) != bad[i].status)
            fail_msg("%s %s", bad[i].path, bad[i].body);
    assert_int_equal(ask_read("DELETE", "/api/label", "{}", 2, &a, &err), 405);
    assert_int_equal(ask_read("GET", "/api/label", "", 0, &a, &err), 405);
    assert_int_equal(ask_read("GET", "/api/none", "", 0, &a, &err), 404);
    memset(big, 'x', ASK_BODY_MAX + 1);
    assert_int_equal(
        ask_read("POST", "/api/row", big, ASK_BODY_MAX + 1, &a, &err), 413);
    snprintf(big, ASK_BODY_MAX,
             "{\"annotator\":\"x\",\"at\":1,\"note\":\"%0*d\"}",
             ASK_NOTE_MAX + 1, 0);
    assert_int_equal(read_post("/api/label", big, &a), 400);
    snprintf(big, ASK_BODY_MAX,
             "{\"annotator\":\"x\",\"at\":1,\"note\":\"%0*d\"}", ASK_NOTE_MAX,
             0);
    assert_int_equal(read_post("/api/label", big, &a), 0);
    snprintf(big, ASK_BODY_MAX, "{\"annotator\":\"%0*d\"}", ASK_NAME_MAX + 1,
             0);
    assert_int_equal(read_post("/api/begin", big, &a), 400);
    free(big);
}

/* What the page sees unasked holds nothing that a model said. */
static void test_row(void **state)
{
    static const char record[] =
        "{\"id\":\"i\",\"prompt\":\"p\",\"messages\":[{\"role\":\"user\","
        "\"content\":\"p\"}],\"label\":\"MODEL\",\"category\":\"MODEL\","
        "\"focus\":[\"MODEL\"],\"benign_reading\":\"MODEL\",\"judges\":"
        "[{\"verdict\":\"MODEL\"}],\"targets\":[{\"reply\":\"MODEL\"}],"
        "\"witness\":{\"excerpt\":\"MODEL\"},\"response\":\"MODEL\","
        "\"agreement\":1,\"later\":\"MODEL\"}";
    struct err err;
    cJSON *r = json_parse(record, strlen(record), &err),
          *shown = cJSON_CreateObject(), *rest = cJSON_CreateObject();
    struct str s;

    (void)state;
    str_init(&s, 10000);
    row_show(r, shown);
    json_print(shown, &s);
    assert_string_equal(s.s, "{\"id\":\"i\",\"messages\":[{\"role\":\"user\","
                             "\"content\":\"p\"}]}");
    row_evidence(r, rest);
    assert_string_equal(json_string(rest, "label"), "MODEL");
    assert_non_null(json_array(rest, "judges"));
    assert_null(json_string(rest, "later"));
    cJSON_Delete(r);
    cJSON_Delete(shown);
    cJSON_Delete(rest);
    str_release(&s);
}

static void test_page(void **state)
{
    struct page_file f;

    (void)state;
    assert_true(page_find("/", &f));
    assert_string_equal(f.type, "text/html; charset=utf-8");
    assert_non_null(memmem(f.bytes, f.len, "phgen review", 12));
    assert_true(page_find("/review.js", &f));
    assert_string_equal(f.type, "text/javascript; charset=utf-8");
    assert_true(page_find("/tokens.css", &f));
    assert_false(page_find("/../review.c", &f));
    assert_false(page_find("/nothing", &f));
    assert_false(page_find("xreview.js", &f));
    assert_false(page_find("", &f));
}

/* --- the server --- */

struct client {
    unsigned port;
    const char *bytes;
    size_t len;
    char reply[65536];
    bool done;
};

static void *talk(void *arg)
{
    struct client *c = arg;
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)c->port)};
    struct timeval patience = {20, 0};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    size_t sent = 0, n = 0;
    ssize_t got;

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0) {
        while (sent < c->len && (got = send(fd, c->bytes + sent, c->len - sent,
                                            MSG_NOSIGNAL)) > 0)
            sent += (size_t)got;
        while (n < sizeof(c->reply) - 1 &&
               (got = recv(fd, c->reply + n, sizeof(c->reply) - 1 - n, 0)) > 0)
            n += (size_t)got;
    }
    c->reply[n] = '\0';
    close(fd);
    __atomic_store_n(&c->done, true, __ATOMIC_SEQ_CST);
    return NULL;
}

/* Sends the bytes while the server turns; every question is answered by what
 * it asked for. */
static void exchange(struct review *r, struct client *c, const char *bytes,
                     size_t len)
{
    struct ask ask;
    struct err err;
    struct str json;
    pthread_t thread;

    *c = (struct client){.port = review_port(r), .bytes = bytes, .len = len};
    pthread_create(&thread, NULL, talk, c);
    while (!__atomic_load_n(&c->done, __ATOMIC_SEQ_CST)) {
        switch (review_step(r, 10, &ask, &err)) {
        case REVIEW_ASK:
            str_init(&json, 1000);
            str_addf(&json, "{\"said\":\"%s at %d\"}", ask.annotator,
                     (int)ask.at);
            review_answer(r, 200, &json);
            str_release(&json);
            break;
        case REVIEW_IDLE:
            break;
        case REVIEW_ERROR:
            fail_msg("%s", err.text);
        }
    }
    pthread_join(thread, NULL);
}

static void check_headers(const char *reply)
{
    static const char *const wanted[] = {
        "Content-Security-Policy: default-src 'none'",
        "X-Content-Type-Options: nosniff",
        "Referrer-Policy: same-origin",
        "Cache-Control: no-store",
        "X-Frame-Options: DENY",
    };
    size_t i;

    for (i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
        if (strstr(reply, wanted[i]) == NULL)
            fail_msg("no %s in: %s", wanted[i], reply);
    assert_null(strstr(reply, "unsafe-"));
}

static void enter(struct review *r, struct client *c, char cookie[100])
{
    char request[300], *at;

    snprintf(request, sizeof(request),
             "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
             "Connection: close\r\n\r\n",
             strstr(review_url(r), "/open/"), review_port(r));
    exchange(r, c, request, strlen(request));
    assert_non_null(strstr(c->reply, "HTTP/1.1 200"));
    assert_non_null(strstr(c->reply, "; HttpOnly; SameSite=Strict"));
    check_headers(c->reply);
    at = strstr(c->reply, "Set-Cookie: ");
    assert_non_null(at);
    snprintf(cookie, 100, "%.*s", (int)strcspn(at + 12, ";"), at + 12);
}

static void post(struct review *r, struct client *c, const char *cookie,
                 const char *body, size_t len)
{
    char *request = malloc(len + 1000);
    int n;

    n = snprintf(request, 1000,
                 "POST /api/row HTTP/1.1\r\nHost: localhost:%u\r\n"
                 "Cookie: %s\r\nX-CSRF-Token: %s\r\n"
                 "Content-Type: application/json\r\nConnection: close\r\n"
                 "Content-Length: %zu\r\n\r\n",
                 review_port(r), cookie, review_csrf(r), len);
    memcpy(request + n, body, len);
    exchange(r, c, request, (size_t)n + len);
    free(request);
}

static void test_server(void **state)
{
    static const char body[] = "{\"annotator\":\"anna\",\"at\":7}";
    static const char *const bad[] = {
        "\r\n\r\n",
        "nonsense\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        "POST /api/row HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        ("POST /api/row HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
         "\r\nzz\r\n"),
        "\x16\x03\x01\x02\x01\x01\r\n\r\n",
    };
    struct err err;
    struct review *r = review_open(0, &err);
    struct client *c = malloc(sizeof(*c));
    char cookie[100], *big = calloc(1, 1 << 20);
    size_t i;

    (void)state;
    assert_non_null(r);
    enter(r, c, cookie);
    post(r, c, cookie, body, strlen(body));
    assert_non_null(strstr(c->reply, "{\"said\":\"anna at 7\"}"));
    check_headers(c->reply);
    post(r, c, "phgen-1=none", body, strlen(body));
    assert_non_null(strstr(c->reply, "HTTP/1.1 403"));
    check_headers(c->reply);
    post(r, c, cookie, big, ASK_BODY_MAX + 1);
    assert_non_null(strstr(c->reply, "HTTP/1.1 413"));
    post(r, c, cookie, big, 1 << 20); /* cut off, or told so */
    assert_null(strstr(c->reply, "HTTP/1.1 200"));
    for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        exchange(r, c, bad[i], strlen(bad[i]));
        assert_null(strstr(c->reply, "HTTP/1.1 200"));
    }
    memset(big, 'h', 1 << 20);
    memcpy(big, "GET / HTTP/1.1\r\n", 16);
    exchange(r, c, big, 1 << 20); /* a header without end */
    assert_null(strstr(c->reply, "HTTP/1.1 200"));
    post(r, c, cookie, body, strlen(body));
    assert_non_null(strstr(c->reply, "{\"said\":\"anna at 7\"}"));
    review_close(r);
    free(big);
    free(c);
}

/* Closing does not hang on a question that nobody answered. */
static void test_close_asked(void **state)
{
    struct err err;
    struct review *r = review_open(0, &err);
    struct client *c = malloc(sizeof(*c));
    char cookie[100], request[600];
    static const char body[] = "{\"annotator\":\"anna\",\"at\":7}";
    struct ask ask;
    pthread_t thread;

    (void)state;
    enter(r, c, cookie);
    snprintf(request, sizeof(request),
             "POST /api/row HTTP/1.1\r\nHost: localhost:%u\r\n"
             "Cookie: %s\r\nX-CSRF-Token: %s\r\n"
             "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
             review_port(r), cookie, review_csrf(r), strlen(body), body);
    *c = (struct client){
        .port = review_port(r), .bytes = request, .len = strlen(request)};
    pthread_create(&thread, NULL, talk, c);
    while (review_step(r, 10, &ask, &err) != REVIEW_ASK)
        ;
    review_close(r);
    pthread_join(thread, NULL);
    assert_null(strstr(c->reply, "said"));
    free(c);
}

static void test_port_taken(void **state)
{
    struct err err;
    struct review *r = review_open(0, &err);

    (void)state;
    assert_non_null(r);
    assert_null(review_open(review_port(r), &err));
    assert_non_null(strstr(err.text, "in use"));
    assert_non_null(strstr(err.text, "--port 0"));
    review_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_token_once),
        cmocka_unit_test(test_secrets_differ),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_bad_questions),
        cmocka_unit_test(test_row),
        cmocka_unit_test(test_page),
        cmocka_unit_test(test_server),
        cmocka_unit_test(test_close_asked),
        cmocka_unit_test(test_port_taken),
    };

    return cmocka_run_group_tests_name("review", tests, NULL, NULL);
}
