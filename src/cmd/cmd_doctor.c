/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen doctor`: is this installation fit to work, and is this run sound?
 * Every check is a sentence.  Of keys only the names are looked at and told.
 */
#include "base/config.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "base/yaml.h"
#include "cmd/cmd.h"
#include "graph/concepts.h"
#include "net/key.h"
#include "net/net.h"
#include "net/preset.h"
#include "run/checkup.h"
#include "run/templates.h"
#include "serve/serve.h"
#include "store/peek.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SPACE_WRONG 64e6 /* bytes */
#define SPACE_NOTE  1e9
#define FILES_NOTE  256 /* open files that a run with 64 calls wants */

static const struct option_row options[] = {
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL, "Print JSON.", 0},
    CMD_ROW_DATA_DIR,
    CMD_ROW_CONFIG,
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Checks the installation: the data folder, the concept graph, the "
    "libraries, the configuration file, which keys are set (their names only), "
    "room and the right to write here, the limit of open files, the locale.",
    "With a run's folder also that run: schema and integrity of its store, "
    "gaps in the sequence, its files against the store, what a killed session "
    "left. It only reads, and may be used beside a phgen that is running.",
    "Exit status: 1 when something is wrong; a note is nothing wrong.",
    NULL,
};

static const struct example examples[] = {
    {"doctor", "Is phgen fit to work here?"},
    {"doctor output/demo --json", "And is this run sound?"},
    {NULL, NULL},
};

/* --- the installation --- */

static void check_graph(struct checkup *c, const char *data)
{
    char *path = file_join(data, "graphs/concepts.graphml");
    struct err why = {""};
    struct concepts *graph = NULL;

    if (path != NULL)
        graph = concepts_load(path, &why);
    if (graph != NULL)
        checkup_add(c, CHECKUP_OK, "graph", "%s: %zu vertices", path,
                    concepts_count(graph));
    else
        checkup_add(c, CHECKUP_WRONG, "graph",
                    "%s; \"phgen graph build\" makes it from the seeds",
                    why.text);
    concepts_free(graph);
    free(path);
}

static void check_templates(struct checkup *c, const char *data)
{
    struct template t[AGENT_COUNT];
    char *seeds = file_join(data, "seeds");
    struct err why = {""};

    if (seeds == NULL || templates_load(seeds, t, &why) != 0)
        checkup_add(c, CHECKUP_WRONG, "templates", "%s", why.text);
    else
        checkup_add(c, CHECKUP_OK, "templates",
                    "every agent has its instructions in %s/agents", seeds);
    if (seeds != NULL)
        templates_release(t);
    free(seeds);
}

static void check_data(struct checkup *c, const struct options *o)
{
    struct err why = {""};
    char *data = cmd_data_dir(o, &why);

    if (data == NULL) {
        checkup_add(c, CHECKUP_WRONG, "data", "%s", why.text);
        return;
    }
    checkup_add(c, CHECKUP_OK, "data", "seeds and graphs are in %s", data);
    check_templates(c, data);
    check_graph(c, data);
    free(data);
}

static void check_libraries(struct checkup *c)
{
    checkup_add(c, CHECKUP_OK, "libraries",
                "%s; SQLite %s; igraph %s; cJSON %s; libyaml %s; "
                "libmicrohttpd %s",
                net_library(), peek_sqlite_version(), concepts_library(),
                cJSON_Version(), yaml_library(), serve_library());
}

static void check_config(struct checkup *c, const struct options *o)
{
    const char *given = options_string(o, "config");
    char *path = given != NULL ? strdup(given) : config_default_path();
    struct options *probe = options_new(cmd_generate.options);
    struct err why = {""};
    struct config *file;

    if (path == NULL || probe == NULL) {
        checkup_add(c, CHECKUP_OK, "config", "there is no configuration file");
    } else {
        file = config_load(path, &why);
        if (file == NULL || config_apply(file, probe, &why) != 0)
            checkup_add(c, CHECKUP_WRONG, "config", "%s", why.text);
        else
            checkup_add(c, CHECKUP_OK, "config", "%s is read", path);
        config_close(file);
    }
    options_free(probe);
    free(path);
}

/* Two services may share a variable. */
static void check_keys(struct checkup *c)
{
    const struct preset *p, *q;
    struct str set, not_set, *to;

    str_init(&set, 2000);
    str_init(&not_set, 2000);
    for (p = PRESETS; p->name != NULL; p++) {
        for (q = PRESETS; q < p && strcmp(q->key_env, p->key_env) != 0; q++)
            ;
        if (q < p)
            continue;
        to = key_is_set(p->key_env) ? &set : &not_set;
        str_addf(to, "%s%s", to->len > 0 ? ", " : "", p->key_env);
    }
    checkup_add(c, CHECKUP_OK, "keys", "set: %s; not set: %s",
                set.len > 0 ? set.s : "none",
                not_set.len > 0 ? not_set.s : "none");
    str_release(&set);
    str_release(&not_set);
}

/* --- the place --- */

static void check_writing(struct checkup *c, const char *folder)
{
    char *path = file_join(folder, ".phgen-doctor-XXXXXX");
    int fd = path != NULL ? mkstemp(path) : -1;

    if (fd < 0) {
        checkup_add(c, CHECKUP_WRONG, "writing", "cannot write in %s: %s",
                    folder, strerror(errno));
    } else {
        close(fd);
        unlink(path);
        checkup_add(c, CHECKUP_OK, "writing", "files can be made in %s",
                    folder);
    }
    free(path);
}

static void check_space(struct checkup *c, const char *folder)
{
    struct statvfs s;
    double room;

    if (statvfs(folder, &s) != 0)
        return;
    room = (double)s.f_bavail * (double)s.f_frsize;
    checkup_add(c,
                room < SPACE_WRONG  ? CHECKUP_WRONG
                : room < SPACE_NOTE ? CHECKUP_NOTE
                                    : CHECKUP_OK,
                "space", "%.1f GB are free; a run of 10,000 rows takes 0.1 GB",
                room * 1e-9);
}

static void check_limits(struct checkup *c)
{
    struct rlimit l;

    if (getrlimit(RLIMIT_NOFILE, &l) != 0)
        return;
    checkup_add(c, l.rlim_cur < FILES_NOTE ? CHECKUP_NOTE : CHECKUP_OK,
                "limits",
                "%llu files may be open at once; each call in flight takes one",
                (unsigned long long)l.rlim_cur);
}

static void check_locale(struct checkup *c)
{
    const char *charset;

    setlocale(LC_CTYPE, "");
    charset = nl_langinfo(CODESET);
    if (strcmp(charset, "UTF-8") == 0)
        checkup_add(c, CHECKUP_OK, "locale", "the terminal is told UTF-8");
    else
        checkup_add(c, CHECKUP_NOTE, "locale",
                    "the locale's characters are %s; phgen writes UTF-8: set "
                    "LC_ALL=C.UTF-8 to see it rightly",
                    charset);
    setlocale(LC_CTYPE, "C");
}

/* --- telling --- */

#define INDENT 18

static void print(const struct checkup *c)
{
    struct str s;
    size_t i;

    str_init(&s, 1 << 20);
    for (i = 0; i < c->n; i++) {
        printf("%-6s %-10s ", checkup_state_name(c->list[i].state),
               c->list[i].about);
        str_clear(&s);
        text_printable(c->list[i].says, &s);
        if (isatty(STDOUT_FILENO))
            cmd_wrap(s.s, INDENT, INDENT, stdout);
        else
            puts(s.s);
    }
    str_release(&s);
}

static void print_json(const struct checkup *c)
{
    struct str s;
    size_t i;

    str_init(&s, 1 << 20);
    str_addf(&s, "{\"ok\":%s,\"checks\":[", c->wrong ? "false" : "true");
    for (i = 0; i < c->n; i++) {
        str_addf(&s, "%s{\"state\":\"%s\",\"about\":\"%s\",\"says\":",
                 i > 0 ? "," : "", checkup_state_name(c->list[i].state),
                 c->list[i].about);
        json_quote(c->list[i].says, strlen(c->list[i].says), &s);
        str_addc(&s, '}');
    }
    str_adds(&s, "]}");
    puts(s.s);
    str_release(&s);
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    bool has_run = options_operands(o) > 0;
    const char *folder = has_run ? options_operand(o, 0) : ".";
    struct checkup c = {0};
    enum cmd_exit code;

    concepts_init();
    check_data(&c, o);
    check_libraries(&c);
    check_config(&c, o);
    check_keys(&c);
    check_writing(&c, folder);
    check_space(&c, folder);
    check_limits(&c);
    check_locale(&c);
    if (has_run)
        checkup_run(&c, folder);
    if (options_flag(o, "json"))
        print_json(&c);
    else
        print(&c);
    code = c.wrong ? CMD_FAILED : CMD_OK;
    if (c.wrong && !options_flag(o, "json"))
        err_set(err, "something is wrong, see above");
    checkup_release(&c);
    return code;
}

const struct command cmd_doctor = {
    .name = "doctor",
    .about = "check the installation, and a run",
    .operands = "[RUN]",
    .max_operands = 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
