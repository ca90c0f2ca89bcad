// Lengths, dates and numbers in the reader's language and units.

import type { Units } from "./api/types";

const kept = "milequest.units";
const metersPer: Record<Units, number> = { mi: 1609.344, km: 1000 };
const watchers = new Set<() => void>();

/** Where people read miles on signposts. */
function usual(): Units {
  return /^en-(US|GB)\b|^en$/i.test(navigator.language) ? "mi" : "km";
}

/** What was chosen; in frames of other sites browsers may remember nothing. */
function remembered(): string | null {
  try {
    return localStorage.getItem(kept);
  } catch {
    return null;
  }
}

export const units = {
  get chosen(): Units {
    const known = remembered();
    return known === "mi" || known === "km" ? known : usual();
  },
  choose(value: Units): void {
    localStorage.setItem(kept, value);
    for (const watcher of watchers) watcher();
  },
  watch(watcher: () => void, signal: AbortSignal): void {
    watchers.add(watcher);
    signal.addEventListener("abort", () => watchers.delete(watcher));
  },
};

/** A length as people say it: `12.6 km`. */
export function length(meters: number, unit: Units = units.chosen): string {
  const value = meters / metersPer[unit];
  const digits = value !== 0 && Math.abs(value) < 0.1 ? 2 : 1;
  return `${number(value, digits)} ${unit}`;
}

/** A height, in feet where lengths are miles: `1,312 ft`. */
export function height(meters: number, unit: Units = units.chosen): string {
  return unit === "mi" ? `${number(meters / 0.3048)} ft` : `${number(meters)} m`;
}

/** A length as a person edits it: `3.1`. */
export function plainLength(meters: number, unit: Units = units.chosen): string {
  return String(Number((meters / metersPer[unit]).toFixed(3)));
}

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(undefined, {
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  }).format(value);
}

/** A share in percent; one that is not complete is never shown as complete. */
export function percent(value: number): string {
  const cut = value < 100 ? Math.min(value, 99.9) : 100;
  return new Intl.NumberFormat(undefined, {
    style: "percent", maximumFractionDigits: 1,
  }).format(Math.floor(cut * 10) / 1000);
}

/** A calendar day such as `2026-05-03`, whatever zone the reader is in. */
export function day(text: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" })
    .format(new Date(text + "T00:00:00Z"));
}

export function moment(text: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" })
    .format(new Date(text));
}

export function clock(time: Date): string {
  return new Intl.DateTimeFormat(undefined, { timeStyle: "medium" }).format(time);
}

/**
 * A distance as it is typed, with comma or point and with or without a unit, as the service takes it:
 * `3,1` in miles is `3.1 mi`. Null for anything else.
 */
export function typedDistance(text: string, unit: Units): string | null {
  const match = /^([\d.,\s\u00a0\u202f']+)\s*(mi|miles?|km|m)?$/i.exec(text.trim());
  if (!match) return null;
  const digits = (match[1] ?? "").replace(/[\s\u00a0\u202f']/g, "");
  const last = Math.max(digits.lastIndexOf(","), digits.lastIndexOf("."));
  const whole = (last < 0 ? digits : digits.slice(0, last)).replace(/[.,]/g, "");
  const rest = last < 0 ? "" : digits.slice(last + 1);
  if (whole === "" && rest === "") return null;
  const value = `${whole || "0"}${rest ? "." + rest : ""}`;
  if (!(Number(value) > 0)) return null;
  const named = (match[2] ?? unit).toLowerCase();
  return `${value} ${named.startsWith("mi") ? "mi" : named}`;
}

/** The zone of this device. */
export function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
