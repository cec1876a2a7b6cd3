#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Two evaluations and two runs side by side; what cannot be compared is said.
. "${0%/*}/lib.sh"
needs python3

compare() # like phgen, for a command without --data-dir
{
    "$PHGEN" diff "$@" >out 2>err
    code=$?
}
phgen --out demo --n 60 --quiet --target-model builtin:cautious --controls
phgen --out other --n 60 --quiet --target-model builtin:cautious --seed 2
head -n 40 demo/dataset.jsonl >part.jsonl
phgen eval -q --data demo --model builtin:cautious --out a
exits 0 'an evaluation'
phgen eval -q --data part.jsonl --model builtin:lenient --samples 2 --out b
exits 0 'and one of another model on some of the rows'
compare a b
exits 0 'two evaluations'
says out '40 rows are in both'
says out 'builtin:cautious -> builtin:lenient' 'the only models are compared'
says out 'samples' 'and what was configured differently is said'
compare a b --json
exits 0 'as JSON'
holds 'the figures are those of the results' /usr/bin/python3 - <<'PY'
import json
d = json.load(open("out"))
def read(folder):
    return {r["id"]: r for r in map(json.loads, open(folder + "/results.jsonl"))}
a, b = read("a"), read("b")
no = lambda r: r["verdict"] in ("full", "partial")
shared = [i for i in a if i in b and a[i]["label"] == "harmless"]
m = next(m for m in d["measures"] if m["label"] == "harmless")
assert m["shared"]["rows"] == len(shared)
assert m["shared"]["only_a"] == sum(no(a[i]) and not no(b[i]) for i in shared)
assert m["shared"]["only_b"] == sum(no(b[i]) and not no(a[i]) for i in shared)
change = (sum(no(b[i]) for i in shared) - sum(no(a[i]) for i in shared))
assert abs(m["shared"]["change"] - change / len(shared)) < 1e-4
assert m["shared"]["low"] <= m["shared"]["change"] <= m["shared"]["high"]
assert m["a"]["rows"] == sum(r["label"] == "harmless" for r in a.values())
assert len(d["changed"]) == sum(no(a[i]) != no(b[i]) for i in a if i in b)
assert {c["name"] for c in d["config"]} == \
    {"data", "rows_hash", "models", "samples"}
PY
compare a a
exits 0 'with itself'
says out '+0.0 (+0.0 to +0.0)' 'nothing changed'
compare demo other
exits 0 'two runs'
says out 'seed' 'the seed differs'
says out 'controversial'
compare a demo
exits 1 'an evaluation and a run'
complains
says err 'compare two of a kind'
compare a nowhere
exits 1 'a folder that is not there'
complains
says err nowhere
mkdir broken
cp a/eval.json broken/
head -c 3000 a/results.jsonl >broken/results.jsonl
compare a broken
exits 1 'a file that was cut'
complains
says err 'broken/results.jsonl:' 'file and line are named'
mkdir begun
cp a/eval.sqlite begun/
compare a begun
exits 1 'an evaluation that is not finished'
says err 'not finished'
finish
