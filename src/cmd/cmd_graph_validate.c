/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `phgen graph validate`: what is wrong with a concept graph. */
#include "base/log.h"
#include "cmd/cmd.h"
#include "graph/validate.h"

#include <stdlib.h>
#include <string.h>

#define PROBLEMS_MAX 1000

static const struct option_row options[] = {
    {"min-triggers", 0, OPTION_UINT, "COUNT", 1, 1000, "3",
     "How many triggers a category needs.", 0},
    CMD_ROW_DATA_DIR,
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Checks a concept graph and prints a sentence for everything that is "
    "wrong: senses without tasks, a trigger that has no sense in a category "
    "it is joined to, categories with too few triggers, names that are there "
    "twice, parts that no walk reaches, edges that mean nothing, tasks that "
    "are not what their kind says. The status is 1 when anything is wrong. "
    "Without FILE: graphs/concepts.graphml of the data folder.",
    NULL,
};

static const struct example examples[] = {
    {"graph validate mine.graphml", "Before a run uses it."},
    {NULL, NULL},
};

static enum cmd_exit validate(const char *path, size_t min, struct err *err)
{
    enum cmd_exit code = CMD_FAILED;
    struct problems p;
    size_t i;

    problems_init(&p, PROBLEMS_MAX);
    if (concepts_validate(path, min, &p, err) == 0) {
        for (i = 0; i < p.n; i++) {
            cmd_print_text(p.text[i], stdout);
            putchar('\n');
        }
        if (p.n > 0)
            err_set(err, "%s has %zu problems%s", path, p.n + p.more,
                    p.more > 0 ? ", not all of them listed" : "");
        else
            code = CMD_OK;
        if (p.n == 0)
            log_line(LOG_INFO, "%s: nothing is wrong", path);
    }
    problems_release(&p);
    return code;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    char *path = cmd_graph_path(o, err);
    enum cmd_exit code;

    if (path == NULL)
        return CMD_USAGE;
    concepts_init();
    code = validate(path, (size_t)options_uint(o, "min-triggers"), err);
    free(path);
    return code;
}

const struct command cmd_graph_validate = {
    .name = "graph validate",
    .about = "say what is wrong with a concept graph",
    .operands = "[FILE]",
    .max_operands = 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
