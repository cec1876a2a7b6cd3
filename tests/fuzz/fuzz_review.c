/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request to the review page: the first lines are method, path, host,
 * origin, site, cookie, second secret and type; the rest is the body.  What
 * the gate lets in must hold the secrets, which are fixed here; what it does
 * not is read all the same.
 */
#include "base/text.h"
#include "fuzz.h"
#include "view/ask.h"
#include "view/gate.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LINES 8

static const char secret[] = "0123456789abcdef0123456789abcdef";

static void check(const struct ask *a)
{
    assert(text_valid(a->annotator, strlen(a->annotator)));
    assert(text_valid(a->note, strlen(a->note)));
    assert(strpbrk(a->annotator, "\n\r\x1b") == NULL);
    assert(strpbrk(a->note, "\n\r\x1b") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gate g = {
        .port = 80, .strangers = {20, 5, 20, 0}, .session = {300, 100, 300, 0}};
    char *text = malloc(size + 1), *line[LINES], *at = text;
    struct gate_request r;
    struct ask ask;
    struct err err;
    size_t i;

    if (text == NULL)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    memcpy(g.token, secret, sizeof(secret));
    memcpy(g.cookie, secret, sizeof(secret));
    memcpy(g.csrf, secret, sizeof(secret));
    for (i = 0; i < LINES; i++) {
        line[i] = at;
        at += strcspn(at, "\n");
        if (*at == '\n')
            *at++ = '\0';
    }
    r = (struct gate_request){line[0], line[1], line[2], line[3],
                              line[4], line[5], line[6], line[7]};
    if (gate_ask(&g, &r, 1).status == 0) {
        assert(strstr(r.cookie, secret) != NULL);
        assert(strcmp(r.method, "POST") != 0 || strcmp(r.csrf, secret) == 0);
        assert(gate_host_is_ours(r.host, 80));
    }
    if (ask_read(r.method, r.path, at, size - (size_t)(at - text), &ask,
                 &err) == 0)
        check(&ask);
    free(text);
    return 0;
}
