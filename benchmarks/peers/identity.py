#!/usr/bin/env python3
"""Signs in to the built program with real issuers, as a browser and as an app.

    python3 benchmarks/peers/identity.py --program .build/release/milequest

`oidc-provider-mock` runs in this Python; Debian's `glewlwyd`, with a public client that has PKCE alone, is taken out of
its packages into an ignored folder. A name that leads into the inside network the second time is refused. `--only mock`
leaves out these two. Everything is started on free ports of this machine and ended by its id.
"""
import argparse
import contextlib
import gzip
import http.client
import http.server
import json
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
FETCHED = ROOT / "benchmarks/.identity"
GLEWLWYD = ["glewlwyd", "glewlwyd-common", "libcbor0.8", "libconfig9", "libhoel1.4", "libiddawc1.1", "libmariadb3",
            "libmicrohttpd12", "libnss-wrapper", "liboath0", "liborcania2.3", "libpq5", "librhonabwy1.1", "libulfius2.7", "libyder2.0"]


def free_port():
    with contextlib.closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Running:
    """A server that ends with this value."""

    def __init__(self, arguments, port, folder, variables=None):
        log = folder / f"{pathlib.Path(arguments[0]).name}.{port}.log"
        with open(log, "wb") as output:
            self.process = subprocess.Popen([str(a) for a in arguments], cwd=folder, stdout=output, stderr=output,
                                            env={**os.environ, **(variables or {})})
        for _ in range(300):
            if self.process.poll() is not None:
                sys.exit(f"{arguments[0]} ended: {log.read_text()[-2000:]}")
            with contextlib.closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        sys.exit(f"{arguments[0]} does not listen")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Browser:
    """Sends requests, keeps cookies, and follows nothing by itself."""

    def __init__(self):
        self.cookies = {}

    def ask(self, method, url, form=None, body=None, headers=None):
        parts = urllib.parse.urlsplit(url)
        jar = self.cookies.setdefault(parts.netloc, {})
        headers = dict(headers or {})
        if jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        data = None
        if form is not None:
            data = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        elif body is not None:
            data = json.dumps(body)
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection(parts.netloc, timeout=20)
        with contextlib.closing(connection):
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, data, headers)
            answer = connection.getresponse()
            text = answer.read()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    pair = value.split(";")[0].split("=", 1)
                    jar[pair[0]] = pair[1]
            location = answer.getheader("Location")
        if location:
            location = urllib.parse.urljoin(url, location)
        return answer.status, location, text


class Checks:
    def __init__(self):
        self.failed = 0

    def expect(self, what, found, wanted):
        is_right = wanted(found) if callable(wanted) else found == wanted
        print(f"{'ok  ' if is_right else 'FAIL'} {what}" + ("" if is_right else f": {found}"), flush=True)
        self.failed += not is_right


def fragment(location):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location or "").fragment))


def sign_in(checks, name, base, consent):
    """A person signs in with a browser, and so does a thief who has seen the code."""
    browser = Browser()
    status, to_issuer, _ = browser.ask("GET", f"{base}/v1/auth/oidc/{name}/start?return=/here")
    checks.expect(f"{name}: the browser is sent to the issuer", status, 303)
    back = consent(browser, to_issuer)
    status, page, _ = browser.ask("GET", back)
    checks.expect(f"{name}: the browser comes back to its page", (status, urllib.parse.urlsplit(page or "").path),
                  (303, "/here"))
    code = fragment(page).get("sign-in", "")
    checks.expect(f"{name}: the page gets a code", page, lambda _: code.startswith("mqs_"))
    redeem = f"{base}/v1/auth/oidc/redeem"
    checks.expect(f"{name}: the code is worth nothing in another browser",
                  Browser().ask("POST", redeem, body={"code": code})[0], 422)
    status, _, text = browser.ask("POST", redeem, body={"code": code})
    checks.expect(f"{name}: it gives a session", status, 200)
    tokens = json.loads(text)
    checks.expect(f"{name}: it counts once", browser.ask("POST", redeem, body={"code": code})[0], 422)
    checks.expect(f"{name}: the callback counts once",
                  fragment(browser.ask("GET", back)[1]).get("sign-in-error"), "expired")
    checks.expect(f"{name}: the session is known", me(base, tokens["accessToken"])[0], 200)
    return tokens


def me(base, token, path="/v1/me", method="GET"):
    status, _, text = Browser().ask(method, base + path, headers={"Authorization": f"Bearer {token}"})
    return status, json.loads(text) if text else {}


def mock(checks, base, issuer):
    def consent(browser, address):
        return browser.ask("POST", address, form={"sub": "ann"})[1]

    tokens = sign_in(checks, "mock", base, consent)
    again = sign_in(checks, "mock", base, consent)
    checks.expect("mock: the same subject is the same person", again["personId"], tokens["personId"])

    # A page of the service: the cookie of the sign-in goes, and that of the session stays.
    page, own = Browser(), {"Origin": base}
    back = consent(page, page.ask("GET", f"{base}/v1/auth/oidc/mock/start?return=/here")[1])
    code = fragment(page.ask("GET", back)[1]).get("sign-in", "")
    checks.expect("mock: a page gets a session by its code",
                  page.ask("POST", f"{base}/v1/auth/browser/redeem", body={"code": code}, headers=own)[0], 200)
    checks.expect("mock: and keeps it",
                  page.ask("POST", f"{base}/v1/auth/browser/refresh", headers=own)[0], 200)

    browser = Browser()
    to_issuer = browser.ask("GET", f"{base}/v1/auth/oidc/mock/start")[1]
    back = browser.ask("POST", to_issuer, form={"action": "deny"})[1]
    checks.expect("mock: a refusal is said to the page", fragment(browser.ask("GET", back)[1]),
                  {"sign-in-error": "denied"})

    # An app, which has its tokens of the issuer itself.
    app, redirect = Browser(), "http://127.0.0.1:9/app"
    query = urllib.parse.urlencode({"response_type": "code", "client_id": "phone", "redirect_uri": redirect,
                                    "scope": "openid", "nonce": "n", "state": "s"})
    landed = app.ask("POST", f"{issuer}/oauth2/authorize?{query}", form={"sub": "ann"})[1]
    code = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(landed).query))["code"]
    status, _, text = app.ask("POST", f"{issuer}/oauth2/token", form={
        "grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "client_id": "phone",
        "client_secret": "any"})
    checks.expect("mock: the app has a token", status, 200)
    token = json.loads(text)["id_token"]
    checks.expect("mock: the token stands for the same person", me(base, token)[1].get("id"), tokens["personId"])
    tampered = token[:-8] + ("AAAAAAAA" if token[-8:] != "AAAAAAAA" else "BBBBBBBB")
    checks.expect("mock: a signature that is changed does not", me(base, tampered)[0], 401)
    identities = me(base, token, "/v1/me/identities")[1]
    checks.expect("mock: it is listed", [i["subject"] for i in identities["items"]], ["ann"])
    checks.expect("mock: the last way in stays",
                  me(base, token, f"/v1/me/identities/{identities['items'][0]['id']}", "DELETE")[1].get("code"),
                  "last-way-in")
    time.sleep(1.1)
    checks.expect("mock: one signs out everywhere", me(base, token, "/v1/auth/logout-everywhere", "POST")[0], 204)
    checks.expect("mock: which ends the app's token", me(base, token)[1].get("code"), "session-ended")
    checks.expect("mock: and the sessions", me(base, again["accessToken"])[0], 401)


def fetched():
    """The folder with what Debian's packages of glewlwyd hold, nothing of which is installed."""
    if not FETCHED.exists():
        part = FETCHED.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        subprocess.run(["apt-get", "-qq", "download", *GLEWLWYD], cwd=part, check=True)
        for package in part.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, part], check=True)
        part.rename(FETCHED)
    return FETCHED


def glewlwyd(folder, port):
    """An issuer with a key of its own and nobody but its administrator."""
    home = fetched()
    library, issuer = home / "usr/lib/glewlwyd", f"http://127.0.0.1:{port}"
    with contextlib.closing(sqlite3.connect(folder / "glewlwyd.db")) as database:
        database.executescript(gzip.decompress(
            (home / "usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz").read_bytes()).decode())
    for module in ("user", "user_middleware", "client", "scheme", "plugin"):
        (library / module).mkdir(exist_ok=True)
    lines = [f"port={port}", f'external_url="{issuer}"', 'login_url="login.html"', 'api_prefix="api"',
             f'static_files_path="{home}/usr/share/glewlwyd/webapp/"', 'log_mode="console"', 'log_level="WARNING"',
             'cookie_domain="127.0.0.1"', "cookie_secure=0", 'admin_scope="g_admin"', 'profile_scope="g_profile"',
             f'user_module_path="{library}/user"', f'user_middleware_module_path="{library}/user_middleware"',
             f'client_module_path="{library}/client"', f'user_auth_scheme_module_path="{library}/scheme"',
             f'plugin_module_path="{library}/plugin"', 'hash_algorithm="SHA512"',
             f'database = {{ type = "sqlite3"; path = "{folder}/glewlwyd.db"; }};']
    (folder / "glewlwyd.conf").write_text("\n".join(lines) + "\n")
    return Running([home / "usr/bin/glewlwyd", "--config-file", folder / "glewlwyd.conf"], port, folder,
                   {"LD_LIBRARY_PATH": str(next((home / "usr/lib").glob("*-linux-gnu")))})


def settle(issuer, redirect, folder):
    """Makes the administrator's issuer one with OpenID Connect, a public client and a person."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    openssl("genrsa", "-out", "key.pem", "2048")
    openssl("rsa", "-in", "key.pem", "-pubout", "-out", "public.pem")
    keeper = Browser()

    def put(method, path, body):
        status, _, text = keeper.ask(method, f"{issuer}/api/{path}", body=body)
        if status != 200:
            sys.exit(f"glewlwyd answers {method} {path} with {status}: {text[:500]}")

    put("POST", "auth/", {"username": "admin", "password": "password"})
    put("POST", "mod/plugin/", {
        "module": "oidc", "name": "oidc", "display_name": "oidc", "parameters": {
            "iss": f"{issuer}/api/oidc", "jwt-type": "rsa", "jwt-key-size": "256",
            "key": (folder / "key.pem").read_text(), "cert": (folder / "public.pem").read_text(),
            "access-token-duration": 3600, "refresh-token-duration": 1209600, "code-duration": 600,
            "refresh-token-rolling": True, "allow-non-oidc": False, "auth-type-code-enabled": True,
            "auth-type-token-enabled": False, "auth-type-id-token-enabled": True,
            "auth-type-none-enabled": False, "auth-type-password-enabled": False,
            "auth-type-client-enabled": False, "auth-type-refresh-enabled": True, "pkce-allowed": True,
            "pkce-method-plain-allowed": False, "pkce-required": True,
            "pkce-required-public-client": True, "subject-type": "public"}})
    put("POST", "client/", {"client_id": "web", "name": "Mile Quest", "enabled": True, "confidential": False,
                            "redirect_uri": [redirect], "authorization_type": ["code"], "scope": ["openid"]})
    put("POST", "user/", {"username": "ann", "name": "Ann", "email": "ann@example.org", "password": "password",
                          "enabled": True, "scope": ["openid", "g_profile"]})


def debian(checks, base, issuer):
    def consent(browser, address):
        for method, path, body in [("POST", "auth/", {"username": "ann", "password": "password"}),
                                   ("PUT", "auth/grant/web", {"scope": "openid"})]:
            checks.expect(f"glewlwyd: {path} is taken", browser.ask(method, f"{issuer}/api/{path}", body=body)[0], 200)
        status, back, _ = browser.ask("GET", address + "&g_continue")
        checks.expect("glewlwyd: the browser is sent back", status, 302)
        return back

    first = sign_in(checks, "glewlwyd", base, consent)
    again = sign_in(checks, "glewlwyd", base, consent)
    checks.expect("glewlwyd: the same subject is the same person", again["personId"], first["personId"])
    return again


class Names:
    """Names that lead where a file says, for a program that is started with these variables."""

    def __init__(self, folder):
        self.file = folder / "hosts"
        library = next((fetched() / "usr/lib").glob("*-linux-gnu/libnss_wrapper.so"))
        self.variables = {"LD_PRELOAD": str(library), "NSS_WRAPPER_HOSTS": str(self.file)}

    def lead(self, name, address):
        self.file.write_text(f"{address} {name}\n")


class Ways(http.server.BaseHTTPRequestHandler):
    """Knows no ways, and notes by which address it was asked."""
    asked = []

    def do_GET(self):
        Ways.asked.append(self.connection.getsockname()[0])
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"code":"NoRoute"}')

    def log_message(self, *_):
        pass


def renamed(checks, base, names, token, log):
    """A name that led to an allowed address at first leads inside the second time."""
    def plan():
        body = {"mode": "walk", "stops": [{"coordinate": [1.52, 42.5]}, {"coordinate": [1.53, 42.51]}]}
        asked = len(Ways.asked)
        status = Browser().ask("POST", f"{base}/v1/routes:plan", body=body,
                               headers={"Authorization": f"Bearer {token}"})[0]
        return status, Ways.asked[asked:]

    checks.expect("names: the address that is allowed is asked", plan()[1], lambda by: set(by) == {"127.0.0.1"})
    for address in ("127.0.0.9", "::ffff:127.0.0.9"):
        names.lead("ways.test", address)
        # The client remembers an address for a minute.
        time.sleep(61)
        refused = log.read_text().count("inside network")
        checks.expect(f"names: {address} is not, the second time", plan(), (503, []))
        checks.expect("names: because it lies inside", log.read_text().count("inside network"),
                      lambda count: count > refused)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--program", required=True)
    options.add_argument("--only", choices=["mock"], help="leave out what needs Debian's packages")
    arguments = options.parse_args()
    program = str(pathlib.Path(arguments.program).resolve())
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        folder = pathlib.Path(folder)
        port, issuer_port = free_port(), free_port()
        base, issuer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{issuer_port}"
        stack.enter_context(Running([sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port",
                                     issuer_port], issuer_port, folder))
        secret = folder / "mock.secret"
        secret.write_text("any\n")
        secret.chmod(0o600)
        settings = {"issuers": [{"name": "mock", "title": "Mock", "issuer": issuer, "clientId": "web",
                                 "secretFile": "mock.secret", "audiences": ["phone"]}]}
        debians, names, variables, ways = None, None, {}, []
        if not arguments.only:
            names = Names(folder)
            names.lead("ways.test", "127.0.0.1")
            server = http.server.HTTPServer(("0.0.0.0", 0), Ways)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            variables = names.variables
            ways = ["--maps", "osrm", "--maps-url", f"http://ways.test:{server.server_port}"]
            debian_port = free_port()
            debians = f"http://127.0.0.1:{debian_port}"
            stack.enter_context(glewlwyd(folder, debian_port))
            settle(debians, f"{base}/v1/auth/oidc/glewlwyd/callback", folder)
            settings["issuers"].append({"name": "glewlwyd", "issuer": f"{debians}/api/oidc", "clientId": "web",
                                        "scopes": ["openid"]})
        (folder / "issuers.json").write_text(json.dumps(settings))
        shared = ["--store", f"sqlite:{folder}/ledger.sqlite", "--identity", folder / "issuers.json",
                  "--outgoing-allow", "127.0.0.1/32"]
        stack.enter_context(Running([program, "serve", "--port", port, "--public-address", base, *shared, *ways],
                                    port, folder, variables))
        mock(checks, base, issuer)
        if debians:
            renamed(checks, base, names, debian(checks, base, debians)["accessToken"],
                    folder / f"{pathlib.Path(program).name}.{port}.log")
        looked = subprocess.run([program, "doctor", *map(str, shared)], capture_output=True, text=True)
        checks.expect("doctor finds the issuer's keys and clock", looked.stdout,
                      lambda text: "issuer mock" in text and "1 key; its clock agrees" in text)
    print("everything is as it should be" if not checks.failed else f"{checks.failed} checks failed")
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
