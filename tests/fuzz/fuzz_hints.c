/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Response headers: what they say about waiting is finite and not negative,
 * and what is made of it is bounded. */
#include "fuzz.h"
#include "base/rng.h"
#include "net/hints.h"
#include "net/retry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NOW      1.8e9
#define LONGEST  60.0
#define PATIENCE (LONGEST * 1.11) /* with its jitter */

static void check(double x)
{
    if (!isfinite(x))
        abort();
}

static void check_window(const struct hints_window *w)
{
    check(w->limit);
    check(w->remaining);
    check(w->reset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data, *end = p + size, *line;
    struct rng jitter;
    struct hints h;
    double wait;

    hints_init(&h);
    while (p < end) {
        line = memchr(p, '\n', (size_t)(end - p));
        line = line != NULL ? line + 1 : end;
        hints_line(&h, p, (size_t)(line - p), NOW);
        p = line;
    }
    check(h.retry_after);
    check_window(&h.requests);
    check_window(&h.tokens);
    check_window(&h.input);
    check_window(&h.output);
    if (hints_tokens(&h) == NULL ||
        memchr(h.location, '\0', sizeof(h.location)) == NULL)
        abort();
    jitter = rng_for(1, size, "fuzz");
    wait = retry_wait(3, h.retry_after, LONGEST, &jitter);
    if (!(wait >= 0 && wait <= PATIENCE))
        abort();
    return 0;
}
