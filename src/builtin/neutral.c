/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A word that begins with a capital letter is replaced by one that does. */
#include "builtin/neutral.h"
#include "base/json.h"
#include "base/text.h"
#include "base/yaml.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 40

struct neutral {
    struct yaml *yaml;
    yaml_node words;
};

static int check(const struct yaml *y, yaml_node top, struct err *err)
{
    size_t i;

    if (!yaml_is_map(y, top))
        return yaml_error(y, top, err, "expected \"word: other word\" lines");
    for (i = 0; i < yaml_size(y, top); i++)
        if (yaml_text(y, yaml_value(y, top, i)) == NULL)
            return yaml_error(y, yaml_value(y, top, i), err, "expected a word");
    return 0;
}

struct neutral *neutral_load(const char *path, struct err *err)
{
    struct neutral *n = calloc(1, sizeof(*n));

    if (n == NULL) {
        err_nomem(err);
        return NULL;
    }
    n->yaml = yaml_load(path, err);
    if (n->yaml != NULL)
        n->words = yaml_root(n->yaml);
    if (n->yaml == NULL || check(n->yaml, n->words, err) != 0) {
        neutral_free(n);
        return NULL;
    }
    return n;
}

void neutral_free(struct neutral *n)
{
    if (n == NULL)
        return;
    yaml_close(n->yaml);
    free(n);
}

static const char *instead(const struct neutral *n, const char *word,
                           size_t len)
{
    char lower[WORD_MAX + 1];
    size_t i;

    if (len > WORD_MAX)
        return NULL;
    for (i = 0; i < len; i++)
        lower[i] = (char)tolower((unsigned char)word[i]);
    lower[len] = '\0';
    return yaml_text(n->yaml, yaml_get(n->yaml, n->words, lower));
}

static void rephrase(const struct neutral *n, const char *text, struct str *out)
{
    size_t pos = 0, start, len, done = 0, all = strlen(text);
    const char *other;

    while (text_word(text, all, &pos, &start, &len)) {
        other = instead(n, text + start, len);
        if (other == NULL)
            continue;
        str_add(out, text + done, start - done);
        if (isupper((unsigned char)text[start])) {
            str_addc(out, (char)toupper((unsigned char)*other));
            other++;
        }
        str_adds(out, other);
        done = start + len;
    }
    str_add(out, text + done, all - done);
}

void neutral_speak(const struct neutral *n, const cJSON *payload,
                   struct str *out)
{
    const char *request = json_string(payload, "request");
    struct str text;

    if (request == NULL) {
        str_adds(out, "There is no request here to put into other words.");
        return;
    }
    str_init(&text, 1 << 20);
    rephrase(n, request, &text);
    str_adds(out, "{\"request\":");
    json_quote(text.s, text.len, out);
    str_addc(out, '}');
    str_release(&text);
}
