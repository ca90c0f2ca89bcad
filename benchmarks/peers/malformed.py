"""Malformed input at every operation of a running service.

    malformed.py --program .build/release/milequest [--store sqlite|postgres|both] [--short]

The operations, their parameters and the fields of their bodies are those of the service's own
description. Where a request could be read, what is wrong with it is answered by a 4xx problem that names
the field; else the connection is closed. No answer is a 5xx, `/healthz` answers all the while, and the
memory that the service holds is printed. Exits with 1 where that is not so. What is sent is in
`malformed_cases.py`.
"""

import argparse
import collections
import http.client
import json
import re
import socket
import sys
import threading
import time
import uuid

import served
from authorisation import FILES as FILE_OPERATIONS, HASHING, QUERIES, bodies
from authorisation_world import People, World
from malformed_cases import (
    BODIES, BROKEN_ESCAPES, FILES, PLACES, TEXTS, VALUES, Schemas, put, wire)

GIB = 1 << 30
# What a body may have, what waits in buffers, and what is read away so that the refusal arrives.
MOST_TAKEN = 96 << 20
# The least that a body may have.
SIGN_IN_BYTES = 16 << 10
# A body that is slow for 10 s is given up.
SLOW_SECONDS = 25
# Their answers are those of a file, or of a list of which each item has its own.
ONE_BY_ONE = "POST /v1/activities/batch"
# Bodies that nobody but a service outside sends.
FREE = "POST /v1/realtime/webhooks"


def is_closing(connection, body):
    """Whether a connection was closed for what is no HTTP: by a bare 400, so that proxies see why."""
    return connection == "close" and not body


class Watch(threading.Thread):
    """Asks for `/healthz` all the while, and looks at the memory."""

    def __init__(self, service):
        super().__init__(daemon=True)
        self.service, self.faults, self.longest, self.asked = service, [], 0, 0
        self.before, self.most, self.ending = service.resident()[0], 0, threading.Event()

    def run(self):
        while not self.ending.wait(0.1):
            begun = time.monotonic()
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=20)
                connection.request("GET", "/healthz", headers={"X-Forwarded-For": "10.255.0.1"})
                status = connection.getresponse().status
                connection.close()
                if status != 200:
                    self.faults.append(f"/healthz answers {status}")
                self.most = max(self.most, self.service.resident()[0])
            except OSError as error:
                self.faults.append(f"/healthz does not answer: {error}")
            self.longest = max(self.longest, time.monotonic() - begun)
            self.asked += 1


class Drip(threading.Thread):
    """Sends a body of which nobody makes use, one byte a second: such a connection is ended."""

    def __init__(self, port, seconds):
        super().__init__(daemon=True)
        self.port, self.seconds, self.ended = port, seconds, None

    def run(self):
        begun = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            try:
                connection.sendall(b"GET /v1/routes HTTP/1.1\r\nHost: localhost\r\n"
                                   b"X-Forwarded-For: 10.255.0.2\r\nContent-Length: 1000000\r\n\r\n")
                while time.monotonic() - begun < self.seconds:
                    connection.sendall(b"a")
                    try:
                        if not connection.recv(65_536):
                            break
                    except TimeoutError:
                        continue
                    time.sleep(1)
                else:
                    return
            except OSError:
                pass
            self.ended = time.monotonic() - begun


class Suite:
    def __init__(self, service, options):
        self.service, self.options = service, options
        self.described, self.operations = service.operations()
        self.schemas = Schemas(self.described)
        self.people = People(service)
        world = World(service, self.people, False, False, walked=True)
        self.ids, self.admin = world.ids, self.people.admin
        self.ids["activityId"] = str(uuid.uuid4())
        self.admin.ask("POST", "/v1/activities", {
            "id": self.ids["activityId"], "startedAt": "2026-01-01T00:00:00Z", "distance": "1 km"})
        self.cases, self.wrong, self.number = collections.Counter(), collections.Counter(), 0

    def report(self, kind, line):
        self.wrong[kind] += 1
        if self.wrong[kind] <= 5:
            print(f"WRONG: {kind}: {line}", flush=True)

    def target(self, name, **changed):
        """Where an operation is; what takes away finds nothing there."""
        method, path = name.split(" ", 1)
        ids = {**({} if method == "DELETE" else self.ids), **changed}
        path = re.sub(r"\{(\w+)\}", lambda found: str(ids.get(found[1]) or uuid.uuid4()), path)
        return path + QUERIES.get(name, "")

    def body(self, name):
        self.number += 1
        return bodies(self.number, self.ids).get(name)

    def send(self, kind, name, target, body=None, due=(400, 499), field=None, media=None, headers=()):
        """Sends one request and holds the answer to what is due."""
        self.cases[kind] += 1
        method = name.split()[0]
        media = media or ("text/csv" if name.endswith("/import") else "application/geo+json"
                          if name in FILE_OPERATIONS else "application/json")
        said = f"{name} {target[:80]} {(body or b'')[:90] if isinstance(body, bytes) else ''}"
        try:
            answer = self.service.ask(method, target, body, self.admin.token, headers, media)
        except (http.client.HTTPException, OSError) as error:
            self.service.hang_up()
            # A body beyond the limit is refused, and the connection closed, before all of it is sent.
            if not (isinstance(error, ConnectionError) and len(body or b"") > SIGN_IN_BYTES):
                self.report(kind, f"{said}: no answer: {error!r}")
            return None
        if not due[0] <= answer.status <= due[1]:
            self.report(kind, f"{said}: {answer.status} {answer.text[:200]!r}")
        elif answer.status >= 400:
            self.problem(kind, said, answer, field)
        return answer

    def problem(self, kind, said, answer, field):
        if is_closing(answer.headers.get("Connection"), answer.body):
            return None
        if answer.headers.get_content_type() != "application/problem+json":
            return self.report(kind, f"{said}: {answer.status} is no problem but "
                                     f"{answer.headers.get_content_type()}")
        found = answer.json
        if field is None or answer.status not in (400, 422) or found["code"] == "limit":
            return None
        named = [fault.get("pointer", fault.get("parameter", fault.get("header", "")))
                 for fault in found.get("errors", [])]
        if not any(name == field or name.startswith(field + "/") for name in named):
            unread = " that are no JSON" if found["code"] == "malformed-body" else ""
            self.report(f"{kind}{unread} are named", f"{said}: {field} is not in {named}: {answer.text[:200]!r}")
        return None

    # What HTTP can read.

    def places(self, name, said):
        for parameter in said.get("parameters", []):
            if parameter["in"] == "path":
                body = self.body(name)
                for text in PLACES:
                    self.send("ids in a path", name, self.target(name, **{parameter["name"]: text}), body)
        for text in BROKEN_ESCAPES:
            self.send("broken escapes", name, self.target(name).split("?")[0] + text, self.body(name))

    def parameters(self, name, said):
        plain = self.target(name).split("?")[0]
        required = QUERIES.get(name, "?")[1:]
        body = self.body(name)
        if "?" not in name:
            target = f"{plain}?{required}&unknown=1".replace("?&", "?")
            self.send("unknown parameters", name, target, body, field="unknown")
        for parameter in said.get("parameters", []):
            key, schema = parameter["name"], parameter["schema"]
            if parameter["in"] == "header":
                for value in ("", "x", "\x01", "a" * 5_000, '"' + "9" * 40 + '"', "\xff"):
                    self.send("fields of a head", name, self.target(name), self.body(name), (200, 499),
                              headers=[(key, value)])
            if parameter["in"] != "query":
                continue
            others = "&".join(part for part in required.split("&") if part and not part.startswith(key + "="))
            for text in TEXTS:
                fits = self.schemas.reads(schema, text)
                if fits is not False and name in HASHING:
                    continue
                due = (400, 499) if fits is False else (200, 499)
                self.send("parameters", name, f"{plain}?{others}&{key}={text.replace(' ', '%20')}".replace("?&", "?"),
                          self.body(name), due, field=key if fits is False else None)

    def json_bodies(self, name, said):
        content = said.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            return
        target, base = self.target(name), self.body(name)
        for kind, body in BODIES.items():
            self.send("bodies that are no JSON", name, target, body, (200, 499) if name == FREE else (400, 499))
        text = json.dumps(base).encode()
        if base:
            doubled = text[:-1] + b"," + text[1:]
            self.send("doubled members", name, target, doubled, (200, 499) if name == FREE else (400, 499))
        self.send("types of bodies", name, target, text, media="text/html")
        self.send("types of bodies", name, target, text, headers=[("Content-Encoding", "br")])
        if name == FREE:
            return
        for pointer, schema in self.schemas.places(content["schema"], base):
            for raw, value in VALUES:
                fits = self.schemas.fits(schema, value)
                if fits and (name in HASHING or "password" in pointer[-1].lower()):
                    continue
                each = name == ONE_BY_ONE and (len(pointer) > 1 or isinstance(value, list) and value)
                due = (200, 499) if fits or each else (400, 499)
                # An edit that cannot be read is named as a whole.
                named = pointer[:2] if name == "POST /v1/routes:edit" else pointer
                field = None if fits or each else "/" + "/".join(map(str, named))
                answer = self.send("fields of a body", name, target, put(base, pointer, raw), due, field)
                if each and not fits and answer and answer.status == 200:
                    if answer.json["results"][0]["status"] != "rejected":
                        self.report("items of a batch", f"{pointer} {raw[:40]}: {answer.text[:200]}")

    def files(self, name, said):
        content = said.get("requestBody", {}).get("content", {})
        if not content or "application/json" in content:
            return
        for kind, body in FILES.items():
            for media in list(content)[::4 if self.options.short else 1]:
                # What can be mended is a report.
                due = (200, 499) if "validate" in name or "repair" in name or "table" in kind else (400, 499)
                self.send("files", name, self.target(name), body, due, media=media)

    # What is no HTTP.

    def converse(self, data):
        """Sends bytes, and reads all that comes back; how many were taken."""
        with socket.create_connection(("127.0.0.1", self.service.port), timeout=20) as connection:
            taken = 0
            try:
                for piece in data if not isinstance(data, bytes) else [data]:
                    connection.sendall(piece)
                    taken += len(piece)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            answer = b""
            try:
                while piece := connection.recv(65_536):
                    answer += piece
            except ConnectionError:
                pass
            return answer, taken

    def judge(self, kind, said, answer, least=b"4"):
        """An answer, if there is one, is a single 4xx problem.

        `least` is that of an operation that looks at no body: it may answer otherwise.
        """
        self.cases[kind] += 1
        statuses = re.findall(rb"^HTTP/1\.[01] (\d{3})", answer, re.M)
        statuses = [status for status in statuses if status != b"100"]
        if not statuses:
            if answer:
                self.report(kind, f"{said}: {answer[:100]!r} is no answer")
            return
        if len(statuses) == 1 and least <= statuses[0] < b"4":
            return
        head, _, body = answer.partition(b"\r\n\r\n")
        if len(statuses) > 1 or not b"4" <= statuses[0] < b"5":
            self.report(kind, f"{said}: {[status.decode() for status in statuses]} {answer[-200:]!r}")
        elif b"application/problem+json" not in head and not (
                b"Connection: close" in head and is_closing("close", body)):
            self.report(kind, f"{said}: the refusal is no problem: {answer[:300]!r}")

    def bytes_on_the_wire(self, name):
        method = name.split()[0]
        target = self.target(name).split("?")[0]
        for kind, data in wire(method, target, self.service.port, self.admin.token).items():
            try:
                answer, _ = self.converse(data)
            except TimeoutError:
                self.cases[kind] += 1
                self.report("bytes that are no HTTP", f"{name}, {kind}: no end within 20 s")
                continue
            # An operation without a body answers before a fault in what it does not read, once.
            reads = method not in ("GET", "HEAD", "DELETE") or not ("chunk" in kind or "coding" in kind)
            self.judge("bytes that are no HTTP", f"{name}, {kind}", answer, b"4" if reads else b"2")

    def large(self, name, said):
        """A body of 10 GiB, said at once, and one that never ends in chunks."""
        method, media = name.split()[0], "application/json"
        content = said.get("requestBody", {}).get("content", {})
        media = next(iter(content), media)
        head = (f"{method} {self.target(name)} HTTP/1.1\r\nHost: 127.0.0.1:{self.service.port}\r\n"
                f"Authorization: Bearer {self.admin.token}\r\nX-Forwarded-For: {self.service.address()}\r\n"
                f"Content-Type: {media}\r\n").encode()
        piece = b" " * 65_536
        # Whatever has taken so much takes all of it.
        pieces = (MOST_TAKEN + (32 << 20)) // len(piece)
        whole = (piece for _ in range(pieces))
        chunk = b"10000\r\n" + piece + b"\r\n"
        chunks = (chunk for _ in range(pieces))
        kinds = {"10 GiB": (b"Content-Length: %d\r\n\r\n" % (10 * GIB), whole)}
        if not self.options.short or "application/json" in content or not content:
            kinds["10 GiB in chunks"] = (b"Transfer-Encoding: chunked\r\n\r\n", chunks)
        for kind, (end, data) in kinds.items():
            def all_of_it(end=end, data=data):
                yield head + end
                yield from data
            try:
                answer, taken = self.converse(all_of_it())
            except TimeoutError:
                self.report("bodies of 10 GiB", f"{name}, {kind}: no end within 20 s")
                continue
            self.judge("bodies of 10 GiB", f"{name}, {kind}", answer, b"4" if content else b"2")
            if taken > MOST_TAKEN:
                self.report("bodies of 10 GiB", f"{name}, {kind}: {taken >> 20} MiB were taken, and no end")

    def run(self):
        short = self.options.short
        # What takes away comes last.
        order = sorted(self.operations.items(), key=lambda item: (item[0].startswith("DELETE"), item))
        for number, (name, said) in enumerate(order):
            if name.endswith("/events"):
                continue
            if self.service.ask("GET", "/v1/me", token=self.admin.token).status == 401:
                self.admin.sign_in()
            for part in (self.places, self.parameters, self.json_bodies, self.files, self.large):
                part(name, said)
            if not short or number % 8 == 0:
                self.bytes_on_the_wire(name)
        self.admin.sign_in()
        answer = self.service.ask("GET", self.target("GET /v1/quests/{questId}/progress"),
                                  token=self.admin.token)
        if answer.status != 200:
            self.report("afterwards", f"the progress of the quest answers {answer.status} {answer.text}")


def measure(store, options):
    begun = time.monotonic()
    with served.serving(options.program, store, "--access-token-seconds", "86400", "--check-answers", "true",
                        "--limit", "api-keys=100000", "--limit", "teams=100000", "--limit",
                        "teams-ever=100000", "--limit", "routes=100000") as service:
        suite = Suite(service, options)
        watch = Watch(service)
        watch.start()
        drip = Drip(service.port, SLOW_SECONDS)
        drip.start()
        held = [watch.before]
        for _ in range(1 if options.short else 2):
            suite.run()
            held.append(service.resident()[0])
        drip.join()
        suite.cases["slow bodies"] += 1
        if drip.ended is None:
            suite.report("slow bodies", f"GET /v1/routes with a byte a second is not ended in {SLOW_SECONDS} s")
        watch.ending.set()
        watch.join()
        for line in watch.faults:
            suite.report("/healthz", line)
        for line in service.faults():
            suite.report("the service's log", line.strip())
        if service.process.poll() is not None:
            suite.report("the process", f"it has ended with {service.process.returncode}")
    for kind in sorted({*suite.cases, *suite.wrong}):
        print(f"    {kind}: {suite.cases[kind] or ''} {suite.wrong[kind]} wrong")
    rounds = ", ".join(f"{megabytes:.0f}" for megabytes in held)
    print(f"    memory in MiB: {rounds} before and after each round, {watch.most:.0f} at most")
    print(f"    /healthz: asked {watch.asked} times, {watch.longest * 1000:.0f} ms at most")
    print(f"{store}: {len(suite.operations)} operations, {sum(suite.cases.values())} cases, "
          f"{sum(suite.wrong.values())} wrong, {time.monotonic() - begun:.0f} s", flush=True)
    return sum(suite.wrong.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="the program milequest")
    parser.add_argument("--store", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--short", action="store_true",
                        help="SQLite alone, one round, and bytes that are no HTTP at each eighth operation")
    options = parser.parse_args()
    stores = ["sqlite", "postgres"] if options.store == "both" else [options.store]
    wrong = sum(measure(store, options) for store in (["sqlite"] if options.short else stores))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
