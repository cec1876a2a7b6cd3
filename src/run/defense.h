/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_DEFENSE_H
#define PHGEN_RUN_DEFENSE_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What can be put between a prompt and a model to change how it answers: rows
 * of seeds/defenses.yaml, and "plain", which changes nothing.
 *
 *      struct defenses *d = defenses_load(seeds, err);
 *      const struct defense *v = defense_find(d, "ignore-word", err);
 *      if (defense_system(v, "kill, bomb", &text)) ... a system message
 *      if (v->kind == DEFENSE_REPHRASE) ... another wording goes out
 *      defenses_free(d);
 *
 * The mitigations are those of Yuan et al. 2025, "Beyond Over-Refusal" (XSB),
 * arXiv:2510.08158, as far as they need no look into the model.
 */
enum defense_kind {
    DEFENSE_PLAIN,
    DEFENSE_SYSTEM,      /* a system message */
    DEFENSE_IGNORE_WORD, /* one that names the row's focus words */
    DEFENSE_REPHRASE     /* a model words the request anew first */
};

struct defense {
    const char *name, *about;
    enum defense_kind kind;
    const char *text; /* of the message; "{words}" in it are the focus words */
};

struct defenses; /* heap */

struct defenses *defenses_load(const char *seeds, struct err *err);
void defenses_free(struct defenses *d); /* accepts NULL */

extern const struct defense DEFENSE_NONE; /* "plain" */

/* NULL with a sentence that lists them. */
const struct defense *defense_find(const struct defenses *d, const char *name,
                                   struct err *err);

/* Appends the system message for a row with these focus words (NULL: none);
 * false when the row gets none. */
bool defense_system(const struct defense *d, const char *focus,
                    struct str *out);

#endif
