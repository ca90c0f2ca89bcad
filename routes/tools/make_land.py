#!/usr/bin/env python3
"""Writes Land110.swift and Land50.swift: the outlines of the land in a compact text.

Source: Natural Earth (https://www.naturalearthdata.com), "Admin 0 - Countries" at
1:110,000,000 and 1:50,000,000. Natural Earth is in the public domain. The two sets are taken from
packages that carry them:

    pip download geopandas==0.14.4 --no-deps      geopandas/datasets/naturalearth_lowres
    apt-get download r-cran-rnaturalearthdata     data/Rdata.rdx, data/Rdata.rdb

The countries are merged into land. Edges that exist only because the source is cut at 180 degrees, or
goes down to 90 degrees south, are taken away and the ends joined, so that each ring is a closed line on
the globe; the one round Antarctica goes once round the pole. Each ring is a line of text in Google's
encoding for polylines with 2 digits (1:110m) and 3 (1:50m), the outer ones counterclockwise, holes
clockwise.

    python3 -m venv v && v/bin/pip install shapely pyshp rdata
    v/bin/python make_land.py naturalearth_lowres.shp Rdata
"""

import lzma
import struct
import sys
import warnings
import zlib
from pathlib import Path

import rdata
import shapefile
from shapely import unary_union
from shapely.geometry import Polygon
from shapely.geometry.polygon import orient


def shapefile_polygons(path):
    """Polygons of a shapefile; inner rings are those that turn the other way."""
    for shape in shapefile.Reader(path).shapes():
        geometry = shape.__geo_interface__
        parts = geometry["coordinates"]
        for part in parts if geometry["type"] == "MultiPolygon" else [parts]:
            yield Polygon(part[0], part[1:])


def r_polygons(base, name):
    """Polygons of a SpatialPolygonsDataFrame in R's lazy-load database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        index = rdata.conversion.convert(rdata.parser.parse_file(base + ".rdx"))
        offset, length = map(int, index["variables"][name])
        raw = Path(base + ".rdb").read_bytes()[offset : offset + length]
        (size,) = struct.unpack(">I", raw[:4])
        if raw[4:5] == b"Z":
            filters = [{"id": lzma.FILTER_LZMA2, "preset": 6}]
            data = lzma.decompress(raw[5:], format=lzma.FORMAT_RAW, filters=filters)
        else:
            data = zlib.decompress(raw[4:])
        assert len(data) == size
        root = rdata.parser.parse_data(data).object

    def attribute(element, name):
        item = element.attributes
        while item.info.type.name == "LIST":
            tag = item.tag.referenced_object or item.tag
            if tag.value.value == name:
                return item.value[0]
            item = item.value[1]
        raise KeyError(name)

    for country in attribute(root, b"polygons").value:
        outer, holes = [], []
        for ring in attribute(country, b"Polygons").value:
            values = list(attribute(ring, b"coords").value)
            half = len(values) // 2
            points = list(zip(values[:half], values[half:]))
            (holes if attribute(ring, b"hole").value[0] else outer).append(points)
        for points in outer:
            whole = Polygon(points)
            yield Polygon(points, [h for h in holes if whole.contains(Polygon(h))])


def is_seam(a, b):
    """Whether an edge is there only because of the cut at 180 degrees or the end at 90 south."""
    on_cut = abs(a[0]) > 179.999 and abs(b[0]) > 179.999
    return on_cut or (a[1] < -89.9 and b[1] < -89.9)


def chains(ring):
    """A ring's pieces between seam edges; one closed piece where it has none."""
    points = ring[:-1]
    count = len(points)
    starts = [i for i in range(count) if is_seam(points[i - 1], points[i])]
    if not starts:
        return [ring]
    pieces = []
    for start in starts:
        piece = [points[start]]
        i = start
        while not is_seam(points[i], points[(i + 1) % count]):
            i = (i + 1) % count
            piece.append(points[i])
        if len(piece) > 1:
            pieces.append(piece)
    return pieces


def same(a, b):
    return abs(a[1] - b[1]) < 2e-3 and abs(abs(a[0] - b[0]) % 360) < 2e-3 or (
        abs(a[1] - b[1]) < 2e-3 and abs(abs(a[0] - b[0]) - 360) < 2e-3
    )


def closed_on_globe(rings):
    """Joins the pieces that the cut has made."""
    done, open_pieces = [], []
    for ring in rings:
        for piece in chains(ring):
            (done if same(piece[0], piece[-1]) else open_pieces).append(piece)
    while open_pieces:
        piece = open_pieces.pop()
        while not same(piece[0], piece[-1]):
            follower = next((p for p in open_pieces if same(piece[-1], p[0])), None)
            if follower is None:
                raise SystemExit(f"no piece begins at {piece[-1]}")
            open_pieces.remove(follower)
            piece = piece + follower[1:]
        done.append(piece)
    return done


def number(value, out):
    value = ~(value << 1) if value < 0 else value << 1
    while value >= 0x20:
        out.append(chr((0x20 | (value & 0x1F)) + 63))
        value >>= 5
    out.append(chr(value + 63))


def encoded(ring, digits):
    """The closing vertex is left out; longitudes go on over 180 degrees."""
    scale = 10**digits
    out, last, longitude = [], None, 0
    points = []
    for x, y in ring:
        if last is not None:
            turn = (x - last + 180) % 360 - 180
            longitude += turn
        else:
            longitude = x
        last = x
        point = (round(y * scale), round(longitude * scale))
        if not points or points[-1] != point:
            points.append(point)
    goes_round = abs(points[-1][1] - points[0][1]) > 180 * scale
    if goes_round or points[-1] == points[0]:
        points.pop()
    if len(points) < 3:
        return None, 0
    north = east = 0
    for latitude, longitude in points:
        number(latitude - north, out)
        number(longitude - east, out)
        north, east = latitude, longitude
    return "".join(out), len(points)


def write(polygons, path, name, scale_name, digits, smallest):
    land = unary_union([p.buffer(0) for p in polygons])
    rings = []
    for polygon in land.geoms:
        polygon = orient(polygon)
        rings.append(list(polygon.exterior.coords))
        # What is left between countries whose borders do not quite meet is no lake.
        rings += [list(r.coords) for r in polygon.interiors if Polygon(r).area > smallest]
    rings = sorted(closed_on_globe(rings), key=len, reverse=True)
    lines, count = [], 0
    for ring in rings:
        text, points = encoded(ring, digits)
        if text is not None:
            lines.append(text)
            count += points
    body = "\n".join("    " + line for line in lines)
    path.write_text(
        f'''// swift-format-ignore-file
// Written by make_land.py; the source and its licence stand there.

extension Land {{
  /// Natural Earth 1:{scale_name}, public domain: {len(lines)} rings with {count} vertices.
  static let {name}: StaticString = #"""
{body}
    """#
}}
'''
    )
    print(path.name, len(lines), "rings", count, "vertices", path.stat().st_size, "bytes")


if __name__ == "__main__":
    low, base = sys.argv[1:]
    here = Path(__file__).parent
    write(shapefile_polygons(low), here / "Land110.swift", "text110", "110,000,000", 2, 0.2)
    write(r_polygons(base, "countries50"), here / "Land50.swift", "text50", "50,000,000", 3, 0.05)
