#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Does everything that docs/reliability.md tells of, and prints its tables in
# Markdown.  An hour or so; `make reliability` runs it.
set -u
here=$PHGEN_SRC/tests/torture
status=0

echo "Measured on $(LC_ALL=C date -u '+%-d %B %Y') on $(nproc) cores" \
    "($(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)) of" \
    "$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release)," \
    "$("$PHGEN" --version)."
printf '\n## Kills, power cuts, disks, several workers\n\n'
echo '| what | times | promised | happened |'
echo '| --- | --- | --- | --- |'
TORTURE_TABLE=torture.table "$here/torture.sh" >torture.log || status=1
cat torture.table
grep -E '# (SKIP|[a-z-]+: seed)' torture.log
printf '\n## Memory\n\n'
./tests/unit/test_alloc >alloc.log 2>&1 || status=1
sed -n 's/^.*# \([0-9]* allocations.*\)/\1/p' alloc.log
sh "$here/valgrind.sh" >valgrind.log || status=1
grep -c '^ok' valgrind.log | sed 's/$/ commands without a fault under valgrind./'
grep '^not ok' valgrind.log
printf '\n## Fuzzing\n\n'
${MAKE:-make} -s fuzz || status=1
printf '\n## Long runs\n\n'
/usr/bin/python3 "$here/soak.py" embedded "${SOAK_CANDIDATES:-1000000}" ||
    status=1
echo
/usr/bin/python3 "$here/soak.py" http "${SOAK_CALLS:-200000}" || status=1
exit $status
