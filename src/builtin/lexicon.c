/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the scores are made, from the kinds of rule in lexicon.yaml:
 *
 *   term     an alarming word.  Its `surface` says how alarming it looks, its
 *            `edge` how near to real harm its subject lies by itself.
 *   sign     a construction that asks for harm ("how do I" + hurt + person).
 *   context  what makes a term innocent; `benign` weakens edges, `excuse`
 *            weakens signs (a game, a film), except those that are `firm`.
 *   request  how people ask for something to be done; signs that are `asked`
 *            count only when their verb stands right behind one.
 *   idiom    words that mean something else together; they cover the terms
 *            and signs that begin inside them.
 *
 *      surface = strongest term, and a little of the second
 *      edge    = strongest edge, some of the next, times (1 - benign)
 *      harm    = 1 - (1 - edge) (1 - signs)
 *
 * The numbers are judgement, tuned on contrast prompts; they are no
 * probabilities.  Nothing here looks at who wrote the text or obeys it.
 */
#include "builtin/lexicon.h"
#include "base/str.h"
#include "base/text.h"
#include "base/yaml.h"
#include "builtin/pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKENS_STACK  192
#define TOKENS_MAX    16384 /* words of a text that are read */
#define TOKEN_COVERED 0x100
#define TOKEN_ASKED   0x200
#define CONTEXTS_MAX  64
#define EDGE_TOLD     0.09 /* named in the reason from here on */
#define EXCUSE_FIRM   0.9  /* excuses even what is firm */

enum kind { TERM, SIGN, CONTEXT, IDIOM, REQUEST };

struct rule {
    enum kind kind;
    bool firm;     /* of a sign */
    bool asked;    /* of a sign: only as the verb of a request */
    double weight; /* surface, harm, benign */
    double second; /* edge, -, excuse */
    unsigned slot; /* of a context: its counter */
    char *about;
    char *category; /* of a term; NULL: none */
};

struct lexicon {
    struct patterns *patterns;
    char **text; /* of each pattern of a term, by number; else NULL */
    size_t ntexts, texts_room;
    struct rule *rules;
    size_t nrules, ncontexts;
};

/* -- loading ------------------------------------------------------------ */

struct section {
    const char *name;
    enum kind kind;
    const char *weight, *second; /* keys of the numbers; NULL: none */
    const char *patterns;        /* key of the list */
    const char *const *keys;
};

static const char *const term_keys[] = {"about", "category", "surface",
                                        "edge",  "words",    NULL};
static const char *const sign_keys[] = {"about", "harm", "firm",
                                        "asked", "when", NULL};
static const char *const context_keys[] = {"about", "benign", "excuse", "words",
                                           NULL};
static const char *const idiom_keys[] = {"about", "when", NULL};

static const struct section sections[] = {
    {"terms", TERM, "surface", "edge", "words", term_keys},
    {"signs", SIGN, "harm", NULL, "when", sign_keys},
    {"contexts", CONTEXT, "benign", "excuse", "words", context_keys},
    {"idioms", IDIOM, NULL, NULL, "when", idiom_keys},
    {"requests", REQUEST, NULL, NULL, "when", idiom_keys},
};
#define NSECTIONS (sizeof(sections) / sizeof(sections[0]))

static int load_number(const struct yaml *y, yaml_node item, const char *key,
                       double *out, struct err *err)
{
    const char *text;
    char *end;

    if (key == NULL)
        return 0;
    text = yaml_text(y, yaml_get(y, item, key));
    if (text == NULL)
        return yaml_error(y, item, err, "\"%s\" is missing", key);
    *out = strtod(text, &end);
    if (end == text || *end != '\0' || !(*out >= 0 && *out <= 1))
        return yaml_error(y, yaml_get(y, item, key), err,
                          "\"%s\" must be a number from 0 to 1", key);
    return 0;
}

static bool says_yes(const struct yaml *y, yaml_node item, const char *key)
{
    const char *text = yaml_text(y, yaml_get(y, item, key));

    return text != NULL && strcmp(text, "yes") == 0;
}

/* Every pattern has a place, so that its number finds it. */
static int keep_text(struct lexicon *lex, const char *text, bool wanted,
                     struct err *err)
{
    char **more;

    if (lex->ntexts == lex->texts_room) {
        size_t room = 2 * lex->texts_room + 1024;

        more = realloc(lex->text, room * sizeof(*more));
        if (more == NULL)
            return err_nomem(err);
        lex->text = more;
        lex->texts_room = room;
    }
    lex->text[lex->ntexts] = wanted ? strdup(text) : NULL;
    if (wanted && lex->text[lex->ntexts] == NULL)
        return err_nomem(err);
    lex->ntexts++;
    return 0;
}

static int load_patterns(struct lexicon *lex, const struct yaml *y,
                         yaml_node list, unsigned rule, struct err *err)
{
    const char *text;
    struct err why;
    size_t i;

    if (!yaml_is_list(y, list))
        return yaml_error(y, list, err, "expected a list of patterns");
    for (i = 0; i < yaml_size(y, list); i++) {
        text = yaml_text(y, yaml_at(y, list, i));
        if (text == NULL)
            return yaml_error(y, yaml_at(y, list, i), err,
                              "expected a pattern, which is a text");
        if (patterns_add(lex->patterns, text, rule, &why) != 0)
            return yaml_error(y, yaml_at(y, list, i), err, "%s", why.text);
        if (keep_text(lex, text, lex->rules[rule].kind == TERM, err) != 0)
            return -1;
    }
    return 0;
}

static int load_rule(struct lexicon *lex, const struct yaml *y, yaml_node item,
                     const struct section *s, struct err *err)
{
    struct rule *r = &lex->rules[lex->nrules];
    const char *about, *category;

    if (yaml_check_keys(y, item, s->keys, err) != 0)
        return -1;
    category = yaml_text(y, yaml_get(y, item, "category"));
    about = yaml_text(y, yaml_get(y, item, "about"));
    if (about == NULL)
        return yaml_error(y, item, err, "\"about\" is missing");
    r->kind = s->kind;
    r->about = strdup(about);
    r->category = category != NULL ? strdup(category) : NULL;
    lex->nrules++;
    if (r->about == NULL || (category != NULL && r->category == NULL))
        return err_nomem(err);
    if (load_number(y, item, s->weight, &r->weight, err) != 0 ||
        load_number(y, item, s->second, &r->second, err) != 0)
        return -1;
    r->firm = says_yes(y, item, "firm");
    r->asked = says_yes(y, item, "asked");
    if (r->kind == CONTEXT) {
        if (lex->ncontexts == CONTEXTS_MAX)
            return yaml_error(y, item, err, "more than %d contexts",
                              CONTEXTS_MAX);
        r->slot = (unsigned)lex->ncontexts++;
    }
    return load_patterns(lex, y, yaml_get(y, item, s->patterns),
                         (unsigned)lex->nrules - 1, err);
}

static int load_forms(struct lexicon *lex, const struct yaml *y,
                      struct err *err)
{
    yaml_node map = yaml_get(y, yaml_root(y), "forms");
    const char *form, *base;
    struct err why;
    size_t i;

    for (i = 0; i < yaml_size(y, map); i++) {
        form = yaml_text(y, yaml_key(y, map, i));
        base = yaml_text(y, yaml_value(y, map, i));
        if (form == NULL || base == NULL)
            return yaml_error(y, map, err, "expected \"form: word\" lines");
        if (patterns_form(lex->patterns, form, base, &why) != 0)
            return yaml_error(y, yaml_key(y, map, i), err, "%s", why.text);
    }
    return 0;
}

static int load_class(struct lexicon *lex, const struct yaml *y, yaml_node key,
                      yaml_node list, struct err *err)
{
    const char *word;
    struct err why;
    size_t i;

    if (!yaml_is_list(y, list))
        return yaml_error(y, key, err, "expected a list of words");
    for (i = 0; i < yaml_size(y, list); i++) {
        word = yaml_text(y, yaml_at(y, list, i));
        if (word == NULL)
            return yaml_error(y, list, err, "expected a list of words");
        if (patterns_class(lex->patterns, yaml_text(y, key), word, &why) != 0)
            return yaml_error(y, yaml_at(y, list, i), err, "%s", why.text);
    }
    return 0;
}

static int load_classes(struct lexicon *lex, const struct yaml *y,
                        struct err *err)
{
    yaml_node map = yaml_get(y, yaml_root(y), "classes");
    size_t i;

    for (i = 0; i < yaml_size(y, map); i++)
        if (load_class(lex, y, yaml_key(y, map, i), yaml_value(y, map, i),
                       err) != 0)
            return -1;
    return 0;
}

static int load_sections(struct lexicon *lex, const struct yaml *y,
                         struct err *err)
{
    yaml_node list;
    size_t i, k, n = 0;

    for (k = 0; k < NSECTIONS; k++)
        n += yaml_size(y, yaml_get(y, yaml_root(y), sections[k].name));
    lex->rules = calloc(n + 1, sizeof(*lex->rules));
    if (lex->rules == NULL)
        return err_nomem(err);
    for (k = 0; k < NSECTIONS; k++) {
        list = yaml_get(y, yaml_root(y), sections[k].name);
        if (!yaml_is_list(y, list))
            return yaml_error(y, list, err, "the list \"%s\" is missing",
                              sections[k].name);
        for (i = 0; i < yaml_size(y, list); i++)
            if (load_rule(lex, y, yaml_at(y, list, i), &sections[k], err) != 0)
                return -1;
    }
    return 0;
}

struct lexicon *lexicon_load(const char *path, struct err *err)
{
    static const char *const keys[] = {"forms",    "classes",  "terms",
                                       "signs",    "contexts", "idioms",
                                       "requests", NULL};
    struct lexicon *lex = calloc(1, sizeof(*lex));
    struct yaml *y = NULL;
    int failed = -1;

    if (lex != NULL)
        lex->patterns = patterns_new();
    if (lex == NULL || lex->patterns == NULL) {
        err_nomem(err);
        goto out;
    }
    y = yaml_load(path, err);
    if (y == NULL)
        goto out;
    failed = yaml_check_keys(y, yaml_root(y), keys, err) != 0 ||
             load_forms(lex, y, err) != 0 || load_classes(lex, y, err) != 0 ||
             load_sections(lex, y, err) != 0 ||
             patterns_seal(lex->patterns, err) != 0;
out:
    yaml_close(y);
    if (failed) {
        lexicon_free(lex);
        return NULL;
    }
    return lex;
}

void lexicon_free(struct lexicon *lex)
{
    size_t i;

    if (lex == NULL)
        return;
    for (i = 0; i < lex->nrules; i++) {
        free(lex->rules[i].about);
        free(lex->rules[i].category);
    }
    for (i = 0; i < lex->ntexts; i++)
        free(lex->text[i]);
    free(lex->text);
    free(lex->rules);
    patterns_free(lex->patterns);
    free(lex);
}

/* -- reading ------------------------------------------------------------ */

/* What one text gave, before it is made scores. */
struct tally {
    struct token *tokens;
    size_t n;
    double surface[2]; /* strongest, and next of another word */
    double edge[3];
    double sign[2];
    const struct rule *term, *near, *worst, *idiom; /* the strongest ones */
    struct hit term_at, near_at, worst_at;
    unsigned char contexts[CONTEXTS_MAX];
};

/* Keeps the largest values in falling order. */
static bool keep(double *top, size_t n, double x)
{
    size_t i, k;

    for (i = 0; i < n; i++) {
        if (x <= top[i])
            continue;
        for (k = n - 1; k > i; k--)
            top[k] = top[k - 1];
        top[i] = x;
        return i == 0;
    }
    return false;
}

/* What has to be known before terms and signs can be weighed. */
static void mark(const struct lexicon *lex, struct tally *t)
{
    struct scan scan = {0};
    struct hit hit;
    size_t i;

    while (patterns_next(lex->patterns, t->tokens, t->n, &scan, &hit)) {
        if (lex->rules[hit.rule].kind == REQUEST && hit.last + 1 < t->n)
            t->tokens[hit.last + 1].flags |= TOKEN_ASKED;
        if (lex->rules[hit.rule].kind != IDIOM)
            continue;
        t->idiom = &lex->rules[hit.rule];
        for (i = hit.first; i <= hit.last; i++)
            t->tokens[i].flags |= TOKEN_COVERED;
    }
}

static void take_term(struct tally *t, const struct rule *r,
                      const struct hit *hit)
{
    bool covered = (t->tokens[hit->first].flags & TOKEN_COVERED) != 0;
    double edge = covered ? 0.1 * r->second : r->second;

    if (keep(t->surface, 2, covered ? 0.85 * r->weight : r->weight)) {
        t->term = r;
        t->term_at = *hit;
    }
    if (keep(t->edge, 3, edge)) {
        t->near = r;
        t->near_at = *hit;
    }
}

static void take_sign(struct tally *t, const struct rule *r,
                      const struct hit *hit)
{
    bool covered = (t->tokens[hit->first].flags & t->tokens[hit->last].flags &
                    TOKEN_COVERED) != 0;

    if (r->asked && (t->tokens[hit->first].flags & TOKEN_ASKED) == 0)
        return;
    if (keep(t->sign, 2, covered ? 0.15 * r->weight : r->weight)) {
        t->worst = r;
        t->worst_at = *hit;
    }
}

static void take_hits(const struct lexicon *lex, struct tally *t)
{
    struct scan scan = {0};
    struct hit hit;
    const struct rule *r;

    while (patterns_next(lex->patterns, t->tokens, t->n, &scan, &hit)) {
        r = &lex->rules[hit.rule];
        if (r->kind == TERM)
            take_term(t, r, &hit);
        else if (r->kind == SIGN)
            take_sign(t, r, &hit);
        else if (r->kind == CONTEXT && t->contexts[r->slot] < 4)
            t->contexts[r->slot]++;
    }
}

/* Innocent context found; the strongest goes to *which, the best excuse to
 * *excuse. */
static double weigh_contexts(const struct lexicon *lex, const struct tally *t,
                             const struct rule **which, double *excuse)
{
    double doubt = 1, best = 0, b;
    const struct rule *r;
    size_t i;

    *which = NULL;
    *excuse = 0;
    for (i = 0; i < lex->nrules; i++) {
        r = &lex->rules[i];
        if (r->kind != CONTEXT || t->contexts[r->slot] == 0)
            continue;
        b = 1 - r->weight;
        if (t->contexts[r->slot] > 1)
            b *= 1 - 0.6 * r->weight;
        if (t->contexts[r->slot] > 2)
            b *= 1 - 0.4 * r->weight;
        doubt *= b;
        if (r->second > *excuse)
            *excuse = r->second;
        if (1 - b > best) {
            best = 1 - b;
            *which = r;
        }
    }
    return 1 - doubt;
}

/* Copies text, lower case, white space as spaces, cut between characters. */
static void quote(const char *text, size_t len, char *out, size_t size)
{
    size_t i, n = text_cut(text, len, size - 1);

    for (i = 0; i < n; i++)
        out[i] = (unsigned char)text[i] < 0x20 ? ' ' : text[i];
    for (i = 0; i < n; i++)
        if (out[i] >= 'A' && out[i] <= 'Z')
            out[i] = (char)(out[i] - 'A' + 'a');
    out[n] = '\0';
}

static void quote_hit(const struct tally *t, const struct hit *hit,
                      const char *text, char *out, size_t size)
{
    const struct token *a = &t->tokens[hit->first], *b = &t->tokens[hit->last];

    quote(text + a->start, b->start + b->len - a->start, out, size);
    if (!text_valid(out, strlen(out))) /* between the words, not in them */
        quote(text + a->start, a->len, out, size);
}

/* `edge` is what the context leaves of it. */
static void explain(const struct tally *t, const struct rule *context,
                    double signs, double edge, const char *text,
                    struct lexicon_reading *out)
{
    bool near = t->near != NULL && edge >= EDGE_TOLD;
    const char *about = near ? t->near->about : "";
    char words[48];

    if (t->worst != NULL && signs >= 0.2) {
        quote_hit(t, &t->worst_at, text, words, sizeof(words));
        snprintf(out->why, sizeof(out->why), "it %s (\"%s\")", t->worst->about,
                 words);
        return;
    }
    if (t->term == NULL) {
        snprintf(out->why, sizeof(out->why), "nothing in it points to harm");
        return;
    }
    quote_hit(t, near ? &t->near_at : &t->term_at, text, words, sizeof(words));
    if (near && context != NULL)
        snprintf(out->why, sizeof(out->why),
                 "\"%s\" touches on %s, although it is about %s", words, about,
                 context->about);
    else if (near)
        snprintf(out->why, sizeof(out->why),
                 "\"%s\" touches on %s and nothing around it settles the sense",
                 words, about);
    else if (t->idiom != NULL)
        snprintf(out->why, sizeof(out->why), "\"%s\" is %s here", words,
                 t->idiom->about);
    else if (context != NULL)
        snprintf(out->why, sizeof(out->why), "\"%s\" is about %s here", words,
                 context->about);
    else
        snprintf(out->why, sizeof(out->why),
                 "\"%s\" is there, but nobody is to be harmed", words);
}

static void score(const struct lexicon *lex, const struct tally *t,
                  const char *text, struct lexicon_reading *out)
{
    const struct rule *context;
    double excuse, signs, edge;

    out->benign = weigh_contexts(lex, t, &context, &excuse);
    out->surface = t->surface[0] + (1 - t->surface[0]) * 0.35 * t->surface[1];
    signs = t->sign[0] + (1 - t->sign[0]) * 0.4 * t->sign[1];
    if (t->worst == NULL || !t->worst->firm || excuse >= EXCUSE_FIRM)
        signs *= 1 - excuse;
    if (signs > 0.5 && out->surface < signs)
        out->surface = signs;
    edge = t->edge[0] + (1 - t->edge[0]) * 0.4 * t->edge[1] + 0.15 * t->edge[2];
    edge = (edge < 0.6 ? edge : 0.6) * (1 - out->benign);
    out->harm = 1 - (1 - edge) * (1 - signs);
    if (t->term != NULL)
        quote_hit(t, &t->term_at, text, out->focus, sizeof(out->focus));
    explain(t, context, signs, edge, text, out);
}

void lexicon_read(const struct lexicon *lex, const char *text, size_t len,
                  struct lexicon_reading *out)
{
    struct token few[TOKENS_STACK], *many = NULL;
    struct tally t;

    memset(&t, 0, sizeof(t));
    memset(out, 0, sizeof(*out));
    t.tokens = few;
    t.n = patterns_split(lex->patterns, text, len, few, TOKENS_STACK);
    if (t.n == TOKENS_STACK) {
        many = malloc(TOKENS_MAX * sizeof(*many));
        if (many != NULL) {
            t.tokens = many;
            t.n = patterns_split(lex->patterns, text, len, many, TOKENS_MAX);
        }
    }
    mark(lex, &t);
    take_hits(lex, &t);
    score(lex, &t, text, out);
    free(many);
}

/* -- conversations ------------------------------------------------------- */

#define TALK_MAX (1u << 20)

static void take_worse(struct lexicon_reading *out,
                       const struct lexicon_reading *other)
{
    if (other->harm > out->harm) {
        out->harm = other->harm;
        memcpy(out->why, other->why, sizeof(out->why));
    }
    if (other->surface > out->surface) {
        out->surface = other->surface;
        memcpy(out->focus, other->focus, sizeof(out->focus));
    }
}

void lexicon_read_talk(const struct lexicon *lex, const struct talk *talk,
                       struct lexicon_reading *out)
{
    struct lexicon_reading other;
    struct str all;
    size_t i;

    lexicon_read(lex, talk->request, strlen(talk->request), out);
    if (talk->n == 0)
        return;
    str_init(&all, TALK_MAX);
    for (i = 0; i < talk->n; i++) {
        lexicon_read(lex, talk->turns[i], strlen(talk->turns[i]), &other);
        take_worse(out, &other);
        str_addf(&all, "%s\n", talk->turns[i]);
    }
    str_adds(&all, talk->request);
    lexicon_read(lex, all.s, all.len, &other);
    take_worse(out, &other);
    str_release(&all);
}

/* A pattern of plain words reads as itself; one with choices or gaps as what
 * stands in the text. */
static bool plain(const char *pattern)
{
    return pattern != NULL && strpbrk(pattern, "|~<^.!") == NULL;
}

static void take_word(const struct lexicon *lex, const struct tally *t,
                      const struct hit *hit, const char *text,
                      struct lexicon_term *out)
{
    const struct token *a = &t->tokens[hit->first], *b = &t->tokens[hit->last];
    const char *pattern = lex->text[hit->pattern];

    out->about = lex->rules[hit->rule].about;
    out->category = lex->rules[hit->rule].category;
    out->surface = lex->rules[hit->rule].weight;
    out->start = a->start;
    out->len = b->start + b->len - a->start;
    if (plain(pattern))
        quote(pattern + (*pattern == '='), strlen(pattern) - (*pattern == '='),
              out->word, sizeof(out->word));
    else
        quote(text + out->start, out->len, out->word, sizeof(out->word));
}

size_t lexicon_terms(const struct lexicon *lex, const char *text, size_t len,
                     struct lexicon_term *out, size_t max)
{
    struct token tokens[TOKENS_STACK];
    struct tally t;
    struct scan scan = {0};
    struct hit hit;
    size_t n = 0;

    memset(&t, 0, sizeof(t));
    t.tokens = tokens;
    t.n = patterns_split(lex->patterns, text, len, tokens, TOKENS_STACK);
    while (n < max && patterns_next(lex->patterns, t.tokens, t.n, &scan, &hit))
        if (lex->rules[hit.rule].kind == TERM)
            take_word(lex, &t, &hit, text, &out[n++]);
    return n;
}
