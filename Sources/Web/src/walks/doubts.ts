import type { WalkDraft } from "../api/api";
import type { Walk } from "../api/types";
import { length, metersOf, moment } from "../units";

/** Up to here nobody is asked, however little they walk. */
const neverAskedMeters = 30_000;
/** So many times the longest walk is unusual. */
const unusual = 3;

/** What is odd about a walk, beside those that are known; nothing of it keeps anybody from logging it. */
export function doubtOf(draft: Omit<WalkDraft, "id">, known: Walk[]): string | null {
  const start = Date.parse(draft.startedAt);
  const end = start + (draft.durationSeconds ?? 0) * 1000;
  const other = known.find((walk) => {
    const from = Date.parse(walk.startedAt);
    const until = from + (walk.durationSeconds ?? 0) * 1000;
    // Where neither says how long it took, nothing is known.
    return until - from + end - start > 0 && from <= end && start <= until && !(from === end || start === until);
  });
  if (other) {
    return `At this time you were on another walk: ${length(other.distanceMeters)} on ${moment(other.startedAt)}.`;
  }
  const meters = metersOf(draft.distance);
  const longest = Math.max(0, ...known.map((walk) => walk.distanceMeters));
  if (longest > 0 && meters > neverAskedMeters && meters > unusual * longest) {
    return `This is ${length(meters)}; the longest of your last walks is ${length(longest)}.`;
  }
  return null;
}
