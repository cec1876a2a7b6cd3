#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The way of sampling is part of what makes a run, and changes its rows.
. "${0%/*}/lib.sh"

phgen -t builtin:skewed -n 60 --out a --quiet
exits 0 'adaptive is the default'
phgen -t builtin:skewed -n 60 --out b --quiet --sampling adaptive
holds 'and can be said' cmp a/dataset.jsonl b/dataset.jsonl
phgen -t builtin:skewed -n 60 --out u --quiet --sampling uniform
exits 0 'uniform'
holds 'other rows' sh -c '! cmp -s a/dataset.jsonl u/dataset.jsonl'
says u/manifest.json '"sampling":	"uniform"' 'the manifest says which'
phgen -t builtin:skewed -n 60 --out e --quiet --explore 0.5
holds 'the share of exploration changes rows' \
    sh -c '! cmp -s a/dataset.jsonl e/dataset.jsonl'
phgen -t builtin:skewed -n 60 --out a --quiet --sampling uniform
exits 1 'another way is another run'
says err 'its sampling is "adaptive", not "uniform"'
phgen -t builtin:skewed -n 60 --out x --sampling adaptiv
exits 2 'an unknown way'
complains
says err 'did you mean "adaptive"?'
finish
