/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine: a loop that moves bytes, a pool a model, and lists.
 *
 * One turn is
 *
 *   1. move calls whose back-off is over to the ready queues,
 *   2. start ready calls wherever an endpoint lets them,
 *   3. let libcurl work (loop.c), waiting for it if nothing is finished,
 *   4. settle what is done: an answer, a retry, a failure,
 *   5. a few times a second, look for passed deadlines.
 *
 * An attempt is encoded when it starts, not when it is submitted, since what
 * the server takes may have been learned in between.
 */
#include "net/net.h"
#include "net/dialect.h"
#include "net/loop.h"
#include "net/pool.h"
#include "net/settle.h"
#include "net/transfer.h"
#include "net/retry.h"
#include "base/log.h"

#include <assert.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define CONNECTIONS_KEPT 2048
#define FILES_WANTED     8192
/* Overloads cost nothing, so a call may meet more of them than of faults. */
#define OVERLOADS_EACH 6
#define LACKS_MOST     8
#define LESSON_KEY_MAX 8192

const struct net_options NET_DEFAULTS = {
    .connect_timeout = 10,
    .first_byte_timeout = 300, /* without streaming, a whole answer */
    .stall_timeout = 60,
    .total_timeout = 600,
    .retries = 4,
    .max_backoff = 60,
    .patience = 300,
    .max_reply_bytes = 16u << 20,
    .ca_file = NULL,
    .seed = 0,
};

void net_set_timeout(struct net_options *o, double seconds)
{
    o->total_timeout = seconds;
    if (o->first_byte_timeout < seconds)
        o->first_byte_timeout = seconds;
    if (o->patience < 2 * seconds)
        o->patience = 2 * seconds;
}

struct net {
    struct net_options options;
    struct endpoint_policy policy;
    struct loop *loop;
    const double *now; /* monotonic seconds, the loop's */
    struct pool **pools;
    size_t npools;
    struct transfer *wire, *idle; /* in flight; free */
    struct job_queue done;
    size_t jobs; /* submitted, not finished */
    double next_scan, scan_every;
    cJSON *recalled;  /* net_recall(); NULL: nothing */
    unsigned lessons; /* net_lessons() */
    struct rng jitter;
    struct sigaction old_sigpipe;
};

static double least(double a, double b)
{
    return a < b ? a : b;
}

/* A thousand connections pass the usual soft limit of open files. */
static void want_files(void)
{
    struct rlimit lim;

    if (getrlimit(RLIMIT_NOFILE, &lim) != 0 || lim.rlim_cur >= FILES_WANTED)
        return;
    lim.rlim_cur = lim.rlim_max < FILES_WANTED ? lim.rlim_max : FILES_WANTED;
    setrlimit(RLIMIT_NOFILE, &lim);
}

/* OpenSSL writes without MSG_NOSIGNAL: a peer that hangs up would kill us. */
static void ignore_sigpipe(struct net *net)
{
    struct sigaction ignore;

    sigaction(SIGPIPE, NULL, &net->old_sigpipe);
    if (net->old_sigpipe.sa_handler != SIG_DFL)
        return;
    memset(&ignore, 0, sizeof(ignore));
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignore, NULL);
}

struct net *net_new(const struct net_options *options, struct err *err)
{
    struct net *net;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
        err_set(err, "libcurl cannot be initialised");
        return NULL;
    }
    net = calloc(1, sizeof(*net));
    if (net == NULL)
        err_nomem(err);
    else
        net->loop = loop_new(CONNECTIONS_KEPT, err);
    if (net == NULL || net->loop == NULL) {
        free(net);
        curl_global_cleanup();
        return NULL;
    }
    net->now = loop_clock(net->loop);
    net->options = options != NULL ? *options : NET_DEFAULTS;
    options = &net->options;
    net->policy = (struct endpoint_policy){
        options->retries, options->max_backoff, options->patience};
    queue_init(&net->done);
    net->scan_every = least(
        0.25, least(options->first_byte_timeout,
                    least(options->stall_timeout, options->total_timeout)) /
                  4);
    net->jitter = rng_for(options->seed, 0, "net back-off");
    want_files();
    ignore_sigpipe(net);
    return net;
}

static void unlink_transfer(struct net *net, struct transfer *t)
{
    if (t->prev != NULL)
        t->prev->next = t->next;
    else
        net->wire = t->next;
    if (t->next != NULL)
        t->next->prev = t->prev;
}

static void drop_all(struct net *net)
{
    struct transfer *t;
    struct job *j;

    while ((t = net->wire) != NULL) {
        curl_multi_remove_handle(loop_multi(net->loop), t->easy);
        unlink_transfer(net, t);
        job_free(t->job);
        transfer_free(t);
    }
    while ((t = net->idle) != NULL) {
        net->idle = t->next;
        transfer_free(t);
    }
    while ((j = queue_pop(&net->done)) != NULL)
        job_free(j);
}

void net_free(struct net *net)
{
    size_t i;

    if (net == NULL)
        return;
    drop_all(net);
    for (i = 0; i < net->npools; i++)
        pool_free(net->pools[i]);
    free(net->pools);
    cJSON_Delete(net->recalled);
    loop_free(net->loop);
    if (net->old_sigpipe.sa_handler == SIG_DFL)
        sigaction(SIGPIPE, &net->old_sigpipe, NULL);
    free(net);
    curl_global_cleanup();
}

/* --- what servers do not take --- */

static void lesson_key(const struct pool *p, const struct endpoint *ep,
                       struct str *key)
{
    str_addf(key, "%s %s", ep->url, p->model->name);
}

/* What an earlier session found out about the endpoints of a model. */
static void remember(const struct net *net, struct pool *p)
{
    const cJSON *name;
    struct str key;
    size_t i;

    for (i = 0; i < p->n; i++) {
        str_init(&key, LESSON_KEY_MAX);
        lesson_key(p, &p->ep[i], &key);
        cJSON_ArrayForEach(name, json_array(net->recalled, key.s))
        {
            p->ep[i].lacks |= dialect_lack_find(cJSON_GetStringValue(name));
        }
        str_release(&key);
    }
}

unsigned net_lessons(const struct net *net)
{
    return net->lessons;
}

static cJSON *names_of(unsigned lacks)
{
    cJSON *list = cJSON_CreateArray();
    unsigned bit;

    for (bit = 1; bit != 0 && bit <= lacks; bit <<= 1)
        if (lacks & bit)
            cJSON_AddItemToArray(list,
                                 cJSON_CreateString(dialect_lack_name(bit)));
    return list;
}

/* Of models that this session has not met, what the earlier ones said. */
cJSON *net_learned(const struct net *net)
{
    cJSON *all = net->recalled != NULL ? cJSON_Duplicate(net->recalled, true)
                                       : cJSON_CreateObject();
    struct str key;
    size_t i, k;

    for (i = 0; i < net->npools; i++)
        for (k = 0; k < net->pools[i]->n; k++) {
            const struct endpoint *ep = &net->pools[i]->ep[k];

            str_init(&key, LESSON_KEY_MAX);
            lesson_key(net->pools[i], ep, &key);
            cJSON_DeleteItemFromObjectCaseSensitive(all, key.s);
            if (ep->lacks != 0 && !str_failed(&key))
                cJSON_AddItemToObject(all, key.s, names_of(ep->lacks));
            str_release(&key);
        }
    return all;
}

void net_recall(struct net *net, const cJSON *learned)
{
    assert(net->npools == 0);
    cJSON_Delete(net->recalled);
    net->recalled = cJSON_Duplicate(learned, true);
}

/* --- pools --- */

static struct pool *find_pool(const struct net *net, const struct model *m)
{
    size_t i;

    for (i = 0; i < net->npools; i++)
        if (net->pools[i]->model == m)
            return net->pools[i];
    return NULL;
}

static struct pool *get_pool(struct net *net, const struct model *m,
                             struct err *err)
{
    struct pool *p = find_pool(net, m), **more;

    if (p != NULL)
        return p;
    more = realloc(net->pools, (net->npools + 1) * sizeof(*more));
    if (more == NULL) {
        err_nomem(err);
        return NULL;
    }
    net->pools = more;
    p = pool_new(m, err);
    if (p != NULL) {
        remember(net, p);
        net->pools[net->npools++] = p;
    }
    return p;
}

size_t net_room(struct net *net, const struct model *model)
{
    /* A model without a key has room: net_submit() then says why not. */
    struct pool *p = get_pool(net, model, NULL);

    return p != NULL ? pool_room(p) : 1;
}

int net_submit(struct net *net, const struct call *call, uint64_t ticket,
               struct err *err)
{
    struct pool *p = get_pool(net, call->model, err);
    struct job *j;

    if (p == NULL)
        return -1;
    j = job_new(call, ticket, err);
    if (j == NULL)
        return -1;
    j->pool = p;
    net->jobs++;
    queue_push(&p->ready, j);
    return 0;
}

/* --- finishing --- */

static void finish(struct net *net, struct job *j)
{
    j->reply.attempts = j->attempts;
    net->jobs--;
    queue_push(&net->done, j);
}

static void finish_badly(struct net *net, struct job *j,
                         enum reply_status status, const char *why)
{
    int http_status = j->reply.http_status;
    bool reached = j->reply.reached;

    reply_release(&j->reply);
    j->reply.http_status = http_status;
    j->reply.reached = reached;
    if (status == REPLY_FAILED && j->attempts > 1)
        reply_fail(&j->reply, status, "%s (after %u attempts)", why,
                   j->attempts);
    else
        reply_fail(&j->reply, status, "%s", why);
    finish(net, j);
}

/* A model without endpoints left gives everything back. */
static void stop_pool(struct net *net, struct pool *p, const char *why)
{
    struct job *j;

    while ((j = queue_pop(&p->ready)) != NULL)
        finish_badly(net, j, REPLY_STOPPED, why);
    while ((j = queue_pop(&p->waiting)) != NULL)
        finish_badly(net, j, REPLY_STOPPED, why);
    p->next_due = INFINITY;
}

static void tell_state(const struct endpoint *ep, enum endpoint_state was,
                       bool others)
{
    if (ep->state == ENDPOINT_LOST && others)
        log_line(LOG_WARN, "%s is left out and tried again now and then: %s",
                 ep->url, ep->why.text);
    else if (endpoint_gone(ep))
        log_line(LOG_WARN, "no more calls to %s: %s", ep->url, ep->why.text);
    else if (ep->state == ENDPOINT_ASIDE)
        log_line(LOG_INFO, "%s is set aside for a while: %s", ep->url,
                 ep->why.text);
    else if (was == ENDPOINT_LOST)
        log_line(LOG_WARN, "%s answers again", ep->url);
}

static void tell_endpoint(struct net *net, const struct transfer *t,
                          const struct settled *s, const struct reply *r)
{
    struct endpoint_outcome o = {
        .result = s->result,
        .started = t->started,
        .ms = t->ms,
        .hint = s->hint,
        .connected = t->connected,
        .nonsense = s->nonsense,
        .hints = t->headers ? &t->hints : NULL,
        .tokens_guess = t->tokens,
        .tokens_used = (double)r->tokens_in + (double)r->tokens_out,
    };
    struct endpoint *ep = t->ep;
    enum endpoint_state was;

    if (s->result != RESULT_ANSWER && s->result != RESULT_IGNORED)
        endpoint_blame(ep, &s->why);
    was = ep->state;
    endpoint_done(ep, &net->policy, *net->now, &o, &net->jitter);
    if (s->as == SETTLED_STOP)
        endpoint_kill(ep, &s->why);
    if (s->as == SETTLED_ANSWER)
        hist_add(&ep->latency, t->ms);
    ep->counts.bytes_in += t->bytes_in;
    ep->counts.bytes_out += t->bytes_out;
    ep->counts.tokens_in += r->tokens_in;
    ep->counts.tokens_out += r->tokens_out;
    if (was != ep->state)
        tell_state(ep, was, t->job->pool->n > 1);
}

static void retry(struct net *net, struct job *j, struct endpoint *ep,
                  const struct settled *s)
{
    bool overload = s->result == RESULT_OVERLOAD;
    unsigned tried = overload ? ++j->overloads : ++j->faults;
    unsigned most = net->options.retries * (overload ? OVERLOADS_EACH : 1);
    double wait;

    if (tried > most) {
        finish_badly(net, j, REPLY_FAILED, s->why.text);
        return;
    }
    wait = retry_wait(tried, s->hint, net->options.max_backoff, &net->jitter);
    if (overload) {
        ep->counts.retries++;
        ep->counts.waited_ms += 1000 * wait;
    } else {
        wait += endpoint_retry_delay(ep, net->options.max_backoff);
    }
    pool_wait(j->pool, j, *net->now + wait);
}

static void lacks(struct net *net, struct job *j, struct endpoint *ep,
                  const struct settled *s)
{
    if (++j->refusals > LACKS_MOST) {
        finish_badly(net, j, REPLY_FAILED, s->why.text);
        return;
    }
    if (!(ep->lacks & s->lacks))
        log_line(LOG_INFO, "%s does not take %s for %s; going on without",
                 ep->url, dialect_lack_name(s->lacks), j->pool->model->name);
    net->lessons += (ep->lacks & s->lacks) != s->lacks;
    ep->lacks |= s->lacks;
    queue_push_front(&j->pool->ready, j);
}

static void log_attempt(const struct transfer *t, const struct settled *s)
{
    const struct job *j = t->job;
    struct log_call line = {
        .agent = agent_name(j->call.agent),
        .model = j->call.model->name,
        .seq = j->call.seq,
        .slot = j->call.slot,
        .status = t->status,
        .attempt = j->attempts,
        .bytes_out = t->bytes_out,
        .bytes_in = t->bytes_in,
        .ms = t->ms,
        .why = s->why.text,
    };

    log_call(&line);
}

static void carry_out(struct net *net, struct job *j, struct endpoint *ep,
                      const struct settled *s)
{
    struct err dead;

    if (s->as == SETTLED_ANSWER) {
        finish(net, j);
    } else if (s->as == SETTLED_FAILED) {
        finish_badly(net, j, REPLY_FAILED, s->why.text);
    } else if (pool_dead(j->pool, &dead) != 0) {
        finish_badly(net, j, REPLY_STOPPED, dead.text);
        stop_pool(net, j->pool, dead.text);
    } else if (s->as == SETTLED_LACKS) {
        lacks(net, j, ep, s);
    } else if (s->as == SETTLED_CLOSED || endpoint_gone(ep)) {
        j->fresh = s->as == SETTLED_CLOSED;
        queue_push_front(&j->pool->ready, j);
    } else {
        retry(net, j, ep, s);
    }
}

static void done_with(struct net *net, struct transfer *t, CURLcode code)
{
    struct job *j = t->job;
    struct settled s;

    transfer_end(t, loop_multi(net->loop), code);
    unlink_transfer(net, t);
    settle(t, &j->call, j->pool->key, &j->reply, &s);
    if (s.as != SETTLED_CLOSED)
        j->attempts++;
    j->reply.http_status = s.status;
    j->reply.reached = t->connected;
    j->reply.ms = t->ms;
    j->pool->on_wire--;
    log_attempt(t, &s);
    tell_endpoint(net, t, &s, &j->reply);
    carry_out(net, j, t->ep, &s);
    /* A reply of megabytes should not be kept by each handle. */
    if (t->in.cap > 1 << 18)
        str_release(&t->in);
    t->next = net->idle;
    net->idle = t;
}

/* --- starting --- */

static struct transfer *new_transfer(struct net *net, struct err *err)
{
    struct transfer *t = transfer_new(&net->options, net->now, err);

    if (t != NULL && loop_prepare(net->loop, t->easy) == 0)
        return t;
    transfer_free(t);
    return NULL;
}

static struct transfer *take_transfer(struct net *net, struct err *err)
{
    struct transfer *t = net->idle;

    if (t == NULL)
        return new_transfer(net, err);
    net->idle = t->next;
    return t;
}

static void link_transfer(struct net *net, struct transfer *t)
{
    t->prev = NULL;
    t->next = net->wire;
    if (net->wire != NULL)
        net->wire->prev = t;
    net->wire = t;
}

static int encode(struct transfer *t, const struct job *j,
                  const struct endpoint *ep)
{
    const struct dialect_ops *d = dialect_of(j->call.model->dialect);

    str_clear(&t->url);
    str_clear(&t->body);
    dialect_url(d, ep->url, j->call.model->name, &t->url);
    d->encode(&j->call, ep->lacks, &t->body);
    return str_failed(&t->url) || str_failed(&t->body) ? -1 : 0;
}

static void start(struct net *net, struct job *j, struct endpoint *ep)
{
    struct err err = {"the request is too large"};
    struct transfer *t = take_transfer(net, &err);

    if (t != NULL)
        t->ep = ep;
    if (t == NULL || encode(t, j, ep) != 0 ||
        transfer_begin(t, loop_multi(net->loop), j->pool->headers, j->fresh,
                       &err) != 0) {
        transfer_free(t);
        finish_badly(net, j, REPLY_FAILED, err.text);
        return;
    }
    t->job = j;
    t->tokens = j->tokens;
    link_transfer(net, t);
    endpoint_start(ep, *net->now, j->tokens);
    j->pool->on_wire++;
    j->fresh = false;
    if (j->held_at > 0)
        ep->counts.waited_ms += 1000 * (*net->now - j->held_at);
    j->held_at = 0;
}

/* Starts what may start; returns the seconds until more may. */
static double start_pool(struct net *net, struct pool *p)
{
    struct endpoint *ep;
    double wait = INFINITY;
    struct err dead;

    pool_wake(p, *net->now);
    if (p->ready.n > 0 && pool_dead(p, &dead) != 0)
        stop_pool(net, p, dead.text);
    while (p->ready.n > 0) {
        ep = pool_pick(p, *net->now, p->ready.head->tokens, &wait);
        if (ep == NULL) {
            if (wait < INFINITY && p->ready.head->held_at <= 0)
                p->ready.head->held_at = *net->now;
            break;
        }
        wait = INFINITY;
        start(net, queue_pop(&p->ready), ep);
    }
    return least(wait, p->next_due - *net->now);
}

static double start_all(struct net *net)
{
    double wait = INFINITY;
    size_t i;

    for (i = 0; i < net->npools; i++)
        wait = least(wait, start_pool(net, net->pools[i]));
    return wait;
}

/* --- turning --- */

static void scan_deadlines(struct net *net)
{
    struct transfer *t, *next;

    if (*net->now < net->next_scan)
        return;
    net->next_scan = *net->now + net->scan_every;
    for (t = net->wire; t != NULL; t = next) {
        next = t->next;
        t->expired = transfer_expired(t);
        if (t->expired != DEADLINE_NONE)
            done_with(net, t, CURLE_OPERATION_TIMEDOUT);
    }
}

/* True when there was anything: then there may be more to start at once. */
static bool settle_done(struct net *net)
{
    struct transfer *t;
    bool any = false;
    CURLcode code;
    CURL *easy;

    while ((easy = loop_done(net->loop, &code)) != NULL) {
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&t);
        done_with(net, t, code);
        any = true;
    }
    return any;
}

int net_turn(struct net *net, int timeout_ms, struct err *err)
{
    double wait;

    loop_tick(net->loop);
    wait = 1000 * start_all(net);
    if (loop_start(net->loop, err) != 0)
        return -1;
    if (settle_done(net) || net->done.n > 0)
        wait = 0;
    if (net->wire != NULL)
        wait = least(wait, 1000 * net->scan_every);
    wait = least(ceil(wait), timeout_ms);
    if (loop_turn(net->loop, wait > 0 ? (int)wait : 0, err) != 0)
        return -1;
    settle_done(net);
    scan_deadlines(net);
    return 0;
}

bool net_take(struct net *net, uint64_t *ticket, struct reply *reply)
{
    struct job *j = queue_pop(&net->done);

    if (j == NULL)
        return false;
    *ticket = j->ticket;
    *reply = j->reply;
    reply_init(&j->reply);
    job_free(j);
    return true;
}

void net_stop(struct net *net)
{
    static const char why[] = "stopped before it was answered";
    struct transfer *t;
    size_t i;

    while ((t = net->wire) != NULL) {
        struct endpoint_outcome o = {.result = RESULT_IGNORED, .hint = -1};

        transfer_end(t, loop_multi(net->loop), CURLE_ABORTED_BY_CALLBACK);
        unlink_transfer(net, t);
        endpoint_done(t->ep, &net->policy, *net->now, &o, &net->jitter);
        t->job->pool->on_wire--;
        finish_badly(net, t->job, REPLY_STOPPED, why);
        t->next = net->idle;
        net->idle = t;
    }
    for (i = 0; i < net->npools; i++)
        stop_pool(net, net->pools[i], why);
}

/* --- looking --- */

size_t net_in_flight(const struct net *net)
{
    return net->jobs;
}

int net_dead(struct net *net, const struct model *model, struct err *err)
{
    struct pool *p = find_pool(net, model);

    return p != NULL ? pool_dead(p, err) : 0;
}

const char *net_schema_rung(const struct net *net, const struct model *model)
{
    const struct pool *p = find_pool(net, model);
    unsigned lack = p != NULL ? p->ep[0].lacks : 0;

    if (!(lack & LACKS_JSON_SCHEMA))
        return "json_schema";
    return lack & LACKS_JSON_OBJECT ? "instructions" : "json_object";
}

static void fill_stats(const struct pool *p, const struct endpoint *ep,
                       struct net_stats *out)
{
    const struct endpoint_counts *c = &ep->counts;

    *out = (struct net_stats){
        .model = p->model->spec,
        .url = ep->url,
        .calls = c->answered,
        .attempts = c->attempts,
        .retries = c->retries,
        .overloads = c->overloads,
        .bytes_in = c->bytes_in,
        .bytes_out = c->bytes_out,
        .tokens_in = c->tokens_in,
        .tokens_out = c->tokens_out,
        .ms_p50 = hist_quantile(&ep->latency, 0.5),
        .ms_p90 = hist_quantile(&ep->latency, 0.9),
        .ms_p99 = hist_quantile(&ep->latency, 0.99),
        .latency = &ep->latency,
        .waited_ms = c->waited_ms,
    };
}

bool net_stats(const struct net *net, size_t i, struct net_stats *out)
{
    size_t k;

    for (k = 0; k < net->npools; i -= net->pools[k++]->n)
        if (i < net->pools[k]->n) {
            fill_stats(net->pools[k], &net->pools[k]->ep[i], out);
            return true;
        }
    return false;
}

const char *net_library(void)
{
    return curl_version();
}
