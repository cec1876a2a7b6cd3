#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${0%/*}/lib.sh"
needs python3

phgen graph draw --output whole.svg
exits 0 'graph draw'
phgen graph draw --output again.svg
holds 'twice the same bytes' cmp whole.svg again.svg
cat >look.py <<'PY'
# No two upright labels touch, by widths that are half an em a letter.
import sys
import xml.etree.ElementTree as tree

root = tree.parse(sys.argv[1]).getroot()
boxes = []
for t in root.iter("{http://www.w3.org/2000/svg}text"):
    if t.get("transform"):
        continue
    x, y, size = (float(t.get(k)) for k in ("x", "y", "font-size"))
    w = len(t.text) * size * 0.5
    x -= {"start": 0, "middle": w / 2, "end": w}[t.get("text-anchor")]
    boxes.append((x, y - 0.7 * size, x + w, y, t.text))
for i, a in enumerate(boxes):
    assert 0 <= a[0] and a[2] <= float(root.get("width")), a
    for b in boxes[:i]:
        assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and
                    b[1] < a[3]), (a, b)
print(len(boxes))
PY
python3 look.py whole.svg >labels
result $? 'it is well-formed and its labels do not touch'
holds 'with every category and some triggers' test "$(cat labels)" -gt 70
phgen graph draw --category malware
exits 0 'one category'
says out '>ransomware<'
says out '>colds, flu and stomach bugs<'
sed 's/<data key="text">Malware/<data key="text">Mal\&lt;script\&gt;/' \
    "$PHGEN_DATA/graphs/concepts.graphml" |
    sed 's/Malware/Mal\&lt;script\&gt;/' >odd.graphml
phgen graph draw odd.graphml --output odd.svg
exits 0 'a graph with markup in its names'
holds 'which stays text' sh -c '! grep -q "<script>" odd.svg'
phgen graph draw --category malwear
exits 2 'unknown category'
complains
phgen graph draw --output nowhere/x.svg
exits 1 'no such folder'
complains
finish
