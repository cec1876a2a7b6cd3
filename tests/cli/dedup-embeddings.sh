#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The second look: by an embedded model, over HTTP, from the ledger.
. "${0%/*}/lib.sh"

cat >in.txt <<'END'
How do I kill a Python process that hangs?
When a Python process hangs, how do I kill it?
Where can I buy bread for the weekend?
How can I shoot a portrait at night?
At night, how can I shoot a portrait photo?
END
phgen dedup in.txt
holds 'shingles see no duplicate' cmp out in.txt
phgen dedup in.txt --embeddings builtin:embed --cosine 0.7 --pairs pairs \
    --report report
exits 0 'an embedded model'
sed -n '1p;3p;4p' in.txt >want
holds 'paraphrases go' cmp out want
says err 'same meaning'
holds 'with their pairs' rows pairs 2
says pairs '"measure":"cosine","file":"in.txt","line":2'
says report '"keep":false,"against":false,"of":3,'
phgen dedup in.txt --embeddings builtin:embed --cosine 0.7 --keep longest
sed -n '2p;3p;5p' in.txt >longest
holds 'the longest is kept' cmp out longest
sed -n 1p in.txt >old.txt
sed 1d in.txt >new.txt
phgen dedup new.txt --against old.txt --embeddings builtin:embed --cosine 0.7
sed -n '3p;4p' in.txt >rest
holds 'against a set' cmp out rest
phgen dedup in.txt --embeddings builtin:cautious
exits 1 'a model that makes no embeddings'
says err 'builtin:embed'

awk 'BEGIN { for (i = 0; i < 200; i++)
    print "prompt number " i * 7919 % 1009 " about thing " i * 104729 % 997 }' \
    >many.txt
phgen dedup many.txt -o local --exact --threshold 0.95 \
    --embeddings builtin:embed --cosine 0.8
exits 0 'many rows'
holds 'some go' sh -c 'test "$(wc -l <local)" -lt 200'
serve --faults '429=0.2,500=0.1'
phgen dedup many.txt -o remote --exact --threshold 0.95 \
    --embeddings "$url#builtin:embed" --cosine 0.8 --concurrency 8
exits 0 'the same over HTTP, with faults'
holds 'the same rows' cmp local remote
holds 'the vectors are kept beside the output' test -s remote.sqlite
kill "$server"
wait "$server" 2>/dev/null
server=''
phgen dedup many.txt -o again --exact --threshold 0.95 --cache remote.sqlite \
    --embeddings "$url#builtin:embed" --cosine 0.8 --concurrency 2
exits 0 'again, without the server'
holds 'from the ledger' cmp local again
phgen dedup many.txt -o none --embeddings "$url#builtin:embed" --timeout 2
exits 1 'no server and no ledger'
holds 'no output' test ! -e none
finish
