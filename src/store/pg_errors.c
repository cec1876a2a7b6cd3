/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What to do about what the server says, by its SQLSTATE (PostgreSQL's manual,
 * appendix A, "PostgreSQL Error Codes"): the words may be in any language and
 * differ between versions, the state does not.
 *
 * To add one: a row.  A row of two letters is for the rest of a class and comes
 * behind the states of that class.  08001 is also what pg.c calls a server that
 * did not answer.
 */
#include "store/pg.h"

#include <ctype.h>
#include <string.h>

static const struct {
    const char *state; /* or its first letters */
    const char *advice;
} table[] = {
    {"08", "start the server, or mend the address"},
    {"25006", "this server or database takes no writes (a standby, or "
              "default_transaction_read_only); name the one that does"},
    {"28P01", "set PGPASSWORD to this role's password, or write it into "
              "~/.pgpass"},
    {"28", "name a role that the server lets in from here (its pg_hba.conf "
           "and the role's LOGIN say which)"},
    {"3D", "make it with \"createdb\", or mend the address"},
    {"3F", "use the role that made the database, or have it grant this one "
           "USAGE and CREATE on a schema"},
    {"42501", "use the role that made the run, or have it grant this one what "
              "is missing; one that begins a run must be able to make tables"},
    {"42", "the database holds tables of these names that are another "
           "program's, or not all of phgen's; give the run a database of its "
           "own"},
    {"53100", "make room on the server's disk, then run the same command again "
              "to resume"},
    {"53300", "end some of the connections, or raise the limit of the server, "
              "the database or the role; then run the same command again"},
    {"53", "the server lacks memory or another resource; see its log, then "
           "run the same command again to resume"},
    {"55", "another program holds it or it is not ready; run the same command "
           "again to resume"},
    {"57014", "an administrator or a time limit of the server "
              "(statement_timeout) ended it; run the same command again to "
              "resume"},
    {"57P04", "the database was dropped; restore it from a copy, or begin the "
              "run anew in another"},
    {"58", "the server has trouble with its files; see its log, then run the "
           "same command again to resume"},
    {"XX", "the server is damaged or has a fault; see its log, and restore the "
           "database from a copy if need be"},
};

const char *pg_advice(const char *state)
{
    size_t i;

    for (i = 0; state != NULL && i < sizeof(table) / sizeof(*table); i++)
        if (strncmp(state, table[i].state, strlen(table[i].state)) == 0)
            return table[i].advice;
    return NULL;
}

/* A verbose message has "SEVERITY:  STATE: WORDS" for each address that was
 * tried; the last one's counts. */
void pg_state_in(const char *message, char state[PG_STATE])
{
    size_t n;

    for (; (message = strstr(message, ":  ")) != NULL; message++) {
        const char *at = message + 3;

        for (n = 0;
             isupper((unsigned char)at[n]) || isdigit((unsigned char)at[n]);)
            n++;
        if (n != PG_STATE - 1 || at[n] != ':' || at[n + 1] != ' ')
            continue;
        memcpy(state, at, n);
        state[n] = '\0';
    }
}
