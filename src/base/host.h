/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_HOST_H
#define PHGEN_BASE_HOST_H

#include <stdbool.h>

/*
 * Is this host the machine that we run on?  Two places ask: who sends a key
 * without encryption, and a server on a loopback address, which answers nobody
 * who calls it by another name (DNS rebinding: a web page whose name was made
 * to point here says its own).
 *
 *      host_is_loopback("127.0.0.1:8080/v1")    true
 *      host_is_loopback("127.0.0.1.evil.org")   false
 *
 * Yes are, in any case of letters: "localhost" and names under ".localhost",
 * which no resolver may ask others about (RFC 6761, 6.3; libcurl does not
 * either), and whole addresses of 127.0.0.0/8 and ::1, also as ::ffff:127.x.
 * IPv6 comes with brackets; without them there can be no port.  A port and what
 * a URL has behind it may follow.  Everything else is no, NULL too.  By the
 * text alone: nothing is looked up.
 */
bool host_is_loopback(const char *host);

#endif
