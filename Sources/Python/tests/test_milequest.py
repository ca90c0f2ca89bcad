"""Holds the package to the program and to its own page.

    MILEQUEST_BIN=.build/release/milequest python -m unittest discover Sources/Python/tests

Without the program, what is compared with it is skipped.
"""

import ctypes
import doctest
import glob
import json
import math
import os
import pickle
import re
import subprocess
import tempfile
import threading
import unittest

import milequest
import numpy as np
from milequest import Distance, Route, _library, frames

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
ROUTES = sorted(glob.glob(os.path.join(TOP, "routes/*.geojson")))
TRAIL = os.path.join(TOP, "routes/appalachian-trail.geojson")
PROGRAM = os.path.abspath(os.environ.get("MILEQUEST_BIN", os.path.join(TOP, ".build/release/milequest")))
needs_program = unittest.skipUnless(os.path.exists(PROGRAM), f"there is no program at {PROGRAM}")

GAPS = b"""{"type":"MultiLineString","coordinates":[[[0,50],[0.1,50]],[[1,50],[1.1,50]],[[1.105,50],[1.2,50]]]}"""


def said(*arguments, check=True):
    done = subprocess.run([PROGRAM, *arguments], check=check, capture_output=True, text=True)
    return done.stdout if check else done.stderr


class Positions(unittest.TestCase):
    @needs_program
    def test_every_position_is_the_programs(self):
        self.assertTrue(ROUTES)
        for path in ROUTES:
            route = Route.open(path)
            span = route.end.micrometres - route.start.micrometres
            places = [route.start.micrometres + span * i // 7 for i in range(8)]
            texts = [Distance(micrometres=place).text("m") + "m" for place in places]
            told = json.loads(said("position", path, "--format", "json", *(f"--at={text}" for text in texts)))
            self.assertEqual(told["positions"], [route.position(Distance(micrometres=place)) for place in places], path)
            columns = route.positions(micrometres=np.array(places))
            for i, position in enumerate(told["positions"]):
                # The columns come from the table: within 50 nm, which are 5e-13 degrees of latitude.
                self.assertAlmostEqual(columns.latitude[i], position["coordinate"][1], delta=1e-12)
                self.assertEqual(bool(columns.finished[i]), position["finished"])
                self.assertEqual(int(columns.leg[i]), position["leg"])

    @needs_program
    def test_columns_are_to_the_bit_what_progress_writes(self):
        for path in ROUTES:
            route = Route.open(path)
            # With fewer teams than vertices, it looks each position up by itself.
            count = route.vertex_count + 50
            metres = np.random.default_rng(7).integers(1, 500_000_000, count) / 1000
            with tempfile.TemporaryDirectory() as folder:
                walks = os.path.join(folder, "walks.csv")
                with open(walks, "w", encoding="utf-8") as file:
                    file.write("team_id,distance_meters\n")
                    file.writelines(f"{team},{walk:.3f}\n" for team, walk in enumerate(metres))
                rows = [json.loads(line) for line in
                        said("progress", "--route", path, "--activities", walks, "--format", "jsonl").splitlines()]
            self.assertEqual(len(rows), len(metres))
            teams = np.array([int(row.get("team_id", row.get("teamId"))) for row in rows])
            where = route.positions(metres[teams] + route.start.metres)
            for i, row in enumerate(rows):
                self.assertEqual((row["coordinate"], row["bearing"], row["finished"]),
                                 ([where.longitude[i], where.latitude[i]], where.bearing[i], bool(where.finished[i])))

    def test_metres_and_micrometres_agree(self):
        route = Route.open(TRAIL)
        micrometres = np.random.default_rng(1).integers(-10**9, route.end.micrometres + 10**9, 10_001)
        exact = route.positions(micrometres=micrometres)
        for name, a, b in zip(exact._fields, exact, route.positions(micrometres / 1e6)):
            np.testing.assert_array_equal(a, b, name)
        order = np.argsort(micrometres)
        ascending = route.positions(micrometres=micrometres[order])
        np.testing.assert_array_equal(ascending.longitude, exact.longitude[order])

    def test_what_is_no_distance_is_no_position(self):
        found = Route.open(TRAIL).positions([math.nan, -math.inf, math.inf, 1e300, -1e300, 5e9])
        np.testing.assert_array_equal(np.isnan(found.latitude), [True] + 5 * [False])
        np.testing.assert_array_equal(found.finished, [False, False, True, True, False, True])
        self.assertEqual(found.leg[0], 0)
        extremes = Route.open(TRAIL).positions(micrometres=[-2**63, 2**63 - 1])
        np.testing.assert_array_equal(extremes.finished, [False, True])

    def test_out_and_columns(self):
        route = Route.open(TRAIL)
        metres = np.linspace(0, 3.6e6, 5_000)
        whole = route.positions(metres)
        for name in whole._fields:
            alone = route.positions(metres, columns=[name])
            np.testing.assert_array_equal(getattr(alone, name), getattr(whole, name))
            self.assertEqual([value is not None for value in alone], [field == name for field in whole._fields])
        longitude = np.full(metres.size, -1.0)
        found = route.positions(metres, out={"longitude": longitude})
        self.assertIs(found.longitude, longitude)
        np.testing.assert_array_equal(longitude, whole.longitude)
        for bad in (np.empty(3), np.empty(metres.size, np.float32), np.empty(2 * metres.size)[::2], metres):
            with self.assertRaises(ValueError):
                route.positions(metres, out={"latitude": bad})

    def test_shapes(self):
        route = Route.open(TRAIL)
        self.assertEqual(route.positions(5.0).latitude.shape, ())
        self.assertEqual(route.positions([]).latitude.shape, (0,))
        self.assertEqual(route.positions(np.zeros((2, 3))).finished.shape, (2, 3))
        strided = np.arange(10.0)[::-2] * 1000
        np.testing.assert_array_equal(route.positions(strided).latitude, route.positions(strided.copy()).latitude)


class Routes(unittest.TestCase):
    def test_nearest_finds_the_way_back(self):
        route = Route.open(TRAIL)
        metres = np.linspace(0, route.length.metres, 50)
        where = route.positions(metres)
        found = route.nearest(where.longitude, where.latitude, near=metres)
        # The straight legs of the sample are geodesics, and a distance is rounded to a micrometre.
        self.assertLess(np.abs(found.distance - metres).max(), 1e-5)
        self.assertLess(found.offset.max(), 1e-5)
        none = route.nearest([math.nan, 0.0], [50.0, 95.0])
        self.assertTrue(np.isnan(none.offset).all() and np.isnan(none.distance).all())

    @needs_program
    def test_nearest_is_the_programs(self):
        route = Route.open(TRAIL)
        told = json.loads(said("nearest", TRAIL, "--to", "39,-78", "--format", "json"))["matches"][0]
        found = route.nearest(-78.0, 39.0)
        self.assertEqual([found.distance, found.offset, [found.longitude, found.latitude]],
                         [told["distanceMeters"], told["offsetMeters"], told["coordinate"]])

    def test_options(self):
        with self.assertRaisesRegex(milequest.RouteError, "join 1 from part 1 to part 2") as caught:
            Route.open(GAPS, file_name="gaps.geojson")
        self.assertEqual(caught.exception.name, "join-unresolved")
        ferry = Route.open(GAPS, joins="ferry")
        self.assertGreater(Route.open(GAPS, joins="counted").length, ferry.length)
        self.assertEqual(Route.open(GAPS, join={1: "ferry"}).length, ferry.length)
        self.assertEqual(Route.open(GAPS, joins_above="2km=ferry").length, ferry.length)
        self.assertEqual(Route.open(GAPS, joins="ferry", official_length="100km").length, Distance("100km"))
        self.assertEqual(Route.open(GAPS, joins="ferry", there_and_back=True).length, ferry.length * 2)
        self.assertEqual(Route.open(GAPS, joins="ferry", laps=3, lap_join="ferry").length, ferry.length * 3)
        for wrong in ({"joins": "swim"}, {"laps": 0}, {"join": {9: "ferry"}}, {"track": "nobody"}, {"format": "doc"},
                      {"official_length": "10"}, {"joins_below": "2km"}, {"calibrate": "x"}):
            with self.assertRaises(milequest.OptionError, msg=wrong):
                Route.open(GAPS, **wrong)

    @needs_program
    def test_a_refusal_has_the_programs_words(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "bad.geojson")
            with open(path, "w", encoding="utf-8") as file:
                file.write('{"type": "LineString",\n "coordinates": [[0, 95], [1, 200]]}')
            with self.assertRaises(milequest.FileError) as caught:
                Route.open(path)
            self.assertEqual(str(caught.exception) + "\n", said("position", path, "--at", "1m", check=False))
            self.assertEqual((caught.exception.line, caught.exception.column), (2, 18))
            with open(path, "wb") as file:
                file.write(GAPS)
            with self.assertRaises(milequest.RouteError) as caught:
                Route.open(path)
            self.assertEqual(str(caught.exception) + "\n", said("position", path, "--at", "1m", check=False))

    def test_what_a_route_holds(self):
        route = Route.open(TRAIL)
        self.assertEqual(route.name, "Appalachian Trail")
        self.assertEqual(route.waypoints[0].name, "Springer Mountain")
        self.assertEqual(route.vertices.shape, (route.vertex_count, 3))
        self.assertEqual(list(route.part_starts), [0])
        again = Route.open(route.to_geojson(15).encode())
        self.assertEqual(again.length, route.length)
        line = route.__geo_interface__
        self.assertEqual((line["type"], line["geometry"]["type"]), ("Feature", "LineString"))
        np.testing.assert_array_equal(np.array(line["geometry"]["coordinates"])[:, :2], route.vertices[:, :2])

    def test_a_closed_route_says_so(self):
        with Route.open(TRAIL) as route:
            pass
        for ask in (lambda: route.positions([0.0]), lambda: route.position(0), lambda: route.nearest(0.0, 0.0)):
            with self.assertRaisesRegex(milequest.RouteError, "no open route"):
                ask()
        route.close()

    def test_many_threads_share_a_route(self):
        route = Route.open(TRAIL)
        metres = np.random.default_rng(3).random(50_000) * 3.6e6
        right, wrong = route.positions(metres).latitude, []

        def ask(number):
            try:
                for _ in range(5):
                    if not np.array_equal(route.positions(metres).latitude, right):
                        wrong.append("positions")
                    route.nearest(-78.0, 39.0)
                    with self.assertRaisesRegex(milequest.OptionError, f"policy{number}”"):
                        Route.open(TRAIL, joins=f"policy{number}")
            except BaseException as error:
                wrong.append(error)

        threads = [threading.Thread(target=ask, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])


class Distances(unittest.TestCase):
    def test_text_is_exact(self):
        self.assertEqual(Distance("3.1 mi").micrometres, 4_988_966_400)
        self.assertEqual(Distance("26.21875", "mi").text("m"), "42194.988")
        self.assertEqual(Distance("0.0000005m").micrometres, 0)
        self.assertEqual(Distance("0.0000015m").micrometres, 2)
        for wrong in ("", "3", "3 miles2", "1e99km", "\0", "M", "\ud800"):
            with self.assertRaises(milequest.DistanceError, msg=repr(wrong)):
                Distance(wrong)

    def test_sums_are_exact_in_any_order(self):
        column = np.random.default_rng(5).integers(-2**60, 2**60, 100_000)
        column = np.concatenate([column, -column, [12]])
        self.assertEqual(Distance.sum(column), Distance(micrometres=12))
        self.assertEqual(Distance.sum(np.sort(column)), Distance(micrometres=12))
        with self.assertRaises(milequest.DistanceError):
            Distance.sum(np.full(3, 2**62))
        with self.assertRaises(TypeError):
            Distance.sum(np.array([0.5]))

    def test_it_behaves_as_a_value(self):
        mile = Distance("1mi")
        self.assertEqual(pickle.loads(pickle.dumps(mile)), mile)
        self.assertEqual(len({mile, Distance("1609.344m")}), 1)
        self.assertLess(-mile, mile - mile)
        with self.assertRaises(milequest.DistanceError):
            Distance(micrometres=2**63)


class Interface(unittest.TestCase):
    """What ctypes lets through and the library must refuse without a crash."""

    def test_bad_arguments(self):
        library = _library.LIBRARY
        route = Route.open(TRAIL)
        column = np.zeros(4)
        self.assertEqual(library.mq_positions(route._handle, None, 3, None, None, None, None, None), 1)
        self.assertEqual(library.mq_positions(route._handle, column.ctypes.data, 2**64 - 1, *5 * [None]), 1)
        self.assertEqual(library.mq_positions(route._handle, column.ctypes.data + 1, 3, *5 * [None]), 1)
        self.assertEqual(library.mq_positions(route._handle, None, 0, *5 * [None]), 0)
        self.assertEqual(library.mq_positions(2**64 - 1, column.ctypes.data, 3, *5 * [None]), 2)
        self.assertEqual(library.mq_route_open(None, 5, None, None, 0, ctypes.c_uint64()), 1)
        self.assertEqual(library.mq_route_open(b"x", 1, None, None, 2, ctypes.c_uint64()), 1)
        self.assertEqual(library.mq_route_open(b"x", 1, None, None, 0, None), 1)
        self.assertEqual(library.mq_route_open(b"", 0, None, None, 0, ctypes.c_uint64()), 4)
        self.assertEqual(library.mq_route_vertices(route._handle, None, None, None, 1), 1)
        self.assertEqual(library.mq_distance_text(1, None, 0, None, 0, None), 1)
        self.assertEqual(library.mq_distance_text(1, b"m", 0, None, 0, None), 6)
        self.assertEqual(library.mq_route_waypoint_text(route._handle, 2**64 - 1, 0, None, 0, None), 1)
        for tolerance in (math.nan, math.inf, -1.0):
            with self.assertRaises(milequest.MileQuestError):
                route.nearest(0.0, 0.0, tolerance=tolerance)
        self.assertEqual(library.mq_threshold_percent(0, 5, ctypes.c_int64()), 1)

    def test_hints_beyond_every_distance(self):
        route = Route.open(GAPS, joins="ferry", official_length="0.000001m", laps=10_000, lap_join="ferry")
        near = np.array([-2**63, 2**63 - 1])
        found = np.empty(2, np.int64)
        place = np.array([0.05, 0.05]), np.array([50.0, 50.0])
        _library.call(_library.LIBRARY.mq_nearest, route._handle, place[0].ctypes.data, place[1].ctypes.data,
                      near.ctypes.data, 2, 25.0, found.ctypes.data, None, None, None, None)
        self.assertLess(found[0], found[1])

    def test_thresholds(self):
        out, places = np.empty(4, np.int64), np.array([-5, 1, 2, 99])
        _library.call(_library.LIBRARY.mq_thresholds, 10, 3, places.ctypes.data, 4, out.ctypes.data)
        self.assertEqual(list(out), [0, 4, 7, 10])
        value = ctypes.c_int64()
        _library.call(_library.LIBRARY.mq_threshold_percent, 2**63 - 1, 50, value)
        self.assertEqual(value.value, 2**62)

    def test_every_function_of_the_header_is_declared(self):
        here = os.path.join(TOP, "Sources/CMileQuest/milequest.h")
        with open(here, encoding="utf-8") as file:
            names = set(re.findall(r"^\w[\w ]* \*?(mq_\w+)\(", file.read(), re.MULTILINE))
        self.assertEqual(names - set(_library._DECLARED), {"mq_version", "mq_error_message", "mq_error_name",
                                                          "mq_error_place"})


def imported(name):
    try:
        return __import__(name)
    except ImportError:
        return None


class Frames(unittest.TestCase):
    METRES = [0.0, 1_609_344.0, None, 5e9]

    def setUp(self):
        self.route = Route.open(TRAIL)
        self.right = self.route.positions([0.0, 1_609_344.0, math.nan, 5e9])

    @unittest.skipUnless(imported("pandas"), "pandas is not installed")
    def test_pandas(self):
        table = imported("pandas").DataFrame({"metres": self.METRES}, index=[9, 8, 7, 6])
        found = frames.pandas(self.route, table, "metres", prefix="at_")
        for name in frames.COLUMNS:
            np.testing.assert_array_equal(found["at_" + name].to_numpy(), getattr(self.right, name))
        self.assertEqual(list(table.columns), ["metres"])

    @unittest.skipUnless(imported("polars"), "Polars is not installed")
    def test_polars(self):
        table = imported("polars").DataFrame({"metres": self.METRES})
        for found in (frames.polars(self.route, table, "metres"),
                      frames.polars(self.route, table.lazy(), "metres").collect()):
            self.assertEqual(found.columns, ["metres", *frames.COLUMNS])
            for name in frames.COLUMNS:
                np.testing.assert_array_equal(found[name].to_numpy(), getattr(self.right, name))

    @unittest.skipUnless(imported("duckdb") and imported("pyarrow"), "DuckDB or pyarrow is not installed")
    def test_duckdb(self):
        connection = imported("duckdb").connect()
        frames.duckdb(self.route, connection, "trail")
        columns = ", ".join(f"trail_{name}(metres)" for name in frames.COLUMNS)
        rows = connection.execute(
            f"SELECT {columns} FROM (VALUES (0.0::DOUBLE), (1609344.0), (NULL), (5e9)) AS walks(metres)").fetchall()
        for i, row in enumerate(rows):
            expected = tuple(column[i].item() for column in self.right)
            self.assertEqual(row, expected if i != 2 else (None,) * 5)


class Texts(unittest.TestCase):
    def test_the_version_is_the_programs(self):
        with open(os.path.join(TOP, "Sources/milequest/MileQuest.swift"), encoding="utf-8") as file:
            self.assertIn(f'static let version = "{milequest.__version__}"', file.read())

    def test_the_page_and_the_docstrings_are_true(self):
        folder = os.getcwd()
        os.chdir(TOP)
        try:
            failed, tried = doctest.testfile(os.path.join(TOP, "docs/python.md"), module_relative=False)
        finally:
            os.chdir(folder)
        self.assertGreater(tried, 10)
        self.assertEqual(failed, 0)
        self.assertEqual(doctest.testmod(milequest._distance).failed, 0)


if __name__ == "__main__":
    unittest.main()
