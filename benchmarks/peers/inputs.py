"""Inputs that are the same from the same seed."""

import json
import os

import numpy as np
from pyproj import Geod

SEED = 20260101
VERTICES = 100_000
POSITIONS = 10_000_000
TEAMS = 100_000
WALKS = 10_000_000
WGS84 = Geod(ellps="WGS84")


def trail():
    """A trail of 100,000 vertices that wanders, as longitudes, latitudes and elevations."""
    rng = np.random.default_rng(SEED)
    steps = rng.uniform(20, 60, VERTICES - 1)
    turns = rng.uniform(-25, 25, VERTICES - 1)
    longitude, latitude, azimuth = 100.0, -40.0, 20.0
    points = [(longitude, latitude)]
    for step, turn in zip(steps.tolist(), turns.tolist()):
        azimuth += turn
        azimuth += (20 - azimuth) * 0.1
        longitude, latitude, _ = WGS84.fwd(longitude, latitude, azimuth, step)
        points.append((longitude, latitude))
    xy = np.round(np.array(points), 7)
    elevations = np.round(500 + 300 * np.sin(np.arange(VERTICES) / 700), 1)
    return xy[:, 0], xy[:, 1], elevations


def measures(longitudes, latitudes):
    """Metres from the start to each vertex, on the ellipsoid."""
    _, _, legs = WGS84.inv(longitudes[:-1], latitudes[:-1], longitudes[1:], latitudes[1:])
    return np.concatenate([[0.0], np.cumsum(legs)])


def write(folder):
    """Writes everything that is not there yet; answers the trail."""
    os.makedirs(folder, exist_ok=True)
    longitudes, latitudes, elevations = trail()
    length = measures(longitudes, latitudes)[-1]
    path = os.path.join
    with open(path(folder, "route.geojson"), "w") as out:
        line = [[x, y] for x, y in zip(longitudes.tolist(), latitudes.tolist())]
        json.dump({"type": "LineString", "coordinates": line}, out)
    with open(path(folder, "trail.geojson"), "w") as out:
        line = [list(p) for p in zip(longitudes.tolist(), latitudes.tolist(), elevations.tolist())]
        feature = {"type": "Feature", "properties": {"name": "trail"},
                   "geometry": {"type": "LineString", "coordinates": line}}
        json.dump({"type": "FeatureCollection", "features": [feature]}, out)
    with open(path(folder, "trail.gpx"), "w") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="benchmark" '
                  'xmlns="http://www.topografix.com/GPX/1/1">\n <trk><name>trail</name>\n  <trkseg>\n')
        for i, (x, y, z) in enumerate(zip(longitudes.tolist(), latitudes.tolist(),
                                          elevations.tolist())):
            out.write(f'   <trkpt lat="{y:.7f}" lon="{x:.7f}">\n    <ele>{z:.1f}</ele>\n'
                      f"    <time>2026-05-{1 + i // 86400:02d}T{i // 3600 % 24:02d}:"
                      f"{i // 60 % 60:02d}:{i % 60:02d}Z</time>\n   </trkpt>\n")
        out.write("  </trkseg>\n </trk>\n</gpx>\n")
    rng = np.random.default_rng(SEED)
    # Within the line by a millimetre, so that both ends are inside for everyone.
    rng.integers(1_000, int(length * 1e6) - 1_000, POSITIONS).tofile(path(folder, "distances.i64"))
    walks = path(folder, "walks.csv")
    if not os.path.exists(walks):
        teams = rng.integers(1, TEAMS + 1, WALKS)
        centimeters = rng.integers(50_000, 6_000_000, WALKS)
        with open(walks + ".tmp", "w") as out:
            out.write("team_id,distance_meters\n")
            for start in range(0, WALKS, 500_000):
                part = slice(start, start + 500_000)
                out.write("".join(f"{t},{d // 100}.{d % 100:02d}\n" for t, d in
                                  zip(teams[part].tolist(), centimeters[part].tolist())))
        exact = np.zeros(TEAMS + 1, dtype=np.int64)
        np.add.at(exact, teams, centimeters * 10_000)
        exact.tofile(path(folder, "totals.i64"))
        os.rename(walks + ".tmp", walks)
    return longitudes, latitudes, elevations
