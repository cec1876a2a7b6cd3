#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a server does not take is found out once a run, not once a session.
. "${0%/*}/lib.sh"
needs python3

phgen --out run --n 10 --quiet --target-model builtin:cautious
peer ladder asked
again()
{
    phgen respond run --responder-model "http://127.0.0.1:$port/v1#words" \
        --response-rounds 1 --concurrency 1 --quiet "$@"
}
again --max-calls 4
exits 1 'a first session, broken off'
holds 'found out what is not taken' grep -q '^words json_schema' asked
asked=$(grep -c . asked)
holds 'which cost a call' test "$(grep -c '^words none' asked)" -eq 4
again
exits 0 'the next session'
holds 'asks for more' test "$(grep -c . asked)" -gt "$asked"
holds 'and remembers it' test "$(grep -c '^words json_schema' asked)" -eq 1
holds 'both rungs' test "$(grep -c '^words json_object' asked)" -eq 1
finish
