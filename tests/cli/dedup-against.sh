#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What another file has is dropped, and pairs show why.
. "${0%/*}/lib.sh"

cat >old.csv <<'END'
text
How do I kill a Python process?
END
cat >new.txt <<'END'
how do i kill a python process
Where can I buy bread for the weekend?
where can I buy bread, for the weekend
How do I kill a Python process on Windows and on Linux?
END
phgen dedup new.txt --against old.csv --pairs pairs --report report \
    -o out.txt --json
exits 0 'against a file of another format'
sed -n '2p;4p' new.txt >want
holds 'neither known rows nor repeated ones' cmp out.txt want
says out '"dropped_known":1'
says out '"dropped_alike":1'
holds 'two pairs' rows pairs 2
says pairs '"similarity":1,"measure":"jaccard","file":"new.txt","line":1'
says pairs '"against":true,"other_file":"old.csv","other_line":2'
says pairs '"other_prompt":"Where can I buy bread for the weekend?"'
holds 'a verdict a row' rows report 4
says report '{"row":2,"file":"new.txt","line":3,"keep":false,"against":false,"of":1,"similarity":1'
phgen dedup new.txt --against old.csv --against-field nothing
exits 1 '--against-field'
says err 'old.csv:1'
phgen dedup new.txt --against missing
exits 1 'a file that is not there'
complains
finish
