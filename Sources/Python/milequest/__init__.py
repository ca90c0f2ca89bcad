"""Where a distance along a route leads, for columns of millions of distances.

>>> import milequest
>>> route = milequest.Route.open("trail.gpx", joins="ferry")           # doctest: +SKIP
>>> route.positions([0.0, 1609.344]).latitude                          # doctest: +SKIP

Distances are official metres along the route (float64) or exact whole micrometres (int64), coordinates degrees
on WGS84.
"""

from ._distance import Distance
from ._errors import (
    DistanceError,
    FileError,
    MileQuestError,
    OptionError,
    RouteError,
)
from ._route import Nearest, Positions, Route, Waypoint
from ._version import __version__

__all__ = [
    "Distance", "DistanceError", "FileError", "MileQuestError", "Nearest", "OptionError", "Positions", "Route",
    "RouteError", "Waypoint", "__version__",
]
