#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# One worker with its store in PostgreSQL makes the bytes that it makes with
# SQLite, also when it is killed in the middle; a password in the address is
# refused, and never shown.
. "${0%/*}/lib.sh"
. "$here/pg-lib.sh"

# What an address must not hold, and what goes with one worker only.
phgen -t builtin:cautious --store postgresql://u:sEcReT@127.0.0.1:1/x
exits 2 'a password in the address is refused'
complains
says err PGPASSWORD 'with what to do instead'
holds 'and is not shown' test "$(grep -c sEcReT err)" = 0
holds 'nor kept' test ! -e output
phgen -t builtin:cautious --store 'postgresql://h/x?password=sEcReT'
exits 2 'likewise as a parameter'
phgen -t builtin:cautious --store mysql://h/x
exits 2 'another database is refused'
phgen -t builtin:cautious --out none --store postgresql://127.0.0.1:1/x
exits 1 'no server is a failure'
complains

database one
phgen --out lite --n 200 --quiet -t builtin:cautious
phgen --out pg --n 200 --quiet -t builtin:cautious --store "$store"
exits 0 'PostgreSQL'
holds 'the same rows as with SQLite' cmp lite/dataset.jsonl pg/dataset.jsonl
holds 'the same rejects' cmp lite/rejected.jsonl pg/rejected.jsonl
holds 'what was learned' cmp lite/learned.json pg/learned.json
# The rows, whenever people said what they did.
rated() { sed 's/"at":"[^"]*"//g' "$1/dataset.jsonl" >"$1.rated"; }
for run in lite pg; do
    phgen audit $run --n 30 --annotator anna --annotator bert
    for who in anna bert; do
        sed -i '1!s/"","","\([a-z]*\)"/"harmless","","\1"/' $run/audit/$who.csv
    done
    phgen audit $run --read $run/audit/anna.csv $run/audit/bert.csv
    rated $run
done
says err '2 people rated 30 rows' 'people audit it'
holds 'and their verdicts are those of SQLite' cmp lite.rated pg.rated
phgen --out again --n 200 --quiet -t builtin:cautious --store "$store"
exits 0 'a run that is whole can be had elsewhere'
holds 'as it is' cmp pg/dataset.jsonl again/dataset.jsonl
echo postgres >again/store.url.4711.part # a worker was killed while it wrote
echo "$store" >again/store.url.4712
phgen --out again --n 200 --quiet -t builtin:cautious --store "$store"
holds 'what a killed worker left of the address is swept away' \
    test "$(ls again | grep -c 'store.url')" = 1
phgen --out pg --n 200 --seed 2 --quiet -t builtin:cautious --store "$store"
exits 1 'a database is one run'
says err seed 'what differs is named'
phgen --out lite --n 200 --quiet -t builtin:cautious --store "$store"
exits 1 'a folder with a store of its own is refused'
phgen graph heat --output heat.graphml pg
exits 0 'commands on a folder find its store'
phgen respond --quiet pg
exits 0 'and add to it'
phgen respond --quiet lite
rated pg
rated lite
holds 'the same' cmp lite.rated pg.rated

database two
phgen --out whole --n 60 --quiet -t builtin:cautious
serve --faults latency=100
slow()
{
    exec "$PHGEN" --data-dir "$PHGEN_DATA" --out run --n 60 --quiet \
        --concurrency 8 -t "$url#builtin:cautious" --store "$store"
}
paid() { test "$(sql 'SELECT count(*) FROM ledger' 2>/dev/null || echo 0)" -gt "$1"; }
for round in 1 2; do
    slow 2>err &
    background=$!
    wait_for paid $((round * 30))
    result $? "it pays for calls (round $round)"
    kill -9 $background
    wait $background 2>/dev/null
    background=''
done
(slow) >out 2>err
code=$?
exits 0 'it is resumed'
holds 'the dataset of a run that was not killed' \
    cmp whole/dataset.jsonl run/dataset.jsonl
holds 'and its rejects' cmp whole/rejected.jsonl run/rejected.jsonl
holds 'nothing is left in flight' \
    test "$(sql 'SELECT count(*) FROM asked')" = 0
holds 'the killed ones are known' \
    test "$(sql "SELECT count(*) FROM workers WHERE state = 'lost'")" = 2
phgen doctor run
says out 'its store is a database' 'the doctor knows such a folder'
holds 'and looks at its files' sh -c '! grep -q "no run" out'
finish
