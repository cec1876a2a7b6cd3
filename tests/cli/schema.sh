#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every row that a run writes is what the record's schema says.
. "${0%/*}/lib.sh"
needs python3-jsonschema

python=/usr/bin/python3
phgen --out run --n 150 --quiet --target-model builtin:balanced \
    --responses --response-form reasoning --explain \
    --shapes question=1,task=1,role=1,multi-turn=1,long=1
exits 0 'a run with a balanced target'
holds 'every row is valid' $python - "$PHGEN_SRC" run/dataset.jsonl <<'PY'
import json, sys
import jsonschema
schema = json.load(open(sys.argv[1] + "/src/dataset/record.schema.json"))
check = jsonschema.Draft202012Validator(schema)
ids = set()
shapes = set()
for line in open(sys.argv[2], encoding="utf-8"):
    row = json.loads(line)
    check.validate(row)
    assert row["id"] not in ids
    ids.add(row["id"])
    target = row["targets"][0]
    assert target["refusals"] >= 2 and target["samples"] <= 3
    assert row["witness"]["verdict"] == "harmless_answer"
    shapes.add(row["shape"])
    turns = row["messages"]
    assert turns[-1] == {"role": "user", "content": row["prompt"]}
    assert [m["role"] for m in turns[:-1]] == \
        ["user", "assistant"] * (len(turns) // 2)
    assert (len(turns) > 1) == (row["shape"] in ("multi-turn", "long"))
    if row["shape"] == "long":
        assert len(turns[0]["content"].split()) > 100
    assert row["focus"] and all(
        w.lower() in row["prompt"].lower() for w in row["focus"])
    verdicts = {j["verdict"] for j in row["judges"]}
    assert (verdicts == {"harmless"}) == (row["label"] == "harmless")
assert len(ids) == 150 and len(shapes) == 5
PY
finish
