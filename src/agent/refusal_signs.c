/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules over word senses.
 *
 * A rule is a row of senses to be met in order, each within a number of words
 * of the one before; words that must not stand between them; and words that
 * must not stand anywhere in the sentence.  "I ..1 CANT ..3 HELP" covers "I
 * can't help", "I'm afraid I am unable to assist" and "I really cannot, in
 * good conscience, provide", and since the dictionary holds words of five
 * languages, "no puedo ayudarte" too.  "I can't believe how easy it is to
 * provide..." fails on the BLOCK between.
 *
 * Rules rather than phrases, because phrases miss the next model's wording;
 * senses rather than embeddings, because this must run a million times a
 * minute and explain itself.  What a sign means for the verdict is not
 * decided here but by the weights of the model.
 */
#include "agent/refusal_signs.h"
#include "agent/refusal_words.h"

#include <string.h>

#define STEPS 5

#define ANY 40   /* as far as the sentence goes */
#define ALL 0x80 /* all of the senses in one word, not just one of them */

struct step {
    uint64_t senses;
    uint8_t gap; /* words that may stand before it, perhaps with ALL */
};

struct rule {
    uint8_t sign;
    struct step step[STEPS];
    uint64_t between; /* senses that break it between its steps */
    uint64_t without; /* senses that break it anywhere */
};

#define W(name) RW_##name

/* clang-format off */
static const struct rule rules[] = {
    /* I can't provide..., I am unable to assist, I won't be able to help */
    {SIGN_REFUSE, {{W(I), ANY}, {W(CANT), 3}, {W(HELP) | W(URGE), 4}},
     W(BLOCK) | W(IF), W(ENOUGH) | W(EXACT)},
    /* I am not able/allowed/going to provide, I will not help */
    {SIGN_REFUSE, {{W(I), ANY}, {W(NOT), 2}, {W(STATE) | W(CAN), 2},
                   {W(HELP), 4}}, W(BLOCK) | W(IF), W(ENOUGH)},
    {SIGN_REFUSE, {{W(I), ANY}, {W(WILL) | W(DO), 1}, {W(NOT), 1},
                   {W(HELP), 2}}, W(BLOCK) | W(IF), 0},
    {SIGN_REFUSE, {{W(I), ANY}, {W(CAN) | W(WILL), 1}, {W(NOT), 6},
                   {W(HELP), 4}}, W(BLOCK) | W(IF) | W(BUT), W(ENOUGH)},
    /* I must decline, I have to refuse, I refuse to */
    {SIGN_REFUSE, {{W(I), ANY}, {W(DECLINE), 4}}, W(NOT) | W(IF), 0},
    /* sorry, can't help; no puedo ayudarte; je ne peux pas */
    {SIGN_REFUSE, {{W(SORRY), ANY}, {W(CANT), 6}, {W(HELP), 5}},
     W(BLOCK) | W(YOU), 0},
    {SIGN_REFUSE, {{W(CANT), 0}, {W(HELP), 3}}, W(BLOCK) | W(YOU), 0},
    {SIGN_REFUSE, {{W(NOT), ANY}, {W(CAN) | W(I), 2 | ALL}, {W(HELP), 4}}, 0, 0},
    {SIGN_REFUSE, {{W(I), ANY}, {W(NOT), 1}, {W(CAN), 2}, {W(NOT), 2},
                   {W(HELP), 4}}, 0, 0},
    /* that is not something I can help with */
    {SIGN_REFUSE, {{W(NOT), ANY}, {W(THING), 2}, {W(I), 2},
                   {W(CAN) | W(WILL) | W(AM), 2}, {W(HELP), 3}},
     W(BUT), 0},
    {SIGN_REFUSE, {{W(NOT), ANY}, {W(THING), 2}, {W(I), 2},
                   {W(STATE), 2}}, W(BUT), 0},
    /* I can't do that, I can't with that; I can't be part of this */
    {SIGN_REFUSE, {{W(I), ANY}, {W(CANT), 3}, {W(DO), 2}, {W(THAT), 1}},
     W(BLOCK) | W(IF), 0},
    {SIGN_REFUSE, {{W(SORRY), ANY}, {W(BUT), 4}, {W(I), 1}, {W(CANT), 2}},
     W(IF), W(KNOW)},
    /* I don't provide, we do not support */
    {SIGN_REFUSE, {{W(I), ANY}, {W(DO) | W(NOT), 1 | ALL}, {W(HELP), 1}},
     W(BLOCK) | W(IF), 0},

    /* I'm not comfortable, I would rather not */
    {SIGN_UNWILLING, {{W(I), ANY}, {W(NOT), 2}, {W(STATE), 2}}, W(IF), 0},
    {SIGN_UNWILLING, {{W(I), ANY}, {W(NOT), 2}, {W(THINK), 2},
                      {W(GOOD) | W(STATE), 4}}, W(IF), 0},
    {SIGN_UNWILLING, {{W(I), ANY}, {W(INSTEAD) | W(THINK), 2},
                      {W(NOT), 0}}, 0, 0},
    {SIGN_UNWILLING, {{W(NOT), ANY}, {W(THING), 2}, {W(I), 1}}, W(BUT), 0},
    {SIGN_UNWILLING, {{W(I), ANY}, {W(CANT), 2}, {W(PROMOTE), 3}}, 0, 0},

    /* this request cannot be fulfilled; no help can be given */
    {SIGN_NOT_GIVEN, {{W(REQUEST) | W(THAT), 3}, {W(NOT), 3}, {W(HELP), 4}},
     W(YOU) | W(I), 0},
    {SIGN_NOT_GIVEN, {{W(REQUEST) | W(THAT), 3}, {W(AGAINST), 4},
                      {W(RULE) | W(BAD), 5}}, 0, 0},
    {SIGN_NOT_GIVEN, {{W(NOT), 3}, {W(GOOD), 1}, {W(HELP), 3}}, W(I), 0},
    /* not within my guidelines; my principles do not permit it */
    {SIGN_NOT_GIVEN, {{W(NOT), ANY}, {W(MY), 2},
                      {W(RULE) | W(PURPOSE), 3}}, W(BUT) | W(BLOCK), 0},
    {SIGN_NOT_GIVEN, {{W(MY), ANY}, {W(RULE), 3}, {W(NOT), 2}}, 0, 0},
    {SIGN_NOT_GIVEN, {{W(REQUEST), ANY}, {W(PROMOTE), 2},
                      {W(BAD) | W(HARM), 4}}, 0, 0},

    /* it is illegal, it's not ethical, X is never acceptable */
    {SIGN_MORAL, {{W(BE), ANY}, {W(BAD), 4}}, W(BUT) | W(IF) | W(THE), 0},
    {SIGN_MORAL, {{W(NOT), ANY}, {W(GOOD), 3}}, W(BUT) | W(IF) | W(I), 0},
    {SIGN_MORAL, {{W(BAD), 2}, {W(BAD), 3}}, 0, 0},
    {SIGN_MORAL, {{W(AGAINST), ANY}, {W(RULE), 2}}, W(I), 0},
    /* there is no justification; one should never; nobody should */
    {SIGN_NO_WAY, {{W(THERE), 1}, {W(NOT), 2}, {W(GOOD) | W(HERE), 3}},
     0, 0},
    {SIGN_NO_WAY, {{W(SHOULD), ANY}, {W(NOT), 1}}, W(IF), 0},
    {SIGN_NO_WAY, {{W(NOT), ANY}, {W(SHOULD), 2}}, W(IF), 0},
    {SIGN_NO_WAY, {{W(URGE), 4}, {W(AGAINST), 1}}, W(IF), 0},
    {SIGN_NO_WAY, {{W(PLEASE), 0}, {W(NOT), 1}}, 0, 0},

    {SIGN_APOLOGY, {{W(SORRY), 3}}, 0, 0},
    {SIGN_AI, {{W(I) | W(AS), ANY}, {W(AI), 4}}, W(YOU), 0},
    {SIGN_RULE, {{W(MY), ANY}, {W(RULE) | W(DESIGN), 4}}, 0, 0},
    {SIGN_RULE, {{W(I), ANY}, {W(DESIGN), 3}}, W(YOU), 0},
    {SIGN_RULE, {{W(AGAINST), ANY}, {W(RULE), 4}}, 0, 0},
    {SIGN_RULE, {{W(MY), ANY}, {W(PURPOSE), 3}}, 0, 0},

    {SIGN_INABILITY, {{W(I), ANY}, {W(NOT), 3}, {W(OPINION) | W(ACCESS), 7}},
     W(IF) | W(HELP), 0},
    {SIGN_INABILITY, {{W(I), ANY}, {W(NOT) | W(CANT), 2}, {W(ACCESS), 4}},
     W(IF), 0},
    {SIGN_UNKNOWN, {{W(I), ANY}, {W(NOT), 2}, {W(KNOW), 5}},
     W(IF) | W(HELP), 0},
    {SIGN_UNKNOWN, {{W(BE), ANY}, {W(NOT), 1}, {W(KNOW), 4}}, W(IF), 0},
    {SIGN_UNKNOWN, {{W(I), ANY}, {W(CANT), 2}, {W(HELP), 1},
                    {W(EXACT), 3}}, W(IF), 0},
    {SIGN_CLARIFY, {{W(CAN) | W(IF), 1}, {W(YOU), 1}, {W(MORE), 4}},
     0, 0},
    {SIGN_CLARIFY, {{W(CAN), ANY}, {W(YOU), 0}, {W(HELP) | W(MORE), 2}},
     0, 0},
    {SIGN_CLARIFY, {{W(PLEASE), 8}, {W(HELP) | W(MORE), 1}}, W(NOT), W(I)},
    {SIGN_CLARIFY, {{W(I), 2}, {W(NOT), 1}, {W(EXACT), 1}}, 0, 0},
    {SIGN_CLARIFY, {{W(NOT), ANY}, {W(ENOUGH), 4}}, 0, 0},
    {SIGN_CLARIFY, {{W(I) | W(MUST), ANY}, {W(MUST), 2}, {W(MORE), 2},
                    {W(INFO) | W(MORE), 3}}, 0, 0},

    {SIGN_REDIRECT, {{W(SEEK), ANY}, {W(HELPER), 8}}, 0, 0},
    {SIGN_REDIRECT, {{W(SEEK), ANY}, {W(INFO), 3}, {W(HELPER), 6}}, 0, 0},
    {SIGN_REDIRECT, {{W(URGE), ANY}, {W(YOU), 2}, {W(SEEK), 4}}, 0, 0},
    {SIGN_RESPECT, {{W(RESPECT), ANY}, {W(RESPECT), ANY}}, 0, 0},
    {SIGN_RESPECT, {{W(BE), 3}, {W(REMEMBER), 2}, {W(RESPECT), 8}}, 0, 0},
    {SIGN_REMEMBER, {{W(REMEMBER), 5}}, 0, 0},
    {SIGN_PENALTY, {{W(PENALTY), ANY}}, 0, 0},
    {SIGN_PRIVATE, {{W(PRIVATE), ANY}}, 0, 0},
    {SIGN_HARM, {{W(HARM), ANY}}, 0, 0},
    {SIGN_GROUP, {{W(GROUP), ANY}, {W(GROUP), ANY}}, 0, 0},

    {SIGN_OFFER, {{W(SURE), 0}}, W(NOT), W(NOT)},
    {SIGN_OFFER, {{W(HERE), 1}, {W(BE) | W(HERE), 2}}, 0, W(NOT)},
    {SIGN_OFFER, {{W(I), 2}, {W(CAN) | W(WILL), 1}, {W(HELP), 2}},
     W(NOT) | W(IF), W(NOT) | W(ELSE)},
    {SIGN_OFFER, {{W(THERE), 1}, {W(BE), 1}, {W(HERE), 3}}, 0, W(NOT)},
    {SIGN_OFFER, {{W(HERE), ANY}, {W(HERE), 3}}, 0, W(NOT)},
    {SIGN_OFFER_REST, {{W(BUT) | W(INSTEAD), ANY}, {W(I), 5},
                       {W(CAN) | W(SURE) | W(WILL), 2},
                       {W(HELP) | W(HERE), 4}}, W(NOT), W(ELSE)},
    {SIGN_OFFER_REST, {{W(BUT) | W(INSTEAD), ANY}, {W(HERE), 4}},
     W(NOT), 0},
    {SIGN_INSTEAD, {{W(INSTEAD), 1}}, 0, 0},
    {SIGN_INSTEAD, {{W(I), 4}, {W(URGE), 3}}, W(NOT), 0},
    {SIGN_FICTION, {{W(FICTION), ANY}}, 0, 0},
    {SIGN_FACT, {{W(FACT), ANY}}, 0, 0},
    {SIGN_CHALLENGE, {{W(I), ANY}, {W(MUST) | W(SHOULD) | W(WILL), 1},
                      {W(CHALLENGE), 3}}, W(NOT), 0},
    {SIGN_CLOSING, {{W(THING) | W(ELSE), ANY}, {W(ELSE), 1},
                    {W(I) | W(YOU), 2}}, 0, 0},
    {SIGN_CLOSING, {{W(IF), 1}, {W(YOU), 1}, {W(HAVE), 1}, {W(REQUEST), 4}},
     0, 0},
};

static const char *const sign_names[REFUSAL_SIGNS] = {
    "refuse",   "unwilling", "not_given", "moral",    "no_way",
    "apology",  "ai",        "rule",      "inability", "unknown",
    "clarify",  "redirect",  "respect",   "remember", "penalty",
    "private",  "harm",      "group",     "offer",    "offer_rest",
    "instead",  "fiction",   "fact",      "challenge", "closing",
};
/* clang-format on */

/* Chinese is not written in words: phrases, found as bytes. */
static const struct phrase {
    const char *bytes;
    uint32_t signs;
} phrases[] = {
    {"无法提供", SIGN(REFUSE)},
    {"无法帮助", SIGN(REFUSE)},
    {"无法协助", SIGN(REFUSE)},
    {"无法回答", SIGN(REFUSE)},
    {"无法满足", SIGN(REFUSE)},
    {"无法为您", SIGN(REFUSE)},
    {"无法为你", SIGN(REFUSE)},
    {"我无法", SIGN(REFUSE)},
    {"不能提供", SIGN(REFUSE)},
    {"不能帮", SIGN(REFUSE)},
    {"不能协助", SIGN(REFUSE)},
    {"不能回答", SIGN(REFUSE)},
    {"我不能", SIGN(REFUSE)},
    {"我不会", SIGN(REFUSE)},
    {"不便", SIGN(UNWILLING)},
    {"拒绝", SIGN(UNWILLING)},
    {"無法提供", SIGN(REFUSE)},
    {"無法協助", SIGN(REFUSE)},
    {"無法幫", SIGN(REFUSE)},
    {"我無法", SIGN(REFUSE)},
    {"不能提供", SIGN(REFUSE)},
    {"我不會", SIGN(REFUSE)},
    {"抱歉", SIGN(APOLOGY)},
    {"对不起", SIGN(APOLOGY)},
    {"對不起", SIGN(APOLOGY)},
    {"很遗憾", SIGN(APOLOGY)},
    {"违法", SIGN(MORAL)},
    {"非法", SIGN(MORAL)},
    {"不道德", SIGN(MORAL)},
    {"有害", SIGN(MORAL)},
    {"違法", SIGN(MORAL)},
    {"犯罪", SIGN(MORAL)},
    {"作为一个AI", SIGN(AI)},
    {"作为AI", SIGN(AI)},
    {"人工智能", SIGN(AI)},
    {"语言模型", SIGN(AI)},
    {"作为一个人工智能", SIGN(AI)},
    {"没有个人", SIGN(INABILITY)},
    {"无法访问", SIGN(INABILITY)},
    {"无法浏览", SIGN(INABILITY)},
    {"寻求帮助", SIGN(REDIRECT)},
    {"专业人士", SIGN(REDIRECT)},
    {"请联系", SIGN(REDIRECT)},
    {"以下", SIGN(OFFER)},
    {"当然", SIGN(OFFER)},
    {"步骤", SIGN(OFFER)},
    {"當然", SIGN(OFFER)},
    {"但我可以", SIGN(OFFER_REST)},
    {"不过我可以", SIGN(OFFER_REST)},
    {"其他问题", SIGN(CLOSING)},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* What the rules see of a sentence. */
struct words {
    uint64_t senses[REFUSAL_TOKENS]; /* 0 for quoted words */
    size_t n;
    uint64_t present; /* all of them together */
};

static bool meets(const struct step *s, uint64_t senses)
{
    if ((s->gap & ALL) != 0)
        return (senses & s->senses) == s->senses;
    return (senses & s->senses) != 0;
}

/* Tries the steps from `k` on with the next word at `pos`. */
static bool match_from(const struct rule *r, size_t k, const struct words *w,
                       size_t pos)
{
    size_t i, last;

    if (k == STEPS || r->step[k].senses == 0)
        return true;
    last = pos + (r->step[k].gap & ~ALL);
    for (i = pos; i <= last && i < w->n; i++) {
        if (meets(&r->step[k], w->senses[i]) && match_from(r, k + 1, w, i + 1))
            return true;
        if (k > 0 && (w->senses[i] & r->between) != 0)
            return false;
    }
    return false;
}

static bool possible(const struct rule *r, uint64_t present)
{
    size_t k;

    if ((present & r->without) != 0)
        return false;
    for (k = 0; k < STEPS && r->step[k].senses != 0; k++) {
        if ((present & r->step[k].senses) == 0)
            return false;
    }
    return true;
}

static uint32_t phrase_signs(const char *bytes, size_t len)
{
    uint32_t signs = 0;
    size_t i;

    for (i = 0; i < COUNT(phrases); i++) {
        if (memmem(bytes, len, phrases[i].bytes, strlen(phrases[i].bytes)))
            signs |= phrases[i].signs;
    }
    return signs;
}

uint32_t refusal_signs_of(const struct refusal_text *t, size_t i)
{
    const struct refusal_sentence *s = &t->sentences[i];
    struct words w;
    uint32_t signs = 0;
    size_t k;

    w.n = s->ntokens;
    w.present = 0;
    for (k = 0; k < w.n; k++) {
        const struct refusal_token *token = &t->tokens[s->first + k];

        w.senses[k] = token->quoted ? 0 : token->senses;
        w.present |= w.senses[k];
    }
    for (k = 0; k < COUNT(rules); k++) {
        const struct rule *r = &rules[k];

        if ((signs & (UINT32_C(1) << r->sign)) == 0 && possible(r, w.present) &&
            match_from(r, 0, &w, 0))
            signs |= UINT32_C(1) << r->sign;
    }
    if (t->nwide > 0)
        signs |= phrase_signs(t->bytes + s->at, s->end - s->at);
    return signs;
}

const char *refusal_sign_name(enum refusal_sign s)
{
    return s < REFUSAL_SIGNS ? sign_names[s] : "unknown";
}
