#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every mistake in the file is named with its line.
. "${0%/*}/lib.sh"

try()
{
    printf '%b' "$1" >bad.yaml
    phgen --target-model builtin:cautious --n 5 --config bad.yaml
    exits 1 "$2"
    complains
    says err "$3"
}

try 'seed: 1\nsampels: 3\n' 'unknown key' \
    'bad.yaml:2: unknown key "sampels"; did you mean "samples"?'
try 'seed: 1\n\nn: 0\n' 'value out of range' 'bad.yaml:3: '
says err 'from 1 to 10000000'
try 'seed: [\n' 'malformed YAML' 'bad.yaml:'
try 'seed: 1\nseed: 2\n' 'a key twice' 'bad.yaml:2: '
try 'models:\n  a: b\n  a: c\n' 'an alias twice' 'bad.yaml:3: '
try 'seed: \0377\n' 'bytes that are not UTF-8' 'bad.yaml: '
phgen --target-model builtin:cautious --n 5 --config missing.yaml
exits 1 'missing file'
says err 'missing.yaml'
"$PHGEN" models --config bad.yaml >out 2>err
code=$?
exits 1 'models reads the same file'
holds 'nothing was made' test ! -e output
finish
