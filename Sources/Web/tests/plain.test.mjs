// Tests of what needs no browser: `make web-tests` bundles the modules and runs them in node.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

test("distances are understood with comma and point", async () => {
  const { distanceFault, plainLength, typedDistance } = await load("units.ts");
  const cases = {
    "3.1": "3.1 mi", "3,1": "3.1 mi", " 12 ": "12 mi", "5km": "5 km", "5,25 KM": "5.25 km",
    "1.234,5": "1234.5 mi", "1,234.5": "1234.5 mi", "1 234,5 m": "1234.5 m", ".5": "0.5 mi",
    "26.2 miles": "26.2 mi", "1,500.5": "1500.5 mi", "1.500,5": "1500.5 mi", "1 500": "1500 mi",
    "1\u202f500,25 m": "1500.25 m", "1'500": "1500 mi", "0,500": "0.500 mi", "0.500 km": "0.500 km", ".500": "0.500 mi",
    "1234.567": "1234.567 mi", "1,234,567 m": "1234567 m", "1.234.567,8": "1234567.8 mi", "3.": "3 mi",
    "2.1970": "2.1970 mi", "10000 m": "10000 m",
  };
  for (const [text, expected] of Object.entries(cases)) {
    assert.equal(typedDistance(text, "mi"), expected, text);
  }
  for (const text of ["", "0", "0,0", "-3", "three", "3 leagues", "1e3", ",", "km", "3.1.4", "3 1", "1,50,000",
    "1,5.5", "1.500.5", "1 500'000", "1 50", "1,500,5", "1.5 000", "1  500", "3,1,"]) {
    assert.equal(typedDistance(text, "mi"), null, text);
    assert.equal(distanceFault(text, "mi", "no"), "no", text);
  }
  // Three digits after one comma or point: nobody knows, so the reader says which.
  for (const [text, readings] of Object.entries({
    "1,500 m": ["1500 m", "1.5 m"], "10,000 m": ["10000 m", "10 m"], "2,197 mi": ["2197 mi", "2.1970 mi"],
    "1.500": ["1500 mi", "1.5 mi"],
  })) {
    assert.equal(typedDistance(text, "mi"), null, text);
    assert.equal(distanceFault(text, "mi", "no"), `${text} may be ${readings.join(" or ")}: write one of them.`);
    for (const reading of readings) assert.equal(typedDistance(reading, "mi"), reading);
  }
  // What a form is filled with is understood again.
  for (const meters of [12, 499.6, 1609.344, 5000.123, 12_345.678]) assert.ok(typedDistance(plainLength(meters, "mi"), "mi"));
});

test("durations are understood as people write them", async () => {
  const { plainDuration, typedDuration } = await load("units.ts");
  const cases = {
    "1:30": 5400, "1:30:15": 5415, "90 min": 5400, "90": 5400, "1 h 30": 5400, "1h30m": 5400, "1 h 5 min": 3900,
    "2 h": 7200, "1,5 h": 5400, "1.5 hours": 5400, "0:45": 2700,
  };
  for (const [text, seconds] of Object.entries(cases)) assert.equal(typedDuration(text), seconds, text);
  for (const text of ["", "0", "0:00", "1:75", "soon", "1 h 90", "-5", "1:2:3"]) assert.equal(typedDuration(text), null, text);
  for (const seconds of [2700, 5400, 5415, 36_000]) assert.equal(typedDuration(plainDuration(seconds)), seconds);
});

test("a walk at the time of another, or far beyond the usual, is asked about", async () => {
  globalThis.localStorage ??= { getItem: () => "mi" };
  const { doubtOf } = await load("walks/doubts.ts");
  const walk = (startedAt, distanceMeters, durationSeconds = null) => ({ id: "1", startedAt, distanceMeters, durationSeconds });
  const draft = (startedAt, distance, durationSeconds = null) => ({ startedAt, distance, durationSeconds, zone: "UTC", note: null });
  const known = [walk("2026-05-03T08:00:00Z", 9000, 3600)];
  assert.match(doubtOf(draft("2026-05-03T08:30:00Z", "5 km"), known), /another walk/);
  assert.match(doubtOf(draft("2026-05-03T07:30:00Z", "5 km", 3600), known), /another walk/);
  assert.equal(doubtOf(draft("2026-05-03T09:00:00Z", "5 km", 3600), known), null);
  assert.equal(doubtOf(draft("2026-05-03T08:00:00Z", "5 km"), [walk("2026-05-03T08:00:00Z", 9000)]), null);
  assert.match(doubtOf(draft("2026-05-04T08:00:00Z", "31 km"), known), /longest/);
  assert.equal(doubtOf(draft("2026-05-04T08:00:00Z", "31 km"), [walk("2026-05-01T08:00:00Z", 11_000)]), null);
  assert.equal(doubtOf(draft("2026-05-04T08:00:00Z", "29 km"), known), null);
  assert.equal(doubtOf(draft("2026-05-04T08:00:00Z", "300 km"), []), null);
});

test("single repairs are made one after the other", async () => {
  const { groups } = await load("designer/draft.ts");
  assert.deepEqual(groups([]), []);
  assert.deepEqual(
    groups(["spike", "jump", "spike@3:5", "spike@3:5", "jump", "codes", "jump"]),
    [["spike", "jump"], ["spike@3:5"], ["spike@3:5"], ["jump", "codes"], ["jump"]]);
});

test("messages come whole, however the stream is cut", async () => {
  const { MessageReader } = await load("live/messages.ts");
  const stream = ": hello\n\nid: 7\nevent: activity.logged\ndata: {\"a\":\ndata: 1}\n\n: still here\n\n"
    + "event: end\r\ndata: shutdown\r\n\r\nid: 8\n";
  const expected = [
    { id: "7", event: "activity.logged", data: "{\"a\":\n1}" },
    { id: null, event: "end", data: "shutdown" },
  ];
  for (let size = 1; size < stream.length; size += 1) {
    const reader = new MessageReader();
    const found = [];
    for (let start = 0; start < stream.length; start += size) {
      found.push(...reader.read(stream.slice(start, start + size)));
    }
    assert.deepEqual(found, expected, `in pieces of ${size}`);
  }
});

test("a marker goes along the line, over 180 degrees too", async () => {
  const { along, between } = await load("map/glide.ts");
  const line = [[178, 0], [179, 0], [180, 0], [-179, 0], [-178, 0]];
  const way = between(line, [178.5, 0], [-178.5, 0]);
  assert.deepEqual(way[0], [178.5, 0]);
  assert.deepEqual(way[way.length - 1], [-178.5, 0]);
  const middle = along(way, 0.5);
  assert.ok(Math.abs(Math.abs(middle[0]) - 180) < 0.01, String(middle));
  assert.deepEqual(along(way, 1), [-178.5, 0]);
  assert.deepEqual(along([[5, 5]], 0.3), [5, 5]);
});

test("outlines close where they are, and round a pole", async () => {
  const { decoded } = await load("map/land.ts");
  // Google's own example of its encoding.
  assert.deepEqual(decoded("_p~iF~ps|U_ulLnnqC_mqNvxq`@", 1e5),
    [[-120.2, 38.5], [-120.95, 40.7], [-126.453, 43.252]]);
});

test("waits grow, differ, and heed what the service asks for", async () => {
  const { waitSeconds, longestWaitSeconds } = await load("offline/waits.ts");
  assert.deepEqual([1, 2, 3, 4].map((failures) => waitSeconds(failures, null, 0.5)), [2, 4, 8, 16]);
  assert.equal(waitSeconds(2000, null, 0.5), longestWaitSeconds);
  assert.equal(waitSeconds(1, null, 0), 1);
  assert.equal(waitSeconds(1, 60, 0.9), 60);
});

test("codes have the sizes of their versions, and the patterns that readers look for", async () => {
  const { qrCode } = await load("team/qr.ts");
  // The most bytes of each version with correction M (ISO/IEC 18004, table 7).
  const most = [14, 26, 42, 62, 84, 106, 122, 152, 180, 213];
  most.forEach((bytes, index) => {
    const size = (index + 1) * 4 + 17;
    const code = qrCode("a".repeat(bytes));
    assert.equal(code.length, size, `${bytes} bytes`);
    if (index < 9) assert.equal(qrCode("a".repeat(bytes + 1)).length, size + 4);
    for (const [x, y] of [[0, 0], [size - 7, 0], [0, size - 7]]) {
      const rows = code.slice(y, y + 7).map((row) => row.slice(x, x + 7).map(Number).join(""));
      assert.deepEqual(rows, ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]);
    }
  });
  assert.equal(qrCode("a".repeat(214)), null);
});

test("icons are pictures of their size, opaque in the middle and cut at the corners", async () => {
  const { icon } = await import("../icons.mjs");
  const bytes = icon(48, { corner: 14 });
  assert.equal(bytes.subarray(1, 4).toString(), "PNG");
  assert.equal(bytes.readUInt32BE(16), 48);
  const { inflateSync } = await import("node:zlib");
  const pixels = inflateSync(bytes.subarray(41, 41 + bytes.readUInt32BE(33)));
  const at = (x, y) => [...pixels.subarray(y * 193 + 1 + x * 4, y * 193 + 5 + x * 4)];
  assert.equal(at(0, 0)[3], 0);
  assert.deepEqual(at(4, 24), [0x0b, 0x6e, 0x4f, 255]);
  assert.deepEqual(at(39, 10), [255, 255, 255, 255]);
});

test("what is one person's is never sent as another, not after a renewal either", async () => {
  const { ask, useTokens } = await load("api/request.ts");
  const sent = [];
  globalThis.fetch = async (_, asked) => {
    sent.push(asked.headers.Authorization);
    return new Response("{}", { status: 401 });
  };
  useTokens({
    token: async () => ({ accessToken: "of-ann", personId: "ann" }),
    renew: async () => ({ accessToken: "of-bob", personId: "bob" }),
  });
  await assert.rejects(ask("/v1/activities/batch", { method: "POST", body: {}, onlyAs: "ann" }),
    { code: "other-person" });
  assert.deepEqual(sent, ["Bearer of-ann"]);
  await assert.rejects(ask("/v1/activities/batch", { method: "POST", body: {}, onlyAs: "bob" }),
    { code: "other-person" });
  assert.equal(sent.length, 1);
});

test("a day ends where its zone says, also when clocks change", async () => {
  const { endOfDay } = await load("quest/days.ts");
  for (const [day, zone, end] of [
    ["2026-05-03", "UTC", "2026-05-03T23:59:59.000Z"], ["2026-05-03", "Europe/Berlin", "2026-05-03T21:59:59.000Z"],
    ["2026-03-29", "Europe/Berlin", "2026-03-29T21:59:59.000Z"], ["2026-10-25", "Europe/Berlin", "2026-10-25T22:59:59.000Z"],
    ["2026-05-03", "Pacific/Apia", "2026-05-03T10:59:59.000Z"], ["2026-05-03", "America/St_Johns", "2026-05-04T02:29:59.000Z"],
    ["2026-05-03", "Nowhere/At_All", "2026-05-03T23:59:59.000Z"],
  ]) assert.equal(endOfDay(day, zone).toISOString(), end, `${day} ${zone}`);
});

test("a place near several passes has each with its distance and direction", async () => {
  const { passesNear, placeAt, wind } = await load("designer/passes.ts");
  const coordinates = [[6, 49], [6, 49.1], [6.0001, 49.1], [6.0001, 49]];
  const line = [{ kind: "route", coordinates, distancesMeters: [0, 11_000, 11_010, 22_010] }];
  const passes = passesNear(line, [6, 49.05], 30);
  assert.deepEqual(passes.map((pass) => wind(pass.bearing)), ["north", "south"]);
  assert.ok(Math.abs(passes[0].distanceMeters - 5500) < 10 && Math.abs(passes[1].distanceMeters - 16_510) < 10);
  assert.equal(passesNear(line, [6, 49.1], 30).length, 2);
  assert.equal(passesNear(line, [7, 49.05], 30).length, 0);
  assert.ok(Math.abs(placeAt(line, 5500).coordinate[1] - 49.05) < 1e-9);
  assert.equal(placeAt(line, 99_999).distanceMeters, 22_010);
  const over = [{ kind: "route", coordinates: [[179.9, 0], [-179.9, 0]], distancesMeters: [0, 22_000] }];
  assert.equal(passesNear(over, [180, 0], 100).length, 1);
});

test("tables of waypoints are read as spreadsheets write them", async () => {
  const { TableFault, waypointsOf } = await load("designer/waypoint-table.ts");
  assert.deepEqual(waypointsOf("\uFEFFName;Lat;Lon;Story\r\nRemich;49,545;6,367;\"Wine; on \"\"both\"\" banks\"\r\n\r\n"),
    [{ name: "Remich", coordinate: [6.367, 49.545], story: 'Wine; on "both" banks' }]);
  assert.deepEqual(waypointsOf("distance,name\n12 km,Hut\n"), [{ name: "Hut", distance: "12 km" }]);
  assert.deepEqual(waypointsOf("distance;name\n12,5 km;Hut\n0 km;Start\n1.234,5 m;Inn\n").map((each) => each.distance),
    ["12.5 km", "0 km", "1234.5 m"]);
  assert.throws(() => waypointsOf("distance;name\n1,500 m;Hut"), /Row 2: 1,500 m may be 1500 m or 1.5 m/);
  for (const text of ["", "a,b\n1,2", "lat,lon\nx,6", "lat,lon\n,"]) {
    assert.throws(() => waypointsOf(text + (text.endsWith(",") ? "\nname" : "")), TableFault, text);
  }
});

test("edits are undone and redone, and a new one forgets what was undone", async () => {
  const { begun, done, redone, undone, withEdit, withJoin } = await load("designer/draft.ts");
  let draft = begun("1", "walk.gpx", null);
  draft = done(draft, withEdit(draft.present, "Turned", { edit: "reverse" }));
  draft = done(draft, withJoin(draft.present, 2, "walk"));
  draft = done(draft, withJoin(draft.present, 2, "ferry"));
  assert.deepEqual(draft.present.edits, [{ edit: "reverse" }, { edit: "joins", policy: "ferry", join: 2 }]);
  draft = undone(undone(draft));
  assert.deepEqual(draft.present.edits, [{ edit: "reverse" }]);
  assert.equal(redone(draft).present.edits[1].policy, "walk");
  draft = done(draft, withEdit(draft.present, "Named", { edit: "name", name: "A" }));
  assert.equal(redone(draft), draft);
  assert.equal(undone(undone(undone(draft))).present.what, "Opened walk.gpx");
});

test("what names things by number goes with the step that gave them their numbers", async () => {
  const { withEditGone, withRepairChanged } = await load("designer/draft.ts");
  const drop = (number) => ({ edit: "dropWaypoint", waypoint: `#${number}` });
  const name = { edit: "name", name: "A" };
  assert.deepEqual(withEditGone([drop(1), name, drop(2), drop(3)], 0), [2, 3]);
  assert.deepEqual(withEditGone([drop(1), name, drop(2)], 1), []);
  assert.deepEqual(withEditGone([{ edit: "splitAt", distances: ["1 km"] }, { edit: "joins", policy: "walk", join: 2 },
    { edit: "dropPart", part: 1 }], 0), [1, 2]);
  assert.deepEqual(withEditGone([{ edit: "joins", policy: "walk", join: 2 }, { edit: "joins", policy: "walk", join: 3 }], 0), []);
  // What is said of a waypoint under its new name goes with the name, and so does what counts after that.
  const told = { edit: "waypoints", waypoints: [{ name: "New", story: "S" }] };
  assert.deepEqual(withEditGone([{ edit: "rename", waypoint: "#1", name: "New" }, told, drop(2)], 0), [1, 2]);
  assert.deepEqual(withRepairChanged([name, drop(1)], "spike@3:5"), []);
  assert.deepEqual(withRepairChanged([name, drop(1)], "waypoint-doubled"), [1]);
  // A distance means another place once the line before it is longer or shorter.
  const cut = { edit: "cut", from: "5 km" };
  const hut = { edit: "waypoints", waypoints: [{ name: "Hut", distance: "3 km" }] };
  const inn = { edit: "waypoints", waypoints: [{ name: "Inn", coordinate: [6, 49] }] };
  assert.deepEqual(withEditGone([cut, name, { edit: "cut", to: "9 km" }, hut, inn], 0), [2, 3]);
  assert.deepEqual(withEditGone([{ edit: "reverse" }, { edit: "splitAt", distances: ["1 km"] }], 0), [1]);
  assert.deepEqual(withEditGone([hut, cut], 0), []);
  assert.deepEqual(withRepairChanged([cut], "spike@3:5"), [0]);
  assert.deepEqual(withRepairChanged([cut], "elevation-spike"), []);
});

test("a draft knows whether all of it is stored", async () => {
  const { begun, contentOf, done, isStored, undone, withEdit } = await load("designer/draft.ts");
  const base = { routeId: "1", version: 3, name: null };
  assert.equal(isStored(begun("1", "walk.gpx", null)), false);
  let draft = begun("1", "walk.gpx", base);
  assert.equal(isStored(draft), true);
  draft = done(draft, withEdit(draft.present, "Named", { edit: "name", name: "A" }));
  assert.equal(isStored(draft), false);
  draft = { ...draft, base: { ...base, content: contentOf(draft.present) } };
  assert.equal(isStored(draft), true);
  assert.equal(isStored(undone(draft)), false);
});

test("the polar plane keeps areas, and places come back", async () => {
  const { PolarPlane } = await load("map/polar.ts");
  for (const isNorth of [true, false]) {
    const plane = new PolarPlane(isNorth);
    const side = isNorth ? 1 : -1;
    for (const place of [[10, 89 * side], [-170, 70 * side], [90, -60 * side], [0, 0]]) {
      const [longitude, latitude] = plane.place(plane.point(place));
      assert.ok(Math.hypot(longitude - place[0], latitude - place[1]) < 1e-9, String(place));
    }
    // A cap of 30 degrees has the area that it has on the sphere.
    const radius = Math.hypot(...plane.point([45, 60 * side]));
    assert.ok(Math.abs(Math.PI * radius ** 2 - 2 * Math.PI * (1 - Math.sin(Math.PI / 3))) < 1e-9);
    // As seen from above: eastwards is anticlockwise at the north pole, and clockwise at the south pole.
    const [[x1, y1], [x2, y2]] = [plane.point([0, 80 * side]), plane.point([10, 80 * side])];
    assert.ok((x1 * y2 - y1 * x2) * side < 0);
  }
});

test("a line over a pole goes straight over it, and land round the other pole keeps its inside", async () => {
  const { PolarPlane } = await load("map/polar.ts");
  const plane = new PolarPlane(false);
  const over = plane.line([[30, -88], [-150, -88]]);
  assert.ok(over.length >= 4);
  assert.ok(over.every(([x, y]) => Math.abs(x * Math.cos(Math.PI / 6) + y * Math.sin(Math.PI / 6)) < 1e-9));
  assert.ok(Math.min(...over.map((point) => Math.hypot(...point))) < 0.01);
  // Along the great circle, which is nearer to the pole than the parallel of its ends.
  const bowed = plane.line([[0, -70], [90, -70]]);
  assert.ok(bowed.slice(1, -1).every((point) => plane.place(point)[1] < -70));
  const north = plane.ring([[180, 80], [-180, 80], [-180, 90], [180, 90], [180, 80]]);
  const rim = north.filter((point) => Math.hypot(...point) > 1.99999);
  assert.ok(rim.length > 70, `${rim.length} points along the rim`);
});
