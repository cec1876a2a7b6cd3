/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs a target over its corpus: every file as it is, cut short at some
 * places, and with a byte changed.  TAP: one test a file; a crash is what it
 * looks for.  The corpus is $PHGEN_SRC/tests/fuzz/corpus/NAME, by the program's
 * own name fuzz_NAME.
 */
#include "base/file.h"
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void run(const char *bytes, size_t len)
{
    /* An exact copy, so that a sanitizer sees a read past the end. */
    char *copy = malloc(len > 0 ? len : 1);

    if (copy == NULL)
        abort();
    memcpy(copy, bytes, len);
    LLVMFuzzerTestOneInput((const uint8_t *)copy, len);
    free(copy);
}

static void replay(struct str *s)
{
    size_t i, step = s->len / 40 + 1;
    char was;

    run(s->s, s->len);
    for (i = 0; i < s->len; i += step)
        run(s->s, i);
    for (i = 0; i < s->len; i += step) {
        was = s->s[i];
        s->s[i] = (char)(was ^ 0x55);
        run(s->s, s->len);
        s->s[i] = (char)0xFF;
        run(s->s, s->len);
        s->s[i] = was;
    }
}

int main(int argc, char **argv)
{
    const char *src = getenv("PHGEN_SRC"), *name = strrchr(argv[0], '/');
    struct dirent *e;
    char dir[4096];
    int n = 0, bad = 0;
    DIR *d;

    (void)argc;
    name = name != NULL ? name + 1 : argv[0];
    snprintf(dir, sizeof(dir), "%s/tests/fuzz/corpus/%s",
             src != NULL ? src : ".", strchr(name, '_') + 1);
    d = opendir(dir);
    while (d != NULL && (e = readdir(d)) != NULL) {
        struct err err = {""};
        struct str s;
        char *path;

        if (e->d_name[0] == '.')
            continue;
        path = file_join(dir, e->d_name);
        str_init(&s, 1 << 20);
        if (file_read(path, &s, &err) == 0) {
            replay(&s);
            printf("ok %d - %s\n", ++n, e->d_name);
        } else {
            printf("not ok %d - %s\n", ++n, err.text);
            bad = 1;
        }
        str_release(&s);
        free(path);
    }
    if (d != NULL)
        closedir(d);
    if (n == 0) {
        printf("not ok 1 - %s holds no corpus\n", dir);
        n = bad = 1;
    }
    printf("1..%d\n", n);
    return bad;
}
