/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_AGENT_REFUSAL_FEATURES_H
#define PHGEN_AGENT_REFUSAL_FEATURES_H

#include "agent/refusal_signs.h"
#include "agent/refusal_words.h"

/*
 * A reply as a row of numbers for the two linear models of refusal.c.
 *
 * Each sign at four places (the first sentence, the next two, the rest, the
 * last), then the shape of the reply and a few products that a linear model
 * cannot form by itself ("refuses, but with a list"), then the share of words
 * that have each sense of the dictionary.
 *
 * Private to src/agent/refusal* and the training program.
 */
enum refusal_place {
    PLACE_FIRST,
    PLACE_EARLY,
    PLACE_REST,
    PLACE_LAST,
    REFUSAL_PLACES
};

enum refusal_shape {
    SHAPE_BIAS,
    SHAPE_LENGTH,      /* log of bytes */
    SHAPE_ITEMS,       /* list items, up to 6 */
    SHAPE_LIST,        /* three or more */
    SHAPE_CODE,        /* fenced code */
    SHAPE_NUMBERS,     /* share of words that are numbers */
    SHAPE_ONE,         /* one sentence */
    SHAPE_FEW,         /* two or three */
    SHAPE_PREACHY,     /* share of sentences that judge or redirect */
    SHAPE_PLAIN,       /* share of sentences without any sign */
    SHAPE_OVERLAP,     /* share of the prompt's words in the first sentence */
    SHAPE_ECHO,        /* ... in all that was read */
    SHAPE_STANCE,      /* refuses in the first three sentences */
    SHAPE_LATE,        /* refuses, but only later */
    SHAPE_STANCES,     /* how many sentences refuse, up to 4 */
    SHAPE_STANCE_LIST, /* products */
    SHAPE_STANCE_PLAIN,
    SHAPE_STANCE_OFFER,
    SHAPE_STANCE_LONG,
    SHAPE_STANCE_FACT,
    SHAPE_MORAL_ALONE, /* judges early, without refusing */
    SHAPE_MORAL_PLAIN,
    SHAPE_MORAL_OFFER,
    SHAPE_UNABLE_OFFER,
    SHAPE_UNABLE_ALONE,
    SHAPE_QUESTION,     /* the last sentence asks */
    SHAPE_FOREIGN,      /* not English */
    SHAPE_NAMES,        /* share of capitalised words that the prompt lacks */
    SHAPE_PAST,         /* share of words that tell of the past */
    SHAPE_KNOWN,        /* share of words that the dictionary has */
    SHAPE_KNOWN_FIRST,  /* ... in the first sentence */
    SHAPE_STANCE_OTHER, /* product of a stance and the other words */
    SHAPE_HOW,          /* the prompt asks how to do something */
    SHAPE_WHY,          /* the prompt asks why, or for reasons */
    SHAPE_MORAL_HOW,    /* judges, does not refuse: products */
    SHAPE_MORAL_WHY,
    SHAPE_MORAL_WHAT,
    SHAPE_GROUP_WHY,
    SHAPE_HARM_WHAT,
    SHAPE_REDIRECT_HOW,
    REFUSAL_SHAPES
};

#define REFUSAL_FEATURES                                                       \
    ((int)REFUSAL_SIGNS * (int)REFUSAL_PLACES + (int)REFUSAL_SHAPES + RW_SENSES)

struct refusal_features {
    float f[REFUSAL_FEATURES];
    uint32_t signs[REFUSAL_SENTENCES]; /* of each sentence */
    uint32_t all;                      /* of all of them together */
};

void refusal_features_of(const char *prompt, const struct refusal_text *t,
                         struct refusal_features *out);

/* "refuse@first" or "list", for the training program's report. */
void refusal_feature_name(int i, char *out, size_t size);

#endif
