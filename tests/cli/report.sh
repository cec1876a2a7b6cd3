#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The report page as a file: whole, valid HTML, with its policy, nothing to
# load, and hostile texts as text.
. "${0%/*}/lib.sh"
needs python3-html5lib
. "$here/../browser/hostile.sh"

python=/usr/bin/python3
report() # ARGUMENT...
{
    "$PHGEN" report "$@" >out 2>err
    code=$?
}

phgen --out run --n 300 --quiet --target-model builtin:balanced
report run
exits 0 'a page of a run'
holds 'is in its folder' test -s run/report.html
holds 'nothing is left beside it' test ! -e run/report.html.part
cp run/report.html first.html
report run -o second.html
holds 'the same run gives the same bytes' cmp first.html second.html

report run --json
says out '"kind":	"run"' 'the figures alone'
holds 'they add up' $python - <<'PY'
import json
out = json.load(open("out"))["sources"][0]
m = json.load(open("run/manifest.json"))["counts"]
assert (out["yield"]["n"], out["yield"]["of"]) == (m["accepted"], m["candidates"])
r = out["refusal"]
assert r["of"] == sum(c["of"] for c in r["categories"]) > 300
assert r["n"] == sum(c["n"] for c in r["categories"])
for c in r["categories"]:
    assert c["of"] == sum(t[1] for t in c["triggers"])
    assert c["low"] <= c["rate"] <= c["high"]
PY

hostile run evil
report evil --title '</title><script>alert(1)</script>' --html evil.html
exits 0 'a page of hostile rows'
report run evil --html both.html
exits 0 'a page of two runs'
cat >check.py <<'PY'
import base64, hashlib, json, re, sys
import html5lib
file, *folders = sys.argv[1:]
page = open(file, encoding="utf-8", newline="").read()
# Strict: any error of the HTML is raised.
tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
head = tree.find("head")
policy = [m.get("content") for m in head.iter("meta")
          if m.get("http-equiv") == "Content-Security-Policy"]
assert len(policy) == 1, policy
rules = dict(r.strip().split(" ", 1) for r in policy[0].split(";"))
assert rules["default-src"] == "'none'", rules
assert "unsafe" not in policy[0] and "http" not in policy[0], rules

def hashed(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

data, scripts = [], []
for s in tree.iter("script"):
    (data if s.get("type") == "application/json" else scripts).append(s)
assert [hashed(s.text) for s in scripts] == [rules["script-src"]]
assert [hashed(s.text) for s in tree.iter("style")] == [rules["style-src"]]
assert "Mike Bostock" in page and "Redistributions in binary form" in page
for e in tree.iter():
    for name, value in e.attrib.items():
        assert not name.startswith("on") and name not in ("style", "src"), (e.tag, name)
        assert name != "href" or value[0] == "#" or value == "data:,", value
assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|\beval\(|new Function|innerHTML|localStorage|sessionStorage",
                     "".join(s.text for s in tree.iter("style")) + scripts[0].text.split("(() => {\n\"use strict\"")[1])

want = [json.loads(l) for f in folders for l in open(f + "/dataset.jsonl", encoding="utf-8")]
of = lambda kind: [r for s in data if s.get("class") == kind for r in json.loads(s.text)]
cells, evidence = of("data-cells"), of("data-evidence")
assert len(cells) == len(evidence) == len(want), (len(cells), len(want))
def same(shown, text):
    return shown == text or shown.endswith(" ...") and len(shown) > 1900 and text.startswith(shown[:-4])
for c, e, w in zip(cells, evidence, want):
    assert e["id"] == w["id"] and same(e["prompt"], w["prompt"]), (e["prompt"], w["prompt"])
    assert c[1] == e["prompt"] and same(c[2], w["category"]) and same(c[3], w["label"])
for s in data:
    assert not re.search("[<>&\u2028\u2029]", s.text)
PY
holds 'a plain page is valid and loads nothing' $python check.py first.html run
holds 'so is a hostile one' $python check.py evil.html evil
holds 'and one of both' $python check.py both.html run evil

phgen eval --data run -m builtin:cautious -m builtin:lenient --out measured
report measured --json
exits 0 'figures of an evaluation'
holds 'are its summary' $python -c 'import json
assert json.load(open("out"))["sources"][0]["summary"] == json.load(open("measured/eval.json"))'
report measured --html measured.html
exits 0 'a page of an evaluation'
cat >rows.py <<'PY'
import html5lib, json
tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(open("measured.html", encoding="utf-8").read())
of = lambda kind: [r for s in tree.iter("script") if s.get("class") == kind for r in json.loads(s.text)]
lines = [json.loads(l) for l in open("measured/results.jsonl", encoding="utf-8")]
cells, evidence = of("data-cells"), of("data-evidence")
assert 2 * len(cells) == 2 * len(evidence) == len(lines) == 600
for c, e, a, b in zip(cells, evidence, lines[::2], lines[1::2]):
    refused = [r["verdict"] in ("full", "partial") for r in (a, b)]
    assert e["id"] == a["id"] == b["id"] and c[1] == a["prompt"] and c[4] == sum(refused) / 2
    assert [r["model"] for r in e["results"]] == [a["model"], b["model"]]
PY
holds 'has a row for each of its rows' $python rows.py

report run --rows 5 --html few.html
exits 0 '--rows'
holds 'leaves the others out' test "$(grep -c '"sequence":5' few.html)" -eq 1
holds 'and is smaller' test "$(wc -c <few.html)" -lt "$(wc -c <first.html)"

report nothing
exits 1 'a folder that is not there'
complains
says err 'neither a run nor an evaluation' 'with a sentence'
mkdir broken && cp run/* broken/ && echo '{"prompt":' >>broken/dataset.jsonl
report broken --html broken.html
exits 1 'a file that is broken'
complains
holds 'leaves no page' test ! -e broken.html -a ! -e broken.html.part
report run --html no/such/folder/page.html
exits 1 'a page that cannot be written'
complains
report
exits 2 'no folder at all'
finish
