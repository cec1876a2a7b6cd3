#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A run may start from what an earlier one learned.
. "${0%/*}/lib.sh"

phgen -t builtin:skewed -n 200 --out first --quiet
exits 0 'a run'
holds 'leaves what it learned' test -s first/learned.json
phgen -t builtin:skewed -n 100 --seed 2 --out without --quiet
phgen -t builtin:skewed -n 100 --seed 2 --out with --quiet --prior first
exits 0 '--prior'
candidates()
{
    sed -n 's/^.*"candidates":[^0-9]*\([0-9]*\).*/\1/p' "$1/manifest.json" |
        head -n 1
}
holds 'it finds its rows in fewer candidates' \
    test "$(candidates with)" -lt "$(candidates without)"
phgen -t builtin:skewed -n 100 --seed 2 --out with --quiet
exits 1 'the prior is part of what makes a run'
says err 'its prior is'
phgen -t builtin:skewed -n 100 --out x --quiet --prior nowhere
exits 1 'no such run'
complains
says err 'no learned.json in it'
finish
