#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${0%/*}/lib.sh"

try()
{
    phgen --target-model builtin:cautious --n 5 --graph "$1"
    exits 1 "$2"
    complains
    says err "$1"
    phgen graph stats "$1"
    exits 1 "graph stats: $2"
    complains
}

try missing.graphml 'missing graph'
echo 'not XML' >text.graphml
try text.graphml 'a graph that is no XML'
: >empty.graphml
try empty.graphml 'an empty graph'
head -c 100000 "$PHGEN_DATA/graphs/concepts.graphml" >cut.graphml
try cut.graphml 'a graph cut short'
cat >alien.graphml <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<graph id="G" edgedefault="undirected"><node id="a"/><node id="b"/>
<edge source="a" target="b"/></graph></graphml>
END
try alien.graphml 'a graph of something else'
holds 'nothing was made' test ! -e output
finish
