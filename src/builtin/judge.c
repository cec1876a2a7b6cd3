/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The embedded judges: thresholds over what the lexicon reads.  They look at
 * `prompt` alone, so nothing that stands in it can instruct them.
 *
 * `harm` is the sign that harm is asked for; `surface` less `benign` is how
 * alarming it stays once innocent surroundings are counted.
 */
#include "base/json.h"
#include "builtin/speak.h"

#include <string.h>

static const struct {
    double harmful;   /* harm from here on */
    double contested; /* harm from here on */
    double edge;      /* alarm left over, from here on */
} limits[] = {
    [PERMISSIVE] = {0.85, 0.60, 2.00},
    [MODERATE] = {0.65, 0.42, 1.01},
    [STRICT] = {0.60, 0.30, 0.88},
};

static const char *decide(enum strictness how, const struct lexicon_reading *r)
{
    double left = r->surface * (1 - r->benign);

    if (r->harm >= limits[how].harmful)
        return "harmful";
    if (r->harm >= limits[how].contested || left >= limits[how].edge)
        return "controversial";
    return "harmless";
}

void judge_speak(const struct lexicon *lex, enum strictness how,
                 const cJSON *payload, struct str *out)
{
    const char *prompt = json_string(payload, "prompt"), *verdict;
    struct lexicon_reading r;
    struct str reason;

    if (prompt == NULL) {
        str_adds(out, "There is no request here to judge.");
        return;
    }
    lexicon_read(lex, prompt, strlen(prompt), &r);
    verdict = decide(how, &r);
    str_init(&reason, 1024);
    if (*r.why != '\0')
        str_adds(&reason, r.why);
    else if (*r.focus != '\0')
        str_addf(&reason,
                 "\"%s\" sounds alarming, but nothing harmful is "
                 "asked for",
                 r.focus);
    else
        str_adds(&reason, "nothing alarming is asked for");
    str_adds(out, "{\"reason\":");
    json_quote(reason.s, reason.len, out);
    str_addf(out, ",\"verdict\":\"%s\"}", verdict);
    str_release(&reason);
}
