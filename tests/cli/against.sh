#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What is in the file does not come again.
. "${0%/*}/lib.sh"

phgen --target-model builtin:cautious --n 40 --out old --quiet
phgen --target-model builtin:cautious --n 40 --out new --quiet \
    --against old/dataset.jsonl
exits 0 'a run against another'
holds 'has its rows' rows new/dataset.jsonl 40
sed -n 's/.*"id": *"\([0-9a-f]*\)".*/\1/p' old/dataset.jsonl | sort >old.ids
sed -n 's/.*"id": *"\([0-9a-f]*\)".*/\1/p' new/dataset.jsonl | sort >new.ids
holds 'there are ids' rows new.ids 40
holds 'and none of the old ones' test -z "$(comm -12 old.ids new.ids)"
finish
