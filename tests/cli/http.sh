#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# All agents over HTTP give the dataset that they give in process.
. "${0%/*}/lib.sh"

serve
phgen --out local --n 100 --quiet --target-model builtin:cautious
exits 0 'in process'
phgen --out remote --n 100 --quiet \
    --target-model "$url#builtin:cautious" \
    --generator-model "$url#builtin:generator" \
    --judge-model "$url#builtin:judge-strict" \
    --judge-model "$url#builtin:judge-moderate" \
    --judge-model "$url#builtin:judge-permissive" \
    --witness-model "$url#builtin:witness" \
    --answer-judge-model "$url#builtin:answer-judge" \
    --orchestrator-model "$url#builtin:orchestrator"
exits 0 'over HTTP'
holds 'has its rows' rows remote/dataset.jsonl 100
holds 'the same dataset' cmp local/dataset.jsonl remote/dataset.jsonl
kill "$server"
wait "$server"
code=$?
server=''
exits 0 'the server stops in good order'
finish
