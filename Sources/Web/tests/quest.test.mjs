// Tests of what the pages of quests work out for themselves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

test("a place of any lap is found on the one pass that is drawn", async () => {
  const { lapText, placeOnPass } = await load("quest/laps.ts");
  const loop = { startMeters: 0, passMeters: 100, lapMeters: 110, laps: 3, thereAndBack: false };
  const cases = [[0, 0, 1], [60, 60, 1], [105, 100, 1], [110, 0, 2], [285, 65, 3], [320, 100, 3], [400, 100, 3]];
  for (const [at, meters, lap] of cases) {
    assert.deepEqual(placeOnPass(loop, at), { meters, lap, isBack: false }, String(at));
  }
  assert.match(lapText(loop, 285), /in lap 3 of 3\./);
  const back = { startMeters: 10, passMeters: 100, lapMeters: 200, laps: 2, thereAndBack: true };
  for (const [at, meters, lap, isBack] of [[10, 10, 1, false], [110, 110, 1, false], [160, 60, 1, true], [260, 60, 2, false],
    [410, 10, 2, true]]) {
    assert.deepEqual(placeOnPass(back, at), { meters, lap, isBack }, String(at));
  }
  assert.match(lapText(back, 160), /lap 1 of 2, on the way back/);
  assert.equal(lapText({ ...loop, laps: 1 }, 5), null);
});

test("quests near a place come in their order, over 180 degrees too", async () => {
  const { boxAround, metersBetween, nearby } = await load("map/nearby.ts");
  assert.ok(Math.abs(metersBetween([2.35, 48.86], [-0.13, 51.51]) - 343_600) < 1000, "Paris to London");
  assert.ok(metersBetween([179.9, 0], [-179.9, 0]) < 23_000);
  const quest = (questId, coordinate) => ({ questId, questName: questId, teamName: "", coordinate });
  const all = [quest("far", [10, 50]), quest("over", [-179, -17]), quest("here", [178.4, -18.1])];
  const found = nearby(all, [178.5, -18]);
  assert.deepEqual(found.quests.map(({ marker }) => marker.questId), ["here", "over"]);
  assert.equal(found.isFar, false);
  const none = nearby(all, [-60, -30]);
  assert.equal(none.isFar, true);
  assert.equal(none.quests.length, 3);
  const [west, south, east, north] = boxAround([178.5, -18]);
  assert.ok(west > 173 && west < 174 && east < -176 && east > -178 && south < -22 && north > -14, "over 180 degrees");
  assert.deepEqual(boxAround([0, 89]).filter((_, index) => index % 2 === 0), [-180, 180]);
});

test("days of a quest are those of its zone", async () => {
  const { dayIn, instantOf, nextDay } = await load("quest/days.ts");
  assert.equal(dayIn("2026-03-29T22:30:00Z", "Europe/Paris"), "2026-03-30");
  assert.equal(dayIn("2026-01-01T02:00:00Z", "America/New_York"), "2025-12-31");
  assert.equal(nextDay("2026-02-28"), "2026-03-01");
  assert.equal(nextDay("nonsense"), "");
  // Clocks change on this day.
  assert.equal(instantOf("2026-03-30", "Europe/Paris", "/end"), "2026-03-29T22:00:00.000Z");
  assert.equal(instantOf("2026-03-29", "Europe/Paris", "/end"), "2026-03-28T23:00:00.000Z");
  assert.throws(() => instantOf("", "UTC", "/end"), { message: "Choose a day." });
});

test("a stream that breaks is said to be broken at once", async () => {
  const { follow } = await load("live/stream.ts");
  globalThis.window ??= Object.assign(globalThis, { addEventListener() {}, removeEventListener() {} });
  globalThis.document ??= { addEventListener() {}, removeEventListener() {}, visibilityState: "visible" };
  const heard = [];
  const ended = new AbortController();
  const bytes = new TextEncoder().encode(": hello\n\n");
  let attempts = 0;
  const calls = {
    stream: async () => {
      attempts += 1;
      if (attempts > 1) throw new Error("the connection was refused");
      const body = new ReadableStream({ start(control) { control.enqueue(bytes); control.error(new Error("reset")); } });
      return new Response(body);
    },
  };
  const sink = {
    version: () => 0, event() {}, reset() {}, ended: () => heard.push("ended"),
    confirmed: () => heard.push("confirmed"),
    broken: () => {
      heard.push("broken");
      if (attempts > 1) ended.abort();
    },
  };
  const begun = Date.now();
  await follow("quest", calls, sink, ended.signal, async () => () => undefined);
  assert.ok(heard.filter((each) => each === "broken").length === 2, heard.join());
  assert.ok(Date.now() - begun < 2000, "not after a while");
});

test("milestones in percent are taken in any order", async () => {
  const { percentagesOf } = await load("quest/course-fields.ts");
  assert.deepEqual(percentagesOf("100, 50;50 10%"), [10, 50, 100]);
  assert.deepEqual(percentagesOf(""), []);
  for (const text of ["0", "101", "2.5", "half"]) assert.throws(() => percentagesOf(text), text);
});

test("sentences of the service are in the reader's units and zone", async () => {
  const { forPeople } = await load("wording.ts");
  const cases = {
    "a gap of 1,234.5 m is open": ["a gap of 1.2 km is open", "a gap of 0.8 mi is open"],
    "from km 44.485 to km 0.000": ["from 44.5 km to 0.0 km", "from 27.6 mi to 0.0 mi"],
    "choose one with track=NAME or track=NUMBER": ["choose one from the list of tracks", "choose one from the list of tracks"],
    "within 25 m": ["within 25 m", "within 82 ft"],
    "at 12.5 km and 2 mi": ["at 12.5 km and 3.2 km", "at 7.8 mi and 2.0 mi"],
    'the track "10 km run", 3 km': ['the track "10 km run", 3.0 km', 'the track "10 km run", 1.9 mi'],
    "line 812:14 m, 3.5 m/s, point 311": ["line 812:14 m, 3.5 m/s, point 311", "line 812:14 m, 3.5 m/s, point 311"],
  };
  for (const [text, [km, mi]] of Object.entries(cases)) {
    assert.equal(forPeople(text, "km"), km);
    assert.equal(forPeople(text, "mi"), mi);
  }
  const { withMoments } = await load("wording.ts");
  assert.equal(withMoments("1,500 m may be 1500 m or 1.5 m"), "1,500 m may be 1500 m or 1.5 m");
  const said = forPeople("ends at 2026-05-03T10:00:00Z, before its start", "km");
  assert.doesNotMatch(said, /T10|Z,/);
  assert.match(said, /^ends at .*2026.*, before its start$/);
});

test("what was decided is told in words", async () => {
  const { editName, repairName } = await load("designer/step-names.ts");
  const bare = (text) => text.replace(/[\u2068\u2069]/g, "");
  assert.equal(bare(editName({ edit: "joins", join: 3, policy: "ferry" })), "Gap 3: jumped");
  assert.equal(bare(editName({ edit: "thereAndBack", value: false })), "Go one way");
  assert.equal(bare(editName({ edit: "cut", from: "1 km" })), "Keep a stretch");
  assert.equal(bare(editName({ edit: "rename", waypoint: "#1", name: "Hut" })), "Name a waypoint Hut");
  assert.equal(bare(editName({ edit: "waypoints", waypoints: [{ name: "A" }, {}] })), "Put waypoints: A and 1 more");
  const titles = { spike: "take the spike out" };
  assert.equal(repairName("spike@12:5", { titles }), "Take the spike out, line 12");
  assert.equal(repairName("vertex-doubled", {}), "Repair vertex doubled");
});
