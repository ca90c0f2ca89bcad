"""A ledger of a million teams: what importing ten million walks into it costs, whether its audit is
clean, and what one read of a team's progress costs there beside a ledger of a thousand teams.

    scale.py --program .build/release/milequest --ledger benchmarks/.build/release/ledger \
        --route routes/appalachian-trail.geojson --work benchmarks/.build/inputs \
        [--store sqlite|postgres] [--teams 1000000] [--walks 10000000]
"""

import argparse
import contextlib
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

import cluster

SEED = 20260101
# Walkers of each team.
WALKERS = 2
# The walks are spread over half a year; some are synced up to two days late.
BEGIN, DAYS = 1767225600, 180
LATE_SHARE, LATE_DAYS = 0.02, 2
SMALL_TEAMS = 1_000
MOST_RATIO = 1.3


def uuid(kind, number):
    """A UUID of version 8 that is as evenly spread as a random one, and the same every time."""
    digits = hashlib.blake2b(b"%d %s %d" % (SEED, kind, number), digest_size=16).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


def write(folder, teams, walks):
    """Writes the walks in the order in which they came in, unless they are there; answers the file.

    Every team walks at least once; the others fall on teams at random.
    """
    path = os.path.join(folder, f"ledger-{teams}-teams-{walks}-walks.csv")
    if os.path.exists(path):
        return path
    os.makedirs(folder, exist_ok=True)
    dice = random.Random(SEED)
    first = list(range(teams))
    dice.shuffle(first)
    with open(path + ".tmp", "w") as out:
        out.write("activity_id,team,person,started_at,distance_meters,duration_seconds\n")
        for number in range(walks):
            team = first[number] if number < teams else int(dice.random() * teams)
            walker = team * WALKERS + int(dice.random() * WALKERS)
            start = BEGIN + number * DAYS * 86400 / walks
            if dice.random() < LATE_SHARE:
                start = max(start - dice.random() * LATE_DAYS * 86400, BEGIN)
            meters = 500 + int(dice.random() * 14_500)
            out.write(f"{uuid(b'walk', number)},{uuid(b'team', team)},{uuid(b'person', walker)},"
                      f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(start))},"
                      f"{meters}.{int(dice.random() * 100):02d},{meters}\n")
    os.rename(path + ".tmp", path)
    return path


def measured(*command):
    """Runs a program; answers what it printed, its wall seconds and its largest memory in MiB."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode()
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{text}")
    return text, time.perf_counter() - start, usage.ru_maxrss / 1024


def load(options, store, teams, walks):
    """Imports into a fresh store and audits it."""
    file = write(options.work, teams, walks)
    if store.startswith("postgres"):
        measured(options.program, "migrate", "--store", store)
    measured(options.program, "import", "route", options.route, "--store", store)
    name = json.load(open(options.route))["features"][0]["properties"]["name"]
    text, seconds, memory = measured(
        options.program, "import", "activities", file, "--create", "--route", name, "--store", store,
        "--format", "json")
    report = json.loads(text)
    if (report["logged"], report["teamsCreated"]) != (walks, teams):
        sys.exit(f"WRONG: of {walks} walks of {teams} teams:\n{text}")
    print(f"import: {walks:,} walks of {teams:,} teams in {seconds:.0f} s, "
          f"{walks / seconds:,.0f} rows/s, {memory:.0f} MiB", flush=True)
    text, seconds, memory = measured(options.program, "audit", "--store", store, "--format", "json")
    report = json.loads(text)
    if not report["clean"] or (report["teams"], report["contributions"]) != (teams, walks):
        sys.exit(f"WRONG: the audit says\n{text}")
    print(f"audit: clean, {report['contributions']:,} contributions in {seconds:.0f} s, "
          f"{memory:.0f} MiB", flush=True)


def read(options, small, large):
    """Compares single reads; answers the ratio of their medians."""
    text, _, _ = measured(options.ledger, "read", small, large)
    found = re.findall(r"^median ([\d.]+) us, p99 ([\d.]+) us", text, re.M)
    (small_median, small_p99), (large_median, large_p99) = [tuple(map(float, f)) for f in found]
    ratio = large_median / small_median
    print(f"one progress read of a random team, in process, data cached:\n"
          f"  {SMALL_TEAMS:>9,} teams: median {small_median:.1f} us, p99 {small_p99:.1f} us\n"
          f"  {options.teams:>9,} teams: median {large_median:.1f} us, p99 {large_p99:.1f} us\n"
          f"  ratio {ratio:.2f}, at most {MOST_RATIO}: {'met' if ratio <= MOST_RATIO else 'MISSED'}",
          flush=True)


@contextlib.contextmanager
def stores(kind, folder):
    """Where a small and a large ledger can be begun, and what brings a store into the memory."""
    if kind == "sqlite":
        home = tempfile.mkdtemp(prefix="scale-", dir=folder)
        try:
            small, large = (os.path.join(home, name) for name in ("small.sqlite", "large.sqlite"))

            def warm():
                for path in (small, large):
                    with open(path, "rb") as file:
                        while file.read(1 << 24):
                            pass
                print(f"file: {os.path.getsize(large) / 1e9:.2f} GB", flush=True)

            yield small, large, warm
        finally:
            shutil.rmtree(home)
        return
    with cluster.running("scale", "-c shared_buffers=1GB") as server:
        for base in ("small", "large"):
            server.sql(f"CREATE DATABASE {base}")

        def warm():
            for base in ("small", "large"):
                server.sql("VACUUM ANALYZE", base)
            size = int(server.sql("SELECT pg_database_size('large')"))
            print(f"database: {size / 1e9:.2f} GB", flush=True)

        yield server.url("small"), server.url("large"), warm


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--program", required=True)
    arguments.add_argument("--ledger", required=True)
    arguments.add_argument("--route", required=True)
    arguments.add_argument("--work", required=True, help="folder for inputs and stores")
    arguments.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    arguments.add_argument("--teams", type=int, default=1_000_000)
    arguments.add_argument("--walks", type=int, default=10_000_000)
    options = arguments.parse_args()
    if not 0 < options.teams <= options.walks:
        sys.exit("--walks must be at least --teams, for every team walks")
    os.makedirs(options.work, exist_ok=True)
    named = (lambda place: place) if options.store == "postgres" else "sqlite:{}".format
    with stores(options.store, options.work) as (small, large, warm):
        load(options, named(small), SMALL_TEAMS, SMALL_TEAMS * options.walks // options.teams)
        load(options, named(large), options.teams, options.walks)
        warm()
        read(options, small, large)


if __name__ == "__main__":
    main()
