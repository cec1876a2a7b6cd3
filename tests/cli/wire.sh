#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What an alias says goes over the wire: path, key header, more headers.
. "${0%/*}/lib.sh"
needs python3

peer echo heads
cat >phgen.yaml <<END
models:
  a: {name: '404', url: 'http://127.0.0.1:$port/v1', key: K}
  b: {name: '404', url: 'http://127.0.0.1:$port', dialect: azure, key: K,
      api-version: 2025-01-01}
  c: {name: '404', url: 'http://127.0.0.1:$port/v1', dialect: anthropic,
      key: K, headers: {X-Team: eval}}
END
K=sk-canary
export K
for alias in a b c; do
    "$PHGEN" ping "$alias" --data-dir "$PHGEN_DATA" >>out 2>>err
done
says heads 'POST /v1/chat/completions HTTP'
says heads 'Authorization: Bearer sk-canary'
says heads 'POST /openai/deployments/404/chat/completions?api-version=2025-01-01'
says heads 'api-key: sk-canary'
says heads 'POST /v1/messages HTTP'
says heads 'x-api-key: sk-canary'
says heads 'anthropic-version: 2023-06-01'
says heads 'X-Team: eval'
holds 'and the key comes back nowhere' sh -c '! grep -q canary out err'
finish
