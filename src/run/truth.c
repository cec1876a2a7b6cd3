/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a column stands is known.c's to say, unless the caller names it; what
 * a label means is known_harm()'s and refusal_label_find()'s.  A label that
 * cannot be measured against (none, one of another kind, "empty") is -1.
 */
#include "run/truth.h"
#include "agent/refusal.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

static char *copy(const char *text)
{
    return text != NULL ? strdup(text) : NULL;
}

static void read_labels(const struct truths *r, struct truth_row *row,
                        const struct known_set *set)
{
    const struct judging_options *o = r->options;
    const char *label;
    int t;

    for (t = 0; t < KNOWN_TASKS; t++) {
        row->truth[t] = -1;
        if (!o->tasks[t] || (t != KNOWN_HARM && row->reply == NULL))
            continue;
        label = o->label != NULL ? reader_value(r->reader, o->label)
                                 : known_label(set, r->reader, t);
        if (t != KNOWN_REFUSAL)
            row->truth[t] = known_harm(label);
        else if (label != NULL)
            row->truth[t] = refusal_label_find(label);
        if (t == KNOWN_REFUSAL && row->truth[t] == REFUSAL_EMPTY)
            row->truth[t] = -1;
    }
}

static const cJSON *last_user(const cJSON *messages)
{
    const cJSON *m, *found = NULL;
    const char *role;

    cJSON_ArrayForEach(m, messages)
    {
        role = json_string(m, "role");
        if (role != NULL && strcmp(role, "user") == 0)
            found = m;
    }
    return found;
}

/* What goes before the request, where a row has it as a chat whose last user
 * message is the prompt. */
static int read_turns(struct truth_row *row, const cJSON *messages,
                      struct err *err)
{
    const cJSON *m, *last = last_user(messages);
    const char *text = json_string(last, "content"), *role;

    if (text == NULL || strcmp(text, row->prompt) != 0)
        return 0;
    cJSON_ArrayForEach(m, messages)
    {
        role = json_string(m, "role");
        text = json_string(m, "content");
        if (m == last)
            break;
        if (role == NULL || text == NULL || strcmp(role, "system") == 0)
            continue;
        if (row->turns.n == TURNS_MAX)
            return err_set(err, "more than %d turns before the request",
                           TURNS_MAX);
        if (turns_add(&row->turns,
                      strcmp(role, "user") == 0 ? ROLE_USER : ROLE_ASSISTANT,
                      text, err) != 0)
            return -1;
    }
    return 0;
}

static int read_chat(const struct truths *r, const struct reader_row *in,
                     struct truth_row *row, struct err *err)
{
    enum reader_format format = reader_format(r->reader);
    cJSON *o;
    int failed;

    if (format != READER_LINES && format != READER_ARRAY)
        return 0;
    o = json_parse(in->raw, in->raw_len, NULL);
    failed = read_turns(row, json_array(o, "messages"), err);
    cJSON_Delete(o);
    return failed
               ? err_prefix(err, "%s:%zu", r->options->files[r->file], in->line)
               : 0;
}

static int read_row(struct truths *r, const struct reader_row *in,
                    struct truth_row *row, struct err *err)
{
    const struct judging_options *o = r->options;
    const struct known_set *set = r->sets[r->file];

    if (set == NULL)
        set = r->sets[r->file] = known_find(o->files[r->file], r->reader);
    row->file = r->file;
    row->line = in->line;
    row->prompt = copy(in->prompt);
    row->reply = copy(o->reply != NULL ? reader_value(r->reader, o->reply)
                                       : known_reply(set, r->reader));
    row->id = copy(in->id);
    row->type = copy(o->type != NULL ? reader_value(r->reader, o->type)
                                     : known_type(set, r->reader));
    if (row->prompt == NULL)
        return err_nomem(err);
    read_labels(r, row, set);
    return read_chat(r, in, row, err);
}

/* The next row of all files: 1, 0 at the end, -1. */
static int next_row(struct truths *r, struct reader_row *in, struct err *err)
{
    const struct judging_options *o = r->options;
    int got;

    for (;; r->file++) {
        if (r->file == o->nfiles || (o->limit > 0 && r->rows == o->limit))
            return 0;
        if (r->reader == NULL)
            r->reader = reader_open(o->files[r->file], o->column, err);
        if (r->reader == NULL)
            return -1;
        got = reader_next(r->reader, in, err);
        if (got != 0)
            return got;
        reader_close(r->reader);
        r->reader = NULL;
    }
}

int truths_next(struct truths *r, struct truth_row *row, struct err *err)
{
    struct reader_row in;
    int got = next_row(r, &in, err);

    memset(row, 0, sizeof(*row));
    if (got != 1)
        return got;
    r->rows++;
    return read_row(r, &in, row, err) == 0 ? 1 : -1;
}

int truths_init(struct truths *r, const struct judging_options *options,
                struct err *err)
{
    memset(r, 0, sizeof(*r));
    r->options = options;
    r->sets = calloc(options->nfiles + 1, sizeof(*r->sets));
    return r->sets != NULL ? 0 : err_nomem(err);
}

void truths_release(struct truths *r)
{
    reader_close(r->reader);
    free(r->sets);
}

bool truth_is_labeled(const struct truth_row *row)
{
    int t;

    for (t = 0; t < KNOWN_TASKS; t++)
        if (row->truth[t] >= 0)
            return true;
    return false;
}

void truth_row_release(struct truth_row *row)
{
    turns_release(&row->turns);
    free(row->id);
    free(row->type);
    free(row->prompt);
    free(row->reply);
}
