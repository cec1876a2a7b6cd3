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
phgen graph stats --json
exits 0 '--json'
holds 'one line' rows out 1
says out '"category":44'
says out '"slug":"malware"'
finish
