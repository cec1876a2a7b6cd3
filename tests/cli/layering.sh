#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A room of src/ includes its own headers, base/, and the rooms below it; a
# third-party header belongs to one room.  See the table in README.md.
set -u
cd "$PHGEN_SRC/src" || exit 1
bad=0
allowed() { # ROOM
    case $1 in
    base) echo "base" ;;
    run) echo "base graph agent builtin dedup net store dataset run" ;;
    serve) echo "base builtin serve" ;;
    cmd) echo "base graph agent builtin dedup net store dataset run serve view cmd" ;;
    *) echo "base $1" ;;
    esac
}
for room in base graph agent builtin dedup net store run dataset serve view cmd; do
    for other in $(cat $room/*.[ch] | sed -n 's/^#include "\([a-z]*\)\/.*/\1/p' | sort -u); do
        case " $(allowed $room) " in
        *" $other "*) ;;
        *) echo "# src/$room includes src/$other, which is no room below it"; bad=1 ;;
        esac
    done
done
only() { # HEADER ROOM...
    header=$1; shift
    for f in $(grep -l "#include <$header" */*.[ch]); do
        case " $* " in
        *" ${f%%/*} "*) ;;
        *) echo "# src/$f includes <$header>, which belongs to: $*"; bad=1 ;;
        esac
    done
}
only igraph graph
only curl/ net
only sqlite3 store
only libpq-fe.h store
only microhttpd serve view
only yaml.h base
only utf8proc base
echo 1..1
test $bad = 0 || printf "not "
echo "ok 1 - rooms include what they may"
