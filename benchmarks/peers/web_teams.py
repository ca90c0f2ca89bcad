#!/usr/bin/env python3
"""Goes through the stories of teams, accounts, frames on other sites and operators.

    benchmarks/.venv/bin/python benchmarks/peers/web_teams.py --program .build/release/milequest

It runs as web.py does, whose parts it uses.
"""
import contextlib
import http.server
import json
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import web
from web import DESK, PASSWORD, PHONE, check, eventually, sample, story, visitor


def shown(visits, heading):
    eventually(lambda: visits.page.evaluate("() => document.querySelector('h1')?.innerText") == heading, heading)


@story(short=True)
def a_team_from_its_making_to_its_end(browser, service):
    """Made, joined by a link that only a click spends, given a quest, left and dissolved."""
    (admin, admin_token), (guest, guest_token) = service.person(), service.person()
    with visitor(browser, service, DESK) as one, visitor(browser, service, PHONE) as other:
        one.sign_in(admin)
        page = one.page
        page.get_by_role("link", name="Teams").click()
        shown(one, "Your teams")
        one.is_for_everyone("teams")
        page.get_by_role("button", name="Make the team").click()
        one.sees("Type a name.")
        page.get_by_label("Name of the team").fill("The <i>Strollers</i>")
        page.get_by_role("button", name="Make the team").click()
        shown(one, "The <i>Strollers</i>")
        page.get_by_role("button", name="Make an invitation").click()
        one.sees("It is shown this once.")
        link = page.get_by_label("Link of the invitation").input_value()
        one.shot("team")
        one.is_for_everyone("a team with an invitation")
        picture = web.ARGUMENTS.shots / "code.png"
        page.locator(".code svg").screenshot(path=str(picture))
        read = subprocess.run(["zbarimg", "--quiet", "--raw", str(picture)], capture_output=True, text=True)
        check(read.stdout.strip() == link, f"the code reads {read.stdout!r}")
        # A stranger sees what it offers; looking again and again spends nothing.
        for _ in range(3):
            other.page.goto(link)
            shown(other, "Walk with The <i>Strollers</i>")
        other.shot("invite")
        other.is_for_everyone("an invitation")
        other.page.get_by_role("link", name="Sign in", exact=True).last.click()
        other.page.get_by_label("E-mail").fill(guest)
        other.page.get_by_label("Password").fill(PASSWORD)
        other.page.get_by_role("button", name="Sign in").click()
        shown(other, "Walk with The <i>Strollers</i>")
        other.page.get_by_role("button", name="Join the team").click()
        shown(other, "The <i>Strollers</i>")
        other.shot("team-member")
        other.page.goto(link)
        other.sees("Somebody has joined by this invitation already.")
        # A quest on a public route.
        page.reload()
        one.sees("Walker")
        page.get_by_label("Route").select_option(label=next(
            text for text in page.get_by_label("Route").locator("option").all_inner_texts() if "Manhattan" in text))
        page.get_by_label("Name of the quest").fill("Round the island")
        page.get_by_role("button", name="Start the quest").click()
        shown(one, "Round the island")
        one.drawn()
        # Roles, and the end.
        team = service.ask("GET", "/v1/teams", token=admin_token)["items"][0]["id"]
        one.go(f"/teams/{team}")
        one.sees("Round the island")
        page.get_by_role("button", name=re.compile("Make Walker .* an admin")).click()
        eventually(lambda: service.ask("GET", f"/v1/teams/{team}", token=guest_token)["role"] == "admin", "an admin")
        page.get_by_text("Name and visibility").click()
        page.get_by_role("form", name="Change the team").get_by_label("Name").fill("The Ramblers")
        page.get_by_role("button", name="Save").click()
        shown(one, "The Ramblers")
        page.get_by_role("button", name="Leave the team").click()
        page.get_by_role("button", name="Leave", exact=True).click()
        shown(one, "Your teams")
        other.go(f"/teams/{team}")
        other.page.get_by_role("button", name="Dissolve the team").click()
        other.page.get_by_role("button", name="Cancel").click()
        other.page.get_by_role("button", name="Dissolve the team").click()
        other.page.get_by_role("button", name="Dissolve for good").click()
        shown(other, "Your teams")
        check(service.ask("GET", "/v1/teams", token=guest_token)["items"] == [], "it is gone")


@story(short=True)
def taken_out_of_a_team(browser, service):
    """Who looks at a team's page, or its quest's, when an admin takes them out reads so, and not an error."""
    (_, admin_token), (guest, guest_token) = service.person(), service.person()
    quest = service.quest(admin_token, "Closed", "The <b>Few</b>", public=False)
    team = service.ask("GET", f"/v1/quests/{quest}", token=admin_token)["teamId"]
    person = service.ask("GET", "/v1/me", token=guest_token)["id"]
    for size in (PHONE, DESK):
        code = service.ask("POST", f"/v1/teams/{team}/invites", {}, admin_token)["code"]
        service.ask("POST", f"/v1/invites/{code}:redeem", {}, guest_token)
        with visitor(browser, service, size) as visits:
            visits.sign_in(guest)
            page = visits.go(f"/teams/{team}")
            visits.sees("Members")
            other = visits.open()
            other.goto(f"{service.base}/quests/{quest}")
            eventually(lambda: "Live, confirmed" in other.inner_text("body"), "the quest is live")
            time.sleep(1.5)
            service.ask("DELETE", f"/v1/teams/{team}/members/{person}", token=admin_token)
            visits.sees("You are no longer in this team")
            visits.sees("You were taken out of The <b>Few</b>")
            eventually(lambda: "This quest is no longer shown to you" in other.inner_text("body"), "the quest says so")
            visits.shot("taken-out")
            visits.is_for_everyone("a team that one was taken out of")
            page.reload()
            visits.sees("This team is not shown to you")
            page.locator("main").get_by_role("link", name="Your teams").click()
            shown(visits, "Your teams")


@story(short=True)
def an_invitation_taken_back(browser, service):
    email, token = service.person()
    team = service.ask("POST", "/v1/teams", {"name": "Takers"}, token)["id"]
    code = service.ask("POST", f"/v1/teams/{team}/invites", {}, token)["code"]
    with visitor(browser, service, PHONE) as visits:
        visits.sign_in(email)
        visits.go(f"/teams/{team}")
        visits.page.get_by_role("button", name="Take back").click()
        eventually(lambda: "Open invitations" not in visits.text(), "it is taken back")
        visits.go(f"/invites/{code}")
        visits.sees("This invitation was taken back.")
        visits.go("/invites/nonsense")
        visits.sees("Ask the team for another one.")


@story(short=True)
def a_private_link(browser, service):
    """Made and copied by an admin, opened by a stranger, and of no use a moment after it is taken back."""
    email, token = service.person()
    quest = service.quest(token, name="Behind <b>doors</b>", team="Doorkeepers", public=False)
    service.walk(token, 250)
    with visitor(browser, service, DESK) as admin, visitor(browser, service, PHONE) as guest, \
            visitor(browser, service, DESK, color_scheme="dark") as reader:
        admin.sign_in(email)
        page = admin.go(f"/quests/{quest}")
        admin.sees("Private links")

        def made(purpose, shows_names):
            page.get_by_text("Make a link").first.click()
            page.get_by_label("What it is for").fill(purpose)
            page.get_by_label("Show what people are called").set_checked(shows_names)
            page.get_by_role("button", name="Make the link").click()
            admin.sees("It is shown this once.")
            eventually(lambda: purpose in admin.text(), "the link is listed")
            page.get_by_text("Make a link").first.click()
            return page.get_by_label("The link").input_value()

        page.get_by_text("Make a link").first.click()
        page.get_by_role("button", name="Make the link").click()
        admin.sees("Type what it is for.")
        page.get_by_text("Make a link").first.click()
        plain = made("For the paper", False)
        admin.shot("quest-links")
        admin.is_for_everyone("private links")
        named = made("For grandmother", True)
        check(plain != named and "/view#mql_" in plain, f"{plain} {named}")
        for visits, link in ((guest, plain), (reader, named)):
            answer = visits.page.goto(link)
            check(answer.headers["referrer-policy"] == "no-referrer", f"{answer.headers}")
            check(answer.headers["x-robots-tag"] == "noindex", f"{answer.headers}")
            shown(visits, "Behind <b>doors</b>")
            visits.sees("Milestones")
            visits.sees("155.3 mi")
            check(visits.drawn() == "true", "the map is drawn")
            check("Private links" not in visits.text() and "Log a walk" not in visits.text("article"), "it only reads")
            visits.is_for_everyone(f"a private link to {visits.size['width']}")
            visits.shot("view")
            secret = link.split("#")[1]
            check(not [each for each in visits.asked if secret in each.split("#")[0]], "the secret is in no address")
        name = service.ask("GET", "/v1/me", token=token)["name"]
        check(name not in guest.text("body"), "nobody is named")
        reader.sees(name)
        # It goes on by itself, and a reload shows it again.
        service.walk(token, 100)
        for visits in (guest, reader):
            visits.sees("217.5 mi")
        guest.page.reload()
        guest.sees("217.5 mi")
        # Taken back.
        eventually(lambda: guest.page.evaluate("() => document.querySelector('header .hint')?.innerText")
                   .startswith("Live"), "it is live")
        time.sleep(1)
        row = page.get_by_role("listitem").filter(has_text="For the paper")
        row.get_by_role("button", name="Take back").click()
        row.get_by_role("button", name="Take back For the paper").click()
        eventually(lambda: "For the paper" not in admin.text(), "it is taken back")
        guest.sees("This link opens nothing", 5)
        check("217.5 mi" not in guest.text(), "nothing is shown any more")
        guest.shot("view-taken-back")
        guest.is_for_everyone("a link that is taken back")
        check("217.5 mi" in reader.text(), "the other link stands")
        guest.go("/view")
        guest.sees("This link opens nothing")


@story(short=True)
def an_account(browser, service):
    """Units and mails, sessions, a key, the export, a new password, and the end."""
    email, token = service.person()
    for size, scheme in ((DESK, "light"), (PHONE, "dark")):
        with visitor(browser, service, size, color_scheme=scheme) as visits:
            visits.sign_in(email)
            visits.go("/me")
            visits.sees("this browser")
            visits.shot(f"me-{scheme}")
            visits.is_for_everyone(f"/me in {scheme}")
    with visitor(browser, service, PHONE) as visits:
        visits.sign_in(email)
        page = visits.go("/me")
        page.get_by_label("Units", exact=True).select_option("km")
        page.get_by_label("Time zone").fill("Nowhere/At all")
        page.get_by_role("button", name="Save", exact=True).click()
        eventually(lambda: page.get_by_label("Time zone").get_attribute("aria-invalid") == "true", "what is wrong")
        page.get_by_label("Time zone").fill("Asia/Tokyo")
        page.get_by_label("Mail me each week").uncheck()
        page.get_by_role("button", name="Save", exact=True).click()
        visits.sees("Saved.")
        me = service.ask("GET", "/v1/me", token=token)
        check(me["units"] == "km" and me["zone"] == "Asia/Tokyo" and not me["mail"]["weekly"], f"{me}")
        visits.sees("this browser")
        page.get_by_text("Make a key").first.click()
        page.get_by_label("What it is for").fill("My watch")
        page.get_by_role("button", name="Make a key").click()
        visits.sees("It is shown this once")
        key = page.locator(".secret").inner_text()
        check(service.ask("GET", "/v1/me", token=key)["name"] == me["name"], "the key reads")
        visits.shot("me-key")
        page.get_by_role("button", name="End", exact=True).click()
        page.get_by_role("button", name="End My watch").click()
        eventually(lambda: "My watch" not in visits.text(), "the key is gone")
        with page.expect_download() as download:
            page.get_by_role("button", name="Save all my data").click()
        check(email in download.value.path().read_text(), "the export")
        page.get_by_text("Erase my account").first.click()
        page.get_by_label("Type your name").fill(me["name"])
        page.get_by_role("form", name="Erase my account").get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Erase for good").click()
        visits.sees("Your account is erased.")
        visits.sees("Sign in")


@contextlib.contextmanager
def issuer():
    """Somebody who vouches for people, on a port of this machine."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"

    def answers():
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"{base}/.well-known/openid-configuration").status == 200

    try:
        eventually(answers, "the issuer")
        yield base
    finally:
        process.terminate()
        process.wait(20)


@story(short=True)
def other_ways_to_sign_in(browser, service):
    """A way in is added with the password, or with a mailed code, used, and removed; the last one stays."""
    (ann, _), (ben, _) = service.person(), service.person()
    with issuer() as mock:
        secret = service.folder / "mock.secret"
        secret.touch(0o600)
        secret.write_text("any\n")
        (service.folder / "issuers.json").write_text(json.dumps({"issuers": [
            {"name": "mock", "title": "Club <i>Pass</i>", "issuer": mock, "clientId": "web", "secretFile": "mock.secret",
             "audiences": ["phone"]}]}))
        service.end()
        service.options = ("--identity", str(service.folder / "issuers.json"), "--outgoing-allow", "127.0.0.1/32",
                           "--public-address", service.base)
        service.start()
        try:
            with visitor(browser, service, PHONE) as one, visitor(browser, service, DESK) as other:

                def vouched(visits, link, subject):
                    visits.page.get_by_role("link", name=link).click()
                    if subject:
                        visits.page.locator("input[name=sub]").fill(subject)
                        visits.page.get_by_role("button", name="Authorize").click()
                    else:
                        visits.page.get_by_role("button", name="Deny").click()
                    eventually(lambda: visits.page.url.startswith(service.base), "the way back")
                    # The issuer's own page is none of ours.
                    visits.outside.clear()
                    visits.complaints.clear()

                one.sign_in(ann)
                page = one.go("/me")
                one.sees("Only with your password so far.")
                vouched(one, "Add Club", None)
                one.sees("You have not signed in.")
                vouched(one, "Add Club", "ann-at-club")
                one.sees("Is this account yours, too?")
                check("#" not in page.url, "the code is out of the address")
                one.shot("me-proving")
                one.is_for_everyone("another way in")
                form = page.get_by_role("form", name="Add Club")
                form.get_by_label("Your password here").fill("not my password")
                form.get_by_role("button", name="Add Club").click()
                eventually(lambda: form.get_by_label("Your password here").get_attribute("aria-invalid") == "true",
                           "what is wrong")
                form.get_by_label("Your password here").fill(PASSWORD)
                form.get_by_role("button", name="Add Club").click()
                one.sees("as ann-at-club")
                one.shot("me-ways")
                # It leads into the same account, and to no other.
                page.get_by_role("button", name="Sign out", exact=True).click()
                one.sees("Sign in")
                one.go("/sign-in")
                vouched(one, "Sign in with Club", "ann-at-club")
                one.sees("Log a walk")
                one.go("/me")
                one.sees("as ann-at-club")
                one.sees(ann)
                other.sign_in(ben)
                other.go("/me")
                vouched(other, "Add Club", "ann-at-club")
                other.sees("Is this account yours, too?")
                other.page.get_by_role("form", name="Add Club").get_by_label("Your password here").fill(PASSWORD)
                other.page.get_by_role("form", name="Add Club").get_by_role("button", name="Add Club").click()
                other.sees("leads to another account here")
                # By a mailed code.
                vouched(other, "Add Club", "ben-at-club")
                before = service.code(ben)
                other.page.get_by_role("button", name="Mail me a code").click()
                other.sees("Look into your mail.")
                code = eventually(lambda: (lambda new: new if new != before else None)(service.code(ben)), "a mail")
                other.page.get_by_label("Code").fill(code)
                other.page.get_by_role("form", name="Add Club").get_by_role("button", name="Add Club").click()
                other.sees("as ben-at-club")
                page.get_by_role("button", name="Remove", exact=True).click()
                page.get_by_role("button", name="Remove Club").click()
                one.sees("Only with your password so far.")
                # Who was never here before has this way alone.
                page.get_by_role("button", name="Sign out", exact=True).click()
                one.sees("Sign in")
                one.go("/sign-in")
                vouched(one, "Sign in with Club", "cleo-at-club")
                one.sees("Log a walk")
                one.go("/me")
                page.get_by_role("button", name="Remove", exact=True).click()
                page.get_by_role("button", name="Remove Club").click()
                one.sees("It is the last way to sign in to this account")
                one.sees("as cleo-at-club")
        finally:
            service.end()
            service.options = ()
            service.start()


@story(short=True)
def a_watch_file(browser, service):
    email, token = service.person()
    points = "".join(f'<trkpt lat="{46 + 0.0005 * step}" lon="7"><time>2026-05-01T10:{step:02}:00Z</time></trkpt>'
                     for step in range(40))
    gpx = (f'<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{points}</trkseg>'
           "</trk></gpx>").encode()
    with visitor(browser, service, PHONE) as visits:
        visits.sign_in(email)
        page = visits.page
        page.get_by_text("From a watch's file").click()
        for answer in ("Logged.", "This walk was logged before"):
            page.get_by_label("File of a watch").set_input_files(
                {"name": "walk.gpx", "mimeType": "application/gpx+xml", "buffer": gpx})
            page.get_by_role("button", name="Log the file").click()
            visits.sees(answer)
        visits.is_for_everyone("a watch's file")
        visits.shot("walks-file")
        page.get_by_label("File of a watch").set_input_files(
            {"name": "x.gpx", "mimeType": "text/plain", "buffer": b"hello"})
        page.get_by_role("button", name="Log the file").click()
        eventually(lambda: page.locator("details .fault:not(:empty)").count() > 0, "what is wrong with it")
        check(len(service.ask("GET", "/v1/activities", token=token)["items"]) == 1, "once")


@story(short=True)
def frames_of_other_sites(browser, service):
    """A public quest in a frame of a site on the list, and of no other."""
    quest = sample(service)
    email, token = service.person()
    private = service.quest(token, name="Private", team="Hidden", public=False)

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            path = self.path.strip("/") or quest
            with contextlib.suppress(OSError):
                self.wfile.write(f'<!doctype html><title>Club</title><iframe title="quest" width="380" height="640"'
                                 f' src="{service.base}/embed/quests/{path}"></iframe>'.encode())

        def log_message(self, *_):
            pass

    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    listed, unlisted = (f"http://127.0.0.1:{server.server_port}" for server in servers)
    service.end()
    service.options = ("--embed-origin", listed)
    service.start()
    context = browser.new_context(viewport=DESK, locale="en-GB")
    page = context.new_page()
    try:
        page.goto(listed)
        frame = eventually(lambda: page.frame(url=re.compile("/embed/")), "a frame")
        eventually(lambda: "Walked" in frame.locator("body").inner_text(), "the quest")
        eventually(lambda: frame.evaluate("() => document.getElementById('map')?.dataset.drawn"), "a map", 60)
        time.sleep(1)
        page.screenshot(path=str(web.ARGUMENTS.shots / "embed-1440.png"))
        check(frame.locator("form, nav").count() == 0, "no forms")
        check(frame.evaluate("() => document.cookie") == "", "no session")
        page.goto(f"{listed}/{private}")
        frame = eventually(lambda: page.frame(url=re.compile("/embed/")), "a frame")
        eventually(lambda: "not public" in frame.locator("body").inner_text(), "nothing of a private one")
        check("Private" not in frame.content(), "nothing of a private one")
        page.goto(unlisted)
        time.sleep(1)
        frames = [each for each in page.frames if each is not page.main_frame]
        check(all("Walked" not in each.locator("body").inner_text() for each in frames), "another site shows it")
    finally:
        context.close()
        service.end()
        service.options = ()
        service.start()
        for server in servers:
            server.shutdown()


@story(short=True)
def signing_in_with_another_service(browser, service):
    """The page offers those that are configured, and takes the code that one comes back with out of the address."""
    email, _ = service.person()
    tokens = service.ask("POST", "/v1/auth/login", {"email": email, "password": PASSWORD})
    ways = {"passwords": True, "issuers": [{"name": "club", "title": "The Club", "browser": True},
                                           {"name": "app", "title": "Apps only", "browser": False}]}
    with visitor(browser, service, PHONE) as visits:
        redeemed = []

        def redeem(route):
            redeemed.append(route.request.post_data_json)
            route.fulfill(json=tokens)

        visits.context.route("**/v1/auth/oidc", lambda route: route.fulfill(json=ways))
        visits.context.route("**/v1/auth/browser/redeem", redeem)
        page = visits.go("/sign-in?return=/teams")
        link = page.get_by_role("link", name="Sign in with The Club")
        check(link.get_attribute("href") == "/v1/auth/oidc/club/start?return=%2Fsign-in%3Freturn%3D%2Fteams", "where to")
        check("Apps only" not in visits.text(), "what is for apps is not offered")
        visits.is_for_everyone("/sign-in with another service")
        visits.go("/")
        page.goto(service.base + "/sign-in?return=/teams#sign-in-error=denied")
        visits.sees("You have not signed in.")
        visits.go("/")
        page.goto(service.base + "/sign-in?return=/teams#sign-in=secret-code")
        shown(visits, "Your teams")
        check(redeemed == [{"code": "secret-code"}], f"{redeemed}")
        check("secret-code" not in page.url, "no code in the address")


@story(short=True)
def the_operator(browser, service):
    _, token = service.person()
    made = service.ask("POST", "/v1/keys", {"name": "Panel", "scopes": ["read"]}, token)
    service.run("key", "operate", made["id"])
    for size in (PHONE, DESK):
        with visitor(browser, service, size) as visits:
            page = visits.go("/operator")
            page.get_by_label("Key of an operator").fill("wrong")
            page.get_by_role("button", name="Show the figures").click()
            eventually(lambda: page.get_by_role("alert").inner_text(), "it is refused")
            page.get_by_label("Key of an operator").fill(made["key"])
            page.get_by_role("button", name="Show the figures").click()
            visits.sees("Requests")
            visits.shot("operator")
            visits.is_for_everyone("/operator")


if __name__ == "__main__":
    web.run(__doc__)
