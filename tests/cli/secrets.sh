#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A key comes out nowhere: not in files, output or log, not when the server
# says it back, and it goes to no other host.
. "${0%/*}/lib.sh"
needs python3 sqlite3

canary=sk-Canary/91Bf3kQz+77aXe0
part=Canary/91B
mkdir runs
OPENAI_API_KEY=$canary
ANTHROPIC_API_KEY=$canary
export OPENAI_API_KEY ANTHROPIC_API_KEY

serve --key-env OPENAI_API_KEY
OPENAI_BASE_URL=$url
export OPENAI_BASE_URL
phgen -t openai:builtin:cautious --n 5 --out runs/good -v
exits 0 'a run with a key'
cat out err >>runs/good.txt
says err 'target builtin:cautious #' '-v shows the calls'
echo " $canary " >key-file
OPENAI_API_KEY='' OPENAI_API_KEY_FILE=key-file phgen --log-json \
    -t openai:builtin:cautious --n 5 --out runs/file
exits 0 'the key from a file'
cat out err >>runs/good.txt

peer echo heads
OPENAI_BASE_URL=http://127.0.0.1:$port/v1
for how in answer cut redirect filter 400 401 403 404 413; do
    for log in -v --log-json; do
        phgen -t "openai:$how" --n 2 --patience 2 --samples 1 \
            --min-refusals 1 --rounds 1 --seed 3 --concurrency 2 $log \
            --out "runs/$how$log"
        cat out err >>"runs/$how.txt"
    done
done
for how in answer nonsense html cut redirect filter 400 401 404 429 500; do
    "$PHGEN" ping -v "openai:$how" >>"runs/$how.txt" 2>&1
    "$PHGEN" ping --json --log-json "openai:$how" >>"runs/$how.txt" 2>&1
done
holds 'the server saw the key' grep -q "$canary" heads
holds 'its words are quoted' grep -q 'no, not \*\*\*\*' runs/400.txt
holds 'an answer is kept' grep -rqa 'Your key is \*\*\*\*' runs/answer-v
holds 'a redirect is not followed' sh -c '! grep -q else heads'
"$PHGEN" models >>runs/good.txt 2>&1
for db in runs/*/run.sqlite; do
    sqlite3 "$db" .dump >>runs/dump.txt
done
holds 'the stores were looked into' grep -q 'INSERT INTO' runs/dump.txt
grep -rlaF -e "$part" -e 'Canary\/91B' runs >found
holds 'the key is nowhere' test ! -s found
cat found
finish
