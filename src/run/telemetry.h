/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_TELEMETRY_H
#define PHGEN_RUN_TELEMETRY_H

#include "base/str.h"
#include "run/run.h"

/*
 * Appends a run's figures as Prometheus reads them (text exposition format
 * 0.0.4; names, units and suffixes by its naming practices): counters of the
 * whole run, earlier sessions included, but phgen_http_* of this session only.
 *
 *   phgen_build_info{version}, phgen_rows_wanted, phgen_rows,
 *   phgen_candidates_total{outcome,reason}, phgen_candidates_in_window,
 *   phgen_calls_in_flight, phgen_paid_calls_total,
 *   phgen_paid_tokens_total{direction}, phgen_paid_dollars_total,
 *   and of each endpoint {model,url}: phgen_http_attempts_total,
 *   phgen_http_retries_total, phgen_http_overloads_total,
 *   phgen_http_waited_seconds_total, phgen_http_received_bytes_total,
 *   phgen_http_sent_bytes_total, phgen_http_latency_seconds (histogram of
 *   answered attempts)
 *
 * Logins and queries in URLs are left out.
 */
void telemetry_print(const struct run *r, struct str *out);

#endif
