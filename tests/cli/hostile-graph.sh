#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# GraphML of strangers: a sentence and status 1, for every command.
. "${0%/*}/lib.sh"

corpus=$here/../fuzz/corpus/graphml
for bad in cut dangling empty-graph entities no-sense-there no-task \
    not-xml number-huge number-nan text-number two-categories unknown-type \
    wrong-type; do
    phgen graph stats "$corpus/$bad"
    exits 1 "$bad is refused"
    complains
done
phgen graph draw "$corpus/wrong-type"
exits 1 'draw'
complains
says err 'no attribute "number" of type double'
phgen graph sample --graph "$corpus/no-sense-there"
exits 1 'sample'
complains
phgen graph export "$corpus/unknown-type"
exits 1 'export'
says err 'unknown type "mood"'
phgen --target-model builtin:cautious --n 1 --graph "$corpus/no-task"
exits 1 'a run'
says err 'has no tasks'
for good in small directed loop weights; do
    phgen graph stats "$corpus/$good"
    exits 0 "$good is taken"
done
phgen graph sample --graph "$corpus/weights" -n 3
exits 0 'odd weights count as none'
finish
