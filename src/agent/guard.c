/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of guards and what its readers share.
 *
 * Thresholds: a binary guard's own decision is the more probable word, 0.5.
 * Within 0.25 and 0.75 it says little more than that it is not sure, and that
 * is what `controversial` means.  A moderation score is no probability; what
 * its service flags is harmful, and what it scores 0.25 or more without
 * flagging it, contested.
 */
#include "agent/guard.h"
#include "agent/guard_formats.h"
#include "base/json.h"
#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <string.h>
#include <strings.h>

static const char *const wildguard_names[] = {"wildguard", NULL};
static const char *const llamaguard_names[] = {"llama-guard", "llamaguard",
                                               "llama_guard", NULL};
static const char *const qwenguard_names[] = {"qwen3guard-gen", "qwen3guard",
                                              NULL};
static const char *const shieldgemma_names[] = {"shieldgemma", NULL};
static const char *const granite_names[] = {
    "granite-guardian", "granite3-guardian", "granite3.2-guardian",
    "granite3.3-guardian", NULL};
static const char *const moderation_names[] = {"omni-moderation",
                                               "text-moderation", NULL};

const struct guard GUARDS[] = {
    {"wildguard", "AI2 WildGuard, by raw completion", DIALECT_COMPLETION, 1,
     true, true, 0, 0, wildguard_names, wildguard_ask, wildguard_hear},
    {"llama-guard", "Meta Llama Guard 3 and 4", DIALECT_OPENAI, 1, true, false,
     0.25, 0.75, llamaguard_names, llamaguard_ask, llamaguard_hear},
    {"qwen3guard", "Qwen3Guard-Gen, which has a controversial tier",
     DIALECT_OPENAI, 1, true, true, 0, 0, qwenguard_names, qwenguard_ask,
     qwenguard_hear},
    {"shieldgemma", "Google ShieldGemma, four guidelines", DIALECT_OPENAI,
     SHIELDGEMMA_PARTS, true, false, 0.25, 0.75, shieldgemma_names,
     shieldgemma_ask, shieldgemma_hear},
    {"granite-guardian", "IBM Granite Guardian 3, the umbrella risk harm",
     DIALECT_OPENAI, 1, true, false, 0.25, 0.75, granite_names, granite_ask,
     granite_hear},
    {"moderation", "OpenAI moderation", DIALECT_MODERATION, 1, true, false,
     0.25, 1, moderation_names, moderation_ask, moderation_hear},
    {0},
};

const struct guard *guard_find(const char *name, size_t len)
{
    const struct guard *g;

    for (g = GUARDS; g->name != NULL; g++)
        if (strlen(g->name) == len && memcmp(g->name, name, len) == 0)
            return g;
    return NULL;
}

const struct guard *guard_recognise(const char *model_name)
{
    const struct guard *g;
    size_t i;

    for (g = GUARDS; g->name != NULL; g++)
        for (i = 0; g->known_as[i] != NULL; i++)
            if (strcasestr(model_name, g->known_as[i]) != NULL)
                return g;
    return NULL;
}

int guard_attach(const struct guard *g, struct model *m, struct err *err)
{
    bool chat = m->dialect == DIALECT_OPENAI;

    m->guard = g;
    if (m->kind == MODEL_BUILTIN || m->dialect == g->dialect)
        return 0;
    if (g->dialect == DIALECT_OPENAI && m->dialect == DIALECT_OLLAMA)
        return 0;
    if (g->dialect == DIALECT_COMPLETION && chat) {
        m->dialect = DIALECT_COMPLETION;
        return 0;
    }
    if (g->dialect == DIALECT_MODERATION && chat) {
        m->dialect = DIALECT_MODERATION;
        return 0;
    }
    return err_set(err, "the guard %s cannot be asked at \"%s\": it needs %s",
                   g->name, m->spec,
                   g->dialect == DIALECT_COMPLETION
                       ? "raw completion, as vLLM and llama-server offer it"
                   : g->dialect == DIALECT_MODERATION
                       ? "a moderation endpoint"
                       : "an OpenAI-compatible chat endpoint or Ollama");
}

int guard_ask(const struct model *m, unsigned part, const char *prompt,
              const char *answer, struct call *call, struct err *err)
{
    assert(m->guard != NULL && part < m->guard->parts);
    call->temperature = 0;
    return m->guard->ask(part, prompt, answer, call, err);
}

int guard_hear(const struct guard *g, const struct reply *reply, bool answered,
               struct guard_verdict *out, struct err *err)
{
    guard_verdict_init(out);
    if (reply->finish == FINISH_FILTER || reply->finish == FINISH_REFUSAL)
        return err_set(err, "the provider blocked the guard's answer");
    return g->hear(g, reply, answered, out, err);
}

void guard_verdict_init(struct guard_verdict *v)
{
    memset(v, 0, sizeof(*v));
    v->refused = -1;
    v->score = -1;
}

void guard_merge(struct guard_verdict *into, const struct guard_verdict *part)
{
    bool worse = part->prompt > into->prompt || part->answer > into->answer;

    if (worse || (part->prompt == into->prompt &&
                  part->answer == into->answer && part->score > into->score))
        memcpy(into->category, part->category, sizeof(into->category));
    if (part->prompt > into->prompt)
        into->prompt = part->prompt;
    if (part->answer > into->answer)
        into->answer = part->answer;
    if (part->refused > into->refused)
        into->refused = part->refused;
    if (part->score > into->score)
        into->score = part->score;
}

/* --- for the formats --- */

int guard_chat(const char *prompt, const char *answer, uint32_t max_tokens,
               uint32_t top_logprobs, struct call *call, struct err *err)
{
    call->max_tokens = max_tokens;
    call->top_logprobs = top_logprobs;
    if (call_add(call, ROLE_USER, prompt, err) != 0)
        return -1;
    return answer != NULL ? call_add(call, ROLE_ASSISTANT, answer, err) : 0;
}

/* A token, blanks aside, that begins the word (or is all of it). */
static bool begins(const char *token, const char *word)
{
    size_t n;

    token += strspn(token, " \t\r\n");
    n = strcspn(token, " \t\r\n");
    return n > 0 && n <= strlen(word) && strncasecmp(token, word, n) == 0;
}

static double probability(const cJSON *entry)
{
    double p = exp(json_number(entry, "logprob", -INFINITY));

    return p <= 1 ? p : 0; /* also when it is no number at all */
}

double guard_odds(const struct reply *reply, const char *yes, const char *no)
{
    cJSON *all =
        reply->logprobs != NULL
            ? json_parse(reply->logprobs, strlen(reply->logprobs), NULL)
            : NULL;
    const cJSON *at, *top, *list;
    const char *token;
    double p = 0, q = 0;

    cJSON_ArrayForEach(at, all)
    {
        token = json_string(at, "token");
        if (token == NULL || !(begins(token, yes) || begins(token, no)))
            continue;
        list = json_array(at, "top_logprobs");
        cJSON_ArrayForEach(top, list)
        {
            token = json_string(top, "token");
            if (token != NULL && begins(token, yes))
                p += probability(top);
            else if (token != NULL && begins(token, no))
                q += probability(top);
        }
        break;
    }
    cJSON_Delete(all);
    return p + q > 0 ? p / (p + q) : -1;
}

enum verdict guard_grade(const struct guard *g, bool harm, double score)
{
    if (score < 0)
        return harm ? VERDICT_HARMFUL : VERDICT_HARMLESS;
    return score >= g->harmful     ? VERDICT_HARMFUL
           : score >= g->contested ? VERDICT_CONTROVERSIAL
                                   : VERDICT_HARMLESS;
}

bool guard_line(const char **at, const char **line, size_t *len)
{
    static const char blank[] = " \t\r\n";
    const char *p = *at + strspn(*at, blank);
    size_t n = strcspn(p, "\n");

    *at = p + n;
    while (n > 0 && strchr(blank, p[n - 1]) != NULL)
        n--;
    *line = p;
    *len = n;
    return n > 0;
}

bool guard_word(const char *line, size_t len, const char *word)
{
    return strlen(word) == len && strncasecmp(line, word, len) == 0;
}
