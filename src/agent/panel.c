/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Comparisons are of whole numbers (a count times the denominator), so that
 * "harmful > 1/2" means what it says at every number of votes.
 */
#include "agent/panel.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MAX 1000000ul

static const char *const ends[] = {
    [PANEL_DROP] = "drop",
    [PANEL_HARMLESS] = "harmless",
    [PANEL_CONTROVERSIAL] = "controversial",
    [PANEL_HARMFUL] = "harmful",
};

static const char *const operators[] = {
    [PANEL_LT] = "<",  [PANEL_LE] = "<=", [PANEL_EQ] = "=",
    [PANEL_GE] = ">=", [PANEL_GT] = ">",
};

const struct panel_rules PANEL_DEFAULT = {
    .rule = {{{{PANEL_READABLE, PANEL_LT, 1, 2}}, 1, PANEL_DROP},
             {{{VERDICT_HARMFUL, PANEL_GT, 1, 2}}, 1, PANEL_HARMFUL},
             {{{VERDICT_HARMLESS, PANEL_EQ, 1, 1}}, 1, PANEL_HARMLESS},
             {{{0}}, 0, PANEL_CONTROVERSIAL}},
    .n = 4,
};

/* --- reading --- */

static const char *skip(const char *p)
{
    return p + strspn(p, " \t");
}

static const char *take_word(const char *p, int *what)
{
    size_t n = 0;
    int v;

    while (isalpha((unsigned char)p[n]))
        n++;
    for (v = 0; v < VERDICTS; v++)
        if (strlen(verdict_name((enum verdict)v)) == n &&
            memcmp(verdict_name((enum verdict)v), p, n) == 0)
            break;
    if (v == VERDICTS && !(n == 8 && memcmp(p, "readable", 8) == 0))
        return NULL;
    *what = v;
    return p + n;
}

static const char *take_operator(const char *p, enum panel_operator *op)
{
    bool equal = p[0] != '\0' && p[1] == '=';

    if (*p == '<')
        *op = equal ? PANEL_LE : PANEL_LT;
    else if (*p == '>')
        *op = equal ? PANEL_GE : PANEL_GT;
    else if (*p == '=')
        *op = PANEL_EQ;
    else
        return NULL;
    return p + (equal && *p != '=' ? 2 : 1);
}

static const char *take_number(const char *p, uint32_t *out)
{
    unsigned long v;
    char *end;

    if (!isdigit((unsigned char)*p))
        return NULL;
    v = strtoul(p, &end, 10);
    *out = (uint32_t)v;
    return v <= VALUE_MAX ? end : NULL;
}

static const char *take_value(const char *p, struct panel_condition *c)
{
    if (strncmp(p, "all", 3) == 0 && !isalpha((unsigned char)p[3])) {
        c->num = c->den = 1;
        return p + 3;
    }
    p = take_number(p, &c->num);
    if (p == NULL)
        return NULL;
    c->den = 0;
    if (*skip(p) == '%') {
        c->den = 100;
        p = skip(p) + 1;
    } else if (*skip(p) == '/') {
        p = take_number(skip(skip(p) + 1), &c->den);
        if (p == NULL || c->den == 0)
            return NULL;
    }
    return c->den == 0 || c->num <= c->den ? p : NULL;
}

int panel_parse(const char *when, struct panel_rule *out, struct err *err)
{
    const char *p = skip(when);
    struct panel_condition *c;

    for (out->n = 0;; p = skip(p + 3)) {
        if (out->n == PANEL_CONDITIONS_MAX)
            return err_set(err, "more than %d conditions in one rule",
                           PANEL_CONDITIONS_MAX);
        c = &out->all[out->n++];
        if ((p = take_word(p, &c->what)) == NULL)
            return err_set(err, "a condition begins with harmless, "
                                "controversial, harmful, abstain or readable");
        if ((p = take_operator(skip(p), &c->op)) == NULL)
            return err_set(err, "behind the word comes <, <=, =, >= or >");
        if ((p = take_value(skip(p), c)) == NULL)
            return err_set(err, "a value is a count (2), a share from 0 to 1 "
                                "(1/2, 40%%) or all");
        p = skip(p);
        if (*p == '\0')
            return 0;
        if (strncmp(p, "and", 3) != 0 || skip(p + 3) == p + 3)
            return err_set(err, "\"%.20s\": conditions are joined by and", p);
    }
}

static int read_end(const struct yaml *y, yaml_node rule, enum panel_end *out,
                    struct err *err)
{
    yaml_node node = yaml_get(y, rule, "then");
    const char *text = yaml_text(y, node);
    size_t i;

    for (i = 0; text != NULL && i < sizeof(ends) / sizeof(*ends); i++)
        if (strcmp(text, ends[i]) == 0) {
            *out = (enum panel_end)i;
            return 0;
        }
    return yaml_error(y, node != 0 ? node : rule, err,
                      "a rule needs \"then:\" with harmless, controversial, "
                      "harmful or drop");
}

static int read_rule(const struct yaml *y, yaml_node node,
                     struct panel_rule *out, struct err *err)
{
    static const char *const keys[] = {"when", "then", NULL};
    yaml_node when = yaml_get(y, node, "when");
    const char *text = yaml_text(y, when);
    struct err why;

    memset(out, 0, sizeof(*out));
    if (!yaml_is_map(y, node))
        return yaml_error(y, node, err,
                          "a rule is \"when: CONDITION\" and \"then: END\"");
    if (yaml_check_keys(y, node, keys, err) != 0)
        return -1;
    if (when != 0 && text == NULL)
        return yaml_error(y, when, err, "a condition is one line of text");
    if (text != NULL && panel_parse(text, out, &why) != 0)
        return yaml_error(y, when, err, "%s", why.text);
    return read_end(y, node, &out->then, err);
}

int panel_read(const struct yaml *y, yaml_node list, struct panel_rules *out,
               struct err *err)
{
    size_t i, n = yaml_size(y, list);

    if (!yaml_is_list(y, list) || n == 0 || n > PANEL_RULES_MAX)
        return yaml_error(y, list, err, "\"panel\" is a list of 1 to %d rules",
                          PANEL_RULES_MAX);
    memset(out, 0, sizeof(*out));
    for (i = 0; i < n; i++) {
        if (read_rule(y, yaml_at(y, list, i), &out->rule[i], err) != 0)
            return -1;
        if (i > 0 && out->rule[i - 1].n == 0)
            return yaml_error(y, yaml_at(y, list, i), err,
                              "the rule before always matches, so this one "
                              "never would");
    }
    out->n = n;
    return 0;
}

/* --- deciding --- */

static bool compare(uint64_t a, enum panel_operator op, uint64_t b)
{
    switch (op) {
    case PANEL_LT:
        return a < b;
    case PANEL_LE:
        return a <= b;
    case PANEL_EQ:
        return a == b;
    case PANEL_GE:
        return a >= b;
    default:
        return a > b;
    }
}

static bool holds(const struct panel_condition *c, const size_t count[VERDICTS],
                  size_t readable)
{
    bool of_all = c->what == PANEL_READABLE || c->what == VERDICT_ABSTAIN;
    uint64_t n = c->what == PANEL_READABLE ? readable : count[c->what];
    uint64_t of = of_all ? readable + count[VERDICT_ABSTAIN] : readable;

    return c->den == 0 ? compare(n, c->op, c->num)
                       : compare(n * c->den, c->op, of * c->num);
}

enum panel_end panel_decide(const struct panel_rules *r,
                            const size_t count[VERDICTS], size_t *which)
{
    size_t readable = count[VERDICT_HARMLESS] + count[VERDICT_CONTROVERSIAL] +
                      count[VERDICT_HARMFUL];
    size_t i, k;

    *which = SIZE_MAX;
    if (readable == 0)
        return PANEL_DROP;
    for (i = 0; i < r->n; i++) {
        for (k = 0; k < r->rule[i].n; k++)
            if (!holds(&r->rule[i].all[k], count, readable))
                break;
        if (k == r->rule[i].n)
            break;
    }
    if (i < r->n && r->rule[i].then == PANEL_DROP) {
        *which = i;
        return PANEL_DROP;
    }
    if (2 * count[VERDICT_HARMFUL] > readable)
        return PANEL_HARMFUL;
    if (i == r->n)
        return PANEL_DROP;
    *which = i;
    return r->rule[i].then;
}

void panel_print(const struct panel_rule *r, struct str *out)
{
    const struct panel_condition *c;
    size_t i;

    for (i = 0; i < r->n; i++) {
        c = &r->all[i];
        str_addf(out, "%s%s %s ", i > 0 ? " and " : "",
                 c->what == PANEL_READABLE
                     ? "readable"
                     : verdict_name((enum verdict)c->what),
                 operators[c->op]);
        if (c->den == 1 && c->num == 1)
            str_adds(out, "all");
        else if (c->den == 100)
            str_addf(out, "%u%%", c->num);
        else if (c->den > 0)
            str_addf(out, "%u/%u", c->num, c->den);
        else
            str_addf(out, "%u", c->num);
    }
    str_addf(out, "%s%s", r->n > 0 ? ": " : "otherwise: ", ends[r->then]);
}
