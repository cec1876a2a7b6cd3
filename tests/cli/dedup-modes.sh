#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Which row is kept, and what counts as alike.
. "${0%/*}/lib.sh"

cat >in.txt <<'END'
how do I kill a python process
how do I kill a python process quickly
how do I kill a python process quickly now
bread
END
phgen dedup in.txt --threshold 0.75
sed -n '1p;3p;4p' in.txt >want
holds 'the first; the third is not like it' cmp out want
phgen dedup in.txt --threshold 0.75 --keep longest
sed -n '1p;3p;4p' in.txt >want
holds 'the longest' cmp out want
phgen dedup in.txt --threshold 0.75 --clusters --report report --json -o o
sed -n '1p;4p' in.txt >want
holds 'clusters join through others' cmp o want
says out '"clusters":1'
says report '"row":2,"file":"in.txt","line":3,"keep":false,"cluster":0'
phgen dedup in.txt --threshold 0.75 --clusters --keep longest
sed -n '3p;4p' in.txt >want
holds 'the longest of a cluster' cmp out want
phgen dedup in.txt --containment --threshold 0.9
holds 'a part of a longer row goes' cmp out want
phgen dedup in.txt --shingle word:1 --threshold 0.85
sed -n '1p;3p;4p' in.txt >want
holds 'by words' cmp out want
phgen dedup in.txt --exact --threshold 0.75
holds 'the exact index' cmp out want
printf 'Kill it\nkill it\nkill it!\n' >case.txt
phgen dedup case.txt
sed -n 1p case.txt >want
holds 'case and punctuation say nothing' cmp out want
phgen dedup case.txt --keep-case
sed -n 1,2p case.txt >want
holds 'unless they are kept: case' cmp out want
phgen dedup case.txt --keep-punctuation --shingle char:8
sed -n '1p;3p' case.txt >want
holds 'punctuation' cmp out want
for wrong in '--shingle char' '--shingle char:0' '--shingle word:17' \
    '--shingle vowel:3' '--keep last' '--threshold 0' '--threads 3'; do
    # shellcheck disable=SC2086  # option and value
    phgen dedup in.txt $wrong
    exits 2 "$wrong"
    complains
done
phgen dedup in.txt --memory-max 1
exits 1 'more memory than allowed'
says err 'memory'
finish
