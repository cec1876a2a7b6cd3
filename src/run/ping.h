/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_PING_H
#define PHGEN_RUN_PING_H

#include "base/err.h"
#include "base/json.h"
#include "base/model.h"
#include "base/str.h"
#include "builtin/builtin.h"
#include "net/net.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What works at one address of a model, found out with one tiny call (a
 * second one when the first was cut short or came without log-probabilities).
 *
 *      struct ping p;
 *      ping_model(&model, 0, builtin, &net_options, &p);
 *      ping_sentences(&p, &model, &text);
 *      ping_release(&p);
 */
enum ping_schema {
    PING_UNASKED,      /* the dialect has no structured output */
    PING_SCHEMA,       /* the answer matched the JSON schema */
    PING_JSON_OBJECT,  /* only "json_object" is taken */
    PING_INSTRUCTIONS, /* neither; the answer was JSON as told in words */
    PING_IGNORED,      /* taken, but the answer was no such JSON */
    PING_CUT           /* the answer was cut, and no longer one came */
};

struct ping {
    char *url; /* NULL: embedded */
    bool reachable; /* the connection stood, also without HTTP on it */
    bool authorised, known, answered;
    enum ping_schema schema;
    bool logprobs, logprobs_asked;
    char *model; /* as the server calls it; NULL: it does not say */
    char *got;   /* for embeddings and moderations: what came, in words */
    int status;
    unsigned calls;
    uint32_t tokens_in, tokens_out;
    double ms;      /* until the first answer, what was refused included */
    struct err why; /* when it was not answered */
};

/* Asks at the model's URL number `url`; the options' retries are not used. */
void ping_model(const struct model *m, size_t url, const struct builtin *b,
                const struct net_options *options, struct ping *out);
void ping_release(struct ping *p);

/* One sentence a line, without the reason of a failure, which is `why`. */
void ping_sentences(const struct ping *p, const struct model *m,
                    struct str *out);
cJSON *ping_json(const struct ping *p, const struct model *m);

#endif
