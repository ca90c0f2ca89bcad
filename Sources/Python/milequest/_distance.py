"""Distances as whole micrometres, so that sums are exact in any order."""

from __future__ import annotations

import ctypes
from functools import total_ordering
from typing import Any, Iterable, Union

import numpy as np

from . import _library
from ._errors import DistanceError

_LIMIT = 1 << 63


@total_ordering
class Distance:
    """A distance: a whole number of micrometres, immutable.

    ``Distance("3.1 mi")``, ``Distance("12km")``, ``Distance("800", "m")`` read text, rounded half to even to a
    micrometre, once and never through a float. ``Distance(metres=1609.344)`` takes a float of metres,
    ``Distance(micrometres=5)`` an exact number.

    >>> Distance("3.1 mi").micrometres
    4988966400
    >>> Distance("1 mi") + Distance("1 km")
    Distance('2609.344 m')
    >>> Distance("1 mi").text("km", 2)
    '1.61'
    """

    __slots__ = ("_micrometres",)
    _micrometres: int

    def __init__(self, text: str | None = None, unit: str | None = None, *, metres: float | None = None,
                 micrometres: int | None = None):
        given = [value for value in (text, metres, micrometres) if value is not None]
        if len(given) != 1:
            raise TypeError("Distance takes one of a text, metres= and micrometres=")
        if text is not None:
            data = text.encode("utf-8", "surrogatepass")
            out = ctypes.c_int64()
            _library.call(_library.LIBRARY.mq_distance_parse, data, len(data), unit.encode() if unit else None, out)
            value = out.value
        elif metres is not None:
            value = int(of_metres(np.array([metres], dtype=np.float64))[0])
            if value == -_LIMIT:
                raise DistanceError(f"{metres} m is no distance", "distance-overflow")
        else:
            value = int(micrometres)  # type: ignore[arg-type]
            if not -_LIMIT <= value < _LIMIT:
                raise DistanceError(f"{value} µm is beyond ±9.2 billion km, the most a distance holds",
                                    "distance-overflow")
        object.__setattr__(self, "_micrometres", value)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a Distance does not change")

    @property
    def micrometres(self) -> int:
        """Exactly, within ±2⁶³."""
        return self._micrometres

    @property
    def metres(self) -> float:
        """The nearest float."""
        return self._micrometres / 1e6

    def text(self, unit: str = "m", decimals: int | None = None) -> str:
        """As decimal text in a unit (mi, km, m, ft, yd), exactly or with so many decimals, without the unit."""
        return _library.text(_library.LIBRARY.mq_distance_text, self._micrometres, unit.encode(),
                             -1 if decimals is None else decimals)

    @staticmethod
    def sum(distances: Union[np.ndarray, Iterable["Distance"]]) -> "Distance":
        """The exact sum of distances, or of an int64 array of micrometres.

        Raises DistanceError where it is beyond what a distance holds.
        """
        if isinstance(distances, np.ndarray):
            if distances.dtype.kind not in "iu":
                raise TypeError(f"a sum is exact over int64 micrometres, not over {distances.dtype}")
            if distances.dtype == np.uint64 and (distances > np.iinfo(np.int64).max).any():
                raise DistanceError("an item is beyond int64", "distance-overflow")
            column = np.require(distances, dtype=np.int64, requirements=["C", "A"])
            out = ctypes.c_int64()
            _library.call(_library.LIBRARY.mq_distance_sum, column.ctypes.data, column.size, out)
            return Distance(micrometres=out.value)
        return Distance(micrometres=sum(distance.micrometres for distance in distances))

    def __repr__(self) -> str:
        return f"Distance('{self}')"

    def __str__(self) -> str:
        return self.text("m") + " m"

    def __eq__(self, other: object) -> bool:
        return self._micrometres == other._micrometres if isinstance(other, Distance) else NotImplemented

    def __lt__(self, other: "Distance") -> bool:
        return self._micrometres < other._micrometres if isinstance(other, Distance) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._micrometres)

    def __bool__(self) -> bool:
        return self._micrometres != 0

    def __neg__(self) -> "Distance":
        return Distance(micrometres=-self._micrometres)

    def __add__(self, other: "Distance") -> "Distance":
        if not isinstance(other, Distance):
            return NotImplemented
        return Distance(micrometres=self._micrometres + other._micrometres)

    def __sub__(self, other: "Distance") -> "Distance":
        if not isinstance(other, Distance):
            return NotImplemented
        return Distance(micrometres=self._micrometres - other._micrometres)

    def __mul__(self, count: int) -> "Distance":
        return Distance(micrometres=self._micrometres * count) if isinstance(count, int) else NotImplemented

    __rmul__ = __mul__

    def __reduce__(self):
        return _of_micrometres, (self._micrometres,)


def _of_micrometres(value: int) -> Distance:
    return Distance(micrometres=value)


def of_metres(metres: np.ndarray) -> np.ndarray:
    """Metres as int64 micrometres, rounded half to even; the least int64 for what is no distance."""
    column = np.require(metres, dtype=np.float64, requirements=["C", "A"])
    out = np.empty(column.shape, dtype=np.int64)
    _library.call(_library.LIBRARY.mq_distances_of_metres, column.ctypes.data, column.size, out.ctypes.data)
    return out
