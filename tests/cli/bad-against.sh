#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${0%/*}/lib.sh"

try()
{
    phgen --target-model builtin:cautious --n 5 --out run --against "$1"
    exits 1 "$2"
    complains
    says err "$3"
}

try missing.jsonl 'missing file' 'missing.jsonl'
printf '{"prompt": "a b c"}\n{"prompt": \n' >bad.jsonl
try bad.jsonl 'broken JSON' 'bad.jsonl:2: '
printf 'how are you\nwhat is \377\376 this\n' >bytes.txt
try bytes.txt 'bytes that are not UTF-8' 'bytes.txt:2: '
printf 'a,b\n1,2\n' >columns.csv
try columns.csv 'no column with prompts' 'columns.csv:1: '
printf 'id,prompt\n1,"open\n' >quote.csv
try quote.csv 'a quote that is never closed' 'quote.csv:'
holds 'no dataset was written' test ! -e run/dataset.jsonl
finish
