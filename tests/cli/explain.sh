#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Measured focus: the word that was planned to draw the refusal does draw it,
# and the figures are the same however the work was broken off.
. "${0%/*}/lib.sh"

phgen --out run --n 200 --quiet --target-model builtin:cautious
cp -r run http
phgen explain run
exits 0 'explain'
says err '200 rows measured'
says err 'run: the figures are in dataset.jsonl ("focus_measured")' \
    'and says where'
holds 'every row has its figures' test \
    "$(grep -c '"focus_measured":{' run/dataset.jsonl)" -eq 200
agreeing=$(sed -n 's/.*"agreeing":[[:space:]]*\([0-9]*\).*/\1/p' run/manifest.json)
holds "in 160 of 200 rows or more a named word counts ($agreeing)" \
    test "$agreeing" -ge 160

cp run/dataset.jsonl once.jsonl
phgen --out run --n 200 --quiet --target-model builtin:cautious
holds 'a finished run that is opened again keeps them' \
    cmp once.jsonl run/dataset.jsonl
phgen --out whole --n 200 --quiet --target-model builtin:cautious --explain
holds 'the run itself does it with --explain' \
    cmp once.jsonl whole/dataset.jsonl

serve --faults 429=0.05,500=0.05,cut=0.05
phgen explain http --explain-model "$url#builtin:cautious" --max-calls 300
exits 1 'a limit stops it'
says err '--max-calls'
phgen explain http --explain-model "$url#builtin:cautious" --quiet
exits 0 'the same command goes on'
holds 'with the same bytes as in process' cmp once.jsonl http/dataset.jsonl

phgen --out some --n 20 --quiet --target-model builtin:cautious
phgen explain some --explain-model builtin:witness --explain-samples 2 \
    --explain-words 3
exits 0 'a model that gives no probabilities'
holds 'is asked more than once' test \
    "$(grep -c '"method":"samples","samples":2' some/dataset.jsonl)" -eq 20
phgen explain nowhere
exits 1 'a folder that is no run'
phgen explain some --explain-words 0
exits 2 'no words'
finish
