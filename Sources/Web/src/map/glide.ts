import type { Place, QuestMap } from "../api/types";

/** Everything that the marker has come along on this map's lap, in order. */
export function travelled(map: QuestMap): Place[] {
  const geometry = map.features.find((each) => each.properties.kind === "travelled")?.geometry;
  if (geometry?.type === "LineString") return geometry.coordinates;
  if (geometry?.type === "MultiLineString") return geometry.coordinates.flat();
  return [];
}

/** The way from one place to another along a line: its vertices between, and both ends. */
export function between(line: Place[], from: Place, to: Place): Place[] {
  const [start, end] = [nearest(line, from), nearest(line, to)];
  const middle = start <= end
    ? line.slice(start + 1, end) : line.slice(end + 1, start).reverse();
  return [from, ...middle, to];
}

function nearest(line: Place[], place: Place): number {
  let best = 0;
  let least = Infinity;
  line.forEach((each, index) => {
    const distance = span(each, place);
    if (distance < least) [best, least] = [index, distance];
  });
  return best;
}

/** Degrees between two places, near enough to compare, over 180 degrees too. */
function span(a: Place, b: Place): number {
  const east = turned(a[0], b[0]) * Math.cos(a[1] * Math.PI / 180);
  return Math.hypot(east, b[1] - a[1]);
}

/** Degrees east from one meridian to another, the short way. */
function turned(from: number, to: number): number {
  return ((to - from + 540) % 360 + 360) % 360 - 180;
}

/** The place at a share of a way's length. */
export function along(way: Place[], share: number): Place {
  const end = way[way.length - 1] ?? [0, 0];
  if (share >= 1) return end;
  const lengths = way.slice(1).map((place, index) => span(way[index] ?? place, place));
  let left = lengths.reduce((sum, each) => sum + each, 0) * Math.max(share, 0);
  for (let index = 0; index < lengths.length; index += 1) {
    const [a, b, length] = [way[index], way[index + 1], lengths[index] ?? 0];
    if (!a || !b) break;
    if (left <= length && length > 0) {
      const part = left / length;
      return [a[0] + turned(a[0], b[0]) * part, a[1] + (b[1] - a[1]) * part];
    }
    left -= length;
  }
  return end;
}

/** Takes a marker along a way, or at once where people want no motion. */
export function glide(
  way: Place[], set: (place: Place) => void, signal: AbortSignal, milliseconds = 1500,
): void {
  const end = way[way.length - 1];
  if (!end) return;
  if (matchMedia("(prefers-reduced-motion: reduce)").matches || document.hidden) {
    set(end);
    return;
  }
  const begun = performance.now();
  const step = (now: number) => {
    if (signal.aborted) return;
    const share = Math.min((now - begun) / milliseconds, 1);
    const eased = share < 0.5 ? 2 * share * share : 1 - (2 - 2 * share) ** 2 / 2;
    set(share < 1 ? along(way, eased) : end);
    if (share < 1) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}
