/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What models answer: found, parsed and heard by the agents that read it. */
#include "agent/agent.h"
#include "agent/contrast.h"
#include "agent/opening.h"
#include "base/json.h"
#include "base/text.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static const struct category category = {1, "a", "A", "d"};
static const struct path path = {.category = &category,
                                 .trigger = "kill",
                                 .forms = "",
                                 .sense = "s",
                                 .kind = TASK_DO,
                                 .task = "kill it",
                                 .setting_vertex = -1};

static const struct contrast_of of = {"a", "kill", "Kill it?"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    struct refusal verdict = {0};
    struct candidate c;
    struct reply r, back;
    struct err err;
    struct str clean;
    char *question = NULL;

    cJSON_Delete(json_parse(bytes, size, &err));
    cJSON_Delete(json_find_object(bytes, size, "prompt", &err));
    reply_init(&back);
    reply_from_json(bytes, size, &back, &err);
    reply_release(&back);
    str_init(&clean, 4 << 20);
    text_repair(bytes, size, &clean);
    reply_init(&r);
    if (!str_failed(&clean) &&
        reply_set_text(&r, clean.s, clean.len, &err) == 0) {
        opening_refusal(clean.s);
        contrast_hear(&of, &r, &question, &err);
        free(question);
        refusal_judge_hear(&r, &verdict, &err);
        candidate_init(&c, 1, &path);
        c.shape = size % 2 == 0 ? SHAPE_QUESTION : SHAPE_TURNS;
        c.nvotes = 1;
        agent_trouble(&r);
        if (generator_hear(&c, &r, &err) == 0) {
            judge_hear(&c, 0, &r, &err);
            str_clear(&clean);
            judge_tally(&c, &PANEL_DEFAULT, &clean);
            witness_hear(&c, &r, &err);
            answer_judge_hear(&c, &r, &err);
            orchestrator_hear(&c, &r, &err);
        }
        candidate_release(&c);
    }
    reply_release(&r);
    str_release(&clean);
    return 0;
}
