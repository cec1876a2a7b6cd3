#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A shared store of an earlier schema: it is looked at as it is, taken forward
# once by whoever comes first, and not while a worker of the earlier one is
# alive; the run in it goes on as if nothing had been.  A later one is refused.
. "${0%/*}/lib.sh"
. "$here/pg-lib.sh"

serve --faults latency=40
cat >config.yaml <<YAML
models:
  mine:
    name: builtin:cautious
    url:
      - http://127.0.0.1:9/v1
      - $url
YAML
# worker NAME: in the background; sets worker, its process
worker()
{
    "$PHGEN" --data-dir "$PHGEN_DATA" --config config.yaml -t mine --n 40 \
        --window 32 --concurrency 6 --lease "$long_lease" --store "$store" \
        --quiet --out "$1" >"$1.out" 2>"$1.err" &
    worker=$!
    background="$background $worker"
}
# run NAME [OPTION]...: one that is waited for
run()
{
    name=$1
    shift
    phgen --config config.yaml -t mine --n 40 --window 32 --concurrency 6 \
        --store "$store" --quiet --out "$name" "$@"
}
schema() { sql "SELECT value FROM meta WHERE key = 'schema'"; }
tables() { "$pg_bin/pg_dump" -s -O -x -h "$pg" -U phgen "$1" | grep -v restrict; }
# Everything in a table, in one line.
all() { sql "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM $1 t"; }
paid_for() { sql "SELECT md5(string_agg(key::text, '|' ORDER BY key)) FROM
    ledger WHERE seq < (SELECT next_seq FROM turn)"; }

database new
run alone
exits 0 'an undisturbed run'
now=$(schema)
phgen status "$store" --json
says out "\"schema\":$now" 'the status has the schema'
phgen status "$store"
says out "PostgreSQL, schema $now" 'also for people'
config=$(sql "SELECT value FROM meta WHERE key = 'config'")
paid=$(paid_for)

database old
"$pg_bin/psql" -X -q -h "$pg" -U phgen -d old -v ON_ERROR_STOP=1 \
    -f "$PHGEN_SRC/tests/fixtures/store/postgres-1.sql" >psql.log 2>&1
result $? 'a store of schema 1'
tables old >old-1.sql
candidates=$(all candidates)
last=$(sql 'SELECT max(seq) FROM candidates')
phgen status "$store"
exits 0 'its status'
says out "schema 1; the next worker of this phgen takes it to $now"
mkdir folder
echo "$store" >folder/store.url
phgen doctor folder
says out "the store has schema 1; it is brought up to $now" 'the doctor says so'
holds 'both only look' test "$(schema)" = 1
run other --seed 2
exits 1 'another run is refused'
says err 'seed' 'by name'
holds 'before anything is changed' test "$(schema)" = 1

# By now the seeds are others, which makes it another run.
sql "UPDATE meta SET value = \$c\$$config\$c\$ WHERE key = 'config'" >/dev/null
run a --max-calls 1
holds "it has schema $now" test "$(schema)" = "$now"
tables new >new.sql
tables old >old.sql
holds 'the very tables of a new store' cmp new.sql old.sql
sql "DELETE FROM candidates WHERE seq > $last" >/dev/null
holds 'every candidate of before is there' test "$(all candidates)" = "$candidates"

# A run of this phgen, stopped in the middle, in the tables of schema 1.
database half
run begun --max-calls 40
exits 1 'a run that is stopped in the middle'
sql "DROP TABLE passes; DROP INDEX leases_last; DROP INDEX ledger_twice;
    UPDATE meta SET value = '1' WHERE key = 'schema'" >/dev/null
tables half >half-1.sql
holds 'in the tables of schema 1' cmp old-1.sql half-1.sql
far=$(sql "INSERT INTO workers (name, place) VALUES ('far.example:7', 'x')
    RETURNING id")
run early
exits 1 'a living worker of schema 1 is in the way'
complains
says err "worker $far of it, far.example:7" 'it is named'
says err 'run the same command again' 'and what to do'
holds 'nothing is changed' test "$(schema)" = 1
sql "UPDATE workers SET state = 'left' WHERE id = $far" >/dev/null
worker b; b=$worker
worker c; c=$worker
worker d; d=$worker
for w in b c d; do
    eval "wait \$$w"
    code=$?
    cp $w.err err
    exits 0 "of three that start together $w goes on"
    holds 'to the rows of the undisturbed run' \
        cmp alone/dataset.jsonl $w/dataset.jsonl
    holds 'and its rejects' cmp alone/rejected.jsonl $w/rejected.jsonl
done
holds 'what was paid for is not paid for again' test "$(paid_for)" = "$paid"
holds "it has schema $now" test "$(schema)" = "$now"
echo "$store" >folder/store.url

# One that had it open already when another took it on: it waits at the row,
# and then there is none of its schema.
mkfifo pipe
"$pg_bin/psql" -X -q -h "$pg" -U phgen -d half <pipe >psql.log 2>&1 &
background="$background $!"
exec 3>pipe
echo "BEGIN; UPDATE meta SET value = '99' WHERE key = 'schema'; SELECT 1;" >&3
wait_for grep -q 1 psql.log
worker between; between=$worker
waits() { test "$(sql 'SELECT count(*) FROM pg_locks WHERE NOT granted')" -gt 0; }
wait_for waits
result $? 'who looked at the earlier one waits for the other phgen'
echo 'COMMIT;' >&3
exec 3>&-
wait "$between"
code=$?
cp between.err err
exits 1 'and does not join the later one'
says err 'taken to another schema meanwhile'
run late
exits 1 'a later schema is refused'
complains
says err 'made by a newer phgen' 'with why'
phgen status "$store"
exits 1 'by the status, too'
phgen doctor folder
exits 1 'and the doctor'
sql "UPDATE meta SET value = 'mine' WHERE key = 'schema'" >/dev/null
run strange
exits 1 'and so is a table that is not ours'
says err 'a database of its own'
finish
