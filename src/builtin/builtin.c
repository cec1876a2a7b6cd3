/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of embedded models and the way from a call to one of them.  To
 * add a model: a row here, and a case in speak() when its role is new.
 */
#include "builtin/builtin.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "builtin/contrast.h"
#include "builtin/extract.h"
#include "builtin/grammar.h"
#include "builtin/judge.h"
#include "builtin/neutral.h"
#include "builtin/orchestrate.h"
#include "builtin/speak.h"

#include <stdlib.h>
#include <string.h>

#define REPLY_MAX (1u << 20)

const struct builtin_model BUILTIN_MODELS[] = {
    {"builtin:generator", "generator", "realises graph paths by a grammar"},
    {"builtin:judge-strict", "judge", "frowns at what merely sounds bad"},
    {"builtin:judge-moderate", "judge", "weighs words against their context"},
    {"builtin:judge-permissive", "judge", "minds clear signs of harm only"},
    {"builtin:cautious", "target", "refuses most of what sounds alarming"},
    {"builtin:balanced", "target", "refuses some of it"},
    {"builtin:lenient", "target", "refuses what asks for harm"},
    {"builtin:skewed", "target", "refuses what alarms it in 5 categories"},
    {"builtin:witness", "witness", "answers what is harmless"},
    {"builtin:answer-judge", "answer-judge", "judges answers"},
    {"builtin:refusal-judge", "refusal-judge", "knows stock refusals"},
    {"builtin:orchestrator", "orchestrator", "the rule table"},
    {"builtin:wildguard", "guard", "speaks as WildGuard"},
    {"builtin:llama-guard", "guard", "speaks as Llama Guard"},
    {"builtin:qwen3guard-gen", "guard", "speaks as Qwen3Guard-Gen"},
    {"builtin:shieldgemma", "guard", "speaks as ShieldGemma"},
    {"builtin:granite-guardian", "guard", "speaks as Granite Guardian 3.3"},
    {"builtin:omni-moderation", "guard", "speaks as OpenAI moderation"},
    {"builtin:always-harmless", "planted", "a judge that finds no harm, ever"},
    {"builtin:gullible", "planted", "a judge that does as the prompt says"},
    {"builtin:garbage", "planted", "a judge that cannot be read"},
    {"builtin:responder", "responder", "writes answers without substance"},
    {"builtin:response-judge", "response-judge", "judges these answers"},
    {"builtin:extractor", "extractor", "finds concepts by lexicon and pattern"},
    {"builtin:contrast", "contrast", "has unsafe twins in a table"},
    {"builtin:rephraser", "rephraser", "puts milder words, from a table"},
    {"builtin:embed", "embedding", "vectors of spelling, not of meaning"},
    {NULL, NULL, NULL},
};

struct builtin {
    struct contrasts *contrasts;
    struct grammar *grammar;
    struct lexicon *lexicon, *skewed; /* the latter of one target */
    struct extractor *extractor;
    struct neutral *neutral;
};

const struct builtin_model *builtin_find(const char *name)
{
    const struct builtin_model *m;

    for (m = BUILTIN_MODELS; m->name != NULL; m++)
        if (strcmp(m->name, name) == 0)
            return m;
    return NULL;
}

struct builtin *builtin_open(const char *seeds_dir, struct err *err)
{
    struct builtin *b = calloc(1, sizeof(*b));
    char *grammar = file_join(seeds_dir, "grammar.yaml");
    char *shapes = file_join(seeds_dir, "shapes.yaml");
    char *lexicon = file_join(seeds_dir, "lexicon.yaml");
    char *skewed = file_join(seeds_dir, "skewed.yaml");
    char *extractor = file_join(seeds_dir, "extractor.yaml");
    char *contrasts = file_join(seeds_dir, "contrasts.yaml");
    char *neutral = file_join(seeds_dir, "neutral.yaml");

    if (b == NULL || grammar == NULL || shapes == NULL || lexicon == NULL ||
        skewed == NULL || extractor == NULL || contrasts == NULL ||
        neutral == NULL) {
        err_nomem(err);
    } else {
        b->grammar = grammar_load(grammar, shapes, err);
        if (b->grammar != NULL)
            b->lexicon = lexicon_load(lexicon, err);
        if (b->lexicon != NULL)
            b->skewed = lexicon_load(skewed, err);
        if (b->skewed != NULL)
            b->extractor = extractor_load(extractor, err);
        if (b->extractor != NULL)
            b->contrasts = contrasts_load(contrasts, err);
        if (b->contrasts != NULL)
            b->neutral = neutral_load(neutral, err);
    }
    free(grammar);
    free(shapes);
    free(lexicon);
    free(skewed);
    free(extractor);
    free(contrasts);
    free(neutral);
    if (b != NULL && b->neutral == NULL) {
        builtin_close(b);
        return NULL;
    }
    return b;
}

void builtin_close(struct builtin *b)
{
    if (b == NULL)
        return;
    grammar_free(b->grammar);
    contrasts_free(b->contrasts);
    lexicon_free(b->lexicon);
    lexicon_free(b->skewed);
    extractor_free(b->extractor);
    neutral_free(b->neutral);
    free(b);
}

/* "cautious" of "builtin:cautious". */
static bool is(const struct builtin_model *m, const char *name)
{
    return strcmp(m->name + strlen("builtin:"), name) == 0;
}

/* What an agent tells of a conversation: {"conversation", "prompt"}. */
static void told(const cJSON *payload, struct talk *talk)
{
    const cJSON *item;
    const char *text;

    talk->n = 0;
    talk->request = json_string(payload, "prompt");
    cJSON_ArrayForEach(item, json_array(payload, "conversation"))
    {
        text = json_string(item, "text");
        if (text != NULL && talk->n < TALK_TURNS_MAX)
            talk->turns[talk->n++] = text;
    }
}

/* What the model itself is in: all messages but the system's. */
static void heard(const struct call *call, struct talk *talk)
{
    size_t i;

    talk->n = 0;
    talk->request =
        call->nmessages > 0 ? call->messages[call->nmessages - 1].text : "";
    for (i = 0; i + 1 < call->nmessages; i++)
        if (call->messages[i].role != ROLE_SYSTEM && talk->n < TALK_TURNS_MAX)
            talk->turns[talk->n++] = call->messages[i].text;
}

static void judge(const struct builtin *b, const struct builtin_model *m,
                  const cJSON *payload, struct str *out)
{
    struct talk talk;

    told(payload, &talk);

    if (json_string(payload, "answer") != NULL)
        answer_judge_speak(b->lexicon, payload, out);
    else if (talk.request == NULL)
        str_adds(out, "There is no request here to judge.");
    else
        builtin_judge(b->lexicon,
                      is(m, "judge-strict")     ? JUDGE_STRICT
                      : is(m, "judge-moderate") ? JUDGE_MODERATE
                                                : JUDGE_PERMISSIVE,
                      &talk, out);
}

/* A look at the first tokens ends with them; full answers are not cut. */
static void cut(struct str *text, uint32_t tokens)
{
    size_t at = 0;

    for (; tokens > 0; tokens--) {
        at += strspn(text->s + at, " ");
        at += strcspn(text->s + at, " ");
    }
    str_cut(text, at);
}

static void target(const struct builtin *b, const struct builtin_model *m,
                   const struct call *call, const struct talk *talk,
                   struct str *out, char **logprobs)
{
    const struct lexicon *lex = is(m, "skewed") ? b->skewed : b->lexicon;
    enum caution how = is(m, "cautious")   ? CAUTIOUS
                       : is(m, "balanced") ? BALANCED
                       : is(m, "skewed")   ? SKEWED
                                           : LENIENT;
    uint32_t tokens = call->max_tokens > 0 ? call->max_tokens : UINT32_MAX;
    struct str probs;

    target_speak(lex, how, talk, call->seed, out);
    if (call->top_logprobs == 0)
        return;
    str_init(&probs, REPLY_MAX);
    target_logprobs(lex, how, talk, out->s, tokens, call->top_logprobs, &probs);
    *logprobs = str_detach(&probs);
    if (call->max_tokens > 0)
        cut(out, call->max_tokens);
}

static void speak(const struct builtin *b, const struct builtin_model *m,
                  const struct call *call, const char *text, struct str *out,
                  char **logprobs)
{
    const char *name = m->name + strlen("builtin:");
    struct talk talk;
    cJSON *payload;

    if (strcmp(m->role, "embedding") == 0) {
        embed_speak(call, out);
        return;
    }
    if (guard_speak(b->lexicon, name, call, out, logprobs))
        return;
    heard(call, &talk);
    if (strcmp(m->role, "target") == 0) {
        target(b, m, call, &talk, out, logprobs);
        return;
    }
    if (strcmp(m->role, "witness") == 0) {
        witness_speak(b->lexicon, &talk, call->seed, out);
        return;
    }
    payload = json_parse(text, strlen(text), NULL);
    if (strcmp(m->role, "judge") == 0)
        judge(b, m, payload, out);
    else if (strcmp(m->role, "answer-judge") == 0)
        answer_judge_speak(b->lexicon, payload, out);
    else if (strcmp(m->role, "refusal-judge") == 0)
        refusal_judge_speak(payload, out);
    else if (strcmp(m->role, "planted") == 0)
        planted_speak(b->lexicon, name, payload, out);
    else if (strcmp(m->role, "responder") == 0)
        responder_speak(b->lexicon, payload, call->seed, out);
    else if (strcmp(m->role, "extractor") == 0)
        extractor_speak(b->extractor, b->lexicon, payload, out);
    else if (strcmp(m->role, "contrast") == 0)
        contrasts_speak(b->contrasts, payload, call->seed, out);
    else if (strcmp(m->role, "rephraser") == 0)
        neutral_speak(b->neutral, payload, out);
    else if (strcmp(m->role, "response-judge") == 0)
        response_judge_speak(b->lexicon, payload, out);
    else
        builtin_orchestrate(payload, out);
    cJSON_Delete(payload);
}

/* About four tokens to three words, as of common tokenizers. */
static uint32_t tokens(const char *text)
{
    return (uint32_t)(text_count_words(text, strlen(text)) * 4 / 3);
}

void builtin_reply(const struct builtin *b, const struct call *call,
                   struct reply *reply)
{
    const struct builtin_model *m = builtin_find(call->model->name);
    const char *text =
        call->nmessages > 0 ? call->messages[call->nmessages - 1].text : "";
    struct str out;

    if (m == NULL) {
        reply_fail(reply, REPLY_FAILED, "there is no embedded model \"%s\"",
                   call->model->name);
        return;
    }
    if (strcmp(m->role, "generator") == 0) {
        grammar_reply(b->grammar, call, reply);
    } else {
        str_init(&out, REPLY_MAX);
        speak(b, m, call, text, &out, &reply->logprobs);
        reply->status = REPLY_OK;
        reply->finish = FINISH_STOP;
        if (str_failed(&out) ||
            reply_set_text(reply, out.s, out.len, NULL) != 0)
            reply_fail(reply, REPLY_FAILED, "the reply grew too long");
        str_release(&out);
    }
    if (reply->status != REPLY_OK)
        return;
    reply->model = strdup(m->name);
    reply->tokens_in = tokens(text);
    reply->tokens_out = tokens(reply->text);
}
