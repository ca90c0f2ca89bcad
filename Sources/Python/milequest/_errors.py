"""What goes wrong, with the engine's own words."""

from __future__ import annotations


class MileQuestError(ValueError):
    """What the engine refuses. The message says what is wrong, where, and what to do.

    name: a stable name for the kind of fault, such as ``"join-unresolved"``.
    line, column: the place in the file, from 1; None where there is none.
    """

    def __init__(self, message: str, name: str = "", line: int | None = None, column: int | None = None):
        super().__init__(message)
        self.name = name
        self.line = line
        self.column = column


class RouteError(MileQuestError):
    """A route cannot be opened, measured or asked."""


class FileError(RouteError):
    """The file cannot be read as a route; the message has a line for each error."""


class OptionError(RouteError):
    """The options are wrong, or wrong for this file."""


class DistanceError(MileQuestError):
    """A text is not a distance, or a distance is beyond what one holds (±9.2 billion km)."""
