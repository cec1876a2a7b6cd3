/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_ASKING_H
#define PHGEN_CMD_ASKING_H

#include "base/config.h"
#include "base/options.h"
#include "cmd/cmd.h"
#include "run/desk.h"

/*
 * Commands that ask models: the options that all of them have, and the way
 * from these to a desk.
 *
 *      static const struct option_row options[] = {
 *          ..., CMD_ROWS_ASKING, CMD_ROW_HELP, {0}};
 *
 *      struct asking a;
 *      code = asking_open(&a, o, "out/eval.sqlite", NULL, err);
 *      if (code == CMD_OK) desk_model(a.desk, spec, err) ...
 *      asking_close(&a);
 *
 * Ctrl-C: check stop_wanted() (cmd/stop.h) each turn and survey_stop().
 */
#define CMD_ROWS_ASKING                                                        \
    {"concurrency",                                                            \
     0,                                                                        \
     OPTION_UINT,                                                              \
     "CALLS",                                                                  \
     1,                                                                        \
     4096,                                                                     \
     "64",                                                                     \
     "Calls in flight at most.",                                               \
     OPTION_CONFIG},                                                           \
        {"max-calls",                                                          \
         0,                                                                    \
         OPTION_UINT,                                                          \
         "CALLS",                                                              \
         1,                                                                    \
         1e12,                                                                 \
         NULL,                                                                 \
         "Stop when so many calls over the network were made, earlier "        \
         "sessions with the same store included. Default: no limit.",          \
         OPTION_CONFIG},                                                       \
        {"max-tokens",                                                         \
         0,                                                                    \
         OPTION_UINT,                                                          \
         "TOKENS",                                                             \
         1,                                                                    \
         1e15,                                                                 \
         NULL,                                                                 \
         "Likewise with the tokens of these calls, in and out. What a call "   \
         "in flight may take at most is set aside first.",                     \
         OPTION_CONFIG},                                                       \
        {"max-cost",                                                           \
         0,                                                                    \
         OPTION_REAL,                                                          \
         "DOLLARS",                                                            \
         0.000001,                                                             \
         1e9,                                                                  \
         NULL,                                                                 \
         "Likewise with their cost in US dollars, by the prices in the "       \
         "configuration file; every model over the network needs them.",       \
         OPTION_CONFIG},                                                       \
        {"timeout",                                                            \
         0,                                                                    \
         OPTION_REAL,                                                          \
         "SECONDS",                                                            \
         1,                                                                    \
         86400,                                                                \
         NULL,                                                                 \
         "How long one attempt at a call may take. Default: 600, 300 of them " \
         "until the answer begins.",                                           \
         OPTION_CONFIG},                                                       \
        {"ca-file",                                                            \
         0,                                                                    \
         OPTION_STRING,                                                        \
         "FILE",                                                               \
         0,                                                                    \
         0,                                                                    \
         NULL,                                                                 \
         "Trust the certificate authorities of this PEM file. Default: the "   \
         "system's.",                                                          \
         OPTION_CONFIG | OPTION_FILE},                                         \
        CMD_ROW_VERBOSE, CMD_ROW_LOG_JSON, CMD_ROW_DATA_DIR, CMD_ROW_CONFIG

struct asking {
    struct config *config; /* NULL: there is none */
    char *seeds;
    struct desk *desk;
};

/* Takes the store's file, or an open store, which stays the caller's. */
enum cmd_exit asking_open(struct asking *a, struct options *o,
                          const char *store_path, struct store *store,
                          struct err *err);
void asking_close(struct asking *a); /* also after a failure */

/* The budget of the options above. */
struct budget asking_budget(const struct options *o);

#endif
