/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_SERVE_HOST_H
#define PHGEN_SERVE_HOST_H

#include <stdbool.h>

/*
 * Does a Host header name this machine: "localhost", "[::1]" or 127.x.y.z,
 * with or without a port?  A server on a loopback address answers nobody else:
 * a web page whose name was made to point here (DNS rebinding) says its own.
 * NULL is no.
 */
bool host_is_local(const char *host);

#endif
