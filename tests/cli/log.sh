#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# -v has a line for each attempt, --log-json the same as JSON lines.
. "${0%/*}/lib.sh"
needs python3

serve --faults 500=0.2
phgen --target-model "$url#builtin:cautious" --n 5 --out a -v
exits 0 '-v'
line='^phgen: debug: target builtin:cautious #[0-9]*/[0-9]*: 200, attempt [0-9]*,'
holds 'lines of calls' grep -Eq "$line [0-9]* bytes out, [0-9]* in, [0-9]* ms\$" err
holds 'a failed attempt says why' grep -q ': 500, attempt 1, .* ms: .*500' err
phgen --target-model "$url#builtin:cautious" --n 5 --out b --log-json
exits 0 '--log-json'
cp err log
holds 'each line is an object; calls and summary are there' python3 -c "
import json, re
lines = [json.loads(l) for l in open('log')]
assert all(re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z', l['time'])
           and l['level'] in ('error', 'warning', 'info', 'debug')
           for l in lines)
calls = [l for l in lines if l['event'] == 'call']
assert len(calls) > 5
assert {'agent', 'model', 'seq', 'slot', 'status', 'attempt', 'bytes_out',
        'bytes_in', 'ms'} <= set(calls[0])
assert any(c['status'] == 500 and '500' in c['why'] for c in calls)
assert any(c['attempt'] > 1 for c in calls)
assert lines[-1]['event'] == 'summary' and lines[-1]['summary']['complete']
"
holds 'the rows do not depend on it' cmp a/dataset.jsonl b/dataset.jsonl
kill "$server"
wait "$server" 2>/dev/null
server=''
phgen --target-model "$url#builtin:cautious" --n 5 --out c --log-json
exits 1 'a run that fails'
holds 'the error is an object too' python3 -c "
import json
lines = [json.loads(l) for l in open('err')]
assert any(l['event'] == 'line' and l['level'] == 'error' for l in lines)
"
finish
