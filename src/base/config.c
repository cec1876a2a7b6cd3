/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A thin layer between the YAML reader and the option table: the table says
 * which keys there are and which values they take, so a new option is in the
 * file as soon as it has its row.  Nothing is guessed: what is not understood
 * is an error with its line, because a misspelt key that is passed over costs
 * a night of paid calls.
 */
#include "base/config.h"
#include "base/file.h"
#include "base/nearest.h"
#include "base/yaml.h"

#include <stdlib.h>
#include <string.h>

#define KEYS_MAX 128

static const char models_key[] = "models";

/* Read by those who asked for them with config_section(). */
static const char *const sections[] = {"panel"};
#define SECTIONS (sizeof(sections) / sizeof(*sections))

struct config {
    struct yaml *yaml;
    struct alias *aliases;
    size_t naliases;
};

/* A key that stands twice would silently lose one of its values. */
static int refuse_twice(const struct yaml *y, yaml_node map, size_t at,
                        struct err *err)
{
    const char *key = yaml_text(y, yaml_key(y, map, at)), *other;
    size_t i;

    if (key == NULL)
        return yaml_error(y, yaml_key(y, map, at), err,
                          "a key must be a plain word");
    for (i = 0; i < at; i++) {
        other = yaml_text(y, yaml_key(y, map, i));
        if (other != NULL && strcmp(other, key) == 0)
            return yaml_error(y, yaml_key(y, map, at), err,
                              "\"%.100s\" stands here a second time; the "
                              "first is in line %d",
                              key, yaml_line(y, yaml_key(y, map, i)));
    }
    return 0;
}

static int read_aliases(struct config *c, struct err *err)
{
    yaml_node map = yaml_get(c->yaml, yaml_root(c->yaml), models_key);
    size_t i, n = yaml_size(c->yaml, map);

    if (map == 0)
        return 0;
    if (!yaml_is_map(c->yaml, map))
        return yaml_error(c->yaml, map, err,
                          "\"models\" takes lines of the form "
                          "\"NAME: MODEL\"");
    c->aliases = calloc(n + 1, sizeof(*c->aliases));
    if (c->aliases == NULL)
        return err_nomem(err);
    for (i = 0; i < n; i++) {
        if (refuse_twice(c->yaml, map, i, err) != 0 ||
            alias_read(c->yaml, map, i, &c->aliases[i], err) != 0)
            return -1;
        c->naliases++;
    }
    return 0;
}

struct config *config_load(const char *path, struct err *err)
{
    struct config *c = calloc(1, sizeof(*c));

    if (c == NULL) {
        err_nomem(err);
        return NULL;
    }
    c->yaml = yaml_load(path, err);
    if (c->yaml == NULL)
        err_prefix(err, "the configuration cannot be read");
    else if (!yaml_is_map(c->yaml, yaml_root(c->yaml)))
        yaml_error(c->yaml, yaml_root(c->yaml), err,
                   "a configuration is lines of the form \"OPTION: VALUE\"");
    else if (read_aliases(c, err) == 0)
        return c;
    config_close(c);
    return NULL;
}

void config_close(struct config *c)
{
    if (c == NULL)
        return;
    yaml_close(c->yaml);
    free(c->aliases);
    free(c);
}

static int unknown_key(const struct config *c, yaml_node key,
                       const struct option_row *table, struct err *err)
{
    const char *names[KEYS_MAX + SECTIONS + 2], *near,
        *text = yaml_text(c->yaml, key);
    const struct option_row *row = options_find(table, text);
    size_t n = 0, i;

    if (row != NULL)
        return yaml_error(c->yaml, key, err,
                          "\"%s\" can be given on the command line only", text);
    for (row = table; row->name != NULL && n < KEYS_MAX; row++)
        if (row->flags & OPTION_CONFIG)
            names[n++] = row->name;
    names[n++] = models_key;
    for (i = 0; i < SECTIONS; i++)
        names[n++] = sections[i];
    names[n] = NULL;
    near = nearest_word(text, names);
    if (near != NULL)
        return yaml_error(c->yaml, key, err,
                          "unknown key \"%.100s\"; did you mean \"%s\"?", text,
                          near);
    return yaml_error(c->yaml, key, err,
                      "unknown key \"%.100s\"; the keys are the long option "
                      "names of \"phgen generate\", and \"models\"",
                      text);
}

static int apply_text(const struct config *c, struct options *o,
                      const char *name, yaml_node value, struct err *err)
{
    const char *text = yaml_text(c->yaml, value);
    struct err why;

    if (text == NULL)
        return yaml_error(c->yaml, value, err,
                          "\"%s\" takes one value here, not a list or a map",
                          name);
    if (options_set(o, name, text, &why) != 0)
        return yaml_error(c->yaml, value, err, "%s", why.text);
    return 0;
}

static int apply_value(const struct config *c, struct options *o,
                       const struct option_row *row, yaml_node value,
                       struct err *err)
{
    size_t i;

    if (row->type != OPTION_LIST || !yaml_is_list(c->yaml, value))
        return apply_text(c, o, row->name, value, err);
    for (i = 0; i < yaml_size(c->yaml, value); i++)
        if (apply_text(c, o, row->name, yaml_at(c->yaml, value, i), err) != 0)
            return -1;
    return 0;
}

static bool is_section(const char *name)
{
    size_t i;

    for (i = 0; i < SECTIONS; i++)
        if (strcmp(name, sections[i]) == 0)
            return true;
    return false;
}

static int apply_pair(const struct config *c, struct options *o, size_t at,
                      bool known_only, struct err *err)
{
    const struct option_row *table = options_table(o), *row;
    yaml_node top = yaml_root(c->yaml), key = yaml_key(c->yaml, top, at);
    const char *name;

    if (refuse_twice(c->yaml, top, at, err) != 0)
        return -1;
    name = yaml_text(c->yaml, key);
    if (strcmp(name, models_key) == 0 || is_section(name))
        return 0;
    row = options_find(table, name);
    if (row == NULL || !(row->flags & OPTION_CONFIG))
        return known_only ? 0 : unknown_key(c, key, table, err);
    return apply_value(c, o, row, yaml_value(c->yaml, top, at), err);
}

static int apply_all(const struct config *c, struct options *o, bool known_only,
                     struct err *err)
{
    size_t i;

    for (i = 0; i < yaml_size(c->yaml, yaml_root(c->yaml)); i++)
        if (apply_pair(c, o, i, known_only, err) != 0)
            return -1;
    return 0;
}

int config_apply(const struct config *c, struct options *o, struct err *err)
{
    return apply_all(c, o, false, err);
}

int config_apply_known(const struct config *c, struct options *o,
                       struct err *err)
{
    return apply_all(c, o, true, err);
}

struct aliases config_aliases(const struct config *c)
{
    struct aliases all = {NULL, 0};

    if (c != NULL) {
        all.list = c->aliases;
        all.n = c->naliases;
    }
    return all;
}

yaml_node config_section(const struct config *c, const char *name,
                         const struct yaml **doc)
{
    *doc = c->yaml;
    return yaml_get(c->yaml, yaml_root(c->yaml), name);
}

char *config_default_path(void)
{
    static const char here[] = "phgen.yaml";
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    struct str path;
    char *found;

    if (file_exists(here))
        return strdup(here);
    str_init(&path, 1 << 16);
    /* The specification says to ignore a relative XDG_CONFIG_HOME. */
    if (xdg != NULL && *xdg == '/')
        str_addf(&path, "%s/phgen/config.yaml", xdg);
    else if (home != NULL && *home != '\0')
        str_addf(&path, "%s/.config/phgen/config.yaml", home);
    found = path.len > 0 && file_exists(path.s) ? str_detach(&path) : NULL;
    str_release(&path);
    return found;
}
