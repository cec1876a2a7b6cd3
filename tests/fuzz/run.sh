#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh [tests/fuzz/fuzz_]TARGET...: builds src/ with coverage, AddressSanitizer and
# UndefinedBehaviorSanitizer, then looks for new inputs with libFuzzer.
set -u
here=$PWD/fuzz-build
flags="-g -O1 -std=c11 -D_GNU_SOURCE -include $here/defines.h \
    -fsanitize=fuzzer-no-link,address,undefined \
    -fno-sanitize-recover=undefined -I$SRC/src -I$SRC/tests/fuzz $CFLAGS"
mkdir -p "$here" && cd "$here" || exit 1
printf '#define %s\n' 'PHGEN_VERSION "0"' \
    'PHGEN_DATADIR "/nonexistent"' >defines.h
# A header that changed changes everything.
test -e built && test -z "$(find "$SRC/src" "$SRC/tests/fuzz" -name '*.h' -newer built)" ||
    rm -f ./*.o
: >built
for c in "$SRC"/src/*/*.c "$SRC"/tests/fuzz/scratch.c; do
    case $c in */cmd/main.c) continue ;; esac
    name=$(echo "${c#"$SRC"/}" | tr / _)
    test -e "$name.o" -a "$name.o" -nt "$c" || echo "$c" "$name.o"
done | xargs -r -P 2 -n 2 sh -c '$CC '"$flags"' -c "$0" -o "$1"' || exit 1
rm -f all.a && ar rc all.a ./*.o || exit 1
PHGEN_SRC=$SRC
export PHGEN_SRC
failed=0
echo '| target | seconds | executions | edges | inputs |'
echo '| --- | --- | --- | --- | --- |'
for t; do
    t=${t##*fuzz_}
    corpus=$SRC/tests/fuzz/corpus/$t
    $CC $flags -fsanitize=fuzzer "$SRC/tests/fuzz/fuzz_$t.c" all.a $LIBS \
        -o "fuzz_$t" || exit 1
    mkdir -p "new-$t"
    if ! "./fuzz_$t" -max_total_time="$SECONDS_EACH" -rss_limit_mb=4096 \
        -timeout=20 -print_final_stats=1 -artifact_prefix="$here/$t-" \
        "new-$t" "$corpus" >"$t.log" 2>&1; then
        failed=1
        echo "$t: FAILED, see $here/$t.log" >&2
    fi
    edges=$(grep -o 'cov: [0-9]*' "$t.log" | tail -n 1)
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$t.log")
    find "new-$t" -type f | wc -l >"$t.n"
    echo "| $t | $SECONDS_EACH | ${runs:-0} | ${edges#cov: } |" \
        "$(cat "$t.n") |"
done
exit $failed
