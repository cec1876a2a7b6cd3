#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${0%/*}/lib.sh"

phgen --target-model builtin:cautious --n 50 --dry-run
exits 0 '--dry-run'
says out 'judge'
says out 'Calls expected'
says out 'output/builtin-cautious-n50-s1' 'it names the folder'
holds 'nothing was made' test ! -e output
phgen --target-model builtin:cautious --n 50 --dry-run --json
exits 0 '--dry-run --json'
holds 'is one line' rows out 1
says out '"expected_calls":{'
phgen --target-model 'http://127.0.0.1:1/v1#x' --n 50 --dry-run
exits 0 'nobody is called'
sed -n '/^The estimate/,$p' out >tail
holds 'in 80 columns' sh -c '! grep -q ".\{81\}" tail'
tr '\n' ' ' <tail >line
says line 'in memory' 'it says what the estimate is based on'
holds 'and what goes over the network' \
    grep -Eq '^  target +[0-9]+ .* [1-9][0-9]* +0\.00$' out
phgen --out run --target-model builtin:cautious --n 50 --quiet
phgen --out run --target-model builtin:cautious --n 50 --dry-run
tr '\n' ' ' <out >line
says line 'that this run has made so far' 'rows that are there are the base'
phgen --target-model 'http://127.0.0.1:1/v1#x' --n 50 --max-cost 1 --dry-run
exits 1 'a limit in dollars needs prices'
says err 'price-in'
finish
