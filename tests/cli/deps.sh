#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A machine with nothing but what phgen is built with: a test that wants more
# is passed over and says why; tools/deps tells those who cannot install.
. "${0%/*}/lib.sh"

# What a test runs, it says that it needs, above that.
unsaid=
for t in "$here"/*.sh; do
    case $t in */*lib.sh | */deps.sh | */layering.sh) continue ;; esac
    code=$(sed 's/#.*//' "$t")
    said=" $(sed -n 's/^needs //p' "$t" | sed 's/python3-[a-z0-9]*/& python3/g' |
        tr '\n' ' ') "
    for p in 'python3 ' 'sqlite3 ' 'curl ' 'openssl ' 'node "' 'peer '; do
        echo "$code" | grep -qE "(^|[\`(;&|'\" /])$p" || continue
        # What follows "if python3 has this module" needs no more than that.
        echo "$code" | grep -qE "^if .*${p}-c 'import" && continue
        p=${p%% *}
        test "$p" != peer || p=python3
        case $said in *" $p "*) ;; *) unsaid="$unsaid ${t##*/}:$p" ;; esac
    done
done
test -z "$unsaid"
result $? "every test says what it needs$unsaid"

# A machine without root, sudo and packages.
mkdir bin
for p in sh dirname sed grep; do ln -s "$(command -v $p)" bin/; done
printf '#!/bin/sh\necho 1000\n' >bin/id
printf '#!/bin/sh\nexit 1\n' >bin/dpkg-query
printf '#!/bin/sh\necho "apt-get $*" >>apt.log\n' >bin/apt-get
chmod +x bin/*
without() # ARGUMENT...
{
    PATH=$work/bin sh "$PHGEN_SRC/tools/deps" "$@" >out 2>err
    code=$?
}
without build
exits 1 'packages are missing and nobody may install them'
says err 'have root run: apt-get install autoconf' 'it says what to do'
holds 'and does nothing' test ! -e apt.log
printf '#!/bin/sh\necho installed\n' >bin/dpkg-query
without
exits 0 'all packages are there: no root is needed'
holds 'and apt-get is left alone' test ! -e apt.log
printf '#!/bin/sh\necho 0\n' >bin/id
printf '#!/bin/sh\nfor p; do :; done; test $p != gcc && echo installed\n' \
    >bin/dpkg-query
ln -s "$(command -v env)" bin/
without build
exits 0 'root installs'
holds 'only what is missing' grep -qx 'apt-get install -y -qq  *gcc' apt.log
without dbe
exits 2 'a word that it does not know'
rm bin/apt-get
without build
exits 1 'not a Debian'
says err 'install by hand: autoconf' 'what to install is listed'

(needs no-such-program) >out
says out '1..0 # SKIP there is no no-such-program' 'a test is passed over'
finish
