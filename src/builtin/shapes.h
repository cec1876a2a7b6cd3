/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BUILTIN_SHAPES_H
#define PHGEN_BUILTIN_SHAPES_H

#include "base/err.h"
#include "base/rng.h"
#include "base/shape.h"
#include "base/str.h"

#include <stdbool.h>

/*
 * From a plain request to the same request in another shape: inside a task, to
 * somebody with a part to play, after a talk, after a document.  Frames come
 * from `shapes.yaml` in the seeds folder, which explains them.
 *
 *      struct ask ask = {.q = "How do I kill weeds?", ...};
 *      if (!shapes_write(s, SHAPE_ROLE, &ask, &rng, &prompt, &turns))
 *              the request does not go into that shape
 */
struct shapes; /* heap; read-only after loading */

struct shapes *shapes_load(const char *path, struct err *err);
void shapes_free(struct shapes *s); /* accepts NULL */

/* May the request be about distress: by its category, or by a word of its
 * sense or its task? */
bool shapes_grave(const struct shapes *s, const char *category,
                  const char *sense, const char *task);

struct ask {
    const char *q;        /* the request, one line */
    const char *told;     /* the same as told in a document: with background */
    const char *setting;  /* a sentence that fits it; NULL for none */
    const char *sense;    /* a noun phrase */
    const char *trigger;  /* for a name in code */
    const char *category; /* slug */
    bool grave;           /* sober frames only */
    bool voiced;          /* `q` has a voice of its own */
};

/*
 * Appends the prompt, and to `turns` what goes before it, as the items of a
 * JSON array of {"role", "text"}.  False when no frame takes this request.
 */
bool shapes_write(const struct shapes *s, enum shape shape,
                  const struct ask *ask, struct rng *r, struct str *prompt,
                  struct str *turns);

#endif
