/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_EXPLAINING_H
#define PHGEN_CMD_EXPLAINING_H

#include "agent/occlusion.h"
#include "base/err.h"
#include "base/options.h"
#include "cmd/cmd.h"

/*
 * Measured focus words, as `phgen explain RUN` and `phgen generate --explain`
 * both ask for them: their options, and the work on the folder of a run.
 */
#define CMD_ROWS_EXPLAINING                                                    \
    {"explain-model",                                                          \
     0,                                                                        \
     OPTION_STRING,                                                            \
     "MODEL",                                                                  \
     0,                                                                        \
     0,                                                                        \
     NULL,                                                                     \
     "The model that is asked with a word left out. Default: the run's "       \
     "first target.",                                                          \
     OPTION_CONFIG | OPTION_MODEL},                                            \
        {"explain-words",                                                      \
         0,                                                                    \
         OPTION_UINT,                                                          \
         "COUNT",                                                              \
         1,                                                                    \
         OCCLUSION_WORDS_MAX,                                                  \
         "12",                                                                 \
         "Words of a prompt that are left out at most, one at a time.",        \
         OPTION_CONFIG},                                                       \
    {                                                                          \
        "explain-samples", 0, OPTION_UINT, "COUNT", 1, 16, "4",                \
            "How often each wording is asked where the server gives no "       \
            "probabilities; else once.",                                       \
            OPTION_CONFIG                                                      \
    }

/* Measures, and writes the run's files again. */
enum cmd_exit explaining_run(const char *folder, struct options *o,
                             struct err *err);

#endif
