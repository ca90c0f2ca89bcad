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
