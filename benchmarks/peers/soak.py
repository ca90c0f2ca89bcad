"""Keeps the service at work for a while at half of what it can do, and looks whether anything grows.

    soak.py --program .build/release/milequest --route routes/appalachian-trail.geojson [--minutes 20]
      [--store sqlite|postgres]

A closed loop finds how many walks and reads a second the service answers at most; then half as many come
for all of the time. Meanwhile live streams follow every team, and some of their readers drop and come
again; and route files are uploaded, read in every form, and retired. Memory and descriptors are compared
between the fifth minute, or a quarter of the time, and the end. Where there is more than one processor,
the service and its PostgreSQL have one half of them, and the clients the other.

An answer that is no success, an event that is missing, or a walk that is lost or counted twice ends the
run with WRONG. Times, memory and descriptors are printed beside their aims, and decide nothing.
"""

import argparse
import http.client
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import threading
import time
from array import array

import attack
import callers
import endings
import live
import openloop
import overload
import restarts
import service
from cluster import Wrong
from live import percentile
from table import Table

TEAMS, STREAMS, UPLOAD_SECONDS, DROPS = 1_000, 100, 2, 2


class Uploads:
    """Somebody who uploads route files one after the other, reads each, and retires it."""

    FORMS = ("", "/map?tolerance=10m", "/file?format=gpx", "/positions?at=1km", "/profile?samples=20")

    def __init__(self, bench):
        # Whoever uploads has signed in: a token alone is not enough.
        person = endings.Person(bench.port, "designer", bench.path("mail"), "127.0.0.1")
        self.port, self.token, self.waits, self.fault = bench.port, person.token, [], None
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def ask(self, connection, method, path, body=None):
        head = {"Authorization": f"Bearer {self.token}"}
        if body is not None:
            head["Content-Type"] = "application/geo+json"
        connection.request(method, path, body, head)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise Wrong(f"{method} {path} of an upload: {answer.status} {text[:300]!r}")
        return text

    def run(self):
        number = 0
        try:
            while not self.ended.wait(UPLOAD_SECONDS):
                number += 1
                body = attack.spiral(1_500 + number % 1_000)
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                begun = time.perf_counter()
                route = json.loads(self.ask(connection, "POST", "/v1/routes", body))["route"]["id"]
                self.waits.append((time.perf_counter() - begun) * 1e3)
                for form in self.FORMS:
                    self.ask(connection, "GET", f"/v1/routes/{route}{form}")
                self.ask(connection, "DELETE", f"/v1/routes/{route}")
                connection.close()
        except (OSError, Wrong, KeyError, http.client.HTTPException) as error:
            self.fault = str(error) or type(error).__name__

    def end(self):
        self.ended.set()
        self.thread.join()
        if self.fault:
            raise Wrong(self.fault)


def check(bench, streams, begun):
    """Every event of its team came once and in order on each stream."""
    last = {stream.team: service.get(bench.port, f"/v1/teams/{stream.team}/events/page")["version"]
            for stream in streams}
    live.holder.wait("all events", lambda: all(stream.last == last[stream.team] for stream in streams))
    for stream in streams:
        if stream.events != list(range(begun[stream] + 1, last[stream.team] + 1)):
            raise Wrong(f"a stream of {stream.team} lacks events or has some twice")
        if stream.resets:
            raise Wrong(f"a stream of {stream.team} was reset")


def soak(table, options, bench):
    theirs, ours = overload.halves()
    os.sched_setaffinity(0, theirs)
    walks, seconds = callers.Walks(TEAMS * service.PEOPLE), options.minutes * 60
    with bench.serving("--log-requests", "false", "--limit", "routes=1000000", "--limit",
                       "activities=100000000", "--access-token-seconds", "86400") as process:
        os.sched_setaffinity(0, ours)
        bench.prepare()
        before = callers.totals(bench)
        best, clients, acknowledged = overload.peak(bench, walks, 2)
        rate = best / 2
        print(f"    {bench.name}: {best:.0f}/s with {clients} clients; {rate:.0f}/s for "
              f"{options.minutes:g} minutes", flush=True)
        live.holder = live.Streams()
        streams, begun = live.follow([bench.port], live.quests(bench.port))
        uploads, watch = Uploads(bench), callers.Watch(process)
        due = array("d", (number / rate for number in range(int(rate * seconds))))
        load = openloop.Apart(overload.send, bench.port,
                              overload.Work(walks, restarts.reads(bench), 256), due, 64,
                              patience=1)
        dice, end = random.Random(1), time.monotonic() + seconds
        while time.monotonic() < end and not uploads.fault:
            time.sleep(1)
            for stream in dice.sample(streams, DROPS):
                live.holder.drop(stream)
        uploads.end()
        found = load.result()
        watch.end()
        if found["wrong"] or found["refusals"]:
            raise Wrong(f"not answered with success at half of the capacity: "
                        f"{found['wrong'] or found['refusals']}")
        check(bench, streams, begun)
        live.holder.close()
        acknowledged += found["acknowledged"]
        callers.hold(bench, walks, acknowledged, before)
    callers.audit(bench)
    os.sched_setaffinity(0, sorted({*theirs, *ours}))
    table.note(f"{bench.name}: {rate:.0f}/s for {options.minutes:g} minutes, half of {best:.0f}/s",
               f"{len(acknowledged)} acknowledged walks, each there once; audit clean",
               f"{len(streams)} streams, {sum(stream.drops for stream in streams)} resumed",
               f"{sum(len(stream.events) for stream in streams)} events, each once and in order")
    table.add("answered, of what was due", f"{len(found['good'])}", "due", f"{len(due)}",
              len(found["good"]) / len(due), 0.99)
    quarters = [sorted(wait for second, wait in zip(found["good"], found["waits"])
                       if int(4 * second / seconds) == quarter) for quarter in range(4)]
    table.note("walks and reads, p99 by quarters",
               " / ".join(f"{percentile(waits, .99):.1f}" if waits else "-" for waits in quarters) + " ms",
               f"{len(uploads.waits)} uploads, p99",
               f"{percentile(uploads.waits, .99):.0f} ms" if uploads.waits else "-")
    window = min(60, seconds / 8)
    first = min(300, seconds / 4)
    early, late = watch.medians(first, first + window), watch.medians(seconds - window, seconds)
    what = f"at the end and after {first / 60:g} minutes"
    table.add(f"memory, {what}", f"{late[0] / 2**20:.0f} MiB", "before", f"{early[0] / 2**20:.0f} MiB",
              late[0] / early[0], 1.05, higher=False)
    table.add(f"descriptors, {what}", f"{late[1]:.0f}", "before", f"{early[1]:.0f}",
              late[1] / early[1], 1.05, higher=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--route", required=True)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    table, service.TEAMS = Table(), TEAMS
    live.TEAMS, live.STREAMS_PER_PROCESS = TEAMS, STREAMS // 2
    folder = tempfile.mkdtemp(prefix="milequest-soak-")
    is_right = False
    try:
        for bench in overload.stores(options, folder):
            soak(table, options, bench)
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
