/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_ROSTER_H
#define PHGEN_RUN_ROSTER_H

#include "base/err.h"
#include "base/json.h"
#include "store/share.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * How a shared run is doing and who works on it; only read, at any time.
 *
 *      if (roster_is(where)) {     an address, or a folder that names one
 *              struct roster r;
 *              if (roster_read(where, &r, err) == 0) ...
 *              roster_release(&r);
 *      }
 *
 * A worker that did not leave and was not heard of for ROSTER_SILENT seconds
 * is "silent", and not at work.
 */
#define ROSTER_SILENT SHARE_SILENT

struct roster {
    struct share_status status;
    uint64_t wanted;
    size_t working;       /* workers */
    double rows_a_second; /* of those at work, since each began; 0: unknown */
    double eta_seconds;   /* negative: unknown */
};

bool roster_is(const char *where);
int roster_read(const char *where, struct roster *out, struct err *err);
void roster_release(struct roster *r);

const char *roster_state(const struct roster *r); /* as inspect_state_name() */

/* inspect_json()'s members as far as they apply, and "schema", "in_flight",
 * "paid_twice", "passes": [{"kind", "worker", "made"}], "workers": [{"id",
 * "name", "state", "started_seconds", "seen_seconds", "leases", "next",
 * "in_flight", "candidates", "rows", "paid"}].  The caller deletes it. */
cJSON *roster_json(const struct roster *r);

#endif
