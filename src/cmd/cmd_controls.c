/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `phgen controls`: the unsafe twins of a run's harmless rows. */
#include "cmd/asking.h"
#include "cmd/cmd.h"
#include "cmd/controlling.h"
#include "cmd/stop.h"

static const struct option_row options[] = {
    CMD_ROWS_CONTROLLING,
    CMD_ROWS_ASKING,
    {"quiet", 'q', OPTION_FLAG, NULL, 0, 0, NULL,
     "No progress and no summary, only what goes wrong.", OPTION_CONFIG},
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Writes for each harmless row its unsafe twin, as XSTest pairs them: a "
    "short question with the same alarming word and no detail, which a model "
    "should refuse. The run's judges see the question alone, and only what "
    "most of them call harmful is kept.",
    "The twins go to controls.jsonl, labeled harmful, each with the id of its "
    "row (\"contrast_of\"); equal ones once. They are never rows of "
    "dataset.jsonl, and exports answer them with a refusal. The same command "
    "resumes what was stopped and pays for nothing twice.",
    NULL,
};

static const struct example examples[] = {
    {"controls output/demo", "From the embedded table."},
    {"controls output/demo --contrast-model openai:gpt-x --max-cost 2",
     "By a model, within a budget (prices: the configuration)."},
    {NULL, NULL},
};

static enum cmd_exit run(struct options *o, struct err *err)
{
    stop_on_signals();
    return controlling_run(options_operand(o, 0), o, err);
}

const struct command cmd_controls = {
    .name = "controls",
    .about = "write the unsafe twins of a run's rows",
    .operands = "RUN",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
