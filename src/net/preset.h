/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_NET_PRESET_H
#define PHGEN_NET_PRESET_H

#include "base/err.h"
#include "base/model.h"

#include <stddef.h>

/*
 * The services that people use, by name: `openai:gpt-x` is preset "openai",
 * model "gpt-x".
 */
struct preset {
    const char *name;
    const char *base_url; /* NULL: the variable `url_env` must give it */
    const char *url_env;  /* environment variable that overrides base_url */
    const char *key_env;  /* NULL: no key wanted */
    enum dialect dialect;
    const char *about; /* one line for `phgen models` */
};

extern const struct preset PRESETS[]; /* ends with a NULL name */

const struct preset *preset_find(const char *name, size_t len);

/*
 * Fills `m` from `PRESET:NAME` or `http(s)://host[:port]/base#NAME`.  Returns
 * 0, or -1 when the spec is neither (the sentence says what was expected).
 * The caller releases `m`.
 */
int preset_resolve(const char *spec, struct model *m, struct err *err);

#endif
