/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other people's files in every format; the first byte chooses the name, and
 * with it what the rest is taken for. */
#include "base/text.h"
#include "dataset/reader.h"
#include "fuzz.h"
#include "scratch.h"

#include <stdlib.h>
#include <string.h>

static void read_all(const char *path, const struct reader_wants *wants)
{
    struct reader *r = wants != NULL ? reader_open_for(path, wants, NULL)
                                     : reader_open(path, NULL, NULL);
    struct reader_row row;
    const char *value;
    size_t len;

    while (r != NULL && reader_next(r, &row, NULL) == 1) {
        /* What is promised to those who read on. */
        if (row.prompt[row.len] != '\0' || !text_valid(row.prompt, row.len) ||
            row.raw == NULL)
            abort();
        value = reader_value(r, "label");
        if (value != NULL && !text_valid(value, strlen(value)))
            abort();
    }
    if (r != NULL)
        reader_header(r, &len);
    reader_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"x.jsonl", "x.json", "x.csv", "x.tsv",
                                        "x.txt",   "x",      "x.gz"};
    static const char *const known[] = {"reply", "response", NULL};
    static const struct reader_wants wants = {
        .what = "reply", .known = known, .role = "assistant", .whole = true};
    static const struct reader_wants sheet = {
        .what = "reply", .known = known, .spreadsheet = true};
    uint64_t rows, bytes;
    const char *path;

    if (size == 0)
        return 0;
    path = scratch_file(names[data[0] % 7], data + 1, size - 1);
    read_all(path, NULL);
    read_all(path, &wants);
    read_all(path, &sheet);
    reader_guess(path, NULL, &rows, &bytes, NULL);
    return 0;
}
