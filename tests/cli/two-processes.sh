#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A folder belongs to one process at a time.
. "${0%/*}/lib.sh"

serve --faults latency=50
"$PHGEN" --data-dir "$PHGEN_DATA" --out run --n 200 --quiet --concurrency 1 \
    --target-model "$url#builtin:cautious" >first.out 2>first.err &
background=$!
wait_for test -s run/run.sqlite-wal
phgen --out run --n 200 --quiet --target-model "$url#builtin:cautious"
exits 1 'the second is refused'
complains
says err 'run'
kill -0 $background
result $? 'the first goes on'
kill -TERM $background
wait $background
background=''
phgen --out run --n 200 --quiet --target-model builtin:cautious
exits 0 'the folder is free again'
holds 'and complete' rows run/dataset.jsonl 200
finish
