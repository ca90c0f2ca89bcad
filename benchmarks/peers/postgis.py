"""PostGIS on the same line, in a cluster of its own that is gone afterwards."""

import glob
import os
import shutil
import socket
import subprocess
import tempfile

import numpy as np


def positions_per_second(longitudes, latitudes, folder):
    """ST_LineInterpolatePoint calls a second, or None where there is no PostGIS."""
    binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not binaries or not glob.glob("/usr/share/postgresql/*/extension/postgis.control"):
        print("    PostGIS is not installed: left out")
        return None
    # The server refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    home = tempfile.mkdtemp(prefix="milequest-postgis-")
    if user:
        shutil.chown(home, "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    run = lambda *command, **options: subprocess.run(
        [*user, *command], check=True, capture_output=True, text=True, cwd=home, **options)
    tool = lambda name: os.path.join(binaries[-1], name)
    data = os.path.join(home, "data")
    try:
        run(tool("initdb"), "-D", data, "-A", "trust", "-U", "postgres")
        run(tool("pg_ctl"), "-D", data, "-w", "-l", os.path.join(home, "log"), "-o",
            f"-p {port} -k {home} -c listen_addresses='' -c fsync=off -c jit=off", "start")
        try:
            query = lambda sql: run(
                tool("psql"), "-X", "-q", "-t", "-h", home, "-p", str(port), "-U", "postgres",
                "-v", "ON_ERROR_STOP=1", input=sql).stdout
            text = ",".join(f"{x} {y}" for x, y in zip(longitudes.tolist(), latitudes.tolist()))
            query("CREATE EXTENSION postgis; CREATE TABLE line (geom geometry);"
                  f"INSERT INTO line VALUES (ST_GeomFromText('LINESTRING({text})', 4326));")
            count = 2000
            sql = ("EXPLAIN (ANALYZE, TIMING OFF, SUMMARY ON) SELECT "
                   "max(ST_X(ST_LineInterpolatePoint(geom, (i * 0.6180339887) % 1))) "
                   f"FROM line, generate_series(1, {count}) i;")
            times = []
            for _ in range(3):
                plan = query(sql)
                times.append(float(plan.split("Execution Time:")[1].split()[0]) / 1e3)
            return count / float(np.median(times))
        finally:
            run(tool("pg_ctl"), "-D", data, "-m", "fast", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)
