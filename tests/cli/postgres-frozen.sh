#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A worker that stands still for longer than its lease, wherever it does, keeps
# nobody waiting; one that was taken for lost and does not know it yet gets
# nothing that nobody would clear away.
. "${0%/*}/lib.sh"
. "$here/pg-lib.sh"

# worker NAME LEASE: in the background; sets worker, its process
worker()
{
    "$PHGEN" --data-dir "$PHGEN_DATA" -t "$url#builtin:cautious" --n 300 \
        --store "$store" --lease "$2" --concurrency 12 --quiet --out "$1" \
        >"$1.out" 2>"$1.err" &
    worker=$!
    background="$background $worker"
}
is() { test "$(sql "$1" 2>/dev/null)" = "$2"; }
# At any moment from its first lease on; and not again where it is no use: until
# it is in the middle of a transaction.  Between two tries it gets so long that
# it comes forward, also where it is slow.
freeze()
{
    wait_for is 'SELECT count(*) > 0 FROM leases' t || return 1
    tries=0
    while test $tries -lt 1000; do
        tries=$((tries + 1))
        kill -STOP "$1"
        is "SELECT count(*) FROM pg_stat_activity WHERE datname = '$pg_name'
            AND state = 'idle in transaction'" 1 && return 0
        kill -CONT "$1" || return 1 # it is done
        sleep 0.002
    done
    return 1
}

serve
phgen --out alone --n 300 --quiet -t "$url#builtin:cautious"
for round in 1 2 3; do
    database frozen$round
    worker a$round 1; a=$worker
    freeze "$a"
    result $? "it stands still within a transaction ($round)"
    worker b 1; b=$worker
    pg_ends b "$b" 120
    exits 0 'another one goes on all the same'
    kill -CONT "$a"
    pg_ends a$round "$a" 120
    holds 'and the first ends' test $code -le 1
    holds 'to the rows of one worker alone' \
        cmp alone/dataset.jsonl b/dataset.jsonl
    rm -r b
done

# Between the pieces of a long transaction, too, the server waits as for a
# worker that does nothing, and not for the rest of a command: it would wait for
# ever.  The worker stops by itself, at some write to or read from the server.
server_waits()
{
    sql "SELECT count(*) FROM pg_stat_activity WHERE datname = '$pg_name' AND
        state = 'active' AND wait_event = 'ClientRead'"
}
waits=0
for at in 300 350 400 450 500 550 600 650 700 750; do
    database pieces$at
    mkdir p$at
    LD_PRELOAD=$PHGEN_DATA/tests/torture/badluck.so BADLUCK_DIR=$work/p$at \
        BADLUCK_AT=$at BADLUCK_DO=STOP BADLUCK_NET=1 \
        "$PHGEN" --data-dir "$PHGEN_DATA" -t builtin:cautious --n 1000 \
        --window 1000 --store "$store" --quiet --out p$at 2>p$at.err &
    p=$!
    background="$background $p"
    wait_for grep -q '^State:.[TZ]' /proc/$p/status
    grep -q '^State:.T' /proc/$p/status
    stopped=$?
    sleep 0.1
    waits=$((waits + $(server_waits)))
    kill -9 $p
    wait $p 2>/dev/null
    test $stopped = 0 || echo "# $at is after its end"
done
holds 'wherever it stands, the server can tell' test $waits = 0

# Declared lost by hand, as another worker does it, far from its next report.
kill "$server"
wait "$server" 2>/dev/null
serve --faults latency=150
database lost
worker c 60; c=$worker
wait_for is 'SELECT count(*) > 0 FROM asked' t
sql "BEGIN; UPDATE workers SET state = 'lost'; DELETE FROM asked;
    UPDATE leases SET worker = NULL; COMMIT"
pg_ends c "$c" 120
exits 1 'a worker that was taken for lost ends'
says err 'taken for lost' 'and says so'
holds 'it claimed no more calls' is 'SELECT count(*) FROM asked' 0
holds 'and took no more leases' \
    is 'SELECT count(*) FROM leases WHERE worker IS NOT NULL' 0
holds 'what it had paid for is in the ledger' \
    is 'SELECT count(*) > 0 FROM ledger' t
worker d 1; d=$worker
pg_ends d "$d" 120
exits 0 'another one makes the rows'
holds 'those of one worker alone' cmp alone/dataset.jsonl d/dataset.jsonl
finish
