#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A folder that holds a run with other options is left alone, and so is its
# store, if that is of an earlier schema.
. "${0%/*}/lib.sh"
needs python3

phgen --target-model builtin:cautious --n 5 --out run --quiet
cp run/dataset.jsonl before
phgen --target-model builtin:cautious --n 5 --seed 2 --out run
exits 1 'other options'
complains
says err 'seed' 'the sentence names what differs'
holds 'the dataset is as it was' cmp run/dataset.jsonl before

# As the first version of the store has it.
store()
{
    python3 - "$1" <<'PY'
import sqlite3, sys
db = sqlite3.connect("run/run.sqlite")
if sys.argv[1] == "first":
    db.executescript("""DROP TABLE annexes;
        CREATE TABLE l (key BLOB PRIMARY KEY, seq INTEGER NOT NULL,
            agent TEXT NOT NULL, model TEXT NOT NULL,
            tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL,
            reply TEXT NOT NULL) WITHOUT ROWID;
        DROP TABLE ledger; ALTER TABLE l RENAME TO ledger;
        PRAGMA user_version = 1;""")
print(db.execute("PRAGMA user_version").fetchone()[0])
PY
}
holds 'a store of schema 1' test "$(store first)" = 1
phgen --target-model builtin:cautious --n 5 --seed 2 --out run
exits 1 'other options'
says err 'seed' 'are refused by name'
holds 'before it is taken forward' test "$(store now)" = 1
phgen --target-model builtin:cautious --n 5 --out run --quiet
exits 0 'the same options'
holds 'take it forward' test "$(store now)" = 2
holds 'and the dataset is as it was' cmp run/dataset.jsonl before
finish
