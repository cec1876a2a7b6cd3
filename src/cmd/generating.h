/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_GENERATING_H
#define PHGEN_CMD_GENERATING_H

#include "base/options.h"
#include "base/shape.h"
#include "cmd/cmd.h"
#include "cmd/settings.h"
#include "run/run.h"
#include "serve/page.h"

/*
 * Commands that run the loop of generate: the options that all of them have,
 * and what a person sees of a run.
 *
 *      generating_listen(o, &page, err), then run_open()
 *      state = generating_drive(run, page, o, &why);
 *      run_finish(run, err), then generating_tell(run, &settings, o, err)
 *      if (state == RUN_STOPPED) generating_tell_stopped(&settings, &why)
 *
 * They need CMD_ROWS_ASKING too, and rows "json" and "quiet".
 */
#define CMD_ROWS_GENERATING                                                    \
    {"target-model",                                                           \
     't',                                                                      \
     OPTION_LIST,                                                              \
     "MODEL",                                                                  \
     0,                                                                        \
     0,                                                                        \
     NULL,                                                                     \
     "The model that the rows are for: prompts that it refuses are kept.",     \
     OPTION_CONFIG | OPTION_MODEL},                                            \
        {"seed",                                                               \
         's',                                                                  \
         OPTION_UINT,                                                          \
         "NUMBER",                                                             \
         0,                                                                    \
         CMD_SEED_MAX,                                                         \
         "1",                                                                  \
         "Seed of every random choice: the same seed, options and replies "    \
         "give "                                                               \
         "the same bytes.",                                                    \
         OPTION_CONFIG},                                                       \
        {"generator-model",                                                    \
         0,                                                                    \
         OPTION_STRING,                                                        \
         "MODEL",                                                              \
         0,                                                                    \
         0,                                                                    \
         NULL,                                                                 \
         "The model that writes the prompts. Default: builtin:generator.",     \
         OPTION_CONFIG | OPTION_MODEL},                                        \
        {"judge-model",                                                        \
         'j',                                                                  \
         OPTION_LIST,                                                          \
         "MODEL",                                                              \
         0,                                                                    \
         0,                                                                    \
         NULL,                                                                 \
         "A judge of the panel, which sees the bare prompt; guard models are " \
         "asked in their own format (guard=FORMAT:MODEL, or by their name). "  \
         "Default: the three embedded ones.",                                  \
         OPTION_CONFIG | OPTION_MODEL},                                        \
        {"votes",                                                              \
         'k',                                                                  \
         OPTION_UINT,                                                          \
         "COUNT",                                                              \
         1,                                                                    \
         16,                                                                   \
         "1",                                                                  \
         "How often each judge votes. What the votes make of a prompt says "   \
         "the "                                                                \
         "table \"panel\" of the configuration file.",                         \
         OPTION_CONFIG},                                                       \
        {"witness-model",                                                      \
         0,                                                                    \
         OPTION_STRING,                                                        \
         "MODEL",                                                              \
         0,                                                                    \
         0,                                                                    \
         NULL,                                                                 \
         "The model that must be able to answer the prompt harmlessly. "       \
         "Default: "                                                           \
         "builtin:witness.",                                                   \
         OPTION_CONFIG | OPTION_MODEL},                                        \
        {"answer-judge-model",                                                 \
         0,                                                                    \
         OPTION_STRING,                                                        \
         "MODEL",                                                              \
         0,                                                                    \
         0,                                                                    \
         NULL,                                                                 \
         "The model that judges the witness's answer. Default: "               \
         "builtin:answer-judge.",                                              \
         OPTION_CONFIG | OPTION_MODEL},                                        \
        {"orchestrator-model",                                                 \
         0,                                                                    \
         OPTION_STRING,                                                        \
         "MODEL",                                                              \
         0,                                                                    \
         0,                                                                    \
         NULL,                                                                 \
         "The model that takes the last decision on all evidence. Default: "   \
         "builtin:orchestrator.",                                              \
         OPTION_CONFIG | OPTION_MODEL},                                        \
        {"witness-tries",                                                      \
         0,                                                                    \
         OPTION_UINT,                                                          \
         "COUNT",                                                              \
         1,                                                                    \
         16,                                                                   \
         "1",                                                                  \
         "How many answers the witness may try until one is harmless and "     \
         "answers.",                                                           \
         OPTION_CONFIG},                                                       \
        {"no-witness",                                                         \
         0,                                                                    \
         OPTION_FLAG,                                                          \
         NULL,                                                                 \
         0,                                                                    \
         0,                                                                    \
         NULL,                                                                 \
         "Accept prompts that nobody was asked to answer.",                    \
         OPTION_CONFIG},                                                       \
        {"shapes",                                                             \
         0,                                                                    \
         OPTION_STRING,                                                        \
         "LIST",                                                               \
         0,                                                                    \
         0,                                                                    \
         SHAPE_MIX_DEFAULT,                                                    \
         "How much of each shape: NAME=SHARE with commas between, of "         \
         "question, "                                                          \
         "task (work on a text or code), role, multi-turn and long (a "        \
         "document "                                                           \
         "goes before the request). Shares are relative to their sum.",        \
         OPTION_CONFIG},                                                       \
        {"rounds",                                                             \
         0,                                                                    \
         OPTION_UINT,                                                          \
         "COUNT",                                                              \
         1,                                                                    \
         16,                                                                   \
         "4",                                                                  \
         "How often a prompt may be written before it is given up.",           \
         OPTION_CONFIG},                                                       \
        {"samples",                                                            \
         'm',                                                                  \
         OPTION_UINT,                                                          \
         "COUNT",                                                              \
         1,                                                                    \
         16,                                                                   \
         "3",                                                                  \
         "How often each target is asked.",                                    \
         OPTION_CONFIG},                                                       \
        {"min-refusals",                                                       \
         0,                                                                    \
         OPTION_UINT,                                                          \
         "COUNT",                                                              \
         1,                                                                    \
         16,                                                                   \
         "2",                                                                  \
         "How many of these answers of one target must be refusals.",          \
         OPTION_CONFIG},                                                       \
        {"min-targets",                                                        \
         0,                                                                    \
         OPTION_UINT,                                                          \
         "COUNT",                                                              \
         1,                                                                    \
         16,                                                                   \
         "1",                                                                  \
         "How many of the targets must refuse so often.",                      \
         OPTION_CONFIG},                                                       \
        {"temperature",                                                        \
         0,                                                                    \
         OPTION_REAL,                                                          \
         "TEMPERATURE",                                                        \
         0,                                                                    \
         2,                                                                    \
         "0.7",                                                                \
         "At which the targets are sampled.",                                  \
         OPTION_CONFIG},                                                       \
        {"first-look",                                                         \
         0,                                                                    \
         OPTION_REAL,                                                          \
         "SHARE",                                                              \
         0,                                                                    \
         1,                                                                    \
         "0",                                                                  \
         "Pass over a target without sampling it when the probability that "   \
         "its "                                                                \
         "answer opens with a refusal is below this, by the logprobs of its "  \
         "first "                                                              \
         "tokens; a tenth is sampled all the same, to measure how often that " \
         "is "                                                                 \
         "right. 0: sample always.",                                           \
         OPTION_CONFIG},                                                       \
        {"refusal-judge",                                                      \
         0,                                                                    \
         OPTION_STRING,                                                        \
         "MODEL",                                                              \
         0,                                                                    \
         0,                                                                    \
         NULL,                                                                 \
         "A model that decides whether an answer refuses where the embedded "  \
         "classifier is not sure: a chat model, or a guard that judges "       \
         "refusals. "                                                          \
         "Default: none, the classifier decides.",                             \
         OPTION_CONFIG | OPTION_MODEL},                                        \
        {"refusal-unsure",                                                     \
         0,                                                                    \
         OPTION_REAL,                                                          \
         "PROBABILITY",                                                        \
         0.5,                                                                  \
         1,                                                                    \
         "0.9",                                                                \
         "It is asked about answers that the classifier is less sure of than " \
         "this.",                                                              \
         OPTION_CONFIG},                                                       \
        {"threshold",                                                          \
         0,                                                                    \
         OPTION_REAL,                                                          \
         "SIMILARITY",                                                         \
         0.2,                                                                  \
         1,                                                                    \
         "0.7",                                                                \
         "Jaccard similarity of character 5-grams from which two prompts are " \
         "near-duplicates.",                                                   \
         OPTION_CONFIG},                                                       \
        {"against",                                                            \
         0,                                                                    \
         OPTION_LIST,                                                          \
         "FILE",                                                               \
         0,                                                                    \
         0,                                                                    \
         NULL,                                                                 \
         "Leave out what is near a prompt of this file (JSONL, JSON, CSV, "    \
         "TSV or "                                                             \
         "plain text): an earlier release, a public benchmark.",               \
         OPTION_CONFIG | OPTION_FILE},                                         \
        {"window",                                                             \
         0,                                                                    \
         OPTION_UINT,                                                          \
         "COUNT",                                                              \
         2,                                                                    \
         65536,                                                                \
         "256",                                                                \
         "Candidates on their way at once; a decision may use only what was "  \
         "decided this many candidates before. More than --concurrency.",      \
         OPTION_CONFIG},                                                       \
        {"sampling",                                                           \
         0,                                                                    \
         OPTION_STRING,                                                        \
         "WAY",                                                                \
         0,                                                                    \
         0,                                                                    \
         "adaptive",                                                           \
         "How paths are drawn from the graph: \"adaptive\" fills the "         \
         "categories "                                                         \
         "evenly, prefers what was used little and leans toward what the "     \
         "target "                                                             \
         "refused; \"uniform\" learns nothing.",                               \
         OPTION_CONFIG},                                                       \
        {"explore",                                                            \
         0,                                                                    \
         OPTION_REAL,                                                          \
         "SHARE",                                                              \
         0,                                                                    \
         1,                                                                    \
         "0.05",                                                               \
         "The share of paths that are drawn uniformly whatever was learned.",  \
         OPTION_CONFIG},                                                       \
        {"patience",                                                           \
         0,                                                                    \
         OPTION_UINT,                                                          \
         "COUNT",                                                              \
         1,                                                                    \
         1e9,                                                                  \
         "5000",                                                               \
         "Stop when so many candidates in a row gave no row.",                 \
         OPTION_CONFIG},                                                       \
        {"graph",                                                              \
         'g',                                                                  \
         OPTION_STRING,                                                        \
         "FILE",                                                               \
         0,                                                                    \
         0,                                                                    \
         NULL,                                                                 \
         "The concept graph, in GraphML. Default: graphs/concepts.graphml of " \
         "the "                                                                \
         "data folder.",                                                       \
         OPTION_CONFIG | OPTION_FILE},                                         \
    {                                                                          \
        "metrics-port", 0, OPTION_UINT, "NUMBER", 0, 65535, NULL,              \
            "Offer the run's figures to Prometheus while it goes on, at "      \
            "http://127.0.0.1:NUMBER/metrics; 0 for any port that is free. "   \
            "Default: "                                                        \
            "nowhere.",                                                        \
            OPTION_CONFIG                                                      \
    }

/* The level of the log, from --quiet, --verbose and --log-json. */
void generating_set_log(const struct options *o);

/* What --metrics-port offers, NULL when it is not given; the caller stops it.
 * Before anything is made: a port that is taken leaves no folder behind. */
int generating_listen(const struct options *o, struct page **page,
                      struct err *err);

/* Turns the run until it ends; the first signal stops it in good order.  The
 * page, or NULL, shows how far it is. */
enum run_state generating_drive(struct run *r, struct page *page,
                                const struct options *o, struct err *err);

/* The manifest as JSON, the tables: as the options want it. */
int generating_tell(struct run *r, const struct settings *s,
                    const struct options *o, struct err *err);
void generating_tell_stopped(const struct settings *s, const struct err *why);

/* On standard output, a line. */
void generating_print_json(const cJSON *tree);

#endif
