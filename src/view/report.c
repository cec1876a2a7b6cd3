/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A template with places, @title@ and so on; what goes there is either a file
 * that was built in or made here.
 * Everything before @data@ is written at the start, the rest at the end, and
 * the rows flow in between.
 *
 * The hash in the policy is of the script's bytes as they stand in the page:
 * nothing may be put between the tags but these bytes.
 */
#include "view/report.h"
#include "view/report_files.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MAX ((size_t)64 << 20) /* bytes */

struct report {
    FILE *out;
    const char *rest; /* of the template */
    struct str cells, evidence;
    unsigned rows; /* in the block */
};

/* --- escaping --- */

static const struct {
    const char *bytes, *escape;
} escapes[] = {
    {"<", "\\u003c"},
    {">", "\\u003e"},
    {"&", "\\u0026"},
    {"\xe2\x80\xa8", "\\u2028"},
    {"\xe2\x80\xa9", "\\u2029"},
};

static const char *escape_of(const char *at, size_t left, size_t *len)
{
    size_t i;

    if (strchr("<>&\xe2", *at) == NULL)
        return NULL;
    for (i = 0; i < sizeof(escapes) / sizeof(*escapes); i++) {
        *len = strlen(escapes[i].bytes);
        if (*len <= left && memcmp(at, escapes[i].bytes, *len) == 0)
            return escapes[i].escape;
    }
    return NULL;
}

void report_escape(const char *json, size_t len, struct str *out)
{
    size_t at = 0, plain, n = 0;
    const char *escape = NULL;

    while (at < len) {
        for (plain = at; plain < len; plain++) {
            escape = escape_of(json + plain, len - plain, &n);
            if (escape != NULL)
                break;
        }
        str_add(out, json + at, plain - at);
        if (plain == len)
            return;
        str_adds(out, escape);
        at = plain + n;
    }
}

static void write_html(const char *text, FILE *out)
{
    for (; *text != '\0'; text++)
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        default:
            putc(*text, out);
        }
}

/* --- blocks --- */

static int add_json(const cJSON *tree, struct str *out, struct err *err)
{
    struct str text;

    str_init(&text, BLOCK_MAX);
    json_print(tree, &text);
    report_escape(text.s, text.len, out);
    if (str_failed(&text) || str_failed(out)) {
        str_release(&text);
        return err_set(err, "the rows of the page are too large");
    }
    str_release(&text);
    return 0;
}

static void write_block(struct report *r, const char *name,
                        const struct str *json)
{
    fprintf(r->out, "<script type=\"application/json\" class=\"data-%s\">",
            name);
    fwrite(json->s, 1, json->len, r->out);
    fputs("</script>\n", r->out);
}

static void write_rows(struct report *r)
{
    if (r->rows == 0)
        return;
    str_addc(&r->cells, ']');
    str_addc(&r->evidence, ']');
    write_block(r, "cells", &r->cells);
    write_block(r, "evidence", &r->evidence);
    str_clear(&r->cells);
    str_clear(&r->evidence);
    r->rows = 0;
}

int report_add(struct report *r, const cJSON *cells, const cJSON *evidence,
               struct err *err)
{
    char before = r->rows == 0 ? '[' : ',';

    str_addc(&r->cells, before);
    str_addc(&r->evidence, before);
    if (add_json(cells, &r->cells, err) != 0 ||
        add_json(evidence, &r->evidence, err) != 0)
        return -1;
    if (++r->rows == REPORT_BLOCK)
        write_rows(r);
    return 0;
}

/* --- the template --- */

static const char *file_named(const char *name, size_t len, size_t *bytes)
{
    size_t i;

    for (i = 0; i < sizeof(embedded) / sizeof(*embedded); i++)
        if (strlen(embedded[i].name) == len &&
            memcmp(embedded[i].name, name, len) == 0) {
            *bytes = embedded[i].len;
            return (const char *)embedded[i].bytes;
        }
    return NULL;
}

/* Writes up to the next place and steps behind it; its name, or NULL at the
 * end. */
static const char *write_to_place(struct report *r, size_t *len)
{
    const char *at = strchr(r->rest, '@'), *end;

    if (at == NULL) {
        fputs(r->rest, r->out);
        return NULL;
    }
    fwrite(r->rest, 1, (size_t)(at - r->rest), r->out);
    end = strchr(at + 1, '@');
    assert(end != NULL);
    *len = (size_t)(end - at - 1);
    r->rest = end + 1;
    return at + 1;
}

/* Up to @data@, or to the end. */
static void write_template(struct report *r, const char *title)
{
    const char *name, *bytes;
    size_t len, n;

    while ((name = write_to_place(r, &len)) != NULL) {
        if (len == 4 && memcmp(name, "data", 4) == 0)
            return;
        bytes = file_named(name, len, &n);
        if (bytes != NULL)
            fwrite(bytes, 1, n, r->out);
        else
            write_html(title, r->out);
    }
}

struct report *report_new(FILE *out, const char *title, const cJSON *figures,
                          struct err *err)
{
    struct report *r = calloc(1, sizeof(*r));
    struct str json;
    size_t len;
    int failed;

    if (r == NULL) {
        err_nomem(err);
        return NULL;
    }
    r->out = out;
    r->rest = file_named("page.html", strlen("page.html"), &len);
    assert(r->rest != NULL);
    str_init(&r->cells, BLOCK_MAX);
    str_init(&r->evidence, 4 * BLOCK_MAX);
    str_init(&json, 4 * BLOCK_MAX);
    failed = add_json(figures, &json, err);
    if (failed) {
        report_free(r);
        r = NULL;
    } else {
        write_template(r, title);
        write_block(r, "figures", &json);
    }
    str_release(&json);
    return r;
}

int report_finish(struct report *r, struct err *err)
{
    write_rows(r);
    write_template(r, "");
    return ferror(r->out) ? err_set(err, "the page cannot be written") : 0;
}

void report_free(struct report *r)
{
    if (r == NULL)
        return;
    str_release(&r->cells);
    str_release(&r->evidence);
    free(r);
}
