"""How soon a live stream ends for somebody who may not see the team any more: taken out, a team turned
private, a token that expires, a session or key that is ended, an erased person. What happens is asked of
one process, and the stream is read from another."""

import base64
import glob
import http.client
import json
import os
import time
import uuid

PASSWORD = "a long walk in the hills"


class Person:
    def __init__(self, port, name, mail, address):
        self.port, self.mail, self.address = port, mail, address
        self.token, self.email = None, f"{name}-{uuid.uuid4().hex[:8]}@example.org"
        self.ask("POST", "/v1/auth/register", {"email": self.email, "password": PASSWORD, "name": name})
        self.take(self.ask("POST", "/v1/auth/verify", {
            "email": self.email, "password": PASSWORD, "code": self.code()}))

    def code(self):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            for path in glob.glob(os.path.join(self.mail, "*.eml")):
                text = open(path).read()
                if f"To: {self.email}\n" in text:
                    return [line.strip() for line in text.splitlines() if line.startswith("    ")][0]
            time.sleep(0.05)
        raise SystemExit(f"no mail came to {self.email}")

    def take(self, tokens):
        self.token, self.id = tokens["accessToken"], tokens["personId"]

    def sign_in(self, port=None):
        self.token = None
        self.take(self.ask("POST", "/v1/auth/login", {"email": self.email, "password": PASSWORD}, port))

    def ask(self, method, path, body=None, port=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=30)
        headers = {"X-Forwarded-For": self.address}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {text.decode(errors='replace')}")
        return json.loads(text) if text else {}

    def expires(self):
        """When the token does, in seconds of the wall clock."""
        part = self.token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["exp"]


class Stream:
    """A stream that has begun."""

    def __init__(self, port, path, token, address):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"X-Forwarded-For": address}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.connection.request("GET", path, None, headers)
        self.answer = self.connection.getresponse()
        if self.answer.status != 200:
            raise SystemExit(f"{path}: {self.answer.status} {self.answer.read()}")
        while b"event: ready" not in self.answer.readline():
            pass

    def end(self):
        """When it ended, and why."""
        reason = None
        while line := self.answer.readline():
            if b'"reason"' in line:
                reason = json.loads(line.partition(b": ")[2])["reason"]
        self.connection.close()
        return time.time(), reason


def seconds(first, second, brief, mail, rounds):
    """By what happened, the seconds until the stream ended, one a round.

    `first` and `second` are ports of two processes, `brief` that of one whose tokens live for 3 s.
    """
    ann = Person(first, "Ann", mail, "10.9.0.1")
    found = {}
    for number in range(rounds):
        ben = Person(first, "Ben", mail, f"10.9.1.{number + 1}")
        team = ann.ask("POST", "/v1/teams", {"name": f"Team {number}", "public": True})["id"]
        path = f"/v1/teams/{team}/events"

        def join():
            code = ann.ask("POST", f"/v1/teams/{team}/invites", {})["code"]
            ben.ask("POST", f"/v1/invites/{code}:redeem", {})

        def measure(what, stream, act, due=None):
            act()
            begun = due or time.time()
            ended, reason = stream.end()
            if reason not in ("access-changed", "token-ended"):
                raise SystemExit(f"WRONG: {what}: the stream ended with {reason}")
            found.setdefault(what, []).append(ended - begun)

        def followed(token=None):
            return Stream(second, path, token or ben.token, ben.address)

        measure("a team turned private", Stream(second, path, None, "10.9.2.1"),
                lambda: ann.ask("PATCH", f"/v1/teams/{team}", {"public": False}))
        join()
        measure("somebody taken out", followed(),
                lambda: ann.ask("DELETE", f"/v1/teams/{team}/members/{ben.id}"))
        join()
        measure("signed out everywhere", followed(),
                lambda: ben.ask("POST", "/v1/auth/logout-everywhere"))
        ben.sign_in()
        key = ben.ask("POST", "/v1/keys", {"name": "Display", "scopes": ["read"]})
        measure("a key revoked", followed(key["key"]),
                lambda: ben.ask("DELETE", f"/v1/keys/{key['id']}"))
        ben.sign_in(brief)
        measure("a token expired", followed(), lambda: None, due=ben.expires())
        ben.sign_in()
        measure("an erased person", followed(),
                lambda: ben.ask("POST", "/v1/me/erase", {"password": PASSWORD}))
    return found
