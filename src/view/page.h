/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_VIEW_PAGE_H
#define PHGEN_VIEW_PAGE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The files of the review page, which are inside the program: src/view/review/
 * as it was when it was built.
 *
 *      if (page_find("/review.js", &f)) ...
 *
 * "/" is page.html.
 */
struct page_file {
    const char *type; /* for Content-Type */
    const char *bytes;
    size_t len;
};

/* False when there is no such file. */
bool page_find(const char *path, struct page_file *out);

#endif
