# SPDX-License-Identifier: GPL-3.0-or-later
# What a browser test needs, to be sourced behind tests/cli/lib.sh:
#
#     browser_test report.mjs ARGUMENT...      ends the test

if ! node --version >/dev/null 2>&1; then
    echo '1..0 # SKIP node is missing (Debian package nodejs)'
    exit 77
fi
if ! chromium --version >/dev/null 2>&1 && test -z "${CHROMIUM:-}"; then
    echo '1..0 # SKIP chromium is missing (Debian package)'
    exit 77
fi

# The script in tests/browser prints TAP.
browser_test()
{
    script=$1
    shift
    node "$here/$script" "$@"
    exit $?
}
