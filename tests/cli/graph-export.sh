#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${0%/*}/lib.sh"
needs python3

vertices=$(phgen graph stats --json; python3 -c \
    'import json; print(sum(json.load(open("out"))["vertices"].values()))')
for format in graphml gml dot json; do
    phgen graph export --format $format --output graph.$format
    exits 0 "$format"
done
holds 'GraphML is what phgen reads' cmp graph.graphml \
    "$PHGEN_DATA/graphs/concepts.graphml"
python3 - "$vertices" >out 2>err <<'PY'
import json, sys
g = json.load(open("graph.json"))
ids = [n["id"] for n in g["nodes"]]
assert ids == list(range(int(sys.argv[1])))
assert all(0 <= l["source"] < len(ids) and 0 <= l["target"] < len(ids)
           for l in g["links"])
assert g["nodes"][0]["type"] == "category"
PY
result $? 'JSON has every vertex, and its links lead to them'
holds 'GML is ASCII' sh -c '! LC_ALL=C grep -q "[^ -~]" graph.gml'
if python3 -c 'import networkx' 2>/dev/null; then
    python3 - >out 2>err <<'PY'
import json, networkx as nx
j = json.load(open("graph.json"))
try:
    j = nx.node_link_graph(j, edges="links")  # from 3.4
except TypeError:
    j = nx.node_link_graph(j)
m = nx.read_gml("graph.gml", label="id")
x = nx.read_graphml("graph.graphml")
for g in (j, m):
    assert len(g) == len(x) and g.size() == x.size()
    assert all(g.nodes[i].get("text", g.nodes[i].get("label")) ==
               x.nodes["n%d" % i]["text"] for i in g)
PY
    result $? 'NetworkX reads the same from all of them'
fi
if command -v gc >/dev/null; then
    gc graph.dot >out 2>err
    result $? 'Graphviz reads the DOT'
    holds 'with every vertex' grep -Eq "^ *$vertices " out
fi
phgen graph export --format svg
exits 2 'unknown format'
complains
says err 'graphml, gml, dot or json'
finish
