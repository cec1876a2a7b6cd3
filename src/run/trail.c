/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store keeps it; evidence.c and heat.c read it back, the latter with the
 * names that the record has for targets.
 */
#include "run/trail.h"

static void add_targets(cJSON *o, const struct candidate *c)
{
    cJSON *list = cJSON_AddArrayToObject(o, "targets"), *v;
    size_t t;

    for (t = 0; t < c->ntargets; t++) {
        v = cJSON_CreateObject();
        cJSON_AddNumberToObject(v, "refusals", c->targets[t].refusals);
        cJSON_AddNumberToObject(v, "samples", c->targets[t].samples);
        cJSON_AddNumberToObject(v, "judged", c->targets[t].judged);
        cJSON_AddNumberToObject(v, "changed", c->targets[t].changed);
        cJSON_AddNumberToObject(v, "unread", c->targets[t].unread);
        if (c->targets[t].first_look >= 0)
            cJSON_AddNumberToObject(v, "first_look", c->targets[t].first_look);
        else
            cJSON_AddNullToObject(v, "first_look");
        cJSON_AddItemToArray(list, v);
    }
}

void trail_add(cJSON **trail, const struct candidate *c, size_t njudges,
               enum drop why, const char *detail)
{
    cJSON *o = cJSON_CreateObject(), *votes;
    size_t i;

    if (*trail == NULL)
        *trail = cJSON_CreateArray();
    cJSON_AddNumberToObject(o, "round", c->round);
    cJSON_AddStringToObject(o, "move", move_name(c->move));
    cJSON_AddStringToObject(o, "prompt", c->prompt);
    cJSON_AddStringToObject(o, "ended", drop_name(why));
    if (detail != NULL)
        cJSON_AddStringToObject(o, "detail", detail);
    votes = cJSON_AddArrayToObject(o, "verdicts");
    for (i = 0; c->nvotes > 0 && i < njudges; i++)
        cJSON_AddItemToArray(votes, cJSON_CreateString(verdict_name(
                                        candidate_verdict_of(c, i))));
    add_targets(o, c);
    cJSON_AddItemToArray(*trail, o);
}
