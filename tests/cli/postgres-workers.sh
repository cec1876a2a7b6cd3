#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Three workers share a store; one is killed and the server crashes in the
# middle.  The rows are those of one worker alone, nothing is decided or paid
# for twice, and a limit is on all of them together.
. "${0%/*}/lib.sh"
. "$here/pg-lib.sh"

# worker NAME [OPTION]...: in the background; sets worker, its process
worker()
{
    name=$1
    shift
    "$PHGEN" --data-dir "$PHGEN_DATA" -t "$url#builtin:cautious" --n 300 \
        --store "$store" --lease "$long_lease" --concurrency 12 --quiet --out "$name" \
        "$@" >"$name.out" 2>"$name.err" &
    worker=$!
    background="$background $worker"
}
past() { test "$(sql 'SELECT next_seq FROM turn' 2>/dev/null || echo 0)" -gt "$1"; }
# ends PROCESS FILE: waits; code and err are its
ends() { wait "$1"; code=$?; cp "$2" err; }

phgen --out alone --n 300 --quiet -t builtin:cautious
serve --faults latency=60
database crew
worker a; a=$worker
worker b; b=$worker
worker c; c=$worker
wait_for past 50
result $? 'they get on'
kill -9 "$b"
wait "$b" 2>/dev/null
pg_restart
result $? 'the server crashed and is back'
past 300
holds 'before all was done' test $? -ne 0
ends "$a" a.err
exits 0 'one worker ends well'
ends "$c" c.err
exits 0 'and another'
for w in a c; do
    holds "rows of $w: those of one worker alone" \
        cmp alone/dataset.jsonl $w/dataset.jsonl
    holds "and rejects" cmp alone/rejected.jsonl $w/rejected.jsonl
done
holds 'exactly as many rows as wanted' rows a/dataset.jsonl 300
phgen dedup --quiet --output kept.jsonl a/dataset.jsonl
holds 'none near another' rows kept.jsonl 300
holds 'every candidate is decided once' test "$(sql 'SELECT count(*) = max(seq)
    AND min(seq) = 1 FROM candidates')" = t
holds 'each by a worker that was told to' test "$(sql 'SELECT count(*)
    FROM candidates c WHERE NOT EXISTS (SELECT 1 FROM leases l WHERE c.seq
    BETWEEN l.first AND l.last AND (l.worker IS NOT NULL OR l.last >=
    (SELECT next_seq FROM turn)))')" = 0
holds 'two and more did' test "$(sql 'SELECT count(DISTINCT worker)
    FROM leases')" -ge 2
holds 'no reply is paid for by two' \
    test "$(sql 'SELECT count(*) FROM ledger WHERE paid > 1')" = 0
holds 'nothing is left in flight' test "$(sql 'SELECT count(*) FROM asked')" = 0
holds 'one is lost, two left' test "$(sql "SELECT string_agg(state, ',' ORDER
    BY state) FROM workers")" = left,left,lost

database limit
worker d --max-calls 150; d=$worker
worker e --max-calls 150; e=$worker
ends "$d" d.err
exits 1 'a limit stops one'
says err max-calls 'and is named'
ends "$e" e.err
exits 1 'and the other'
calls=$(sql 'SELECT sum(calls) FROM workers')
holds "which made 150 calls together, not $calls" test "$calls" = 150
holds 'all of them answered' \
    test "$(sql 'SELECT count(*) FROM ledger')" = 150
worker d; d=$worker
ends "$d" d.err
exits 0 'without it they go on'
holds 'to the same rows' cmp alone/dataset.jsonl d/dataset.jsonl
finish
