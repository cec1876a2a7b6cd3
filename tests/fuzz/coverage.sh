#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# coverage.sh [tests/fuzz/fuzz_]TARGET...: how much of the code that reads what
# a target feeds it is reached by its corpus, as `make check` replays it.
# Prints a row a target; the lines are gcov's, of whole files, so also of what
# only writes or runs out of memory.
set -u
here=$PWD/fuzz-build/coverage
mkdir -p "$here" && cd "$here" || exit 1
printf '#define %s\n' 'PHGEN_VERSION "0"' 'PHGEN_DATADIR "/nonexistent"' \
    >defines.h
flags="-g -O0 --coverage -std=c11 -D_GNU_SOURCE -include $here/defines.h \
    -I$SRC/src -I$SRC/tests/fuzz $CFLAGS"
export CC flags
for c in "$SRC"/src/*/*.c "$SRC"/tests/fuzz/scratch.c \
    "$SRC"/tests/fuzz/replay.c; do
    case $c in */cmd/main.c) continue ;; esac
    name=$(echo "${c#"$SRC"/}" | tr / _)
    test -e "$name.o" -a "$name.o" -nt "$c" || echo "$c" "$name.o"
done | xargs -r -P 2 -n 2 sh -c '$CC $flags -c "$0" -o "$1"' || exit 1

# The files of src/ that read what a target feeds.
reads()
{
    case $1 in
    chat) echo serve/chat base/json ;;
    config) echo base/config base/yaml run/models agent/panel base/shape \
        serve/faults ;;
    dialect) echo net/dialect net/openai net/anthropic net/ollama \
        net/completion net/embedding net/moderation net/fault ;;
    extractor) cd "$SRC/src" && ls run/found*.c | sed 's/\.c$//' ;;
    folder) echo dataset/card dataset/card_audit dataset/markdown ;;
    graphml) echo graph/concepts graph/validate ;;
    guard) echo agent/guard agent/guard_chat agent/guard_moderation \
        agent/guard_wildguard ;;
    hints) echo net/hints net/retry ;;
    json) echo base/json base/text agent/judge agent/orchestrator \
        agent/generator agent/contrast agent/opening ;;
    reader) echo dataset/reader dataset/source dataset/objects dataset/table ;;
    refusal) echo agent/refusal agent/refusal_text agent/refusal_signs \
        agent/refusal_features ;;
    request) echo base/json net/dialect net/openai net/anthropic net/ollama ;;
    review) echo view/ask view/gate ;;
    yaml) echo base/yaml ;;
    esac
}

# "LINES REACHED" of some files of src/, after a run.
count()
{
    for file; do
        gcov -n "src_$(echo "$file" | tr / _).c.gcda" 2>/dev/null |
            grep -F -A 1 "/src/$file.c'" |
            sed -n 's/^Lines executed:\([0-9.]*\)% of \([0-9]*\)$/\1 \2/p'
    done | awk '{n += $2; k += $1 * $2 / 100}
        END {printf "%d | %.0f %%", n, (n > 0 ? 100 * k / n : 0)}'
}

PHGEN_SRC=$SRC
export PHGEN_SRC
echo '| target | what reads it | lines | reached |'
echo '| --- | --- | --- | --- |'
for t; do
    t=${t##*fuzz_}
    $CC $flags "$SRC/tests/fuzz/fuzz_$t.c" ./*.o $LIBS -o "fuzz_$t" || exit 1
    rm -f ./*.gcda
    "./fuzz_$t" >"$t.log" || exit 1
    echo "| $t | $(reads "$t" | tr '\n' ' ' | sed 's|  *$||') | $(count $(reads "$t")) |"
done
