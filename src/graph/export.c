/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GraphML is igraph's.  The others are written here: igraph's DOT has no
 * styles, its GML leaves text as UTF-8 where the format has ASCII with
 * character references (Himsolt, "GML: A portable Graph File Format", 1997),
 * which other readers stumble over, and it has no JSON.
 */
#include "graph/export.h"
#include "base/json.h"
#include "base/str.h"
#include "base/text.h"
#include "graph/inside.h"

#include <string.h>

const char *const EXPORT_NAMES[] = {"graphml", "gml", "dot", "json", NULL};

/* 0: none that means anything. */
static double weight_of(const struct concepts *c, igraph_integer_t e)
{
    double w = c->weighted ? EAN(&c->g, "weight", e) : 0;

    return w > 0 && w < 1e9 ? w : 0;
}

/* --- JSON --- */

static void add_member(struct str *s, const char *name, const char *text)
{
    if (*text == '\0')
        return;
    str_addf(s, ",\"%s\":", name);
    json_quote(text, strlen(text), s);
}

static void json_node(const struct concepts *c, size_t i, struct str *s)
{
    const struct vertex *v = &c->v[i];

    str_addf(s, "{\"id\":%zu,\"type\":\"%s\"", i, vertex_type_name(v->type));
    add_member(s, "text", v->text);
    add_member(s, "forms", v->forms);
    add_member(s, "slug", v->slug);
    add_member(s, "domain", v->domain);
    if (v->type == VERTEX_CATEGORY)
        str_addf(s, ",\"number\":%d", v->number);
    if (v->type == VERTEX_TASK)
        add_member(s, "kind", task_kind_name(v->kind));
    add_member(s, "source", v->source);
    if (v->support > 0)
        str_addf(s, ",\"support\":%.17g", v->support);
    str_addc(s, '}');
}

static void json_link(const struct concepts *c, igraph_integer_t e,
                      struct str *s)
{
    str_addf(s, "{\"source\":%lld,\"target\":%lld",
             (long long)IGRAPH_FROM(&c->g, e), (long long)IGRAPH_TO(&c->g, e));
    if (weight_of(c, e) > 0)
        str_addf(s, ",\"weight\":%.17g", weight_of(c, e));
    if (c->related)
        add_member(s, "relation", EAS(&c->g, "relation", e));
    str_addc(s, '}');
}

static int write_json(const struct concepts *c, FILE *out, struct err *err)
{
    igraph_integer_t e, m = igraph_ecount(&c->g);
    struct str s;
    size_t i;
    bool bad = false;

    str_init(&s, 1 << 20);
    fputs("{\"directed\":false,\"multigraph\":false,\"graph\":{},"
          "\"nodes\":[\n",
          out);
    for (i = 0; i < c->n; i++) {
        str_clear(&s);
        json_node(c, i, &s);
        bad |= str_failed(&s);
        fprintf(out, "%s%s", i > 0 ? ",\n" : "", s.s);
    }
    fputs("\n],\"links\":[\n", out);
    for (e = 0; e < m; e++) {
        str_clear(&s);
        json_link(c, e, &s);
        bad |= str_failed(&s);
        fprintf(out, "%s%s", e > 0 ? ",\n" : "", s.s);
    }
    fputs("\n]}\n", out);
    str_release(&s);
    return bad ? err_nomem(err) : 0;
}

/* --- DOT --- */

static const struct {
    const char *shape, *colour;
} looks[VERTEX_TYPES] = {
    [VERTEX_CATEGORY] = {"doublecircle", "#1c5fa8"},
    [VERTEX_TRIGGER] = {"ellipse", "#b8430b"},
    [VERTEX_SENSE] = {"box", "#0a7259"},
    [VERTEX_SETTING] = {"note", "#4b5563"},
    [VERTEX_TASK] = {"plaintext", "#83378f"},
    [VERTEX_ENTITY] = {"hexagon", "#6b5d00"},
};

/* In a quoted DOT string only the quote and the backslash are special. */
static void dot_quote(struct str *s, const char *text)
{
    struct str clean;
    size_t i;

    str_init(&clean, 1 << 16);
    text_printable(text, &clean);
    str_addc(s, '"');
    for (i = 0; i < clean.len; i++) {
        if (clean.s[i] == '"' || clean.s[i] == '\\')
            str_addc(s, '\\');
        str_addc(s, clean.s[i]);
    }
    str_addc(s, '"');
    str_release(&clean);
}

static int write_dot(const struct concepts *c, FILE *out, struct err *err)
{
    igraph_integer_t e, m = igraph_ecount(&c->g);
    struct str s;
    size_t i;
    bool bad = false;

    str_init(&s, 1 << 20);
    fputs("graph concepts {\n  overlap=false;\n", out);
    for (i = 0; i < c->n; i++) {
        str_clear(&s);
        dot_quote(&s, c->v[i].text);
        bad |= str_failed(&s);
        fprintf(out, "  %zu [type=%s, shape=%s, color=\"%s\", label=%s];\n", i,
                vertex_type_name(c->v[i].type), looks[c->v[i].type].shape,
                looks[c->v[i].type].colour, s.s);
    }
    for (e = 0; e < m; e++) {
        str_clear(&s);
        if (c->related && *EAS(&c->g, "relation", e) != '\0') {
            str_adds(&s, " [label=");
            dot_quote(&s, EAS(&c->g, "relation", e));
            str_addc(&s, ']');
        }
        bad |= str_failed(&s);
        fprintf(out, "  %lld -- %lld%s;\n", (long long)IGRAPH_FROM(&c->g, e),
                (long long)IGRAPH_TO(&c->g, e), s.s);
    }
    fputs("}\n", out);
    str_release(&s);
    return bad ? err_nomem(err) : 0;
}

/* --- GML --- */

/* The code point at `p`, which is valid UTF-8, and how many bytes it has. */
static unsigned long code_point(const char *p, size_t *len)
{
    unsigned char c = (unsigned char)*p;
    unsigned long cp;
    size_t i;

    *len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    cp = *len == 1 ? c : c & (0xFFu >> (*len + 1));
    for (i = 1; i < *len; i++)
        cp = cp << 6 | ((unsigned char)p[i] & 0x3F);
    return cp;
}

/* Printable ASCII, with everything else as a character reference. */
static void gml_text(struct str *s, const char *name, const char *text)
{
    unsigned long cp;
    size_t len;

    str_addf(s, "    %s \"", name);
    for (; *text != '\0'; text += len) {
        cp = code_point(text, &len);
        if (cp < 0x20 || cp > 0x7E || cp == '"' || cp == '&')
            str_addf(s, "&#%lu;", cp);
        else
            str_addc(s, (char)cp);
    }
    str_adds(s, "\"\n");
}

static void gml_member(struct str *s, const char *name, const char *text)
{
    if (*text != '\0')
        gml_text(s, name, text);
}

static void gml_node(const struct concepts *c, size_t i, struct str *s)
{
    const struct vertex *v = &c->v[i];

    str_addf(s, "  node\n  [\n    id %zu\n", i);
    gml_text(s, "label", v->text);
    gml_text(s, "type", vertex_type_name(v->type));
    gml_member(s, "forms", v->forms);
    gml_member(s, "slug", v->slug);
    gml_member(s, "domain", v->domain);
    if (v->type == VERTEX_CATEGORY)
        str_addf(s, "    number %d\n", v->number);
    if (v->type == VERTEX_TASK)
        gml_text(s, "kind", task_kind_name(v->kind));
    gml_member(s, "source", v->source);
    if (v->support > 0)
        str_addf(s, "    support %.1f\n", v->support);
    str_adds(s, "  ]\n");
}

static void gml_edge(const struct concepts *c, igraph_integer_t e,
                     struct str *s)
{
    str_addf(s, "  edge\n  [\n    source %lld\n    target %lld\n",
             (long long)IGRAPH_FROM(&c->g, e), (long long)IGRAPH_TO(&c->g, e));
    if (weight_of(c, e) > 0)
        str_addf(s, "    weight %.6f\n", weight_of(c, e));
    if (c->related)
        gml_member(s, "relation", EAS(&c->g, "relation", e));
    str_adds(s, "  ]\n");
}

static int write_gml(const struct concepts *c, FILE *out, struct err *err)
{
    struct str s;
    igraph_integer_t e, m = igraph_ecount(&c->g);
    size_t i;
    bool bad = false;

    str_init(&s, 1 << 20);
    fputs("Creator \"phgen\"\nVersion 1\ngraph\n[\n  directed 0\n", out);
    for (i = 0; i < c->n; i++) {
        str_clear(&s);
        gml_node(c, i, &s);
        bad |= str_failed(&s);
        fputs(s.s, out);
    }
    for (e = 0; e < m; e++) {
        str_clear(&s);
        gml_edge(c, e, &s);
        bad |= str_failed(&s);
        fputs(s.s, out);
    }
    fputs("]\n", out);
    str_release(&s);
    return bad ? err_nomem(err) : 0;
}

int concepts_export(const struct concepts *c, enum export_format format,
                    FILE *out, struct err *err)
{
    switch (format) {
    case EXPORT_GML:
        return write_gml(c, out, err);
    case EXPORT_DOT:
        return write_dot(c, out, err);
    case EXPORT_JSON:
        return write_json(c, out, err);
    default:
        if (igraph_write_graph_graphml(&c->g, out, false))
            return err_set(err, "cannot write the graph");
        return 0;
    }
}
