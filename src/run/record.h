/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_RECORD_H
#define PHGEN_RUN_RECORD_H

#include "agent/candidate.h"
#include "base/json.h"
#include "base/str.h"
#include "run/dialogue.h"

/*
 * From a decided candidate to the JSON text of its row (the fields are
 * dataset/record.schema.json's), or of its line in rejected.jsonl.
 */
struct provenance {
    const char *run;       /* the run's id */
    const char *templates; /* one hash over all templates */
    const char *graph;     /* hash of the concept graph */
    uint64_t seed;
    const char *release; /* version of a refresh (run/refresh.h), or NULL */
};

void record_row(const struct candidate *c, const struct provenance *p,
                struct str *out);
/* The twin of the row with id `of`: a line of controls.jsonl (the fields are
 * dataset/control.schema.json's).  p->templates is the contrast agent's. */
void record_control(const struct candidate *c, const char *of,
                    const struct provenance *p, struct str *out);
void record_reject(const struct candidate *c, struct str *out);
/* A member of the row's "targets"; the caller deletes it. */
cJSON *record_target(const struct target_result *r);
/* By agent: [calls, tokens in, tokens out]; what was not called is left out. */
void record_usage(const struct dialogue *d, struct str *out);

/*
 * The id of a conversation: of role and normalised text of each turn before,
 * a line each, and the normalised request; so of a bare request its own.
 *
 *      str_init(&so_far, RECORD_ID_MAX);
 *      record_id_turn(&so_far, "user", text);     for each turn before
 *      record_id(&so_far, request, hex);
 */
#define RECORD_ID_MAX (8u << 20)
void record_id_turn(struct str *so_far, const char *role, const char *text);
void record_id(struct str *so_far, const char *request, char hex[HASH_HEX]);

/* XXH3-128 over what makes a path this path, as text. */
void record_path_key(const struct path *p, char hex[HASH_HEX]);

#endif
