#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${0%/*}/lib.sh"

shipped=$PHGEN_DATA/graphs/concepts.graphml
small=$here/../fuzz/corpus/graphml/small
phgen graph merge "$shipped" "$shipped" --output same.graphml
exits 0 'a graph with itself'
holds 'is the same graph' cmp same.graphml "$shipped"
phgen graph merge "$shipped" "$small" --output both.graphml
exits 0 'with another'
phgen graph stats both.graphml
holds 'the category of the same slug is one' grep -Eq '^category +44$' out
holds 'the trigger of the same name is one' test \
    "$(grep -c '^ *<data key="v_text">virus<\|<data key="text">virus<' \
        both.graphml)" -eq 1
holds 'a new sense comes to it' grep -q '>a cold<' both.graphml
phgen graph merge "$shipped" both.graphml --output again.graphml
holds 'merging again changes nothing' cmp both.graphml again.graphml
phgen graph merge "$small" "$shipped" --output turned.graphml
phgen graph validate turned.graphml
exits 0 'the other way round is a sound graph too'
phgen graph merge "$shipped" nowhere.graphml --output x.graphml
exits 1 'a missing file'
complains
holds 'nothing is written' test ! -e x.graphml
phgen graph merge "$shipped" "$small"
exits 2 'no --output'
complains
phgen graph merge "$shipped"
exits 2 'one file is none to merge'
finish
