/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_FIGURES_H
#define PHGEN_DATASET_FIGURES_H

#include <cjson/cJSON.h>
#include <stdio.h>

/*
 * The tables of the dataset card: models, parameters, counts, categories,
 * diversity, calls and hashes of a manifest (see card.h).  A part that the
 * manifest lacks prints nothing.
 */
void figures_write(const cJSON *manifest, FILE *out);

#endif
