/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder of somebody's run: its manifest becomes a card, what it learned a
 * prior. */
#include "base/text.h"
#include "dataset/card.h"
#include "fuzz.h"
#include "run/files.h"
#include "run/heat.h"
#include "scratch.h"

#include <stdlib.h>
#include <string.h>

static void write_card(const cJSON *manifest)
{
    char *text = NULL;
    size_t len = 0, i;
    FILE *f = open_memstream(&text, &len);

    if (f == NULL)
        return;
    card_write(manifest, f);
    fclose(f);
    if (!text_valid(text, len))
        abort();
    for (i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 && text[i] != '\n')
            abort();
    free(text);
}

static void count(const cJSON *tree)
{
    const cJSON *child;

    heat_count(tree);
    cJSON_ArrayForEach(child, tree)
    {
        heat_count(child);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *folder = strdup(scratch_file(FILES_MANIFEST, data, size));
    struct hash128 hash;
    cJSON *tree;

    if (folder == NULL)
        return 0;
    *strrchr(folder, '/') = '\0';
    tree = files_read_manifest(folder, NULL);
    if (tree != NULL)
        write_card(tree);
    cJSON_Delete(tree);
    scratch_file(HEAT_FILE, data, size);
    tree = heat_load(folder, &hash, NULL);
    if (tree != NULL)
        count(tree);
    cJSON_Delete(tree);
    free(folder);
    return 0;
}
