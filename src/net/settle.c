/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of asking: our own deadlines, libcurl's errors, the status, the
 * body.  Every way out has a sentence that names the host, says what
 * happened, and what to do if there is something to do.
 */
#include "net/settle.h"
#include "net/key.h"
#include "net/retry.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void settle_host(const char *url, char *out, size_t size)
{
    const char *start = strstr(url, "://");
    size_t n;

    start = start != NULL ? start + 3 : url;
    n = strcspn(start, "/?#");
    snprintf(out, size, "%.*s", n < size ? (int)n : (int)size - 1, start);
}

/* Errors that no second try will change, and advice on all. */
static const struct {
    CURLcode code;
    bool permanent;
    const char *advice;
} curl_table[] = {
    {CURLE_URL_MALFORMAT, true, "check the base URL"},
    {CURLE_PEER_FAILED_VERIFICATION, true,
     "its certificate is not trusted; for a private authority give its file "
     "with --ca-file"},
    {CURLE_SSL_CACERT_BADFILE, true, "check the file given with --ca-file"},
    {CURLE_COULDNT_RESOLVE_HOST, false, "check the host's name"},
    {CURLE_COULDNT_RESOLVE_PROXY, false, "check https_proxy and http_proxy"},
    {CURLE_COULDNT_CONNECT, false, "is the server running?"},
    {CURLE_SSL_CONNECT_ERROR, false, "does this port speak TLS?"},
    {CURLE_UNSUPPORTED_PROTOCOL, false, "check the port"},
    {CURLE_WEIRD_SERVER_REPLY, false, "check the port"},
};

static void settle_deadline(const struct transfer *t, const char *host,
                            struct settled *out)
{
    const struct net_options *o = t->options;

    out->as = SETTLED_AGAIN;
    out->result = RESULT_TIMEOUT;
    if (t->expired == DEADLINE_FIRST_BYTE)
        err_set(&out->why, "%s did not begin to answer within %g s", host,
                o->first_byte_timeout);
    else if (t->expired == DEADLINE_STALL)
        err_set(&out->why, "%s sent nothing for %g s in the middle of a reply",
                host, o->stall_timeout);
    else
        err_set(&out->why, "%s did not finish a reply within %g s", host,
                o->total_timeout);
}

/* Nothing came back on a connection that had been idle. */
static bool closed_while_idle(const struct transfer *t)
{
    return t->reused && t->connected && !t->headers &&
           (t->code == CURLE_GOT_NOTHING || t->code == CURLE_SEND_ERROR ||
            t->code == CURLE_RECV_ERROR);
}

/* What came is no HTTP, or that of 1991 (0.9), which has no status. */
static bool is_no_http(const struct transfer *t)
{
    return t->connected && (t->code == CURLE_UNSUPPORTED_PROTOCOL ||
                            t->code == CURLE_WEIRD_SERVER_REPLY);
}

static void settle_curl(const struct transfer *t, const char *host,
                        struct settled *out)
{
    const char *what =
        t->error[0] != '\0' ? t->error : curl_easy_strerror(t->code);
    const char *advice = NULL;
    size_t i;

    out->as = closed_while_idle(t) ? SETTLED_CLOSED : SETTLED_AGAIN;
    out->result = out->as == SETTLED_CLOSED ? RESULT_IGNORED : RESULT_FAULT;
    for (i = 0; i < sizeof(curl_table) / sizeof(*curl_table); i++) {
        if (curl_table[i].code != t->code)
            continue;
        advice = curl_table[i].advice;
        if (curl_table[i].permanent)
            out->as = SETTLED_STOP;
    }
    out->nonsense = is_no_http(t);
    err_set(&out->why, "%s%s%s: %s%s%s",
            out->nonsense  ? ""
            : t->connected ? "the connection failed to "
                           : "cannot reach ",
            host, out->nonsense ? " does not speak HTTP" : "", what,
            advice != NULL ? "; " : "", advice != NULL ? advice : "");
}

static void settle_too_big(const struct transfer *t, const char *host,
                           struct settled *out)
{
    out->as = SETTLED_FAILED;
    out->result = RESULT_ANSWER;
    if (str_failed(&t->in))
        err_set(&out->why, "%s sent a reply of more than %zu bytes", host,
                t->options->max_reply_bytes);
    else
        err_set(&out->why, "%s sent headers without end", host);
}

static void say_status(const struct transfer *t, const struct call *call,
                       const char *host, const struct fault *f,
                       struct settled *out)
{
    const char *advice = retry_advice(t->status, f), *env;
    size_t n = strlen(f->message);
    char code[72] = "";

    if (advice != NULL && n > 0 && f->message[n - 1] == '.')
        n--;

    if (f->code[0] != '\0' && strtol(f->code, NULL, 10) != t->status)
        snprintf(code, sizeof(code), " (%s)", f->code);
    else if (f->type[0] != '\0')
        snprintf(code, sizeof(code), " (%s)", f->type);
    err_set(&out->why, "%s answered %d%s%s%.*s%s%s", host, t->status, code,
            f->json                 ? ": "
            : f->message[0] != '\0' ? ", not as an API: \""
                                    : "",
            (int)n, f->message, f->json || f->message[0] == '\0' ? "" : "\"",
            advice != NULL ? "; " : "");
    if (advice == NULL)
        return;
    env = call->model->key_env;
    if (t->status == 401 && env == NULL)
        advice = "it wants a key: for a URL without a preset set "
                 "PHGEN_API_KEY";
    snprintf(out->why.text + strlen(out->why.text),
             sizeof(out->why.text) - strlen(out->why.text), "%s%s%s%s", advice,
             t->status == 401 && env != NULL ? " (" : "",
             t->status == 401 && env != NULL ? env : "",
             t->status == 401 && env != NULL ? ")" : "");
}

static void settle_redirect(const struct transfer *t, const char *host,
                            struct settled *out)
{
    out->as = SETTLED_STOP;
    out->result = RESULT_ANSWER;
    err_set(&out->why,
            "%s answered %d and points to \"%s\", which is not followed since "
            "the key would go with it; give the base URL that is meant",
            host, t->status, t->hints.location);
}

static void settle_filtered(const struct fault *f, struct reply *reply,
                            struct settled *out)
{
    out->as = SETTLED_ANSWER;
    out->result = RESULT_ANSWER;
    reply->status = REPLY_OK;
    reply->finish = FINISH_FILTER;
    reply->text = strdup("");
    reply->refusal = strdup(f->message);
}

/* The model did answer; that it is no JSON is for the asker to judge. */
static bool settle_generated(const struct transfer *t, struct reply *reply,
                             struct settled *out)
{
    char *text = fault_generation(t->in.s, t->in.len);
    bool good = text != NULL && dialect_answer(reply, text, NULL) == 0;

    free(text);
    if (!good)
        return false;
    out->as = SETTLED_ANSWER;
    reply->status = REPLY_OK;
    reply->finish = FINISH_STOP;
    out->why.text[0] = '\0';
    return true;
}

/* A refusal of something in the request; OpenAI's models that reason say 403
 * to logprobs.  A page of a firewall may quote anything, so JSON only there. */
static bool refuses_part(int status, const struct fault *f)
{
    return status == 400 || status == 422 || status == 500 || status == 501 ||
           (status == 403 && f->json);
}

/* A permanent fault under a passing status must not look like one that is
 * worth another try later on. */
static int real_status(int status, const struct hints *h)
{
    if (h->should_retry == 0)
        return status;
    return status == 429 ? 413 : status >= 500 ? 400 : status;
}

static void settle_status(const struct transfer *t, const struct call *call,
                          const char *host, struct reply *reply,
                          struct settled *out)
{
    struct fault f;
    unsigned bit;

    out->status = t->status;
    if (t->status >= 300 && t->status < 400) {
        settle_redirect(t, host, out);
        return;
    }
    fault_parse(t->in.s, t->in.len, &f);
    say_status(t, call, host, &f, out);
    out->hint =
        t->hints.retry_after >= 0 ? t->hints.retry_after : f.retry_after;
    out->result = RESULT_ANSWER;
    bit = refuses_part(t->status, &f)
              ? dialect_complaint(call, t->ep->lacks, &f)
              : 0;
    switch (retry_judge(t->status, &t->hints, &f, t->ep->answered)) {
    case RETRY_FILTERED:
        settle_filtered(&f, reply, out);
        return;
    case RETRY_STOP:
        if (t->status == 403 && bit != 0)
            break;
        out->as = SETTLED_STOP;
        return;
    case RETRY_SLOWER:
        out->as = SETTLED_AGAIN;
        out->result = RESULT_OVERLOAD;
        return;
    case RETRY_AGAIN:
        out->as = SETTLED_AGAIN;
        out->result = RESULT_FAULT;
        return;
    case RETRY_NEVER:
        break;
    }
    if (t->status == 400 && settle_generated(t, reply, out))
        return;
    out->as = bit != 0 ? SETTLED_LACKS : SETTLED_FAILED;
    out->lacks = bit;
    out->status = real_status(t->status, &t->hints);
}

/* A 2xx whose body is an error, or is not what it should be. */
static void settle_nonsense(const struct transfer *t, const struct call *call,
                            const char *host, struct reply *reply,
                            const struct err *why, struct settled *out)
{
    struct transfer as_error = *t;
    struct fault f;
    int status;

    if (fault_in_answer(t->in.s, t->in.len)) {
        fault_parse(t->in.s, t->in.len, &f);
        status = (int)strtol(f.code, NULL, 10);
        as_error.status = status >= 400 && status < 600 ? status : 500;
        settle_status(&as_error, call, host, reply, out);
        return;
    }
    out->as = SETTLED_AGAIN;
    out->result = RESULT_FAULT;
    out->nonsense = true;
    err_set(&out->why, "%s %s%s", host, why->text,
            t->ep->answered ? "" : "; check the base URL");
}

static void hide(const char *key, char *text)
{
    if (text != NULL)
        key_redact(key, text, strlen(text));
}

static void tidy_sentence(const char *key, struct err *why)
{
    struct str line;

    hide(key, why->text);
    str_init(&line, 3 * sizeof(why->text));
    text_printable(why->text, &line);
    snprintf(why->text, sizeof(why->text), "%s", line.s);
    str_release(&line);
}

/* Also in an answer, which is stored: a server that echoes what it was sent.
 * Once more behind the decoder, which may have undone an escape. */
static void hide_in_reply(const char *key, struct reply *r)
{
    hide(key, r->text);
    hide(key, r->reasoning);
    hide(key, r->refusal);
    hide(key, r->model);
    hide(key, r->logprobs);
}

static bool answered(const struct transfer *t)
{
    return t->expired == DEADLINE_NONE && !t->too_big && t->code == CURLE_OK &&
           t->status >= 200 && t->status <= 299;
}

static void settle_fault(const struct transfer *t, const struct call *call,
                         const struct err *nonsense, struct reply *reply,
                         struct settled *out)
{
    char host[200];

    settle_host(t->ep->url, host, sizeof(host));
    if (t->expired != DEADLINE_NONE)
        settle_deadline(t, host, out);
    else if (t->too_big)
        settle_too_big(t, host, out);
    else if (t->code != CURLE_OK)
        settle_curl(t, host, out);
    else if (!answered(t))
        settle_status(t, call, host, reply, out);
    else
        settle_nonsense(t, call, host, reply, nonsense, out);
}

void settle(const struct transfer *t, const struct call *call, const char *key,
            struct reply *reply, struct settled *out)
{
    const struct dialect_ops *d = dialect_of(call->model->dialect);
    struct err nonsense = {""};

    memset(out, 0, sizeof(*out));
    out->hint = -1;
    out->status = t->status;
    /* Before anything is cut: half a key would no longer be found. */
    key_redact(key, t->in.s, t->in.len);
    if (answered(t) &&
        dialect_decode(d, t->in.s, t->in.len, reply, &nonsense) == 0) {
        out->as = SETTLED_ANSWER;
        out->result = RESULT_ANSWER;
    } else {
        settle_fault(t, call, &nonsense, reply, out);
        tidy_sentence(key, &out->why);
    }
    hide_in_reply(key, reply);
}
