/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_CARD_AUDIT_H
#define PHGEN_DATASET_CARD_AUDIT_H

#include <cjson/cJSON.h>
#include <stdio.h>

/*
 * The card's section "Human audit", from the manifest's "audit" (its fields:
 * docs/audit.md); without one it says that nobody rated these rows.
 */
void card_audit_write(const cJSON *manifest, FILE *out);

#endif
