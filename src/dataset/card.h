/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_CARD_H
#define PHGEN_DATASET_CARD_H

#include <cjson/cJSON.h>
#include <stdio.h>

/*
 * The dataset card: README.md of an output folder, from its manifest.
 *
 *      card_write(manifest, f.stream);
 *
 * It is a Hugging Face dataset card: YAML front matter that the Hub accepts
 * (https://huggingface.co/docs/hub/datasets-cards: license, language,
 * task_categories, size_categories, tags, configs), then Markdown: what the
 * rows are, what the labels mean, how the set was made and what was dropped,
 * what it cannot be used for, how to load it.  When models are embedded ones
 * (`builtin:*`) the card says so plainly.
 *
 * Of the manifest it reads, all of it optional: phgen, run, created, license,
 * config, models, hashes, counts, panel, first_look, calls, diversity,
 * audit, release, seconds.  What is missing is left out of the card.
 *
 * Names, hashes and other text in the manifest may come from users and
 * servers: it is written only inside code spans or quoted YAML strings,
 * shortened, without control characters, so none of it can become markup.
 *
 * Write errors stay in the stream, for outfile_commit() to report.
 */
void card_write(const cJSON *manifest, FILE *out);

#endif
