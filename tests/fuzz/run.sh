#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh [tests/fuzz/fuzz_]TARGET...: builds src/ with coverage, AddressSanitizer
# and UndefinedBehaviorSanitizer, then looks for new inputs with libFuzzer, two
# targets at a time.  Each has SECONDS_EACH at most, and ends before when it
# found no new edge for QUIET_SECONDS: then it has plateaued.
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
export PHGEN_SRC SRC SECONDS_EACH QUIET_SECONDS
rm -f ./*.row ./*.failed
for t; do
    t=${t##*fuzz_}
    $CC $flags -fsanitize=fuzzer "$SRC/tests/fuzz/fuzz_$t.c" all.a $LIBS \
        -o "fuzz_$t" || exit 1
    echo "$t"
done >targets || exit 1
xargs -P 2 -n 1 sh "$SRC/tests/fuzz/one.sh" <targets
echo '| target | seconds | executions | edges | inputs | last new edge |' \
    'ended by |'
echo '| --- | --- | --- | --- | --- | --- | --- |'
cat ./*.row
test -z "$(ls ./*.failed 2>/dev/null)"
