"""The story of the README and of docs/api.md: routes, what is wrong with a file, teams and their walks, and
the same over HTTP. The checks of the image, the package and the proxies all go through it."""

import datetime
import glob
import json
import os
import re
import threading
import time
import urllib.request
import ssl
import uuid

from running import Wrong, asked, eventually, right

PASSWORD = "correct horse battery staple"


def commands(place):
    """The three sessions of the README, on the command line, into the place's ledger."""
    routes = place.routes
    right("3,028.000 km" in place.run("inspect", f"{routes}/te-araroa.geojson"), "inspect: the length")
    right("Front Royal (US 522)" in place.run(
        "position", f"{routes}/appalachian-trail.geojson", "--at", "1000mi"), "position: the waypoint")
    right("coordinates-swapped" in place.run("validate", "--explain", "coordinates-swapped"), "validate")
    right("Long Haulers" in place.run(
        "progress", "--route", f"{routes}/appalachian-trail.geojson", "--activities",
        f"{routes}/sample-walks.csv", "--format", "text"), "progress: the teams")
    # Draws with PROJ, Cairo, Pango and the fonts.
    place.run("plot", f"{routes}/te-araroa.geojson", "-o", f"{place.folder}/te-araroa.png", "--at", "1500km")
    right(os.path.getsize(f"{place.state}/te-araroa.png") > 10_000, "plot: the picture")
    place.run("import", "route", f"{routes}/appalachian-trail.geojson")
    place.run("import", "activities", f"{routes}/sample-walks.csv", "--create", "--public", "--route",
              "Appalachian Trail")
    right("clean" in place.run("audit"), "audit: the ledger is not clean")
    place.run("doctor")


class Caller:
    """Somebody who uses the service, with a token once signed in."""

    def __init__(self, base, authority=None):
        self.base, self.authority, self.token = base, authority, None

    def ask(self, path, body=None, status=200, kind="application/json", **headers):
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            fields["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            fields["Content-Type"] = kind
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = asked(self.base + path, body, fields, authority=self.authority)
        right(answer.status == status or isinstance(status, range) and answer.status in status,
              f"{path}: {answer.status} {answer.body[:500]!r}")
        return answer

    def json(self, path, body=None, **rest):
        return json.loads(self.ask(path, body, **rest).body)

    def sign_in(self, mail_folder, name):
        """Registers with the code that the service has written into its folder of mails."""
        email = f"{name}-{uuid.uuid4().hex[:8]}@example.org"
        self.ask("/v1/auth/register", {"email": email, "password": PASSWORD, "name": name.title(),
                                       "zone": "Europe/London"}, status=range(200, 300))
        code = eventually("the mail with the code", lambda: mailed_code(mail_folder, email))
        self.token = self.json("/v1/auth/verify", {"email": email, "code": code, "password": PASSWORD},
                               status=range(200, 300))["accessToken"]

    def follow(self, path):
        """Opens a stream of events and gives each as it comes, with the time of its arrival."""
        context = ssl.create_default_context(cafile=self.authority) if self.authority else None
        request = urllib.request.Request(self.base + path, headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, timeout=30, context=context) as stream:
            kind = None
            for line in stream:
                text = line.decode().rstrip("\n")
                if text.startswith("event: "):
                    kind = text[7:]
                elif text == "" and kind:
                    yield kind, time.monotonic()
                    kind = None


def mailed_code(folder, email):
    for path in sorted(glob.glob(os.path.join(folder, "*.eml"))):
        with open(path, encoding="utf-8") as mail:
            text = mail.read()
        found = re.search(r"^ +(\d{8})\s*$", text, re.MULTILINE)
        if f"To: {email}" in text and found:
            return found[1]
    return None


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")


def reading(caller):
    """What anybody may read; returns the id of the route."""
    for path in ["/healthz", "/readyz", "/docs", "/openapi.json"]:
        caller.ask(path)
    right(b"<html" in caller.ask("/").body[:2000].lower(), "/: the browser client is missing")
    # The relay puts markers on the map a moment after the start.
    found = eventually("quests in the box", lambda: caller.json(
        "/v1/quests?bbox=-90,30,-65,50").get("items"))
    quest = found[0]["questId"]
    progress = caller.json(f"/v1/quests/{quest}/progress?units=mi")
    right(progress["totalMeters"] > 0 and "totalText" in progress, "progress: nobody has walked")
    for path in ["map?tolerance=1000", "milestones?limit=5", "leaderboard", "feed?limit=3"]:
        caller.ask(f"/v1/quests/{quest}/{path}")
    right(caller.ask(f"/v1/quests/{quest}/card.png").body.startswith(b"\x89PNG"), "card.png: no picture")
    route = caller.json(f"/v1/quests/{quest}")["routeId"]
    caller.ask(f"/v1/routes/{route}/nearest?to=39.3255,-77.7395")
    caller.ask(f"/v1/routes/{route}/profile?samples=20")
    right(b"<gpx" in caller.ask(f"/v1/routes/{route}/file?format=gpx").body[:500], "file: not GPX")
    right(json.loads(caller.ask("/v1/nothing", status=404).body)["status"] == 404, "404: not a problem")
    return route


def walking(caller, mail_folder, route):
    """An account, a team, a quest, a walk that counts once, and the event of a walk as it happens.

    Returns how many seconds after its answer a walk's event has come.
    """
    caller.sign_in(mail_folder, "ann")
    team = caller.json("/v1/teams", {"name": f"Amblers {uuid.uuid4().hex[:6]}", "public": True}, status=201)["id"]
    quest = caller.json(f"/v1/teams/{team}/quests", {
        "name": "To Maine", "routeId": route, "start": "2026-01-01T00:00:00Z", "end": "2036-01-01T00:00:00Z",
        "zone": "Europe/London"}, status=201)["id"]
    # A walk counts for whoever was in the team before it began.
    time.sleep(0.01)
    walk = {"id": str(uuid.uuid4()), "startedAt": now(), "distance": "3.1 mi"}
    caller.ask("/v1/activities", walk, status=201)
    caller.ask("/v1/activities/batch", {"activities": [walk]})
    total = caller.json(f"/v1/quests/{quest}/progress")["totalMeters"]
    right(abs(total - 3.1 * 1609.344) < 0.001, f"progress: {total} m after a walk of 3.1 miles")
    caller.ask("/v1/dashboard?units=mi")

    came = {}
    ready = threading.Event()

    def listen():
        for kind, moment in caller.follow(f"/v1/quests/{quest}/events"):
            if kind == "ready":
                ready.set()
            elif kind == "activity.logged":
                came[kind] = moment
                return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    right(ready.wait(10), "the stream has not begun within 10 s")
    caller.ask("/v1/activities", {**walk, "id": str(uuid.uuid4()), "startedAt": now()}, status=201)
    answered = time.monotonic()
    listener.join(10)
    if not came:
        raise Wrong("the event of a walk did not come within 10 s")
    return came["activity.logged"] - answered


def whole(place, service):
    """The story over HTTP, on a ledger that `commands` has filled; the service's mail is in files."""
    caller = Caller(service.base)
    route = reading(caller)
    seconds = walking(caller, os.path.join(place.state, "milequest.sqlite.mail"), route)
    right(seconds < 1, f"the event of a walk came {seconds:.1f} s after the answer")
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../routes/te-araroa.geojson"),
              "rb") as file:
        caller.ask("/v1/routes:validate", file.read(), kind="application/geo+json")
    right(b"milequest_requests_total" in caller.ask("/metrics").body, "/metrics: no figures")
