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

/** A length as a person edits it: `3.1`. Three digits after the point might be taken for thousands. */
export function plainLength(meters: number, unit: Units = units.chosen): string {
  const value = meters / metersPer[unit];
  return String(Number(value.toFixed(value < 1 ? 3 : 2)));
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

/** A number as it is typed: its value, or the two that it may stand for. */
type Typed = { value: string } | { grouped: string; decimal: string };

/**
 * Blanks and apostrophes stand between thousands. So does a comma or a point that comes several times, or before the
 * other one. One alone with three digits after it may be either, unless too many digits or a zero stand before it.
 */
function typedNumber(text: string): Typed | null {
  const bare = text.replace(/[\u00a0\u202f\u2009]/g, " ").replace(/\u2019/g, "'");
  const value = (whole: string, rest = "") => ({ value: `${whole.replace(/\D/g, "") || "0"}${rest ? "." + rest : ""}` });
  const alone = /^([1-9]\d{0,2})[.,](\d{3})$/.exec(bare);
  if (alone) {
    // Without its last zeros, or with one more: neither can be mistaken again.
    const short = `${alone[1]}.${alone[2]}`.replace(/\.?0+$/, "");
    return { grouped: `${alone[1]}${alone[2]}`, decimal: /\.\d{3}$/.test(short) ? short + "0" : short };
  }
  const plain = /^(\d*)[.,](\d+)$|^(\d+)[.,]?$/.exec(bare);
  if (plain) return value(plain[1] ?? plain[3] ?? "", plain[2]);
  const grouped = /^(\d{1,3}(?: \d{3})+|\d{1,3}(?:'\d{3})+)(?:[.,](\d+))?$/.exec(bare)
    ?? /^(\d{1,3}(?:,\d{3})+)\.(\d+)$/.exec(bare) ?? /^(\d{1,3}(?:\.\d{3})+),(\d+)$/.exec(bare)
    ?? /^(\d{1,3}(?:,\d{3}){2,}|\d{1,3}(?:\.\d{3}){2,})$/.exec(bare);
  return grouped ? value(grouped[1] ?? "", grouped[2]) : null;
}

function typedParts(text: string, unit: Units): { number: Typed; unit: string } | null {
  const match = /^([\d.,\s'\u2019]*\d[.,]?)\s*(mi|miles?|km|m)?$/i.exec(text.trim());
  const number = match ? typedNumber(match[1] ?? "") : null;
  const named = (match?.[2] ?? unit).toLowerCase();
  return number ? { number, unit: named.startsWith("mi") ? "mi" : named } : null;
}

/**
 * A distance as it is typed, with comma or point and with or without a unit, as the service takes it:
 * `3,1` in miles is `3.1 mi`. Null for anything else, and for what may be one of two.
 */
export function typedDistance(text: string, unit: Units): string | null {
  const typed = typedParts(text, unit);
  if (!typed || !("value" in typed.number) || !(Number(typed.number.value) > 0)) return null;
  return `${typed.number.value} ${typed.unit}`;
}

/** What to say of a text that is no distance: both readings, where there are two. */
export function distanceFault(text: string, unit: Units, otherwise: string): string {
  const typed = typedParts(text, unit);
  if (!typed || "value" in typed.number) return otherwise;
  const { grouped, decimal } = typed.number;
  return `${text.trim()} may be ${grouped} ${typed.unit} or ${decimal} ${typed.unit}: write one of them.`;
}

/** The meters of a distance as the service takes it, such as `3.1 mi`. */
export function metersOf(text: string): number {
  const value = parseFloat(text);
  if (text.endsWith("mi")) return value * metersPer.mi;
  return text.endsWith("km") ? value * metersPer.km : value;
}

/** The seconds of a duration as it is typed: `1:30`, `90 min`, `90`, `1 h 30` or `1.5 h`. Null for anything else. */
export function typedDuration(text: string): number | null {
  const clock = /^(\d{1,2}):([0-5]\d)(?::([0-5]\d))?$/.exec(text.trim());
  if (clock) return Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3] ?? 0) || null;
  const part = /^(\d+) ?h(?:ours?|rs?)? ?([0-5]?\d) ?(?:m|min|minutes?)?$/i.exec(text.trim());
  if (part) return Number(part[1]) * 3600 + Number(part[2]) * 60 || null;
  const one = /^(\d+(?:[.,]\d{1,2})?) ?(h|hours?|hrs?|m|min|minutes?)?$/i.exec(text.trim());
  if (!one) return null;
  const value = Number((one[1] ?? "").replace(",", "."));
  return Math.round(value * (/^h/i.test(one[2] ?? "") ? 3600 : 60)) || null;
}

/** A duration as a person edits it: `1:30`. */
export function plainDuration(seconds: number): string {
  const digits = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const rest = seconds % 60;
  return `${Math.floor(seconds / 3600)}:${digits(seconds / 60 % 60)}${rest >= 1 ? `:${digits(rest)}` : ""}`;
}

/** The zone of this device. */
export function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
