# SPDX-License-Identifier: GPL-3.0-or-later
"""Ends phgen at random points, resumes it, and looks at what is there.

    torture.py [--points N | --point K] [--seed S] [--table FILE] [KIND]...

Kinds of bad luck (all of them when none is named):

    kill     SIGKILL at the k-th operation on files, in the middle of a write
    stop     SIGTERM or SIGINT there
    power    SIGKILL, and of the folder only what was synced is left
    sectors  likewise, and of what was not synced some 512-byte sectors
    copy     the process is held and its folder copied; the copy goes on
    http     SIGKILL, SIGTERM or SIGINT at file or socket operations, with the
             target over HTTP behind a server with faults
    budget   the same with --max-calls
    full     the disk is full from the k-th operation on (ENOSPC)
    broken   the k-th operation fails (EIO), or all from it on
    tmpfs    a file system that is really full; needs the right to mount one
    passes   respond, controls and explain over a run are ended (passes.py)

and, for several workers and one PostgreSQL (crew.py says more):

    crew         three workers, ended and started again
    crew-budget  the same with --max-calls
    server       PostgreSQL crashes and comes back
    cut          a worker is frozen for longer than its lease

What has to hold, each time: a failure is a sentence and status 1; no file
under its final name is torn; the same command goes on to the bytes of a run
that nothing happened to (dataset, rejected, controls, and the manifest but for
its times); no ".part" is left; nothing that stands in the ledger is asked for
again.  Output is TAP, one test a kind; a failure names the seed and the point.

PHGEN, PHGEN_DATA and BADLUCK (the preloaded library) come from the
environment.  Everything is drawn from the seed, so a failure can be repeated:
`--point K` is the K-th alone.  Where several processes race it may take more
than one try.
"""
import argparse
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import crew
import passes
from campaign import Bench
from checks import (DATA, PHGEN, Bad, answered, check_end, check_same_files,
                    check_whole_files, run, serve)
from postgres import Missing

SECTOR = 512
STORE = "run.sqlite"
CONCURRENCY = 8
TOLD = 10  # failures of a kind
FAULTS = "503=0.03,cut=0.02,empty=0.02,garbage=0.02,latency=1,times=1"


class Job:
    """One command line, and what it gives when it is left alone."""

    def __init__(self, work, name, arguments):
        self.work, self.name, self.arguments = work, name, arguments
        self.whole = work / (name + "-whole")
        self.whole.mkdir()
        done, self.operations = self.count(self.whole)
        if done.returncode != 0:
            sys.exit("the undisturbed run fails: " + done.stderr)
        again = work / (name + "-again")
        again.mkdir()
        _, self.on_files = self.count(again, but=STORE)

    def command(self, out):
        return [PHGEN, "--data-dir", DATA, "--out", str(out),
                "--quiet"] + self.arguments

    def run(self, out, **badluck):
        return run(self.command(out), out, **badluck)

    def count(self, out, **badluck):
        """How many operations there are when nothing happens."""
        file = self.work / "count"
        if not badluck:
            badluck = {"net": 1}
        done = self.run(out, count=file, **badluck)
        return done, int(file.read_text()) if file.exists() else 0


def luck(job, rng, do):
    """A point: any, or one of the few that are not about the store."""
    if rng.random() < 0.5:
        return {"at": rng.randint(1, job.operations), "do": do}
    return {"at": rng.randint(1, job.on_files), "do": do, "but": STORE}


def check_same(job, folder):
    check_same_files(folder, job.whole)
    with sqlite3.connect(folder / "run.sqlite") as db:
        if db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise Bad("the store is damaged")
        n, last = db.execute("SELECT count(*), max(seq) "
                             "FROM candidates").fetchone()
        if n != last:
            raise Bad("there is a gap in the sequence")
    db.close()


def resume(job, folder):
    check_whole_files(folder)
    done = job.run(folder)
    check_end(done, (0,))
    check_same(job, folder)


def fresh(work, name="run"):
    folder = work / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


# --- kinds ---


def kill(job, rng):
    """Up to three kills, one after another, then the end."""
    folder = fresh(job.work)
    for _ in range(rng.randint(1, 3)):
        done = job.run(folder, **luck(job, rng, "KILL"))
        check_end(done, (0, -signal.SIGKILL))
        check_whole_files(folder)
    resume(job, folder)


def stop(job, rng):
    folder = fresh(job.work)
    done = job.run(folder, **luck(job, rng, rng.choice(("TERM", "INT"))))
    check_end(done, (0, 1))
    resume(job, folder)


def power_cut(job, rng, what_is_left):
    folder, disk = fresh(job.work), fresh(job.work, "disk")
    for _ in range(rng.randint(1, 2)):
        done = job.run(folder, shadow=disk, **luck(job, rng, "KILL"))
        check_end(done, (0, -signal.SIGKILL))
        if done.returncode == 0:
            break
        what_is_left(folder, disk, rng)
        shutil.rmtree(folder)
        shutil.copytree(disk, folder)
    resume(job, folder)


def power(job, rng):
    power_cut(job, rng, lambda folder, disk, rng: None)


def some_sectors(folder, disk, rng):
    """Of what was written and not synced, any sectors may be on the disk."""
    for name in ("run.sqlite", "run.sqlite-wal"):
        if not (folder / name).exists():
            continue
        new = (folder / name).read_bytes()
        old = (disk / name).read_bytes() if (disk / name).exists() else b""
        length = rng.choice((len(old), max(len(old), len(new))))
        mixed = bytearray()
        for i in range(0, length, SECTOR):
            source = new if rng.random() < 0.5 else old
            piece = source[i:i + SECTOR] or bytes(SECTOR)
            mixed += piece.ljust(SECTOR, b"\0")
        (disk / name).write_bytes(mixed[:length])


def sectors(job, rng):
    power_cut(job, rng, some_sectors)


def copy(job, rng):
    """The folder as it is at some moment, and the copy is what goes on."""
    folder, snapshot = fresh(job.work), job.work / "snapshot"
    shutil.rmtree(snapshot, ignore_errors=True)
    p = subprocess.Popen(job.command(folder), stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
    time.sleep(rng.random() * 0.3)
    p.send_signal(signal.SIGSTOP)
    time.sleep(0.01)
    shutil.copytree(folder, snapshot)
    p.kill()
    p.wait()
    resume(job, snapshot)


def ledger(folder):
    path = folder / "run.sqlite"
    if not path.exists():
        return 0
    with sqlite3.connect(path) as db:
        try:
            n = db.execute("SELECT count(*) FROM ledger").fetchone()[0]
        except sqlite3.OperationalError:
            n = 0
    db.close()
    return n


def session_over_http(job, folder, badluck):
    """One start.  What the server answered and the ledger does not hold was
    on its way when the process went: at most --concurrency."""
    before, rows = answered(job.url), ledger(folder)
    done = job.run(folder, **badluck)
    check_whole_files(folder)
    paid, booked = answered(job.url) - before, ledger(folder) - rows
    if not booked <= paid <= booked + CONCURRENCY:
        raise Bad(f"{paid} answers paid for and {booked} in the ledger")
    return done, paid


def luck_over_http(job, rng):
    return {"at": rng.randint(1, job.operations), "net": 1,
            "do": rng.choice(("KILL", "TERM", "INT"))}


def http(job, rng):
    folder = fresh(job.work)
    for _ in range(rng.randint(1, 3)):
        done, _ = session_over_http(job, folder, luck_over_http(job, rng))
        check_end(done, (0, 1, -signal.SIGKILL))
    done, _ = session_over_http(job, folder, {})
    check_end(done, (0,))
    check_same(job, folder)


def budget(job, rng):
    folder = fresh(job.work)
    limit = rng.randint(10, ledger(job.whole))
    paid = sessions = 0
    job.arguments += ["--max-calls", str(limit)]
    try:
        for last in (False, False, True):
            bad = {} if last else luck_over_http(job, rng)
            done, more = session_over_http(job, folder, bad)
            check_end(done, (0, 1, -signal.SIGKILL))
            paid, sessions = paid + more, sessions + 1
            if ledger(folder) > limit:
                raise Bad(f"{ledger(folder)} calls, the limit is {limit}")
            if paid > limit + (sessions - 1) * CONCURRENCY:
                raise Bad(f"{paid} calls paid, the limit is {limit}")
    finally:
        del job.arguments[-2:]
    done, _ = session_over_http(job, folder, {})
    check_end(done, (0,))
    check_same(job, folder)


def fails(job, rng, errno, stays):
    folder = fresh(job.work)
    bad = luck(job, rng, errno)
    if stays:
        bad["stays"] = 1
    done = job.run(folder, **bad)
    check_end(done, (0, 1))
    check_whole_files(folder)
    if done.returncode == 0:
        check_same(job, folder)  # no loss is silent
    resume(job, folder)


def full(job, rng):
    fails(job, rng, "ENOSPC", True)


def broken(job, rng):
    fails(job, rng, "EIO", rng.random() < 0.5)


def tmpfs(job, rng):
    folder = fresh(job.work)
    size = rng.randint(16, 600)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "badluck",
                    str(folder)], check=True, capture_output=True)
    try:
        done = job.run(folder)
        check_end(done, (0, 1))
        check_whole_files(folder)
        subprocess.run(["mount", "-o", "remount,size=64m", str(folder)],
                       check=True)
        resume(job, folder)
    finally:
        subprocess.run(["umount", str(folder)], check=True)


PROMISES = {
    kill: "the same bytes after it is resumed, no torn file",
    stop: "a sentence, status 1, the same bytes after it is resumed",
    power: "the same bytes after it is resumed, no torn file",
    sectors: "the same bytes after it is resumed, no torn file",
    copy: "the copy goes on to the same bytes",
    http: "the same bytes; nothing in the ledger is paid for again",
    budget: "the same, and the limit is never passed",
    full: "a sentence, status 1, the same bytes after it is resumed",
    broken: "a sentence, status 1, the same bytes after it is resumed",
    tmpfs: "a sentence, status 1, the same bytes after it is resumed",
}
OVER_HTTP = (http, budget)


def punish(kind, job, which, seed):
    """Runs one kind, tells of failures, and returns how many there were."""
    bad = 0
    for i in which:
        rng = random.Random(f"{seed}/{kind.__name__}/{i}")
        try:
            kind(job, rng)
        except (Bad, ValueError, OSError, subprocess.TimeoutExpired) as why:
            bad += 1
            if bad <= TOLD:
                told = str(why).replace("\n", " ")
                print(f"# {kind.__name__}: seed {seed}, point {i}: {told}",
                      flush=True)
    return bad


def may_mount(work):
    folder = work / "mount"
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "none", str(folder)],
                          capture_output=True, check=False)
    if done.returncode == 0:
        subprocess.run(["umount", str(folder)], check=True)
    return done.returncode == 0


class Jobs:
    """What the kinds work on; each is made when one needs it."""

    def __init__(self, work):
        self.work, self.made, self.server = work, {}, None

    def local(self):
        return Job(self.work, "local",
                   ["--target-model", "builtin:cautious", "--n", "30",
                    "--responses", "--controls", "--explain"])

    def remote(self):
        self.server, url = serve(FAULTS)
        job = Job(self.work, "remote",
                  ["--target-model", url + "#builtin:cautious", "--n", "12",
                   "--concurrency", str(CONCURRENCY)])
        job.url = url
        return job

    def passes(self):
        return passes.Passes(self.work)

    def crew(self):
        return Bench(self.work)

    def of(self, kind):
        if kind is tmpfs and (os.geteuid() != 0 or not may_mount(self.work)):
            raise Missing("may not mount a file system")
        make = (self.crew if kind in crew.KINDS else
                self.passes if kind in passes.KINDS else
                self.remote if kind in OVER_HTTP else self.local)
        if make not in self.made:
            self.made[make] = make()
        return self.made[make]

    def close(self):
        if self.server is not None:
            self.server.kill()
            self.server.wait()
        if self.crew in self.made:
            self.made[self.crew].close()
        shutil.rmtree(self.work, ignore_errors=True)


def told(job):
    """What a kind counted while it was at it, as words; counts anew."""
    tally = getattr(job, "tally", {})
    words = "".join(f"; {what}: {n:,}" for what, n in tally.items())
    tally.clear()
    return words


def play(i, kind, promise, jobs, o):
    """One kind: its line of TAP; its row of the table, and how often it
    failed."""
    name = kind.__name__
    try:
        job = jobs.of(kind)
    except Missing as why:
        print(f"ok {i} - {name} # SKIP {why}", flush=True)
        return "", 0
    except (Bad, OSError) as why:
        print(f"not ok {i} - {name}, before any bad luck\n# {why}", flush=True)
        return f"| {name} | 0 | {promise} | {why} |\n", 1
    told(job)
    begun = time.monotonic()
    which = range(o.points) if o.point is None else (o.point,)
    bad = punish(kind, job, which, o.seed)
    print(f"{'not ' if bad else ''}ok {i} - {name}, {len(which)} times: "
          f"{promise}")
    words = told(job)
    print(f"# {time.monotonic() - begun:.0f} s{words}", flush=True)
    return (f"| {name} | {len(which)} | {promise} | "
            f"{f'{bad} broken' if bad else 'held'}{words} |\n", bad)


def main():
    promises = {**PROMISES, **passes.KINDS, **crew.KINDS}
    known = {k.__name__: k for k in promises}
    options = argparse.ArgumentParser()
    options.add_argument("--points", type=int, default=4)
    options.add_argument("--point", type=int)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--table")
    options.add_argument("kinds", nargs="*", choices=[[]] + list(known))
    o = options.parse_args()
    kinds = [known[k] for k in o.kinds or known]
    jobs = Jobs(pathlib.Path(tempfile.mkdtemp(prefix="phgen-torture-")))
    failed, rows = 0, ""
    try:
        for i, kind in enumerate(kinds, 1):
            row, bad = play(i, kind, promises[kind], jobs, o)
            failed, rows = failed + bad, rows + row
        print(f"1..{len(kinds)}")
    finally:
        jobs.close()
    if o.table:
        with open(o.table, "a", encoding="utf-8") as table:
            table.write(rows)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
