"""Runs the program for the checks: here, or in the root of an image or a package, read-only and not as root."""

import os
import re
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request

PATIENCE_SECONDS = 60

# Enters a root in mounts of its own. Only /tmp and the state can be written there, and the process has
# neither the rights of root nor a way to get them.
ENTER = """
root=$1; user=$2; state=$3; shift 3
mount --bind "$root" "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount --bind "$state" "$root/var/lib/milequest"
mount -o remount,bind,ro "$root"
exec /usr/bin/setpriv --no-new-privs /usr/sbin/chroot --userspec="$user" --groups= "$root" "$@"
"""


class Wrong(Exception):
    """What is not as it should be."""


def right(is_right, what):
    if not is_right:
        raise Wrong(what)


def eventually(what, condition, seconds=PATIENCE_SECONDS):
    """What a condition gives as soon as it is something."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        right(time.monotonic() < end, f"{what}: not within {seconds} s")
        time.sleep(0.05)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Here:
    """The program as it was built, with a folder for its ledger."""

    def __init__(self, program, state, **settings):
        self.prefix, self.state = [os.path.abspath(program)], state
        # The same folder, as the program sees it.
        self.folder = state
        self.store = f"sqlite:{state}/milequest.sqlite"
        self.environment = {"PATH": os.environ["PATH"], "HOME": state, "TMPDIR": state,
                            "LANG": "C.UTF-8", "MILEQUEST_STORE": self.store, **settings}
        self.routes = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../routes")

    def run(self, *arguments, status=0):
        """What a command prints."""
        done = subprocess.run([*self.prefix, *arguments], env=self.environment, check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        right(done.returncode == status, f"milequest {' '.join(arguments)}: exit code {done.returncode}\n"
              f"{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def serve(self, *arguments, command=("serve",), **settings):
        return Service(self, [*self.prefix, *command, *arguments], {**self.environment, **settings})


class Inside(Here):
    """The installed program in a root of its own."""

    def __init__(self, root, user, state, environment, program="/usr/bin/milequest"):
        super().__init__(program, state)
        self.prefix = ["/usr/bin/unshare", "--mount", "--propagation", "private", "--", "/bin/sh", "-ec", ENTER,
                       "sh", root, user, state, program]
        self.environment, self.folder = environment, "/var/lib/milequest"
        self.routes = "/usr/share/milequest/routes"


class Service:
    """A service that runs."""

    def __init__(self, place, command, environment):
        self.place, self.log_path = place, os.path.join(place.state, "serve.log")
        with open(self.log_path, "ab") as log:
            self.start = log.tell()
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            self.port = int(eventually("the start of the service", self.found_port))
        except Wrong as error:
            self.process.kill()
            raise Wrong(f"{error}\n{self.said()}") from None
        self.base = f"http://127.0.0.1:{self.port}"

    def found_port(self):
        right(self.process.poll() is None, "the service ended")
        found = re.search(r" at http://[^ ;]*:(\d+); the API", self.said())
        return found and found[1]

    def said(self):
        with open(self.log_path, encoding="utf-8") as file:
            file.seek(self.start)
            return file.read()

    def stop(self):
        """Ends it as a supervisor does; it must end by itself, in order."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Wrong("the service did not end within 15 s of SIGTERM") from None
        right(status == 0, f"the service ended with {status}: {self.said()[-2000:]}")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.stop()
        else:
            self.process.kill()
            self.process.wait()


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


def asked(address, body=None, headers=None, method=None, authority=None, seconds=60):
    """What an address answers, refusals included; `authority` is the file with whom https is trusted."""
    context = ssl.create_default_context(cafile=authority) if authority else None
    request = urllib.request.Request(address, body, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=seconds, context=context) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as refusal:
        return Answer(refusal.code, refusal.headers, refusal.read())
