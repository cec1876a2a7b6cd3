#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A split keeps together what is near or shares a trigger; planted leaks are
# caught; the same seed gives the same files.
. "${0%/*}/lib.sh"
needs python3

python=/usr/bin/python3
phgen --out run --n 400 --quiet --target-model builtin:cautious \
    --shapes question=0.8,task=0.1,role=0.1
# Plant paraphrases under triggers of their own: only their text is near.
$python - run <<'PY'
import json, sys
path = sys.argv[1] + "/dataset.jsonl"
rows = [json.loads(l) for l in open(path, encoding="utf-8")]
more = []
for i, row in enumerate(rows[:60]):
    twin = json.loads(json.dumps(row))
    twin["id"] = "%032x" % i
    twin["prompt"] = "Hello! " + row["prompt"].replace("?", "").lower() + " please"
    twin["messages"][-1]["content"] = twin["prompt"]
    twin["path"]["trigger"] = "planted %d" % i
    more.append(twin)
with open(path, "w", encoding="utf-8") as f:
    for row in rows + more:
        f.write(json.dumps(row) + "\n")
PY
phgen export run --format csv --split train=0.8,test=0.2 --json
exits 0 'a split'
holds 'no trigger in common' grep -q '"shared_triggers":0' out
cp out first.json
$python - run >verdict 2>&1 <<'PY'
import csv, json, sys
run = sys.argv[1]
where = {}
for part in ("train", "test"):
    for row in csv.DictReader(open("%s/export/csv/%s.csv" % (run, part), newline="")):
        where[row["id"]] = part
rows = [json.loads(l) for l in open(run + "/dataset.jsonl", encoding="utf-8")]
assert len(where) == len(rows) == 460
shares = sum(p == "train" for p in where.values()) / len(where)
assert 0.75 < shares < 0.85, shares
for i in range(60):
    assert where[rows[i]["id"]] == where["%032x" % i], rows[i]["prompt"]
triggers = {}
for row in rows:
    assert triggers.setdefault(row["path"]["trigger"], where[row["id"]]) == where[row["id"]]
PY
holds 'planted paraphrases are on one side' test ! -s verdict
cp run/export/csv/test.csv once.csv
phgen export run --format csv --split train=0.8,test=0.2
holds 'the same once more' cmp once.csv run/export/csv/test.csv
phgen export run --format csv --split train=0.8,test=0.2 --seed 2
holds 'another seed, another split' \
    sh -c '! cmp -s once.csv run/export/csv/test.csv'
phgen export run --format csv --split train=0.8,test=0.2 --near 1 --json
holds 'without nearness the leak is reported' \
    grep -Eq '"near":[1-9]' out
phgen export run --format csv --balance category --out even
$python - >verdict 2>&1 <<'PY'
import collections, csv
n = collections.Counter(r["type"] for r in csv.DictReader(open("even/csv/data.csv", newline="")))
assert len(set(n.values())) == 1, n
PY
holds 'balanced categories' test ! -s verdict
for bad in train train=0.9 train=0.9,train=0.1 train=2 =1 'a b=1' \
    train=0.5,test=0.4x; do
    phgen export run --format csv --split "$bad"
    exits 2 "--split $bad"
done
finish
