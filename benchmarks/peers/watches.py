"""Holds what is read from watches' files to what others read from them, point by point.

FIT files are read by `fitdecode`, by Garmin's own SDK and by GPSBabel, TCX files by GPSBabel and by
Python's ElementTree. Of each point the place, the time, the height and the distance that the watch
had counted are compared, as far as the peer gives them. It prints a table, and fails where anything
differs beyond what the peer's own rounding explains.
"""

import argparse
import csv
import datetime
import io
import os
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ElementTree

import fitdecode
import garmin_fit_sdk

PARSER = argparse.ArgumentParser(description=__doc__.splitlines()[0])
PARSER.add_argument("--program", required=True, help="the program milequest")
PARSER.add_argument("files", nargs="+", help="files that end in .fit and .tcx")
OPTIONS = PARSER.parse_args()
# fitdecode warns of each field that a broken file invents.
warnings.simplefilter("ignore")

SEMICIRCLE = 180 / 2**31
UTC = datetime.timezone.utc
# By how much a peer may differ: degrees, seconds, metres of height, metres of the way. GPSBabel
# writes nine decimals of a degree, three of a height and milliseconds.
EXACT = (1e-12, 0, 1e-9, 1e-6)
WRITTEN = (6e-10, 5e-4, 6e-4, 0)


class Refused(Exception):
    """A peer does not read a file."""


def number(text):
    """A number, or None where there is none."""
    return None if text in (None, "") else float(text)


def seconds(text):
    """The seconds since 1970 of a time as XML has it."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() if text else None


def ours(path):
    """The points that the program reads, what it says about the file, and whether it refuses it."""
    run = subprocess.run([OPTIONS.program, "inspect", "--points", path], capture_output=True,
                         text=True, check=False)
    points = [(float(row["latitude"]), float(row["longitude"]), seconds(row["time"]),
               number(row["elevation_meters"]), number(row["device_distance_meters"]))
              for row in csv.DictReader(io.StringIO(run.stdout))]
    said = run.stderr.strip().replace(os.path.dirname(path) + "/", "")
    return points, said, run.returncode != 0


def placed(records):
    """The points of records that have a place."""
    points = []
    for record in records:
        north, east = record.get("position_lat"), record.get("position_long")
        if north is None or east is None:
            continue
        time = record.get("timestamp")
        height = record.get("enhanced_altitude")
        if height is None:
            height = record.get("altitude")
        points.append((north * SEMICIRCLE, east * SEMICIRCLE,
                       time.timestamp() if isinstance(time, datetime.datetime) else None,
                       height, record.get("distance")))
    return points


def with_fitdecode(path):
    """The points by fitdecode; of a broken file those before the fault."""
    records = []
    try:
        with fitdecode.FitReader(path, check_crc=fitdecode.CrcCheck.DISABLED) as reader:
            for frame in reader:
                if frame.frame_type == fitdecode.FIT_FRAME_DATA and frame.name == "record":
                    records.append({field.name: field.value for field in frame.fields})
    except (fitdecode.FitError, ValueError) as error:
        if not records:
            raise Refused(str(error)) from error
    return placed(records)


def with_sdk(path):
    """The points by Garmin's SDK."""
    decoder = garmin_fit_sdk.Decoder(garmin_fit_sdk.Stream.from_file(path))
    messages, errors = decoder.read(convert_types_to_strings=False, merge_heart_rates=False)
    records = messages.get("record_mesgs", [])
    if errors and not records:
        raise Refused(str(errors[0]))
    return placed(records)


def with_gpsbabel(path):
    """The points by GPSBabel, which gives no distances."""
    kind = "garmin_fit" if path.endswith(".fit") else "gtrnctr"
    run = subprocess.run(["gpsbabel", "-t", "-i", kind, "-f", path, "-o", "gpx", "-F", "-"],
                         capture_output=True, text=True, check=False)
    if run.returncode:
        raise Refused(run.stderr.strip().splitlines()[-1])
    points = []
    for point in ElementTree.fromstring(run.stdout).iter():
        if not point.tag.endswith("}trkpt"):
            continue
        inside = {child.tag.split("}")[1]: child.text for child in point}
        points.append((float(point.get("lat")), float(point.get("lon")),
                       seconds(inside.get("time")), number(inside.get("ele")), None))
    return points


def with_element_tree(path):
    """The points by the elements of a TCX file."""
    points = []
    for point in ElementTree.parse(path).getroot().iter():
        if not point.tag.endswith("}Trackpoint"):
            continue
        inside = {child.tag.split("}")[1]: child.text for child in point.iter()}
        if "LatitudeDegrees" in inside:
            points.append((float(inside["LatitudeDegrees"]), float(inside["LongitudeDegrees"]),
                           seconds(inside.get("Time")), number(inside.get("AltitudeMeters")),
                           number(inside.get("DistanceMeters"))))
    return points


def differences(mine, theirs, bounds):
    """How many points differ in place, time, height and distance."""
    counts = [0, 0, 0, 0]
    for a, b in zip(mine, theirs):
        pairs = [(max(abs(a[0] - b[0]), abs(a[1] - b[1])), bounds[0])]
        for index in (2, 3, 4):
            if b[index] is None:
                # What a peer does not give is no difference.
                pairs.append((0, 0))
            elif a[index] is None:
                pairs.append((1, 0))
            else:
                pairs.append((abs(a[index] - b[index]), bounds[index - 1]))
        for index, (difference, bound) in enumerate(pairs):
            counts[index] += difference > bound
    return counts


PEERS = {
    ".fit": [("fitdecode", with_fitdecode, EXACT), ("garmin-fit-sdk", with_sdk, EXACT),
             ("GPSBabel", with_gpsbabel, WRITTEN)],
    ".tcx": [("ElementTree", with_element_tree, EXACT), ("GPSBabel", with_gpsbabel, WRITTEN)],
}


def main():
    """Compares all files and prints the table."""
    print("| file | points | peer | its points | places | times | heights | distances that differ |")
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    failed = False
    notes = []
    for path in OPTIONS.files:
        mine, said, refused = ours(path)
        if said:
            notes.append(said)
        for name, read, bounds in PEERS[os.path.splitext(path)[1]]:
            head = f"| {os.path.basename(path)} | {len(mine)} | {name} |"
            try:
                theirs = read(path)
            except Refused as error:
                print(f"{head} refused: {error} | | | | |")
                continue
            counts = differences(mine, theirs, bounds)
            print(f"{head} {len(theirs)} | {' | '.join(map(str, counts))} |")
            # Of a file that is refused the points before the fault are compared; peers guess further.
            failed = failed or any(counts) or (len(mine) != len(theirs) and not refused)
    for note in notes:
        print(f"\n    {note}")
    sys.exit("what is read differs from what others read" if failed else 0)


main()
