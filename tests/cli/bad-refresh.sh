#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What cannot be refreshed is told in a sentence that says what to do.
. "${0%/*}/lib.sh"

phgen -t builtin:cautious -n 20 --out old --quiet
exits 0 'a first release'
phgen refresh -t builtin:balanced
exits 2 'no run is a usage error'
phgen refresh old
exits 2 'no target is a usage error'
says err '--target-model'
phgen refresh nowhere -t builtin:balanced
exits 1 'no such folder'
complains
says err 'nowhere is no run that can be refreshed'
phgen refresh old -t builtin:balanced --out old
exits 1 'into the same folder'
complains
says err 'give another --out'
phgen refresh old -t builtin:balanced --out ./old/../old/
exits 1 'whatever it is called'
phgen refresh old -t builtin:balanced --pool builtin:balanced --out x
exits 1 'a target in its own pool'
complains
says err 'the pool is for other models'
phgen refresh old -t builtin:balanced --pool builtin:skewed \
    --pool builtin:skewed --out x
exits 1 'a model twice in the pool'
phgen refresh old -t builtin:balanced --pool builtin:nobody --out x
exits 1 'an unknown model in the pool'
says err '--pool'
phgen refresh old -t builtin:balanced --min-refusals 5 --out x
exits 2 'a rule that nothing can meet'
holds 'nothing was made' test ! -e x/run.sqlite

cp -r old broken
sed '3s/"category":/"kategorie":/' old/dataset.jsonl >broken/dataset.jsonl
phgen refresh broken -t builtin:balanced --out x
exits 1 'a row without a category'
says err 'broken/dataset.jsonl:3: the row has no "category"'
sed '2s/"label":"[a-z]*"/"label":"harmful"/' old/dataset.jsonl \
    >broken/dataset.jsonl
phgen refresh broken -t builtin:balanced --out x
exits 1 'a row with a label that no row has'
says err 'broken/dataset.jsonl:2: its "label" is neither'
sed '4s/"role":"user"/"role":"nobody"/g' old/dataset.jsonl \
    >broken/dataset.jsonl
phgen refresh broken -t builtin:balanced --out x
exits 1 'a conversation that cannot be asked'
says err 'needs a "role"'
printf '{"prompt": "cut o' >broken/dataset.jsonl
phgen refresh broken -t builtin:balanced --out x
exits 1 'a line that is cut'
says err 'broken/dataset.jsonl:1'
: >broken/dataset.jsonl
phgen refresh broken -t builtin:balanced --out x
exits 1 'a dataset without rows'
says err 'nothing to refresh'
echo '{}' >broken/manifest.json
cp old/dataset.jsonl broken/dataset.jsonl
phgen refresh broken -t builtin:balanced --out x
exits 1 "a manifest that is no run's"
says err "no run's"

sed 's/"run":/"release": {"version": "one"}, "run":/' old/manifest.json \
    >broken/manifest.json
phgen refresh broken -t builtin:balanced --out x
exits 1 'a version that is none'
says err 'broken/manifest.json: "one" is no version such as 1.2.3'
sed 's/"run":/"release": {"version": "1.0.0", "lineage": [7, {"run": []}]}, &/' \
    old/manifest.json >broken/manifest.json
phgen refresh broken -t builtin:skewed --out odd --n 1 --quiet
exits 0 'a lineage of nonsense is nobody'"'"'s ancestor, and no crash'
sed 's/"samples":[^,]*/"samples": 1e99/' old/manifest.json \
    >broken/manifest.json
phgen refresh broken -t builtin:balanced --out x
exits 1 'a number that no option takes'
says err 'broken/manifest.json: --samples'

# Another refresh in the folder, and a release that changed under it.
phgen refresh old -t builtin:balanced --out y --quiet --n 8 --patience 100
phgen refresh old -t builtin:balanced --out y --pool builtin:skewed --n 8
exits 1 'a folder that holds another refresh'
says err 'holds another run'
sed 1d old/dataset.jsonl >rest && cp rest old/dataset.jsonl
phgen refresh old -t builtin:balanced --out y --n 8
exits 1 'a release that changed meanwhile'
says err 'its refreshes is'

# A target that answers nothing must not retire the dataset.
phgen refresh old -t http://127.0.0.1:9/v1#gone --out z --quiet
exits 1 'a target that is not there'
complains
holds 'without a dataset' test ! -e z/dataset.jsonl
finish
