#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Faults that stop a run lose nothing: the same command goes on to the dataset
# that no fault would have changed.
. "${0%/*}/lib.sh"

serve --faults quota=0.04,401=0.03,redirect=0.03,times=1
phgen --out local --n 20 --quiet --target-model builtin:cautious
phgen --out remote --n 20 --quiet --target-model "$url#builtin:cautious"
exits 1 'the run stops'
says err 'stopped: ' 'and says why'
stops=1
while test $code -eq 1 && test $stops -lt 60; do
    phgen --out remote --n 20 --quiet --target-model "$url#builtin:cautious"
    stops=$((stops + 1))
done
exits 0 'the same command, again and again, gets through'
holds 'after more than one stop' test $stops -gt 2
holds 'to the same dataset' cmp local/dataset.jsonl remote/dataset.jsonl
finish
