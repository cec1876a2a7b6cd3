/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_MODEL_H
#define PHGEN_BASE_MODEL_H

#include <stdbool.h>
#include <stddef.h>

struct guard;

/*
 * A model that agents can talk to: a plain record.
 *
 * run/ makes it from what the user wrote (`builtin:cautious`,
 * `openai:gpt-x`, `http://host:port/v1#name`, an alias); net/ and builtin/
 * read it.  `name` is what goes over the wire, into ledger keys and into
 * rows; where the model is reached does not belong to its name.
 */
enum model_kind { MODEL_BUILTIN, MODEL_HTTP };

enum dialect {
    DIALECT_OPENAI,     /* POST {base}/chat/completions */
    DIALECT_AZURE,      /* {base}/openai/deployments/{name}/chat/... */
    DIALECT_ANTHROPIC,  /* POST {base}/messages */
    DIALECT_OLLAMA,     /* POST {base}/api/chat */
    DIALECT_COMPLETION, /* POST {base}/completions */
    DIALECT_EMBEDDING,  /* POST {base}/embeddings */
    DIALECT_MODERATION  /* POST {base}/moderations */
};

#define MODEL_URLS_MAX    16
#define MODEL_HEADERS_MAX 8

struct model {
    char *spec; /* as the user wrote it */
    char *name;
    enum model_kind kind;
    enum dialect dialect;
    char *urls[MODEL_URLS_MAX]; /* base URLs that share the load */
    size_t nurls;
    char *key_env; /* environment variable with the key, or NULL */
    char *headers[MODEL_HEADERS_MAX]; /* "Name: value", sent with each call */
    size_t nheaders;
    const struct guard *guard; /* its own format (agent/guard.h); NULL: none */
    /* Limits and prices; 0 is "not set". */
    unsigned concurrency; /* calls in flight at most */
    double requests_per_minute;
    double tokens_per_minute;
    double price_in, price_out; /* US dollars a million tokens */
};

/*
 * May this base URL (with "://") hold a secret?  It does when there is a
 * password before its host, or a query other than Azure's api-version: some
 * services take a key there, and a URL is shown and logged.
 */
bool model_url_tells(const char *url);

/* The URL for people to read, with *** for a login, and for a query that may
 * hold a key.  Heap; NULL without memory. */
char *model_url_shown(const char *url);

/* Frees what the fields own, not the struct; all zero afterwards. */
void model_release(struct model *m);

#endif
