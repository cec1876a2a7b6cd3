#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# How a run of several workers is doing: while they work, when one is lost,
# when it is complete.
. "${0%/*}/lib.sh"
. "$here/pg-lib.sh"

database crew
phgen status "$store"
exits 1 'a database without a run'
complains
says err 'holds no run' 'which is said'
holds 'and nothing is made in it' \
    test "$(sql "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")" = 0
phgen status 'postgresql://u:sEcReT@127.0.0.1:1/x'
exits 2 'a password in the address is refused'
holds 'and not shown' test "$(grep -c sEcReT err)" = 0

serve --faults latency=150
worker()
{
    "$PHGEN" --data-dir "$PHGEN_DATA" -t "$url#builtin:cautious" --n 100 \
        --store "$store" --lease "$long_lease" --concurrency 4 --quiet --out "$1" \
        >"$1.out" 2>"$1.err" &
    worker=$!
    background="$background $worker"
}
# shows PATTERN: the status does
shows()
{
    phgen status "$store" --json
    grep -q -e "$1" out
}
worker a; a=$worker
worker b; b=$worker
two() { shows '"candidates":[1-9]' && test "$(grep -o '"working"' out | wc -l)" = 2; }
wait_for two
exits 0 'asked while two work'
says out '"state":"running"'
says out '"wanted":100'
says out '"paid_twice":0'
says out ":$a\"" 'the first is there'
says out ":$b\"" 'and the second'
phgen status a
exits 0 'a folder will do'
says out 'running, 2 workers'
kill -9 "$b"
wait "$b" 2>/dev/null
wait_for shows '"state":"lost"'
result $? 'that one is lost shows'
wait "$a"
phgen status "$store"
exits 0 'at the end'
says out 'state        complete, 0 workers'
says out '100 of 100 (100.0 %)'
says out 'in flight    0 calls'
sql "UPDATE turn SET accepted = 5" >/dev/null
sql "UPDATE workers SET state = 'working', seen = now() - interval '2 minutes'
    WHERE id = 1" >/dev/null
phgen status "$store"
says out 'state        stopped, 0 workers' 'when all are gone, nobody works'
says out 'silent' 'though nobody was there to see it'
sql "update meta set value = '{' where key = 'config'"
phgen status "$store"
exits 1 'a configuration that cannot be read'
says err "$store: the store is damaged" 'restore it from a copy'
finish
