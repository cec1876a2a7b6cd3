/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table from header name to field and to the form that its value takes.
 * The first value of retry-after-ms wins over Retry-After, as in the SDKs,
 * because it is the finer one.  Nothing here decides anything.
 */
#include "net/hints.h"
#include "base/text.h"

#include <curl/curl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum form { FORM_COUNT, FORM_DURATION, FORM_RFC3339, FORM_UNIX };

#define AT(field) offsetof(struct hints, field)

static const struct {
    const char *name;
    size_t at;
    enum form form;
} windows[] = {
    {"x-ratelimit-limit-requests", AT(requests.limit), FORM_COUNT},
    {"x-ratelimit-remaining-requests", AT(requests.remaining), FORM_COUNT},
    {"x-ratelimit-reset-requests", AT(requests.reset), FORM_DURATION},
    {"x-ratelimit-limit-tokens", AT(tokens.limit), FORM_COUNT},
    {"x-ratelimit-remaining-tokens", AT(tokens.remaining), FORM_COUNT},
    {"x-ratelimit-reset-tokens", AT(tokens.reset), FORM_DURATION},
    {"anthropic-ratelimit-requests-limit", AT(requests.limit), FORM_COUNT},
    {"anthropic-ratelimit-requests-remaining", AT(requests.remaining),
     FORM_COUNT},
    {"anthropic-ratelimit-requests-reset", AT(requests.reset), FORM_RFC3339},
    {"anthropic-ratelimit-tokens-limit", AT(tokens.limit), FORM_COUNT},
    {"anthropic-ratelimit-tokens-remaining", AT(tokens.remaining), FORM_COUNT},
    {"anthropic-ratelimit-tokens-reset", AT(tokens.reset), FORM_RFC3339},
    {"anthropic-ratelimit-input-tokens-limit", AT(input.limit), FORM_COUNT},
    {"anthropic-ratelimit-input-tokens-remaining", AT(input.remaining),
     FORM_COUNT},
    {"anthropic-ratelimit-input-tokens-reset", AT(input.reset), FORM_RFC3339},
    {"anthropic-ratelimit-output-tokens-limit", AT(output.limit), FORM_COUNT},
    {"anthropic-ratelimit-output-tokens-remaining", AT(output.remaining),
     FORM_COUNT},
    {"anthropic-ratelimit-output-tokens-reset", AT(output.reset), FORM_RFC3339},
    {"x-ratelimit-limit", AT(requests.limit), FORM_COUNT},
    {"x-ratelimit-remaining", AT(requests.remaining), FORM_COUNT},
    {"x-ratelimit-reset", AT(requests.reset), FORM_UNIX},
};

void hints_init(struct hints *h)
{
    static const struct hints_window unsaid = {-1, -1, -1};

    h->retry_after = -1;
    h->should_retry = -1;
    h->requests = h->tokens = h->input = h->output = unsaid;
    h->location[0] = '\0';
}

/* The share of the window that is left; above 1 when it is not said. */
static double share_left(const struct hints_window *w)
{
    return w->limit > 0 && w->remaining >= 0 ? w->remaining / w->limit : 2;
}

const struct hints_window *hints_tokens(const struct hints *h)
{
    const struct hints_window *tightest = &h->tokens;

    if (share_left(&h->input) < share_left(tightest))
        tightest = &h->input;
    if (share_left(&h->output) < share_left(tightest))
        tightest = &h->output;
    return tightest;
}

/* A finite number >= 0 and what follows it, or -1. */
static double number(const char *text, const char **end)
{
    char *stop;
    double v;

    /* strtod() would take "inf", "nan", hexadecimals and signs. */
    if (*text < '0' || *text > '9' || text[1] == 'x' || text[1] == 'X')
        return -1;
    v = strtod(text, &stop);
    *end = stop;
    return isfinite(v) ? v : -1;
}

static double whole_number(const char *text)
{
    const char *end;
    double v = number(text, &end);

    return v >= 0 && *end == '\0' ? v : -1;
}

double hints_duration(const char *text)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"ms", 0.001}, {"us", 1e-6}, {"s", 1},
                 {"m", 60},     {"h", 3600},  {"d", 86400}};
    double sum = 0, v;
    const char *end;
    size_t i;

    if (*text == '\0')
        return -1;
    v = whole_number(text);
    if (v >= 0)
        return v;
    while (*text != '\0') {
        v = number(text, &end);
        if (v < 0)
            return -1;
        for (i = 0; i < sizeof(units) / sizeof(*units); i++)
            if (strncmp(end, units[i].unit, strlen(units[i].unit)) == 0)
                break;
        if (i == sizeof(units) / sizeof(*units))
            return -1;
        sum += v * units[i].seconds;
        text = end + strlen(units[i].unit);
    }
    return isfinite(sum) ? sum : -1;
}

/* Seconds until "2024-05-01T12:00:00[.5](Z|+02:00)", or -1. */
static double until_rfc3339(const char *text, double unix_now)
{
    struct tm tm = {0};
    int n = 0, zone_h = 0, zone_m = 0;
    double at;

    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon,
               &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &n) != 6)
        return -1;
    text += n;
    if (*text == '.')
        text += 1 + strspn(text + 1, "0123456789");
    if ((*text == '+' || *text == '-') &&
        sscanf(text + 1, "%2d:%2d", &zone_h, &zone_m) != 2)
        return -1;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    at = (double)timegm(&tm);
    at -= (*text == '-' ? -1 : 1) * (zone_h * 3600.0 + zone_m * 60.0);
    return at > unix_now ? at - unix_now : 0;
}

static double until_unix(const char *text, double unix_now)
{
    double v = whole_number(text);

    if (v < 0)
        return -1;
    if (v > 1e11)
        v /= 1000;
    if (v < 1e9) /* seconds from now, after all */
        return v;
    return v > unix_now ? v - unix_now : 0;
}

static double read_form(enum form form, const char *text, double unix_now)
{
    switch (form) {
    case FORM_COUNT:
        return whole_number(text);
    case FORM_DURATION:
        return hints_duration(text);
    case FORM_RFC3339:
        return until_rfc3339(text, unix_now);
    case FORM_UNIX:
        return until_unix(text, unix_now);
    }
    return -1;
}

static void retry_after(struct hints *h, const char *text, double unix_now)
{
    double v = whole_number(text);
    time_t at;

    if (h->retry_after >= 0)
        return;
    if (v < 0 && (at = curl_getdate(text, NULL)) != -1)
        v = (double)at > unix_now ? (double)at - unix_now : 0;
    if (v >= 0)
        h->retry_after = v;
}

static void use(struct hints *h, const char *name, const char *value,
                double unix_now)
{
    size_t i;
    double v;

    if (strcmp(name, "retry-after-ms") == 0) {
        v = whole_number(value);
        if (v >= 0)
            h->retry_after = v / 1000;
    } else if (strcmp(name, "retry-after") == 0) {
        retry_after(h, value, unix_now);
    } else if (strcmp(name, "x-should-retry") == 0) {
        if (strcmp(value, "true") == 0)
            h->should_retry = 1;
        else if (strcmp(value, "false") == 0)
            h->should_retry = 0;
    } else if (strcmp(name, "location") == 0) {
        snprintf(h->location, sizeof(h->location), "%s", value);
    }
    for (i = 0; i < sizeof(windows) / sizeof(*windows); i++)
        if (strcmp(name, windows[i].name) == 0)
            memcpy((char *)h + windows[i].at,
                   &(double){read_form(windows[i].form, value, unix_now)},
                   sizeof(double));
}

void hints_line(struct hints *h, const char *line, size_t len, double unix_now)
{
    char name[48], value[HINTS_LOCATION_MAX];
    const char *colon = memchr(line, ':', len);
    size_t n, i;

    /* What is known begins with one of these; most lines do not. */
    if (len == 0 || strchr("aAlLrRxX", line[0]) == NULL)
        return;
    if (colon == NULL || (size_t)(colon - line) >= sizeof(name))
        return;
    n = (size_t)(colon - line);
    for (i = 0; i < n; i++)
        name[i] = text_lower(line[i]);
    name[n] = '\0';
    for (i = n + 1; i < len && (line[i] == ' ' || line[i] == '\t'); i++)
        continue;
    while (len > i && strchr("\r\n \t", line[len - 1]) != NULL)
        len--;
    n = len - i;
    if (n == 0 || n >= sizeof(value) || memchr(line + i, '\0', n) != NULL)
        return;
    memcpy(value, line + i, n);
    value[n] = '\0';
    use(h, name, value, unix_now);
}
