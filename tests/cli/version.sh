#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${0%/*}/lib.sh"

phgen --version
exits 0 '--version'
holds 'is one line' rows out 1
holds 'with name and number' grep -Eq '^phgen [0-9]+\.[0-9]+' out
finish
