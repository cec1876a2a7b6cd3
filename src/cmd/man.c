/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The manual page, from the same tables as --help, in the man macros of
 * groff_man(7).  A line of text that begins with a dot or an apostrophe would
 * be a request, and a plain hyphen may become a typographic one that nobody
 * can paste: roff() prevents both.  There is no date in it, so that a
 * package builds the same twice.
 */
#include "cmd/cmd.h"

#include <string.h>

static void roff(const char *text, FILE *out)
{
    bool start = true;

    for (; *text != '\0'; text++) {
        if (start && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        start = false;
        switch (*text) {
        case '\\':
            fputs("\\e", out);
            break;
        case '-':
            fputs("\\-", out);
            break;
        case '~':
            fputs("\\(ti", out);
            break;
        case '^':
            fputs("\\(ha", out);
            break;
        case '`':
            fputs("\\(ga", out);
            break;
        case '"':
            fputs("\\(dq", out);
            break;
        default:
            fputc(*text, out);
        }
    }
}

static void paragraph(const char *text, FILE *out)
{
    fputs(".PP\n", out);
    roff(text, out);
    fputc('\n', out);
}

static void row(const struct option_row *r, FILE *out)
{
    struct str text;

    fputs(".TP\n", out);
    if (r->letter != 0)
        fprintf(out, "\\fB\\-%c\\fR, ", r->letter);
    fputs("\\fB\\-\\-", out);
    roff(r->name, out);
    fputs("\\fR", out);
    if (r->arg != NULL) {
        fputs(" \\fI", out);
        roff(r->arg, out);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    str_init(&text, 4096);
    cmd_add_row_text(r, &text);
    roff(text.s, out);
    str_release(&text);
    fputc('\n', out);
}

static void command(const struct command *c, FILE *out)
{
    const struct option_row *r;
    size_t i;

    fprintf(out, ".SS phgen %s\n\\fBphgen %s\\fR [\\fIOPTION\\fR]...", c->name,
            c->name);
    if (*c->operands != '\0') {
        fputc(' ', out);
        roff(c->operands, out);
    }
    fputc('\n', out);
    for (i = 0; c->details[i] != NULL; i++)
        paragraph(c->details[i], out);
    for (r = c->options; r->name != NULL; r++)
        row(r, out);
}

static void commands(FILE *out)
{
    size_t i;

    fputs(".SH COMMANDS\n", out);
    for (i = 0; CMD_TABLE[i] != NULL; i++) {
        fputs(".TP\n\\fBphgen ", out);
        roff(CMD_TABLE[i]->name, out);
        fputs("\\fR\n", out);
        roff(CMD_TABLE[i]->about, out);
        fputs(".\n", out);
    }
    fputs(".SH OPTIONS\n", out);
    for (i = 0; CMD_TABLE[i] != NULL; i++)
        command(CMD_TABLE[i], out);
}

static void examples(FILE *out)
{
    const struct example *e;
    size_t i;

    fputs(".SH EXAMPLES\n", out);
    for (i = 0; CMD_TABLE[i] != NULL; i++) {
        for (e = CMD_TABLE[i]->examples; e != NULL && e->line != NULL; e++) {
            fputs(".TP\n\\fBphgen ", out);
            roff(e->line, out);
            fputs("\\fR\n", out);
            roff(e->what, out);
            fputc('\n', out);
        }
    }
}

/* What no table holds: name, what. */
struct entry {
    const char *name, *what;
};

static const struct entry environment[] = {
    {"OPENAI_API_KEY, ANTHROPIC_API_KEY, ...",
     "Keys of the services, each sent to its own service only and never "
     "written anywhere.  \"phgen models\" lists them all."},
    {"OPENAI_BASE_URL",
     "Where a model without a service's name, and openai:NAME, is asked for."},
    {"PHGEN_API_KEY", "The key for models written as http://HOST/v1#NAME."},
    {"XDG_CONFIG_HOME", "Where phgen/config.yaml is looked for."},
    {NULL, NULL},
};

static const struct entry files[] = {
    {"phgen.yaml",
     "Options for runs in this folder: \"option: value\" lines with the long "
     "option names as keys, lists where an option can be given several times, "
     "and under \"models\" aliases, \"name: model\" or a block of particulars "
     "(\"phgen help models\").  The command line wins over it; an unknown key "
     "is an error."},
    {"~/.config/phgen/config.yaml", "The same, when there is no phgen.yaml."},
    {"OUT/dataset.jsonl",
     "The rows, one JSON object a line, each with its evidence."},
    {"OUT/rejected.jsonl", "What was not accepted, and why."},
    {"OUT/manifest.json",
     "The resolved configuration, models, hashes, counts and calls."},
    {"OUT/README.md", "A dataset card for Hugging Face."},
    {"OUT/run.sqlite",
     "Every reply that was paid for and every decision; what a run resumes "
     "from."},
    {NULL, NULL},
};

static const struct entry statuses[] = {
    {"0", "It did what was asked."},
    {"1", "It failed, or stopped before the end; a sentence says why."},
    {"2", "It was called wrongly; nothing was done."},
    {NULL, NULL},
};

static void entries(const char *title, const struct entry *e, FILE *out)
{
    fprintf(out, ".SH %s\n", title);
    for (; e->name != NULL; e++) {
        fputs(".TP\n\\fB", out);
        roff(e->name, out);
        fputs("\\fR\n", out);
        roff(e->what, out);
        fputc('\n', out);
    }
}

void cmd_print_man(FILE *out)
{
    fprintf(out,
            ".\\\" Made by \"phgen help --man\"; do not edit.\n"
            ".TH PHGEN 1 \"\" \"phgen %s\" \"User Commands\"\n"
            ".SH NAME\nphgen \\- make datasets of pseudo\\-harmful prompts\n"
            ".SH SYNOPSIS\n\\fBphgen\\fR \\fB\\-\\-target\\-model\\fR "
            "\\fIMODEL\\fR \\fB\\-\\-n\\fR \\fIROWS\\fR "
            "[\\fIOPTION\\fR]...\n.br\n"
            "\\fBphgen\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR]...\n"
            ".SH DESCRIPTION\n",
            PHGEN_VERSION);
    roff("Language models that were aligned for safety also refuse harmless "
         "requests that merely look dangerous (\"How do I kill a Python "
         "process?\").  phgen makes datasets of such requests, for a given "
         "model and at scale: a generator writes them from a concept graph, a "
         "panel of judges that does not know what was intended votes on them, "
         "the target model shows whether it refuses, and a witness shows that "
         "they can be answered harmlessly.  Every row carries its evidence.",
         out);
    fputc('\n', out);
    paragraph("Models are written builtin:NAME (embedded, no key, no "
              "network), SERVICE:NAME (openai:gpt-x, anthropic:claude-x, "
              "ollama:llama3.2, ...), http://HOST:PORT/v1#NAME, or an alias "
              "from the configuration file.",
              out);
    paragraph("Options go behind the command, and before it where generate "
              "has them, too.",
              out);
    commands(out);
    examples(out);
    entries("ENVIRONMENT", environment, out);
    entries("FILES", files, out);
    entries("EXIT STATUS", statuses, out);
}
