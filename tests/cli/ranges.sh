#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A value out of range is named with its option and the range; status 2, and
# nothing is made.
. "${0%/*}/lib.sh"

try()
{
    phgen --target-model builtin:cautious "$@"
    exits 2 "$* is refused"
    complains
    for word; do
        says err "$word"
    done
}

try --n 0
says err 'from 1 to 10000000'
try --n 1000000000
says err 'from 1 to 10000000'
try --n -5
try --n ten
try --threshold 2
says err 'from 0.2 to 1'
try --seed 9007199254740992
try --concurrency 0
try --window 64 --concurrency 64
try --min-refusals 4 --samples 3
phgen --n 5
exits 2 'no target model'
says err '--target-model'
phgen --target-model "$(printf 'a\377')"
exits 2 'bytes that are not UTF-8'
says err 'UTF-8'
holds 'nothing was made' test ! -e output
finish
