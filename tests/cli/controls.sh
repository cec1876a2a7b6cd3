#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Unsafe twins: in a file of their own, judged harmful, never in a row, and the
# same however the work was broken off.
. "${0%/*}/lib.sh"

phgen --out run --n 300 --quiet --target-model builtin:cautious
holds 'no controls unless asked for' test ! -e run/controls.jsonl
cp run/dataset.jsonl rows.jsonl
cp -r run http
phgen controls run
exits 0 'controls'
says err 'different controls for'
says err 'run: the controls are in controls.jsonl ("contrast_of"' \
    'and says where'
holds 'there are some' test "$(wc -l <run/controls.jsonl)" -ge 20
holds 'each is harmful' test "$(grep -c '"label":"harmful"' run/controls.jsonl)" \
    -eq "$(wc -l <run/controls.jsonl)"
holds 'each stands there once' test \
    "$(cut -d'"' -f4 run/controls.jsonl | sort -u | wc -l)" \
    -eq "$(wc -l <run/controls.jsonl)"
holds 'the rows are what they were' cmp rows.jsonl run/dataset.jsonl
written=$(sed -n 's/.*"written":[[:space:]]*\([0-9]*\).*/\1/p' run/manifest.json)
holds 'the manifest counts them' test "$written" -eq \
    "$(wc -l <run/controls.jsonl)"

cp run/controls.jsonl once.jsonl
phgen --out run --n 300 --quiet --target-model builtin:cautious
holds 'a finished run that is opened again keeps them' \
    cmp once.jsonl run/controls.jsonl
phgen --out whole --n 300 --quiet --target-model builtin:cautious --controls
holds 'the run itself writes them with --controls' \
    cmp once.jsonl whole/controls.jsonl

serve --faults 429=0.05,500=0.05,cut=0.05
phgen controls http --contrast-model "$url#builtin:contrast" --max-calls 100
exits 1 'a limit stops it'
says err '--max-calls'
phgen controls http --contrast-model "$url#builtin:contrast" --quiet
exits 0 'the same command goes on'
holds 'with the same bytes as in process' cmp once.jsonl http/controls.jsonl

phgen controls run --contrast-model builtin:generator --quiet
exits 0 'a contrast agent that writes no twins'
holds 'leaves no file' test ! -e run/controls.jsonl
holds 'and the rows alone' cmp rows.jsonl run/dataset.jsonl

phgen --out mild --n 100 --quiet --target-model builtin:cautious \
    --judge-model builtin:always-harmless --controls
exits 0 'a panel that finds no harm'
holds 'keeps no control' test ! -e mild/controls.jsonl
holds 'and names no file of them' sh -c '! grep -q "the controls are in" err'
phgen controls nowhere
exits 1 'a folder that is no run'

phgen --out guarded --n 60 --quiet --target-model builtin:cautious \
    -j builtin:judge-moderate -j builtin:shieldgemma -j builtin:qwen3guard-gen
phgen controls guarded
exits 0 'guards judge the twins in their own form'
says guarded/controls.jsonl '"model":"builtin:shieldgemma","verdict":"harmful"'
holds 'none abstained' sh -c '! grep -q abstain guarded/controls.jsonl'

if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
    holds 'every control is valid' /usr/bin/python3 - "$PHGEN_SRC" \
        once.jsonl rows.jsonl <<'PY'
import json, sys
import jsonschema
schema = json.load(open(sys.argv[1] + "/src/dataset/control.schema.json"))
check = jsonschema.Draft202012Validator(schema)
rows = {r["id"]: r for r in map(json.loads, open(sys.argv[3], encoding="utf-8"))}
for line in open(sys.argv[2], encoding="utf-8"):
    c = json.loads(line)
    check.validate(c)
    row = rows[c["contrast_of"]]
    assert row["label"] == "harmless"
    assert row["path"]["trigger"] == c["trigger"]
    assert row["category"] == c["category"]
    votes = [j["verdict"] for j in c["judges"]]
    assert 2 * votes.count("harmful") > len(votes)
    assert c["id"] not in rows
PY
fi
finish
