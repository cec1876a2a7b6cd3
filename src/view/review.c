/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libmicrohttpd in its external mode, driven by review_step(): its handler
 * runs inside MHD_run_wait(), on our thread.  A question that has been read
 * suspends its connection and waits in a list; review_answer() resumes it, and
 * the handler, called again, sends what it finds there.
 *
 * Every reply goes out through respond(), which is where the headers are that
 * no reply may lack.
 */
#include "view/review.h"
#include "base/json.h"
#include "base/now.h"
#include "view/gate.h"
#include "view/page.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#define CONNECTIONS   64
#define IDLE_SEC      30
#define MEMORY        32768 /* of a connection: its headers */
#define BODY_PATIENCE (16 * ASK_BODY_MAX)

/* One a request, freed when libmicrohttpd says that it is over. */
struct request {
    struct request *next;
    struct MHD_Connection *connection;
    struct str body;
    size_t received;
    bool endless; /* by its length; it is not read */
    struct ask ask;
    struct str json; /* the answer, once `status` is set */
    unsigned status;
};

struct review {
    struct MHD_Daemon *daemon;
    struct gate gate;
    char url[80];
    struct request *waiting; /* suspended, in order of arrival */
    struct request *given;   /* out of that list, to be answered */
};

static const struct header {
    const char *name, *value;
} headers[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; "
     "connect-src 'self'; img-src 'self'; base-uri 'none'; "
     "form-action 'none'; frame-ancestors 'none'; "
     "require-trusted-types-for 'script'; trusted-types 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

/* --- replies --- */

static enum MHD_Result respond(struct MHD_Connection *c, unsigned status,
                               const char *type, const char *bytes, size_t len,
                               const struct header *more)
{
    struct MHD_Response *r;
    enum MHD_Result out;
    size_t i;

    r = MHD_create_response_from_buffer(len, (void *)(uintptr_t)bytes,
                                        MHD_RESPMEM_MUST_COPY);
    if (r == NULL)
        return MHD_NO;
    MHD_add_response_header(r, "Content-Type", type);
    for (i = 0; i < sizeof(headers) / sizeof(*headers); i++)
        MHD_add_response_header(r, headers[i].name, headers[i].value);
    for (; more != NULL && more->name != NULL; more++)
        MHD_add_response_header(r, more->name, more->value);
    out = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return out;
}

static void write_error(const char *sentence, struct str *json)
{
    str_adds(json, "{\"error\":");
    json_quote(sentence, strlen(sentence), json);
    str_addc(json, '}');
}

/* For people where a person may look, else for the page. */
static enum MHD_Result send_error(struct MHD_Connection *c, const char *path,
                                  unsigned status, const char *sentence)
{
    static const struct header later[] = {{"Retry-After", "1"}, {NULL, NULL}};
    bool api = strncmp(path, "/api/", 5) == 0;
    enum MHD_Result out;
    struct str text;

    str_init(&text, REVIEW_ANSWER_MAX);
    if (api)
        write_error(sentence, &text);
    else
        str_addf(&text, "%s\n", sentence);
    out = respond(c, status,
                  api ? "application/json" : "text/plain; charset=utf-8",
                  text.s, text.len, status == 429 ? later : NULL);
    str_release(&text);
    return out;
}

/*
 * A session cookie: it goes when the browser is closed.  No redirect, because
 * whoever followed a link from another page or a file would come to "/" with
 * the cookie held back, SameSite=Strict; a page of ours that goes on is same-
 * site.
 */
static enum MHD_Result send_entry(struct review *r, struct MHD_Connection *c)
{
    char name[GATE_COOKIE_NAME], cookie[120];
    const struct header more[] = {{"Set-Cookie", cookie}, {NULL, NULL}};
    static const char page[] =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta http-equiv=\"refresh\" content=\"0;url=/\">"
        "<link rel=\"icon\" type=\"image/svg+xml\" href=\"/icon.svg\">"
        "<title>phgen review</title></head>"
        "<body><p><a href=\"/\">Go on</a></p></body></html>\n";

    gate_cookie_name(&r->gate, name);
    snprintf(cookie, sizeof(cookie), "%s=%s; Path=/; HttpOnly; SameSite=Strict",
             name, r->gate.cookie);
    return respond(c, 200, "text/html; charset=utf-8", page, sizeof(page) - 1,
                   more);
}

static enum MHD_Result send_page(struct MHD_Connection *c, const char *path)
{
    struct page_file f;

    if (!page_find(path, &f))
        return send_error(c, path, 404, "There is no such address.");
    return respond(c, 200, f.type, f.bytes, f.len, NULL);
}

/* --- requests --- */

static const char *header(struct MHD_Connection *c, const char *name)
{
    return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

/* The gate first: who is not let in learns nothing of what there is. */
static enum MHD_Result answer(struct review *r, struct MHD_Connection *c,
                              const char *path, const char *method,
                              struct request *q)
{
    const struct gate_request asked = {
        .method = method,
        .path = path,
        .host = header(c, "Host"),
        .origin = header(c, "Origin"),
        .fetch_site = header(c, "Sec-Fetch-Site"),
        .cookie = header(c, "Cookie"),
        .csrf = header(c, "X-CSRF-Token"),
        .content_type = header(c, "Content-Type")};
    struct gate_answer gate =
        gate_ask(&r->gate, &asked, (uint64_t)(1e3 * now_seconds()));
    struct err why;
    unsigned status;

    if (gate.status == 200)
        return send_entry(r, c);
    if (gate.status != 0)
        return send_error(c, path, gate.status, gate.why);
    status = ask_read(method, path, q->body.s,
                      q->endless || str_failed(&q->body) ? ASK_BODY_MAX + 1
                                                         : q->body.len,
                      &q->ask, &why);
    if (status != 0)
        return send_error(c, path, status, why.text);
    if (q->ask.what == ASK_PAGE)
        return send_page(c, path);
    q->connection = c;
    LL_APPEND(r->waiting, q);
    MHD_suspend_connection(c);
    return MHD_YES;
}

static struct request *begin(void)
{
    struct request *q = calloc(1, sizeof(*q));

    if (q != NULL) {
        str_init(&q->body, ASK_BODY_MAX);
        str_init(&q->json, REVIEW_ANSWER_MAX);
    }
    return q;
}

/* More than we would read to the end. */
static bool is_endless(struct MHD_Connection *c)
{
    const char *length = header(c, "Content-Length");

    return length != NULL && strtoull(length, NULL, 10) > BODY_PATIENCE;
}

/* libmicrohttpd calls this once for the headers, then for the body's pieces,
 * then with no piece at the end, and again after a resume. */
static enum MHD_Result handle(void *cls, struct MHD_Connection *c,
                              const char *path, const char *method,
                              const char *version, const char *data,
                              size_t *size, void **state)
{
    struct request *q = *state;

    (void)version;
    if (q == NULL) {
        *state = q = begin();
        if (q == NULL)
            return MHD_NO;
        q->endless = is_endless(c);
        return q->endless ? answer(cls, c, path, method, q) : MHD_YES;
    }
    if (*size > 0) {
        str_add(&q->body, data, *size);
        q->received += *size;
        *size = 0;
        return q->received <= BODY_PATIENCE ? MHD_YES : MHD_NO;
    }
    if (q->status != 0)
        return respond(c, q->status, "application/json", q->json.s, q->json.len,
                       NULL);
    return answer(cls, c, path, method, q);
}

static void completed(void *cls, struct MHD_Connection *c, void **state,
                      enum MHD_RequestTerminationCode why)
{
    struct request *q = *state;

    (void)cls;
    (void)c;
    (void)why;
    if (q != NULL) {
        str_release(&q->body);
        str_release(&q->json);
    }
    free(q);
    *state = NULL;
}

/* --- the interface --- */

enum review_step review_step(struct review *r, int timeout_ms, struct ask *ask,
                             struct err *err)
{
    if (r->waiting == NULL && MHD_run_wait(r->daemon, timeout_ms) != MHD_YES) {
        err_set(err, "the server failed: %s", strerror(errno));
        return REVIEW_ERROR;
    }
    if (r->waiting == NULL)
        return REVIEW_IDLE;
    r->given = r->waiting;
    LL_DELETE(r->waiting, r->given);
    *ask = r->given->ask;
    return REVIEW_ASK;
}

void review_answer(struct review *r, unsigned status, const struct str *json)
{
    struct request *q = r->given;

    r->given = NULL;
    q->status = status;
    str_add(&q->json, json->s, json->len);
    if (str_failed(json) || str_failed(&q->json)) {
        str_clear(&q->json);
        q->status = 500;
        write_error("The answer is too large.", &q->json);
    }
    MHD_resume_connection(q->connection);
}

void review_refuse(struct review *r, unsigned status, const char *sentence)
{
    struct str json;

    str_init(&json, REVIEW_ANSWER_MAX);
    write_error(sentence, &json);
    review_answer(r, status, &json);
    str_release(&json);
}

static int listen_at(struct review *r, unsigned port, struct err *err)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)port)};

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    errno = 0;
    r->daemon = MHD_start_daemon(
        MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, r,
        MHD_OPTION_SOCK_ADDR, &a, MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SEC,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY, MHD_OPTION_END);
    if (r->daemon == NULL)
        return err_set(err,
                       "cannot listen at 127.0.0.1 port %u: %s; --port 0 takes "
                       "one that is free",
                       port, errno != 0 ? strerror(errno) : "it failed");
    return 0;
}

struct review *review_open(unsigned port, struct err *err)
{
    struct review *r = calloc(1, sizeof(*r));

    if (r == NULL) {
        err_nomem(err);
        return NULL;
    }
    if (listen_at(r, port, err) != 0 ||
        gate_init(&r->gate, review_port(r), err) != 0) {
        review_close(r);
        return NULL;
    }
    snprintf(r->url, sizeof(r->url), "http://127.0.0.1:%u" GATE_OPEN_PATH "%s",
             r->gate.port, r->gate.token);
    return r;
}

void review_close(struct review *r)
{
    if (r == NULL)
        return;
    if (r->given != NULL)
        review_refuse(r, 503, "phgen review has ended.");
    while (r->waiting != NULL) { /* none may be suspended at the end */
        r->given = r->waiting;
        LL_DELETE(r->waiting, r->given);
        review_refuse(r, 503, "phgen review has ended.");
    }
    if (r->daemon != NULL) {
        MHD_run(r->daemon);
        MHD_stop_daemon(r->daemon);
    }
    free(r);
}

unsigned review_port(const struct review *r)
{
    return MHD_get_daemon_info(r->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

const char *review_url(const struct review *r)
{
    return r->url;
}

const char *review_csrf(const struct review *r)
{
    return r->gate.csrf;
}
