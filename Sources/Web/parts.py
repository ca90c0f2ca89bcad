#!/usr/bin/env python3
"""Takes the map library out of the wheel that `make web` has fetched: python3 parts.py FOLDER"""
import pathlib
import sys
import zipfile

WANTED = {"maplibre-gl.js", "maplibre-gl.css"}

folder = pathlib.Path(sys.argv[1])
wheels = sorted(folder.glob("roadstyle-*.whl"))
if not wheels:
    sys.exit(f"{folder} has no wheel of roadstyle")
with zipfile.ZipFile(wheels[-1]) as wheel:
    found = {pathlib.PurePosixPath(name).name: name for name in wheel.namelist()}
    missing = WANTED - found.keys()
    if missing:
        sys.exit(f"{wheels[-1].name} has no {', '.join(sorted(missing))}")
    for name in sorted(WANTED):
        (folder / name).write_bytes(wheel.read(found[name]))
(folder / "LICENSE.txt").write_bytes(
    (pathlib.Path(__file__).parent / "licences" / "maplibre-gl.txt").read_bytes())
