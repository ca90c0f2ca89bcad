"""Feeds each reader with what libFuzzer makes up, for as long as asked, and tells what was found.

What grows the search is kept between runs, and what makes a reader fail lies in `found`: both beside the
program. A finding becomes a test of the reader, with the smallest input that shows it."""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

import seeds

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--program", required=True, type=pathlib.Path)
parser.add_argument("--seconds", type=int, default=360, help="for each kind")
parser.add_argument("--kinds", nargs="*", help="all, where none is named")
parser.add_argument("--work", required=True, type=pathlib.Path, help="a folder for what is kept")
ARGUMENTS = parser.parse_args()
#: A reader that takes longer for a few kibibytes hangs.
MOST_SECONDS = 10
MOST_MEBIBYTES = 2048
MOST_BYTES = 4096


def fuzz(kind):
    """Runs one kind; the text of its row, and whether nothing was found."""
    grown, found = ARGUMENTS.work / "grown" / kind, ARGUMENTS.work / "found"
    grown.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    log = ARGUMENTS.work / f"{kind}.log"
    begun = time.monotonic()
    with open(log, "wb") as output:
        ended = subprocess.run(
            [ARGUMENTS.program, kind, f"-max_total_time={ARGUMENTS.seconds}", f"-timeout={MOST_SECONDS}",
             f"-rss_limit_mb={MOST_MEBIBYTES}", f"-max_len={MOST_BYTES}", "-print_final_stats=1",
             f"-artifact_prefix={found}/{kind}-", grown, ARGUMENTS.work / "seeds" / kind],
            stdout=output, stderr=output, check=False)
    text = log.read_text(errors="replace")
    runs = re.search(r"number_of_executed_units: (\d+)", text)
    covered = re.findall(r" cov: (\d+)", text)
    memory = re.search(r"peak_rss_mb: +(\d+)", text)
    row = (f"{kind:9} {int(runs.group(1)) if runs else 0:>10} inputs in {time.monotonic() - begun:4.0f} s, "
           f"{covered[-1] if covered else '?':>6} edges, {memory.group(1) if memory else '?':>5} MiB")
    return (f"{row}: nothing found" if ended.returncode == 0
            else f"{row}: FAILED, see {log} and {found}"), ended.returncode == 0


def main():
    """Runs the kinds on all processors and prints a row each."""
    if not os.access(ARGUMENTS.program, os.X_OK):
        sys.exit(f"{ARGUMENTS.program}: there is no such program; make fuzz builds it")
    seeds.write(ARGUMENTS.work / "seeds")
    kinds = ARGUMENTS.kinds or subprocess.run(
        [ARGUMENTS.program, "kinds"], capture_output=True, text=True, check=True).stdout.split()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        sound = True
        for row, is_sound in pool.map(fuzz, kinds):
            print(row, flush=True)
            sound = sound and is_sound
    sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
