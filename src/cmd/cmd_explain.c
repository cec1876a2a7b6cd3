/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `phgen explain`: which words of a run's rows draw the refusal. */
#include "cmd/asking.h"
#include "cmd/cmd.h"
#include "cmd/explaining.h"
#include "cmd/stop.h"

static const struct option_row options[] = {
    CMD_ROWS_EXPLAINING,
    CMD_ROWS_ASKING,
    {"quiet", 'q', OPTION_FLAG, NULL, 0, 0, NULL,
     "No progress and no summary, only what goes wrong.", OPTION_CONFIG},
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Asks the target again with one content word of the prompt left out at a "
    "time, in short probes. What the refusal loses without a word is the "
    "word's drop; words with at least half the largest drop are the measured "
    "focus.",
    "Where the server gives probabilities, one probe a wording is enough: "
    "its refusal is the probability of the openings of a refusal. Else "
    "several are asked, with the same seeds for every wording, and "
    "classified.",
    "The figures go into the rows (\"focus_measured\") of dataset.jsonl. The "
    "same command resumes what was stopped and pays for nothing twice.",
    NULL,
};

static const struct example examples[] = {
    {"explain output/demo", "By the run's own target."},
    {"explain output/demo --explain-model openai:gpt-x --max-calls 5000",
     "By another model, within a budget."},
    {NULL, NULL},
};

static enum cmd_exit run(struct options *o, struct err *err)
{
    stop_on_signals();
    return explaining_run(options_operand(o, 0), o, err);
}

const struct command cmd_explain = {
    .name = "explain",
    .about = "measure which words draw the refusal",
    .operands = "RUN",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
