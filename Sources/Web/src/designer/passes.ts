// Places of a line by their distance, and distances by their place.

import type { Stroke } from "../api/design";
import type { Place } from "../api/types";

/** The line where it passes near a place. */
export interface Pass {
  distanceMeters: number;
  /** How far it is from the place that was asked for. */
  offsetMeters: number;
  coordinate: Place;
  /** Degrees from north in which the line leads on. */
  bearing: number;
}

const degree = 111_195;
const radians = Math.PI / 180;

/** Degrees east from one meridian to another, the short way. */
function east(from: number, to: number): number {
  return ((to - from + 540) % 360 + 360) % 360 - 180;
}

/** From one place to another in metres east and north, near enough over a short way. */
function offset(from: Place, to: Place): [number, number] {
  const middle = (from[1] + to[1]) / 2 * radians;
  return [east(from[0], to[0]) * Math.cos(middle) * degree, (to[1] - from[1]) * degree];
}

function bearing(from: Place, to: Place): number {
  const [x, y] = offset(from, to);
  return (Math.atan2(x, y) / radians + 360) % 360;
}

function between(from: Place, to: Place, share: number): Place {
  const longitude = from[0] + east(from[0], to[0]) * share;
  return [((longitude + 540) % 360 + 360) % 360 - 180, from[1] + (to[1] - from[1]) * share];
}

/** Each pass of the line within a reach of a place, in the order of the line. */
export function passesNear(line: Stroke[], place: Place, reachMeters: number): Pass[] {
  const passes: Pass[] = [];
  let best: Pass | null = null;
  const end = () => {
    if (best) passes.push(best);
    best = null;
  };
  for (const stroke of line) {
    if (stroke.kind === "crossing") {
      end();
      continue;
    }
    for (let index = 1; index < stroke.coordinates.length; index += 1) {
      const pass = passOf(stroke, index, place);
      if (!pass || pass.offsetMeters > reachMeters) end();
      else if (!best || turns((best as Pass).bearing, pass.bearing)) {
        // A line that turns back is another pass from there on.
        end();
        best = pass;
      } else if (pass.offsetMeters < (best as Pass).offsetMeters) best = pass;
    }
  }
  end();
  return distinct(passes);
}

function turns(before: number, after: number): boolean {
  return Math.abs(east(before, after)) > 135;
}

/** Passes that meet in one place of the line are one. */
function distinct(passes: Pass[]): Pass[] {
  return passes.filter((pass, index) => {
    const before = passes[index - 1];
    return !before || pass.distanceMeters - before.distanceMeters > 0.5;
  });
}

function passOf(stroke: Stroke, index: number, place: Place): Pass | null {
  const [from, to] = [stroke.coordinates[index - 1], stroke.coordinates[index]];
  const [start, end] = [stroke.distancesMeters[index - 1], stroke.distancesMeters[index]];
  if (!from || !to || start === undefined || end === undefined) return null;
  const [x, y] = offset(from, to);
  const [px, py] = offset(from, place);
  const square = x * x + y * y;
  if (square === 0) return null;
  const share = Math.min(Math.max((px * x + py * y) / square, 0), 1);
  return {
    distanceMeters: start + (end - start) * share,
    offsetMeters: Math.hypot(px - x * share, py - y * share),
    coordinate: between(from, to, share), bearing: bearing(from, to),
  };
}

/** The place at a distance; the nearest end beyond the line. */
export function placeAt(line: Stroke[], distanceMeters: number): Pass | null {
  let last: Pass | null = null;
  for (const stroke of line) {
    const meters = stroke.distancesMeters;
    for (let index = 1; index < meters.length; index += 1) {
      const [start, end] = [meters[index - 1] ?? 0, meters[index] ?? 0];
      const [from, to] = [stroke.coordinates[index - 1], stroke.coordinates[index]];
      if (!from || !to) continue;
      const share = end > start ? (distanceMeters - start) / (end - start) : 0;
      const within = Math.min(Math.max(share, 0), 1);
      last = {
        distanceMeters: start + (end - start) * within, offsetMeters: 0,
        coordinate: between(from, to, within), bearing: bearing(from, to),
      };
      if (share <= 1) return last;
    }
  }
  return last;
}

const winds = ["north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"];

/** A direction as people say it. */
export function wind(bearing: number): string {
  return winds[Math.round(bearing / 45) % 8] ?? "north";
}
