#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every command explains itself, in both ways, and in at most 80 columns.
. "${0%/*}/lib.sh"

phgen --help
exits 0 '--help'
says out 'Usage: phgen' '--help shows usage'
cp out overview
for name in generate stats models 'graph build' 'graph stats' 'graph sample' \
    serve help; do
    says overview "$name" "the overview has $name"
    # shellcheck disable=SC2086  # two words
    phgen help $name
    exits 0 "help $name"
    says out "Usage: phgen $name" "help $name shows usage"
    holds "help $name fits 80 columns" awk 'length > 80 { exit 1 }' out
    cp out first
    # shellcheck disable=SC2086
    "$PHGEN" $name --help >out 2>err
    holds "$name --help is the same" cmp out first
done
phgen help graph
exits 0 'help for a group of commands'
says out 'graph sample'
"$PHGEN" >out 2>err
code=$?
exits 2 'nothing at all is a usage error'
holds 'with the overview on standard error' cmp err overview
finish
