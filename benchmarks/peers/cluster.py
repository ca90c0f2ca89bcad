"""A PostgreSQL cluster of one's own, gone afterwards."""

import contextlib
import glob
import os
import shutil
import subprocess
import sys
import tempfile


class Cluster:
    """A running server: its tools, run as the user that it runs as, and the folder of its socket."""

    def __init__(self, home, tools, user):
        self.home, self.tools, self.user = home, tools, user

    def run(self, tool, *arguments):
        return subprocess.run([*self.user, os.path.join(self.tools, tool), *arguments], check=True,
                              capture_output=True, text=True, cwd=self.home).stdout

    def sql(self, text, base):
        return self.run("psql", "-X", "-q", "-A", "-t", "-h", self.home, "-U", "postgres", "-d", base,
                        "-v", "ON_ERROR_STOP=1", "-c", text)

    def url(self, base):
        return f"postgres:///{base}?host={self.home}&user=postgres"


@contextlib.contextmanager
def running(name, settings=""):
    """Starts a cluster on a socket alone."""
    binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not binaries or not glob.glob("/usr/share/postgresql/*/extension/postgis.control"):
        sys.exit("PostGIS is not installed")
    # The server refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    home = tempfile.mkdtemp(prefix=f"milequest-{name}-")
    if user:
        shutil.chown(home, "postgres")
    cluster = Cluster(home, binaries[-1], user)
    data = os.path.join(home, "data")
    try:
        cluster.run("initdb", "-D", data, "-A", "trust", "-U", "postgres")
        cluster.run("pg_ctl", "-D", data, "-w", "-l", os.path.join(home, "log"), "-o",
                    f"-k {home} -c listen_addresses='' -c max_connections=200 "
                    f"-c shared_buffers=256MB -c max_wal_size=4GB {settings}", "start")
        try:
            yield cluster
        finally:
            cluster.run("pg_ctl", "-D", data, "-m", "fast", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)
