"""The service over HTTP on both stores: reads beside the same framework that answers "hello", durable
walks beside pgbench, and the waiting time of a modest load.

    service.py --program .build/release/milequest --hello benchmarks/.build/release/hello \
      --ledger benchmarks/.build/release/ledger --route routes/appalachian-trail.geojson

The service runs as it does for its users, its log of requests going to a file; only its throttle is
raised, since all that wrk sends comes from one address. `measure` adds the rows to a table of more
parts.
"""

import argparse
import base64
import contextlib
import datetime
import hashlib
import hmac
import json
import os
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import cluster
import durable
import openloop
from table import Table

HERE = os.path.dirname(os.path.abspath(__file__))
TEAMS, PEOPLE, WALKS = 1000, 4, 5
SECRET = b"a secret for benchmarks alone, 32 bytes and more"


def team(number):
    return f"00000000-0000-4000-8000-{number:012x}"


def person(number):
    return f"00000000-0000-4000-9000-{number:012x}"


def signed(subject, session, issuer="milequest", audience="milequest", seconds=80_000):
    """A token as the service gives it after signing in, RFC 7519 with HMAC and SHA-256, that counts for
    so many seconds from now."""
    text = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=")
    now = int(time.time()) + min(seconds, 0)
    claims = (f'{{"iss":"{issuer}","aud":"{audience}","sub":"{subject}","sid":"{session}",'
              f'"iat":{now},"exp":{now + abs(seconds)},"jti":"{subject}"}}')
    signed = text(b'{"alg":"HS256","typ":"at+jwt"}') + b"." + text(claims.encode())
    return (signed + b"." + text(hmac.new(SECRET, signed, hashlib.sha256).digest())).decode()


def token(number):
    """What the service would give the person after signing in."""
    return signed(person(number), person(number))


def write_walks(path):
    """Walks of the last days, so that the quests are under way and have a pace."""
    draw = random.Random(1)
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    with open(path, "w") as file:
        file.write("started_at,team_id,person_id,distance_meters\n")
        for number in range(TEAMS):
            for walker in range(number * PEOPLE, (number + 1) * PEOPLE):
                for _ in range(WALKS):
                    start = now - datetime.timedelta(minutes=draw.randrange(10, 20 * 1440))
                    file.write(f"{start.isoformat()},{team(number)},{person(walker)},"
                               f"{draw.randrange(1_000, 90_000)}\n")


@contextlib.contextmanager
def started(command, log, port):
    """A server that answers on a port, until the body ends."""
    with open(log, "w") as file:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=file)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                sys.exit(f"WRONG: {command[0]} ended: " + open(log).read()[-2_000:])
            time.sleep(0.05)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        return json.load(answer)


def processor_seconds(process):
    """What a process has used of the processors so far, all of its threads together."""
    fields = open(f"/proc/{process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Load:
    """The medians of rounds of wrk against one server."""

    def __init__(self, process):
        self.process = process
        self.rounds = []

    def run(self, port, connections, seconds, file, *kind):
        before = processor_seconds(self.process)
        text = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s",
             os.path.join(HERE, "load.lua"), f"http://127.0.0.1:{port}", "--", file, *kind],
            check=True, capture_output=True, text=True).stdout
        found = re.search(
            r"count (\d+) rate (\S+) p50 (\S+) p95 (\S+) p99 (\S+) errors (\d+)", text)
        if not found or found[6] != "0":
            sys.exit("WRONG: errors under load\n" + text)
        used = (processor_seconds(self.process) - before) / int(found[1]) * 1e6
        self.rounds.append([*(float(figure) for figure in found.groups()[1:5]), used])

    @property
    def rate(self):
        return statistics.median(figures[0] for figures in self.rounds)

    @property
    def text(self):
        _, *waits, used = (statistics.median(column) for column in zip(*self.rounds))
        waits = " / ".join(f"{wait:.1f}" for wait in waits)
        return f"{self.rate:.0f}/s; {waits} ms; {used:.0f} us"


class Bench:
    """One store with the service over it."""

    def __init__(self, options, folder, name, store):
        self.options, self.folder, self.name, self.store = options, folder, name, store
        self.port = free_port()

    def path(self, name):
        return os.path.join(self.folder, f"{self.name}-{name}")

    def fill(self):
        program = self.options.program
        walks = self.path("walks.csv")
        write_walks(walks)
        day = lambda days: (datetime.date.today() + datetime.timedelta(days=days)).isoformat()
        for command in (
                ["migrate"], ["import", "route", self.options.route],
                ["import", "activities", walks, "--create", "--public", "--route",
                 "Appalachian Trail", "--start", day(-30), "--end", day(300), "--zone", "America/New_York"]):
            subprocess.run([program, *command, "--store", self.store], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def serving(self, *more):
        secret = self.path("secret")
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(base64.b64encode(SECRET).decode())
        return started(
            [self.options.program, "serve", "--store", self.store, "--port", str(self.port),
             "--secret-file", secret, "--mail-folder", self.path("mail"), "--rate", "1000000",
             "--burst", "1000000", *more], self.path("log"), self.port)

    def prepare(self):
        """Writes the lists of what is asked for."""
        quests = []
        for number in range(TEAMS):
            found = get(self.port, f"/v1/teams/{team(number)}/quests")
            quests.append(found["items"][0]["id"])
        paths = [f"/v1/quests/{quest}/progress" for quest in quests]
        mine = [token(number * PEOPLE) for number in range(TEAMS)]
        lists = {
            "one": [f"{paths[0]} -"],
            "one-member": [f"{paths[0]} {mine[0]}"],
            "all": [f"{path} -" for path in paths],
            "all-members": [f"{path} {held}" for path, held in zip(paths, mine)],
            "walks": [f"/v1/activities {token(number)}" for number in range(TEAMS * PEOPLE)],
        }
        for name, lines in lists.items():
            with open(self.path(name), "w") as file:
                file.write("".join(line + "\n" for line in lines))
        answer = get(self.port, paths[0])
        if not answer.get("position"):
            sys.exit(f"WRONG: a progress without a position: {answer}")
        self.paths, self.mine = paths, mine


READS = [("one", "one quest, a stranger"), ("one-member", "one quest, a member"),
         ("all", "1,000 quests, strangers"), ("all-members", "1,000 quests, members")]


def read(table, bench, hello, plain_server, target):
    """Rounds of hello and all reads, so that a busy machine is so for each of them."""
    options = bench.options
    plain = Load(plain_server)
    loads = {name: Load(bench.server) for name, _ in READS}
    for _ in range(options.rounds):
        plain.run(hello, 32, options.seconds, options.slash)
        for name, load in loads.items():
            load.run(bench.port, 32, options.seconds, bench.path(name))
    for name, note in READS:
        load = loads[name]
        row = (f"GET progress, {bench.name}, {note}", load.text, "hello", plain.text,
               load.rate / plain.rate)
        table.add(*row, target)


def modest(table, bench):
    """50 requests a second, and a hundred at once every other second."""
    seconds = 10
    due = sorted([number / 50 for number in range(50 * seconds)]
                 + [second + 0.5 for second in range(0, seconds, 2) for _ in range(100)])
    requests = [f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {held}\r\n\r\n"
                .encode() for path, held in zip(bench.paths, bench.mine)]
    took, errors = openloop.run(bench.port, requests, due)
    if errors:
        sys.exit(f"WRONG: {errors} errors under a modest load")
    at = lambda share: took[int(share * len(took))]
    table.add(f"GET progress, {bench.name}, 50/s and bursts of 100",
              f"{at(.5):.1f} / {at(.95):.1f} / {at(.99):.1f} ms", "p95 at most", "10 ms",
              at(.95) / 10, 1, higher=False)


def walk(table, bench, clients, rate, target=None):
    load = Load(bench.server)
    for _ in range(bench.options.rounds):
        load.run(bench.port, clients, bench.options.seconds, bench.path("walks"), "walks")
    row = (f"POST activity, {bench.name}, {clients} connections", load.text,
           "pgbench, one transaction a walk", f"{rate:.0f}/s", load.rate / rate)
    table.add(*row, target) if target else table.note(*row)


def measure(table, options):
    """Measures both stores and adds their rows: requests a second, waiting times as p50 / p95 / p99,
    and what the server alone uses of the processors for a request.

    The options are those of `main`.
    """
    folder = tempfile.mkdtemp(prefix="milequest-service-")
    options.slash = os.path.join(folder, "slash")
    with open(options.slash, "w") as file:
        file.write("/ -\n")
    hello = free_port()
    try:
        with cluster.running("service") as server, \
                started([options.hello, str(hello)], os.path.join(folder, "hello.log"), hello) as plain_server:
            for base in ("bench", "service"):
                server.sql(f"CREATE DATABASE {base}", "postgres")
            # Fills the database that pgbench writes into.
            durable.rates(options.ledger, 0.05, TEAMS, server.url("bench"))
            theirs = durable.pgbench(server, 2 * options.seconds, TEAMS)
            for name, store, read_target, write_targets in (
                    ("SQLite", "sqlite:" + os.path.join(folder, "ledger.sqlite"), 0.6, {}),
                    ("PostgreSQL", server.url("service"), 0.35, {32: 1, 128: 1.5})):
                bench = Bench(options, folder, name, store)
                bench.fill()
                with bench.serving() as bench.server:
                    bench.prepare()
                    read(table, bench, hello, plain_server, read_target)
                    modest(table, bench)
                    for clients in (32, 128):
                        walk(table, bench, clients, theirs[False, clients],
                             write_targets.get(clients))
                audit = subprocess.run([options.program, "audit", "--store", store],
                                       capture_output=True, text=True)
                if audit.returncode:
                    sys.exit("WRONG: the audit after the walks says\n" + audit.stdout)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def add_lengths(parser):
    parser.add_argument("--seconds", type=int, default=2, help="of each round of wrk")
    parser.add_argument("--rounds", type=int, default=3)


def main():
    parser = argparse.ArgumentParser()
    for name in ("program", "hello", "ledger", "route"):
        parser.add_argument("--" + name, required=True)
    add_lengths(parser)
    table = Table()
    measure(table, parser.parse_args())
    print("\n" + table.text())


if __name__ == "__main__":
    main()
