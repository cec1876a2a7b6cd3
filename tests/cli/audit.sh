#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# People rate a sample of a run: what is drawn, what their verdicts add up to
# (worked out a second time below, from the definitions), what it does to the
# rows, the card and the exports.
. "${0%/*}/lib.sh"
needs python3-jsonschema

python=/usr/bin/python3
phgen --out run --n 300 --quiet --target-model builtin:cautious --responses
says run/README.md '**Not audited.**' 'a card without an audit says so'
cp run/dataset.jsonl before.jsonl
phgen audit run --read
exits 1 'nothing is rated yet'
says err 'nobody has rated'

phgen audit run --n 60 --annotator anna --annotator bert
exits 0 'two sheets'
phgen audit run --n 60 --annotator anna --out again
holds 'the same seed draws the same' cmp run/audit/anna.csv again/anna.csv
phgen audit run --n 120 --annotator anna --out more
says err '120 of 300 rows'
holds 'a larger one takes its place without a word' \
    sh -c '! grep -q "takes the place" err'
phgen audit run --n 60 --seed 2 --annotator anna --out other
says err 'takes the place of the one that was drawn before (--n 120 --by domain'
phgen audit run --n 88 --by category --annotator anna --out fine --least 1
exits 0 'strata of categories'
phgen audit run --n 60 --open --annotator anna --out open
phgen audit run --n 3 --annotator anna --out few
exits 1 'fewer than the strata need'
says err 'draw '
phgen audit run --n 60 --annotator anna --annotator bert
exits 0 'the same draw again finds its sheets'

cat >sheets.py <<'PY'
import csv, json
def sheet(path):
    raw = open(path, "rb").read()
    assert raw.startswith(b"\xef\xbb\xbf") and raw.endswith(b"\r\n")
    return list(csv.DictReader(open(path, encoding="utf-8-sig", newline="")))
anna, bert = sheet("run/audit/anna.csv"), sheet("run/audit/bert.csv")
assert [r["id"] for r in anna] == [r["id"] for r in bert] and len(anna) == 60
assert {r["annotator"] for r in anna} == {"anna"}
assert list(anna[0]) == ["id", "before", "prompt", "verdict", "note", "annotator"]
assert not any(r["verdict"] or r["note"] for r in anna)
assert [json.loads(l) for l in open("run/audit/anna.jsonl", encoding="utf-8")] == anna
rows = {r["id"]: r for r in map(json.loads, open("run/dataset.jsonl", encoding="utf-8"))}
for r in anna:
    row = rows[r["id"]]
    assert r["prompt"].lstrip("'") == row["prompt"].lstrip("'")
    turns = row["messages"][:-1]
    assert r["before"] == "\n\n".join(m["role"] + ": " + m["content"] for m in turns)
assert {r["id"] for r in anna} < {r["id"] for r in sheet("more/anna.csv")}
assert {r["id"] for r in anna} != {r["id"] for r in sheet("other/anna.csv")}
assert "judges" in sheet("open/anna.csv")[0]
def strata(ids, by):
    n = {}
    for i in ids:
        key = rows[i]["label"], rows[i][by]
        n[key] = n.get(key, 0) + 1
    return n
whole, drawn = strata(rows, "domain"), strata([r["id"] for r in anna], "domain")
for key, n in whole.items():
    assert drawn.get(key, 0) >= min(2, n), key
    assert abs(drawn[key] - 60 * n / 300) <= 2, (key, drawn[key], n)
whole, drawn = strata(rows, "category"), strata([r["id"] for r in sheet("fine/anna.csv")], "category")
assert set(whole) == set(drawn)
PY
holds 'a blind, stratified sample' $python sheets.py
holds 'with guidelines that have the rubric' \
    grep -q '^- `controversial`: reasonable moderators' run/audit/guidelines.md

# anna rates all, bert two thirds; they find one row harmful together.
cat >fill.py <<'PY'
import csv
for who in "anna", "bert":
    path = "run/audit/%s.csv" % who
    rows = list(csv.DictReader(open(path, encoding="utf-8-sig", newline="")))
    for i, r in enumerate(rows):
        r["verdict"] = "harmless"
        if i % 9 == 4:
            r["verdict"] = "controversial"
        if i == 7 or (who == "anna" and i == 11) or (who == "bert" and i == 20):
            r["verdict"], r["note"] = "harmful", "=not this, \"or\"\nthat"
        if i in (30, 59):
            r["verdict"] = "unsure"
        if who == "bert" and (i >= 40 or i == 13):
            r["verdict"] = ""
        if who == "bert" and i in (5, 6):
            r["verdict"] = "controversial"
    with open(path, "w", encoding="utf-8", newline="") as f:
        w = csv.DictWriter(f, list(rows[0]))
        w.writeheader()
        w.writerows(rows)
PY
$python fill.py
phgen audit run --read run/audit/anna.csv run/audit/bert.csv --json
exits 0 'both are read'
cp out report.json
says err '2 people rated 60 rows'
says err '1 row that people find harmful'

cat >check.py <<'PY'
import csv, json, math
from collections import Counter
got = json.load(open("report.json"))
audit, disputed = got["audit"], got["disputed"]
rows = {r["id"]: r for r in map(json.loads, open("before.jsonl", encoding="utf-8"))}
said = {}
for who in "anna", "bert":
    for r in csv.DictReader(open("run/audit/%s.csv" % who, encoding="utf-8", newline="")):
        if r["verdict"]:
            said.setdefault(r["id"], {})[who] = r["verdict"]
def near(a, b):
    assert abs(a - b) < 1e-4, (a, b)
def people(v):
    sure = [x for x in v.values() if x != "unsure"]
    if not sure:
        return "unsure"
    for label in "harmless", "controversial", "harmful":
        if 2 * sure.count(label) > len(sure):
            return label
    return "controversial"
def kappa(pairs):
    n = len(pairs)
    a, b = Counter(x for x, _ in pairs), Counter(y for _, y in pairs)
    agree = sum(x == y for x, y in pairs) / n
    chance = sum(a[k] * b[k] for k in a) / n ** 2
    return n, agree, (agree - chance) / (1 - chance)
def alpha(items):
    units = [u for u in items if len(u) > 1]
    values = Counter(v for u in units for v in u)
    n = sum(values.values())
    seen = sum(sum(x != y for i, x in enumerate(u) for k, y in enumerate(u) if i != k) / (len(u) - 1) for u in units) / n
    chance = sum(values[a] * values[b] for a in values for b in values if a != b) / (n * (n - 1))
    return 1 - seen / chance
def wilson(p, n, z):
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0, (middle - half) / (1 + z * z / n)), min(1, (middle + half) / (1 + z * z / n))
def check_rate(e, doubt, only):
    size = Counter((r["label"], r["domain"]) for r in rows.values())
    rated, bad = Counter(), Counter()
    for i, v in said.items():
        key, label = (rows[i]["label"], rows[i]["domain"]), people(v)
        if label == "unsure" and not doubt:
            continue
        rated[key] += 1
        bad[key] += label in ("harmful", "unsure")
    keys = [k for k in size if only in (None, k[0]) and rated[k]]
    total = sum(size[k] for k in keys)
    w = {k: size[k] / total for k in keys}
    p = sum(w[k] * bad[k] / rated[k] for k in keys)
    v = sum(w[k] ** 2 * (q := bad[k] / rated[k]) * (1 - q) / (rated[k] - 1) for k in keys if rated[k] > 1)
    n = 1 / sum(w[k] ** 2 / rated[k] for k in keys)
    n = min(n, p * (1 - p) / v) if v else n
    near(e["rate"], p)
    near(e["low"], wilson(p, n, 1.959964)[0])
    near(e["high"], wilson(p, n, 1.959964)[1])
    near(e["upper"], wilson(p, n, 1.644854)[1])
    assert e["harmful"] == sum(bad[k] for k in keys) and e["rated"] == sum(rated[k] for k in keys)
    assert e["rows"] == sum(size[k] for k in size if only in (None, k[0]))
check_rate(audit["harm"]["all"], False, None)
check_rate(audit["harm"]["harmless"], False, "harmless")
check_rate(audit["harm"]["controversial"], False, "controversial")
check_rate(audit["harm"]["doubt_as_harm"], True, None)
pairs = [(v["anna"], v["bert"]) for v in said.values() if len(v) == 2 and "unsure" not in v.values()]
pair, = audit["agreement"]["pairs"]
for k, x in zip(("rows", "agree", "kappa"), kappa(pairs)):
    near(pair[k], x)
near(audit["agreement"]["alpha"], alpha([[x for x in v.values() if x != "unsure"] for v in said.values()]))
label = [(rows[i]["label"], people(v)) for i, v in said.items() if people(v) != "unsure"]
for k, x in zip(("rows", "agree", "kappa"), kappa(label)):
    near(audit["agreement"]["with_label"][k], x)
differ = {i for i, v in said.items() if any(x not in ("unsure", rows[i]["label"]) for x in v.values())}
assert differ == {d["id"] for d in disputed} and audit["disputed"] == len(differ)
assert audit["labels"] == {k: Counter(map(people, said.values()))[k] for k in audit["labels"]}
assert audit["labels"]["harmful"] == 1 and audit["annotators"] == 2 and "names" not in audit
manifest = json.load(open("run/manifest.json"))
assert manifest["audit"] == audit and manifest["counts"]["withheld"] == 1
PY
holds 'every figure, worked out again' $python check.py

cat >rows.py <<'PY'
import json, sys
import jsonschema
check = jsonschema.Draft202012Validator(json.load(open(sys.argv[1] + "/src/dataset/record.schema.json")))
rows = [json.loads(l) for l in open("run/dataset.jsonl", encoding="utf-8")]
for row in rows:
    check.validate(row)
assert len(rows) == 299 and sum("human" in r for r in rows) == 59
one, = [r for r in map(json.loads, open("run/rejected.jsonl", encoding="utf-8")) if r["reason"] == "people_harmful"]
assert "response" not in one and "label" not in one and one["human"]["label"] == "harmful"
assert one["human"]["verdicts"][0]["note"] == "=not this, \"or\" that"
assert one["id"] not in {r["id"] for r in rows}
open("harmful.txt", "w").write(one["prompt"])
PY
holds 'rows have the verdicts, and the harmful one left' \
    $python rows.py "$PHGEN_SRC"
says run/README.md '**2 people** rated 60 rows' 'the card has the audit'
says run/README.md '| all | 58 | 1 |'
says run/README.md "Cohen's kappa"
says run/README.md 'This set has **299** rows'
holds 'and no names' sh -c '! grep -q anna run/README.md'

for f in sft dpo csv; do
    phgen export run --format $f --embedded
    holds "$f holds the harmful row back" sh -c "test -s run/export/$f/data.* &&
        ! grep -qF -f harmful.txt run/export/$f/data.*"
done
says err 'withheld, since people find them harmful: 1'
$python - <<'PY'
import json
rows = [json.loads(l) for l in open("before.jsonl", encoding="utf-8")]
verdict = {"annotator": "a", "verdict": "harmful", "note": "", "at": ""}
rows[3]["human"] = {"label": "harmful", "verdicts": [verdict]}
with open("given.jsonl", "w", encoding="utf-8") as f:
    f.writelines(json.dumps(r) + "\n" for r in rows)
PY
phgen export given.jsonl --format sft --embedded --out given
says err 'left out, found harmful by people: 1' 'also from a file that has it'

cp run/dataset.jsonl once.jsonl
phgen audit run --read run/audit/anna.csv run/audit/bert.csv --json
holds 'reading them again changes nothing' cmp once.jsonl run/dataset.jsonl
holds 'nor the report' cmp out report.json
phgen --out run --n 300 --quiet --target-model builtin:cautious --responses
holds 'a finished run that is opened again keeps them' \
    cmp once.jsonl run/dataset.jsonl
says run/README.md '**2 people** rated 60 rows'
phgen respond run
says err ' of 299 rows have a training answer' \
    'no answer is asked for to what people find harmful'
phgen audit run --read --names
says run/README.md '`anna`, `bert`' 'names when asked for'

# bert thinks better of it.
$python - <<'PY'
path = "run/audit/bert.csv"
text = open(path, encoding="utf-8", newline="").read()
open(path, "w", encoding="utf-8", newline="").write(text.replace("harmful", "harmless"))
PY
phgen audit run --read run/audit/bert.csv
holds 'the row is back when people are split' rows run/dataset.jsonl 300
holds 'with its response' test "$(grep -c '"response":"' run/dataset.jsonl)" \
    -eq "$(grep -c '"response":"' before.jsonl)"
holds 'and none is withheld' sh -c '! grep -q withheld run/manifest.json'
finish
