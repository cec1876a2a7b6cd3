/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_VIEW_GATE_H
#define PHGEN_VIEW_GATE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Who may ask a local server: a page on loopback is open to every program of
 * the machine and, through the browser, to every page of the web.
 *
 *      struct gate g;
 *      if (gate_init(&g, port, err) != 0) ...
 *      print(GATE_OPEN_PATH, g.token);
 *      a = gate_ask(&g, &request, now_ms);
 *      if (a.status != 0) reply(a.status, a.why);
 *
 * What is held against what:
 *   - another user's program: a secret. The address printed at start holds a
 *     token that is good once; it is exchanged for a cookie (HttpOnly,
 *     SameSite=Strict) and is then void;
 *   - a page of the web that asks in the user's name: the cookie's SameSite,
 *     the Origin and Sec-Fetch-Site headers, and on every POST a JSON type and
 *     a second secret that only the page itself can read (OWASP, "Cross-Site
 *     Request Forgery Prevention");
 *   - a name that is rebound to 127.0.0.1: the Host header;
 *   - a flood: strangers and the session have a rate each, so that the one
 *     cannot use up the other's.
 *
 * Pure but for `token_spent` and the rates, which are the caller's struct;
 * the time is an argument.
 */
#define GATE_SECRET    33 /* 128 bits in hexadecimal, and a 0 */
#define GATE_OPEN_PATH "/open/"
#define GATE_COOKIE    "phgen"

/* A token bucket: `burst` at once, then `per_second`. */
struct gate_rate {
    double burst, per_second, left;
    uint64_t at_ms;
};

struct gate {
    unsigned port;
    char token[GATE_SECRET], cookie[GATE_SECRET], csrf[GATE_SECRET];
    bool token_spent;
    struct gate_rate strangers, session;
};

/* Header values as they came, borrowed; NULL: not sent. */
struct gate_request {
    const char *method, *path;
    const char *host, *origin, *fetch_site, *cookie, *csrf, *content_type;
};

struct gate_answer {
    unsigned status; /* 0: go on; 200: set the cookie, then go to "/" */
    const char *why; /* a sentence */
};

/* Draws the secrets; fails when the system gives no random bytes. */
int gate_init(struct gate *g, unsigned port, struct err *err);

struct gate_answer gate_ask(struct gate *g, const struct gate_request *r,
                            uint64_t now_ms);

#define GATE_COOKIE_NAME 24
/* Cookies know no ports, so the name has it: "phgen-8080". */
void gate_cookie_name(const struct gate *g, char name[GATE_COOKIE_NAME]);

/* "127.0.0.1:PORT", "localhost:PORT" or "[::1]:PORT"; on port 80 also without
 * it. */
bool gate_host_is_ours(const char *host, unsigned port);

#endif
