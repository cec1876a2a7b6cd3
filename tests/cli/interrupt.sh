#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A signal: the files of what there is, a sentence, status 1; then it resumes.
. "${0%/*}/lib.sh"

phgen --out whole --n 60 --quiet --target-model builtin:cautious
serve --faults latency=100
"$PHGEN" --data-dir "$PHGEN_DATA" --out run --n 60 --concurrency 8 \
    --target-model "$url#builtin:cautious" >out 2>err &
background=$!
wait_for test -s run/run.sqlite-wal
sleep 0.3
kill -TERM $background
wait $background
code=$?
background=''
exits 1 'it stops'
says err 'stopped: '
says err 'the same command resumes it'
holds 'the files are there' test -e run/manifest.json -a -e run/dataset.jsonl
holds 'with less than all rows' test "$(wc -l <run/dataset.jsonl)" -lt 60
phgen --out run --n 60 --quiet --target-model "$url#builtin:cautious"
exits 0 'it is resumed'
holds 'the dataset of a run that was not stopped' \
    cmp whole/dataset.jsonl run/dataset.jsonl
finish
