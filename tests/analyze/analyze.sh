#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# analyze.sh [ROOM|FILE]...: gcc -fanalyzer, cppcheck and clang-tidy, as far as
# they are installed, over src/ or some rooms or files of it (run, run/survey.c),
# two files at a time.  known.txt says what was looked at and is no fault;
# anything else is printed, and the status is then 1, as it is when a tool gave
# a file up (ANALYZE_SECONDS).
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
files=$(for of; do ls "src/${of%.c}".c "src/$of"/*.c 2>/dev/null; done)
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

# each TOOL COMMAND...: the command with each file at its end.
each()
{
    tool=$1
    shift
    mkdir "$work/$tool.d"
    export TOOL="$tool" KNOWN="$here/known.txt"
    # shellcheck disable=SC2016  # the inner shell's
    echo "$files" | xargs -P 2 -I '{}' sh -c '
        file=$1 out=$2/$(echo "$1" | tr / _)
        shift 2
        "$@" "$file" >"$out" 2>&1
        case $? in
        0) ;;
        124) grep -q "^$TOOL ${file#src/} gave-up " "$KNOWN" ||
            echo "gave up on $file" >"$out.failed" ;;
        *) echo "failed on $file: $(head -n 1 "$out")" >"$out.failed" ;;
        esac' \
        sh '{}' "$work/$tool.d" timeout "${ANALYZE_SECONDS:-600}" "$@"
    cat "$work/$tool.d"/*.c >"$work/$tool" 2>/dev/null
    for out in "$work/$tool.d"/*.failed; do
        test ! -e "$out" || echo "$tool $(cat "$out")" | tee -a "$work/all"
    done
    found "$tool"
}

if command -v gcc >/dev/null; then
    # Off: leaks, of which it sees one wherever a list takes something over;
    # AddressSanitizer, valgrind and test_alloc look for those.
    # shellcheck disable=SC2086  # lists of words
    each gcc gcc -fanalyzer -Wno-analyzer-malloc-leak -O1 $flags -c \
        -o /dev/null
fi
if command -v cppcheck >/dev/null; then
    # shellcheck disable=SC2086
    cppcheck -q -j 2 --std=c11 --enable=warning,performance,portability \
        -Isrc -D_GNU_SOURCE --library="$here/macros.cfg" \
        --suppress=missingIncludeSystem $files 2>"$work/cppcheck"
    found cppcheck
fi
if command -v clang-tidy >/dev/null; then
    # Off: what va_list and the lists of uthash make it believe, and taste.
    checks='-*,clang-analyzer-*,-clang-analyzer-valist.*'
    checks=$checks,-clang-analyzer-unix.Malloc
    checks=$checks,-clang-analyzer-security.insecureAPI.*,bugprone-*
    for taste in easily-swappable-parameters narrowing-conversions \
        reserved-identifier macro-parentheses branch-clone \
        implicit-widening-of-multiplication-result suspicious-include \
        sizeof-expression not-null-terminated-result \
        assignment-in-if-condition; do
        checks=$checks,-bugprone-$taste
    done
    export checks flags
    # shellcheck disable=SC2016  # the inner shell's
    each clang-tidy sh -c \
        'exec clang-tidy -quiet --checks="$checks" "$0" -- $flags'
fi
n=$(wc -l <"$work/all")
echo "$(echo "$files" | wc -l) files, $n findings that are not known"
test "$n" -eq 0
