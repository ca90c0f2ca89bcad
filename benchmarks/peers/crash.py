"""Kills writers and servers under load, and shows that no acknowledged walk is lost.

A writer logs walks, half of them repeats, and says each that was acknowledged. It is killed with
SIGKILL, or its PostgreSQL server is stopped at once without a checkpoint, and the store is compared
with what was said. Every other time the moment is random; else it is the moment at which walks are
acknowledged, when one that was acknowledged too early is not stored yet. Needs nothing beyond Python, and for PostgreSQL the
server with PostGIS; the cluster is a temporary one of its own.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from cluster import PATIENCE_SECONDS, Cluster, Wrong

PARSER = argparse.ArgumentParser(description=__doc__.splitlines()[0])
PARSER.add_argument("--writer", required=True, help="the program ledger-writer")
PARSER.add_argument("--store", choices=["sqlite", "postgres", "both"], default="both")
PARSER.add_argument("--kills", type=int, default=50, help="kills of the writer, each store")
PARSER.add_argument("--server-stops", type=int, default=20, help="immediate stops of PostgreSQL")
PARSER.add_argument("--callers", type=int, default=64)
PARSER.add_argument("--every", type=int, default=1, help="kills between two comparisons")
PARSER.add_argument("--most-seconds", type=float, default=0.4, help="of load before a kill")
PARSER.add_argument("--seed", type=int, help="repeats the moments and walks of a run")
OPTIONS = PARSER.parse_args()
SEED = random.SystemRandom().randrange(2**32) if OPTIONS.seed is None else OPTIONS.seed


class Trial:
    """One store, its writers one after the other, and what they said."""

    def __init__(self, name, store, folder, dice):
        self.name, self.store, self.folder, self.dice = name, store, folder, dice
        self.said = []
        self.writer = None

    def begin(self):
        """Starts a writer and waits until it has been told of a first walk."""
        self.said.append(os.path.join(self.folder, f"said-{self.name}-{len(self.said)}"))
        with open(self.said[-1], "wb") as out:
            self.writer = subprocess.Popen(
                [OPTIONS.writer, "write", self.store, str(SEED), str(len(self.said) - 1),
                 str(OPTIONS.callers)], stdout=out)
        self.await_acknowledgement(0)

    def await_acknowledgement(self, start, pause=0.005):
        """Waits until the writer is told of a walk, after a place in what it said."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            with open(self.said[-1], "rb") as said:
                said.seek(start)
                if b"\nacknowledged " in said.read():
                    return
            if self.writer.poll() is not None:
                raise Wrong(f"the writer ended by itself with {self.writer.returncode}")
            if time.monotonic() > end:
                raise Wrong("the writer was told of no walk")
            time.sleep(pause)

    def load(self, ends_with_answer):
        """Lets the writer write until a random moment, or on until it is told of walks."""
        time.sleep(self.dice.uniform(0, OPTIONS.most_seconds))
        if ends_with_answer:
            self.await_acknowledgement(os.path.getsize(self.said[-1]), pause=0)
        if self.writer.poll() is not None:
            raise Wrong(f"the writer ended by itself with {self.writer.returncode}")

    def kill(self):
        self.writer.kill()
        self.writer.wait()

    def compare(self):
        done = subprocess.run([OPTIONS.writer, "verify", self.store, str(SEED), *self.said],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Wrong(f"{self.name}, after {len(self.said)} writers:\n{done.stdout}{done.stderr}")
        return dict(word.split("=") for word in done.stdout.split())

    def count(self, word):
        """How many lines of a kind the writers have said."""
        total = 0
        for path in self.said:
            with open(path, "rb") as said:
                total += sum(line.startswith(word) for line in said)
        return total

    def report(self, what, figures, begun):
        print(f"{self.name}: {what}, {self.count(b'acknowledged ')} answers to "
              f"{figures['acknowledged']} acknowledged walks, {figures['stored']} stored, "
              f"{self.count(b'again ')} sent again, lost {figures['lost']}, "
              f"doubled {figures['doubled']}, audit {figures['audit']}, "
              f"{time.monotonic() - begun:.1f} s", flush=True)


def kill_writers(trial):
    begun = time.monotonic()
    for number in range(1, OPTIONS.kills + 1):
        trial.begin()
        trial.load(ends_with_answer=number % 2 == 0)
        trial.kill()
        if number % OPTIONS.every == 0 or number == OPTIONS.kills:
            figures = trial.compare()
    trial.report(f"{OPTIONS.kills} kills of the writer", figures, begun)


def stop_servers(trial, cluster):
    begun = time.monotonic()
    trial.begin()
    for number in range(1, OPTIONS.server_stops + 1):
        trial.load(ends_with_answer=number % 2 == 0)
        cluster.stop(signal.SIGQUIT)
        start = os.path.getsize(trial.said[-1])
        cluster.start()
        trial.await_acknowledgement(start)
    trial.kill()
    trial.report(f"{OPTIONS.server_stops} immediate stops of the server", trial.compare(), begun)


def main():
    print(f"seed {SEED}", flush=True)
    dice = random.Random(SEED)
    folder = tempfile.mkdtemp(prefix="mq-crash-")
    cluster = None
    trials = []
    is_right = False
    try:
        if OPTIONS.store != "postgres" and OPTIONS.kills > 0:
            trials.append(Trial("sqlite", f"sqlite:{folder}/ledger.sqlite", folder, dice))
            kill_writers(trials[-1])
        if OPTIONS.store != "sqlite":
            home = os.path.join(folder, "postgres")
            os.chmod(folder, 0o755)
            os.mkdir(home)
            cluster = Cluster(home)
            trials.append(Trial("postgres", cluster.url(), folder, dice))
            if OPTIONS.kills > 0:
                kill_writers(trials[-1])
            if OPTIONS.server_stops > 0:
                stop_servers(trials[-1], cluster)
        is_right = True
    except Wrong as wrong:
        print(f"WRONG  {wrong}", flush=True)
    finally:
        for trial in trials:
            if trial.writer is not None and trial.writer.poll() is None:
                trial.kill()
        if cluster is not None:
            cluster.stop()
        if is_right:
            shutil.rmtree(folder)
        else:
            print(f"what was written stays in {folder}", flush=True)
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
