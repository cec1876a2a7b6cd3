/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people edit: any YAML is read or refused. */
#include "base/yaml.h"
#include "fuzz.h"

static void visit(const struct yaml *y, yaml_node n, int depth)
{
    size_t i;

    if (depth > 20)
        return;
    (void)yaml_text(y, n);
    (void)yaml_line(y, n);
    for (i = 0; i < yaml_size(y, n); i++) {
        visit(y, yaml_at(y, n, i), depth + 1);
        visit(y, yaml_value(y, n, i), depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const known[] = {"do", "ask", NULL};
    struct err err;
    struct yaml *y = yaml_parse_text("x", (const char *)data, size, &err);

    if (y != NULL) {
        yaml_check_keys(y, yaml_root(y), known, &err);
        visit(y, yaml_root(y), 0);
    }
    yaml_close(y);
    return 0;
}
