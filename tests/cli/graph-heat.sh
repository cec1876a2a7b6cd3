#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Where a model is over-cautious, as tables, JSON, GraphML and a picture.
. "${0%/*}/lib.sh"

phgen -t builtin:skewed -n 300 --out run --quiet
phgen graph heat run
exits 0 'heat'
holds 'the five categories of the skewed target lead' sh -c '
    sed -n "/post\.  category/,/^$/p" out | sed -n 2,6p | awk "{ print \$NF }" |
    sort | tr "\n" " " | grep -qxF "conspiracy-theories-promotion \
dangerous-machinery-operation environmental-crimes religion-promotion \
sexual-crimes "'
says out 'trigger (category)' 'triggers'
says out 'sense < trigger (category)' 'senses'
phgen graph heat run --json
exits 0 '--json'
holds 'one object' rows out 1
says out '"posterior":'
phgen graph heat run --output heat.graphml --svg heat.svg
exits 0 'the graph and the picture'
says heat.graphml 'heat_posterior'
holds 'the graph can be walked as before' \
    "$PHGEN" graph stats --data-dir "$PHGEN_DATA" heat.graphml
says heat.svg '<svg' 'the picture is SVG'
says heat.svg 'What builtin:skewed refuses' 'and says of whom'
phgen graph heat run --svg one.svg --category religion-promotion
exits 0 'one category'
holds 'is another picture' sh -c '! cmp -s heat.svg one.svg'
phgen graph heat run --target 2
exits 1 'there is no second target'
complains
phgen graph heat nowhere
exits 1 'no run'
says err 'nowhere is no run'
finish
