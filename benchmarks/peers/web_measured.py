#!/usr/bin/env python3
"""Goes through stories that measure: how long people take, what pages weigh, and how soon they are there.

    benchmarks/.venv/bin/python benchmarks/peers/web_measured.py --program .build/release/milequest

It runs as web.py does, whose parts it uses.
"""
import time

import web
from web import FACTS, PASSWORD, PHONE, check, eventually, sample, story, visitor
from web_everyone import addresses, person_with_team

FIELD_SECONDS, PAGE_SECONDS = 0.3, 1
# 1.6 Mbit/s, as a phone has it on a train, and a processor four times as slow.
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 94_000}
SLOWER_PROCESSOR = 4
# Compressed, in kB: before the first content, and before the map. What comes for maps alone comes after the content.
MOST_FIRST, MOST_WITH_MAP = 60, 450
FOR_FINE_MAPS = ("land-fine", "places-")
FOR_MAPS = ("maplibre", "land-", "places-", "/map?")
# The worker would fetch the files of all pages meanwhile.
WITHOUT_WORKER = "delete Navigator.prototype.serviceWorker"


class Walker:
    """A person on a phone, who looks at each page and stops at each field."""

    def __init__(self, page):
        self.page, self.taps, self.begun = page, 0, time.monotonic()

    def looks(self):
        time.sleep(PAGE_SECONDS)

    def types(self, label, text):
        time.sleep(FIELD_SECONDS)
        field = self.page.get_by_label(label)
        # Where the page has put the focus already, no tap is needed.
        if not field.evaluate("(field) => field === document.activeElement"):
            field.tap()
            self.taps += 1
        self.page.keyboard.type(text)

    def taps_on(self, role, name):
        self.page.get_by_role(role, name=name).first.tap()
        self.taps += 1

    def seconds(self):
        return time.monotonic() - self.begun


@story()
def a_person_with_pauses(browser, service):
    """From the address of the service to the first walk, and a walk of a later day."""
    email = "pauses@example.org"
    with visitor(browser, service, PHONE, has_touch=True) as visits:
        walker = Walker(visits.go("/"))
        walker.looks()
        walker.taps_on("link", "Sign up")
        visits.sees("Your name")
        walker.looks()
        walker.types("Your name", "Wanda")
        walker.types("E-mail", email)
        walker.types("Password", PASSWORD)
        walker.taps_on("button", "Sign up")
        visits.sees("Look into your mail")
        walker.looks()
        walker.types("Code", service.code(email))
        walker.taps_on("button", "Confirm")
        visits.sees("Log a walk")
        walker.looks()
        walker.types("Distance", "3.1")
        walker.taps_on("button", "Log the walk")
        visits.sees("Logged.")
        FACTS.append(("from the first page to the first walk", f"{walker.seconds():.1f} s"))
        FACTS.append(("  taps for it", str(walker.taps)))
        check(walker.seconds() < 120, f"{walker.seconds()} s to the first walk")
        # Another day: from the icon of the device.
        visits.page.close()
        visits.page = visits.open()
        walker = Walker(visits.go("/walks"))
        walker.looks()
        walker.types("Distance", "2,5")
        walker.types("Note", "along the canal")
        walker.taps_on("button", "Log the walk")
        visits.sees("Logged.")
        visits.sees("2.5 mi")
        FACTS.append(("a walk of another day", f"{walker.seconds():.1f} s"))
        FACTS.append(("  taps for it", str(walker.taps)))
        check(walker.seconds() < 30, f"{walker.seconds()} s for a walk")


def loaded(visits, path, is_slow):
    """Bytes and times of a page that nothing of is on the device."""
    page = visits.page = visits.open()
    session = visits.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    if is_slow:
        session.send("Network.emulateNetworkConditions", SLOW)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})
    sizes, names = {}, {}
    session.on("Network.responseReceived", lambda event: names.update({event["requestId"]: event["response"]["url"]}))
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))

    def weight(*but):
        # What the browser tells of its requests comes while something is asked of it.
        page.evaluate("() => 0")
        return sum(size for request, size in sizes.items()
                   if (url := names.get(request, "")).startswith(visits.service.base)
                   and not any(part in url for part in but)) / 1000

    begun = time.monotonic()
    page.goto(visits.service.base + path, wait_until="commit")
    eventually(lambda: page.evaluate("() => !!document.querySelector('main:not([aria-busy]) h1')"
                                     " && document.querySelector('nav') !== null"), f"{path} is shown", 60)
    content, drawn = time.monotonic() - begun, None
    if path == "/" or path.startswith("/quests"):
        visits.drawn()
        drawn = time.monotonic() - begun
    painted = page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0") / 1000
    if not is_slow and drawn:
        eventually(lambda: weight() > weight("places-"), "names of places", 30)
    weights = weight(*FOR_MAPS), weight(*FOR_FINE_MAPS), weight()
    page.close()
    return content, drawn, painted, weights


@story()
def what_every_page_weighs(browser, service):
    """All pages, signed in and out, with nothing on the device before; and nothing is asked for outside."""
    email, token = person_with_team(service)
    for is_signed_in in (False, True):
        state = "signed in" if is_signed_in else "signed out"
        with visitor(browser, service, PHONE) as visits:
            visits.context.add_init_script(WITHOUT_WORKER)
            if is_signed_in:
                visits.sign_in(email)
            for path in addresses(service, sample(service), token):
                _, drawn, _, (first, coarse, whole) = loaded(visits, path, is_slow=False)
                name = "/".join(each if len(each) < 12 else "…" for each in path.split("/")) + ", " + state
                FACTS.append((f"{name}: first content", f"{first:.0f} kB"))
                check(first <= MOST_FIRST, f"{name}: {first:.0f} kB")
                if drawn:
                    FACTS.append((f"{name}: with its map", f"{coarse:.0f} kB"))
                    FACTS.append((f"{name}: with fine coasts and names of places", f"{whole:.0f} kB"))
                    check(coarse <= MOST_WITH_MAP, f"{name}: {coarse:.0f} kB with its map")
            FACTS.append((f"requests outside, {state}", str(len(visits.outside))))


@story()
def pages_on_a_slow_phone(browser, service):
    """1.6 Mbit/s, 150 ms away, a processor four times as slow."""
    with visitor(browser, service, PHONE) as visits:
        visits.context.add_init_script(WITHOUT_WORKER)
        for path, name in (("/", "Explore"), (f"/quests/{sample(service)}", "a public quest"), ("/sign-up", "Sign up")):
            content, drawn, painted, _ = loaded(visits, path, is_slow=True)
            FACTS.append((f"{name} on a slow phone: first paint", f"{painted:.1f} s"))
            FACTS.append((f"{name} on a slow phone: content", f"{content:.1f} s"))
            if drawn:
                FACTS.append((f"{name} on a slow phone: map", f"{drawn:.1f} s"))


if __name__ == "__main__":
    web.run(__doc__)
