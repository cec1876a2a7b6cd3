/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_MARKDOWN_H
#define PHGEN_DATASET_MARKDOWN_H

#include <cjson/cJSON.h>
#include <stdio.h>

/*
 * Foreign text in Markdown and YAML that phgen writes: names of models, of
 * files, of users.  It comes out on one line, without control or format
 * characters, at most MARKDOWN_TEXT_MAX bytes of it, and cannot become
 * markup.  Write errors stay in the stream.
 */
#define MARKDOWN_TEXT_MAX 200

/*
 * As a code span (CommonMark 0.30, section 6.1), fit for the cells of a
 * table.  A backtick becomes an apostrophe; NULL and "" a question mark.
 */
void markdown_code(const char *text, FILE *out);

/* As a double-quoted YAML 1.2 scalar (section 7.3.1); NULL is "". */
void markdown_yaml(const char *text, FILE *out);

/* A whole number in groups of three: 1,234,567. */
void markdown_count(double n, FILE *out);

/*
 * A JSON value: a number, a code span, "yes", "no" or "none", a list of such
 * with commas between; an object is its JSON in a code span.
 */
void markdown_value(const cJSON *v, FILE *out);

#endif
