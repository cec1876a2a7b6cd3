/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_SUMMARY_H
#define PHGEN_CMD_SUMMARY_H

#include "net/net.h"

#include <cjson/cJSON.h>
#include <stdio.h>

/*
 * What a run came to, as tables for people, from its manifest (the members
 * that dataset/card.h reads) and from what its servers did.  What the manifest
 * lacks is left out.
 */
void summary_print(const cJSON *manifest, const struct net *net,
                   const char *folder, FILE *out);

#endif
