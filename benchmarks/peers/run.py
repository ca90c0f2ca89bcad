"""Measures Mile Quest and its peers in one run and writes the table.

Every answer is compared before a time is printed: a fast wrong answer is an error.
"""

import argparse
import csv
import datetime
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time

import numpy as np
import orjson

import durable
import inputs
import live
import postgis
import service
from table import Table

HERE = os.path.dirname(os.path.abspath(__file__))


def say(text):
    print(f"==> {text}", flush=True)


def check(what, is_right, detail=""):
    if not is_right:
        sys.exit(f"WRONG: {what} {detail}")


def median_seconds(body, runs=5):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def process(command, runs=5):
    """Median wall seconds and largest resident set in MiB of a whole process."""
    times, sizes = [], []
    for _ in range(runs):
        out = subprocess.run([sys.executable, os.path.join(HERE, "measure.py"), *command],
                             check=True, capture_output=True, text=True)
        seconds, size, code = out.stdout.split()[-3:]
        check("exit of " + command[0], code == "0", out.stderr)
        times.append(float(seconds))
        sizes.append(int(size) / 1024)
    return statistics.median(times), max(sizes)


def figures(kernels, work, folder):
    out = subprocess.run([kernels, work, folder], check=True, capture_output=True, text=True).stdout
    return {name: float(value) for name, value in (line.split() for line in out.splitlines())}


def meters(longitudes, latitudes, others_east, others_north):
    """Distances between two columns of places, on a sphere: right to a percent, enough to compare."""
    degree = 6_371_008.8 * np.pi / 180
    east = (longitudes - others_east + 180) % 360 - 180
    return np.hypot(east * np.cos(np.radians(latitudes)), latitudes - others_north) * degree


def positions(table, kernels, folder, longitudes, latitudes):
    say("positions on a line of 100,000 vertices")
    ours = figures(kernels, "positions", folder)
    read = lambda name, kind: np.fromfile(os.path.join(folder, name), dtype=kind)
    distances = read("distances.i64", np.int64) / 1e6
    measure = inputs.measures(longitudes, latitudes)

    def interpolate(d):
        i = np.clip(np.searchsorted(measure, d, side="right") - 1, 0, len(measure) - 2)
        t = (d - measure[i]) / (measure[i + 1] - measure[i])
        return (longitudes[i] + t * (longitudes[i + 1] - longitudes[i]),
                latitudes[i] + t * (latitudes[i + 1] - latitudes[i]))

    east, north = interpolate(distances)
    # On legs of 60 m the straight line in degrees is a few tenths of a millimetre off the geodesic.
    off = meters(read("longitudes.f64", np.float64), read("latitudes.f64", np.float64), east, north)
    check("positions against NumPy", off.max() < 2e-3, f"{off.max()} m")
    some = distances[:2_000_000]
    numpy_rate = len(some) / median_seconds(lambda: interpolate(some)) / 1e6
    our_rate = 1e3 / ours["random"]
    table.add("positions, random distances, one core", f"{our_rate:.1f} M/s",
              "NumPy searchsorted + linear, planar", f"{numpy_rate:.2f} M/s", our_rate / numpy_rate, 15)
    table.add("positions, sorted distances", f"{1e3 / ours['sorted']:.0f} M/s",
              "a loop that only copies", f"{1e3 / ours['copy']:.0f} M/s",
              ours["copy"] / ours["sorted"], 0.7)
    table.add("preparing a route, a vertex", f"{ours['prepare']:.0f} ns", "bare geod_inverse",
              f"{ours['inverse']:.0f} ns", ours["prepare"] / ours["inverse"], 2, higher=False)

    from shapely import LineString
    line = LineString(np.column_stack([longitudes, latitudes]))
    few = distances[:200] / measure[-1] * line.length
    rate = len(few) / median_seconds(lambda: [line.interpolate(d) for d in few], 3)
    table.note("positions, random distances, one core", f"{our_rate:.1f} M/s",
               "Shapely interpolate, planar degrees", f"{rate:.0f}/s", our_rate * 1e6 / rate)
    rate = postgis.positions_per_second(longitudes, latitudes)
    if rate:
        table.note("positions, random distances, one core", f"{our_rate:.1f} M/s",
                   "PostGIS ST_LineInterpolatePoint, planar degrees", f"{rate:.0f}/s",
                   our_rate * 1e6 / rate)


def reading(table, kernels, program, folder):
    say("reading files")
    ours = figures(kernels, "reading", folder)
    gpx, geojson = (os.path.join(folder, name) for name in ("trail.gpx", "trail.geojson"))
    check("vertices", ours["trail.gpx.vertices"] == ours["trail.geojson.vertices"]
          == ours["expat.vertices"] == inputs.VERTICES)
    size = os.path.getsize(gpx) / 1e6
    table.add(f"reading GPX, {size:.1f} MB", f"{ours['trail.gpx.ms']:.1f} ms",
              "bare expat, numbers and places", f"{ours['expat.ms']:.1f} ms",
              ours["trail.gpx.ms"] / ours["expat.ms"], 2, higher=False)
    if shutil.which("ogrinfo"):
        mine, _ = process([program, "inspect", gpx])
        theirs, _ = process(["ogrinfo", "-ro", "-so", "-al", gpx], 3)
        table.add("inspecting that GPX, whole process", f"{mine * 1e3:.0f} ms", "ogrinfo -ro -so -al",
                  f"{theirs * 1e3:.0f} ms", theirs / mine, 3)
    import gpxpy
    text = open(gpx).read()
    seconds = median_seconds(lambda: gpxpy.parse(text), 1)
    table.note(f"reading GPX, {size:.1f} MB", f"{ours['trail.gpx.ms']:.1f} ms", "gpxpy",
               f"{seconds * 1e3:.0f} ms", seconds * 1e3 / ours["trail.gpx.ms"])
    data = open(geojson, "rb").read()

    def load():
        line = orjson.loads(data)["features"][0]["geometry"]["coordinates"]
        return np.array(line, dtype=np.float64)

    check("vertices of orjson", len(load()) == inputs.VERTICES)
    seconds = median_seconds(load)
    table.add(f"reading GeoJSON, {len(data) / 1e6:.1f} MB", f"{ours['trail.geojson.ms']:.1f} ms",
              "orjson + NumPy", f"{seconds * 1e3:.1f} ms", seconds * 1e3 / ours["trail.geojson.ms"], 3)


def batch(table, program, folder, longitudes, latitudes):
    say("10,000,000 walks to a position for each of 100,000 teams")
    import polars as pl
    path = lambda name: os.path.join(folder, name)
    pl.DataFrame({"measure": inputs.measures(longitudes, latitudes), "longitude": longitudes,
                  "latitude": latitudes}).write_parquet(path("vertices.parquet"))
    jobs = {
        "ours": [program, "progress", "--route", path("route.geojson"), "--activities",
                 path("walks.csv"), "-o", path("ours.csv")],
        "DuckDB": [sys.executable, os.path.join(HERE, "batch_duckdb.py"), path("walks.csv"),
                   path("vertices.parquet"), path("duckdb.csv")],
        "Polars": [sys.executable, os.path.join(HERE, "batch_polars.py"), path("walks.csv"),
                   path("vertices.parquet"), path("polars.csv")],
    }
    results = {name: process(command) for name, command in jobs.items()}

    exact = np.fromfile(path("totals.i64"), dtype=np.int64)
    rows = {}
    for name in ("ours", "duckdb", "polars"):
        with open(path(name + ".csv")) as lines:
            rows[name] = list(csv.DictReader(lines))
        check("teams of " + name, len(rows[name]) == inputs.TEAMS)
    for row in rows["ours"]:
        whole, _, part = row["distance_meters"].partition(".")
        check("exact total", int(whole) * 10**6 + int(part.ljust(6, "0"))
              == exact[int(row["team_id"])], str(row))
    column = lambda name, key: np.array([float(row[key]) for row in rows[name]])
    for name in ("duckdb", "polars"):
        off = meters(column("ours", "longitude"), column("ours", "latitude"),
                     column(name, "longitude"), column(name, "latitude"))
        check("positions against " + name, off.max() < 0.01, f"{off.max()} m")

    mine, memory = results["ours"]
    fastest = min(("DuckDB", "Polars"), key=lambda name: results[name][0])
    for name in ("DuckDB", "Polars"):
        seconds, size = results[name]
        add = table.add if name == fastest else lambda *row: table.note(*row[:5])
        add("batch, 10 M walks, 100,000 teams, whole process", f"{mine:.2f} s", f"{name}, planar",
            f"{seconds:.2f} s", seconds / mine, 2.5)
        add("its memory at the peak", f"{memory:.0f} MiB", name, f"{size:.0f} MiB", size / memory, 4)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--kernels", required=True)
    parser.add_argument("--ledger", required=True)
    parser.add_argument("--hello", required=True)
    parser.add_argument("--route", required=True)
    parser.add_argument("--work", required=True, help="folder for inputs and answers")
    parser.add_argument("--results", required=True, help="the Markdown file to write")
    service.add_lengths(parser)
    options = parser.parse_args()

    say("making inputs (the first time takes half a minute)")
    longitudes, latitudes, _ = inputs.write(options.work)
    table = Table()
    positions(table, options.kernels, options.work, longitudes, latitudes)
    reading(table, options.kernels, options.program, options.work)
    batch(table, options.program, options.work, longitudes, latitudes)
    say("durable walks in SQLite and PostgreSQL")
    durable.measure(table, options.ledger)
    say("the service over HTTP: a second; waiting as p50 / p95 / p99; processor time a request")
    service.measure(table, options)
    say("live streams: from the commit of a walk to its arrival, idle streams, readers that stop")
    live.measure(table, options.program, options.route)
    say("how a position grows with the route")
    growth = subprocess.run([options.kernels], check=True, capture_output=True, text=True).stdout

    print("\n" + table.text() + "\n\n" + growth)
    with open(options.results, "w") as out:
        out.write(report(table, growth))


def report(table, growth):
    import duckdb, gpxpy, polars, pyproj, shapely
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                if line.startswith("model name")), platform.processor())
    versions = ", ".join(f"{m.__name__} {m.__version__}" for m in
                         (np, shapely, pyproj, duckdb, polars, orjson) if hasattr(m, "__version__"))
    return f"""# Results

Written by `make bench` on {datetime.date.today()}: {cpu}, {os.cpu_count()} processors, \
{platform.system()} {platform.release()}, Python {platform.python_version()}, {versions}.
Seed {inputs.SEED}. Medians; all sides in one run, their answers compared before any time is told. A
ratio says how many times better Mile Quest is, or, where the target says "at most", what it costs more.

{table.text()}

How a position grows with the size of the route:

```
{growth.rstrip()}
```
"""


if __name__ == "__main__":
    main()
