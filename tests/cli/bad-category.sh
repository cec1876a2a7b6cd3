#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${0%/*}/lib.sh"

phgen --target-model builtin:cautious --categories malware,terorism --n 5
exits 2 'unknown category'
complains
says err 'did you mean "terrorism"?'
phgen --target-model builtin:cautious --categories 99 --n 5
exits 2 'unknown number'
says err '"99"'
phgen --target-model builtin:cautious --categories ' , ' --n 5
exits 2 'no category at all'
holds 'nothing was made' test ! -e output
phgen --target-model builtin:cautious --categories malware,19 --n 6 --out run
exits 0 'slug and number'
holds 'only these categories' test "$(grep -cE \
    '"category": ?"(malware|terrorism)"' run/dataset.jsonl)" -eq 6
finish
