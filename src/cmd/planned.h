/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_PLANNED_H
#define PHGEN_CMD_PLANNED_H

#include <cjson/cJSON.h>
#include <stdio.h>

/*
 * What a dry run says would be done, as tables for people: of generate from
 * the tree of run_dry() (run/run.h), of refresh from that of refresh_dry()
 * (run/refresh.h).
 */
void planned_print(const cJSON *plan, const char *folder, FILE *out);
void planned_print_refresh(const cJSON *plan, const char *folder, FILE *out);

#endif
