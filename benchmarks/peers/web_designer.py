#!/usr/bin/env python3
"""Goes through the stories of the route designer, in Debian's Chromium against the built program.

    benchmarks/.venv/bin/python benchmarks/peers/web_designer.py --program .build/release/milequest

It runs as web.py does, whose parts it uses.
"""
import json
import re
import time

import web
from web import DESK, FACTS, PHONE, check, eventually, story, visitor

LONG_TASKS = (
    "window.longest = 0; new PerformanceObserver(list => { for (const each of list.getEntries())"
    " window.longest = Math.max(window.longest, each.duration); }).observe({ entryTypes: ['longtask'] });")


def gpx(points, name="Moselle"):
    lines = "\n".join(f'<trkpt lat="{lat:.6f}" lon="{lon:.6f}"><ele>{height}</ele></trkpt>'
                      for lat, lon, height in points)
    return ('<?xml version="1.0"?>\n<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">\n'
            f"<trk><name>{name}</name><trkseg>\n{lines}\n</trkseg></trk></gpx>\n").encode()


def walk(count=200, spike=100):
    """A walk of 20 km to the north, with a spike."""
    points = [(49 + 0.0009 * step, 6 + 0.0002 * (step % 5), 200 + step % 30) for step in range(count)]
    if spike:
        points[spike] = (points[spike][0], 6.05, points[spike][2])
    return points


def there_and_back():
    north = [(49 + 0.0009 * step, 6.0, 200) for step in range(100)]
    return north + [(lat, lon + 0.00005, height) for lat, lon, height in reversed(north)]


def geojson(parts, name="Gap", **properties):
    return json.dumps({"type": "Feature", "properties": {"name": name, **properties},
                       "geometry": {"type": "MultiLineString", "coordinates": parts}}).encode()


class Bench:
    """A designer's page of one visitor."""

    def __init__(self, visits):
        self.visits, self.page = visits, visits.page

    def open(self, file, name="walk.gpx", mime="application/gpx+xml"):
        self.visits.go("/designer")
        self.page.get_by_label("A route file").set_input_files({"name": name, "mimeType": mime, "buffer": file})
        self.ready()

    def ready(self):
        eventually(lambda: self.page.evaluate(
            "() => { const root = document.querySelector('.designer');"
            " return root !== null && !root.hasAttribute('aria-busy') && root.querySelector('.facts dd') !== null; }"),
            "the designer is ready", 60)

    def panel(self, title):
        """Opens a part of the page."""
        summary = self.page.locator("summary", has=self.page.get_by_role("heading", name=title, exact=True))
        if not summary.evaluate("each => each.parentElement.open"):
            summary.click()
        return summary.locator("xpath=..")

    def fact(self, name):
        return self.page.evaluate(
            "name => [...document.querySelectorAll('.designer .facts > div')]"
            ".find(each => each.querySelector('dt').textContent === name)?.querySelector('dd').textContent", name)

    def kept(self):
        self.visits.sees("Kept on this device")

    def click_map(self, longitude, latitude):
        place = self.page.evaluate("""([longitude, latitude]) => {
            const map = document.getElementById("map");
            map.scrollIntoView({ block: "center" });
            const box = map.getBoundingClientRect();
            const point = map.milequestMap.project([longitude, latitude]);
            return [box.x + map.clientLeft + point.x, box.y + map.clientTop + point.y];
        }""", [longitude, latitude])
        self.page.mouse.click(*place)

    def choose(self, edit, **values):
        part = self.panel("Course and line")
        part.get_by_label("What to do").select_option(label=edit)
        for label, value in values.items():
            part.get_by_label(label.replace("_", " "), exact=True).fill(value)
        part.get_by_role("button", name=edit.split(": ")[1], exact=True).click()
        self.ready()


def bench(visits, service):
    email, token = service.person()
    visits.sign_in(email)
    return Bench(visits), token


# Stories


@story(short=True)
def one_finding_is_mended(browser, service):
    """One spike of three, then another; what is taken back takes along what was found after it."""
    points = walk(spike=None)
    for step in (40, 100, 160):
        points[step] = (points[step][0], 6.05, points[step][2])
    for size in (PHONE, DESK):
        with visitor(browser, service, size) as visits:
            design, _ = bench(visits, service)
            design.open(gpx(points))
            spikes = design.page.locator(".findings [data-code=spike]")

            def left(count):
                eventually(lambda: spikes.count() == count, f"{count} spikes are left, not {spikes.count()}")
                design.ready()

            left(3)

            def lines():
                return [int(re.search(r"line (\d+), column", text).group(1)) for text in spikes.all_inner_texts()]

            texts, known = spikes.all_inner_texts(), lines()
            check("all 3" in texts[0] and all("this one alone" in text for text in texts), f"{texts}")
            before = design.fact("Length")
            spikes.nth(1).get_by_role("button", name="alone").click()
            left(2)
            check(lines() == [known[0], known[2] - 1], f"{known}: {spikes.all_inner_texts()}")
            visits.shot("designer-one-repaired")
            visits.is_for_everyone("single repairs")
            spikes.nth(1).get_by_role("button", name="alone").click()
            left(1)
            # The last one has no others beside it.
            check(spikes.get_by_role("button", name="alone").count() == 0, "one button is enough")
            design.page.locator("h1").click()
            design.page.keyboard.press("Control+z")
            left(2)
            design.page.keyboard.press("Control+Shift+z")
            left(1)
            design.kept()
            design.page.reload()
            design.ready()
            left(1)
            design.panel("What was decided").get_by_role("button", name="Take back").first.click()
            left(3)
            check(design.fact("Length") == before, "all is as it was")


@story(short=True)
def a_file_is_mended(browser, service):
    """Findings with line and column, a repair with the line before it, undo and redo, and a reload."""
    for size in (PHONE, DESK):
        with visitor(browser, service, size) as visits:
            design, _ = bench(visits, service)
            design.open(gpx(walk()))
            check(visits.drawn() == "true", "the map is drawn")
            visits.sees("darts")
            found = design.page.locator(".findings [data-code=spike]").first
            check("line" in found.inner_text() and "column" in found.inner_text(), found.inner_text())
            before = design.fact("Length")
            found.locator("button.finding").click()
            visits.sees("heading")
            found.get_by_role("button", name="Repair:").click()
            eventually(lambda: design.fact("Length") != before, "the spike is gone")
            design.ready()
            design.kept()
            after = design.fact("Length")
            time.sleep(1)
            visits.shot("designer-repaired")
            check(not design.page.locator(".findings [data-code=spike]").count(), "no spike is left")
            design.page.locator("h1").click()
            design.page.keyboard.press("Control+z")
            eventually(lambda: design.fact("Length") == before, "undone by the keyboard")
            design.page.keyboard.press("Control+Shift+z")
            eventually(lambda: design.fact("Length") == after, "redone by the keyboard")
            design.kept()
            design.page.reload()
            design.ready()
            eventually(lambda: design.fact("Length") == after, "the draft goes on after a reload")
            visits.go("/")
            design.page.go_back()
            design.ready()
            eventually(lambda: design.fact("Length") == after, "and after Back")
            design.page.get_by_role("button", name="Undo").click()
            eventually(lambda: design.fact("Length") == before, "undone by the button")


@story(short=True)
def an_undo_without_the_service(browser, service):
    """What is stored is what is shown: an undo that fails changes nothing, and can be tried again."""
    with visitor(browser, service) as visits:
        design, _ = bench(visits, service)
        design.open(gpx(walk()))
        design.choose("Course: Name the route", Name="Renamed")
        eventually(lambda: design.fact("Name") == "Renamed", "renamed")
        design.kept()
        # A page that is new has to ask the service for the state before.
        design.page.reload()
        design.ready()
        visits.context.route("**/v1/routes:*", lambda route: route.abort())
        undo = design.page.get_by_role("button", name="Undo")
        undo.click()
        visits.sees("The service cannot be reached")
        check(design.fact("Name") == "Renamed" and undo.is_enabled(), f"{design.fact('Name')}: nothing has moved")
        check(design.panel("What was decided").locator("ol > li").count() == 1, "the step is still there")
        visits.shot("designer-undo-fails")
        visits.context.unroute("**/v1/routes:*")
        design.page.get_by_role("button", name="Try again").click()
        eventually(lambda: design.fact("Name") == "Moselle", "undone the second time")
        check(undo.is_disabled(), "nothing is left to undo")


@story(short=True)
def two_clicks_do_one_thing(browser, service):
    with visitor(browser, service) as visits:
        design, _ = bench(visits, service)
        stops = [{"type": "Feature", "properties": {"name": name},
                  "geometry": {"type": "Point", "coordinates": [6, 49 + 0.1 * index]}}
                 for index, name in enumerate("ABCD")]
        line = {"type": "Feature", "properties": {"name": "Stops"},
                "geometry": {"type": "LineString", "coordinates": [[6, 49], [6, 49.3]]}}
        design.open(json.dumps({"type": "FeatureCollection", "features": [line, *stops]}).encode(), "stops.geojson",
                    "application/geo+json")
        visits.drawn()
        part = design.panel("Waypoints")
        names = part.locator(".stops strong")
        taken = part.get_by_role("button", name="Take B out")
        taken.evaluate("each => { each.click(); each.click(); }")
        eventually(lambda: names.all_inner_texts() != ["A", "B", "C", "D"], "one is taken out")
        time.sleep(1)
        design.ready()
        check(names.all_inner_texts() == ["A", "C", "D"], f"{names.all_inner_texts()}")
        steps = design.panel("What was decided")
        part.get_by_role("button", name="Take C out").click()
        eventually(lambda: names.all_inner_texts() == ["A", "D"], "C is taken out")
        design.ready()
        # The second one is about waypoints as the first one has left them, so it goes too, and the page says so.
        steps.get_by_role("button", name="Take back with 1 later step").click()
        eventually(lambda: names.all_inner_texts() == ["A", "B", "C", "D"], "both are taken back")
        design.page.get_by_role("button", name="Undo").click()
        eventually(lambda: names.all_inner_texts() == ["A", "D"], "undone")
        design.ready()
        design.choose("Course: Name the route", Name="Renamed")
        design.choose("Line: Limit the vertices", At_most="2")
        steps.get_by_role("button", name="Take back: Name the route").evaluate("each => { each.click(); each.click(); }")
        eventually(lambda: design.fact("Name") == "Stops", "one is taken back")
        time.sleep(1)
        design.ready()
        check(steps.locator("ol > li").count() == 3, steps.inner_text())
        visits.shot("designer-taken-back")
        visits.is_for_everyone("steps")


@story(short=True)
def gaps_are_decided(browser, service):
    with visitor(browser, service) as visits:
        design, _ = bench(visits, service)
        parts = [[[6, 49], [6, 49.1]], [[6, 49.2], [6, 49.3]], [[6, 49.301], [6, 49.4]]]
        design.open(geojson(parts), "gap.geojson", "application/geo+json")
        visits.drawn()
        visits.sees("to be decided")
        design.click_map(6, 49.15)
        eventually(lambda: design.page.evaluate("() => document.activeElement.id") == "gap-1", "the map leads to the gap")
        visits.shot("designer-gaps")
        before = design.fact("Length")
        # Arrow keys go through the list without deciding anything.
        choice = design.page.locator("#gap-1")
        choice.focus()
        design.page.keyboard.press("ArrowDown")
        design.page.keyboard.press("ArrowDown")
        time.sleep(0.5)
        visits.sees("to be decided")
        check(choice.input_value() != "", "the keys choose")

        def decide(policy):
            choice.select_option(policy)
            design.page.get_by_role("button", name="Decide gap 1").click()

        decide("counted")
        visits.sees("Every gap is decided")
        design.ready()
        check(design.fact("Length") != before, "the crossing counts")
        decide("ferry")
        eventually(lambda: design.fact("Length") == before, "a ferry does not count")
        steps = design.panel("What was decided")
        check(steps.locator("ol > li").count() == 1, "one gap is one decision")
        design.page.get_by_role("button", name="Undo").click()
        eventually(lambda: design.fact("Length") != before, "undone")


@story(short=True)
def waypoints_and_passes(browser, service):
    with visitor(browser, service) as visits:
        design, _ = bench(visits, service)
        design.open(gpx(there_and_back(), "There and back"))
        visits.drawn()
        turn = b"name,lat,lon\nTurn,49.0891,6.0\n"
        stops = design.panel("Waypoints")
        stops.get_by_label("Waypoints of a table (CSV)").set_input_files(
            {"name": "turn.csv", "mimeType": "text/csv", "buffer": turn})
        stops.get_by_role("button", name="Put them into the route").click()
        eventually(lambda: "Turn" in stops.locator(".stops").inner_text(), "a waypoint at the turn")
        design.ready()
        design.click_map(6.00002, 49.045)
        # The route ends where it begins, so that there were passes to choose from before.
        eventually(lambda: design.page.locator(".passes label").first.inner_text().startswith("3.1 mi"), "a place is chosen")
        passes = design.page.locator(".passes label").all_inner_texts()
        check(len(passes) == 2 and "heading north" in passes[0] and "heading south" in passes[1], str(passes))
        design.page.get_by_label(passes[1]).check()
        design.page.locator("summary", has_text="Put a waypoint here").click()
        place = design.page.locator(".place")
        place.get_by_label("Name").fill("Halfway back")
        place.get_by_label("Story").fill("Wine on both banks.")
        place.get_by_role("button", name="Put the waypoint").click()
        eventually(lambda: "Halfway back" in stops.inner_text(), "the waypoint is listed")
        chosen = float(passes[1].split(" ")[0])
        listed = float(stops.locator(".stops li", has_text="Halfway back").locator(".hint").inner_text().split()[0])
        check(abs(chosen - listed) < 0.11, f"{chosen} and {listed}")
        visits.shot("designer-passes")
        design.choose("Waypoints: Put waypoints at equal distances", Every="5 km", Names="Stage {n}")
        eventually(lambda: "Stage 3" in stops.inner_text(), "waypoints at equal distances")
        table = "name;lat;lon;story\nFerry;49,02;6,0001;\"Bring coins; really\"\n"
        stops.get_by_label("Waypoints of a table (CSV)").set_input_files(
            {"name": "stops.csv", "mimeType": "text/csv", "buffer": table.encode()})
        stops.get_by_role("button", name="Put them into the route").click()
        eventually(lambda: "Bring coins; really" in stops.inner_text(), "waypoints of a table")
        stops.get_by_role("button", name="Change Ferry").click()
        change = design.page.get_by_role("form", name="Change Ferry")
        change.get_by_label("Name").fill("Old ferry")
        change.get_by_label("Story").fill("It runs no more.")
        change.get_by_role("button", name="Change it").click()
        eventually(lambda: "Old ferry" in stops.inner_text() and "It runs no more." in stops.inner_text(), "changed")
        stops.get_by_role("button", name="Take Old ferry out").click()
        eventually(lambda: "Old ferry" not in stops.inner_text(), "taken out")
        broken = {"name": "b.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"}
        stops.get_by_label("Waypoints of a table (CSV)").set_input_files(broken)
        stops.get_by_role("button", name="Put them into the route").click()
        visits.sees("The first line has to name the columns")


@story(short=True)
def course_and_line(browser, service):
    """Every edit has a form; what the service refuses is said beside it and changes nothing."""
    with visitor(browser, service) as visits:
        design, _ = bench(visits, service)
        design.open(gpx(walk(spike=0)))
        visits.drawn()
        length = design.fact("Length")
        design.choose("Course: Set the official length", Official_length="20 km")
        eventually(lambda: design.fact("Length") == "12.4 mi", "the official length")
        design.choose("Line: Thin the line out", Move_it_by_at_most="30")
        eventually(lambda: int(design.fact("Vertices")) < 150, "fewer vertices")
        design.choose("Course: Turn the route round")
        design.choose("Course: Go there and back")
        eventually(lambda: design.fact("Course") == "there and back", "there and back")
        design.choose("Course: Set laps", How_many_laps="3")
        eventually(lambda: design.fact("Laps") == "3", "three laps")
        design.choose("Course: Keep a stretch", From="2 km", To="10,5 km")
        eventually(lambda: design.fact("Length") == "5.3 mi", "a stretch")
        part = design.panel("What was decided")
        check(part.locator("ol > li").count() == 6, part.inner_text())
        design.choose("Course: Keep a stretch", From="900 km")
        # What is refused is said as it was typed.
        visits.sees("900 km, is not on the route")
        check(part.locator("ol > li").count() == 6, "what is refused is no step")
        part.get_by_role("button", name="Take back: Keep a stretch").click()
        eventually(lambda: design.fact("Length") == "12.4 mi", "an edit is taken back")
        # A place of the route, by the keyboard alone.
        design.page.get_by_label("Move along the route").focus()
        for _ in range(5):
            design.page.keyboard.press("PageUp")
        dot = design.page.evaluate("() => document.querySelector('.heights .here').getAttribute('cx')")
        check(float(dot) > 100, f"the profile's dot moves: {dot}")
        check(design.page.locator("#map .marker.small").count() == 1, "the map's dot is there")
        design.page.get_by_role("button", name="Cut off what is after").click()
        eventually(lambda: design.fact("Length") != "12.4 mi", "cut at the place")
        visits.shot("designer-course")
        check(length is not None, "a length")


@story(short=True)
def stored_and_walked(browser, service):
    """Downloads, a route, a quest, and a second designer who was faster."""
    with visitor(browser, service) as visits:
        design, token = bench(visits, service)
        service.ask("POST", "/v1/teams", {"name": "Designers", "public": True}, token)
        design.open(gpx(walk(), "Stored"))
        visits.drawn()
        part = design.panel("Download and store")
        for name, start in (("gpx", b"<?xml"), ("geojson", b"{"), ("kml", b"<?xml"), ("polyline5", b"")):
            part.get_by_label("Format").select_option(name)
            with design.page.expect_download() as download:
                part.get_by_role("button", name="Download").click()
            content = open(download.value.path(), "rb").read()
            check(content.startswith(start) and len(content) > 100, f"{name}: {content[:80]}")
            design.ready()
        part.get_by_role("button", name="Store as a new route").click()
        visits.sees("Stored: Stored, version 1")
        routes = [each for each in service.ask("GET", "/v1/routes?limit=100", token=token)["items"] if each["mine"]]
        check(len(routes) == 1 and not routes[0]["public"], str(routes))
        part.get_by_label("Name of the quest").fill("Along the river")
        part.get_by_label("Last day").fill("2036-12-31")
        part.get_by_role("button", name="Start the quest").click()
        visits.sees("The quest has begun")
        visits.shot("designer-stored")
        # Somebody else of the same account is faster.
        service.ask("POST", "/v1/routes:edit", {
            "routeId": routes[0]["id"], "store": "version", "edits": [{"edit": "name", "name": "Faster"}]}, token)
        design.choose("Course: Name the route", Name="Slower")
        part.get_by_role("button", name="Store as the next version").click()
        visits.sees("Nothing was stored: version 2")
        check("changes that are not stored" in part.inner_text(), "a quest would run without them")
        check("Faster" in part.inner_text() and "Slower" in part.inner_text(), part.inner_text())
        visits.shot("designer-conflict")
        part.get_by_role("button", name="Store yours as version 3").click()
        visits.sees("Stored: Slower, version 3")
        eventually(lambda: "changes that are not stored" not in part.inner_text(), "all is stored")
        part.get_by_role("button", name="Store as the next version").click()
        visits.sees("Stored: Slower, version 3")
        versions = service.ask("GET", f"/v1/routes/{routes[0]['id']}/versions", token=token)["items"]
        check([each["name"] for each in versions] == ["Stored", "Faster", "Slower"], str(versions))
        visits.go(f"/designer?route={routes[0]['id']}")
        design.ready()
        check(design.fact("Name") == "Slower", str(design.fact("Name")))
        design.panel("Download and store")
        visits.sees("Store as the next version of Slower")


@story(short=True)
def a_plan(browser, service):
    with visitor(browser, service, PHONE) as visits:
        design, _ = bench(visits, service)
        visits.go("/designer")
        visits.shot("designer-start")
        design.page.get_by_label("Stops, one a line").fill("Luxembourg\n49.75, 6.64\nKoblenz")
        design.page.get_by_label("Name of the route").fill("To the Rhine")
        design.page.get_by_role("button", name="Make the line").click()
        design.ready()
        check(design.fact("Name") == "To the Rhine", str(design.fact("Name")))
        check("Koblenz" in design.panel("Waypoints").inner_text(), "stops are waypoints")
        visits.drawn()
        visits.shot("designer-plan")


@story(short=True)
def designing_without_a_map(browser, service):
    """No WebGL, a map that is lost, and a route beyond the map's end: all else works."""
    with visitor(browser, service, PHONE) as visits:
        visits.context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
        design, _ = bench(visits, service)
        visits.page.close()
        visits.page = design.page = visits.open()
        design.open(gpx(walk()))
        check(visits.drawn() == "picture", "an outline")
        design.page.locator("[data-code=spike]").get_by_role("button", name="Repair:").click()
        eventually(lambda: not design.page.locator("[data-code=spike]").count(), "repaired")
        eventually(lambda: design.page.locator(".outline .before").count() == 1, "the line before is drawn too")
        visits.shot("designer-no-map")
    with visitor(browser, service) as visits:
        design, _ = bench(visits, service)
        with open(web.ROOT / "routes/antarctic-traverse.geojson", "rb") as file:
            design.open(file.read(), "antarctic.geojson", "application/geo+json")
        check(visits.drawn() == "picture", "an outline of the pole")
        visits.shot("designer-pole")
        with open(web.ROOT / "routes/bering-crossing.geojson", "rb") as file:
            design.open(file.read(), "bering.geojson", "application/geo+json")
        check(visits.drawn() == "true", "a map over 180 degrees")
        time.sleep(2)
        visits.shot("designer-bering")
        design.page.evaluate("() => document.querySelector('#map canvas').getContext('webgl2')"
                             ".getExtension('WEBGL_lose_context').loseContext()")
        visits.sees("The map was lost")


@story(short=True)
def designing_for_everyone(browser, service):
    """axe finds nothing, in light and dark."""
    for size, scheme in ((PHONE, "light"), (DESK, "dark")):
        with visitor(browser, service, size, color_scheme=scheme) as visits:
            visits.go("/designer")
            visits.sees("Sign in")
            visits.is_for_everyone(f"/designer for strangers in {scheme}")
            design, _ = bench(visits, service)
            design.open(geojson([[[6, 49, 100], [6, 49.1, 300]], [[6, 49.2, 250], [6, 49.3, 100]]]), "gap.geojson",
                        "application/geo+json")
            visits.drawn()
            for title in ("Waypoints", "Course and line", "What was decided", "Download and store"):
                design.panel(title)
            design.page.locator("summary", has_text="Put a waypoint here").click()
            visits.is_for_everyone(f"/designer in {scheme}")
            visits.shot(f"designer-{scheme}")
            visits.go("/designer")
            visits.is_for_everyone(f"/designer at its start in {scheme}")
            visits.sees("gap.geojson")
            design.page.get_by_role("button", name="Forget gap.geojson").click()
            draft = design.page.get_by_role("link", name="gap.geojson")
            eventually(lambda: not draft.is_visible(), "forgotten")
            design.page.get_by_role("button", name="Undo").click()
            eventually(lambda: draft.is_visible(), "and had back")
            design.page.get_by_role("button", name="Forget gap.geojson").click()
            design.page.get_by_role("link", name="Explore").click()
            visits.sees("Search by quest")
            visits.go("/designer")
            check(draft.count() == 0, "forgotten for good")


@story(short=True)
def a_file_of_several_tracks(browser, service):
    """They are listed with their lengths, and one is chosen."""
    def track(name, count):
        points = "".join(f'<trkpt lat="{49 + 0.01 * step}" lon="6"/>' for step in range(count))
        return f"<trk><name>{name}</name><trkseg>{points}</trkseg></trk>"
    file = ('<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">'
            + track("Full", 31) + track("مسار 12", 11) + "</gpx>").encode()
    for size in (PHONE, DESK):
        with visitor(browser, service, size) as visits:
            design, _ = bench(visits, service)
            design.open(file, "two.gpx")
            choice = design.page.get_by_label("Which track")
            options = choice.locator("option").all_inner_texts()
            check(len(options) == 3 and "Full" in options[1] and "20.7 mi" in options[1] and "6.9 mi" in options[2],
                  str(options))
            visits.shot("designer-tracks")
            visits.is_for_everyone("a file of several tracks")
            choice.select_option("2")
            design.page.get_by_role("button", name="Read it so").click()
            eventually(lambda: design.fact("Length") == "6.9 mi", "the second track alone")
            check(choice.input_value() == "2", "it stays chosen")


@story(short=True)
def drafts_that_are_not_kept(browser, service):
    """Without a database one works all the same; a second tab of a draft overwrites nothing."""
    with visitor(browser, service, PHONE) as visits:
        visits.context.add_init_script(
            "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); }")
        design, _ = bench(visits, service)
        design.open(gpx(walk(spike=0)), "kept-nowhere.gpx")
        visits.sees("Not kept. This browser keeps nothing for this site")
        design.choose("Course: Name the route", Name="Nowhere")
        check(design.fact("Name") == "Nowhere", "it is edited")
        visits.sees("Not kept. This browser keeps nothing for this site")
        visits.shot("designer-not-kept")
    with visitor(browser, service) as visits:
        design, _ = bench(visits, service)
        design.open(gpx(walk(spike=0)), "twice.gpx")
        design.kept()
        other = visits.open()
        other.goto(visits.page.url)
        eventually(lambda: "this draft is open in another tab" in other.inner_text("body"), "the second tab says so")
        second = Bench(visits)
        second.page = other
        second.ready()
        second.choose("Course: Name the route", Name="Of the second")
        design.choose("Course: Name the route", Name="Of the first")
        design.kept()
        other.close()
        design.page.reload()
        design.ready()
        check(design.fact("Name") == "Of the first", str(design.fact("Name")))
        design.kept()


@story(short=True)
def hostile_files(browser, service):
    name = "<script>alert(1)</script><img src=x onerror=alert(2)> مسيرة"
    with visitor(browser, service, PHONE) as visits:
        asked = []
        visits.page.on("dialog", lambda dialog: asked.append(dialog.message))
        design, _ = bench(visits, service)
        line = {"type": "Feature", "properties": {"name": name},
                "geometry": {"type": "LineString", "coordinates": [[6, 49], [6, 49.1], [6, 49.2]]}}
        stop = {"type": "Feature", "properties": {"name": name, "story": "<script>alert(3)</script>" + "a" * 4000},
                "geometry": {"type": "Point", "coordinates": [6, 49.1]}}
        design.open(json.dumps({"type": "FeatureCollection", "features": [line, stop]}).encode(), name + ".geojson")
        visits.drawn()
        check(design.fact("Name") == name, str(design.fact("Name")))
        check("<script>alert(3)" in design.panel("Waypoints").inner_text(), "the story is text")
        check(design.page.evaluate("() => document.querySelectorAll('.designer img, .designer script').length") == 0,
              "no markup")
        check(not asked, "no script runs")
        visits.shot("designer-hostile")
        design.open(b"no route at all", "notes.txt", "text/plain")
        visits.sees("error")
        visits.sees("none yet")


@story(short=True)
def a_large_file(browser, service):
    """The page stays free while the service reads; the reader can cancel."""
    points = [(40 + 0.0005 * step, 6 + 0.0003 * (step % 7), 200 + step % 30) for step in range(4_000)]
    with visitor(browser, service) as visits:
        visits.context.add_init_script(LONG_TASKS)
        design, _ = bench(visits, service)
        visits.go("/designer")
        # Most of a file is not coordinates: here each vertex has a kilobyte of notes.
        file = gpx(points, "Large").replace(b"</ele>", b"</ele><desc>" + b"note " * 200 + b"</desc>")
        path = service.folder / "large.gpx"
        path.write_bytes(file)
        design.page.get_by_label("A route file").set_input_files(path)
        eventually(lambda: design.page.locator(".busy").is_visible(), "progress is shown", 30)
        design.page.get_by_role("button", name="Cancel").click()
        visits.sees("Cancelled")
        visits.shot("designer-cancelled")
        design.page.evaluate("() => { window.longest = 0; }")
        begun = time.monotonic()
        design.page.get_by_role("button", name="Try again").click()
        eventually(lambda: design.fact("Vertices") is not None, "the large file is read", 200)
        FACTS.append((f"a file of {len(file) / 1e6:.0f} MB is looked at in", f"{time.monotonic() - begun:.1f} s"))
        longest = design.page.evaluate("() => window.longest")
        FACTS.append(("the longest that the page is not free meanwhile", f"{longest:.0f} ms"))
        check(longest <= 100, f"{longest} ms")


@story()
def a_route_of_two_hundred_thousand_points(browser, service):
    """A line as long as any is drawn, edited and moved along without holding up the page."""
    points = [(40 + 0.00005 * step, 6 + 0.0003 * (step % 7), 200 + step % 30) for step in range(200_000)]
    with visitor(browser, service) as visits:
        visits.context.add_init_script(LONG_TASKS)
        design, _ = bench(visits, service)

        def longest():
            # Of what has come to an end.
            time.sleep(0.5)
            return design.page.evaluate("() => { const found = window.longest; window.longest = 0; return found; }")

        # Where maps are drawn without a graphics card, the map's own beginning takes longer than a line of any length.
        design.open(gpx(points[:100], "Short"))
        visits.drawn()
        beginning = longest()
        FACTS.append(("the longest that a map's beginning holds up the page", f"{beginning:.0f} ms"))
        path = service.folder / "long.gpx"
        path.write_bytes(gpx(points, "Long"))
        visits.go("/designer")
        longest()
        begun = time.monotonic()
        design.page.get_by_label("A route file").set_input_files(path)
        eventually(lambda: design.fact("Vertices") == "200,000", "200,000 vertices", 200)
        visits.drawn()
        FACTS.append(("200,000 points are looked at and drawn in", f"{time.monotonic() - begun:.1f} s"))
        first = longest()
        FACTS.append(("the longest that they hold up the page with the map's beginning", f"{first:.0f} ms"))
        check(first <= max(100, 1.5 * beginning), f"{first} ms, a short line's {beginning} ms")
        # The drawing of a line as it was before begins here too.
        design.choose("Course: Turn the route round")
        FACTS.append(("the longest that the first edit holds it up", f"{longest():.0f} ms"))
        begun = time.monotonic()
        design.choose("Course: Turn the route round")
        FACTS.append(("200,000 points are turned round in", f"{time.monotonic() - begun:.1f} s"))
        design.page.get_by_label("Move along the route").focus()
        for _ in range(5):
            design.page.keyboard.press("PageUp")
        later = longest()
        FACTS.append(("the longest that this holds up the page", f"{later:.0f} ms"))
        check(later <= 100, f"{later} ms")


if __name__ == "__main__":
    web.run(__doc__)
