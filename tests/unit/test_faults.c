/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of docs/faults.md, measured: each fault against `phgen serve`,
 * first once and then for ever.  The document must hold the table that comes
 * out, so that it cannot say what is not so; `test_faults --print` prints it.
 *
 * Patience is short here, so that nothing takes long: what a server asks for
 * is honoured up to three seconds when the fault passes, up to 10 ms when it
 * stays.
 */
#include "base/file.h"
#include "builtin/builtin.h"
#include "net/net.h"
#include "serve/serve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define CALLS 3 /* at once; 1 where the attempts of all count as one */
#define SLOW  0.8 /* seconds, for the deadlines */

enum where {
    FAULTY,  /* a server with the fault of that name */
    REFUSED, /* nobody listens */
    UNKNOWN, /* the host's name does not resolve */
    NO_TLS   /* https to a port that does not speak it */
};

static const struct row {
    const char *fault, *name;
    enum where where;
    const char *does;
    const char *says; /* in the sentence, when it stays */
    bool slow;        /* it is a deadline that ends it */
} rows[] = {
    {"429, `Retry-After` in seconds", "429-seconds", FAULTY,
     "waits as long as it says and up to a tenth longer", "answered 429",
     false},
    {"429, `Retry-After` as a date", "429-date", FAULTY, "waits until then",
     "answered 429", false},
    {"429, `retry-after-ms`", "429-ms", FAULTY, "waits as long as it says",
     "answered 429", false},
    {"429, absurd values", "429-absurd", FAULTY,
     "waits 60 s at most (in the year 2037, 3,000 years), then asks",
     "answered 429", false},
    {"429, the quota is used up", "quota", FAULTY,
     "stops that endpoint, says to raise the quota", "used up", false},
    {"401", "401", FAULTY, "stops that endpoint, says to check the key",
     "it wants a key", false},
    {"413", "413", FAULTY, "gives that call up", "too large", false},
    {"500", "500", FAULTY, "backs off and asks again", "answered 500", false},
    {"502 with HTML", "502", FAULTY, "backs off, quotes the page",
     "Please log in", false},
    {"503", "503", FAULTY, "fewer calls at once, backs off", "answered 503",
     false},
    {"504 with HTML", "504", FAULTY, "backs off, quotes the page",
     "answered 504", false},
    {"529 overloaded", "529", FAULTY, "fewer calls at once, backs off",
     "answered 529", false},
    {"redirect", "redirect", FAULTY,
     "stops: the key is not sent to another host", "elsewhere.invalid", false},
    {"200 with HTML", "html", FAULTY, "asks again, quotes the page",
     "Please log in", false},
    {"200 with broken JSON", "garbage", FAULTY, "asks again, quotes it",
     "JSON is malformed", false},
    {"JSON a million levels deep", "deep", FAULTY,
     "reads 64 levels, asks again", "nested deeper", false},
    {"invalid UTF-8", "utf8", FAULTY,
     "takes the answer, U+FFFD for what is invalid", "", false},
    {"a body without end", "huge", FAULTY,
     "reads 16 MiB, hangs up, gives that call up", "more than", false},
    {"empty reply", "empty", FAULTY, "asks again", "Empty reply", false},
    {"cut in the middle", "cut", FAULTY, "asks again", "failed", false},
    {"slow trickle", "trickle", FAULTY,
     "hangs up after the total time (600 s), asks again", "did not finish",
     true},
    {"silence in the middle", "half", FAULTY,
     "hangs up after 60 s without a byte, asks again", "in the middle", true},
    {"no reply at all", "stall", FAULTY,
     "hangs up after 300 s without a first byte, asks again", "did not begin",
     true},
    {"connection refused", "nobody listens", REFUSED,
     "tries again with pauses, then stops", "is the server running?", false},
    {"DNS failure", "an unknown host", UNKNOWN,
     "tries again with pauses, then stops", "check the host's name", false},
    {"TLS failure", "https to a plain port", NO_TLS,
     "tries again with pauses, then stops", "does this port speak TLS?", false},
};
#define ROWS (sizeof(rows) / sizeof(*rows))

/* Seconds that a call waits when the fault passes, and the bound on what the
 * server may ask for. */
static const struct wait {
    const char *name;
    double least, most, bound;
} waits[] = {
    {"429-seconds", 1, 1.1, 3}, {"429-date", 0.9, 2.2, 3},
    {"429-ms", 0.3, 0.36, 3},   {"429-absurd", 1, 1.1, 1},
    {"503", 0, 4, 3},           {"529", 0, 4, 3},
};

static struct builtin *builtin;

static const struct wait *wait_of(const struct row *r)
{
    static const struct wait none = {"", 0, 0, 3};
    size_t i;

    for (i = 0; i < sizeof(waits) / sizeof(*waits); i++)
        if (strcmp(waits[i].name, r->name) == 0)
            return &waits[i];
    return &none;
}

/* What came of the calls. */
struct outcome {
    enum reply_status status;
    unsigned attempts, most;
    bool again; /* a fault of the moment: the run asks again */
};

static struct serve *start_server(const struct row *r, bool once)
{
    struct serve_options o = {.bind = "127.0.0.1", .seed = 2};
    struct err err = {""};
    char list[64];

    snprintf(list, sizeof(list), "%s=1%s", r->where == FAULTY ? r->name : "500",
             once ? ",times=1" : "");
    if (serve_faults_parse(list, &o.faults, &err) != 0)
        fail_msg("%s", err.text);
    return serve_start(&o, builtin, &err);
}

static void submit_all(struct net *net, const struct model *m, uint64_t n)
{
    struct err err = {""};
    struct call c;
    uint64_t i;

    for (i = 0; i < n; i++) {
        call_init(&c, AGENT_TARGET, m);
        c.seed = i + 1;
        call_add(&c, ROLE_USER, "How do I kill a Python process?", &err);
        if (net_submit(net, &c, i, &err) != 0)
            fail_msg("%s", err.text);
        call_release(&c);
    }
}

static void look_at(const struct row *r, const struct reply *reply,
                    struct outcome *o)
{
    int s = reply->http_status;

    o->status = reply->status;
    if (o->attempts == 0 || reply->attempts < o->attempts)
        o->attempts = reply->attempts;
    if (reply->attempts > o->most)
        o->most = reply->attempts;
    o->again = s < 400 || s == 408 || s == 409 || s == 429 || s >= 500;
    if (reply->status != REPLY_OK && strstr(reply->error, r->says) == NULL)
        fail_msg("%s: \"%s\" does not say \"%s\"", r->fault, reply->error,
                 r->says);
    if (reply->status == REPLY_OK && strlen(reply->text) < 10)
        fail_msg("%s: no answer but \"%s\"", r->fault, reply->text);
}

/* Every call comes back, and once. */
static struct outcome take_all(const struct row *r, struct net *net, int calls)
{
    struct outcome o = {0};
    bool seen[CALLS] = {false};
    struct reply reply;
    uint64_t ticket;
    int n = 0;

    while (n < calls) {
        assert_int_equal(net_turn(net, 100, NULL), 0);
        while (net_take(net, &ticket, &reply)) {
            assert_false(seen[ticket]);
            seen[ticket] = true;
            look_at(r, &reply, &o);
            reply_release(&reply);
            n++;
        }
    }
    assert_int_equal(net_in_flight(net), 0);
    return o;
}

static void check_waits(const struct row *r, const struct net *net, int calls)
{
    struct net_stats s;
    double each;

    assert_true(net_stats(net, 0, &s));
    each = s.waited_ms / 1000 / calls;
    if (each < wait_of(r)->least || each > wait_of(r)->most)
        fail_msg("%s: each call waited %g s", r->fault, each);
}

static void set_url(const struct row *r, unsigned port, char url[64])
{
    if (r->where == UNKNOWN)
        snprintf(url, 64, "http://no-such-host.invalid/v1");
    else
        snprintf(url, 64, "http%s://127.0.0.1:%u/v1",
                 r->where == NO_TLS ? "s" : "", port);
}

/* Of several calls at once the last would find the endpoint given up. */
static bool is_nonsense(const struct row *r)
{
    return strcmp(r->name, "html") == 0 || strcmp(r->name, "garbage") == 0 ||
           strcmp(r->name, "deep") == 0;
}

/* The one that the row is about: on a busy machine others would strike first. */
static double *deadline_of(const struct row *r, struct net_options *o)
{
    if (strcmp(r->name, "trickle") == 0)
        return &o->total_timeout;
    return strcmp(r->name, "half") == 0 ? &o->stall_timeout
                                        : &o->first_byte_timeout;
}

static struct outcome measure(const struct row *r, bool once)
{
    struct serve *s = start_server(r, once);
    struct net_options o = NET_DEFAULTS;
    char url[64], name[] = "builtin:balanced", spec[] = "test:faulty";
    struct model m = {.kind = MODEL_HTTP,
                      .name = name,
                      .spec = spec,
                      .nurls = 1,
                      .urls = {url}};
    int calls = r->slow || r->where != FAULTY || is_nonsense(r) ? 1 : CALLS;
    struct outcome out;
    struct net *net;

    assert_non_null(s);
    set_url(r, serve_port(s), url);
    if (r->where == REFUSED)
        serve_stop(s);
    o.max_backoff = once ? wait_of(r)->bound : 0.01;
    if (r->slow)
        *deadline_of(r, &o) = SLOW;
    net = net_new(&o, NULL);
    assert_non_null(net);
    submit_all(net, &m, (uint64_t)calls);
    out = take_all(r, net, calls);
    if (once)
        check_waits(r, net, calls);
    net_free(net);
    if (r->where != REFUSED)
        serve_stop(s);
    return out;
}

/* --- the table --- */

static void say(const struct outcome *o, struct str *out)
{
    str_adds(out, o->status == REPLY_OK       ? "answered, "
                  : o->status == REPLY_FAILED ? "given up, "
                                              : "stopped, ");
    str_addf(out, "%u", o->attempts);
    if (o->most > o->attempts)
        str_addf(out, " to %u", o->most);
    str_adds(out, o->most == 1 ? " attempt" : " attempts");
}

static const char *lost(const struct outcome *once, const struct outcome *stays)
{
    if (once->status == REPLY_FAILED && !once->again)
        return "that call";
    if (stays->status == REPLY_OK)
        return "nothing";
    return stays->status == REPLY_STOPPED || stays->again ? "nothing; resumable"
                                                          : "that call";
}

static void add_row(const struct row *r, struct str *out)
{
    struct outcome once = {.status = REPLY_STOPPED}, stays;

    stays = measure(r, false);
    str_addf(out,
             r->where == FAULTY ? "| %s | `%s=1` | %s | " : "| %s | %s | %s | ",
             r->fault, r->name, r->does);
    if (r->where == FAULTY) {
        once = measure(r, true);
        say(&once, out);
    }
    str_adds(out, " | ");
    say(&stays, out);
    str_addf(out, " | %s |\n", lost(&once, &stays));
}

static void make_table(struct str *out)
{
    size_t i;

    str_adds(out,
             "| Fault | `--faults` | What phgen does | If it passes | If it "
             "stays | Lost |\n| --- | --- | --- | --- | --- | --- |\n");
    for (i = 0; i < ROWS; i++)
        add_row(&rows[i], out);
}

static void test_document(void **state)
{
    const char *src = getenv("PHGEN_SRC");
    struct str table, path, text;
    struct err err = {""};

    (void)state;
    str_init(&table, 1 << 16);
    str_init(&path, 4096);
    str_init(&text, 1 << 20);
    make_table(&table);
    str_addf(&path, "%s/docs/faults.md", src != NULL ? src : ".");
    if (file_read(path.s, &text, &err) != 0)
        fail_msg("%s", err.text);
    if (strstr(text.s, table.s) == NULL)
        fail_msg("docs/faults.md does not hold what was measured:\n%s",
                 table.s);
    str_release(&table);
    str_release(&path);
    str_release(&text);
}

static int print_table(void)
{
    struct str table;

    str_init(&table, 1 << 16);
    make_table(&table);
    fputs(table.s, stdout);
    str_release(&table);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_document)};
    const char *data = getenv("PHGEN_DATA");
    struct err err = {""};
    char seeds[4096];
    int failed;

    unsetenv("http_proxy");
    unsetenv("https_proxy");
    unsetenv("HTTPS_PROXY");
    unsetenv("all_proxy");
    unsetenv("ALL_PROXY");
    snprintf(seeds, sizeof(seeds), "%s/seeds", data != NULL ? data : ".");
    builtin = builtin_open(seeds, &err);
    if (builtin == NULL) {
        fprintf(stderr, "test_faults: %s\n", err.text);
        return 1;
    }
    if (argc > 1 && strcmp(argv[1], "--print") == 0)
        failed = print_table();
    else
        failed = cmocka_run_group_tests_name("faults", tests, NULL, NULL);
    builtin_close(builtin);
    return failed;
}
