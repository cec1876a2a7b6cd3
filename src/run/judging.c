/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A row is one item of a survey with a question for each judge and each text
 * that it can judge; a guard's question has as many calls as its form has
 * parts.  Rows are counted and written in the order of the files, whatever
 * order the replies come in: those that are done wait for those before them.
 *
 * Labels are never part of a call.
 */
#include "run/judging.h"
#include "agent/panel.h"
#include "agent/refusal.h"
#include "base/file.h"
#include "base/json.h"
#include "dataset/reader.h"
#include "run/opinion.h"
#include "run/survey.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#define STEPS      1024 /* of a turn, at most */
#define TEXT_MAX   (1u << 20)
#define CLASSIFIER "refusal-classifier"
#define PANEL      "panel"

struct judge {
    const struct model *model; /* NULL: the classifier or the panel */
    bool asked[QUESTIONS];
};

/* One judge's, and how far it is asked for. */
struct view {
    struct opinion opinion;
    bool repaired[QUESTIONS];
};

struct item {
    UT_hash_handle hh;
    struct item *prev, *next; /* in the order of the files */
    uint64_t seq;
    size_t file, line, calls; /* calls not heard */
    char *id, *type, *prompt, *reply;
    struct turns turns;     /* before the prompt */
    int truth[KNOWN_TASKS]; /* -1: no label */
    struct view *views;     /* by judge */
};

struct type {
    UT_hash_handle hh;
    struct judging_group group;
    char *name;
};

struct judging {
    struct desk *desk;
    const struct judging_options *options;
    struct survey *survey;
    struct reader *reader;
    size_t file; /* that is read */
    const struct known_set **sets;
    struct judge judges[JUDGING_SEATS];
    struct judging_judge about[JUDGING_SEATS];
    size_t njudges;
    struct item *live, *order;
    struct type *types;
    const struct judging_group **listed;
    struct judging_group all;
    uint64_t rows, unlabeled;
    struct outfile out;
};

/* --- the judges --- */

/* What an embedded judge can do, by its role; guards are told apart before. */
static bool role_can(const char *role, enum known_task task)
{
    static const char *const roles[KNOWN_TASKS] = {
        [KNOWN_HARM] = "judge",
        [KNOWN_REPLY_HARM] = "answer-judge",
        [KNOWN_REFUSAL] = "refusal-judge",
    };

    return strcmp(role, roles[task]) == 0 ||
           (task == KNOWN_HARM && strcmp(role, "planted") == 0);
}

static bool can(const struct model *m, enum known_task task)
{
    if (m->guard != NULL)
        return task == KNOWN_HARM ||
               (task == KNOWN_REPLY_HARM ? m->guard->answers
                                         : m->guard->refusals);
    return m->kind != MODEL_BUILTIN ||
           role_can(builtin_find(m->name)->role, task);
}

static int add_judge(struct judging *j, const char *spec, struct err *err)
{
    struct judging_judge *a = &j->about[j->njudges];
    struct judge *judge = &j->judges[j->njudges++];
    bool any = false;
    int t;

    judge->model = desk_judge(j->desk, spec, err);
    if (judge->model == NULL)
        return -1;
    a->name = spec;
    a->form =
        judge->model->guard != NULL ? judge->model->guard->name : "rubric";
    a->two[KNOWN_REFUSAL] = judge->model->guard != NULL;
    for (t = 0; t < KNOWN_TASKS; t++) {
        any = any || can(judge->model, t);
        a->can[t] = j->options->tasks[t] && can(judge->model, t);
    }
    if (!any)
        return err_set(err,
                       "%s is no judge; \"phgen models\" lists the "
                       "embedded ones",
                       spec);
    judge->asked[ON_PROMPT] = a->can[KNOWN_HARM];
    judge->asked[ON_REPLY] = a->can[KNOWN_REPLY_HARM] ||
                             (a->two[KNOWN_REFUSAL] && a->can[KNOWN_REFUSAL]);
    judge->asked[ON_REFUSAL] = a->can[KNOWN_REFUSAL] && !a->two[KNOWN_REFUSAL];
    return 0;
}

static void add_seat(struct judging *j, const char *name, const char *form,
                     enum known_task task)
{
    struct judging_judge *a = &j->about[j->njudges++];

    a->name = name;
    a->form = form;
    a->can[task] = true;
}

static size_t able(const struct judging *j, enum known_task task)
{
    size_t i, n = 0;

    for (i = 0; i < j->njudges; i++)
        n += j->about[i].can[task];
    return n;
}

static int add_judges(struct judging *j, struct err *err)
{
    size_t i;

    assert(j->options->njudges <= JUDGING_JUDGES);
    for (i = 0; i < j->options->njudges; i++)
        if (add_judge(j, j->options->judges[i], err) != 0)
            return -1;
    if (able(j, KNOWN_HARM) > 1)
        add_seat(j, PANEL, "rules", KNOWN_HARM);
    if (j->options->tasks[KNOWN_REFUSAL])
        add_seat(j, CLASSIFIER, "embedded", KNOWN_REFUSAL);
    return 0;
}

/* --- groups --- */

static void group_init(struct judging_group *g)
{
    size_t j, t;

    for (j = 0; j < JUDGING_SEATS; j++)
        for (t = 0; t < KNOWN_TASKS; t++)
            g->c[j][t].classes = opinion_classes(t);
}

/* NULL when there is no memory. */
static struct judging_group *group_of(struct judging *j, const char *type)
{
    struct type *t;

    if (HASH_COUNT(j->types) >= JUDGING_TYPES) {
        HASH_FIND_STR(j->types, type, t);
        type = t != NULL ? type : "(other types)";
    }
    HASH_FIND_STR(j->types, type, t);
    if (t != NULL)
        return &t->group;
    t = calloc(1, sizeof(*t));
    if (t == NULL || (t->name = strdup(type)) == NULL) {
        free(t);
        return NULL;
    }
    group_init(&t->group);
    t->group.type = t->name;
    HASH_ADD_KEYPTR(hh, j->types, t->name, strlen(t->name), t);
    return &t->group;
}

/* --- life --- */

struct judging *judging_new(struct desk *desk,
                            const struct judging_options *options,
                            struct err *err)
{
    struct judging *j = calloc(1, sizeof(*j));

    if (j == NULL) {
        err_nomem(err);
        return NULL;
    }
    j->desk = desk;
    j->options = options;
    group_init(&j->all);
    j->all.type = "all";
    j->sets = calloc(options->nfiles + 1, sizeof(*j->sets));
    j->listed = calloc(JUDGING_TYPES + 1, sizeof(struct judging_group *));
    if (j->sets == NULL || j->listed == NULL)
        err_nomem(err);
    else if (add_judges(j, err) == 0 &&
             (options->verdicts == NULL ||
              outfile_open(&j->out, options->verdicts, err) == 0))
        j->survey = survey_new(desk->exchange, err);
    if (j->survey == NULL) {
        judging_free(j);
        return NULL;
    }
    return j;
}

static void item_free(const struct judging *j, struct item *it)
{
    size_t i;

    for (i = 0; it->views != NULL && i < j->njudges; i++)
        opinion_release(&it->views[i].opinion);
    free(it->views);
    turns_release(&it->turns);
    free(it->id);
    free(it->type);
    free(it->prompt);
    free(it->reply);
    free(it);
}

void judging_free(struct judging *j)
{
    struct item *it, *next;
    struct type *t, *after;

    if (j == NULL)
        return;
    HASH_CLEAR(hh, j->live);
    DL_FOREACH_SAFE(j->order, it, next)
    {
        item_free(j, it);
    }
    HASH_ITER(hh, j->types, t, after)
    {
        HASH_DEL(j->types, t);
        free(t->name);
        free(t);
    }
    if (j->out.stream != NULL)
        outfile_abandon(&j->out);
    survey_free(j->survey);
    reader_close(j->reader);
    free(j->sets);
    free(j->listed);
    free(j);
}

/* --- asking --- */

static uint32_t slot_of(size_t judge, enum question q, unsigned part)
{
    return (uint32_t)((judge * QUESTIONS + q) * GUARD_PARTS_MAX + part);
}

static struct opinion_texts texts_of(const struct item *it)
{
    struct opinion_texts t = {
        .prompt = it->prompt, .reply = it->reply, .turns = &it->turns};

    return t;
}

/* With `bad`, once more: that was not it. */
static int ask(struct judging *j, struct item *it, size_t judge,
               enum question q, unsigned part, const struct reply *bad,
               const char *problem, struct err *err)
{
    struct opinion_texts texts = texts_of(it);
    struct call call;
    int failed = opinion_ask(j->desk->templates, j->judges[judge].model, q,
                             part, &texts, &call, err);

    if (!failed && bad != NULL)
        failed = agent_repair(&call, bad, problem, err);
    if (failed) {
        call_release(&call);
        return -1;
    }
    call.seq = it->seq;
    call.slot = slot_of(judge, q, part);
    it->calls++;
    return survey_call(j->survey, &call, err);
}

/* Is there a label that the question's answer is measured against? */
static bool matters(const struct judging *j, const struct item *it,
                    size_t judge, enum question q)
{
    const struct judging_judge *a = &j->about[judge];
    bool harm = a->can[KNOWN_REPLY_HARM] && it->truth[KNOWN_REPLY_HARM] >= 0;
    bool refusal = a->can[KNOWN_REFUSAL] && it->truth[KNOWN_REFUSAL] >= 0;

    if (!j->judges[judge].asked[q])
        return false;
    if (q == ON_PROMPT)
        return it->truth[KNOWN_HARM] >= 0;
    return q == ON_REFUSAL ? refusal
                           : harm || (refusal && a->two[KNOWN_REFUSAL]);
}

static int ask_judge(struct judging *j, struct item *it, size_t judge,
                     struct err *err)
{
    unsigned part, parts = opinion_parts(j->judges[judge].model);
    int q;

    for (q = 0; q < QUESTIONS; q++)
        for (part = 0; matters(j, it, judge, q) && part < parts; part++)
            if (ask(j, it, judge, q, part, NULL, NULL, err) != 0)
                return -1;
    return 0;
}

static int ask_all(struct judging *j, struct item *it, struct err *err)
{
    struct opinion_texts texts = texts_of(it);
    size_t i;

    for (i = 0; i < j->njudges; i++) {
        if (j->judges[i].model != NULL) {
            if (ask_judge(j, it, i, err) != 0)
                return -1;
        } else if (j->about[i].can[KNOWN_REFUSAL] &&
                   it->truth[KNOWN_REFUSAL] >= 0) {
            opinion_classify(&it->views[i].opinion, &texts);
        }
    }
    return 0;
}

/* --- reading --- */

static char *copy(const char *text)
{
    return text != NULL ? strdup(text) : NULL;
}

static void read_labels(const struct judging *j, struct item *it,
                        const struct known_set *set)
{
    const struct judging_options *o = j->options;
    const char *label;
    int t;

    for (t = 0; t < KNOWN_TASKS; t++) {
        it->truth[t] = -1;
        if (!o->tasks[t] || (t != KNOWN_HARM && it->reply == NULL))
            continue;
        label = o->label != NULL ? reader_value(j->reader, o->label)
                                 : known_label(set, j->reader, t);
        if (t != KNOWN_REFUSAL)
            it->truth[t] = known_harm(label);
        else if (label != NULL)
            it->truth[t] = refusal_label_find(label);
        if (t == KNOWN_REFUSAL && it->truth[t] == REFUSAL_EMPTY)
            it->truth[t] = -1;
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
static int read_turns(struct item *it, const cJSON *messages, struct err *err)
{
    const cJSON *m, *last = last_user(messages);
    const char *text = json_string(last, "content"), *role;

    if (text == NULL || strcmp(text, it->prompt) != 0)
        return 0;
    cJSON_ArrayForEach(m, messages)
    {
        role = json_string(m, "role");
        text = json_string(m, "content");
        if (m == last)
            break;
        if (role == NULL || text == NULL || strcmp(role, "system") == 0)
            continue;
        if (it->turns.n == TURNS_MAX)
            return err_set(err, "more than %d turns before the request",
                           TURNS_MAX);
        if (turns_add(&it->turns,
                      strcmp(role, "user") == 0 ? ROLE_USER : ROLE_ASSISTANT,
                      text, err) != 0)
            return -1;
    }
    return 0;
}

static int read_chat(const struct judging *j, const struct reader_row *row,
                     struct item *it, struct err *err)
{
    enum reader_format format = reader_format(j->reader);
    cJSON *o;
    int failed;

    if (format != READER_LINES && format != READER_ARRAY)
        return 0;
    o = json_parse(row->raw, row->raw_len, NULL);
    failed = read_turns(it, json_array(o, "messages"), err);
    cJSON_Delete(o);
    return failed ? err_prefix(err, "%s:%zu", j->options->files[j->file],
                               row->line)
                  : 0;
}

static int read_item(struct judging *j, const struct reader_row *row,
                     struct item *it, struct err *err)
{
    const struct judging_options *o = j->options;
    const struct known_set *set = j->sets[j->file];
    size_t i;

    if (set == NULL)
        set = j->sets[j->file] = known_find(o->files[j->file], j->reader);
    it->file = j->file;
    it->line = row->line;
    it->prompt = copy(row->prompt);
    it->reply = copy(o->reply != NULL ? reader_value(j->reader, o->reply)
                                      : known_reply(set, j->reader));
    it->id = copy(row->id);
    it->type = copy(o->type != NULL ? reader_value(j->reader, o->type)
                                    : known_type(set, j->reader));
    it->views = calloc(j->njudges, sizeof(*it->views));
    if (it->prompt == NULL || it->views == NULL)
        return err_nomem(err);
    for (i = 0; i < j->njudges; i++)
        opinion_init(&it->views[i].opinion);
    read_labels(j, it, set);
    return read_chat(j, row, it, err);
}

/* The next row of all files: 1, 0 at the end, -1. */
static int next_row(struct judging *j, struct reader_row *row, struct err *err)
{
    const struct judging_options *o = j->options;
    int got;

    for (;; j->file++) {
        if (j->file == o->nfiles || (o->limit > 0 && j->rows == o->limit))
            return 0;
        if (j->reader == NULL)
            j->reader = reader_open(o->files[j->file], o->column, err);
        if (j->reader == NULL)
            return -1;
        got = reader_next(j->reader, row, err);
        if (got != 0)
            return got;
        reader_close(j->reader);
        j->reader = NULL;
    }
}

static bool is_labeled(const struct item *it)
{
    int t;

    for (t = 0; t < KNOWN_TASKS; t++)
        if (it->truth[t] >= 0)
            return true;
    return false;
}

static int finish_rows(struct judging *j, struct err *err);

static int begin(struct judging *j, struct err *err)
{
    struct reader_row row;
    struct item *it;
    int got = next_row(j, &row, err);

    if (got < 0)
        return -1;
    if (got == 0) {
        survey_last(j->survey);
        return 0;
    }
    it = calloc(1, sizeof(*it));
    if (it == NULL)
        return err_nomem(err);
    it->seq = j->rows++;
    HASH_ADD(hh, j->live, seq, sizeof(it->seq), it);
    DL_APPEND(j->order, it);
    if (read_item(j, &row, it, err) != 0)
        return -1;
    if (!is_labeled(it))
        j->unlabeled++;
    if (ask_all(j, it, err) != 0)
        return -1;
    return finish_rows(j, err);
}

/* --- hearing --- */

static int hear_reply(struct judging *j, struct item *it, size_t judge,
                      enum question q, const struct reply *reply,
                      struct err *err)
{
    const struct model *m = j->judges[judge].model;
    struct view *v = &it->views[judge];
    struct err why = {"no answer"};

    if (m->guard != NULL ||
        (reply->status == REPLY_OK && agent_trouble(reply) == TROUBLE_NONE)) {
        if (opinion_hear(&v->opinion, m, q, reply, &why) == 0)
            return 0;
        if (!v->repaired[q]) {
            v->repaired[q] = true;
            return ask(j, it, judge, q, 0, reply, why.text, err);
        }
    }
    opinion_abstain(&v->opinion, q, why.text);
    return 0;
}

static int hear(struct judging *j, const struct answer *at, struct err *err)
{
    size_t judge = at->slot / GUARD_PARTS_MAX / QUESTIONS;
    enum question q = at->slot / GUARD_PARTS_MAX % QUESTIONS;
    struct item *it;

    HASH_FIND(hh, j->live, &at->seq, sizeof(at->seq), it);
    assert(it != NULL);
    it->calls--;
    if (hear_reply(j, it, judge, q, &at->reply, err) != 0)
        return -1;
    return finish_rows(j, err);
}

/* --- counting --- */

/* What the loop would make of the judges' verdicts, one vote each. */
static void decide(const struct judging *j, struct item *it)
{
    static const size_t ends[] = {
        [PANEL_DROP] = KNOWN_HARM_CLASSES,
        [PANEL_HARMLESS] = KNOWN_HARMLESS,
        [PANEL_CONTROVERSIAL] = KNOWN_CONTROVERSIAL,
        [PANEL_HARMFUL] = KNOWN_HARMFUL,
    };
    size_t count[VERDICTS] = {0}, panel = SIZE_MAX, i, said, rule;

    for (i = 0; i < j->njudges; i++) {
        said = it->views[i].opinion.said[KNOWN_HARM];
        if (j->judges[i].model == NULL && j->about[i].can[KNOWN_HARM])
            panel = i;
        else if (j->about[i].can[KNOWN_HARM])
            count[said == KNOWN_HARM_CLASSES ? (size_t)VERDICT_ABSTAIN
                                             : said + VERDICT_HARMLESS]++;
    }
    if (panel != SIZE_MAX && it->truth[KNOWN_HARM] >= 0)
        it->views[panel].opinion.said[KNOWN_HARM] =
            ends[panel_decide(&PANEL_DEFAULT, count, &rule)];
}

static void count(const struct judging *j, const struct item *it,
                  struct judging_group *g)
{
    size_t i, t;

    for (t = 0; t < KNOWN_TASKS; t++) {
        if (it->truth[t] < 0)
            continue;
        g->rows[t]++;
        for (i = 0; i < j->njudges; i++)
            if (j->about[i].can[t])
                confusion_add(&g->c[i][t], (size_t)it->truth[t],
                              it->views[i].opinion.said[t]);
    }
}

static bool says(const struct judging *j, const struct item *it, size_t judge)
{
    int t;

    for (t = 0; t < KNOWN_TASKS; t++)
        if (j->about[judge].can[t] && it->truth[t] >= 0)
            return true;
    return false;
}

static void add_opinion(const struct judging *j, const struct item *it,
                        size_t judge, cJSON *list)
{
    const struct opinion *op = &it->views[judge].opinion;
    cJSON *o = cJSON_CreateObject(), *v;
    int t;

    cJSON_AddStringToObject(o, "judge", j->about[judge].name);
    for (t = 0; t < KNOWN_TASKS; t++) {
        if (!j->about[judge].can[t] || it->truth[t] < 0)
            continue;
        v = cJSON_AddObjectToObject(o, known_task_name(t));
        cJSON_AddStringToObject(v, "verdict",
                                opinion_class_name(t, op->said[t]));
        cJSON_AddStringToObject(v, "reason",
                                op->why[t] != NULL ? op->why[t] : "");
    }
    cJSON_AddItemToArray(list, o);
}

/* A line of what was labeled and said; texts stay in the file it came from. */
static void write_verdicts(const struct judging *j, const struct item *it)
{
    cJSON *o = cJSON_CreateObject(), *v;
    struct str line;
    size_t i;
    int t;

    cJSON_AddStringToObject(o, "file", j->options->files[it->file]);
    cJSON_AddNumberToObject(o, "line", (double)it->line);
    if (it->id != NULL)
        cJSON_AddStringToObject(o, "id", it->id);
    if (it->type != NULL)
        cJSON_AddStringToObject(o, "type", it->type);
    v = cJSON_AddObjectToObject(o, "labels");
    for (t = 0; t < KNOWN_TASKS; t++)
        if (it->truth[t] >= 0)
            cJSON_AddStringToObject(
                v, known_task_name(t),
                opinion_class_name(t, (size_t)it->truth[t]));
    v = cJSON_AddArrayToObject(o, "judges");
    for (i = 0; i < j->njudges; i++)
        if (says(j, it, i))
            add_opinion(j, it, i, v);
    str_init(&line, TEXT_MAX);
    json_print(o, &line);
    cJSON_Delete(o);
    fprintf(j->out.stream, "%s\n", line.s);
    str_release(&line);
}

static int finish_rows(struct judging *j, struct err *err)
{
    struct judging_group *g;
    struct item *it;

    while ((it = j->order) != NULL && it->calls == 0) {
        g = group_of(j, it->type != NULL ? it->type : "(none)");
        if (g == NULL)
            return err_nomem(err);
        decide(j, it);
        count(j, it, &j->all);
        count(j, it, g);
        if (j->out.stream != NULL && is_labeled(it))
            write_verdicts(j, it);
        DL_DELETE(j->order, it);
        HASH_DEL(j->live, it);
        item_free(j, it);
    }
    return 0;
}

/* --- the interface --- */

static int by_name(const struct type *a, const struct type *b)
{
    return strcmp(a->name, b->name);
}

static enum judging_state done(struct judging *j, struct err *err)
{
    struct type *t;
    size_t n = 0;

    HASH_SORT(j->types, by_name);
    for (t = j->types; t != NULL; t = t->hh.next)
        j->listed[n++] = &t->group;
    if (j->out.stream == NULL)
        return JUDGING_DONE;
    return outfile_commit(&j->out, err) == 0 ? JUDGING_DONE : JUDGING_ERROR;
}

enum judging_state judging_turn(struct judging *j, int timeout_ms,
                                struct err *err)
{
    struct answer at;
    int i, failed = 0;

    for (i = 0; i < STEPS && !failed; i++)
        switch (survey_step(j->survey, &at, timeout_ms, err)) {
        case SURVEY_NEXT:
            failed = begin(j, err);
            break;
        case SURVEY_HEAR:
            failed = hear(j, &at, err);
            break;
        case SURVEY_WAIT:
            return JUDGING_MORE;
        case SURVEY_DONE:
            return done(j, err);
        case SURVEY_STOPPED:
            return JUDGING_STOPPED;
        case SURVEY_ERROR:
            return JUDGING_ERROR;
        }
    return failed ? JUDGING_ERROR : JUDGING_MORE;
}

void judging_stop(struct judging *j)
{
    survey_stop(j->survey, "interrupted; run the same command to resume");
}

void judging_result(const struct judging *j, struct judging_result *out)
{
    out->rows = j->rows;
    out->unlabeled = j->unlabeled;
    out->njudges = j->njudges;
    out->nfiles = j->options->nfiles;
    out->ntypes = HASH_COUNT(j->types);
    out->judges = j->about;
    out->sets = j->sets;
    out->all = &j->all;
    out->types = j->listed;
}
