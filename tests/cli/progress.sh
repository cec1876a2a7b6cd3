#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# On a terminal one line is redrawn; in a file there is none of that.
. "${0%/*}/lib.sh"

serve --faults latency=100
if command -v script >/dev/null; then
    TERM=xterm script -qec "'$PHGEN' --data-dir '$PHGEN_DATA' --out run --n 8 \
        --concurrency 2 --target-model '$url#builtin:cautious'" screen \
        >/dev/null </dev/null
    says screen 'of 8, yield' 'progress on a terminal'
    holds 'is redrawn' grep -q "$(printf '\033\\[K')" screen
fi
phgen --out other --n 8 --concurrency 2 --target-model "$url#builtin:cautious"
exits 0 'not a terminal'
holds 'no control characters' sh -c '! grep -q "$(printf "\033")" err'
holds 'no progress within ten seconds' sh -c '! grep -q "yield" err'
finish
