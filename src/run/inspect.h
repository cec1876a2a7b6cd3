/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_INSPECT_H
#define PHGEN_RUN_INSPECT_H

#include "base/err.h"
#include "base/json.h"
#include "store/peek.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * How a run is doing, from the outside: its folder is only read, also while
 * another phgen works in it.
 *
 *      struct inspection i;
 *      if (inspect_run("output/demo", &i, err) == 0) ...
 *      inspect_release(&i);
 */
enum inspect_state {
    INSPECT_RUNNING,  /* another process holds the store */
    INSPECT_COMPLETE, /* all rows are there */
    INSPECT_STOPPED   /* neither: the command that began it resumes it */
};

struct inspection {
    struct peek store;
    enum inspect_state state;
    uint64_t wanted, accepted, decided;
    double yield;         /* accepted per decided candidate */
    double rows_a_second; /* of the session; 0: unknown */
    double eta_seconds;   /* negative: unknown */
    double idle_seconds;  /* since the last write */
};

/* The configuration that a store holds, an object; the caller deletes it.
 * NULL with what to do about a store in which it cannot be read. */
cJSON *inspect_config(const char *text, struct err *err);

/* What it means that there is none, and what to do. */
int inspect_missing(const struct peek *p, struct err *err);

int inspect_run(const char *folder, struct inspection *out, struct err *err);
void inspect_release(struct inspection *i);

const char *inspect_state_name(enum inspect_state s);

/* {"state", "process", "rows", "wanted", "candidates", "yield",
 * "rows_per_second", "eta_seconds", "idle_seconds", "paid": {"calls",
 * "tokens_in", "tokens_out", "cost"}, "schema", "bytes"}; what is unknown is
 * null.  The caller deletes it; NULL without memory. */
cJSON *inspect_json(const struct inspection *i);

#endif
