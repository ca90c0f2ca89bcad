"""Live streams under load: every event of every team once and in order on every stream, through kills,
cut connections and readers that resume; how long an event takes to arrive; what idle streams cost; and
what readers that stop reading do to the others.

    live.py --program .build/release/milequest --route routes/appalachian-trail.geojson [--rounds 5]

Two processes serve one PostgreSQL behind nginx, and one serves SQLite while another program imports.
A wrong event ends the run with WRONG; times are printed beside their aims, and decide nothing.
"""

import argparse
import datetime
import json
import os
import random
import resource
import select
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import cluster
import endings
import openloop
import service
from callers import resident
from table import Table

TEAMS, STREAMS_PER_PROCESS, WALKS, PER_SECOND = 200, 200, 2_000, 500


def wrong(text):
    sys.exit("WRONG: " + text)


class Streams:
    """Streams of many teams in one thread: what came, when, and in which order."""

    def __init__(self):
        self.poll = select.epoll()
        self.open = {}
        self.lock = threading.Lock()
        self.ended = False
        self.arrived = {}
        self.came = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    class Stream:
        def __init__(self, path, ports, source=None, after=None):
            self.path, self.ports, self.source, self.last = path, ports, source, after
            self.events, self.resets, self.drops, self.text = [], 0, 0, b""
            self.ready, self.refusal = False, b""

    def connect(self, stream):
        port = stream.ports[0]
        stream.ports = stream.ports[1:] + stream.ports[:1]
        opened = socket.socket()
        if stream.source:
            opened.bind((stream.source, 0))
        opened.settimeout(20)
        opened.connect(("127.0.0.1", port))
        resume = f"Last-Event-ID: {stream.last}\r\n" if stream.last is not None else ""
        opened.sendall(f"GET {stream.path} HTTP/1.1\r\nHost: localhost\r\n{resume}\r\n".encode())
        opened.setblocking(False)
        stream.text = stream.chunks = b""
        stream.socket, stream.in_body = opened, False
        with self.lock:
            self.open[opened.fileno()] = stream
        self.poll.register(opened.fileno(), select.EPOLLIN)

    def start(self, *arguments, **options):
        stream = self.Stream(*arguments, **options)
        self.connect(stream)
        return stream

    def drop(self, stream):
        """Ends a connection from this side; the stream comes again with the last id that it has."""
        try:
            stream.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def run(self):
        while not self.ended:
            for number, _ in self.poll.poll(0.2):
                with self.lock:
                    stream = self.open.get(number)
                if stream is None:
                    continue
                try:
                    data = stream.socket.recv(1 << 16)
                except BlockingIOError:
                    continue
                except OSError:
                    data = b""
                if data:
                    self.take(stream, data)
                else:
                    self.poll.unregister(number)
                    with self.lock:
                        del self.open[number]
                    stream.socket.close()
                    stream.drops += 1
                    if not self.ended:
                        threading.Timer(0.2, self.again, [stream]).start()

    def again(self, stream):
        while not self.ended:
            try:
                return self.connect(stream)
            except OSError:
                time.sleep(0.2)

    def take(self, stream, data):
        now = time.perf_counter()
        stream.chunks += data
        if not stream.in_body:
            head, gap, rest = stream.chunks.partition(b"\r\n\r\n")
            if not gap:
                return
            if b" 200 " not in head.split(b"\r\n")[0]:
                # Refused while a process starts: comes again.
                stream.refusal = stream.chunks[-300:]
                self.drop(stream)
                return
            stream.chunks, stream.in_body = rest, True
        while True:
            size, gap, rest = stream.chunks.partition(b"\r\n")
            if not gap or len(rest) < int(size, 16) + 2:
                break
            stream.text += rest[:int(size, 16)]
            stream.chunks = rest[int(size, 16) + 2:]
        while b"\n\n" in stream.text:
            block, _, stream.text = stream.text.partition(b"\n\n")
            fields = {}
            for line in block.split(b"\n"):
                name, colon, value = line.partition(b": ")
                if colon and name in (b"id", b"event", b"data"):
                    fields[name] = value
            kind = fields.get(b"event", b"").decode()
            if b"id" in fields:
                stream.last = int(fields[b"id"])
            if kind == "ready":
                stream.ready = True
            elif kind == "reset":
                stream.resets += 1
            elif kind and kind != "end":
                stream.events.append(int(fields[b"id"]))
                body = json.loads(fields[b"data"])
                self.arrived.setdefault((body["teamId"], body["version"]), []).append((now, kind, body))
            self.came.set()

    def wait(self, what, condition, say=lambda: "", seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                wrong(f"{what}: not within {seconds} s; {say()}")
            self.came.wait(0.2)
            self.came.clear()

    def close(self):
        self.ended = True
        self.thread.join()
        for stream in list(self.open.values()):
            stream.socket.close()


def walk_request(number, distance=25, teams=TEAMS):
    """A walk of a person of one of the first teams."""
    moment = datetime.datetime.now(datetime.timezone.utc).isoformat()
    draw = f"{random.getrandbits(128):032x}"
    identity = f"{draw[:8]}-{draw[8:12]}-4{draw[13:16]}-8{draw[17:20]}-{draw[20:]}"
    body = json.dumps({"id": identity, "startedAt": moment, "distanceMeters": distance})
    person = number % teams * service.PEOPLE + number // teams % service.PEOPLE
    return identity, (f"POST /v1/activities HTTP/1.1\r\nHost: localhost\r\n"
                      f"Authorization: Bearer {service.token(person)}\r\n"
                      f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode()


def log_walks(ports, count, per_second, retry=False, teams=TEAMS):
    """Logs walks at a fixed rate on all ports in turn; each is sent again until it is answered.

    Returns, by walk, when it was due, when the answer was there, and the answer. A process of its own does
    it: whoever reads streams in this one would hold up its clock.
    """
    def work():
        # A copy of this process would draw what this one draws.
        random.seed()
        return log_walks_here(ports, count, per_second, retry, teams)

    sent = openloop.Apart(work).result()
    if isinstance(sent, str):
        wrong(sent)
    return sent


def log_walks_here(ports, count, per_second, retry, teams):
    sent, threads, lock, faults = {}, [], threading.Lock(), []
    start = time.perf_counter() + 0.2
    callers = 32

    def run(caller):
        connections = {}
        for number in range(caller, count, callers):
            due = start + number / per_second
            time.sleep(max(due - time.perf_counter(), 0))
            identity, request = walk_request(number, teams=teams)
            turn = number
            while True:
                port = ports[turn % len(ports)]
                turn += 1
                try:
                    if port not in connections:
                        connections[port] = socket.create_connection(("127.0.0.1", port), timeout=20)
                        connections[port].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    connections[port].sendall(request)
                    text = b""
                    while not openloop.is_whole(text):
                        data = connections[port].recv(1 << 16)
                        if not data:
                            raise OSError("closed")
                        text += data
                    if text.startswith((b"HTTP/1.1 201", b"HTTP/1.1 200")):
                        break
                    if not retry:
                        faults.append("a walk was answered " + text[:300].decode(errors="replace"))
                        return
                except OSError as error:
                    connections.pop(port, None)
                    if not retry:
                        faults.append(f"a walk was not answered: {error}")
                        return
                time.sleep(0.05)
            answer = json.loads(text.partition(b"\r\n\r\n")[2])
            with lock:
                sent[identity] = (due, time.perf_counter(), answer)

    for caller in range(callers):
        thread = threading.Thread(target=run, args=[caller])
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
    return faults[0] if faults else sent


def nginx(folder, port, ports):
    """A real proxy before the processes, as the documentation has it."""
    configuration = os.path.join(folder, "nginx.conf")
    servers = "".join(f"server 127.0.0.1:{each} max_fails=0;" for each in ports)
    with open(configuration, "w") as file:
        file.write(f"""
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_rlimit_nofile 20000;
events {{ worker_connections 10000; }}
http {{ access_log off; client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  upstream service {{ least_conn; {servers} keepalive 64; }}
  server {{ listen 127.0.0.1:{port};
    location / {{ proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host localhost; proxy_set_header X-Forwarded-For $remote_addr;
      proxy_read_timeout 60s; }} }} }}
""")
    return service.started(["nginx", "-p", folder, "-c", configuration], folder + "/nginx.out", port)


class Served(service.Bench):
    """One process more over the same store."""

    def serving(self, *more):
        secret = self.path("secret")
        if not os.path.exists(secret):
            with open(os.open(secret, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                file.write(service.base64.b64encode(service.SECRET).decode())
        return service.started(
            [self.options.program, "serve", "--store", self.store, "--port", str(self.port),
             "--secret-file", secret, "--mail-folder", self.path("mail"), "--rate", "1000000",
             "--burst", "1000000", "--trusted-proxy", "127.0.0.1", "--log-requests", "false", *more],
            self.path(f"log-{self.port}"), self.port)


def quests(port):
    found = {}
    for number in range(TEAMS):
        found[service.team(number)] = service.get(
            port, f"/v1/teams/{service.team(number)}/quests")["items"][0]["id"]
    return found


def percentile(values, share):
    values = sorted(values)
    return values[min(int(share * len(values)), len(values) - 1)]


def check(streams, begun, sent, what):
    """Each stream has every event after its first version once and in order, up to the last walk."""
    last = {}
    for _, _, answer in sent.values():
        for each in answer["teams"]:
            last[each["teamId"]] = max(last.get(each["teamId"], 0), each["version"])
    def complete():
        return all(stream.events and stream.events[-1] >= last[stream.team] for stream in streams
                   if stream.team in last)
    def lagging():
        found = [(stream.team, stream.events[-1:], last[stream.team], stream.drops, stream.refusal)
                 for stream in streams if stream.team in last
                 and not (stream.events and stream.events[-1] >= last[stream.team])]
        return f"{len(found)} streams lag, such as {found[:3]}"
    holder.wait(f"{what}: all events", complete, lagging)
    time.sleep(0.5)
    for stream in streams:
        expected = list(range(begun[stream] + 1, begun[stream] + 1 + len(stream.events)))
        if stream.events != expected:
            odd = [each for each, right in zip(stream.events, expected) if each != right][:3]
            wrong(f"{what}: {stream.team} had {len(stream.events)} events, out of order or missing at {odd}")
        if stream.resets:
            wrong(f"{what}: {stream.team} was reset")


def arrivals(sent):
    """Milliseconds from the moment a walk was due, which is before its commit, until its event was on
    each stream."""
    found = []
    for due, _, answer in sent.values():
        for each in answer["teams"]:
            # The version after a walk is that of the last event that it has brought.
            for now, _, _ in holder.arrived.get((each["teamId"], each["version"]), []):
                found.append((now - due) * 1e3)
    return found


def since_commit(server, streams, begun):
    """Milliseconds from each event's commit, as PostgreSQL itself notes it, until it was on each stream.

    The server notes the moment before it writes the transaction to the disk: that counts too.
    """
    rows = server.sql("SELECT team_id, version, extract(epoch FROM pg_xact_commit_timestamp(xmin)) "
                      "FROM milequest.team_events", "live")
    first = {stream.team: begun[stream] for stream in streams}
    # What this clock says less what the wall's says.
    offset = time.perf_counter() - time.time()
    found = []
    for row in rows.splitlines():
        team, version, committed = row.split("|")
        if int(version) <= first.get(team, int(version)):
            continue
        for now, _, _ in holder.arrived.get((team, int(version)), []):
            found.append((now - offset - float(committed)) * 1e3)
    return found


def follow(ports, found):
    streams = []
    for number in range(2 * STREAMS_PER_PROCESS):
        team = service.team(number % TEAMS)
        # From as many addresses as the limit for strangers asks for.
        stream = holder.start(f"/v1/quests/{found[team]}/events", ports, f"127.0.{1 + number // 100}.3")
        stream.team = team
        streams.append(stream)
    holder.wait("streams begin", lambda: all(stream.ready for stream in streams))
    return streams, {stream: stream.last for stream in streams}


def two_processes(table, options, folder):
    """Two processes on one PostgreSQL behind a proxy."""
    global holder
    with cluster.running("live", "-c track_commit_timestamp=on") as server:
        server.sql("CREATE DATABASE live", "postgres")
        benches = [Served(options, folder, "live", server.url("live")) for _ in range(2)]
        benches[0].fill()
        proxy = service.free_port()
        ports = [bench.port for bench in benches]
        processes = {}
        contexts = {}

        def start(bench):
            contexts[bench] = bench.serving()
            processes[bench] = contexts[bench].__enter__()

        for bench in benches:
            start(bench)
        try:
            with nginx(folder, proxy, ports):
                found = quests(ports[0])
                # Undisturbed: how long an event takes.
                holder = Streams()
                streams, begun = follow([proxy], found)
                sent = log_walks(ports, WALKS, PER_SECOND)
                check(streams, begun, sent, "undisturbed")
                since = since_commit(server, streams, begun)
                from_due = arrivals(sent)
                holder.close()
                table.note(f"{len(streams)} streams, {PER_SECOND} walks/s, two processes",
                           f"{len(since)} arrivals, each event once and in order")
                table.note("from the moment a walk was due, with the proxy and the write",
                           f"median {statistics.median(from_due):.1f} ms",
                           f"p99 {percentile(from_due, .99):.1f} ms")
                table.add("commit to arrival, median", f"{statistics.median(since):.1f} ms",
                          "at most", "20 ms", statistics.median(since) / 20, 1, higher=False)
                table.add("commit to arrival, p99", f"{percentile(since, .99):.1f} ms", "at most",
                          "100 ms", percentile(since, .99) / 100, 1, higher=False)
                # Disturbed: a process is killed, connections are cut, readers drop.
                holder = Streams()
                streams, begun = follow([proxy], found)
                stop = threading.Event()

                def disturb():
                    draw = random.Random(2)
                    turn = 0
                    while not stop.wait(0.7):
                        turn += 1
                        for stream in draw.sample(streams, 20):
                            holder.drop(stream)
                        if turn % 3 == 1:
                            server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                       "WHERE datname = 'live' AND pid <> pg_backend_pid()", "live")
                        if turn % 3 == 2:
                            bench = benches[turn // 3 % 2]
                            processes[bench].kill()
                            processes[bench].wait()
                            start(bench)

                disturber = threading.Thread(target=disturb)
                disturber.start()
                sent = log_walks(ports, WALKS, PER_SECOND, retry=True)
                stop.set()
                disturber.join()
                check(streams, begun, sent, "disturbed")
                table.note("the same with kills, cut connections and readers that drop",
                           f"{sum(stream.drops for stream in streams)} resumed, each event once and in order")
                # An id older than the rows that are kept.
                server.sql("DELETE FROM milequest.team_events WHERE version < 5", "live")
                old = holder.start(f"/v1/quests/{found[service.team(0)]}/events", [proxy], after=1)
                holder.wait("a reset", lambda: old.resets == 1)
                holder.close()
                until_the_end(table, options, folder, server, benches)
        finally:
            for context in contexts.values():
                context.__exit__(None, None, None)


def until_the_end(table, options, folder, server, benches):
    """How soon streams end for those who may not see the team any more."""
    brief = Served(options, folder, "live", server.url("live"))
    with brief.serving("--access-token-seconds", "3"):
        found = endings.seconds(benches[0].port, benches[1].port, brief.port, brief.path("mail"),
                                options.rounds)
    for what, took in found.items():
        table.add(f"{what}: until the stream ends, longest of {len(took)}", f"{max(took):.2f} s",
                  "at most", "1 s", max(took), 1, higher=False)


def one_file(table, options, folder):
    """SQLite, while another program imports into the same file."""
    global holder
    bench = Served(options, folder, "file", "sqlite:" + os.path.join(folder, "live.sqlite"))
    bench.fill()
    with bench.serving() as process:
        found = quests(bench.port)
        if options.only == "stopped":
            return stopped(table, options, bench, process, found)
        holder = Streams()
        streams, begun = follow([bench.port], found)
        walks = os.path.join(folder, "more.csv")
        now = datetime.datetime.now(datetime.timezone.utc)
        with open(walks, "w") as file:
            file.write("started_at,team_id,person_id,distance_meters\n")
            for number in range(WALKS):
                start = now + datetime.timedelta(microseconds=number)
                file.write(f"{start.isoformat()},{service.team(number % TEAMS)},"
                           f"{service.person(number % TEAMS * service.PEOPLE)},25\n")
        subprocess.run([options.program, "import", "activities", walks, "--store", bench.store],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        done = time.perf_counter()
        per_team = WALKS // TEAMS
        holder.wait("imported walks", lambda: all(len(stream.events) >= per_team for stream in streams))
        took = time.perf_counter() - done
        sent = log_walks([bench.port], WALKS // 4, PER_SECOND)
        check(streams, begun, sent, "SQLite and an import")
        from_due = arrivals(sent)
        holder.close()
        table.note("SQLite while another program imports",
                   f"each event once and in order, {took * 1e3:.0f} ms after the import's end")
        table.add("commit to arrival, SQLite, p99", f"{percentile(from_due, .99):.1f} ms", "at most",
                  "100 ms", percentile(from_due, .99) / 100, 1, higher=False)
        idle(table, options, bench, process, found)
        stopped(table, options, bench, process, found)


def idle_streams(bench, found, count):
    """Streams on which nothing happens, from as many addresses as the limits ask for."""
    paths = [f"/v1/quests/{quest}/events" for quest in list(found.values())[TEAMS // 2:]]
    opened = []
    for number in range(count):
        each = socket.socket()
        each.bind((f"127.0.{1 + number // 200}.1", 0))
        each.connect(("127.0.0.1", bench.port))
        each.sendall(f"GET {paths[number % len(paths)]} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        opened.append(each)
    for each in opened:
        text = b""
        while b"event: ready" not in text:
            text += each.recv(4_096)
    return opened


def log_times(bench, count=1_500, per_second=300):
    """Milliseconds of logging a walk for one of the teams that nobody follows: idle streams have the others."""
    sent = log_walks([bench.port], count, per_second, teams=TEAMS // 2)
    return [(answered - due) * 1e3 for due, answered, _ in sent.values()]


def idle(table, options, bench, process, found):
    """What 10,000 streams cost on which nothing happens, and what they do to logging."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    without, beside, memory = [], [], []
    for _ in range(options.rounds):
        without.append(percentile(log_times(bench), .99))
        before = resident(process)
        opened = idle_streams(bench, found, options.streams)
        memory.append((resident(process) - before) / options.streams)
        beside.append(percentile(log_times(bench), .99))
        for each in opened:
            each.close()
        time.sleep(1)
    table.add(f"memory of a stream, {options.streams} idle", f"{memory[0] / 1024:.1f} KiB", "at most",
              "12 KiB", memory[0] / 12_288, 1, higher=False)
    table.add(f"p99 of logging beside {options.streams} idle streams",
              f"{statistics.median(beside):.1f} ms", "beside none", f"{statistics.median(without):.1f} ms",
              statistics.median(beside) / statistics.median(without), 1.05, higher=False)


def stopped(table, options, bench, process, found):
    """1,000 readers that stop reading in the middle of what they lack, while walks are logged."""
    global holder
    calm, beside, grown = [], [], []
    busy = service.team(TEAMS - 1)
    # More than a connection holds that nobody reads from.
    for start in range(0, 3_000, 500):
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        walks = [{"id": walk_request(0)[0], "startedAt": now, "distanceMeters": 5} for _ in range(500)]
        request = service.urllib.request.Request(
            f"http://127.0.0.1:{bench.port}/v1/activities/batch", json.dumps({"activities": walks}).encode(),
            {"Content-Type": "application/json",
             "Authorization": f"Bearer {service.token((TEAMS - 1) * service.PEOPLE)}"})
        service.urllib.request.urlopen(request).read()
    known = service.get(bench.port, f"/v1/teams/{busy}/events/page")["version"] - 3_000
    for _ in range(options.rounds):
        for readers in (0, 1_000):
            holder = Streams()
            streams, begun = follow([bench.port], found)
            opened, before = [], resident(process)
            for number in range(readers):
                each = socket.socket()
                each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
                each.bind((f"127.0.{1 + number // 200}.2", 0))
                each.connect(("127.0.0.1", bench.port))
                each.sendall(f"GET /v1/teams/{busy}/events?after={known} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                opened.append(each)
            sent = log_walks([bench.port], 4 * WALKS, PER_SECOND)
            check(streams, begun, sent, "beside readers that stopped")
            from_due = arrivals(sent)
            (beside if readers else calm).append(percentile(from_due, .99))
            if readers:
                grown.append(resident(process) - before)
            holder.close()
            for each in opened:
                each.close()
    metrics = service.urllib.request.urlopen(f"http://127.0.0.1:{bench.port}/metrics").read().decode()
    cut = [line for line in metrics.splitlines() if line.startswith("milequest_live_cut_total")][0]
    table.note(f"{options.rounds} times 1,000 readers that stop reading", cut, "memory grown by",
               " / ".join(f"{each / 2**20:.0f} MiB" for each in grown))
    table.add("p99 of arrival beside them", f"{statistics.median(beside):.1f} ms", "beside none",
              f"{statistics.median(calm):.1f} ms",
              statistics.median(beside) / statistics.median(calm), 1.05, higher=False)


def measure(table, program, route, rounds=5, streams=10_000, only=None):
    """Adds the rows to a table of more parts."""
    options = argparse.Namespace(
        program=os.path.abspath(program), route=os.path.abspath(route), rounds=rounds, streams=streams,
        only=only)
    teams, service.TEAMS = service.TEAMS, TEAMS
    folder = tempfile.mkdtemp(prefix="milequest-live-")
    os.chmod(folder, 0o755)
    try:
        if only in (None, "two-processes"):
            two_processes(table, options, folder)
        if only != "two-processes":
            one_file(table, options, folder)
    finally:
        service.TEAMS = teams
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--route", required=True)
    parser.add_argument("--rounds", type=int, default=5, help="of idle and of stopped readers")
    parser.add_argument("--streams", type=int, default=10_000, help="that are idle")
    parser.add_argument("--only", choices=["two-processes", "one-file", "stopped"],
                        help="a part of it")
    options = parser.parse_args()
    table = Table()
    measure(table, options.program, options.route, options.rounds, options.streams, options.only)
    print("\n" + table.text())


if __name__ == "__main__":
    main()
