/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_JSON_H
#define PHGEN_BASE_JSON_H

#include "base/err.h"
#include "base/str.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * cJSON with the bounds that hostile input needs.
 *
 * Every text that did not come from phgen itself is parsed by json_parse():
 * length-aware, valid UTF-8 only, at most JSON_DEPTH_MAX levels, and no
 * "\u0000", which cJSON would turn into a short C string.  Trees are freed
 * by the caller with cJSON_Delete().
 */
#define JSON_DEPTH_MAX 64

/* The tree, or NULL with a sentence that quotes where it went wrong.
 * Anything but white space behind the value is an error. */
cJSON *json_parse(const char *bytes, size_t len, struct err *err);

/*
 * Finds the JSON object in a model's answer: a Markdown fence or prose may
 * stand around it, <think>...</think> before it.  The first balanced object
 * that parses and has the member `must_have` (NULL: any) wins.  Returns NULL
 * when there is none; pure, and safe on any bytes.
 */
cJSON *json_find_object(const char *bytes, size_t len, const char *must_have,
                        struct err *err);

/* Members by name; NULL (or `fallback`) when missing or of another type. */
const char *json_string(const cJSON *object, const char *name);
const cJSON *json_object(const cJSON *object, const char *name);
const cJSON *json_array(const cJSON *object, const char *name);
double json_number(const cJSON *object, const char *name, double fallback);
/* A number from 0 to `max`, without what is behind its point; `fallback` when
 * it is any other: a double out of an integer's range must not become one. */
uint64_t json_count(const cJSON *object, const char *name, uint64_t max,
                    uint64_t fallback);
bool json_bool(const cJSON *object, const char *name, bool fallback);

/* An object's object of that name, made when there is none. */
cJSON *json_object_in(cJSON *object, const char *name);
/* Adds to a number of that name, made when there is none. */
void json_add_to(cJSON *object, const char *name, double n);
/* To four decimals, as shares are written: more than any set of rows says. */
double json_round4(double x);

/* Appends the compact text of a tree on one line. */
void json_print(const cJSON *tree, struct str *out);

/* Appends a quoted, escaped JSON string. */
void json_quote(const char *text, size_t len, struct str *out);

/* Writes a tree, set out for people, as FOLDER/NAME (base/file.h). */
int json_write(const cJSON *tree, const char *folder, const char *name,
               struct err *err);

#endif
