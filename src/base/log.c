/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One write a line, so that lines of a progress display and of the log do
 * not tear each other.
 */
#include "base/log.h"
#include "base/json.h"
#include "base/str.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LINE_MAX_BYTES (1u << 20)

static enum log_level current = LOG_INFO;
static bool as_json;

void log_set_level(enum log_level level)
{
    current = level;
}

void log_set_json(bool on)
{
    as_json = on;
}

bool log_is_json(void)
{
    return as_json;
}

static void write_line(struct str *line)
{
    str_addc(line, '\n');
    fwrite(line->s, 1, line->len, stderr);
    fflush(stderr);
    str_release(line);
}

/* {"time":...,"level":...,"event":...: the caller goes on and closes it. */
static void begin_json(enum log_level level, const char *event,
                       struct str *line)
{
    static const char *const names[] = {
        [LOG_ERROR] = "error",
        [LOG_WARN] = "warning",
        [LOG_INFO] = "info",
        [LOG_DEBUG] = "debug",
    };
    struct timespec now;
    struct tm utc;
    char date[40] = "";

    clock_gettime(CLOCK_REALTIME, &now);
    if (gmtime_r(&now.tv_sec, &utc) != NULL)
        strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc);
    str_init(line, LINE_MAX_BYTES);
    str_addf(line, "{\"time\":\"%s.%03ldZ\",\"level\":\"%s\",\"event\":\"%s\"",
             date, now.tv_nsec / 1000000, names[level], event);
}

static void add_text(const char *name, const char *text, struct str *line)
{
    struct str printable;

    str_init(&printable, LINE_MAX_BYTES);
    text_printable(text, &printable);
    str_addf(line, ",\"%s\":", name);
    json_quote(printable.s, printable.len, line);
    str_release(&printable);
}

static void print(enum log_level level, const char *text)
{
    static const char *const prefix[] = {
        [LOG_ERROR] = "phgen: ",
        [LOG_WARN] = "phgen: warning: ",
        [LOG_INFO] = "phgen: ",
        [LOG_DEBUG] = "phgen: debug: ",
    };
    struct str line;

    if (as_json) {
        begin_json(level, "line", &line);
        add_text("text", text, &line);
        str_addc(&line, '}');
    } else {
        str_init(&line, LINE_MAX_BYTES);
        str_adds(&line, prefix[level]);
        text_printable(text, &line);
    }
    write_line(&line);
}

void log_line(enum log_level level, const char *fmt, ...)
{
    char raw[4096];
    va_list ap;

    if (level > current)
        return;
    va_start(ap, fmt);
    vsnprintf(raw, sizeof(raw), fmt, ap);
    va_end(ap);
    print(level, raw);
}

void log_call(const struct log_call *c)
{
    struct str line;

    if (current < LOG_DEBUG)
        return;
    if (!as_json) {
        log_line(LOG_DEBUG,
                 "%s %s #%llu/%u: %d, attempt %u, %zu bytes out, %zu in, "
                 "%.0f ms%s%s",
                 c->agent, c->model, (unsigned long long)c->seq,
                 (unsigned)c->slot, c->status, c->attempt, c->bytes_out,
                 c->bytes_in, c->ms, *c->why != '\0' ? ": " : "", c->why);
        return;
    }
    begin_json(LOG_DEBUG, "call", &line);
    add_text("agent", c->agent, &line);
    add_text("model", c->model, &line);
    str_addf(&line,
             ",\"seq\":%llu,\"slot\":%u,\"status\":%d,\"attempt\":%u,"
             "\"bytes_out\":%zu,\"bytes_in\":%zu,\"ms\":%.3f",
             (unsigned long long)c->seq, (unsigned)c->slot, c->status,
             c->attempt, c->bytes_out, c->bytes_in, c->ms);
    if (*c->why != '\0')
        add_text("why", c->why, &line);
    str_addc(&line, '}');
    write_line(&line);
}

void log_event(const char *event, const cJSON *object)
{
    struct str line, text;

    if (!as_json)
        return;
    str_init(&text, LINE_MAX_BYTES);
    json_print(object, &text);
    begin_json(LOG_INFO, event, &line);
    str_addf(&line, ",\"%s\":", event);
    text_printable(text.s, &line);
    str_addc(&line, '}');
    str_release(&text);
    write_line(&line);
}
