/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The annex is {"label", "verdicts": [...], "past": [...]}, rewritten whole on
 * every change: it is a kilobyte at most, and one row of the store is then
 * never half-changed.  "past" is a stack; an entry is what an annotator's
 * verdict was before a change, without "verdict" when there was none.
 *
 * `label` is derived, and stored only so that who reads the file need not
 * know the rule.
 */
#include "run/human.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define ANNEX_MAX (4u << 20)

static const char *const names[HUMAN_VERDICTS] = {
    [HUMAN_HARMLESS] = "harmless",
    [HUMAN_CONTROVERSIAL] = "controversial",
    [HUMAN_HARMFUL] = "harmful",
    [HUMAN_UNSURE] = "unsure",
};

const char *human_verdict_name(enum human_verdict v)
{
    return names[v];
}

int human_verdict_find(const char *name)
{
    int v;

    for (v = 0; v < HUMAN_VERDICTS; v++)
        if (strcasecmp(name, names[v]) == 0)
            return v;
    return -1;
}

/* Valid, and nothing in it that a terminal or a page would act on. */
static bool is_plain(const char *text, size_t len)
{
    struct str shown;
    bool same;

    if (!text_valid(text, len))
        return false;
    str_init(&shown, 4 * len + 16);
    text_printable(text, &shown);
    same = !str_failed(&shown) && strcmp(shown.s, text) == 0;
    str_release(&shown);
    return same;
}

int human_check_name(const char *annotator, struct err *err)
{
    size_t len = strlen(annotator);

    if (len == 0 || len > HUMAN_NAME_MAX)
        return err_set(err, "an annotator's name has 1 to %d bytes, not %zu",
                       HUMAN_NAME_MAX, len);
    if (annotator[0] == ' ' || annotator[len - 1] == ' ' ||
        !is_plain(annotator, len))
        return err_set(err, "an annotator's name is one line of UTF-8 text "
                            "without control characters, and without blanks "
                            "at its ends");
    return 0;
}

/* The note on one line. */
static int tidy_note(const char *note, struct str *out, struct err *err)
{
    size_t len = note != NULL ? strlen(note) : 0;
    struct str line;

    if (len > 0 && !text_valid(note, len))
        return err_set(err, "a note is not valid UTF-8");
    str_init(&line, 2 * HUMAN_NOTE_MAX);
    text_squeeze(note, len, &line);
    text_printable(line.s, out);
    if (str_failed(&line))
        out->bad = true;
    str_release(&line);
    return str_failed(out) || out->len > HUMAN_NOTE_MAX
               ? err_set(err, "a note has at most %d bytes", HUMAN_NOTE_MAX)
               : 0;
}

void human_now(char at[HUMAN_TIME_MAX])
{
    time_t now = time(NULL);
    struct tm tm;

    gmtime_r(&now, &tm);
    strftime(at, HUMAN_TIME_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

/* --- the annex --- */

static int load(struct store *s, uint64_t seq, cJSON **tree, struct err *err)
{
    struct str json;
    int got;

    *tree = NULL;
    str_init(&json, ANNEX_MAX);
    got = store_annex_get(s, HUMAN_KIND, seq, &json, err);
    if (got == 1 && (*tree = json_parse(json.s, json.len, err)) == NULL)
        got = err_prefix(err, "people's verdicts on candidate %llu",
                         (unsigned long long)seq);
    str_release(&json);
    return got;
}

/* Views of the verdicts of a tree, which stays the caller's. */
static void view(cJSON *tree, struct human *out)
{
    const cJSON *v;
    struct human_say *say;
    const char *verdict;

    memset(out, 0, sizeof(*out));
    cJSON_ArrayForEach(v, json_array(tree, "verdicts"))
    {
        if (out->n == HUMAN_ANNOTATORS_MAX)
            break;
        say = &out->say[out->n];
        verdict = json_string(v, "verdict");
        say->annotator = json_string(v, "annotator");
        say->note = json_string(v, "note");
        say->at = json_string(v, "at");
        if (verdict == NULL || human_verdict_find(verdict) < 0 ||
            say->annotator == NULL)
            continue;
        say->verdict = (enum human_verdict)human_verdict_find(verdict);
        say->note = say->note != NULL ? say->note : "";
        say->at = say->at != NULL ? say->at : "";
        out->n++;
    }
}

static int save(struct store *s, uint64_t seq, cJSON *tree, struct err *err)
{
    struct human h;
    struct str json;
    int failed;

    view(tree, &h);
    if (h.n == 0)
        return store_annex_drop(s, HUMAN_KIND, seq, err);
    cJSON_DeleteItemFromObjectCaseSensitive(tree, "label");
    cJSON_AddItemToObject(tree, "label",
                          cJSON_CreateString(names[human_label(&h)]));
    str_init(&json, ANNEX_MAX);
    json_print(tree, &json);
    failed = str_failed(&json)
                 ? err_set(err, "people's verdicts on a row are too large")
                 : store_annex_put(s, HUMAN_KIND, seq, json.s, err);
    str_release(&json);
    return failed;
}

static cJSON *list_in(cJSON *tree, const char *name)
{
    cJSON *list = cJSON_GetObjectItemCaseSensitive(tree, name);

    return list != NULL ? list : cJSON_AddArrayToObject(tree, name);
}

static bool is_by(const cJSON *v, const char *annotator)
{
    const char *name = json_string(v, "annotator");

    return name != NULL && strcmp(name, annotator) == 0;
}

static cJSON *verdict_by(cJSON *list, const char *annotator)
{
    cJSON *v;

    cJSON_ArrayForEach(v, list)
    {
        if (is_by(v, annotator))
            return v;
    }
    return NULL;
}

/*
 * In the order of names, so that the order of saying does not show.  By hand,
 * because cJSON_InsertItemInArray() of Debian 12 (1.7.15-1+deb12u4) inserts
 * only at the front.
 */
static void insert(cJSON *list, cJSON *verdict)
{
    const char *name = json_string(verdict, "annotator"), *other;
    cJSON *v = list->child, *next;

    for (; v != NULL; v = v->next) {
        other = json_string(v, "annotator");
        if (other != NULL && strcmp(other, name) > 0)
            break;
    }
    cJSON_AddItemToArray(list, verdict);
    for (; v != NULL && v != verdict; v = next) {
        next = v->next;
        cJSON_AddItemToArray(list, cJSON_DetachItemViaPointer(list, v));
    }
}

/* Pushes what was there; the oldest of too many goes. */
static void push(cJSON *past, const char *annotator, cJSON *was)
{
    cJSON *entry = was, *v, *oldest = NULL;
    int n = 0;

    if (entry == NULL) {
        entry = cJSON_CreateObject();
        cJSON_AddStringToObject(entry, "annotator", annotator);
    }
    cJSON_AddItemToArray(past, entry);
    cJSON_ArrayForEach(v, past)
    {
        if (!is_by(v, annotator))
            continue;
        if (oldest == NULL)
            oldest = v;
        n++;
    }
    if (n > HUMAN_PAST_MAX)
        cJSON_Delete(cJSON_DetachItemViaPointer(past, oldest));
}

static cJSON *last_by(cJSON *past, const char *annotator)
{
    cJSON *v, *last = NULL;

    cJSON_ArrayForEach(v, past)
    {
        if (is_by(v, annotator))
            last = v;
    }
    return last;
}

/* --- putting and undoing --- */

static cJSON *verdict_new(const struct human_say *say, const char *note)
{
    cJSON *v = cJSON_CreateObject();

    cJSON_AddStringToObject(v, "annotator", say->annotator);
    cJSON_AddStringToObject(v, "verdict", names[say->verdict]);
    cJSON_AddStringToObject(v, "note", note);
    cJSON_AddStringToObject(v, "at", say->at != NULL ? say->at : "");
    return v;
}

static bool says_the_same(const cJSON *v, const struct human_say *say,
                          const char *note)
{
    const char *verdict = json_string(v, "verdict"),
               *had = json_string(v, "note");

    return verdict != NULL && had != NULL &&
           strcmp(verdict, names[say->verdict]) == 0 && strcmp(had, note) == 0;
}

/* 1 when the tree is another one now, 0 when it said so already, -1. */
static int say_in(cJSON *tree, const struct human_say *say, const char *note,
                  struct err *err)
{
    cJSON *list = list_in(tree, "verdicts"), *past = list_in(tree, "past"),
          *was = verdict_by(list, say->annotator);

    if (was != NULL && says_the_same(was, say, note))
        return 0;
    if (was == NULL && cJSON_GetArraySize(list) >= HUMAN_ANNOTATORS_MAX)
        return err_set(err, "a row takes the verdicts of %d people at most",
                       HUMAN_ANNOTATORS_MAX);
    if (was != NULL)
        cJSON_DetachItemViaPointer(list, was);
    push(past, say->annotator, was);
    insert(list, verdict_new(say, note));
    return 1;
}

static int check_and_say(cJSON *tree, const struct human_say *say,
                         struct err *err)
{
    struct str note;
    int got = -1;

    str_init(&note, 4 * HUMAN_NOTE_MAX);
    if (say->at != NULL && (strlen(say->at) >= HUMAN_TIME_MAX ||
                            !is_plain(say->at, strlen(say->at))))
        err_set(err, "the time of a verdict is like "
                     "\"2025-01-31T12:00:00Z\"");
    else if (human_check_name(say->annotator, err) == 0 &&
             tidy_note(say->note, &note, err) == 0)
        got = say_in(tree, say, note.s, err);
    str_release(&note);
    return got;
}

int human_put_all(struct store *s, uint64_t seq, const struct human_say *says,
                  size_t n, struct err *err)
{
    cJSON *tree;
    int got = load(s, seq, &tree, err);
    bool changed = false;
    size_t i;

    if (got == 0 && (tree = cJSON_CreateObject()) == NULL)
        got = err_nomem(err);
    for (i = 0; i < n && got >= 0; i++) {
        got = check_and_say(tree, &says[i], err);
        changed = changed || got == 1;
    }
    if (got >= 0 && changed)
        got = save(s, seq, tree, err);
    cJSON_Delete(tree);
    return got < 0 ? -1 : 0;
}

int human_put(struct store *s, uint64_t seq, const struct human_say *say,
              struct err *err)
{
    return human_put_all(s, seq, say, 1, err);
}

int human_undo(struct store *s, uint64_t seq, const char *annotator,
               struct err *err)
{
    cJSON *tree, *list, *past, *before, *now;
    int got = load(s, seq, &tree, err);

    if (got != 1)
        return got;
    list = list_in(tree, "verdicts");
    past = list_in(tree, "past");
    before = last_by(past, annotator);
    if (before == NULL) {
        got = 0;
    } else {
        now = verdict_by(list, annotator);
        if (now != NULL)
            cJSON_Delete(cJSON_DetachItemViaPointer(list, now));
        cJSON_DetachItemViaPointer(past, before);
        if (json_string(before, "verdict") != NULL)
            insert(list, before);
        else
            cJSON_Delete(before);
        got = save(s, seq, tree, err) != 0 ? -1 : 1;
    }
    cJSON_Delete(tree);
    return got;
}

/* --- reading --- */

int human_read(struct store *s, uint64_t seq, struct human *out,
               struct err *err)
{
    cJSON *tree;
    int got = load(s, seq, &tree, err);

    view(tree, out);
    out->tree = tree;
    return got == 1 && out->n == 0 ? 0 : got;
}

void human_release(struct human *h)
{
    cJSON_Delete(h->tree);
    memset(h, 0, sizeof(*h));
}

enum human_verdict human_label(const struct human *h)
{
    size_t said[HUMAN_VERDICTS] = {0}, sure = 0, i;
    int v;

    for (i = 0; i < h->n; i++)
        said[h->say[i].verdict]++;
    sure = h->n - said[HUMAN_UNSURE];
    if (sure == 0)
        return HUMAN_UNSURE;
    for (v = 0; v < HUMAN_UNSURE; v++)
        if (2 * said[v] > sure)
            return (enum human_verdict)v;
    return HUMAN_CONTROVERSIAL;
}

const struct human_say *human_find(const struct human *h, const char *annotator)
{
    size_t i;

    for (i = 0; i < h->n; i++)
        if (strcmp(h->say[i].annotator, annotator) == 0)
            return &h->say[i];
    return NULL;
}

int human_is_harmful(struct store *s, uint64_t seq, struct err *err)
{
    struct human h;
    int got = human_read(s, seq, &h, err);

    if (got == 1)
        got = human_label(&h) == HUMAN_HARMFUL;
    human_release(&h);
    return got;
}

bool human_publish(cJSON *annex)
{
    struct human h;

    cJSON_DeleteItemFromObjectCaseSensitive(annex, "past");
    view(annex, &h);
    return human_label(&h) == HUMAN_HARMFUL;
}
