/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of kinds is open addressing over the bytes of `said`; before
 * anything is computed, kinds are put in the order of their bytes, so that
 * sums of doubles come out the same whatever the order of the items.
 */
#include "dataset/ratings.h"
#include "base/hash.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 500
#define TOLERANCE 1e-9 /* of the log-likelihood, per item */

struct ratings {
    size_t raters, classes, width; /* width: bytes of a kind */
    uint8_t *kinds;
    uint64_t *times;
    size_t n, room;
    uint32_t *slots; /* 0: free, else kind + 1; a power of two of them */
    size_t nslots;
    uint64_t items;
};

struct ratings *ratings_new(size_t raters, size_t classes)
{
    struct ratings *r = calloc(1, sizeof(*r));

    assert(raters <= RATINGS_RATERS_MAX && classes <= RATINGS_CLASSES_MAX);
    if (r == NULL)
        return NULL;
    r->raters = raters;
    r->classes = classes;
    r->width = raters * classes;
    return r;
}

void ratings_free(struct ratings *r)
{
    if (r == NULL)
        return;
    free(r->kinds);
    free(r->times);
    free(r->slots);
    free(r);
}

static size_t find(const struct ratings *r, const uint8_t *kind)
{
    size_t at = hash_bytes(kind, r->width).low & (r->nslots - 1);

    while (r->slots[at] != 0 && memcmp(r->kinds + (r->slots[at] - 1) * r->width,
                                       kind, r->width) != 0)
        at = (at + 1) & (r->nslots - 1);
    return at;
}

static int grow(struct ratings *r, struct err *err)
{
    size_t room = r->room > 0 ? 2 * r->room : 64, i;
    uint8_t *kinds = realloc(r->kinds, room * (r->width > 0 ? r->width : 1));
    uint64_t *times;
    uint32_t *slots;

    if (kinds == NULL)
        return err_nomem(err);
    r->kinds = kinds;
    times = realloc(r->times, room * sizeof(*times));
    if (times == NULL)
        return err_nomem(err);
    r->times = times;
    slots = calloc(2 * room, sizeof(*slots));
    if (slots == NULL)
        return err_nomem(err);
    free(r->slots);
    r->slots = slots;
    r->nslots = 2 * room;
    r->room = room;
    for (i = 0; i < r->n; i++)
        r->slots[find(r, r->kinds + i * r->width)] = (uint32_t)i + 1;
    return 0;
}

int ratings_add(struct ratings *r, const uint8_t said[], struct err *err)
{
    size_t at, i;

    for (i = 0; i < r->width && said[i] == 0; i++)
        ;
    if (i == r->width)
        return 0;
    if (r->n == r->room && grow(r, err) != 0)
        return -1;
    at = find(r, said);
    if (r->slots[at] == 0) {
        memcpy(r->kinds + r->n * r->width, said, r->width);
        r->times[r->n] = 0;
        r->slots[at] = (uint32_t)++r->n;
    }
    r->times[r->slots[at] - 1]++;
    r->items++;
    return 0;
}

uint64_t ratings_items(const struct ratings *r)
{
    return r->items;
}

/* --- alpha --- */

/* Whole numbers as far as they go, so the order of kinds does not matter. */
double ratings_alpha(const struct ratings *r)
{
    double total[RATINGS_CLASSES_MAX] = {0}, agree = 0, n = 0, expected = 0;
    uint64_t count[RATINGS_CLASSES_MAX];
    /* Pairs within items of m values weigh 1 / (m - 1): sums kept by m. */
    double *pairs = calloc(r->raters * 255 + 2, sizeof(*pairs));
    size_t i, j, c, m;

    if (pairs == NULL)
        return NAN;
    for (i = 0; i < r->n; i++) {
        memset(count, 0, sizeof(count));
        for (m = j = 0; j < r->width; j++) {
            count[j % r->classes] += r->kinds[i * r->width + j];
            m += r->kinds[i * r->width + j];
        }
        if (m < 2)
            continue;
        for (c = 0; c < r->classes; c++) {
            total[c] += (double)(r->times[i] * count[c]);
            pairs[m] += (double)(r->times[i] * count[c]) *
                        ((double)count[c] - (count[c] > 0));
        }
    }
    for (m = 2; m < r->raters * 255 + 2; m++)
        agree += pairs[m] / (double)(m - 1);
    free(pairs);
    for (c = 0; c < r->classes; c++)
        n += total[c];
    for (c = 0; c < r->classes; c++)
        expected += total[c] * (n - total[c]);
    if (n < 2 || expected <= 0)
        return NAN;
    return 1 - (n - agree) * (n - 1) / expected;
}

double ratings_kappa(const uint64_t table[], size_t classes)
{
    double n = 0, agree = 0, chance = 0, row, column;
    size_t a, b;

    for (a = 0; a < classes * classes; a++)
        n += (double)table[a];
    for (a = 0; a < classes; a++) {
        for (row = column = 0, b = 0; b < classes; b++) {
            row += (double)table[a * classes + b];
            column += (double)table[b * classes + a];
        }
        agree += (double)table[a * classes + a];
        chance += row * column;
    }
    if (n == 0 || chance == n * n)
        return NAN;
    return (n * agree - chance) / (n * n - chance);
}

/* --- Dawid and Skene --- */

struct kind {
    const uint8_t *said;
    double times;
    double truth[RATINGS_CLASSES_MAX]; /* probability of each class */
    size_t width;
};

static int by_bytes(const void *a, const void *b)
{
    const struct kind *x = a, *y = b;

    return memcmp(x->said, y->said, x->width);
}

static struct kind *sorted(const struct ratings *r)
{
    struct kind *k = calloc(r->n + 1, sizeof(*k));
    size_t i;

    for (i = 0; k != NULL && i < r->n; i++) {
        k[i].said = r->kinds + i * r->width;
        k[i].times = (double)r->times[i];
        k[i].width = r->width;
    }
    if (k != NULL)
        qsort(k, r->n, sizeof(*k), by_bytes);
    return k;
}

/* Their eq. 3.1: the share of each class among the item's values. */
static void first_guess(const struct ratings *r, struct kind *k)
{
    double all;
    size_t i, j, c;

    for (i = 0; i < r->n; i++) {
        for (all = 0, j = 0; j < r->width; j++) {
            k[i].truth[j % r->classes] += k[i].said[j];
            all += k[i].said[j];
        }
        for (c = 0; c < r->classes; c++)
            k[i].truth[c] /= all;
    }
}

/* Eq. 2.3 and 2.4. */
static void maximise(const struct ratings *r, const struct kind *k,
                     struct rating_model *m)
{
    size_t i, j, c, l;
    double sum;

    memset(m->prior, 0, sizeof(m->prior));
    memset(m->said, 0, sizeof(m->said));
    for (i = 0; i < r->n; i++)
        for (c = 0; c < r->classes; c++) {
            m->prior[c] += k[i].times * k[i].truth[c] / (double)r->items;
            for (j = 0; j < r->raters; j++)
                for (l = 0; l < r->classes; l++)
                    m->said[j][c][l] += k[i].times * k[i].truth[c] *
                                        k[i].said[j * r->classes + l];
        }
    for (j = 0; j < r->raters; j++)
        for (c = 0; c < r->classes; c++) {
            for (sum = 0, l = 0; l < r->classes; l++)
                sum += m->said[j][c][l];
            for (l = 0; sum > 0 && l < r->classes; l++)
                m->said[j][c][l] /= sum;
        }
}

/* ln P(said | class) + ln P(class), -INFINITY where something never happens */
static double weigh(const struct ratings *r, const struct kind *k,
                    const struct rating_model *m, size_t c)
{
    double sum = log(m->prior[c]);
    size_t j, l;

    for (j = 0; j < r->raters; j++)
        for (l = 0; l < r->classes; l++)
            if (k->said[j * r->classes + l] > 0)
                sum += k->said[j * r->classes + l] * log(m->said[j][c][l]);
    return sum;
}

/* Eq. 2.5; returns the log-likelihood, eq. 2.7. */
static double expect(const struct ratings *r, struct kind *k,
                     const struct rating_model *m)
{
    double weight[RATINGS_CLASSES_MAX], most, sum, all = 0;
    size_t i, c;

    for (i = 0; i < r->n; i++) {
        most = -INFINITY;
        for (c = 0; c < r->classes; c++) {
            weight[c] = weigh(r, &k[i], m, c);
            most = weight[c] > most ? weight[c] : most;
        }
        for (sum = 0, c = 0; c < r->classes; c++)
            sum += weight[c] = exp(weight[c] - most);
        for (c = 0; c < r->classes; c++)
            k[i].truth[c] = weight[c] / sum;
        all += k[i].times * (most + log(sum));
    }
    return all;
}

static void rate(const struct ratings *r, struct rating_model *m)
{
    size_t j, c;

    for (j = 0; j < r->raters; j++)
        for (m->accuracy[j] = 0, c = 0; c < r->classes; c++)
            m->accuracy[j] += m->prior[c] * m->said[j][c][c];
}

int ratings_dawid_skene(const struct ratings *r, struct rating_model *out,
                        struct err *err)
{
    struct kind *k = sorted(r);
    double now, before = -INFINITY;

    memset(out, 0, sizeof(*out));
    if (k == NULL)
        return err_nomem(err);
    if (r->items > 0) {
        first_guess(r, k);
        do {
            maximise(r, k, out);
            now = expect(r, k, out);
            out->converged = now - before <= TOLERANCE * (double)r->items;
            before = now;
        } while (!out->converged && ++out->steps < STEPS_MAX);
        out->log_likelihood = now;
        rate(r, out);
    }
    free(k);
    return 0;
}
