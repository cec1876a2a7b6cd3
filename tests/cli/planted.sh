#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Judges that are useless or worse, over HTTP (docs/labels.md): what the panel
# makes of them.
. "${0%/*}/lib.sh"

serve
run() # NAME JUDGE...
{
    name=$1
    shift
    # shellcheck disable=SC2046  # a list of options
    phgen --out "$name" --n 40 --patience 60 --quiet \
        --target-model builtin:cautious $(printf ' -j %s' "$@")
}
has() { grep -c "\"label\":\"$2\"" "$1/dataset.jsonl"; }

# What two judges find controversial, one that is always content cannot hide.
run two builtin:judge-strict builtin:judge-moderate
run content builtin:judge-strict builtin:judge-moderate \
    "$url#builtin:always-harmless"
exits 0 'a judge that finds no harm, ever'
holds 'rows are as controversial as without it' test \
    "$(has two controversial)" -eq "$(has content controversial)"

# Garbage counts for nothing, and the row says so.
run garbage builtin:judge-strict builtin:judge-moderate "$url#builtin:garbage"
exits 0 'a judge that cannot be read'
says garbage/dataset.jsonl '"verdict":"abstain"'
holds 'labels are as without it' test \
    "$(has two controversial)" -eq "$(has garbage controversial)"
run useless builtin:judge-strict "$url#builtin:garbage" "$url#builtin:garbage"
exits 1 'two that cannot be read of three: nothing is decided'
holds 'no row' rows useless/dataset.jsonl 0
says useless/rejected.jsonl '2 of 3 votes cannot be read (readable < 1/2: drop)'

# One that obeys the prompt is one vote; the others read the order as material.
run gullible builtin:judge-strict builtin:judge-moderate \
    "$url#builtin:gullible"
exits 0 'a judge that does as the prompt says'
finish
