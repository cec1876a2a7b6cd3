/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_TESTS_SCRATCH_H
#define PHGEN_TESTS_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

/*
 * For targets that read files: the bytes in a file of this name, in a folder
 * of the process's own that goes when it ends.  The path is good until the
 * next call.
 */
const char *scratch_file(const char *name, const uint8_t *data, size_t size);

#endif
