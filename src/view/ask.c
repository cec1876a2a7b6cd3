/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A route is a row: method, path, kind, and which members its body must have.
 * A member is checked the same way wherever it stands.
 */
#include "view/ask.h"
#include "base/json.h"
#include "base/text.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define MEMBER_NAME  1u
#define MEMBER_AT    2u
#define MEMBER_SEEN  4u /* which row, and what was seen of it */
#define MEMBER_LABEL 8u

static const struct route {
    const char *method, *path;
    enum ask_what what;
    unsigned members;
} routes[] = {
    {"GET", "/api/session", ASK_SESSION, 0},
    {"POST", "/api/begin", ASK_BEGIN, MEMBER_NAME},
    {"POST", "/api/next", ASK_NEXT, MEMBER_NAME | MEMBER_AT},
    {"POST", "/api/row", ASK_ROW, MEMBER_NAME | MEMBER_AT},
    {"POST", "/api/evidence", ASK_EVIDENCE, MEMBER_NAME | MEMBER_AT},
    {"POST", "/api/label", ASK_LABEL,
     MEMBER_NAME | MEMBER_AT | MEMBER_SEEN | MEMBER_LABEL},
    {"POST", "/api/undo", ASK_UNDO, MEMBER_NAME | MEMBER_AT | MEMBER_SEEN},
};

static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    return true;
}

/* On one line, `max` bytes at most. */
static int squeeze(const char *text, size_t max, char *out)
{
    struct str s;
    int failed;

    str_init(&s, ASK_BODY_MAX);
    text_squeeze(text, strlen(text), &s);
    failed = str_failed(&s) || s.len > max || !is_plain(s.s);
    if (!failed)
        memcpy(out, s.s, s.len + 1);
    str_release(&s);
    return failed ? -1 : 0;
}

static int read_name(const cJSON *body, char out[ASK_NAME_MAX + 1],
                     struct err *err)
{
    const char *text = json_string(body, "annotator");

    if (text == NULL || squeeze(text, ASK_NAME_MAX, out) != 0 || out[0] == '\0')
        return err_set(err, "A name has 1 to %d bytes.", ASK_NAME_MAX);
    return 0;
}

static int read_word(const cJSON *body, const char *name,
                     char out[ASK_WORD_MAX + 1], struct err *err)
{
    const char *text = json_string(body, name);

    out[0] = '\0';
    if (text == NULL)
        return 0;
    if (strlen(text) > ASK_WORD_MAX || !is_plain(text))
        return err_set(err, "\"%s\" has %d bytes at most.", name, ASK_WORD_MAX);
    memcpy(out, text, strlen(text) + 1);
    return 0;
}

static int read_note(const cJSON *body, char out[ASK_NOTE_MAX + 1],
                     struct err *err)
{
    const char *text = json_string(body, "note");

    if (text != NULL && squeeze(text, ASK_NOTE_MAX, out) != 0)
        return err_set(err,
                       "A note has %d bytes at most, and no control "
                       "characters.",
                       ASK_NOTE_MAX);
    return 0;
}

static int read_at(const cJSON *body, uint64_t *out, struct err *err)
{
    double at = json_number(body, "at", -1);

    if (!(at >= 0) || at > 9007199254740991.0 || at != floor(at))
        return err_set(err, "\"at\" is missing or no position.");
    *out = (uint64_t)at;
    return 0;
}

static int read_members(const cJSON *body, unsigned members, struct ask *out,
                        struct err *err)
{
    if (members & MEMBER_NAME && read_name(body, out->annotator, err) != 0)
        return -1;
    if (members & MEMBER_AT && read_at(body, &out->at, err) != 0)
        return -1;
    if (members & MEMBER_SEEN && (read_word(body, "id", out->id, err) != 0 ||
                                  read_word(body, "was", out->was, err) != 0))
        return -1;
    if (members & MEMBER_LABEL &&
        (read_word(body, "verdict", out->verdict, err) != 0 ||
         read_note(body, out->note, err) != 0))
        return -1;
    return 0;
}

static unsigned read_body(const struct route *r, const char *bytes, size_t len,
                          struct ask *out, struct err *err)
{
    cJSON *body = json_parse(bytes, len, err);
    int failed = body == NULL;

    if (!failed && !cJSON_IsObject(body))
        failed = err_set(err, "The request is no JSON object.");
    if (!failed)
        failed = read_members(body, r->members, out, err);
    cJSON_Delete(body);
    return failed ? 400 : 0;
}

unsigned ask_read(const char *method, const char *path, const char *body,
                  size_t len, struct ask *out, struct err *err)
{
    const struct route *r = NULL;
    size_t i;

    *out = (struct ask){.what = ASK_PAGE};
    for (i = 0; i < sizeof(routes) / sizeof(*routes); i++)
        if (strcmp(path, routes[i].path) == 0)
            r = &routes[i];
    if (strcmp(method, r != NULL ? r->method : "GET") != 0) {
        err_set(err, "This address takes %s.", r != NULL ? r->method : "GET");
        return 405;
    }
    if (len > ASK_BODY_MAX) {
        err_set(err, "The request is larger than %d bytes.", ASK_BODY_MAX);
        return 413;
    }
    if (r == NULL && strncmp(path, "/api/", 5) == 0) {
        err_set(err, "There is no such address.");
        return 404;
    }
    if (r == NULL)
        return 0;
    out->what = r->what;
    return r->members != 0 ? read_body(r, body, len, out, err) : 0;
}
