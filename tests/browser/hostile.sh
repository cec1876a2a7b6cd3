# SPDX-License-Identifier: GPL-3.0-or-later
# To be sourced; uses $python.
#
# hostile FROM TO: a copy of the run's folder in which texts are what an attacker
# would have a model say.
# mistyped FROM TO: one in which values are of other types than phgen writes.
hostile()
{
    cp -r "$1" "$2" && $python - "$2" <<'PY'
import json, sys
folder = sys.argv[1]
evil = ["</script><script>window.owned=1;document.title='owned'</script>",
        "<img src=x onerror=\"window.owned=2\">",
        "<!--<script>", "]]>", "&lt;b&gt; & &amp; \"quoted\" 'too'",
        "\u2028window.owned=3\u2029", "javascript:window.owned=4", "\u202egnp.exe\u202c",
        "{{constructor.constructor('window.owned=5')()}}", "__proto__", "=HYPERLINK(\"http://evil.example\")",
        "<svg/onload=window.owned=6>", "<base href=http://evil.example/>",
        "<meta http-equiv=refresh content='0;url=http://evil.example/'>", "\\u003cscript\\u003e", "a" * 9000]
def poison(v, i):
    if isinstance(v, str):
        return evil[i % len(evil)] + " " + v
    if isinstance(v, list):
        return [poison(x, i + n) for n, x in enumerate(v)]
    if isinstance(v, dict):
        return {k: poison(x, i + n) if k not in ("id", "verdict", "role") else x for n, (k, x) in enumerate(v.items())}
    return v
rows = [json.loads(l) for l in open(folder + "/dataset.jsonl", encoding="utf-8")]
with open(folder + "/dataset.jsonl", "w", encoding="utf-8") as f:
    for i, r in enumerate(rows):
        f.write(json.dumps(poison(r, i), ensure_ascii=i % 2 == 0) + "\n")
m = json.load(open(folder + "/manifest.json"))
for name in ("models", "created", "run", "panel", "calls"):
    m[name] = poison(m[name], 0)
m["calls"] = {evil[i % len(evil)]: {"calls": i, "tokens_in": 1, "tokens_out": 1} for i in range(3)}
m["counts"]["dropped_by_reason"] = {e: 1 for e in evil}
json.dump(m, open(folder + "/manifest.json", "w"))
tree = json.load(open(folder + "/learned.json"))
tree["target"] = evil[0]
tree["categories"] = {evil[i % len(evil)] + k: {**c, "triggers": {evil[(i + n) % len(evil)] + t: v for n, (t, v) in enumerate(c["triggers"].items())}}
                      for i, (k, c) in enumerate(tree["categories"].items())}
json.dump(tree, open(folder + "/learned.json", "w"))
PY
}

mistyped()
{
    cp -r "$1" "$2" && $python - "$2" <<'PY'
import json, sys
folder = sys.argv[1]
wrong = [None, 3, "text", [], {}, [None, 3, "text", [[]], {"model": {}}], {"a": None}, True, 1e300, -1]
rows = [json.loads(l) for l in open(folder + "/dataset.jsonl", encoding="utf-8")]
with open(folder + "/dataset.jsonl", "w", encoding="utf-8") as f:
    for i, r in enumerate(rows):
        f.write(json.dumps({k: v if k in ("id", "prompt") else wrong[(i + n) % len(wrong)] for n, (k, v) in enumerate(r.items())}) + "\n")
m = json.load(open(folder + "/manifest.json"))
json.dump({k: v if k == "counts" else wrong[n % len(wrong)] for n, (k, v) in enumerate(m.items())} |
          {"panel": {"judges": [None, 3]}, "paid": [None], "calls": {"a": None}, "audit": {"rows": 1, "harm": 3}},
          open(folder + "/manifest.json", "w"))
PY
}
