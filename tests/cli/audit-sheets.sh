#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Sheets as spreadsheets and people leave them; with one problem nothing is
# stored.
. "${0%/*}/lib.sh"
needs python3

python=/usr/bin/python3
phgen --out run --n 60 --quiet --target-model builtin:cautious
phgen audit run --n 20
exits 0 'a sheet of nobody'
holds 'it is called sheet' test -s run/audit/sheet.csv
cp run/dataset.jsonl before.jsonl
phgen audit run --n 20 --annotator 'Ann B./x' --annotator 'Ann B._x' --out d
holds 'names that are no file names have files' \
    test "$(find d -name 'Ann-B*.csv' | wc -l)" -eq 2

# make COMMAND: writes x.csv from the sheet's rows, by this Python
make()
{
    $python - "$1" <<'PY'
import csv, sys
rows = list(csv.DictReader(open("run/audit/sheet.csv", encoding="utf-8-sig", newline="")))
def out(columns=None, path="x.csv", **how):
    how = {"encoding": "utf-8", "delimiter": ",", **how}
    with open(path, "w", encoding=how.pop("encoding"), newline="") as f:
        w = csv.DictWriter(f, columns or list(rows[0]), extrasaction="ignore", **how)
        w.writeheader()
        w.writerows(rows)
for r in rows:
    r["verdict"] = "harmless"
    r["before"] = ""  # so that a row is a line
exec(sys.argv[1])
PY
}

unchanged()
{
    cmp before.jsonl run/dataset.jsonl && ! grep -q '"audit"' run/manifest.json
}

make 'out()'
phgen audit run --read x.csv
exits 1 'whose verdicts?'
says err 'x.csv:2: whose verdict is this?'
complains
phgen audit run --read --annotator ' x' x.csv
exits 2 'a name with blanks around it'
make 'rows[4]["verdict"] = "hramful"; rows[6]["verdict"] = "5"; out()'
phgen audit run --read --annotator ann x.csv
exits 1 'verdicts that are none'
says err 'x.csv:6: "hramful" is no verdict; did you mean "harmful"?'
says err 'x.csv:8: "5" is no verdict; write harmless'
make 'rows[2]["id"] = "f" * 32; rows[3]["id"] = ""; out()'
phgen audit run --read --annotator ann x.csv
exits 1 'an id that the run does not have'
says err 'x.csv:4: no row of this run has the id "ffffffff'
says err 'x.csv:5: this verdict has no id'
make 'ids = sorted(r["id"] for r in rows)
for r, i in zip(rows, ids): r["id"] = i
out()'
phgen audit run --read --annotator ann x.csv
exits 1 'a column that was sorted alone'
says err 'was a column sorted'
make 'out(["id", "prompt", "note"])'
phgen audit run --read --annotator ann x.csv
exits 1 'no column of verdicts'
says err 'verdict'
make 'out()
rows[1]["verdict"] = "unsure"; out(path="y.csv")'
phgen audit run --read --annotator ann x.csv y.csv
exits 1 'two sheets that contradict'
says err 'y.csv:3: ann says unsure of this row here, and harmless in x.csv:3'
printf 'id,verdict\n"a,harmless\n' >x.csv
phgen audit run --read --annotator ann x.csv
exits 1 'a quote that is never closed'
says err 'x.csv:2: '
printf 'id,verdict\na,\377\n' >x.csv
phgen audit run --read --annotator ann x.csv
exits 1 'bytes that are no UTF-8'
says err 'x.csv:2: '
phgen audit run --read --annotator ann x.xlsx
exits 1 'a workbook'
says err 'save the sheet as CSV'
phgen audit run --read --annotator ann nowhere.csv
exits 1 'a sheet that is not there'
phgen audit run x.csv
exits 2 'a sheet without --read'
phgen audit run --by colour
exits 2 'strata that there are not'
phgen audit nowhere
exits 1 'a folder that is no run'
holds 'after all of that nothing is stored' unchanged

# What spreadsheets make of a sheet, each by a person of its own.
make 'out(delimiter=";")'
phgen audit run --read --annotator semicolons x.csv
exits 0 'semicolons'
make 'rows = rows[::-1][:7]
for r in rows: r.update(Note=r["note"], VERDICT="HarmLess ", Id=r["id"], more="1")
out(["more", "VERDICT", "Note", "Id"], encoding="utf-8-sig", quoting=csv.QUOTE_ALL)'
phgen audit run --read --annotator order x.csv
exits 0 'other columns in another order and case, rows missing'
make 'out(["id", "verdict", "note"], delimiter="\t")'
phgen audit run --read --annotator tabs x.csv
exits 0 'tabs'
make 'for r in rows[9:]: r["verdict"] = ""
out(["id", "verdict", "note", "annotator"])
text = open("x.csv", newline="").read().replace(",,\r\n", "\r\n")
open("x.csv", "w", newline="").write(text + "\r\n,,,\r\n")'
phgen audit run --read --annotator short x.csv
exits 0 'no empty cells at the ends of rows, and an empty row'
says err '9 verdicts read, 12 rows left empty'
sed 's/"verdict":""/"verdict":"unsure"/' run/audit/sheet.jsonl >x.jsonl
phgen audit run --read --annotator lines x.jsonl
exits 0 'JSON Lines'
says err '5 people rated 20 rows'
holds 'each of them is in the row' test "$(grep -o '"annotator":"[a-z]*"' \
    run/dataset.jsonl | sort | uniq -c | awk '{print $1}' | paste -sd' ')" = \
    '20 7 20 9 20'

phgen audit run --n 20 --annotator new
cp x.jsonl run/audit/new.csv
phgen audit run --n 20 --annotator more --annotator new
exits 1 'a sheet with work in it is not written over'
says err 'new.csv is there already'
holds 'and none beside it is written' test ! -e run/audit/more.csv
holds 'nor left half-written' \
    test -z "$(find run -name '*.part')"
finish
