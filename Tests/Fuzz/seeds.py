"""What a fuzzer's search begins with: a few small inputs of each kind."""

import gzip
import io
import pathlib
import subprocess
import sys
import tempfile
import zipfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
RECORDINGS = ROOT / "Tests/CommandTests/Recordings/make.py"
#: Beside a clone there may be real files; small ones lead further.
CORPUS = ROOT.parent / "shared"
MOST_BYTES = 8 << 10

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>
<name>Walk</name><Placemark><name>Stop</name><Point><coordinates>-7.25,46.5,1200</coordinates></Point></Placemark>
<Placemark><MultiGeometry><LineString><altitudeMode>absolute</altitudeMode><coordinates>-7.25,46.5,1 -7.26,46.6,2
</coordinates></LineString></MultiGeometry></Placemark><Placemark><gx:Track><when>2026-05-03T18:30:00Z</when>
<when>2026-05-03T18:40:00Z</when><gx:coord>-7 46 1</gx:coord><gx:coord>-7 47 1</gx:coord></gx:Track></Placemark>
<NetworkLink><Link><href>http://example.com/a.kml</href></Link></NetworkLink></Document></kml>"""
GEOJSON = """{"type":"FeatureCollection","bbox":[9,49,11,51],"features":[{"type":"Feature","id":1,
"properties":{"name":"Walk","joins":["ferry"],"officialLength":"12 km"},"geometry":{"type":"MultiLineString",
"coordinates":[[[10,50,100],[10,50.05,150]],[[10,50.1],[10.05,50.1]]]}},{"type":"Feature","properties":
{"name":"Stop","story":"A stop."},"geometry":{"type":"Point","coordinates":[10,50.05]}}]}"""
SEQUENCE = '\x1e{"type":"LineString","coordinates":[[10,50],[10,51]]}\n\x1e{"type":"Point","coordinates":[10,50]}\n'
CSV = "team;person;distance;started_at;zone\nA;Ann;3,2 km;03.05.2026 18:30;Europe/Lisbon\nA;Ben;5 mi;2026-05-04;\n"
EDITS = ['[{"edit":"reverse"},{"edit":"waypointsEvery","every":"5km","namePattern":"{n} ({distance})"}]',
         '[{"edit":"cut","from":"1km","to":"9km"},{"edit":"simplify","tolerance":"10m"}]',
         '[{"edit":"splitAt","distances":["2km","3mi"]},{"edit":"joins","policy":"walk"},{"edit":"joinEnds"}]',
         '[{"edit":"laps","laps":3},{"edit":"thereAndBack"},{"edit":"officialLength","length":"12km"}]',
         '[{"edit":"startAt","coordinate":[10,50.2]},{"edit":"rename","waypoint":"#1","name":"A"}]',
         '[{"edit":"dropPart","part":2},{"edit":"maxVertices","vertices":3},{"edit":"smoothElevation"}]',
         '[{"edit":"waypoints","items":[{"coordinate":[10,50.1],"name":"B"}],"snap":"200m"},{"edit":"name","name":"C"}]']
HEALTH = """<?xml version="1.0"?><!DOCTYPE HealthData [<!ELEMENT HealthData (Workout*)>]><HealthData locale="en">
<Workout workoutActivityType="HKWorkoutActivityTypeWalking" duration="20" durationUnit="min" sourceName="W"
startDate="2026-05-03 18:30:00 +0100" endDate="2026-05-03 18:50:00 +0100"><MetadataEntry key="HKTimeZone"
value="Europe/Lisbon"/><WorkoutStatistics type="HKQuantityTypeIdentifierDistanceWalkingRunning" sum="1.1" unit="km"/>
</Workout></HealthData>"""
CELLS = ["12.5 km", "26,2 mi", "2026-05-03T18:30:00+02:00", "1e3", "+05:45", "2026-05-03 18:30", "1 234,5 m"]


def archive(name, text):
    """A ZIP archive with one file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, text)
    return packed.getvalue()


def extract():
    """An OpenStreetMap extract of a street and a wood: its file, and what its block of data holds."""
    def number(value):
        return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + number(value >> 7)

    def field(key, content):
        return number(key << 3 | 2) + number(len(content)) + content

    def steps(*values):
        return b"".join(number((b - a) << 1 if b >= a else ((a - b) << 1) - 1)
                        for a, b in zip((0, *values), values))

    def block(kind, content):
        blob = number(2 << 3) + number(len(content)) + field(3, zlib.compress(content))
        header = field(1, kind) + number(3 << 3) + number(len(blob))
        return len(header).to_bytes(4, "big") + header + blob

    table = b"".join(field(1, text) for text in
                     (b"", b"highway", b"path", b"type", b"multipolygon", b"natural", b"wood"))
    nodes = field(1, steps(1, 2, 3, 4)) + field(8, steps(425000000, 425010000, 425020000, 425010000))
    nodes += field(9, steps(15000000, 15010000, 15000000, 14990000))
    ways = field(3, number(8) + number(5) + field(2, b"\1") + field(3, b"\2") + field(8, steps(1, 2, 3)))
    ways += field(3, number(8) + number(6) + field(8, steps(3, 4, 1)))
    areas = number(8) + number(7) + field(2, b"\3\5") + field(3, b"\4\6") + field(9, steps(5, 6))
    data = field(1, table) + field(2, field(2, nodes)) + field(2, ways)
    data += field(2, field(4, areas + field(10, b"\1\1")))
    return block(b"OSMHeader", field(4, b"DenseNodes")) + block(b"OSMData", data), data


def made():
    """Pairs of a kind and the bytes of an input."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, RECORDINGS, folder], check=True)
        for path in pathlib.Path(folder).iterdir():
            kind = {".xml": "health"}.get(path.suffix, path.suffix[1:])
            yield kind, path.read_bytes()[:MOST_BYTES]
            if kind in ("gpx", "tcx", "fit"):
                yield "packed", gzip.compress(path.read_bytes())
    yield "kml", KML.encode()
    yield "packed", archive("doc.kml", KML)
    yield "geojson", GEOJSON.encode()
    yield "geojson", SEQUENCE.encode()
    yield "json", GEOJSON.encode()
    yield "polyline", b"_p~iF~ps|U_ulLnnqC_mqNvxq`@"
    yield "health", HEALTH.encode()
    yield "csv", CSV.encode()
    yield "csv", CSV.replace(";", ",").encode("utf-16")
    for content in extract():
        yield "osm", content
    for text in EDITS:
        yield "edits", text.encode()
    for text in CELLS:
        yield "cells", text.encode()


def real():
    """Pairs as `made` gives them, of the files beside the clone; none where there are none."""
    for path in CORPUS.rglob("*"):
        kind = path.suffix.lower()[1:].replace("json", "geojson").replace("geogeo", "geo")
        if kind in ("gpx", "kml", "geojson", "tcx", "fit", "csv", "polyline") and path.is_file():
            if 0 < path.stat().st_size <= MOST_BYTES:
                yield kind, path.read_bytes()


def write(folder):
    """Writes each input into its kind's folder, and all route files into that of any kind."""
    for number, (kind, content) in enumerate([*made(), *real()]):
        kinds = [kind] if kind in ("csv", "health", "json", "edits", "cells", "osm") else [kind, "any"]
        for name in kinds:
            (folder / name).mkdir(parents=True, exist_ok=True)
            (folder / name / f"{number:04}").write_bytes(content)
