/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows are kept whole: what is asked of many models is read once, the number
 * of rows is known before the first call, and the largest published set is
 * some tens of megabytes.
 */
#include "run/evalset.h"
#include "base/file.h"
#include "base/text.h"
#include "dataset/known.h"
#include "dataset/reader.h"
#include "run/files.h"
#include "run/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uthash.h>
#include <utlist.h>

#define MESSAGES_MAX 30 /* a system message still fits in a call */
#define FOCUS_BYTES  1024

struct file {
    struct file *next;
    char *name;       /* as results show it */
    const char *kind; /* of KNOWN_SETS */
    uint64_t rows, duplicates, groups[RESULT_GROUPS];
};

struct seen {
    UT_hash_handle hh;
    char *id; /* the row's */
};

struct evalset {
    struct evalset_options options;
    struct evalset_row *rows;
    size_t n, cap;
    struct file *files;
    struct seen *seen;
};

struct evalset *evalset_new(const struct evalset_options *options,
                            struct err *err)
{
    struct evalset *s = calloc(1, sizeof(*s));

    if (s == NULL)
        err_nomem(err);
    else
        s->options = *options;
    return s;
}

static void row_release(struct evalset_row *r)
{
    free(r->id);
    free(r->prompt);
    free(r->category);
    free(r->domain);
    free(r->focus);
    cJSON_Delete(r->messages);
}

void evalset_free(struct evalset *s)
{
    struct seen *seen, *next;
    struct file *f, *after;
    size_t i;

    if (s == NULL)
        return;
    HASH_ITER(hh, s->seen, seen, next)
    {
        HASH_DEL(s->seen, seen);
        free(seen);
    }
    LL_FOREACH_SAFE(s->files, f, after)
    {
        free(f->name);
        free(f);
    }
    for (i = 0; i < s->n; i++)
        row_release(&s->rows[i]);
    free(s->rows);
    free(s);
}

/* --- a row --- */

static bool is_role(const char *role)
{
    return role != NULL &&
           (strcmp(role, "system") == 0 || strcmp(role, "user") == 0 ||
            strcmp(role, "assistant") == 0);
}

/* Cuts what follows the last user message: it is an answer, not a question.
 * Returns that message, or NULL with a sentence. */
static const char *cut_to_request(cJSON *messages, struct err *err)
{
    int n = cJSON_GetArraySize(messages), i, last = -1;
    const cJSON *m;

    for (i = 0; i < n; i++) {
        m = cJSON_GetArrayItem(messages, i);
        if (!is_role(json_string(m, "role")) ||
            json_string(m, "content") == NULL) {
            err_set(err,
                    "message %d needs a \"role\" (system, user or assistant) "
                    "and a text as \"content\"",
                    i + 1);
            return NULL;
        }
        if (strcmp(json_string(m, "role"), "user") == 0)
            last = i;
    }
    if (last < 0 || last >= MESSAGES_MAX) {
        err_set(err, "\"messages\" needs 1 to %d turns up to the last user's",
                MESSAGES_MAX);
        return NULL;
    }
    while (n > last + 1)
        cJSON_DeleteItemFromArray(messages, --n);
    return json_string(cJSON_GetArrayItem(messages, last), "content");
}

static int take_messages(struct evalset_row *out, cJSON *object,
                         struct err *err)
{
    cJSON *list = cJSON_DetachItemFromObjectCaseSensitive(object, "messages");
    const char *request;

    if (!cJSON_IsArray(list)) {
        cJSON_Delete(list);
        return 0;
    }
    request = cut_to_request(list, err);
    if (request == NULL) {
        cJSON_Delete(list);
        return -1;
    }
    out->messages = list;
    free(out->prompt);
    out->prompt = strdup(request);
    return out->prompt != NULL ? 0 : err_nomem(err);
}

static void take_focus(struct evalset_row *out, const cJSON *object)
{
    const cJSON *word;
    struct str words;

    str_init(&words, FOCUS_BYTES);
    cJSON_ArrayForEach(word, json_array(object, "focus"))
    {
        if (cJSON_IsString(word))
            str_addf(&words, "%s%s", words.len > 0 ? ", " : "",
                     word->valuestring);
    }
    if (words.len > 0 && !str_failed(&words))
        out->focus = str_detach(&words);
    str_release(&words);
}

/* What an object has beside texts: the talk before the request, a list of
 * focus words. */
static int take_object(const struct evalset *s, struct evalset_row *out,
                       const struct reader_row *row, struct err *err)
{
    cJSON *object = json_parse(row->raw, row->raw_len, err);
    int failed;

    if (object == NULL)
        return -1;
    take_focus(out, object);
    failed = s->options.column == NULL && take_messages(out, object, err) != 0;
    cJSON_Delete(object);
    return failed ? -1 : 0;
}

static char *value_of(const struct reader *r, const char *name)
{
    const char *text = reader_value(r, name);

    return text != NULL && *text != '\0' ? strdup(text) : NULL;
}

static void set_id(struct evalset_row *out)
{
    const cJSON *m = out->messages != NULL ? out->messages->child : NULL;
    char hex[HASH_HEX];
    struct str so_far;

    str_init(&so_far, RECORD_ID_MAX);
    for (; m != NULL && m->next != NULL; m = m->next)
        record_id_turn(&so_far, json_string(m, "role"),
                       json_string(m, "content"));
    record_id(&so_far, out->prompt, hex);
    str_release(&so_far);
    out->id = strdup(hex);
}

static int fill(const struct evalset *s, const struct known_set *known,
                const struct reader *r, const struct reader_row *row,
                struct evalset_row *out, struct err *err)
{
    int harm = known_harm(known_label(known, r, KNOWN_HARM));
    const char *type = known_type(known, r);

    out->line = row->line;
    out->group = harm >= 0 ? (enum result_group)harm : s->options.group;
    out->prompt = str_dup(row->prompt, row->len);
    out->category = type != NULL ? strdup(type) : NULL;
    out->domain = value_of(r, "domain");
    out->focus = value_of(r, "focus");
    if (out->prompt == NULL)
        return err_nomem(err);
    if (row->raw_len > 0 && row->raw[strspn(row->raw, " \t\r\n")] == '{' &&
        (reader_format(r) == READER_LINES ||
         reader_format(r) == READER_ARRAY) &&
        take_object(s, out, row, err) != 0)
        return -1;
    set_id(out);
    return out->id != NULL ? 0 : err_nomem(err);
}

/* 1 when it is new, 0 when its like is there. */
static int remember(struct evalset *s, char *id, struct err *err)
{
    struct seen *seen;

    HASH_FIND_STR(s->seen, id, seen);
    if (seen != NULL)
        return 0;
    seen = calloc(1, sizeof(*seen));
    if (seen == NULL)
        return err_nomem(err);
    seen->id = id;
    HASH_ADD_KEYPTR(hh, s->seen, seen->id, strlen(seen->id), seen);
    return 1;
}

static int append(struct evalset *s, struct file *f,
                  const struct evalset_row *row, struct err *err)
{
    struct evalset_row *more;
    size_t cap = s->cap > 0 ? 2 * s->cap : 256;

    if (s->n == s->cap) {
        more = realloc(s->rows, cap * sizeof(*more));
        if (more == NULL)
            return err_nomem(err);
        s->rows = more;
        s->cap = cap;
    }
    s->rows[s->n] = *row;
    s->rows[s->n++].set = f->name;
    f->rows++;
    f->groups[row->group]++;
    return 0;
}

static int add_row(struct evalset *s, struct file *f,
                   const struct known_set *known, const struct reader *r,
                   const struct reader_row *row, struct err *err)
{
    struct evalset_row made = {0};
    int got = fill(s, known, r, row, &made, err) != 0
                  ? -1
                  : remember(s, made.id, err);

    if (got == 1 && append(s, f, &made, err) == 0)
        return 0;
    f->duplicates += got == 0;
    row_release(&made);
    return got == 0 ? 0 : -1;
}

/* --- a file --- */

static int add_rows(struct evalset *s, struct file *f, const char *path,
                    struct reader *r, struct err *err)
{
    const struct known_set *known = NULL;
    struct reader_row row;
    int got;

    while ((got = reader_next(r, &row, err)) == 1) {
        if (known == NULL) {
            known = known_find(path, r);
            f->kind = known->name;
        }
        if (add_row(s, f, known, r, &row, err) != 0)
            return err_prefix(err, "%s:%zu", path, row.line);
    }
    return got;
}

/* "demo/dataset.jsonl": what tells files apart, and no more of the path. */
static char *name_of(const char *path, bool in_folder)
{
    const char *name = strrchr(path, '/');

    while (in_folder && name > path)
        if (*--name == '/')
            break;
    return strdup(name == NULL ? path : *name == '/' ? name + 1 : name);
}

static int add_file(struct evalset *s, const char *path, bool in_folder,
                    struct err *err)
{
    struct file *f = calloc(1, sizeof(*f));
    struct reader *r;
    int failed;

    if (f == NULL)
        return err_nomem(err);
    LL_APPEND(s->files, f);
    f->name = name_of(path, in_folder);
    f->kind = "other";
    if (f->name == NULL)
        return err_nomem(err);
    r = reader_open(path, s->options.column, err);
    if (r == NULL)
        return -1;
    failed = add_rows(s, f, path, r, err);
    reader_close(r);
    return failed;
}

static int add_folder(struct evalset *s, const char *folder, struct err *err)
{
    char *rows = file_join(folder, FILES_ROWS),
         *controls = file_join(folder, FILES_CONTROLS);
    int failed = 0;

    if (rows == NULL || controls == NULL)
        failed = err_nomem(err);
    else if (!file_exists(rows))
        failed = file_is_hidden(rows, err)
                     ? -1
                     : err_set(err,
                               "%s is no run's folder: it has no %s; name a "
                               "file or the folder of a run",
                               folder, FILES_ROWS);
    else
        failed = add_file(s, rows, true, err);
    if (!failed && file_exists(controls))
        failed = add_file(s, controls, true, err);
    free(rows);
    free(controls);
    return failed;
}

int evalset_add(struct evalset *s, const char *path, struct err *err)
{
    struct stat st;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return add_folder(s, path, err);
    return add_file(s, path, false, err);
}

/* --- what there is --- */

size_t evalset_size(const struct evalset *s)
{
    return s->n;
}

const struct evalset_row *evalset_at(const struct evalset *s, size_t i)
{
    return &s->rows[i];
}

struct hash128 evalset_hash(const struct evalset *s)
{
    struct hasher *h = hasher_new();
    const struct evalset_row *r;

    for (r = s->rows; r < s->rows + s->n; r++) {
        hash_string(h, r->id);
        hash_string(h, r->set);
        hash_number(h, r->line);
        hash_number(h, r->group);
        hash_string(h, r->category);
        hash_string(h, r->domain);
        hash_string(h, r->focus);
    }
    return hasher_end(h);
}

cJSON *evalset_describe(const struct evalset *s)
{
    cJSON *list = cJSON_CreateArray(), *o;
    const struct file *f;
    int g;

    LL_FOREACH(s->files, f)
    {
        o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, "set", f->name);
        cJSON_AddStringToObject(o, "kind", f->kind);
        cJSON_AddNumberToObject(o, "rows", (double)f->rows);
        cJSON_AddNumberToObject(o, "duplicates", (double)f->duplicates);
        for (g = 0; g < RESULT_GROUPS; g++)
            cJSON_AddNumberToObject(o, result_group_name((enum result_group)g),
                                    (double)f->groups[g]);
        cJSON_AddItemToArray(list, o);
    }
    return list;
}
