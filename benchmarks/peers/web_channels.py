#!/usr/bin/env python3
"""A server that speaks Pusher's protocol to browsers and takes triggers as Pusher's HTTP API does.

    benchmarks/.venv/bin/python benchmarks/peers/web_channels.py --key KEY --secret SECRET --socket 6001 --http 6002

What is signed is checked with Pusher's own Python package, which knows nothing of us. `GET /state` of the HTTP side says
who follows what, and what was refused.
"""
import argparse
import asyncio
import collections
import contextlib
import hashlib
import http.server
import json
import random
import threading
import time
import urllib.parse

import pusher
import websockets
from pusher.signature import verify
from websockets.asyncio.server import serve

APP = "3"


class Channels:
    def __init__(self, key, secret):
        self.key, self.secret = key, secret
        self.client = pusher.Pusher(app_id=APP, key=key, secret=secret)
        self.followers = collections.defaultdict(set)
        self.sockets, self.events, self.refused = set(), [], []

    # What browsers say.

    async def converse(self, socket):
        path, _, query = socket.request.path.partition("?")
        asked = dict(urllib.parse.parse_qsl(query))
        if path != f"/app/{self.key}" or asked.get("protocol") != "7":
            await self.say(socket, "pusher:error", {"code": 4001, "message": "there is no such app"})
            return await socket.close(4001)
        name = f"{random.randrange(10**6)}.{random.randrange(10**6)}"
        self.sockets.add(socket)
        try:
            await self.say(socket, "pusher:connection_established", json.dumps(
                {"socket_id": name, "activity_timeout": 120}))
            async for text in socket:
                await self.hear(socket, name, json.loads(text))
        except websockets.ConnectionClosed:
            pass
        finally:
            self.sockets.discard(socket)
            for followers in self.followers.values():
                followers.discard(socket)

    async def hear(self, socket, name, message):
        if message["event"] == "pusher:ping":
            await self.say(socket, "pusher:pong", {})
        elif message["event"] == "pusher:subscribe":
            channel = message["data"]["channel"]
            if channel.startswith("private-"):
                expected = self.client.authenticate(channel, name)["auth"]
                if message["data"].get("auth") != expected:
                    self.refused.append(channel)
                    return await self.say(socket, "pusher:subscription_error",
                                          {"type": "AuthError", "status": 401}, channel)
            self.followers[channel].add(socket)
            await self.say(socket, "pusher_internal:subscription_succeeded", "{}", channel)

    @staticmethod
    async def say(socket, event, data, channel=None):
        message = {"event": event, "data": data, **({"channel": channel} if channel else {})}
        with contextlib.suppress(websockets.ConnectionClosed):
            await socket.send(json.dumps(message))

    # What the service says.

    def is_genuine(self, path, query, body):
        query = dict(urllib.parse.parse_qsl(query))
        signature = query.pop("auth_signature", "")
        signed = "&".join(f"{name}={query[name]}" for name in sorted(query))
        return (verify(self.secret, f"POST\n{path}\n{signed}", signature) and query["auth_key"] == self.key
                and abs(time.time() - int(query["auth_timestamp"])) < 600
                and query["body_md5"] == hashlib.md5(body).hexdigest())

    async def trigger(self, path, body):
        events = body["batch"] if path.endswith("/batch_events") else [body]
        for event in events:
            for channel in event.get("channels") or [event["channel"]]:
                self.events.append([channel, event["name"], json.loads(event["data"])])
                for socket in list(self.followers[channel]):
                    await self.say(socket, event["name"], event["data"], channel)

    def state(self):
        return {"sockets": len(self.sockets), "events": self.events, "refused": self.refused,
                "channels": {name: len(each) for name, each in self.followers.items() if each}}


def handler(channels, loop):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments):
            pass

        def answer(self, status, value):
            text = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def do_GET(self):
            self.answer(200, channels.state())

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            path, _, query = self.path.partition("?")
            if not path.startswith(f"/apps/{APP}/") or not channels.is_genuine(path, query, body):
                channels.refused.append(path)
                return self.answer(401, {})
            asyncio.run_coroutine_threadsafe(channels.trigger(path, json.loads(body)), loop).result(10)
            self.answer(200, {})

    return Handler


async def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--key", required=True)
    parser.add_argument("--secret", required=True)
    parser.add_argument("--socket", required=True, type=int)
    parser.add_argument("--http", required=True, type=int)
    arguments = parser.parse_args()
    channels = Channels(arguments.key, arguments.secret)
    side = http.server.ThreadingHTTPServer(
        ("127.0.0.1", arguments.http), handler(channels, asyncio.get_running_loop()))
    threading.Thread(target=side.serve_forever, daemon=True).start()
    async with serve(channels.converse, "127.0.0.1", arguments.socket):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main())
