/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store is asked first; what the files must hold follows from it.  While
 * somebody works in the folder the files are of an earlier state, so that
 * their counts say nothing.
 */
#include "run/checkup.h"
#include "agent/candidate.h"
#include "base/file.h"
#include "base/text.h"
#include "run/files.h"
#include "run/heat.h"
#include "run/inspect.h"
#include "run/roster.h"
#include "store/peek.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES (16u << 20)

const char *checkup_state_name(enum checkup_state s)
{
    static const char *const names[] = {[CHECKUP_OK] = "ok",
                                        [CHECKUP_NOTE] = "note",
                                        [CHECKUP_WRONG] = "wrong"};

    return names[s];
}

void checkup_add(struct checkup *c, enum checkup_state state, const char *about,
                 const char *fmt, ...)
{
    struct finding *all = realloc(c->list, (c->n + 1) * sizeof(*all));
    char text[ERR_TEXT_MAX];
    va_list args;

    c->wrong |= state == CHECKUP_WRONG || all == NULL;
    if (all == NULL)
        return;
    c->list = all;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    all[c->n].state = state;
    all[c->n].about = about;
    all[c->n].says = strdup(text);
    if (all[c->n].says == NULL)
        c->wrong = true;
    else
        c->n++;
}

void checkup_release(struct checkup *c)
{
    size_t i;

    for (i = 0; i < c->n; i++)
        free(c->list[i].says);
    free(c->list);
    memset(c, 0, sizeof(*c));
}

/* --- the store --- */

static void check_schema(struct checkup *c, int schema, int known)
{
    if (schema > known)
        checkup_add(c, CHECKUP_WRONG, "schema",
                    "the store has schema %d and this phgen knows %d; use the "
                    "phgen that wrote it",
                    schema, known);
    else if (schema < known)
        checkup_add(c, CHECKUP_NOTE, "schema",
                    "the store has schema %d; it is brought up to %d when a "
                    "command opens it",
                    schema, known);
    else
        checkup_add(c, CHECKUP_OK, "schema", "the store has schema %d", schema);
}

/* The database of a run of many workers: that it is there, and its version. */
static void check_shared(struct checkup *c, const char *folder)
{
    struct err why = {""};
    struct roster r;

    if (roster_read(folder, &r, &why) != 0) {
        checkup_add(c, CHECKUP_WRONG, "run", "%s", why.text);
        return;
    }
    checkup_add(c, CHECKUP_NOTE, "run",
                "its store is a database, whose rows are not looked at; "
                "\"phgen status %s\" says how the run is doing",
                folder);
    check_schema(c, (int)r.status.schema, SHARE_SCHEMA);
    roster_release(&r);
}

/* What SQLite takes for text and no command can read. */
static void check_texts(struct checkup *c, const struct peek *p)
{
    struct err why = {""};
    cJSON *config = NULL;

    if (p->config != NULL)
        config = inspect_config(p->config, &why);
    else
        inspect_missing(p, &why);
    if (config == NULL && p->schema <= STORE_SCHEMA)
        checkup_add(c,
                    p->config == NULL && p->last_seq == 0 ? CHECKUP_NOTE
                                                          : CHECKUP_WRONG,
                    "config", "%s", why.text);
    cJSON_Delete(config);
    if (p->unreadable > 0)
        checkup_add(c, CHECKUP_WRONG, "records",
                    "the store is damaged: the records of %llu candidates "
                    "cannot be read; " STORE_REMEDY,
                    (unsigned long long)p->unreadable);
}

static void check_contents(struct checkup *c, const struct peek *p)
{
    if (p->damage != NULL)
        checkup_add(c, CHECKUP_WRONG, "integrity",
                    "the store is damaged (%s); " STORE_REMEDY, p->damage);
    else
        checkup_add(c, CHECKUP_OK, "integrity",
                    "SQLite finds nothing wrong in the store");
    if (p->candidates != p->last_seq)
        checkup_add(c, CHECKUP_WRONG, "sequence",
                    "the store holds %llu candidates and the last is number "
                    "%llu: some are missing; restore it from a copy",
                    (unsigned long long)p->candidates,
                    (unsigned long long)p->last_seq);
    else
        checkup_add(c, CHECKUP_OK, "sequence", "%llu candidates, without a gap",
                    (unsigned long long)p->candidates);
    if (p->orphans > 0)
        checkup_add(c, CHECKUP_WRONG, "evidence",
                    "%llu pieces of evidence belong to no candidate",
                    (unsigned long long)p->orphans);
    else
        checkup_add(c, CHECKUP_OK, "evidence",
                    "%llu pieces of evidence, each of a candidate",
                    (unsigned long long)p->annexes);
}

static void check_lock(struct checkup *c, const struct peek *p,
                       const char *folder)
{
    char *wal = file_join(folder, FILES_STORE "-wal");

    if (p->holder != 0)
        checkup_add(c, CHECKUP_NOTE, "lock", "process %ld works in the folder",
                    (long)p->holder);
    else if (wal != NULL && file_exists(wal))
        checkup_add(c, CHECKUP_NOTE, "lock",
                    "nobody holds the store, and the last session did not "
                    "close it: it was killed; the same command resumes");
    else
        checkup_add(c, CHECKUP_OK, "lock", "nobody holds the store");
    free(wal);
}

/* --- the files --- */

struct lines {
    size_t n;
    size_t bad; /* the first that is no JSON, or has no end; 0: none */
    bool there;
};

/* Reads JSON Lines to the end. */
static void read_lines(const char *folder, const char *name, struct lines *out)
{
    char *path = file_join(folder, name), *line = NULL;
    FILE *f = path != NULL ? fopen(path, "rb") : NULL;
    size_t size = 0;
    cJSON *value;
    ssize_t n;

    memset(out, 0, sizeof(*out));
    out->there = f != NULL;
    while (f != NULL && out->bad == 0 && (n = getline(&line, &size, f)) > 0) {
        out->n++;
        value = json_parse(line, (size_t)n, NULL);
        if (value == NULL || line[n - 1] != '\n' || n > (ssize_t)LINE_MAX_BYTES)
            out->bad = out->n;
        cJSON_Delete(value);
    }
    if (f != NULL)
        fclose(f);
    free(line);
    free(path);
}

static void check_lines(struct checkup *c, const char *name,
                        const struct lines *l)
{
    if (l->bad > 0)
        checkup_add(c, CHECKUP_WRONG, "files",
                    "%s:%zu is no whole line of JSON; the command that began "
                    "the run writes the file again",
                    name, l->bad);
}

/* People's verdicts move rows to the rejects; none is in both or neither. */
static void check_counts(struct checkup *c, const struct peek *p,
                         const struct lines *rows, const struct lines *rejects,
                         const cJSON *manifest)
{
    const cJSON *counts = json_object(manifest, "counts");
    double candidates = json_number(counts, "candidates", -1);

    if (p->holder != 0 || rows->bad > 0 || rejects->bad > 0)
        return;
    if (rows->n + rejects->n != p->candidates ||
        candidates != (double)p->candidates)
        checkup_add(c, CHECKUP_WRONG, "files",
                    "the store holds %llu candidates, the files %zu rows and "
                    "%zu rejects, the manifest says %.0f; the command that "
                    "began the run writes the files again",
                    (unsigned long long)p->candidates, rows->n, rejects->n,
                    candidates);
    else
        checkup_add(c, CHECKUP_OK, "files",
                    "%zu rows and %zu rejects, as many as the store holds",
                    rows->n, rejects->n);
}

static void check_tree(struct checkup *c, const char *name, cJSON *tree,
                       const struct err *why)
{
    if (tree == NULL)
        checkup_add(c, CHECKUP_WRONG, "files", "%s cannot be read (%s)", name,
                    why->text);
}

static bool is_there(const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    bool yes = path != NULL && file_exists(path);

    free(path);
    return yes;
}

/* Against the store, unless it is NULL. */
static void check_files(struct checkup *c, const char *folder,
                        const struct peek *p)
{
    struct lines rows, rejects, controls;
    struct hash128 hash;
    struct err why = {""};
    cJSON *manifest;

    if (!is_there(folder, FILES_MANIFEST)) {
        checkup_add(c, CHECKUP_NOTE, "files",
                    "no files yet: they are written when the run ends or is "
                    "stopped");
        return;
    }
    read_lines(folder, FILES_ROWS, &rows);
    read_lines(folder, FILES_REJECTS, &rejects);
    read_lines(folder, FILES_CONTROLS, &controls);
    check_lines(c, FILES_ROWS, &rows);
    check_lines(c, FILES_REJECTS, &rejects);
    check_lines(c, FILES_CONTROLS, &controls);
    manifest = files_read_manifest(folder, &why);
    check_tree(c, FILES_MANIFEST, manifest, &why);
    if (manifest != NULL && p != NULL)
        check_counts(c, p, &rows, &rejects, manifest);
    cJSON_Delete(manifest);
    if (is_there(folder, HEAT_FILE)) {
        manifest = heat_load(folder, &hash, &why);
        check_tree(c, HEAT_FILE, manifest, &why);
        cJSON_Delete(manifest);
    }
}

/* Names come from the folder and may be anything. */
static void check_left(struct checkup *c, const char *folder,
                       const struct peek *p)
{
    DIR *d = opendir(folder);
    struct dirent *e;
    struct str name;
    size_t len;

    str_init(&name, 1000);
    while (d != NULL && (e = readdir(d)) != NULL) {
        len = strlen(e->d_name);
        if (len < 5 || strcmp(e->d_name + len - 5, ".part") != 0)
            continue;
        str_clear(&name);
        text_printable(e->d_name, &name);
        checkup_add(c, CHECKUP_NOTE, "left",
                    p != NULL && p->holder != 0
                        ? "%s is being written"
                        : "%s is what a killed session left; the same command "
                          "writes it anew, or delete it",
                    name.s);
    }
    if (d != NULL)
        closedir(d);
    str_release(&name);
}

void checkup_run(struct checkup *c, const char *folder)
{
    char *path = file_join(folder, FILES_STORE);
    struct err why = {""};
    struct peek p;

    if (is_there(folder, FILES_ADDRESS)) {
        check_shared(c, folder);
        check_files(c, folder, NULL);
        check_left(c, folder, NULL);
    } else if (path == NULL || !file_exists(path)) {
        files_no_run(folder, path, &why);
        checkup_add(c, CHECKUP_WRONG, "run", "%s", why.text);
    } else if (peek(path, PEEK_COUNTS | PEEK_INTEGRITY, &p, &why) != 0) {
        checkup_add(c, CHECKUP_WRONG, "run", "%s", why.text);
    } else {
        check_schema(c, p.schema, STORE_SCHEMA);
        check_contents(c, &p);
        check_texts(c, &p);
        check_lock(c, &p, folder);
        check_files(c, folder, &p);
        check_left(c, folder, &p);
        peek_release(&p);
    }
    free(path);
}
