#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${0%/*}/lib.sh"

corpus=$here/../fuzz/corpus/graphml
phgen graph validate
exits 0 'the shipped graph is sound'
holds 'standard output has no problem' test ! -s out
says err 'concepts.graphml: nothing is wrong'
phgen graph validate "$corpus/small"
exits 1 'a graph with one trigger'
says out 'the category "malware" has 1 trigger, fewer than 3'
says err '1 problems' 'they are counted'
phgen graph validate --min-triggers 1 "$corpus/small"
exits 0 'fewer can be enough'
phgen graph validate --min-triggers 1 "$corpus/no-task"
exits 1 'a sense without a task'
says out 'the sense "a cold" has no tasks'
says out 'no walk reaches the task "stop a virus"'
phgen graph validate --min-triggers 1 "$corpus/no-sense-there"
says out 'the sense "a cold" has 0 categories, not one'
says out 'has no sense there'
phgen graph validate --min-triggers 1 "$corpus/two-categories"
says out 'the sense "a cold" has 2 categories, not one'
phgen graph validate --min-triggers 1 "$corpus/loop"
says out 'is joined to itself'
sed 's/stop a virus/To stop it./' "$corpus/small" >odd.graphml
phgen graph validate --min-triggers 1 odd.graphml
says out 'a task is not what its kind says'
sed 's|</graph>|<node id="t2"><data key="type">trigger</data>\
<data key="text">Virus!</data></node></graph>|' "$corpus/small" >twin.graphml
phgen graph validate --min-triggers 1 twin.graphml
says out 'the trigger "Virus!" is there twice'
says out 'no walk reaches the trigger "Virus!"'
phgen graph validate nowhere.graphml
exits 1 'a missing file'
complains
finish
