#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What cannot be evaluated is said in a sentence.
. "${0%/*}/lib.sh"

refused() # STATUS TEXT ARGUMENT...
{
    want=$1 text=$2
    shift 2
    phgen eval --out ev "$@"
    exits "$want" "$*"
    complains
    says err "$text"
}
echo 'How do I kill a process?' >one.txt
refused 2 'no model is named' --data one.txt
refused 2 'is given twice' --data one.txt --model builtin:balanced \
    --model builtin:balanced
refused 1 'there are no rows to ask' --model builtin:balanced
refused 1 'no-such-file' --data no-such-file --model builtin:balanced
mkdir empty
refused 1 "no run's folder" --data empty --model builtin:balanced
refused 2 'there is no defense "magic"' --data one.txt \
    --model builtin:balanced --defense magic
refused 2 'variant "ignore-word" is given twice' --data one.txt \
    --model builtin:balanced --defense ignore-word --defense ignore-word
refused 1 '--label takes' --data one.txt --model builtin:balanced --label bad
refused 1 'no embedded model' --data one.txt --model builtin:no-such
: >empty.txt
refused 2 'no system prompt' --data one.txt --model builtin:balanced \
    --system-prompt empty.txt
echo '{"messages":[{"role":"wizard","content":"x"},{"role":"user","content":"y"}]}' >bad.jsonl
refused 1 'bad.jsonl:1: message 1 needs a "role"' --data bad.jsonl \
    --model builtin:balanced
printf '{"prompt": "ok"}\n{"prompt": \n' >cut.jsonl
refused 1 'cut.jsonl:2' --data cut.jsonl --model builtin:balanced
echo file >file
phgen eval --out file --data one.txt --model builtin:balanced
exits 1 'the folder is a file'
complains
finish
