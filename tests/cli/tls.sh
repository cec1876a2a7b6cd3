#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# TLS is verified: only a known authority and the right name will do.
. "${0%/*}/lib.sh"
needs python3 openssl

# make_key NAME SUBJECT-ALTERNATIVE-NAME
make_key()
{
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" \
        -addext "subjectAltName=$2" -keyout "$1.key" -out "$1.pem" \
        >/dev/null 2>&1
}

make_key here IP:127.0.0.1,DNS:localhost
make_key elsewhere DNS:elsewhere.example
serve
plain=${url#http://127.0.0.1:}
plain=${plain%/v1}
peer tls "$plain" here.pem here.key
good=https://127.0.0.1:$port/v1
peer tls "$plain" elsewhere.pem elsewhere.key
wrong=https://127.0.0.1:$port/v1

phgen -t "$good#builtin:cautious" --n 5 --out a --quiet
exits 1 'an authority that nobody knows'
says err 'certificate is not trusted'
says err '--ca-file'
phgen -t "$good#builtin:cautious" --n 5 --out a --quiet --ca-file here.pem
exits 0 'with --ca-file'
phgen -t builtin:cautious --n 5 --out b --quiet
holds 'the same rows as in process' cmp a/dataset.jsonl b/dataset.jsonl
phgen -t "$wrong#builtin:cautious" --n 5 --out c --quiet \
    --ca-file elsewhere.pem
exits 1 'a known authority, but the name of another host'
says err '127.0.0.1'
phgen -t "$good#builtin:cautious" --n 5 --out d --quiet --ca-file missing.pem
exits 1 'no such file'
echo nonsense >nonsense.pem
phgen -t "$good#builtin:cautious" --n 5 --out e --quiet --ca-file nonsense.pem
exits 1 'a file that holds no certificate'
says err '--ca-file'
echo "ca-file: $work/here.pem" >phgen.yaml
"$PHGEN" ping "$good#builtin:cautious" --data-dir "$PHGEN_DATA" >out 2>err
code=$?
exits 0 'ca-file in the configuration, for ping'

# Through proxies: CONNECT for TLS, the absolute form otherwise.
unset no_proxy
peer proxy heads
https_proxy=http://127.0.0.1:$port http_proxy=http://127.0.0.1:$port
export https_proxy http_proxy
PHGEN_API_KEY=sk-canary
export PHGEN_API_KEY
local=https://localhost:${good#https://127.0.0.1:}
"$PHGEN" ping "$local#builtin:cautious" --data-dir "$PHGEN_DATA" >out 2>err
code=$?
exits 0 'through https_proxy'
says heads "CONNECT localhost:" 'the proxy was asked to connect'
holds 'and saw no key' sh -c '! grep -q sk-canary heads'
: >heads
"$PHGEN" ping "http://localhost:$plain/v1#builtin:cautious" \
    --data-dir "$PHGEN_DATA" >out 2>err
code=$?
exits 0 'through http_proxy'
says heads "POST http://localhost:$plain/v1/chat/completions"
: >heads
no_proxy=localhost "$PHGEN" ping "$local#builtin:cautious" \
    --data-dir "$PHGEN_DATA" >out 2>err
code=$?
exits 0 'not through a proxy with no_proxy'
holds 'the proxy saw nothing' test ! -s heads
peer proxy heads refuse
https_proxy=http://127.0.0.1:$port
"$PHGEN" ping "$local#builtin:cautious" --data-dir "$PHGEN_DATA" >out 2>err
code=$?
exits 1 'a proxy that wants a login'
says err '407'
https_proxy=http://127.0.0.1:1
"$PHGEN" ping "$local#builtin:cautious" --data-dir "$PHGEN_DATA" >out 2>err
code=$?
exits 1 'a proxy that is not there'
says err '127.0.0.1'
finish
