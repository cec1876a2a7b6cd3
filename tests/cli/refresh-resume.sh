#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# kill -9 while rows are tested again, and while new ones are made: the same
# command goes on, gives the same bytes and pays for nothing twice.
. "${0%/*}/lib.sh"
needs python3

python=/usr/bin/python3
phgen -t builtin:cautious -n 60 --out old --quiet
exits 0 'a first release'
phgen refresh old -t builtin:balanced --pool builtin:skewed --out whole --quiet
exits 0 'refreshed in one go'
serve --faults latency=60
slow()
{
    exec "$PHGEN" refresh old --data-dir "$PHGEN_DATA" --out run \
        --concurrency 8 --target-model "$url#builtin:balanced" \
        --pool "$url#builtin:skewed"
}
kill_when() # DESCRIPTION COMMAND...
{
    what=$1
    shift
    slow 2>err &
    background=$!
    wait_for "$@"
    sleep 0.2
    kill -0 $background 2>/dev/null
    result $? "it runs while $what"
    kill -9 $background
    wait $background 2>/dev/null
    background=''
    holds 'no dataset is there yet' test ! -e run/dataset.jsonl
}
kill_when 'rows are tested again' test -s run/run.sqlite-wal
kill_when 'rows are tested again, a second time' sleep 0.4
kill_when 'new rows are made' grep -q 'rows stay' err

(slow) >out 2>err
code=$?
exits 0 'it is resumed'
for file in dataset.jsonl rejected.jsonl changes.json CHANGES.md learned.json; do
    holds "$file of a refresh that was not killed" cmp "whole/$file" "run/$file"
done
paid()
{
    sed -n 's/.*"paid_calls":[^0-9]*\([0-9]*\).*/\1/p' run/manifest.json
}
once=$(paid)
(slow) >out 2>err
holds 'the same command again pays for nothing' test "$(paid)" -eq "$once"
holds 'and what was tested was paid for' $python - <<'PY'
import json
paid = json.load(open("run/manifest.json"))["paid_calls"]
changes = json.load(open("run/changes.json"))
assert paid > 3 * sum(m["rows"] for m in changes["models"]) > 0
PY

# An interrupt while rows are tested: one sentence, and no half release.
"$PHGEN" refresh old --data-dir "$PHGEN_DATA" --out third --quiet \
    --concurrency 2 --target-model "$url#builtin:balanced" >out 2>err &
background=$!
wait_for test -s third/run.sqlite-wal
sleep 0.3
kill -TERM $background
wait $background
code=$?
background=''
exits 1 'a signal ends it'
says err 'run the same command to resume'
holds 'without a dataset' test ! -e third/dataset.jsonl
# A limit counts what was paid before it was stopped.
phgen refresh old --out third --quiet --target-model "$url#builtin:balanced" \
    --max-calls 20
exits 1 'the limit holds for all sessions together'
says err 'call'
holds 'without a dataset' test ! -e third/dataset.jsonl
finish
