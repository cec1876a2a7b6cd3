#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A folder that holds a run with other options is left alone.
. "${0%/*}/lib.sh"

phgen --target-model builtin:cautious --n 5 --out run --quiet
cp run/dataset.jsonl before
phgen --target-model builtin:cautious --n 5 --seed 2 --out run
exits 1 'other options'
complains
says err 'seed' 'the sentence names what differs'
holds 'the dataset is as it was' cmp run/dataset.jsonl before
finish
