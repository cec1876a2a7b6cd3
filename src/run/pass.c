/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A survey whose items are the candidates of the store, and a list of notes.
 * The list is emptied between steps, so the notes of one candidate, which a
 * caller writes in one step, are in one transaction.
 */
#include "run/pass.h"
#include "run/survey.h"
#include "store/share.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#define NOTES_FLUSHED 256
#define NOTE_MAX      (1u << 20) /* bytes of its JSON */
#define STEPS         1024       /* without PASS_MORE, at most */

struct note {
    struct note *next;
    uint64_t seq;
    const char *kind; /* the caller's constant */
    char *json;       /* NULL: none is to be there */
};

struct pass {
    struct store *store;
    struct survey *survey;
    struct store_cursor *rows;
    struct decided row;
    struct answer answer;
    struct note *notes;
    size_t nnotes, steps;
};

struct pass *pass_new(struct desk *desk, struct err *err)
{
    struct pass *p = calloc(1, sizeof(*p));

    if (p == NULL) {
        err_nomem(err);
        return NULL;
    }
    p->store = desk->store;
    p->survey = survey_new(desk->exchange, err);
    if (p->survey != NULL)
        p->rows = store_read(desk->store, err);
    if (p->rows == NULL) {
        pass_free(p);
        return NULL;
    }
    return p;
}

static void drop_notes(struct pass *p)
{
    struct note *n, *next;

    LL_FOREACH_SAFE(p->notes, n, next)
    {
        free(n->json);
        free(n);
    }
    p->notes = NULL;
    p->nnotes = 0;
}

void pass_free(struct pass *p)
{
    if (p == NULL)
        return;
    drop_notes(p);
    store_read_end(p->rows);
    survey_free(p->survey);
    free(p);
}

const struct decided *pass_row(const struct pass *p)
{
    return &p->row;
}

const struct answer *pass_answer(const struct pass *p)
{
    return &p->answer;
}

int pass_call(struct pass *p, struct call *call, struct err *err)
{
    return survey_call(p->survey, call, err);
}

void pass_stop(struct pass *p)
{
    survey_stop(p->survey, "interrupted; run the same command to resume");
}

/* --- notes --- */

static char *text_of(cJSON *value, struct err *err)
{
    struct str text;
    char *json;

    str_init(&text, NOTE_MAX);
    json_print(value, &text);
    cJSON_Delete(value);
    json = str_detach(&text);
    if (json == NULL)
        err_set(err, "evidence of over %u bytes, or no memory", NOTE_MAX);
    return json;
}

int pass_note_json(struct pass *p, const char *kind, uint64_t seq, char *json,
                   struct err *err)
{
    struct note *n = calloc(1, sizeof(*n));

    if (n == NULL) {
        free(json);
        return err_nomem(err);
    }
    n->kind = kind;
    n->seq = seq;
    n->json = json;
    LL_PREPEND(p->notes, n);
    p->nnotes++;
    return 0;
}

int pass_note(struct pass *p, const char *kind, uint64_t seq, cJSON *value,
              struct err *err)
{
    char *json = value != NULL ? text_of(value, err) : NULL;

    if (value != NULL && json == NULL)
        return -1;
    return pass_note_json(p, kind, seq, json, err);
}

/* A worker of many that was taken for lost must store nothing more. */
static int commit(struct pass *p, struct err *err)
{
    return share_is(p->store) ? share_commit_alive(p->store, err)
                              : store_commit(p->store, err);
}

int pass_sum_up(struct pass *p, const char *kind, cJSON *value, struct err *err)
{
    char *json = text_of(value, err);
    int failed = json == NULL || store_begin(p->store, err) != 0 ||
                 store_annex_put(p->store, kind, 0, json, err) != 0 ||
                 commit(p, err) != 0;

    free(json);
    return failed ? -1 : 0;
}

static int flush(struct pass *p, struct err *err)
{
    struct note *n;
    int failed;

    if (p->notes == NULL)
        return 0;
    if (store_begin(p->store, err) != 0)
        return -1;
    LL_FOREACH(p->notes, n)
    {
        failed = n->json != NULL
                     ? store_annex_put(p->store, n->kind, n->seq, n->json, err)
                     : store_annex_drop(p->store, n->kind, n->seq, err);
        if (failed)
            return -1;
    }
    drop_notes(p);
    return commit(p, err);
}

/* --- the step --- */

static enum pass_step advance(struct pass *p, int timeout_ms, struct err *err)
{
    int got;

    for (;;) {
        switch (survey_step(p->survey, &p->answer, timeout_ms, err)) {
        case SURVEY_NEXT:
            got = store_next(p->rows, &p->row, err);
            if (got != 0)
                return got > 0 ? PASS_ROW : PASS_ERROR;
            survey_last(p->survey);
            continue;
        case SURVEY_HEAR:
            return PASS_HEAR;
        case SURVEY_WAIT:
            return PASS_MORE;
        case SURVEY_DONE:
            return flush(p, err) == 0 ? PASS_DONE : PASS_ERROR;
        case SURVEY_STOPPED: /* whose reason stands in err */
            return flush(p, NULL) == 0 ? PASS_STOPPED : PASS_ERROR;
        case SURVEY_ERROR:
            return PASS_ERROR;
        }
    }
}

enum pass_step pass_step(struct pass *p, int timeout_ms, struct err *err)
{
    enum pass_step step;

    if (p->nnotes >= NOTES_FLUSHED && flush(p, err) != 0)
        return PASS_ERROR;
    step = p->steps < STEPS ? advance(p, timeout_ms, err) : PASS_MORE;
    p->steps = step == PASS_MORE ? 0 : p->steps + 1;
    return step;
}
