/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The frame of both pictures and the colours in them.
 *
 * The domains' colours are four of about equal weight that people with the
 * common colour deficiencies tell apart, dark enough on the paper's near
 * white (a contrast of 4.5 or more).  The scale for values runs in lightness
 * as well as in hue, so it survives a grey printer.
 */
#include "graph/draw.h"
#include "graph/inside.h"
#include "graph/palette.h"

#include <math.h>
#include <string.h>

static const char *const strong[] = {"#b8430b", "#1c5fa8", "#83378f",
                                     "#0a7259", "#6b5d00", "#9d174d",
                                     "#334155", "#4d5a13"};
static const char *const pale[] = {"#eaa57f", "#8fbbe6", "#cf9fd8", "#86cbb8",
                                   "#d3c46a", "#e9a3bf", "#a9b4c2", "#bfcb86"};
#define NDOMAINS (sizeof(strong) / sizeof(*strong))

/* The last is for what has no value. */
static const char *const scale[] = {"#f6d98b", "#f3b95f", "#ee9440",
                                    "#e16a2e", "#c8412a", "#a11f2d",
                                    "#74103a", "#430a3d", "#c9ccd1"};
#define NSCALE (sizeof(scale) / sizeof(*scale) - 1)

void palette_init(struct palette *p, const struct concepts *graph,
                  const struct draw_options *o)
{
    size_t i, k;

    memset(p, 0, sizeof(*p));
    p->graph = graph;
    p->options = o;
    for (i = 0; i < graph->ncategories; i++) {
        for (k = 0; k < p->ndomains; k++)
            if (strcmp(p->domain[k], graph->categories[i].domain) == 0)
                break;
        if (k == p->ndomains && k < NDOMAINS)
            p->domain[p->ndomains++] = graph->categories[i].domain;
    }
    p->n = o->value != NULL ? NSCALE + 1 : NDOMAINS;
}

/* Domains past the palette share its last colour. */
static size_t domain_of(const struct palette *p, size_t category)
{
    size_t k;

    for (k = 0; k + 1 < p->ndomains; k++)
        if (strcmp(p->domain[k], p->graph->categories[category].domain) == 0)
            break;
    return k;
}

size_t palette_of(const struct palette *p, int vertex, size_t category)
{
    double v;

    if (p->options->value == NULL)
        return domain_of(p, category);
    v = p->options->value[vertex];
    if (isnan(v))
        return NSCALE;
    v = v < 0 ? 0 : v > 1 ? 1 : v;
    return (size_t)fmin(floor(v * NSCALE), NSCALE - 1);
}

const char *palette_strong(const struct palette *p, size_t colour)
{
    return p->options->value != NULL ? scale[colour] : strong[colour];
}

const char *palette_pale(const struct palette *p, size_t colour)
{
    return p->options->value != NULL ? scale[colour] : pale[colour];
}

/* "hate-speech" as "Hate speech". */
static void add_spoken(struct str *out, const char *slug)
{
    size_t at = out->len, i;

    str_adds(out, slug);
    for (i = at; i < out->len; i++)
        if (out->s[i] == '-')
            out->s[i] = ' ';
    if (out->len > at && out->s[at] >= 'a' && out->s[at] <= 'z')
        out->s[at] -= 'a' - 'A';
}

static void legend_domains(const struct palette *p, struct canvas *k, double x,
                           double y)
{
    const struct text_style style = {.size = 15, .colour = INK};
    struct str name;
    size_t i;

    str_init(&name, 1 << 16);
    for (i = 0; i < p->ndomains; i++) {
        if (p->options->category != DRAW_WHOLE &&
            domain_of(p, (size_t)p->options->category) != i)
            continue;
        str_clear(&name);
        add_spoken(&name, p->domain[i]);
        canvas_circle(k, x + 6, y - 5, 7, strong[i], NULL);
        canvas_text(k, x + 19, y, &style, name.s);
        x += 19 + canvas_text_width(name.s, 15) + 24;
    }
    str_release(&name);
}

static void legend_scale(const struct palette *p, struct canvas *k, double x,
                         double y)
{
    const struct draw_options *o = p->options;
    const char *low = o->value_low != NULL ? o->value_low : "0";
    const char *high = o->value_high != NULL ? o->value_high : "1";
    const struct text_style style = {.size = 15, .colour = INK};
    size_t i;

    if (o->value_name != NULL) {
        canvas_text(k, x, y, &style, o->value_name);
        x += canvas_text_width(o->value_name, 15) + 16;
    }
    canvas_text(k, x, y, &style, low);
    x += canvas_text_width(low, 15) + 8;
    for (i = 0; i < NSCALE; i++, x += 22)
        str_addf(k->svg,
                 "<rect x=\"%.1f\" y=\"%.1f\" width=\"22\" height=\"13\" "
                 "fill=\"%s\"/>\n",
                 x, y - 11, scale[i]);
    canvas_text(k, x + 8, y, &style, high);
    x += 8 + canvas_text_width(high, 15) + 28;
    canvas_circle(k, x + 6, y - 5, 7, scale[NSCALE], NULL);
    canvas_text(k, x + 19, y, &style, "no value");
}

void palette_legend(const struct palette *p, struct canvas *k, double x,
                    double y)
{
    if (p->options->value != NULL)
        legend_scale(p, k, x, y);
    else
        legend_domains(p, k, x, y);
}

static void count_types(const struct concepts *c, size_t by_type[VERTEX_TYPES])
{
    size_t i;

    memset(by_type, 0, VERTEX_TYPES * sizeof(*by_type));
    for (i = 0; i < c->n; i++)
        by_type[c->v[i].type]++;
}

static void whole_title(const struct concepts *c, struct str *title,
                        struct str *about)
{
    size_t n[VERTEX_TYPES];

    count_types(c, n);
    str_adds(title, "The concept graph");
    str_addf(about,
             "%zu categories, %zu words that look dangerous, %zu harmless "
             "meanings; %zu settings and %zu tasks hang on these",
             n[VERTEX_CATEGORY], n[VERTEX_TRIGGER], n[VERTEX_SENSE],
             n[VERTEX_SETTING], n[VERTEX_TASK]);
}

static void wheel_title(const struct concepts *c, size_t category,
                        struct str *title, struct str *about)
{
    int v = c->category_vertex[category];

    str_adds(title, c->categories[category].name);
    str_addf(about,
             "%zu words that look dangerous, and around them their %zu "
             "harmless meanings; * also looks dangerous in other categories",
             concepts_near(c, v, VERTEX_TRIGGER).n,
             concepts_near(c, v, VERTEX_SENSE).n);
}

int concepts_draw(const struct concepts *c, const struct draw_options *o,
                  struct str *svg, struct err *err)
{
    const struct text_style head = {.size = 30, .colour = INK, .bold = true};
    const struct text_style sub = {.size = 16, .colour = INK_SOFT};
    bool whole = o->category == DRAW_WHOLE;
    double width = whole ? WHOLE_WIDTH : WHEEL_SIZE;
    double height = whole ? WHOLE_HEIGHT : WHEEL_SIZE + 120;
    struct str title, about;
    struct palette p;
    struct canvas k;
    int failed;

    str_init(&title, 1 << 16);
    str_init(&about, 1 << 16);
    if (whole)
        whole_title(c, &title, &about);
    else
        wheel_title(c, (size_t)o->category, &title, &about);
    if (o->title != NULL) {
        str_clear(&title);
        str_adds(&title, o->title);
    }
    palette_init(&p, c, o);
    canvas_begin(&k, svg, width, height, title.s, about.s);
    failed = whole ? draw_whole(c, &p, &k, err)
                   : draw_wheel(c, &p, (size_t)o->category, &k, err);
    canvas_text(&k, 40, 54, &head, title.s);
    canvas_text(&k, 40, 82, &sub, about.s);
    palette_legend(&p, &k, 40, whole ? height - 26 : 112);
    canvas_end(&k);
    if (!failed && (k.bad || str_failed(svg)))
        failed = err_set(err, "the picture is too large");
    canvas_release(&k);
    str_release(&title);
    str_release(&about);
    return failed ? -1 : 0;
}
