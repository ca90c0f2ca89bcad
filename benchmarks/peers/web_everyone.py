#!/usr/bin/env python3
"""Goes through what every page owes everyone: to read it, to reach it by keyboard, and to see it in large letters.

    benchmarks/.venv/bin/python benchmarks/peers/web_everyone.py --program .build/release/milequest

It runs as web.py does, whose parts it uses.
"""
import re

import web
from web import DESK, FACTS, PHONE, ROOT, check, eventually, sample, story, visitor

FOCUSABLE = """() => {
    const wanted = "a[href], button, input, select, textarea, summary, [tabindex='0']";
    const shown = [...document.querySelectorAll(wanted)].filter((each) => !each.disabled && each.type !== "file"
        && each.tabIndex >= 0 && each.checkVisibility() && each.getClientRects().length > 0);
    shown.forEach((each, index) => { each.dataset.number = index; });
    return shown.map((each) => each.getAttribute("aria-label") || each.innerText || each.name || each.outerHTML);
}"""


def addresses(service, quest, token):
    """Every page of `src/main.ts`, with one that exists for each parameter, and one of which nothing is known."""
    team = service.ask("GET", "/v1/teams?limit=500", token=token)["items"][0]["id"]
    code = service.ask("POST", f"/v1/teams/{team}/invites", {}, token)["code"]
    source = (ROOT / "Sources/Web/src/main.ts").read_text()
    found = re.findall(r'^route\("([^"]+)"', source, re.M)
    check(len(found) > 10, f"pages: {found}")
    values = {":quest": quest, ":team": team, ":code": code}
    for name, value in values.items():
        found = [path.replace(name, value) for path in found]
    check(not [path for path in found if ":" in path], f"parameters: {found}")
    own = service.ask("GET", f"/v1/teams/{team}/quests", token=token)["items"][0]["id"]
    link = service.ask("POST", f"/v1/quests/{own}/links", {"name": "For everyone", "showsNames": True}, token)
    return found + ["/invites/nonsense", f"/view#{link['secret']}"]


def shown(visits, path):
    visits.go(path)
    if path.startswith("/quests"):
        visits.sees("Last walks")
    if path.startswith(("/quests", "/view#")) or path == "/":
        visits.drawn()


def person_with_team(service):
    email, token = service.person()
    service.quest(token, name="For everyone", team=f"Everyone {service.people}")
    service.walk(token, 3)
    return email, token


@story(short=True)
def each_page_once_by_axe(browser, service):
    """As below, but signed in on a phone in light colours, and signed out on a desk in dark ones."""
    email, token = person_with_team(service)
    for is_signed_in, size, scheme in ((True, PHONE, "light"), (False, DESK, "dark")):
        with visitor(browser, service, size, color_scheme=scheme) as visits:
            if is_signed_in:
                visits.sign_in(email)
            for path in addresses(service, sample(service), token):
                shown(visits, path)
                visits.is_for_everyone(f"{path} {'in' if is_signed_in else 'out'} {size['width']} {scheme}")


@story()
def every_page_by_axe(browser, service):
    """Signed in and out, light and dark, on a phone and a desk."""
    email, token = person_with_team(service)
    paths = addresses(service, sample(service), token)
    count, faults = 0, []
    for is_signed_in in (False, True):
        for size in (PHONE, DESK):
            for scheme in ("light", "dark"):
                with visitor(browser, service, size, color_scheme=scheme) as visits:
                    if is_signed_in:
                        visits.sign_in(email)
                    for path in paths:
                        shown(visits, path)
                        count += 1
                        try:
                            visits.is_for_everyone(f"{path} {'in' if is_signed_in else 'out'} {size['width']} {scheme}")
                        except AssertionError as error:
                            faults.append(str(error))
    for size, scheme in ((PHONE, "light"), (PHONE, "dark")):
        with visitor(browser, service, size, color_scheme=scheme) as visits:
            visits.page.goto(f"{service.base}/embed/quests/{sample(service)}")
            visits.drawn()
            count += 1
            visits.is_for_everyone(f"the frame {scheme}")
    check(not faults, "\n    ".join(["", *faults]))
    FACTS.append(("pages that axe finds nothing on", str(count)))


@story()
def every_page_by_keyboard(browser, service):
    """Each control gets the focus, shows it, and leaves it again."""
    email, token = person_with_team(service)
    paths = addresses(service, sample(service), token)
    total, faults = 0, []
    for is_signed_in in (False, True):
        with visitor(browser, service) as visits:
            if is_signed_in:
                visits.sign_in(email)
            for path in paths:
                shown(visits, path)
                page = visits.page
                page.evaluate("() => document.activeElement?.blur()")
                names = page.evaluate(FOCUSABLE)
                reached = set()
                for _ in range(len(names) + 12):
                    page.keyboard.press("Tab")
                    reached.add(page.evaluate("() => document.activeElement?.dataset?.number ?? ''"))
                # One of several radio buttons stands for all, the arrows lead to the others.
                radios = set(page.evaluate("() => [...document.querySelectorAll('[type=radio]')]"
                                           ".map((each) => each.dataset.number)"))
                missed = {str(index) for index in range(len(names))} - reached - radios
                total += len(names) - len(missed)
                if missed:
                    faults.append(f"{path}: {[names[int(each)][:60] for each in missed]}")
    check(not faults, "\n    ".join(["", *faults]))
    FACTS.append(("controls that the keyboard reaches", str(total)))


@story()
def every_page_twice_as_large(browser, service):
    """Text at 200 %: nothing has to be scrolled sideways."""
    email, token = person_with_team(service)
    paths = addresses(service, sample(service), token)
    faults = []
    for is_signed_in in (False, True):
        for size in (PHONE, DESK):
            with visitor(browser, service, size) as visits:
                if is_signed_in:
                    visits.sign_in(email)
                for path in paths:
                    shown(visits, path)
                    width = visits.page.evaluate("""() => {
                        document.documentElement.style.fontSize = "200%";
                        return document.documentElement.scrollWidth;
                    }""")
                    if width > size["width"]:
                        widest = visits.page.evaluate("""() => [...document.querySelectorAll("body *")]
                            .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
                            .slice(0, 3).map((each) => each.outerHTML.slice(0, 90))""")
                        faults.append(f"{path} is {width} of {size['width']} wide: {widest}")
                    if is_signed_in and path in ("/walks", "/designer", "/me"):
                        visits.page.screenshot(path=str(web.ARGUMENTS.shots
                                                        / f"twice-as-large{path.replace('/', '-')}-{size['width']}.png"))
    check(not faults, "\n    ".join(["", *faults]))


if __name__ == "__main__":
    web.run(__doc__)
