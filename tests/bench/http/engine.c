/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * phgen's engine as a run drives it: every call is encoded, every reply
 * decoded and checked, limits and latencies are kept.
 */
#include "bench_http.h"
#include "net/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const LOAD_PROMPT =
    "How do I kill a Python process that hangs on a machine I look after? "
    "Please say it in two or three sentences for someone who is new to it.";
const char *const LOAD_BODY =
    "{\"model\":\"stub-1\",\"messages\":[{\"role\":\"user\",\"content\":"
    "\"How do I kill a Python process that hangs on a machine I look after? "
    "Please say it in two or three sentences for someone who is new to it.\""
    "}],\"temperature\":0.7,\"max_tokens\":300,\"seed\":7}";

static double resident_mib(void)
{
    unsigned long total, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");

    if (f == NULL || fscanf(f, "%lu %lu", &total, &resident) != 2)
        resident = 0;
    if (f != NULL)
        fclose(f);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

static void die(const struct err *err)
{
    fprintf(stderr, "bench_http: %s\n", err->text);
    exit(1);
}

static void take_all(struct net *net, const struct load *l, size_t *done,
                     size_t *good)
{
    struct reply reply;
    uint64_t ticket;

    while (net_take(net, &ticket, &reply)) {
        *good += reply.status == REPLY_OK && strlen(reply.text) > 800 &&
                 reply.tokens_out == 200;
        reply_release(&reply);
        load_done(l, ++*done);
        if (*done % (l->step > 0 ? l->step : SIZE_MAX) == 0)
            printf("  %7zu calls  %6.1f MiB\n", *done, resident_mib());
    }
}

size_t engine(const struct load *l)
{
    char url[60], name[] = "stub-1", spec[] = "bench:stub-1";
    struct model model = {.spec = spec,
                          .name = name,
                          .kind = MODEL_HTTP,
                          .nurls = 1,
                          .urls = {url},
                          .concurrency = (unsigned)l->in_flight};
    struct err err = {""};
    struct net *net = net_new(NULL, &err);
    size_t sent = 0, done = 0, good = 0;
    struct call call;

    snprintf(url, sizeof(url), "http://127.0.0.1:%u/v1", l->port);
    call_init(&call, AGENT_TARGET, &model);
    call.temperature = 0.7;
    call.max_tokens = 300;
    call.seed = 7;
    if (net == NULL || call_add(&call, ROLE_USER, LOAD_PROMPT, &err) != 0)
        die(&err);
    while (done < l->calls) {
        while (sent < l->calls && net_room(net, &model) > 0) {
            if (net_submit(net, &call, sent++, &err) != 0)
                die(&err);
        }
        if (net_turn(net, 1000, &err) != 0)
            die(&err);
        take_all(net, l, &done, &good);
    }
    call_release(&call);
    net_free(net);
    return good;
}
