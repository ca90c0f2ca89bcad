"""Shows at full size what the batch promises: exact sums, mergeable parts, named faults, flat memory.

Uses the inputs of `make bench`. Needs 2 GB of disk.
"""

import argparse
import os
import random
import re
import subprocess
import sys
import time

import numpy as np

import inputs

PARSER = argparse.ArgumentParser()
PARSER.add_argument("--program", required=True)
PARSER.add_argument("--work", required=True)
OPTIONS = PARSER.parse_args()
HERE = os.path.dirname(os.path.abspath(__file__))


def path(name):
    return os.path.join(OPTIONS.work, name)


def check(what, is_right, detail=""):
    print(("ok     " if is_right else "WRONG  ") + what, detail, flush=True)
    if not is_right:
        sys.exit(1)


def run(*arguments):
    return subprocess.run([OPTIONS.program, "progress", *arguments], capture_output=True, text=True)


def measured(*arguments):
    out = subprocess.run([sys.executable, os.path.join(HERE, "measure.py"), OPTIONS.program,
                          "progress", *arguments], check=True, capture_output=True, text=True)
    seconds, size, code = out.stdout.split()[-3:]
    return float(seconds), int(size) / 1024, int(code)


def totals(name):
    """Micrometres by team of an output file, in integers."""
    sums = np.zeros(inputs.TEAMS + 1, dtype=np.int64)
    with open(path(name)) as lines:
        next(lines)
        for line in lines:
            team, _, distance = line.split(",")[:3]
            whole, _, part = distance.partition(".")
            sums[int(team)] = int(whole) * 10**6 + int(part.ljust(6, "0") or 0)
    return sums


def exact_sums():
    done = run("--route", path("route.geojson"), "--activities", path("walks.csv"), "-o",
               path("whole.csv"))
    exact = np.fromfile(path("totals.i64"), dtype=np.int64)
    check("10,000,000 rows against an independent sum in integers",
          done.returncode == 0 and np.array_equal(totals("whole.csv"), exact))


def partitions():
    with open(path("walks.csv"), "rb") as file:
        header = file.readline()
        rows = file.read().splitlines(keepends=True)
    for count in (1, 2, 7, 64):
        parts = []
        for i in range(count):
            part = path(f"part-{count}-{i}")
            with open(part + ".csv", "wb") as out:
                out.write(header)
                out.writelines(rows[len(rows) * i // count:len(rows) * (i + 1) // count])
            done = run("--activities", part + ".csv", "--partial", "-o", part + ".part")
            check(f"part {i + 1} of {count}", done.returncode == 0, done.stderr) if i == 0 else None
            os.remove(part + ".csv")
            parts.append(part + ".part")
        random.Random(inputs.SEED).shuffle(parts)
        done = run("--route", path("route.geojson"), "--merge", *parts, "-o", path("merged.csv"))
        same = open(path("merged.csv"), "rb").read() == open(path("whole.csv"), "rb").read()
        check(f"{count} partitions merged give identical bytes", done.returncode == 0 and same,
              done.stderr)
        for part in parts:
            os.remove(part)


BAD = {
    "field-count": b"17,1000.00\n",
    "quote": b'17,"1000.00\n',
    "team-empty": b",1000.00\n",
    "team-encoding": b"\xff\xfe,1000.00\n",
    "distance-syntax": b"17,12;5\n",
    "distance-not-positive": b"17,-3.00\n",
    "distance-too-long": b"17,500001.00\n",
    "time-syntax": None,
    "time-without-zone": None,
    "row-length": b"17," + b"1" * 70_000 + b"\n",
}


def bad_rows():
    """1,000 bad rows of ten kinds among ten million with times."""
    rng = random.Random(inputs.SEED)
    at = sorted(rng.sample(range(10_000_000), 1000))
    kinds = [list(BAD)[i % 10] for i in range(1000)]
    rng.shuffle(kinds)
    first = {}
    with open(path("walks.csv"), "rb") as file, open(path("bad.csv"), "wb") as out:
        file.readline()
        out.write(b"team_id,distance_meters,started_at\n")
        line = 1
        position = 0
        for number, kind in zip(at + [10_000_000], kinds + [None]):
            good = [file.readline().rstrip(b"\n") + b",2026-05-03T10:00:00Z\n"
                    for _ in range(number - position)]
            out.writelines(good)
            line += len(good)
            position = number
            if kind:
                line += 1
                first.setdefault(kind, line)
                row = BAD[kind]
                if kind == "time-syntax":
                    row = b"17,1000.00,yesterday\n"
                elif kind == "time-without-zone":
                    row = b"17,1000.00,2026-05-03T10:00:00\n"
                elif kind != "field-count" and kind != "quote":
                    row = row.rstrip(b"\n") + b",2026-05-03T10:00:00Z\n"
                out.write(row)
    window = ["--from", "2026-01-01T00:00:00Z"]
    stopped = run("--route", path("route.geojson"), "--activities", path("bad.csv"), "-o",
                  path("never.csv"), *window)
    check("a bad row stops the run with its line", stopped.returncode == 65
          and f"bad.csv:{min(first.values())}:" in stopped.stderr, stopped.stderr.strip())
    check("nothing was written", not os.path.exists(path("never.csv")))
    done = run("--route", path("route.geojson"), "--activities", path("bad.csv"), "-o",
               path("good.csv"), "--skip-bad", *window)
    check("with --skip-bad the run goes on", done.returncode == 0, done.stderr[:300])
    for kind, line in sorted(first.items()):
        found = re.search(rf"left out ([\d,]+) rows? \[{kind}\].*?\(lines? (\d+)", done.stderr)
        check(f"100 rows of {kind}, the first at line {line}",
              found is not None and found.group(1) == "100" and int(found.group(2)) == line)
    exact = np.fromfile(path("totals.i64"), dtype=np.int64)
    check("the good rows' totals are exact", np.array_equal(totals("good.csv"), exact))
    os.remove(path("bad.csv"))


def full_disk():
    """A file size limit stands for a full disk: it fails in the middle of the file."""
    with open(path("kept.csv"), "w") as out:
        out.write("as it was\n")
    done = subprocess.run(
        ["bash", "-c", 'trap "" XFSZ; ulimit -f 64; exec "$@"', "-", OPTIONS.program, "progress",
         "--route", path("route.geojson"), "--activities", path("walks.csv"), "-o",
         path("kept.csv")], capture_output=True, text=True)
    left = [name for name in os.listdir(OPTIONS.work) if name.startswith("kept.csv.")]
    check("a full disk leaves no half-written output", done.returncode == 74 and not left
          and open(path("kept.csv")).read() == "as it was\n", done.stderr.strip())
    os.remove(path("kept.csv"))


def memory():
    sizes = {}
    with open(path("walks.csv"), "rb") as file:
        header = file.readline()
        body = file.read()
    with open(path("walks100m.csv"), "wb") as out:
        out.write(header)
        for _ in range(10):
            out.write(body)
    for name in ("walks.csv", "walks100m.csv"):
        seconds, size, code = measured("--route", path("route.geojson"), "--activities", path(name),
                                       "-o", path("memory.csv"))
        sizes[name] = size
        print(f"       {name}: {seconds:.2f} s, {size:.1f} MiB at the peak")
        check(name, code == 0)
    os.remove(path("walks100m.csv"))
    check("memory at 100 million rows within a tenth of that at 10 million",
          abs(sizes["walks100m.csv"] / sizes["walks.csv"] - 1) < 0.1)


inputs.write(OPTIONS.work)
for step in (exact_sums, partitions, bad_rows, full_disk, memory):
    start = time.perf_counter()
    step()
    print(f"       ({time.perf_counter() - start:.0f} s)", flush=True)
