/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A walk along the sampled tokens, with what was said so far and how probable
 * that was.  It ends when what was said is an opening, cannot become one, or
 * is long enough.  Model output is hostile: tokens are bounded, a logprob that
 * is no number or above 0 ends the walk.
 */
#include "agent/opening.h"
#include "agent/first_look.h"
#include "base/json.h"
#include "base/str.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

#define SAID_MAX   64 /* bytes of an answer that are looked at */
#define TOKENS_MAX 16

/* Appends a token, white space at the front left out. */
static void say(const char *token, char said[SAID_MAX])
{
    size_t len = strlen(said);

    for (; *token != '\0' && len + 1 < SAID_MAX; token++) {
        if (strncmp(token, "\xE2\x80\x99", 3) == 0) {
            said[len++] = '\'';
            token += 2;
        } else if (len > 0 || strchr(" \t\r\n\"*", *token) == NULL) {
            said[len++] = text_lower(*token);
        }
    }
    said[len] = '\0';
}

struct mass {
    double refuses, answers;
};

static void weigh(struct mass *m, enum first_look_opening side, double p)
{
    m->refuses += side == OPENING_REFUSES ? p : side == OPENING_MAY ? p / 2 : 0;
    m->answers += side == OPENING_CANNOT ? p : side == OPENING_MAY ? p / 2 : 0;
}

/* The probability of a position's token, or negative. */
static double probability(const cJSON *position)
{
    double logprob = json_number(position, "logprob", 1);

    return logprob <= 0 ? exp(logprob) : -1;
}

/* All alternatives of a position but the sampled one. */
static void weigh_others(const cJSON *position, const char *sampled,
                         const char *before, double path, struct mass *m)
{
    const cJSON *other;
    const char *token;
    char said[SAID_MAX];
    double p;

    cJSON_ArrayForEach(other, json_array(position, "top_logprobs"))
    {
        token = json_string(other, "token");
        p = probability(other);
        if (token == NULL || p < 0 || strcmp(token, sampled) == 0)
            continue;
        memcpy(said, before, SAID_MAX);
        say(token, said);
        weigh(m, first_look_opening(said), path * p);
    }
}

double opening_refusal(const char *logprobs)
{
    cJSON *list =
        logprobs != NULL ? json_parse(logprobs, strlen(logprobs), NULL) : NULL;
    const cJSON *position;
    struct mass m = {0, 0};
    char said[SAID_MAX] = "";
    double path = 1, p;
    const char *token;
    int seen = 0;

    cJSON_ArrayForEach(position, list)
    {
        token = json_string(position, "token");
        p = probability(position);
        if (token == NULL || p < 0 || seen++ == TOKENS_MAX)
            break;
        weigh_others(position, token, said, path, &m);
        say(token, said);
        path *= p;
        if (first_look_opening(said) != OPENING_MAY)
            break;
    }
    if (seen > 0)
        weigh(&m, first_look_opening(said), path);
    cJSON_Delete(list);
    return m.refuses + m.answers > 0 ? m.refuses / (m.refuses + m.answers) : -1;
}
