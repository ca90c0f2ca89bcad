"""Routes: positions, nearest places, waypoints."""

from __future__ import annotations

import ctypes
import json
import os
import weakref
from ctypes import byref, c_double, c_int64, c_size_t, c_uint64
from typing import Any, Iterable, Mapping, NamedTuple, Sequence, Union

import numpy as np

from . import _library
from ._distance import Distance, of_metres

_C = _library.LIBRARY

DistanceLike = Union[Distance, str, int, float, np.integer, np.floating]
Texts = Union[str, Iterable[str]]


class Positions(NamedTuple):
    """Columns of positions, each of the shape of the distances."""

    longitude: np.ndarray
    """float64, degrees east, -180…180."""
    latitude: np.ndarray
    """float64, degrees north."""
    bearing: np.ndarray
    """float64, degrees from north in [0, 360); NaN where there is none."""
    leg: np.ndarray
    """uint32, the leg of the lap, from 1; 0 where the distance is NaN."""
    finished: np.ndarray
    """bool, whether the distance is at or beyond the end."""


class Nearest(NamedTuple):
    """Columns of places on a route, each of the shape of the coordinates."""

    distance: np.ndarray
    """float64, official metres from the start; NaN for a coordinate that is none."""
    offset: np.ndarray
    """float64, metres from the coordinate to the place."""
    longitude: np.ndarray
    """float64, degrees: the place on the line."""
    latitude: np.ndarray
    micrometres: np.ndarray
    """int64, the distance exactly; the least int64 for a coordinate that is none."""


class Waypoint(NamedTuple):
    """A named place of a route."""

    name: str | None
    distance: Distance
    """Official, along the first pass."""
    longitude: float
    latitude: float
    elevation: float | None
    """Metres, where known."""
    offset: float
    """Metres from the waypoint to the line."""
    story: str | None
    type: str | None


# The columns of positions in the order of the interface, with what NumPy makes of them.
_COLUMNS = {"longitude": np.float64, "latitude": np.float64, "bearing": np.float64, "leg": np.uint32,
            "finished": np.bool_}


class Route:
    """A measured route. Immutable, and safe to use from any number of threads; closed when nobody holds it.

    Made by `Route.open`.
    """

    def __init__(self, handle: int):
        """For `Route.open`: takes over a handle of the library."""
        self._handle = handle
        self._close = weakref.finalize(self, _C.mq_route_close, handle)
        start, end, length, lap, one = (c_int64() for _ in range(5))
        metres = c_double()
        _library.call(_C.mq_route_measure, handle, byref(start), byref(end), byref(length), byref(lap), byref(one),
                      byref(metres))
        parts, vertices, waypoints, laps, warnings = (c_size_t() for _ in range(5))
        _library.call(_C.mq_route_counts, handle, byref(parts), byref(vertices), byref(waypoints), byref(laps),
                      byref(warnings))
        self.name: str | None = _library.text(_C.mq_route_name, handle) or None
        """What the route is called."""
        self.length = Distance(micrometres=length.value)
        """The official length of the whole course."""
        self.start = Distance(micrometres=start.value)
        """The official distance of the start: 0 unless a marker says otherwise."""
        self.end = Distance(micrometres=end.value)
        """The official distance of the end."""
        self.lap_length = Distance(micrometres=lap.value)
        """The official length from the start of a lap to the start of the next."""
        self.geometric_metres: float = metres.value
        """The length of one pass on the ellipsoid, in metres."""
        self.laps: int = laps.value
        """How often the route is run."""
        self.part_count: int = parts.value
        self.vertex_count: int = vertices.value
        self.warnings: tuple[str, ...] = tuple(
            _library.text(_C.mq_route_warning, handle, index) for index in range(warnings.value))
        """What was noticed in the file, such as ``trail.gpx:3:5: …``."""
        self._waypoint_count: int = waypoints.value

    @classmethod
    def open(
        cls, source: Union[str, "os.PathLike[str]", bytes, bytearray, memoryview], *, format: str | None = None,
        file_name: str | None = None, track: Union[str, int, Iterable[Union[str, int]], None] = None,
        joins: str | None = None, joins_below: Texts = (), joins_above: Texts = (),
        join: Mapping[int, str] | None = None, official_length: Union[Distance, str, None] = None,
        calibrate: str | None = None, calibrate_every: int | None = None, laps: int | None = None,
        there_and_back: bool = False, lap_join: str | None = None,
    ) -> "Route":
        """Opens a GPX, GeoJSON, KML, TCX, FIT or encoded polyline file, packed ones too.

        The options are those of the command line:

        source: the path of a file, or its bytes.
        format: gpx, geojson, kml, tcx, fit, polyline5, polyline6, where the file does not show it.
        file_name: what messages call bytes; its ending helps to tell the format.
        track: only this track by name or number from 1, or several.
        joins: what gaps mean that nothing else decides: "walk", "ferry" or "counted".
        joins_below, joins_above: what gaps of a length mean, such as "2km=walk".
        join: what single gaps mean, counted from 1, such as {3: "ferry"}.
        official_length: the length that people are told, such as "2197.4mi".
        calibrate: "markers", where waypoints whose name is a distance calibrate the measure.
        calibrate_every: only the first of every so many markers.
        laps: how often the route is run.
        there_and_back: whether a lap goes to the end and back.
        lap_join: what the way from the end of a lap to the start of the next means.

        Raises FileError (with line and column), OptionError, RouteError, and OSError for a file that is not there.
        """
        options: list[str] = []

        def add(name: str, value: object) -> None:
            if value is not None:
                options.append(f"{name}={value}")

        add("from", format)
        for one in [track] if isinstance(track, (str, int)) else track or ():
            add("track", one)
        add("joins", joins)
        for name, bounds in (("joins-below", joins_below), ("joins-above", joins_above)):
            for bound in [bounds] if isinstance(bounds, str) else bounds:
                add(name, bound)
        for number, policy in (join or {}).items():
            add("join", f"{number}={policy}")
        add("official-length", official_length)
        add("calibrate", calibrate)
        add("calibrate-every", calibrate_every)
        add("laps", laps)
        add("there-and-back", "true" if there_and_back else None)
        add("lap-join", lap_join)

        if isinstance(source, (bytes, bytearray, memoryview)):
            data = bytes(source)
        else:
            file_name = file_name or os.fspath(source)
            with open(source, "rb") as file:
                data = file.read(_MOST_BYTES)
        texts = (ctypes.c_char_p * len(options))(*map(_c_text, options))
        handle = c_uint64()
        _library.call(_C.mq_route_open, data, len(data), _c_text(file_name) if file_name else None, texts,
                      len(options), byref(handle))
        return cls(handle.value)

    # MARK: Positions

    def positions(self, distances: Any = None, *, micrometres: Any = None,
                  out: Mapping[str, np.ndarray] | Positions | None = None,
                  columns: Sequence[str] | None = None) -> Positions:
        """Where distances along the route lead. Before the start is the start, beyond the end the end.

        distances: official metres, of any shape, each rounded half to even to a micrometre; NaN leads to NaN. A
          contiguous array of float64 is read where it is, without a copy.
        micrometres: the same exactly, instead: integers, int64 without a copy.
        out: arrays to write into, C-contiguous, of the distances' shape and the types of `Positions`.
        columns: which columns are wanted, such as ("longitude", "latitude"); the others are None. All by default,
          or those of `out`.

        O(1) expected a distance, about 3 ns for longitude and latitude.
        """
        column = _column(distances, micrometres)
        if isinstance(out, Positions):
            out = {name: array for name, array in out._asdict().items() if array is not None}
        wanted = set(columns if columns is not None else out or _COLUMNS) | set(out or ())
        unknown = wanted - set(_COLUMNS)
        if unknown:
            raise ValueError(f"there is no column {sorted(unknown)[0]!r}; there are {', '.join(_COLUMNS)}")
        filled: dict[str, np.ndarray | None] = {}
        for name, kind in _COLUMNS.items():
            array = (out or {}).get(name)
            if name not in wanted:
                filled[name] = None
            elif array is None:
                filled[name] = np.empty(column.shape, dtype=kind)
            else:
                filled[name] = _checked_out(name, array, kind, column)
        function = _C.mq_positions if column.dtype == np.int64 else _C.mq_positions_metres
        _library.call(function, self._handle, column.ctypes.data, column.size,
                      *(None if array is None else array.ctypes.data for array in filled.values()))
        return Positions(**filled)  # type: ignore[arg-type]

    def position(self, distance: DistanceLike) -> dict[str, Any]:
        """All about one position, as `milequest position --format json` tells it: a dictionary with
        ``distanceMeters``, ``coordinate`` [longitude, latitude], ``bearing``, ``elevationMeters``, ``part``, ``lap``,
        ``leg``, ``legFraction``, ``fraction``, ``finished``, ``lastWaypoint``, ``nextWaypoint``.

        distance: a Distance, a text such as "10 mi", or metres.
        """
        return json.loads(_library.text(_C.mq_position_json, self._handle, _distance(distance).micrometres))

    def nearest(self, longitude: Any, latitude: Any, *, tolerance: float = 25.0, near: Any = None) -> Nearest:
        """The places of the route that are nearest to coordinates.

        longitude, latitude: degrees, float64, of one shape (or shapes that broadcast).
        tolerance: metres that a place may be further away than the nearest and still count as a pass.
        near: official metres, which tell the pass that is meant where the route comes by more than once; without
          them the nearest place of the first lap.
        """
        east, north = np.broadcast_arrays(np.asarray(longitude, dtype=np.float64),
                                          np.asarray(latitude, dtype=np.float64))
        hint = None
        if near is not None:
            metres = np.asarray(near, dtype=np.float64)
            if np.isnan(metres).any():
                raise ValueError("near: a distance is not a number")
            hint = of_metres(np.clip(metres, -9e12, 9e12))
            east, north, hint = np.broadcast_arrays(east, north, hint)
            hint = np.require(hint, requirements=["C", "A"])
        east, north = (np.require(column, requirements=["C", "A"]) for column in (east, north))
        micrometres = np.empty(east.shape, dtype=np.int64)
        offset, place_east, place_north = (np.empty(east.shape, dtype=np.float64) for _ in range(3))
        _library.call(_C.mq_nearest, self._handle, east.ctypes.data, north.ctypes.data,
                      None if hint is None else hint.ctypes.data, east.size, tolerance, micrometres.ctypes.data,
                      offset.ctypes.data, place_east.ctypes.data, place_north.ctypes.data, None)
        metres = np.where(np.isnan(offset), np.nan, micrometres / 1e6)
        return Nearest(metres, offset, place_east, place_north, micrometres)

    # MARK: What the route holds

    @property
    def waypoints(self) -> list[Waypoint]:
        """The waypoints in the order of the file."""
        count = self._waypoint_count
        distances = np.empty(count, dtype=np.int64)
        offset, east, north, height = (np.empty(count, dtype=np.float64) for _ in range(4))
        _library.call(_C.mq_route_waypoints, self._handle, distances.ctypes.data, offset.ctypes.data,
                      east.ctypes.data, north.ctypes.data, height.ctypes.data, count)

        def text(index: int, kind: int) -> str | None:
            return _library.text(_C.mq_route_waypoint_text, self._handle, index, kind) or None

        return [
            Waypoint(text(i, 0), Distance(micrometres=int(distances[i])), float(east[i]), float(north[i]),
                     None if np.isnan(height[i]) else float(height[i]), float(offset[i]), text(i, 1), text(i, 2))
            for i in range(count)
        ]

    @property
    def vertices(self) -> np.ndarray:
        """The vertices of all parts: float64 of shape (vertices, 3), longitude, latitude, elevation (NaN where
        unknown)."""
        columns = np.empty((3, self.vertex_count), dtype=np.float64)
        _library.call(_C.mq_route_vertices, self._handle, *(column.ctypes.data for column in columns),
                      self.vertex_count)
        return columns.T

    @property
    def part_starts(self) -> np.ndarray:
        """The index of the first vertex of each part: uint64 of shape (parts,)."""
        starts = np.empty(self.part_count, dtype=np.uint64)
        _library.call(_C.mq_route_part_starts, self._handle, starts.ctypes.data, self.part_count)
        return starts

    def to_geojson(self, digits: int = 7) -> str:
        """The route with its waypoints as a GeoJSON file, with so many decimals of a degree, 0 to 15."""
        return _library.text(_C.mq_route_geojson, self._handle, digits,
                             capacity=(digits + 12) * 3 * self.vertex_count + 4096)

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        """The line of the route as a GeoJSON Feature, cut at 180 degrees: what Shapely, GeoPandas and others read."""
        features = json.loads(self.to_geojson(15))
        return next(feature for feature in features.get("features", [features])
                    if feature["geometry"]["type"] != "Point")

    def close(self) -> None:
        """Lets go of the route now. What is asked of it after that raises RouteError."""
        self._close()

    def __enter__(self) -> "Route":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<milequest.Route {self.name or '(unnamed)'}, {self.length.text('km', 3)} km>"


# The limit of the engine and one more byte, so that it is the one to say that a file is too large.
_MOST_BYTES = (64 << 20) + 1


def _c_text(text: str) -> bytes:
    if "\0" in text:
        raise ValueError("a text with a zero character cannot be passed on")
    return text.encode("utf-8", "surrogateescape")


def _distance(value: DistanceLike) -> Distance:
    if isinstance(value, Distance):
        return value
    if isinstance(value, str):
        return Distance(value)
    return Distance(metres=float(value))


def _column(metres: Any, micrometres: Any) -> np.ndarray:
    """Distances as float64 metres or int64 micrometres, contiguous and aligned, copied only where they are not."""
    if (metres is None) == (micrometres is None):
        raise TypeError("positions are asked for at distances in metres or at micrometres=")
    if micrometres is None:
        return np.require(metres, dtype=np.float64, requirements=["C", "A"])
    column = np.asarray(micrometres)
    if column.dtype.kind not in "iu" and column.size > 0:
        raise TypeError(f"micrometres are whole numbers, and these are {column.dtype}")
    if column.dtype == np.uint64 and (column > np.iinfo(np.int64).max).any():
        raise ValueError("micrometres: a number is beyond int64")
    return np.require(column, dtype=np.int64, requirements=["C", "A"])


def _checked_out(name: str, array: np.ndarray, kind: type, column: np.ndarray) -> np.ndarray:
    if not isinstance(array, np.ndarray) or array.dtype != kind or array.shape != column.shape:
        raise ValueError(f"out: {name} must be an array of {np.dtype(kind)} with the shape {column.shape}")
    if not (array.flags.c_contiguous and array.flags.aligned and array.flags.writeable):
        raise ValueError(f"out: {name} must be C-contiguous, aligned and writeable")
    if np.may_share_memory(array, column):
        raise ValueError(f"out: {name} lies in the memory of the distances")
    return array
