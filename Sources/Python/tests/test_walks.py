"""Holds walks in Parquet and Arrow to what the program makes of the same walks in a CSV."""

import contextlib
import csv
import datetime
import decimal
import io
import os
import random
import subprocess
import tempfile
import unittest
import uuid
import warnings

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet
from milequest import __main__ as commands
from milequest import walks

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
ROUTES = [f"--route=at={TOP}/routes/appalachian-trail.geojson", f"--route=ta={TOP}/routes/te-araroa.geojson"]
PROGRAM = os.path.abspath(os.environ.get("MILEQUEST_BIN", os.path.join(TOP, ".build/release/milequest")))
UTC = datetime.timezone.utc


def rows(count):
    """Walks of teams on two routes, some twice, some of people who are in two teams."""
    dice = random.Random(7)
    people = [str(uuid.UUID(int=dice.getrandbits(128))) for _ in range(50)] + ["Ann", "Ben"]
    made = []
    for number in range(count):
        moment = datetime.datetime(2026, 5, 1, tzinfo=UTC) + datetime.timedelta(microseconds=dice.randrange(10**12))
        made.append({
            "activity_id": f"w{number}", "team": f"Team, \"{dice.randrange(40)}\"", "person": dice.choice(people),
            "distance_km": dice.randrange(1, 40_000_000) / 1e6, "started_at": moment, "quest_id": dice.choice(["at", "ta"]),
        })
    return made + dice.sample(made, count // 10)


def table(made):
    return pa.table({name: [row[name] for row in made] for name in made[0]})


@unittest.skipUnless(os.path.exists(PROGRAM), f"there is no program at {PROGRAM}")
class Walks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        warnings.simplefilter("ignore")
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def by_csv(self, made, *options):
        """What the program says of the same rows as Python writes them."""
        with open(self.path("walks.csv"), "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, made[0])
            writer.writeheader()
            writer.writerows({**row, "started_at": row["started_at"].isoformat()} for row in made)
        subprocess.run([PROGRAM, "progress", "--activities", self.path("walks.csv"), "-o", self.path("teams.csv"),
                        *options], check=True)
        with open(self.path("teams.csv"), encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def agree(self, found, told):
        self.assertEqual(len(found), len(told))
        self.assertEqual(found.column_names, list(told[0]))
        for row, text in zip(found.to_pylist(), told):
            self.assertEqual(row["distance_meters"], decimal.Decimal(text["distance_meters"]))
            for name in ["percent", "longitude", "latitude", "bearing"]:
                self.assertEqual(row[name], float(text[name]))
            self.assertEqual(str(row["activities"]), text["activities"])
            self.assertEqual(str(row["finished"]).lower(), text["finished"])
            self.assertEqual(row["team_id"], text["team_id"])

    def test_totals_are_the_programs(self):
        made = rows(3_000)
        told = self.by_csv(made, *ROUTES)
        whole = table(made)
        self.agree(walks.progress(whole, *ROUTES, program=PROGRAM), told)
        # Whatever file, type or batch they come in.
        parquet.write_table(whole, self.path("w.parquet"), row_group_size=700)
        feather.write_feather(whole, self.path("w.arrow"))
        os.mkdir(self.path("parts"))
        for index in range(3):
            parquet.write_table(whole.slice(index * 1_100, 1_100), self.path(f"parts/{index}.parquet"))
        for source in [self.path("w.parquet"), self.path("w.arrow"), self.path("parts"),
                       whole.to_reader(max_chunksize=99)]:
            self.agree(walks.progress(source, *ROUTES, program=PROGRAM), told)
        kinds = {"distance_km": pa.decimal128(12, 6), "team": pa.dictionary(pa.int32(), pa.string()),
                 "started_at": pa.timestamp("us", "Asia/Tokyo"), "activity_id": pa.large_string()}
        for name, kind in kinds.items():
            index = whole.column_names.index(name)
            column = whole[name].dictionary_encode() if name == "team" else whole[name].cast(kind)
            self.agree(walks.progress(whole.set_column(index, name, column), *ROUTES, program=PROGRAM), told)

    def test_options_are_the_programs(self):
        made = rows(500)
        options = [*ROUTES, "--from", "2026-05-03T00:00:00Z", "--keep-repeats"]
        told = self.by_csv(made, *options)
        self.agree(walks.progress(table(made), *options, program=PROGRAM), told)
        # Columns of other names, more of them, and times without a zone.
        renamed = table(made).rename_columns(["activity_id", "Group", "person", "distance_km", "started_at", "quest_id"])
        local = renamed.set_column(4, "started_at", renamed["started_at"].cast(pa.timestamp("us", "UTC"))
                                   .cast(pa.timestamp("us"))).append_column("heart", [[[1, 2]] * len(made)])
        options += ["--team-column", "group", "--zone", "UTC"]
        self.agree(walks.progress(local, *options, program=PROGRAM), told)
        with self.assertRaises(walks.ProgressError) as refused:
            walks.progress(local, *options[:-2], program=PROGRAM)
        self.assertEqual(refused.exception.status, 65)
        self.assertIn("--zone", str(refused.exception))

    def test_the_command(self):
        made = rows(400)
        told = self.by_csv(made, *ROUTES)
        parquet.write_table(table(made), self.path("w.parquet"))

        def command(*words):
            said = io.StringIO()
            with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
                status = commands.main([*words, "--program", PROGRAM] if words else [])
            return status, said.getvalue()

        for name, read in [("t.parquet", parquet.read_table), ("t.arrow", feather.read_table)]:
            self.assertEqual(command("progress", self.path("w.parquet"), *ROUTES, "-o", self.path(name)),
                             (0, "left out 40 rows that repeat an activity\n"))
            self.agree(read(self.path(name)), told)
        status, _ = command("progress", self.path("w.parquet"), *ROUTES, f"--output={self.path('t.csv')}")
        self.assertEqual(status, 0)
        with open(self.path("t.csv"), "rb") as ours, open(self.path("teams.csv"), "rb") as theirs:
            self.assertEqual(ours.read(), theirs.read())
        # What cannot be is said, and leaves no file.
        before = sorted(os.listdir(self.folder))
        for words, says in [
            ((), "python -m milequest progress"), (("progres",), "there is no command"),
            (("progress", *ROUTES), "name the walks first"), (("progress", self.path("none.parquet")), "no such file"),
            (("progress", self.path("walks.csv"), *ROUTES, "-o", self.path("x.parquet")), "neither Parquet nor Arrow"),
            (("progress", self.path("w.parquet"), "-o", self.path("x.parquet"), "--format", "csv"), "--format"),
            (("progress", self.path("w.parquet"), "--route=other=" + ROUTES[0][11:], "-o", self.path("x.parquet")), "none of those"),
        ]:
            status, said = command(*words)
            self.assertNotEqual(status, 0, words)
            self.assertIn(says, said)
        self.assertEqual(sorted(os.listdir(self.folder)), before)
        with self.assertWarnsRegex(UserWarning, "40 rows that repeat"):
            walks.progress(table(made), *ROUTES, program=PROGRAM)

    def test_rows_that_are_bad(self):
        made = rows(100)
        made[7]["distance_km"] = 501.0
        with self.assertRaises(walks.ProgressError) as refused:
            walks.progress(table(made), *ROUTES, program=PROGRAM)
        self.assertIn("9", str(refused.exception))
        found = walks.progress(table(made), *ROUTES, "--skip-bad", program=PROGRAM)
        self.assertGreater(len(found), 0)
        with self.assertRaises(walks.OptionError):
            walks.progress(pa.table({"a": [1]}), *ROUTES, program=PROGRAM)
        with self.assertRaises(walks.OptionError):
            walks.progress(pa.table({"team": [b"x"], "distance": [1.0]}), *ROUTES, program=PROGRAM)
        with self.assertRaises(walks.OptionError):
            walks.progress(table(rows(10)), *ROUTES, program="/no/such/program")


if __name__ == "__main__":
    unittest.main()
