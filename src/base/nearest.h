/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_NEAREST_H
#define PHGEN_BASE_NEAREST_H

/*
 * The word that `wrong` was probably meant to be, or the beginning of: least
 * edits (insert, delete, replace or swap neighbours; optimal string
 * alignment), at most one in three letters.  NULL when none is near.  `words`
 * ends with NULL.
 */
const char *nearest_word(const char *wrong, const char *const words[]);

#endif
