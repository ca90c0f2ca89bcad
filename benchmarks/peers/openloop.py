"""Requests sent when they are due, whether or not the ones before are answered."""

import select
import socket
import time


def run(port, requests, due):
    """Sends each request at its second after the start, over connections that are open before.

    Returns milliseconds from when each was due until its answer was there, sorted, and how many
    answers were none of 2xx. Raw sockets: a client of comforts would take longer than the service.
    """
    sockets = {}
    idle = []
    poll = select.epoll()
    for _ in range(150):
        opened = socket.create_connection(("127.0.0.1", port))
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sockets[opened.fileno()] = opened
        poll.register(opened.fileno(), select.EPOLLIN)
        idle.append(opened.fileno())
    waiting, took, errors, next_one = {}, [], 0, 0
    start = time.perf_counter() + 0.1
    while next_one < len(due) or waiting:
        now = time.perf_counter() - start
        while next_one < len(due) and due[next_one] <= now and idle:
            number = idle.pop()
            sockets[number].sendall(requests[next_one % len(requests)])
            waiting[number] = (due[next_one], b"")
            next_one += 1
        pause = max(due[next_one] - now, 0) if next_one < len(due) and idle else 1
        for number, _ in poll.poll(min(pause, 1)):
            was_due, text = waiting[number]
            text += sockets[number].recv(1 << 16)
            if is_whole(text):
                took.append((time.perf_counter() - start - was_due) * 1e3)
                errors += not text.startswith(b"HTTP/1.1 2")
                del waiting[number]
                idle.append(number)
            else:
                waiting[number] = (was_due, text)
    for opened in sockets.values():
        opened.close()
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
