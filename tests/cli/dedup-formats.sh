#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# CSV, arrays, plain text, compressed files and standard input.
. "${0%/*}/lib.sh"

cat >in.csv <<'END'
id,"prompt",note
1,"How can I
shoot a portrait at night?","a ""b"""
2,how can I shoot a portrait at night,x
3,Where can I buy a knife for bread?,
END
phgen dedup in.csv
sed 4d in.csv >want
holds 'CSV: the header and the rows as they were' cmp out want
phgen dedup --field note in.csv
holds 'another column' rows out 4
phgen dedup --field nothing in.csv
exits 1 'a column that is not there'
says err 'in.csv:1' 'is told with file and line'
says err 'id, prompt, note' 'and with what there is'
printf 'First prompt of all\n\nfirst PROMPT, of all!\nanother one' >in.txt
phgen dedup in.txt
printf 'First prompt of all\nanother one\n' >want
holds 'plain text' cmp out want
phgen dedup - <in.txt
holds 'standard input' cmp out want
printf '[ {"prompt":"A first one",\n  "n":1},{"prompt":"a FIRST one"} ,{"prompt":"Bread"}]' >in.json
phgen dedup in.json
printf '[\n{"prompt":"A first one",\n  "n":1},\n{"prompt":"Bread"}\n]\n' >want
holds 'an array stays one' cmp out want
gzip -k in.txt
phgen dedup in.txt.gz
holds 'gzip' rows out 2
if command -v zstd >/dev/null; then
    zstd -q in.csv
    phgen dedup in.csv.zst
    holds 'Zstandard' rows out 4
fi
phgen dedup in.txt in.csv
exits 1 'two formats'
says err 'files of one format'
printf 'prompt\na\n' >other.csv
phgen dedup in.csv other.csv
exits 1 'two headers'
says err 'the same columns'
printf '{"prompt":"a"}\n{"prompt"\n' >bad.jsonl
echo before >kept
phgen dedup bad.jsonl -o kept
exits 1 'a line that is no JSON'
says err 'bad.jsonl:2' 'is named'
holds 'and the output is as it was' grep -qx before kept
holds 'with nothing beside it' test ! -e kept.part
printf 'prompt\n\377\n' >latin.csv
phgen dedup latin.csv
says err 'latin.csv:2: not valid UTF-8' 'invalid UTF-8 is told'
finish
