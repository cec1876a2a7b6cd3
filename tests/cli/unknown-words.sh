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
phgen help generat
exits 2 'help for an unknown command'
finish
