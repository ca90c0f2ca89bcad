import type { Place, QuestMarker } from "../api/types";

/** Quests so near to a place are listed. */
export const nearMeters = 500_000;
/** Where none is so near, so many of the others are. */
const mostFar = 5;

const radians = Math.PI / 180;
const earthMeters = 6_371_009;
const degreeMeters = earthMeters * radians;

/** Metres between two places on a sphere, near enough to put quests in order. */
export function metersBetween([fromEast, fromNorth]: Place, [toEast, toNorth]: Place): number {
  const north = Math.sin((toNorth - fromNorth) * radians / 2) ** 2;
  const east = Math.sin((toEast - fromEast) * radians / 2) ** 2;
  const share = north + Math.cos(fromNorth * radians) * Math.cos(toNorth * radians) * east;
  return 2 * earthMeters * Math.asin(Math.min(1, Math.sqrt(share)));
}

/** A box around a place, as `bbox` takes it: west is greater than east over 180 degrees. */
export function boxAround([longitude, latitude]: Place): [number, number, number, number] {
  const reach = nearMeters / degreeMeters;
  const [south, north] = [Math.max(latitude - reach, -90), Math.min(latitude + reach, 90)];
  const widest = Math.max(Math.abs(south), Math.abs(north));
  const width = reach / Math.cos(Math.min(widest, 89.9) * radians);
  if (width >= 180 || widest >= 90) return [-180, south, 180, north];
  const turned = (degrees: number) => ((degrees + 540) % 360 + 360) % 360 - 180;
  return [turned(longitude - width), south, turned(longitude + width), north];
}

export interface NearbyQuests {
  /** The nearest first. */
  quests: { marker: QuestMarker; meters: number }[];
  /** Whether all of them are far from the place. */
  isFar: boolean;
}

/** The quests near a place; where none is, the nearest ones all the same. */
export function nearby(markers: QuestMarker[], place: Place): NearbyQuests {
  const sorted = markers
    .map((marker) => ({ marker, meters: metersBetween(place, marker.coordinate) }))
    .sort((a, b) => a.meters - b.meters);
  const near = sorted.filter(({ meters }) => meters <= nearMeters);
  return near.length > 0 ? { quests: near, isFar: false } : { quests: sorted.slice(0, mostFar), isFar: true };
}
