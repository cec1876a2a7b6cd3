/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_RESPONDING_H
#define PHGEN_CMD_RESPONDING_H

#include "base/err.h"
#include "base/options.h"
#include "cmd/cmd.h"

/*
 * Training answers, as `phgen respond RUN` and `phgen generate --responses`
 * both ask for them: their options, and the work on the folder of a run.
 */
#define CMD_ROWS_RESPONDING                                                    \
    {"responder-model",                                                        \
     0,                                                                        \
     OPTION_STRING,                                                            \
     "MODEL",                                                                  \
     0,                                                                        \
     0,                                                                        \
     NULL,                                                                     \
     "The model that writes the training answers. Default: "                   \
     "builtin:responder, whose answers have no substance.",                    \
     OPTION_CONFIG | OPTION_MODEL},                                            \
        {"response-judge-model",                                               \
         0,                                                                    \
         OPTION_STRING,                                                        \
         "MODEL",                                                              \
         0,                                                                    \
         0,                                                                    \
         NULL,                                                                 \
         "The model that judges them. Default: builtin:response-judge.",       \
         OPTION_CONFIG | OPTION_MODEL},                                        \
        {"response-form",                                                      \
         0,                                                                    \
         OPTION_STRING,                                                        \
         "FORM",                                                               \
         0,                                                                    \
         0,                                                                    \
         "instruct",                                                           \
         "\"instruct\": the answer only; \"reasoning\": the thinking apart "   \
         "from it, for reasoning models.",                                     \
         OPTION_CONFIG},                                                       \
    {                                                                          \
        "response-rounds", 0, OPTION_UINT, "COUNT", 1, 16, "3",                \
            "How often an answer may be written before the row is left "       \
            "without one.",                                                    \
            OPTION_CONFIG                                                      \
    }

/* Writes the answers into the run's store and its files again. */
enum cmd_exit responding_run(const char *folder, struct options *o,
                             struct err *err);

#endif
