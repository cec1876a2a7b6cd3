#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adaptive against uniform sampling, by whole runs of phgen.

    runs.py PHGEN [ROWS [SEEDS]]

First table: calls per accepted row of each embedded target, as means over the
seeds; the ratio is the geometric mean of the runs' ratios (same seed, same
target), with Student's 95 % interval of its logarithm.  Second table: what
10,000 rows cover.  Calls, not times: the same on any machine.
"""
import json
import math
import os
import subprocess
import sys
import tempfile

WAYS = ("adaptive", "uniform")
# Of lenient, which hardly ever refuses, fewer rows are asked for.
TARGETS = (("cautious", 1), ("balanced", 1), ("lenient", 0.1), ("skewed", 1))
COVERED = ("cautious", "skewed")
T95 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365,
       8: 2.306, 9: 2.262}  # two-sided quantiles by degrees of freedom


def run(phgen, folder, target, way, rows, seed):
    subprocess.run([phgen, "-t", "builtin:" + target, "-n", str(rows),
                    "--sampling", way, "--seed", str(seed), "--out", folder,
                    "--quiet"], check=True)
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as f:
        manifest = json.load(f)
    calls = sum(agent["calls"] for agent in manifest["calls"].values())
    return calls / manifest["counts"]["accepted"]


def interval(logs):
    n = len(logs)
    mean = sum(logs) / n
    if n < 2:
        return mean, float("inf")
    var = sum((x - mean) ** 2 for x in logs) / (n - 1)
    return mean, T95[n - 1] * math.sqrt(var / n)


def compare(phgen, work, rows, seeds):
    print(f"calls per row, {seeds} seeds\n")
    print("| target | rows | adaptive | uniform | adaptive / uniform |")
    print("|---|---|---|---|---|")
    for target, share in TARGETS:
        cost = {way: [] for way in WAYS}
        n = max(int(rows * share), 1)
        for seed in range(1, seeds + 1):
            for way in WAYS:
                folder = os.path.join(work, f"{target}-{way}-{seed}")
                cost[way].append(run(phgen, folder, target, way, n, seed))
        logs = [math.log(a / u) for a, u in zip(cost["adaptive"],
                                                cost["uniform"])]
        mean, half = interval(logs)
        print(f"| {target} | {n} | {sum(cost['adaptive']) / seeds:.1f} "
              f"| {sum(cost['uniform']) / seeds:.1f} "
              f"| {math.exp(mean):.3f} ({math.exp(mean - half):.3f} to "
              f"{math.exp(mean + half):.3f}) |", flush=True)


def coverage(phgen, work, rows):
    print(f"\nwhat {rows:,} rows cover\n")
    print("| target | sampling | calls a row | triggers | senses | tasks "
          "| settings | communities | entropy over categories |")
    print("|---|---|---|---|---|---|---|---|---|")
    for target in COVERED:
        for way in WAYS:
            folder = os.path.join(work, f"cover-{target}-{way}")
            cost = run(phgen, folder, target, way, rows, 1)
            out = subprocess.run([phgen, "graph", "stats", "--run", folder,
                                  "--json"], check=True, capture_output=True)
            s = json.loads(out.stdout)
            used = s["run"]["used"]
            share = [f"{100 * used[t] / s['vertices'][t]:.1f} %"
                     for t in ("trigger", "sense", "task", "setting")]
            print(f"| {target} | {way} | {cost:.1f} | {' | '.join(share)} "
                  f"| {s['run']['communities_used']} of {s['communities']} "
                  f"| {s['run']['evenness']:.3f} |", flush=True)


def main():
    phgen = os.path.abspath(sys.argv[1])
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    seeds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    with tempfile.TemporaryDirectory() as work:
        compare(phgen, work, rows, seeds)
        coverage(phgen, work, rows * 20)


if __name__ == "__main__":
    main()
