/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guards whose chat template the server applies: the turns go out bare,
 * and what the template wants beside them as `chat_template_kwargs` (vLLM and
 * llama-server take it) or, at Ollama, as the system turn that its ports of
 * these models read.
 *
 * Sources: the model cards of meta-llama/Llama-Guard-3-8B and
 * Llama-Guard-4-12B, Qwen/Qwen3Guard-Gen-8B, google/shieldgemma-9b and
 * ibm-granite/granite-guardian-3.1 to 3.3.
 */
#include "agent/guard_formats.h"
#include "base/str.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TOP_LOGPROBS 20

static void set_verdict(struct guard_verdict *out, bool answered,
                        enum verdict v)
{
    if (answered)
        out->answer = v;
    else
        out->prompt = v;
}

/* --- Llama Guard: "safe", or "unsafe" and a line of codes --- */

int llamaguard_ask(unsigned part, const char *prompt, const char *answer,
                   struct call *call, struct err *err)
{
    (void)part;
    return guard_chat(prompt, answer, 32, TOP_LOGPROBS, call, err);
}

/* "S1,S9" to "S1 Violent Crimes, S9 Indiscriminate Weapons". */
static int name_hazards(const char *line, size_t len, char *out, size_t size)
{
    static const char *const hazards[] = {"Violent Crimes",
                                          "Non-Violent Crimes",
                                          "Sex-Related Crimes",
                                          "Child Sexual Exploitation",
                                          "Defamation",
                                          "Specialized Advice",
                                          "Privacy",
                                          "Intellectual Property",
                                          "Indiscriminate Weapons",
                                          "Hate",
                                          "Suicide & Self-Harm",
                                          "Sexual Content",
                                          "Elections",
                                          "Code Interpreter Abuse"};
    const char *end = line + len;
    size_t used = 0;
    unsigned long code;
    char *next;

    while (line < end) {
        if (*line != 'S' || !isdigit((unsigned char)line[1]))
            return -1;
        code = strtoul(line + 1, &next, 10);
        if (code < 1 || code > sizeof(hazards) / sizeof(*hazards))
            return -1;
        if (used < size)
            used +=
                (size_t)snprintf(out + used, size - used, "%sS%lu %s",
                                 used > 0 ? ", " : "", code, hazards[code - 1]);
        line = next;
        line += strspn(line, ", ");
    }
    return 0;
}

int llamaguard_hear(const struct guard *g, const struct reply *reply,
                    bool answered, struct guard_verdict *out, struct err *err)
{
    const char *at = reply->text, *line = "";
    size_t len = 0;
    bool harm;

    guard_line(&at, &line, &len);
    harm = guard_word(line, len, "unsafe");
    if (!harm && !guard_word(line, len, "safe"))
        return err_set(err, "the first line is neither safe nor unsafe");
    if (guard_line(&at, &line, &len) &&
        (!harm ||
         name_hazards(line, len, out->category, sizeof(out->category)) != 0))
        return err_set(err, "the second line is no list of S1 to S14");
    if (guard_line(&at, &line, &len))
        return err_set(err, "there are more lines than verdict and codes");
    out->score = guard_odds(reply, "unsafe", "safe");
    set_verdict(out, answered, guard_grade(g, harm, out->score));
    return 0;
}

/* --- Qwen3Guard: labelled lines and three tiers --- */

int qwenguard_ask(unsigned part, const char *prompt, const char *answer,
                  struct call *call, struct err *err)
{
    (void)part;
    return guard_chat(prompt, answer, 128, 0, call, err);
}

/* The value of "LABEL: value" when the line is that. */
static const char *labelled(const char *line, size_t *len, const char *label)
{
    size_t n = strlen(label);

    if (*len <= n || strncasecmp(line, label, n) != 0 || line[n] != ':')
        return NULL;
    line += n + 1;
    *len -= n + 1;
    while (*len > 0 && *line == ' ') {
        line++;
        --*len;
    }
    return line;
}

static int read_tier(const char *word, size_t len)
{
    return guard_word(word, len, "Safe")            ? VERDICT_HARMLESS
           : guard_word(word, len, "Controversial") ? VERDICT_CONTROVERSIAL
           : guard_word(word, len, "Unsafe")        ? VERDICT_HARMFUL
                                                    : VERDICT_ABSTAIN;
}

int qwenguard_hear(const struct guard *g, const struct reply *reply,
                   bool answered, struct guard_verdict *out, struct err *err)
{
    const char *at = reply->text, *line, *value;
    int tier = VERDICT_ABSTAIN, seen = 0;
    size_t len, n;

    (void)g;
    while (guard_line(&at, &line, &len)) {
        n = len;
        if ((value = labelled(line, &n, "Safety")) != NULL) {
            tier = read_tier(value, n);
            seen++;
        }
        n = len;
        if ((value = labelled(line, &n, "Categories")) != NULL &&
            !guard_word(value, n, "None"))
            snprintf(out->category, sizeof(out->category), "%.*s",
                     (int)(n < sizeof(out->category) ? n : 0), value);
        n = len;
        if ((value = labelled(line, &n, "Refusal")) != NULL && answered)
            out->refused = guard_word(value, n, "Yes")  ? 1
                           : guard_word(value, n, "No") ? 0
                                                        : -1;
    }
    if (seen != 1 || tier == VERDICT_ABSTAIN)
        return err_set(err, "there is no single line \"Safety: Safe\", "
                            "Controversial or Unsafe");
    set_verdict(out, answered, (enum verdict)tier);
    return 0;
}

/* --- ShieldGemma: one guideline a call, Yes is a violation --- */

/* Ours, in the form that its template wants. */
static const char *const guidelines[SHIELDGEMMA_PARTS][2] = {
    {"{\"guideline\":\"\\\"No Dangerous Content\\\": The text shall not help "
     "anybody to hurt themselves or others, to build or obtain weapons, or "
     "to commit a serious crime, and shall not ask for such help.\"}",
     "No Dangerous Content"},
    {"{\"guideline\":\"\\\"No Harassment\\\": The text shall not threaten, "
     "bully, stalk or intimidate a person, and shall not ask for help with "
     "that.\"}",
     "No Harassment"},
    {"{\"guideline\":\"\\\"No Hate Speech\\\": The text shall not demean or "
     "attack people for what they are, such as their origin, religion, sex, "
     "orientation or disability, and shall not ask for such words.\"}",
     "No Hate Speech"},
    {"{\"guideline\":\"\\\"No Sexually Explicit Information\\\": The text "
     "shall not hold or ask for explicit descriptions of sexual acts. "
     "Medical, scientific and educational words are no violation.\"}",
     "No Sexually Explicit Information"},
};

int shieldgemma_ask(unsigned part, const char *prompt, const char *answer,
                    struct call *call, struct err *err)
{
    call->template_kwargs = guidelines[part][0];
    return guard_chat(prompt, answer, 4, TOP_LOGPROBS, call, err);
}

/* The answer's first word: 1 yes, 0 no, -1 another. */
static int yes_or_no(const char *text)
{
    size_t n;

    text += strspn(text, " \t\r\n");
    n = strspn(text, "YESNOyesno");
    if (isalnum((unsigned char)text[n]))
        return -1;
    return guard_word(text, n, "yes") ? 1 : guard_word(text, n, "no") ? 0 : -1;
}

int shieldgemma_hear(const struct guard *g, const struct reply *reply,
                     bool answered, struct guard_verdict *out, struct err *err)
{
    int yes = yes_or_no(reply->text);

    if (yes < 0)
        return err_set(err, "the first word is neither Yes nor No");
    out->score = guard_odds(reply, "yes", "no");
    set_verdict(out, answered, guard_grade(g, yes == 1, out->score));
    return 0;
}

/* --- Granite Guardian: Yes or No, in several dresses --- */

int granite_ask(unsigned part, const char *prompt, const char *answer,
                struct call *call, struct err *err)
{
    (void)part;
    /* 3.0 to 3.2 call it risk_name, 3.3 criteria_id. */
    call->template_kwargs = "{\"guardian_config\":{\"risk_name\":\"harm\","
                            "\"criteria_id\":\"harm\"},\"think\":false}";
    if (call->model->dialect == DIALECT_OLLAMA &&
        call_add(call, ROLE_SYSTEM, "harm", err) != 0)
        return -1;
    return guard_chat(prompt, answer, 32, TOP_LOGPROBS, call, err);
}

/* <confidence> Low </confidence>: the guard itself is not sure. */
static bool not_sure(const char *text)
{
    const char *tag = strcasestr(text, "<confidence>");

    if (tag == NULL)
        return false;
    tag += strlen("<confidence>");
    tag += strspn(tag, " \t\r\n");
    return strncasecmp(tag, "low", 3) == 0;
}

int granite_hear(const struct guard *g, const struct reply *reply,
                 bool answered, struct guard_verdict *out, struct err *err)
{
    const char *text = strcasestr(reply->text, "<score>");
    enum verdict v;
    int yes;

    text = text != NULL ? text + strlen("<score>") : reply->text;
    yes = yes_or_no(text);
    if (yes < 0)
        return err_set(err, "there is neither <score> yes or no, nor Yes or No "
                            "at the beginning");
    out->score = guard_odds(reply, "yes", "no");
    v = guard_grade(g, yes == 1, out->score);
    if (not_sure(reply->text))
        v = VERDICT_CONTROVERSIAL;
    if (yes == 1)
        snprintf(out->category, sizeof(out->category), "harm");
    set_verdict(out, answered, v);
    return 0;
}
