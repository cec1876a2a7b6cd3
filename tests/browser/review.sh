#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The review page in headless Chromium: what review.mjs asks of it.
. "${0%/*}/../cli/lib.sh"
. "$here/browser.sh"

phgen --out run --n 12 --quiet --target-model builtin:cautious
phgen --out hostile --n 1 --quiet --target-model builtin:cautious
python3 - <<'END'
import json, sqlite3
db = sqlite3.connect("hostile/run.sqlite")
evil = ("<script>window.pwned = 1</script> "
        "<img src=http://127.0.0.1:9/x onerror=window.pwned=2> "
        "\u202edlrow\u202c zero\u200bwidth </div><!-- ' \" &amp;")
for seq, record in db.execute("SELECT seq, record FROM candidates").fetchall():
    row = json.loads(record)
    row["messages"] = [{"role": "user", "content": evil}]
    db.execute("UPDATE candidates SET record = ? WHERE seq = ?",
               (json.dumps(row), seq))
db.commit()
END
browser_test review.mjs
