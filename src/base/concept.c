/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which words of a prompt look dangerous, as far as the seeds know: a
 * trigger's stem is enough for English inflection ("terminate",
 * "terminating"); what it misses (shoot, shot) the seeds list as forms.
 */
#include "base/concept.h"
#include "base/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const char *const kinds[TASK_KINDS] = {
    [TASK_ASK] = "ask",     [TASK_DO] = "do",       [TASK_KNOW] = "know",
    [TASK_TOPIC] = "topic", [TASK_WRITE] = "write",
};

const char *task_kind_name(enum task_kind k)
{
    return kinds[k];
}

int task_kind_find(const char *name)
{
    int i;

    for (i = 0; i < TASK_KINDS; i++)
        if (strcmp(kinds[i], name) == 0)
            return i;
    return -1;
}

/* What may follow a word too short for its stem to be told by prefix alone:
 * "hit" has "hitting", but "in" is not in "inside" nor "pot" in "potato". */
static bool inflected(const char *stem, size_t n, const char *word, size_t wlen)
{
    static const char *const endings[] = {
        "", "s", "es", "ed", "er", "ers", "est", "ing", "ery", "y", "'s", NULL};
    size_t i, from = n;

    if (n == 3 && wlen > n && text_lower(word[n]) == text_lower(stem[n - 1]))
        from++; /* a doubled consonant */
    else if (n == 3 && text_lower(stem[2]) == 'e' && wlen > n)
        from--; /* sue, sued */
    for (i = 0; endings[i] != NULL; i++)
        if (wlen - from == strlen(endings[i]) &&
            strncasecmp(word + from, endings[i], wlen - from) == 0)
            return true;
    return wlen == n;
}

/* Is one part between hyphens a form of the word at `stem`? */
static bool is_form(const char *stem, size_t n, const char *part, size_t plen)
{
    size_t must = n;

    if ((n > 3 && (stem[n - 1] == 'e' || stem[n - 1] == 'y')) ||
        (n == 3 && stem[n - 1] == 'e'))
        must--;
    if (must > plen || strncasecmp(stem, part, must) != 0)
        return false;
    return n > 3 || (plen >= n && inflected(stem, n, part, plen));
}

/* Does the word show a form of one of the words in `list`?  A compound does
 * when a part of it does: "no-trespassing". */
static bool shows(const char *list, const char *word, size_t wlen)
{
    size_t pos = 0, start, n, part, end, len = strlen(list);

    while (text_word(list, len, &pos, &start, &n)) {
        if (is_form(list + start, n, word, wlen))
            return true;
        for (part = 0; part < wlen; part = end + 1) {
            for (end = part; end < wlen && word[end] != '-'; end++)
                ;
            if (is_form(list + start, n, word + part, end - part))
                return true;
        }
    }
    return false;
}

size_t concept_focus(const char *trigger, const char *forms, const char *text,
                     size_t start[], size_t len[], size_t max)
{
    size_t pos = 0, n = 0, s, l, i, all = strlen(text);
    bool seen;

    while (n < max && text_word(text, all, &pos, &s, &l)) {
        if (!shows(trigger, text + s, l) && !shows(forms, text + s, l))
            continue;
        seen = false;
        for (i = 0; i < n; i++)
            if (len[i] == l && strncasecmp(text + start[i], text + s, l) == 0)
                seen = true;
        if (seen)
            continue;
        start[n] = s;
        len[n++] = l;
    }
    return n;
}

/* The words a frame expects first; see seeds/README.md. */
static bool starts_like(enum task_kind kind, const char *text)
{
    static const char *const know[] = {"how",   "why", "what",  "when",
                                       "where", "who", "which", "whether",
                                       "whose", "if",  NULL};
    static const char *const not_do[] = {"how", "to", "the", "a", "an", NULL};
    size_t pos = 0, start, len, i;

    if (!text_word(text, strlen(text), &pos, &start, &len))
        return false;
    switch (kind) {
    case TASK_KNOW:
        for (i = 0; know[i] != NULL; i++)
            if (strlen(know[i]) == len && strncmp(know[i], text, len) == 0)
                return true;
        return false;
    case TASK_DO:
        for (i = 0; not_do[i] != NULL; i++)
            if (strlen(not_do[i]) == len && strncmp(not_do[i], text, len) == 0)
                return false;
        return !isupper((unsigned char)text[0]);
    default:
        return true;
    }
}

int concept_check_task(enum task_kind kind, const char *trigger,
                       const char *forms, const char *text, struct err *err)
{
    size_t len = strlen(text), start[1], wlen[1];
    char last;

    if (len == 0)
        return err_set(err, "empty task");
    last = text[len - 1];
    if (kind == TASK_ASK && strchr(".?!\"'", last) == NULL)
        return err_set(err, "an \"ask\" ends with . ? or !: %s", text);
    if (kind != TASK_ASK && strchr(".?!", last) != NULL)
        return err_set(err, "a \"%s\" has no final punctuation: %s",
                       task_kind_name(kind), text);
    if (!starts_like(kind, text))
        return err_set(err, "this does not begin like a \"%s\": %s",
                       task_kind_name(kind), text);
    if (concept_focus(trigger, forms, text, start, wlen, 1) == 0)
        return err_set(err, "the trigger \"%s\" is not in: %s", trigger, text);
    return 0;
}
