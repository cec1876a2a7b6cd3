#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Prices from the configuration: what a run cost, and a limit in dollars that
# is not passed.
. "${0%/*}/lib.sh"
needs python3

serve
cat >phgen.yaml <<END
models:
  target:
    model: $url#builtin:cautious
    price-in: 3
    price-out: 15
END
phgen --out whole --n 40 --target-model target
exits 0 'a run whose target has a price'
cost=$(sed -n 's/^[[:space:]]*"cost":[[:space:]]*\([0-9.e-]*\),*$/\1/p' \
    whole/manifest.json | tail -n 1)
/usr/bin/python3 - whole/manifest.json >verdict 2>&1 <<'PY'
import json, sys
m = json.load(open(sys.argv[1]))
line, = m["paid"]
want = (line["tokens_in"] * 3 + line["tokens_out"] * 15) / 1e6
assert line["agent"] == "target" and line["calls"] == m["paid_calls"] > 0
assert abs(line["cost"] - want) < 1e-9 and abs(m["cost"] - want) < 1e-9
PY
holds 'the manifest says what it cost' test ! -s verdict
says err 'US$' 'and so does the summary'
says whole/README.md 'In all US$' 'and the card'
phgen --out run --n 40 --target-model target --max-cost 0.02
exits 1 'a limit in dollars stops it'
says err '--max-cost'
/usr/bin/python3 -c "
import json
assert 0 < json.load(open('run/manifest.json'))['cost'] <= 0.02" 2>verdict
holds 'which is not passed' test ! -s verdict
phgen --out run --n 40 --target-model target --max-cost "$cost"1 --quiet
phgen --out run --n 40 --target-model target --quiet
exits 0 'without it the run is completed'
holds 'with the same rows' cmp whole/dataset.jsonl run/dataset.jsonl
phgen --out other --n 40 --target-model "$url#builtin:cautious" --max-cost 1
exits 1 'a model without a price'
says err 'price-in' 'is told how to get one'
finish
