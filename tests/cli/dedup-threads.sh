#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The same bytes with one thread as with two, over several blocks of rows.
. "${0%/*}/lib.sh"

awk 'BEGIN {
    srand(7)
    split("kill shoot blow cut steal hack python process balloon portrait " \
          "onion base night party light child thread server bread knife", w)
    for (i = 0; i < 12000; i++) {
        n = 4 + int(rand() * 9)
        s = ""
        for (k = 0; k < n; k++)
            s = s w[1 + int(rand() * 20)] (k < n - 1 ? " " : "")
        print s
        if (rand() < 0.2)
            print toupper(substr(s, 1, 1)) substr(s, 2) " please?"
    }
}' >in.txt
for mode in '' '--keep longest' '--clusters' '--clusters --exact'; do
    # shellcheck disable=SC2086  # options
    phgen dedup in.txt $mode --threads 1 -o one --pairs pairs1 --report r1
    exits 0 "one thread $mode"
    # shellcheck disable=SC2086
    phgen dedup in.txt $mode --threads 2 -o two --pairs pairs2 --report r2
    holds "two threads $mode" cmp one two
    holds 'the same pairs' cmp pairs1 pairs2
    holds 'the same verdicts' cmp r1 r2
    holds 'and something was dropped' sh -c \
        'test "$(wc -l <one)" -lt "$(wc -l <in.txt)" && test -s pairs1'
done
finish
