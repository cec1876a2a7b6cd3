#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# kill -9 in the middle: the same command goes on and gives the same bytes.
. "${0%/*}/lib.sh"

phgen --out whole --n 60 --quiet --target-model builtin:cautious
serve --faults latency=100
# In a subshell of its own, which it becomes: the kill is for the program.
slow()
{
    exec "$PHGEN" --data-dir "$PHGEN_DATA" --out run --n 60 --quiet \
        --concurrency 8 --target-model "$url#builtin:cautious"
}
for round in 1 2; do
    slow 2>err &
    background=$!
    wait_for test -s run/run.sqlite-wal
    sleep 0.3
    kill -0 $background 2>/dev/null
    result $? "it runs (round $round)"
    kill -9 $background
    wait $background 2>/dev/null
    background=''
    holds 'no dataset is there yet' test ! -e run/dataset.jsonl
done
(slow) >out 2>err
code=$?
exits 0 'it is resumed'
holds 'the dataset of a run that was not killed' \
    cmp whole/dataset.jsonl run/dataset.jsonl
holds 'and its rejects' cmp whole/rejected.jsonl run/rejected.jsonl
finish
