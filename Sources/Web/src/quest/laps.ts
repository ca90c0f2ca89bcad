import type { QuestProfile } from "../api/types";

/** Where a place of a course is on its pass over the route. */
export interface PassPlace {
  /** From the start of the route, in the distances of the profile. */
  meters: number;
  /** From 1. */
  lap: number;
  /** Whether the way leads from the end of the route to its start there. */
  isBack: boolean;
}

/** The place of a course, of whichever lap, on one pass over the route. */
export function placeOnPass(profile: QuestProfile, placeMeters: number): PassPlace {
  const { startMeters, passMeters, lapMeters, laps, thereAndBack } = profile;
  const along = Math.max(placeMeters - startMeters, 0);
  // The end of the course is the end of its last lap, and not the start of another one.
  const before = lapMeters > 0 ? Math.min(Math.floor(along / lapMeters), laps - 1) : 0;
  const inLap = along - before * lapMeters;
  const isBack = thereAndBack && inLap > passMeters;
  // What leads from the end of a lap to the start of the next has no heights.
  const onPass = isBack ? Math.max(2 * passMeters - inLap, 0) : Math.min(inLap, passMeters);
  return { meters: startMeters + onPass, lap: before + 1, isBack };
}

/** Which lap a place is in, and in which direction it is walked; null where neither needs saying. */
export function lapText(profile: QuestProfile, placeMeters: number): string | null {
  const { laps, thereAndBack } = profile;
  if (laps <= 1 && !thereAndBack) return null;
  const { lap, isBack } = placeOnPass(profile, placeMeters);
  const way = thereAndBack ? isBack ? "on the way back" : "on the way there" : null;
  const which = laps > 1 ? `lap ${lap} of ${laps}` : null;
  return `The team is ${[which && `in ${which}`, way].filter(Boolean).join(", ")}. The heights are those of one pass.`;
}
