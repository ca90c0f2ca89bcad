// Land and places from our own data, as the build leaves them.

import type { Feature, FeatureCollection, Place } from "../api/types";

type Ring = Place[];

const kept = new Map<string, Promise<FeatureCollection>>();

/** The land of the Earth as polygons, once. */
export function land(address: string): Promise<FeatureCollection> {
  return once(address, async () => {
    const [first, ...lines] = (await text(address)).split("\n");
    const digits = Number(first);
    return collection(lines.filter(Boolean).map((line) => polygon(decoded(line, digits))));
  });
}

/** Cities, the largest first. */
export function places(address: string): Promise<FeatureCollection> {
  return once(address, async () => {
    const rows = JSON.parse(await text(address)) as [string, number, number, number][];
    return collection(rows.map(([name, longitude, latitude, population]) => ({
      type: "Feature", properties: { name, population },
      geometry: { type: "Point", coordinates: [longitude, latitude] },
    })));
  });
}

function once(
  address: string, load: () => Promise<FeatureCollection>,
): Promise<FeatureCollection> {
  const known = kept.get(address);
  if (known) return known;
  const loading = load();
  kept.set(address, loading);
  loading.catch(() => kept.delete(address));
  return loading;
}

async function text(address: string): Promise<string> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the map's data answer ${response.status}`);
  return response.text();
}

function collection(features: Feature[]): FeatureCollection {
  return { type: "FeatureCollection", features };
}

/** Google's encoding of polylines, latitude first. */
export function decoded(line: string, digits: number): Ring {
  const ring: Ring = [];
  const sums: [number, number] = [0, 0];
  let axis: 0 | 1 = 0;
  let value = 0;
  let shift = 0;
  for (let index = 0; index < line.length; index += 1) {
    const bits = line.charCodeAt(index) - 63;
    value |= (bits & 31) << shift;
    shift += 5;
    if (bits >= 32) continue;
    sums[axis] += value & 1 ? ~(value >> 1) : value >> 1;
    if (axis === 1) ring.push([sums[1] / digits, sums[0] / digits]);
    axis = axis === 0 ? 1 : 0;
    value = 0;
    shift = 0;
  }
  return ring;
}

/**
 * A ring as a polygon. Land lies on the left of a ring, so one that runs the other way round is water;
 * one that comes to its start a turn further goes round a pole, and is led along it.
 */
function polygon(ring: Ring): Feature {
  const [first, last] = [ring[0], ring[ring.length - 1]];
  if (!first || !last) return { type: "Feature", properties: {}, geometry: null };
  const turn = Math.round((last[0] - first[0]) / 360) * 360;
  const closed: Ring = [...ring];
  if (turn !== 0) {
    const pole = turn > 0 ? 90 : -90;
    closed.push([first[0] + turn, first[1]], [first[0] + turn, pole], [first[0], pole]);
  }
  closed.push(first);
  const area = signedArea(closed);
  return {
    type: "Feature",
    // The largest is drawn first: islands in lakes lie on the lakes.
    properties: { water: turn === 0 && area < 0, order: -Math.abs(area) },
    geometry: { type: "Polygon", coordinates: [closed] },
  };
}

function signedArea(ring: Ring): number {
  let sum = 0;
  for (let index = 1; index < ring.length; index += 1) {
    const [a, b] = [ring[index - 1], ring[index]];
    if (a && b) sum += a[0] * b[1] - b[0] * a[1];
  }
  return sum / 2;
}
