/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_LESSONS_H
#define PHGEN_RUN_LESSONS_H

#include "base/err.h"
#include "net/net.h"
#include "store/store.h"

/*
 * What the engine learned of the servers (net_learned()), from session to
 * session: so that nobody is sent again what it did not take before.
 */
int lessons_recall(struct store *store, struct net *net, struct err *err);
int lessons_keep(struct store *store, const struct net *net, struct err *err);

#endif
