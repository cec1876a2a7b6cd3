/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words are compared as they are written, letter case aside: "kill" and
 * "killing" are two words, since a target may mind one and not the other.
 */
#include "agent/occlusion.h"
#include "agent/opening.h"
#include "agent/refusal.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

#define PROBE_TOKENS   48
#define PROBE_LOGPROBS 20  /* the most that OpenAI gives */
#define FOUND_MAX      512 /* different words of a prompt that are looked at */

static bool is_common(const char *word, size_t len)
{
    static const char *const common[] = {
        "a",        "about",   "after",    "all",     "am",    "an",
        "and",      "any",     "are",      "as",      "at",    "be",
        "been",     "before",  "being",    "but",     "by",    "can",
        "could",    "did",     "do",       "does",    "every", "for",
        "from",     "get",     "give",     "had",     "has",   "have",
        "he",       "her",     "here",     "him",     "his",   "how",
        "i",        "i'd",     "i'm",      "i've",    "if",    "in",
        "into",     "is",      "isn't",    "it",      "it's",  "its",
        "just",     "may",     "me",       "might",   "mine",  "most",
        "must",     "my",      "no",       "not",     "of",    "off",
        "on",       "one",     "or",       "our",     "out",   "over",
        "own",      "please",  "she",      "should",  "so",    "some",
        "somebody", "someone", "such",     "tell",    "than",  "that",
        "that's",   "the",     "their",    "them",    "then",  "there",
        "these",    "they",    "this",     "those",   "to",    "too",
        "under",    "until",   "up",       "us",      "very",  "was",
        "we",       "were",    "what",     "what's",  "when",  "where",
        "which",    "while",   "who",      "whose",   "why",   "will",
        "with",     "without", "would",    "write",   "you",   "you're",
        "your",     "answer",  "ask",      "explain", "help",  "know",
        "like",     "need",    "question", "say",     "show",  "thing",
        "want",     "way",     NULL};
    size_t i;

    for (i = 0; common[i] != NULL; i++)
        if (strlen(common[i]) == len && strncasecmp(common[i], word, len) == 0)
            return true;
    return false;
}

static bool same(const char *a, size_t alen, const char *b, size_t blen)
{
    return alen == blen && strncasecmp(a, b, alen) == 0;
}

/* Did the generator name it, alone or in a phrase? */
static bool is_named(const cJSON *focus, const char *word, size_t len)
{
    const cJSON *item;
    size_t pos, start, n;
    const char *text;

    cJSON_ArrayForEach(item, focus)
    {
        text = cJSON_GetStringValue(item);
        for (pos = 0;
             text != NULL && text_word(text, strlen(text), &pos, &start, &n);)
            if (same(text + start, n, word, len))
                return true;
    }
    return false;
}

/* The word that is worth least of those found, never one that was named. */
static size_t least(const struct occlusion_word words[], const bool named[],
                    size_t n)
{
    size_t i, worst = n;

    for (i = 0; i < n; i++)
        if (!named[i] && (worst == n || words[i].len <= words[worst].len))
            worst = i;
    return worst < n ? worst : n - 1;
}

size_t occlusion_words(const char *prompt, const cJSON *focus,
                       struct occlusion_word out[], size_t max)
{
    struct occlusion_word found[FOUND_MAX];
    bool named[FOUND_MAX];
    size_t pos = 0, start, len, n = 0, i, drop;

    while (n < FOUND_MAX &&
           text_word(prompt, strlen(prompt), &pos, &start, &len)) {
        for (i = 0; i < n; i++)
            if (same(prompt + found[i].start, found[i].len, prompt + start,
                     len))
                break;
        if (i < n)
            continue;
        named[n] = is_named(focus, prompt + start, len);
        if (!named[n] && is_common(prompt + start, len))
            continue;
        found[n++] = (struct occlusion_word){.start = start, .len = len};
    }
    for (; n > max; n--) {
        drop = least(found, named, n);
        memmove(&found[drop], &found[drop + 1],
                (n - drop - 1) * sizeof(*found));
        memmove(&named[drop], &named[drop + 1],
                (n - drop - 1) * sizeof(*named));
    }
    memcpy(out, found, n * sizeof(*found));
    return n;
}

/* Leaves no double space and none before what closes. */
static void add_part(const char *text, size_t len, struct str *out)
{
    bool after_space = out->len == 0 || out->s[out->len - 1] == ' ';

    while (after_space && len > 0 && *text == ' ') {
        text++;
        len--;
    }
    if (len > 0 && out->len > 0 && after_space &&
        strchr("?.,!;:)", *text) != NULL)
        str_cut(out, out->len - 1);
    str_add(out, text, len);
}

void occlusion_without(const char *text, const char *prompt,
                       const struct occlusion_word *word, struct str *out)
{
    size_t pos = 0, start, len, done = 0, all = strlen(text);

    while (text_word(text, all, &pos, &start, &len)) {
        if (!same(prompt + word->start, word->len, text + start, len))
            continue;
        add_part(text + done, start - done, out);
        done = start + len;
    }
    add_part(text + done, all - done, out);
}

static int add_message(const cJSON *m, const char *prompt,
                       const struct occlusion_word *word, struct call *call,
                       struct err *err)
{
    const char *name = json_string(m, "role"),
               *text = json_string(m, "content");
    enum role role = ROLE_USER;
    struct str without;
    int failed;

    if (name == NULL || text == NULL)
        return err_set(err, "\"messages\" needs \"role\" and \"content\"");
    if (strcmp(name, "assistant") == 0)
        role = ROLE_ASSISTANT;
    else if (strcmp(name, "system") == 0)
        role = ROLE_SYSTEM;
    if (word == NULL)
        return call_add(call, role, text, err);
    str_init(&without, strlen(text));
    occlusion_without(text, prompt, word, &without);
    failed = str_failed(&without) ? err_nomem(err)
                                  : call_add(call, role, without.s, err);
    str_release(&without);
    return failed;
}

int occlusion_ask(const cJSON *messages, const char *prompt,
                  const struct occlusion_word *word, struct call *call,
                  struct err *err)
{
    int n = cJSON_GetArraySize(messages);
    const cJSON *m;

    if (n < 1 || n > CALL_MESSAGES_MAX)
        return err_set(err, "\"messages\" must have 1 to %d turns",
                       CALL_MESSAGES_MAX);
    cJSON_ArrayForEach(m, messages)
    {
        if (add_message(m, prompt, word, call, err) != 0)
            return -1;
    }
    call->temperature = 0.7;
    call->max_tokens = PROBE_TOKENS;
    call->top_logprobs = PROBE_LOGPROBS;
    return 0;
}

double occlusion_hear(const char *prompt, const struct reply *reply,
                      bool *graded)
{
    struct refusal r;
    double p;

    *graded = false;
    if (reply->status != REPLY_OK)
        return -1;
    p = opening_refusal(reply->logprobs);
    if (p >= 0) {
        *graded = true;
        return p;
    }
    refusal_classify(prompt, reply, &r);
    if (r.cls == REFUSAL_EMPTY)
        return -1;
    return r.cls != REFUSAL_NONE && r.reason != REASON_CAPABILITY &&
                   r.reason != REASON_MISSING_INFO
               ? 1
               : 0;
}

bool occlusion_is_focus(const struct occlusion_word words[], size_t n, size_t i,
                        bool graded)
{
    double most = 0;
    size_t j;

    for (j = 0; j < n; j++)
        if (words[j].drop > most)
            most = words[j].drop;
    return words[i].drop >= most / 2 &&
           words[i].drop >= (graded ? OCCLUSION_DROP : OCCLUSION_DROP_SAMPLED);
}
