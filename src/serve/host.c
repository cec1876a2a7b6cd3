/* SPDX-License-Identifier: GPL-3.0-or-later */
/* By the text alone: a name is not looked up, whoever owns it. */
#include "serve/host.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

bool host_is_local(const char *host)
{
    char name[64];
    struct in_addr a;
    size_t n;

    if (host == NULL)
        return false;
    n = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    if (n >= sizeof(name) || strlen(host) < n ||
        (host[n] != '\0' && host[n] != ':'))
        return false;
    memcpy(name, host, n);
    name[n] = '\0';
    return strcasecmp(name, "localhost") == 0 || strcmp(name, "[::1]") == 0 ||
           (inet_pton(AF_INET, name, &a) == 1 && ntohl(a.s_addr) >> 24 == 127);
}
