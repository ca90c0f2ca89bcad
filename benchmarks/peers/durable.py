"""Durable walks: the stores' folds beside one commit each in SQLite, and in PostgreSQL beside pgbench
with the same statements in one transaction a walk, on a cluster of its own that is gone afterwards.

    durable.py --ledger benchmarks/.build/release/ledger [--seconds 3] [--teams 1000]

`measure` adds the rows to a table of more parts.
"""

import argparse
import os
import re
import subprocess

import cluster
from table import Table

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
INSERT INTO team_events SELECT team_id, version, :start, 'activity.logged', numbered('009e', :team),
  numbered('5050', :person), gen_random_uuid(), NULL, :distance, 1 FROM team_state
  WHERE team_id = numbered('007e', :team);
COMMIT;
{end}
"""


def rates(ledger, seconds, teams, *url):
    """Walks a second by the number of callers; 1000 stands for one caller with batches of 1,000."""
    text = subprocess.run([ledger, str(seconds), str(teams), *url], check=True, capture_output=True,
                          text=True).stdout
    if ": clean" not in text:
        raise SystemExit("WRONG: the audit after the walks says\n" + text)
    found = re.findall(r"^(one caller, one|\d+|one caller, batches).*? (\d+) walks/s", text, re.M)
    names = {"one caller, one": 1, "one caller, batches": 1000}
    return {names.get(name) or int(name): float(rate) for name, rate in found}


def pgbench(server, seconds, teams):
    """Walks a second of the same statements by whether they go in a pipeline and by clients."""
    server.sql("CREATE FUNCTION milequest.numbered(kind text, number bigint) RETURNS uuid IMMUTABLE "
               "LANGUAGE sql AS $$ SELECT ('00000000-0000-' || kind || '-0000-' "
               "|| lpad(to_hex(number), 12, '0'))::uuid $$;"
               "ALTER DATABASE bench SET search_path = milequest, public; ANALYZE", "bench")
    script = os.path.join(server.home, "walk.sql")
    found = {}
    for is_pipeline in (False, True):
        begin, end = (r"\startpipeline", r"\endpipeline") if is_pipeline else ("", "")
        with open(script, "w") as file:
            file.write(WALK.format(people=teams * 4, begin=begin, end=end))
        os.chmod(script, 0o644)
        for clients in (32, 128):
            text = server.run("pgbench", *server.address(), "-n", "-M", "prepared", "-c",
                              str(clients), "-j", "2", "-T", str(max(int(seconds), 1)), "-f",
                              script, "bench")
            found[is_pipeline, clients] = float(re.search(r"tps = ([\d.]+)", text).group(1))
    return found


def measure(table, ledger, seconds=3, teams=1000):
    """Measures both stores and adds their rows."""
    per_second = "{:.0f}/s".format
    ours = rates(ledger, seconds, teams)
    table.add("durable walks, SQLite, 32 callers", per_second(ours[32]), "one commit each",
              per_second(ours[1]), ours[32] / ours[1], 5)
    for callers, name in ((128, "128 callers"), (1000, "batches of 1,000")):
        table.note(f"durable walks, SQLite, {name}", per_second(ours[callers]), "one commit each",
                   per_second(ours[1]), ours[callers] / ours[1])
    with cluster.running("durable") as server:
        server.sql("CREATE DATABASE bench")
        ours = rates(ledger, seconds, teams, server.url("bench"))
        theirs = pgbench(server, 2 * seconds, teams)
    for clients, target in ((32, 2.5), (128, 4)):
        rate = theirs[False, clients]
        table.add(f"durable walks, PostgreSQL, {clients} callers", per_second(ours[clients]),
                  "pgbench, one transaction a walk", per_second(rate), ours[clients] / rate, target)
        rate = theirs[True, clients]
        table.note(f"durable walks, PostgreSQL, {clients} callers", per_second(ours[clients]),
                   "pgbench, the same in a pipeline", per_second(rate), ours[clients] / rate)
    table.note("durable walks, PostgreSQL, batches of 1,000", per_second(ours[1000]),
               "one commit each", per_second(ours[1]), ours[1000] / ours[1])


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--ledger", required=True)
    arguments.add_argument("--seconds", type=float, default=3, help="of each of three rounds")
    arguments.add_argument("--teams", type=int, default=1000)
    options = arguments.parse_args()
    table = Table()
    measure(table, options.ledger, options.seconds, options.teams)
    print("\n" + table.text())


if __name__ == "__main__":
    main()
