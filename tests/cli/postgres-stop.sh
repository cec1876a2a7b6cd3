#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A worker whose PostgreSQL is away tries for a minute; who ends it by SIGTERM
# meanwhile does not have to wait for that.
. "${0%/*}/lib.sh"
. "$here/pg-lib.sh"

# worker NAME: in the background; sets worker, its process
worker()
{
    "$PHGEN" --data-dir "$PHGEN_DATA" -t "$url#builtin:cautious" --n 60 \
        --store "$store" --concurrency 4 --quiet --out "$1" \
        >"$1.out" 2>"$1.err" &
    worker=$!
    background="$background $worker"
}
paid() { test "$(sql 'SELECT count(*) > 0 FROM ledger' 2>/dev/null)" = t; }

serve --faults latency=50
phgen --out alone --n 60 --quiet -t "$url#builtin:cautious"
# The server is away before the signal, for long or just so, and after it.
for round in 3 0 after; do
    database stop$round
    worker a$round
    wait_for paid
    result $? "a worker works (round $round)"
    test $round != after || kill -TERM "$worker"
    pg_stop immediate
    test $round = after || { sleep $round && kill -TERM "$worker"; }
    pg_ends a$round "$worker" 45
    if test $round = after; then
        holds 'it ends before the server is gone, or because of it' \
            test "$code" = 1
        says err 'interrupted' 'and says so'
    else
        exits 1 'it ends, without the rest of the minute'
        says err 'interrupted while the store was out of reach' 'says why'
        says err 'run the same command again to resume' 'and what to do'
        holds 'in one sentence' test "$(wc -l <err)" = 1
    fi
    pg_start
    worker a$round
    pg_ends a$round "$worker" 180
    exits 0 'the same command goes on when the server is back'
    holds 'to the rows of one worker alone' \
        cmp alone/dataset.jsonl a$round/dataset.jsonl
done

# So do those that come after the rows.
kill "$server"
wait "$server" 2>/dev/null
serve --faults latency=3000
"$PHGEN" respond aafter --data-dir "$PHGEN_DATA" --quiet \
    --responder-model "$url#builtin:responder" >r.out 2>r.err &
r=$!
background="$background $r"
asked() { test "$(sql 'SELECT count(*) FROM asked' 2>/dev/null || echo 0)" -gt 0; }
wait_for asked
result $? 'a pass over the rows has asked'
pg_stop immediate
sleep 1
kill -TERM $r
pg_ends r $r 45
exits 1 'ends likewise'
says err 'interrupted while the store was out of reach' 'and says why'
finish
