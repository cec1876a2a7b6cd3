/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frames with holes.  A hole is the request, its sense, its setting, a name
 * for code, or a word of a list, which stays the same within one prompt.  What
 * a hole may hold is checked when the file is loaded; whether a frame takes a
 * request is looked at before it is written, so nothing comes out half filled.
 */
#include "builtin/shapes.h"
#include "base/json.h"
#include "base/text.h"
#include "base/yaml.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TEXT_MAX    (64u << 10)
#define LISTS_MAX   16
#define HOLE_MAX    24
#define ID_MAX      24
#define ITEMS_LEAST 6
#define TRIES       64

struct list {
    const char **text;
    size_t n;
};

struct exchange_frame {
    const char *user, *assistant;
};

struct exchanges {
    struct exchange_frame *at;
    size_t n;
};

struct document {
    const char *hand, *title, *slot;
    struct list items, ask;
};

struct shapes {
    struct yaml *file;
    const char *list_name[LISTS_MAX];
    struct list words[LISTS_MAX];
    size_t nlists;
    struct list grave, grave_words;
    struct list task, task_light, code, code_for, role, role_light;
    struct list end, take, ask;
    struct exchanges begin, begin_without, aside;
    struct document *documents;
    size_t ndocuments;
};

/* --- loading --- */

static int find_list(const struct shapes *s, const char *name, size_t len)
{
    size_t i;

    for (i = 0; i < s->nlists; i++)
        if (strlen(s->list_name[i]) == len &&
            memcmp(s->list_name[i], name, len) == 0)
            return (int)i;
    return -1;
}

static bool known_hole(const struct shapes *s, const char *name, size_t len)
{
    static const char *const own[] = {"q",       "q?", "sense",
                                      "setting", "id", NULL};
    size_t i;

    for (i = 0; own[i] != NULL; i++)
        if (strlen(own[i]) == len && memcmp(own[i], name, len) == 0)
            return true;
    return find_list(s, name, len) >= 0;
}

/* The next hole at or behind `p`: its name, or NULL. */
static const char *next_hole(const char *p, size_t *len)
{
    const char *open, *close;

    for (; (open = strchr(p, '{')) != NULL; p = open + 1) {
        close = strchr(open, '}');
        *len = close != NULL ? (size_t)(close - open - 1) : 0;
        if (*len > 0 && *len < HOLE_MAX && islower((unsigned char)open[1]))
            return open + 1;
    }
    return NULL;
}

/* Code has braces too: those that hold no lower-case word are no holes. */
static const char *frame_text(const struct shapes *s, yaml_node n,
                              struct err *err)
{
    const char *text = yaml_text(s->file, n), *p;
    size_t len;

    if (text == NULL || *text == '\0') {
        yaml_error(s->file, n, err, "expected a text");
        return NULL;
    }
    for (p = text; (p = next_hole(p, &len)) != NULL; p += len)
        if (!known_hole(s, p, len)) {
            yaml_error(s->file, n, err, "there is nothing to put into {%.*s}",
                       (int)len, p);
            return NULL;
        }
    return text;
}

static int load_list(const struct shapes *s, yaml_node list, struct list *out,
                     struct err *err)
{
    size_t i, n = yaml_size(s->file, list);

    if (!yaml_is_list(s->file, list) || n == 0)
        return yaml_error(s->file, list, err, "expected a list of texts");
    out->text = calloc(n, sizeof(*out->text));
    if (out->text == NULL)
        return err_nomem(err);
    for (i = 0; i < n; i++) {
        out->text[i] = frame_text(s, yaml_at(s->file, list, i), err);
        if (out->text[i] == NULL)
            return -1;
        out->n++;
    }
    return 0;
}

static int load_member(const struct shapes *s, yaml_node map, const char *name,
                       struct list *out, struct err *err)
{
    yaml_node list = yaml_get(s->file, map, name);

    if (list == 0)
        return yaml_error(s->file, map, err, "\"%s\" is missing", name);
    return load_list(s, list, out, err);
}

static int load_words(struct shapes *s, yaml_node map, struct err *err)
{
    size_t i, n = yaml_size(s->file, map);

    if (!yaml_is_map(s->file, map) || n == 0 || n > LISTS_MAX)
        return yaml_error(s->file, map, err,
                          "expected 1 to %d lists of words by name", LISTS_MAX);
    for (i = 0; i < n; i++) {
        s->list_name[i] = yaml_text(s->file, yaml_key(s->file, map, i));
        if (load_list(s, yaml_value(s->file, map, i), &s->words[i], err) != 0)
            return -1;
        s->nlists++;
    }
    return 0;
}

static int load_exchanges(const struct shapes *s, const char *name,
                          struct exchanges *out, struct err *err)
{
    static const char *const keys[] = {"user", "assistant", NULL};
    yaml_node list = yaml_get(s->file, yaml_root(s->file), name), item;
    size_t i, n = yaml_size(s->file, list);

    if (!yaml_is_list(s->file, list) || n == 0)
        return yaml_error(s->file, list, err,
                          "\"%s\" must be a list of {user, assistant}", name);
    out->at = calloc(n, sizeof(*out->at));
    if (out->at == NULL)
        return err_nomem(err);
    for (i = 0; i < n; i++) {
        item = yaml_at(s->file, list, i);
        if (yaml_check_keys(s->file, item, keys, err) != 0)
            return -1;
        out->at[i].user = frame_text(s, yaml_get(s->file, item, "user"), err);
        if (out->at[i].user == NULL)
            return -1;
        out->at[i].assistant =
            frame_text(s, yaml_get(s->file, item, "assistant"), err);
        if (out->at[i].assistant == NULL)
            return -1;
        out->n++;
    }
    return 0;
}

static int load_document(const struct shapes *s, yaml_node item,
                         struct document *d, struct err *err)
{
    static const char *const keys[] = {"hand", "title", "items",
                                       "slot", "ask",   NULL};

    if (yaml_check_keys(s->file, item, keys, err) != 0)
        return -1;
    d->hand = frame_text(s, yaml_get(s->file, item, "hand"), err);
    d->title = frame_text(s, yaml_get(s->file, item, "title"), err);
    d->slot = frame_text(s, yaml_get(s->file, item, "slot"), err);
    if (d->hand == NULL || d->title == NULL || d->slot == NULL ||
        load_member(s, item, "items", &d->items, err) != 0 ||
        load_member(s, item, "ask", &d->ask, err) != 0)
        return -1;
    if (d->items.n < ITEMS_LEAST)
        return yaml_error(s->file, item, err, "a document needs %d items",
                          ITEMS_LEAST);
    return 0;
}

static int load_documents(struct shapes *s, struct err *err)
{
    yaml_node list = yaml_get(s->file, yaml_root(s->file), "documents");
    size_t i, n = yaml_size(s->file, list);

    if (!yaml_is_list(s->file, list) || n == 0)
        return yaml_error(s->file, list, err, "\"documents\" must be a list");
    s->documents = calloc(n, sizeof(*s->documents));
    if (s->documents == NULL)
        return err_nomem(err);
    s->ndocuments = n;
    for (i = 0; i < n; i++)
        if (load_document(s, yaml_at(s->file, list, i), &s->documents[i],
                          err) != 0)
            return -1;
    return 0;
}

static int load_all(struct shapes *s, struct err *err)
{
    static const char *const keys[] = {
        "words",      "grave",     "grave_words", "task",  "task_light",
        "code",       "code_for",  "role",        "begin", "begin_without",
        "role_light", "documents", "aside",       "end",   "take",
        "ask",        NULL};
    yaml_node top = yaml_root(s->file);

    if (yaml_check_keys(s->file, top, keys, err) != 0 ||
        load_words(s, yaml_get(s->file, top, "words"), err) != 0 ||
        load_member(s, top, "grave", &s->grave, err) != 0 ||
        load_member(s, top, "grave_words", &s->grave_words, err) != 0 ||
        load_member(s, top, "task", &s->task, err) != 0 ||
        load_member(s, top, "task_light", &s->task_light, err) != 0 ||
        load_member(s, top, "code", &s->code, err) != 0 ||
        load_member(s, top, "code_for", &s->code_for, err) != 0 ||
        load_member(s, top, "role", &s->role, err) != 0 ||
        load_member(s, top, "role_light", &s->role_light, err) != 0 ||
        load_member(s, top, "end", &s->end, err) != 0 ||
        load_member(s, top, "take", &s->take, err) != 0 ||
        load_member(s, top, "ask", &s->ask, err) != 0 ||
        load_exchanges(s, "begin", &s->begin, err) != 0 ||
        load_exchanges(s, "begin_without", &s->begin_without, err) != 0 ||
        load_exchanges(s, "aside", &s->aside, err) != 0)
        return -1;
    return load_documents(s, err);
}

struct shapes *shapes_load(const char *path, struct err *err)
{
    struct shapes *s = calloc(1, sizeof(*s));

    if (s == NULL) {
        err_nomem(err);
        return NULL;
    }
    s->file = yaml_load(path, err);
    if (s->file == NULL || load_all(s, err) != 0) {
        shapes_free(s);
        return NULL;
    }
    return s;
}

void shapes_free(struct shapes *s)
{
    size_t i;

    if (s == NULL)
        return;
    for (i = 0; i < LISTS_MAX; i++)
        free(s->words[i].text);
    free(s->grave.text);
    free(s->grave_words.text);
    free(s->task.text);
    free(s->task_light.text);
    free(s->code.text);
    free(s->code_for.text);
    free(s->role.text);
    free(s->role_light.text);
    free(s->end.text);
    free(s->take.text);
    free(s->ask.text);
    free(s->begin.at);
    free(s->begin_without.at);
    free(s->aside.at);
    for (i = 0; i < s->ndocuments; i++) {
        free(s->documents[i].items.text);
        free(s->documents[i].ask.text);
    }
    free(s->documents);
    yaml_close(s->file);
    free(s);
}

/* --- filling --- */

struct fill {
    const struct shapes *s;
    const struct ask *ask;
    struct rng *r;
    bool told;                     /* {q} is the request as told */
    const char *chosen[LISTS_MAX]; /* NULL: not yet */
    char id[ID_MAX + 1];           /* "": the trigger gives none */
};

/* One plain word makes a name that reads well in code. */
static void make_id(const char *trigger, char id[ID_MAX + 1])
{
    size_t i;

    for (i = 0; i < ID_MAX && trigger[i] != '\0'; i++) {
        if (!islower((unsigned char)trigger[i]))
            break;
        id[i] = trigger[i];
    }
    id[trigger[i] == '\0' ? i : 0] = '\0';
}

static bool is_hole(const char *name, size_t len, const char *want)
{
    return strlen(want) == len && memcmp(name, want, len) == 0;
}

/* Does the frame take this request? */
static bool fits(const struct fill *f, const char *frame)
{
    const char *p, *q = f->ask->q;
    size_t len;

    for (p = frame; (p = next_hole(p, &len)) != NULL; p += len) {
        if ((is_hole(p, len, "q?") && q[strlen(q) - 1] != '?') ||
            (is_hole(p, len, "setting") && f->ask->setting == NULL) ||
            (is_hole(p, len, "sense") && *f->ask->sense == '\0') ||
            (is_hole(p, len, "id") && f->id[0] == '\0') ||
            (*p == 'q' && p - frame > 1 && p[-2] == '\'' &&
             strchr(q, '\'') != NULL))
            return false;
    }
    return true;
}

/* The request; quotes within quotes are single. */
static void add_request(const char *q, bool quoted, struct str *out)
{
    for (; *q != '\0'; q++)
        str_addc(out, quoted && *q == '"' ? '\'' : *q);
}

/* Behind "a " a word that begins with a vowel makes it "an ". */
static void add_word(const char *word, struct str *out)
{
    if (strchr("aeiou", *word) != NULL && out->len >= 3 &&
        strcmp(out->s + out->len - 3, " a ") == 0) {
        str_cut(out, out->len - 1);
        str_adds(out, "n ");
    }
    str_adds(out, word);
}

static void add_hole(struct fill *f, const char *name, size_t len,
                     struct str *out)
{
    int list;

    if (*name == 'q' && len <= 2) {
        add_request(f->told ? f->ask->told : f->ask->q,
                    out->len > 0 && out->s[out->len - 1] == '"', out);
    } else if (is_hole(name, len, "setting")) {
        str_adds(out, f->ask->setting);
    } else if (is_hole(name, len, "sense")) {
        str_adds(out, f->ask->sense);
    } else if (is_hole(name, len, "id")) {
        str_adds(out, f->id);
    } else {
        list = find_list(f->s, name, len);
        if (f->chosen[list] == NULL)
            f->chosen[list] =
                f->s->words[list].text[rng_below(f->r, f->s->words[list].n)];
        add_word(f->chosen[list], out);
    }
}

static void expand(struct fill *f, const char *frame, struct str *out)
{
    const char *hole;
    size_t len;

    while ((hole = next_hole(frame, &len)) != NULL) {
        str_add(out, frame, (size_t)(hole - 1 - frame));
        add_hole(f, hole, len, out);
        frame = hole + len + 1;
    }
    str_adds(out, frame);
}

/* One of the list that takes the request, or NULL. */
static const char *pick(struct fill *f, const struct list *list)
{
    const char *frame;
    int tries;

    for (tries = 0; tries < TRIES; tries++) {
        frame = list->text[rng_below(f->r, list->n)];
        if (fits(f, frame))
            return frame;
    }
    return NULL;
}

static bool has(const struct list *list, const char *word)
{
    size_t i;

    for (i = 0; i < list->n; i++)
        if (strcmp(list->text[i], word) == 0)
            return true;
    return false;
}

static bool names_one(const char *text, const struct list *words)
{
    size_t pos = 0, start, len, i;

    while (text_word(text, strlen(text), &pos, &start, &len))
        for (i = 0; i < words->n; i++)
            if (strlen(words->text[i]) == len &&
                strncasecmp(text + start, words->text[i], len) == 0)
                return true;
    return false;
}

bool shapes_grave(const struct shapes *s, const char *category,
                  const char *sense, const char *task)
{
    return has(&s->grave, category) || names_one(sense, &s->grave_words) ||
           names_one(task, &s->grave_words);
}

static bool add_prompt(struct fill *f, const struct list *list,
                       struct str *prompt)
{
    const char *frame = pick(f, list);

    if (frame != NULL)
        expand(f, frame, prompt);
    return frame != NULL;
}

/* --- turns --- */

static void add_turn(const char *role, const struct str *text,
                     struct str *turns)
{
    str_addf(turns, "%s{\"role\":\"%s\",\"text\":", turns->len > 0 ? "," : "",
             role);
    json_quote(text->s, text->len, turns);
    str_addc(turns, '}');
}

static void add_frame(struct fill *f, const char *role, const char *frame,
                      struct str *turns)
{
    struct str text;

    str_init(&text, TEXT_MAX);
    expand(f, frame, &text);
    add_turn(role, &text, turns);
    str_release(&text);
}

/* The exchange that was added, or NULL. */
static const struct exchange_frame *
add_exchange(struct fill *f, const struct exchanges *list, struct str *turns)
{
    const struct exchange_frame *e;
    int tries;

    for (tries = 0; tries < TRIES; tries++) {
        e = &list->at[rng_below(f->r, list->n)];
        if (!fits(f, e->user) || !fits(f, e->assistant))
            continue;
        add_frame(f, "user", e->user, turns);
        add_frame(f, "assistant", e->assistant, turns);
        return e;
    }
    return NULL;
}

static bool write_talk(struct fill *f, struct str *prompt, struct str *turns)
{
    const struct exchanges *begin =
        f->ask->setting != NULL ? &f->s->begin : &f->s->begin_without;
    const struct exchange_frame *e = add_exchange(f, begin, turns);

    if (e == NULL)
        return false;
    if (f->ask->grave) {
        str_adds(prompt, f->ask->q);
        return true;
    }
    if (begin == &f->s->begin_without && strstr(e->user, "{sense}") == NULL &&
        rng_unit(f->r) < 0.7 && add_exchange(f, &f->s->aside, turns) == NULL)
        return false;
    if (f->ask->voiced) { /* "So:" and "Honest question:" are one too many */
        str_adds(prompt, f->ask->q);
        return true;
    }
    return add_prompt(f, &f->s->end, prompt);
}

/* Six or more of the items in their order, the slot somewhere between. */
static void add_document(struct fill *f, const struct document *d,
                         struct str *out)
{
    size_t want, left = d->items.n, slot, i, taken = 0;

    want = ITEMS_LEAST + rng_below(f->r, d->items.n - ITEMS_LEAST + 1);
    slot = 1 + rng_below(f->r, want - 1);
    expand(f, d->hand, out);
    str_adds(out, "\n\n");
    expand(f, d->title, out);
    f->told = true;
    for (i = 0; i < d->items.n; i++, left--) {
        if (rng_below(f->r, left) >= want - taken)
            continue;
        if (taken++ == slot) {
            str_adds(out, "\n\n");
            expand(f, d->slot, out);
        }
        str_adds(out, "\n\n");
        expand(f, d->items.text[i], out);
    }
    f->told = false;
}

static bool write_long(struct fill *f, struct str *prompt, struct str *turns)
{
    const struct shapes *s = f->s;
    const struct document *d = &s->documents[rng_below(f->r, s->ndocuments)];
    const char *take = pick(f, &s->take);
    struct str text;

    if (take == NULL || !fits(f, d->slot))
        return false;
    str_init(&text, TEXT_MAX);
    add_document(f, d, &text);
    add_turn("user", &text, turns);
    str_release(&text);
    add_frame(f, "assistant", take, turns);
    return add_prompt(f, rng_unit(f->r) < 0.6 ? &s->ask : &d->ask, prompt);
}

/* Sober or light, each frame as often as the other. */
static const struct list *either(struct fill *f, const struct list *sober,
                                 const struct list *light)
{
    if (f->ask->grave)
        return sober;
    return rng_below(f->r, sober->n + light->n) < sober->n ? sober : light;
}

static const struct list *task_frames(struct fill *f)
{
    const struct shapes *s = f->s;

    if (f->id[0] != '\0' && has(&s->code_for, f->ask->category) &&
        rng_unit(f->r) < 0.25)
        return &s->code;
    return either(f, &s->task, &s->task_light);
}

bool shapes_write(const struct shapes *s, enum shape shape,
                  const struct ask *ask, struct rng *r, struct str *prompt,
                  struct str *turns)
{
    struct fill f = {.s = s, .ask = ask, .r = r};

    if (*ask->q == '\0')
        return false;
    make_id(ask->trigger, f.id);
    switch (shape) {
    case SHAPE_TASK:
        return add_prompt(&f, task_frames(&f), prompt);
    case SHAPE_ROLE:
        return add_prompt(&f, either(&f, &s->role, &s->role_light), prompt);
    case SHAPE_TURNS:
        return write_talk(&f, prompt, turns);
    case SHAPE_LONG:
        return write_long(&f, prompt, turns);
    default:
        str_adds(prompt, ask->q);
        return true;
    }
}
