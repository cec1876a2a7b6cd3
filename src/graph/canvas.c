/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plain SVG that every viewer agrees on: no CSS, no fonts but the viewer's
 * own.  Lines and dots are one path an opened group, so that a graph of
 * thousands of vertices stays a file that a page can carry.
 */
#include "graph/canvas.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FONT  "Helvetica, Arial, 'DejaVu Sans', sans-serif"
#define PAPER "#fbfaf7"

/* As text or in quotes. */
static void add_escaped(struct str *out, const char *text)
{
    struct str clean;
    size_t i;

    str_init(&clean, 1 << 16);
    text_printable(text, &clean);
    for (i = 0; i < clean.len; i++)
        switch (clean.s[i]) {
        case '&':
            str_adds(out, "&amp;");
            break;
        case '<':
            str_adds(out, "&lt;");
            break;
        case '>':
            str_adds(out, "&gt;");
            break;
        case '"':
            str_adds(out, "&quot;");
            break;
        default:
            str_addc(out, clean.s[i]);
        }
    str_release(&clean);
}

void canvas_begin(struct canvas *k, struct str *svg, double width,
                  double height, const char *title, const char *about)
{
    memset(k, 0, sizeof(*k));
    k->svg = svg;
    str_addf(svg,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
             "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
             "font-family=\"" FONT "\">\n<title>",
             width, height, width, height);
    add_escaped(svg, title);
    str_adds(svg, "</title>\n<desc>");
    add_escaped(svg, about);
    str_adds(svg, "</desc>\n<rect width=\"100%\" height=\"100%\" "
                  "fill=\"" PAPER "\"/>\n");
}

void canvas_end(struct canvas *k)
{
    str_adds(k->svg, "</svg>\n");
}

void canvas_release(struct canvas *k)
{
    free(k->taken);
    memset(k, 0, sizeof(*k));
}

/* --- lines and dots --- */

void canvas_open_lines(struct canvas *k, const char *colour, double width,
                       double opacity)
{
    str_addf(k->svg,
             "<path fill=\"none\" stroke=\"%s\" stroke-width=\"%.2g\" "
             "stroke-opacity=\"%.2g\" d=\"",
             colour, width, opacity);
}

void canvas_line(struct canvas *k, double x0, double y0, double x1, double y1)
{
    str_addf(k->svg, "M%.1f %.1fL%.1f %.1f", x0, y0, x1, y1);
}

void canvas_curve(struct canvas *k, double x0, double y0, double cx, double cy,
                  double x1, double y1)
{
    str_addf(k->svg, "M%.1f %.1fQ%.1f %.1f %.1f %.1f", x0, y0, cx, cy, x1, y1);
}

void canvas_open_dots(struct canvas *k, const char *colour, double size)
{
    str_addf(k->svg,
             "<path fill=\"none\" stroke=\"%s\" stroke-width=\"%.3g\" "
             "stroke-linecap=\"round\" d=\"",
             colour, size);
}

void canvas_dot(struct canvas *k, double x, double y)
{
    str_addf(k->svg, "M%.1f %.1fh0", x, y);
}

void canvas_close(struct canvas *k)
{
    str_adds(k->svg, "\"/>\n");
}

void canvas_circle(struct canvas *k, double x, double y, double r,
                   const char *fill, const char *title)
{
    str_addf(k->svg,
             "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\" "
             "stroke=\"" PAPER "\" stroke-width=\"2\">",
             x, y, r, fill);
    if (title != NULL) {
        str_adds(k->svg, "<title>");
        add_escaped(k->svg, title);
        str_adds(k->svg, "</title>");
    }
    str_adds(k->svg, "</circle>\n");
}

/* --- text --- */

/* A halo in the paper's colour keeps text readable over lines. */
void canvas_text(struct canvas *k, double x, double y,
                 const struct text_style *style, const char *text)
{
    static const char *const anchors[] = {"start", "middle", "end"};

    str_addf(k->svg,
             "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%.3g\" "
             "text-anchor=\"%s\" fill=\"%s\" stroke=\"" PAPER "\" "
             "stroke-width=\"%.2g\" stroke-linejoin=\"round\" "
             "paint-order=\"stroke\"",
             x, y, style->size, anchors[style->anchor], style->colour,
             style->size / 4);
    if (style->bold)
        str_adds(k->svg, " font-weight=\"bold\"");
    if (style->italic)
        str_adds(k->svg, " font-style=\"italic\"");
    if (style->turn != 0)
        str_addf(k->svg, " transform=\"rotate(%.2f %.1f %.1f)\"", style->turn,
                 x, y);
    str_addc(k->svg, '>');
    add_escaped(k->svg, text);
    str_adds(k->svg, "</text>\n");
}

/* Of the common sans-serif fonts, in ems; continuation bytes take none. */
static double char_width(char c)
{
    if (((unsigned char)c & 0xC0) == 0x80)
        return 0;
    if (strchr("ijlI.,;:'|! ", c) != NULL)
        return 0.29;
    if (strchr("ftr()[]-", c) != NULL)
        return 0.36;
    if (strchr("mwMW%@", c) != NULL)
        return 0.87;
    if ((c >= 'A' && c <= 'Z') || ((unsigned char)c & 0x80))
        return 0.72;
    return 0.575;
}

double canvas_text_width(const char *text, double size)
{
    double w = 0;

    for (; *text != '\0'; text++)
        w += char_width(*text);
    return w * size;
}

void canvas_shorten(const char *text, double size, double width,
                    struct str *out)
{
    double w = canvas_text_width("...", size);
    size_t i, cut = 0, word = 0;

    if (canvas_text_width(text, size) <= width) {
        str_adds(out, text);
        return;
    }
    for (i = 0; text[i] != '\0' && w <= width; i++) {
        if (((unsigned char)text[i] & 0xC0) != 0x80) {
            cut = i;
            if (text[i] == ' ')
                word = i;
        }
        w += char_width(text[i]) * size;
    }
    str_add(out, text, word > cut / 2 ? word : cut);
    str_adds(out, "...");
}

/* --- room for labels --- */

bool canvas_fits(const struct canvas *k, struct box b)
{
    size_t i;

    for (i = 0; i < k->ntaken; i++) {
        const struct box *t = &k->taken[i];

        if (b.x0 < t->x1 && t->x0 < b.x1 && b.y0 < t->y1 && t->y0 < b.y1)
            return false;
    }
    return true;
}

void canvas_take(struct canvas *k, struct box b)
{
    struct box *more;

    if (k->ntaken == k->room) {
        more = realloc(k->taken, (2 * k->room + 64) * sizeof(*more));
        if (more == NULL) {
            k->bad = true;
            return;
        }
        k->taken = more;
        k->room = 2 * k->room + 64;
    }
    k->taken[k->ntaken++] = b;
}
