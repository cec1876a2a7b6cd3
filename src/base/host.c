/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A host is compared whole.  What only begins like an address, "127.example",
 * is a name, and whose it is its owner decides.
 */
#include "base/host.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#define HOST_MAX 300 /* DNS has no name of more than 253 bytes */

static bool is_name(const char *name)
{
    static const char local[] = "localhost";
    size_t n = sizeof(local) - 1, len = strlen(name);

    return len >= n && strcasecmp(name + len - n, local) == 0 &&
           (len == n || (len > n + 1 && name[len - n - 1] == '.'));
}

static bool is_four(const char *name)
{
    struct in_addr a;

    return inet_pton(AF_INET, name, &a) == 1 && ntohl(a.s_addr) >> 24 == 127;
}

static bool is_six(const char *name)
{
    struct in6_addr a;

    if (inet_pton(AF_INET6, name, &a) != 1)
        return false;
    return IN6_IS_ADDR_LOOPBACK(&a) ||
           (IN6_IS_ADDR_V4MAPPED(&a) && a.s6_addr[12] == 127);
}

/* Cuts the port off; false when it is none. */
static bool cut_port(char *at)
{
    bool good = *at == '\0' ||
                (*at == ':' && at[1 + strspn(at + 1, "0123456789")] == '\0');

    *at = '\0';
    return good;
}

bool host_is_loopback(const char *host)
{
    char name[HOST_MAX], *end;
    size_t n;

    if (host == NULL)
        return false;
    n = strcspn(host, "/?#");
    if (n >= sizeof(name))
        return false;
    memcpy(name, host, n);
    name[n] = '\0';
    if (name[0] == '[') {
        n = strcspn(name, "]");
        if (name[n] == '\0' || !cut_port(name + n + 1))
            return false;
        name[n] = '\0';
        return is_six(name + 1);
    }
    end = name + strcspn(name, ":");
    if (*end == ':' && strchr(end + 1, ':') != NULL)
        return is_six(name);
    return cut_port(end) && (is_name(name) || is_four(name));
}
