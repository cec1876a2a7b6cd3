# SPDX-License-Identifier: GPL-3.0-or-later
# What a browser test needs, to be sourced behind tests/cli/lib.sh:
#
#     browser_test report.mjs ARGUMENT...      ends the test

needs node python3
test -n "${CHROMIUM:-}" || needs chromium

# The script in tests/browser prints TAP.
browser_test()
{
    script=$1
    shift
    node "$here/$script" "$@"
    exit $?
}
