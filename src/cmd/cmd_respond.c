/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `phgen respond`: training answers for the rows of a finished run. */
#include "cmd/asking.h"
#include "cmd/cmd.h"
#include "cmd/responding.h"
#include "cmd/stop.h"

static const struct option_row options[] = {
    CMD_ROWS_RESPONDING,
    CMD_ROWS_ASKING,
    {"quiet", 'q', OPTION_FLAG, NULL, 0, 0, NULL,
     "No progress and no summary, only what goes wrong.", OPTION_CONFIG},
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Writes for each row of a run the answer that an assistant should have "
    "given: it names the innocent reading, helps, and says where it stops; "
    "for a controversial row it is a safe partial answer. A judge looks at "
    "each, and what is not harmless, no answer, a refusal or a lecture is "
    "written again, --response-rounds times at most; then the row stays "
    "without one.",
    "The answers go into the rows (\"response\", \"reasoning\", "
    "\"responder\") of dataset.jsonl; \"phgen export\" makes training files "
    "of them. The same command resumes what was stopped and pays for nothing "
    "twice.",
    NULL,
};

static const struct example examples[] = {
    {"respond output/demo --responder-model openai:gpt-x "
     "--response-judge-model anthropic:claude-x",
     "Answers by one model, judged by another."},
    {"respond output/demo --response-form reasoning --max-cost 20",
     "With thinking, for at most 20 dollars (prices: the configuration)."},
    {NULL, NULL},
};

static enum cmd_exit run(struct options *o, struct err *err)
{
    stop_on_signals();
    return responding_run(options_operand(o, 0), o, err);
}

const struct command cmd_respond = {
    .name = "respond",
    .about = "write training answers for the rows of a run",
    .operands = "RUN",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
