import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { takenApart, putBack, mostAtOnce } = await load("worker/pieces.ts");
const { stretches } = await load("map/stretches.ts");

const line = (count, kind = "route") => ({
  type: "Feature", properties: { kind },
  geometry: { type: "LineString", coordinates: Array.from({ length: count }, (_, i) => [i, -i]) },
});

test("what is taken apart and put back is the same", () => {
  const make = () => ({
    name: "long", none: null, short: [1, [2, { deep: [] }]],
    strokes: [{ coordinates: line(mostAtOnce * 2 + 7).geometry.coordinates }, { coordinates: [[1, 2]] }],
  });
  const whole = make();
  const pieces = takenApart(whole);
  assert.deepEqual(pieces.map(({ items }) => items.length), [mostAtOnce, mostAtOnce, 7]);
  assert.equal(whole.strokes[0].coordinates.length, 0);
  const there = structuredClone(whole);
  for (const piece of pieces) putBack(there, structuredClone(piece));
  assert.deepEqual(there, make());
});

test("a long array at the top is taken apart too", () => {
  const whole = Array.from({ length: mostAtOnce + 1 }, (_, i) => i);
  const pieces = takenApart(whole);
  for (const piece of pieces) putBack(whole, piece);
  assert.equal(whole.length, mostAtOnce + 1);
  assert.equal(whole.at(-1), mostAtOnce);
});

test("stretches of a long line join where they meet, and miss nothing", () => {
  const content = { type: "FeatureCollection", features: [line(3), line(50_000), line(9, "crossing")] };
  const made = stretches(content);
  assert.ok(made.length > 1);
  const all = made.flatMap(({ features }) => features);
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  const long = all.slice(1, -1).map(({ geometry }) => geometry.coordinates);
  for (let i = 1; i < long.length; i += 1) assert.deepEqual(long[i][0], long[i - 1].at(-1));
  assert.deepEqual([long[0], ...long.slice(1).map((each) => each.slice(1))].flat(),
    content.features[1].geometry.coordinates);
  assert.deepEqual(all.at(-1).properties, { kind: "crossing" });
  for (const { features } of made) {
    assert.ok(features.reduce((sum, { geometry }) => sum + geometry.coordinates.length, 0) <= 20_000);
  }
});

test("short content is left as it is", () => {
  const content = { type: "FeatureCollection", features: [line(3)] };
  assert.deepEqual(stretches(content), [content]);
});
