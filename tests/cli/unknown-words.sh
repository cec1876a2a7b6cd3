#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A word that is not known: a sentence with the nearest one, and status 2.
. "${0%/*}/lib.sh"

"$PHGEN" generat >out 2>err
code=$?
exits 2 'unknown command'
complains
says err 'did you mean "generate"?'
"$PHGEN" graph biuld >out 2>err
code=$?
exits 2 'unknown second word'
says err 'did you mean "graph build"?'
"$PHGEN" graph >out 2>err
code=$?
exits 2 'missing second word'
says err 'build, '
phgen --targt-model builtin:cautious
exits 2 'unknown option'
complains
says err 'did you mean --target-model?'
"$PHGEN" stats --jsn x >out 2>err
code=$?
exits 2 'unknown option of a command'
says err 'did you mean --json?'
"$PHGEN" stats >out 2>err
code=$?
exits 2 'missing operand'
"$PHGEN" stats a b >out 2>err
code=$?
exits 2 'one operand too many'
says err '"b"'

# Options may stand before the command.
"$PHGEN" --data-dir "$PHGEN_DATA" generate --dry-run -t builtin:cautious >out \
    2>err
code=$?
exits 0 'an option before the command'
cp out after
"$PHGEN" generate --dry-run -t builtin:cautious --data-dir "$PHGEN_DATA" >out \
    2>err
holds 'it is as if it stood behind it' cmp out after
"$PHGEN" --data-dir="$PHGEN_DATA" --json graph stats >out 2>err
code=$?
exits 0 'two, before a command of two words'
says out '{' 'heeded'
"$PHGEN" stats -h >first 2>err
"$PHGEN" --help stats >out 2>err
code=$?
exits 0 'also --help'
holds 'which is that of the command' cmp out first
"$PHGEN" --quiet export x >out 2>err
code=$?
exits 2 'the command must have it'
says err 'unknown option --quiet'
says err '"phgen help export"'
"$PHGEN" --format sft export x >out 2>err
code=$?
exits 2 'generate must have it'
says err 'unknown option --format'
says err 'write it first: "phgen export'
"$PHGEN" --data-dir "$PHGEN_DATA" exprot x >out 2>err
code=$?
exits 2 'an unknown command behind options'
says err 'did you mean "export"?'
"$PHGEN" --data-dir stats >out 2>err
code=$?
exits 2 'an argument is no command'
says err 'target-model'
"$PHGEN" -- stats >out 2>err
code=$?
exits 2 'nor is what follows "--"'
phgen help generat
exits 2 'help for an unknown command'
finish
