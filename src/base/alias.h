/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_ALIAS_H
#define PHGEN_BASE_ALIAS_H

#include "base/err.h"
#include "base/model.h"
#include "base/yaml.h"

#include <stddef.h>

/*
 * What the configuration says of a model, under a name of the user's:
 *
 *      models:
 *        small: ollama:llama3.2        # a spec
 *        big:                          # or a spec with particulars
 *          model: openai:gpt-x
 *          requests-per-minute: 500
 *          price-in: 2.5               # US dollars a million tokens
 *          price-out: 10
 *        farm:                         # or a name and where it is served
 *          name: my-model
 *          url: [http://gpu1:8000/v1, http://gpu2:8000/v1]
 *          key: FARM_KEY               # the variable, never the key
 *
 * docs/models.md lists all particulars.  What can be checked without knowing
 * the services is checked here, with the line; the rest is run/models.h's.
 *
 * All strings belong to the document.
 */
struct alias {
    const char *name;
    const char *file; /* for sentences about it */
    int line;
    const char *model;                /* a spec, or NULL and then */
    const char *wire_name;            /* what the server calls it */
    const char *urls[MODEL_URLS_MAX]; /* instead of the spec's own */
    size_t nurls;
    const char *dialect; /* a word; NULL: the spec's, or openai */
    const char *key_env;
    const char *api_version;
    struct {
        const char *name, *value;
    } headers[MODEL_HEADERS_MAX];
    size_t nheaders;
    /* As in struct model; 0: not given. */
    double concurrency, requests_per_minute, tokens_per_minute;
    double price_in, price_out;
};

struct aliases {
    const struct alias *list;
    size_t n;
};

/* Reads pair `i` of the map under "models". */
int alias_read(const struct yaml *y, yaml_node map, size_t i, struct alias *out,
               struct err *err);

#endif
