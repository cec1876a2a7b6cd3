# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to hold after bad luck, whoever brought it; and the model server.
For torture.py and crew.py.
"""
import json
import os
import re
import subprocess
import sys
import time
import urllib.request

PHGEN = os.environ["PHGEN"]
DATA = os.environ.get("PHGEN_DATA", os.path.dirname(PHGEN))
BADLUCK = os.environ["BADLUCK"]

COMPARED = ("dataset.jsonl", "rejected.jsonl", "controls.jsonl",
            "learned.json")
# Of the session, or of calls that were in flight when the last row came.
VARIES = ("created", "seconds", "paid", "paid_calls", "cost")


class Bad(Exception):
    pass


def unlucky(folder, badluck):
    """The environment of a phgen that has it, in that folder (badluck.c)."""
    env = dict(os.environ)
    if badluck:
        env["LD_PRELOAD"] = BADLUCK
        env["BADLUCK_DIR"] = str(folder)
        for name, value in badluck.items():
            env["BADLUCK_" + name.upper()] = str(value)
    return env


def run(command, folder, **badluck):
    """One start of phgen, with bad luck in that folder."""
    return subprocess.run(command, env=unlucky(folder, badluck), text=True,
                          errors="replace", capture_output=True, timeout=300,
                          check=False)


def manifest(folder, whole=False):
    """What is the same in two runs of it; `whole`: all."""
    tree = json.loads((folder / "manifest.json").read_text())
    for name in () if whole else VARIES:
        tree.pop(name, None)
    return tree


def check_whole_files(folder):
    """No file under its final name is torn, at any time."""
    for path in folder.iterdir():
        if path.suffix == ".jsonl":
            text = path.read_text()
            if text and not text.endswith("\n"):
                raise Bad(f"{path.name} is torn")
            for line in text.splitlines():
                json.loads(line)
        elif path.suffix == ".json":
            json.loads(path.read_text())


def check_same_files(folder, whole):
    """The folder's files are those of a run that nothing happened to."""
    for name in COMPARED:
        ours, theirs = folder / name, whole / name
        if ours.exists() != theirs.exists():
            raise Bad(f"{name} is there in one run and not in the other")
        if ours.exists() and ours.read_bytes() != theirs.read_bytes():
            raise Bad(f"{name} differs")
    if manifest(folder) != manifest(whole):
        raise Bad("manifest.json differs")
    left = [p.name for p in folder.iterdir() if p.name.endswith(".part")]
    if left:
        raise Bad(f"{left} are left behind")


def check_end(done, wanted):
    """A failure is a sentence and status 1."""
    if done.returncode not in wanted:
        raise Bad(f"status {done.returncode}: {done.stderr[-300:]}")
    if done.returncode == 1 and not done.stderr.startswith("phgen: "):
        raise Bad(f"no sentence: {done.stderr[:200]!r}")


def serve(faults):
    """`phgen serve`: the process and its URL."""
    p = subprocess.Popen(
        [PHGEN, "serve", "--port", "0", "--data-dir", DATA, "--faults",
         faults],
        stderr=subprocess.PIPE, text=True)
    line = p.stderr.readline()
    match = re.search(r"http://[^;]*", line)
    if match is None:
        sys.exit("the server does not start: " + line)
    return p, match.group(0)


def count_answers(url):
    with urllib.request.urlopen(url.replace("/v1", "/metrics")) as page:
        text = page.read().decode()
    return int(re.search(r"^phgen_serve_answers_total (\d+)", text,
                         re.M).group(1))


def answered(url):
    """How many requests the server answered, once it has no more to do: those
    of a process that was killed come to an end, too."""
    was, now = -1, count_answers(url)
    while was != now:
        time.sleep(0.05)
        was, now = now, count_answers(url)
    return now
