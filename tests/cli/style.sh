#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Source rules: a licence line first, 80 columns, no tabs, no banned functions,
# every header has its guard, every file is in a .mk file.
set -u
cd "$PHGEN_SRC" || exit 1
bad=0
say() { echo "# $*"; bad=1; }
for f in src/*/*.[ch] tests/unit/*.c; do
    head -n 1 "$f" | grep -q "SPDX-License-Identifier: GPL-3.0-or-later" ||
        say "$f: the first line names the licence"
    awk 'length($0) > 100 { exit 1 }' "$f" || say "$f: a line is too long"
    grep -q "$(printf '\t')" "$f" && say "$f: has a tab"
    case $f in *_weights.h) ;; *.h) grep -q "^#ifndef PHGEN_" "$f" || say "$f: no guard" ;; esac
done
grep -nE '\b(strcpy|strcat|sprintf|gets|strtok|atoi|atol|rand|srand|system|popen|longjmp|alloca)\(' src/*/*.[ch] | sed "s/^/# /" | grep . &&
    say "these functions are not used here"
# A folder's name may have a space.
for f in Makefile.am $(find src tests tools -name '*.mk'); do
    sed "s/'[^']*'//g" "$f" | grep -n '\$(abs_' | sed "s|^|# $f:|" | grep . &&
        say "a path that is absolute is quoted"
done
# Else it is neither built, run nor in the tarball.
listed=$(cat Makefile.am $(find src tests -name '*.mk'))
for f in src/*/*.[ch] tests/cli/*.sh tests/unit/*.c; do
    case $listed in
    *"$f"*) ;;
    *) say "$f: no .mk file lists it" ;;
    esac
done
echo 1..1
test $bad = 0 || printf "not "
echo "ok 1 - source rules hold"
