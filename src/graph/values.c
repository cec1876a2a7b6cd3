/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The concept graph stays as it is: the attributes are set on a copy.  The
 * writer is igraph's, so the file has everything that the graph's own has and
 * can be loaded as one.
 */
#include "graph/values.h"
#include "base/file.h"
#include "graph/inside.h"

static int set_columns(igraph_t *g, const struct value_column *cols, size_t n,
                       struct err *err)
{
    igraph_integer_t count = igraph_vcount(g), i;
    igraph_vector_t v;
    igraph_error_t bad;
    size_t k;

    if (igraph_vector_init(&v, count))
        return err_nomem(err);
    for (k = 0, bad = IGRAPH_SUCCESS; !bad && k < n; k++) {
        for (i = 0; i < count; i++)
            VECTOR(v)[i] = cols[k].value[i];
        bad = SETVANV(g, cols[k].name, &v);
    }
    igraph_vector_destroy(&v);
    return bad ? err_nomem(err) : 0;
}

int values_save(const struct concepts *c, const char *path,
                const struct value_column *cols, size_t n, struct err *err)
{
    struct outfile f;
    igraph_t copy;
    int failed;

    if (igraph_copy(&copy, &c->g))
        return err_nomem(err);
    failed =
        set_columns(&copy, cols, n, err) || outfile_open(&f, path, err) != 0;
    if (!failed && igraph_write_graph_graphml(&copy, f.stream, false)) {
        outfile_abandon(&f);
        failed = err_set(err, "cannot write the graph to %s", path);
    } else if (!failed) {
        failed = outfile_commit(&f, err);
    }
    igraph_destroy(&copy);
    return failed ? -1 : 0;
}
