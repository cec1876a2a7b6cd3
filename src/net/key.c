/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Small on purpose: everything that touches a key's bytes, apart from the
 * header line that net.c builds, can be read here in one go.
 */
#include "net/key.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_MAX 8192

static const char *file_variable(const char *name)
{
    char var[256];

    snprintf(var, sizeof(var), "%s_FILE", name);
    return getenv(var);
}

/* Some editors put a mark of UTF-8 before the first line. */
static void drop_mark(char *line)
{
    static const char mark[] = "\xEF\xBB\xBF";

    if (strncmp(line, mark, 3) == 0)
        memmove(line, line + 3, strlen(line + 3) + 1);
}

static char *read_line(const char *path, struct err *err)
{
    char *line = calloc(1, KEY_MAX);
    FILE *f;

    if (line == NULL) {
        err_nomem(err);
        return NULL;
    }
    f = fopen(path, "r");
    if (f == NULL || fgets(line, KEY_MAX, f) == NULL) {
        err_set(err, "cannot read a key from %s: %s", path,
                f == NULL ? strerror(errno) : "it is empty");
        key_free(line);
        line = NULL;
    }
    if (line != NULL)
        drop_mark(line);
    if (f != NULL)
        fclose(f);
    return line;
}

/* Cuts blanks and line ends off both ends; 0 when the rest can be sent. */
static int tidy(char *key)
{
    static const char blank[] = " \t\r\n";
    size_t start = strspn(key, blank), len;

    memmove(key, key + start, strlen(key + start) + 1);
    len = strlen(key);
    while (len > 0 && strchr(blank, key[len - 1]) != NULL)
        key[--len] = '\0';
    for (; *key != '\0'; key++)
        if ((unsigned char)*key <= ' ' || (unsigned char)*key >= 0x7F)
            return -1;
    return len > 0 && len < KEY_MAX ? 0 : -1;
}

int key_is_set(const char *name)
{
    const char *key = getenv(name), *file = file_variable(name);

    return (key != NULL && *key != '\0') || (file != NULL && *file != '\0');
}

char *key_read(const char *name, struct err *err)
{
    const char *value = getenv(name), *file = file_variable(name);
    char *key;

    if (value != NULL && *value != '\0') {
        key = strdup(value);
        if (key == NULL)
            err_nomem(err);
    } else if (file != NULL && *file != '\0') {
        key = read_line(file, err);
    } else {
        err_set(err,
                "no key: set the environment variable %s, or %s_FILE to a "
                "file that holds it",
                name, name);
        return NULL;
    }
    if (key != NULL && tidy(key) != 0) {
        err_set(err,
                "the key in %s is empty or holds characters that no key has; "
                "it is one line, in a file the first",
                name);
        key_free(key);
        return NULL;
    }
    return key;
}

void key_free(char *key)
{
    if (key == NULL)
        return;
    explicit_bzero(key, strlen(key));
    free(key);
}

void key_redact(const char *key, char *bytes, size_t len)
{
    size_t n = key != NULL ? strlen(key) : 0;
    char *at, *end;

    if (bytes == NULL || n < 4)
        return;
    end = bytes + len;
    while ((at = memmem(bytes, (size_t)(end - bytes), key, n)) != NULL) {
        memset(at, '*', n);
        bytes = at + n;
    }
}
