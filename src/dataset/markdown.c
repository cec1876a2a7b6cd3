/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Escaping by construction: a code span or a quoted string has one way out,
 * its own fence, and that is closed here.  Escaping prose character by
 * character would have to know every Markdown dialect's extensions.
 */
#include "dataset/markdown.h"
#include "base/json.h"
#include "base/str.h"
#include "base/text.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Foreign text on one line, printable, cut between characters. */
static void plain(const char *text, struct str *out)
{
    size_t n, i;

    text_printable(text, out);
    for (i = 0; i < out->len; i++) {
        /* Line separators to YAML and to some Markdown readers. */
        if (strncmp(out->s + i, "\xE2\x80\xA8", 3) == 0 ||
            strncmp(out->s + i, "\xE2\x80\xA9", 3) == 0)
            memcpy(out->s + i, "   ", 3);
    }
    if (out->len <= MARKDOWN_TEXT_MAX)
        return;
    for (n = MARKDOWN_TEXT_MAX;
         n > 0 && ((unsigned char)out->s[n] & 0xC0) == 0x80;)
        n--;
    str_cut(out, n);
    str_adds(out, "...");
}

/*
 * A code span.  Nothing is markup inside one but its own fence, and, in the
 * tables of GitHub's Markdown, the bar.
 */
void markdown_code(const char *text, FILE *out)
{
    struct str s;
    size_t i;

    str_init(&s, 1 << 16);
    plain(text != NULL ? text : "", &s);
    fputc('`', out);
    if (s.len == 0)
        fputs("?", out);
    for (i = 0; i < s.len; i++) {
        if (s.s[i] == '`')
            fputc('\'', out);
        else if (s.s[i] == '|')
            fputs("\\|", out);
        else
            fputc(s.s[i], out);
    }
    fputc('`', out);
    str_release(&s);
}

/* JSON strings are YAML strings once line separators are gone. */
void markdown_yaml(const char *text, FILE *out)
{
    struct str s, quoted;

    str_init(&s, 1 << 16);
    str_init(&quoted, 1 << 16);
    plain(text != NULL ? text : "", &s);
    json_quote(s.s, s.len, &quoted);
    fputs(quoted.s, out);
    str_release(&quoted);
    str_release(&s);
}

/* 1234567 as 1,234,567. */
void markdown_count(double n, FILE *out)
{
    char digits[40];
    int len, i;

    len = snprintf(digits, sizeof(digits), "%.0f", n < 1e15 ? n : 1e15);
    for (i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
            fputc(',', out);
        fputc(digits[i], out);
    }
}

static bool is_whole(double n)
{
    return n == floor(n) && fabs(n) < 1e15;
}

static void nested(const cJSON *object, FILE *out)
{
    struct str text;

    str_init(&text, 1 << 20);
    json_print(object, &text);
    markdown_code(text.s, out);
    str_release(&text);
}

void markdown_value(const cJSON *v, FILE *out)
{
    const cJSON *item;
    const char *gap = "";

    if (cJSON_IsString(v)) {
        markdown_code(v->valuestring, out);
    } else if (cJSON_IsNumber(v) && isfinite(v->valuedouble)) {
        if (is_whole(v->valuedouble))
            fprintf(out, "%.0f", v->valuedouble);
        else
            fprintf(out, "%.6g", v->valuedouble);
    } else if (cJSON_IsBool(v)) {
        fputs(cJSON_IsTrue(v) ? "yes" : "no", out);
    } else if (cJSON_IsArray(v) && v->child != NULL) {
        cJSON_ArrayForEach(item, v)
        {
            fputs(gap, out);
            markdown_value(item, out);
            gap = ", ";
        }
    } else if (cJSON_IsObject(v)) {
        nested(v, out);
    } else {
        fputs("none", out);
    }
}
