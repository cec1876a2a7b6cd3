#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A judge of refusals where the embedded classifier is not sure.
. "${0%/*}/lib.sh"

number() # FILE NAME
{
    sed -n "s/.*\"$2\":[[:space:]]*\([0-9.]*\).*/\1/p" "$1" | head -n 1
}
run() # FOLDER OPTION...
{
    out=$1; shift
    phgen --out "$out" --n 60 --target-model builtin:balanced "$@"
}
run plain --quiet
says plain/dataset.jsonl '"decided_by":"classifier","judged":0' \
    'without one the classifier decides'
holds 'and the manifest has none' sh -c '! grep -q refusal_judge plain/manifest.json'

run all --refusal-judge builtin:refusal-judge --refusal-unsure 1
exits 0 'a judge of every answer'
says err 'Refusal judge: asked about'
says all/dataset.jsonl '"decided_by":"builtin:refusal-judge","judged":'
says all/README.md '### Refusal judge'
holds 'all answers were judged' test \
    "$(number all/manifest.json asked)" -eq "$(number all/manifest.json answers)"
holds 'some otherwise than by the classifier' \
    test "$(number all/manifest.json changed)" -gt 0
holds 'all verdicts were read' test "$(number all/manifest.json unread)" -eq 0
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
    holds 'rows are valid' /usr/bin/python3 - "$PHGEN_SRC" all/dataset.jsonl <<'PY'
import json, sys
import jsonschema
schema = json.load(open(sys.argv[1] + "/src/dataset/record.schema.json"))
check = jsonschema.Draft202012Validator(schema)
for line in open(sys.argv[2], encoding="utf-8"):
    check.validate(json.loads(line))
PY
fi

serve --faults 500=0.05,cut=0.05
run remote --quiet --refusal-judge "$url#builtin:refusal-judge" --refusal-unsure 1
exits 0 'over HTTP, with faults'
holds 'the same dataset' cmp all/dataset.jsonl remote/dataset.jsonl
run stopped --quiet --refusal-judge "$url#builtin:refusal-judge" \
    --refusal-unsure 1 --max-calls 20
exits 1 'a budget'
run stopped --quiet --refusal-judge "$url#builtin:refusal-judge" --refusal-unsure 1
exits 0 'resumed'
holds 'the same dataset again' cmp all/dataset.jsonl stopped/dataset.jsonl

# A judge that cannot be read decides nothing; a guard decides in its form.
run garbage --quiet --refusal-judge builtin:garbage --refusal-unsure 1
exits 0 'a judge that cannot be read'
holds 'then the rows are those of the classifier' test \
    "$(grep -o '"id":"[0-9a-f]*"' garbage/dataset.jsonl)" = \
    "$(grep -o '"id":"[0-9a-f]*"' plain/dataset.jsonl)"
holds 'and say so' sh -c \
    'grep -q "\"decided_by\":\"classifier\",\"judged\":0,\"changed\":0,\"unread\":[1-9]" garbage/dataset.jsonl'
run guard --quiet --refusal-judge builtin:wildguard --refusal-unsure 1
exits 0 'a guard'
says guard/dataset.jsonl '"decided_by":"builtin:wildguard"'
run no --refusal-judge builtin:llama-guard
exits 2 'a guard that does not judge refusals'
says err 'does not say whether an answer is a refusal'

run dry --refusal-judge "$url#builtin:refusal-judge" --dry-run
exits 0 'a dry run'
says out 'refusal-judge' 'counts its calls'
run whole --quiet --refusal-judge builtin:refusal-judge --responses
exits 0 'with training answers'
run whole --quiet --refusal-judge builtin:refusal-judge --refusal-unsure 0.8
exits 1 'another threshold is another run'
says err 'refusal_unsure'
finish
