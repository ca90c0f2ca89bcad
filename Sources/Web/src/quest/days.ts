import { Mistake } from "../dom/form";

/** How far a zone's clocks are ahead of UTC at a moment, in milliseconds. */
function offset(at: Date, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric",
    hour: "numeric", minute: "numeric", second: "numeric",
  }).formatToParts(at);
  const part = (name: string) => Number(parts.find((each) => each.type === name)?.value);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"))
    - Math.floor(at.getTime() / 1000) * 1000;
}

/** The last moment of a calendar day such as `2026-05-03` in a zone, to the second. */
export function endOfDay(day: string, zone: string): Date {
  const local = Date.parse(`${day}T23:59:59Z`);
  try {
    // The offset at the moment itself, which lies near that of the same clock time in UTC.
    const near = local - offset(new Date(local), zone);
    return new Date(local - offset(new Date(near), zone));
  } catch {
    // A zone that this browser does not know.
    return new Date(local);
  }
}

/** The calendar day such as `2026-05-03` of a moment in a zone. */
export function dayIn(moment: string | Date, zone: string): string {
  const at = new Date(moment);
  try {
    return new Date(at.getTime() + offset(at, zone)).toISOString().slice(0, 10);
  } catch {
    return at.toISOString().slice(0, 10);
  }
}

/** The day after a calendar day, or some days later; nothing for what is no day. */
export function nextDay(day: string, days = 1): string {
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) ? "" : new Date(at + days * 86_400_000).toISOString().slice(0, 10);
}

/** The first moment of a calendar day in a zone, as the service takes it. */
export function instantOf(day: string, zone: string, pointer: string): string {
  const before = nextDay(day, -1);
  if (before === "") throw new Mistake(pointer, "Choose a day.");
  return new Date(endOfDay(before, zone).getTime() + 1000).toISOString();
}
