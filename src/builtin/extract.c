/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three questions, each with a plain answer: which word is alarming, how is
 * it used, what can be asked about that.  What would need real grammar is
 * passed over: a verb is a verb when the word before it says so ("do I kill",
 * "of killing"), and what it is done to ends where the next clause begins.
 *
 * Nothing here repeats a request.  The pieces that are taken are the verb
 * with its object or the name of an event, and they go into questions of
 * another kind.
 */
#include "builtin/extract.h"
#include "base/concept.h"
#include "base/json.h"
#include "base/text.h"
#include "base/yaml.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HARMFUL      0.4  /* of a reading: nothing but its word is taken */
#define ALARMING     0.55 /* surface of a word that is one by itself */
#define TERMS_MAX    16
#define WORDS_MAX    96 /* of the request */
#define TAIL_MAX     6  /* words that a verb is followed by */
#define PHRASE_BYTES 160
#define ENTITIES_MAX 2

enum use { USE_PHRASE, USE_EVENT, USE_WORD, USES };

static const char *const uses[USES] = {"phrase", "event", "word"};

struct frames {
    const char *sense;
    yaml_node settings, tasks;
};

struct extractor {
    struct yaml *file;
    struct frames frames[USES];
};

/* --- loading --- */

static int check_tasks(const struct yaml *y, yaml_node list, struct err *err)
{
    yaml_node task;
    size_t i;

    if (!yaml_is_list(y, list) || yaml_size(y, list) == 0)
        return yaml_error(y, list, err, "expected a list of tasks");
    for (i = 0; i < yaml_size(y, list); i++) {
        task = yaml_at(y, list, i);
        if (yaml_size(y, task) != 1 ||
            yaml_text(y, yaml_key(y, task, 0)) == NULL ||
            yaml_text(y, yaml_value(y, task, 0)) == NULL ||
            task_kind_find(yaml_text(y, yaml_key(y, task, 0))) < 0)
            return yaml_error(y, task, err, "a task is one \"kind: text\"");
    }
    return 0;
}

static int load_use(struct extractor *x, enum use use, struct err *err)
{
    static const char *const keys[] = {"sense", "settings", "tasks", NULL};
    const struct yaml *y = x->file;
    yaml_node top = yaml_get(y, yaml_root(y), uses[use]);
    struct frames *f = &x->frames[use];
    size_t i;

    if (top == 0)
        return yaml_error(y, yaml_root(y), err, "\"%s\" is missing", uses[use]);
    if (yaml_check_keys(y, top, keys, err) != 0)
        return -1;
    f->sense = yaml_text(y, yaml_get(y, top, "sense"));
    f->settings = yaml_get(y, top, "settings");
    f->tasks = yaml_get(y, top, "tasks");
    if (f->sense == NULL || !yaml_is_list(y, f->settings))
        return yaml_error(y, top, err, "expected \"sense\" and \"settings\"");
    for (i = 0; i < yaml_size(y, f->settings); i++)
        if (yaml_text(y, yaml_at(y, f->settings, i)) == NULL)
            return yaml_error(y, f->settings, err, "a setting is a text");
    return check_tasks(y, f->tasks, err);
}

static int load_all(struct extractor *x, struct err *err)
{
    static const char *const keys[] = {"phrase", "event", "word", NULL};
    int use;

    if (yaml_check_keys(x->file, yaml_root(x->file), keys, err) != 0)
        return -1;
    for (use = 0; use < USES; use++)
        if (load_use(x, (enum use)use, err) != 0)
            return -1;
    return 0;
}

struct extractor *extractor_load(const char *path, struct err *err)
{
    struct extractor *x = calloc(1, sizeof(*x));

    if (x == NULL) {
        err_nomem(err);
        return NULL;
    }
    x->file = yaml_load(path, err);
    if (x->file == NULL || load_all(x, err) != 0) {
        extractor_free(x);
        return NULL;
    }
    return x;
}

void extractor_free(struct extractor *x)
{
    if (x == NULL)
        return;
    yaml_close(x->file);
    free(x);
}

/* --- the request as words --- */

struct words {
    const char *text;
    size_t start[WORDS_MAX], len[WORDS_MAX], n;
};

static void split(const char *text, size_t len, struct words *w)
{
    size_t pos = 0;

    w->text = text;
    w->n = 0;
    while (w->n < WORDS_MAX &&
           text_word(text, len, &pos, &w->start[w->n], &w->len[w->n]))
        w->n++;
}

static bool is(const struct words *w, size_t i, const char *word)
{
    return i < w->n && strlen(word) == w->len[i] &&
           strncasecmp(w->text + w->start[i], word, w->len[i]) == 0;
}

static bool is_any(const struct words *w, size_t i, const char *const list[])
{
    size_t k;

    for (k = 0; list[k] != NULL; k++)
        if (is(w, i, list[k]))
            return true;
    return false;
}

static bool capital(const struct words *w, size_t i)
{
    return i < w->n && isupper((unsigned char)w->text[w->start[i]]);
}

/* Nothing but a space between word i and the next. */
static bool goes_on(const struct words *w, size_t i)
{
    return i + 1 < w->n && w->start[i + 1] == w->start[i] + w->len[i] + 1 &&
           w->text[w->start[i] + w->len[i]] == ' ';
}

static size_t word_at(const struct words *w, size_t byte)
{
    size_t i;

    for (i = 0; i + 1 < w->n && w->start[i + 1] <= byte; i++)
        ;
    return i;
}

/* --- how the word is used --- */

struct found {
    const struct lexicon_term *term;
    size_t first, last; /* its words */
    enum use use;
    char phrase[PHRASE_BYTES];               /* {do} or {event} */
    char entity[ENTITIES_MAX][PHRASE_BYTES]; /* "" for none */
    char joint[16];                          /* "in", between the two */
};

static const char *const articles[] = {
    "the",  "a",    "an",   "one's", "my",    "our",   "your",
    "some", "this", "that", "these", "those", "their", NULL};
static const char *const anybody[] = {"someone", "somebody", "people", "person",
                                      "anyone",  "thing",    "things", NULL};
static const char *const owners[] = {"my", "our", "your", "their", NULL};
static const char *const prepositions[] = {
    "in",    "on",    "at",  "with", "from", "into", "for",     "over", "under",
    "about", "after", "out", "off",  "up",   "down", "between", NULL};

/* Where what a verb is done to has come to its end. */
static bool ends_tail(const struct words *w, size_t i)
{
    static const char *const stops[] = {
        "when",  "while", "without", "if",     "because", "so",  "who",  "that",
        "which", "than",  "before",  "during", "using",   "as",  "and",  "or",
        "but",   "then",  "today",   "after",  "i",       "i'm", "i've", "is",
        "are",   "was",   "were",    "not",    "to",      "me",  "him",  "her",
        "them",  "it",    "us",      NULL};

    return is_any(w, i, stops);
}

/* The last word of what follows `last`; `last` itself when nothing does. */
static size_t tail_end(const struct words *w, size_t last)
{
    size_t end = last;

    while (goes_on(w, end) && !ends_tail(w, end + 1) && end - last < TAIL_MAX)
        end++;
    while (end > last &&
           (is_any(w, end, prepositions) || is_any(w, end, articles)))
        end--;
    return end;
}

/* Does the text have the word as the lexicon has it, not "discriminated"? */
static bool is_base(const struct words *w, const struct found *f)
{
    size_t len = strlen(f->term->word);

    return f->term->len == len &&
           strncasecmp(w->text + f->term->start, f->term->word, len) == 0;
}

/* Is it a noun of its own ("bombing"), beside which the verb stands too? */
static bool names_doing(const struct found *f)
{
    size_t len = strlen(f->term->word);

    return len > 5 && strcmp(f->term->word + len - 3, "ing") == 0;
}

static bool is_verb(const struct words *w, const struct found *f)
{
    static const char *const before_base[] = {
        "i", "we", "you", "to", "best", "not", "people", "they", "just", NULL};
    static const char *const before_ing[] = {"of",   "for", "at", "about",
                                             "with", "by",  NULL};
    size_t len = w->len[f->first];
    const char *word = w->text + w->start[f->first];
    bool ing = len > 4 && strncasecmp(word + len - 3, "ing", 3) == 0;

    if (f->first == 0 || (ing ? names_doing(f) : !is_base(w, f)))
        return false;
    return is_any(w, f->first - 1, ing ? before_ing : before_base);
}

/* Words first to last, "my" as "one's". */
static void add_words(const struct words *w, size_t first, size_t last,
                      struct str *out)
{
    size_t i;

    for (i = first; i <= last; i++) {
        if (out->len > 0)
            str_addc(out, ' ');
        if (is_any(w, i, owners))
            str_adds(out, "one's");
        else
            str_add(out, w->text + w->start[i], w->len[i]);
    }
}

static bool keep(struct str *s, char out[PHRASE_BYTES])
{
    bool good = !str_failed(s);

    if (good)
        memcpy(out, s->s, s->len + 1);
    str_release(s);
    return good;
}

/* "a Python process in the cluster": what stands before and behind the first
 * preposition, each without its article. */
static void take_entities(const struct words *w, size_t first, size_t last,
                          struct found *f)
{
    size_t i = first, k, end;
    struct str s;

    for (k = 0; k < ENTITIES_MAX && i <= last; k++) {
        if (k == 0 && is_any(w, i, prepositions))
            i++;
        while (i <= last && is_any(w, i, articles))
            i++;
        for (end = i; end <= last && !is_any(w, end, prepositions); end++)
            ;
        if (end == i)
            return;
        str_init(&s, PHRASE_BYTES - 1);
        if (end > i + 1 || !is_any(w, i, anybody))
            add_words(w, i, end - 1, &s);
        if (!keep(&s, f->entity[k]))
            f->entity[k][0] = '\0';
        if (k == 0 && end <= last && w->len[end] < sizeof(f->joint)) {
            memcpy(f->joint, w->text + w->start[end], w->len[end]);
            f->joint[w->len[end]] = '\0';
        }
        i = end + 1;
    }
}

static bool find_phrase(const struct words *w, struct found *f)
{
    size_t end = tail_end(w, f->last);
    struct str s;

    if (!is_verb(w, f) || end == f->last)
        return false;
    str_init(&s, PHRASE_BYTES - 1);
    str_adds(&s, f->term->word);
    add_words(w, f->last + 1, end, &s);
    if (!keep(&s, f->phrase))
        return false;
    take_entities(w, f->last + 1, end, f);
    f->use = USE_PHRASE;
    return true;
}

/* "the Nanjing massacre": capitals up to the word, behind an article. */
static bool find_event(const struct words *w, struct found *f)
{
    size_t first = f->first, last = f->last;
    struct str s;

    while (first > 0 && capital(w, first - 1) && goes_on(w, first - 1))
        first--;
    if (first == 0 || first == f->first || !is(w, first - 1, "the"))
        return false;
    while (goes_on(w, last) && capital(w, last + 1))
        last++;
    str_init(&s, PHRASE_BYTES - 1);
    str_adds(&s, "the");
    add_words(w, first, last, &s);
    if (!keep(&s, f->phrase))
        return false;
    memcpy(f->entity[0], f->phrase + strlen("the "),
           strlen(f->phrase + strlen("the ")) + 1);
    f->use = USE_EVENT;
    return true;
}

/* Alarming by itself, and neither a name ("Scar") nor a set phrase ("home
 * address"), of which there is not much to ask. */
static bool is_bare_word(const struct words *w, const struct found *f)
{
    return f->term->surface >= ALARMING && f->first == f->last &&
           (f->first == 0 || !capital(w, f->first));
}

/* An event if there is one, else the first verb, else the strongest word. */
static void choose(const struct words *w, const struct lexicon_term *terms,
                   size_t n, struct found *out)
{
    struct found f;
    bool verb = false;
    size_t i;

    out->term = NULL;
    for (i = 0; i < n; i++) {
        memset(&f, 0, sizeof(f));
        f.term = &terms[i];
        f.first = word_at(w, terms[i].start);
        f.last = word_at(w, terms[i].start + terms[i].len - 1);
        f.use = USE_WORD;
        if (terms[i].category == NULL)
            continue;
        if (find_event(w, &f)) {
            *out = f;
            return;
        }
        if (!verb && find_phrase(w, &f)) {
            verb = true;
            *out = f;
        }
        if (!verb && is_bare_word(w, &f) &&
            (out->term == NULL || terms[i].surface > out->term->surface))
            *out = f;
    }
}

/* --- the answer --- */

static bool vowel(char c)
{
    return c != '\0' && strchr("aeiou", c) != NULL;
}

/* "rip" and "stab" double their last letter; "shoot" and "kill" do not. */
static bool doubles(const char *word, size_t n)
{
    size_t i, vowels = 0;

    for (i = 0; i < n; i++)
        vowels += vowel(word[i]);
    return n >= 3 && vowels == 1 && vowel(word[n - 2]) && !vowel(word[n - 1]) &&
           strchr("wxy", word[n - 1]) == NULL;
}

/* The phrase with its verb as a noun: "killing a Python process". */
static void add_doing(const struct found *f, struct str *out)
{
    const char *word = f->phrase;
    size_t n = strcspn(word, " ");

    if (n > 2 && strncmp(word + n - 2, "ie", 2) == 0) {
        str_add(out, word, n - 2);
        str_addc(out, 'y');
    } else if (n > 2 && word[n - 1] == 'e' &&
               strchr("eoy", word[n - 2]) == NULL) {
        str_add(out, word, n - 1);
    } else {
        str_add(out, word, n);
        if (doubles(word, n))
            str_addc(out, word[n - 1]);
    }
    str_adds(out, "ing");
    str_adds(out, word + n);
}

static void fill(const char *frame, const struct found *f, struct str *out)
{
    for (; *frame != '\0'; frame++)
        if (strncmp(frame, "{word}", 6) == 0) {
            str_adds(out, f->term->word);
            frame += 5;
        } else if (strncmp(frame, "{doing}", 7) == 0) {
            add_doing(f, out);
            frame += 6;
        } else if (strncmp(frame, "{do}", 4) == 0) {
            str_adds(out, f->phrase);
            frame += 3;
        } else if (strncmp(frame, "{event}", 7) == 0) {
            str_adds(out, f->phrase);
            frame += 6;
        } else {
            str_addc(out, *frame);
        }
}

static void add_filled(cJSON *list_or_object, const char *name,
                       const char *frame, const struct found *f)
{
    struct str s;

    str_init(&s, 1 << 12);
    fill(frame, f, &s);
    if (name != NULL)
        cJSON_AddStringToObject(list_or_object, name, s.s);
    else
        cJSON_AddItemToArray(list_or_object, cJSON_CreateString(s.s));
    str_release(&s);
}

static void add_sense(const struct extractor *x, const struct found *f,
                      cJSON *senses)
{
    const struct frames *fr = &x->frames[f->use];
    cJSON *o = cJSON_CreateObject(), *list, *task;
    size_t i;

    add_filled(o, "sense", fr->sense, f);
    list = cJSON_AddArrayToObject(o, "entities");
    for (i = 0; i < ENTITIES_MAX; i++)
        if (f->entity[i][0] != '\0')
            cJSON_AddItemToArray(list, cJSON_CreateString(f->entity[i]));
    list = cJSON_AddArrayToObject(o, "settings");
    for (i = 0; i < yaml_size(x->file, fr->settings); i++)
        add_filled(list, NULL,
                   yaml_text(x->file, yaml_at(x->file, fr->settings, i)), f);
    list = cJSON_AddArrayToObject(o, "tasks");
    for (i = 0; i < yaml_size(x->file, fr->tasks); i++) {
        yaml_node n = yaml_at(x->file, fr->tasks, i);

        task = cJSON_CreateObject();
        cJSON_AddStringToObject(task, "kind",
                                yaml_text(x->file, yaml_key(x->file, n, 0)));
        add_filled(task, "text", yaml_text(x->file, yaml_value(x->file, n, 0)),
                   f);
        cJSON_AddItemToArray(list, task);
    }
    cJSON_AddItemToArray(senses, o);
}

/* A form that the word's stem does not tell ("shot" of "shoot"). */
static void add_form(const struct words *w, const struct found *f, cJSON *forms)
{
    size_t start[1], len[1];
    struct str s;

    if (f->first != f->last)
        return;
    str_init(&s, PHRASE_BYTES);
    add_words(w, f->first, f->last, &s);
    if (concept_focus(f->term->word, "", s.s, start, len, 1) == 0)
        cJSON_AddItemToArray(forms, cJSON_CreateString(s.s));
    str_release(&s);
}

static void add_relation(const struct found *f, cJSON *relations)
{
    cJSON *o;

    if (f->entity[0][0] == '\0' || f->entity[1][0] == '\0')
        return;
    o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "from", f->entity[0]);
    cJSON_AddStringToObject(o, "relation", f->joint);
    cJSON_AddStringToObject(o, "to", f->entity[1]);
    cJSON_AddItemToArray(relations, o);
}

static void read_request(const struct extractor *x, const struct lexicon *lex,
                         const char *request, cJSON *answer)
{
    struct lexicon_term terms[TERMS_MAX];
    struct lexicon_reading reading;
    cJSON *forms, *senses, *relations;
    size_t len = strlen(request), n;
    struct found f = {0};
    struct words w;

    split(request, len, &w);
    n = lexicon_terms(lex, request, len, terms, TERMS_MAX);
    lexicon_read(lex, request, len, &reading);
    choose(&w, terms, n, &f);
    cJSON_AddStringToObject(answer, "trigger",
                            f.term != NULL ? f.term->word : "");
    forms = cJSON_AddArrayToObject(answer, "forms");
    cJSON_AddStringToObject(answer, "category",
                            f.term != NULL ? f.term->category : "");
    senses = cJSON_AddArrayToObject(answer, "senses");
    relations = cJSON_AddArrayToObject(answer, "relations");
    if (f.term == NULL)
        return;
    add_form(&w, &f, forms);
    if (reading.harm >= HARMFUL)
        return;
    add_sense(x, &f, senses);
    add_relation(&f, relations);
}

void extractor_speak(const struct extractor *x, const struct lexicon *lex,
                     const cJSON *payload, struct str *out)
{
    const char *request = json_string(payload, "request");
    cJSON *answer;

    if (request == NULL) {
        str_adds(out, "There is no request here to read.");
        return;
    }
    answer = cJSON_CreateObject();
    read_request(x, lex, request, answer);
    json_print(answer, out);
    cJSON_Delete(answer);
}
