#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# `phgen dedup` of ROWS rows against as many: files.sh PHGEN BENCH_CORPUS [ROWS]
# The second million continues the corpus: a fifth of it is planted, mostly
# from the first.
set -eu
phgen=$1 corpus=$2 rows=${3:-1000000}
dir=$(mktemp -d "${TMPDIR:-/tmp}/phgen-bench-XXXXXX")
trap 'rm -rf "$dir"' EXIT
"$corpus" 0 "$rows" >"$dir/old.jsonl"
"$corpus" "$rows" "$rows" >"$dir/new.jsonl"
ls -l "$dir" | awk 'NR > 1 { print $NF ": " $5 / 1e6 " MB" }'
for threads in 1 2; do
    echo
    echo "new.jsonl against old.jsonl, $threads thread(s):"
    "$phgen" dedup "$dir/new.jsonl" --against "$dir/old.jsonl" \
        --output "$dir/out$threads.jsonl" --threads $threads
done
cmp "$dir/out1.jsonl" "$dir/out2.jsonl" && echo "the same bytes from both"
