#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A dataset for one model, refreshed for a second and a third.
. "${0%/*}/lib.sh"
needs python3

python=/usr/bin/python3
phgen -t builtin:cautious -n 120 --out v1 --quiet --responses
exits 0 'a first release'
cp -r v1 before
phgen refresh v1 -t builtin:balanced --pool builtin:skewed --out v2 --quiet
exits 0 'refreshed for another model, with a pool'
holds 'the earlier folder is as it was' diff -r v1 before
phgen refresh v2 -t builtin:lenient --pool builtin:skewed --n 60 --out v3 \
    --quiet
exits 0 'and again, for a third'

cat >check.py <<'PY'
import json, sys
def lines(path):
    return [json.loads(l) for l in open(path, encoding="utf-8")]
def load(folder):
    return (lines(folder + "/dataset.jsonl"), lines(folder + "/rejected.jsonl"),
            json.load(open(folder + "/manifest.json")),
            json.load(open(folder + "/changes.json")))
old = lines("v1/dataset.jsonl")
rows, rejects, manifest, changes = load("v2")
n = changes["counts"]
status = {r["id"]: r["status"] for r in rows}
retired = {r["id"]: r for r in rejects if r["reason"] == "retired"}
def refuses(row, name):
    t = [t for t in row["targets"] if t["model"] == name]
    return t and t[0]["refusals"] >= 2
what = sys.argv[1]
if what == "classes":
    assert n["before"] == 120 and n["untested"] == 0
    assert min(n["persistent"], n["fixed"], n["retired"], n["new"]) > 0, n
    for r in rows:
        if r["status"] == "persistent":
            assert refuses(r, "builtin:balanced")
        if r["status"] == "fixed":
            assert not refuses(r, "builtin:balanced")
            assert refuses(r, "builtin:skewed")
        if r["status"] == "new":
            assert refuses(r, "builtin:balanced") and r["since"] == "1.1.0"
            assert len(r["targets"]) == 1
        else:
            assert r["since"] == "1.0.0"
        assert r["targets"][0]["model"] == "builtin:balanced"
    for r in retired.values():
        assert not refuses(r, "builtin:balanced")
        assert not refuses(r, "builtin:skewed")
if what == "sums":
    assert n["before"] == n["persistent"] + n["fixed"] + n["retired"]
    assert n["rows"] == n["persistent"] + n["fixed"] + n["new"] == 120
    assert len(rows) == 120 == manifest["counts"]["accepted"]
    for s in ("persistent", "fixed", "new"):
        assert n[s] == sum(v == s for v in status.values())
    assert n["retired"] == len(retired)
    for key in ("before", "persistent", "fixed", "retired", "new", "rows"):
        assert n[key] == sum(c[key] for c in changes["by_category"].values())
    for c in changes["by_category"].values():
        assert c["before"] == c["persistent"] + c["fixed"] + c["retired"]
        assert c["rows"] == c["persistent"] + c["fixed"] + c["new"]
    share = changes["shares"]["persistent"]
    assert share["wilson_low"] < share["rate"] < share["wilson_high"]
    assert abs(share["rate"] - n["persistent"] / 120) < 1e-4
if what == "ids":
    left = {r["id"] for r in old} - set(status)
    assert left == set(retired)
    new = {r["id"] for r in rows if r["status"] == "new"}
    assert not new & {r["id"] for r in old}
if what == "bytes":
    # Without what is added the rows are those that there were.
    was = {json.loads(l)["id"]: l for l in open("v1/dataset.jsonl")}
    for r in rows:
        if r["status"] == "new":
            continue
        r["targets"] = [t for t in r["targets"] if "release" not in t]
        for name in ("status", "since", "canary"):
            r.pop(name, None)
        assert json.dumps(r, ensure_ascii=False, separators=(",", ":")) + "\n" \
            == was[r["id"]], r["id"]
    assert any("response" in r for r in rows)
if what == "order":
    kept = [r["id"] for r in rows if r["status"] != "new"]
    assert kept == [r["id"] for r in old if r["id"] in status]
    assert [r["status"] == "new" for r in rows] == \
        sorted(r["status"] == "new" for r in rows)
if what == "lineage":
    rows3, rejects3, manifest3, changes3 = load("v3")
    release = manifest3["release"]
    assert release["version"] == "1.2.0"
    assert [a["version"] for a in release["lineage"]] == ["1.0.0", "1.1.0"]
    first = json.load(open("v1/manifest.json"))
    assert release["lineage"][0]["run"] == first["run"]
    assert release["lineage"][1]["run"] == manifest["run"]
    assert [a["rows"] for a in release["lineage"]] == [120, 120]
    ids = {r["id"] for r in rows3}
    every = {r["id"] for r in rejects3 if "id" in r}
    # No row of any release is lost or comes back.
    assert {r["id"] for r in old} | set(status) <= ids | every
    assert not ids & every
    assert not {r["id"] for r in rows3 if r["status"] == "new"} & \
        ({r["id"] for r in old} | set(status))
    assert {r["since"] for r in rows3} >= {"1.0.0", "1.2.0"}
    m = changes3["counts"]
    assert m["before"] == 120 and m["rows"] == len(rows3) == 60
if what == "canaries":
    rows3, rejects3, manifest3, changes3 = load("v3")
    def canaries(rows, rejects):
        return {r["id"]: r["canary"] for r in rows + rejects if "canary" in r}
    two, three = canaries(rows, rejects), canaries(rows3, rejects3)
    assert len(two) == 20 and set(two) == set(three)
    assert set(two) <= {r["id"] for r in old}
    for key, readings in three.items():
        assert [r["version"] for r in readings] == ["1.0.0", "1.1.0", "1.2.0"]
        assert readings[:2] == two[key] and readings[0]["refused"] is True
    # Those that had left were tested all the same.
    assert any(r["reason"] == "left_before" and "canary" in r for r in rejects3)
    history = changes3["canaries"]["history"]
    for i, version in enumerate(("1.0.0", "1.1.0", "1.2.0")):
        refused = sum(r[i]["refused"] for r in three.values())
        assert history[i]["version"] == version
        assert history[i]["rows"] == 20 and history[i]["refused"] == refused
    assert changes3["canaries"]["stopped"] == sum(
        r[1]["refused"] and not r[2]["refused"] for r in three.values())
if what == "learned":
    for folder in ("v2", "v3"):
        rows, rejects, manifest, changes = load(folder)
        learned = json.load(open(folder + "/learned.json"))
        candidates, won, near, calls, prompts, refused = learned["n"]
        n = changes["counts"]
        # What was carried over was not made here, and took no calls here.
        assert candidates == (manifest["counts"]["candidates"] - n["before"] -
                              manifest["config"]["refreshes"]["left_before"])
        assert won == n["new"] and near <= candidates
        assert calls == sum(a["calls"] for a in manifest["calls"].values())
        # But the target did answer when it was tested, all of them.
        trials = [r["targets"][0] for r in rows + rejects
                  if r.get("status", "new") != "new"
                  and r.get("reason") != "left_before"]
        assert len(trials) == n["before"] <= prompts
        assert refused >= n["new"] + sum(t["refusals"] >= 2 for t in trials)
PY
for what in classes sums ids bytes order lineage canaries learned; do
    case $what in
    classes) says_what='each class is what the evidence in the rows says' ;;
    sums) says_what='totals add up, also by category' ;;
    ids) says_what='ids are stable' ;;
    bytes) says_what='rows that stay differ in what was added only' ;;
    order) says_what='in their order, the new ones behind' ;;
    lineage) says_what='the third version knows both before it' ;;
    learned) says_what='what was carried over makes no region look cheap' ;;
    canaries) says_what='canaries are tested in each, also when retired' ;;
    esac
    holds "$says_what" $python check.py $what
done
says v2/CHANGES.md '# Version `1.1.0`'
says v2/README.md 'This is version `1.1.0`'

schema()
{
    $python - "$PHGEN_SRC" <<'PY'
import json, sys
import jsonschema
schema = json.load(open(sys.argv[1] + "/src/dataset/record.schema.json"))
check = jsonschema.Draft202012Validator(schema)
for folder in ("v2", "v3"):
    for line in open(folder + "/dataset.jsonl", encoding="utf-8"):
        check.validate(json.loads(line))
PY
}
! $python -c 'import jsonschema' 2>/dev/null ||
    holds "every row is what the record's schema says" schema

# A run like any other.
phgen stats v2/dataset.jsonl
exits 0 'stats reads it'
phgen export v2 -f sft --embedded -o sft
exits 0 'export reads it'
phgen explain v2 --quiet
exits 0 'explain reads it'
phgen respond v2 --quiet
exits 0 'respond reads it'
holds 'and the release is still in the manifest' \
    grep -q '"version":.*"1.1.0"' v2/manifest.json
phgen refresh v1 -t builtin:balanced --pool builtin:skewed --out v2 --quiet
exits 0 'the finished refresh is resumed: nothing is left to do'

# Two targets, one of them over HTTP; then a pool whose answers are in the rows
# already and are not asked for again.
serve
phgen refresh v1 -t "$url#builtin:balanced" -t builtin:skewed --out two --quiet
exits 0 'for two targets at once'
holds 'a row is one that either refuses' $python - <<'PY'
import json
for line in open("two/dataset.jsonl"):
    row = json.loads(line)
    both = row["targets"][:2]
    assert [t["model"] for t in both] == ["builtin:balanced", "builtin:skewed"]
    assert any(t["refusals"] >= 2 for t in both)
models = json.load(open("two/changes.json"))["models"]
assert [m["rows"] for m in models] == [120, 120]
PY
phgen refresh two -t builtin:lenient --pool builtin:skewed \
    --pool "$url#builtin:cautious" --out three --quiet --n 120
exits 0 'with a pool that knows the old rows'
holds 'its answers in the rows are used' $python - <<'PY'
import json
models = {m["model"]: m["rows"] for m in
          json.load(open("three/changes.json"))["models"]}
rows = [json.loads(l) for l in open("three/dataset.jsonl")]
old = [json.loads(l) for l in open("two/dataset.jsonl")]
# builtin:skewed has answered for every row, and is asked again only where its
# answers do not decide: generate stops asking when another target settled it.
assert models["builtin:lenient"] == 120
assert models.get("builtin:skewed", 0) < 60
asked = sum(r["since"] == "1.1.0" for r in rows + old)
assert 0 < models["builtin:cautious"] <= asked
PY

# Versions: the same model is a correction, another definition a major one.
phgen refresh v1 -t builtin:cautious --out same --quiet
exits 0 'for the same model'
says same/CHANGES.md '# Version `1.0.1`'
phgen refresh v1 -t builtin:balanced --samples 5 --min-refusals 3 --out other \
    --quiet --n 40
exits 0 'by another rule'
says other/CHANGES.md '# Version `2.0.0`'
says other/CHANGES.md 'The definition changed'
finish
