/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plain counters, and their text; what they count decides serve.c. */
#include "serve/counts.h"

static void print(struct str *out, const char *name, const char *help,
                  unsigned long long n)
{
    str_addf(out, "# HELP %s %s\n# TYPE %s counter\n%s %llu\n", name, help,
             name, name, n);
}

void counts_print(const struct counts *c, struct str *out)
{
    static const char faults[] = "phgen_serve_faults_total";
    int f;

    print(out, "phgen_serve_answers_total", "Requests answered.",
          atomic_load(&c->answers));
    print(out, "phgen_serve_errors_total", "Requests that were wrong.",
          atomic_load(&c->errors));
    str_addf(out, "# HELP %s Requests met with a fault.\n# TYPE %s counter\n",
             faults, faults);
    for (f = 0; f < FAULTS; f++)
        str_addf(out, "%s{fault=\"%s\"} %llu\n", faults,
                 fault_name((enum fault)f), atomic_load(&c->fault[f]));
}
