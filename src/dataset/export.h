/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_EXPORT_H
#define PHGEN_DATASET_EXPORT_H

#include "base/err.h"
#include "base/json.h"
#include "base/str.h"

#include <stdbool.h>

/*
 * A row of a run in the forms that trainers and evaluators read: a table of
 * formats, each with a pure function from row to text.
 *
 *      const struct export_format *f = export_find("sft");
 *      if (export_row_read(json, &row, err) != 0) ...
 *      if (export_lacks(f, &row, &options) == NULL)
 *              f->write(&row, &options, &out);
 *
 * The forms, by their owners' pages: chat `messages`, preference and unpaired
 * preference of TRL (huggingface.co/docs/trl/dataset_formats); OpenAI
 * fine-tuning (platform.openai.com/docs/guides/supervised-fine-tuning);
 * alpaca and sharegpt of LLaMA-Factory (its data/README.md); refusal tokens
 * (Jain et al. 2024, arXiv:2412.06748); XSTest's columns; tests of promptfoo,
 * samples of Inspect, documents of lm-evaluation-harness.  export/NAME.json
 * holds each form's JSON Schema.
 *
 * A control (`label: harmful`) goes out with a refusal or with no response at
 * all, whatever its row says: export_row_read() sees to it, so no format can
 * get it wrong.
 *
 * A row that people find harmful (`human.label`) goes out in no format: not to
 * train on, and not as a prompt that ought to be answered.
 *
 * To add a format: a row in EXPORT_FORMATS, its function, its schema in
 * src/dataset/export/, its line in docs/export.md, its test.
 */
struct export_row {
    const char *id, *prompt, *category, *label, *trigger, *focus;
    const cJSON *messages; /* the last is the user's */
    const char *response;  /* NULL: none.  A control's is a refusal. */
    const char *reasoning; /* NULL: none */
    const char *refusal;   /* a target's false refusal, whole; NULL: none */
    bool control;          /* harmful: to be refused */
    bool turns;            /* there are some before the request */
    bool embedded;         /* the response is by a builtin: model */
    bool withheld;         /* most people who rated it call it harmful */
};

/* Fills a view of a row's JSON, which must outlive it.  -1 with what is
 * missing. */
int export_row_read(const cJSON *json, struct export_row *out, struct err *err);

struct export_options {
    const char *respond_token, *refuse_token; /* of refusal-tokens */
    const char *category_token; /* with %s for the category; NULL: none */
    bool embedded;              /* answers of builtin: models go out as well */
};
extern const struct export_options EXPORT_DEFAULTS;

enum export_need {
    NEEDS_RESPONSE = 1,
    NEEDS_REASONING = 2,
    NEEDS_REFUSAL = 4,
    NO_CONTROLS = 8, /* has no place for a control */
    NO_TURNS = 16    /* nor for turns before the request */
};

struct export_format {
    const char *name, *about, *ending; /* of its files: "jsonl", "csv" */
    unsigned needs;                    /* of enum export_need */
    bool evaluates;                    /* prompts to ask, nothing to train on */
    const char *head;                  /* first line of a file; NULL: none */
    void (*write)(const struct export_row *row, const struct export_options *o,
                  struct str *out);
    const char *const *extras; /* files of seeds/export/ that go with it */
};
extern const struct export_format EXPORT_FORMATS[]; /* ends with NULL name */

const struct export_format *export_find(const char *name); /* or NULL */

/* Why this row cannot go out in this format ("no response", ...), or NULL. */
const char *export_lacks(const struct export_format *f,
                         const struct export_row *row,
                         const struct export_options *o);

#endif
