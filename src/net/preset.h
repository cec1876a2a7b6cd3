/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_NET_PRESET_H
#define PHGEN_NET_PRESET_H

#include "base/err.h"
#include "base/model.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The services that people use, by name: `openai:gpt-x` is service "openai",
 * model "gpt-x".
 *
 * A spec is [DIALECT+]SERVICE:NAME or [DIALECT+]URL#NAME, with the words of
 * dialect_find(); without one it is the service's own, openai for a URL:
 *
 *      openai:gpt-x                     completion+vllm:allenai/wildguard
 *      http://gpu1:8000/v1#my-model     anthropic+https://proxy/v1#claude-x
 */
struct preset {
    const char *name;
    const char *base_url; /* NULL: the variable `url_env` must give it */
    const char *url_env;  /* environment variable that overrides base_url */
    const char *key_env;
    bool key_optional; /* sent when set; a local server */
    enum dialect dialect;
    const char *about; /* one line for `phgen models` */
};

extern const struct preset PRESETS[]; /* ends with a NULL name */

const struct preset *preset_find(const char *name, size_t len);

/*
 * Fills `m` from a spec.  `url` is where a service's model is to be found
 * instead of the service's own address; NULL: there.  Returns 0, or -1 when
 * the spec is none (the sentence says what was expected).  The caller
 * releases `m`.
 */
int preset_resolve(const char *spec, const char *url, struct model *m,
                   struct err *err);

/*
 * A base URL as a dialect wants it, heap: Azure's with an api-version in its
 * query (OPENAI_API_VERSION, if set), Ollama's from forms like "box:11434".
 */
char *preset_url(enum dialect dialect, const char *url);

#endif
