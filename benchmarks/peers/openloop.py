"""Requests sent when they are due, whether or not the ones before are answered."""

import multiprocessing
import select
import socket
import sys
import time

#: The service closes connections on which nobody has asked anything for ten seconds.
MOST_REST_SECONDS = 5


class Connections:
    """As many connections as are asked for, by their descriptors: each is opened when it is needed."""

    def __init__(self, port, count, sources):
        self.port, self.count, self.sources = port, count, sources
        self.open, self.idle, self.opened, self.rested = {}, [], 0, {}
        self.poll = select.epoll()

    def add(self):
        source = self.sources[self.opened % len(self.sources)]
        self.opened += 1
        opened = socket.create_connection(("127.0.0.1", self.port), source_address=(source, 0))
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.open[opened.fileno()] = opened
        self.poll.register(opened.fileno(), select.EPOLLIN)
        return opened.fileno()

    def end(self, number):
        self.poll.unregister(number)
        self.open.pop(number).close()
        if number in self.idle:
            self.idle.remove(number)

    @property
    def has_one(self):
        return bool(self.idle) or len(self.open) < self.count

    def take(self):
        """One on which nothing is asked. As browsers and pools do, none is used that has rested."""
        if self.idle:
            number = self.idle.pop()
            if time.monotonic() - self.rested[number] <= MOST_REST_SECONDS:
                return number
            self.end(number)
        return self.add()

    def give_back(self, number):
        self.idle.append(number)
        self.rested[number] = time.monotonic()

    def close(self):
        for opened in self.open.values():
            opened.close()
        self.poll.close()


def run(port, requests, due, connections=150, sources=("127.0.0.1",), patience=None, tell=None,
        ready=None):
    """Sends each request at its second after the start, over so many connections at most.

    Returns milliseconds from when each was due until its answer was there, sorted, and how many
    answers were none of 2xx. Raw sockets: a client of comforts would take longer than the service.

    A request waits for an idle connection, `patience` seconds at most where that is given: then it is
    not sent, and counts nowhere. `tell(number, second, text)` hears of each answer; the text is empty
    where the connection ended without one. All due at once with a patience of some seconds is a closed
    loop of so many seconds. `ready()` is called first; the start is when it is done.
    """
    lines = Connections(port, connections, sources)
    waiting, took, errors, next_one = {}, [], 0, 0
    if ready:
        ready()
    start = time.perf_counter() + 0.1

    def answered(number, text):
        nonlocal errors
        which, was_due = waiting.pop(number)[:2]
        now = time.perf_counter() - start
        took.append((now - was_due) * 1e3)
        errors += not text.startswith(b"HTTP/1.1 2")
        if tell:
            tell(which, now, text)

    while next_one < len(due) or waiting:
        now = time.perf_counter() - start
        while next_one < len(due) and due[next_one] <= now and lines.has_one:
            if patience is not None and now - due[next_one] > patience:
                next_one += 1
                continue
            number = lines.take()
            waiting[number] = (next_one, due[next_one], b"")
            try:
                lines.open[number].sendall(requests[next_one % len(requests)])
            except OSError:
                answered(number, b"")
                lines.end(number)
            next_one += 1
        pause = max(due[next_one] - now, 0) if next_one < len(due) and lines.has_one else 1
        for number, _ in lines.poll.poll(min(pause, 1)):
            try:
                data = lines.open[number].recv(1 << 16)
            except OSError:
                data = b""
            if number not in waiting:
                # Ended while nothing was asked.
                lines.end(number)
                continue
            which, was_due, text = waiting[number]
            text += data
            if is_whole(text):
                answered(number, text)
                lines.give_back(number)
            elif not data:
                answered(number, b"")
                lines.end(number)
            else:
                waiting[number] = (which, was_due, text)
    lines.close()
    return sorted(took), errors


def is_whole(text):
    head, end, body = text.partition(b"\r\n\r\n")
    if not end:
        return False
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(body) >= int(value)
    return True


class Apart:
    """Work in a process of its own: whoever else works in this one would hold up its clock."""

    def __init__(self, work, *arguments, **options):
        self.ours, theirs = multiprocessing.Pipe(duplex=False)
        # What is here is there too; nothing is started anew.
        self.process = multiprocessing.get_context("fork").Process(
            target=lambda: theirs.send(work(*arguments, **options)), daemon=True)
        self.process.start()
        theirs.close()

    def result(self):
        try:
            found = self.ours.recv()
        except EOFError:
            sys.exit("WRONG: a process that measures ended early")
        self.process.join()
        return found
