#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# --max-tokens is not passed where a server bills more than the text of a call
# can have: what one answer took beyond that is set aside for the next ones.
. "${0%/*}/lib.sh"
needs python3

peer template asked
phgen --out run --n 200 --target-model "http://127.0.0.1:$port/v1#t" \
    --concurrency 64 --max-tokens 40000
exits 1 'a limit in tokens stops it'
says err '--max-tokens'
/usr/bin/python3 - >verdict 2>&1 <<'PY'
import json
line, = json.load(open("run/manifest.json"))["paid"]
total = line["tokens_in"] + line["tokens_out"]
assert 30000 < total <= 40000, total
PY
holds 'which is not passed, and made use of' test ! -s verdict
cat verdict
finish
