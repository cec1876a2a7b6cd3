#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Training answers: every row gets one, the same however it was broken off.
. "${0%/*}/lib.sh"

phgen --out run --n 60 --quiet --target-model builtin:cautious
cp -r run http
phgen respond run
exits 0 'respond'
says err '60 of 60 rows have a training answer'
says err 'run: the answers are in dataset.jsonl ("response", "responder")' \
    'and says where'
holds 'every row has it' test "$(grep -c '"response":"' run/dataset.jsonl)" -eq 60
holds 'and no thinking' test "$(grep -c '"reasoning":"' run/dataset.jsonl)" -eq 0
says run/manifest.json '"responses"' 'the manifest says so'

cp run/dataset.jsonl once.jsonl
phgen --out run --n 60 --quiet --target-model builtin:cautious
holds 'a finished run that is opened again keeps them' \
    cmp once.jsonl run/dataset.jsonl
phgen respond run --response-form reasoning --quiet
holds 'another form replaces them' \
    test "$(grep -c '"reasoning":"' run/dataset.jsonl)" -eq 60

serve --faults 429=0.05,500=0.05,cut=0.05
phgen respond http --responder-model "$url#builtin:responder" --max-calls 20
exits 1 'a limit stops it'
says err '--max-calls'
says err 'http: the answers so far are in dataset.jsonl' 'and says so'
phgen respond http --responder-model "$url#builtin:responder" --quiet
exits 0 'the same command goes on'
holds 'with the same bytes as in process' cmp once.jsonl http/dataset.jsonl
holds 'and every answer was paid for once' \
    grep -Eq '"paid_calls":[[:space:]]*60,' http/manifest.json

phgen respond run --responder-model builtin:cautious --response-rounds 2
exits 0 'a responder that cannot write what is asked for'
says err '0 of 60 rows'
holds 'leaves the rows without an answer' \
    test "$(grep -c '"response":"' run/dataset.jsonl)" -eq 0
says run/dataset.jsonl 'the JSON object asked for' 'which say why'

phgen respond nowhere
exits 1 'a folder that is no run'
says err 'no run'
phgen respond run --response-form essay
exits 2 'a form that there is not'
finish
