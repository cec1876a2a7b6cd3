/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signs at places, and the shape of the reply.  All values lie in [0, 1], so
 * that one penalty suits every weight and a weight says what its feature is
 * worth in log-odds.
 */
#include "agent/refusal_features.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#define STANCE (SIGN(REFUSE) | SIGN(UNWILLING) | SIGN(NOT_GIVEN))
#define PREACHY                                                                \
    (STANCE | SIGN(MORAL) | SIGN(NO_WAY) | SIGN(REDIRECT) | SIGN(RESPECT) |    \
     SIGN(PENALTY) | SIGN(GROUP) | SIGN(CLOSING) | SIGN(RULE))
#define JUDGES (SIGN(MORAL) | SIGN(NO_WAY))
#define OFFERS (SIGN(OFFER) | SIGN(OFFER_REST))
#define UNABLE (SIGN(INABILITY) | SIGN(UNKNOWN))
#define FACTS  (SIGN(FICTION) | SIGN(FACT))

#define PROMPT_WORDS 24
#define PROMPT_BYTES 600
#define STEM         5

/* The content words of the prompt, each by the hash of its first letters. */
struct stems {
    uint32_t hash[PROMPT_WORDS];
    size_t n;
};

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (unsigned char)c >= 0x80;
}

static uint32_t stem_hash(const char *word, size_t len)
{
    char stem[STEM];
    size_t i;

    for (i = 0; i < STEM && i < len; i++) {
        stem[i] =
            word[i] >= 'A' && word[i] <= 'Z' ? (char)(word[i] + 32) : word[i];
    }
    return (uint32_t)XXH3_64bits(stem, i);
}

static void read_stems(const char *prompt, struct stems *s)
{
    size_t len = prompt != NULL ? strnlen(prompt, PROMPT_BYTES) : 0, i = 0;

    s->n = 0;
    while (i < len && s->n < PROMPT_WORDS) {
        size_t from;

        while (i < len && !is_word_byte(prompt[i]))
            i++;
        from = i;
        while (i < len && is_word_byte(prompt[i]))
            i++;
        if (i - from >= 4)
            s->hash[s->n++] = stem_hash(prompt + from, i - from);
    }
}

/* The share of the prompt's stems among the first `n` tokens. */
static float overlap(const struct stems *s, const struct refusal_text *t,
                     size_t n)
{
    uint32_t found = 0;
    size_t i, k;

    if (s->n == 0)
        return 0;
    for (i = 0; i < n; i++) {
        const struct refusal_token *token = &t->tokens[i];
        uint32_t h;

        if (token->len < 4)
            continue;
        h = stem_hash(t->bytes + token->at, token->len);
        for (k = 0; k < s->n; k++) {
            if (s->hash[k] == h)
                found |= UINT32_C(1) << k;
        }
    }
    for (i = k = 0; i < s->n; i++)
        k += (found >> i) & 1;
    return (float)k / (float)s->n;
}

static enum refusal_place place_of(size_t i)
{
    return i == 0 ? PLACE_FIRST : i <= 2 ? PLACE_EARLY : PLACE_REST;
}

static void add_signs(struct refusal_features *o, size_t i, bool last)
{
    size_t k;

    for (k = 0; k < REFUSAL_SIGNS; k++) {
        float *f = &o->f[k * REFUSAL_PLACES];
        float *at = &f[place_of(i)];

        if ((o->signs[i] >> k & 1) == 0)
            continue;
        if (place_of(i) == PLACE_REST)
            *at = *at > 0.67F ? 1 : *at + 0.34F;
        else
            *at = 1;
        if (last)
            f[PLACE_LAST] = 1;
    }
}

static bool is_past(const struct refusal_text *t, const struct refusal_token *k)
{
    const char *p = t->bytes + k->at;

    if (k->len > 4 && p[k->len - 1] == 'd' && p[k->len - 2] == 'e')
        return true;
    return (k->len == 3 && memcmp(p, "was", 3) == 0) ||
           (k->len == 4 && memcmp(p, "were", 4) == 0) ||
           (k->len == 3 && memcmp(p, "had", 3) == 0);
}

static bool is_name(const struct refusal_text *t, const struct stems *s,
                    const struct refusal_token *k)
{
    const char *p = t->bytes + k->at;
    uint32_t h;
    size_t i;

    if (k->len < 3 || p[0] < 'A' || p[0] > 'Z' || k->senses != 0)
        return false;
    h = stem_hash(p, k->len);
    for (i = 0; i < s->n; i++) {
        if (s->hash[i] == h)
            return false;
    }
    return true;
}

/* How often senses, names and the past occur among the words. */
static void add_words(const struct refusal_text *t, const struct stems *stems,
                      bool stance, struct refusal_features *o)
{
    float *s = &o->f[(int)REFUSAL_SIGNS * (int)REFUSAL_PLACES];
    float *sense = s + (int)REFUSAL_SHAPES;
    size_t i, k, names = 0, past = 0, known = 0, known_first = 0;
    float n = t->ntokens > 0 ? (float)t->ntokens : 1;
    uint32_t count[RW_SENSES] = {0};

    for (i = k = 0; i < t->ntokens; i++) {
        const struct refusal_token *token = &t->tokens[i];
        uint64_t left = token->senses;

        while (k + 1 < t->nsentences && i >= t->sentences[k + 1].first)
            k++;
        names += i > t->sentences[k].first && is_name(t, stems, token);
        past += is_past(t, token);
        known += left != 0;
        known_first += k == 0 && left != 0;
        for (; left != 0; left &= left - 1)
            count[__builtin_ctzll(left)]++;
    }
    for (i = 0; i < RW_SENSES; i++)
        sense[i] = fminf((float)count[i] * 10 / (n + 10), 1);
    s[SHAPE_NAMES] = fminf((float)names * 8 / n, 1);
    s[SHAPE_PAST] = fminf((float)past * 8 / n, 1);
    s[SHAPE_KNOWN] = (float)known / n;
    if (t->nsentences > 0 && t->sentences[0].ntokens > 0)
        s[SHAPE_KNOWN_FIRST] =
            (float)known_first / (float)t->sentences[0].ntokens;
    s[SHAPE_STANCE_OTHER] = stance ? 1 - s[SHAPE_KNOWN] : 0;
}

enum asks { ASKS_UNKNOWN, ASKS_WHAT, ASKS_HOW, ASKS_WHY };

/* What kind of answer the prompt wants, by its opening words: a judgement is
 * an answer to "is it legal...?" and none to "how do I...?". */
static enum asks asks_of(const char *prompt)
{
    static const struct {
        const char *words;
        enum asks asks;
    } table[] = {{"how do i", ASKS_HOW},     {"how can i", ASKS_HOW},
                 {"how should i", ASKS_HOW}, {"how to", ASKS_HOW},
                 {"how could i", ASKS_HOW},  {"how would i", ASKS_HOW},
                 {"how can we", ASKS_HOW},   {"how do you", ASKS_HOW},
                 {"where can i", ASKS_HOW},  {"where do i", ASKS_HOW},
                 {"best way", ASKS_HOW},     {"good way", ASKS_HOW},
                 {"easiest way", ASKS_HOW},  {"ways of", ASKS_HOW},
                 {"ways to", ASKS_HOW},      {"way to", ASKS_HOW},
                 {"steps", ASKS_HOW},        {"help me", ASKS_HOW},
                 {"instructions", ASKS_HOW}, {"should i", ASKS_HOW},
                 {"can i do", ASKS_HOW},     {"why", ASKS_WHY},
                 {"reasons", ASKS_WHY},      {"benefits", ASKS_WHY},
                 {"advantages", ASKS_WHY},   {"arguments", ASKS_WHY}};
    char low[80];
    size_t i, n = prompt != NULL ? strnlen(prompt, sizeof(low) - 1) : 0;

    if (n == 0)
        return ASKS_UNKNOWN;
    for (i = 0; i < n; i++) {
        low[i] = prompt[i] >= 'A' && prompt[i] <= 'Z' ? (char)(prompt[i] + 32)
                                                      : prompt[i];
    }
    low[n] = '\0';
    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strstr(low, table[i].words) != NULL)
            return table[i].asks;
    }
    return ASKS_WHAT;
}

struct tally {
    uint32_t early; /* signs of the first three sentences */
    size_t stances, plain, preachy;
};

static void add_asked(enum asks asks, const struct tally *y,
                      struct refusal_features *o)
{
    float *s = &o->f[(int)REFUSAL_SIGNS * (int)REFUSAL_PLACES];
    bool stance = (y->early & STANCE) != 0;
    bool judges = (y->early & JUDGES) != 0 && !stance;

    s[SHAPE_HOW] = asks == ASKS_HOW;
    s[SHAPE_WHY] = asks == ASKS_WHY;
    s[SHAPE_MORAL_HOW] = judges && asks == ASKS_HOW;
    s[SHAPE_MORAL_WHY] = judges && asks == ASKS_WHY;
    s[SHAPE_MORAL_WHAT] = judges && asks == ASKS_WHAT;
    s[SHAPE_GROUP_WHY] =
        !stance && asks == ASKS_WHY && (o->all & SIGN(GROUP)) != 0;
    s[SHAPE_HARM_WHAT] =
        !stance && asks == ASKS_WHAT && (y->early & SIGN(HARM)) != 0;
    s[SHAPE_REDIRECT_HOW] =
        !stance && asks == ASKS_HOW && (o->all & SIGN(REDIRECT)) != 0;
}

static void add_shape(const struct refusal_text *t, const struct tally *y,
                      struct refusal_features *o)
{
    float *s = &o->f[(int)REFUSAL_SIGNS * (int)REFUSAL_PLACES];
    float n = t->nsentences > 0 ? (float)t->nsentences : 1;
    float words = t->ntokens > 0 ? (float)t->ntokens : 1;
    float plain = (float)y->plain / n;
    bool stance = (y->early & STANCE) != 0, judges = (y->early & JUDGES) != 0;
    bool offers = (o->all & OFFERS) != 0, unable = (y->early & UNABLE) != 0;
    bool list = t->nitems >= 3;

    s[SHAPE_BIAS] = 1;
    s[SHAPE_LENGTH] = fminf(logf(1 + (float)(t->len - t->start)) / 8, 1);
    s[SHAPE_ITEMS] = fminf((float)t->nitems / 6, 1);
    s[SHAPE_LIST] = list;
    s[SHAPE_CODE] = t->nfences > 0;
    s[SHAPE_NUMBERS] = fminf((float)t->nnumbers * 5 / words, 1);
    s[SHAPE_ONE] = t->nsentences == 1;
    s[SHAPE_FEW] = t->nsentences == 2 || t->nsentences == 3;
    s[SHAPE_PREACHY] = (float)y->preachy / n;
    s[SHAPE_PLAIN] = plain;
    s[SHAPE_STANCE] = stance;
    s[SHAPE_LATE] = !stance && y->stances > 0;
    s[SHAPE_STANCES] = fminf((float)y->stances / 4, 1);
    s[SHAPE_STANCE_LIST] = stance && list;
    s[SHAPE_STANCE_PLAIN] = stance ? plain : 0;
    s[SHAPE_STANCE_OFFER] = stance && offers;
    s[SHAPE_STANCE_LONG] = stance && t->len - t->start > 700;
    s[SHAPE_STANCE_FACT] = stance && (o->all & FACTS) != 0;
    s[SHAPE_MORAL_ALONE] = judges && !stance;
    s[SHAPE_MORAL_PLAIN] = judges && !stance ? plain : 0;
    s[SHAPE_MORAL_OFFER] = judges && !stance && offers;
    s[SHAPE_UNABLE_OFFER] = unable && offers;
    s[SHAPE_UNABLE_ALONE] = unable && !offers;
    s[SHAPE_QUESTION] =
        t->nsentences > 0 && t->sentences[t->nsentences - 1].question;
    s[SHAPE_FOREIGN] =
        t->nwide > 12 || (t->ntokens >= 6 && t->nenglish * 8 < t->ntokens);
}

void refusal_features_of(const char *prompt, const struct refusal_text *t,
                         struct refusal_features *out)
{
    struct tally y = {0, 0, 0, 0};
    struct stems stems;
    float *shape = &out->f[(int)REFUSAL_SIGNS * (int)REFUSAL_PLACES];
    size_t i;

    memset(out, 0, sizeof(*out));
    for (i = 0; i < t->nsentences; i++) {
        out->signs[i] = refusal_signs_of(t, i);
        out->all |= out->signs[i];
        if (i < 3)
            y.early |= out->signs[i];
        y.stances += (out->signs[i] & STANCE) != 0;
        y.plain += out->signs[i] == 0;
        y.preachy += (out->signs[i] & PREACHY) != 0;
        add_signs(out, i, i + 1 == t->nsentences);
    }
    add_shape(t, &y, out);
    add_asked(asks_of(prompt), &y, out);
    read_stems(prompt, &stems);
    add_words(t, &stems, (y.early & STANCE) != 0, out);
    if (t->nsentences > 0)
        shape[SHAPE_OVERLAP] = overlap(&stems, t, t->sentences[0].ntokens);
    shape[SHAPE_ECHO] = overlap(&stems, t, t->ntokens);
}

void refusal_feature_name(int i, char *out, size_t size)
{
    static const char *const places[] = {"first", "early", "rest", "last"};
    static const char *const shapes[] = {
        "bias",         "length",       "items",       "list",
        "code",         "numbers",      "one",         "few",
        "preachy",      "plain",        "overlap",     "echo",
        "stance",       "late",         "stances",     "stance*list",
        "stance*plain", "stance*offer", "stance*long", "stance*fact",
        "moral-alone",  "moral*plain",  "moral*offer", "unable*offer",
        "unable-alone", "question",     "foreign",     "names",
        "past",         "known",        "known-first", "stance*other",
        "how",          "why",          "moral*how",   "moral*why",
        "moral*what",   "group*why",    "harm*what",   "redirect*how"};
    int nsigns = (int)REFUSAL_SIGNS * (int)REFUSAL_PLACES;

    if (i >= nsigns + (int)REFUSAL_SHAPES)
        snprintf(out, size, "sense %d", i - nsigns - (int)REFUSAL_SHAPES);
    else if (i >= nsigns)
        snprintf(out, size, "%s", shapes[i - nsigns]);
    else
        snprintf(out, size, "%s@%s",
                 refusal_sign_name((enum refusal_sign)(i / REFUSAL_PLACES)),
                 places[i % REFUSAL_PLACES]);
}
