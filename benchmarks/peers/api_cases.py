"""Sends the service thousands of requests made from its own description, right and wrong ones.

Schemathesis makes them; a running service that holds its own answers against the same description
gets them, on a store of its own. It fails where an answer is a 500, is not described, or does not fit
its schema, where wrong data is taken or right data is not, where the service does not end cleanly,
or where the ledger's totals are not what its walks come to.
"""

import argparse
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid

from cluster import PATIENCE_SECONDS, Cluster, Wrong

HERE = os.path.dirname(os.path.abspath(__file__))
PARSER = argparse.ArgumentParser(description=__doc__.splitlines()[0])
PARSER.add_argument("--program", required=True, help="the program milequest")
PARSER.add_argument("--store", choices=["sqlite", "postgres", "both"], default="both")
PARSER.add_argument("--cases", type=int, default=2000, help="requests at least, each store")
PARSER.add_argument("--seed", type=int, help="repeats the requests of a run")
PARSER.add_argument("--only", help="operations whose name matches this pattern, while mending")
PARSER.add_argument("--reports", default=os.path.join(HERE, "..", ".build", "api-cases"))
OPTIONS = PARSER.parse_args()
SEED = secrets.randbelow(2**32) if OPTIONS.seed is None else OPTIONS.seed
PASSWORD = "a long walk in the hills"
ROUTE = """<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="54.1" lon="-2.38"><name>The Inn</name></wpt><trk><name>Dales Walk</name><trkseg>%s
</trkseg></trk></gpx>""" % "".join(
    f'<trkpt lat="{54 + i / 100}" lon="{-2.5 + 0.012 * i}"><ele>{100 + i}</ele></trkpt>'
    for i in range(40))


def moment(seconds):
    """So many seconds from now."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


class Service:
    """The program, serving a store of its own."""

    def __init__(self, store, folder):
        self.mail = os.path.join(folder, "mail")
        secret = os.path.join(folder, "secret")
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        self.store = store
        subprocess.run([OPTIONS.program, "migrate", "--store", store], check=True,
                       stdout=subprocess.DEVNULL)
        self.log = os.path.join(folder, "service.log")
        with open(self.log, "wb") as log:
            # The people here all come from one address, and say another.
            self.process = subprocess.Popen(
                [OPTIONS.program, "serve", "--store", store, "--port", "0", "--mail-folder",
                 self.mail, "--secret-file", secret, "--check-answers", "true", "--log-requests",
                 "false", "--rate", "100000", "--burst", "1000000", "--trusted-proxy", "127.0.0.1"],
                stdout=log, stderr=log)
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = re.search(r"at (http://127\.0\.0\.1:\d+);", self.said())
            if found:
                break
            if self.process.poll() is not None or time.monotonic() > end:
                raise Wrong(f"the service did not start: {self.said()}")
            time.sleep(0.05)
        self.address = found[1]

    def said(self):
        with open(self.log, encoding="utf-8") as file:
            return file.read()

    def ask(self, method, path, body=None, token=None, client="10.0.0.1", kind="application/json"):
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        data = text.encode() if text is not None else None
        request = urllib.request.Request(self.address + path, data, method=method)
        request.add_header("X-Forwarded-For", client)
        if body is not None:
            request.add_header("Content-Type", kind)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise Wrong(f"{method} {path}: {error.code} {error.read().decode()}") from error

    def person(self, name, client):
        """Registers somebody, with the code of the mail."""
        email = f"{name}@example.org"
        self.ask("POST", "/v1/auth/register",
                 {"email": email, "password": PASSWORD, "name": name}, client=client)
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            for file in os.listdir(self.mail) if os.path.isdir(self.mail) else []:
                with open(os.path.join(self.mail, file), encoding="ascii") as mail:
                    text = mail.read()
                if file.endswith(".eml") and f"To: {email}" in text:
                    code = re.search(r"^    (\S+)", text, re.MULTILINE)[1]
                    return self.ask("POST", "/v1/auth/verify", {
                        "email": email, "password": PASSWORD, "code": code}, client=client)
            time.sleep(0.05)
        raise Wrong(f"no mail came to {email}")

    def furnish(self):
        """Makes what the requests can be about."""
        ann, ben = self.person("ann", "10.0.0.1"), self.person("ben", "10.0.0.2")
        token = ann["accessToken"]

        def made(path, body, key="id", **options):
            return self.ask("POST", path, body, token, **options)[key]

        team = made("/v1/teams", {"name": "Dales", "public": True})
        code = made(f"/v1/teams/{team}/invites", {}, "code")
        self.ask("POST", f"/v1/invites/{code}:redeem", token=ben["accessToken"], client="10.0.0.2")
        invite = self.ask("POST", f"/v1/teams/{team}/invites", {}, token)
        route = made("/v1/routes?public=true", ROUTE, "route", kind="application/gpx+xml")["id"]
        walk = str(uuid.uuid4())
        facts = {"teamId": team, "routeId": route, "code": invite["code"],
                 "inviteId": invite["id"], "personId": ben["personId"], "activityId": walk}
        paths = self.ask("GET", "/openapi.json")["paths"]
        if "/v1/teams/{teamId}/quests" in paths:
            facts["questId"] = made(f"/v1/teams/{team}/quests", {
                "name": "Over the Dales", "routeId": route, "zone": "Europe/London",
                "start": moment(-86_400), "end": moment(30 * 86_400)})
        # In the coming minute, for somebody who was in the team then.
        self.ask("POST", "/v1/activities", {
            "id": walk, "startedAt": moment(60), "distance": "7.5 km", "note": "to the inn"}, token)
        facts["keyId"] = made("/v1/keys", {"name": "display", "scopes": ["read"]})
        return len([method for path in paths.values() for method in path]), facts

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)


def trial(name, store, folder):
    """Runs all cases against one store."""
    service = Service(store, folder)
    try:
        operations, facts = service.furnish()
        reports = os.path.abspath(os.path.join(OPTIONS.reports, name))
        shutil.rmtree(reports, ignore_errors=True)
        os.makedirs(reports)
        fixtures = os.path.join(folder, "fixtures.json")
        with open(fixtures, "w", encoding="ascii") as file:
            json.dump({"address": service.address, "password": PASSWORD,
                       "email": "ann@example.org", "ids": facts}, file)
        command = [
            os.path.join(os.path.dirname(sys.executable), "schemathesis"), "--config-file",
            os.path.join(HERE, "api_cases.toml"), "run", service.address + "/openapi.json",
            "--max-examples", str(OPTIONS.cases // operations + 1), "--seed", str(SEED),
            "--generation-database", "none", "--continue-on-failure", "--no-color", "--report",
            "json", "--report-json-path", os.path.join(reports, "report.json")]
        if OPTIONS.only:
            command += ["--include-operation-id-regex", OPTIONS.only]
        done = subprocess.run(
            command, check=False, cwd=folder,
            env={**os.environ, "PYTHONPATH": HERE, "SCHEMATHESIS_HOOKS": "api_hooks",
                 "MILEQUEST_API_FIXTURES": fixtures})
        if service.process.poll() is not None:
            raise Wrong(f"the service has ended: {service.said()[-4000:]}")
        faults = [line for line in service.said().splitlines() if '"level":"error"' in line]
        if faults:
            raise Wrong("the service has failed:\n" + "\n".join(faults[:20]))
        if done.returncode != 0:
            raise Wrong(f"schemathesis found faults; more in {reports}")
        if service.end() != 0:
            raise Wrong(f"the service ended with {service.process.returncode}: {service.said()}")
        subprocess.run([OPTIONS.program, "audit", "--store", store], check=True)
        print(f"{name}: as described", flush=True)
    finally:
        if service.process.poll() is None:
            service.process.kill()


def main():
    print(f"seed {SEED}", flush=True)
    folder = tempfile.mkdtemp(prefix="mq-api-")
    os.chmod(folder, 0o755)
    cluster = None
    is_right = False
    try:
        for name in ["sqlite", "postgres"]:
            if OPTIONS.store not in (name, "both"):
                continue
            home = os.path.join(folder, name)
            os.mkdir(home)
            if name == "sqlite":
                trial(name, f"sqlite:{home}/ledger.sqlite", home)
            else:
                server = os.path.join(folder, "server")
                os.mkdir(server)
                cluster = Cluster(server)
                trial(name, cluster.url(), home)
        is_right = True
    except Wrong as wrong:
        print(f"WRONG  {wrong}", flush=True)
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
