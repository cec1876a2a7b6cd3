/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_CALL_H
#define PHGEN_BASE_CALL_H

#include "base/err.h"
#include "base/hash.h"
#include "base/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One request to a model and one reply: the records that all rooms between
 * agent/ and net/ pass on.
 *
 * An agent's `x_ask` fills a call; a transport (net/, builtin/, or the
 * ledger) fills the reply; the agent's `x_hear` reads it.
 *
 * Ownership: a call owns its messages; `model`, `schema_name` and `schema`
 * are borrowed and outlive it.  A reply owns its strings.
 */

/* Who asks; the names stand in the ledger, the log and the summary.  Those of
 * the loop come first: a run's fingerprint has their instructions. */
enum agent {
    AGENT_GENERATOR,
    AGENT_JUDGE,
    AGENT_TARGET,
    AGENT_WITNESS,
    AGENT_ANSWER_JUDGE,
    AGENT_ORCHESTRATOR,
    AGENT_REFUSAL_JUDGE,
    AGENT_LOOP,
    AGENT_RESPONDER = AGENT_LOOP,
    AGENT_RESPONSE_JUDGE,
    AGENT_EXTRACTOR,
    AGENT_CONTRAST,
    AGENT_REPHRASER,
    AGENT_EMBEDDER, /* has no instructions */
    AGENT_COUNT
};
const char *agent_name(enum agent a);

enum role { ROLE_SYSTEM, ROLE_USER, ROLE_ASSISTANT };
const char *role_name(enum role r);

struct message {
    enum role role;
    char *text;
};

#define CALL_MESSAGES_MAX 32

struct call {
    enum agent agent;
    const struct model *model;
    uint64_t seq;  /* candidate it belongs to */
    uint32_t slot; /* which judge, target or sample of the dialogue */
    struct message messages[CALL_MESSAGES_MAX];
    size_t nmessages;
    double temperature;          /* negative: not sent */
    uint32_t max_tokens;         /* 0: not sent */
    uint64_t seed;               /* below 2^53; tells repeated requests apart */
    const char *schema_name;     /* structured output wanted; NULL: free text */
    const char *schema;          /* JSON Schema as text */
    uint32_t top_logprobs;       /* 0: none wanted */
    const char *template_kwargs; /* JSON object for the server's own chat
                                    template; NULL: none; borrowed */
};

void call_init(struct call *c, enum agent agent, const struct model *model);
int call_add(struct call *c, enum role role, const char *text, struct err *err);
void call_release(struct call *c);

/*
 * The ledger key: XXH3-128 over everything that can change the answer: model
 * name and base URL, messages, sampling parameters, seed, schema.
 * `seq`, `slot` and `agent` are not part of it.
 */
struct hash128 call_key(const struct call *c);

/* Why the model stopped. */
enum finish {
    FINISH_UNKNOWN,
    FINISH_STOP,
    FINISH_LENGTH,  /* cut by max_tokens */
    FINISH_FILTER,  /* the provider's filter, on input or output */
    FINISH_REFUSAL, /* the provider says that the model refused */
    FINISH_TOOL
};
const char *finish_name(enum finish f);

enum reply_status {
    REPLY_OK,     /* an answer: text, or a refusal or filter signal */
    REPLY_FAILED, /* this call will not succeed; `error` says why */
    REPLY_STOPPED /* not tried, or given up: a limit or an interrupt.  The
                     candidate is undecided and must be resumable. */
};

struct reply {
    enum reply_status status;
    enum finish finish;
    char *text;      /* the answer, valid UTF-8; never NULL when REPLY_OK */
    char *reasoning; /* kept apart from the answer; NULL when none */
    char *refusal;   /* the provider's own refusal text; NULL when none */
    char *model;     /* the model id that the server reported; NULL: none */
    char *logprobs;  /* OpenAI's logprobs.content as JSON text; NULL */
    char *error;     /* a sentence; NULL when REPLY_OK */
    uint32_t tokens_in, tokens_out, tokens_reasoning;
    /* Of this session only, not stored: */
    uint32_t attempts;
    int http_status;
    bool reached; /* the connection stood, whatever came then */
    double ms;
    bool replayed; /* from the ledger: cost nothing now */
};

void reply_init(struct reply *r);
void reply_release(struct reply *r);
int reply_set_text(struct reply *r, const char *text, size_t len,
                   struct err *err);
/* Marks the reply failed or stopped with a sentence. */
void reply_fail(struct reply *r, enum reply_status status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The stored form of a REPLY_OK, for the ledger: JSON text on one line. */
char *reply_to_json(const struct reply *r);
int reply_from_json(const char *bytes, size_t len, struct reply *r,
                    struct err *err);

#endif
