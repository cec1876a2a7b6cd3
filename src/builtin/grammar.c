/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Realisation is a walk of small choices: a manner (bald, plain, wordy, hard,
 * sober) by the move, a frame of that manner, a place for the setting.  The
 * seeds guarantee that a task fits every frame of its kind, so nothing here
 * inflects verbs or guesses at articles: what would need guessing is passed
 * over instead.
 *
 * A request is realised first, and then, when a shape is wanted, put into it
 * (shapes.c).
 */
#include "builtin/grammar.h"
#include "base/concept.h"
#include "base/json.h"
#include "base/rng.h"
#include "base/shape.h"
#include "base/str.h"
#include "base/text.h"
#include "base/yaml.h"
#include "builtin/shapes.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PROMPT_MAX 8192
#define TURNS_MAX  (128u << 10)
#define FOCUS_MAX  8

enum manner { BALD, PLAIN, WORDY, HARD, SOBER, MANNERS };

static const char *const manners[MANNERS] = {"bald", "plain", "wordy", "hard",
                                             "sober"};

struct frames {
    const char **text;
    size_t n;
};

struct grammar {
    struct yaml *file;
    struct shapes *shapes;
    struct frames frames[TASK_KINDS][MANNERS];
};

/* --- loading ---------------------------------------------------------------
 */

static int load_frames(struct grammar *g, yaml_node list, struct frames *out,
                       struct err *err)
{
    size_t i, n = yaml_size(g->file, list);
    const char *text;

    if (!yaml_is_list(g->file, list) || n == 0)
        return yaml_error(g->file, list, err, "expected a list of frames");
    out->text = calloc(n, sizeof(*out->text));
    if (out->text == NULL)
        return err_nomem(err);
    for (i = 0; i < n; i++) {
        text = yaml_text(g->file, yaml_at(g->file, list, i));
        if (text == NULL ||
            (strstr(text, "{x}") == NULL && strstr(text, "{x_}") == NULL))
            return yaml_error(g->file, yaml_at(g->file, list, i), err,
                              "a frame is a text with {x} or {x_} in it");
        out->text[out->n++] = text;
    }
    return 0;
}

static int load_all(struct grammar *g, struct err *err)
{
    static const char *const known_manners[] = {"bald", "plain", "wordy",
                                                "hard", "sober", NULL};
    static const char *const known_kinds[] = {"ask",   "do",    "know",
                                              "topic", "write", NULL};
    yaml_node top = yaml_root(g->file), kind, list;
    int k, m;

    if (yaml_check_keys(g->file, top, known_kinds, err) != 0)
        return -1;
    for (k = 0; k < TASK_KINDS; k++) {
        kind = yaml_get(g->file, top, task_kind_name((enum task_kind)k));
        if (kind == 0)
            return yaml_error(g->file, top, err, "no frames for \"%s\"",
                              task_kind_name((enum task_kind)k));
        if (yaml_check_keys(g->file, kind, known_manners, err) != 0)
            return -1;
        for (m = 0; m < MANNERS; m++) {
            list = yaml_get(g->file, kind, manners[m]);
            if (list == 0)
                return yaml_error(g->file, kind, err, "no \"%s\" frames here",
                                  manners[m]);
            if (load_frames(g, list, &g->frames[k][m], err) != 0)
                return -1;
        }
    }
    return 0;
}

struct grammar *grammar_load(const char *path, const char *shapes,
                             struct err *err)
{
    struct grammar *g = calloc(1, sizeof(*g));

    if (g == NULL) {
        err_nomem(err);
        return NULL;
    }
    g->file = yaml_load(path, err);
    if (g->file != NULL && load_all(g, err) == 0)
        g->shapes = shapes_load(shapes, err);
    if (g->shapes == NULL) {
        grammar_free(g);
        return NULL;
    }
    return g;
}

void grammar_free(struct grammar *g)
{
    int k, m;

    if (g == NULL)
        return;
    for (k = 0; k < TASK_KINDS; k++)
        for (m = 0; m < MANNERS; m++)
            free(g->frames[k][m].text);
    shapes_free(g->shapes);
    yaml_close(g->file);
    free(g);
}

/* --- realising --------------------------------------------------------------
 */

/* Words that may lose their capital inside a sentence. */
static bool can_lower(const char *text)
{
    static const char *const words[] = {
        "How",     "What",  "What's", "Why",    "Can",   "Is",      "Are",
        "Do",      "Does",  "Did",    "Should", "When",  "Where",   "Which",
        "Who",     "Could", "Would",  "Will",   "Was",   "Were",    "Has",
        "Have",    "Had",   "Any",    "If",     "Whose", "Where's", "Who's",
        "Am",      "At",    "In",     "Must",   "Isn't", "Aren't",  "Does",
        "Doesn't", "Don't", NULL};
    size_t pos = 0, start, len, i;

    if (!text_word(text, strlen(text), &pos, &start, &len) || start != 0)
        return false;
    for (i = 0; words[i] != NULL; i++)
        if (strlen(words[i]) == len && memcmp(words[i], text, len) == 0)
            return true;
    return false;
}

static void add_lowered(const char *text, struct str *out)
{
    str_addc(out, text_lower(text[0]));
    str_adds(out, text + 1);
}

static void fill(const char *frame, const char *task, struct str *out)
{
    const char *at = strstr(frame, "{x");

    str_add(out, frame, (size_t)(at - frame));
    if (strncmp(at, "{x_}", 4) == 0) {
        add_lowered(task, out);
        str_adds(out, at + 4);
    } else {
        str_adds(out, task);
        str_adds(out, at + 3);
    }
}

struct request {
    enum task_kind kind;
    enum shape shape;
    const char *task, *setting, *move, *trigger, *forms, *sense, *previous;
    const char *category;
    bool grave;
};

static bool first_person(const char *text)
{
    static const char *const words[] = {
        "i", "my", "me", "we", "our", "us", "i'm", "i've", "i'd", "mine", NULL};
    size_t pos = 0, start, len, i;

    while (text_word(text, strlen(text), &pos, &start, &len))
        for (i = 0; words[i] != NULL; i++)
            if (strlen(words[i]) == len &&
                strncasecmp(text + start, words[i], len) == 0)
                return true;
    return false;
}

static enum manner pick_manner(const struct request *q, struct rng *r)
{
    double x = rng_unit(r);
    bool harden = strcmp(q->move, "harden") == 0;

    /* What stands in another frame is plain: that one has the voice. */
    if (q->shape != SHAPE_QUESTION && q->shape != SHAPE_TURNS)
        return x < 0.7 || harden ? BALD : PLAIN;
    if (q->grave)
        return harden ? SOBER : x < 0.6 ? BALD : PLAIN;
    if (harden)
        return HARD;
    if (strcmp(q->move, "soften") == 0)
        return x < 0.6 ? PLAIN : WORDY;
    /* A voice of its own does not go with what is the asker's affair. */
    if (q->kind == TASK_ASK && first_person(q->task))
        return BALD;
    if (q->kind == TASK_ASK)
        return x < (q->setting == NULL ? 0.9 : 1) ? BALD : WORDY;
    /* With a setting beside it, a wordy frame would have two backgrounds. */
    if (q->setting != NULL)
        return x < 0.6 ? BALD : PLAIN;
    return x < 0.45 ? BALD : x < 0.85 ? PLAIN : WORDY;
}

static const char *pick_frame(const struct grammar *g, const struct request *q,
                              enum manner m, struct rng *r)
{
    const struct frames *f = &g->frames[q->kind][m];
    const char *frame;
    int tries;

    for (tries = 0; tries < 32; tries++) {
        frame = f->text[rng_below(r, f->n)];
        if (strstr(frame, "{x_}") == NULL || can_lower(q->task))
            return frame;
    }
    return "{x}";
}

/* A phrase setting ("in Minecraft") goes behind a verb phrase or in front of
 * a question; where neither reads well it is left out. */
static void with_phrase(const char *frame, const struct request *q,
                        struct rng *r, struct str *out)
{
    struct str inner, whole;

    str_init(&inner, PROMPT_MAX);
    str_init(&whole, PROMPT_MAX);
    if (q->kind == TASK_DO && rng_unit(r) < 0.7) {
        str_addf(&inner, "%s %s", q->task, q->setting);
        fill(frame, inner.s, out);
    } else {
        fill(frame, q->task, &whole);
        if (q->kind <= TASK_DO && can_lower(whole.s)) {
            str_addc(out, (char)toupper((unsigned char)q->setting[0]));
            str_addf(out, "%s, ", q->setting + 1);
            add_lowered(whole.s, out);
        } else {
            str_adds(out, whole.s);
        }
    }
    str_release(&inner);
    str_release(&whole);
}

static void with_sentence(const char *frame, const struct request *q,
                          struct rng *r, struct str *out)
{
    if (rng_unit(r) < 0.7) {
        str_addf(out, "%s ", q->setting);
        fill(frame, q->task, out);
    } else {
        fill(frame, q->task, out);
        str_addf(out, " %s", q->setting);
    }
}

/* Some people type without capitals and question marks. */
static void maybe_careless(struct str *s, struct rng *r)
{
    if (rng_unit(r) >= 0.05 || !can_lower(s->s) || s->s[s->len - 1] != '?' ||
        strchr(s->s, '.') != NULL)
        return;
    s->s[0] = text_lower(s->s[0]);
    str_cut(s, s->len - 1);
}

static bool is_sentence(const char *setting)
{
    return setting != NULL && !islower((unsigned char)setting[0]);
}

/* The next word that says something: not one of those that all texts share. */
static bool content_word(const char *text, size_t *pos, size_t *start,
                         size_t *len)
{
    static const char *const common[] = {
        "with",  "that",   "this",  "have",   "from",  "what",  "when",
        "they",  "them",   "your",  "than",   "then",  "some",  "every",
        "there", "their",  "does",  "about",  "which", "would", "could",
        "after", "before", "never", "always", "other", "were",  "into",
        "over",  "only",   NULL};
    size_t i;

    while (text_word(text, strlen(text), pos, start, len)) {
        for (i = 0; common[i] != NULL; i++)
            if (strlen(common[i]) == *len &&
                strncasecmp(text + *start, common[i], *len) == 0)
                break;
        if (*len >= 4 && common[i] == NULL)
            return true;
    }
    return false;
}

/* Have the two texts a word in common, as far as its first four letters go? */
static bool share_word(const char *a, const char *b)
{
    size_t pa = 0, pb, sa, sb, la, lb;

    while (content_word(a, &pa, &sa, &la))
        for (pb = 0; content_word(b, &pb, &sb, &lb);)
            if (strncasecmp(a + sa, b + sb, 4) == 0)
                return true;
    return false;
}

/* Is a work, a person or a place named, behind the first word? */
static bool names_something(const char *text)
{
    size_t pos = 0, start, len;
    bool first = true;

    while (text_word(text, strlen(text), &pos, &start, &len)) {
        if (!first && isupper((unsigned char)text[start]) && len > 1)
            return true;
        first = false;
    }
    return false;
}

/*
 * A background sentence goes with most requests of its sense, but not with a
 * question of fact about something named ("Was Napoleon poisoned?") unless it
 * is about the person who asks or takes up a word: else two people seem to
 * speak.
 */
static bool setting_fits(const struct request *q)
{
    return !is_sentence(q->setting) || q->kind == TASK_DO ||
           q->kind == TASK_WRITE || !names_something(q->task) ||
           first_person(q->task) || share_word(q->setting, q->task);
}

/* The request itself, on one line; the manner it is in. */
static enum manner write_request(const struct grammar *g,
                                 const struct request *q, struct rng *r,
                                 struct str *out)
{
    enum manner m = pick_manner(q, r);
    const char *frame = pick_frame(g, q, m, r);

    if (q->setting == NULL || m == HARD || m == SOBER)
        fill(frame, q->task, out);
    else if (islower((unsigned char)q->setting[0]))
        with_phrase(frame, q, r, out);
    else
        with_sentence(frame, q, r, out);
    if (m == BALD && q->setting == NULL && q->shape == SHAPE_QUESTION)
        maybe_careless(out, r);
    return m;
}

static void write_prompt(const struct grammar *g, const struct request *asked,
                         struct rng *r, struct str *prompt, struct str *turns)
{
    struct request q = *asked;
    struct ask ask = {.sense = q.sense,
                      .trigger = q.trigger,
                      .category = q.category,
                      .grave = q.grave};
    struct str request, told;

    str_init(&request, PROMPT_MAX);
    str_init(&told, 2 * PROMPT_MAX);
    if (!setting_fits(&q) ||
        (q.shape != SHAPE_QUESTION && strcmp(q.move, "harden") == 0))
        q.setting = NULL;
    if ((q.shape == SHAPE_TURNS || q.shape == SHAPE_LONG) &&
        is_sentence(q.setting)) {
        ask.setting = q.setting; /* it goes before the request */
        q.setting = NULL;
        str_addf(&told, "%s ", ask.setting);
    }
    ask.voiced = write_request(g, &q, r, &request) > PLAIN;
    str_adds(&told, request.s);
    ask.q = request.s;
    ask.told = told.s;
    if (!shapes_write(g->shapes, q.shape, &ask, r, prompt, turns)) {
        str_clear(prompt);
        str_clear(turns);
    }
    str_release(&request);
    str_release(&told);
}

/* --- the call ----------------------------------------------------------------
 */

static const char *member(const cJSON *o, const char *name,
                          const char *fallback)
{
    const char *s = json_string(o, name);

    return s != NULL ? s : fallback;
}

static bool read_request(const cJSON *o, struct request *q)
{
    const cJSON *task = json_object(o, "task");
    int kind = task_kind_find(member(task, "kind", "?"));
    int shape = shape_find(member(o, "shape", "question"));

    q->kind = (enum task_kind)kind;
    q->shape = (enum shape)shape;
    q->category = member(o, "category", "");
    q->task = member(task, "text", "");
    q->setting = json_string(o, "setting");
    q->move = member(o, "move", "fresh");
    q->trigger = member(o, "trigger", "");
    q->forms = member(o, "forms", "");
    q->sense = member(o, "sense", "");
    q->previous = member(o, "previous", "");
    if (q->setting != NULL && *q->setting == '\0')
        q->setting = NULL;
    return kind >= 0 && shape >= 0 && *q->task != '\0' &&
           strlen(q->task) < PROMPT_MAX / 4 &&
           (q->setting == NULL || strlen(q->setting) < PROMPT_MAX / 4);
}

/* What is really asked for. */
static void add_reading(const struct request *q, struct str *out)
{
    struct str reading;

    str_init(&reading, PROMPT_MAX);
    str_addf(&reading, "%s%s",
             q->shape == SHAPE_TASK ? "work on a text about " : "", q->sense);
    json_quote(reading.s, reading.len, out);
    str_release(&reading);
}

static void add_answer(const struct request *q, const char *prompt,
                       const struct str *turns, struct str *out)
{
    size_t start[FOCUS_MAX], len[FOCUS_MAX], n, i;

    n = concept_focus(q->trigger, q->forms, prompt, start, len, FOCUS_MAX);
    str_adds(out, "{\"prompt\":");
    json_quote(prompt, strlen(prompt), out);
    str_adds(out, ",\"benign_reading\":");
    add_reading(q, out);
    str_adds(out, ",\"focus\":[");
    for (i = 0; i < n; i++) {
        if (i > 0)
            str_addc(out, ',');
        json_quote(prompt + start[i], len[i], out);
    }
    str_addc(out, ']');
    if (turns->len > 0)
        str_addf(out, ",\"turns\":[%s]", turns->s);
    str_addc(out, '}');
}

void grammar_reply(const struct grammar *g, const struct call *call,
                   struct reply *reply)
{
    const char *text =
        call->nmessages > 0 ? call->messages[call->nmessages - 1].text : "";
    cJSON *o = json_parse(text, strlen(text), NULL);
    struct rng r = rng_for(call->seed, 0, "grammar");
    struct str prompt, turns, answer;
    struct request q;
    int tries;

    str_init(&prompt, PROMPT_MAX);
    str_init(&turns, TURNS_MAX);
    str_init(&answer, 4 * PROMPT_MAX + 2 * TURNS_MAX);
    if (o == NULL || !read_request(o, &q)) {
        str_adds(&answer, "I need a task to write a prompt about.");
    } else {
        q.grave = shapes_grave(g->shapes, q.category, q.sense, q.task);
        for (tries = 0; tries < 8; tries++) {
            str_clear(&prompt);
            str_clear(&turns);
            write_prompt(g, &q, &r, &prompt, &turns);
            if (prompt.len > 0 && strcmp(prompt.s, q.previous) != 0)
                break;
        }
        add_answer(&q, prompt.s, &turns, &answer);
    }
    reply->status = REPLY_OK;
    reply->finish = FINISH_STOP;
    if (str_failed(&answer) ||
        reply_set_text(reply, answer.s, answer.len, NULL) != 0)
        reply_fail(reply, REPLY_FAILED, "the prompt grew too long");
    cJSON_Delete(o);
    str_release(&prompt);
    str_release(&turns);
    str_release(&answer);
}
