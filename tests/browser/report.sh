#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The report page in headless Chromium: what report.mjs asks of it.
. "${0%/*}/../cli/lib.sh"
. "$here/hostile.sh"
. "$here/browser.sh"

python=python3
phgen --out run --n 300 --quiet --target-model builtin:balanced
hostile run evil
mistyped run wrong
phgen controls run
phgen eval --data run -m builtin:cautious -m builtin:balanced -m builtin:lenient \
    --out eval
cat err
"$PHGEN" report eval run --html both.html 2>>err
"$PHGEN" report run --html plain.html 2>>err &&
    "$PHGEN" report evil --html evil.html 2>>err &&
    "$PHGEN" report wrong --html wrong.html 2>>err || cat err
browser_test report.mjs "$PWD/plain.html" "$PWD/evil.html" \
    "$PWD/both.html" "$PWD/wrong.html"
