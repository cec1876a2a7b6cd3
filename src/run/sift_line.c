/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts and names of files come from anywhere, so they are quoted as JSON;
 * what else there is are numbers and words of ours.
 */
#include "run/sift_line.h"
#include "base/json.h"

#include <string.h>

static void add_place(struct str *out, const char *prefix, const char *path,
                      uint64_t line)
{
    if (strcmp(path, "-") == 0)
        path = "standard input";
    str_addf(out, "\"%sfile\":", prefix);
    json_quote(path, strlen(path), out);
    str_addf(out, ",\"%sline\":%llu", prefix, (unsigned long long)line);
}

static const char *measure_name(const struct sift_options *o, bool meant)
{
    if (meant)
        return "cosine";
    return o->batch.dedup.measure == DEDUP_CONTAINMENT ? "containment"
                                                       : "jaccard";
}

void sift_line_row(struct str *out, const struct sift_options *o,
                   const struct ruling *d, const struct shelf_item *at)
{
    const struct batch_verdict *v = &d->v;

    str_addf(out, "{\"row\":%llu,", (unsigned long long)v->row);
    add_place(out, "", o->files[at->file], at->line);
    str_addf(out, ",\"keep\":%s", v->keep ? "true" : "false");
    if (o->batch.clusters)
        str_addf(out, ",\"cluster\":%llu", (unsigned long long)v->cluster);
    if (!v->keep)
        str_addf(out,
                 ",\"against\":%s,\"of\":%llu,\"similarity\":%.6g,"
                 "\"measure\":\"%s\"",
                 v->against ? "true" : "false", (unsigned long long)v->of,
                 v->similarity, measure_name(o, d->meant));
    str_addc(out, '}');
}

static int add_item(struct str *out, const char *prefix,
                    const char *const *files, struct shelf *rows, uint64_t row,
                    struct err *err)
{
    struct shelf_item item;

    if (shelf_get(rows, row, &item, err) != 0)
        return -1;
    str_addc(out, ',');
    add_place(out, prefix, files[item.file], item.line);
    str_addf(out, ",\"%sprompt\":", prefix);
    json_quote(item.prompt, item.len, out);
    return 0;
}

int sift_line_pair(struct str *out, const struct sift_options *o,
                   const struct batch_pair *p, bool meant, struct shelf *rows,
                   struct shelf *known, struct err *err)
{
    str_addf(out, "{\"similarity\":%.6g,\"measure\":\"%s\"", p->similarity,
             measure_name(o, meant));
    if (add_item(out, "", o->files, rows, p->row, err) != 0)
        return -1;
    str_addf(out, ",\"against\":%s", p->against ? "true" : "false");
    if (add_item(out, "other_", p->against ? o->against : o->files,
                 p->against ? known : rows, p->other, err) != 0)
        return -1;
    str_addc(out, '}');
    return 0;
}
