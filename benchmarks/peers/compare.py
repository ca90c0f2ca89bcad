"""Two builds of Mile Quest side by side, in alternating runs: what a change costs or gives.

    compare.py --old TREE --new TREE --route ROUTE --work DIR [--runs 5] [--rows positions,reading,...]

A TREE is a checkout in which `make bench-tools` has run. For each row it prints the median of the old
and of the new runs, how many times faster the new one is, and how far the old runs differ among
themselves. A row is worse where it is slower by more than 5 % and by more than that difference.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import types

import cluster
import durable
import inputs
import service

GROUPS = ("positions", "reading", "batch", "durable", "http")


class Build:
    """The programs of one tree."""

    def __init__(self, tree):
        built = os.path.join(os.path.abspath(tree), ".build/release")
        tools = os.path.join(os.path.abspath(tree), "benchmarks/.build/release")
        self.program = os.path.join(built, "milequest")
        self.kernels = os.path.join(tools, "kernels")
        self.ledger = os.path.join(tools, "ledger")
        for file in (self.program, self.kernels, self.ledger):
            if not os.access(file, os.X_OK):
                sys.exit(f"{file} is not there; run make bench-tools in {tree}")


def kernels(build, work, folder, names):
    text = subprocess.run([build.kernels, work, folder], check=True, capture_output=True,
                          text=True).stdout
    found = dict(line.split() for line in text.splitlines())
    # Nanoseconds or milliseconds: more is worse.
    return {f"{work}: {name}": 1 / float(found[name]) for name in names}


def positions(build, options):
    return kernels(build, "positions", options.work, ("random", "sorted", "prepare"))


def reading(build, options):
    return kernels(build, "reading", options.work, ("trail.gpx.ms", "trail.geojson.ms"))


def batch(build, options):
    measure = os.path.join(os.path.dirname(os.path.abspath(__file__)), "measure.py")
    path = lambda name: os.path.join(options.work, name)
    out = subprocess.run(
        [sys.executable, measure, build.program, "progress", "--route", path("route.geojson"),
         "--activities", path("walks.csv"), "-o", path("compared.csv")],
        check=True, capture_output=True, text=True).stdout
    seconds, size, code = out.split()[-3:]
    if code != "0":
        sys.exit("WRONG: the batch failed")
    return {"batch: walks a second": 1e7 / float(seconds), "batch: memory": 1 / int(size)}


def walks(build, options):
    found = {}
    with cluster.running("compare") as server:
        server.sql("CREATE DATABASE bench")
        for store, url in (("SQLite", []), ("PostgreSQL", [server.url("bench")])):
            rates = durable.rates(build.ledger, options.seconds, 1000, *url)
            for callers in (1, 32, 128, 1000):
                found[f"durable walks, {store}, {callers}"] = rates[callers]
    return found


def http(build, options):
    found = {}
    folder = tempfile.mkdtemp(prefix="milequest-compare-")
    try:
        with cluster.running("compare") as server:
            server.sql("CREATE DATABASE service")
            for name, store in (("SQLite", "sqlite:" + os.path.join(folder, "ledger.sqlite")),
                                ("PostgreSQL", server.url("service"))):
                settings = types.SimpleNamespace(
                    program=build.program, route=options.route, seconds=options.seconds, rounds=1)
                bench = service.Bench(settings, folder, name, store)
                bench.fill()
                with bench.serving() as bench.server:
                    bench.prepare()
                    for kind, _ in service.READS:
                        load = service.Load(bench.server)
                        load.run(bench.port, 32, options.seconds, bench.path(kind))
                        found[f"GET progress, {name}, {kind}"] = load.rate
                    for clients in (32, 128):
                        load = service.Load(bench.server)
                        load.run(bench.port, clients, options.seconds, bench.path("walks"), "walks")
                        found[f"POST activity, {name}, {clients}"] = load.rate
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("old", "new", "route", "work"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="of each load")
    parser.add_argument("--rows", default=",".join(GROUPS), help="of " + ", ".join(GROUPS))
    options = parser.parse_args()
    inputs.write(options.work)
    builds = {"old": Build(options.old), "new": Build(options.new)}
    bodies = dict(zip(GROUPS, (positions, reading, batch, walks, http)))
    figures = {name: {} for name in builds}
    for group in options.rows.split(","):
        for run in range(options.runs):
            # Whoever comes first may find a colder machine.
            for name in sorted(builds, reverse=run % 2 == 0):
                print(f"==> {group}, run {run + 1} of {options.runs}, {name}", file=sys.stderr)
                for row, rate in bodies[group](builds[name], options).items():
                    figures[name].setdefault(row, []).append(rate)
    worse = 0
    print(f"{'row':42} {'new/old':>8} {'old spread':>10}")
    for row, old in figures["old"].items():
        ratio = statistics.median(figures["new"][row]) / statistics.median(old)
        spread = (max(old) - min(old)) / statistics.median(old)
        is_worse = ratio < 0.95 and 1 - ratio > spread
        worse += is_worse
        print(f"{row:42} {ratio:8.3f} {spread:10.3f}{'  WORSE' if is_worse else ''}")
    sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main()
