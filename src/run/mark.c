/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far the run is, in the store, in the transaction that got it there:
 * for `phgen status`, which must not read a million candidates to say it.
 */
#include "run/state.h"

#include <stdio.h>
#include <time.h>

#define MARK_BYTES 512

int run_mark(struct run *r, struct err *err)
{
    char json[MARK_BYTES];

    snprintf(json, sizeof(json),
             "{\"accepted\":%llu,\"decided\":%llu,\"at\":%lld,"
             "\"session\":{\"began\":%lld,\"accepted\":%llu}}",
             (unsigned long long)r->accepted,
             (unsigned long long)(r->commit_seq - 1), (long long)time(NULL),
             (long long)r->began, (unsigned long long)r->accepted_before);
    return store_set(r->store, "progress", json, err);
}
