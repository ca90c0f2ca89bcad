#!/usr/bin/env python3
"""Goes through the stories of looking back at a quest, and of looking along its route.

    benchmarks/.venv/bin/python benchmarks/peers/web_quest.py --program .build/release/milequest

It runs as web.py does, whose parts it uses.
"""
import math

import web
from web import DESK, PHONE, check, eventually, sample, story, visitor


def marker(page, label):
    """Where a marker lies in the map, in degrees."""
    return page.evaluate("""(label) => {
        const made = document.querySelector(`[aria-label="${label}"]`);
        const map = document.getElementById("map").milequestMap;
        if (!made || !map) return null;
        const [box, outer] = [made.getBoundingClientRect(), map.getCanvas().getBoundingClientRect()];
        const place = map.unproject([box.x + box.width / 2 - outer.x, box.y + box.height / 2 - outer.y]);
        return [place.lng, place.lat];
    }""", label)


def slide(page, name, value):
    page.get_by_label(name).evaluate(
        "(control, value) => { control.value = value; control.dispatchEvent(new Event('input')); }", str(value))


def near(found, place, degrees=0.2):
    return found and math.hypot(found[0] - place[0], found[1] - place[1]) < degrees


@story(short=True)
def where_were_we(browser, service):
    """The bars of the days, and a slider that tells where the team was, as the service does."""
    quest = sample(service)
    days = service.ask("GET", f"/v1/quests/{quest}/history")["items"]
    chosen = next(index for index, each in enumerate(days) if each["totalMeters"] > days[-1]["totalMeters"] / 2)
    then = service.ask("GET", f"/v1/quests/{quest}/progress?at={days[chosen]['until']}T23:59:59Z")
    for size in (PHONE, DESK):
        with visitor(browser, service, size) as visits:
            page = visits.go(f"/quests/{quest}")
            visits.drawn()
            visits.sees("Where were we?")
            check(page.locator(".history .bar").count() > 10, "bars of days or weeks")
            slide(page, "Where were we?", chosen)
            visits.sees("At the end of")
            visits.sees(f"past {then['position']['lastWaypoint']['name']}")
            eventually(lambda: near(marker(page, "Where the team was"), then["position"]["coordinate"]),
                       "the place of that day on the map")
            visits.shot("looking-back")
            visits.is_for_everyone("a quest, looking back")
            slide(page, "Where were we?", len(days) - 1)
            visits.sees("Today.")
            check(page.locator('[aria-label="Where the team was"]').count() == 0, "the glance has gone")


@story(short=True)
def along_the_route(browser, service):
    """The dot of the profile moves a dot on the map, and a click on the map moves the one of the profile."""
    _, token = service.person()
    line = [[7 + index / 100, 50, 100 + 80 * math.sin(index / 5)] for index in range(60)]
    service.ask("POST", "/v1/routes?public=true", {
        "type": "Feature", "properties": {"name": "Over the hills"},
        "geometry": {"type": "LineString", "coordinates": line}}, token,
        {"Content-Type": "application/geo+json"})
    quest = service.quest(token, "Hills", "Hill walkers", "Over the hills")
    service.walk(token, 5)
    with visitor(browser, service, DESK) as visits:
        page = visits.go(f"/quests/{quest}")
        visits.drawn()
        visits.sees("Look along the route")
        check(page.locator(".profile .team").count() == 0, "one dot where the team is")
        slide(page, "Look along the route", 500)
        visits.sees("ft high")
        eventually(lambda: near(marker(page, "A place along the route"), [7.295, 50], 0.01), "a dot on the map")
        check(page.locator(".profile .team").count() == 1, "the team's place stays in the profile")
        visits.shot("along")
        visits.is_for_everyone("a quest, looking along")
        place = page.evaluate("""() => {
            const map = document.getElementById("map").milequestMap;
            const outer = map.getCanvas().getBoundingClientRect();
            const at = map.project([7.442, 50.0001]);
            return [outer.x + at.x, outer.y + at.y];
        }""")
        page.mouse.click(*place)
        eventually(lambda: abs(int(page.get_by_label("Look along the route").input_value()) - 749) < 8,
                   "the profile's dot where the click was")
        eventually(lambda: near(marker(page, "A place along the route"), [7.442, 50], 0.01), "the map's dot there")


@story(short=True)
def laps_and_settings(browser, service):
    """A quest of laps shows the heights of one; its admin changes it and cancels it."""
    email, token = service.person()
    line = [[7 + index / 100, 51, 100 + 80 * math.sin(index / 5)] for index in range(60)]
    service.ask("POST", "/v1/routes?public=true", {
        "type": "Feature", "properties": {"name": "Up and down"},
        "geometry": {"type": "LineString", "coordinates": line}}, token,
        {"Content-Type": "application/geo+json"})
    quest = service.quest(token, "Rounds", "Round walkers", "Up and down", public=False)
    for size in (PHONE, DESK):
        with visitor(browser, service, size) as visits:
            visits.sign_in(email)
            page = visits.go(f"/quests/{quest}")
            visits.drawn()
            page.get_by_text("Change or cancel the quest").click()
            form = page.get_by_role("form", name="Change the quest")
            form.get_by_label("Name of the quest").fill("Rounds again")
            form.get_by_label("Laps").fill("none")
            form.get_by_role("button", name="Save").click()
            visits.sees("Type a whole number.")
            form.get_by_label("Laps").fill("4")
            form.get_by_label("There and back").check()
            form.get_by_label("Last day").fill("2031-05-31")
            form.get_by_label("Milestones, in percent").fill("10, 50")
            visits.shot("quest-settings")
            visits.is_for_everyone("the settings of a quest")
            form.get_by_role("button", name="Save").click()
            visits.sees("The quest is changed.")
            known = service.ask("GET", f"/v1/quests/{quest}", token=token)
            check(known["name"] == "Rounds again" and known["laps"] == 4 and known["thereAndBack"], str(known))
            check(known["end"].startswith("2031-06-01T00:00:00") and known["percentages"] == [10, 50], str(known))
            visits.sees("in lap 1 of 4, on the way there")
            # Nothing that is not touched is changed: the second visit finds the first one's values.
            service.ask("PATCH", f"/v1/quests/{quest}", {"name": "Rounds", "laps": 1, "thereAndBack": False}, token,
                        {"If-Match": f'"{known["revision"]}"'})
    secret = service.ask("POST", f"/v1/quests/{quest}/links", {"name": "For all"}, token)["secret"]
    service.walk(token, 5)
    with visitor(browser, service, PHONE) as guest, visitor(browser, service, DESK) as visits:
        guest.page.goto(f"{service.base}/view#{secret}")
        guest.sees("Look along the route")
        slide(guest.page, "Look along the route", 500)
        guest.sees(" high")
        guest.shot("view-profile")
        visits.sign_in(email)
        page = visits.go(f"/quests/{quest}")
        page.get_by_text("Change or cancel the quest").click()
        page.get_by_role("button", name="Cancel the quest").click()
        page.get_by_role("button", name="Cancel it for good").click()
        visits.sees("is cancelled.")
        check(service.ask("GET", f"/v1/quests/{quest}", token=token)["state"] == "cancelled", "cancelled")
        page.get_by_text("Change or cancel the quest").click()
        check(page.get_by_label("Laps").count() == 0 and page.get_by_label("Name of the quest").count() == 1, "a name alone")


@story(short=True)
def surprises(browser, service):
    """A quest that hides what is ahead counts it, and shows each waypoint with its story when it is reached."""
    email, token = service.person()
    features = [{"type": "Feature", "properties": {"name": "Into the woods"},
                 "geometry": {"type": "LineString", "coordinates": [[7, 52], [7.6, 52]]}}]
    for name, longitude in (("Hollow oak", 7.1), ("Charcoal burner", 7.3), ("Spring", 7.5)):
        features.append({"type": "Feature", "properties": {"name": name, "story": f"The tale of the {name}."},
                         "geometry": {"type": "Point", "coordinates": [longitude, 52]}})
    service.ask("POST", "/v1/routes", {"type": "FeatureCollection", "features": features}, token,
                {"Content-Type": "application/geo+json"})
    quest = service.quest(token, "Woods", "Wood walkers", "Into the woods")
    # While the page draws its map anew there is none.
    drawn = """() => document.getElementById("map")?.milequestMap?.querySourceFeatures("quest", {
        filter: ["==", ["get", "kind"], "waypoint"] }).map((each) => each.properties.name) ?? ["no map"]"""
    with visitor(browser, service, DESK) as visits, visitor(browser, service, PHONE) as guest:
        visits.sign_in(email)
        page = visits.go(f"/quests/{quest}")
        visits.drawn()
        visits.sees("Charcoal burner")
        guest.go(f"/quests/{quest}")
        guest.drawn()
        guest.sees("Charcoal burner")
        page.get_by_text("Change or cancel the quest").click()
        form = page.get_by_role("form", name="Change the quest")
        form.get_by_label("Hide waypoints until they are reached").check()
        visits.shot("hide-ahead")
        form.get_by_role("button", name="Save").click()
        visits.sees("The quest is changed.")
        for each in (visits, guest):
            each.sees("3 more are ahead. Each appears when it is reached.")
            eventually(lambda: not set(each.page.evaluate(drawn)), "no waypoint on the map")
            check(each.page.get_by_text("Charcoal burner").count() == 0, "no name of a waypoint ahead")
        guest.is_for_everyone("a quest that hides what is ahead")
        service.walk(token, 10)
        for each in (visits, guest):
            each.sees("The tale of the Hollow oak.")
            each.sees("2 more are ahead.")
            eventually(lambda: set(each.page.evaluate(drawn)) == {"Hollow oak"}, "the one that is reached on the map")
            each.shot("surprise")
        check(service.ask("GET", f"/v1/quests/{quest}", token=token)["hidesAhead"], "the switch is on")


if __name__ == "__main__":
    web.run(__doc__)
