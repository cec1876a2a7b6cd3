#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# kill -9 in the middle of an evaluation: the same command goes on, pays for
# what is missing, and gives the same bytes; the order of answers changes none.
. "${0%/*}/lib.sh"

phgen --out demo --n 60 --quiet --target-model builtin:cautious --controls
serve --faults latency=60,503=0.05
# In a subshell of its own, which it becomes: the kill is for the program.
evaluate() # DIR CONCURRENCY
{
    exec "$PHGEN" eval --data-dir "$PHGEN_DATA" --out "$1" --quiet \
        --concurrency "$2" --data demo --samples 2 \
        --model "$url#builtin:cautious" --model "$url#builtin:balanced"
}
(evaluate whole 16) >out 2>err
code=$?
exits 0 'one that is not killed'
for round in 1 2; do
    evaluate ev 4 2>err &
    background=$!
    wait_for test -s ev/eval.sqlite-wal
    sleep 0.4
    kill -0 $background 2>/dev/null
    result $? "it works (round $round)"
    kill -9 $background
    wait $background 2>/dev/null
    background=''
    holds 'no results are there yet' test ! -e ev/results.jsonl
done
(evaluate ev 4) >out 2>err
code=$?
exits 0 'it is resumed'
holds 'with the same results' cmp whole/results.jsonl ev/results.jsonl
holds 'and the same summary, cost included' cmp whole/eval.json ev/eval.json
"$PHGEN" eval --data-dir "$PHGEN_DATA" --out limited --quiet --data demo \
    --samples 2 --model "$url#builtin:cautious" \
    --model "$url#builtin:balanced" --max-calls 30 >out 2>err
code=$?
exits 1 'a limit on the calls stops it'
says err 'kept in limited' 'and says where the answers are'
(evaluate limited 4) >out 2>err
code=$?
exits 0 'without the limit it goes on'
holds 'to the same results' cmp whole/results.jsonl limited/results.jsonl
cp ev/eval.json before
kill -9 "$server"
server=''
(evaluate ev 4) >out 2>err
code=$?
exits 0 'once more, with the server gone: nothing is asked again'
holds 'the same bytes' cmp before ev/eval.json
finish
