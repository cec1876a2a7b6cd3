#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${0%/*}/lib.sh"

phgen graph build --output a.graphml
exits 0 'build'
holds 'nothing on standard output' test ! -s out
phgen graph build --output b.graphml
holds 'twice the same bytes' cmp a.graphml b.graphml
says a.graphml '<graphml'
phgen --target-model builtin:cautious --n 5 --graph a.graphml --quiet
exits 0 'a run can use it'
cp -R "$PHGEN_DATA/seeds/." seeds
chmod -R u+w seeds
set -- seeds/concepts/*.yaml
echo 'surprise: 1' >>"$1"
phgen graph build --seeds seeds --output c.graphml
exits 1 'seeds with a mistake'
complains
holds 'are named with file and line' grep -Eq "$1:[0-9]+: " err
holds 'nothing was written' test ! -e c.graphml
phgen graph build --seeds nowhere --output c.graphml
exits 1 'no seeds'
says err 'nowhere'
finish
