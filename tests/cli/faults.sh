#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A server with bad manners changes nothing either.
. "${0%/*}/lib.sh"

serve --faults 429=0.05,500=0.03,502=0.03,503=0.03,504=0.03,529=0.03,html=0.03,garbage=0.03,deep=0.03,empty=0.03,cut=0.03
phgen --out local --n 40 --quiet --target-model builtin:cautious
phgen --out remote --n 40 --target-model "$url#builtin:cautious"
exits 0 'the run gets through'
says err 'Servers' 'the summary has a table of the servers'
holds 'with latencies, attempts and waits' \
    grep -qE '^ +[0-9]+ +[0-9]+ +[1-9][0-9]* +[0-9.]+ ms ' err
holds 'of which the manifest knows nothing' sh -c '! grep -q p99 remote/manifest.json'
holds 'with the same dataset' cmp local/dataset.jsonl remote/dataset.jsonl
finish
