#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# bench.sh PHGEN DATA [ROWS...]: what a report page of so many rows takes phgen,
# and then Chromium; prints a table.  The rows are those of a run of 2,000, over
# and over: a page has no opinion about equal rows.
set -eu
phgen=$1 data=$2
shift 2
test $# -gt 0 || set -- 1000 10000 100000
here=$(cd "${0%/*}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$phgen" -t builtin:balanced -n 2000 --out run --quiet --data-dir "$data"
mv run/dataset.jsonl some.jsonl
printf '%8s %9s %11s %9s | %9s %9s %9s %11s\n' rows 'phgen s' 'memory MB' 'page MB' \
    'load s' 'search ms' 'sort ms' 'evidence ms'
for n; do
    i=0
    while test $i -lt "$n"; do
        cat some.jsonl
        i=$((i + 2000))
    done | head -n "$n" >run/dataset.jsonl
    made=$(python3 - "$phgen" "$n" <<'PY'
import resource, subprocess, sys, time
start = time.monotonic()
subprocess.run([sys.argv[1], "report", "run", "--rows", sys.argv[2], "--html", "page.html"],
               check=True, stderr=subprocess.DEVNULL)
print("%9.2f %11.1f" % (time.monotonic() - start,
      resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024))
PY
    )
    bytes=$(wc -c <page.html)
    printf '%8s %s %9s | ' "$n" "$made" "$(awk "BEGIN { printf \"%.1f\", $bytes / 1e6 }")"
    node "$here/../../browser/timing.mjs" page.html
done
