/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two arrays and a table of names.  An origin is a list of sources with "; "
 * between, a trigger's forms one with commas; both grow by what is new in
 * another list, and stay as they are when they are as long as may be.
 */
#include "base/str.h"
#include "graph/builder_inside.h"

#include <stdlib.h>
#include <string.h>

#define SOURCES_MAX 12 /* named at a vertex; more are "..." */
#define KEY_MAX     (1 << 16)

struct builder *builder_new(struct err *err)
{
    struct builder *b = calloc(1, sizeof(*b));

    if (b == NULL)
        err_nomem(err);
    return b;
}

void builder_free(struct builder *b)
{
    size_t i;

    if (b == NULL)
        return;
    names_free(&b->known);
    for (i = 0; i < b->n; i++) {
        free(b->row[i].text);
        free(b->row[i].forms);
        free(b->row[i].slug);
        free(b->row[i].domain);
        free(b->row[i].source);
    }
    for (i = 0; i < b->nties; i++)
        free(b->tie[i].relation);
    free(b->row);
    free(b->tie);
    free(b);
}

/* --- lists in a text --- */

/* Is `part` one of the parts of `list` between separators? */
static bool has_part(const char *list, const char *sep, const char *part,
                     size_t len)
{
    const char *at = list, *end;

    for (;; at = end + strlen(sep)) {
        end = strstr(at, sep);
        if ((end != NULL ? (size_t)(end - at) : strlen(at)) == len &&
            memcmp(at, part, len) == 0)
            return true;
        if (end == NULL)
            return false;
    }
}

/* Adds to `*list` the parts of `more` that are not there.  Returns how many
 * were new, or -1. */
static int join_parts(char **list, const char *sep, const char *more,
                      size_t max, struct err *err)
{
    const char *at = more, *end;
    size_t len, parts = 1;
    struct str out;
    int added = 0;

    if (*more == '\0')
        return 0;
    str_init(&out, TEXT_MAX);
    str_adds(&out, *list);
    for (end = *list; (end = strstr(end, sep)) != NULL; end += strlen(sep))
        parts++;
    for (;; at = end + strlen(sep)) {
        end = strstr(at, sep);
        len = end != NULL ? (size_t)(end - at) : strlen(at);
        if (!has_part(out.s, sep, at, len)) {
            added++;
            if (parts++ < max)
                str_addf(&out, "%s%.*s", out.len > 0 ? sep : "", (int)len, at);
            else if (!has_part(out.s, sep, "...", 3))
                str_addf(&out, "%s...", sep);
        }
        if (end == NULL)
            break;
    }
    if (str_failed(&out)) { /* as long as it may be: it stays as it was */
        str_release(&out);
        return added;
    }
    free(*list);
    *list = str_detach(&out);
    return *list != NULL ? added : err_nomem(err);
}

/* --- vertices --- */

static char *copy(const char *s)
{
    return strdup(s != NULL ? s : "");
}

static int new_row(struct builder *b, enum vertex_type type, const char *text,
                   struct err *err)
{
    struct row *r;

    if (b->n == b->room) {
        size_t room = 2 * b->room + 256;

        r = realloc(b->row, room * sizeof(*r));
        if (r == NULL)
            return err_nomem(err);
        b->row = r;
        b->room = room;
    }
    r = &b->row[b->n];
    *r = (struct row){.type = type,
                      .text = copy(text),
                      .forms = copy(NULL),
                      .slug = copy(NULL),
                      .domain = copy(NULL),
                      .source = copy(NULL)};
    b->n++;
    if (r->text == NULL || r->forms == NULL || r->slug == NULL ||
        r->domain == NULL || r->source == NULL)
        return err_nomem(err);
    return (int)b->n - 1;
}

static int take_origin(struct row *r, const struct origin *from,
                       struct err *err)
{
    int added;

    if (from == NULL || *from->source == '\0')
        return 0;
    added = join_parts(&r->source, "; ", from->source, SOURCES_MAX, err);
    if (added < 0)
        return -1;
    if (added > 0)
        r->support += from->support;
    else if (from->support > r->support)
        r->support = from->support;
    return 0;
}

static void full_key(struct str *out, enum vertex_type type, const char *key)
{
    str_init(out, KEY_MAX);
    str_addf(out, "%d/%s", (int)type, key);
}

int builder_find(const struct builder *b, enum vertex_type type,
                 const char *key)
{
    const struct name *k;
    struct str full;

    full_key(&full, type, key);
    k = names_find(b->known, full.s);
    str_release(&full);
    return k != NULL ? k->number : -1;
}

int builder_vertex(struct builder *b, enum vertex_type type, const char *key,
                   const char *text, const struct origin *from, struct err *err)
{
    const struct name *k;
    struct str full;
    int v;

    full_key(&full, type, key);
    k = names_find(b->known, full.s);
    v = k != NULL ? k->number : new_row(b, type, text, err);
    if (v >= 0 && names_add(&b->known, full.s, v, err) == NULL)
        v = -1;
    str_release(&full);
    return v >= 0 && take_origin(&b->row[v], from, err) == 0 ? v : -1;
}

int builder_add_forms(struct builder *b, int vertex, const char *forms,
                      struct err *err)
{
    char **list = &b->row[vertex].forms;

    return join_parts(list, ",", forms, SIZE_MAX, err) < 0 ? -1 : 0;
}

/* --- edges --- */

int builder_tie(struct builder *b, int from, int to, double weight,
                const char *relation, struct err *err)
{
    struct tie *t;

    if (b->nties == b->ties_room) {
        size_t room = 2 * b->ties_room + 256;

        t = realloc(b->tie, room * sizeof(*t));
        if (t == NULL)
            return err_nomem(err);
        b->tie = t;
        b->ties_room = room;
    }
    t = &b->tie[b->nties];
    *t = (struct tie){from, to, weight, copy(relation)};
    b->nties++;
    return t->relation != NULL ? 0 : err_nomem(err);
}
