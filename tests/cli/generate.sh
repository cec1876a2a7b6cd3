#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The main job: rows, files, summary.
. "${0%/*}/lib.sh"

phgen --target-model builtin:cautious --n 200
exits 0 'a run'
run=output/builtin-cautious-n200-s1
holds 'has its rows' rows $run/dataset.jsonl 200
holds 'all prompts differ' test \
    "$(grep -o '"id": *"[0-9a-f]\{32\}"' $run/dataset.jsonl | sort -u |
        wc -l)" -eq 200
holds 'each has a label' test \
    "$(grep -cE '"label": ?"(harmless|controversial)"' $run/dataset.jsonl)" \
    -eq 200
holds 'all 44 categories are there' test \
    "$(grep -o '"category": *"[a-z-]*"' $run/dataset.jsonl | sort -u |
        wc -l)" -eq 44
for file in rejected.jsonl manifest.json README.md; do
    holds "$file was written" test -e $run/$file
done
holds 'no part is left over' test -z "$(find $run -name '*.part')"
says err 'rows                              200' 'the summary counts rows'
says err 'human-elimination-and-world-..' 'a name that is cut shows it'
says err "Files in $run"
cp $run/dataset.jsonl first
phgen --target-model builtin:cautious --n 200 --out again --quiet
holds '--quiet is quiet' test ! -s err
holds 'the same seed gives the same bytes' cmp first again/dataset.jsonl
phgen --target-model builtin:cautious --n 200 --out other --seed 2 --quiet
holds 'another seed does not' sh -c '! cmp -s first other/dataset.jsonl'
finish
