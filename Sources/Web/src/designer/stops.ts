import type { PlanStop } from "../api/design";
import { placeOf } from "./edit-forms";

/** Stops as they are typed, one a line: a place by name, or latitude and longitude. */
export function stopsOf(text: string): PlanStop[] {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "").map((line) => {
    const coordinate = placeOf(line);
    return coordinate ? { coordinate } : { place: line };
  });
}
