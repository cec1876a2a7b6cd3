#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The file sets options and aliases; the command line wins.
. "${0%/*}/lib.sh"

cat >phgen.yaml <<'END'
target-model: careful
n: 7
seed: 5
categories: malware
quiet: true
models:
  careful: builtin:cautious
END
phgen generate --out a
exits 0 'a run from ./phgen.yaml'
holds 'rows as the file says' rows a/dataset.jsonl 7
holds 'quiet as the file says' test ! -s err
phgen generate --out b --n 3 --seed 6
holds 'the command line wins' rows b/dataset.jsonl 3
says b/manifest.json 'careful' 'the manifest has the alias'
holds 'the seed too' grep -Eq '"seed":[[:space:]]*6' b/manifest.json
"$PHGEN" models >out 2>err
says out 'careful = builtin:cautious' 'models lists the alias'

mkdir -p xdg/phgen
mv phgen.yaml xdg/phgen/config.yaml
phgen generate --out c
holds 'found in XDG_CONFIG_HOME' rows c/dataset.jsonl 7
holds 'and gives the same' cmp a/dataset.jsonl c/dataset.jsonl
echo 'target-model: [builtin:lenient, builtin:cautious]' >other.yaml
phgen generate --config other.yaml --n 2 --out d --quiet
exits 0 '--config, with a list'
says d/manifest.json 'builtin:lenient'
finish
