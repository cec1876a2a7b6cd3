#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Kept rows come out byte for byte, in order.
. "${0%/*}/lib.sh"

cat >in.jsonl <<'END'
{"id": 1,  "prompt": "How do I kill a Python process?"}
{"prompt":"HOW do I kill a python process!!", "id":2}

{"prompt":"Where can I buy bread for the weekend?","x":[1, 2.50]}
{"prompt":"  "}
{"prompt":"How do I kill a Python process"}
END
phgen dedup in.jsonl
exits 0 'JSON Lines'
sed -n '1p;4p' in.jsonl >want
holds 'the first of each is kept, unchanged' cmp out want
says err 'of memory' 'the memory is stated'
holds 'rows are counted' grep -Eq '^  rows +4$' err
holds 'and those without text' grep -Eq 'left out +1$' err
phgen dedup --quiet in.jsonl
holds 'quiet is quiet' test ! -s err
phgen dedup in.jsonl -o unique.jsonl --json
exits 0 'to a file'
holds 'the same rows' cmp unique.jsonl want
says out '"rows":4' 'a summary in JSON'
says out '"kept":2'
phgen dedup unique.jsonl -o unique.jsonl
holds 'in place' cmp unique.jsonl want
printf '{"prompt":"One prompt about bread"}\r\n{"prompt":"two"}' >crlf.jsonl
phgen dedup crlf.jsonl
printf '{"prompt":"One prompt about bread"}\r\n{"prompt":"two"}\n' >want
holds 'line ends stay; a missing last one is added' cmp out want
phgen dedup in.jsonl --json
exits 2 '--json and rows cannot both go to standard output'
phgen dedup
exits 2 'a file is needed'
finish
