#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# --json: the manifest, on one line, on standard output; people's lines on
# standard error.
. "${0%/*}/lib.sh"

phgen --target-model builtin:cautious --n 20 --json --out run
exits 0 '--json'
holds 'one line' rows out 1
says out '"accepted":20'
says err 'By category' 'the summary is on standard error'
cp out summary.jsonl
phgen stats --column run summary.jsonl
exits 0 'it parses'
phgen --target-model builtin:cautious --n 20 --json --quiet --out run
holds '--quiet leaves standard error empty' test ! -s err
says out '"accepted":20' 'a finished run says so again'
phgen --target-model builtin:cautious --n 20 --out run
holds 'without --json standard output is empty' test ! -s out
finish
