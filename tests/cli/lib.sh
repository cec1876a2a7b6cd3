# SPDX-License-Identifier: GPL-3.0-or-later
# What every command line test begins with:
#
#     . "${0%/*}/lib.sh"
#     needs python3                   # or it is passed over
#     phgen stats no-such-file        # like the program; keeps out, err, code
#     exits 1 'a missing file is a failure'
#     says err 'no-such-file' 'and is named'
#     finish
#
# Output is TAP, and the status is 1 when anything failed.  The test runs in an
# empty folder of its own, with no configuration and no keys, and leaves
# nothing behind.

set -u
PHGEN_DATA=${PHGEN_DATA:-$(dirname "$PHGEN")}
work=$(mktemp -d "${TMPDIR:-/tmp}/phgen-cli-XXXXXX") || exit 99
here=$(cd "${0%/*}" && pwd)
cd "$work" || exit 99
HOME=$work/home XDG_CONFIG_HOME=$work/xdg LC_ALL=C
export HOME XDG_CONFIG_HOME LC_ALL PHGEN_DATA here
unset OPENAI_BASE_URL OPENAI_API_KEY PHGEN_API_KEY http_proxy https_proxy \
    all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY || :
no_proxy=127.0.0.1
export no_proxy
tests=0 failed=0 code=0 server='' background=''
: >out
: >err

# Not by number alone: that of one that ended long ago may be another test's.
end_ours()
{
    for p in $server $background; do
        read -r _ _ _ parent _ 2>/dev/null <"/proc/$p/stat" &&
            test "$parent" = $$ && kill -9 "$p" 2>/dev/null
    done
    server='' background=''
}

cleanup()
{
    end_ours
    cd / && rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 99' HUP INT TERM

# Every command but the ones that do not know it gets --data-dir.
phgen()
{
    case $1 in
    help | stats | status | models | classify | -h | --help | --version) "$PHGEN" "$@" ;;
    graph) test "$2" != merge || { "$PHGEN" "$@" >out 2>err; code=$?; return 0; }
        sub=$2; shift 2; "$PHGEN" graph "$sub" --data-dir "$PHGEN_DATA" "$@" ;;
    -*) "$PHGEN" --data-dir "$PHGEN_DATA" "$@" ;;
    *) sub=$1; shift; "$PHGEN" "$sub" --data-dir "$PHGEN_DATA" "$@" ;;
    esac >out 2>err
    code=$?
    return 0
}

# needs PROGRAM...: or python3-MODULE; without one of them, which only tools/deps
# installs, the test is passed over and says why.
needs()
{
    for what in "$@"; do
        case $what in
        python3) test -x /usr/bin/python3 && command -v python3 >/dev/null ;;
        python3-*) /usr/bin/python3 -c "import ${what#*-}" 2>/dev/null ;;
        *) command -v "$what" >/dev/null ;;
        esac && continue
        echo "1..0 # SKIP there is no $what here (tools/deps installs it)"
        exit 0
    done
}

# result STATUS DESCRIPTION
result()
{
    tests=$((tests + 1))
    if test "$1" -eq 0; then
        echo "ok $tests - $2"
    else
        failed=1
        echo "not ok $tests - $2"
        echo "# exit status $code; standard error:"
        sed 's/^/# /' err | head -n 20
        echo "# standard output:"
        sed 's/^/# /' out | head -n 20
    fi
}

# holds DESCRIPTION COMMAND [ARGUMENT]...: the command succeeds
holds()
{
    what=$1
    shift
    "$@" >holds.log 2>&1
    result $? "$what"
}

# exits STATUS DESCRIPTION
exits()
{
    test "$code" -eq "$1"
    result $? "$2"
}

# says FILE TEXT [DESCRIPTION]: the file has the text
says()
{
    grep -qF -e "$2" "$1"
    result $? "${3:-$1 has: $2}"
}

# One sentence on stderr, nothing on stdout.
complains()
{
    test ! -s out && test -s err && ! grep -qv '^phgen: ' err
    result $? "${1:-only sentences, and on standard error}"
}

rows()
{
    test -f "$1" && test "$(wc -l <"$1")" -eq "$2"
}

# Starts a server with these arguments; sets server (its id) and url.
serve()
{
    : >server.log # of an earlier one
    "$PHGEN" serve --port 0 --data-dir "$PHGEN_DATA" "$@" 2>server.log &
    server=$!
    tries=0
    while ! grep -q 'serving at' server.log; do
        tries=$((tries + 1))
        if test $tries -gt 200 || ! kill -0 "$server" 2>/dev/null; then
            echo "Bail out! the server did not start: $(cat server.log)"
            exit 99
        fi
        sleep 0.05
    done
    url=$(sed -n 's/.*serving at \(http[^;]*\);.*/\1/p' server.log)
}

# Starts tests/cli/peer.py with these arguments; sets port.
peer()
{
    peers=$((${peers:-0} + 1))
    python3 "$here/peer.py" "$@" >"peer$peers.log" 2>&1 &
    background="$background $!"
    if ! wait_for grep -q '^port' "peer$peers.log"; then
        echo "Bail out! no peer: $(cat "peer$peers.log")"
        exit 99
    fi
    port=$(sed -n 's/^port //p' "peer$peers.log")
}

# wait_for COMMAND [ARGUMENT]...: until it succeeds, a minute and more at most: a
# busy machine takes its time to start several programs
wait_for()
{
    tries=0
    while ! "$@" 2>/dev/null; do
        tries=$((tries + 1))
        test $tries -lt 1200 || return 1
        sleep 0.05
    done
}

finish()
{
    echo "1..$tests"
    exit $failed
}
