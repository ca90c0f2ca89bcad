"""Backs a ledger up while walks are logged, restores it as docs/operating.md says, and audits it.

    backup.py --program .build/release/milequest [--store sqlite] [--seconds 10]

Every walk that was acknowledged before the backup began must be in it; walks go on being logged meanwhile.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../benchmarks/peers"))
import cluster  # noqa: E402
import running  # noqa: E402
import story  # noqa: E402
from running import right  # noqa: E402

CALLERS = 4


class Load:
    """Callers who log walks until they are ended; what was acknowledged, and when."""

    def __init__(self, service, mail):
        self.ended = threading.Event()
        self.logged, self.failures = [], []
        self.callers = [story.Caller(service.base) for _ in range(CALLERS)]
        for caller in self.callers:
            caller.sign_in(mail, "walker")
            caller.json("/v1/teams", {"name": f"Team {uuid.uuid4().hex[:8]}"}, status=201)
        self.threads = [threading.Thread(target=self.run, args=[caller]) for caller in self.callers]
        for thread in self.threads:
            thread.start()

    def run(self, caller):
        try:
            while not self.ended.is_set():
                walk = {"id": str(uuid.uuid4()), "startedAt": story.now(), "distanceMeters": 1234.5}
                caller.ask("/v1/activities", walk, status=201)
                self.logged.append((time.monotonic(), caller, walk))
        except (running.Wrong, OSError) as error:
            self.failures.append(error)

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join()
        right(not self.failures, f"walks failed while the backup ran: {self.failures}")


class File:
    """A ledger in a file of SQLite."""

    def __init__(self, program, folder):
        self.place = running.Here(program, os.path.join(folder, "before"))
        self.restored = running.Here(program, os.path.join(folder, "after"))
        self.copy = os.path.join(folder, "copy.sqlite")

    def prepare(self):
        for place in [self.place, self.restored]:
            os.mkdir(place.state, 0o700)

    def back_up(self):
        self.place.run("backup", "-o", self.copy)

    def restore(self):
        """The copy comes back as the ledger, and the secret beside it."""
        shutil.copy(f"{self.place.state}/milequest.sqlite.secret", f"{self.copy}.secret")
        said = self.restored.run("restore", self.copy)
        right("clean" in said and "secret: restored" in said, f"restore: {said}")

    def settings(self, _place):
        return []


class Server(File):
    """A ledger in a database of PostgreSQL."""

    def __init__(self, program, folder, server):
        super().__init__(program, folder)
        self.server, self.copy = server, os.path.join(server.home, "copy.dump")
        for place, base in [(self.place, "quests"), (self.restored, "restored")]:
            place.environment["MILEQUEST_STORE"] = server.url(base)

    def prepare(self):
        super().prepare()
        self.server.run("createdb", *self.server.address(), "quests")
        self.place.run("migrate")
        with open(os.open(f"{self.place.state}/secret", os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
            file.write(os.urandom(32).hex())

    def restore(self):
        self.server.run("createdb", *self.server.address(), "restored")
        said = self.restored.run("restore", self.copy)
        right("clean" in said, f"restore: {said}")
        shutil.copy(f"{self.place.state}/secret", self.restored.state)

    def settings(self, place):
        return ["--secret-file", f"{place.state}/secret", "--mail-folder", f"{place.state}/milequest.sqlite.mail"]


def check(name, ledger, seconds):
    ledger.prepare()
    story.commands(ledger.place)
    fast = ["--rate", "10000", "--burst", "10000", "--log-requests", "false"]
    with ledger.place.serve("--port", "0", *fast, *ledger.settings(ledger.place)) as service:
        load = Load(service, f"{ledger.place.state}/milequest.sqlite.mail")
        try:
            time.sleep(seconds / 2)
            began = time.monotonic()
            ledger.back_up()
            took = time.monotonic() - began
            time.sleep(seconds / 2)
        finally:
            load.end()
    ledger.restore()
    audited = ledger.restored.run("audit")
    right("clean" in audited, f"the restored ledger is not clean: {audited}")
    before = [(caller, walk) for moment, caller, walk in load.logged if moment < began]
    right(len(before) > 100 and len(load.logged) > len(before), f"the load was too small: {len(load.logged)} walks")
    with ledger.restored.serve("--port", "0", *fast, *ledger.settings(ledger.restored)) as service:
        for caller, walk in before:
            # 200: it was there. A walk that is new would be 201.
            caller.base = service.base
            caller.ask("/v1/activities", walk, status=200)
    right("clean" in ledger.restored.run("audit"), "the restored ledger is not clean after use")
    print(f"==> {name}: a backup in {took:.1f} s while walks were logged; restored and clean, with all {len(before)} "
          f"walks that were acknowledged before it (of {len(load.logged)} in all); tokens still count")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--store", choices=["sqlite", "postgres"])
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="milequest-backup-"))
        try:
            if options.store != "postgres":
                check("SQLite", File(options.program, f"{folder}"), options.seconds)
            if options.store != "sqlite":
                server = stack.enter_context(cluster.running("backup"))
                inner = os.path.join(folder, "server")
                os.mkdir(inner)
                check("PostgreSQL", Server(options.program, inner, server), options.seconds)
        except (running.Wrong, cluster.Wrong) as wrong:
            sys.exit(f"WRONG: {wrong}")
        except subprocess.CalledProcessError as failure:
            sys.exit(f"WRONG: {failure.cmd}: {failure.stderr}")


if __name__ == "__main__":
    main()
