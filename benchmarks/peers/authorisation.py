"""Who may do what, for every operation of a running service and every kind of caller.

    authorisation.py --program .build/release/milequest [--store sqlite|postgres|both] [--short]

The operations are those of the service's own description and its pages; what is to come out stands in
`authorisation_rules.py`. Each is asked for by each caller, about teams and routes public and private.
A caller who is refused must read nothing of what is private, by no way around: HEAD, `fields=`, the
`ETag` of somebody who may, or a difference between what is hidden and what is not there. How long such
answers take is printed. Exits with 1 where a cell is wrong, or an operation has no row.
"""

import argparse
import collections
import re
import statistics
import sys
import time
import uuid

import served
from authorisation_rules import PAGES, TABLE, rules
from authorisation_world import People, World, moment, route_file

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
QUERIES = {
    "GET /v1/routes": "?near=50,5&within=500km", "GET /v1/quests": "?bbox=-180,-90,180,90",
    "GET /v1/places": "?name=Springfield", "GET /v1/routes/{routeId}/positions": "?at=1km",
    "GET /v1/routes/{routeId}/nearest": "?to=50,5",
    "GET /v1/teams/{teamId}/events/page": "?after=0", "GET /v1/quests/{questId}/events/page": "?after=0",
    "GET /v1/mail/unsubscribe": "?token=nobody", "POST /v1/mail/unsubscribe": "?token=nobody",
    "GET /ogc": "?f=json", "GET /ogc/collections": "?f=json",
    "GET /ogc/collections/routes/items": "?limit=500", "GET /ogc/collections/markers/items": "?limit=500",
    "GET /ogc/collections/waypoints/items": "?limit=500",
    "POST /v1/activities/import": "?zone=UTC&unit=m",
}
FILES = {"POST /v1/routes", "POST /v1/routes:validate", "POST /v1/routes:repair",
         "POST /v1/routes/{routeId}/versions"}
PASSWORD = "another password"
# These hash a password, which takes half a second: in a short run three callers ask them.
HASHING = {"POST /v1/auth/" + name for name in (
    "register", "verify", "login", "reset", "browser/login", "browser/verify")}


def bodies(number, ids):
    """A body that is right for each operation that takes one; what proves somebody is wrong."""
    email = f"nobody-{number}@example.org"
    sent = {"email": email, "code": "00000000", "password": PASSWORD}
    walk = {"id": str(uuid.uuid4()), "startedAt": moment(), "distance": "1 km"}
    return {
        "POST /v1/auth/register": {"email": email, "password": PASSWORD, "name": "Nobody"},
        "POST /v1/auth/verify": sent, "POST /v1/auth/browser/verify": sent,
        "POST /v1/auth/verify/resend": {"email": email},
        "POST /v1/auth/login": {"email": email, "password": PASSWORD},
        "POST /v1/auth/browser/login": {"email": email, "password": PASSWORD},
        "POST /v1/auth/refresh": {"refreshToken": "nobody"},
        "POST /v1/auth/logout": {"refreshToken": "nobody"},
        "POST /v1/auth/reset-request": {"email": email},
        "POST /v1/auth/reset": {"email": email, "code": "00000000", "newPassword": PASSWORD},
        "POST /v1/auth/browser/redeem": {"code": "nobody"}, "POST /v1/auth/oidc/redeem": {"code": "nobody"},
        "POST /v1/auth/password": {"currentPassword": "wrong", "newPassword": PASSWORD},
        "POST /v1/auth/email": {"email": email, "password": "wrong"},
        "POST /v1/auth/email/confirm": {"code": "00000000"}, "POST /v1/me/erase": {"password": "wrong"},
        "POST /v1/me/identities": {"code": "nobody", "password": "wrong"},
        "PATCH /v1/me": {"units": "km"}, "POST /v1/keys": {"name": "Key", "scopes": ["read"]},
        "POST /v1/teams": {"name": f"Own {number}"},
        "PATCH /v1/teams/{teamId}": {"name": f"Quokka renamed {number}"},
        "PATCH /v1/teams/{teamId}/members/{personId}": {"role": "member"},
        "POST /v1/teams/{teamId}/invites": {},
        "POST /v1/teams/{teamId}/quests": {
            "name": "Next", "routeId": ids.get("routeId"), "start": moment(days=301),
            "end": moment(days=302), "zone": "UTC"},
        "POST /v1/activities": walk, "POST /v1/activities/batch": {"activities": [walk]},
        "POST /v1/activities/import": f"started_at,distance_meters\n{moment()},1000\n".encode(),
        "PATCH /v1/activities/{activityId}": {"note": f"Note {number}"},
        "POST /v1/routes:edit": {"file": route_file(f"Edit {number}", number).decode(),
                                 "edits": [{"edit": "reverse"}]},
        "POST /v1/routes:plan": {"stops": [{"coordinate": [5, 50]}, {"coordinate": [5, 50.1]}], "mode": "straight"},
        "PATCH /v1/routes/{routeId}": {"name": f"Quokka course {number}"},
        "POST /v1/routes/{routeId}/positions": {"at": ["1 km"]},
        "PATCH /v1/quests/{questId}": {"name": f"Quokka to {number}"},
        "POST /v1/quests/{questId}/links": {"name": f"Link {number}"},
        "POST /v1/stats/timings": {"pageLoad": 1},
        "POST /v1/realtime/auth": {"socket_id": "1.1", "channel_name": "private-team-x"},
        "POST /v1/realtime/webhooks": {},
        **{name: route_file(f"Sent {number}", number) for name in FILES},
    }


class Table:
    """What is asked on one store, and what comes out."""

    def __init__(self, service, options):
        self.service, self.options = service, options
        self.cells, self.requests, self.wrong, self.number = 0, 0, [], 0
        self.counts, self.tags, self.shown = {}, {}, collections.Counter()
        _, operations = service.operations()
        self.described = operations
        self.rules = {**rules(TABLE), **rules(PAGES)}
        known = set(rules(TABLE))
        for name in sorted(set(operations) - known):
            self.report(f"{name} is described and has no rule: add a row to authorisation_rules.py")
        for name in sorted(known - set(operations)):
            self.report(f"{name} has a rule and is not described: take its row out")
        shape = lambda name: re.sub(r"\{\w+\}", "{}", name).rstrip("/")
        shapes = {shape(name) for name in operations}
        for path, methods in service.ask("GET", "/ogc/api").json["paths"].items():
            for method in methods:
                if f"{method.upper()} {shape('/ogc' + path)}" not in shapes:
                    self.report(f"{method} {path} is in /ogc/api and not in /openapi.json")
        self.people = People(service)
        kinds = [(True, True), (True, False), (False, True), (False, False)]
        self.worlds = [World(service, self.people, *kind, walked=True) for kind in kinds]
        self.callers = self.people.callers()
        self.emails = self.people.emails()
        self.wait_for_markers()

    def report(self, line):
        """Counts what is wrong; of an operation the first lines are shown."""
        self.wrong.append(line)
        operation = line.split(" as ")[0]
        self.shown[operation] += 1
        if self.shown[operation] <= 3:
            print(f"WRONG: {line}", flush=True)

    def wait_for_markers(self):
        """Markers are written after the walks are answered."""
        target, end = "/v1/quests?bbox=-180,-90,180,90", time.monotonic() + 30
        shown = [world for world in self.worlds if world.team_public]
        while time.monotonic() < end:
            text = self.service.ask("GET", target).text
            if all(world.ids["questId"] in text for world in shown):
                return
            time.sleep(0.1)
        self.report("the markers of public quests do not come")

    # Asking.

    def ask(self, rule, caller, ids, method=None, query="", headers=()):
        self.requests += 1
        self.number += 1
        path = re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1]) or str(uuid.uuid4()), rule.path)
        path = path.replace("/oidc/" + "/", "/oidc/none/")
        target = path + QUERIES.get(rule.name, "")
        if query:
            target += ("&" if "?" in target else "?") + query
        body = None
        if rule.method in ("POST", "PATCH"):
            body = bodies(self.number, ids).get(rule.name)
        if rule.path.startswith("/v1/auth/browser/"):
            headers = [*headers, ("Origin", f"http://127.0.0.1:{self.service.port}")]
        kind = "application/geo+json" if rule.name in FILES else "application/json"
        if rule.name == "POST /v1/activities/import":
            kind = "text/csv"
        answer = self.service.ask(
            method or rule.method, target, body, caller.credential(rule.scope), headers, kind)
        answer.sent = target + str(body)
        return answer

    def cell(self, rule, caller, ids, world=None, words=frozenset()):
        """One cell and the ways around it."""
        self.cells += 1
        due = rule.expected(caller, world is None or world.team_public,
                            world is None or world.route_public)
        where = f"{rule.name} as {caller.label}" + (f", {world.label}" if world else "")
        answer = self.ask(rule, caller, ids)
        counts = self.counts.setdefault((rule.who, caller.label), set())
        counts.add(answer.status)
        self.check(where, answer, due, words)
        if due[0] in (401, 403, 404) and due[1]:
            kind = answer.headers.get_content_type()
            if kind != "application/problem+json":
                self.report(f"{where}: a refusal as {kind}")
        if rule.method != "GET":
            return answer
        ways = [("HEAD", "HEAD", "", ())]
        if any(said["name"] == "fields" for said in
               self.described.get(rule.name, {}).get("parameters", [])):
            ways.append(("fields=", None, "fields=id,name", ()))
        if due[0] >= 400 and world is not None and rule.name in self.tags:
            tag = self.tags[rule.name]
            ways += [("the ETag of an admin", None, "", [("If-None-Match", tag)]),
                     ("If-None-Match: *", None, "", [("If-None-Match", "*")]),
                     ("HEAD with that ETag", "HEAD", "", [("If-None-Match", tag)])]
        for name, method, query, headers in ways:
            if name == "fields=" and due[0] < 400:
                continue
            around = self.ask(rule, caller, ids, method, query, headers)
            self.check(f"{where}, {name}", around, (due[0], None if method == "HEAD" else due[1]), words)
            if method == "HEAD" and around.body:
                self.report(f"{where}: HEAD has a body")
        return answer

    def check(self, where, answer, due, words):
        status, code = due
        codes = code if isinstance(code, tuple) else (code,)
        if answer.status != status or code and answer.code not in codes:
            self.report(f"{where}: {answer.status} {answer.code or ''} and not {status} {' or '.join(filter(None, codes))}: "
                        f"{answer.text[:160]!r}")
        text = answer.text
        for sent in {found[0] for found in UUID.finditer(answer.sent)}:
            text = text.replace(sent, "")
        shown = sorted(word for word in words if word in text)
        if shown:
            self.report(f"{where}: the answer tells {', '.join(shown)}")

    def unlike(self, where, rule, caller, ids, answer):
        """What is hidden is answered as what is not there, but for the id."""
        ids = {**ids, **{name: str(uuid.uuid4()) for name in ("teamId", "questId", "routeId", "featureId")}}
        other = self.ask(rule, caller, ids)
        plain = lambda answer: (
            answer.status, UUID.sub("", re.sub(r'"requestId":"[^"]*"', "", answer.text)),
            sorted(name.lower() for name in answer.headers.keys()))
        if plain(answer) != plain(other):
            self.report(f"{where}: what is hidden differs from what is not there: "
                        f"{plain(answer)} and {plain(other)}")

    # The parts.

    def own(self):
        """What is about no team and no route of a world."""
        hidden = [(world.of_team if not world.team_public else frozenset(), world.of_route)
                  for world in self.worlds]
        never = frozenset().union(*(world.of_private_walk for world in self.worlds))
        for rule in self.rules.values():
            if rule.subject or rule.uses_up:
                continue
            short = self.options.short and rule.name in HASHING
            for caller in [*self.callers[:2], self.callers[-1]] if short else self.callers:
                ids = {} if rule.path.endswith(":redeem") else {"code": self.worlds[3].ids["code"]}
                if rule.who == "owner":
                    ids["activityId"] = self.walk()
                words = set(never) | self.emails - {caller.email}
                if rule.path.startswith("/ogc") or caller.role == "stranger":
                    for of_team, of_route in hidden:
                        words |= of_team | of_route
                if rule.path == "/v1/me/export":
                    # One's memberships are one's own, those that are over too: by the teams' ids alone.
                    words -= {world.ids["teamId"] for world in self.worlds}
                if "{code}" in rule.path and "/v1/" in rule.path:
                    # Whoever holds its code is shown the team.
                    words = set(never) | self.emails
                self.cell(rule, caller, ids, words=words)

    def walk(self):
        """A walk of an admin's."""
        walk = str(uuid.uuid4())
        self.people.admin.ask("POST", "/v1/activities", {
            "id": walk, "startedAt": moment(days=-2), "distance": "1 km", "note": "Quokkanote"})
        return walk

    def subjects(self):
        """Teams, quests and routes, public and private."""
        for rule in self.rules.values():
            if not rule.subject or rule.uses_up:
                continue
            for world in self.worlds:
                ids = dict(world.ids)
                if "/markers/" in rule.path:
                    ids["featureId"] = ids["questId"]
                if "/waypoints/" in rule.path:
                    ids["featureId"] = self.waypoint(world)
                self.tags.pop(rule.name, None)
                if rule.method == "GET":
                    tag = self.ask(rule, self.callers[-1], ids).headers.get("ETag")
                    if tag:
                        self.tags[rule.name] = tag
                for caller in self.callers:
                    self.subject(rule, caller, ids, world)
        # What is looked for in the answers of others is there for those who may see it.
        walks = self.people.walker.ask("GET", "/v1/activities?limit=500&units=km")
        for world in self.worlds:
            seen = world.seen | {word for word in world.words if word in str(walks)}
            for word in sorted(world.words - seen - {world.ids["code"], "7.7531"}):
                self.report(f"nobody is shown {word} of the {world.label}: it proves nothing")

    def subject(self, rule, caller, ids, world):
        due = rule.expected(caller, world.team_public, world.route_public)
        words = world.words if due[0] >= 400 else world.of_private_walk
        answer = self.cell(rule, caller, ids, world, set(words) | self.emails - {caller.email})
        if caller is self.callers[-1]:
            world.seen |= {word for word in world.words if word in answer.text}
        if due[0] == 404 and not caller.fault:
            self.unlike(f"{rule.name} as {caller.label}, {world.label}", rule, caller, ids, answer)

    def waypoint(self, world):
        """The id of its waypoint as a feature, or one that no feature has."""
        if "waypoint" not in vars(world):
            found = self.service.ask("GET", "/ogc/collections/waypoints/items?limit=500").json["features"]
            mine = [feature["id"] for feature in found if world.ids["routeId"] in str(feature)]
            world.waypoint = mine[0] if mine else str(uuid.uuid4())
        return world.waypoint

    def using_up(self):
        """What can be done once: first by all who may not, then by one who may."""
        for rule in self.rules.values():
            if not rule.uses_up or rule.path.endswith("logout-everywhere"):
                continue
            kinds = [(world.team_public, world.route_public) for world in self.worlds]
            for kind in kinds if rule.subject else [(False, False)]:
                allowed = [caller for caller in self.callers if rule.expected(caller, *kind)[0] < 300]
                refused = [caller for caller in self.callers if caller not in allowed]
                for number, last in enumerate(allowed):
                    world, ids = None, {}
                    if rule.subject:
                        world = World(self.service, self.people, *kind, whole=number == 0)
                        ids = world.ids
                        if rule.name == "POST /v1/teams/{teamId}/quests":
                            self.people.admin.ask("POST", f"/v1/quests/{ids['questId']}/cancel")
                    elif "activityId" in rule.path:
                        ids = {"activityId": self.walk()}
                    elif "keyId" in rule.path:
                        ids = {"keyId": self.people.admin.ask(
                            "POST", "/v1/keys", {"name": "Other", "scopes": ["read"]})["id"]}
                    elif "sessionId" in rule.path:
                        ids = {"sessionId": self.other_session()}
                    for caller in (refused if number == 0 else []) + [last]:
                        if world is None:
                            self.cell(rule, caller, ids)
                        else:
                            self.subject(rule, caller, ids, world)

    def other_session(self):
        """A session of the admin's beside the one that is asked with."""
        admin, token = self.people.admin, self.people.admin.token
        admin.sign_in()
        other, admin.token = admin.session(), token
        return other

    def ends(self):
        """Signing out comes last: keys stay, and no token counts afterwards."""
        rule = self.rules["POST /v1/auth/logout-everywhere"]
        for caller in self.callers:
            self.cell(rule, caller, {})
            if rule.expected(caller)[0] < 300:
                answer = self.ask(self.rules["GET /v1/me"], caller, {})
                self.check(f"GET /v1/me as {caller.label}, signed out", answer,
                           (401, ("session-ended", "invalid-token")), ())

    def times(self, tries):
        """How long it takes to be told that there is nothing, in microseconds."""
        world, stranger = self.worlds[3], self.callers[7]
        for path in ("/v1/teams/{teamId}", "/v1/quests/{questId}/progress", "/v1/quests/{questId}/card.png",
                     "/v1/routes/{routeId}/map", "/v1/teams/{teamId}/events/page"):
            took = {"hidden": [], "missing": []}
            for _ in range(tries):
                for kind, times in took.items():
                    target = re.sub(r"\{(\w+)\}", lambda found: world.ids[found[1]] if kind == "hidden"
                                    else str(uuid.uuid4()), path)
                    begun = time.perf_counter()
                    self.service.ask("GET", target, token=stranger.token)
                    times.append((time.perf_counter() - begun) * 1e6)
            middle = {kind: statistics.median(times) for kind, times in took.items()}
            print(f"    {path}: hidden {middle['hidden']:.0f} us, missing {middle['missing']:.0f} us "
                  f"(medians of {tries})", flush=True)

    def text(self):
        """Who, by caller: all statuses that came."""
        kinds = list(dict.fromkeys(rule.who for rule in self.rules.values()))
        rows = [["caller", *kinds]]
        for caller in self.callers:
            rows.append([caller.label] + [
                " ".join(map(str, sorted(self.counts.get((kind, caller.label), [])))) for kind in kinds])
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return "\n".join("| " + " | ".join(
            text.ljust(width) for text, width in zip(row, widths)) + " |" for row in rows)


def measure(store, options):
    """Everything on one store: the wrong cells."""
    begun = time.monotonic()
    with served.serving(options.program, store, "--limit", "teams=100000", "--limit", "teams-ever=100000",
                        "--limit", "routes=100000", "--access-token-seconds", "86400") as service:
        table = Table(service, options)
        for part in (table.subjects, table.own, table.using_up):
            part()
        table.times(200)
        table.ends()
        for line in service.faults():
            table.report(f"the service's log: {line.strip()}")
        print("\n" + table.text())
    print(f"{store}: {len(table.rules)} operations, {table.cells} cells, {table.requests} requests, "
          f"{len(table.wrong)} wrong, {time.monotonic() - begun:.0f} s", flush=True)
    return table.wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="the program milequest")
    parser.add_argument("--store", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--short", action="store_true", help="SQLite alone, and fewer passwords")
    options = parser.parse_args()
    stores = ["sqlite", "postgres"] if options.store == "both" else [options.store]
    wrong = []
    for store in ["sqlite"] if options.short else stores:
        wrong += measure(store, options)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
