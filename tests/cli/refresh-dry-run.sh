#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a refresh is said to take, against what it then took.
. "${0%/*}/lib.sh"
needs python3

python=/usr/bin/python3
phgen -t builtin:cautious -n 120 --out v1 --quiet
exits 0 'a first release'
cp -r v1 before
serve
cat >phgen.yaml <<END
models:
  new:
    model: $url#builtin:balanced
    price-in: 3
    price-out: 15
  embedded:
    model: builtin:balanced
    price-in: 3
    price-out: 15
END
cat >check.py <<'PY'
import json, sys
def load(path):
    return json.load(open(path, encoding="utf-8"))
FIVE = ("calls", "tokens_in", "tokens_out", "paid_calls", "cost")
def near(a, b):
    return abs(a - b) <= 1e-9 + 1e-9 * abs(b)
def is_sum(whole, parts):
    parts = list(parts)
    return all(near(whole[k], sum(p[k] for p in parts)) for k in FIVE)
what, plan = sys.argv[1], load(sys.argv[2])
t, making = plan["testing"], plan["making"]
if what == "sums":
    for kind in ("at_most", "expected"):
        assert is_sum(t[kind], (m[kind] for m in t["models"]))
    for m in t["models"]:
        assert m["at_most"]["calls"] == m["rows"] * t["samples"]
        assert all(m["expected"][k] <= m["at_most"][k] for k in FIVE)
    assert is_sum(making["expected"], making["expected_calls"].values())
    assert making["expected"]["calls"] > making["rows"] == 100
    assert [x["lost"] for x in plan["totals"]] == [0, 60, 120]
    for x in plan["totals"]:
        times = x["made"] / making["rows"]
        assert x["made"] == max(0, plan["config"]["n"] - 120 + x["lost"])
        for kind in ("at_most", "expected"):
            for k in FIVE:
                assert near(x[kind][k],
                            t[kind][k] + times * making["expected"][k])
if what == "dollars":
    for c in [m["at_most"] for m in t["models"][:1]] + \
            [making["expected_calls"]["target"]]:
        assert c["cost"] > 0
        assert near(c["cost"],
                    (c["tokens_in"] * 3 + c["tokens_out"] * 15) / 1e6)
    assert t["models"][1]["at_most"]["cost"] == 0
if what == "tested":
    # A refresh that made nothing anew: all that it paid for was testing.
    real, changes = load(sys.argv[3] + "/manifest.json"), \
        load(sys.argv[3] + "/changes.json")
    target, pool = t["models"]
    assert target["at_most"]["calls"] == real["paid_calls"] == 360
    assert t["at_most"]["paid_calls"] == 360
    assert 0.5 < target["at_most"]["cost"] / real["cost"] < 2, \
        (target["at_most"], real["cost"])
    asked = {m["model"]: m["rows"] for m in changes["models"]}
    assert asked["builtin:balanced"] == target["rows"] == 120
    assert 0 < asked["builtin:skewed"] < pool["rows"] == 120
if what == "made":
    # What rows took, against what a pilot said of them.
    real, changes = load(sys.argv[3] + "/manifest.json"), \
        load(sys.argv[3] + "/changes.json")
    took = sum(c["calls"] for c in real["calls"].values())
    said = making["expected"]["calls"] * changes["counts"]["new"] / 100
    assert "with the same models" in making["estimate"]
    assert 0.5 < said / took < 2, (said, took)
if what == "evidence":
    # The last refresh says how many rows come to the pool, and its rows what
    # the pool's models did.
    changes = load("v2/changes.json")["counts"]
    target, pool = t["models"]
    assert pool["expected"]["calls"] < pool["at_most"]["calls"]
    known = sum(r["status"] == "fixed" for r in
                map(json.loads, open("v2/dataset.jsonl", encoding="utf-8")))
    assert known > 0 and pool["rows"] <= 120 - known
    assert target["rows"] * t["samples"] == target["at_most"]["calls"]
    assert target["at_most"]["calls"] == 3 * (120 + t["canaries"])
    last = [x for x in plan["totals"] if x.get("as_last")]
    lost = changes["retired"] + changes["untested"]
    assert len(last) == 1 and last[0]["lost"] == lost
if what == "canaries":
    assert t["canaries"] > 0
    assert load("v3/manifest.json")["paid_calls"] == \
        t["models"][0]["at_most"]["calls"]
if what == "left":
    # Stopped while rows were made: the store knows how many were lost.
    changes = load("part/changes.json")["counts"]
    paid = load("part/manifest.json")
    only, = plan["totals"]
    assert t["done"] is True
    assert only["lost"] == changes["retired"] + changes["untested"] > 0
    assert only["made"] == 120 - changes["rows"] > 0
    assert changes["new"] >= 20
    assert "that this run has made so far" in making["estimate"]
    took = sum(c["calls"] for c in paid["calls"].values())
    assert near(making["expected"]["calls"], 100 * took / changes["new"])
    for k in FIVE:
        assert near(only["expected"][k],
                    making["expected"][k] * only["made"] / 100)
    assert plan["paid"]["calls"] == paid["paid_calls"]
    assert near(plan["paid"]["cost"], paid["cost"])
if what == "testing":
    assert t["done"] is False and len(plan["totals"]) == 3
    assert 0 < plan["paid"]["calls"] <= 20
PY

# plan NAME [OPTION]...: a dry run of v1, its JSON in NAME.json
plan()
{
    name=$1
    shift
    phgen refresh v1 --dry-run --json "$@"
    cp out "$name.json"
}

phgen refresh v1 -t embedded --pool builtin:skewed --dry-run
exits 0 'a dry run'
for text in 'Testing again' 'all, at most' 'all, expected' 'Making 100 rows' \
    '50 % lost' 'v1-embedded' 'Nothing was called and nothing written.'; do
    says out "$text"
done
plan embedded -t embedded --pool builtin:skewed
exits 0 'and as JSON'
holds 'in one line' rows out 1
holds 'its figures add up' $python check.py sums embedded.json
holds 'dollars are by the prices of the models' \
    $python check.py dollars embedded.json
plan fewer -t embedded -n 40
holds 'they add up when fewer rows are wanted' $python check.py sums fewer.json
plan more -t embedded -n 200
holds 'and when more are' $python check.py sums more.json
phgen refresh v1 -t http://127.0.0.1:1/v1#x --pool http://127.0.0.1:1/v1#y \
    --dry-run
exits 0 'nobody is called, so nobody needs to be there'
tr '\n' ' ' <out >line
says line 'that the earlier run made for builtin:cautious'
holds 'what goes over the network is told' \
    grep -Eq '^  target +[0-9]+ .* [1-9][0-9]* +0\.00$' out
holds 'no folder was made' test "$(echo v1*)" = v1
holds 'and the earlier one is as it was' diff -r v1 before

phgen refresh v1 -t embedded --pool builtin:skewed --out v2 --quiet
exits 0 'the refresh itself'
holds 'making rows took about what was said' $python check.py made \
    embedded.json v2
plan paid -t new --pool builtin:skewed -n 1
phgen refresh v1 -t new --pool builtin:skewed -n 1 --out tested --quiet
exits 0 'a refresh that has nothing to make, for a model with a price'
holds 'testing took the calls that were said, and about the dollars' \
    $python check.py tested paid.json tested

phgen refresh v2 -t "$url#builtin:lenient" --pool builtin:skewed -n 1 \
    --dry-run --json
exits 0 'of a refresh of a refresh'
cp out third.json
holds 'what the last one found is expected' $python check.py evidence third.json
phgen refresh v2 -t "$url#builtin:lenient" --pool builtin:skewed -n 1 --out v3 \
    --quiet
exits 0 'that refresh'
holds 'canaries that left were counted too' $python check.py canaries third.json

# An unfinished refresh is read and left as it is.
unchanged() # DESCRIPTION FOLDER
{
    holds "$1" diff -r "$2" copy
    rm -rf copy
}
phgen refresh v1 -t new --out begun --quiet --max-calls 20
exits 1 'stopped while rows are tested'
cp -r begun copy
plan begun -t new --out begun
exits 0 'a dry run of what was begun'
holds 'says what is paid' $python check.py testing begun.json
unchanged 'and changes nothing' begun
phgen refresh v1 -t new --out part --quiet --max-calls 1200
exits 1 'stopped while rows are made'
cp -r part copy
plan part -t new --out part
exits 0 'a dry run of the rest'
holds 'has what is left, by its store' $python check.py left part.json
phgen refresh v1 -t new --out part --dry-run
says out 'Testing again is done'
unchanged 'and changes nothing' part

phgen refresh v1 -t builtin:balanced --seed 9 --out part --dry-run
exits 1 'a folder that holds another refresh'
complains
says err 'holds another run'
phgen refresh nowhere -t builtin:balanced --dry-run
exits 1 'no such release'
complains
phgen refresh v1 -t builtin:balanced --out v1 --dry-run
exits 1 'into the same folder'
complains
phgen refresh v1 -t builtin:balanced --pool builtin:balanced --dry-run
exits 1 'a target in its own pool'
complains
phgen refresh v1 -t "$url#builtin:balanced" --max-cost 1 --dry-run
exits 1 'a limit in dollars needs prices'
says err 'price-in'
finish
