#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# analyze.sh [ROOM]...: gcc -fanalyzer, cppcheck and clang-tidy, as far as they
# are installed, over src/ or some rooms of it.  known.txt says what was looked
# at and is no fault; anything else is printed, and the status is then 1.
set -u
here=$(cd "${0%/*}" && pwd)
src=$here/../..
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$src" || exit 1
flags="-std=c11 -D_GNU_SOURCE -include $work/defines.h -Isrc ${CFLAGS:-}"
printf '#define %s\n' 'PHGEN_VERSION "0"' 'PHGEN_DATADIR "/nonexistent"' \
    >"$work/defines.h"
test $# -gt 0 || set -- base graph agent builtin dedup net store run dataset \
    serve view cmd
files=$(for room; do ls "src/$room"/*.c 2>/dev/null; done)
: >"$work/all"

# found TOOL: of "FILE:LINE:COLUMN: warning: TEXT [CHECK]" those not known
found()
{
    sed -n "s/^\(.*src\/\)\{0,1\}\([a-z]*\/[a-z0-9_]*\.[ch]\):[0-9]*:[0-9]*: \(warning\|error\|style\|portability\|performance\): .*\[\(-W\)\{0,1\}\([^]]*\)\]\$/$1 \2 \5/p" \
        "$work/$1" | sort -u |
        while read -r tool file check; do
            grep -q -e "^$tool $file $check " "$here/known.txt" ||
                echo "$tool $file $check"
        done | tee -a "$work/all" | while read -r tool file check; do
        grep -F -e "$file" "$work/$tool" | grep -F -e "$check"
    done
}

if command -v gcc >/dev/null; then
    # Off: leaks, of which it sees one wherever a list takes something over;
    # AddressSanitizer, valgrind and test_alloc look for those.
    for f in $files; do
        # Some files have more paths than there is time for.
        timeout "${ANALYZE_SECONDS:-60}" gcc -fanalyzer \
            -Wno-analyzer-malloc-leak -O1 $flags -c \
            -o /dev/null "$f" 2>>"$work/gcc" || echo "gcc gave up on $f"
    done
    found gcc
fi
if command -v cppcheck >/dev/null; then
    cppcheck -q --std=c11 --enable=warning,performance,portability -Isrc \
        -D_GNU_SOURCE --library="$here/macros.cfg" \
        --suppress=missingIncludeSystem $files 2>"$work/cppcheck"
    found cppcheck
fi
if command -v clang-tidy >/dev/null; then
    # Off: what va_list and the lists of uthash make it believe, and taste.
    for f in $files; do
        timeout "${ANALYZE_SECONDS:-60}" clang-tidy -quiet --checks='-*,clang-analyzer-*,-clang-analyzer-valist.*,-clang-analyzer-unix.Malloc,-clang-analyzer-security.insecureAPI.*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-narrowing-conversions,-bugprone-reserved-identifier,-bugprone-macro-parentheses,-bugprone-branch-clone,-bugprone-implicit-widening-of-multiplication-result,-bugprone-suspicious-include,-bugprone-sizeof-expression,-bugprone-not-null-terminated-result,-bugprone-assignment-in-if-condition' \
            "$f" -- $flags >>"$work/clang-tidy" 2>/dev/null ||
            echo "clang-tidy gave up on $f"
    done
    found clang-tidy
fi
n=$(wc -l <"$work/all")
echo "$(echo "$files" | wc -l) files, $n findings that are not known"
test "$n" -eq 0
