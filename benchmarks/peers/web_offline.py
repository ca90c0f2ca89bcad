#!/usr/bin/env python3
"""Goes through the stories of walks without a connection, and of the client on the device.

    benchmarks/.venv/bin/python benchmarks/peers/web_offline.py --program .build/release/milequest

It runs as web.py does, whose parts it uses.
"""
import contextlib
import json
import shutil
import time
import types
import urllib.request

from playwright.sync_api import Error

import web
from web_fronts import Front
from web import DESK, FACTS, PHONE, check, eventually, story, visitor


def log(page, distance, when=None, note=""):
    page.get_by_label("Distance").fill(distance)
    if when:
        page.get_by_label("Started").fill(when)
    page.get_by_label("Note").fill(note)
    page.get_by_role("button", name="Log the walk").click()


def is_kept(visits):
    """Whether the client is on the device, and the page is the worker's."""
    eventually(lambda: visits.page.evaluate("() => navigator.serviceWorker.controller !== null"), "the worker", 30)


def kill(page):
    """Ends the process of a tab, as a crash does: nothing in it is told of it."""
    with contextlib.suppress(Error):
        page.goto("chrome://crash", timeout=3000)


def walks_of(service, token):
    """All walks in the ledger, as it answers them."""
    found, next_page = [], "/v1/activities?limit=100"
    while next_page:
        page = service.ask("GET", next_page, token=token)
        found += page["items"]
        next_page = page["next"]
    return found


def reload(visits):
    visits.page.reload()
    eventually(lambda: visits.page.evaluate("() => document.querySelector('h1')?.innerText === 'Log a walk'"), "the page")


def saved_ids(page):
    """The ids of the walks in the file that the page offers."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as a file").click()
    return {walk["id"] for walk in json.loads(open(download.value.path()).read())["activities"]}


DELETE = "indexedDB.deleteDatabase('milequest.walks')"


@story()
def twenty_five_walks_without_a_connection(browser, service):
    """Two tabs, three reloads, the database closed and deleted under a write, an answer lost, a tab killed while it sends,
    the service killed in the middle of a batch: every accepted walk is in the ledger once, and the rejected one waits."""
    email, token = service.person()
    quest = service.quest(token, name="Offline", team="The Unconnected")
    front = Front(service)
    with visitor(browser, types.SimpleNamespace(base=front.base), PHONE) as visits:
        first = visits.page
        visits.sign_in(email)
        is_kept(visits)
        second = visits.open()
        second.goto(front.base + "/walks")
        eventually(lambda: "Log a walk" in second.inner_text("body"), "a second tab")
        service.end()
        meters = []
        for number in range(1, 26):
            # From either tab in turn.
            visits.page = (first, second)[number % 2]
            meters.append(1000 + number)
            when = "2099-01-01T10:00" if number == 13 else None
            if number == 9:
                # The browser closes the database and deletes it while a walk is being written.
                visits.page.evaluate(f"() => document.querySelector('main form').addEventListener('submit', () => {DELETE}, {{ once: true }})")
            log(visits.page, f"{meters[-1]} m", when, note=f"walk {number}")
            if number == 9:
                visits.sees("not sent yet: written again.")
                visits.shot("walks-written-again")
                for tab in (first, second):
                    for close in tab.get_by_role("button", name="Close").all():
                        close.click()
            for visits.page in (first, second):
                visits.sees(f"Not sent yet: {number}")
            if number in (5, 10, 20):
                visits.page = (first, second)[number % 2]
                reload(visits)
                visits.sees(f"Not sent yet: {number}")
                visits.sees("Your earlier walks are not on this device.")
        visits.page = second
        visits.sees("Saved on this device.")
        visits.shot("walks-waiting")
        visits.is_for_everyone("walks that wait")
        entered = saved_ids(second)
        check(len(entered) == 25, "each walk has an id of its own")
        # The answer is lost, the tab that sends is killed, the service is killed in the middle.
        front.faults = ["lose", "hold", "kill"]
        service.start()
        second.get_by_role("button", name="Send now").click()
        check(front.held.wait(60), "a second batch")
        kill(first)
        front.go_on.set()
        eventually(lambda: not front.faults, "a third batch", 60)
        eventually(lambda: service.process.poll() is not None, "the service is killed")
        service.start()
        second.get_by_role("button", name="Send now").click()
        visits.sees("Not sent yet: 1", 60)
        visits.sees("not taken")
        visits.sees("in the future")
        visits.shot("walks-rejected")
        visits.is_for_everyone("a rejected walk")
        rejected = saved_ids(second)
        taken = walks_of(service, token)
        check(sorted(walk["id"].lower() for walk in taken) == sorted(entered - rejected), "every walk once, by its id")
        check(sorted(round(walk["distanceMeters"]) for walk in taken)
              == [each for number, each in enumerate(meters, 1) if number != 13], "every walk once, by its distance")
        # What the program itself reads out of the ledger.
        shown = json.loads(service.run("quest", "show", quest, "--format", "json"))
        check(f'"totalMeters":{sum(meters) - meters[12]}' in json.dumps(shown, separators=(",", ":")).replace(".0", ""),
              f"the total in the ledger: {shown}")
        service.run("audit")
        FACTS.append(("batches until 24 walks of 25 were in the ledger", str(front.batches)))
        # The person decides.
        reload(visits)
        second.get_by_role("button", name="Change:").click()
        form = second.get_by_role("form", name="Change the walk")
        form.get_by_label("Started").fill(time.strftime("%Y-%m-%dT%H:%M"))
        form.get_by_role("button", name="Save and send").click()
        eventually(lambda: len(walks_of(service, token)) == 25, "the changed one")
        eventually(lambda: not second.get_by_role("heading", name="Not sent yet").is_visible(), "nothing waits")
    front.end()


@story(short=True)
def a_database_deleted_while_no_tab_is_open(browser, service):
    """What was in it is gone; the page says how much."""
    email, _ = service.person()
    with visitor(browser, service, PHONE) as visits:
        visits.sign_in(email)
        is_kept(visits)
        service.end()
        for number in (1, 2):
            log(visits.page, f"{number} km")
            visits.sees(f"Not sent yet: {number}")
        # The worker knows them, too, and would write them again.
        visits.page.goto("about:blank")
        session = visits.context.new_cdp_session(visits.page)
        session.send("ServiceWorker.enable")
        session.send("ServiceWorker.stopAllWorkers")
        # A picture that a new worker has kept: no client runs in it.
        visits.page.goto(service.base + "/assets/" + json.loads((service.web / "web.json").read_text())["icon"])
        visits.page.evaluate(f"() => new Promise((done) => {{ {DELETE}.onsuccess = done; }})")
        service.start()
        visits.go("/walks")
        visits.sees("2 walks not sent yet: lost.")
        visits.shot("walks-lost")
        log(visits.page, "3 km")
        visits.sees("Logged.")


@story(short=True)
def the_client_opens_without_a_service(browser, service):
    """Installable; opens from the device; answers of the service are never kept."""
    email, token = service.person()
    quest = service.quest(token, name="Kept", team="Keepers")
    with visitor(browser, service, PHONE) as visits:
        visits.sign_in(email)
        is_kept(visits)
        session = visits.context.new_cdp_session(visits.page)
        errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
        check(not [each for each in errors if each["errorId"] != "in-incognito"], f"not installable: {errors}")
        service.end()
        visits.page.goto(service.base + f"/quests/{quest}")
        visits.sees("The service cannot be reached.")
        visits.page.goto(service.base + "/walks")
        log(visits.page, "2 km")
        visits.sees("Saved on this device.")
        kept = visits.page.evaluate("async () => { const found = []; for (const name of await caches.keys())"
                                    " for (const each of await (await caches.open(name)).keys())"
                                    " found.push(new URL(each.url).pathname); return found; }")
        check(kept and all(path == "/walks" or path.startswith("/assets/") for path in kept), f"kept: {kept}")
        service.start()
        visits.page.get_by_role("button", name="Send now").click()
        visits.sees("Logged.")


@story(short=True)
def the_worker_sends_after_the_last_tab(browser, service):
    """A walk of a tab that was closed goes out when the browser calls the worker."""
    email, token = service.person()
    front = Front(service)
    with visitor(browser, types.SimpleNamespace(base=front.base), PHONE) as visits:
        visits.sign_in(email)
        is_kept(visits)
        session = visits.context.new_cdp_session(visits.page)
        found = []
        session.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
        session.send("ServiceWorker.enable")
        front.faults = ["lose"] * 1000
        log(visits.page, "7 km")
        visits.sees("The service cannot be reached.")
        visits.page.goto("about:blank")
        front.faults = []
        check(found, "a worker")
        session.send("ServiceWorker.dispatchSyncEvent", {
            "origin": front.base, "registrationId": found[0]["registrationId"], "tag": "walks", "lastChance": False})
        eventually(lambda: [round(walk["distanceMeters"]) for walk in walks_of(service, token)] == [7000], "it is sent")
    front.end()


@story()
def another_account_on_the_device(browser, service):
    """Walks wait for the person who entered them, through a sign-in that has run out."""
    (first, first_token), (second, second_token) = service.person(), service.person()
    with visitor(browser, service, PHONE) as visits:
        page = visits.page
        visits.sign_in(first)
        is_kept(visits)
        service.end()
        log(page, "3 km", note="of the first")
        visits.sees("Not sent yet: 1")
        # The sign-in runs out while there is no connection.
        visits.context.clear_cookies()
        page.close()
        service.start()
        page = visits.page = visits.open()
        page.goto(service.base + "/walks")
        visits.sees("Forgotten the password?")
        visits.sees("1 walk waits on this device")
        visits.sign_in(second)
        visits.sees("1 walk of another account")
        log(page, "5 km")
        visits.sees("Logged.")
        time.sleep(3)
        check([walk["distanceMeters"] for walk in walks_of(service, second_token)] == [5000], "only their own")
        check(walks_of(service, first_token) == [], "nothing is sent for one who is not there")
        page.get_by_role("button", name="Sign out").click()
        visits.sees("not sent yet: kept on this device")
        visits.sign_in(first)
        eventually(lambda: [walk["distanceMeters"] for walk in walks_of(service, first_token)] == [3000], "it is sent")


@story(short=True)
def storage_refused_or_full(browser, service):
    """A browser that keeps nothing, or has no room: walks go at once, and the page says so."""
    refused = "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); };"
    full = ("IDBObjectStore.prototype.put = function () { const request = this.getAll();"
            " throw new DOMException('full', 'QuotaExceededError'); };")
    for script, text in ((refused, "This browser keeps nothing"), (full, None)):
        email, token = service.person()
        with visitor(browser, service, PHONE) as visits:
            visits.context.add_init_script(script)
            visits.sign_in(email)
            if text:
                visits.sees(text)
            log(visits.page, "4 km")
            visits.sees("Logged.")
            check(len(walks_of(service, token)) == 1, "logged once")
            visits.context.set_offline(True)
            log(visits.page, "6 km")
            visits.sees("You are offline.")
            check(visits.page.get_by_label("Distance").input_value() == "6 km", "the form keeps what was not kept")
            visits.context.set_offline(False)


@story(short=True)
def a_wrong_clock(browser, service):
    """A device whose clock is three hours ahead logs walks of now at the right time."""
    email, token = service.person()
    with visitor(browser, service, PHONE) as visits:
        visits.context.add_init_script(
            "const Right = Date; const ahead = 3 * 3600 * 1000;"
            "window.Date = class extends Right { constructor(...given) {"
            " if (given.length) super(...given); else super(Right.now() + ahead); }"
            " static now() { return Right.now() + ahead; } };")
        visits.sign_in(email)
        visits.sees("180 minutes ahead")
        log(visits.page, "4 km")
        visits.sees("Logged.")
        started = walks_of(service, token)[0]["startedAt"]
        away = abs(time.time() - time.mktime(time.strptime(started[:19], "%Y-%m-%dT%H:%M:%S")) + time.timezone)
        check(away < 120, f"{away} s away")


@story(short=True)
def a_new_version_is_offered(browser, service):
    """A new build is offered and not forced; who takes it has it at once."""
    with visitor(browser, service, DESK) as visits:
        visits.go("/")
        is_kept(visits)
        before = visits.page.evaluate("() => caches.keys()")
        script = urllib.request.urlopen(service.base + "/service-worker.js").read().decode()
        version = before[0].removeprefix("milequest-shell-")
        check(version in script, "the worker names its version")
        # What a new build looks like to a browser.
        build, folder = web.ROOT / ".build/web", service.folder / "newer"
        shutil.copytree(build, folder)
        listed = json.loads((folder / "web.json").read_text())
        (folder / "assets" / listed["worker"]).write_text(script.replace(version, "0123456789ab"))
        (folder / "assets" / (listed["worker"] + ".gz")).unlink(missing_ok=True)
        service.end()
        service.web = folder
        service.start()
        try:
            visits.page.evaluate("async () => { await (await navigator.serviceWorker.ready).update(); }")
            visits.sees("A new version of Mile Quest is there.")
            check(visits.page.evaluate("async () => (await navigator.serviceWorker.ready).waiting !== null"), "it waits")
            visits.shot("new-version")
            with visits.page.expect_navigation():
                visits.page.get_by_role("button", name="Use it").click()
            eventually(lambda: visits.page.evaluate(
                "async () => (await navigator.serviceWorker.getRegistration())?.waiting === null"), "it is in use")
        finally:
            service.end()
            service.web = build
            service.start()


if __name__ == "__main__":
    web.run(__doc__)
