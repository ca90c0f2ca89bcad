"""A PostgreSQL server with PostGIS of one's own, in a folder that nobody else uses."""

import contextlib
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

# How long anything may take that has not come to an end by itself.
PATIENCE_SECONDS = 120

# What all measurements run with.
STANDARD_SETTINGS = "-c max_connections=200 -c shared_buffers=256MB -c max_wal_size=4GB"


class Wrong(Exception):
    """What a comparison found, or what it lacks."""


def binaries():
    """The folder of the newest PostgreSQL that has PostGIS."""
    for path in sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True):
        version = path.split("/")[4]
        if os.path.exists(f"/usr/share/postgresql/{version}/extension/postgis.control"):
            return path
    raise Wrong("PostgreSQL with PostGIS is not installed; apt-get install postgresql-15-postgis-3")


class Cluster:
    """A running server: on a socket in its folder and a free port of this machine alone, run, as are
    its tools, by a user that is not root."""

    def __init__(self, home, settings=STANDARD_SETTINGS):
        self.home, self.settings = home, settings.split()
        self.binaries = binaries()
        self.data = os.path.join(home, "data")
        self.user = {}
        if os.geteuid() == 0:
            entry = pwd.getpwnam("postgres")
            os.chown(home, entry.pw_uid, entry.pw_gid)
            self.user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.server = None
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "-E", "UTF8",
                 "--locale", "C.UTF-8", "--no-sync")
        self.start()

    def run(self, tool, *arguments, **options):
        """What a tool says; `CalledProcessError` where it fails."""
        return subprocess.run([os.path.join(self.binaries, tool), *arguments], check=True,
                              capture_output=True, text=True, cwd=self.home, **self.user,
                              **options).stdout

    def start(self):
        """Starts the server and waits until it takes connections."""
        with open(os.path.join(self.home, "log"), "ab") as log:
            self.server = subprocess.Popen(
                [os.path.join(self.binaries, "postgres"), "-D", self.data, "-k", self.home, "-p",
                 str(self.port), "-c", "listen_addresses=127.0.0.1", *self.settings],
                cwd=self.home, stdout=log, stderr=log, start_new_session=True, **self.user)
        end = time.monotonic() + PATIENCE_SECONDS
        ready = [os.path.join(self.binaries, "pg_isready"), "-q", *self.address()]
        while subprocess.run(ready, check=False).returncode != 0:
            if self.server.poll() is not None or time.monotonic() > end:
                self.stop(signal.SIGQUIT)
                raise Wrong(f"the server did not start; see {self.home}/log")
            time.sleep(0.02)

    def stop(self, how=signal.SIGINT):
        """Ends the server: SIGINT breaks transactions off and writes a checkpoint, SIGQUIT ends it at
        once, as a crash would. They are what pg_ctl sends, without the time that starting it takes."""
        if self.server is not None and self.server.poll() is None:
            self.server.send_signal(how)
            self.server.wait(PATIENCE_SECONDS)

    def address(self):
        """Where it is, for its tools."""
        return ["-h", self.home, "-p", str(self.port), "-U", "postgres"]

    def sql(self, text, base="postgres"):
        """What a script answers, a row a line."""
        return self.run("psql", "-X", "-q", "-A", "-t", *self.address(), "-d", base, "-v",
                        "ON_ERROR_STOP=1", input=text)

    def url(self, base="postgres"):
        return f"postgres:///{base}?host={self.home}&port={self.port}&user=postgres"


@contextlib.contextmanager
def running(name, settings=""):
    """A server in a temporary folder; both are gone afterwards."""
    home = tempfile.mkdtemp(prefix=f"milequest-{name}-")
    cluster = None
    try:
        cluster = Cluster(home, f"{STANDARD_SETTINGS} {settings}")
        yield cluster
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(home, ignore_errors=True)
