"""Callers who log walks and do not lose one: each walk is sent again until it is acknowledged, whatever
becomes of the service or its store meanwhile, and everything that they were answered is held against
what is stored."""

import datetime
import json
import os
import select
import socket
import statistics
import subprocess
import threading
import time
import uuid

import openloop
import service
from cluster import Wrong


class Unread(Exception):
    """The service has not read the request: it refused the connection, or reset it."""


class Unanswered(Exception):
    """The service has read the request, and ended the connection without a whole answer."""


class Walks:
    """Walks of everybody in turn, as many as are asked for. Each starts when it is first asked for, and is
    the same ever after."""

    def __init__(self, people):
        self.people, self.draw = people, uuid.uuid4().hex
        self.tokens, self.starts = {}, {}

    def __len__(self):
        return 1 << 40

    def id(self, number):
        return f"{self.draw[:8]}-{self.draw[8:12]}-4{self.draw[13:16]}-8{self.draw[17:20]}-{number:012x}"

    def meters(self, number):
        return 20 + number % 50

    def head(self, number):
        person = number % self.people
        if person not in self.tokens:
            self.tokens[person] = service.token(person)
        return f"Host: localhost\r\nAuthorization: Bearer {self.tokens[person]}\r\n"

    def __getitem__(self, number):
        """What logs a walk."""
        start = datetime.datetime.fromtimestamp(
            self.starts.setdefault(number, time.time()), datetime.timezone.utc)
        body = (f'{{"id":"{self.id(number)}","startedAt":"{start.isoformat()}",'
                f'"distanceMeters":{self.meters(number)}}}')
        return (f"POST /v1/activities HTTP/1.1\r\n{self.head(number)}Content-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}").encode()

    def reading(self, number):
        """What reads a walk."""
        return f"GET /v1/activities/{self.id(number)} HTTP/1.1\r\n{self.head(number)}\r\n".encode()


class Answer:
    def __init__(self, text):
        head, _, self.body = text.partition(b"\r\n\r\n")
        self.head = head.lower()
        self.status = int(head[9:12])

    @property
    def may_come_again(self):
        """Whether it is a refusal that says when to come again."""
        return self.status in (429, 503) and b"\r\nretry-after: " in self.head

    def code(self):
        try:
            return json.loads(self.body).get("code", "")
        except ValueError:
            return ""

    def __str__(self):
        return f"{self.head.splitlines()[0].decode()} {self.body[:300].decode(errors='replace')}"


class Line:
    """A connection that is kept, and opened again where it has ended."""

    def __init__(self, port, patience=20):
        self.port, self.patience, self.socket = port, patience, None

    def ask(self, request):
        """- Raises: `Unread`, `Unanswered`; `Wrong` where nothing comes in time."""
        try:
            if self.socket is None:
                self.socket = socket.create_connection(("127.0.0.1", self.port), self.patience)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.sendall(request)
        except socket.timeout:
            raise Wrong(f"the service took no request within {self.patience} s")
        except OSError as error:
            self.close()
            raise Unread(str(error))
        text = b""
        while not openloop.is_whole(text):
            try:
                data = self.socket.recv(1 << 16)
            except socket.timeout:
                self.close()
                raise Wrong(f"no answer within {self.patience} s to {request[:200]!r}")
            except OSError as error:
                self.close()
                if text:
                    raise Unanswered(f"an answer was cut off: {error}")
                raise Unread(str(error))
            if not data:
                was_reset = self.was_reset()
                self.close()
                if was_reset and not text:
                    raise Unread("closed before the request came")
                raise Unanswered("read, and closed without a whole answer")
            text += data
        answer = Answer(text)
        if b"\r\nconnection: close" in answer.head:
            self.close()
        return answer

    def was_reset(self):
        """Whether what was sent came to a closed socket: the system of the other side answers that with
        a reset, and sends none where the process had read everything before it closed."""
        poll = select.poll()
        poll.register(self.socket, 0)
        poll.poll(20)
        return self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None


class Callers:
    """As many callers as are asked for, who log walks until they are ended; every fourth time each
    reads instead.

    - `may_vanish`: whether the service may refuse a connection, as one does that is started anew.
    - `leaves(number)`: whether a walk that is refused is left, and not sent again.
    """

    def __init__(self, port, walks, count, reads=(), may_vanish=False, pause=0.05, leaves=None):
        self.port, self.walks, self.reads, self.pause = port, walks, reads, pause
        self.may_vanish, self.leaves = may_vanish, leaves
        self.acknowledged, self.left, self.successes = {}, {}, []
        self.refusals, self.unread, self.faults, self.next = {}, 0, [], 0
        self.lock, self.ended = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.call, daemon=True) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def call(self):
        line = Line(self.port)
        try:
            while not self.ended.is_set():
                with self.lock:
                    number = self.next
                    self.next += 1
                if self.reads and number % 4 == 3:
                    self.until_answered(line, self.reads[number // 4 % len(self.reads)], None)
                else:
                    self.until_answered(line, self.walks[number], number)
        except Wrong as wrong:
            self.faults.append(str(wrong))
        finally:
            line.close()

    def until_answered(self, line, request, number):
        """Asks again and again; the id makes a walk one walk."""
        while not self.faults:
            try:
                answer = line.ask(request)
            except Unread as reason:
                if not self.may_vanish:
                    raise Wrong(f"a request was not taken: {reason}")
                self.unread += 1
                if number is None and self.ended.is_set():
                    return
                time.sleep(self.pause)
                continue
            except Unanswered as reason:
                raise Wrong(f"a request was not answered: {reason}")
            if answer.status in (200, 201):
                if number is not None:
                    self.acknowledged[number] = answer.status
                self.successes.append(time.monotonic())
                return
            if answer.status != 503 or not answer.may_come_again:
                raise Wrong(f"neither success nor 503 with Retry-After: {answer}")
            with self.lock:
                self.refusals[answer.code()] = self.refusals.get(answer.code(), 0) + 1
            if number is None or self.leaves and self.leaves(number):
                if number is not None:
                    self.left[number] = answer
                return
            time.sleep(self.pause)

    def first_success(self, after, patience=30):
        """Seconds from a moment until the first success that comes after it."""
        end = time.monotonic() + patience
        place = max(len(self.successes) - 1, 0)
        while place > 0 and self.successes[place - 1] > after:
            place -= 1
        while True:
            self.check()
            while place < len(self.successes):
                if self.successes[place] > after:
                    return self.successes[place] - after
                place += 1
            if time.monotonic() > end:
                raise Wrong(f"no success within {patience} s")
            time.sleep(0.005)

    def check(self):
        if self.faults:
            raise Wrong(self.faults[0])

    def end(self, patience=60):
        """Ends them when all walks that are under way are acknowledged."""
        self.ended.set()
        end = time.monotonic() + patience
        for thread in self.threads:
            thread.join(max(end - time.monotonic(), 0.1))
        self.check()
        if any(thread.is_alive() for thread in self.threads):
            raise Wrong(f"a walk was not acknowledged within {patience} s")


def totals(bench):
    """Metres of all quests together, as the service tells them."""
    return sum(service.get(bench.port, path)["totalMeters"] for path in bench.paths)


def hold(bench, walks, acknowledged, before=None):
    """Holds acknowledged walks against what is stored: each is there, and counts once.

    - `before`: what `totals` was before the first of them, where there are no other walks.
    """
    numbers, lost, wrong = list(acknowledged), [], []

    def tell(which, _, text):
        number = numbers[which]
        answer = Answer(text) if text else None
        if answer is None or answer.status not in (200, 404):
            wrong.append(f"a walk could not be read: {answer}")
        elif answer.status == 404 or json.loads(answer.body)["distanceMeters"] != walks.meters(number):
            lost.append(number)

    class Reads:
        def __len__(self):
            return len(numbers)

        def __getitem__(self, which):
            return walks.reading(numbers[which])

    openloop.run(bench.port, Reads(), [0] * len(numbers), connections=16, tell=tell)
    if wrong:
        raise Wrong(wrong[0])
    if lost:
        raise Wrong(f"{len(lost)} of {len(numbers)} acknowledged walks are lost, {walks.id(lost[0])} is one")
    if before is None:
        return
    counted = totals(bench) - before
    expected = sum(walks.meters(number) for number in numbers)
    if abs(counted - expected) > 0.001:
        raise Wrong(f"{len(numbers)} acknowledged walks are {expected} m, and {counted} m were counted")


def audit(bench):
    done = subprocess.run([bench.options.program, "audit", "--store", bench.store],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise Wrong("the audit says\n" + done.stdout + done.stderr)


def descriptors(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def resident(process):
    for line in open(f"/proc/{process.pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    return 0


class Watch:
    """Resident memory and open descriptors of a process, twice a second, until it is ended."""

    def __init__(self, process):
        self.process, self.samples, self.ended = process, [], threading.Event()
        self.start = time.monotonic()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        while not self.ended.wait(0.5):
            self.samples.append((time.monotonic() - self.start, resident(self.process),
                                 descriptors(self.process)))

    def end(self):
        self.ended.set()
        self.thread.join()

    def medians(self, first, last):
        """Of memory and of descriptors between two seconds."""
        seen = [sample[1:] for sample in self.samples if first <= sample[0] <= last]
        if not seen:
            raise Wrong(f"nothing was seen of the process between {first} and {last} s")
        return [statistics.median(column) for column in zip(*seen)]
