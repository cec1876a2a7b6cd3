#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Two points of each kind; `make torture` asks for more.  TORTURE_KINDS: only
# these.
set -u
test -x /usr/bin/python3 || {
    echo '1..0 # SKIP there is no python3 here (tools/deps installs it)'
    exit 0
}
BADLUCK=$PHGEN_DATA/tests/torture/badluck.so
HOME=/nonexistent XDG_CONFIG_HOME=/nonexistent LC_ALL=C.UTF-8
export BADLUCK HOME XDG_CONFIG_HOME LC_ALL
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
unset OPENAI_BASE_URL OPENAI_API_KEY http_proxy https_proxy all_proxy \
    HTTP_PROXY HTTPS_PROXY ALL_PROXY PGHOST PGPORT PGUSER PGDATABASE \
    PGPASSWORD PGSERVICE PGOPTIONS || :
test -z "${TORTURE_TABLE:-}" || : >"$TORTURE_TABLE"
exec /usr/bin/python3 "$PHGEN_SRC/tests/torture/torture.py" \
    --points "${TORTURE_POINTS:-1}" --seed "${TORTURE_SEED:-1}" \
    ${TORTURE_TABLE:+--table "$TORTURE_TABLE"} ${TORTURE_KINDS:-}
