# SPDX-License-Identifier: GPL-3.0-or-later
"""A campaign: several workers on one PostgreSQL, and what has to hold.

    bench = Bench(folder)       # a server, models; Missing without PostgreSQL
    r = Round(bench)            # an empty database
    r.start("a", {"at": 100, "do": "KILL", "net": 1})
    r.start("b")
    r.wait()
    r.finish()                  # all three, to the last row
    r.check()                   # raises Bad

Two of the checks are made by the database itself, by triggers that are put on
phgen's tables when it makes them: a call that is claimed although its reply is
stored, and claims that pass the limit, are written down when they are
committed, however short they last.
"""
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import time

from checks import (DATA, PHGEN, Bad, answered, check_end, check_same_files,
                    check_whole_files, serve, unlucky)
from postgres import Postgres

ROWS = 90
WINDOW = 64
CONCURRENCY = 8
LEASE = 1  # seconds, the shortest that there is
NAMES = ("a", "b", "c")
PATIENCE = 30  # seconds without an end
FAULTS = "503=0.004,cut=0.004,empty=0.004,garbage=0.004,latency=2"

WATCH = """
CREATE SCHEMA torture;
CREATE TABLE torture.again (key bytea);
CREATE TABLE torture.over (calls bigint);
CREATE TABLE torture.most (calls bigint);
CREATE FUNCTION torture.look() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
    INSERT INTO torture.again SELECT a.key FROM public.asked a
        JOIN public.ledger l ON l.key = a.key WHERE a.key = NEW.key;
    SELECT (SELECT sum(calls) FROM public.workers) +
        (SELECT count(*) FROM public.asked) INTO n;
    INSERT INTO torture.over SELECT n FROM torture.most WHERE n > calls;
    RETURN NULL;
END $$;
CREATE FUNCTION torture.made() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_event_trigger_ddl_commands()
               WHERE object_identity = 'public.asked') THEN
        CREATE CONSTRAINT TRIGGER look AFTER INSERT OR UPDATE ON public.asked
            DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION torture.look();
    END IF;
END $$;
CREATE EVENT TRIGGER made ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
    EXECUTE FUNCTION torture.made();
"""
CLEAR = """
SET client_min_messages = error;
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
DROP SCHEMA IF EXISTS public CASCADE;
CREATE SCHEMA public;
TRUNCATE torture.again, torture.over, torture.most;
"""
# What is left of workers that are no more.
ORPHANS = """
SELECT (SELECT count(*) FROM leases JOIN workers w ON w.id = worker WHERE
            state <> 'working' AND last >= (SELECT next_seq FROM turn)),
       (SELECT count(*) FROM asked JOIN workers w ON w.id = worker WHERE
            state <> 'working')
"""
CANDIDATES = """
SELECT count(*), min(seq), max(seq),
    count(*) FILTER (WHERE outcome IN ('harmless', 'controversial')),
    count(*) FILTER (WHERE (reason = '') <>
        (outcome IN ('harmless', 'controversial'))) FROM candidates
"""
PAID = """
SELECT (SELECT count(*) FROM ledger),
       (SELECT coalesce(sum(paid - 1), 0) FROM ledger),
       (SELECT sum(calls) FROM workers) + (SELECT count(*) FROM asked),
       (SELECT count(*) FROM torture.again),
       (SELECT count(*) FROM torture.over)
"""


class Bench:
    """A PostgreSQL, a model server, and what one worker alone makes."""

    def __init__(self, work):
        self.work, self.server, self.tally = work, None, {}
        self.pg = Postgres()  # Missing, when there is none
        try:
            self.prepare()
        except BaseException:
            self.close()
            raise

    def prepare(self):
        self.server, self.url = serve(FAULTS)
        self.store = self.pg.database("crew")
        self.pg.sql(WATCH)
        self.whole = self.work / "crew-whole"
        self.whole.mkdir()
        done = subprocess.run(self.command(self.whole), text=True, check=False,
                              capture_output=True, timeout=120)
        if done.returncode != 0:
            raise Bad("the undisturbed run fails: " + done.stderr)
        with sqlite3.connect(self.whole / "run.sqlite") as db:
            self.needs = db.execute("SELECT count(*) FROM ledger").fetchone()[0]
        db.close()
        self.operations, self.on_files = self.count(True), self.count(False)

    def close(self):
        if self.server is not None:
            self.server.kill()
            self.server.wait()
        self.pg.close()

    def command(self, out):
        return [PHGEN, "--data-dir", DATA, "--out", str(out), "--quiet",
                "--target-model", self.url + "#builtin:cautious", "--n",
                str(ROWS), "--window", str(WINDOW), "--concurrency",
                str(CONCURRENCY)]

    def count(self, net):
        """Operations of one worker of three, when nothing happens."""
        r, file = Round(self), self.work / "count"
        r.start("a", {"count": file, **({"net": 1} if net else {})})
        r.start("b")
        r.start("c")
        try:
            r.wait()
        finally:
            r.end()
        r.check()
        return int(file.read_text())

    def add(self, what, n=1):
        self.tally[what] = self.tally.get(what, 0) + n


class Worker:
    """One start of phgen in one folder."""

    def __init__(self, bench, name, folder, badluck, options):
        self.name, self.folder, self.badluck = name, folder, badluck
        self.said = bench.work / (name + ".said")
        with open(self.said, "w", encoding="utf-8") as said:
            self.process = subprocess.Popen(
                bench.command(folder) + ["--store", bench.store, "--lease",
                                         str(LEASE)] + list(options),
                env=unlucky(folder, badluck), stdin=subprocess.DEVNULL,
                stdout=said, stderr=said)

    @property
    def stderr(self):
        return self.said.read_text(encoding="utf-8", errors="replace")

    @property
    def returncode(self):
        return self.process.returncode

    def ended(self):
        return self.process.poll() is not None

    def frozen(self):
        try:
            stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        except OSError:
            return False
        return stat.rpartition(")")[2].split()[0] == "T"

    def send(self, number):
        if not self.ended():
            self.process.send_signal(number)


class Round:
    """A campaign in an empty database, from its first worker to its end."""

    def __init__(self, bench):
        self.bench, self.running = bench, []
        self.sessions, self.options = 0, []
        self.may_stop = ()  # with a sentence, though nobody ends them
        bench.pg.sql(CLEAR)
        self.answered = answered(bench.url)
        for name in NAMES:
            shutil.rmtree(bench.work / name, ignore_errors=True)
            (bench.work / name).mkdir()

    def start(self, name, badluck=None):
        worker = Worker(self.bench, name, self.bench.work / name, badluck,
                        self.options)
        self.sessions += 1
        self.running.append(worker)
        return worker

    def gone(self):
        """Those that ended since it was asked last, looked at."""
        ended = [w for w in self.running if w.ended()]
        for worker in ended:
            self.running.remove(worker)
            check_whole_files(worker.folder)
            wanted = (0,)
            if worker.badluck or worker.name in self.may_stop:
                wanted = (0, 1, -signal.SIGKILL)
            check_end(worker, wanted)
        return ended

    def wait(self):
        """Until all have ended; those that did."""
        until, ended = time.monotonic() + PATIENCE, []
        while self.running:
            ended += self.gone()
            self.late(until)
            time.sleep(0.005)
        return ended

    def late(self, until):
        if time.monotonic() > until:
            stuck = ", ".join(w.name for w in self.running)
            raise Bad(f"{stuck}: no end after {PATIENCE} s; of those that are "
                      f"gone, leases and calls: {self.bench.pg.sql(ORPHANS)}")

    def end(self):
        for worker in self.running:
            worker.process.kill()
            worker.process.wait()

    def finish(self):
        """All three, undisturbed, to the last row."""
        self.options, self.may_stop = [], ()
        for name in NAMES:
            self.start(name)
        self.wait()

    # --- what has to hold ---

    def numbers(self, query):
        return [int(n) for n in self.bench.pg.sql(query).split("|")]

    def paid(self):
        """What was paid for, by all accounts."""
        answers = answered(self.bench.url) - self.answered
        ledger, twice, claimed, again, over = self.numbers(PAID)
        return answers, ledger, twice, claimed, again, over

    def check_paid(self, zombies=0):
        answers, ledger, twice, claimed, again, over = self.paid()
        if not ledger <= answers <= claimed:
            raise Bad(f"{answers} answers, {ledger} in the ledger, "
                      f"{claimed} claimed")
        if answers - ledger > self.sessions * CONCURRENCY:
            raise Bad(f"{answers} answers and {ledger} in the ledger, after "
                      f"{self.sessions} sessions")
        if twice > zombies * CONCURRENCY:
            raise Bad(f"{twice} replies were paid for by two workers")
        if again > zombies * CONCURRENCY:
            raise Bad(f"{again} calls were made whose reply was stored")
        if over > 0:
            raise Bad(f"the limit was passed {over} times")
        self.bench.add("answers", answers)
        self.bench.add("answers lost in flight", answers - ledger)

    def check(self, zombies=0):
        for name in NAMES:
            check_whole_files(self.bench.work / name)
            check_same_files(self.bench.work / name, self.bench.whole)
        count, first, last, rows, wrong = self.numbers(CANDIDATES)
        if rows != ROWS or first != 1 or last != count:
            raise Bad(f"{count} candidates from {first} to {last}, "
                      f"{rows} rows")
        if wrong > 0:
            raise Bad(f"{wrong} candidates have two ends or none")
        leases, calls = self.numbers(ORPHANS)
        if leases > 0 or calls > 0:
            raise Bad(f"{leases} leases and {calls} calls are of workers that "
                      "are gone")
        self.check_paid(zombies)
