/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads seeds/.  The checks here are what keeps the generator honest: a task
 * without its trigger would not look dangerous, one with the wrong grammar
 * would not read as English.  A wrong seed is an error, never skipped.
 */
#include "graph/seeds.h"
#include "base/file.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

struct seeds {
    char *dir;
    struct yaml *table;
    struct category categories[CATEGORIES_MAX];
    size_t ncategories;
    /* Where seeds_next() stands. */
    size_t category, trigger, sense;
    struct yaml *file;
    struct str forms;
};

static int read_categories(struct seeds *s, struct err *err)
{
    static const char *const known[] = {"slug", "name", "domain", NULL};
    const struct yaml *y = s->table;
    size_t i, n = yaml_size(y, yaml_root(y));
    struct category *c;
    yaml_node row;

    if (!yaml_is_list(y, yaml_root(y)) || n == 0 || n > CATEGORIES_MAX)
        return yaml_error(y, yaml_root(y), err,
                          "expected a list of 1 to %d categories",
                          CATEGORIES_MAX);
    for (i = 0; i < n; i++) {
        row = yaml_at(y, yaml_root(y), i);
        if (yaml_check_keys(y, row, known, err) != 0)
            return -1;
        c = &s->categories[i];
        c->id = (unsigned)i + 1;
        c->slug = yaml_text(y, yaml_get(y, row, "slug"));
        c->name = yaml_text(y, yaml_get(y, row, "name"));
        c->domain = yaml_text(y, yaml_get(y, row, "domain"));
        if (c->slug == NULL || c->name == NULL || c->domain == NULL)
            return yaml_error(y, row, err,
                              "a category needs slug, name and domain");
    }
    s->ncategories = n;
    return 0;
}

struct seeds *seeds_open(const char *dir, struct err *err)
{
    struct seeds *s = calloc(1, sizeof(*s));
    char *path = NULL;

    if (s == NULL) {
        err_nomem(err);
        return NULL;
    }
    str_init(&s->forms, 4096);
    s->dir = strdup(dir);
    path = file_join(dir, "categories.yaml");
    if (s->dir == NULL || path == NULL)
        err_nomem(err);
    else
        s->table = yaml_load(path, err);
    free(path);
    if (s->table == NULL || read_categories(s, err) != 0) {
        seeds_close(s);
        return NULL;
    }
    return s;
}

void seeds_close(struct seeds *s)
{
    if (s == NULL)
        return;
    yaml_close(s->file);
    yaml_close(s->table);
    str_release(&s->forms);
    free(s->dir);
    free(s);
}

size_t seeds_categories(const struct seeds *s, const struct category **out)
{
    *out = s->categories;
    return s->ncategories;
}

static int open_category(struct seeds *s, struct err *err)
{
    static const char *const known[] = {"category", "triggers", NULL};
    const struct category *c = &s->categories[s->category];
    const char *slug;
    yaml_node top;
    struct str path;

    str_init(&path, 1 << 16);
    str_addf(&path, "%s/concepts/%02u-%s.yaml", s->dir, c->id, c->slug);
    s->file = yaml_load(path.s, err);
    str_release(&path);
    if (s->file == NULL)
        return -1;
    top = yaml_root(s->file);
    if (yaml_check_keys(s->file, top, known, err) != 0)
        return -1;
    slug = yaml_text(s->file, yaml_get(s->file, top, "category"));
    if (slug == NULL || strcmp(slug, c->slug) != 0)
        return yaml_error(s->file, top, err, "expected \"category: %s\"",
                          c->slug);
    s->trigger = s->sense = 0;
    return 0;
}

static int read_tasks(const struct yaml *y, yaml_node list,
                      struct seed_sense *out, struct err *err)
{
    size_t i, n = yaml_size(y, list);
    const char *kind, *text;
    struct err why;
    yaml_node task;
    int k;

    if (!yaml_is_list(y, list) || n == 0 || n > SEEDS_TASKS_MAX)
        return yaml_error(y, list, err, "expected a list of 1 to %d tasks",
                          SEEDS_TASKS_MAX);
    for (i = 0; i < n; i++) {
        task = yaml_at(y, list, i);
        kind = yaml_text(y, yaml_key(y, task, 0));
        text = yaml_text(y, yaml_value(y, task, 0));
        if (yaml_size(y, task) != 1 || kind == NULL || text == NULL)
            return yaml_error(y, task, err,
                              "a task is one \"kind: text\" pair; quote a "
                              "text that holds \": \"");
        k = task_kind_find(kind);
        if (k < 0)
            return yaml_error(y, task, err,
                              "unknown kind of task \"%s\"; known: ask, do, "
                              "know, topic, write",
                              kind);
        if (concept_check_task((enum task_kind)k, out->trigger, out->forms,
                               text, &why) != 0)
            return yaml_error(y, task, err, "%s", why.text);
        out->tasks[i].kind = (enum task_kind)k;
        out->tasks[i].text = text;
    }
    out->ntasks = n;
    return 0;
}

static int read_settings(const struct yaml *y, yaml_node list,
                         struct seed_sense *out, struct err *err)
{
    size_t i, n = yaml_size(y, list);
    const char *text;

    if (list == 0)
        return 0;
    if (!yaml_is_list(y, list) || n > SEEDS_SETTINGS_MAX)
        return yaml_error(y, list, err, "expected a list of up to %d settings",
                          SEEDS_SETTINGS_MAX);
    for (i = 0; i < n; i++) {
        text = yaml_text(y, yaml_at(y, list, i));
        if (text == NULL || *text == '\0')
            return yaml_error(y, yaml_at(y, list, i), err,
                              "a setting is a text; quote it if it holds "
                              "\": \"");
        out->settings[i] = text;
    }
    out->nsettings = n;
    return 0;
}

static int read_forms(struct seeds *s, yaml_node list, struct err *err)
{
    size_t i;
    const char *form;

    str_clear(&s->forms);
    if (list != 0 && !yaml_is_list(s->file, list))
        return yaml_error(s->file, list, err, "forms is a list: [shot, ...]");
    for (i = 0; i < yaml_size(s->file, list); i++) {
        form = yaml_text(s->file, yaml_at(s->file, list, i));
        if (form == NULL)
            return yaml_error(s->file, list, err, "a form is a word");
        str_addf(&s->forms, "%s%s", i > 0 ? "," : "", form);
    }
    return 0;
}

static int read_sense(struct seeds *s, yaml_node trigger, yaml_node sense,
                      struct seed_sense *out, struct err *err)
{
    static const char *const known_trigger[] = {"trigger", "forms", "senses",
                                                NULL};
    static const char *const known[] = {"sense", "settings", "tasks", NULL};
    const struct yaml *y = s->file;

    memset(out, 0, sizeof(*out));
    if (yaml_check_keys(y, trigger, known_trigger, err) != 0 ||
        yaml_check_keys(y, sense, known, err) != 0 ||
        read_forms(s, yaml_get(y, trigger, "forms"), err) != 0)
        return -1;
    out->category = &s->categories[s->category];
    out->trigger = yaml_text(y, yaml_get(y, trigger, "trigger"));
    out->forms = s->forms.s;
    out->sense = yaml_text(y, yaml_get(y, sense, "sense"));
    if (out->trigger == NULL || out->sense == NULL)
        return yaml_error(y, sense, err,
                          "a sense needs \"trigger\" above it and \"sense\"");
    if (read_settings(y, yaml_get(y, sense, "settings"), out, err) != 0)
        return -1;
    return read_tasks(y, yaml_get(y, sense, "tasks"), out, err);
}

int seeds_next(struct seeds *s, struct seed_sense *out, struct err *err)
{
    yaml_node triggers, trigger, senses;

    while (s->category < s->ncategories) {
        if (s->file == NULL && open_category(s, err) != 0)
            return -1;
        triggers = yaml_get(s->file, yaml_root(s->file), "triggers");
        if (s->trigger >= yaml_size(s->file, triggers)) {
            yaml_close(s->file);
            s->file = NULL;
            s->category++;
            continue;
        }
        trigger = yaml_at(s->file, triggers, s->trigger);
        senses = yaml_get(s->file, trigger, "senses");
        if (!yaml_is_list(s->file, senses))
            return yaml_error(s->file, trigger, err,
                              "a trigger needs a list of senses");
        if (s->sense >= yaml_size(s->file, senses)) {
            s->trigger++;
            s->sense = 0;
            continue;
        }
        return read_sense(s, trigger, yaml_at(s->file, senses, s->sense++), out,
                          err) == 0
                   ? 1
                   : -1;
    }
    return 0;
}
