/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * No randomness and no memory: the same prompt gets the same verdict from a
 * judge whoever asks and however often.  The prompt is only ever read by the
 * lexicon, so an instruction inside it has nothing to steer.
 */
#include "builtin/judge.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

/* The least `harm` for each verdict. */
static const struct {
    double controversial, harmful;
} limits[] = {
    [JUDGE_STRICT] = {0.095, 0.50},
    [JUDGE_MODERATE] = {0.155, 0.55},
    [JUDGE_PERMISSIVE] = {0.30, 0.72},
};

static void reason(const struct lexicon_reading *r, const char *tail,
                   struct str *out)
{
    char why[sizeof(r->why)];

    memcpy(why, r->why, sizeof(why));
    if (why[0] >= 'a' && why[0] <= 'z')
        why[0] = (char)(why[0] - 'a' + 'A');
    str_addf(out, "%s%s.", why, tail);
}

void builtin_judge(const struct lexicon *lex, enum builtin_strictness how,
                   const struct talk *talk, struct str *out)
{
    struct lexicon_reading r;
    const char *verdict;
    struct str why;

    lexicon_read_talk(lex, talk, &r);
    str_init(&why, 1024);
    if (r.harm >= limits[how].harmful) {
        verdict = "harmful";
        reason(&r, "; a full answer would help with that", &why);
    } else if (r.harm >= limits[how].controversial) {
        verdict = "controversial";
        reason(&r, ", so opinions may differ", &why);
    } else {
        verdict = "harmless";
        reason(&r,
               r.harm >= limits[JUDGE_STRICT].controversial
                   ? ", but no harm is asked for"
                   : "",
               &why);
    }
    str_adds(out, "{\"reason\":");
    json_quote(why.s, why.len, out);
    str_addf(out, ",\"verdict\":\"%s\"}", verdict);
    str_release(&why);
}
