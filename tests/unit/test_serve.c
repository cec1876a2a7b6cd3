/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * serve/: over a raw socket on loopback, with requests as no library would
 * send them.  The builtin here is a fake that says what it was asked, so a
 * test sees whether the call arrived as it was meant; tests/cli/http.sh has
 * the real one.
 */
#include "base/json.h"
#include "base/text.h"
#include "builtin/builtin.h"
#include "serve/chat.h"
#include "serve/serve.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#define CHAT "/v1/chat/completions"
#define HI                                                                     \
    "{\"model\":\"builtin:echo\",\"messages\":[{\"role\":\"user\","            \
    "\"content\":\"hi\"}]}"

/* --- the fake --- */

const struct builtin_model BUILTIN_MODELS[] = {
    {"builtin:echo", "target", "says what it was asked"},
    {"builtin:broken", "target", "fails"},
    {NULL, NULL, NULL},
};

const struct builtin_model *builtin_find(const char *name)
{
    size_t i;

    for (i = 0; BUILTIN_MODELS[i].name != NULL; i++)
        if (strcmp(BUILTIN_MODELS[i].name, name) == 0)
            return &BUILTIN_MODELS[i];
    return NULL;
}

void builtin_reply(const struct builtin *b, const struct call *call,
                   struct reply *reply)
{
    struct str s;
    size_t i;

    (void)b;
    if (strcmp(call->model->name, "builtin:broken") == 0) {
        reply_fail(reply, REPLY_FAILED, "it is broken");
        return;
    }
    str_init(&s, 2u << 20);
    str_addf(&s, "%llu", (unsigned long long)call->seed);
    for (i = 0; i < call->nmessages; i++)
        str_addf(&s, "|%s:%s", role_name(call->messages[i].role),
                 call->messages[i].text);
    reply->status = REPLY_OK;
    reply->finish = FINISH_STOP;
    reply->tokens_in = 3;
    reply->tokens_out = 4;
    reply->text = str_detach(&s);
}

/* --- a client --- */

struct answer {
    int status; /* 0: the connection closed without one */
    char *head, *body;
    size_t len; /* of the body that came */
    char *bytes;
};

static void forget(struct answer *a)
{
    free(a->bytes);
    memset(a, 0, sizeof(*a));
}

static int dial(unsigned port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)port)};
    struct timeval patience = {20, 0};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return fd;
}

/* The server may have hung up already. */
static void push(int fd, const char *bytes, size_t len)
{
    ssize_t n;

    while (len > 0 && (n = send(fd, bytes, len, MSG_NOSIGNAL)) > 0) {
        bytes += n;
        len -= (size_t)n;
    }
}

/* Reads to the end of the connection. */
static struct answer hear(int fd)
{
    struct answer a = {0};
    struct str s;
    char chunk[4096];
    ssize_t n;

    str_init(&s, 4u << 20);
    while ((n = recv(fd, chunk, sizeof(chunk), 0)) > 0)
        str_add(&s, chunk, (size_t)n);
    close(fd);
    a.bytes = str_detach(&s);
    assert_non_null(a.bytes);
    a.head = a.bytes;
    a.body = strstr(a.bytes, "\r\n\r\n");
    if (a.body == NULL)
        return a;
    *a.body = '\0';
    a.body += 4;
    a.len = strlen(a.body);
    assert_int_equal(sscanf(a.head, "HTTP/1.1 %d", &a.status), 1);
    return a;
}

static struct answer raw(unsigned port, const char *request, size_t len)
{
    /* An incomplete request gets no answer before the idle limit. */
    struct timeval patience = {.tv_usec = 300000};
    int fd = dial(port);

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    push(fd, request, len);
    shutdown(fd, SHUT_WR);
    return hear(fd);
}

/* `headers` may be NULL, else each line ends with CRLF. */
static struct answer ask(unsigned port, const char *method, const char *path,
                         const char *headers, const char *body, size_t len)
{
    struct answer a;
    struct str s;
    int fd = dial(port);

    str_init(&s, 16u << 20);
    str_addf(&s, "%s %s HTTP/1.1\r\n", method, path);
    if (headers == NULL || strstr(headers, "Host:") == NULL)
        str_addf(&s, "Host: 127.0.0.1:%u\r\n", port);
    str_addf(&s, "%sConnection: close\r\nContent-Length: %zu\r\n\r\n",
             headers != NULL ? headers : "", len);
    str_add(&s, body, len);
    push(fd, s.s, s.len);
    str_release(&s);
    a = hear(fd);
    return a;
}

static struct answer post(unsigned port, const char *body)
{
    return ask(port, "POST", CHAT, NULL, body, strlen(body));
}

static struct serve *start(const char *faults, const char *key)
{
    struct serve_options o = {.bind = "127.0.0.1", .key = key, .seed = 1};
    struct err err = {""};
    struct serve *s;

    if (faults != NULL)
        assert_int_equal(serve_faults_parse(faults, &o.faults, &err), 0);
    s = serve_start(&o, NULL, &err);
    if (s == NULL)
        fail_msg("%s", err.text);
    return s;
}

/* The OpenAI shape, the status, and the words in the sentence. */
static void check_error(struct answer a, int status, const char *words)
{
    cJSON *o = json_parse(a.body != NULL ? a.body : "", a.len, NULL);
    const cJSON *e = json_object(o, "error");
    const char *message = json_string(e, "message");

    assert_int_equal(a.status, status);
    assert_non_null(message);
    if (strstr(message, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", message, words);
    assert_non_null(json_string(e, "type"));
    assert_true(cJSON_HasObjectItem(e, "param"));
    assert_true(cJSON_HasObjectItem(e, "code"));
    assert_non_null(strstr(a.head, "application/json"));
    cJSON_Delete(o);
    forget(&a);
}

/* What the fake said. */
static void check_said(struct answer a, const char *want)
{
    cJSON *o = json_parse(a.body != NULL ? a.body : "", a.len, NULL);
    const cJSON *choice = cJSON_GetArrayItem(json_array(o, "choices"), 0);

    assert_int_equal(a.status, 200);
    assert_non_null(choice);
    assert_string_equal(json_string(json_object(choice, "message"), "content"),
                        want);
    assert_string_equal(json_string(choice, "finish_reason"), "stop");
    assert_string_equal(json_string(o, "model"), "builtin:echo");
    assert_string_equal(json_string(o, "object"), "chat.completion");
    assert_true(json_number(json_object(o, "usage"), "total_tokens", 0) == 7);
    cJSON_Delete(o);
    forget(&a);
}

/* --- tests --- */

static void test_completion(void **state)
{
    struct serve *s = start(NULL, NULL);
    unsigned port = serve_port(s);

    (void)state;
    assert_true(port > 0);
    check_said(post(port, HI), "0|user:hi");
    check_said(
        post(port,
             "{\"model\":\"builtin:echo\",\"seed\":9007199254740991,"
             "\"temperature\":0.7,\"max_tokens\":5,\"n\":1,\"stream\":false,"
             "\"response_format\":{\"type\":\"json_object\"},\"user\":\"x\","
             "\"messages\":[{\"role\":\"developer\",\"content\":\"a\"},"
             "{\"role\":\"assistant\",\"content\":\"\\u00e9\\n\\\"\"},"
             "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":"
             "\"b\"},{\"type\":\"text\",\"text\":\"c\"}]}]}"),
        "9007199254740991|system:a|assistant:\xC3\xA9\n\"|user:bc");
    serve_stop(s);
    serve_stop(NULL);
}

static void test_models(void **state)
{
    struct serve *s = start(NULL, NULL);
    struct answer a = ask(serve_port(s), "GET", "/v1/models", NULL, "", 0);
    cJSON *o = json_parse(a.body, a.len, NULL);

    (void)state;
    assert_int_equal(a.status, 200);
    assert_int_equal(cJSON_GetArraySize(json_array(o, "data")), 2);
    assert_string_equal(
        json_string(cJSON_GetArrayItem(json_array(o, "data"), 0), "id"),
        "builtin:echo");
    cJSON_Delete(o);
    forget(&a);
    a = ask(serve_port(s), "GET", "/health", NULL, "", 0);
    assert_int_equal(a.status, 200);
    forget(&a);
    serve_stop(s);
}

static void test_metrics(void **state)
{
    struct serve *s = start("503=1,times=1", NULL);
    unsigned port = serve_port(s);
    struct answer a = post(port, HI);

    (void)state;
    assert_int_equal(a.status, 503);
    forget(&a);
    check_said(post(port, HI), "0|user:hi");
    a = post(port, "{");
    forget(&a);
    a = post(port, "{");
    assert_int_equal(a.status, 400);
    forget(&a);
    a = ask(port, "GET", "/metrics", NULL, "", 0);
    assert_int_equal(a.status, 200);
    assert_non_null(strstr(a.body, "\nphgen_serve_answers_total 1\n"));
    assert_non_null(strstr(a.body, "\nphgen_serve_errors_total 1\n"));
    assert_non_null(
        strstr(a.body, "\nphgen_serve_faults_total{fault=\"503\"} 2\n"));
    forget(&a);
    serve_stop(s);
}

static void test_bad_requests(void **state)
{
#define WITH(x)                                                                \
    "{\"model\":\"builtin:echo\"," x ",\"messages\":[{\"role\":\"user\","      \
    "\"content\":\"hi\"}]}"
    static const struct {
        const char *body, *words;
        int status;
    } bad[] = {
        {"", "JSON ends early", 400},
        {"{", "JSON", 400},
        {"[]", "must be a JSON object", 400},
        {"\"\xFF\"", "UTF-8", 400},
        {HI " x", "malformed", 400},
        {"{\"messages\":[]}", "\"model\" must be", 400},
        {"{\"model\":\"gpt\"}", "does not exist", 404},
        {"{\"model\":\"\\\"<x>\"}", "does not exist", 404},
        {"{\"model\":\"builtin:echo\"}", "\"messages\"", 400},
        {"{\"model\":\"builtin:echo\",\"messages\":[]}", "1 to 32", 400},
        {"{\"model\":\"builtin:echo\",\"messages\":[7]}", "role", 400},
        {"{\"model\":\"builtin:echo\",\"messages\":[{\"role\":\"tool\","
         "\"content\":\"x\"}]}",
         "role", 400},
        {"{\"model\":\"builtin:echo\",\"messages\":[{\"role\":\"user\"}]}",
         "\"content\"", 400},
        {"{\"model\":\"builtin:echo\",\"messages\":[{\"role\":\"user\","
         "\"content\":[{\"type\":\"image_url\",\"text\":\"x\"}]}]}",
         "type \"text\"", 400},
        {"{\"model\":\"builtin:echo\",\"messages\":[{\"role\":\"user\","
         "\"content\":\"\\u0000\"}]}",
         "NUL", 400},
        {WITH("\"stream\":true"), "Streaming", 400},
        {WITH("\"stream\":\"yes\""), "Streaming", 400},
        {WITH("\"n\":2"), "\"n\" must be", 400},
        {WITH("\"seed\":-1"), "\"seed\" must be", 400},
        {WITH("\"seed\":1.5"), "\"seed\" must be", 400},
        {WITH("\"seed\":9007199254740992"), "\"seed\" must be", 400},
        {WITH("\"seed\":1e999"), "\"seed\" must be", 400},
        {WITH("\"seed\":\"7\""), "\"seed\" must be", 400},
        {WITH("\"temperature\":3"), "\"temperature\" must be", 400},
        {WITH("\"max_tokens\":0"), "\"max_tokens\" must be", 400},
        {WITH("\"response_format\":{\"type\":\"xml\"}"), "json_schema", 400},
        {"{\"model\":\"builtin:broken\",\"messages\":[{\"role\":\"user\","
         "\"content\":\"x\"}]}",
         "it is broken", 500},
    };
    struct serve *s = start(NULL, NULL);
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        check_error(post(serve_port(s), bad[i].body), bad[i].status,
                    bad[i].words);
    check_said(post(serve_port(s), HI), "0|user:hi");
    serve_stop(s);
}

/* A reply that is no moderation would be put into the JSON as it is. */
static void test_other_route(void **state)
{
    static const char body[] = "{\"model\":\"builtin:echo\",\"input\":\"hi\"}";
    struct serve *s = start(NULL, NULL);
    unsigned port = serve_port(s);

    (void)state;
    check_error(ask(port, "POST", "/v1/moderations", NULL, body, strlen(body)),
                400, "makes no moderations");
    check_error(ask(port, "POST", "/v1/embeddings", NULL, body, strlen(body)),
                400, "makes no embeddings");
    serve_stop(s);
}

static void test_deep(void **state)
{
    struct serve *s = start(NULL, NULL);
    char *deep = malloc(500001);

    (void)state;
    memset(deep, '[', 500000);
    deep[500000] = '\0';
    check_error(post(serve_port(s), deep), 400, "deeper");
    free(deep);
    serve_stop(s);
}

static void test_routes(void **state)
{
    struct serve *s = start(NULL, NULL);
    unsigned port = serve_port(s);

    (void)state;
    check_error(ask(port, "GET", "/", NULL, "", 0), 404, "/v1/models");
    check_error(ask(port, "GET", "/v1/models/../x", NULL, "", 0), 404, "");
    check_error(ask(port, "GET", CHAT, NULL, "", 0), 405, "POST");
    check_error(ask(port, "POST", "/v1/models", NULL, HI, strlen(HI)), 405,
                "GET");
    check_error(ask(port, "DELETE", CHAT, NULL, "", 0), 405, "POST");
    serve_stop(s);
}

static void test_key(void **state)
{
    static const char *const wrong[] = {
        NULL,
        "Authorization: Bearer sesam\r\n",
        "Authorization: Bearer sesames\r\n",
        "Authorization: Bearer \r\n",
        "Authorization: Basic sesame\r\n",
        "Authorization: sesame\r\n",
    };
    struct serve *s = start(NULL, "sesame");
    unsigned port = serve_port(s);
    struct answer a;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        check_error(ask(port, "POST", CHAT, wrong[i], HI, strlen(HI)), 401,
                    "API key");
    check_error(ask(port, "GET", "/none", NULL, "", 0), 401, "API key");
    check_said(ask(port, "POST", CHAT, "Authorization: Bearer sesame\r\n", HI,
                   strlen(HI)),
               "0|user:hi");
    a = ask(port, "GET", "/health", NULL, "", 0);
    assert_int_equal(a.status, 200);
    forget(&a);
    serve_stop(s);
}

static void test_host(void **state)
{
    static const struct {
        const char *host;
        int status;
    } hosts[] = {
        {"Host: localhost\r\n", 200},
        {"Host: LocalHost:99\r\n", 200},
        {"Host: 127.0.0.1\r\n", 200},
        {"Host: 127.8.8.8:1\r\n", 200},
        {"Host: [::1]:8080\r\n", 200},
        {"Host: phgen.localhost:8080\r\n", 200},
        {"Host: evil.example\r\n", 421},
        {"Host: localhost.evil.example\r\n", 421},
        {"Host: 127.0.0.1.evil.example\r\n", 421},
        {"Host: 127.evil.example\r\n", 421},
        {"Host: [::1\r\n", 421},
        {"Host: [::1]x\r\n", 421},
        {"Host: \r\n", 421},
        {"Host: 10.0.0.1\r\n", 421},
    };
    struct serve *s = start(NULL, NULL);
    struct answer a;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
        a = ask(serve_port(s), "POST", CHAT, hosts[i].host, HI, strlen(HI));
        if (a.status != hosts[i].status)
            fail_msg("%s gets %d", hosts[i].host, a.status);
        forget(&a);
    }
    a = raw(serve_port(s), "GET /health HTTP/1.0\r\n\r\n", 24);
    assert_int_equal(a.status, 421);
    forget(&a);
    serve_stop(s);
}

static void test_large(void **state)
{
    static const char head[] = "{\"model\":\"builtin:echo\",\"messages\":"
                               "[{\"role\":\"user\",\"content\":\"";
    size_t limit = 1u << 20, big = limit + 1;
    char *body = malloc(big);
    struct serve *s = start(NULL, NULL);
    struct answer a;

    (void)state;
    memset(body, 'a', big);
    memcpy(body, head, sizeof(head) - 1);
    memcpy(body + limit - 4, "\"}]}", 4);
    a = ask(serve_port(s), "POST", CHAT, NULL, body, limit);
    assert_int_equal(a.status, 200);
    forget(&a);
    check_error(ask(serve_port(s), "POST", CHAT, NULL, body, big), 413,
                "1 MiB");
    free(body);
    serve_stop(s);
}

/* A length that will not be read to its end is answered before the body. */
static void test_long_before_body(void **state)
{
    static const char head[] = "POST " CHAT " HTTP/1.1\r\nHost: localhost\r\n"
                               "Content-Length: 99000000\r\n\r\n{";
    struct serve *s = start(NULL, NULL);

    (void)state;
    check_error(raw(serve_port(s), head, sizeof(head) - 1), 413, "1 MiB");
    serve_stop(s);
}

/* Chunks without end: cut off, with or without an answer. */
static void test_endless(void **state)
{
    struct serve *s = start(NULL, NULL);
    char chunk[8 + 65536 + 2] = "010000\r\n";
    char head[200];
    int fd = dial(serve_port(s)), i;

    (void)state;
    snprintf(head, sizeof(head),
             "POST " CHAT " HTTP/1.1\r\nHost: localhost\r\n"
             "Transfer-Encoding: chunked\r\n\r\n");
    memset(chunk + 8, 'a', 65536);
    memcpy(chunk + 8 + 65536, "\r\n", 2);
    push(fd, head, strlen(head));
    for (i = 0; i < 1000; i++) { /* 62 MiB at most */
        if (send(fd, chunk, sizeof(chunk), MSG_NOSIGNAL) < 0)
            break;
    }
    assert_in_range(i, 100, 999);
    close(fd);
    check_said(post(serve_port(s), HI), "0|user:hi");
    serve_stop(s);
}

static void test_malformed_http(void **state)
{
    static const char *const bad[] = {
        "\r\n\r\n",
        "GET\r\n\r\n",
        "nonsense that is no HTTP at all\r\n\r\n",
        "POST " CHAT " HTTP/9.9\r\nHost: localhost\r\n\r\n",
        "POST " CHAT " HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n"
        "\r\n",
        "POST " CHAT " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
        "99999999999999999999999\r\n\r\n",
        "POST " CHAT " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
        "chunked\r\n\r\nzz\r\n",
        "POST " CHAT " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n"
        "\r\n{\"cut",
        "\x16\x03\x01\x02\x01\x01",
    };
    struct serve *s = start(NULL, NULL);
    char *many = malloc(200000);
    struct answer a;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        a = raw(serve_port(s), bad[i], strlen(bad[i]));
        assert_true(a.status == 0 || a.status >= 400);
        forget(&a);
    }
    memset(many, 'h', 200000); /* one header too large */
    memcpy(many, "GET /health HTTP/1.1\r\n", 22);
    a = raw(serve_port(s), many, 200000);
    assert_true(a.status == 0 || a.status >= 400);
    forget(&a);
    free(many);
    check_said(post(serve_port(s), HI), "0|user:hi");
    serve_stop(s);
}

static void test_keep_alive(void **state)
{
    struct serve *s = start(NULL, NULL);
    char request[400], reply[4096];
    int fd = dial(serve_port(s)), i;
    ssize_t n;

    (void)state;
    snprintf(request, sizeof(request),
             "POST " CHAT " HTTP/1.1\r\nHost: localhost\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             strlen(HI), HI);
    for (i = 0; i < 300; i++) {
        push(fd, request, strlen(request));
        for (n = 0; n == 0 || strstr(reply, "total_tokens") == NULL;) {
            ssize_t got = recv(fd, reply + n, sizeof(reply) - 1 - (size_t)n, 0);

            assert_true(got > 0);
            n += got;
            reply[n] = '\0';
        }
        assert_non_null(strstr(reply, "0|user:hi"));
    }
    close(fd);
    serve_stop(s);
}

static void test_fault_list(void **state)
{
    static const char *const bad[] = {
        "429",
        "429=",
        "429=x",
        "429=0.1;500=0.1",
        "429=1.5",
        "429=-1",
        "429=nan",
        "404=0.1",
        "latency=-1",
        "latency=1e9",
        "=1",
        ",",
        "429=0.6,500=0.6",
        "times=0",
        "times=1.5",
    };
    struct serve_faults f;
    struct err err;
    size_t i;

    (void)state;
    assert_int_equal(
        serve_faults_parse("429=0.25,cut=0.5,latency=20", &f, &err), 0);
    assert_true(f.rate[FAULT_429] == 0.25);
    assert_true(f.rate[FAULT_CUT] == 0.5);
    assert_true(f.rate[FAULT_500] == 0);
    assert_int_equal(f.latency_ms, 20);
    assert_int_equal(serve_faults_parse("", &f, &err), 0);
    for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (serve_faults_parse(bad[i], &f, &err) == 0)
            fail_msg("\"%s\" passes", bad[i]);
}

static void test_faults(void **state)
{
    static const struct {
        const char *faults, *body;
        int status;
    } kinds[] = {
        {"429=1", "rate_limit", 429},
        {"500=1", "server_error", 500},
        {"502=1", "<html>", 502},
        {"503=1", "server_error", 503},
        {"529=1", "overloaded_error", 529},
        {"html=1", "<html>", 200},
        {"garbage=1", "{\"choices\"", 200},
        {"empty=1", "", 0},
        {"504=1", "<html>", 504},
        {"quota=1", "insufficient", 429},
        {"401=1", "invalid_api_key", 401},
        {"413=1", "larger", 413},
        {"redirect=1", "Moved", 307},
        {"deep=1", "[[[[[[[[", 200},
        {"utf8=1",
         "\"content\":\"\xFF"
         "0|user:hi",
         200},
    };
    struct answer a;
    struct serve *s;
    size_t i, said;

    (void)state;
    for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        s = start(kinds[i].faults, NULL);
        a = post(serve_port(s), HI);
        assert_int_equal(a.status, kinds[i].status);
        assert_true(a.body == NULL || strstr(a.body, kinds[i].body) != NULL);
        forget(&a);
        serve_stop(s);
    }
    s = start("cut=1", NULL);
    a = post(serve_port(s), HI);
    assert_int_equal(a.status, 200);
    assert_int_equal(
        sscanf(strstr(a.head, "Content-Length: "), "%*s %zu", &said), 1);
    assert_true(a.len > 0 && a.len < said);
    forget(&a);
    serve_stop(s);
}

/* Half of a reply, or all of it in steps; and a body of 64 MiB. */
static void test_slow_replies(void **state)
{
    static const char *const faults[] = {"half=1,times=1", "trickle=1,times=1",
                                         "huge=1,times=1"};
    struct timeval patience = {.tv_usec = 300000};
    char request[400], got[8192];
    struct serve *s;
    size_t i;
    ssize_t n;
    int fd;

    (void)state;
    snprintf(request, sizeof(request),
             "POST " CHAT " HTTP/1.1\r\nHost: localhost\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             strlen(HI), HI);
    for (i = 0; i < 3; i++) {
        s = start(faults[i], NULL);
        fd = dial(serve_port(s));
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        push(fd, request, strlen(request));
        n = recv(fd, got, sizeof(got) - 1, 0);
        assert_true(n > 0);
        got[n] = '\0';
        assert_non_null(strstr(got, "200 OK"));
        if (i == 2)
            assert_non_null(strstr(got, "Content-Length: 67108864"));
        assert_null(strstr(got, "total_tokens"));
        close(fd);
        check_said(post(serve_port(s), HI), "0|user:hi"); /* times=1 */
        serve_stop(s);
    }
}

/* The statuses of `n` askings of each of three requests. */
static void statuses(unsigned port, int n, int out[])
{
    char body[200];
    struct answer a;
    int i, k;

    for (i = 0; i < n; i++)
        for (k = 0; k < 3; k++) {
            snprintf(body, sizeof(body),
                     "{\"model\":\"builtin:echo\",\"seed\":%d,\"messages\":"
                     "[{\"role\":\"user\",\"content\":\"hi\"}]}",
                     k);
            a = post(port, body);
            out[3 * i + k] = a.status;
            forget(&a);
        }
}

/* The same bodies meet the same faults, whatever comes between. */
static void test_faults_repeat(void **state)
{
    struct serve *a = start("429=0.3,500=0.2", NULL),
                 *b = start("429=0.3,500=0.2", NULL);
    int x[60], y[60], i, faults = 0;

    (void)state;
    statuses(serve_port(a), 20, x);
    for (i = 0; i < 5; i++) {
        struct answer other = post(serve_port(b), HI);

        forget(&other);
    }
    statuses(serve_port(b), 20, y);
    assert_memory_equal(x, y, sizeof(x));
    for (i = 0; i < 60; i++)
        faults += x[i] != 200;
    assert_in_range(faults, 15, 45);
    serve_stop(a);
    serve_stop(b);
}

static void test_retry_after(void **state)
{
    struct serve *s = start("429=1", NULL);
    int none = 0, seconds = 0, ms = 0, date = 0, i;
    struct answer a;

    (void)state;
    for (i = 0; i < 60; i++) {
        a = post(serve_port(s), HI);
        ms += strstr(a.head, "retry-after-ms: ") != NULL;
        date += strstr(a.head, " GMT\r\nRetry") != NULL ||
                (strstr(a.head, "Retry-After: ") != NULL &&
                 strstr(strstr(a.head, "Retry-After: "), ", ") != NULL);
        seconds += strstr(a.head, "Retry-After: 0") != NULL ||
                   strstr(a.head, "Retry-After: 1") != NULL;
        none += strstr(a.head, "etry-") == NULL;
        forget(&a);
    }
    assert_true(none > 0 && seconds > 0 && ms > 0 && date > 0);
    serve_stop(s);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void *ask_slowly(void *arg)
{
    struct answer a = post(*(unsigned *)arg, HI);
    int status = a.status;

    forget(&a);
    return (void *)(intptr_t)status;
}

/* Many wait at once, none less than the latency. */
static void test_latency(void **state)
{
    struct serve *s = start("latency=100", NULL);
    unsigned port = serve_port(s);
    pthread_t threads[20];
    double began = now();
    void *status;
    int i;

    (void)state;
    for (i = 0; i < 20; i++)
        pthread_create(&threads[i], NULL, ask_slowly, &port);
    for (i = 0; i < 20; i++) {
        pthread_join(threads[i], &status);
        assert_int_equal((intptr_t)status, 200);
    }
    assert_true(now() - began >= 0.1);
    serve_stop(s);
}

/* Stopping wakes who sleeps: neither a minute nor a stall is sat out. */
static void test_stop_asleep(void **state)
{
    struct serve *s = start("latency=60000", NULL);
    unsigned port = serve_port(s);
    pthread_t thread;
    void *status;

    (void)state;
    pthread_create(&thread, NULL, ask_slowly, &port);
    usleep(50000);
    serve_stop(s);
    pthread_join(thread, &status);
    assert_int_equal((intptr_t)status, 0);
}

static void test_addresses(void **state)
{
    struct serve_options o = {.bind = "127.0.0.1"};
    struct serve *s = serve_start(&o, NULL, NULL);
    struct err err;

    (void)state;
    assert_non_null(s);
    o.port = serve_port(s);
    assert_null(serve_start(&o, NULL, &err));
    assert_non_null(strstr(err.text, "cannot listen at 127.0.0.1 port"));
    assert_non_null(strstr(err.text, "in use"));
    serve_stop(s);
    o.bind = "localhost.example";
    assert_null(serve_start(&o, NULL, &err));
    assert_non_null(strstr(err.text, "not an IPv4 address"));
    o.bind = "127.0.0.1";
    o.port = 65536;
    assert_null(serve_start(&o, NULL, &err));
    o.bind = "0.0.0.0";
    o.port = 0;
    s = serve_start(&o, NULL, &err);
    assert_non_null(s);
    check_said(ask(serve_port(s), "POST", CHAT, "Host: other.example\r\n", HI,
                   strlen(HI)),
               "0|user:hi");
    serve_stop(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_completion),
        cmocka_unit_test(test_models),
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_bad_requests),
        cmocka_unit_test(test_other_route),
        cmocka_unit_test(test_deep),
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_key),
        cmocka_unit_test(test_host),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_long_before_body),
        cmocka_unit_test(test_endless),
        cmocka_unit_test(test_malformed_http),
        cmocka_unit_test(test_keep_alive),
        cmocka_unit_test(test_fault_list),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_slow_replies),
        cmocka_unit_test(test_faults_repeat),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_latency),
        cmocka_unit_test(test_stop_asleep),
        cmocka_unit_test(test_addresses),
    };

    return cmocka_run_group_tests_name("serve", tests, NULL, NULL);
}
