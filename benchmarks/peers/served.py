"""The program, serving a store of its own, for suites that ask it as many people: with a secret that is
known here, without a throttle, and with the address of each caller taken from `X-Forwarded-For`."""

import base64
import contextlib
import http.client
import json
import os
import shutil
import subprocess
import tempfile

import cluster
import service

# What the client's list has to name; the pages need no more.
PIECES = {"script": "a.js", "frameScript": "b.js", "worker": "c.js", "style": "a.css",
          "icon": "a.svg", "touchIcon": "a.png", "manifest": "a.webmanifest"}


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.text = body.decode(errors="replace")

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def code(self):
        """The code of a problem."""
        found = self.json
        return found.get("code") if isinstance(found, dict) else None


class Served:
    def __init__(self, port, process, folder):
        self.port, self.process, self.folder = port, process, folder
        self.mail = os.path.join(folder, "mail")
        self.connection = None
        self.addresses = 0

    def address(self):
        """One that nobody has asked from before."""
        self.addresses += 1
        return f"10.{self.addresses >> 16}.{self.addresses >> 8 & 255}.{self.addresses & 255}"

    def ask(self, method, target, body=None, token=None, headers=(), kind="application/json"):
        """The answer to one request, on a connection that is kept. Of a stream it is the beginning."""
        head = {"X-Forwarded-For": self.address(), **dict(headers)}
        if token:
            head["Authorization"] = f"Bearer {token}"
        if body is not None:
            head["Content-Type"] = kind
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                self.connection.request(method, target, body, head)
                answer = self.connection.getresponse()
                break
            except (http.client.RemoteDisconnected, ConnectionError):
                self.hang_up()
                if attempt == 2:
                    raise
        if answer.headers.get_content_type() == "text/event-stream" and method == "GET":
            lines = []
            while answer.status == 200 and (line := answer.readline()):
                lines.append(line)
                if line.startswith(b"event: ready"):
                    break
            self.hang_up()
            return Answer(answer.status, answer.headers, b"".join(lines))
        content = answer.read()
        if answer.will_close:
            self.hang_up()
        return Answer(answer.status, answer.headers, content)

    def hang_up(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def operations(self):
        """All that the description has, by method and path."""
        described = self.ask("GET", "/openapi.json").json
        return described, {f"{method.upper()} {path}": said
                           for path, methods in described["paths"].items()
                           for method, said in methods.items()}

    def resident(self):
        """The memory that it holds and the most that it has held, in MiB."""
        found = {}
        for line in open(f"/proc/{self.process.pid}/status"):
            name, _, value = line.partition(":")
            if name in ("VmRSS", "VmHWM"):
                found[name] = int(value.split()[0]) / 1024
        return found["VmRSS"], found["VmHWM"]

    def faults(self):
        """The lines of its log that tell of an error."""
        return [line for line in open(os.path.join(self.folder, "log"))
                if '"level":"error"' in line or '"level":"critical"' in line]


def web_folder(folder):
    """A browser client with nothing in it, so that the pages are there."""
    assets = os.path.join(folder, "web", "assets")
    os.makedirs(assets)
    for name in PIECES.values():
        open(os.path.join(assets, name), "w").close()
    with open(os.path.join(folder, "web", "web.json"), "w") as file:
        json.dump({**PIECES, "files": list(PIECES.values())}, file)
    return os.path.join(folder, "web")


@contextlib.contextmanager
def serving(program, store, *more):
    """The program over `sqlite` or `postgres`; all of it is gone afterwards."""
    with contextlib.ExitStack() as stack:
        folder = tempfile.mkdtemp(prefix="milequest-served-")
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        place = f"sqlite:{folder}/ledger.sqlite"
        if store == "postgres":
            place = stack.enter_context(cluster.running("served")).url()
        secret = os.path.join(folder, "secret")
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(base64.b64encode(service.SECRET).decode())
        subprocess.run([program, "migrate", "--store", place], check=True, capture_output=True)
        port = service.free_port()
        process = stack.enter_context(service.started(
            [program, "serve", "--store", place, "--port", str(port), "--secret-file", secret,
             "--mail-folder", os.path.join(folder, "mail"), "--rate", "1000000", "--burst", "1000000",
             "--trusted-proxy", "127.0.0.1/32", "--web", web_folder(folder), "--log-requests", "false",
             "--drain-seconds", "0", *more], os.path.join(folder, "log"), port))
        yield Served(port, process, folder)

