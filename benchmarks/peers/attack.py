"""Attacks a running service as fifty strangers at once, and says what another stranger notices.

    attack.py --program .build/release/milequest [--rounds 5] [--seconds 8]

Starts the service on a ledger of its own in a temporary folder, with the limits that it has by
default. Each stranger is an address of its own within 127/8. Rounds of calm and of attack take turns;
the table has the median of each round's 99th percentile. Then the service is asked to end in the
middle of an upload. Exits with 1 where a bound of the last column is missed.
"""

import argparse
import asyncio
import glob
import http.client
import json
import math
import os
import random
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
STRANGERS = 50
PASSWORD = "correct horse battery staple"


class Service:
    """The program, serving a ledger in a folder that goes with it."""

    def __init__(self, program):
        self.folder = tempfile.mkdtemp(prefix="milequest-attack-")
        self.store = f"sqlite:{self.folder}/ledger.sqlite"
        environment = dict(os.environ, HOME=self.folder, XDG_DATA_HOME=self.folder)
        routes = sorted(glob.glob(f"{ROOT}/routes/*.geojson"))
        for command in (
            ["import", "route", *routes],
            ["import", "activities", f"{ROOT}/routes/sample-walks.csv", "--create", "--public",
             "--route", "Appalachian Trail"],
        ):
            subprocess.run([program, *command, "--store", self.store], check=True,
                           env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.log = open(f"{self.folder}/log", "w+")
        # As many descriptors as a login shell gives.
        limit = lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (1024, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        self.process = subprocess.Popen(
            [program, "serve", "--store", self.store, "--port", "0", "--log-requests", "false"],
            env=environment, stderr=self.log, stdout=subprocess.DEVNULL, preexec_fn=limit)
        self.port = self._port()

    def _port(self):
        for _ in range(600):
            found = re.search(r"at http://127\.0\.0\.1:(\d+);", open(self.log.name).read())
            if found:
                return int(found[1])
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise SystemExit("the service did not start: " + open(self.log.name).read())

    def ask(self, method, path, body=None, token=None, kind="application/json", source="127.0.0.1"):
        """Status and JSON of one answer."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60, source_address=(source, 0))
        head = {"Content-Type": kind} if body is not None else {}
        if token:
            head["Authorization"] = f"Bearer {token}"
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        try:
            connection.request(method, path, data, head)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text

    def account(self, number):
        """The access token of a new account."""
        email, source = f"stranger{number}@example.org", address(number)
        self.ask("POST", "/v1/auth/register", {
            "email": email, "password": PASSWORD, "name": f"Stranger {number}", "zone": "UTC"},
            source=source)
        deadline = time.time() + 30
        while time.time() < deadline:
            for mail in glob.glob(f"{self.folder}/ledger.sqlite.mail/*.eml"):
                text = open(mail).read()
                code = re.search(r"^ +([0-9]{8})", text, re.M)
                if email in text and code:
                    status, answer = self.ask("POST", "/v1/auth/verify", {
                        "email": email, "code": code[1], "password": PASSWORD}, source=source)
                    if status < 300:
                        return answer["accessToken"]
            time.sleep(0.1)
        raise SystemExit("an account could not be made")

    def megabytes(self):
        """The most memory that it has held."""
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmHWM"):
                return int(line.split()[1]) // 1024
        return 0

    def end(self):
        """Seconds from being asked to end to having ended; None where it had to be killed."""
        start = time.time()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None
        return time.time() - start

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def address(number):
    """The address of a stranger."""
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


async def connect(service, number):
    return await asyncio.open_connection(
        "127.0.0.1", service.port, local_addr=(address(number), 0))


def request(method, path, head="", length=None):
    text = f"{method} {path} HTTP/1.1\r\nHost: a\r\n{head}"
    return (text + (f"Content-Length: {length}\r\n" if length is not None else "") + "\r\n").encode()


async def read_answer(reader):
    """The status of one answer, read to its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    if length:
        await reader.readexactly(int(length[1]))
    elif b"chunked" in head.lower():
        while True:
            size = int((await reader.readuntil(b"\r\n")).strip(), 16)
            await reader.readexactly(size + 2)
            if size == 0:
                break
    return int(head[9:12])


# Attacks: each goes on as one stranger until it is cancelled.


async def unfinished_bodies(service, number, _):
    """Sign-in with a megabyte announced, sent but for its last byte."""
    while True:
        reader, writer = await connect(service, number)
        writer.write(request("POST", "/v1/auth/login", "Content-Type: application/json\r\n", 1 << 20))
        writer.write(b'{"email":"' + b"a" * ((1 << 20) - 11))
        await asyncio.wait_for(reader.read(4096), 60)
        writer.close()


async def slow_upload(service, number, token):
    """Almost the largest route file, and then a byte now and then."""
    while True:
        reader, writer = await connect(service, number)
        head = f"Authorization: Bearer {token}\r\nContent-Type: application/geo+json\r\n"
        writer.write(request("POST", "/v1/routes", head, (64 << 20) - 100))
        piece = b" " * 65536
        for _ in range(512):
            writer.write(piece)
            await writer.drain()
        while not reader.at_eof():
            writer.write(b" ")
            await asyncio.sleep(5)


async def large_batches(service, number, token):
    """Batches of eight megabytes that never end."""
    while True:
        reader, writer = await connect(service, number)
        head = f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        writer.write(request("POST", "/v1/activities/batch", head, 8 << 20))
        writer.write(b'{"activities":[' + b" " * ((8 << 20) - 100))
        await asyncio.wait_for(reader.read(4096), 60)
        writer.close()


async def worst_uploads(service, number, token):
    """Small files that are meant to cost most."""
    generator = random.Random(number)
    while True:
        body = worst_file(generator, 20_000, 1_000)
        reader, writer = await connect(service, number)
        head = f"Authorization: Bearer {token}\r\nContent-Type: application/geo+json\r\n"
        writer.write(request("POST", "/v1/routes:validate", head, len(body)) + body)
        await read_answer(reader)
        writer.close()
        await asyncio.sleep(0.2)


async def courses(service, number, _):
    """Ever new numbers of laps, so that no answer is kept."""
    laps = number
    while True:
        reader, writer = await connect(service, number)
        for _ in range(50):
            laps = laps % 9_000 + 17
            writer.write(request("GET", f"/v1/routes/{service.route}/positions?at=1mi&laps={laps}"))
            await read_answer(reader)
        writer.close()


async def maps(service, number, _):
    """Ever new tolerances."""
    while True:
        reader, writer = await connect(service, number)
        for _ in range(50):
            tolerance = random.uniform(0, 50)
            writer.write(
                request("GET", f"/v1/routes/{service.large}/map?tolerance={tolerance:.6f}"))
            await read_answer(reader)
        writer.close()


async def idle_connections(service, number, _):
    """Connections on which nothing ever comes."""
    kept = []
    while True:
        for _ in range(25):
            kept.append(await connect(service, number))
        await asyncio.sleep(20)
        for _, writer in kept:
            writer.close()
        kept = []


async def broken_requests(service, number, _):
    """What is no HTTP, chunks that lie, heads without an end."""
    pieces = [b"\x16\x03\x01\x02\x00", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
              request("POST", "/v1/auth/login", "Transfer-Encoding: chunked\r\n") + b"zz\r\n",
              b"GET /" + b"a" * 60_000, b"GET / HTTP/1.1\r\nX: " + b"y" * 30_000]
    while True:
        reader, writer = await connect(service, number)
        writer.write(random.choice(pieces))
        try:
            await asyncio.wait_for(reader.read(65536), 2)
        except asyncio.TimeoutError:
            pass
        writer.close()


ATTACKS = [unfinished_bodies, slow_upload, large_batches, worst_uploads, courses, maps,
           idle_connections, broken_requests]
NEED_ACCOUNTS = {slow_upload, large_batches, worst_uploads}


def worst_file(generator, vertices, waypoints):
    """GeoJSON of one place that is passed again and again, with waypoints all over it."""
    stops = [(generator.uniform(0, 0.01), generator.uniform(0, 0.01)) for _ in range(9)]
    line = [stops[i % 9] for i in range(vertices)]
    features = [{"type": "Feature", "properties": {}, "geometry": {
        "type": "LineString", "coordinates": [[7 + x, 50 + y] for x, y in line]}}]
    for _ in range(waypoints):
        x, y = generator.choice(stops)
        features.append({"type": "Feature", "properties": {}, "geometry": {
            "type": "Point", "coordinates": [7 + x + generator.uniform(-1e-4, 1e-4), 50 + y]}})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def spiral(vertices):
    """GeoJSON that no simplification can thin quickly."""
    line = [[7 + 0.5 * (1 - i / vertices) * math.cos(i * 0.05),
             50 + 0.5 * (1 - i / vertices) * math.sin(i * 0.05)] for i in range(vertices)]
    return json.dumps({"type": "Feature", "properties": {"name": "Spiral"}, "geometry": {
        "type": "LineString", "coordinates": line}}).encode()


async def forever(attack, service, number, token):
    while True:
        try:
            await attack(service, number, token)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError,
                asyncio.TimeoutError, ValueError):
            await asyncio.sleep(0.05)


async def notice(service, seconds):
    """The same as `measure_here`, by a process of its own: the attackers' Python keeps it waiting for
    nothing."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, os.path.abspath(__file__), "--measure", str(service.port), service.route,
        service.quest, str(seconds), stdout=asyncio.subprocess.PIPE)
    try:
        text, _ = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        raise
    return json.loads(text)


async def measure_here(service, seconds):
    """99th percentiles in milliseconds of what one calm stranger asks, by name, and how many failed."""
    asks = {
        "positions": f"/v1/routes/{service.route}/positions?at=1000mi",
        "progress": f"/v1/quests/{service.quest}/progress",
        "healthz": "/healthz",
    }
    took = {name: [] for name in asks}
    failed = {name: 0 for name in asks}

    async def one(name, path):
        reader = writer = None
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            start = time.perf_counter()
            try:
                if writer is None:
                    reader, writer = await connect(service, 900)
                writer.write(request("GET", path))
                status = await asyncio.wait_for(read_answer(reader), 30)
                failed[name] += status != 200
            except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
                failed[name] += 1
                writer = None
            took[name].append((time.perf_counter() - start) * 1e3)
            await asyncio.sleep(0.08)
        if writer:
            writer.close()

    await asyncio.gather(*(one(name, path) for name, path in asks.items()))
    worst = lambda values: sorted(values)[max(math.ceil(len(values) * 0.99) - 1, 0)]
    return {name: worst(values) for name, values in took.items()}, failed


async def rounds(service, tokens, count, seconds):
    results = []
    for _ in range(count):
        calm, _ = await notice(service, seconds)
        tasks = []
        for number in range(STRANGERS):
            attack = ATTACKS[number % len(ATTACKS)]
            token = tokens[number % len(tokens)] if attack in NEED_ACCOUNTS else None
            tasks.append(asyncio.ensure_future(forever(attack, service, number, token)))
        await asyncio.sleep(2)
        attacked, failed = await notice(service, seconds)
        while tasks:
            # A wait that is just over forgets that it was cancelled.
            for task in tasks:
                task.cancel()
            _, tasks = await asyncio.wait(tasks, timeout=1)
        results.append((calm, attacked, failed))
        await asyncio.sleep(1)
    return results


class Served:
    """A service that another process started."""

    def __init__(self, port, route, quest):
        self.port, self.route, self.quest = int(port), route, quest


def main():
    if sys.argv[1:2] == ["--measure"]:
        port, route, quest, seconds = sys.argv[2:6]
        print(json.dumps(asyncio.run(measure_here(Served(port, route, quest), float(seconds)))))
        return
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8)
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    print("==> starting the service, and making accounts", flush=True)
    service = Service(os.path.abspath(options.program))
    missed = []
    try:
        tokens = [service.account(number) for number in range(6)]
        status, answer = service.ask("GET", "/v1/quests?bbox=-90,30,-65,50")
        service.quest = answer["items"][0]["questId"]
        status, answer = service.ask("GET", f"/v1/quests/{service.quest}")
        service.route = answer["routeId"]
        status, answer = service.ask(
            "POST", "/v1/routes?public=true", spiral(99_999), tokens[0], "application/geo+json",
            address(0))
        route = answer.get("route", answer) if isinstance(answer, dict) else {}
        service.large = route.get("routeId") or route.get("id") or service.route
        if service.large == service.route:
            print(f"the spiral was not stored ({status}): maps are asked of a sample", flush=True)
        print(f"==> {options.rounds} rounds of {options.seconds:g} s in calm and under attack by "
              f"{STRANGERS} strangers", flush=True)
        results = asyncio.run(rounds(service, tokens, options.rounds, options.seconds))
        print(f"{'asked':12}{'calm p99 ms':>14}{'attacked p99 ms':>18}{'failed':>9}{'bound ms':>10}")
        for name, bound in (("positions", 250), ("progress", 250), ("healthz", 50)):
            calm = statistics.median(r[0][name] for r in results)
            attacked = statistics.median(r[1][name] for r in results)
            failed = sum(r[2][name] for r in results)
            mark = "" if attacked < bound and not failed else "  MISSED"
            print(f"{name:12}{calm:14.1f}{attacked:18.1f}{failed:9}{bound:10}{mark}")
            missed += [name] if mark else []
        print(f"memory at the most: {service.megabytes()} MiB")
        print("==> asked to end in the middle of the worst upload", flush=True)
        body = worst_file(random.Random(1), 1_000_000, 9_999)
        sender = subprocess.Popen(
            [sys.executable, "-c",
             "import sys,http.client\n"
             "c=http.client.HTTPConnection('127.0.0.1',int(sys.argv[1]))\n"
             "c.request('POST','/v1/routes:validate',sys.stdin.buffer.read(),"
             "{'Authorization':'Bearer '+sys.argv[2],'Content-Type':'application/geo+json'})\n"
             "c.getresponse()", str(service.port), tokens[1]],
            stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        sender.stdin.write(body)
        sender.stdin.close()
        time.sleep(1)
        took = service.end()
        sender.kill()
        sender.wait()
        late = took is None or took > 10
        missed += ["end"] if late else []
        print(f"ended after {'more than 60' if took is None else f'{took:.1f}'} s; the bound is 10"
              + ("  MISSED" if late else ""))
        if service.process.returncode not in (0, None):
            print(f"it ended with code {service.process.returncode}")
        for line in open(service.log.name):
            if "Fatal" in line or "crash" in line.lower():
                missed.append("crash")
                print("crashed: " + line.strip())
                break
    finally:
        service.close()
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
