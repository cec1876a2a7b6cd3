/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_SERVE_PAGE_H
#define PHGEN_SERVE_PAGE_H

#include "base/err.h"

#include <stddef.h>

/*
 * One text behind HTTP on 127.0.0.1, for whoever reads it now and then while
 * the program does its work: what Prometheus scrapes.
 *
 *      struct page *p = page_start(9464, "/metrics",
 *                                  "text/plain; version=0.0.4", err);
 *      page_set(p, text, len);         (as often as it changes)
 *      page_stop(p);
 *
 * GET and HEAD of that path only, and only with a Host header that names this
 * machine.  A thread of its own answers; it never waits for the program, nor
 * the program for it.
 */
struct page; /* heap */

/* Port 0: any that is free. */
struct page *page_start(unsigned port, const char *path, const char *type,
                        struct err *err);
unsigned page_port(const struct page *p);
/* Copies the text; without memory the one before stays. */
void page_set(struct page *p, const char *text, size_t len);
void page_stop(struct page *p); /* accepts NULL */

#endif
