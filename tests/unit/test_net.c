/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * net/: the engine against a scripted server on loopback.  The server is a
 * thread of this test with plain sockets: it counts requests, keeps the last
 * one, and answers request n with row n of the script (the last row stays).
 */
#include "net/net.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

/* --- the server --- */

enum how {
    KEEP,    /* answer and keep the connection */
    CLOSE,   /* answer and close */
    HANG_UP, /* close without an answer */
    STALL,   /* answer, then neither more nor a close */
    QUIET    /* no answer at all */
};

struct line {
    enum how how;
    const char *raw; /* the whole reply */
    size_t len;      /* 0: strlen */
    int delay_ms;
    const char *if_body; /* only for requests that hold this text */
};

#define CONNS 64

struct server {
    int fd;
    int port;
    pthread_t thread;
    const struct line *script;
    size_t nlines;
    atomic_int requests, accepts, stop, most_open;
    pthread_mutex_t lock;
    char last[65536];
};

struct conn {
    struct server *s;
    int fd;
};

static bool whole_request(const char *buf, size_t n)
{
    const char *end = strstr(buf, "\r\n\r\n");
    const char *len = strcasestr(buf, "content-length:");

    if (end == NULL)
        return false;
    return len == NULL || n >= (size_t)(end + 4 - buf) + (size_t)atoi(len + 15);
}

static bool read_request(int fd, char *buf, size_t size, const atomic_int *stop)
{
    size_t n = 0;
    struct pollfd p = {.fd = fd, .events = POLLIN};

    buf[0] = '\0';
    while (!whole_request(buf, n) && n < size - 1) {
        ssize_t got;

        if (atomic_load(stop))
            return false;
        if (poll(&p, 1, 20) <= 0)
            continue;
        got = recv(fd, buf + n, size - 1 - n, 0);
        if (got <= 0)
            return false;
        n += (size_t)got;
        buf[n] = '\0';
    }
    return true;
}

static void wait_ms(int ms, const atomic_int *stop)
{
    for (; ms > 0 && !atomic_load(stop); ms -= 5)
        usleep((useconds_t)(ms < 5 ? ms : 5) * 1000);
}

static const struct line *line_for(struct server *s, const char *request)
{
    size_t n = (size_t)atomic_fetch_add(&s->requests, 1), i;
    const char *body = strstr(request, "\r\n\r\n");

    for (i = 0; i < s->nlines; i++)
        if (s->script[i].if_body != NULL &&
            strstr(body, s->script[i].if_body) != NULL)
            return &s->script[i];
    if (n >= s->nlines || s->script[n].if_body != NULL)
        n = s->nlines - 1;
    return &s->script[n];
}

static void *serve_conn(void *arg)
{
    struct conn *c = arg;
    struct server *s = c->s;
    char *buf = malloc(65536);
    const struct line *l;

    while (read_request(c->fd, buf, 65536, &s->stop)) {
        pthread_mutex_lock(&s->lock);
        strcpy(s->last, buf);
        pthread_mutex_unlock(&s->lock);
        l = line_for(s, buf);
        wait_ms(l->delay_ms, &s->stop);
        if (l->how == HANG_UP)
            break;
        if (l->how != QUIET &&
            send(c->fd, l->raw, l->len > 0 ? l->len : strlen(l->raw),
                 MSG_NOSIGNAL) < 0)
            break;
        if (l->how == CLOSE)
            break;
        if (l->how == STALL || l->how == QUIET)
            wait_ms(3000, &s->stop);
    }
    shutdown(c->fd, SHUT_RDWR);
    close(c->fd);
    free(buf);
    free(c);
    return NULL;
}

static void *serve(void *arg)
{
    struct server *s = arg;
    pthread_t threads[CONNS];
    int n = 0;

    while (!atomic_load(&s->stop) && n < CONNS) {
        struct pollfd p = {.fd = s->fd, .events = POLLIN};
        struct conn *c;

        if (poll(&p, 1, 10) <= 0)
            continue;
        c = malloc(sizeof(*c));
        c->s = s;
        c->fd = accept(s->fd, NULL, NULL);
        atomic_fetch_add(&s->accepts, 1);
        pthread_create(&threads[n++], NULL, serve_conn, c);
    }
    while (n > 0)
        pthread_join(threads[--n], NULL);
    return NULL;
}

static void server_start(struct server *s, const struct line *script, size_t n)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof(a);

    memset(s, 0, sizeof(*s));
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->script = script;
    s->nlines = n;
    pthread_mutex_init(&s->lock, NULL);
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(s->fd, (struct sockaddr *)&a, sizeof(a)), 0);
    assert_int_equal(listen(s->fd, 128), 0);
    getsockname(s->fd, (struct sockaddr *)&a, &len);
    s->port = ntohs(a.sin_port);
    pthread_create(&s->thread, NULL, serve, s);
}

static void server_stop(struct server *s)
{
    atomic_store(&s->stop, 1);
    pthread_join(s->thread, NULL);
    close(s->fd);
    pthread_mutex_destroy(&s->lock);
}

/* --- helpers --- */

#define JSON_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define OK_BODY                                                                \
    "{\"model\":\"m-1\",\"choices\":[{\"message\":{\"content\":\"yes\"},"      \
    "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,"             \
    "\"completion_tokens\":1}}"
#define OK JSON_HEAD "Content-Length: 130\r\n\r\n" OK_BODY
#define ANSWER                                                                 \
    {                                                                          \
        KEEP, OK, 0, 0, NULL                                                   \
    }
#define EMPTY(s) "HTTP/1.1 " s "\r\nContent-Length: 0\r\n"

struct fix {
    struct server server[3];
    int nservers;
    struct model model;
    struct net *net;
    struct net_options options;
    struct reply reply;
    char url[3][64];
};

static void fix_start(struct fix *f, const struct line *script, size_t n)
{
    assert_int_equal(strlen(OK_BODY), 130);
    memset(f, 0, sizeof(*f));
    server_start(&f->server[0], script, n);
    f->nservers = 1;
    snprintf(f->url[0], sizeof(f->url[0]), "http://127.0.0.1:%d/v1",
             f->server[0].port);
    f->model.kind = MODEL_HTTP;
    f->model.name = (char *)"m";
    f->model.spec = (char *)"test:m";
    f->model.urls[0] = f->url[0];
    f->model.nurls = 1;
    f->options = NET_DEFAULTS;
    f->options.max_backoff = 0.03;
    f->options.first_byte_timeout = 2;
    f->options.stall_timeout = 2;
    f->options.total_timeout = 4;
    f->options.retries = 3;
}

static void fix_add_server(struct fix *f, const struct line *script, size_t n)
{
    int i = f->nservers++;

    server_start(&f->server[i], script, n);
    snprintf(f->url[i], sizeof(f->url[i]), "http://127.0.0.1:%d/v1",
             f->server[i].port);
    f->model.urls[i] = f->url[i];
    f->model.nurls = (size_t)f->nservers;
}

static void fix_net(struct fix *f)
{
    struct err err;

    if (f->net == NULL)
        f->net = net_new(&f->options, &err);
    assert_non_null(f->net);
}

static void submit(struct fix *f, const char *text, uint64_t ticket)
{
    struct call c;
    struct err err = {""};

    fix_net(f);
    call_init(&c, AGENT_TARGET, &f->model);
    c.seed = 7;
    assert_int_equal(call_add(&c, ROLE_USER, text, &err), 0);
    if (net_submit(f->net, &c, ticket, &err) != 0)
        fail_msg("%s", err.text);
    call_release(&c);
}

static void take(struct fix *f, uint64_t *ticket)
{
    int turns = 0;

    reply_release(&f->reply);
    while (!net_take(f->net, ticket, &f->reply)) {
        assert_int_equal(net_turn(f->net, 50, NULL), 0);
        assert_true(++turns < 2000);
    }
}

static void ask(struct fix *f)
{
    uint64_t ticket;

    submit(f, "hello", 42);
    take(f, &ticket);
    assert_int_equal(ticket, 42);
}

static void fix_stop(struct fix *f)
{
    reply_release(&f->reply);
    net_free(f->net);
    while (f->nservers > 0)
        server_stop(&f->server[--f->nservers]);
}

static int requests(const struct fix *f)
{
    return atomic_load(&f->server[0].requests);
}

static void assert_says(const struct fix *f, const char *part)
{
    if (f->reply.error == NULL || strstr(f->reply.error, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"",
                 f->reply.error ? f->reply.error : "(no error)", part);
}

#define START(f, script) fix_start(f, script, sizeof(script) / sizeof(*script))

/* --- tests --- */

static void test_answer(void **state)
{
    static const struct line script[] = {ANSWER};
    struct net_stats stats;
    struct fix f;

    (void)state;
    START(&f, script);
    setenv("PHGEN_TEST_KEY", "sk-secret-123\n", 1);
    f.model.key_env = (char *)"PHGEN_TEST_KEY";
    ask(&f);
    assert_int_equal(f.reply.status, REPLY_OK);
    assert_string_equal(f.reply.text, "yes");
    assert_string_equal(f.reply.model, "m-1");
    assert_int_equal(f.reply.finish, FINISH_STOP);
    assert_int_equal(f.reply.tokens_in, 3);
    assert_int_equal(f.reply.attempts, 1);
    assert_int_equal(f.reply.http_status, 200);
    assert_non_null(strstr(f.server[0].last, "POST /v1/chat/completions "));
    assert_non_null(
        strstr(f.server[0].last, "Authorization: Bearer sk-secret-123\r\n"));
    assert_non_null(strstr(f.server[0].last, "\"seed\":7"));
    assert_null(strstr(f.server[0].last, "temperature"));
    assert_null(strstr(f.server[0].last, "max_tokens"));
    assert_true(net_stats(f.net, 0, &stats));
    assert_int_equal(stats.calls, 1);
    assert_string_equal(stats.url, f.url[0]);
    assert_int_equal(stats.tokens_in, 3);
    assert_true(stats.bytes_in > 130 && stats.ms_p50 > 0);
    assert_int_equal(net_in_flight(f.net), 0);
    fix_stop(&f);
}

static void test_no_key(void **state)
{
    static const struct line script[] = {ANSWER};
    struct err err = {""};
    struct call c;
    struct fix f;

    (void)state;
    START(&f, script);
    unsetenv("PHGEN_TEST_KEY");
    f.model.key_env = (char *)"PHGEN_TEST_KEY";
    fix_net(&f);
    call_init(&c, AGENT_TARGET, &f.model);
    assert_int_equal(net_submit(f.net, &c, 1, &err), -1);
    assert_non_null(strstr(err.text, "PHGEN_TEST_KEY"));
    setenv("PHGEN_TEST_KEY", "abc\r\nX-Evil: 1", 1);
    assert_int_equal(net_submit(f.net, &c, 1, &err), -1);
    assert_null(strstr(err.text, "Evil"));
    assert_int_equal(net_in_flight(f.net), 0);
    assert_int_equal(requests(&f), 0);
    fix_stop(&f);
}

static void test_key_file(void **state)
{
    static const struct line script[] = {ANSWER};
    char path[] = "/tmp/phgen-key-XXXXXX";
    int fd = mkstemp(path);
    struct fix f;

    (void)state;
    /* As an editor of another system leaves it. */
    assert_int_equal(write(fd, "\xEF\xBB\xBFsk-from-file\r\n", 17), 17);
    close(fd);
    START(&f, script);
    unsetenv("PHGEN_TEST_KEY");
    setenv("PHGEN_TEST_KEY_FILE", path, 1);
    f.model.key_env = (char *)"PHGEN_TEST_KEY";
    ask(&f);
    assert_non_null(strstr(f.server[0].last, "Bearer sk-from-file\r\n"));
    unsetenv("PHGEN_TEST_KEY_FILE");
    unlink(path);
    fix_stop(&f);
}

static void test_keep_alive(void **state)
{
    static const struct line script[] = {ANSWER};
    struct fix f;
    int i;

    (void)state;
    START(&f, script);
    for (i = 0; i < 20; i++)
        ask(&f);
    assert_int_equal(requests(&f), 20);
    assert_int_equal(atomic_load(&f.server[0].accepts), 1);
    fix_stop(&f);
}

/* Faults that pass: each row, then an answer. */
static void test_passing_faults(void **state)
{
    static const struct line faults[] = {
        {KEEP, EMPTY("429 Too Many") "Retry-After: 0\r\n\r\n", 0, 0, NULL},
        {KEEP, EMPTY("429 Too Many") "\r\n", 0, 0, NULL},
        {KEEP, EMPTY("429 Too Many") "Retry-After: 99999999999\r\n\r\n", 0, 0,
         NULL},
        {KEEP,
         EMPTY("429 X") "Retry-After: Thu, 31 Dec 2037 00:00:00 GMT\r\n\r\n", 0,
         0, NULL},
        {KEEP, EMPTY("429 X") "retry-after-ms: 20\r\n\r\n", 0, 0, NULL},
        {KEEP, EMPTY("429 X") "Retry-After: -1e999\r\n\r\n", 0, 0, NULL},
        {KEEP, EMPTY("500 Oops") "\r\n", 0, 0, NULL},
        {CLOSE,
         "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n"
         "<html><body>Bad gateway</body></html>",
         0, 0, NULL},
        {KEEP, EMPTY("503 Busy") "\r\n", 0, 0, NULL},
        {KEEP, EMPTY("504 Late") "\r\n", 0, 0, NULL},
        {KEEP, EMPTY("529 Overloaded") "\r\n", 0, 0, NULL},
        {KEEP, EMPTY("408 Slow") "\r\n", 0, 0, NULL},
        {KEEP, EMPTY("418 Odd") "x-should-retry: true\r\n\r\n", 0, 0, NULL},
        {HANG_UP, "", 0, 0, NULL},
        {CLOSE, JSON_HEAD "Content-Length: 130\r\n\r\n{\"mod", 0, 0, NULL},
        {KEEP, JSON_HEAD "Content-Length: 0\r\n\r\n", 0, 0, NULL},
        {CLOSE, JSON_HEAD "\r\n{\"choices\":[{\"mess", 0, 0, NULL},
        {CLOSE, JSON_HEAD "\r\n<html>Please log in</html>", 0, 0, NULL},
        {CLOSE, JSON_HEAD "\r\n{\"error\":{\"code\":502,\"message\":\"x\"}}", 0,
         0, NULL},
        {CLOSE, "garbage that is no HTTP\r\n\r\n", 0, 0, NULL},
        {CLOSE, JSON_HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 0, 0,
         NULL},
        {CLOSE, JSON_HEAD "Content-Encoding: gzip\r\n\r\nnot gzip", 0, 0, NULL},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
        struct line script[] = {faults[i], ANSWER};
        struct fix f;

        START(&f, script);
        ask(&f);
        if (f.reply.status != REPLY_OK)
            fail_msg("fault %zu: %s", i, f.reply.error);
        assert_string_equal(f.reply.text, "yes");
        assert_int_equal(f.reply.attempts, 2);
        assert_int_equal(requests(&f), 2);
        fix_stop(&f);
    }
}

/* Faults that do not: one attempt, and the sentence says what it was. */
static void test_permanent_faults(void **state)
{
    static const struct {
        struct line line;
        enum reply_status want;
        const char *says;
    } rows[] = {
        {{CLOSE, "HTTP/1.1 400 Bad\r\n\r\n{\"error\":{\"message\":\"no\"}}", 0,
          0, NULL},
         REPLY_FAILED,
         "answered 400: no"},
        {{CLOSE, "HTTP/1.1 413 Large\r\n\r\n", 0, 0, NULL},
         REPLY_FAILED,
         "too large"},
        {{CLOSE,
          "HTTP/1.1 401 No\r\n\r\n{\"error\":{\"message\":\"bad key "
          "sk-secret-123\",\"code\":\"invalid_api_key\"}}",
          0, 0, NULL},
         REPLY_STOPPED,
         "PHGEN_TEST_KEY"},
        {{CLOSE, "HTTP/1.1 403 No\r\n\r\n", 0, 0, NULL},
         REPLY_STOPPED,
         "check the key"},
        {{CLOSE,
          "HTTP/1.1 404 No\r\n\r\n{\"error\":{\"message\":\"The model `m` "
          "does not exist\"}}",
          0, 0, NULL},
         REPLY_STOPPED,
         "model's name"},
        {{CLOSE,
          "HTTP/1.1 429 No\r\nRetry-After: 1\r\n\r\n{\"error\":{\"code\":"
          "\"insufficient_quota\",\"message\":\"You exceeded\"}}",
          0, 0, NULL},
         REPLY_STOPPED,
         "used up"},
        {{CLOSE, "HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:9/evil\r\n\r\n",
          0, 0, NULL},
         REPLY_STOPPED,
         "http://127.0.0.1:9/evil"},
    };
    struct err err;
    size_t i;

    (void)state;
    setenv("PHGEN_TEST_KEY", "sk-secret-123", 1);
    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct fix f;

        fix_start(&f, &rows[i].line, 1);
        f.model.key_env = (char *)"PHGEN_TEST_KEY";
        ask(&f);
        assert_int_equal(f.reply.status, rows[i].want);
        assert_says(&f, rows[i].says);
        assert_says(&f, "127.0.0.1:");
        assert_null(strstr(f.reply.error, "sk-secret"));
        assert_int_equal(f.reply.attempts, 1);
        assert_int_equal(net_dead(f.net, &f.model, &err),
                         rows[i].want == REPLY_STOPPED ? -1 : 0);
        if (rows[i].want == REPLY_STOPPED) {
            assert_non_null(strstr(err.text, rows[i].says));
            assert_int_equal(net_room(f.net, &f.model), 0);
            ask(&f); /* costs the server nothing */
            assert_int_equal(f.reply.status, REPLY_STOPPED);
            assert_says(&f, rows[i].says);
        }
        assert_int_equal(requests(&f), 1);
        fix_stop(&f);
    }
}

static void test_retries_end(void **state)
{
    static const struct line script[] = {
        {KEEP, EMPTY("500 Oops") "\r\n", 0, 0, NULL}};
    struct fix f;

    (void)state;
    START(&f, script);
    ask(&f);
    assert_int_equal(f.reply.status, REPLY_FAILED);
    assert_says(&f, "answered 500");
    assert_says(&f, "after 4 attempts");
    assert_int_equal(requests(&f), 4);
    fix_stop(&f);
}

static void test_html_is_quoted(void **state)
{
    static const struct line script[] = {
        {CLOSE, "HTTP/1.1 200 OK\r\n\r\n<html>\x1b[31mPlease log in", 0, 0,
         NULL}};
    struct fix f;

    (void)state;
    START(&f, script);
    ask(&f);
    assert_int_equal(f.reply.status, REPLY_FAILED);
    assert_says(&f, "Please log in");
    assert_null(strchr(f.reply.error, 0x1b));
    fix_stop(&f);
}

/* From the first call on nothing that an API says: no call gets through. */
static void test_only_nonsense(void **state)
{
    static const struct line scripts[][1] = {
        {{KEEP, "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n<html>Log in...",
          0, 0, NULL}},
        {{KEEP, JSON_HEAD "Content-Length: 15\r\n\r\n{\"status\":\"ok\"}", 0, 0,
          NULL}},
        {{CLOSE, "SSH-2.0-OpenSSH_9.2\r\n", 0, 0, NULL}},
    };
    static const char *const says[] = {"Log in", "status", "does not speak"};
    static const char *const advice[] = {
        "check the base URL", "check the base URL", "check the port"};
    struct err why = {""};
    struct fix f;
    size_t i;
    int n;

    (void)state;
    for (i = 0; i < 3; i++) {
        START(&f, scripts[i]);
        /* Four attempts each. */
        for (n = 0; n < 3 && f.reply.status != REPLY_STOPPED; n++)
            ask(&f);
        assert_int_equal(f.reply.status, REPLY_STOPPED);
        assert_int_equal(requests(&f), 8);
        assert_says(&f, says[i]);
        assert_says(&f, advice[i]);
        assert_int_equal(net_dead(f.net, &f.model, &why), -1);
        fix_stop(&f);
    }
}

static void test_refused_connection(void **state)
{
    static const struct line script[] = {ANSWER};
    struct fix f;

    (void)state;
    START(&f, script);
    server_stop(&f.server[0]);
    f.nservers = 0;
    ask(&f);
    assert_int_equal(f.reply.status, REPLY_STOPPED);
    assert_says(&f, "is the server running?");
    assert_int_equal(net_dead(f.net, &f.model, NULL), -1);
    fix_stop(&f);
}

static void test_unknown_host(void **state)
{
    static const struct line script[] = {ANSWER};
    struct fix f;

    (void)state;
    START(&f, script);
    f.model.urls[0] = (char *)"http://no-such-host.invalid/v1";
    f.options.retries = 0;
    ask(&f);
    assert_int_equal(f.reply.status, REPLY_STOPPED);
    assert_says(&f, "no-such-host.invalid");
    fix_stop(&f);
}

static void test_tls_failure(void **state)
{
    static const struct line script[] = {ANSWER};
    char url[64];
    struct fix f;

    (void)state;
    START(&f, script);
    snprintf(url, sizeof(url), "https://127.0.0.1:%d/v1", f.server[0].port);
    f.model.urls[0] = url;
    f.options.retries = 0;
    f.options.connect_timeout = 0.3;
    ask(&f);
    assert_int_equal(f.reply.status, REPLY_STOPPED);
    assert_says(&f, "cannot reach");
    assert_int_equal(requests(&f), 0);
    fix_stop(&f);
}

static void test_deadlines(void **state)
{
    static const struct {
        struct line line;
        double first, stall, total;
        const char *says;
    } rows[] = {
        {{QUIET, "", 0, 0, NULL}, 0.1, 9, 9, "did not begin"},
        {{STALL, JSON_HEAD "Content-Length: 130\r\n\r\n{\"m", 0, 0, NULL},
         9,
         0.1,
         9,
         "in the middle"},
        {{QUIET, "", 0, 0, NULL}, 9, 9, 0.1, "did not finish"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct fix f;

        fix_start(&f, &rows[i].line, 1);
        f.options.first_byte_timeout = rows[i].first;
        f.options.stall_timeout = rows[i].stall;
        f.options.total_timeout = rows[i].total;
        f.options.retries = 1;
        ask(&f);
        assert_int_equal(f.reply.status, REPLY_FAILED);
        assert_says(&f, rows[i].says);
        assert_int_equal(f.reply.attempts, 2);
        fix_stop(&f);
    }
}

/* An answer that is not streamed begins when it is ready. */
static void test_one_timeout_for_all(void **state)
{
    struct net_options o = NET_DEFAULTS;

    (void)state;
    net_set_timeout(&o, 1800);
    assert_true(o.total_timeout >= 1800 && o.first_byte_timeout >= 1800);
    assert_true(o.patience > 1800);
    o = NET_DEFAULTS;
    net_set_timeout(&o, 20);
    assert_true(o.total_timeout <= 20);
    assert_true(o.patience >= NET_DEFAULTS.patience);
}

static void test_huge_body(void **state)
{
    static char raw[400000] = JSON_HEAD "\r\n\"";
    struct line script[] = {{CLOSE, raw, sizeof(raw), 0, NULL}};
    size_t head = strlen(raw);
    struct fix f;

    (void)state;
    memset(raw + head, 'x', sizeof(raw) - head);
    START(&f, script);
    f.options.max_reply_bytes = 100000;
    ask(&f);
    assert_int_equal(f.reply.status, REPLY_FAILED);
    assert_says(&f, "more than 100000 bytes");
    assert_int_equal(requests(&f), 1);
    fix_stop(&f);
}

static void test_headers_without_end(void **state)
{
    static char raw[900000] = JSON_HEAD;
    struct line script[] = {{CLOSE, raw, sizeof(raw), 0, NULL}};
    size_t n = strlen(raw);
    struct fix f;

    (void)state;
    for (; n + 100 < sizeof(raw); n += 100)
        snprintf(raw + n, 101, "X-Filler: %088d\r\n", 0);
    script[0].len = n;
    START(&f, script);
    ask(&f);
    assert_int_equal(f.reply.status, REPLY_FAILED);
    assert_says(&f, "headers without end");
    assert_int_equal(requests(&f), 1);
    fix_stop(&f);
}

static void test_deep_json(void **state)
{
    static char raw[50000] = JSON_HEAD "\r\n";
    struct line script[] = {{CLOSE, raw, sizeof(raw), 0, NULL}};
    size_t head = strlen(raw);
    struct fix f;

    (void)state;
    memset(raw + head, '[', sizeof(raw) - head);
    START(&f, script);
    ask(&f);
    assert_int_equal(f.reply.status, REPLY_FAILED);
    assert_says(&f, "deeper");
    fix_stop(&f);
}

static void test_invalid_utf8(void **state)
{
    static const struct line script[] = {
        {CLOSE,
         JSON_HEAD "\r\n{\"choices\":[{\"message\":{\"content\":\"a\xFF"
                   "b\\u0000c\\ud800d\"}}]}",
         0, 0, NULL}};
    struct fix f;

    (void)state;
    START(&f, script);
    ask(&f);
    assert_int_equal(f.reply.status, REPLY_OK);
    assert_string_equal(f.reply.text, "a\xEF\xBF\xBD"
                                      "b\xEF\xBF\xBD"
                                      "c\xEF\xBF\xBD"
                                      "d");
    fix_stop(&f);
}

/* The server closes after its answer without saying so. */
static void test_closed_while_idle(void **state)
{
    static const struct line script[] = {
        {CLOSE, OK, 0, 0, NULL}, ANSWER, {HANG_UP, "", 0, 0, NULL}, ANSWER};
    struct net_stats stats;
    struct fix f;

    (void)state;
    START(&f, script);
    ask(&f);
    ask(&f);
    assert_int_equal(f.reply.attempts, 1);
    ask(&f); /* sent on the old connection, which closes under it */
    assert_int_equal(f.reply.status, REPLY_OK);
    assert_int_equal(f.reply.attempts, 1);
    assert_true(net_stats(f.net, 0, &stats));
    assert_int_equal(stats.retries, 0);
    fix_stop(&f);
}

static void test_filter_is_an_answer(void **state)
{
    static const struct line script[] = {
        {CLOSE,
         "HTTP/1.1 400 Bad\r\n\r\n{\"error\":{\"code\":\"content_filter\","
         "\"message\":\"The response was filtered\",\"innererror\":{\"code\":"
         "\"ResponsibleAIPolicyViolation\"}}}",
         0, 0, NULL}};
    struct fix f;

    (void)state;
    START(&f, script);
    ask(&f);
    assert_int_equal(f.reply.status, REPLY_OK);
    assert_int_equal(f.reply.finish, FINISH_FILTER);
    assert_string_equal(f.reply.text, "");
    assert_string_equal(f.reply.refusal, "The response was filtered");
    fix_stop(&f);
}

static void ask_schema(struct fix *f)
{
    struct call c;
    uint64_t t;

    fix_net(f);
    call_init(&c, AGENT_JUDGE, &f->model);
    c.schema_name = "verdict";
    c.schema = "{\"type\":\"object\"}";
    assert_int_equal(call_add(&c, ROLE_USER, "judge", NULL), 0);
    assert_int_equal(net_submit(f->net, &c, 1, NULL), 0);
    call_release(&c);
    take(f, &t);
}

static void test_schema_ladder(void **state)
{
#define REFUSE(why)                                                            \
    "HTTP/1.1 400 Bad\r\nConnection: close\r\n\r\n{\"error\":{\"message\":\""  \
    "Unsupported: " why "\"}}"
    static const struct line script[] = {
        {CLOSE, REFUSE("'response_format.type' json_schema"), 0, 0,
         "\"type\":\"json_schema\""},
        {CLOSE, REFUSE("'response_format.type' json_object"), 0, 0,
         "\"type\":\"json_object\""},
        ANSWER,
    };
    struct fix f;

    (void)state;
    START(&f, script);
    ask_schema(&f);
    assert_int_equal(f.reply.status, REPLY_OK);
    assert_int_equal(requests(&f), 3);
    assert_string_equal(net_schema_rung(f.net, &f.model), "instructions");
    assert_non_null(strstr(f.server[0].last, "JSON Schema"));
    ask_schema(&f); /* remembered */
    assert_int_equal(requests(&f), 4);
    fix_stop(&f);
}

static void test_unknown_parameters(void **state)
{
    static const struct line script[] = {
        {CLOSE,
         "HTTP/1.1 422 Bad\r\n\r\n{\"detail\":[{\"loc\":[\"body\",\"seed\"],"
         "\"msg\":\"Extra inputs are not permitted\"}]}",
         0, 0, "\"seed\""},
        ANSWER,
    };
    struct fix f;

    (void)state;
    START(&f, script);
    ask(&f);
    assert_int_equal(f.reply.status, REPLY_OK);
    ask(&f);
    assert_int_equal(requests(&f), 3);
    fix_stop(&f);
}

/* OpenAI's models that reason: 403, where other complaints are 400s. */
static void test_logprobs_forbidden(void **state)
{
    static const struct line script[] = {
        {CLOSE,
         "HTTP/1.1 403 Forbidden\r\n\r\n{\"error\":{\"message\":\"You are "
         "not allowed to request logprobs from this model\",\"type\":"
         "\"invalid_request_error\",\"param\":null,\"code\":null}}",
         0, 0, "logprobs"},
        ANSWER,
    };
    struct fix f;
    struct call c;
    uint64_t t;

    (void)state;
    START(&f, script);
    fix_net(&f);
    call_init(&c, AGENT_JUDGE, &f.model);
    c.top_logprobs = 2;
    assert_int_equal(call_add(&c, ROLE_USER, "judge", NULL), 0);
    assert_int_equal(net_submit(f.net, &c, 1, NULL), 0);
    call_release(&c);
    take(&f, &t);
    assert_int_equal(f.reply.status, REPLY_OK);
    assert_int_equal(requests(&f), 2);
    assert_int_equal(net_dead(f.net, &f.model, NULL), 0);
    fix_stop(&f);
}

/* What no wait helps must not come back as a status that passes: the caller
 * would ask again for ever. */
static void test_permanent_is_told_as_such(void **state)
{
    static const struct {
        const char *reply;
        int status;
    } rows[] = {
        {"HTTP/1.1 429 No\r\n\r\n{\"error\":{\"message\":\"Request too large "
         "for m on tokens per min (TPM)\",\"code\":\"rate_limit_exceeded\"}}",
         413},
        {"HTTP/1.1 500 No\r\n\r\n{\"error\":{\"code\":500,\"message\":"
         "\"roles must alternate\"}}",
         400},
        {"HTTP/1.1 200 OK\r\n\r\n{\"error\":{\"code\":400,\"message\":"
         "\"too long\"}}",
         400},
    };
    struct fix f;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct line script[] = {{CLOSE, rows[i].reply, 0, 0, NULL}};

        START(&f, script);
        ask(&f);
        assert_int_equal(f.reply.status, REPLY_FAILED);
        assert_int_equal(f.reply.http_status, rows[i].status);
        assert_int_equal(requests(&f), 1);
        fix_stop(&f);
    }
}

static void test_many_calls_some_faults(void **state)
{
    static const struct line script[] = {
        {KEEP, EMPTY("500 Oops") "\r\n", 0, 0, "\"c3\""},
        {KEEP, EMPTY("400 Bad") "\r\n", 0, 0, "\"c5\""},
        ANSWER,
    };
    bool seen[200] = {false};
    struct fix f;
    int sent = 0, got = 0, failed = 0;
    uint64_t t;

    (void)state;
    START(&f, script);
    fix_net(&f);
    while (got < 200) {
        while (sent < 200 && net_room(f.net, &f.model) > 0) {
            char text[16];

            snprintf(text, sizeof(text), "c%d", sent % 50);
            submit(&f, text, (uint64_t)sent++);
        }
        take(&f, &t);
        assert_false(seen[t]);
        seen[t] = true;
        got++;
        if (f.reply.status == REPLY_FAILED) {
            assert_true(t % 50 == 3 || t % 50 == 5);
            failed++;
        }
    }
    assert_int_equal(failed, 8);
    assert_int_equal(net_in_flight(f.net), 0);
    fix_stop(&f);
}

static void test_stop(void **state)
{
    static const struct line script[] = {{QUIET, "", 0, 0, NULL}};
    uint64_t t;
    struct fix f;
    int i, stopped = 0;

    (void)state;
    START(&f, script);
    for (i = 0; i < 6; i++)
        submit(&f, "x", (uint64_t)i);
    for (i = 0; i < 5; i++)
        net_turn(f.net, 10, NULL);
    net_stop(f.net);
    while (net_take(f.net, &t, &f.reply)) {
        assert_int_equal(f.reply.status, REPLY_STOPPED);
        reply_release(&f.reply);
        stopped++;
    }
    assert_int_equal(stopped, 6);
    assert_int_equal(net_in_flight(f.net), 0);
    fix_stop(&f);
}

static void test_free_in_flight(void **state)
{
    static const struct line script[] = {{QUIET, "", 0, 0, NULL}};
    struct fix f;
    int i;

    (void)state;
    START(&f, script);
    for (i = 0; i < 6; i++)
        submit(&f, "x", (uint64_t)i);
    for (i = 0; i < 5; i++)
        net_turn(f.net, 10, NULL);
    fix_stop(&f);
}

static void test_load_is_shared(void **state)
{
    static const struct line script[] = {{KEEP, OK, 0, 10, NULL}};
    struct fix f;
    uint64_t t;
    int sent = 0, got;

    (void)state;
    START(&f, script);
    fix_add_server(&f, script, 1);
    for (got = 0; got < 60; got++) {
        while (sent < 60 && sent - got < 8)
            submit(&f, "x", (uint64_t)sent++);
        take(&f, &t);
        assert_int_equal(f.reply.status, REPLY_OK);
    }
    assert_in_range(requests(&f), 15, 45);
    fix_stop(&f);
}

static void test_dead_url_is_left(void **state)
{
    static const struct line good[] = {{KEEP, OK, 0, 5, NULL}};
    static const struct line bad[] = {
        {CLOSE, "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", 0, 0, NULL}};
    struct fix f;
    int i;

    (void)state;
    START(&f, bad);
    fix_add_server(&f, good, 1);
    for (i = 0; i < 10; i++) {
        ask(&f);
        assert_int_equal(f.reply.status, REPLY_OK);
    }
    assert_int_equal(requests(&f), 1);
    assert_int_equal(net_dead(f.net, &f.model, NULL), 0);
    fix_stop(&f);
}

/* A slot is free while a call backs off: the second one passes it. */
static void test_backoff_holds_no_slot(void **state)
{
    static const struct line script[] = {
        {KEEP, EMPTY("429 Too Many") "retry-after-ms: 300\r\n\r\n", 0, 0,
         "first"},
        ANSWER};
    struct fix f;
    uint64_t t;

    (void)state;
    START(&f, script);
    f.model.concurrency = 1;
    f.options.max_backoff = 1;
    f.options.retries = 1;
    submit(&f, "first", 1);
    submit(&f, "second", 2);
    take(&f, &t);
    assert_int_equal(t, 2);
    assert_int_equal(f.reply.status, REPLY_OK);
    fix_stop(&f);
}

/* One model's server fails for good or does not answer: the other's calls
 * pass it. */
static void test_one_failing_model_holds_up_no_other(void **state)
{
    static const struct line good[] = {ANSWER};
    static const struct line bad[] = {
        {KEEP, EMPTY("503 Busy") "Retry-After: 60\r\n\r\n", 0, 0, NULL},
        {QUIET, "", 0, 0, NULL}};
    struct model other;
    struct fix f;
    struct call c;
    uint64_t t;
    int i, got = 0;

    (void)state;
    START(&f, bad);
    fix_add_server(&f, good, 1);
    f.options.max_backoff = 60;
    other = f.model;
    f.model.nurls = 1;
    other.urls[0] = f.url[1];
    other.nurls = 1;
    for (i = 0; i < 8; i++)
        submit(&f, "slow", 1000 + (uint64_t)i);
    for (i = 0; i < 40; i++) {
        call_init(&c, AGENT_JUDGE, &other);
        assert_int_equal(call_add(&c, ROLE_USER, "fast", NULL), 0);
        while (net_room(f.net, &other) == 0) {
            take(&f, &t);
            assert_in_range(t, 0, 39);
            got++;
        }
        assert_int_equal(net_submit(f.net, &c, (uint64_t)i, NULL), 0);
        call_release(&c);
    }
    for (; got < 40; got++) {
        take(&f, &t);
        assert_in_range(t, 0, 39);
        assert_int_equal(f.reply.status, REPLY_OK);
    }
    assert_int_equal(net_in_flight(f.net), 8);
    fix_stop(&f);
}

/* What the summary shows: a row a base URL, the waits where they came from. */
static void test_stats(void **state)
{
    static const struct line script[] = {
        {KEEP, EMPTY("429 Too Many") "retry-after-ms: 20\r\n\r\n", 0, 0, NULL},
        {KEEP, EMPTY("500 Oops") "\r\n", 0, 0, NULL},
        ANSWER};
    struct net_stats s;
    struct fix f;

    (void)state;
    START(&f, script);
    fix_add_server(&f, script + 2, 1);
    f.model.nurls = 1;
    ask(&f);
    assert_int_equal(f.reply.attempts, 3);
    assert_true(net_stats(f.net, 0, &s));
    assert_string_equal(s.model, "test:m");
    assert_string_equal(s.url, f.url[0]);
    assert_int_equal(s.calls, 1);
    assert_int_equal(s.attempts, 3);
    assert_int_equal(s.retries, 2);
    assert_int_equal(s.overloads, 1);
    assert_true(s.waited_ms >= 20 && s.waited_ms < 2000);
    assert_true(s.ms_p50 > 0 && s.ms_p50 <= s.ms_p90 && s.ms_p90 <= s.ms_p99);
    assert_false(net_stats(f.net, 1, &s));
    fix_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_no_key),
        cmocka_unit_test(test_key_file),
        cmocka_unit_test(test_keep_alive),
        cmocka_unit_test(test_passing_faults),
        cmocka_unit_test(test_permanent_faults),
        cmocka_unit_test(test_retries_end),
        cmocka_unit_test(test_html_is_quoted),
        cmocka_unit_test(test_only_nonsense),
        cmocka_unit_test(test_refused_connection),
        cmocka_unit_test(test_unknown_host),
        cmocka_unit_test(test_tls_failure),
        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_one_timeout_for_all),
        cmocka_unit_test(test_huge_body),
        cmocka_unit_test(test_headers_without_end),
        cmocka_unit_test(test_deep_json),
        cmocka_unit_test(test_invalid_utf8),
        cmocka_unit_test(test_closed_while_idle),
        cmocka_unit_test(test_filter_is_an_answer),
        cmocka_unit_test(test_schema_ladder),
        cmocka_unit_test(test_unknown_parameters),
        cmocka_unit_test(test_logprobs_forbidden),
        cmocka_unit_test(test_permanent_is_told_as_such),
        cmocka_unit_test(test_many_calls_some_faults),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_free_in_flight),
        cmocka_unit_test(test_load_is_shared),
        cmocka_unit_test(test_dead_url_is_left),
        cmocka_unit_test(test_backoff_holds_no_slot),
        cmocka_unit_test(test_one_failing_model_holds_up_no_other),
        cmocka_unit_test(test_stats),
    };

    unsetenv("http_proxy");
    unsetenv("https_proxy");
    unsetenv("HTTPS_PROXY");
    unsetenv("all_proxy");
    unsetenv("ALL_PROXY");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
