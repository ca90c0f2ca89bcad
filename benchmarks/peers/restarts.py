"""Ends the service, and then its PostgreSQL, again and again under load, and shows that no request is
left without an answer and no acknowledged walk is lost or counted twice.

    restarts.py --program .build/release/milequest --route routes/appalachian-trail.geojson [--times 20]

Callers log walks as fast as they are answered, and read progress. The service gets SIGTERM in the middle:
every request that it has read is answered, it exits with 0, and everybody goes on with the next one.
Then the service stays and PostgreSQL goes, by turns in order and at once as in a crash: callers are
answered 503 with Retry-After meanwhile, and nothing else. In the end every acknowledged walk is read by
its id, the totals are those of the walks, and the ledger is audited. What is not so ends the run with
WRONG; times are printed beside their aims, and decide nothing.
"""

import argparse
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import callers
import cluster
import service
from cluster import Wrong
from table import Table

TEAMS, CALLERS = 50, 48


def many(seconds):
    return f"median {statistics.median(seconds):.2f} s, longest {max(seconds):.2f} s"


def reads(bench):
    return [f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {held}\r\n\r\n".encode()
            for path, held in zip(bench.paths, bench.mine)]


def prepared(options, folder, name, store):
    """A filled store, what its totals are, and walks for it."""
    bench = service.Bench(options, folder, name, store)
    bench.fill()
    with bench.serving():
        bench.prepare()
        before = callers.totals(bench)
    return bench, before, callers.Walks(TEAMS * service.PEOPLE)


def held(bench, walks, acknowledged, before):
    with bench.serving():
        callers.hold(bench, walks, acknowledged, before)
    callers.audit(bench)
    return f"{len(acknowledged)} acknowledged walks, each there once; audit clean"


def end_services(table, options, dice, bench, before, walks):
    """The service ends in the middle, and another one takes its place."""
    everybody, took, rates = None, [], []
    for _ in range(options.times):
        with bench.serving("--log-requests", "false") as process:
            begun = time.monotonic()
            if everybody is None:
                everybody = callers.Callers(
                    bench.port, walks, options.callers, reads(bench), may_vanish=True)
            everybody.first_success(begun)
            first = len(everybody.successes)
            span = dice.uniform(0.3, 1.2)
            time.sleep(span)
            rates.append((len(everybody.successes) - first) / span)
            everybody.check()
            asked = time.monotonic()
            process.send_signal(signal.SIGTERM)
            try:
                code = process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                raise Wrong("the service did not end within 30 s of SIGTERM")
            took.append(time.monotonic() - asked)
            if code:
                raise Wrong(f"the service ended with {code}")
        everybody.check()
    with bench.serving("--log-requests", "false"):
        everybody.end()
    said = held(bench, walks, everybody.acknowledged, before)
    table.note(f"SIGTERM {options.times} times, {bench.name}, {options.callers} callers",
               f"{said}; every request that was read was answered",
               f"{everybody.unread} not read, {everybody.refusals or 'none'} refused",
               f"{statistics.median(rates):.0f} answers/s")
    table.add("SIGTERM until exit 0, longest", many(took), "at most", "10 s", max(took) / 10, 1,
              higher=False)


def end_servers(table, options, dice, bench, before, walks, server):
    """PostgreSQL ends in the middle, and comes again."""
    returned = []
    with bench.serving("--log-requests", "false") as process:
        begun = time.monotonic()
        everybody = callers.Callers(bench.port, walks, options.callers, reads(bench))
        everybody.first_success(begun)
        for number in range(options.times):
            time.sleep(dice.uniform(0.2, 1))
            server.stop(signal.SIGINT if number % 2 == 0 else signal.SIGQUIT)
            # Shorter than what waits for a store is kept, and longer.
            time.sleep(dice.choice((0, 0.5, 1.5, 5)))
            everybody.check()
            server.start()
            returned.append(everybody.first_success(time.monotonic()))
        everybody.end()
        if process.poll() is not None:
            raise Wrong("the service ended with its PostgreSQL")
    said = held(bench, walks, everybody.acknowledged, before)
    table.note(f"PostgreSQL restarted {options.times} times, {options.callers} callers", said,
               "503 with Retry-After", f"{everybody.refusals}")
    table.add("return of PostgreSQL until the first success, longest", many(returned), "at most", "2 s",
              max(returned) / 2, 1, higher=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--route", required=True)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--callers", type=int, default=CALLERS)
    parser.add_argument("--store", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--seed", type=int, help="repeats the moments of a run")
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    seed = random.SystemRandom().randrange(2**32) if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)
    dice, table, service.TEAMS = random.Random(seed), Table(), TEAMS
    folder = tempfile.mkdtemp(prefix="milequest-restarts-")
    is_right = False
    try:
        if options.store != "postgres":
            end_services(table, options, dice,
                         *prepared(options, folder, "SQLite", f"sqlite:{folder}/ledger.sqlite"))
        if options.store != "sqlite":
            with cluster.running("restarts") as server:
                server.sql("CREATE DATABASE ended")
                server.sql("CREATE DATABASE stayed")
                end_services(table, options, dice,
                             *prepared(options, folder, "PostgreSQL", server.url("ended")))
                end_servers(table, options, dice,
                            *prepared(options, folder, "stayed", server.url("stayed")), server)
        is_right = True
    except Wrong as wrong:
        print(f"WRONG: {wrong}", flush=True)
    finally:
        if is_right:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"what the service wrote stays in {folder}", flush=True)
    print("\n" + table.text())
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
