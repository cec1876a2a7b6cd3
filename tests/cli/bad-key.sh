#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${0%/*}/lib.sh"

SERVER_KEY=correct-horse serve --key-env SERVER_KEY
PHGEN_API_KEY=battery-staple phgen --target-model "$url#builtin:cautious" \
    --n 5 --out a
exits 1 'a key that is refused'
says err '401'
says err 'PHGEN_API_KEY' 'the sentence says where the key came from'
holds 'the key is shown nowhere' \
    sh -c '! grep -rq battery-staple out err a'
phgen --target-model "$url#builtin:cautious" --n 5 --out b
exits 1 'no key'
says err 'PHGEN_API_KEY'
PHGEN_API_KEY=correct-horse phgen --target-model "$url#builtin:cautious" \
    --n 5 --out a --quiet
exits 0 'the right key goes on where the wrong one stopped'
holds 'all rows' rows a/dataset.jsonl 5
holds 'the key is stored nowhere' sh -c '! grep -rq correct-horse a'
"$PHGEN" serve --port 0 --key-env NO_SUCH_VARIABLE >out 2>err
code=$?
exits 2 'serve with a variable that is not set'
says err 'NO_SUCH_VARIABLE'
finish
