"""Walks in columns, counted by the program: python -m milequest progress WALKS… --route ROUTE -o TEAMS

WALKS are files or folders of Parquet (.parquet), or files of Arrow (.arrow, .feather, .ipc). The columns are named
as in a CSV: team_id or team; distance_meters, distance_km, distance_miles or distance; started_at or time;
activity_id; quest_id or route; person_id or person. Others are left out. Distances may be numbers or texts, times
timestamps or texts; a timestamp without a zone needs --zone.

TEAMS is a file of Parquet or Arrow by its name, or of what --format says. Every other option is one of
`milequest progress`, which does the counting: milequest progress --help tells of them. Rows that it names count the
header as row 1.

  python -m milequest progress may.parquet june.parquet --route at=at.gpx --route ta=ta.gpx -o teams.parquet

--program PATH, or MILEQUEST_BIN, names the program; else it is looked for in PATH.
"""

from __future__ import annotations

import sys
from typing import List, Optional

from . import walks
from ._errors import MileQuestError


def main(arguments: Optional[List[str]] = None) -> int:
    words = sys.argv[1:] if arguments is None else arguments
    if not words or words[0] in ("-h", "--help") or words[1:2] in (["-h"], ["--help"]):
        print(__doc__)
        return 0 if words else 64
    if words[0] != "progress":
        print(f"there is no command “{words[0]}”; python -m milequest --help tells of progress", file=sys.stderr)
        return 64
    try:
        return walks.command(words[1:])
    except MileQuestError as error:
        print(error, file=sys.stderr)
        return 65
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
