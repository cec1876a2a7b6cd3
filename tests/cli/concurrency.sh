#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Timing changes nothing: one call at a time or 64.
. "${0%/*}/lib.sh"

serve --faults latency=1
for calls in 1 64; do
    phgen --target-model "$url#builtin:cautious" --n 60 --out c$calls \
        --concurrency $calls --quiet
    exits 0 "concurrency $calls"
    holds "has its rows" rows c$calls/dataset.jsonl 60
done
holds 'the same dataset' cmp c1/dataset.jsonl c64/dataset.jsonl
holds 'the same rejects' cmp c1/rejected.jsonl c64/rejected.jsonl
finish
