// The service's sentences in the reader's units, zone and language: it writes them for all readers alike.

import { height, length, moment, number, units } from "./units";
import type { Units } from "./api/types";

const metersPer: Record<string, number> = { m: 1, km: 1000, mi: 1609.344 };
/** Shorter lengths are said in feet where long ones are miles. */
const shortMeters = 300;

/** Instants in the reader's zone and language. Lengths stay: the sentence may say what to write. */
export function withMoments(text: string): string {
  return text.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)/g, (instant) => moment(instant));
}

/** A sentence of the service for the reader; what stands in quotation marks is somebody's own words. */
export function forPeople(text: string, unit: Units = units.chosen): string {
  return text.split(/("[^"]*"|“[^”]*”)/).map((part, index) => index % 2 === 1 ? part : withMoments(part)
    .replace(/\bwith track=NAME or track=NUMBER/g, "from the list of tracks")
    // Each number once: "km 12.5" is a place of the line, "12.5 km" a length.
    .replace(/\bkm (\d+(?:\.\d+)?)(?![\w/])|(?<![\w.,:#/-])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?) (km|m|mi)(?![\w/²³])/g,
      (_, place: string | undefined, digits: string, named: string) => place !== undefined
        ? length(Number(place) * 1000, unit) : lengthIn(Number(digits.replace(/,/g, "")), named, unit)),
  ).join("");
}

function lengthIn(value: number, named: string, unit: Units): string {
  const meters = value * (metersPer[named] ?? 1);
  if (meters >= shortMeters) return length(meters, unit);
  if (unit === "mi") return height(meters, unit);
  return `${number(meters, Number.isInteger(meters) ? 0 : 1)} m`;
}
