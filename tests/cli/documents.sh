#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The manual page and the completion come from the tables of --help.
. "${0%/*}/lib.sh"

phgen help --man
exits 0 'help --man'
cp out phgen.1
phgen help --completion
exits 0 'help --completion'
cp out phgen.bash
says phgen.1 '.TH PHGEN 1'
missing=''
for name in generate stats models 'graph build' 'graph stats' 'graph sample' \
    serve ping help; do
    # shellcheck disable=SC2086
    "$PHGEN" help $name >out
    for option in $(sed -n 's/^  \(-., \)\{0,1\}--\([a-z-]*\).*/\2/p' out); do
        roff=$(echo "$option" | sed 's/-/\\\\-/g')
        grep -q "\\\\-\\\\-$roff\\\\fR" phgen.1 || missing="$missing $option"
        grep -q -e "--$option" phgen.bash || missing="$missing $option"
    done
done
test -z "$missing"
result $? "every option is in both$missing"
if command -v groff >/dev/null; then
    groff -man -Tutf8 -ww phgen.1 >page 2>err
    holds 'groff has nothing to complain' test ! -s err
    holds 'and shows the options' grep -q -e '--target-model' page
fi
finish
