#!/usr/bin/env python3
"""Goes through the stories of maps: over 180 degrees, round the world, near the poles, and where maps cannot be drawn.

    benchmarks/.venv/bin/python benchmarks/peers/web_maps.py --program .build/release/milequest

It runs as web.py does, whose parts it uses.
"""
import re
import time

import web
from web import DESK, FACTS, PHONE, check, eventually, story, visitor

# What is walked on each route, and how its map is drawn.
ROUTES = {"Round the World": (9_000, "true"), "Bering Crossing": (400, "true"), "Antarctic Traverse": (1_200, "polar"),
          "Manhattan Loop": (7, "true"), "Te Araroa": (450, "true")}
KEPT = {}


def quest_on(service, route):
    """A quest on a sample route with a walk, the same for all stories."""
    if route not in KEPT:
        _, token = service.person()
        KEPT[route] = service.quest(token, name=route, team=f"Team {route}", route=route), token
        # No walk is longer than 500 km.
        left = ROUTES[route][0]
        while left > 0:
            service.walk(token, min(left, 450))
            left -= 450
    return KEPT[route]


def is_exact(visits, service, quest, what):
    """Whether the marker is where `position` says, within two pixels of the map's own arithmetic, and in the window."""
    place = service.ask("GET", f"/v1/quests/{quest}/progress")["position"]["coordinate"]

    def away():
        return visits.page.evaluate("""([longitude, latitude]) => {
            const map = document.getElementById("map");
            const marker = map.querySelector(".marker").getBoundingClientRect();
            const box = map.getBoundingClientRect();
            const point = map.milequestMap.project([longitude, latitude]);
            const [x, y] = [marker.x + marker.width / 2, marker.y + marker.height / 2];
            if (x < box.x || x > box.right || y < box.y || y > box.bottom) return null;
            return Math.hypot(x - box.x - map.clientLeft - point.x, y - box.y - map.clientTop - point.y);
        }""", place)

    found = eventually(lambda: (lambda far: (far + 1e-9) if far is not None and far <= 2 else None)(away()),
                       f"{what}: the marker within 2 pixels", 10)
    FACTS.append((f"the marker on {what} is off by", f"{found:.2f} pixels"))


@story()
def maps_of_every_kind(browser, service):
    """The line is whole and the marker where it should be, in light and dark, on a phone and a desk."""
    for route, (_, drawn) in ROUTES.items():
        quest, _ = quest_on(service, route)
        for size, scheme in ((PHONE, "dark"), (DESK, "light")):
            with visitor(browser, service, size, color_scheme=scheme) as visits:
                visits.go(f"/quests/{quest}")
                check(visits.drawn() == drawn, f"{route} is drawn as {visits.drawn()}")
                is_exact(visits, service, quest, f"{route}, {size['width']} wide")
                time.sleep(1.5)
                visits.shot("map-" + route.lower().replace(" ", "-"))
                if size == DESK:
                    visits.is_for_everyone(route)


@story(short=True)
def the_marker_is_where_position_says(browser, service):
    """On a flat map, on a globe, and on the polar map."""
    for route in ("Te Araroa", "Round the World", "Antarctic Traverse"):
        quest, _ = quest_on(service, route)
        with visitor(browser, service) as visits:
            visits.go(f"/quests/{quest}")
            check(visits.drawn() == ROUTES[route][1], f"{route} is drawn as {visits.drawn()}")
            is_exact(visits, service, quest, route)


@story()
def maps_without_webgl(browser, service):
    """The same pages where the browser cannot draw maps, and where it no longer can."""
    for route, (_, drawn) in ROUTES.items():
        quest, _ = quest_on(service, route)
        with visitor(browser, service) as visits:
            visits.context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
            visits.go(f"/quests/{quest}")
            check(visits.drawn() == ("polar" if drawn == "polar" else "picture"), f"{route}: {visits.drawn()}")
            has_waypoints(visits, service, quest)
            if drawn == "polar":
                is_exact(visits, service, quest, f"{route} without WebGL")
            else:
                has_picture(visits)
            visits.shot("without-webgl-" + route.lower().replace(" ", "-"))
        if drawn == "polar":
            continue
        with visitor(browser, service) as visits:
            visits.go(f"/quests/{quest}")
            visits.drawn()
            visits.page.evaluate("() => document.querySelector('#map canvas').getContext('webgl2')"
                                 ".getExtension('WEBGL_lose_context').loseContext()")
            eventually(lambda: visits.drawn() == "picture", "the picture is shown")
            has_picture(visits)
            has_waypoints(visits, service, quest)
            visits.shot("lost-context-" + route.lower().replace(" ", "-"))


def has_picture(visits):
    eventually(lambda: visits.page.evaluate("() => document.querySelector('#map img')?.naturalWidth > 0"), "a picture")


def has_waypoints(visits, service, quest):
    """All that can be read of the milestones is in the list."""
    items = service.ask("GET", f"/v1/quests/{quest}/milestones")["items"]
    # Nobody has to reach the start.
    names = [each["name"] for each in items if each["name"] and each["placeMeters"] > 0]
    look = "() => document.querySelector('[aria-label=Milestones]')?.textContent ?? ''"
    eventually(lambda: all(name in visits.page.evaluate(look) for name in names), f"{names} in the list")


@story()
def coasts_that_do_not_come(browser, service):
    """The line is drawn without them, and the page does not fail."""
    for route in ("Manhattan Loop", "Antarctic Traverse"):
        quest, _ = quest_on(service, route)
        with visitor(browser, service) as visits:
            for what in ("land-fine", "places-"):
                visits.context.route(re.compile(f"/assets/{what}"), lambda each: each.abort())
            visits.go(f"/quests/{quest}")
            check(visits.drawn() == ROUTES[route][1], "the map is drawn")
            # What the browser tells of its requests comes while something is asked of it.
            eventually(lambda: visits.page.evaluate("() => 1") and any("land-fine" in each for each in visits.asked),
                       "the fine coasts are asked for")
            time.sleep(1)


@story()
def near_the_pole(browser, service):
    """The polar map moves, tells of its waypoints, and takes clicks and keys as any other map does."""
    quest, token = quest_on(service, "Antarctic Traverse")
    with visitor(browser, service) as visits:
        page = visits.go(f"/quests/{quest}")
        check(visits.drawn() == "polar", "the polar map")
        time.sleep(1)
        place = "() => document.querySelector('#map .marker').style.transform"
        before = page.evaluate(place)
        service.walk(token, 500)
        eventually(lambda: page.evaluate(place) != before, "the marker moves", 5)
        time.sleep(2)
        is_exact(visits, service, quest, "Antarctic Traverse after a walk")
        page.locator("#map circle.waypoint").nth(1).dispatch_event("click")
        eventually(lambda: page.locator("#map .popup").is_visible(), "a waypoint's story")
        visits.shot("polar-waypoint")
        page.keyboard.press("Tab")
        page.locator("#map .popup button").click()
        check(page.locator("#map .popup").count() == 0, "closed")
        for name in ("Zoom in", "Zoom in", "Zoom out"):
            page.get_by_role("button", name=name).click()
        page.locator("#map svg").focus()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("+")
        page.keyboard.press("-")
        is_exact(visits, service, quest, "Antarctic Traverse, nearer")
        visits.shot("polar-nearer")


if __name__ == "__main__":
    web.run(__doc__)
