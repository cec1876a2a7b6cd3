#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The script for bash, asked as bash would.
. "${0%/*}/lib.sh"
needs bash

phgen help --completion
cp out phgen.bash
cat >ask.bash <<'END'
. ./phgen.bash
compopt() { :; }
COMP_LINE=$1 COMP_POINT=${#1}
_phgen
printf '%s\n' "${COMPREPLY[@]}"
END
asks()
{
    bash ask.bash "$1" >out 2>err
    code=$?
    holds "\"$1\": $2" grep -qxF -e "$2" out
}

holds 'it is bash' bash -n phgen.bash
asks 'phgen ' stats
asks 'phgen g' generate
asks 'phgen g' graph
asks 'phgen graph ' sample
asks 'phgen --targ' --target-model
asks 'phgen graph sample --cat' --categories
asks 'phgen stats --' --column
asks 'phgen --target-model builtin:ca' cautious
asks 'phgen -n 5 -t olla' ollama:
mkdir folder
asks 'phgen -t x --out fol' folder
finish
