#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${0%/*}/lib.sh"

phgen graph sample -n 5 --categories malware
exits 0 'graph sample'
holds 'a path and a prompt each' rows out 10
holds 'only that category' test "$(grep -c '^malware > ' out)" -eq 5
cp out first
phgen graph sample -n 5 --categories malware
holds 'the same seed, the same sample' cmp out first
phgen graph sample -n 5 --categories malware --seed 2
holds 'another seed, another sample' sh -c '! cmp -s out first'
phgen graph sample -n 50 --json
holds '--json: an object a line' rows out 50
cp out sample.jsonl
phgen stats sample.jsonl
holds 'that parses' grep -Eq '^rows +50$' out
phgen graph sample --categories nothing
exits 2 'unknown category'
complains
finish
