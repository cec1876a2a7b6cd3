/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One function a family: its HELP and TYPE lines, then its samples.  Names of
 * models and URLs come from users and are escaped as label values.
 */
#include "run/telemetry.h"
#include "net/hist.h"
#include "run/state.h"

#include <string.h>

static void family(struct str *out, const char *name, const char *type,
                   const char *help)
{
    str_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void one(struct str *out, const char *name, const char *type,
                const char *help, double value)
{
    family(out, name, type, help);
    str_addf(out, "%s %.17g\n", name, value);
}

static void escape(struct str *out, const char *value, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (value[i] == '\n')
            str_adds(out, "\\n");
        else if (value[i] == '"' || value[i] == '\\')
            str_addf(out, "\\%c", value[i]);
        else
            str_addc(out, value[i]);
    }
}

/* A URL, or a spec that has one in it, without login and query. */
static void add_address(struct str *out, const char *text)
{
    const char *scheme = strstr(text, "://"), *host, *at, *query, *name;
    size_t path;

    if (scheme == NULL) {
        escape(out, text, strlen(text));
        return;
    }
    host = scheme + 3;
    path = strcspn(host, "/?#");
    at = memchr(host, '@', path);
    escape(out, text, (size_t)(host - text));
    host = at != NULL ? at + 1 : host;
    query = host + strcspn(host, "?#");
    escape(out, host, (size_t)(query - host));
    name = strchr(query, '#');
    if (name != NULL)
        escape(out, name, strlen(name));
}

/* {model="...",url="..." and open for more. */
static void add_endpoint(struct str *out, const struct net_stats *s)
{
    str_adds(out, "{model=\"");
    add_address(out, s->model);
    str_adds(out, "\",url=\"");
    add_address(out, s->url);
    str_addc(out, '"');
}

static void print_candidates(const struct run *r, struct str *out)
{
    static const char name[] = "phgen_candidates_total";
    int o, why;

    family(out, name, "counter",
           "Candidates decided, by outcome and, unless a row, reason.");
    for (o = OUTCOME_NONE + 1; o < OUTCOMES; o++)
        for (why = 0; why < DROPS; why++)
            if (r->ended[o][why] > 0)
                str_addf(out, "%s{outcome=\"%s\",reason=\"%s\"} %llu\n", name,
                         outcome_name((enum outcome)o),
                         why == DROP_NONE ? "" : drop_name((enum drop)why),
                         (unsigned long long)r->ended[o][why]);
}

static void print_paid(const struct run *r, struct str *out)
{
    static const char tokens[] = "phgen_paid_tokens_total";
    struct spent s = exchange_spent(r->exchange);

    one(out, "phgen_paid_calls_total", "counter",
        "Calls over the network, failed ones of this session too.",
        (double)s.calls);
    family(out, tokens, "counter", "Tokens of these calls.");
    str_addf(out, "%s{direction=\"in\"} %llu\n%s{direction=\"out\"} %llu\n",
             tokens, (unsigned long long)s.tokens_in, tokens,
             (unsigned long long)s.tokens_out);
    one(out, "phgen_paid_dollars_total", "counter",
        "Cost of these calls in US dollars, by the configured prices.", s.cost);
}

/* --- endpoints --- */

/* Powers of two of the lowest bucket, 0.2 ms to 14 minutes. */
#define PER_STEP 8
#define STEPS    22

static void print_latency(const struct net *net, struct str *out)
{
    static const char name[] = "phgen_http_latency_seconds";
    struct net_stats s;
    uint64_t below;
    size_t i, k, b;

    family(out, name, "histogram", "Time to an answer, by attempt.");
    for (i = 0; net_stats(net, i, &s); i++) {
        for (k = 0, b = 0, below = 0; k < STEPS; k++) {
            for (; b < (k + 1) * PER_STEP && b < HIST_BUCKETS; b++)
                below += s.latency->bucket[b];
            str_addf(out, "%s_bucket", name);
            add_endpoint(out, &s);
            str_addf(out, ",le=\"%.4g\"} %llu\n", hist_edge(b - 1) * 1e-3,
                     (unsigned long long)below);
        }
        str_addf(out, "%s_bucket", name);
        add_endpoint(out, &s);
        str_addf(out, ",le=\"+Inf\"} %llu\n",
                 (unsigned long long)s.latency->count);
        str_addf(out, "%s_sum", name);
        add_endpoint(out, &s);
        str_addf(out, "} %.17g\n%s_count", s.latency->sum_ms * 1e-3, name);
        add_endpoint(out, &s);
        str_addf(out, "} %llu\n", (unsigned long long)s.latency->count);
    }
}

static double attempts(const struct net_stats *s)
{
    return (double)s->attempts;
}

static double retries(const struct net_stats *s)
{
    return (double)s->retries;
}

static double overloads(const struct net_stats *s)
{
    return (double)s->overloads;
}

static double waited(const struct net_stats *s)
{
    return s->waited_ms * 1e-3;
}

static double bytes_in(const struct net_stats *s)
{
    return (double)s->bytes_in;
}

static double bytes_out(const struct net_stats *s)
{
    return (double)s->bytes_out;
}

static void print_endpoints(const struct net *net, struct str *out)
{
    static const struct {
        const char *name, *help;
        double (*value)(const struct net_stats *);
    } families[] = {
        {"phgen_http_attempts_total", "Attempts at calls.", attempts},
        {"phgen_http_retries_total", "Attempts after the first.", retries},
        {"phgen_http_overloads_total", "Replies 429, 503 and 529.", overloads},
        {"phgen_http_waited_seconds_total",
         "Waited for rate limits and overloads, summed over calls.", waited},
        {"phgen_http_received_bytes_total", "Bytes of replies.", bytes_in},
        {"phgen_http_sent_bytes_total", "Bytes of requests.", bytes_out},
    };
    struct net_stats s;
    size_t f, i;

    for (f = 0; f < sizeof(families) / sizeof(*families); f++) {
        family(out, families[f].name, "counter", families[f].help);
        for (i = 0; net_stats(net, i, &s); i++) {
            str_adds(out, families[f].name);
            add_endpoint(out, &s);
            str_addf(out, "} %.17g\n", families[f].value(&s));
        }
    }
    print_latency(net, out);
}

void telemetry_print(const struct run *r, struct str *out)
{
    family(out, "phgen_build_info", "gauge", "Which phgen this is.");
    str_addf(out, "phgen_build_info{version=\"%s\"} 1\n", PHGEN_VERSION);
    one(out, "phgen_rows_wanted", "gauge", "Rows asked for.",
        (double)r->options.n);
    one(out, "phgen_rows", "gauge", "Rows that there are.",
        (double)r->accepted);
    print_candidates(r, out);
    one(out, "phgen_candidates_in_window", "gauge",
        "Candidates planned and not yet decided.",
        (double)(r->next_seq - r->commit_seq));
    one(out, "phgen_calls_in_flight", "gauge", "Calls on their way.",
        (double)exchange_in_flight(r->exchange));
    print_paid(r, out);
    print_endpoints(run_net(r), out);
}
