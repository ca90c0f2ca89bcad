"""Reads the public features as geographic information systems do, and holds the service to the standard.

GDAL's OAPIF driver and OWSLib read every collection of a running service, with the sample quests in a
ledger of its own; what they read is what the REST API says. Schemathesis then sends requests made from
/ogc/api. It fails where a reader sees something else, or where an answer is not what OGC API Features,
Part 1, asks for.
"""

import argparse
import glob
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from owslib.ogcapi.features import Features

from cluster import PATIENCE_SECONDS, Cluster, Wrong

HERE = os.path.dirname(os.path.abspath(__file__))
PARSER = argparse.ArgumentParser(description=__doc__.splitlines()[0])
PARSER.add_argument("--program", required=True, help="the program milequest")
PARSER.add_argument("--store", choices=["sqlite", "postgres", "both"], default="both")
PARSER.add_argument("--examples", type=int, default=50, help="requests at most, each operation")
PARSER.add_argument("--seed", type=int, help="repeats the requests of a run")
OPTIONS = PARSER.parse_args()
SEED = secrets.randbelow(2**32) if OPTIONS.seed is None else OPTIONS.seed
KINDS = ["routes", "waypoints", "markers"]
CRS = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CLASSES = ["core", "oas30", "html", "geojson"]
PAST = "2026-02-01T00:00:00Z"
# Over 180 degrees: the Bering Strait.
STRAIT = [160, 60, -160, 70]


def right(is_right, what):
    if not is_right:
        raise Wrong(what)


class Service:
    """The program, serving the sample quests."""

    def __init__(self, store, folder):
        routes = os.path.join(HERE, "..", "..", "routes")
        self.run("migrate", "--store", store)
        self.run("import", "route", *sorted(glob.glob(os.path.join(routes, "*.geojson"))),
                 "--store", store)
        self.run("import", "activities", os.path.join(routes, "sample-walks.csv"), "--create",
                 "--public", "--route", "Appalachian Trail", "--store", store)
        secret = os.path.join(folder, "secret")
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        self.log = os.path.join(folder, "service.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [OPTIONS.program, "serve", "--store", store, "--port", "0", "--secret-file", secret,
                 "--mail-folder", os.path.join(folder, "mail"), "--check-answers", "true",
                 "--log-requests", "false", "--rate", "100000", "--burst", "1000000"],
                stdout=log, stderr=log)
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = re.search(r"at (http://127\.0\.0\.1:\d+);", self.said())
            if found:
                break
            right(self.process.poll() is None and time.monotonic() < end,
                  f"the service did not start: {self.said()}")
            time.sleep(0.05)
        self.address = found[1]

    @staticmethod
    def run(*arguments):
        subprocess.run([OPTIONS.program, *arguments], check=True, stdout=subprocess.DEVNULL)

    def said(self):
        with open(self.log, encoding="utf-8") as file:
            return file.read()

    def ask(self, path, accept="application/geo+json, application/json", status=200):
        """An answer's type and text."""
        address = path if path.startswith("http") else self.address + path
        request = urllib.request.Request(address, headers={"Accept": accept})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                found, text = answer, answer.read()
        except urllib.error.HTTPError as error:
            found, text = error, error.read()
        right(found.status == status, f"{path}: {found.status} {text[:500]}")
        return found.headers["Content-Type"], text.decode()

    def get(self, path, **options):
        kind, text = self.ask(path, **options)
        right("json" in kind, f"{path} is {kind}")
        return json.loads(text)

    def listed(self, path):
        """All items of a list of the REST API."""
        items = []
        while path:
            page = self.get(path)
            items += page["items"]
            path = page["next"]
        return items

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)


def links(value, relation, kind=None):
    return [link["href"] for link in value["links"]
            if link["rel"] == relation and (kind is None or link["type"] == kind)]


def pages(service, path):
    """The pages of a collection, by their links."""
    found = []
    while path:
        page = service.get(path)
        right(page["type"] == "FeatureCollection", f"{path} is no collection")
        right(page["numberReturned"] == len(page["features"]), f"{path} miscounts")
        right(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", page["timeStamp"]),
              f"{path} has no time")
        for relation in ["self", "alternate", "collection"]:
            right(links(page, relation), f"{path} has no link {relation}")
        found.append(page)
        path = (links(page, "next") or [None])[0]
    return found


def features(service, path):
    found = [feature for page in pages(service, path) for feature in page["features"]]
    ids = [feature["id"] for feature in found]
    right(len(set(ids)) == len(ids), f"{path} has a feature twice")
    return found


def check_standard(service):
    """The requirements of the standard that a reader does not notice."""
    landing = service.get("/ogc")
    for relation in ["self", "alternate", "service-desc", "service-doc", "conformance", "data"]:
        for address in links(landing, relation):
            service.ask(address, accept="*/*")
    right(set(service.get("/ogc/conformance")["conformsTo"]) >= {
        f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in CLASSES},
        "a conformance class is missing")
    kind, text = service.ask(links(landing, "service-desc")[0], accept="*/*")
    right(kind == "application/vnd.oai.openapi+json;version=3.0", f"the description is {kind}")
    right(json.loads(text)["openapi"].startswith("3.0"), "the description is not OpenAPI 3.0")
    data = service.get("/ogc/collections")
    right([each["id"] for each in data["collections"]] == KINDS, "the collections are others")
    for each in data["collections"]:
        name = each["id"]
        right(service.get(f"/ogc/collections/{name}") == each, f"{name} is described twice")
        right(each["extent"]["spatial"]["crs"] == CRS and CRS in each["crs"], f"{name}: the CRS")
        right(links(each, "items", "application/geo+json"), f"{name} has no items")
        items = f"/ogc/collections/{name}/items"
        whole = features(service, f"{items}?limit=10000")
        right(features(service, f"{items}?limit=3") == whole, f"{name}: pages differ")
        right(len(pages(service, items)[0]["features"]) == min(10, len(whole)), f"{name}: not ten")
        for feature in whole:
            one = service.get(f"{items}/{urllib.parse.quote(feature['id'])}")
            right({**one, "links": None} == {**feature, "links": None},
                  f"{name}: {feature['id']} differs alone")
            for relation in ["self", "alternate", "collection"]:
                right(links(one, relation), f"{name}: {feature['id']} has no link {relation}")
        for query in ["unknown=1", "bbox=1,2,3", "bbox=1,2,3,x", "datetime=never", "limit=0",
                      "limit=x", "f=xml"]:
            problem = service.get(f"{items}?{query}", status=400)
            right(problem["errors"][0]["parameter"] == query.split("=")[0], f"{items}?{query}")
        service.get(f"{items}/no-such-id", status=404)
        for path in [f"/ogc/collections/{name}", items]:
            kind, text = service.ask(path, accept="text/html")
            right(kind.startswith("text/html") and "<table" in text or path != items,
                  f"{path} is no page")


def check_figures(service):
    """Features are what the REST API says."""
    routes = {route["id"]: route for route in service.listed("/v1/routes?limit=500")}
    found = {each["id"]: each for each in features(service, "/ogc/collections/routes/items")}
    right(routes.keys() == found.keys(), "the routes are others")
    for key, route in routes.items():
        mine = found[key]["properties"]
        right(mine["lengthMeters"] == route["lengthMeters"] and mine["name"] == route["name"],
              f"the route {key} differs")
        right(found[key]["geometry"]["type"] == "MultiLineString", f"{key} is no MultiLineString")
        for line in found[key]["geometry"]["coordinates"]:
            right(all(abs(a[0] - b[0]) <= 180 for a, b in zip(line, line[1:])),
                  f"{key} crosses 180 degrees")
    count = sum(route["waypoints"] for route in routes.values())
    right(len(features(service, "/ogc/collections/waypoints/items?limit=500")) == count,
          "the waypoints are others")
    strait = ",".join(map(str, STRAIT))
    names = {each["properties"]["name"]
             for each in features(service, f"/ogc/collections/routes/items?bbox={strait}")}
    right(any("Bering" in name for name in names) and "Appalachian Trail" not in names,
          f"in the strait are {names}")
    end = time.monotonic() + PATIENCE_SECONDS
    while len(features(service, "/ogc/collections/markers/items")) < 6:
        right(time.monotonic() < end, "the markers do not come")
        time.sleep(0.1)
    moved = 0
    for query, moment in [("", ""), (f"&datetime={PAST}", f"&at={PAST}")]:
        for marker in features(service, f"/ogc/collections/markers/items?limit=4{query}"):
            progress = service.get(
                f"/v1/quests/{marker['id']}/progress?fields=position.coordinate{moment}")
            place = progress["position"]["coordinate"]
            right(max(abs(a - b) for a, b in zip(place, marker["geometry"]["coordinates"])) < 1e-9,
                  f"the marker {marker['id']} stands elsewhere {query}")
            moved += bool(query)
    right(moved, "no marker was there then")


def tool(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, env={
        **os.environ, "CPL_DEBUG": "OFF", "GDAL_HTTP_TIMEOUT": "60"})
    right(done.returncode == 0 and "ERROR" not in done.stderr,
          f"{' '.join(arguments)}: {done.stdout[-1000:]} {done.stderr[-1000:]}")
    return done.stdout


def check_gdal(service, folder):
    """What GDAL's driver reads, as QGIS, R sf and GeoPandas do by it."""
    source = f"OAPIF:{service.address}/ogc"
    said = tool("ogrinfo", source)
    right(all(re.search(rf"\b{name}\b", said) for name in KINDS), f"ogrinfo says {said}")
    for name in KINDS:
        expected = features(service, f"/ogc/collections/{name}/items?limit=500")
        file = os.path.join(folder, f"{name}.geojson")
        tool("ogr2ogr", "-f", "GeoJSON", file, source, name, "-oo", "PAGE_SIZE=2")
        with open(file, encoding="utf-8") as text:
            read = json.load(text)["features"]
        # The driver makes a field of an id that is a text.
        right(sorted(each["properties"]["id"] for each in read)
              == sorted(each["id"] for each in expected), f"GDAL reads other {name}")
        types = {each["geometry"]["type"] for each in read}
        right(types == {"MultiLineString" if name == "routes" else "Point"}, f"{name}: {types}")
        said = tool("ogrinfo", "-so", source, name)
        right(f"Feature Count: {len(expected)}" in said, f"GDAL counts other {name}: {said}")
    near = "-84.3,34.5,-84.1,34.7"
    file = os.path.join(folder, "near.geojson")
    tool("ogr2ogr", "-f", "GeoJSON", "-spat", *near.split(","), file, source, "routes")
    with open(file, encoding="utf-8") as text:
        names = [each["properties"]["name"] for each in json.load(text)["features"]]
    right(names == ["Appalachian Trail"], f"near its start are {names}")


def check_owslib(service):
    api = Features(f"{service.address}/ogc")
    right(sorted(api.feature_collections()) == sorted(KINDS), "OWSLib finds other collections")
    right(api.conformance()["conformsTo"] and api.api()["openapi"].startswith("3.0"),
          "OWSLib reads another description")
    for name in KINDS:
        expected = features(service, f"/ogc/collections/{name}/items?limit=500")
        right(api.collection(name)["id"] == name, f"OWSLib reads another {name}")
        first = api.collection_items(name, limit=2)
        right(len(first["features"]) == min(2, len(expected)), f"OWSLib reads no page of {name}")
        one = api.collection_item(name, expected[-1]["id"])
        right(one["properties"] == expected[-1]["properties"], f"OWSLib reads another of {name}")
    strait = api.collection_items("routes", bbox=STRAIT, limit=500)["features"]
    right(any("Bering" in each["properties"]["name"] for each in strait), "OWSLib: the strait")
    then = api.collection_items("markers", datetime_=PAST, limit=500)["features"]
    right(then and all(each["properties"]["asOf"] == PAST for each in then), "OWSLib: the time")


def check_requests(service, folder):
    """Requests made from the description, right and wrong ones."""
    fixtures = os.path.join(folder, "features.json")
    with open(fixtures, "w", encoding="ascii") as file:
        json.dump({name: features(service, f"/ogc/collections/{name}/items")[0]["id"]
                   for name in KINDS}, file)
    done = subprocess.run([
        os.path.join(os.path.dirname(sys.executable), "schemathesis"), "--config-file",
        os.path.join(HERE, "ogc_cases.toml"), "run", service.address + "/ogc/api?f=json",
        "--max-examples", str(OPTIONS.examples), "--seed", str(SEED), "--generation-database",
        "none", "--continue-on-failure", "--no-color"], check=False, cwd=folder, env={
            **os.environ, "PYTHONPATH": HERE, "SCHEMATHESIS_HOOKS": "ogc_hooks",
            "MILEQUEST_FEATURES": fixtures})
    right(done.returncode == 0, "schemathesis found faults")


def trial(name, store, folder):
    service = Service(store, folder)
    try:
        check_figures(service)
        check_standard(service)
        check_gdal(service, folder)
        check_owslib(service)
        check_requests(service, folder)
        faults = [line for line in service.said().splitlines() if '"level":"error"' in line]
        right(not faults, "the service has failed:\n" + "\n".join(faults[:20]))
        right(service.end() == 0, f"the service ended with {service.process.returncode}")
        print(f"{name}: GDAL, OWSLib and Schemathesis read what is there", flush=True)
    finally:
        if service.process.poll() is None:
            service.process.kill()


def main():
    print(f"seed {SEED}", flush=True)
    folder = tempfile.mkdtemp(prefix="mq-ogc-")
    os.chmod(folder, 0o755)
    cluster = None
    is_right = False
    try:
        for name in ["sqlite", "postgres"]:
            if OPTIONS.store not in (name, "both"):
                continue
            home = os.path.join(folder, name)
            os.mkdir(home)
            if name == "sqlite":
                trial(name, f"sqlite:{home}/ledger.sqlite", home)
            else:
                server = os.path.join(folder, "server")
                os.mkdir(server)
                cluster = Cluster(server)
                trial(name, cluster.url(), home)
        is_right = True
    except Wrong as wrong:
        print(f"WRONG  {wrong}", flush=True)
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
