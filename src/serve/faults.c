/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A counter of all requests would be simpler, but then the order in which
 * concurrent calls happen to arrive would decide which of them fail, and no
 * failing test could be run again.  Bodies are remembered by their hash.
 */
#include "serve/faults.h"
#include "base/hash.h"
#include "base/rng.h"
#include "base/str.h"

#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Out of memory is an error value here, not uthash's exit(). */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#define BODIES_MAX  (1u << 20) /* then all are forgotten */
#define LATENCY_MAX 60000
#define TIMES_MAX   1000000

struct body {
    uint64_t hash;
    uint64_t times;
    UT_hash_handle hh;
};

struct faults {
    struct serve_faults rates;
    uint64_t seed;
    bool any;
    pthread_mutex_t lock; /* of `bodies` */
    struct body *bodies;
};

static const char *const names[FAULTS] = {
    [FAULT_429] = "429",
    [FAULT_429_SECONDS] = "429-seconds",
    [FAULT_429_DATE] = "429-date",
    [FAULT_429_MS] = "429-ms",
    [FAULT_429_ABSURD] = "429-absurd",
    [FAULT_QUOTA] = "quota",
    [FAULT_401] = "401",
    [FAULT_413] = "413",
    [FAULT_500] = "500",
    [FAULT_502] = "502",
    [FAULT_503] = "503",
    [FAULT_504] = "504",
    [FAULT_529] = "529",
    [FAULT_REDIRECT] = "redirect",
    [FAULT_HTML] = "html",
    [FAULT_GARBAGE] = "garbage",
    [FAULT_DEEP] = "deep",
    [FAULT_UTF8] = "utf8",
    [FAULT_HUGE] = "huge",
    [FAULT_EMPTY] = "empty",
    [FAULT_CUT] = "cut",
    [FAULT_TRICKLE] = "trickle",
    [FAULT_HALF] = "half",
    [FAULT_STALL] = "stall",
};

const char *fault_name(enum fault f)
{
    return names[f];
}

static bool is(const char *name, const char *text, size_t len)
{
    return strlen(name) == len && memcmp(name, text, len) == 0;
}

static int unknown(const char *name, size_t len, struct err *err)
{
    struct str known;
    int f;

    str_init(&known, 1024);
    for (f = 0; f < FAULTS; f++)
        str_addf(&known, "%s, ", names[f]);
    err_set(err, "unknown fault \"%.*s\"; known: %slatency, times",
            (int)(len < 60 ? len : 60), name, known.s);
    str_release(&known);
    return -1;
}

/* 1 when it was one of those that are no faults, 0, or -1. */
static int set_number(const char *name, size_t len, double value,
                      struct serve_faults *out, struct err *err)
{
    bool latency = is("latency", name, len), times = is("times", name, len);

    if (latency && !(value >= 0 && value <= LATENCY_MAX))
        return err_set(err, "latency is 0 to %d milliseconds", LATENCY_MAX);
    if (times && !(value >= 1 && value <= TIMES_MAX && value == floor(value)))
        return err_set(err, "times is a whole number from 1 to %d", TIMES_MAX);
    if (latency)
        out->latency_ms = (unsigned)value;
    if (times)
        out->times = (unsigned)value;
    return latency || times;
}

static int set(const char *name, size_t len, double value,
               struct serve_faults *out, struct err *err)
{
    int f, got = set_number(name, len, value, out, err);

    if (got != 0)
        return got < 0 ? -1 : 0;
    for (f = 0; f < FAULTS; f++) {
        if (!is(names[f], name, len))
            continue;
        if (!(value >= 0 && value <= 1))
            return err_set(err, "the rate of fault %s is 0 to 1", names[f]);
        out->rate[f] = value;
        return 0;
    }
    return unknown(name, len, err);
}

int serve_faults_parse(const char *text, struct serve_faults *out,
                       struct err *err)
{
    struct serve_faults f = {0};
    const char *p = text, *equals;
    double value, sum = 0;
    char *end;
    int i;

    while (*p != '\0') {
        equals = strchr(p, '=');
        if (equals == NULL)
            return err_set(err,
                           "faults are written NAME=RATE,NAME=RATE; "
                           "there is no = in \"%.60s\"",
                           p);
        value = strtod(equals + 1, &end);
        if (end == equals + 1 || (*end != ',' && *end != '\0'))
            return err_set(err, "\"%.60s\" is not a number", equals + 1);
        if (set(p, (size_t)(equals - p), value, &f, err) != 0)
            return -1;
        p = *end == ',' ? end + 1 : end;
    }
    for (i = 0; i < FAULTS; i++)
        sum += f.rate[i];
    if (sum > 1 + 1e-9)
        return err_set(err,
                       "the rates of the faults add up to %g; they are "
                       "shares of the requests, 1 at most",
                       sum);
    *out = f;
    return 0;
}

struct faults *faults_new(const struct serve_faults *rates, uint64_t seed)
{
    struct faults *f = calloc(1, sizeof(*f));
    int i;

    if (f == NULL)
        return NULL;
    f->rates = *rates;
    f->seed = seed;
    for (i = 0; i < FAULTS; i++)
        f->any |= rates->rate[i] > 0;
    pthread_mutex_init(&f->lock, NULL);
    return f;
}

static void forget(struct faults *f)
{
    struct body *b, *next;

    HASH_ITER(hh, f->bodies, b, next)
    {
        HASH_DEL(f->bodies, b);
        free(b);
    }
}

void faults_free(struct faults *f)
{
    if (f == NULL)
        return;
    forget(f);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

/* How often the body came before; 0 too when there is no memory for it. */
static uint64_t times_before(struct faults *f, uint64_t hash)
{
    struct body *b;
    uint64_t times = 0;

    pthread_mutex_lock(&f->lock);
    HASH_FIND(hh, f->bodies, &hash, sizeof(hash), b);
    if (b == NULL) {
        if (HASH_COUNT(f->bodies) >= BODIES_MAX)
            forget(f);
        b = calloc(1, sizeof(*b));
        if (b != NULL) {
            b->hash = hash;
            HASH_ADD(hh, f->bodies, hash, sizeof(b->hash), b);
            if (b->hh.tbl == NULL) {
                free(b);
                b = NULL;
            }
        }
    }
    if (b != NULL)
        times = b->times++;
    pthread_mutex_unlock(&f->lock);
    return times;
}

enum fault faults_draw(struct faults *f, const void *body, size_t len,
                       uint64_t *variant)
{
    struct rng rng;
    uint64_t hash, before;
    double x;
    int i;

    *variant = 0;
    if (!f->any)
        return FAULTS;
    hash = hash_bytes(body, len).low;
    before = times_before(f, hash);
    if (f->rates.times > 0 && before >= f->rates.times)
        return FAULTS;
    rng = rng_for(f->seed ^ hash, before, "fault");
    x = rng_unit(&rng);
    *variant = rng_u64(&rng);
    for (i = 0; i < FAULTS; i++) {
        if (x < f->rates.rate[i])
            return (enum fault)i;
        x -= f->rates.rate[i];
    }
    return FAULTS;
}
