/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules in the order in which they are cheap: rate, host, secret, and for
 * what writes the origin, the type and the second secret.  A stranger learns
 * nothing but that he is one.
 */
#include "view/gate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

static int draw(char out[GATE_SECRET], struct err *err)
{
    unsigned char bytes[(GATE_SECRET - 1) / 2];
    size_t i;

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return err_set(err, "the system gives no random bytes: %s",
                       strerror(errno));
    for (i = 0; i < sizeof(bytes); i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

int gate_init(struct gate *g, unsigned port, struct err *err)
{
    *g = (struct gate){.port = port,
                       .strangers = {20, 5, 20, 0},
                       .session = {300, 100, 300, 0}};
    return draw(g->token, err) != 0 || draw(g->cookie, err) != 0 ||
                   draw(g->csrf, err) != 0
               ? -1
               : 0;
}

void gate_cookie_name(const struct gate *g, char name[GATE_COOKIE_NAME])
{
    snprintf(name, GATE_COOKIE_NAME, GATE_COOKIE "-%u", g->port);
}

static bool take(struct gate_rate *r, uint64_t now_ms)
{
    if (now_ms > r->at_ms) {
        r->left += (double)(now_ms - r->at_ms) / 1000 * r->per_second;
        r->at_ms = now_ms;
    }
    if (r->left > r->burst)
        r->left = r->burst;
    if (r->left < 1)
        return false;
    r->left -= 1;
    return true;
}

/* Looks at every byte, so that the time tells nothing of the secret. */
static bool is_secret(const char *given, size_t len,
                      const char secret[GATE_SECRET])
{
    unsigned differ = 0;
    size_t i;

    if (len != GATE_SECRET - 1)
        return false;
    for (i = 0; i < len; i++)
        differ |= (unsigned char)given[i] ^ (unsigned char)secret[i];
    return differ == 0;
}

bool gate_host_is_ours(const char *host, unsigned port)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    char whole[32];
    size_t i;

    for (i = 0; host != NULL && i < sizeof(names) / sizeof(*names); i++) {
        snprintf(whole, sizeof(whole), "%s:%u", names[i], port);
        if (strcasecmp(host, whole) == 0 ||
            (port == 80 && strcasecmp(host, names[i]) == 0))
            return true;
    }
    return false;
}

/* Of the page that was asked for by this very name. */
static bool origin_is_ours(const char *origin, const char *host)
{
    return strncasecmp(origin, "http://", 7) == 0 &&
           strcasecmp(origin + 7, host) == 0;
}

/* RFC 6265, 4.2.1: pairs with "; " between. */
static bool has_cookie(const struct gate *g, const char *header)
{
    char name[GATE_COOKIE_NAME];
    size_t n, len;

    gate_cookie_name(g, name);
    n = strlen(name);
    while (header != NULL && *header != '\0') {
        header += strspn(header, " \t;");
        len = strcspn(header, ";");
        if (len > n && strncmp(header, name, n) == 0 && header[n] == '=' &&
            is_secret(header + n + 1, len - n - 1, g->cookie))
            return true;
        header += len;
    }
    return false;
}

static struct gate_answer says(unsigned status, const char *why)
{
    return (struct gate_answer){status, why};
}

/* Only a GET: what merely looks at a link must not use it up. */
static struct gate_answer enter(struct gate *g, const struct gate_request *r)
{
    const char *given = r->path + strlen(GATE_OPEN_PATH);

    if (strcmp(r->method, "GET") != 0)
        return says(405, "This address takes GET.");
    if (g->token_spent || !is_secret(given, strlen(given), g->token))
        return says(403,
                    "This link has been used, or is not the one that phgen "
                    "printed. It is good once, in one browser; other tabs "
                    "of that browser need no link. To begin afresh stop "
                    "phgen review and start it again: nothing is lost.");
    g->token_spent = true;
    return says(200, "Welcome.");
}

/* With parameters or without; no HTML form can send it. */
static bool is_json(const char *type)
{
    static const char json[] = "application/json";
    size_t n = sizeof(json) - 1;

    return type != NULL && strncasecmp(type, json, n) == 0 &&
           (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

static struct gate_answer check_write(const struct gate *g,
                                      const struct gate_request *r)
{
    if (!is_json(r->content_type))
        return says(415, "What is sent must be application/json.");
    if (r->csrf == NULL || !is_secret(r->csrf, strlen(r->csrf), g->csrf))
        return says(403, "The page is of an earlier phgen review; load it "
                         "again.");
    return says(0, "");
}

struct gate_answer gate_ask(struct gate *g, const struct gate_request *r,
                            uint64_t now_ms)
{
    bool known = has_cookie(g, r->cookie);

    if (!take(known ? &g->session : &g->strangers, now_ms))
        return says(429, "Too many requests; wait a second.");
    if (!gate_host_is_ours(r->host, g->port))
        return says(403, "This server answers to 127.0.0.1 and localhost with "
                         "its own port only.");
    if (r->origin != NULL && !origin_is_ours(r->origin, r->host))
        return says(403, "Another page may not ask here.");
    if (strncmp(r->path, GATE_OPEN_PATH, strlen(GATE_OPEN_PATH)) == 0)
        return enter(g, r);
    if (!known)
        return says(403, "Open the link that phgen review printed, in this "
                         "browser.");
    if (r->fetch_site != NULL && strcmp(r->fetch_site, "same-origin") != 0 &&
        strcmp(r->fetch_site, "none") != 0)
        return says(403, "Another page may not ask here.");
    return strcmp(r->method, "POST") == 0 ? check_write(g, r) : says(0, "");
}
