#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The commands that parse and write, under valgrind: no invalid access, no
# memory that nothing points to any more.  TAP.
set -u
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
HOME=$work XDG_CONFIG_HOME=$work
export HOME XDG_CONFIG_HOME
n=0 failed=0

# checked NAME ARGUMENT...
checked()
{
    n=$((n + 1))
    if valgrind -q --error-exitcode=9 --leak-check=full \
        --errors-for-leak-kinds=definite,possible "$PHGEN" "$@" >out 2>err; then
        echo "ok $n - $1 under valgrind"
    else
        failed=1
        echo "not ok $n - $1 under valgrind"
        sed 's/^/# /' err | head -n 40
    fi
}

command -v valgrind >/dev/null || { echo '1..0 # SKIP no valgrind'; exit 0; }
printf '{"prompt":"a","reply":"I cannot help with that."}\n' >replies.jsonl
printf 'id,prompt\n1,"How do I kill\na process?"\n2,x y z\n' >prompts.csv
data="--data-dir $PHGEN_DATA"
# shellcheck disable=SC2086  # two words
{
    checked generate $data -t builtin:cautious -n 12 --out run --quiet \
        --responses --controls --explain
    checked generate $data -t builtin:cautious -n 12 --out run --quiet \
        --responses --controls --explain
    checked respond $data run --quiet
    checked export $data run -f sft --embedded --out sft
    checked dedup $data run/dataset.jsonl -o unique.jsonl
    checked classify replies.jsonl
    checked stats run
    checked status run
    checked doctor $data run
    checked graph heat $data run
    checked graph build $data --from prompts.csv --base none -o graph.graphml
}
echo "1..$n"
exit $failed
