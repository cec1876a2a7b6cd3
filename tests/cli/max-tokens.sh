#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# --max-tokens is not passed where a server bills more than the text of a call
# can have: what one answer took beyond that is set aside for the next ones.
# A call that fails shows nothing of it.
. "${0%/*}/lib.sh"
needs python3

# within LEAST MOST: a run with the limit MOST takes that many tokens
within()
{
    peer template asked
    phgen --out run --n 200 --target-model "http://127.0.0.1:$port/v1#t" \
        --concurrency 64 --max-tokens "$2"
    exits 1 "a limit of $2 tokens stops it"
    says err '--max-tokens'
    /usr/bin/python3 - "$1" "$2" >verdict 2>&1 <<'PY'
import json
import sys
least, most = map(int, sys.argv[1:])
line, = json.load(open("run/manifest.json"))["paid"]
total = line["tokens_in"] + line["tokens_out"]
assert least < total <= most, total
PY
    holds 'which is not passed, and made use of' test ! -s verdict
    cat verdict
    rm -r run
}

within 30000 40000
within 4000 6000
finish
