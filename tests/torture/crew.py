# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad luck for several workers that make one dataset in one PostgreSQL.

The kinds, for torture.py:

    crew         three workers; one to all are ended by SIGKILL, SIGTERM or
                 SIGINT at operations on sockets or files, some of them more
                 than once; some are started again, some are not
    crew-budget  the same with --max-calls, which is then taken away
    server       PostgreSQL is crashed, shut down, or loses a process or its
                 connections, and comes back
    cut          a worker is frozen at some operation for longer than its lease,
                 and thaws when it is taken for lost, when others are done, or
                 at any time; sometimes it goes on alone for a moment

Calls go to a target behind `phgen serve` with faults, so they are paid for.
At the end all three workers are run again until all rows are there, and what
is in the store, in every worker's folder and in the server's count of answers
has to fit together (campaign.py).
"""
import signal
import time

from campaign import NAMES, PATIENCE, Round
from checks import Bad


def luck(bench, rng, do):
    """A point: any of a worker's life, near its beginning, or at its files."""
    where = rng.random()
    if where < 0.15:
        return {"at": rng.randint(1, bench.on_files), "do": do}
    most = bench.operations // 10 if where < 0.4 else bench.operations
    return {"at": rng.randint(1, most), "do": do, "net": 1}


def ending(bench, rng):
    return luck(bench, rng, rng.choice(("KILL", "KILL", "TERM", "INT")))


def harass(r, rng):
    """Three workers, one to all of them doomed; some come back."""
    doomed = rng.sample(NAMES, rng.randint(1, 3))
    often = rng.choice((0.0, 0.5, 1.0))
    due = [(0 if rng.random() < 0.7 else rng.random() * 0.4, name,
            ending(r.bench, rng) if name in doomed else None)
           for name in NAMES]
    again = [(rng.random() < often,
              ending(r.bench, rng) if rng.random() < 0.5 else None)
             for _ in range(5)]
    begun, until = time.monotonic(), time.monotonic() + PATIENCE
    while due or r.running:
        now = time.monotonic() - begun
        for when, name, bad in [d for d in due if d[0] <= now]:
            due.remove((when, name, bad))
            r.start(name, bad)
        for worker in r.gone():
            early = worker.badluck and worker.returncode != 0
            r.bench.add("ended early", bool(early))
            if early and again:
                comes, bad = again.pop()
                if comes:
                    r.bench.add("started again")
                    due.append((now, worker.name, bad))
        r.late(until)
        time.sleep(0.005)


# --- kinds ---


def crew(r, rng):
    harass(r, rng)
    r.finish()
    r.check()


def crew_budget(r, rng):
    limit = rng.randint(30, r.bench.needs)
    r.options = ["--max-calls", str(limit)]
    r.bench.pg.sql(f"INSERT INTO torture.most VALUES ({limit})")
    r.may_stop = NAMES
    harass(r, rng)
    for name in rng.sample(NAMES, rng.randint(1, 3)):
        r.start(name)
    ended = r.wait()
    answers, _, _, claimed, _, _ = r.paid()
    if max(answers, claimed) > limit:
        raise Bad(f"{answers} answers, {claimed} claimed, the limit is {limit}")
    for worker in ended:
        if worker.returncode != 0 and "--max-calls" not in worker.stderr:
            raise Bad(f"another sentence: {worker.stderr[-300:]}")
        if worker.returncode != 0 and claimed != limit:
            raise Bad(f"stopped after {claimed} calls, the limit is {limit}")
    r.bench.pg.sql("TRUNCATE torture.most")
    r.finish()
    r.check()


def strike(pg, rng):
    """Something happens to PostgreSQL; it is back when this returns."""
    what = rng.choice(("crash", "crash", "shut down", "backend", "connections",
                       "connection"))
    if what in ("crash", "shut down"):
        pg.crash() if what == "crash" else pg.shut_down()
        time.sleep(rng.choice((0, rng.random())))
        pg.start()
        return
    backends = pg.backends()
    if what == "backend" and backends:
        pg.kill_backend(rng.choice(backends))
    else:
        some = backends if what == "connections" else backends[:1]
        pg.sql("SELECT " + ", ".join(
            ["1"] + [f"pg_terminate_backend({n})" for n in some]))
    pg.settle()


def begun(r):
    """Waits until something is decided, or all have ended."""
    while any(not w.ended() for w in r.running):
        try:
            if r.numbers("SELECT next_seq FROM turn")[0] > 1:
                return
        except OSError:
            pass  # there are no tables yet
        time.sleep(0.01)


def server(r, rng):
    for name in NAMES:
        r.start(name, ending(r.bench, rng) if rng.random() < 0.2 else None)
    r.may_stop = NAMES
    if rng.random() < 0.8:
        begun(r)
    for _ in range(rng.randint(1, 3)):
        time.sleep(rng.random() * 0.3)
        strike(r.bench.pg, rng)
        r.bench.add("strikes at PostgreSQL")
        r.bench.add("while workers were at it", bool(r.running))
    for worker in r.wait():
        r.bench.add("workers that stopped for it",
                    worker.returncode != 0 and not worker.badluck)
    r.finish()
    r.check()


def thaws(r, rng, frozen):
    """When to let a frozen worker go on: a function that says whether."""
    how, after = rng.choice((0, 0, 1, 2)), time.monotonic() + rng.random() * 2.5
    n = len(frozen)

    def lost():
        try:
            return int(r.bench.pg.sql("SELECT count(*) FROM workers WHERE "
                                      "state = 'lost'")) >= n
        except OSError:
            return False  # there are no tables yet

    def done():
        return all(w in frozen for w in r.running)

    return (lambda: lost() or done(), done,
            lambda: time.monotonic() > after)[how]


def thaw_all(r, frozen, alone):
    """They go on, the others too; `alone`: these a moment later."""
    others = [w for w in r.running if w not in frozen] if alone else []
    for worker in others:
        worker.send(signal.SIGSTOP)
    for worker in frozen:
        worker.send(signal.SIGCONT)
        r.bench.add("frozen")
    time.sleep(0.2 if others else 0)
    for worker in others:
        worker.send(signal.SIGCONT)


def cut(r, rng):
    doomed = rng.sample(NAMES, rng.choice((1, 1, 2)))
    for name in NAMES:
        r.start(name, luck(r.bench, rng, "STOP") if name in doomed else None)
    until = time.monotonic() + PATIENCE
    frozen, thaw = [], None
    while r.running:
        now = [w for w in r.running if w.frozen()]
        if now != frozen and now:
            frozen, thaw = now, thaws(r, rng, now)
        if now and thaw():
            thaw_all(r, now, rng.random() < 0.5)
        for worker in r.gone():
            r.bench.add("came back too late",
                        "taken for lost" in worker.stderr)
        r.late(until)
        time.sleep(0.01)
    r.finish()
    r.check(zombies=len(doomed))


PROMISES = {
    crew: "all workers' files are the bytes of one alone; nothing stored is "
          "paid for again, nothing is left of the dead",
    crew_budget: "the same, and all together never pass the limit",
    server: "the same; they go on or stop with a sentence",
    cut: "the same; who comes back too late spoils nothing",
}




def played(kind):
    """The kind as torture.py calls it."""
    def play(bench, rng):
        r = Round(bench)
        try:
            kind(r, rng)
        finally:
            r.end()
    play.__name__ = kind.__name__.replace("_", "-")
    return play


KINDS = {played(kind): promise for kind, promise in PROMISES.items()}
