"""The people, teams, routes and walks that `authorisation.py` asks for: whatever must not be seen has a
name that stands nowhere else."""

import base64
import datetime
import json
import uuid

import endings
import service

SCOPES = ("read", "log", "manage")
PUBLIC_WALK, PRIVATE_WALK = "30100.9", "7753.1"


def moment(seconds=0, days=0):
    now = datetime.datetime.now(datetime.timezone.utc)
    return (now + datetime.timedelta(seconds=seconds, days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Person(endings.Person):
    """An account that walks into teams."""

    def __init__(self, served, name):
        super().__init__(served.port, name, served.mail, served.address())
        self.name = name

    def join(self, admin, team, role="member"):
        code = admin.ask("POST", f"/v1/teams/{team}/invites", {"role": role})["code"]
        self.ask("POST", f"/v1/invites/{code}:redeem")

    def session(self):
        """The id of its session."""
        part = self.token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["sid"]


class Caller:
    """One column of the table.

    `fault` is the code of the refusal of a token that is not good.
    """

    def __init__(self, label, token=None, fault=None, role="stranger", email=None, keys=None,
                 has_scope=True):
        self.label, self.fault, self.role, self.email = label, fault, role, email
        self.keys, self.has_scope, self.token = keys, has_scope, token

    @property
    def is_key(self):
        return self.keys is not None

    def credential(self, scope):
        """What it sends for an operation that needs a scope."""
        return self.keys[scope] if self.keys else self.token


class People:
    def __init__(self, served):
        make = lambda name: Person(served, name)
        self.admin, self.walker = make("Adminmarker"), make("Walkermarker")
        self.stranger, self.member = make("Stranger"), make("Member")
        self.former, self.demoted = make("Former"), make("Demoted")
        self.removed, self.erased = make("Removed"), make("Erasedmarker")

    def callers(self):
        """All columns; whoever is to be erased or signed out is so afterwards."""
        admin = self.admin
        forged = lambda **claims: service.signed(admin.id, admin.session(), **claims)
        self.admin.sign_in()
        revoked = admin.token
        refused = lambda label, token, fault: Caller(label, token, fault)
        erased = self.erased.token
        self.erased.ask("POST", "/v1/me/erase", {"password": endings.PASSWORD})
        callers = [
            Caller("no token"), refused("garbage", "not.a.token", "invalid-token"),
            refused("expired", forged(seconds=-600), "token-expired"),
            refused("wrong audience", forged(audience="elsewhere"), "invalid-token"),
            refused("wrong issuer", forged(issuer="https://elsewhere.example"), "invalid-token"),
            refused("revoked session", revoked, "session-ended"),
            refused("erased", erased, "session-ended")]
        ended = admin.session()
        admin.sign_in()
        admin.ask("DELETE", f"/v1/auth/sessions/{ended}")
        key = lambda *scopes: admin.ask(
            "POST", "/v1/keys", {"name": "Key", "scopes": list(scopes)})["key"]
        lacking = {scope: key(*(other for other in SCOPES if other != scope)) for scope in SCOPES}
        having = {scope: key(scope) for scope in SCOPES}
        lacking["-"] = having["-"] = key(*SCOPES)
        for label, person, role in (
                ("stranger", self.stranger, "stranger"), ("former member", self.former, "stranger"),
                ("former admin, removed", self.removed, "stranger"),
                ("former admin, member", self.demoted, "member"),
                ("member", self.member, "member")):
            callers.append(Caller(label, person.token, None, role, person.email))
        callers.append(Caller("key without the scope", "", None, "admin", admin.email, lacking, False))
        callers.append(Caller("key with the scope", "", None, "admin", admin.email, having))
        callers.append(Caller("admin", admin.token, None, "admin", admin.email))
        return callers

    def emails(self):
        return {person.email for person in vars(self).values()}


class World:
    """A team that is public or private, and the quest that it walks on a route that is so."""

    count = 0

    def __init__(self, served, people, team_public, route_public, walked=False, whole=True):
        World.count += 1
        self.team_public, self.route_public = team_public, route_public
        admin, tag = people.admin, f"x{World.count}x"
        word = lambda kind: f"Quokka{kind}{tag}"
        names = {kind: word(kind) for kind in
                 ("Team", "Quest", "Route", "Inn", "Story", "Note", "Secret", "Link")}
        team = admin.ask("POST", "/v1/teams", {"name": names["Team"], "public": team_public})["id"]
        self.file = route_file(names["Route"], World.count, names["Inn"], names["Story"])
        stored = served.ask(
            "POST", f"/v1/routes?public={str(route_public).lower()}", self.file, admin.token,
            kind="application/geo+json")
        if stored.status != 201:
            raise SystemExit(f"WRONG: a route is not stored: {stored.status} {stored.text[:600]}")
        route = stored.json["route"]["id"] if "route" in stored.json else stored.json["id"]
        people.walker.join(admin, team)
        if whole:
            people.member.join(admin, team)
            people.former.join(admin, team)
            people.demoted.join(admin, team, "admin")
            people.removed.join(admin, team, "admin")
            if people.erased.token and walked:
                people.erased.join(admin, team, "admin")
            admin.ask("PATCH", f"/v1/teams/{team}/members/{people.demoted.id}", {"role": "member"})
            for person in (people.former, people.removed):
                admin.ask("DELETE", f"/v1/teams/{team}/members/{person.id}")
        quest = admin.ask("POST", f"/v1/teams/{team}/quests", {
            "name": names["Quest"], "routeId": route, "start": moment(days=-1), "end": moment(days=300),
            "zone": "UTC"})["id"]
        invite = admin.ask("POST", f"/v1/teams/{team}/invites", {})
        link = admin.ask("POST", f"/v1/quests/{quest}/links", {"name": names["Link"]})
        walks = [str(uuid.uuid4()), str(uuid.uuid4())]
        if walked:
            for walk, meters, note, private in (
                    (walks[0], PUBLIC_WALK, names["Note"], False),
                    (walks[1], PRIVATE_WALK, names["Secret"], True)):
                people.walker.ask("POST", "/v1/activities", {
                    "id": walk, "startedAt": moment(1), "distanceMeters": float(meters), "note": note,
                    "private": private})
        self.ids = {"teamId": team, "questId": quest, "routeId": route, "personId": people.walker.id,
                    "inviteId": invite["id"], "code": invite["code"], "linkId": link["id"],
                    "featureId": route}
        course = {names["Route"], names["Inn"], names["Story"], route}
        self.of_route = set() if route_public else course
        self.of_team = {names["Team"], names["Quest"], names["Note"], names["Link"], team, quest,
                        *walks, invite["id"], invite["code"], link["id"]}
        self.seen = set()
        # Nobody but its walker sees it.
        self.of_private_walk = {names["Secret"], walks[1], PRIVATE_WALK, "7.7531"}
        self.words = self.of_team | course | self.of_private_walk | {people.walker.name, people.admin.name}

    @property
    def label(self):
        shown = lambda public: "public" if public else "private"
        return f"{shown(self.team_public)} team, {shown(self.route_public)} route"


def route_file(name, number, inn="The Inn", story="A story."):
    """A route of 22 km, as bytes: another line for each number."""
    longitude = 5 + number % 1000 * 0.001
    line = [[longitude, 50 + step * 0.02, 100 + step] for step in range(11)]
    point = {"type": "Feature", "properties": {"name": inn, "story": story},
             "geometry": {"type": "Point", "coordinates": line[5][:2]}}
    return json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"name": name},
         "geometry": {"type": "LineString", "coordinates": line}}, point]}).encode()
