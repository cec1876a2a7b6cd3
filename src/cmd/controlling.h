/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_CONTROLLING_H
#define PHGEN_CMD_CONTROLLING_H

#include "base/err.h"
#include "base/options.h"
#include "cmd/cmd.h"

/*
 * Unsafe twins, as `phgen controls RUN` and `phgen generate --controls` both
 * ask for them: their option, and the work on the folder of a run.
 */
#define CMD_ROWS_CONTROLLING                                                   \
    {                                                                          \
        "contrast-model", 0, OPTION_STRING, "MODEL", 0, 0, NULL,               \
            "The model that writes the unsafe twins. Default: "                \
            "builtin:contrast, which has them in a table.",                    \
            OPTION_CONFIG | OPTION_MODEL                                       \
    }

/* Writes the controls into the run's store and its files again. */
enum cmd_exit controlling_run(const char *folder, struct options *o,
                              struct err *err);

#endif
