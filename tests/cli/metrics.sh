#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What Prometheus scrapes: its format, true figures, for this machine only.
. "${0%/*}/lib.sh"
needs curl python3

serve --faults 503=0.1,latency=20,times=1
"$PHGEN" --data-dir "$PHGEN_DATA" --out run --n 5000 \
    --target-model "$url#builtin:cautious" --metrics-port 0 >out 2>err &
background=$!
wait_for grep -q 'metrics at' err
at=$(sed -n 's/.*metrics at \(.*\)/\1/p' err)
# answered: some calls are counted
answered()
{
    curl -s -D head "$at" >page &&
        grep -Eq '^phgen_http_latency_seconds_count.* [0-9]{2,}' page
}
wait_for answered
result $? 'the figures come'
says head 'text/plain; version=0.0.4'
cat >check.py <<'PY'
import re, sys
families, values, last = {}, {}, None
for line in open("page").read().splitlines():
    if line.startswith("# TYPE "):
        _, _, name, kind = line.split()
        assert name not in families, name
        families[name] = kind
        continue
    if line.startswith("# HELP "):
        continue
    m = re.fullmatch(r'([a-z_]+)(\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? '
                     r'(\S+)', line)
    assert m, line
    name, labels, value = m.group(1), m.group(2) or "", float(m.group(3))
    base = re.sub(r"_(bucket|sum|count)$", "", name)
    kind = families.get(name) or families[base]
    assert value >= 0, line
    assert (kind == "counter") == name.endswith("_total"), line
    assert (name + labels) not in values, line
    values[name + labels] = value
buckets = [v for k, v in values.items() if k.startswith(
    "phgen_http_latency_seconds_bucket")]
assert buckets == sorted(buckets) and buckets[-1] > 0
count = [v for k, v in values.items() if k.startswith(
    "phgen_http_latency_seconds_count")]
assert count == buckets[-1:]
rows = sum(v for k, v in values.items()
           if re.match(r'phgen_candidates_total\{outcome="(harmless|contro)', k))
assert rows == values["phgen_rows"], (rows, values["phgen_rows"])
assert values["phgen_rows_wanted"] == 5000
attempts = [v for k, v in values.items() if k.startswith(
    "phgen_http_attempts_total")][0]
assert attempts >= count[0]
PY
holds 'in the text format, and they add up' /usr/bin/python3 check.py
curl -s -H 'Host: evil.example' "$at" >page
says page 'localhost only' 'a foreign Host header is refused'
curl -s -o page -w '%{http_code}' "${at%metrics}" >code
says code 404 'there is one page'
curl -s -X DELETE -o page -w '%{http_code}' "$at" >code
says code 405 'which can only be read'
head -c 5000000 /dev/zero | tr '\0' x >large
for body in x @large; do
    for expect in 100-continue ''; do
        curl -s -o page -w '%{http_code}' -H "Expect: $expect" \
            --data-binary "$body" "$at" >code
        says code 405 "whatever is sent: $body, expecting: $expect"
    done
done
kill -TERM $background
wait $background
background=''
phgen --out run --n 5000 --target-model builtin:cautious \
    --metrics-port "${url##*:}x"
exits 2 'a port is a number'
busy=${url#http://127.0.0.1:}
phgen --out other --n 10 --target-model builtin:cautious \
    --metrics-port "${busy%/v1}"
exits 1 'a port that is taken'
says err "cannot listen at 127.0.0.1 port ${busy%/v1}"
says err 'choose another port, or 0 for one that is free' 'which says what to do'
test ! -e other
result $? 'is found before anything is made'
phgen refresh run --out other --n 10 --quiet --target-model builtin:cautious \
    --metrics-port "${busy%/v1}"
exits 1 'by a refresh'
test ! -e other
result $? 'too'
finish
