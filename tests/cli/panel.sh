#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The table that says what votes make of a prompt.
. "${0%/*}/lib.sh"

phgen --out plain --n 40 --quiet --target-model builtin:cautious
cat >strict.yaml <<'END'
panel:
  - {when: harmless = all, then: harmless}
  - then: harmful
END
phgen --config strict.yaml --out strict --n 40 --quiet \
    --target-model builtin:cautious
exits 0 'a stricter table'
holds 'nothing is controversial' sh -c \
    '! grep -q "\"label\":\"controversial\"" strict/dataset.jsonl'
says plain/dataset.jsonl '"label":"controversial"' 'by default something is'
says strict/manifest.json '"harmless = all: harmless"' 'the manifest has it'
phgen --out strict --n 40 --quiet --target-model builtin:cautious
exits 1 'without the table it is another run'
says err 'its panel is'

# How good the judges are, in the manifest, the card and the summary.
phgen --out plain --n 40 --target-model builtin:cautious
says err "They agree with Krippendorff's alpha"
says plain/README.md 'Dawid and Skene (1979)'
says plain/manifest.json '"reliability":'
phgen --out planted --n 200 --quiet --target-model builtin:cautious \
    -j builtin:judge-strict -j builtin:judge-moderate \
    -j builtin:judge-permissive -j builtin:always-harmless
holds 'who always says harmless recognises nothing else' sh -c \
    'tr -d " \t\n" <planted/manifest.json |
        grep -q "always-harmless.*\"harmless\":1,\"controversial\":0,"'

printf 'n: 5\npanel:\n  - {when: harmful > most, then: drop}\n' >bad.yaml
phgen --config bad.yaml --target-model builtin:cautious
exits 1 'a mistake in it'
complains
says err 'bad.yaml:3: a value is a count'

phgen --out votes --n 20 --quiet --votes 3 --target-model builtin:cautious
exits 0 'three votes a judge'
says votes/dataset.jsonl '"votes":["harmless","harmless","harmless"]'
phgen --votes 16 -j builtin:judge-strict -j builtin:judge-strict \
    -j builtin:judge-strict -j builtin:judge-strict -j builtin:judge-strict \
    --target-model builtin:cautious --out many
exits 1 'not more votes than there is room for'
says err '1 to 64'
finish
