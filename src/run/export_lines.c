/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One file is open at a time: an export may read both of them four times over,
 * and keeps no line.
 */
#include "run/export_lines.h"
#include "dataset/source.h"

#include <string.h>

int export_lines_open(struct export_lines *l, const char *rows,
                      const char *controls, struct err *err)
{
    memset(l, 0, sizeof(*l));
    l->second = controls;
    l->source = source_open(rows, err);
    return l->source != NULL ? 0 : -1;
}

void export_lines_close(struct export_lines *l)
{
    source_close(l->source);
    l->source = NULL;
}

int export_lines_next(struct export_lines *l, char **line, size_t *len,
                      struct err *err)
{
    int got = source_line(l->source, line, len, err);

    if (got != 0 || l->second == NULL || l->control)
        return got;
    source_close(l->source);
    l->source = source_open(l->second, err);
    l->control = true;
    return l->source != NULL ? source_line(l->source, line, len, err) : -1;
}

cJSON *export_lines_row(const struct export_lines *l, const char *line,
                        size_t len, struct export_row *row, struct err *err)
{
    struct err why = {""};
    cJSON *json = json_parse(line, len, &why);

    if (json != NULL && export_row_read(json, row, &why) == 0 &&
        row->control == l->control)
        return json;
    if (json != NULL && why.text[0] == '\0')
        err_set(&why, row->control ? "a harmful row has no place here"
                                   : "this is no control");
    cJSON_Delete(json);
    source_error(l->source, source_lineno(l->source), err, "%s", why.text);
    return NULL;
}
