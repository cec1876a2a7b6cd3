#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# `make bench-workers`: what workers, a killed worker and a crashed server do to
# a run of 5,000 rows; how throughput grows with workers; what a call costs the
# store.  A PostgreSQL server and a `phgen serve` of its own, on this machine.
. "${0%/*}/../../cli/lib.sh"
. "$here/../../cli/pg-lib.sh"

now() { date +%s.%N; }
calc() { awk "BEGIN { printf \"$1\", $2 }"; }

# worker FOLDER ROWS [OPTION]...: in the background; sets worker
worker()
{
    folder=$1 rows=$2
    shift 2
    "$PHGEN" --data-dir "$PHGEN_DATA" --n "$rows" --store "$store" --lease 5 \
        --quiet --out "$folder" "$@" >"$folder.out" 2>"$folder.err" &
    worker=$!
    background="$background $worker"
}

# crew DATABASE WORKERS ROWS [OPTION]...: runs it; sets seconds
crew()
{
    database "$1"
    crew=$1 size=$2 rows=$3
    shift 3
    all=''
    start=$(now)
    i=0
    while test $i -lt "$size"; do
        i=$((i + 1))
        worker "$crew$i" "$rows" "$@"
        all="$all $worker"
    done
    for w in $all; do
        wait "$w" || { echo "a worker failed: $(cat "$crew"*.err)"; exit 1; }
    done
    background=''
    seconds=$(calc %.2f "$(now) - $start")
}

cores=$(getconf _NPROCESSORS_ONLN)
echo "$cores cores; load before: $(cut -d' ' -f1 /proc/loadavg);" \
    "$("$pg_bin/postgres" --version)"

echo
echo "## 5,000 rows, three workers; the server crashes, a worker is killed"
phgen -t builtin:cautious --n 5000 --window 1024 --out alone --quiet
serve --faults latency=20
database five
for w in a b c; do
    worker $w 5000 -t "$url#builtin:cautious" --concurrency 32 --window 1024
    test $w != b || killed=$worker
done
past() { test "$(sql 'SELECT next_seq FROM turn' 2>/dev/null || echo 0)" -gt "$1"; }
until past 1500; do sleep 0.1; done
kill -9 "$killed"
wait "$killed" 2>/dev/null
until past 3000; do sleep 0.1; done
pg_restart
# shellcheck disable=SC2086  # a list of process ids
wait $background 2>/dev/null
background=''
echo "rows in a and c: $(wc -l <a/dataset.jsonl) and $(wc -l <c/dataset.jsonl)"
for w in a c; do
    cmp alone/dataset.jsonl $w/dataset.jsonl &&
        cmp alone/rejected.jsonl $w/rejected.jsonl &&
        echo "$w: the bytes of one worker alone with SQLite"
done
echo "candidates: $(sql 'SELECT count(*), count(DISTINCT seq), max(seq)
    FROM candidates') (all, different, the last)"
echo "workers: $(sql "SELECT string_agg(state || ' ' || decided, ', '
    ORDER BY id) FROM workers") candidates"
echo "replies paid for: $(sql 'SELECT count(*) FROM ledger'); by two workers:" \
    "$(sql 'SELECT count(*) FROM ledger WHERE paid > 1')"

echo
echo "## 600 rows against a server that takes 500 ms, 16 calls in flight each"
kill "$server"
wait "$server" 2>/dev/null
serve --faults latency=500
printf '%-8s %8s %8s %9s %8s %8s\n' workers seconds rows/s calls/s factor calls
for n in 1 2 4; do
    crew "wait$n" $n 600 -t "$url#builtin:cautious" --concurrency 16 \
        --window 1024
    test $n != 1 || first=$seconds
    calls=$(sql 'SELECT sum(calls) FROM workers')
    printf '%-8s %8s %8s %9s %8s %8s\n' $n "$seconds" \
        "$(calc %.1f "600 / $seconds")" "$(calc %.1f "$calls / $seconds")" \
        "$(calc %.2f "$first / $seconds")" "$calls"
done

echo
echo "## 5,000 rows of embedded models alone: only processors to wait for"
printf '%-8s %8s %8s %8s\n' workers seconds rows/s factor
for n in 1 2 4; do
    crew "cpu$n" $n 5000 -t builtin:cautious --window 1024
    test $n != 1 || first=$seconds
    printf '%-8s %8s %8s %8s\n' $n "$seconds" \
        "$(calc %.0f "5000 / $seconds")" "$(calc %.2f "$first / $seconds")"
done

echo
echo "## What the store does: 3,000 rows, four workers, a server at once"
kill "$server"
wait "$server" 2>/dev/null
serve
postmaster=$(as_pg head -n 1 "$pg/data/postmaster.pid")
# Processor time of the server and of all its processes that ended.
used() { awk '{ print ($14 + $15 + $16 + $17) }' "/proc/$postmaster/stat"; }
written() { sql "SELECT pg_current_wal_lsn() - '0/0'"; }
before=$(used) wal=$(written)
crew load 4 3000 -t "$url#builtin:cautious" --concurrency 64 --window 1024
sleep 1
ticks=$(getconf CLK_TCK)
cpu=$(calc %.2f "($(used) - $before) / $ticks")
wal=$(calc %.1f "($(written) - $wal) / 1e6")
calls=$(sql 'SELECT sum(calls) FROM workers')
done_=$(sql "SELECT xact_commit FROM pg_stat_database WHERE datname = 'load'")
size=$(sql "SELECT pg_database_size('load') / 1e6")
ledger=$(sql "SELECT pg_total_relation_size('ledger') / 1e6")
rows_=$(sql "SELECT pg_total_relation_size('candidates') / 1e6")
echo "seconds $seconds; calls $calls, $(calc %.0f "$calls / $seconds") a second"
echo "transactions $done_, $(calc %.0f "$done_ / $seconds") a second," \
    "$(calc %.2f "$done_ / $calls") a call"
echo "the server's processor time $cpu s: $(calc %.0f \
    "1e6 * $cpu / $calls") us a call, $(calc %.0f "1e6 * $cpu / $done_")" \
    "us a transaction"
echo "log written $wal MB, $(calc %.1f "1000 * $wal / $calls") kB a call"
echo "database $(calc %.1f "$size") MB: ledger $(calc %.2f \
    "1000 * $ledger / $calls") kB a reply, candidates $(calc %.2f \
    "1000 * $rows_ / 3000") kB a row"
echo "so a core of the server carries $(calc %.0f "$calls / $cpu") calls or" \
    "$(calc %.0f "3000 / $cpu") rows a second"
