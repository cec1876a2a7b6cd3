#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# --shapes: how much of each, counted everywhere, part of what the run is.
. "${0%/*}/lib.sh"

count()
{
    grep -c "\"shape\": *\"$1\"" run/dataset.jsonl
}

phgen --target-model builtin:cautious --n 100 --out run \
    --shapes question=2,task=1,role=1,multi-turn=2,long=2
exits 0 'a run with every shape'
for shape in question multi-turn long; do
    holds "a quarter is $shape" test "$(count $shape)" -ge 20 -a \
        "$(count $shape)" -le 30
done
for shape in task role; do
    holds "an eighth is $shape" test "$(count $shape)" -ge 8 -a \
        "$(count $shape)" -le 17
done
says err 'By shape' 'the summary counts them'
says run/README.md 'Accepted, by shape' 'so does the card'
says run/manifest.json '"by_shape"' 'and the manifest'
phgen stats run
says out 'Shapes (5)' 'and stats'
phgen --target-model builtin:cautious --n 100 --out run --shapes question=1
exits 1 'another mix is another run'
says err 'its shapes' 'which the sentence says'

phgen --target-model builtin:cautious --n 10 --out q --shapes question=1 --quiet
holds 'one shape alone' test "$(grep -c '"shape": *"question"' q/dataset.jsonl)" \
    -eq 10

bad()
{
    phgen --target-model builtin:cautious --n 10 --out bad --shapes "$1"
    exits 2 "--shapes $1 is wrong usage"
    says err "$2"
}
bad 'questoin=1' 'did you mean "question"'
bad 'task' 'is no NAME=SHARE'
bad 'task=-1' 'must be a number from 0 on'
bad 'task=1,task=2' 'is named twice'
bad 'task=0' 'no shape has a share above 0'
bad 'task=nan' 'must be a number from 0 on'
holds 'nothing was begun' test ! -e bad
finish
