"""A PostgreSQL server with PostGIS for a while, in a folder of its own."""

import glob
import os
import pwd
import signal
import socket
import subprocess
import time

# How long anything may take that has not come to an end by itself.
PATIENCE_SECONDS = 120


class Wrong(Exception):
    """What a comparison found."""


class Cluster:
    """A PostgreSQL server in a folder, run by a user that is not root, on a free port."""

    def __init__(self, folder):
        found = [path for path in sorted(glob.glob("/usr/lib/postgresql/*/bin"))
                 if os.path.exists(f"/usr/share/postgresql/{path.split('/')[4]}"
                                   "/extension/postgis.control")]
        if not found:
            raise Wrong("PostgreSQL with PostGIS is not installed; "
                        "apt-get install postgresql-15-postgis-3")
        self.bin = found[-1]
        self.data = os.path.join(folder, "data")
        self.folder = folder
        self.user = {}
        if os.getuid() == 0:
            entry = pwd.getpwnam("postgres")
            os.chown(folder, entry.pw_uid, entry.pw_gid)
            self.user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.server = None
        self.run("initdb", "-D", self.data, "-U", "owner", "-A", "trust", "-E", "UTF8",
                 "--locale", "C.UTF-8", "--no-sync")
        self.start()
        self.run("psql", "-h", folder, "-p", str(self.port), "-U", "owner", "-d", "postgres", "-qc",
                 "CREATE EXTENSION postgis")
        self.url = f"postgres://owner@127.0.0.1:{self.port}/postgres"

    def run(self, program, *arguments):
        subprocess.run([os.path.join(self.bin, program), *arguments], check=True, cwd="/",
                       stdout=subprocess.DEVNULL, timeout=PATIENCE_SECONDS, **self.user)

    def start(self):
        """Starts the server and waits until it takes connections."""
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.server = subprocess.Popen(
                [os.path.join(self.bin, "postgres"), "-D", self.data, "-k", self.folder, "-p",
                 str(self.port), "-c", "listen_addresses=127.0.0.1", "-c",
                 "log_min_messages=fatal"],
                cwd="/", stdout=log, stderr=log, start_new_session=True, **self.user)
        end = time.monotonic() + PATIENCE_SECONDS
        ready = [os.path.join(self.bin, "pg_isready"), "-q", "-h", "127.0.0.1", "-p",
                 str(self.port)]
        while subprocess.run(ready, check=False).returncode != 0:
            if self.server.poll() is not None or time.monotonic() > end:
                raise Wrong(f"the server did not start; see {self.folder}/log")
            time.sleep(0.02)

    def stop_immediately(self):
        # What pg_ctl does for an immediate stop, without the time that starting it takes.
        self.server.send_signal(signal.SIGQUIT)
        self.server.wait(PATIENCE_SECONDS)

    def close(self):
        if self.server is not None and self.server.poll() is None:
            self.server.send_signal(signal.SIGQUIT)
            self.server.wait(PATIENCE_SECONDS)
