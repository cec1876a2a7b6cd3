/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which candidate gets which shape depends on seed and number alone, so that
 * a resumed run, and whoever counts rows by shape, finds the same again.
 */
#include "base/shape.h"
#include "base/nearest.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 2^64 / golden ratio */
#define GOLDEN 0x9E3779B97F4A7C15u

static const char *const names[SHAPES + 1] = {
    [SHAPE_QUESTION] = "question", [SHAPE_TASK] = "task", [SHAPE_ROLE] = "role",
    [SHAPE_TURNS] = "multi-turn",  [SHAPE_LONG] = "long", [SHAPES] = NULL,
};

const char *shape_name(enum shape s)
{
    return names[s];
}

int shape_find(const char *name)
{
    int i;

    for (i = 0; i < SHAPES; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

static int no_shape(const char *word, struct err *err)
{
    const char *near = nearest_word(word, names);

    if (near != NULL)
        return err_set(err, "there is no shape \"%.40s\"; did you mean \"%s\"?",
                       word, near);
    return err_set(err,
                   "there is no shape \"%.40s\"; there are question, task, "
                   "role, multi-turn and long",
                   word);
}

/* One NAME=SHARE of `len` bytes. */
static int take_share(const char *text, size_t len, struct shape_mix *mix,
                      struct err *err)
{
    const char *equals = memchr(text, '=', len);
    char word[64], *end;
    double share;
    int shape;

    if (equals == NULL || len >= sizeof(word))
        return err_set(err, "\"%.*s\" is no NAME=SHARE, for example task=0.2",
                       (int)(len < 40 ? len : 40), text);
    memcpy(word, text, len);
    word[len] = '\0';
    word[equals - text] = '\0';
    shape = shape_find(word);
    if (shape < 0)
        return no_shape(word, err);
    if (mix->share[shape] > 0)
        return err_set(err, "\"%s\" is named twice", word);
    share = strtod(word + (equals - text) + 1, &end);
    if (*end != '\0' || end == word + (equals - text) + 1 ||
        !(share >= 0 && share <= 1e6))
        return err_set(err, "the share of \"%s\" must be a number from 0 on",
                       word);
    mix->share[shape] = share;
    return 0;
}

int shape_mix_parse(const char *text, struct shape_mix *mix, struct err *err)
{
    double sum = 0;
    size_t len;
    int i;

    memset(mix, 0, sizeof(*mix));
    for (; *text != '\0'; text += len) {
        len = strcspn(text, ", ");
        if (len > 0 && take_share(text, len, mix, err) != 0)
            return -1;
        len += strspn(text + len, ", ");
    }
    for (i = 0; i < SHAPES; i++)
        sum += mix->share[i];
    return sum > 0 ? 0 : err_set(err, "no shape has a share above 0");
}

enum shape shape_pick(const struct shape_mix *mix, uint64_t seed, uint64_t seq)
{
    struct rng r = rng_for(seed, 0, "shape");
    uint64_t place = rng_u64(&r) + seq * GOLDEN;
    double x, sum = 0;
    int i, last = SHAPE_QUESTION;

    for (i = 0; i < SHAPES; i++)
        sum += mix->share[i];
    x = ldexp((double)(place >> 11), -53) * sum;
    for (i = 0; i < SHAPES; i++) {
        if (mix->share[i] <= 0)
            continue;
        if (x < mix->share[i])
            return (enum shape)i;
        x -= mix->share[i];
        last = i;
    }
    return (enum shape)last; /* by rounding only */
}
