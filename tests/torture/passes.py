# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad luck for passes over a run: respond, controls and explain, and generate
with --responses --controls --explain.

The kind, for torture.py:

    passes   one to three sessions of these, in any order, each ended at some
             operation on the run's files by SIGKILL, SIGTERM, SIGINT or a
             power cut

A round begins with a run that is finished but for its passes, or with an empty
folder.  At the end all passes are made, in any order, and files and store have
to be those of passes that nothing happened to.
"""
import shutil
import signal
import sqlite3

from checks import (DATA, PHGEN, Bad, check_end, check_same_files,
                    check_whole_files, manifest, run)

STORE = "run.sqlite"
COMMANDS = ("respond", "controls", "explain")
GENERATE = "generate"  # the same passes by its options
ROWS = 300  # more notes than one transaction has
CARD = "README.md"


def command(name, folder):
    """The command line of a pass; of the run itself, when it has none."""
    if name in COMMANDS:
        return [PHGEN, name, str(folder), "--data-dir", DATA, "--quiet"]
    options = ("--responses", "--controls", "--explain")
    return [PHGEN, "--data-dir", DATA, "--out", str(folder), "--quiet",
            "--target-model", "builtin:cautious", "--n", str(ROWS),
            *(options if name == GENERATE else ())]


def undisturbed(name, folder, **badluck):
    done = run(command(name, folder), folder, **badluck)
    if done.returncode != 0:
        raise Bad(f"{name} fails undisturbed: {done.stderr}")


def stored(folder):
    """What the passes keep, and whether the store is whole."""
    with sqlite3.connect(folder / STORE) as db:
        if db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise Bad("the store is damaged")
        rows = db.execute("SELECT seq, kind, json FROM annexes "
                          "ORDER BY seq, kind").fetchall()
    db.close()
    return rows


def card(folder):
    """The card but for the time of the last generate, and what it took."""
    tree = manifest(folder, whole=True)
    lines = (folder / CARD).read_text().splitlines()
    return [line.replace(tree["created"], "") for line in lines
            if not line.startswith("The last session took ")]


class Passes:
    """A finished run, and what it is with all its passes made."""

    def __init__(self, work):
        self.work, self.tally = work, {}
        self.finished, self.whole = work / "finished", work / "passes-whole"
        self.finished.mkdir()
        undisturbed(None, self.finished)
        shutil.copytree(self.finished, self.whole)
        self.points = {}
        for name in COMMANDS:
            self.points[name] = self.count(name, self.whole)
        self.points[GENERATE] = self.count(GENERATE, self.finished)
        self.empty = self.fresh("empty", None)
        self.points["empty"] = self.count(GENERATE, self.empty)

    def fresh(self, name, source):
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        if source is None:
            folder.mkdir()
        else:
            shutil.copytree(source, folder)
        return folder

    def count(self, name, folder):
        """Operations of a pass over (a copy of) the folder: all, and those
        that are not on the store.  The folder has the pass after COMMANDS."""
        file, points = self.work / "count", []
        for but in ({}, {"but": STORE}):
            copy = self.fresh("counted", folder)
            undisturbed(name, copy, count=file, **but)
            points.append(int(file.read_text()))
        if name in COMMANDS:
            undisturbed(name, folder)
        else:
            self.check(copy)
        return points

    def check(self, folder):
        check_same_files(folder, self.whole)
        if card(folder) != card(self.whole):
            raise Bad(f"{CARD} differs")
        if stored(folder) != stored(self.whole):
            raise Bad("what the store keeps of the passes differs")


def luck(points, rng, do):
    operations, on_files = points
    if rng.random() < 0.5:
        return {"at": rng.randint(1, operations), "do": do}
    return {"at": rng.randint(1, on_files), "do": do, "but": STORE}


def strike(job, folder, name, points, rng):
    """One session that is ended; after a power cut the folder has what was
    synced."""
    how = rng.choice(("KILL", "KILL", "TERM", "INT", "POWER"))
    bad = luck(points, rng, "KILL" if how == "POWER" else how)
    if how == "POWER":
        bad["shadow"] = job.fresh("disk", folder)
    done = run(command(name, folder), folder, **bad)
    check_end(done, (0, 1) if how in ("TERM", "INT")
              else (0, -signal.SIGKILL))
    job.tally["ended early"] = (job.tally.get("ended early", 0) +
                                (done.returncode != 0))
    if how == "POWER" and done.returncode != 0:
        job.fresh(folder.name, job.work / "disk")
    check_whole_files(folder)


def passes(job, rng):
    way = rng.choice(("commands", "commands", "generate", "empty"))
    names = list(COMMANDS) if way == "commands" else [GENERATE]
    folder = job.fresh("run", None if way == "empty" else job.finished)
    for _ in range(rng.randint(1, 3)):
        name = rng.choice(names)
        points = job.points["empty" if way == "empty" else name]
        strike(job, folder, name, points, rng)
    rng.shuffle(names)
    for name in names:
        check_end(run(command(name, folder), folder), (0,))
    job.check(folder)


KINDS = {
    passes: "the same files and annexes after it is resumed, no torn file",
}
