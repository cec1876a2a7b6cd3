#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# How a run is doing: beside it, when it was killed, when it is complete.
. "${0%/*}/lib.sh"
needs sqlite3

serve --faults latency=50
"$PHGEN" --data-dir "$PHGEN_DATA" --out run --n 30 --quiet --concurrency 8 \
    --target-model "$url#builtin:cautious" >first.out 2>first.err &
background=$!
# decided: something is
decided()
{
    phgen status run --json
    grep -q '"candidates":[1-9]' out
}
wait_for decided
exits 0 'asked beside the run'
says out '"state":"running"'
says out "\"process\":$background,"
says out '"wanted":30'
kill -0 $background
result $? 'which goes on'
kill -9 $background
wait $background 2>/dev/null
background=''
before=$(cat run/run.sqlite* | cksum)
ls run >files
phgen status run
exits 0 'when it was killed'
says out 'stopped; the command that began it resumes it'
ls run | cmp -s - files && test "$before" = "$(cat run/run.sqlite* | cksum)"
result $? 'nothing in the folder was changed'
phgen --out run --n 30 --quiet --target-model "$url#builtin:cautious"
phgen status run
says out 'state        complete'
says out '30 of 30 (100.0 %)'
test "$(sed -n 's/^paid *\([0-9,]*\) calls.*/\1/p' out)" -gt 30
result $? 'with what was paid'
ls run >files
phgen status run
ls run | cmp -s - files
result $? 'no file is left by asking'
# As an earlier phgen left it.
sqlite3 run/run.sqlite "delete from meta where key = 'progress'"
phgen status run --json
says out '"state":"complete"' 'a store without the mark is counted'
says out '"rows":30'
phgen status nowhere
exits 1 'no run'
complains
finish
