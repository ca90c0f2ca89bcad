"""Cuts the connection between the service and PostgreSQL around COMMIT, and shows that no walk is lost or
counted twice, and that callers are told the truth.

    cuts.py --program .build/release/milequest --route routes/appalachian-trail.geojson [--times 1000]

A proxy stands between the two and reads their protocol. It cuts a connection before COMMIT is sent on,
after it is sent on and before its answer, by turns at once and when the answer has come to the proxy, and
after the answer. Callers log walks meanwhile and send again what is refused; some leave a walk that was
refused: one of which the outcome is not known may be there, one of which something else was said is
not there, and sent again at the end it is the first answer again in the one case and a new walk in
the other. In the end every walk is read by its id, the totals are those of the walks, and the ledger
is audited. What is not so ends the run with WRONG.
"""

import argparse
import os
import select
import shutil
import socket
import struct
import sys
import tempfile
import threading
import time

import callers
import cluster
import restarts
import service
from cluster import Wrong
from table import Table

CALLERS = 12
BEFORE, DURING, LATE, AFTER = "before", "during, at once", "during, when answered", "after"
MOMENTS = (BEFORE, DURING, LATE, AFTER)


class Messages:
    """Whole messages out of a stream: a byte of kind, a length that counts itself, and the rest."""

    def __init__(self, begins_plain):
        # The first message of a client has no kind.
        self.bytes, self.is_plain = b"", begins_plain

    def take(self, data):
        self.bytes += data
        found = []
        while True:
            kind = 0 if self.is_plain else 1
            if len(self.bytes) < kind + 4:
                return found
            size = kind + struct.unpack_from("!I", self.bytes, kind)[0]
            if len(self.bytes) < size:
                return found
            found.append(self.bytes[:size])
            self.bytes, self.is_plain = self.bytes[size:], False


class Cutter:
    """The proxy. `cut` cuts one connection, the next one that commits."""

    def __init__(self, port):
        self.server = ("127.0.0.1", port)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.lock, self.moment, self.was_cut = threading.Lock(), None, threading.Event()
        self.commits = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def cut(self, moment, patience=30):
        self.was_cut.clear()
        with self.lock:
            self.moment = moment
        if not self.was_cut.wait(patience):
            raise Wrong(f"nothing was committed for {patience} s; cut {moment} was next")

    def claim(self):
        """What becomes of a COMMIT: one at a time is cut."""
        with self.lock:
            moment, self.moment = self.moment, None
            self.commits += 1
        return moment

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.carry, args=[client], daemon=True).start()

    def carry(self, client):
        server = None
        try:
            server = socket.create_connection(self.server)
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.connection(client, server):
                self.was_cut.set()
        except OSError:
            pass
        finally:
            client.close()
            if server is not None:
                server.close()

    def connection(self, client, server):
        """Carries messages both ways until an end is closed.

        - Returns: whether the connection is to be cut now.
        """
        asked, said = Messages(begins_plain=True), Messages(begins_plain=False)
        commits, moment = set(), None
        poll = select.poll()
        poll.register(client, select.POLLIN)
        poll.register(server, select.POLLIN)
        while True:
            for number, _ in poll.poll():
                data = (client if number == client.fileno() else server).recv(1 << 16)
                if not data:
                    return moment is not None
                if number == client.fileno():
                    onward = []
                    for message in asked.take(data):
                        if self.is_commit(message, commits):
                            moment = self.claim()
                            if moment == BEFORE:
                                server.sendall(b"".join(onward))
                                return True
                        onward.append(message)
                        # Sync sends all on that was asked before.
                        if moment == DURING and message[:1] == b"S":
                            server.sendall(b"".join(onward))
                            return True
                    server.sendall(b"".join(onward))
                elif moment is None:
                    client.sendall(data)
                    said.take(data)
                else:
                    for message in said.take(data):
                        is_done = message[:1] == b"C" and message[5:].startswith(b"COMMIT\0")
                        if moment == LATE and is_done:
                            return True
                        if moment == AFTER:
                            client.sendall(message)
                            # Ready for the next: the answer is whole.
                            if message[:1] == b"Z":
                                return True

    @staticmethod
    def is_commit(message, commits):
        """Whether a message asks to commit; `commits` are the prepared statements that do."""
        kind, body = message[:1], message[5:]
        if kind == b"P":
            name, text = body.split(b"\0")[:2]
            if text.strip(b"; \n").upper() == b"COMMIT":
                commits.add(name)
        if kind == b"Q":
            return body.rstrip(b"\0; \n").upper() == b"COMMIT"
        return kind == b"B" and body.split(b"\0")[1] in commits


def look_back(port, walks, everybody):
    """Sends what was left once more.

    - Returns: how many were there, and how many were not.
    """
    line, there, missing = callers.Line(port), 0, 0
    for number, refusal in sorted(everybody.left.items()):
        answer = line.ask(walks[number])
        if answer.status not in (200, 201):
            raise Wrong(f"a walk sent again was answered {answer}")
        is_there = answer.status == 200
        there, missing = there + is_there, missing + (not is_there)
        if is_there and refusal.code() != "unknown-outcome":
            raise Wrong(f"a walk was stored, and its caller was told {refusal}")
        everybody.acknowledged[number] = answer.status
    line.close()
    return there, missing


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--route", required=True)
    parser.add_argument("--times", type=int, default=1000, help="cuts at each of the three moments")
    parser.add_argument("--short", action="store_true", help="40 cuts at each moment")
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    if options.short:
        options.times = 40
    table, service.TEAMS = Table(), restarts.TEAMS
    folder = tempfile.mkdtemp(prefix="milequest-cuts-")
    is_right = False
    try:
        with cluster.running("cuts") as server:
            server.sql("CREATE DATABASE cuts")
            bench, before, walks = restarts.prepared(options, folder, "cuts", server.url("cuts"))
            cutter = Cutter(server.port)
            direct, bench.store = bench.store, (
                f"postgres:///cuts?host=127.0.0.1&port={cutter.port}&user=postgres&sslmode=disable"
                "&gssencmode=disable")
            made, refused, waits = dict.fromkeys(MOMENTS, 0), dict.fromkeys(MOMENTS, 0), []
            with bench.serving("--log-requests", "false"):
                begun = time.monotonic()
                everybody = callers.Callers(
                    bench.port, walks, CALLERS, pause=0.01, leaves=lambda number: number % 5 == 0)
                for number in range(options.times):
                    for moment in (BEFORE, LATE if number % 2 else DURING, AFTER):
                        known = sum(everybody.refusals.values())
                        cutter.cut(moment)
                        waits.append(everybody.first_success(time.monotonic()))
                        made[moment] += 1
                        refused[moment] += sum(everybody.refusals.values()) - known
                everybody.end()
                took = time.monotonic() - begun
                there, missing = look_back(bench.port, walks, everybody)
            bench.store = direct
            said = restarts.held(bench, walks, everybody.acknowledged, before)
            table.note(", ".join(f"{count} {moment}" for moment, count in made.items()), said,
                       f"refused with {everybody.refusals or 'nothing'}",
                       f"{cutter.commits} commits in {took:.0f} s")
            table.note("walks refused until the next success", ", ".join(
                f"{count} {moment}" for moment, count in refused.items()))
            table.note("refused and left: sent again at the end", f"{there} were there, {missing} were not",
                       "cut until the next success", restarts.many(waits))
            if everybody.refusals.keys() - {"unknown-outcome", "unavailable"}:
                raise Wrong(f"refused otherwise than with 503: {everybody.refusals}")
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
