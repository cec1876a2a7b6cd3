#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What is wrong with an installation or a run is found, and nothing else is.
. "${0%/*}/lib.sh"
needs python3 sqlite3

GROQ_API_KEY=very-secret
export GROQ_API_KEY
phgen doctor
exits 0 'a sound installation'
says out 'libcurl/'
says out 'set: GROQ_API_KEY;'
grep -q very-secret out err
result $((1 - $?)) 'no key is shown'
phgen --out run --n 20 --quiet --target-model builtin:cautious
# sick COMMAND: on a fresh copy of the run
sick()
{
    rm -rf ill && cp -r run ill && (cd ill && eval "$1")
    phgen doctor ill
}
# finds TEXT DESCRIPTION
finds()
{
    exits 1 "$2"
    says out "$1"
}
sick ':'
exits 0 'a sound run'
says out '20 rows'
ls ill >files && ls run | cmp -s - files
result $? 'and nothing is left in its folder'
sick 'sqlite3 run.sqlite "delete from candidates where seq = 3"'
finds 'some are missing' 'a gap in the sequence'
sick 'sqlite3 run.sqlite "insert into annexes values (9999, \"x\", \"{}\")"'
finds 'belong to no candidate' 'evidence without a candidate'
sick 'sqlite3 run.sqlite "pragma user_version = 99"'
finds 'use the phgen that wrote it' 'a schema from the future'
sick 'printf "{\"half" >>dataset.jsonl'
finds 'dataset.jsonl:21 is no whole line' 'a torn file'
sick 'sed -i 1d dataset.jsonl'
finds '19 rows' 'a row that is missing'
sick 'echo { >manifest.json'
finds 'manifest.json cannot be read' 'a broken manifest'
sick 'size=$(wc -c <run.sqlite); dd if=/dev/urandom of=run.sqlite bs=1 \
    seek=$((size / 2)) count=20000 conv=notrunc 2>/dev/null'
exits 1 'a damaged store'
sick 'sqlite3 run.sqlite "update candidates set record = \"{\" where seq = 3"'
finds 'records of 1 candidates cannot be read; restore it from a copy' \
    'a record that is no JSON'
sick 'echo nothing >run.sqlite'
finds 'not a database); restore it from a copy' 'a store that is none'
# What meets with it says what to do, too.
for what in 'x"7b2266ff"' '"[]"'; do
    what=$(echo "$what" | tr '"' "'")
    sick "sqlite3 run.sqlite \"update meta set value = cast($what as text) \
        where key = 'config'\""
    finds 'its configuration cannot be read' "a configuration that is $what"
    phgen status ill
    exits 1 'of which there is no status'
    says err 'restore it from a copy, or begin again in another folder'
    phgen --out ill --n 20 --quiet --target-model builtin:cautious
    exits 1 'and no going on'
    says err 'ill: the store is damaged' 'restore it from a copy'
done
sick 'sqlite3 run.sqlite "delete from meta where key = '"'config'"'"'
finds 'its configuration is missing; restore it from a copy' \
    'a configuration that is gone'
for command in 'status ill' \
    '--out ill --n 20 --quiet --target-model builtin:cautious'; do
    phgen $command
    exits 1 'of a store that has candidates'
    says err 'its configuration is missing' 'restore it from a copy'
done
test "$(sqlite3 ill/run.sqlite "select count(*) from meta
    where key = 'config'")" = 0
result $? 'is not made up again'
sick 'sqlite3 run.sqlite "pragma user_version = 99"'
phgen status ill
exits 0 'a schema from the future has a status'
says out 'it is of a newer phgen' 'which says so'
sick 'sqlite3 run.sqlite "pragma user_version = 99;
    alter table ledger rename to other"'
for command in doctor status; do
    phgen $command ill
    exits 1 'or cannot be read'
    cat out >>err
    says err 'use the phgen that wrote it' 'and is not called damaged'
    ! grep -q 'is damaged' err
    result $? 'since it is not'
done
sick 'sqlite3 run.sqlite "update candidates set record = \"{\" where seq = 3"'
phgen --out ill --n 20 --quiet --target-model builtin:cautious
exits 1 'files of a record that is no JSON'
says err 'the record of candidate 3' 'restore it from a copy'
sick 'truncate -s 9000 run.sqlite'
for command in 'status ill' \
    '--out ill --n 20 --quiet --target-model builtin:cautious'; do
    phgen $command
    exits 1 'half a store'
    says err 'ill/run.sqlite: the store is damaged' 'restore it from a copy'
done
sick 'echo >dataset.jsonl.part'
exits 0 'what a killed session left is no fault'
says out 'dataset.jsonl.part is what a killed session left'
phgen doctor ill --json
exits 0 'as JSON'
/usr/bin/python3 -c 'import json; assert json.load(open("out"))["ok"]' 2>>err
result $? 'which is valid and says that all is well'
for command in respond controls; do
    rm -f ill/dataset.jsonl
    sqlite3 ill/run.sqlite "update candidates set record = '{'"
    phgen $command ill --quiet
    exits 1 "records that are no JSON: $command"
    says err 'the store is damaged: the record of candidate' \
        'restore it from a copy'
done
mkdir empty
phgen doctor empty
finds 'is no run' 'a folder that is none'
echo 'no-such-option: 1' >phgen.yaml
phgen doctor
finds 'no-such-option' 'a configuration file that is wrong'
finish
