"""libmilequest through ctypes: what is declared in milequest.h."""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, byref, c_char_p, c_double, c_int32, c_int64, c_size_t, c_uint64, c_void_p
from typing import Callable

from ._errors import DistanceError, FileError, MileQuestError, OptionError, RouteError

VERSION = 1
OK, ARGUMENT, HANDLE, OPTION, FILE, ROUTE, SPACE, TEXT, OVERFLOW = range(9)

_ERRORS = {HANDLE: RouteError, OPTION: OptionError, FILE: FileError, ROUTE: RouteError, TEXT: DistanceError,
           OVERFLOW: DistanceError}

# Columns are passed as addresses (c_void_p), which None stands for NULL in.
_COLUMN = c_void_p
_TEXT_OUT = (c_void_p, c_size_t, POINTER(c_size_t))
_SIZE_OUT = POINTER(c_size_t)
_INT64_OUT = POINTER(c_int64)

_DECLARED = {
    "mq_route_open": (c_char_p, c_size_t, c_char_p, POINTER(c_char_p), c_size_t, POINTER(c_uint64)),
    "mq_route_close": (c_uint64,),
    "mq_route_measure": (c_uint64, _INT64_OUT, _INT64_OUT, _INT64_OUT, _INT64_OUT, _INT64_OUT, POINTER(c_double)),
    "mq_route_counts": (c_uint64, _SIZE_OUT, _SIZE_OUT, _SIZE_OUT, _SIZE_OUT, _SIZE_OUT),
    "mq_route_name": (c_uint64, *_TEXT_OUT),
    "mq_route_warning": (c_uint64, c_size_t, *_TEXT_OUT),
    "mq_route_part_starts": (c_uint64, _COLUMN, c_size_t),
    "mq_route_vertices": (c_uint64, _COLUMN, _COLUMN, _COLUMN, c_size_t),
    "mq_route_waypoints": (c_uint64, _COLUMN, _COLUMN, _COLUMN, _COLUMN, _COLUMN, c_size_t),
    "mq_route_waypoint_text": (c_uint64, c_size_t, c_int32, *_TEXT_OUT),
    "mq_route_geojson": (c_uint64, c_int32, *_TEXT_OUT),
    "mq_position_json": (c_uint64, c_int64, *_TEXT_OUT),
    "mq_positions": (c_uint64, _COLUMN, c_size_t, _COLUMN, _COLUMN, _COLUMN, _COLUMN, _COLUMN),
    "mq_positions_metres": (c_uint64, _COLUMN, c_size_t, _COLUMN, _COLUMN, _COLUMN, _COLUMN, _COLUMN),
    "mq_nearest": (c_uint64, _COLUMN, _COLUMN, _COLUMN, c_size_t, c_double, _COLUMN, _COLUMN, _COLUMN, _COLUMN,
                   _COLUMN),
    "mq_distance_parse": (c_char_p, c_size_t, c_char_p, _INT64_OUT),
    "mq_distance_text": (c_int64, c_char_p, c_int32, *_TEXT_OUT),
    "mq_distance_sum": (_COLUMN, c_size_t, _INT64_OUT),
    "mq_distances_of_metres": (_COLUMN, c_size_t, _COLUMN),
    "mq_thresholds": (c_int64, c_int64, _COLUMN, c_size_t, _COLUMN),
    "mq_threshold_percent": (c_int64, c_int32, _INT64_OUT),
}


def _load() -> ctypes.CDLL:
    """The library of MILEQUEST_LIBRARY, or the one in this package."""
    path = os.environ.get("MILEQUEST_LIBRARY") or os.path.join(os.path.dirname(__file__), "libmilequest.so")
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(
            f"libmilequest cannot be loaded: {error}; install the wheel that `make wheel` builds, or name a library "
            "in MILEQUEST_LIBRARY") from error
    library.mq_version.restype = c_int32
    library.mq_version.argtypes = ()
    if library.mq_version() < VERSION:
        raise ImportError(f"{path} is older than this package: version {library.mq_version()} of the interface, "
                          f"and {VERSION} is needed")
    for name, arguments in _DECLARED.items():
        function = getattr(library, name)
        function.argtypes = arguments
        function.restype = c_int32
    for name in ("mq_error_message", "mq_error_name"):
        getattr(library, name).restype = c_char_p
    library.mq_error_place.argtypes = (_INT64_OUT, _INT64_OUT)
    library.mq_error_place.restype = None
    return library


LIBRARY = _load()


def error(status: int) -> MileQuestError:
    """What went wrong last on this thread."""
    line, column = c_int64(), c_int64()
    LIBRARY.mq_error_place(byref(line), byref(column))
    return _ERRORS.get(status, MileQuestError)(
        LIBRARY.mq_error_message().decode(), LIBRARY.mq_error_name().decode(), line.value or None,
        column.value or None)


def call(function: Callable[..., int], *arguments) -> None:
    """Calls a function and raises what it says is wrong."""
    status = function(*arguments)
    if status != OK:
        raise error(status)


def text(function: Callable[..., int], *arguments, capacity: int = 1 << 10) -> str:
    """The text that a function writes."""
    length = c_size_t()
    while True:
        buffer = ctypes.create_string_buffer(capacity)
        status = function(*arguments, buffer, capacity, byref(length))
        if status == OK:
            return buffer.raw[:length.value].decode()
        if status != SPACE:
            raise error(status)
        capacity = length.value + 1
