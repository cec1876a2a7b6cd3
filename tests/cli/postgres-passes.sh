#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What comes after the rows (answers, twins, measured words), made by workers
# that share a store: by one of them at a time, by another when that one is
# killed, and once; the files are those of one worker alone with SQLite.
. "${0%/*}/lib.sh"
needs python3
. "$here/pg-lib.sh"

serve --faults latency=200
# make NAME [OPTION]...: becomes a run with all three
make()
{
    name=$1
    shift
    exec "$PHGEN" --data-dir "$PHGEN_DATA" -t builtin:cautious --n 60 \
        --out "$name" --lease "$long_lease" --responses \
        --responder-model "$url#builtin:responder" --controls \
        --contrast-model "$url#builtin:contrast" --explain --explain-words 2 \
        --explain-model "$url#builtin:cautious" "$@"
}
worker()
{
    make "$1" --store "$store" --concurrency 3 >"$1.out" 2>"$1.err" &
    worker=$!
    background="$background $worker"
}
# ends NAME PROCESS: waits; code and err are its
ends() { wait "$2"; code=$?; cp "$1.err" err; }
# What was paid for, and what the passes say, of a manifest.
told()
{
    python3 - "$1/manifest.json" <<'PY'
import json, sys
m = json.load(open(sys.argv[1]))
print([m[k] for k in ("paid", "paid_calls", "responses", "controls",
                      "explained")])
PY
}
same()
{
    for f in dataset rejected controls; do
        holds "$1/$f.jsonl: the bytes of one worker alone" \
            cmp lite/$f.jsonl "$1/$f.jsonl"
    done
    holds 'and its manifest says the same' \
        test "$(told lite)" = "$(told "$1")"
}

(make lite) >out 2>err
code=$?
exits 0 'one worker alone, with SQLite'
holds 'has it all' test "$(grep '"response":"' lite/dataset.jsonl |
    grep -c '"focus_measured":')" = 60

database crew
worker a; a=$worker
worker b; b=$worker
holder() { sql "SELECT w.name FROM passes p JOIN workers w ON w.id = p.worker" \
    2>/dev/null | sed 's/.*://'; }
answers() { test "$(sql "SELECT count(*) FROM ledger WHERE agent = '$1'" \
    2>/dev/null || echo 0)" -ge "$2"; }
wait_for answers responder 6
result $? 'one worker writes answers'
phgen status "$store"
says out 'is at it' 'the status says which'
killed=$(holder)
kill -9 "$killed"
if test "$killed" = "$a"; then
    wait "$a" 2>/dev/null
    left=b pid=$b
else
    wait "$b" 2>/dev/null
    left=a pid=$a
fi
ends $left "$pid"
exits 0 'it is killed, and the other goes on'
says err 'another worker makes "responses"; waiting' 'which had waited'
same $left
twice() { sql 'SELECT count(*) FROM ledger WHERE paid > 1'; }
holds 'nothing is paid for twice' test "$(twice)" = 0
holds 'nothing is left in flight' test "$(sql 'SELECT count(*) FROM asked')" = 0
holds 'each pass is made once, and is nobody'"'"'s' test "$(sql 'SELECT
    count(*), sum(made), count(worker) FROM passes')" = '3|3|0'

paid=$(sql 'SELECT sum(calls) FROM workers')
worker c; c=$worker
worker d; d=$worker
ends c "$c"
exits 0 'two more, later'
ends d "$d"
exits 0 'both'
same c
same d
holds 'pay for nothing' test "$(sql 'SELECT sum(calls) FROM workers')" = "$paid"
phgen status "$store"
says out 'responses    made' 'the status says that it is made'

database limit
make e --store "$store" --max-calls 40 --quiet 2>e.err & e=$!
make f --store "$store" --max-calls 40 --quiet 2>f.err & f=$!
background="$background $e $f"
ends e "$e"
exits 1 'a limit stops one'
says err max-calls
ends f "$f"
exits 1 'and the other'
holds 'after 40 calls together' \
    test "$(sql 'SELECT sum(calls) FROM workers')" = 40
phgen respond e --responder-model "$url#builtin:responder" --quiet
exits 0 'a lone command goes on'
phgen controls e --contrast-model "$url#builtin:contrast" --quiet
exits 0 'with the next'
phgen explain e --explain-model "$url#builtin:cautious" --explain-words 2 \
    --quiet
exits 0 'and the last'
same e

# All its answers are on their way when the others take it for lost.
kill $server
serve --faults latency=3000
database lost
"$PHGEN" --data-dir "$PHGEN_DATA" -t builtin:cautious --n 5 --out g \
    --store "$store" --lease 60 --responses --responder-model \
    "$url#builtin:responder" --concurrency 64 --quiet >g.out 2>g.err &
g=$!
background="$background $g"
asked() { test "$(sql 'SELECT count(*) FROM asked' 2>/dev/null || echo 0)" = 5; }
wait_for asked
result $? 'a worker asks for all answers at once'
sql "UPDATE workers SET state = 'lost' WHERE state = 'working'" >/dev/null
ends g "$g"
exits 1 'one that is taken for lost meanwhile'
says err 'taken for lost' 'says so'
holds 'and stores nothing' test "$(sql 'SELECT count(*) FROM annexes')" = 0
finish
