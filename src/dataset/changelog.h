/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_CHANGELOG_H
#define PHGEN_DATASET_CHANGELOG_H

#include <cjson/cJSON.h>
#include <stdio.h>

/*
 * What changed since the last release, as a page in Markdown: CHANGES.md,
 * from changes.json (docs/refresh.md).
 *
 *      changelog_write(changes, f.stream);
 *
 * Names come from users and servers and stand in code spans only.  What is
 * missing is left out; write errors stay in the stream.
 */
void changelog_write(const cJSON *changes, FILE *out);

/* A section of the dataset card, from the manifest's "release". */
void changelog_write_card(const cJSON *release, FILE *out);

#endif
