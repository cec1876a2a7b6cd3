#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${0%/*}/lib.sh"

echo file >taken
phgen --target-model builtin:cautious --n 5 --out taken/run
exits 1 'a file where a folder should be'
complains
says err 'taken'
phgen --target-model builtin:cautious --n 5 --out /proc/phgen-run
exits 1 'a folder that cannot be made'
complains
says err '/proc/phgen-run'
mkdir run
echo 'no database' >run/run.sqlite
phgen --target-model builtin:cautious --n 5 --out run
exits 1 'a store that is none'
complains
says err 'run.sqlite'
phgen graph build --output /proc/phgen.graphml
exits 1 'a graph that cannot be written'
says err '/proc/phgen.graphml'
if test -w /dev/full; then
    "$PHGEN" models >/dev/full 2>err
    code=$?
    exits 1 'standard output is full'
    says err 'standard output: No space left'
fi
{ sleep 0.3; "$PHGEN" models 2>err; echo $? >status; } | exec true
code=$(cat status)
exits 1 'the reader of standard output is gone'
holds 'and is told nothing' test ! -s err
# A run that may be read only.
rm -rf run && phgen --target-model builtin:cautious --n 5 --out run --quiet
chmod 711 "$work" && chmod -R a-w,a+rX run && touch out err && chmod a+w . out err
as=
test "$(id -u)" != 0 || as='setpriv --reuid=65534 --clear-groups'
if $as test -x "$PHGEN" 2>/dev/null && $as test -r "$PHGEN_DATA/seeds"; then
    $as "$PHGEN" explain run --data-dir "$PHGEN_DATA" >out 2>err
    code=$?
    exits 1 'a store that cannot be written'
    says err 'run.sqlite cannot be written: Permission denied'
fi
chmod -R u+w run
# A folder that is somebody else's.
chmod 700 run
if $as test -x "$PHGEN" 2>/dev/null && ! $as test -x run; then
    for command in 'status run' 'stats run' 'export run -f sft' 'report run' \
        "doctor run --data-dir $PHGEN_DATA" \
        "explain run --data-dir $PHGEN_DATA"; do
        $as "$PHGEN" $command >out 2>err
        code=$?
        exits 1 "a folder that cannot be looked into: ${command%% *}"
        cat out >>err
        says err ': Permission denied' 'is told apart'
        ! grep -q 'is no run' err
        result $? 'from one that is no run'
    done
fi
chmod 755 run
phgen export run -f sft
says err 'no response: 5; "phgen respond" writes responses'
finish
