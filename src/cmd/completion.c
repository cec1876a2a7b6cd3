/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The completion script for bash.  The code of it is fixed; the tables only
 * fill in one `case` branch a command.  It takes the words from COMP_LINE,
 * because bash splits COMP_WORDS at the colon that every model's name has,
 * and for the same reason cuts what stands before the last colon off its
 * answers.
 */
#include "builtin/builtin.h"
#include "cmd/cmd.h"
#include "net/preset.h"

#include <string.h>

static const char head[] =
    "# bash completion for phgen; made by \"phgen help --completion\".\n\n"
    "_phgen_words()\n"
    "{\n"
    "    local cut=''\n"
    "    [[ $COMP_WORDBREAKS == *:* && $cur == *:* ]] &&\n"
    "        cut=${cur%\"${cur##*:}\"}\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\")\n"
    "    COMPREPLY=(\"${COMPREPLY[@]#\"$cut\"}\")\n"
    "    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *: ]] &&\n"
    "        compopt -o nospace 2>/dev/null\n"
    "    return 0\n"
    "}\n\n"
    "_phgen_table()\n"
    "{\n"
    "    options='' plain='' files='' dirs='' models=''\n"
    "    case $1 in\n";

static const char tail[] =
    "    *) return 1 ;;\n"
    "    esac\n"
    "}\n\n"
    "_phgen()\n"
    "{\n"
    "    local line=${COMP_LINE:0:COMP_POINT} cur prev command\n"
    "    local options plain files dirs models\n"
    "    local -a w\n"
    "    COMPREPLY=()\n"
    "    read -ra w <<<\"$line\"\n"
    "    [[ $line == *[[:blank:]] ]] && w+=(\"\")\n"
    "    cur=${w[-1]}\n"
    "    prev=${w[-2]}\n"
    "    command=generate\n"
    "    if [[ ${w[1]} != -* ]]; then\n"
    "        if [[ ${#w[@]} -le 2 ]]; then\n"
    "            _phgen_words \"$_phgen_first\"\n"
    "            return\n"
    "        fi\n"
    "        command=${w[1]}\n"
    "        if [[ \" $_phgen_groups \" == *\" $command \"* ]]; then\n"
    "            if [[ ${#w[@]} -eq 3 ]]; then\n"
    "                _phgen_table \"$command\"\n"
    "                _phgen_words \"$plain\"\n"
    "                return\n"
    "            fi\n"
    "            command+=\" ${w[2]}\"\n"
    "        fi\n"
    "    fi\n"
    "    _phgen_table \"$command\" || return\n"
    "    if [[ \" $models \" == *\" $prev \"* ]]; then\n"
    "        _phgen_words \"$_phgen_models\"\n"
    "    elif [[ \" $dirs \" == *\" $prev \"* ]]; then\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n"
    "    elif [[ \" $files \" == *\" $prev \"* ]]; then\n"
    "        compopt -o default 2>/dev/null\n"
    "    elif [[ \" $plain \" == *\" $prev \"* ]]; then\n"
    "        :\n"
    "    elif [[ $cur == -* ]]; then\n"
    "        _phgen_words \"$options\"\n"
    "    elif [[ $command == help ]]; then\n"
    "        _phgen_words \"$_phgen_first\"\n"
    "    else\n"
    "        compopt -o default 2>/dev/null\n"
    "    fi\n"
    "}\n\n"
    "complete -F _phgen phgen\n";

/* The long names of the rows of one kind. */
static void names(const struct option_row *row, unsigned flag, FILE *out)
{
    const char *gap = "";

    for (; row->name != NULL; row++) {
        if (row->arg == NULL ||
            (row->flags & (OPTION_FILE | OPTION_DIR | OPTION_MODEL)) != flag)
            continue;
        fprintf(out, "%s--%s", gap, row->name);
        gap = " ";
        if (row->letter != 0)
            fprintf(out, " -%c", row->letter);
    }
}

static void branch(const struct command *c, FILE *out)
{
    static const struct {
        const char *variable;
        unsigned flag;
    } kinds[] = {{"plain", 0},
                 {"files", OPTION_FILE},
                 {"dirs", OPTION_DIR},
                 {"models", OPTION_MODEL}};
    const struct option_row *row;
    size_t i;

    fprintf(out, "    \"%s\")\n        options=\"", c->name);
    for (row = c->options; row->name != NULL; row++)
        fprintf(out, "%s--%s", row == c->options ? "" : " ", row->name);
    fputs("\"\n", out);
    for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        fprintf(out, "        %s=\"", kinds[i].variable);
        names(c->options, kinds[i].flag, out);
        fputs("\"\n", out);
    }
    fputs("        ;;\n", out);
}

/* Is this the first command of its group? */
static bool opens_group(size_t at)
{
    const char *name = CMD_TABLE[at]->name, *space = strchr(name, ' ');
    size_t i, len = space != NULL ? (size_t)(space - name) + 1 : 0;

    for (i = 0; i < at; i++)
        if (strncmp(CMD_TABLE[i]->name, name, len) == 0)
            return false;
    return len > 0;
}

/* The second words of a group, as the words of a command of its own. */
static void group_branch(size_t at, FILE *out)
{
    const char *name = CMD_TABLE[at]->name;
    size_t i, len = strcspn(name, " ") + 1;

    fprintf(out, "    \"%.*s\") plain=\"", (int)len - 1, name);
    for (i = at; CMD_TABLE[i] != NULL; i++)
        if (strncmp(CMD_TABLE[i]->name, name, len) == 0)
            fprintf(out, "%s%s", i == at ? "" : " ", CMD_TABLE[i]->name + len);
    fputs("\" ;;\n", out);
}

static void first_words(FILE *out)
{
    const char *name, *gap = "";
    size_t i;

    fputs("_phgen_first=\"", out);
    for (i = 0; CMD_TABLE[i] != NULL; i++) {
        name = CMD_TABLE[i]->name;
        if (strchr(name, ' ') != NULL && !opens_group(i))
            continue;
        fprintf(out, "%s%.*s", gap, (int)strcspn(name, " "), name);
        gap = " ";
    }
    fputs("\"\n_phgen_groups=\"", out);
    for (gap = "", i = 0; CMD_TABLE[i] != NULL; i++) {
        if (!opens_group(i))
            continue;
        fprintf(out, "%s%.*s", gap, (int)strcspn(CMD_TABLE[i]->name, " "),
                CMD_TABLE[i]->name);
        gap = " ";
    }
    fputs("\"\n", out);
}

static void model_names(FILE *out)
{
    const struct builtin_model *m;
    const struct preset *p;

    fputs("_phgen_models=\"", out);
    for (m = BUILTIN_MODELS; m->name != NULL; m++)
        fprintf(out, "%s ", m->name);
    for (p = PRESETS; p->name != NULL; p++)
        fprintf(out, "%s%s:", p == PRESETS ? "" : " ", p->name);
    fputs("\"\n\n", out);
}

void cmd_print_completion(FILE *out)
{
    size_t i;

    fputs(head, out);
    for (i = 0; CMD_TABLE[i] != NULL; i++) {
        if (opens_group(i))
            group_branch(i, out);
        branch(CMD_TABLE[i], out);
    }
    fputs(tail, out);
    fputc('\n', out);
    first_words(out);
    model_names(out);
}
