#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${0%/*}/lib.sh"

phgen graph stats
exits 0 'graph stats'
holds '44 categories' grep -Eq '^category +44$' out
holds 'all in one component' grep -Eq '^components +1$' out
holds 'a line for a category' grep -Eq '^ 13 malware +[0-9]+ +[0-9]+ +[0-9]+$' \
    out
holds 'at least 12 triggers in each' test "$(awk \
    '/^ *[0-9]+ [a-z-]+ +[0-9]+ +[0-9]+ +[0-9]+$/ && $3 >= 12' out |
    wc -l)" -eq 44
holds 'communities that hang together' \
    awk '/^modularity/ { good = $2 > 0.5 } END { exit !good }' out
holds 'hubs' grep -Eq '^bomb +[0-9]+ +[0-9]+ +[0-9.]+ +[0-9]+$' out
cp out first
phgen graph stats
holds 'twice the same' cmp out first
phgen --target-model builtin:cautious --n 40 --out run --quiet
phgen graph stats --run run
exits 0 '--run'
holds 'every candidate is found in the graph' grep -Eq \
    '^candidates +[0-9]+  \(40 rows, 0 from elsewhere\)$' out
holds 'the rows of the categories add up' test "$(awk \
    '/^ *[0-9]+ [a-z-]+ +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+$/ { n += $6 }
     END { print n }' out)" -eq 40
phgen graph stats --run run --json
says out '"strangers":0'
phgen graph stats --run nowhere
exits 1 'no such run'
complains
phgen graph stats --json
exits 0 '--json'
holds 'one line' rows out 1
says out '"category":44'
cp out first
same=0
for again in 1 2 3; do
    phgen graph stats --json
    cmp -s out first || same=$again
done
holds 'the same to the last digit' test $same = 0
says out '"slug":"malware"'
finish
