#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# one.sh TARGET: for run.sh, in its folder.  Looks for inputs, and leaves a row
# of the table in TARGET.row; TARGET.failed says that something was found.
set -u
t=$1 began=$(date +%s) edges=0 ended=limit
last=$began
mkdir -p "new-$t"
"./fuzz_$t" -max_total_time="$SECONDS_EACH" -rss_limit_mb=4096 -timeout=20 \
    -print_final_stats=1 -artifact_prefix="$PWD/$t-" \
    "new-$t" "$SRC/tests/fuzz/corpus/$t" >"$t.log" 2>&1 &
while kill -0 $! 2>/dev/null; do
    sleep 2
    now=$(date +%s)
    found=$(grep -o ' cov: [0-9]*' "$t.log" | tail -n 1)
    if [ "${found:-0}" != "$edges" ]; then
        edges=$found last=$now
    elif [ $((now - last)) -ge "$QUIET_SECONDS" ] && [ $ended = limit ]; then
        ended=plateau
        kill -INT $!
    fi
done
wait $!
status=$?
# 72 is what libFuzzer ends with when it is interrupted.
if [ $status -ne 0 ] && [ $status -ne 72 ]; then
    : >"$t.failed"
    echo "$t: FAILED, see $PWD/$t.log" >&2
fi
runs=$(sed -n "s/^stat::number_of_executed_units: *//p" "$t.log" | tail -n 1)
echo "| $t | $((now - began)) | ${runs:-0} | ${edges# cov: } |" \
    "$(find "new-$t" -type f | wc -l) | $((last - began)) | $ended |" >"$t.row"
