#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${0%/*}/lib.sh"

phgen models
exits 0 'models'
says out 'builtin:cautious'
says out 'key: OPENAI_API_KEY (not set)'
OPENAI_API_KEY=sk-very-secret phgen models
says out 'key: OPENAI_API_KEY (set)'
holds 'the key is not shown' sh -c '! grep -q secret out err'
OPENAI_BASE_URL=https://me:very-secret@host/v1 phgen models
says out '***@host/v1' 'nor is a login in an address'
holds 'at all' sh -c '! grep -q secret out err'
finish
