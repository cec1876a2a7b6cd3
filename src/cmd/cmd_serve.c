/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `phgen serve`: the embedded models behind HTTP, for tests and demos. */
#include "base/log.h"
#include "builtin/builtin.h"
#include "cmd/cmd.h"
#include "cmd/stop.h"
#include "net/key.h"
#include "serve/serve.h"

#include <stdlib.h>

static const struct option_row options[] = {
    {"port", 'p', OPTION_UINT, "NUMBER", 0, 65535, "8080",
     "The port to listen at; 0 for any that is free.", 0},
    {"bind", 0, OPTION_STRING, "ADDRESS", 0, 0, "127.0.0.1",
     "The IPv4 address to listen at. Another than a loopback one lets others "
     "in: then set a key.",
     0},
    {"key-env", 0, OPTION_STRING, "VARIABLE", 0, 0, NULL,
     "Ask for the key that this environment variable holds.", 0},
    {"faults", 0, OPTION_STRING, "LIST", 0, 0, NULL,
     "Faults by share of the requests, with commas between: "
     "429=0.05,cut=0.01. The faults are 429 (with Retry-After in some form), "
     "429-seconds, 429-date, 429-ms, 429-absurd, quota, 401, 413, 500, 502, "
     "503, 504, 529, redirect, html, garbage, deep, utf8, huge, empty, cut, "
     "trickle, half, stall. In the same list, latency=200 is milliseconds for "
     "every reply, and times=1 lets a request meet a fault only the first time "
     "that it comes.",
     0},
    {"seed", 's', OPTION_UINT, "NUMBER", 0, CMD_SEED_MAX, "1",
     "Seed of the faults.", 0},
    CMD_ROW_DATA_DIR,
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Offers the embedded models as an OpenAI-compatible server, with "
    "/v1/models and /v1/chat/completions, until it is interrupted. Its "
    "address is printed on standard error. Replies are those that the models "
    "give in process.",
    NULL,
};

static const struct example examples[] = {
    {"serve --port 8080", "Then, in another terminal: phgen --target-model "
                          "http://127.0.0.1:8080/v1#builtin:cautious"},
    {"serve --faults 429=0.2,latency=50", "A server with bad manners."},
    {NULL, NULL},
};

static int serve(const struct serve_options *how, const char *seeds,
                 struct err *err)
{
    struct builtin *b = builtin_open(seeds, err);
    struct serve *s = NULL;

    if (b != NULL) {
        stop_on_signals();
        stop_hold();
        s = serve_start(how, b, err);
    }
    if (s != NULL) {
        log_line(LOG_INFO, "serving at http://%s:%u/v1; Ctrl-C stops it",
                 how->bind, serve_port(s));
        stop_wait();
        serve_stop(s);
    }
    builtin_close(b);
    return s != NULL ? 0 : -1;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    const char *faults = options_string(o, "faults"),
               *variable = options_string(o, "key-env");
    struct serve_options s = {.bind = options_string(o, "bind"),
                              .port = (unsigned)options_uint(o, "port"),
                              .seed = options_uint(o, "seed")};
    char *key = NULL, *seeds;
    enum cmd_exit code;

    if (faults != NULL && serve_faults_parse(faults, &s.faults, err) != 0) {
        err_prefix(err, "--faults");
        return CMD_USAGE;
    }
    if (variable != NULL && (key = key_read(variable, err)) == NULL) {
        err_prefix(err, "--key-env");
        return CMD_USAGE;
    }
    s.key = key;
    seeds = cmd_data_path(o, "seeds", err);
    if (seeds == NULL)
        code = CMD_USAGE;
    else
        code = serve(&s, seeds, err) == 0 ? CMD_OK : CMD_FAILED;
    free(seeds);
    key_free(key);
    return code;
}

const struct command cmd_serve = {
    .name = "serve",
    .about = "offer the embedded models over HTTP",
    .operands = "",
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
