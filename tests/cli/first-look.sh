#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Passing over what is clearly answered, and measuring how right that is.
. "${0%/*}/lib.sh"

number() # FILE NAME
{
    sed -n "s/.*\"$2\":[[:space:]]*\([0-9.]*\).*/\1/p" "$1" | head -n 1
}
phgen --out plain --n 60 --quiet --target-model builtin:balanced --json
plain=$(sed 's/.*"target":{"calls":\([0-9]*\).*/\1/' out)
phgen --out look --n 60 --target-model builtin:balanced --first-look 0.3 --json
exits 0 'with a first look'
says err 'passed over as answering'
look=$(sed 's/.*"target":{"calls":\([0-9]*\).*/\1/' out)
holds "fewer calls to the target ($look against $plain)" test "$look" -lt "$plain"
holds 'some were checked' test "$(number look/manifest.json checked)" -gt 0
says look/README.md '### First look'
serve
phgen --out remote --n 60 --quiet --target-model "$url#builtin:balanced" \
    --first-look 0.3
exits 0 'over HTTP'
holds 'the same dataset' cmp look/dataset.jsonl remote/dataset.jsonl
phgen --out remote --n 60 --quiet --target-model "$url#builtin:balanced"
exits 1 'without it, it is another run'
says err 'its first_look is'
finish
