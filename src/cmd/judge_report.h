/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_JUDGE_REPORT_H
#define PHGEN_CMD_JUDGE_REPORT_H

#include "base/json.h"
#include "run/judging.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * What `phgen judge-eval` found, as tables for people and as JSON; both are
 * made of the same figures.  Intervals: dataset/confusion.h.
 */
void judge_report_print(const struct judging_result *r, uint64_t seed,
                        bool by_type, FILE *out);
cJSON *judge_report_json(const struct judging_result *r,
                         const struct judging_options *o, uint64_t seed);

#endif
