"""Writes what watches and services export into a folder: files that are made, of walks that nobody walked.

The columns are those that Strava and Garmin Connect document for their exports of all activities; the
recordings hold the same walk of 2026-05-03, 18:30 UTC, as GPX, TCX and FIT.
"""

import csv
import os
import struct
import sys

FOLDER = sys.argv[1]
POINTS = [(46.5 + index / 1000, -7.25, 1200 + index, 10 * index, 120 * index) for index in range(11)]


def write(name, text):
    """Writes a text into the folder."""
    with open(os.path.join(FOLDER, name), "w", encoding="utf-8", newline="") as file:
        file.write(text)


def table(name, rows):
    """Writes rows as CSV."""
    with open(os.path.join(FOLDER, name), "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def time(second):
    """A time of the walk."""
    return f"2026-05-03T18:{30 + second // 60:02}:{second % 60:02}Z"


def fit():
    """The walk as a FIT file."""
    def total(data):
        crc = 0
        for byte in data:
            crc ^= byte
            for _ in range(8):
                crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
        return struct.pack("<H", crc)

    def define(local, message, fields):
        return struct.pack("<BBBHB", 0x40 | local, 0, 0, message, len(fields)) + b"".join(
            struct.pack("BBB", *field) for field in fields)

    start = 1777833000 - 631065600
    data = define(0, 0, [(0, 1, 0), (1, 2, 0x84), (3, 4, 0x8C)])
    data += struct.pack("<BBHI", 0, 4, 1, 4711)
    data += define(1, 20, [(253, 4, 0x86), (0, 4, 0x85), (1, 4, 0x85), (2, 2, 0x84), (5, 4, 0x86)])
    for north, east, height, second, meters in POINTS:
        data += struct.pack("<BIiiHI", 1, start + second, round(north / 180 * 2**31),
                            round(east / 180 * 2**31), (height + 500) * 5, meters * 100)
    data += define(2, 18, [(2, 4, 0x86), (7, 4, 0x86), (8, 4, 0x86), (9, 4, 0x86)])
    data += struct.pack("<BIIII", 2, start, 100_000, 90_000, 120_000)
    header = struct.pack("<BBHI4s", 14, 0x10, 0, len(data), b".FIT")
    header += total(header)
    return header + data + total(header + data)


table("strava.csv", [
    ["Activity ID", "Activity Date", "Activity Name", "Activity Type", "Activity Description",
     "Elapsed Time", "Distance", "Commute", "Filename", "Elapsed Time", "Moving Time", "Distance"],
    ["101", "May 3, 2026, 6:30:00 PM", "Evening Walk, with dog", "Walk", "", "3723", "5.02", "false",
     "activities/101.fit.gz", "3723.0", "3490.0", "5021.3"],
    ["102", "May 4, 2026, 12:05:09 AM", "Night Run", "Run", "", "1800", "6.00", "false", "", "1800.0",
     "1800.0", "6000.0"],
    ["103", "May 5, 2026, 7:00:00 AM", "To work", "Ride", "", "1200", "8.00", "true", "", "1200.0",
     "1100.0", "8000.0"],
])
table("garmin.csv", [
    ["Activity Type", "Date", "Favorite", "Title", "Distance", "Calories", "Time", "Avg HR"],
    ["Walking", "2026-05-03 18:30:00", "false", "Walk", "5.02", "301", "01:02:03", "98"],
    ["Trail Running", "2026-05-04 08:00:00", "false", "Hills", "10.50", "1,201", "58:10.4", "151"],
    ["Cycling", "2026-05-05 07:00:00", "false", "To work", "8.00", "200", "00:20:00", "--"],
])
write("walk.gpx", '<gpx version="1.1" creator="made" xmlns="http://www.topografix.com/GPX/1/1">'
      "<trk><name>Evening</name><trkseg>" + "".join(
          f'<trkpt lat="{north:.4f}" lon="{east}"><ele>{height}</ele><time>{time(second)}</time></trkpt>'
          for north, east, height, second, _ in POINTS) + "</trkseg></trk></gpx>\n")
write("walk.tcx", '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/'
      'TrainingCenterDatabase/v2"><Activities><Activity Sport="Other"><Id>2026-05-03T18:30:00Z</Id>'
      '<Lap StartTime="2026-05-03T18:30:00Z"><TotalTimeSeconds>90</TotalTimeSeconds>'
      "<DistanceMeters>1200</DistanceMeters><Track>" + "".join(
          f"<Trackpoint><Time>{time(second)}</Time><Position><LatitudeDegrees>{north:.4f}"
          f"</LatitudeDegrees><LongitudeDegrees>{east}</LongitudeDegrees></Position><AltitudeMeters>"
          f"{height}</AltitudeMeters><DistanceMeters>{meters}</DistanceMeters></Trackpoint>"
          for north, east, height, second, meters in POINTS)
      + "</Track></Lap><Creator><Name>Made</Name><UnitId>12</UnitId></Creator></Activity>"
      "</Activities></TrainingCenterDatabase>\n")


def workout(sport, day, zone, statistics, attributes=""):
    """A workout of Apple Health, of an hour from half past eight in the evening."""
    return (f'<Workout workoutActivityType="HKWorkoutActivityType{sport}" duration="60" durationUnit="min" '
            f'{attributes}sourceName="Ann’s Watch" startDate="{day} 20:30:00 {zone}" '
            f'endDate="{day} 21:30:00 {zone}">{statistics}</Workout>\n')


WALKED = ('<WorkoutStatistics type="HKQuantityTypeIdentifierDistanceWalkingRunning" '
          'startDate="" endDate="" sum="{}" unit="{}"/>')
# The declaration of some versions is not XML.
write("export.xml", """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!ELEMENT HealthData (ExportDate|Me|(Record|Workout)*)>
<!ATTLIST Record type CDATA #REQUIRED <!-- HKQuantityTypeIdentifier -->
  value CDATA #IMPLIED>
]>
<HealthData locale="en_GB">
<ExportDate value="2026-06-01 08:00:00 +0200"/>
"""
      + '<Record type="HKQuantityTypeIdentifierStepCount" unit="count" value="17"/>\n' * 5_000
      + workout("Walking", "2026-05-03", "+0200", WALKED.format("5.021", "km"))
      + workout("Hiking", "2026-05-04", "-0700", '<MetadataEntry key="HKIndoorWorkout" value="0"/>',
                'totalDistance="2.5" totalDistanceUnit="mi" ')
      + workout("Cycling", "2026-05-05", "+0200", "")
      + workout("Walking", "2026-05-06", "+0200", "") + "</HealthData>\n")
with open(os.path.join(FOLDER, "walk.fit"), "wb") as output:
    output.write(fit())
