/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_EXPORT_PICKS_H
#define PHGEN_RUN_EXPORT_PICKS_H

#include "base/err.h"
#include "base/names.h"
#include "dataset/export.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What an export keeps of each row that can go out, while it is decided which
 * do: some 40 bytes each, in the order of the lines.
 *
 *      struct export_picks p = {0};
 *
 *      export_picks_add(&p, line, seed, &row, err);    row after row
 *      export_picks_balance(&p, &dropped, err);
 *      export_picks_mix(&p, 0.2, &controls, err);
 *      export_picks_release(&p);
 *
 * What does not go out has the split EXPORT_NOWHERE.  Who goes first is drawn
 * from the seed and the row's id, so the order of the file does not matter.
 */
#define EXPORT_NOWHERE 255

struct export_pick {
    uint64_t line;  /* of both files, counted together, from 0 */
    uint64_t draw;  /* seeded by the id */
    uint32_t group; /* union-find: a pick, itself when it is the root */
    uint16_t category;
    uint8_t split; /* or EXPORT_NOWHERE */
    bool control;
};

struct export_picks {
    struct export_pick *at;
    uint32_t n, cap;
    struct name *categories; /* numbered in the order of their coming */
};

/* Adds a pick: of the first split, in a group by itself. */
int export_picks_add(struct export_picks *p, uint64_t line, uint64_t seed,
                     const struct export_row *row, struct err *err);
void export_picks_release(struct export_picks *p);

/* Leaves of each category as many rows as the smallest has. */
int export_picks_balance(struct export_picks *p, uint32_t *dropped,
                         struct err *err);

/* Leaves so many controls that they are this share of all; an error when
 * there are fewer, which says what there are enough for. */
int export_picks_mix(struct export_picks *p, double share, uint64_t *controls,
                     struct err *err);

#endif
