/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A concept graph from anybody is loaded or refused; what is loaded can be
 * walked, measured and drawn, and it is said what is wrong with it. */
#include "fuzz.h"
#include "graph/draw.h"
#include "graph/inside.h"
#include "graph/measure.h"
#include "graph/planner.h"
#include "graph/validate.h"

static void use(const struct concepts *c)
{
    struct planner_options plan = {.seed = 1, .n = 20, .explore = 0.3};
    struct draw_options whole = {.category = DRAW_WHOLE}, one = {0};
    struct planner *p = planner_new(c, &plan, NULL);
    struct planner_outcome outcome = {.calls = 9};
    struct measures m;
    struct path path;
    struct str svg;
    unsigned seq;

    for (seq = 1; p != NULL && seq <= 20; seq++) {
        planner_plan(p, seq, &path);
        outcome.accepted = seq % 2 == 0;
        planner_learn(p, &path, &outcome);
    }
    planner_free(p);
    if (concepts_measure(c, &m, NULL) == 0)
        measures_release(&m);
    str_init(&svg, DRAW_BYTES_MAX);
    concepts_draw(c, &whole, &svg, NULL);
    concepts_draw(c, &one, &svg, NULL);
    str_release(&svg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct problems problems;
    struct concepts *c;
    int whole;
    FILE *f;

    concepts_init();
    for (whole = 0; size > 0 && whole < 2; whole++) {
        f = fmemopen((void *)(uintptr_t)data, size, "rb");
        if (f == NULL)
            return 0;
        c = concepts_read(f, "x", whole, NULL);
        fclose(f);
        if (c != NULL && whole)
            use(c);
        problems_init(&problems, 10);
        if (c != NULL)
            concepts_find_problems(c, 3, &problems);
        problems_release(&problems);
        concepts_free(c);
    }
    return 0;
}
