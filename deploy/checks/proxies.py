"""Starts real proxies with the configurations of deploy/ before a real service, and asks through them.

    proxies.py --program .build/release/milequest [--only nginx]

For each: the story, by TLS and HTTP/2; events that arrive at once; files up to the limit; and the address of
a caller, which is believed from the proxy alone. Only ports, paths and names are replaced.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

import running
import story
from running import asked, eventually, right

HERE = os.path.dirname(os.path.abspath(__file__))
UPLOAD_BYTES = 64 << 20


def certificate(folder):
    """A certificate for localhost that vouches for itself."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", f"{folder}/privkey.pem", "-out",
                    f"{folder}/fullchain.pem"], check=True, capture_output=True)
    with open(f"{folder}/milequest.pem", "wb") as both:
        for name in ["fullchain.pem", "privkey.pem"]:
            with open(f"{folder}/{name}", "rb") as file:
                both.write(file.read())
    return f"{folder}/fullchain.pem"


def replaced(text, changes):
    """A configuration with other ports and paths; each change must find its place."""
    for old, new in changes:
        right(old in text, f"the configuration has no “{old}”")
        text = text.replace(old, new)
    return text


def configuration(name):
    with open(os.path.join(HERE, "..", name), encoding="utf-8") as file:
        return file.read()


def nginx(folder, port, plain, served):
    site = replaced(configuration("nginx/milequest.conf"), [
        ("  listen [::]:80;\n", ""), ("  listen [::]:443 ssl http2;\n", ""), ("listen 80;", f"listen {plain};"),
        ("listen 443 ", f"listen {port} "), ("quests.example;", "localhost;"),
        ("/etc/ssl/milequest/", f"{folder}/"), ("127.0.0.1:8080", f"127.0.0.1:{served}")])
    temporary = "".join(f"{kind}_temp_path {folder}/{kind}; "
                        for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
    path = f"{folder}/nginx.conf"
    with open(path, "w", encoding="utf-8") as file:
        # gzip as a careless operator has it: it must not gather the streams.
        file.write(f"daemon off; user root; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
                   f"events {{ worker_connections 2048; }}\nhttp {{ access_log off; {temporary}"
                   f"gzip on; gzip_proxied any; gzip_types *;\n{site}\n}}\n")
    subprocess.run(["nginx", "-q", "-t", "-p", folder, "-c", path, "-e", f"{folder}/nginx.log"], check=True)
    return ["nginx", "-p", folder, "-c", path, "-e", f"{folder}/nginx.log"]


def haproxy(folder, port, plain, served):
    text = replaced(configuration("haproxy/haproxy.cfg"), [
        ("bind :80\n", f"bind :{plain}\n"), ("bind :443 ", f"bind :{port} "), ("/etc/ssl/milequest/", f"{folder}/"),
        # What this machine may open can be less than what a proxy's machine may.
        ("127.0.0.1:8080", f"127.0.0.1:{served}"), ("maxconn 12500", "maxconn 2000")])
    path = f"{folder}/haproxy.cfg"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    subprocess.run(["haproxy", "-c", "-q", "-f", path], check=True)
    return ["haproxy", "-db", "-f", path]


PROXIES = {"nginx": nginx, "haproxy": haproxy}


def protocol(base, authority):
    """How a browser would speak: HTTP/2 over TLS."""
    said = subprocess.run(["curl", "-sS", "--cacert", authority, "-o", "/dev/null", "-w", "%{http_version}",
                           base + "/healthz"], check=True, capture_output=True, text=True).stdout
    right(said == "2", f"callers get HTTP/{said}")


def uploads(caller):
    """A file of as many bytes as the service takes passes; one more is refused with 413."""
    with open(os.path.join(HERE, "../../routes/te-araroa.geojson"), "rb") as file:
        route = file.read()
    full = route + b" " * (UPLOAD_BYTES - len(route))
    caller.ask("/v1/routes:validate", full, kind="application/geo+json")
    # Refused by its head alone, and the connection may be closed before the body is sent.
    said = subprocess.run(
        ["curl", "-sS", "--cacert", caller.authority, "-o", "/dev/null", "-w", "%{http_code}", "-H",
         "Content-Type: application/geo+json", "-H", f"Authorization: Bearer {caller.token}", "--data-binary", "@-",
         caller.base + "/v1/routes:validate"], input=full + b" ", check=False, capture_output=True)
    right(said.stdout == b"413", f"a file of a byte too many: {said.stdout} {said.stderr}")


def remaining(address, source, forwarded, authority=None):
    """How many requests an address has left, from the head RateLimit."""
    said = subprocess.run(
        ["curl", "-sS", *(["--cacert", authority] if authority else []), "--interface", source, "-H",
         f"X-Forwarded-For: {forwarded}", "-o", "/dev/null", "-D", "-", address + "/v1/routes?limit=1"],
        check=True, capture_output=True, text=True).stdout
    found = re.search(r"^ratelimit:.*?\br=(\d+)", said, re.IGNORECASE | re.MULTILINE)
    right(found, f"no RateLimit in: {said}")
    return int(found[1])


def addresses(base, authority, service):
    """Callers are told apart by the address that the proxy has seen, whatever they write themselves."""
    first = remaining(base, "127.0.1.1", "203.0.113.1", authority)
    second = remaining(base, "127.0.1.1", "203.0.113.2", authority)
    right(second < first, "an address that the caller wrote was believed, through the proxy")
    right(remaining(base, "127.0.1.2", "203.0.113.1", authority) >= first, "two callers share one address")
    first = remaining(service, "127.0.1.3", "203.0.113.3")
    second = remaining(service, "127.0.1.3", "203.0.113.4")
    right(second < first, "an address was believed that came from no trusted proxy")


def drained(base, authority, service):
    """While the service drains, /readyz is red and the proxy says so."""
    service.process.terminate()
    eventually("503 by the proxy", lambda: asked(
        base + "/readyz", authority=authority).status in (502, 503), 10)
    service.process.wait(30)
    right(service.process.returncode == 0, "the service did not end in order")


def check(name, program):
    folder = tempfile.mkdtemp(prefix=f"milequest-{name}-")
    os.chmod(folder, 0o755)
    proxy = None
    try:
        authority = certificate(folder)
        state = os.path.join(folder, "state")
        os.mkdir(state, 0o700)
        place = running.Here(program, state)
        story.commands(place)
        port, plain = running.free_port(), running.free_port()
        base = f"https://localhost:{port}"
        # A slow refill, so that what an address has left can be compared.
        service = place.serve("--port", str(running.free_port()), "--public-address", base, "--trusted-proxy",
                              "127.0.0.1", "--rate", "2", "--burst", "1000", "--drain-seconds", "3")
        try:
            with open(f"{folder}/proxy.log", "wb") as log:
                proxy = subprocess.Popen(PROXIES[name](folder, port, plain, service.port), stdout=log, stderr=log)
            caller = story.Caller(base, authority)
            try:
                eventually(f"{name} answers", lambda: answers(base, authority), 20)
            except running.Wrong as wrong:
                with open(f"{folder}/proxy.log", encoding="utf-8") as log:
                    raise running.Wrong(f"{wrong}: {log.read()[-2000:]}") from None
            protocol(base, authority)
            moved = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", f"http://localhost:{plain}/"],
                                   check=True, capture_output=True, text=True).stdout
            right(moved == "301", f"plain HTTP is answered with {moved}")
            route = story.reading(caller)
            seconds = story.walking(caller, os.path.join(state, "milequest.sqlite.mail"), route)
            right(seconds < 1, f"an event came {seconds:.2f} s after the answer")
            caller_metrics = asked(base + "/metrics", authority=authority).status
            right(caller_metrics == 404, f"/metrics is shown to the world: {caller_metrics}")
            uploads(caller)
            addresses(base, authority, service.base)
            drained(base, authority, service)
        finally:
            service.process.kill()
            service.process.wait()
        print(f"==> {name}: HTTP/2, the story, an event {max(seconds, 0) * 1000:.0f} ms after its answer, 64 MiB and "
              "not a byte more, addresses from the proxy alone, red while draining")
    finally:
        if proxy is not None:
            proxy.terminate()
            proxy.wait()
        shutil.rmtree(folder, ignore_errors=True)


def answers(base, authority):
    try:
        return asked(base + "/readyz", authority=authority).status == 200
    except OSError:
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--only", choices=sorted(PROXIES))
    options = parser.parse_args()
    try:
        for name in [options.only] if options.only else PROXIES:
            check(name, options.program)
    except running.Wrong as wrong:
        sys.exit(f"WRONG: {wrong}")


if __name__ == "__main__":
    main()
