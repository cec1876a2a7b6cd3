#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# One tiny call and a sentence each; a good sentence for each way to fail.
. "${0%/*}/lib.sh"
needs python3

ping()
{
    "$PHGEN" ping --data-dir "$PHGEN_DATA" "$@" >out 2>err
    code=$?
}

ping builtin:cautious
exits 0 'an embedded model'
says out 'embedded'
says out 'It answered in'
SERVER_KEY=right serve --key-env SERVER_KEY
PHGEN_API_KEY=right
export PHGEN_API_KEY
ping "$url#builtin:cautious"
exits 0 'a server'
says out "$url is reachable"
says out 'key in PHGEN_API_KEY is accepted'
says out 'model "builtin:cautious" is known'
says out 'JSON schema is not honoured' 'a simulator answers in prose'
says out 'Log-probabilities are offered'
holds 'and nothing on standard error' test ! -s err
ping "$url#builtin:witness"
says out 'Log-probabilities are not offered'
ping --json "$url#builtin:cautious"
exits 0 '--json'
holds 'is JSON with the members' python3 -c "
import json
o = json.load(open('out'))
e = o['endpoints'][0]
assert o['spec'].endswith('#builtin:cautious'), o
assert e['reachable'] and e['authorised'] and e['model_known'] and e['answered']
assert e['schema'] == 'ignored' and e['logprobs'] is True and e['calls'] == 1
"
ping "$url#nosuch"
exits 1 'an unknown model'
says out 'model "nosuch" is not known there'
says err '404'
ping "${url%/v1}/v9#builtin:cautious"
exits 1 'a path that is not there'
says out 'That address is not known there, or the model'
PHGEN_API_KEY=wrong ping "$url#builtin:cautious"
exits 1 'a wrong key'
says out 'key in PHGEN_API_KEY is not accepted'
says err '401'
holds 'the key is not shown' sh -c '! grep -q wrong out err'
PHGEN_API_KEY='' ping "$url#builtin:cautious"
exits 1 'no key'
says out 'wants a key, and none was sent'
peer ladder asked
ping "http://127.0.0.1:$port/v1#short"
exits 0 'a server that fails at the longer answer'
says out 'Whether a JSON schema is honoured was not seen'
says out 'Log-probabilities are offered' 'and has them'
peer embeddings asked
ping "embedding+http://127.0.0.1:$port/v1#x"
exits 0 'embeddings'
says out 'A vector of 3 numbers came'
ping openai:gpt-x
exits 1 'a service without its key'
says out 'was not asked'
says err 'OPENAI_API_KEY'
OPENAI_API_KEY=k OPENAI_BASE_URL=api.invalid/v1 ping openai:x
exits 1 'an address without http:// or https://'
says err 'does not begin with http:// or https://' 'is not guessed'
for address in 127.example/v1 127.0.0.1.evil.invalid localhost.invalid:1; do
    OPENAI_API_KEY=k OPENAI_BASE_URL=$address ping openai:x
    exits 1 "$address only begins like this machine"
    says err 'does not begin with http:// or https://' 'so it is not guessed'
    OPENAI_API_KEY=k OPENAI_BASE_URL=http://$address ping -v openai:x
    says err "goes to ${address%/v1} without encryption" 'and a key is warned of'
done
for address in me:hush@h/v1 http://me:hush@h/v1 'http://h/v1?key=hush'; do
    OPENAI_API_KEY=k OPENAI_BASE_URL=$address ping openai:x
    exits 1 'an address with a secret in it is not used'
    holds 'nor shown' sh -c '! grep -q hush out err'
    OPENAI_BASE_URL=$address phgen models
    holds 'by phgen models either' sh -c '! grep -q hush out err'
done
ping 'http://127.0.0.1:1/v1#x'
exits 1 'nobody there'
says out 'is not reachable'
says err 'is the server running?'
ping 'http://nosuch.invalid/v1#x'
exits 1 'no such host'
says err "check the host's name"
ping "https://${url#http://}#x"
exits 1 'no TLS there'
says err 'does this port speak TLS?'
# Somebody is there, and speaks something else.
for words in SSH-2.0-sshd hello 'HTTP/2.x?'; do
    peer plain "$words"
    ping "http://127.0.0.1:$port/v1#x"
    exits 1 "a server that says $words"
    says out 'was reached, and gave no answer in HTTP'
    says err 'does not speak HTTP' 'and why'
    says err 'check the port' 'and what to do'
done
peer plain ''
ping "http://127.0.0.1:$port/v1#x"
exits 1 'a server that hangs up'
says out 'was reached, and gave no answer in HTTP'
says err 'the connection failed to'
ping --json "http://127.0.0.1:$port/v1#x"
holds 'in JSON it was reached, and has no status' python3 -c '
import json
e = json.load(open("out"))["endpoints"][0]
assert e["reachable"] and not e["authorised"] and "status" not in e, e'
ping nosuch
exits 2 'no model'
ping
exits 2 'no operand'

# What takes all, and what is asked again with less.
peer ladder asked
ping "http://127.0.0.1:$port/v1#schema"
exits 0 'a server that takes everything'
says out 'A JSON schema is honoured'
says out 'Log-probabilities are offered'
ping "http://127.0.0.1:$port/v1#object"
says out '"json_object" is, with the schema in words'
ping "http://127.0.0.1:$port/v1#words"
exits 0 'one that takes nothing'
says out 'the answer kept to it'
says out 'Log-probabilities are not offered'

cat >phgen.yaml <<END
models:
  two:
    name: builtin:cautious
    url: [$url, 'http://127.0.0.1:1/v1']
    key: PHGEN_API_KEY
END
ping two
exits 1 'one of two addresses is dead'
says out "$url is reachable"
says out 'http://127.0.0.1:1/v1 is not reachable'
says err '127.0.0.1:1'
finish
