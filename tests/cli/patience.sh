#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A run that gets nowhere stops, and says which of the two it is: the target
# answers everything, or the calls fail.
. "${0%/*}/lib.sh"
needs python3

peer echo log
phgen --out deaf --n 4 --patience 20 --target-model builtin:cautious \
    --judge-model "http://127.0.0.1:$port/v1#400"
exits 1 'a judge that always answers 400'
says err 'most of all as "judges_abstained": calls fail'
phgen --out dumb --n 4 --patience 20 \
    --target-model "http://127.0.0.1:$port/v1#400"
exits 1 'a target that does'
says err 'most of all as "target_failed": calls fail'
phgen --out open --n 400 --patience 20 --target-model builtin:lenient
exits 1 'a target that answers everything'
says err 'the target hardly refuses'
finish
