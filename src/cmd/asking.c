/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The configuration file is checked against `phgen generate`, whose options
 * it holds; a command here takes from it what it has itself.
 */
#include "cmd/asking.h"
#include "cmd/settings.h"

#include <stdlib.h>
#include <string.h>

struct budget asking_budget(const struct options *o)
{
    struct budget b = {.max_calls = options_uint(o, "max-calls"),
                       .max_tokens = options_uint(o, "max-tokens"),
                       .max_cost = options_real(o, "max-cost")};

    return b;
}

static enum cmd_exit open_desk(struct asking *a, const struct options *o,
                               const char *store_path, struct store *store,
                               struct err *err)
{
    struct desk_options d = {
        .seeds = a->seeds, .store = store_path, .opened = store};

    d.exchange.net = NET_DEFAULTS;
    if (options_real(o, "timeout") > 0)
        net_set_timeout(&d.exchange.net, options_real(o, "timeout"));
    d.exchange.net.ca_file = options_string(o, "ca-file");
    d.exchange.concurrency = (uint32_t)options_uint(o, "concurrency");
    d.exchange.budget = asking_budget(o);
    if (options_find(options_table(o), "lease") != NULL)
        d.exchange.lease = options_real(o, "lease");
    d.aliases = config_aliases(a->config);
    a->desk = desk_open(&d, err);
    return a->desk != NULL ? CMD_OK : CMD_FAILED;
}

enum cmd_exit asking_open(struct asking *a, struct options *o,
                          const char *store_path, struct store *store,
                          struct err *err)
{
    memset(a, 0, sizeof(*a));
    if (settings_check_config(options_string(o, "config"), &a->config, err) !=
        0)
        return CMD_FAILED;
    if (a->config != NULL && config_apply_known(a->config, o, err) != 0)
        return CMD_FAILED;
    cmd_set_log(o);
    a->seeds = cmd_data_path(o, "seeds", err);
    if (a->seeds == NULL)
        return CMD_USAGE;
    return open_desk(a, o, store_path, store, err);
}

void asking_close(struct asking *a)
{
    desk_close(a->desk);
    config_close(a->config);
    free(a->seeds);
    memset(a, 0, sizeof(*a));
}
