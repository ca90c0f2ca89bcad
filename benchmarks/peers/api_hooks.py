"""What Schemathesis cannot know: how to sign in, what there is, and what route files look like."""

import json
import os
import urllib.request
import uuid

import schemathesis
from hypothesis import strategies as st

with open(os.environ["MILEQUEST_API_FIXTURES"], encoding="ascii") as file:
    FIXTURES = json.load(file)


@schemathesis.auth(refresh_interval=300)
class Token:
    """Signs in again before a token expires, from an address that no case is sent from."""

    def get(self, case, context):
        body = {"email": FIXTURES["email"], "password": FIXTURES["password"]}
        request = urllib.request.Request(
            FIXTURES["address"] + "/v1/auth/login", json.dumps(body).encode(),
            {"Content-Type": "application/json", "X-Forwarded-For": "10.0.0.1"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())["accessToken"]

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Of three ids that are made up, two become those of what there is. What takes something away gets
    few of them, for the others need it."""
    takes_away = context.operation.method.upper() == "DELETE" or any(
        word in context.operation.path for word in (":redeem", "/cancel"))
    for name, value in (path_parameters or {}).items():
        try:
            made_up = uuid.UUID(value)
        except (ValueError, AttributeError, TypeError):
            continue
        if name in FIXTURES["ids"] and (made_up.int % 29 == 0 if takes_away else made_up.int % 3):
            path_parameters[name] = FIXTURES["ids"][name]
    return path_parameters


def gpx(points):
    rows = "".join(f'<trkpt lat="{a}" lon="{b}"/>' for a, b in points)
    return ('<gpx version="1.1" creator="a" xmlns="http://www.topografix.com/GPX/1/1"><trk>'
            f"<trkseg>{rows}</trkseg></trk></gpx>").encode()


def geojson(points):
    line = {"type": "LineString", "coordinates": [[b, a] for a, b in points]}
    return json.dumps({"type": "Feature", "properties": {}, "geometry": line}).encode()


def kml(points):
    rows = " ".join(f"{b},{a}" for a, b in points)
    return ('<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><LineString><coordinates>'
            f"{rows}</coordinates></LineString></Placemark></kml>").encode()


POINTS = st.lists(st.tuples(st.floats(-100, 100), st.floats(-200, 200)), max_size=20)
for name, write in {"application/gpx+xml": gpx, "application/geo+json": geojson,
                    "application/vnd.google-earth.kml+xml": kml}.items():
    schemathesis.openapi.media_type(name, st.one_of(POINTS.map(write), st.binary(max_size=200)))
for name in ["text/plain", "application/octet-stream"]:
    schemathesis.openapi.media_type(
        name, st.one_of(st.binary(max_size=200), POINTS.map(gpx),
                        st.from_regex(r"\A[?-~]{0,60}\Z").map(str.encode)))
