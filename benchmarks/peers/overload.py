"""Asks too much of the service: thousands of connections that hardly say anything, and five times the
requests that it can answer.

    overload.py --program .build/release/milequest --route routes/appalachian-trail.geojson
      [--store sqlite|postgres|both] [--rounds 5] [--seconds 60] [--short] [--only connections|flood]

First 1,000 connections send a byte a second and 2,000 send nothing, from as many addresses as the limit
for one asks for; what another caller waits is measured without and beside them by turns, and how long it
takes until the service has closed them all is counted by its descriptors.

Then a closed loop finds how many walks and reads a second the service answers at most, and an open loop
sends five times as many. What is answered with success is the goodput; everything else is a 429 or 503
with Retry-After. The health page is asked all the time. Where there is more than one processor, the
service and its PostgreSQL have one half of them, and the clients the other.

An answer of another kind, a connection that ends without one, or an acknowledged walk that is not
there ends the run with WRONG. Times and memory are printed beside their aims, and decide nothing.
"""

import argparse
import multiprocessing
import os
import resource
import select
import shutil
import socket
import statistics
import sys
import tempfile
import time
from array import array

import callers
import cluster
import openloop
import restarts
import service
from cluster import Wrong
from live import percentile
from table import Table

SLOW, SILENT, PER_ADDRESS = 1_000, 2_000, 200
# What the other caller asks a second; and those who look on during the flood.
CALM_RATE, PROBE_RATE = 100, 40
CLIENTS, FLOOD_CONNECTIONS, PROCESSES, TIMES = (16, 64, 128), 2_000, 3, 5
# How long the end of all connections is waited for, and a read after the flood that is as ever.
REAP_SECONDS, USUAL_MILLISECONDS, AFTER_SECONDS = 40, 100, 8


# Connections that hardly say anything.


def hardly_saying(port, seconds):
    """Holds connections open until the service has closed them all, or for some seconds.

    - Returns: seconds from opening a connection until it was closed, by kind.
    """
    poll, opened, ages = select.epoll(), {}, {"slow": [], "silent": []}
    for number in range(SLOW + SILENT):
        each = socket.socket()
        each.bind((f"127.0.{2 + number // PER_ADDRESS}.1", 0))
        each.connect(("127.0.0.1", port))
        kind = "slow" if number < SLOW else "silent"
        if kind == "slow":
            each.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        opened[each.fileno()] = (each, kind, time.monotonic())
        poll.register(each.fileno(), select.EPOLLIN | select.EPOLLRDHUP)
    end = next_byte = time.monotonic()
    end += seconds
    while opened and time.monotonic() < end:
        if time.monotonic() >= next_byte:
            next_byte += 1
            for each, kind, _ in opened.values():
                if kind == "slow":
                    try:
                        each.send(b"a")
                    except OSError:
                        pass
        for number, _ in poll.poll(max(next_byte - time.monotonic(), 0)):
            each, kind, begun = opened[number]
            try:
                # What it says before it closes may come first.
                is_open = bool(each.recv(4_096))
            except OSError:
                is_open = False
            if not is_open:
                ages[kind].append(time.monotonic() - begun)
                poll.unregister(number)
                opened.pop(number)[0].close()
    return ages


def other_caller(bench, seconds):
    """The 99th percentile, in milliseconds, of what another caller waits for its reads."""
    due = [number / CALM_RATE for number in range(int(CALM_RATE * seconds))]
    took, errors = openloop.Apart(openloop.run, bench.port, restarts.reads(bench), due, 16).result()
    if errors:
        raise Wrong(f"{errors} of {len(due)} reads of another caller failed")
    return percentile(took, 0.99)


def connections(table, options, bench):
    with bench.serving("--log-requests", "false") as process:
        bench.prepare()
        other_caller(bench, 1)
        without, beside, reaped = [], [], []
        for _ in range(options.rounds):
            without.append(other_caller(bench, options.round_seconds))
            before, begun = callers.descriptors(process), time.monotonic()
            holder = openloop.Apart(hardly_saying, bench.port, REAP_SECONDS)
            # Some that were there may end meanwhile.
            while callers.descriptors(process) < before + 0.98 * (SLOW + SILENT):
                if time.monotonic() > begun + 10:
                    raise Wrong(f"only {callers.descriptors(process) - before} connections were taken")
                time.sleep(0.02)
            beside.append(other_caller(bench, options.round_seconds))
            while callers.descriptors(process) > before + 16 and time.monotonic() < begun + REAP_SECONDS:
                time.sleep(0.1)
            ages = holder.result()
            all_gone = len(ages["slow"]) + len(ages["silent"]) == SLOW + SILENT
            reaped.append(max(ages["slow"] + ages["silent"]) if all_gone else REAP_SECONDS)
            print("    closed by the service:", ", ".join(
                f"{len(ages[kind])} of {count} {kind}"
                + (f" after {min(ages[kind]):.1f} to {max(ages[kind]):.1f} s" if ages[kind] else "")
                for kind, count in (("slow", SLOW), ("silent", SILENT))), flush=True)
            while callers.descriptors(process) > before + 16:
                time.sleep(0.1)
    table.add(f"p99 of another caller beside {SLOW} slow and {SILENT} silent connections",
              f"{statistics.median(beside):.1f} ms", "without them",
              f"{statistics.median(without):.1f} ms",
              statistics.median(beside) / statistics.median(without), 1.5, higher=False)
    table.add("until all of them are closed, longest",
              f"{max(reaped):.1f} s" if max(reaped) < REAP_SECONDS else f"more than {REAP_SECONDS} s",
              "at most", "15 s", max(reaped) / 15, 1, higher=False)


# More than can be answered.


class Work:
    """By turns a walk and a read; each process, and each time, has walks of its own."""

    def __init__(self, walks, reads, share):
        self.walks, self.reads, self.first = walks, reads, share << 36

    def __len__(self):
        return 1 << 36

    def walk(self, number):
        """The number of the walk that a request logs, if it does."""
        return self.first + number // 2 if number % 2 == 0 else None

    def __getitem__(self, number):
        walk = self.walk(number)
        return self.reads[number // 2 % len(self.reads)] if walk is None else self.walks[walk]


def send(port, work, due, count, sources=("127.0.0.1",), patience=None, ready=None):
    """Sends what is due, and says what was answered; the first answer that is wrong is `wrong`."""
    found = {"good": array("d"), "waits": array("d"), "refusals": {}, "refused": array("d"),
             "acknowledged": array("q"), "wrong": None}

    def tell(which, second, text):
        wait = (second - due[which]) * 1e3
        if text.startswith(b"HTTP/1.1 2"):
            found["good"].append(second)
            found["waits"].append(wait)
            if work.walk(which) is not None:
                found["acknowledged"].append(work.walk(which))
            return
        answer = callers.Answer(text) if text else None
        if answer is None or not answer.may_come_again:
            found["wrong"] = found["wrong"] or str(answer or "a connection ended without an answer")
            return
        key = f"{answer.status} {answer.code()}"
        found["refusals"][key] = found["refusals"].get(key, 0) + 1
        found["refused"].append(wait)

    openloop.run(port, work, due, count, sources, patience, tell, ready)
    found["processor"] = time.process_time()
    return found


def everywhere(bench, walks, first, dues, counts, patience, gate=None, begun=lambda: None):
    """Sends from several processes at once, and returns what each of them says.

    - `gate`: a barrier, at which they wait for one another and for others with all connections open.
    - `begun`: called when they begin.
    """
    held = restarts.reads(bench)
    parts = [openloop.Apart(send, bench.port, Work(walks, held, first + share), due, count,
                            [f"127.0.{1 + share}.{1 + number}" for number in range(8)], patience,
                            gate and gate.wait)
             for share, (due, count) in enumerate(zip(dues, counts))]
    if gate:
        gate.wait()
    begun()
    found = [part.result() for part in parts]
    for each in found:
        if each["wrong"]:
            raise Wrong(f"neither success nor 429 or 503 with Retry-After: {each['wrong']}")
    return found


def within(found, seconds):
    """How many successes came by a second."""
    return sum(second <= seconds for each in found for second in each["good"])


def peak(bench, walks, seconds):
    """Successes a second of a closed loop, with as many clients as give the most.

    - Returns: the rate, the number of clients, and the walks that were acknowledged.
    """
    best, acknowledged = (0, 0), []
    for turn, clients in enumerate(CLIENTS):
        half = clients // 2
        found = everywhere(bench, walks, 16 * (turn + 1), [[0] * 1_000_000] * 2, [half, half], seconds)
        rate = within(found, seconds) / seconds
        acknowledged += [walk for each in found for walk in each["acknowledged"]]
        best = max(best, (rate, clients))
    return *best, acknowledged


def look_on(port, reads, seconds, ready):
    """Asks for the health page and for quests' progress, by turns.

    - Returns: of each, the second at which it was due, milliseconds, whether it was the health page,
      and how the answer begins.
    """
    health = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    asked = [health if number % 2 == 0 else reads[number % len(reads)] for number in range(1_000)]
    due = [number / PROBE_RATE for number in range(int(PROBE_RATE * seconds))]
    seen = []

    def tell(which, second, text):
        seen.append((due[which], (second - due[which]) * 1e3, which % 2 == 0, text[:200]))

    openloop.run(port, asked, due, 600, ("127.0.200.1",), None, tell, ready)
    return seen


def halves():
    """Processors for the service, and for those who ask it."""
    all_of_them = sorted(os.sched_getaffinity(0))
    middle = len(all_of_them) // 2
    return (all_of_them[:middle], all_of_them[middle:]) if middle else (all_of_them, all_of_them)


def flood(table, options, bench):
    theirs, ours = halves()
    os.sched_setaffinity(0, theirs)
    walks = callers.Walks(restarts.TEAMS * service.PEOPLE)
    with bench.serving("--log-requests", "false") as process:
        os.sched_setaffinity(0, ours)
        bench.prepare()
        best, clients, acknowledged = peak(bench, walks, options.peak_seconds)
        print(f"    {bench.name}: {best:.0f}/s with {clients} clients", flush=True)
        rate, seconds = TIMES * best / PROCESSES, options.seconds
        due = [number / rate for number in range(int(rate * seconds))]
        # Those who send, the onlookers, and this process.
        gate = multiprocessing.get_context("fork").Barrier(PROCESSES + 2)
        onlookers = openloop.Apart(
            look_on, bench.port, restarts.reads(bench), seconds + AFTER_SECONDS, gate.wait)
        watches = []
        found = everywhere(
            bench, walks, 256, [due] * PROCESSES, [FLOOD_CONNECTIONS] * PROCESSES, 1, gate,
            lambda: watches.append(callers.Watch(process)))
        watch = watches[0]
        watch.end()
        early, _ = watch.medians(seconds / 4, seconds / 2)
        late, _ = watch.medians(seconds * 3 / 4, seconds)
        seen = onlookers.result()
    os.sched_setaffinity(0, theirs + ours if theirs != ours else ours)
    good = within(found, seconds) / seconds
    answered = sum(len(each["waits"]) + len(each["refused"]) for each in found)
    used = sum(each["processor"] for each in found)
    refusals = {}
    for each in found:
        for key, count in each["refusals"].items():
            refusals[key] = refusals.get(key, 0) + count
    waits = sorted(wait for each in found for wait in each["waits"])
    refused = sorted(wait for each in found for wait in each["refused"])
    for _, _, is_health, text in seen:
        if is_health and not text.startswith(b"HTTP/1.1 200"):
            raise Wrong(f"the health page was not there: {text!r}")
        if not text.startswith((b"HTTP/1.1 2", b"HTTP/1.1 429", b"HTTP/1.1 503")):
            raise Wrong(f"an onlooker was answered {text!r}")
    health = [wait for second, wait, is_health, _ in seen if is_health and second < seconds]
    recovery = max((second - seconds for second, wait, _, text in seen if second >= seconds
                    and (wait > USUAL_MILLISECONDS or not text.startswith(b"HTTP/1.1 2"))), default=0)
    acknowledged += [walk for each in found for walk in each["acknowledged"]]
    with bench.serving("--log-requests", "false"):
        callers.hold(bench, walks, acknowledged)
    callers.audit(bench)
    table.note(f"{bench.name}: {TIMES} times {best:.0f}/s for {seconds} s",
               f"{answered / seconds:.0f}/s sent and answered, of {TIMES * best:.0f}/s that were due",
               "refused with Retry-After", f"{refusals or 'none'}")
    table.note(f"{bench.name}: connections that may wait", f"{PROCESSES * FLOOD_CONNECTIONS}",
               "processors that the clients used", f"{used / seconds:.2f} of {len(ours)}")
    table.note(f"{bench.name}: waits of successes, and of refusals",
               f"median {percentile(waits, .5):.0f} ms, p99 {percentile(waits, .99):.0f} ms", "refusals",
               f"median {percentile(refused, .5):.0f} ms, p99 {percentile(refused, .99):.0f} ms"
               if refused else "none")
    table.note(f"{bench.name}: {len(acknowledged)} acknowledged walks", "each is there; audit clean")
    table.add(f"{bench.name}: health page meanwhile, p99", f"{percentile(health, .99):.0f} ms", "at most",
              "1000 ms", percentile(health, .99) / 1000, 1, higher=False)
    table.add(f"{bench.name}: goodput under {TIMES} times the peak", f"{good:.0f}/s", "peak",
              f"{best:.0f}/s", good / best, 0.8)
    table.add(f"{bench.name}: memory, last quarter of the flood", f"{late / 2**20:.0f} MiB",
              "second quarter", f"{early / 2**20:.0f} MiB", late / early, 1.05, higher=False)
    table.add(f"{bench.name}: until reads are below {USUAL_MILLISECONDS} ms again", f"{recovery:.2f} s",
              "at most", "1 s", recovery, 1, higher=False)


def stores(options, folder):
    """Filled stores by their names, for as long as each is needed."""
    if options.store != "postgres":
        bench = service.Bench(options, folder, "SQLite", f"sqlite:{folder}/ledger.sqlite")
        bench.fill()
        yield bench
    if options.store != "sqlite":
        everything = os.sched_getaffinity(0)
        os.sched_setaffinity(0, halves()[0])
        with cluster.running("overload") as server:
            os.sched_setaffinity(0, everything)
            server.sql("CREATE DATABASE overload")
            bench = service.Bench(options, folder, "PostgreSQL", server.url("overload"))
            bench.fill()
            yield bench


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--route", required=True)
    parser.add_argument("--store", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--rounds", type=int, default=5, help="without and beside the connections")
    parser.add_argument("--seconds", type=int, default=60, help="of the flood")
    parser.add_argument("--short", action="store_true", help="a flood of 15 s, and 3 shorter rounds")
    parser.add_argument("--only", choices=["connections", "flood"], help="a part of it")
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    options.round_seconds, options.peak_seconds = 8, 5
    if options.short:
        options.seconds, options.rounds, options.round_seconds, options.peak_seconds = 15, 3, 4, 2
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    table, service.TEAMS = Table(), restarts.TEAMS
    folder = tempfile.mkdtemp(prefix="milequest-overload-")
    is_right = False
    try:
        for bench in stores(options, folder):
            # What connections cost has nothing to do with the store.
            if options.only != "flood" and (bench.name == "SQLite" or options.store == "postgres"):
                connections(table, options, bench)
            if options.only != "connections":
                flood(table, options, bench)
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
