/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_LOG_H
#define PHGEN_BASE_LOG_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Lines for people, or JSON objects for programs, on stderr.
 *
 * Level and form are the mutable globals of the program.  What is printed is
 * stripped of control characters, because a line may quote what a model or a
 * server said, and that must never reach a terminal raw.
 *
 * As JSON each line is one object with "time" (RFC 3339, UTC), "level" and
 * "event": "line" with "text", "call" with the members of struct log_call, or
 * another one with the object that belongs to it.
 */
enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level);
void log_set_json(bool on);
bool log_is_json(void);

/* Prints "phgen: [warning: ]TEXT" when `level` is at or under the level. */
void log_line(enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* One attempt at a call over the network. */
struct log_call {
    const char *agent, *model;
    uint64_t seq; /* the candidate, and which of its calls to this agent */
    uint32_t slot;
    int status; /* of HTTP; 0: there was none */
    unsigned attempt;
    size_t bytes_out, bytes_in;
    double ms;
    const char *why; /* what went wrong; "" nothing */
};

/* At LOG_DEBUG. */
void log_call(const struct log_call *call);

/* An object that a program wants to see and a person sees elsewhere: printed
 * as JSON only.  Borrowed. */
void log_event(const char *event, const cJSON *object);

#endif
