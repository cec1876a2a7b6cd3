#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a PostgreSQL server refuses is said with what to do about it, costs
# nothing that was paid for, and leaves nothing behind that was not there.
. "${0%/*}/lib.sh"
. "$here/pg-lib.sh"

generate() { phgen --out run --n 60 --quiet -t builtin:cautious --store "$1"; }
# refused ADDRESS ADVICE WHY
refused()
{
    generate "$1"
    exits 1 "$3"
    complains
    says err "$2" 'with what to do'
    holds 'no folder is made' test ! -e run
}
as() { echo "postgresql://$1@/$pg_name?host=$pg"; }

# Nobody answers, or not to this.
refused 'postgresql://127.0.0.1:1/x' 'start the server' 'no server'
says err 'refused; start' 'and only once'
mkdir mine
phgen --out mine --n 60 --quiet -t builtin:cautious \
    --store 'postgresql://127.0.0.1:1/x'
holds 'a folder that was there stays, and nothing comes into it' \
    test "$(ls mine 2>&1 | wc -l)" = 0 -a -d mine
# One that takes connections and says nothing, as behind a network that broke.
if /usr/bin/python3 -c 'import socket' 2>/dev/null; then
    /usr/bin/python3 -c 'import socket, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(8)
print(s.getsockname()[1], flush=True)
time.sleep(100)' >port &
    background=$!
    wait_for test -s port
    began=$(date +%s)
    refused "postgresql://127.0.0.1:$(cat port)/x?connect_timeout=2" \
        'start the server' 'a mute server'
    holds 'is given up soon' test $(($(date +%s) - began)) -lt 60
    kill -9 $background
    wait $background 2>/dev/null
    background=''
fi
refused "postgresql://phgen@/missing?host=$pg" 'make it with "createdb"' \
    'no such database'
phgen status "postgresql://phgen@/missing?host=$pg"
says err 'make it with "createdb"' 'status says so, too'
refused "postgresql://nobody@/postgres?host=$pg" 'name a role' 'no such role'

# Another program's tables.
database alien
sql 'CREATE TABLE meta (k int)'
refused "$store" 'a database of its own' "another program's table meta"
phgen status "$store"
says err 'a database of its own' 'status says so, too'
sql 'DROP TABLE meta; CREATE TABLE ledger (x int)'
refused "$store" 'a database of its own' "another program's table ledger"
sql 'CREATE INDEX meta ON ledger (x)'
refused "$store" 'a database of its own' 'an index of that name'

# What a role may.
database rights
sql 'CREATE ROLE reader LOGIN; CREATE ROLE stranger LOGIN;
    CREATE ROLE crowd LOGIN CONNECTION LIMIT 0; CREATE ROLE gone NOLOGIN;
    REVOKE ALL ON SCHEMA public FROM public;
    GRANT USAGE ON SCHEMA public TO reader'
refused "$(as reader)" 'able to make tables' 'a role that may make none'
refused "$(as stranger)" 'USAGE' 'a role that may use no schema'
refused "$(as crowd)" 'raise the limit' 'too many connections'
refused "$(as gone)" 'name a role' 'a role that may not log in'
sql 'ALTER DATABASE rights SET default_transaction_read_only = on'
refused "$store" 'takes no writes' 'a database that is only read'
PGOPTIONS='-c default_transaction_read_only=off' \
    sql 'ALTER DATABASE rights RESET default_transaction_read_only'
generate "$store"
exits 0 'the run'
mv run whole
phgen status "$(as reader)"
exits 1 'a role that may read nothing of the run'
complains
says err 'permission denied' 'status does not say that there is none'
says err 'use the role that made the run' 'and what to do'
phgen status "$(as stranger)"
exits 1 'one that may not even look'
holds 'is not told that there is none' sh -c '! grep -q "holds no run" err'
sql 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader'
phgen status "$(as reader)"
exits 0 'one that may read all'
refused "$(as reader)" 'use the role that made the run' 'but may not write'
sed 's/phgen@/reader@/' whole/store.url >address
cp address whole/store.url
phgen --out whole --n 60 --quiet -t builtin:cautious --store "$(as reader)"
exits 1 'nor into the folder that it was made in'
holds 'where the address stays' cmp address whole/store.url

# In the middle of the work.
database worked
generate "$store"
mv run sound
# fails STATE ADVICE: from the 20th candidate on
fails()
{
    database "state$1"
    generate "$store"
    rm -r run
    sql "TRUNCATE candidates; UPDATE turn SET next_seq = 1, accepted = 0;
        DELETE FROM leases;
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION ''it is so'' USING ERRCODE = ''$1''; END';
        CREATE TRIGGER fail BEFORE INSERT ON candidates FOR EACH ROW
        WHEN (NEW.seq > 20) EXECUTE FUNCTION fail()"
    generate "$store"
    exits 1 "state $1"
    complains
    says err "it is so; $2" 'is told with what to do'
    sql 'DROP TRIGGER fail ON candidates'
    generate "$store"
    exits 0 'and the same command goes on'
    holds 'to the same rows' cmp sound/dataset.jsonl run/dataset.jsonl
    rm -r run
}
fails 53100 "make room on the server's disk"
fails 57014 'an administrator or a time limit'
fails 58030 'the server has trouble with its files'
fails 42501 'use the role that made the run'
finish
