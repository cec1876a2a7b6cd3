/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tools/embed wrote the bytes; here is what kind of file a name is. */
#include "view/page.h"
#include "view/review_files.h"

#include <string.h>

static const struct {
    const char *ending, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
};

bool page_find(const char *path, struct page_file *out)
{
    const char *name, *ending;
    size_t i, t;

    if (path[0] != '/')
        return false;
    name = path[1] == '\0' ? "page.html" : path + 1;
    for (i = 0; i < sizeof(embedded) / sizeof(*embedded); i++) {
        if (strcmp(name, embedded[i].name) != 0)
            continue;
        ending = strrchr(name, '.');
        out->bytes = (const char *)embedded[i].bytes;
        out->len = embedded[i].len;
        for (t = 0; t < sizeof(types) / sizeof(*types); t++)
            if (strcmp(ending, types[t].ending) == 0)
                out->type = types[t].type;
        return true;
    }
    return false;
}
