/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_NET_DIALECT_H
#define PHGEN_NET_DIALECT_H

#include "base/call.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "net/fault.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * How the services speak: a table with one row a dialect, and in each row a
 * pure encoder (call to bytes) and a pure decoder (bytes to reply).
 *
 * To add a dialect: a value in base/model.h's enum, a file here with its two
 * functions, its declarations at the end of this header, its row in
 * dialect.c, recorded exchanges under tests/fixtures/net/.
 *
 * What a reply means is decided here, as far as the provider says it: a
 * refusal or a filter's block is an answer (REPLY_OK, with `finish`), and
 * reasoning is kept apart from the answer.
 */

/* What a server was found not to take.  A bit leaves that thing out. */
enum dialect_lack {
    LACKS_STRICT = 1u << 0,      /* json_schema, but not "strict": true */
    LACKS_JSON_SCHEMA = 1u << 1, /* second rung of the ladder: json_object */
    LACKS_JSON_OBJECT = 1u << 2, /* with the above: instructions only */
    LACKS_SEED = 1u << 3,
    LACKS_TEMPERATURE = 1u << 4,
    LACKS_MAX_TOKENS = 1u << 5, /* says max_completion_tokens instead */
    LACKS_LOGPROBS = 1u << 6,
    LACKS_SYSTEM = 1u << 7, /* the system text goes to the first user turn */
    LACKS_LOGPROBS_FLAG = 1u << 8 /* wants "logprobs": COUNT, not true */
};

enum dialect_auth {
    AUTH_BEARER,   /* Authorization: Bearer KEY */
    AUTH_API_KEY,  /* api-key: KEY */
    AUTH_X_API_KEY /* x-api-key: KEY */
};

struct dialect_ops {
    const char *name;
    /* Behind the base URL; "%s" stands for the model's name, URL-escaped. */
    const char *path;
    enum dialect_auth auth;
    const char *header; /* one more header line, or NULL */
    void (*encode)(const struct call *call, unsigned lacks, struct str *body);
    int (*decode)(const cJSON *root, struct reply *reply, struct err *err);
};

const struct dialect_ops *dialect_of(enum dialect d);

/* By its name: 0, or -1 when there is none. */
int dialect_find(const char *name, size_t len, enum dialect *out);

/* Azure's "v1 API": a base URL that ends in /openai/v1 and needs neither
 * deployment path nor api-version. */
bool dialect_is_azure_v1(const char *base);

/* Appends where to POST.  A query of the base URL stays at the end. */
void dialect_url(const struct dialect_ops *d, const char *base,
                 const char *name, struct str *out);

/*
 * The body of a 200 into a reply with status REPLY_OK.  Invalid UTF-8, NULs
 * and lone surrogates are replaced by U+FFFD.  -1 when the body is not what
 * the dialect promises: the sentence quotes its beginning.
 */
int dialect_decode(const struct dialect_ops *d, const char *bytes, size_t len,
                   struct reply *reply, struct err *err);

/*
 * Which thing of the request a 400 or 422 complains of: one bit that is not
 * yet in `lacks`, or 0 when it is something else.
 */
unsigned dialect_complaint(const struct call *call, unsigned lacks,
                           const struct fault *f);

const char *dialect_lack_name(unsigned bit);
/* 0: no such name, or NULL. */
unsigned dialect_lack_find(const char *name);

/* --- for the files that speak a dialect --- */

/* A quoted JSON string; invalid UTF-8 is repaired. */
void dialect_quote(const char *text, struct str *out);

/*
 * A JSON array of {"role", "content"}.  Without a schema mode the schema goes
 * into the last user turn as instructions; `skip_system` leaves the system
 * turns to the caller.
 */
void dialect_messages(const struct call *call, unsigned lacks, bool skip_system,
                      struct str *out);

/* ,"temperature":... and so on, as far as the call and the server want. */
void dialect_number(const char *name, double value, struct str *out);
void dialect_count(const char *name, uint64_t value, struct str *out);

/* All system texts, joined by an empty line; false when there is none. */
bool dialect_system(const struct call *call, struct str *out);

/* "stop", "end_turn", "MAX_TOKENS", ...: of every vendor. */
enum finish dialect_finish(const char *word);

/* Sets text and reasoning, with a leading <think> block or one of its kin
 * split off. */
int dialect_answer(struct reply *r, const char *text, struct err *err);

/* Adds to the reply's reasoning; NULL and "" do nothing. */
int dialect_reasoning(struct reply *r, const char *text, struct err *err);

/* Keeps a copy of the member when it is a string that is not empty. */
int dialect_keep(char **field, const cJSON *o, const char *name,
                 struct err *err);

/* A member that counts tokens, 0 when missing or absurd. */
uint32_t dialect_tokens(const cJSON *usage, const char *name);

/*
 * Keeps log-probabilities: a list of positions, {"content": list}, or the old
 * form {tokens, token_logprobs, top_logprobs: [{token: logprob}]}, which is
 * brought to the others', so that readers know only one.
 */
int dialect_logprobs(struct reply *r, const cJSON *logprobs, struct err *err);

/* A finish reason that says that the server broke off, not the model. */
bool dialect_failed(const char *word);

void openai_encode(const struct call *, unsigned, struct str *);
int openai_decode(const cJSON *, struct reply *, struct err *);
void azure_encode(const struct call *, unsigned, struct str *);
int azure_decode(const cJSON *, struct reply *, struct err *);
void anthropic_encode(const struct call *, unsigned, struct str *);
int anthropic_decode(const cJSON *, struct reply *, struct err *);
void ollama_encode(const struct call *, unsigned, struct str *);
int ollama_decode(const cJSON *, struct reply *, struct err *);
void completion_encode(const struct call *, unsigned, struct str *);
int completion_decode(const cJSON *, struct reply *, struct err *);
void embedding_encode(const struct call *, unsigned, struct str *);
int embedding_decode(const cJSON *, struct reply *, struct err *);
void moderation_encode(const struct call *, unsigned, struct str *);
int moderation_decode(const cJSON *, struct reply *, struct err *);

#endif
