"""Shows that logging a walk and reading progress do not wait for services outside.

    outage.py --program .build/release/milequest --route routes/appalachian-trail.geojson [--rounds 5]

Three services take turns, each on a ledger of its own: one with the built-in adapters, one whose live
events, mail, maps, counts and issuer are all at a socket that accepts and never answers, and one where
they are all at a port that refuses. Meanwhile people time pages, register, plan routes and show tokens
of the issuer. Prints the median and the 99th percentile of every turn. Exits with 1 where an answer is
no success, where the services outside were not asked, or where the median of the 99th percentiles is
over twice that of the built-in adapters and 20 ms above it.
"""

import argparse
import base64
import datetime
import http.client
import json
import os
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
import uuid

import openloop
import service

KINDS = ("built in", "silent", "refusing")
WORK = ("log a walk", "read progress")


class Silence:
    """A port that takes connections and never says anything."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]
        self.held = []
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        while True:
            self.held.append(self.listener.accept()[0])


class Refusal:
    """A port that nobody can connect to, and nobody else can take."""

    def __init__(self):
        self.holder = socket.socket()
        self.holder.bind(("127.0.0.1", 0))
        self.port = self.holder.getsockname()[1]


def secret(folder, name, text):
    path = os.path.join(folder, name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(text)
    return path


def outside(folder, port):
    """The options that put everything outside at a port."""
    base = f"http://127.0.0.1:{port}"
    issuers = {"issuers": [{"name": "work", "issuer": base, "audiences": ["quests"]}]}
    return [
        "--outgoing-allow", "127.0.0.0/8",
        "--realtime", "webhook", "--webhook-url", base + "/hook",
        "--webhook-secret-file", secret(folder, f"webhook-{port}", "0123456789abcdef" * 2),
        "--mail", "smtp", "--mail-from", "quests@example.org", "--smtp-starttls", "false",
        "--smtp-url", f"smtp://127.0.0.1:{port}",
        "--maps", "osrm", "--maps-url", base, "--places", "nominatim", "--places-url", base,
        "--analytics", "http", "--analytics-url", base + "/counts",
        "--identity", secret(folder, f"issuers-{port}.json", json.dumps(issuers)),
    ]


def foreign_token(port):
    """One that only the issuer's keys can tell from a genuine one."""
    text = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    now = int(time.time())
    claims = {"iss": f"http://127.0.0.1:{port}", "sub": "somebody", "aud": "quests", "iat": now,
              "exp": now + 3600}
    signature = base64.urlsafe_b64encode(os.urandom(256)).rstrip(b"=").decode()
    return ".".join([text({"alg": "RS256", "kid": "a", "typ": "JWT"}), text(claims), signature])


class People:
    """Those who meanwhile do what services outside take part in; what they are answered is theirs."""

    def __init__(self, port, outside_port):
        self.port, self.ended = port, threading.Event()
        stops = {"stops": [{"place": "Paris"}, {"latitude": 48.9, "longitude": 2.4}], "mode": "walk"}
        walker = service.token(1)
        asked = [
            lambda: ("POST", "/v1/stats/timings", {"pageLoad": 812}, None),
            lambda: ("POST", "/v1/auth/register",
                     {"email": f"{uuid.uuid4()}@example.org", "name": "Somebody", "zone": "UTC",
                      "password": str(uuid.uuid4())}, None),
            lambda: ("POST", "/v1/routes:plan", stops, walker),
            lambda: ("GET", "/v1/me", None, foreign_token(outside_port)),
        ]
        self.threads = [threading.Thread(target=self.ask, args=[make], daemon=True) for make in asked]
        for thread in self.threads:
            thread.start()

    def ask(self, make):
        while not self.ended.wait(0.5):
            method, path, body, token = make()
            head = {"Content-Type": "application/json"} if body else {}
            if token:
                head["Authorization"] = "Bearer " + token
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request(method, path, json.dumps(body) if body else None, head)
                connection.getresponse().read()
            except OSError:
                pass
            finally:
                connection.close()

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join()


def walk(number):
    start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=5)
    body = json.dumps({"id": str(uuid.uuid4()), "startedAt": start.isoformat(),
                       "distance": "1 km"}).encode()
    held = service.token(number % (service.TEAMS * service.PEOPLE))
    return (f"POST /v1/activities HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {held}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body


def turn(bench, more, outside_port, options):
    """Milliseconds of each kind of work, sorted."""
    with bench.serving(*more):
        if not hasattr(bench, "paths"):
            bench.prepare()
        people = People(bench.port, outside_port)
        due = [number / options.rate for number in range(options.rate * options.seconds)]
        reads = [f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {held}\r\n\r\n"
                 .encode() for path, held in zip(bench.paths, bench.mine)]
        took = []
        for name, requests in zip(WORK, ([walk(number) for number in range(len(due))], reads)):
            waits, errors = openloop.run(bench.port, requests, due)
            if errors:
                sys.exit(f"WRONG: {errors} of {len(due)} failed: {name}, {bench.name}")
            took.append(waits)
        connection = http.client.HTTPConnection("127.0.0.1", bench.port, timeout=10)
        connection.request("GET", "/metrics")
        metrics = connection.getresponse().read().decode()
        connection.close()
        people.end()
    for line in metrics.splitlines():
        if line.startswith(("milequest_realtime_messages", "milequest_analytics_timings",
                            "milequest_mail_total")) and 'outcome="delivered"' in line:
            if more and not line.endswith(" 0"):
                sys.exit(f"WRONG: something was taken by nobody: {line}")
    return took


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--route", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="of each kind of work in a turn")
    parser.add_argument("--rate", type=int, default=50, help="requests a second")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="milequest-outage-")
    silence, refusal = Silence(), Refusal()
    ports = dict(zip(KINDS, (refusal.port, silence.port, refusal.port)))
    try:
        benches = {}
        for kind in KINDS:
            name = kind.replace(" ", "-")
            benches[kind] = service.Bench(
                options, folder, name, f"sqlite:{os.path.join(folder, name)}.sqlite")
            benches[kind].fill()
        found = {(kind, work): [] for kind in KINDS for work in WORK}
        print("| round | adapters | " + " | ".join(f"{work}: p50 / p99 ms" for work in WORK) + " |")
        print("|---|---|" + "---|" * len(WORK))
        for number in range(1, options.rounds + 1):
            for kind in KINDS:
                more = [] if kind == "built in" else outside(folder, ports[kind])
                cells = []
                for work, waits in zip(WORK, turn(benches[kind], more, ports[kind], options)):
                    figures = [waits[int(share * len(waits))] for share in (0.5, 0.99)]
                    found[kind, work].append(figures)
                    cells.append("{:.1f} / {:.1f}".format(*figures))
                print(f"| {number} | {kind} | " + " | ".join(cells) + " |", flush=True)
        if len(silence.held) < 5:
            sys.exit("WRONG: the services outside were not asked")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    missed = False
    for work in WORK:
        medians = {kind: statistics.median(p99 for _, p99 in found[kind, work]) for kind in KINDS}
        calm = medians["built in"]
        for kind in KINDS[1:]:
            is_late = medians[kind] > max(2 * calm, calm + 20)
            missed |= is_late
            print(f"{work}, {kind}: median p99 {medians[kind]:.1f} ms, built in {calm:.1f} ms"
                  + (": MISSED" if is_late else ""))
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
