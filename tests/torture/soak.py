# SPDX-License-Identifier: GPL-3.0-or-later
"""Long runs: is memory flat, time linear, and does every candidate end?

    soak.py embedded [CANDIDATES]     the embedded models, a million
    soak.py http [CALLS]              every agent over HTTP, 200,000 calls,
                                      2 % faults of every kind

Prints a table: a line a tenth of the way, with the resident memory and the
rate since the line before, by the clock and by the processor's time, which
other work on the machine does not change.  At the end the store is counted: each sequence
number is there once, with an outcome, and with a reason unless it is a row; the
manifest says the same; over HTTP, what the server answered is what the ledger
holds, but for what was in flight when a session was stopped.

PHGEN and PHGEN_DATA come from the environment, like TMPDIR, where some
gigabytes must be free.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

PHGEN = os.environ["PHGEN"]
DATA = os.environ.get("PHGEN_DATA", os.path.dirname(PHGEN))
CONCURRENCY = 64

# All kinds, 2 % in all.  The last three end a session, so they are rarer.
FAULTS = ("429 429-seconds 429-date 429-ms 429-absurd 413 500 502 503 504 529 "
          "html garbage deep utf8 huge empty cut trickle half stall").split()
STOPPING = "quota 401 redirect".split()
RATES = ",".join([f"{f}={0.0197 / len(FAULTS):.6f}" for f in FAULTS] +
                 [f"{f}=0.0001" for f in STOPPING])


def memory(pid, name):
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    match = re.search(rf"^{name}:\s*(\d+) kB", text, re.M)
    return int(match.group(1)) / 1024 if match else 0


def cpu(pid):
    """Seconds of processor time."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    user, system = fields.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def start(folder, arguments):
    return subprocess.Popen([PHGEN, "--data-dir", DATA, "--out", str(folder),
                             "--quiet"] + arguments,
                            stderr=subprocess.PIPE, text=True)


def status(folder):
    done = subprocess.run([PHGEN, "status", str(folder), "--json"],
                          capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


class Table:
    """A line a tenth."""

    def __init__(self, what, whole):
        self.what, self.whole, self.next = what, whole, whole // 10
        self.began = self.at = time.monotonic()
        self.done, self.cpu, self.pid = 0, 0, 0
        self.rates = []
        print(f"| {what} | seconds | {what} a second | a CPU second | rows | "
              "resident MB |\n| --- | --- | --- | --- | --- | --- |",
              flush=True)

    def see(self, done, rows, pid):
        if done < self.next:
            return
        now, used = time.monotonic(), cpu(pid)
        if pid != self.pid:  # a new session begins at 0
            self.pid, self.cpu = pid, 0
        n = done - self.done
        rate = n / max(used - self.cpu, 1e-9)
        self.rates.append(rate)
        print(f"| {done:,} | {now - self.began:.0f} | "
              f"{n / max(now - self.at, 1e-9):,.0f} | {rate:,.0f} | {rows:,} |"
              f" {memory(pid, 'VmRSS'):.0f} |", flush=True)
        self.done, self.at, self.cpu = done, now, used
        while self.next <= done:
            self.next += self.whole // 10


def follow(p, folder, table, measure, until):
    """Until the process ends, or has done what was wanted."""
    peak, stopped = 0, False
    while p.poll() is None:
        s = status(folder)
        if s is not None and not stopped:
            table.see(measure(s), s["rows"], p.pid)
            if measure(s) >= until:
                p.send_signal(signal.SIGTERM)
                stopped = True
        peak = max(peak, memory(p.pid, "VmHWM"))
        time.sleep(0.2)
    return peak, stopped


def check(folder):
    """Every sequence number has exactly one end."""
    outcomes, n, last = {}, 0, 0
    with sqlite3.connect(folder / "run.sqlite") as db:
        for seq, outcome, reason in db.execute(
                "SELECT seq, outcome, reason FROM candidates ORDER BY seq"):
            n += 1
            last = seq
            accepted = outcome in ("harmless", "controversial")
            assert seq == n, f"candidate {n} is missing"
            assert accepted or reason, f"candidate {seq} ended without a reason"
            assert not (accepted and reason), f"candidate {seq} has two ends"
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
    db.close()
    counts = json.loads((folder / "manifest.json").read_text())["counts"]
    rows = sum(1 for _ in open(folder / "dataset.jsonl", "rb"))
    rejects = sum(1 for _ in open(folder / "rejected.jsonl", "rb"))
    assert n == last == sum(outcomes.values()) == counts["candidates"]
    assert rows == counts["accepted"] and rows + rejects == n
    for outcome, k in outcomes.items():
        assert counts[outcome] == k, outcome
    assert sum(counts["dropped_by_reason"].values()) == rejects
    return n, rows, outcomes


def report(n, rows, outcomes, peak, table):
    print(f"\n{n:,} candidates, each with one end: " + ", ".join(
        f"{k:,} {outcome}" for outcome, k in sorted(outcomes.items())) +
        f"; {rows:,} rows and {n - rows:,} rejects in the files; "
        f"peak {peak:.0f} MB.")
    if len(table.rates) > 2:
        print(f"Pace by CPU of the last tenth over the second: "
              f"{table.rates[-1] / table.rates[1]:.2f}.")


def embedded(work, wanted):
    folder = work / "run"
    table = Table("candidates", wanted)
    p = start(folder, ["--target-model", "builtin:cautious", "--n",
                       "10000000", "--patience", "1000000000"])
    peak, _ = follow(p, folder, table, lambda s: s["candidates"], wanted)
    assert p.returncode == 1 and "stopped" in p.stderr.read()
    report(*check(folder), peak, table)


def answered(url):
    with urllib.request.urlopen(url.replace("/v1", "/metrics")) as page:
        text = page.read().decode()
    return int(re.search(r"^phgen_serve_answers_total (\d+)", text,
                         re.M).group(1)), text


def http(work, wanted):
    folder = work / "run"
    server = subprocess.Popen(
        [PHGEN, "serve", "--port", "0", "--data-dir", DATA, "--faults", RATES],
        stderr=subprocess.PIPE, text=True)
    url = re.search(r"http://[^;]*", server.stderr.readline()).group(0)
    # A reply can take a minute here, and decisions are made in order: so many
    # candidates may be on their way that the others need not wait for it.
    arguments = ["--n", "10000000", "--concurrency", str(CONCURRENCY),
                 "--window", "8192",
                 "--target-model", f"{url}#builtin:cautious",
                 "--generator-model", f"{url}#builtin:generator",
                 "--witness-model", f"{url}#builtin:witness",
                 "--answer-judge-model", f"{url}#builtin:answer-judge",
                 "--orchestrator-model", f"{url}#builtin:orchestrator"]
    for judge in ("strict", "moderate", "permissive"):
        arguments += ["--judge-model", f"{url}#builtin:judge-{judge}"]
    table = Table("calls", wanted)
    peak, sessions, done = 0, 0, False
    try:
        while not done:
            p = start(folder, arguments)
            more, done = follow(p, folder, table,
                                lambda s: s["paid"]["calls"], wanted)
            assert p.returncode == 1, p.stderr.read()
            peak, sessions = max(peak, more), sessions + 1
        paid, metrics = answered(url)
    finally:
        server.kill()
        server.wait()
    with sqlite3.connect(folder / "run.sqlite") as db:
        ledger = db.execute("SELECT count(*) FROM ledger").fetchone()[0]
    db.close()
    assert ledger <= paid <= ledger + sessions * CONCURRENCY
    report(*check(folder), peak, table)
    faults = dict(re.findall(r'fault="([^"]*)"} (\d+)', metrics))
    print(f"{paid:,} requests answered, {ledger:,} in the ledger, "
          f"{sum(map(int, faults.values())):,} met with a fault, "
          f"{sessions} sessions.  Faults: " +
          ", ".join(f"{f} {n}" for f, n in faults.items()) + ".")


def main():
    kinds = {"embedded": (embedded, 1000000), "http": (http, 200000)}
    kind, usual = kinds[sys.argv[1]]
    wanted = int(sys.argv[2]) if len(sys.argv) > 2 else usual
    work = pathlib.Path(tempfile.mkdtemp(prefix="phgen-soak-"))
    try:
        kind(work, wanted)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
