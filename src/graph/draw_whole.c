/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The field of flowers.  igraph lays out the categories, pulled together by
 * the triggers they share (Fruchterman and Reingold, "Graph drawing by
 * force-directed placement", 1991, or for few categories Kamada and Kawai,
 * 1989, which needs no luck but more time); a thousand triggers in the same
 * forces would be a ball of wool.  Then flowers are pushed apart until none
 * touches another, labels included.
 *
 * Nothing here is drawn by chance: the layout starts from a circle in the
 * order of the categories, so the same graph is the same picture.
 */
#include "graph/inside.h"
#include "graph/palette.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TOP        104.0 /* below the title */
#define BOTTOM     56.0  /* above the legend */
#define MARGIN     24.0
#define SLOT       14.5 /* along the ring, a trigger */
#define PETAL      19.0 /* from a trigger to its first senses */
#define ROW        7.2  /* between senses */
#define ROW_SENSES 5
#define LABEL_SIZE 16.0
#define LABEL_LINE 17.0
#define LABEL_WIDE 160.0
#define LABEL_ROWS 3
#define HUBS       40 /* triggers with their names, at most */
#define HUB_SIZE   12.5
#define FEW        12 /* categories that Kamada-Kawai is used for */
#define TAU        6.283185307179586

struct flower {
    double x, y;       /* its middle */
    double home[2];    /* where the layout put it */
    double ring, high; /* radius of the triggers; of all */
    size_t slots;
    int *slot; /* triggers around the ring; -1: still free */
    char *row[LABEL_ROWS];
    size_t rows;
};

struct field {
    const struct concepts *c;
    const struct palette *p;
    struct flower *f;
    size_t n;
    size_t *owner; /* by vertex: the flower of a trigger or sense */
    double *x, *y; /* by vertex */
    double *angle; /* of a trigger, on its ring */
    bool *shared;  /* a trigger of several categories */
};

static void field_release(struct field *d)
{
    size_t i, k;

    for (i = 0; d->f != NULL && i < d->n; i++) {
        free(d->f[i].slot);
        for (k = 0; k < d->f[i].rows; k++)
            free(d->f[i].row[k]);
    }
    free(d->f);
    free(d->owner);
    free(d->x);
    free(d->y);
    free(d->angle);
    free(d->shared);
}

/* --- who belongs to which flower --- */

static size_t category_index(const struct concepts *c, int vertex)
{
    size_t k;

    for (k = 0; c->category_vertex[k] != vertex; k++)
        ;
    return k;
}

/* A trigger's flower is the category it has most senses in. */
static void find_owners(struct field *d)
{
    const struct concepts *c = d->c;
    struct neighbours near;
    size_t v, i, best;

    for (v = 0; v < c->n; v++) {
        if (c->v[v].type == VERTEX_SENSE && c->v[v].category >= 0)
            d->owner[v] = (size_t)c->v[v].category;
        if (c->v[v].type != VERTEX_TRIGGER)
            continue;
        near = concepts_near(c, (int)v, VERTEX_CATEGORY);
        for (best = i = 0; i < near.n; i++)
            if (near.weight[i] > near.weight[best])
                best = i;
        if (near.n == 0)
            continue;
        d->owner[v] = category_index(c, near.vertex[best]);
        d->shared[v] = near.n > 1;
        d->f[d->owner[v]].slots++;
    }
}

/* Breaks a name into rows that are about equally long. */
static int break_label(struct flower *f, const char *name, struct err *err)
{
    double all = canvas_text_width(name, LABEL_SIZE), width;
    struct str row;
    size_t len;

    width = all / ceil(all / LABEL_WIDE) * 1.15 + 6;
    while (*name != '\0' && f->rows < LABEL_ROWS) {
        str_init(&row, 1 << 12);
        do {
            len = strcspn(name, " ");
            str_addf(&row, "%s%.*s", row.len > 0 ? " " : "", (int)len, name);
            name += len + strspn(name + len, " ");
            len = strcspn(name, " ");
        } while (*name != '\0' &&
                 (f->rows + 1 == LABEL_ROWS ||
                  canvas_text_width(row.s, LABEL_SIZE) +
                          (double)(len + 1) * 0.58 * LABEL_SIZE <
                      width));
        f->row[f->rows] = str_detach(&row);
        if (f->row[f->rows] == NULL)
            return err_nomem(err);
        f->rows++;
    }
    return 0;
}

static double rows_of(size_t senses)
{
    return ceil((double)senses / ROW_SENSES);
}

static int size_flower(struct field *d, size_t i, struct err *err)
{
    struct flower *f = &d->f[i];
    size_t v, deepest = 0, n;

    for (v = 0; v < d->c->n; v++) {
        if (d->c->v[v].type != VERTEX_TRIGGER || d->owner[v] != i)
            continue;
        n = concepts_near(d->c, (int)v, VERTEX_SENSE).n;
        deepest = n > deepest ? n : deepest;
    }
    f->ring = fmax(26, (double)f->slots * SLOT / TAU);
    f->high = f->ring + PETAL + rows_of(deepest) * ROW;
    f->slot = malloc((f->slots + 1) * sizeof(*f->slot));
    if (f->slot == NULL)
        return err_nomem(err);
    for (n = 0; n < f->slots; n++)
        f->slot[n] = -1;
    return break_label(f, d->c->categories[i].name, err);
}

/* --- where the flowers stand --- */

/* How many triggers two categories share, as an igraph. */
static bool make_ties(const struct field *d, igraph_t *g,
                      igraph_vector_t *weight)
{
    igraph_vector_int_t ends;
    struct neighbours near;
    size_t v, i, k;
    bool bad = igraph_vector_int_init(&ends, 0) != IGRAPH_SUCCESS;

    for (v = 0; !bad && v < d->c->n; v++) {
        if (!d->shared[v])
            continue;
        near = concepts_near(d->c, (int)v, VERTEX_CATEGORY);
        for (i = 0; i < near.n; i++)
            for (k = i + 1; k < near.n; k++) {
                bad |=
                    igraph_vector_int_push_back(
                        &ends, (igraph_integer_t)category_index(
                                   d->c, near.vertex[i])) ||
                    igraph_vector_int_push_back(
                        &ends, (igraph_integer_t)category_index(
                                   d->c, near.vertex[k])) ||
                    igraph_vector_push_back(weight, 1.0 / (double)(near.n - 1));
            }
    }
    if (!bad)
        bad = igraph_create(g, &ends, (igraph_integer_t)d->n,
                            IGRAPH_UNDIRECTED) != IGRAPH_SUCCESS;
    igraph_vector_int_destroy(&ends);
    return !bad;
}

/* Neighbours in the table, mostly of one domain, begin side by side. */
static bool begin_in_circle(igraph_matrix_t *at, size_t n)
{
    size_t i;

    if (igraph_matrix_resize(at, (igraph_integer_t)n, 2) != IGRAPH_SUCCESS)
        return false;
    for (i = 0; i < n; i++) {
        MATRIX(*at, i, 0) = cos(TAU * (double)i / (double)n) * sqrt((double)n);
        MATRIX(*at, i, 1) = sin(TAU * (double)i / (double)n) * sqrt((double)n);
    }
    return true;
}

static bool lay_out(const struct field *d, igraph_matrix_t *at)
{
    igraph_vector_t weight;
    bool good = false;
    igraph_t g;

    if (igraph_vector_init(&weight, 0) != IGRAPH_SUCCESS)
        return false;
    if (make_ties(d, &g, &weight)) {
        good = begin_in_circle(at, d->n);
        if (good && d->n <= FEW)
            good = igraph_layout_kamada_kawai(&g, at, true,
                                              50 * (igraph_integer_t)d->n, 0,
                                              (double)d->n, NULL, NULL, NULL,
                                              NULL, NULL) == IGRAPH_SUCCESS;
        else if (good)
            good = igraph_layout_fruchterman_reingold(
                       &g, at, true, 1000, 2, IGRAPH_LAYOUT_NOGRID, &weight,
                       NULL, NULL, NULL, NULL) == IGRAPH_SUCCESS;
        igraph_destroy(&g);
    }
    igraph_vector_destroy(&weight);
    return good;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* Mostly by rank: spread out over the paper, but neighbours stay neighbours. */
static void spread(igraph_matrix_t *at, int column, size_t n, double from,
                   double to, double *sorted)
{
    double low, high, v, rank;
    size_t i, k;

    for (i = 0; i < n; i++)
        sorted[i] = MATRIX(*at, i, column);
    qsort(sorted, n, sizeof(*sorted), by_value);
    low = sorted[0];
    high = sorted[n - 1] > low ? sorted[n - 1] : low + 1;
    for (i = 0; i < n; i++) {
        v = MATRIX(*at, i, column);
        for (k = 0; k < n && sorted[k] < v; k++)
            ;
        rank = n > 1 ? (double)k / (double)(n - 1) : 0.5;
        v = 0.85 * rank + 0.15 * (v - low) / (high - low);
        MATRIX(*at, i, column) = from + v * (to - from);
    }
}

static int place_homes(struct field *d, struct err *err)
{
    double *sorted = calloc(d->n + 1, sizeof(*sorted));
    igraph_matrix_t at;
    bool good;
    size_t i;

    if (sorted == NULL || igraph_matrix_init(&at, 0, 0) != IGRAPH_SUCCESS) {
        free(sorted);
        return err_nomem(err);
    }
    good = lay_out(d, &at);
    if (good) {
        spread(&at, 0, d->n, 100, WHOLE_WIDTH - 100, sorted);
        spread(&at, 1, d->n, TOP + 80, WHOLE_HEIGHT - BOTTOM - 100, sorted);
        for (i = 0; i < d->n; i++) {
            d->f[i].x = d->f[i].home[0] = MATRIX(at, i, 0);
            d->f[i].y = d->f[i].home[1] = MATRIX(at, i, 1);
        }
    }
    igraph_matrix_destroy(&at);
    free(sorted);
    return good ? 0 : err_set(err, "igraph could not lay the graph out");
}

static struct box room_of(const struct flower *f)
{
    double wide = f->high, w;
    size_t i;

    for (i = 0; i < f->rows; i++) {
        w = canvas_text_width(f->row[i], LABEL_SIZE) / 2;
        wide = fmax(wide, w);
    }
    return (struct box){f->x - wide - 3, f->y - f->high - 3, f->x + wide + 3,
                        f->y + f->high + 6 + (double)f->rows * LABEL_LINE};
}

static void keep_inside(struct flower *f)
{
    struct box b = room_of(f);

    f->x += fmax(0, MARGIN - b.x0) - fmax(0, b.x1 - (WHOLE_WIDTH - MARGIN));
    f->y += fmax(0, TOP - b.y0) - fmax(0, b.y1 - (WHOLE_HEIGHT - BOTTOM));
}

/* Moves two apart along the shorter way; true when they had touched. */
static bool push(struct flower *a, struct flower *b)
{
    struct box p = room_of(a), q = room_of(b);
    double dx = fmin(p.x1, q.x1) - fmax(p.x0, q.x0);
    double dy = fmin(p.y1, q.y1) - fmax(p.y0, q.y0);

    if (dx <= 0 || dy <= 0)
        return false;
    if (dx < dy) {
        dx = (dx / 2 + 0.5) * (a->x < b->x ? 1 : -1);
        a->x -= dx;
        b->x += dx;
    } else {
        dy = (dy / 2 + 0.5) * (a->y < b->y ? 1 : -1);
        a->y -= dy;
        b->y += dy;
    }
    return true;
}

static bool push_apart(struct field *d)
{
    bool touch = true;
    size_t i, k;
    int turn;

    for (turn = 0; turn < 2000 && touch; turn++) {
        touch = false;
        for (i = 0; i < d->n; i++)
            for (k = i + 1; k < d->n; k++)
                touch |= push(&d->f[i], &d->f[k]);
        for (i = 0; i < d->n; i++)
            keep_inside(&d->f[i]);
    }
    return !touch;
}

/* Smaller until all have room; a graph of very many categories is crowded. */
static void stand_apart(struct field *d)
{
    size_t i;
    int tries;

    for (tries = 0; tries < 24; tries++) {
        for (i = 0; i < d->n; i++) {
            d->f[i].x = d->f[i].home[0];
            d->f[i].y = d->f[i].home[1];
        }
        if (push_apart(d))
            return;
        for (i = 0; i < d->n; i++) {
            d->f[i].high -= d->f[i].ring * 0.05;
            d->f[i].ring *= 0.95;
        }
    }
}

/* --- triggers around the ring, senses around the triggers --- */

/* The way from the owner to the trigger's other categories. */
static double wish(const struct field *d, int trigger)
{
    struct neighbours near = concepts_near(d->c, trigger, VERTEX_CATEGORY);
    const struct flower *f = &d->f[d->owner[trigger]], *o;
    double x = 0, y = 0, far;
    size_t i;

    for (i = 0; i < near.n; i++) {
        o = &d->f[category_index(d->c, near.vertex[i])];
        far = hypot(o->x - f->x, o->y - f->y);
        if (far > 0) {
            x += (o->x - f->x) / far;
            y += (o->y - f->y) / far;
        }
    }
    return atan2(y, x);
}

static void take_slot(struct flower *f, int trigger, double angle)
{
    size_t best = 0, i;
    double gap, least = 10;

    for (i = 0; i < f->slots; i++) {
        if (f->slot[i] >= 0)
            continue;
        gap = fabs(remainder(TAU * (double)i / (double)f->slots - angle, TAU));
        if (gap < least) {
            least = gap;
            best = i;
        }
    }
    f->slot[best] = trigger;
}

static void place_triggers(struct field *d)
{
    size_t v, i, k;
    int pass;

    for (pass = 0; pass < 2; pass++)
        for (v = 0; v < d->c->n; v++)
            if (d->c->v[v].type == VERTEX_TRIGGER && d->owner[v] != SIZE_MAX &&
                d->shared[v] == (pass == 0))
                take_slot(&d->f[d->owner[v]], (int)v,
                          pass == 0 ? wish(d, (int)v) : 0);
    for (i = 0; i < d->n; i++)
        for (k = 0; k < d->f[i].slots; k++) {
            int t = d->f[i].slot[k];

            d->angle[t] = TAU * (double)k / (double)d->f[i].slots;
            d->x[t] = d->f[i].x + d->f[i].ring * cos(d->angle[t]);
            d->y[t] = d->f[i].y + d->f[i].ring * sin(d->angle[t]);
        }
}

static void place_senses(struct field *d, int trigger)
{
    struct neighbours near = concepts_near(d->c, trigger, VERTEX_SENSE);
    const struct flower *f = &d->f[d->owner[trigger]];
    size_t i, row, in_row;
    double r, a;

    for (i = 0; i < near.n; i++) {
        row = i / ROW_SENSES;
        in_row = near.n - row * ROW_SENSES;
        in_row = in_row < ROW_SENSES ? in_row : ROW_SENSES;
        r = f->ring + PETAL + (double)row * ROW;
        a = d->angle[trigger] +
            ((double)(i % ROW_SENSES) - (double)(in_row - 1) / 2) *
                fmin(ROW / r, TAU / (double)f->slots / 3);
        d->x[near.vertex[i]] = f->x + r * cos(a);
        d->y[near.vertex[i]] = f->y + r * sin(a);
    }
}

/* --- drawing --- */

static bool drawn(const struct field *d, size_t v)
{
    return d->owner[v] != SIZE_MAX && (d->c->v[v].type == VERTEX_TRIGGER ||
                                       d->c->v[v].type == VERTEX_SENSE);
}

static size_t colour(const struct field *d, size_t v)
{
    return palette_of(d->p, (int)v, d->owner[v]);
}

/* Threads to the other categories of a shared trigger, bent inwards. */
static void draw_threads(const struct field *d, struct canvas *k, size_t hue)
{
    struct neighbours near;
    size_t v, i, own;
    const struct flower *f;
    double mx, my;

    for (v = 0; v < d->c->n; v++) {
        if (!d->shared[v] || colour(d, v) != hue)
            continue;
        near = concepts_near(d->c, (int)v, VERTEX_CATEGORY);
        for (i = 0; i < near.n; i++) {
            own = category_index(d->c, near.vertex[i]);
            f = &d->f[own];
            if (own == d->owner[v])
                continue;
            mx = (d->x[v] + f->x) / 2;
            my = (d->y[v] + f->y) / 2;
            canvas_curve(k, d->x[v], d->y[v],
                         mx + 0.18 * (WHOLE_WIDTH / 2 - mx),
                         my + 0.18 * (WHOLE_HEIGHT / 2 - my), f->x, f->y);
        }
    }
}

static void draw_stems(const struct field *d, struct canvas *k, size_t hue)
{
    struct neighbours near;
    size_t v, i;

    for (v = 0; v < d->c->n; v++) {
        if (d->c->v[v].type != VERTEX_TRIGGER || !drawn(d, v) ||
            colour(d, v) != hue)
            continue;
        canvas_line(k, d->f[d->owner[v]].x, d->f[d->owner[v]].y, d->x[v],
                    d->y[v]);
        near = concepts_near(d->c, (int)v, VERTEX_SENSE);
        for (i = 0; i < near.n; i++)
            canvas_line(k, d->x[v], d->y[v], d->x[near.vertex[i]],
                        d->y[near.vertex[i]]);
    }
}

static void draw_dots(const struct field *d, struct canvas *k,
                      enum vertex_type type, size_t hue)
{
    size_t v;

    for (v = 0; v < d->c->n; v++)
        if (d->c->v[v].type == type && drawn(d, v) && colour(d, v) == hue)
            canvas_dot(k, d->x[v], d->y[v]);
}

static void draw_names(const struct field *d, struct canvas *k)
{
    const struct text_style style = {.size = LABEL_SIZE,
                                     .anchor = ANCHOR_MIDDLE,
                                     .colour = INK,
                                     .bold = true};
    const struct flower *f;
    struct box b;
    size_t i, r;

    for (i = 0; i < d->n; i++) {
        f = &d->f[i];
        for (r = 0; r < f->rows; r++) {
            double y = f->y + f->high + 5 + (double)(r + 1) * LABEL_LINE - 4;
            double w = canvas_text_width(f->row[r], LABEL_SIZE) / 2;

            canvas_text(k, f->x, y, &style, f->row[r]);
            b = (struct box){f->x - w, y - LABEL_SIZE, f->x + w, y + 4};
            canvas_take(k, b);
        }
        b = (struct box){f->x - 10, f->y - 10, f->x + 10, f->y + 10};
        canvas_take(k, b);
    }
}

struct hub {
    int vertex;
    size_t categories, senses;
};

static int by_reach(const void *a, const void *b)
{
    const struct hub *x = a, *y = b;

    if (x->categories != y->categories)
        return x->categories < y->categories ? 1 : -1;
    if (x->senses != y->senses)
        return x->senses < y->senses ? 1 : -1;
    return x->vertex - y->vertex;
}

/* Beside the dot, on the side away from the middle or else the other. */
static bool draw_hub(const struct field *d, struct canvas *k, int v)
{
    struct text_style style = {
        .size = HUB_SIZE, .colour = INK_SOFT, .italic = true};
    const char *name = d->c->v[v].text;
    double w = canvas_text_width(name, HUB_SIZE), x = d->x[v], y = d->y[v];
    bool right = cos(d->angle[v]) >= 0;
    struct box b;
    int side;

    for (side = 0; side < 2; side++, right = !right) {
        b = (struct box){right ? x + 4 : x - 4 - w, y - 7,
                         right ? x + 4 + w : x - 4, y + 6};
        if (b.x0 < MARGIN || b.x1 > WHOLE_WIDTH - MARGIN || !canvas_fits(k, b))
            continue;
        style.anchor = right ? ANCHOR_START : ANCHOR_END;
        canvas_text(k, right ? x + 5 : x - 5, y + 4, &style, name);
        canvas_take(k, b);
        return true;
    }
    return false;
}

/* The triggers that tie most categories together get their names. */
static int draw_hubs(const struct field *d, struct canvas *k, struct err *err)
{
    struct hub *hubs = calloc(d->c->n + 1, sizeof(*hubs));
    size_t v, n = 0, i, done = 0;

    if (hubs == NULL)
        return err_nomem(err);
    for (v = 0; v < d->c->n; v++)
        if (d->shared[v])
            hubs[n++] = (struct hub){
                (int)v, concepts_near(d->c, (int)v, VERTEX_CATEGORY).n,
                concepts_near(d->c, (int)v, VERTEX_SENSE).n};
    qsort(hubs, n, sizeof(*hubs), by_reach);
    for (i = 0; i < n && done < HUBS; i++)
        done += draw_hub(d, k, hubs[i].vertex);
    free(hubs);
    return 0;
}

static void draw_middles(const struct field *d, struct canvas *k)
{
    size_t i, hue;

    for (i = 0; i < d->n; i++) {
        hue = palette_of(d->p, d->c->category_vertex[i], i);
        canvas_circle(k, d->f[i].x, d->f[i].y, 11, palette_strong(d->p, hue),
                      d->c->categories[i].name);
    }
}

static void draw_all(const struct field *d, struct canvas *k)
{
    size_t hue;

    for (hue = 0; hue < d->p->n; hue++) {
        canvas_open_lines(k, palette_strong(d->p, hue), 0.9, 0.3);
        draw_threads(d, k, hue);
        canvas_close(k);
    }
    for (hue = 0; hue < d->p->n; hue++) {
        canvas_open_lines(k, palette_strong(d->p, hue), 0.8, 0.4);
        draw_stems(d, k, hue);
        canvas_close(k);
    }
    for (hue = 0; hue < d->p->n; hue++) {
        canvas_open_dots(k, palette_pale(d->p, hue), 4.6);
        draw_dots(d, k, VERTEX_SENSE, hue);
        canvas_close(k);
    }
    for (hue = 0; hue < d->p->n; hue++) {
        canvas_open_dots(k, palette_strong(d->p, hue), 7);
        draw_dots(d, k, VERTEX_TRIGGER, hue);
        canvas_close(k);
    }
    draw_middles(d, k);
}

static int field_init(struct field *d, const struct concepts *c,
                      const struct palette *p, struct err *err)
{
    size_t v;

    *d = (struct field){.c = c, .p = p, .n = c->ncategories};
    d->f = calloc(d->n + 1, sizeof(*d->f));
    d->owner = malloc((c->n + 1) * sizeof(*d->owner));
    d->x = calloc(c->n + 1, sizeof(*d->x));
    d->y = calloc(c->n + 1, sizeof(*d->y));
    d->angle = calloc(c->n + 1, sizeof(*d->angle));
    d->shared = calloc(c->n + 1, sizeof(*d->shared));
    if (d->f == NULL || d->owner == NULL || d->x == NULL || d->y == NULL ||
        d->angle == NULL || d->shared == NULL)
        return err_nomem(err);
    for (v = 0; v < c->n; v++)
        d->owner[v] = SIZE_MAX;
    return 0;
}

int draw_whole(const struct concepts *c, const struct palette *p,
               struct canvas *k, struct err *err)
{
    struct field d;
    size_t i;
    int failed = field_init(&d, c, p, err);

    if (!failed)
        find_owners(&d);
    for (i = 0; !failed && i < d.n; i++)
        failed = size_flower(&d, i, err);
    if (!failed)
        failed = place_homes(&d, err);
    if (!failed) {
        stand_apart(&d);
        place_triggers(&d);
        for (i = 0; i < c->n; i++)
            if (c->v[i].type == VERTEX_TRIGGER && d.owner[i] != SIZE_MAX)
                place_senses(&d, (int)i);
        draw_all(&d, k);
        draw_names(&d, k);
        failed = draw_hubs(&d, k, err);
    }
    field_release(&d);
    return failed;
}
