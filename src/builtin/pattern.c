/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every word of the lexicon is interned once; a text is split into pointers
 * to those words, so that matching compares pointers and small integers and
 * allocates nothing.  Patterns hang from the words that can begin them: a
 * text of n words costs n look-ups and the few patterns that start there.
 *
 * Stems are made by cutting English endings.  That is crude, but the lexicon
 * and the text are cut by the same rules, so what matters is only that forms
 * of one word meet; the few that must not meet are written as exact forms.
 */
#include "builtin/pattern.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define NO_CLASS UINT32_MAX

enum owner { OWNER_ANY, OWNER_YES, OWNER_NO };

struct element {
    const struct word *word; /* NULL: the class decides */
    uint32_t class;
    unsigned char exact; /* compare the form, not the stem */
    unsigned char gap;   /* words that may stand before it */
    unsigned char owner;
};

struct pattern {
    struct element elements[PATTERN_ELEMENTS_MAX];
    unsigned n;
    unsigned rule;
    bool first; /* must begin a sentence */
};

struct ids {
    uint32_t *at;
    uint32_t n, room;
};

struct word {
    UT_hash_handle hh;
    uint32_t id;
    struct ids classes; /* it is a member of */
    struct ids starts;  /* patterns that begin with it */
    struct word *base;  /* of an irregular form; else NULL */
    char text[];
};

struct class
{
    UT_hash_handle hh;
    uint32_t id;
    struct ids members; /* indexes into `all` */
    char name[];
};

struct patterns {
    struct word *words; /* by text; exact forms begin with '=' */
    struct class *classes;
    struct word **all;
    struct class **by_id;
    struct pattern *list;
    uint32_t nwords, nclasses, npatterns;
};

static int ids_add(struct ids *ids, uint32_t id, struct err *err)
{
    uint32_t room = ids->room > 0 ? 2 * ids->room : 4;
    uint32_t *at = ids->at;

    if (ids->n == ids->room) {
        at = realloc(at, room * sizeof(*at));
        if (at == NULL)
            return err_nomem(err);
        ids->at = at;
        ids->room = room;
    }
    ids->at[ids->n++] = id;
    return 0;
}

struct patterns *patterns_new(void)
{
    return calloc(1, sizeof(struct patterns));
}

void patterns_free(struct patterns *ps)
{
    uint32_t i;

    if (ps == NULL)
        return;
    HASH_CLEAR(hh, ps->words);
    HASH_CLEAR(hh, ps->classes);
    for (i = 0; i < ps->nwords; i++) {
        free(ps->all[i]->classes.at);
        free(ps->all[i]->starts.at);
        free(ps->all[i]);
    }
    for (i = 0; i < ps->nclasses; i++) {
        free(ps->by_id[i]->members.at);
        free(ps->by_id[i]);
    }
    free(ps->all);
    free(ps->by_id);
    free(ps->list);
    free(ps);
}

/* -- stems ------------------------------------------------------------- */

static bool ends(const char *w, size_t len, const char *tail)
{
    size_t n = strlen(tail);

    return len >= n && memcmp(w + len - n, tail, n) == 0;
}

static bool has_vowel(const char *w, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++)
        if (memchr("aeiouy", w[i], 6) != NULL)
            return true;
    return false;
}

/* "stabb" to "stab", but "kill" stays. */
static size_t undouble(const char *w, size_t len)
{
    if (len >= 4 && w[len - 1] == w[len - 2] &&
        memchr("bdgmnprt", w[len - 1], 8) != NULL)
        return len - 1;
    return len;
}

static size_t cut_plural(const char *w, size_t len)
{
    if (len < 4 || w[len - 1] != 's' || ends(w, len, "ss") ||
        ends(w, len, "us") || ends(w, len, "is"))
        return len;
    if (ends(w, len, "sses") || ends(w, len, "xes") || ends(w, len, "zes") ||
        ends(w, len, "ches") || ends(w, len, "shes"))
        return len - 2;
    return len - 1;
}

static size_t cut_verb(const char *w, size_t len)
{
    if (len >= 5 && ends(w, len, "ing") && has_vowel(w, len - 3))
        return undouble(w, len - 3);
    if (len >= 4 && ends(w, len, "ed") && !ends(w, len, "eed") &&
        has_vowel(w, len - 2))
        return undouble(w, len - 2);
    return len;
}

void pattern_stem(const char *word, size_t len, char out[PATTERN_WORD_MAX + 1])
{
    size_t n;

    if (len > PATTERN_WORD_MAX)
        len = PATTERN_WORD_MAX;
    memcpy(out, word, len);
    n = cut_plural(out, len);
    n = cut_verb(out, n);
    if (n >= 4 && ends(out, n, "ie"))
        n--, out[n - 1] = 'y';
    else if (n >= 4 && out[n - 1] == 'i')
        out[n - 1] = 'y';
    else if (n >= 3 && out[n - 1] == 'e')
        n--;
    if (n >= 4 && ends(out, n, "iz"))
        out[n - 1] = 's';
    if (n >= 6 && ends(out, n, "our"))
        out[n - 2] = 'r', n--;
    out[n] = '\0';
}

/* -- interning ---------------------------------------------------------- */

static struct word *find(const struct patterns *ps, const char *text,
                         size_t len)
{
    struct word *w = NULL;

    HASH_FIND(hh, ps->words, text, len, w);
    return w;
}

static int grow(void *list, uint32_t n, size_t size, struct err *err)
{
    void **at = list;
    void *more;

    if ((n & (n - 1)) != 0) /* full only at powers of two */
        return 0;
    more = realloc(*at, (n > 0 ? 2 * (size_t)n : 1) * size);
    if (more == NULL)
        return err_nomem(err);
    *at = more;
    return 0;
}

static struct word *intern(struct patterns *ps, const char *text,
                           struct err *err)
{
    size_t len = strlen(text);
    struct word *w = find(ps, text, len);

    if (w != NULL)
        return w->base != NULL ? w->base : w;
    if (grow(&ps->all, ps->nwords, sizeof(*ps->all), err) != 0)
        return NULL;
    w = calloc(1, sizeof(*w) + len + 1);
    if (w == NULL) {
        err_nomem(err);
        return NULL;
    }
    memcpy(w->text, text, len + 1);
    w->id = ps->nwords;
    ps->all[ps->nwords++] = w;
    HASH_ADD_KEYPTR(hh, ps->words, w->text, len, w);
    return w;
}

static struct class *class_at(struct patterns *ps, const char *name,
                              bool create, struct err *err)
{
    struct class *c = NULL;
    size_t len = strlen(name);

    HASH_FIND(hh, ps->classes, name, len, c);
    if (c != NULL)
        return c;
    if (!create) {
        err_set(err, "the class <%s> is not declared", name);
        return NULL;
    }
    if (grow(&ps->by_id, ps->nclasses, sizeof(*ps->by_id), err) != 0)
        return NULL;
    c = calloc(1, sizeof(*c) + len + 1);
    if (c == NULL) {
        err_nomem(err);
        return NULL;
    }
    memcpy(c->name, name, len + 1);
    c->id = ps->nclasses;
    ps->by_id[ps->nclasses++] = c;
    HASH_ADD_KEYPTR(hh, ps->classes, c->name, len, c);
    return c;
}

/* "=meth" as it is, anything else as its stem. */
static struct word *intern_written(struct patterns *ps, const char *text,
                                   size_t len, struct err *err)
{
    char key[PATTERN_WORD_MAX + 2], stem[PATTERN_WORD_MAX + 1];

    if (len == 0 || len > PATTERN_WORD_MAX || (len == 1 && *text == '=')) {
        err_set(err, "\"%.*s\" is no word of 1 to %d letters", (int)len, text,
                PATTERN_WORD_MAX);
        return NULL;
    }
    if (*text == '=') {
        memcpy(key, text, len);
        key[len] = '\0';
        return intern(ps, key, err);
    }
    pattern_stem(text, len, stem);
    return intern(ps, stem, err);
}

static int class_add(struct class *c, struct word *w, struct err *err)
{
    uint32_t i;

    for (i = 0; i < w->classes.n; i++)
        if (w->classes.at[i] == c->id)
            return 0;
    if (ids_add(&c->members, w->id, err) != 0)
        return -1;
    return ids_add(&w->classes, c->id, err);
}

int patterns_class(struct patterns *ps, const char *name, const char *member,
                   struct err *err)
{
    struct class *c = class_at(ps, name, true, err);
    struct word *w;

    if (c == NULL)
        return -1;
    w = intern_written(ps, member, strlen(member), err);
    return w != NULL ? class_add(c, w, err) : -1;
}

int patterns_form(struct patterns *ps, const char *form, const char *base,
                  struct err *err)
{
    struct word *b = intern_written(ps, base, strlen(base), err);
    struct word *w = NULL;

    if (b != NULL)
        w = intern_written(ps, form, strlen(form), err);
    if (w == NULL)
        return -1;
    if (w != b)
        w->base = b;
    return 0;
}

/* -- compiling ---------------------------------------------------------- */

/* "a|b|c" becomes a class without a declaration, named by its text. */
static int parse_choice(struct patterns *ps, const char *text, size_t len,
                        struct element *e, struct err *err)
{
    char name[256];
    struct class *c;
    struct word *w;
    size_t i, from = 0;

    if (len >= sizeof(name))
        return err_set(err, "\"%.*s\" has too many words", (int)len, text);
    memcpy(name, text, len);
    name[len] = '\0';
    c = class_at(ps, name, true, err);
    if (c == NULL)
        return -1;
    for (i = 0; i <= len; i++) {
        if (i < len && text[i] != '|')
            continue;
        w = intern_written(ps, text + from, i - from, err);
        if (w == NULL || class_add(c, w, err) != 0)
            return -1;
        from = i + 1;
    }
    e->class = c->id;
    return 0;
}

static int parse_element(struct patterns *ps, const char *text, size_t len,
                         struct element *e, struct err *err)
{
    char name[64];
    struct class *c;

    e->class = NO_CLASS;
    if (len > 2 && ends(text, len, "'s")) {
        e->owner = OWNER_YES;
        len -= 2;
    } else if (len > 1 && text[len - 1] == '!') {
        e->owner = OWNER_NO;
        len--;
    }
    if (len > 2 && text[0] == '<' && text[len - 1] == '>' &&
        len - 2 < sizeof(name)) {
        memcpy(name, text + 1, len - 2);
        name[len - 2] = '\0';
        c = class_at(ps, name, false, err);
        if (c == NULL)
            return -1;
        e->class = c->id;
        return 0;
    }
    if (memchr(text, '|', len) != NULL)
        return parse_choice(ps, text, len, e, err);
    e->exact = text[0] == '=';
    e->word = intern_written(ps, text, len, err);
    return e->word != NULL ? 0 : -1;
}

static int parse(struct patterns *ps, const char *text, struct pattern *p,
                 struct err *err)
{
    unsigned gap = 0, gaps = 0;
    const char *s = text, *end;
    size_t len;

    for (; *s != '\0'; s = end) {
        s += strspn(s, " ");
        len = strcspn(s, " ");
        end = s + len;
        if (len == 0)
            continue;
        if (*s == '^' && p->n == 0 && !p->first) {
            p->first = true;
            end = s + 1;
        } else if (p->n > 0 && len == 1 && *s == '~') {
            gaps += gap == 0;
            gap += 2;
        } else if (p->n > 0 && len == 2 && memcmp(s, "..", 2) == 0) {
            gaps += gap == 0;
            gap += 5;
        } else if (p->n == PATTERN_ELEMENTS_MAX || gaps > PATTERN_GAPS_MAX ||
                   gap > 10) {
            return err_set(err, "\"%s\" has more than %d words or %d gaps",
                           text, PATTERN_ELEMENTS_MAX, PATTERN_GAPS_MAX);
        } else {
            p->elements[p->n].gap = (unsigned char)gap;
            gap = 0;
            if (parse_element(ps, s, len, &p->elements[p->n++], err) != 0)
                return -1;
        }
    }
    if (p->n == 0 || gap > 0)
        return err_set(err, "\"%s\" must begin and end with a word", text);
    return 0;
}

int patterns_add(struct patterns *ps, const char *text, unsigned rule,
                 struct err *err)
{
    struct pattern p = {.rule = rule};

    if (parse(ps, text, &p, err) != 0)
        return -1;
    if (grow(&ps->list, ps->npatterns, sizeof(*ps->list), err) != 0)
        return -1;
    ps->list[ps->npatterns++] = p;
    return 0;
}

int patterns_seal(struct patterns *ps, struct err *err)
{
    const struct element *e;
    const struct class *c;
    uint32_t i, k;

    for (i = 0; i < ps->npatterns; i++) {
        e = &ps->list[i].elements[0];
        if (e->word != NULL) {
            struct word *w = find(ps, e->word->text, strlen(e->word->text));

            if (ids_add(&w->starts, i, err) != 0)
                return -1;
            continue;
        }
        c = ps->by_id[e->class];
        for (k = 0; k < c->members.n; k++)
            if (ids_add(&ps->all[c->members.at[k]]->starts, i, err) != 0)
                return -1;
    }
    return 0;
}

/* -- splitting ---------------------------------------------------------- */

/* Lower case without apostrophes; returns 0 when too long. */
static size_t fold(const char *text, size_t len, char *out)
{
    size_t i, n = 0;

    for (i = 0; i < len; i++) {
        if (text[i] == '\'')
            continue;
        if (len - i >= 3 && memcmp(text + i, "\xE2\x80\x99", 3) == 0) {
            i += 2;
            continue;
        }
        if (n == PATTERN_WORD_MAX)
            return 0;
        out[n++] = text_lower(text[i]);
    }
    return n;
}

/* Letters of other shapes (full-width, accents as marks) made plain ones. */
static size_t fold_wide(char *buf, size_t n)
{
    struct str s;
    size_t i;

    for (i = 0; i < n && (unsigned char)buf[i] < 0x80; i++)
        ;
    if (i == n)
        return n;
    str_init(&s, 8 * PATTERN_WORD_MAX);
    text_normalise(buf, n, &s);
    n = !str_failed(&s) && s.len <= PATTERN_WORD_MAX ? s.len : 0;
    memcpy(buf, s.s, n);
    str_release(&s);
    return n;
}

/* Bytes of a clitic at the end ("'s", "'ll"), apostrophe included; "n't"
 * stays with its word. */
static size_t clitic(const char *p, size_t len)
{
    size_t i, mark;

    for (i = len > 5 ? len - 5 : 0; i < len; i++) {
        mark = p[i] == '\''                                            ? 1
               : len - i >= 3 && memcmp(p + i, "\xE2\x80\x99", 3) == 0 ? 3
                                                                       : 0;
        if (mark == 0 || i == 0)
            continue;
        if (len - i - mark == 1 && text_lower(p[len - 1]) == 't')
            return 0;
        if (len - i - mark <= 2)
            return len - i;
    }
    return 0;
}

static void look_up(const struct patterns *ps, char *buf, size_t n,
                    struct token *t)
{
    char stem[PATTERN_WORD_MAX + 1];

    t->stem = t->exact = NULL;
    if (n == 0)
        return;
    pattern_stem(buf + 1, n, stem);
    buf[0] = '=';
    t->exact = find(ps, buf, n + 1);
    if (t->exact != NULL && t->exact->base != NULL)
        t->stem = t->exact->base;
    else
        t->stem = find(ps, stem, strlen(stem));
    if (t->stem != NULL && t->stem->base != NULL)
        t->stem = t->stem->base;
}

static void one_token(const struct patterns *ps, const char *text, size_t start,
                      size_t len, struct token *t)
{
    char buf[PATTERN_WORD_MAX + 2];
    size_t cut = clitic(text + start, len), n;
    char c = text[start];

    t->start = (uint32_t)start;
    t->len = (uint32_t)(len - cut);
    if (cut > 0 && text_lower(text[start + len - 1]) == 's')
        t->flags |= TOKEN_OWNER;
    if (c >= 'A' && c <= 'Z')
        t->flags |= TOKEN_CAPITAL;
    n = fold(text + start, len - cut, buf + 1);
    look_up(ps, buf, fold_wide(buf + 1, n), t);
}

/* Whether a sentence ended between two words; also reports a plural owner
 * ("celebrities' records"). */
static bool sentence_end(const char *p, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++)
        if (memchr(".?!;\n:", p[i], 6) != NULL)
            return true;
    return false;
}

size_t patterns_split(const struct patterns *ps, const char *text, size_t len,
                      struct token *out, size_t max)
{
    size_t pos = 0, start, wlen, n = 0, end = 0, part;
    const char *hyphen;

    if (len > UINT32_MAX)
        len = UINT32_MAX;
    while (n < max && text_word(text, len, &pos, &start, &wlen)) {
        memset(&out[n], 0, sizeof(out[n]));
        if (n == 0 || sentence_end(text + end, start - end))
            out[n].flags = TOKEN_FIRST;
        if (n > 0 && start > end && text[end] == '\'' && text[end - 1] == 's')
            out[n - 1].flags |= TOKEN_OWNER;
        end = start + wlen;
        while (n < max && start < end) {
            hyphen = memchr(text + start, '-', end - start);
            part = hyphen != NULL ? (size_t)(hyphen - text) : end;
            one_token(ps, text, start, part - start, &out[n++]);
            start = part + 1;
            if (n < max && start < end)
                memset(&out[n], 0, sizeof(out[n]));
        }
    }
    return n;
}

/* -- matching ----------------------------------------------------------- */

static bool fits(const struct element *e, const struct token *t)
{
    uint32_t i;
    int k;

    if ((e->owner == OWNER_YES && (t->flags & TOKEN_OWNER) == 0) ||
        (e->owner == OWNER_NO && (t->flags & TOKEN_OWNER) != 0))
        return false;
    if (e->word != NULL)
        return e->word == (e->exact ? t->exact : t->stem);
    for (k = 0; k < 2; k++) {
        const struct word *w = k == 0 ? t->stem : t->exact;

        for (i = 0; w != NULL && i < w->classes.n; i++)
            if (w->classes.at[i] == e->class)
                return true;
    }
    return false;
}

/* Element k and on, from token i; *last is the token of the final one. */
static bool rest_fits(const struct pattern *p, unsigned k,
                      const struct token *tokens, size_t n, size_t i,
                      size_t *last)
{
    const struct element *e = &p->elements[k];
    size_t j;

    if (k == p->n)
        return true;
    for (j = i; j <= i + e->gap && j < n; j++) {
        if ((tokens[j].flags & TOKEN_FIRST) != 0)
            return false;
        if (!fits(e, &tokens[j]))
            continue;
        *last = j;
        if (rest_fits(p, k + 1, tokens, n, j + 1, last))
            return true;
    }
    return false;
}

bool patterns_next(const struct patterns *ps, const struct token *tokens,
                   size_t n, struct scan *scan, struct hit *hit)
{
    const struct pattern *p;
    const struct token *t;
    const struct word *w;

    for (; scan->token < n; scan->token++, scan->turn = 0) {
        t = &tokens[scan->token];
        for (; scan->turn < 2; scan->turn++, scan->start = 0) {
            w = scan->turn == 0 ? t->stem : t->exact;
            while (w != NULL && scan->start < w->starts.n) {
                p = &ps->list[w->starts.at[scan->start++]];
                hit->first = hit->last = scan->token;
                if ((p->first && (t->flags & TOKEN_FIRST) == 0) ||
                    !fits(&p->elements[0], t) ||
                    !rest_fits(p, 1, tokens, n, scan->token + 1, &hit->last))
                    continue;
                hit->rule = p->rule;
                hit->pattern = (unsigned)(p - ps->list);
                return true;
            }
        }
    }
    return false;
}
