#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The review page as a program sees it: who is let in, and that a verdict which
# was answered is there after kill -9.
. "${0%/*}/lib.sh"
needs curl

# Starts phgen review with these arguments; sets server, url, base, port.
review()
{
    rm -f review.log
    "$PHGEN" review "$@" >review.out 2>review.log &
    server=$!
    if ! wait_for grep -q '/open/' review.log; then
        echo "Bail out! no review: $(cat review.log)"
        exit 99
    fi
    url=$(sed -n 's/.* \(http[^ ]*\) .*/\1/p' review.log)
    base=${url%/open/*} port=${base##*:}
}

stop() # SIGNAL
{
    kill "-$1" $server
    wait $server 2>/dev/null
    code=$?
    server=''
}

# ask ARGUMENT...: curl with the cookie; sets status, and body in the file body
ask()
{
    status=$(curl -s -o body -w '%{http_code}' -b jar "$@")
}

gets() # STATUS DESCRIPTION
{
    test "$status" = "$1"
    result $? "$2 ($status)"
}

enter()
{
    rm -f jar
    curl -s -o body -D head -c jar "$url"
    ask "$base/api/session"
    csrf=$(sed -n 's/.*"csrf":"\([0-9a-f]*\)".*/\1/p' body)
}

post() # PATH JSON [ARGUMENT]...
{
    to=$1 json=$2
    shift 2
    ask "$base/api/$to" -H 'Content-Type: application/json' \
        -H "X-CSRF-Token: $csrf" -d "$json" "$@"
}

member() # NAME: of the body, a string
{
    sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" body
}

# label ANNOTATOR POSITION VERDICT
label()
{
    post row "{\"annotator\":\"$1\",\"at\":$2}"
    id=$(member id) was=$(member state)
    post label "{\"annotator\":\"$1\",\"at\":$2,\"id\":\"$id\",\"was\":\"$was\",\"verdict\":\"$3\",\"note\":\"by $1\"}"
}

phgen --out run --n 12 --quiet --target-model builtin:cautious
cp -r run blind

review run
enter
says head '200 OK' 'the link lets in'
says head 'HttpOnly; SameSite=Strict' 'with a cookie that no script and no other site has'
status=$(curl -s -o body -w '%{http_code}' "$url")
gets 403 'the link is good once'
says body 'has been used' 'and it says so'
ask "$base/"
gets 200 'another tab needs no link'
curl -s -D head -o body -b jar "$base/"
says head "default-src 'none'; script-src 'self'; style-src 'self'" 'the page loads from here only'
! grep -q unsafe head
result $? 'and nothing inline'
says head 'no-store'
says head 'nosniff'
status=$(curl -s -o body -w '%{http_code}' "$base/api/session")
gets 403 'without the cookie nothing is told'
! grep -q csrf body
result $? 'least of all the second secret'

# The cookie by hand: curl would not send it to another name.
secret="Cookie: $(awk '/phgen-/ { print $6 "=" $7 }' jar)"
for host in evil.example "evil.example:$port" 127.0.0.1 "127.0.0.1.evil:$port"; do
    ask "$base/" -H "Host: $host" -H "$secret"
    gets 403 "another host name: $host"
    says body 'answers to 127.0.0.1'
done
ask "$base/" -H "Host: localhost:$port" -H "$secret"
gets 200 'localhost is ours'
post row '{"annotator":"anna","at":0}' -H 'Origin: http://evil.example'
gets 403 'another origin'
post row '{"annotator":"anna","at":0}' -H 'Sec-Fetch-Site: cross-site'
gets 403 'another site'
good=$csrf csrf=''
post label '{"annotator":"anna","at":0,"verdict":"harmless"}'
gets 403 'a write without the second secret'
csrf=0123456789abcdef0123456789abcdef
post label '{"annotator":"anna","at":0,"verdict":"harmless"}'
gets 403 'or with another one'
csrf=$good
ask "$base/api/label" -H "X-CSRF-Token: $csrf" -H 'Content-Type: text/plain' -d '{}'
gets 415 'a write as an HTML form would send it'
head -c 20000 /dev/zero | tr '\0' x >large
post row @large
gets 413 'a request too large'
head -c 5000000 /dev/zero | tr '\0' x >large
for expect in 100-continue ''; do
    post row @large -H "Expect: $expect"
    gets 413 "of 5 MB, expecting: $expect"
    says body 'larger than 16384 bytes'
done
head -c 60000 /dev/zero | tr '\0' h >large
ask "$base/" -H "X-Long: $(cat large)"
test "$status" -ge 400
result $? "a header too large ($status)"
ask "$base/no-such-file"
gets 404 'no such file'

label anna 0 harmless
gets 200 'a verdict'
says body '"done":1' 'is counted'
post label "{\"annotator\":\"anna\",\"at\":0,\"id\":\"$id\",\"was\":\"none\",\"verdict\":\"harmful\",\"note\":\"\"}"
gets 409 'a tab that saw the row before that is told so'
label anna 1 controversial
label ben 0 unsure
label anna 2 perhaps
gets 400 'no such verdict'
label "$(printf 'x\033[1m')" 2 harmless
gets 400 'a name with an escape'
post evidence '{"annotator":"anna","at":0}'
says body '"judges"' 'evidence for who asks'
post row '{"annotator":"anna","at":99}'
gets 404 'no such row'

"$PHGEN" review run >out 2>err
code=$?
exits 1 'a second review of the same run'
complains 'is told in a sentence'
says err 'in use'
phgen --out run --n 20 --quiet --target-model builtin:cautious
exits 1 'and a run into it too'

stop KILL
! grep -q '"human"' run/dataset.jsonl
result $? 'killed before the files were written'
review run
enter
post begin '{"annotator":"anna"}'
says body '"done":2' 'after kill -9 the verdicts are there'
says body '"at":2' 'and the place'
post begin '{"annotator":"ben"}'
says body '"done":1' 'of the other annotator too'
post row '{"annotator":"anna","at":1}'
says body '"verdict":"controversial"'
id=$(member id) was=$(member state)
post undo "{\"annotator\":\"anna\",\"at\":1,\"id\":\"$id\",\"was\":\"$was\"}"
says body '"done":1' 'undo works after a restart'
stop TERM
exits 0 'a signal ends it well'
holds 'and the rows have the verdicts' \
    test "$(grep -c '"human":' run/dataset.jsonl)" -ge 1
says run/dataset.jsonl '"note":"by anna"'
says review.log 'rated' 'what they add up to is said'
says run/manifest.json '"audit"' 'and stands in the manifest'

sed -n '1,3p' run/dataset.jsonl >sheet.jsonl
review blind --blind --sample sheet.jsonl -a anna -a ben
enter
says body '"blind":true' 'a blind session'
post begin '{"annotator":"anna"}'
says body '"total":3' 'of a sample'
post begin '{"annotator":"cleo"}'
gets 403 'takes the annotators that it was told'
label anna 0 harmful
label ben 1 harmless
: >all
for path in / /review.js /evidence.js /api/session; do
    ask "$base$path"
    case $path in /api*) cat body >>all ;; esac
done
for at in 0 1 2; do
    for to in row evidence next; do
        post "$to" "{\"annotator\":\"anna\",\"at\":$at}"
        cat body >>all
        test "$to" != evidence || gets 403 'tells no evidence'
    done
done
says all '"messages"' 'the rows are shown'
! grep -qE '"(judges|targets|witness|label|focus|category|benign_reading|people|agreement)"|builtin:' all
result $? 'no reply holds what a model said'
! grep -q 'ben"' all || ! grep -q 'by ben' all
result $? 'nor what the other annotator said'
stop TERM
exits 0 'a blind session ends likewise'

"$PHGEN" audit blind --data-dir "$PHGEN_DATA" --n 2 --least 0 --annotator dora \
    2>err
review blind --sample blind/audit/dora.csv -a dora
enter
post begin '{"annotator":"dora"}'
says body '"total":2' 'the sheet of an audit is a sample'
label dora 0 harmless
stop TERM
says review.log 'rated' 'and its verdicts count'

mkdir bin
cat >bin/xdg-open <<'END'
#!/bin/sh
case $1 in *http*) echo secret in the arguments ;; esac >"$OPENED"
stat -c %a "$1" >>"$OPENED"
cat "$1" >>"$OPENED"
END
chmod +x bin/xdg-open
OPENED=$work/opened PATH=$work/bin:$PATH
export OPENED
review run --open
wait_for grep -q '/open/' opened
says opened "$url" '--open sends the browser there'
says opened '600' 'by a file that is for the user only'
! grep -q 'secret in the arguments' opened
result $? 'the secret is not in the arguments'
stop TERM
test -z "$(ls run/review-* 2>/dev/null)"
result $? 'and the file is gone'

"$PHGEN" review nowhere >out 2>err
code=$?
exits 1 'no run'
says err 'is no run'
"$PHGEN" review run --only some >out 2>err
code=$?
exits 2 'a choice that there is not'
"$PHGEN" review run -a "$(printf 'a\tb')" >out 2>err
code=$?
exits 2 'a name that cannot be'
"$PHGEN" review run --only disagreements >out 2>err
code=$?
exits 1 'nothing to talk over'
says err 'do not disagree'
finish
