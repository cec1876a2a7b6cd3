#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# HTTP/2 where it is offered: many calls over one connection, nothing lost when
# the server ends connections or refuses streams; and no call without a
# certificate that is trusted.  Needs node and openssl.
. "${0%/*}/lib.sh"
needs node openssl

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>openssl.log

# front OPTION...: starts it; sets port
front()
{
    rm -f front.log
    node "$here/http2.mjs" key.pem cert.pem "$url" "$@" >front.log 2>&1 &
    background=$!
    if ! wait_for grep -q '^[0-9]' front.log; then
        echo "Bail out! node does not serve HTTP/2: $(cat front.log)"
        exit 99
    fi
    port=$(cat front.log)
}

# Ends it; sets connections, requests and most.
front_end()
{
    kill "$background"
    wait "$background" 2>/dev/null
    background=''
    set -- $(tail -n 1 front.log)
    connections=$1 requests=$3 most=$5
}

run() # FOLDER OPTION...
{
    folder=$1
    shift
    phgen --out "$folder" --n 60 --concurrency 24 \
        --target-model "https://127.0.0.1:$port/v1#builtin:cautious" "$@"
}

serve
phgen --out local --n 60 --quiet --target-model builtin:cautious
front
run untrusted
exits 1 'a certificate of nobody known is refused'
says err 'certificate is not trusted' 'with what to do'
front_end
holds 'and nothing was sent' test "$requests" -eq 0
front
run plain --ca-file cert.pem
exits 0 'with --ca-file the run gets through'
holds 'to the same dataset' cmp local/dataset.jsonl plain/dataset.jsonl
front_end
echo "# $requests requests over $connections connections, $most at once"
holds 'over one connection, or two' test "$connections" -le 2
holds 'that took many requests at once' test "$most" -ge 8
front goaway=20
run goaway --ca-file cert.pem
exits 0 'connections that end after 20 requests'
holds 'lose nothing' cmp local/dataset.jsonl goaway/dataset.jsonl
front_end
echo "# $requests requests over $connections connections, $most at once"
holds 'and are replaced' test "$connections" -ge 5
front refuse=7
run refuse --ca-file cert.pem
exits 0 'every seventh stream refused'
holds 'loses nothing' cmp local/dataset.jsonl refuse/dataset.jsonl
front_end
finish
