#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A budget stops the run in good order; a larger one lets it go on.
. "${0%/*}/lib.sh"

phgen --out whole --n 60 --quiet --target-model builtin:cautious
serve
phgen --out run --n 60 --target-model "$url#builtin:cautious" --max-calls 50
exits 1 'it stops'
says err '--max-calls'
holds 'not one call more' grep -Eq '"paid_calls":[[:space:]]*50,' \
    run/manifest.json
phgen --out run --n 60 --target-model "$url#builtin:cautious" --max-calls 50
exits 1 'the same budget is for the whole run'
holds 'still not one call more' grep -Eq '"paid_calls":[[:space:]]*50,' \
    run/manifest.json
phgen --out run --n 60 --quiet --target-model "$url#builtin:cautious"
exits 0 'without it the run is completed'
holds 'the dataset of a run without a budget' \
    cmp whole/dataset.jsonl run/dataset.jsonl
finish
