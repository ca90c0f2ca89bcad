"""Durable walks in PostgreSQL: the store's folds beside pgbench with the same statements in one
transaction a walk, on a cluster of its own that is gone afterwards.

    durable.py --ledger benchmarks/.build/release/ledger [--seconds 5] [--teams 1000]
"""

import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

# One walk by one member of one team, as the store writes it when nothing is folded.
WALK = r"""
\set person random(0, {people} - 1)
\set team :person / 4
\set start 1777896000000000 + random(0, 4000000000000)
\set distance random(1, 9000000000)
{begin}
BEGIN;
SELECT pg_advisory_xact_lock_shared(1296105474, :person::integer % 256);
SELECT s.team_id FROM team_state s WHERE s.team_id IN (SELECT m.team_id FROM memberships m
  WHERE m.person_id = numbered('5050', :person)) ORDER BY s.team_id FOR NO KEY UPDATE OF s;
SELECT t.*, s.version, q.*, y.* FROM team_state s JOIN teams t ON t.team_id = s.team_id
  LEFT JOIN (quests q JOIN quest_tallies y ON y.team_id = q.team_id AND y.quest_id = q.quest_id)
  ON q.team_id = s.team_id WHERE s.team_id IN (SELECT m.team_id FROM memberships m
  WHERE m.person_id = numbered('5050', :person)) ORDER BY s.team_id, q.number;
SELECT * FROM memberships WHERE person_id = numbered('5050', :person);
SELECT * FROM activities a WHERE a.person_id = numbered('5050', :person)
  AND a.activity_id = numbered('abcd', :start);
UPDATE team_state SET version = version + 1 WHERE team_id = numbered('007e', :team);
UPDATE quest_tallies SET total_um = total_um + :distance, walks = walks + 1, frontier_start = :start,
  frontier_activity = numbered('abcd', :start), frontier_person = numbered('5050', :person)
  WHERE team_id = numbered('007e', :team) AND quest_id = numbered('009e', :team);
INSERT INTO activities VALUES (numbered('5050', :person), gen_random_uuid(), :start, :distance,
  3600, 'bench', NULL, false, 'Europe/London', :start / 86400000000, 1, :start, :start, false);
INSERT INTO contributions VALUES (numbered('007e', :team), numbered('5050', :person),
  gen_random_uuid(), numbered('009e', :team), :start, :distance, false, true, 0, :distance, 1, 2, 1)
  ON CONFLICT (team_id, person_id, activity_id, quest_id) DO UPDATE SET start_at = excluded.start_at;
INSERT INTO quest_days AS d VALUES (numbered('007e', :team), numbered('009e', :team),
  :start / 86400000000, :distance, 1) ON CONFLICT (team_id, quest_id, day) DO UPDATE SET
  distance_um = d.distance_um + excluded.distance_um, walks = d.walks + excluded.walks;
INSERT INTO quest_people AS p VALUES (numbered('007e', :team), numbered('009e', :team),
  numbered('5050', :person), :distance, 1) ON CONFLICT (team_id, quest_id, person_id) DO UPDATE SET
  distance_um = p.distance_um + excluded.distance_um, walks = p.walks + excluded.walks;
INSERT INTO team_events SELECT team_id, version, :start, 'walk-logged', numbered('009e', :team),
  numbered('5050', :person), gen_random_uuid(), NULL, :distance FROM team_state
  WHERE team_id = numbered('007e', :team);
COMMIT;
{end}
"""


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--ledger", required=True)
    arguments.add_argument("--seconds", type=float, default=5)
    arguments.add_argument("--teams", type=int, default=1000)
    options = arguments.parse_args()
    binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not binaries or not glob.glob("/usr/share/postgresql/*/extension/postgis.control"):
        sys.exit("PostGIS is not installed")
    # The server refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    home = tempfile.mkdtemp(prefix="milequest-durable-")
    if user:
        shutil.chown(home, "postgres")
    tool = lambda name: os.path.join(binaries[-1], name)
    run = lambda *command: subprocess.run(
        [*user, *command], check=True, capture_output=True, text=True, cwd=home)
    data = os.path.join(home, "data")
    try:
        run(tool("initdb"), "-D", data, "-A", "trust", "-U", "postgres")
        run(tool("pg_ctl"), "-D", data, "-w", "-l", os.path.join(home, "log"), "-o",
            f"-k {home} -c listen_addresses='' -c max_connections=200 -c shared_buffers=256MB "
            "-c max_wal_size=4GB", "start")
        try:
            measure(options, home, run, tool)
        finally:
            run(tool("pg_ctl"), "-D", data, "-m", "fast", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def measure(options, home, run, tool):
    sql = lambda text, base: run(
        tool("psql"), "-X", "-q", "-h", home, "-U", "postgres", "-d", base, "-v",
        "ON_ERROR_STOP=1", "-c", text)
    sql("CREATE DATABASE bench", "postgres")
    print("the store:", flush=True)
    ours = subprocess.run(
        [options.ledger, str(options.seconds), str(options.teams),
         f"postgres:///bench?host={home}&user=postgres"],
        check=True, capture_output=True, text=True).stdout
    print(ours, end="", flush=True)
    folded = {int(callers): float(rate) for callers, rate in
              re.findall(r"^(\d+) callers +(\d+) walks/s", ours, re.M)}
    sql("CREATE FUNCTION milequest.numbered(kind text, number bigint) RETURNS uuid IMMUTABLE "
        "LANGUAGE sql AS $$ SELECT ('00000000-0000-' || kind || '-0000-' "
        "|| lpad(to_hex(number), 12, '0'))::uuid $$;"
        "ALTER DATABASE bench SET search_path = milequest, public; ANALYZE", "bench")
    for name, begin, end in [
            ("one transaction a walk", "", ""),
            ("the same, in a pipeline", r"\startpipeline", r"\endpipeline")]:
        script = os.path.join(home, "walk.sql")
        with open(script, "w") as file:
            file.write(WALK.format(people=options.teams * 4, begin=begin, end=end))
        os.chmod(script, 0o644)
        for clients in [32, 128]:
            text = run(
                tool("pgbench"), "-h", home, "-U", "postgres", "-n", "-M", "prepared", "-c",
                str(clients), "-j", "2", "-T", str(int(options.seconds)), "-f", script,
                "bench").stdout
            rate = float(re.search(r"tps = ([\d.]+)", text).group(1))
            ratio = folded.get(clients, 0) / rate
            print(f"pgbench, {name}, {clients} clients: {rate:.0f} walks/s; "
                  f"the store {ratio:.1f} x", flush=True)


main()
