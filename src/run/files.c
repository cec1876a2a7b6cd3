/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the store to the folder.  A record is stored as text and goes out as
 * it is, byte for byte, unless an annex has something to add.
 */
#include "run/files.h"
#include "agent/candidate.h"
#include "base/file.h"
#include "dataset/card.h"
#include "run/human.h"
#include "store/share.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uthash.h>

#define RECORD_MAX   (16u << 20)
#define MANIFEST_MAX (64u << 20)

bool files_is_row(const struct decided *d)
{
    return strcmp(d->outcome, outcome_name(OUTCOME_HARMLESS)) == 0 ||
           strcmp(d->outcome, outcome_name(OUTCOME_CONTROVERSIAL)) == 0;
}

/* Moves all members, in the place of those of the same name. */
static void move(cJSON *from, cJSON *to)
{
    cJSON *v;

    while ((v = from->child) != NULL) {
        cJSON_DetachItemViaPointer(from, v);
        cJSON_DeleteItemFromObjectCaseSensitive(to, v->string);
        cJSON_AddItemToObject(to, v->string, v);
    }
}

/* The same with an object that is given as text. */
static int merge(const struct str *annexes, cJSON *to, struct err *err)
{
    cJSON *more;

    if (str_failed(annexes))
        return err_set(err, "the evidence is too large");
    more = json_parse(annexes->s, annexes->len, err);
    if (more == NULL)
        return -1;
    move(more, to);
    cJSON_Delete(more);
    return 0;
}

cJSON *files_record(const struct decided *d, struct err *err)
{
    struct err why = {""};
    cJSON *row = json_parse(d->record, strlen(d->record), &why);

    if (row == NULL)
        err_set(err,
                "the store is damaged: the record of candidate %llu cannot be "
                "read (%s); " STORE_REMEDY,
                (unsigned long long)d->seq, why.text);
    return row;
}

int files_add_annexes(struct store *s, uint64_t seq, cJSON *to, struct err *err)
{
    struct str annexes;
    int got;

    str_init(&annexes, RECORD_MAX);
    got = store_annexes(s, seq, &annexes, err);
    if (got == 1)
        got = merge(&annexes, to, err);
    str_release(&annexes);
    return got;
}

/* --- rows --- */

/* A control that stands in the file, by its id. */
struct known {
    UT_hash_handle hh;
    char id[HASH_HEX];
};

struct sinks {
    FILE *rows, *rejects, *controls;
    struct known *known;
    uint64_t withheld;
};

/* What a row keeps when it is withheld: what rejects have, and the id. */
static const char *const kept_members[] = {
    "id",   "prompt", "messages", "shape", "category", "category_id",
    "path", "judges", "targets",  "round", HUMAN_KIND,
};

static void forget(struct sinks *to)
{
    struct known *k, *next;

    HASH_ITER(hh, to->known, k, next)
    {
        HASH_DEL(to->known, k);
        free(k);
    }
}

static int write_tree(const cJSON *tree, FILE *to, struct err *err)
{
    struct str text;
    int failed = 0;

    str_init(&text, RECORD_MAX);
    json_print(tree, &text);
    if (str_failed(&text))
        failed = err_set(err, "the record is too large");
    else
        fprintf(to, "%s\n", text.s);
    str_release(&text);
    return failed;
}

/* Once an id. */
static int write_control(const cJSON *control, struct sinks *to,
                         struct err *err)
{
    const char *id = json_string(control, "id");
    struct known *k;

    if (id == NULL || strlen(id) >= HASH_HEX)
        return err_set(err, "its control has no id");
    HASH_FIND_STR(to->known, id, k);
    if (k != NULL)
        return 0;
    k = calloc(1, sizeof(*k));
    if (k == NULL)
        return err_nomem(err);
    memcpy(k->id, id, strlen(id));
    HASH_ADD_STR(to->known, id, k);
    return write_tree(control, to->controls, err);
}

/* No `response` among them: nobody is to be trained on it. */
static int withhold(cJSON *row, uint64_t seq, struct sinks *to, struct err *err)
{
    cJSON *reject = cJSON_CreateObject(), *v;
    int failed;
    size_t i;

    cJSON_AddNumberToObject(reject, "sequence", (double)seq);
    cJSON_AddStringToObject(reject, "outcome", outcome_name(OUTCOME_REJECTED));
    cJSON_AddStringToObject(reject, "reason", FILES_WITHHELD);
    for (i = 0; i < sizeof(kept_members) / sizeof(*kept_members); i++) {
        v = cJSON_DetachItemFromObjectCaseSensitive(row, kept_members[i]);
        if (v != NULL)
            cJSON_AddItemToObject(reject, kept_members[i], v);
    }
    to->withheld++;
    failed = write_tree(reject, to->rejects, err);
    cJSON_Delete(reject);
    return failed;
}

/* The row with what was added to it; its control goes elsewhere. */
static int write_merged(const struct decided *d, const struct str *annexes,
                        struct sinks *to, struct err *err)
{
    cJSON *row = files_record(d, err), *human, *more = cJSON_CreateObject(),
          *control = NULL;
    bool failed = row == NULL || merge(annexes, more, err) != 0;
    FILE *row_to = files_is_row(d) ? to->rows : to->rejects;

    if (!failed) {
        control = cJSON_DetachItemFromObjectCaseSensitive(more, FILES_CONTROL);
        failed = control != NULL && write_control(control, to, err) != 0;
    }
    human = cJSON_GetObjectItemCaseSensitive(more, HUMAN_KIND);
    if (!failed && more->child == NULL) {
        fprintf(row_to, "%s\n", d->record);
    } else if (!failed) {
        bool harmful = human != NULL && human_publish(human);

        move(more, row);
        failed =
            (harmful && files_is_row(d) ? withhold(row, d->seq, to, err)
                                        : write_tree(row, row_to, err)) != 0;
    }
    cJSON_Delete(control);
    cJSON_Delete(more);
    cJSON_Delete(row);
    return failed ? -1 : 0;
}

static int write_row(struct store *s, const struct decided *d, struct sinks *to,
                     struct err *err)
{
    FILE *row_to = files_is_row(d) ? to->rows : to->rejects;
    struct str annexes;
    int got;

    str_init(&annexes, RECORD_MAX);
    got = store_annexes(s, d->seq, &annexes, err);
    if (got == 0)
        fprintf(row_to, "%s\n", d->record);
    else if (got == 1 && write_merged(d, &annexes, to, err) != 0)
        got = err_prefix(err, "candidate %llu", (unsigned long long)d->seq);
    str_release(&annexes);
    return got < 0 ? -1 : 0;
}

static int write_all(struct store *s, struct sinks *to, struct err *err)
{
    struct store_cursor *c = store_read(s, err);
    struct decided d;
    int got = -1;

    while (c != NULL && (got = store_next(c, &d, err)) == 1)
        if (write_row(s, &d, to, err) != 0) {
            got = -1;
            break;
        }
    store_read_end(c);
    return got;
}

/* No file rather than an empty one, also when there was one. */
static int commit_controls(const char *folder, struct outfile *f, bool any,
                           struct err *err)
{
    char *path;

    if (any)
        return outfile_commit(f, err);
    outfile_abandon(f);
    path = file_join(folder, FILES_CONTROLS);
    if (path == NULL)
        return err_nomem(err);
    remove(path);
    free(path);
    return 0;
}

/* Only where there are any: a run that nobody looked at says nothing. */
static void count_withheld(cJSON *manifest, uint64_t n)
{
    cJSON *counts = cJSON_GetObjectItemCaseSensitive(manifest, "counts");

    cJSON_DeleteItemFromObjectCaseSensitive(counts, "withheld");
    if (n > 0)
        cJSON_AddNumberToObject(counts, "withheld", (double)n);
}

int files_write_rows(struct store *s, const char *folder, cJSON *manifest,
                     struct err *err)
{
    struct outfile rows = {0}, rejects = {0}, controls = {0};
    struct sinks to = {0};
    int failed = -1;

    if (outfile_open_in(&rows, folder, FILES_ROWS, err) != 0 ||
        outfile_open_in(&rejects, folder, FILES_REJECTS, err) != 0 ||
        outfile_open_in(&controls, folder, FILES_CONTROLS, err) != 0)
        goto out;
    to.rows = rows.stream;
    to.rejects = rejects.stream;
    to.controls = controls.stream;
    if (write_all(s, &to, err) == 0 && outfile_commit(&rows, err) == 0 &&
        outfile_commit(&rejects, err) == 0)
        failed = commit_controls(folder, &controls, to.known != NULL, err);
    if (!failed)
        count_withheld(manifest, to.withheld);
out:
    outfile_abandon(&rows);
    outfile_abandon(&rejects);
    outfile_abandon(&controls);
    forget(&to);
    return failed;
}

/* --- the manifest --- */

int files_write_manifest(const cJSON *manifest, const char *folder,
                         struct err *err)
{
    if (json_write(manifest, folder, FILES_MANIFEST, err) != 0)
        return -1;
    return files_write_card(manifest, folder, err);
}

int files_write_card(const cJSON *manifest, const char *folder, struct err *err)
{
    struct outfile f;

    if (outfile_open_in(&f, folder, "README.md", err) != 0)
        return -1;
    card_write(manifest, f.stream);
    return outfile_commit(&f, err);
}

int files_add_paid(struct store *store, cJSON *o, struct err *err)
{
    static const char *const names[] = {"paid", "paid_calls", "cost"};
    cJSON *list, *v;
    struct ledger_line *line;
    struct spent all = {0};
    size_t n, i;

    for (i = 0; i < sizeof(names) / sizeof(*names); i++)
        cJSON_DeleteItemFromObjectCaseSensitive(o, names[i]);
    list = cJSON_AddArrayToObject(o, "paid");
    if (store_ledger_lines(store, &line, &n, err) != 0)
        return -1;
    for (i = 0; i < n; i++) {
        const struct spent *s = &line[i].spent;

        v = cJSON_CreateObject();
        cJSON_AddStringToObject(v, "agent", line[i].agent);
        cJSON_AddStringToObject(v, "model", line[i].model);
        cJSON_AddNumberToObject(v, "calls", (double)s->calls);
        cJSON_AddNumberToObject(v, "tokens_in", (double)s->tokens_in);
        cJSON_AddNumberToObject(v, "tokens_out", (double)s->tokens_out);
        cJSON_AddNumberToObject(v, "cost", s->cost);
        cJSON_AddItemToArray(list, v);
        all.calls += s->calls;
        all.cost += s->cost;
    }
    ledger_lines_free(line, n);
    cJSON_AddNumberToObject(o, "paid_calls", (double)all.calls);
    cJSON_AddNumberToObject(o, "cost", all.cost);
    return 0;
}

cJSON *files_read_manifest(const char *folder, struct err *err)
{
    char *path = file_join(folder, FILES_MANIFEST);
    cJSON *manifest = NULL;
    struct str text;

    str_init(&text, MANIFEST_MAX);
    if (path == NULL) {
        err_nomem(err);
    } else if (file_read(path, &text, err) == 0) {
        manifest = json_parse(text.s, text.len, err);
        if (manifest == NULL)
            err_prefix(err, "%s", path);
    }
    str_release(&text);
    free(path);
    return manifest;
}

int files_no_run(const char *folder, const char *path, struct err *err)
{
    if (path != NULL && file_is_hidden(path, err))
        return -1;
    return err_set(err,
                   "%s is no run: there is no %s in it; name the --out folder "
                   "of \"phgen generate\"",
                   folder, FILES_STORE);
}

struct store *files_open_store(const char *folder, struct err *err)
{
    char *where = files_store_of(folder, NULL, err);
    struct store *s = NULL;

    if (where == NULL)
        return NULL;
    if (store_is_url(where) || file_exists(where))
        s = store_open(where, err);
    else
        files_no_run(folder, where, err);
    free(where);
    return s;
}

int files_lock(const char *folder, struct err *err)
{
    char *path = file_join(folder, FILES_ADDRESS);
    int lock = path != NULL ? file_lock(path, err) : err_nomem(err);

    free(path);
    return lock;
}

static int update(struct store *s, const char *folder, struct err *err)
{
    cJSON *manifest = files_read_manifest(folder, err);
    int failed;

    /* The one report that can be taken back. */
    cJSON_DeleteItemFromObjectCaseSensitive(manifest, "audit");
    failed = manifest == NULL || files_add_annexes(s, 0, manifest, err) != 0 ||
             files_add_paid(s, manifest, err) != 0 ||
             files_write_rows(s, folder, manifest, err) != 0 ||
             files_write_manifest(manifest, folder, err) != 0;

    cJSON_Delete(manifest);
    return failed ? -1 : 0;
}

int files_update(struct store *s, const char *folder, struct err *err)
{
    int lock, failed;

    if (!share_is(s))
        return update(s, folder, err);
    lock = files_lock(folder, err);
    if (lock < 0)
        return -1;
    failed = update(s, folder, err);
    close(lock);
    return failed;
}
