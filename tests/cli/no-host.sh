#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${0%/*}/lib.sh"

phgen --target-model 'http://no-such-host.invalid/v1#x' --n 5 --out a --quiet
exits 1 'a host that does not exist'
says err 'no-such-host.invalid'
phgen --target-model 'http://127.0.0.1:1/v1#x' --n 5 --out b --quiet
exits 1 'a port where nobody listens'
says err '127.0.0.1'
holds 'no row was made up' test ! -s a/dataset.jsonl
finish
