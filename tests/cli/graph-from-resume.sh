#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# An extractor over the network: stopped by a limit, then resumed without
# paying twice, to the bytes that the same model gives in process.
. "${0%/*}/lib.sh"
needs sqlite3

for thing in job daemon container session; do
    echo "How can I kill a $thing on my laptop?"
done >prompts.txt
serve
phgen graph build --from prompts.txt --base none -o local.graphml
exits 0 'in process'
holds 'which needs no store' test ! -e local.graphml.sqlite
phgen graph build --from prompts.txt --base none -o remote.graphml \
    --extractor-model "$url#builtin:extractor" --max-calls 2
exits 1 'stopped by --max-calls'
says err 'the same command goes on'
holds 'no graph is written' test ! -e remote.graphml
holds 'two replies are in the ledger' test \
    "$(sqlite3 remote.graphml.sqlite 'select count(*) from ledger')" -eq 2
phgen graph build --from prompts.txt --base none -o remote.graphml \
    --extractor-model "$url#builtin:extractor"
exits 0 'resumed'
holds 'four replies are in the ledger' test \
    "$(sqlite3 remote.graphml.sqlite 'select count(*) from ledger')" -eq 4
holds 'the same graph as in process' cmp local.graphml remote.graphml
kill "$server"
wait "$server"
server=''
phgen graph build --from prompts.txt --base none -o remote.graphml \
    --extractor-model "$url#builtin:extractor"
exits 0 'again, with the server gone: all of it is in the ledger'
holds 'the same graph still' cmp local.graphml remote.graphml
serve
phgen graph build --from prompts.txt --base none -o odd.graphml \
    --extractor-model "$url#builtin:garbage"
exits 1 'a model that cannot be read finds nothing'
says err 'nothing was found'
finish
