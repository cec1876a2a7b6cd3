# SPDX-License-Identifier: GPL-3.0-or-later
# A PostgreSQL server of the test's own, after lib.sh:
#
#     . "$here/pg-lib.sh"       # starts it; the test is skipped when there is none
#     database NAME           # makes one; sets store, its address
#     sql QUERY               # the answer, from the database made last
#     pg_restart              # in the middle of whatever goes on, as a crash
#     pg_ends NAME PROCESS SECONDS
#                             # waits for a worker in the background, so long
#                             # at most; code is its status, err NAME.err
#     --lease "$long_lease"     # who was killed is seen to be gone at once, and
#                             # who is only slow, on a busy machine, must not
#                             # be taken for lost
#
# It listens on a socket in a folder that goes away with it.  initdb does not
# run as root: then the server is another user's, who need not have a name
# here but must be able to reach the folder.  PG_BIN is the folder of another
# version's programs.

long_lease=60
pg_bin=${PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)}
test -n "$pg_bin" || pg_bin=$(dirname "$(command -v initdb || echo /nowhere/x)")
if test ! -x "$pg_bin/initdb"; then
    echo "1..0 # SKIP there is no PostgreSQL server here (tools/deps has it)"
    exit 0
fi
pg=$(mktemp -d "${TMPDIR:-/tmp}/phgen-pg-XXXXXX") || exit 99
pg_user=$(id -un)
as_pg() { "$@"; }
if test "$(id -u)" = 0; then
    pg_user=nobody
    id postgres >/dev/null 2>&1 && pg_user=postgres
    chown "$pg_user" "$pg"
    as_pg() { (cd "$pg" && exec setpriv --reuid "$pg_user" --regid \
        "$(id -g "$pg_user")" --clear-groups -- "$@"); }
fi

pg_start()
{
    as_pg "$pg_bin/pg_ctl" -D "$pg/data" -w -t 60 -l "$pg/log" -o \
        "-k $pg -c listen_addresses='' -c shared_buffers=32MB ${pg_options:-}" \
        start >/dev/null 2>&1
}

pg_stop()
{
    as_pg "$pg_bin/pg_ctl" -D "$pg/data" -w -t 60 -m "${1:-immediate}" stop \
        >/dev/null 2>&1
}

# Crash recovery included.
pg_restart()
{
    pg_stop immediate
    pg_start
}

pg_cleanup()
{
    end_ours
    pg_stop immediate
    rm -rf "$pg"
    cleanup
}
trap pg_cleanup EXIT
unset PGHOST PGPORT PGUSER PGDATABASE PGPASSWORD PGSERVICE || :

if ! as_pg "$pg_bin/initdb" -D "$pg/data" -U phgen -A trust -E UTF8 \
    --no-locale -N >"$pg.log" 2>&1 || ! pg_start; then
    echo "Bail out! no PostgreSQL: $(tail -n 3 "$pg.log" "$pg/log" 2>&1)"
    rm -f "$pg.log"
    exit 99
fi
rm -f "$pg.log"

database()
{
    "$pg_bin/createdb" -h "$pg" -U phgen "$1" || exit 99
    pg_name=$1
    store="postgresql://phgen@/$1?host=$pg"
}

sql()
{
    "$pg_bin/psql" -X -q -A -t -h "$pg" -U phgen -d "$pg_name" -c "$1"
}

pg_ends()
{
    tries=0
    while kill -0 "$2" 2>/dev/null && test $tries -lt $((20 * $3)); do
        tries=$((tries + 1))
        sleep 0.05
    done
    kill -9 "$2" 2>/dev/null # too late
    wait "$2"
    code=$?
    cp "$1.err" err
}
