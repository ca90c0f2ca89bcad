"""Holds the Prometheus files to what a real service says at /metrics.

    metrics.py --program .build/release/milequest

promtool looks at the figures, the configuration and the rules, and runs the tests of the alerts. Then every
name in a rule must be a figure of the service, every alert must have a test that fires it and one that does
not, and a paragraph in docs/operating.md.
"""

import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile

import running
import story
from running import right

RULES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../prometheus")
PAGE = os.path.join(RULES, "../../docs/operating.md")
# What Prometheus itself knows of a target.
OWN = {"up"}
NAME = r"\b(?:milequest|process)_\w+"


def promtool(*arguments, given=None):
    done = subprocess.run(["promtool", *arguments], input=given, cwd=RULES, check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    right(done.returncode == 0, f"promtool {' '.join(arguments)}:\n{done.stdout}")


def measured(program):
    """The figures of a service that uses all it can, and the operations of its API."""
    with tempfile.TemporaryDirectory() as state:
        place = running.Here(program, state)
        for name in ["hook", "counts"]:
            with open(os.open(f"{state}/{name}.secret", os.O_WRONLY | os.O_CREAT, 0o600), "w",
                      encoding="ascii") as file:
                file.write(os.urandom(32).hex())
        story.commands(place)
        closed = running.free_port()
        port = running.free_port()
        with place.serve(
                "--port", "0", "--metrics-listen", f"127.0.0.1:{port}", "--realtime", "webhook", "--webhook-url",
                f"https://localhost:{closed}/", "--webhook-secret-file", f"{state}/hook.secret", "--analytics", "http",
                "--analytics-url", f"https://localhost:{closed}/", "--analytics-key-file", f"{state}/counts.secret",
                "--outgoing-allow", "127.0.0.0/8") as service:
            caller = story.Caller(service.base)
            story.walking(caller, f"{state}/milequest.sqlite.mail", story.reading(caller))
            caller.ask("/metrics", status=404)
            api = caller.json("/openapi.json")
            operations = {operation.get("operationId") for path in api["paths"].values()
                          for operation in path.values() if isinstance(operation, dict)}
            return running.asked(f"http://127.0.0.1:{port}/metrics").body.decode(), operations


def rules():
    """The rules as one text, and the names of the alerts."""
    texts = []
    for path in sorted(glob.glob(f"{RULES}/*.yml")):
        if os.path.basename(path) not in ("tests.yml", "prometheus.yml"):
            with open(path, encoding="utf-8") as file:
                texts.append(file.read())
    text = "\n".join(texts)
    return text, re.findall(r"- alert: (\w+)", text)


def hold_names(text, figures, operations):
    """Names in rules are names of figures, and operations in rules are the API's."""
    known = set(re.findall(r"^((?:milequest|process)_\w+?)(?:\{| )", figures, re.MULTILINE)) | OWN
    unknown = set(re.findall(NAME, text)) - known
    right(not unknown, f"rules use what /metrics does not have: {', '.join(sorted(unknown))}")
    named = {name for each in re.findall(r'operation(?:=|!~|=~)"([^"]+)"', text) for name in each.split("|")}
    # Not part of the API where --metrics-listen gives it an address of its own.
    operations = operations | {"getMetrics"}
    right(named <= operations, f"rules name operations that are not there: {', '.join(sorted(named - operations))}")


def hold_alerts(alerts):
    """Each alert is fired by a test, kept silent by another one, and explained."""
    with open(f"{RULES}/tests.yml", encoding="utf-8") as file:
        tests = file.read()
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    for alert in alerts:
        cases = re.findall(rf"alertname: {alert}\b(?:, eval_time: \w+, exp_alerts: (\[\])|\s+eval_time)", tests)
        right("[]" in cases and "" in cases, f"{alert} lacks a test that fires it, or one that does not")
        right(f"### {alert}\n" in page, f"docs/operating.md does not explain {alert}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    options = parser.parse_args()
    try:
        promtool("check", "config", "prometheus.yml")
        promtool("check", "rules", "rules.yml", "alerts.yml")
        promtool("test", "rules", "tests.yml")
        text, alerts = rules()
        hold_alerts(alerts)
        print(f"==> {len(alerts)} alerts: each fires in its test, is silent in another one, and is explained")
        figures, operations = measured(options.program)
        promtool("check", "metrics", given=figures)
        hold_names(text, figures, operations)
        names = len(re.findall(r"^# TYPE", figures, re.MULTILINE))
        print(f"==> {names} figures of a real service: in order, and the rules use no others")
    except running.Wrong as wrong:
        sys.exit(f"WRONG: {wrong}")


if __name__ == "__main__":
    main()
