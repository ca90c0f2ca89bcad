#!/usr/bin/env python3
"""Goes through the stories of live events that reach browsers through a service outside.

    benchmarks/.venv/bin/python benchmarks/peers/web_realtime.py --program .build/release/milequest

It runs as web.py does, whose parts it uses. The service outside is web_channels.py.
"""
import contextlib
import json
import pathlib
import secrets
import socket
import subprocess
import sys
import time
import urllib.request

import web
from web import DESK, FACTS, PHONE, check, eventually, story, visitor

KEY = "278d425bdf160c739803"


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Outside:
    """The server that browsers connect to; it can be killed and come back."""

    def __init__(self):
        self.secret, self.socket, self.http = secrets.token_hex(16), free_port(), free_port()
        self.start()

    def start(self, key=KEY):
        self.process = subprocess.Popen([
            sys.executable, str(pathlib.Path(__file__).with_name("web_channels.py")), "--key", key,
            "--secret", self.secret, "--socket", str(self.socket), "--http", str(self.http)])
        eventually(lambda: self.state() is not None, "the server outside is ready")

    def state(self):
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/state") as answer:
                return json.load(answer)
        return None

    def kill(self):
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def through_outside(service):
    """The service hands its events to a server outside."""
    outside, before = Outside(), service.options
    file = service.folder / f"channels-{outside.socket}.secret"
    file.touch(0o600)
    file.write_text(outside.secret)
    service.options = (
        *before, "--realtime", "pusher", "--pusher-app-id", "3", "--pusher-key", KEY, "--pusher-secret-file", str(file),
        "--pusher-url", f"http://127.0.0.1:{outside.http}", "--pusher-socket-url", f"ws://127.0.0.1:{outside.socket}",
        "--outgoing-allow", "127.0.0.0/8")
    service.end()
    service.start()
    try:
        yield outside
    finally:
        outside.kill()
        service.end()
        service.options = before
        service.start()


def heard(page, quest):
    """Keeps the versions of the events that the tab which reads hands to the others, as they come."""
    page.evaluate("""(name) => {
        window.heard = [];
        new BroadcastChannel(name).onmessage = ({ data }) => {
            if (data.what === "event") window.heard.push(data.event.version);
        };
    }""", f"milequest.live.{quest}")
    return lambda: page.evaluate("() => window.heard")


def sockets_of(visits, opened):
    """Notes each WebSocket of the visitor's next pages."""
    visits.context.on("page", lambda page: page.on("websocket", lambda each: opened.append(each.url)))
    visits.page.on("websocket", lambda each: opened.append(each.url))


def forgive_connections(visits):
    """The browser writes down that a socket could not be opened."""
    visits.complaints = [each for each in visits.complaints if "WebSocket connection to" not in each]


@story(short=True)
def a_walk_arrives_through_a_service_outside(browser, service):
    """A member of a private team sees each walk once, through kills; somebody taken out sees no more."""
    with through_outside(service) as outside:
        (_, admin_token), (guest, guest_token) = service.person(), service.person()
        quest = service.quest(admin_token, "Through the air", "Closed doors", public=False)
        team = service.ask("GET", f"/v1/quests/{quest}", token=admin_token)["teamId"]
        code = service.ask("POST", f"/v1/teams/{team}/invites", {}, admin_token)["code"]
        service.ask("POST", f"/v1/invites/{code}:redeem", {}, guest_token)
        told = service.ask("GET", "/v1/realtime")
        check(told["adapter"] == "pusher" and told["connection"]["port"] == outside.socket, str(told))
        check(outside.secret not in json.dumps(told), "no secret is told")
        channel, opened = f"private-team-{team}", []
        with visitor(browser, service, DESK) as visits:
            sockets_of(visits, opened)
            visits.sign_in(guest)
            listener = visits.open()
            listener.goto(service.base + "/me")
            events = heard(listener, quest)
            page = visits.go(f"/quests/{quest}")
            visits.drawn()
            other = visits.open()
            other.goto(f"{service.base}/quests/{quest}")
            eventually(lambda: "Milestones" in other.inner_text("body"), "a second tab")
            eventually(lambda: outside.state()["channels"] == {channel: 1}, "one tab follows the private channel")
            begin = service.ask("GET", f"/v1/quests/{quest}/events/page", token=guest_token)["version"]
            place = "() => document.querySelector('.marker')?.style.transform"
            time.sleep(1)
            before, begun = page.evaluate(place), time.monotonic()
            service.walk(admin_token, 250)
            eventually(lambda: page.evaluate(place) != before, "the marker moves")
            FACTS.append(("a walk moves the marker through a service outside after", f"{time.monotonic() - begun:.2f} s"))
            visits.sees("155.3 mi")
            eventually(lambda: "155.3 mi" in other.inner_text("body"), "the other tab moves")
            # What the vendor carries to members names nobody.
            carried = [data for name, _, data in outside.state()["events"] if name == channel]
            check(carried and not any("personName" in data for data in carried), str(carried))
            # Killed for a moment, and a walk meanwhile.
            outside.kill()
            service.walk(admin_token, 10)
            visits.sees("Reconnecting")
            outside.start()
            visits.sees("161.6 mi")
            eventually(lambda: outside.state()["channels"] == {channel: 1}, "it follows again", 60)
            # Away for long: pages are asked for.
            outside.kill()
            time.sleep(6)
            service.walk(admin_token, 10)
            visits.sees("167.8 mi", 20)
            visits.sees("Live, confirmed at")
            visits.shot("without-the-service-outside")
            outside.start()
            eventually(lambda: outside.state()["channels"] == {channel: 1}, "it follows again", 90)
            service.walk(admin_token, 10)
            visits.sees("174.0 mi")
            # The service itself is killed and comes back.
            service.process.kill()
            service.process.wait()
            service.start()
            service.walk(admin_token, 10)
            visits.sees("180.2 mi", 60)
            there = service.ask("GET", f"/v1/quests/{quest}/events/page?after={begin}&limit=500", token=guest_token)
            versions = [event["version"] for event in there["items"]]
            eventually(lambda: events() == versions, f"each event once and in order: {events()} {versions}")
            # Taken out of the team.
            person = service.ask("GET", "/v1/me", token=guest_token)["id"]
            service.ask("DELETE", f"/v1/teams/{team}/members/{person}", token=admin_token)
            visits.sees("This quest is no longer shown to you")
            eventually(lambda: outside.state()["sockets"] == 0, "the connection is closed")
            service.walk(admin_token, 100)
            time.sleep(2)
            check(events() == versions, "nothing of what came later")
            check("242" not in visits.text(), "nothing of what came later is shown")
            check(opened and all(url.startswith(f"ws://127.0.0.1:{outside.socket}/app/{KEY}?") for url in opened), str(opened))
            check(not [url for url in visits.asked if url.endswith(f"/{quest}/events")], "no stream was asked for")
            check(not outside.state()["refused"], str(outside.state()["refused"]))
            forgive_connections(visits)
            visits.complaints = [each for each in visits.complaints if "fetching the script" not in each]


@story(short=True)
def a_stranger_hears_through_a_service_outside(browser, service):
    """Of a public quest the event itself comes, so that the service is not asked by all at once; in frames too."""
    with through_outside(service) as outside:
        _, token = service.person()
        quest = service.quest(token, "In the open", "Open doors")
        team = service.ask("GET", f"/v1/quests/{quest}", token=token)["teamId"]
        with visitor(browser, service, PHONE) as visits:
            page = visits.go(f"/quests/{quest}")
            policy = page.goto(f"{service.base}/quests/{quest}").headers["content-security-policy"]
            check(f"connect-src 'self' ws://127.0.0.1:{outside.socket};" in policy, policy)
            visits.drawn()
            eventually(lambda: outside.state()["channels"] == {f"team-{team}": 1}, "the public channel is followed")
            time.sleep(1)
            asked = len([url for url in visits.asked if "/events" in url])
            service.walk(token, 250)
            visits.sees("155.3 mi")
            check(len([url for url in visits.asked if "/events" in url]) == asked, "no page of events was asked for")
            # A server that does not know the key: the page goes on without it.
            outside.kill()
            outside.start(key="another")
            service.walk(token, 10)
            visits.sees("161.6 mi", 20)
            service.walk(token, 10)
            visits.sees("167.8 mi", 20)
            outside.kill()
            outside.start()
            forgive_connections(visits)
        with visitor(browser, service, PHONE) as visits:
            page = visits.page
            page.goto(f"{service.base}/embed/quests/{quest}")
            visits.sees("167.8 mi")
            eventually(lambda: outside.state()["channels"] == {f"team-{team}": 1}, "the frame follows", 60)
            service.walk(token, 10)
            visits.sees("174.0 mi")


@story(short=True)
def private_links_read_the_streams(browser, service):
    """Whoever has a private link is in no team, so no channel is theirs."""
    with through_outside(service) as outside:
        _, token = service.person()
        quest = service.quest(token, "By a link", "Hidden doors", public=False)
        secret = service.ask("POST", f"/v1/quests/{quest}/links", {"name": "For all"}, token)["secret"]
        with visitor(browser, service, PHONE) as visits:
            visits.page.goto(f"{service.base}/view#{secret}")
            visits.sees("Live, confirmed at")
            time.sleep(1)
            check(outside.state()["sockets"] == 0, "no connection outside")
            service.walk(token, 250)
            visits.sees("155.3 mi")


if __name__ == "__main__":
    web.run(__doc__)
