/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Progress while the loop turns, and the tables when it ended. */
#include "cmd/generating.h"
#include "base/json.h"
#include "base/log.h"
#include "cmd/progress.h"
#include "cmd/stop.h"
#include "cmd/summary.h"
#include "run/telemetry.h"

#include <stdio.h>

#define TURN_MS 100 /* how long Ctrl-C may wait for the engine */

void generating_set_log(const struct options *o)
{
    if (options_flag(o, "quiet"))
        log_set_level(LOG_ERROR);
    cmd_set_log(o);
}

void generating_print_json(const cJSON *tree)
{
    struct str s;

    str_init(&s, 16u << 20);
    json_print(tree, &s);
    puts(s.s);
    str_release(&s);
}

#define METRICS_MAX (4u << 20)
#define METRICS_SEC 0.5 /* between two sets of figures */

/* Puts the figures up, when the last ones are old enough. */
static void show_metrics(struct page *page, const struct run *r, double *shown)
{
    struct run_progress p;
    struct str text;

    if (page == NULL)
        return;
    run_progress(r, &p);
    if (p.seconds - *shown < METRICS_SEC)
        return;
    *shown = p.seconds;
    str_init(&text, METRICS_MAX);
    telemetry_print(r, &text);
    page_set(page, text.s, text.len);
    str_release(&text);
}

int generating_listen(const struct options *o, struct page **page,
                      struct err *err)
{
    struct err why = {""};

    *page = NULL;
    if (!options_given(o, "metrics-port"))
        return 0;
    *page = page_start((unsigned)options_uint(o, "metrics-port"), "/metrics",
                       "text/plain; version=0.0.4; charset=utf-8", &why);
    if (*page == NULL)
        return err_set(err,
                       "--metrics-port: %s; choose another port, or 0 for one "
                       "that is free",
                       why.text);
    log_line(LOG_INFO, "metrics at http://127.0.0.1:%u/metrics",
             page_port(*page));
    return 0;
}

enum run_state generating_drive(struct run *r, struct page *page,
                                const struct options *o, struct err *err)
{
    struct run_progress numbers;
    struct progress line;
    enum run_state state;
    bool stopping = false;
    double shown = -METRICS_SEC;

    progress_init(&line, options_flag(o, "quiet") || log_is_json());
    do {
        if (stop_wanted() && !stopping) {
            run_stop(r);
            stopping = true;
        }
        state = run_turn(r, TURN_MS, err);
        if (progress_due(&line)) {
            run_progress(r, &numbers);
            progress_show(&line, &numbers);
        }
        show_metrics(page, r, &shown);
    } while (state == RUN_MORE);
    progress_end(&line);
    return state;
}

int generating_tell(struct run *r, const struct settings *s,
                    const struct options *o, struct err *err)
{
    cJSON *manifest = run_manifest(r, err);

    if (manifest == NULL)
        return -1;
    if (options_flag(o, "json"))
        generating_print_json(manifest);
    if (!options_flag(o, "quiet") && !log_is_json())
        summary_print(manifest, run_net(r), s->out, stderr);
    log_event("summary", manifest);
    cJSON_Delete(manifest);
    return 0;
}

void generating_tell_stopped(const struct settings *s, const struct err *why)
{
    log_line(LOG_ERROR, "stopped: %s", why->text);
    log_line(LOG_ERROR,
             "its files so far are in %s; the same command resumes it", s->out);
}
