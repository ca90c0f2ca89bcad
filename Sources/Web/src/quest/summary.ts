import type { Progress } from "../api/types";
import { Child, element, named } from "../dom/element";
import { day, length, percent } from "../units";

/** How far a quest is: figures, the next waypoint, pace and arrival. */
export function summary(progress: Progress): Child[] {
  const rows: [string, Child][] = [
    ["Walked", length(progress.totalMeters)],
    ["Left", length(progress.remainingMeters)],
  ];
  const next = progress.nextWaypoint;
  if (next) {
    rows.push(["Next", [named(next.name ?? "a waypoint"), `, in ${length(next.remainingMeters)}`]]);
  }
  if (progress.pace.perDayMeters > 0 && !progress.finished) {
    rows.push(["Pace", `${length(progress.pace.perDayMeters)} a day`]);
  }
  const arrival = arrivalText(progress);
  if (arrival) rows.push(["Arrival", arrival]);
  const bar = element("progress", { max: 100, value: progress.percent, "aria-label": "Progress" });
  return [
    element("p", { class: "state" }, stateText(progress)),
    element("p", { class: "figure" }, percent(progress.percent),
      element("span", {}, ` of ${length(progress.lengthMeters)}`)),
    bar,
    element("dl", { class: "facts" }, rows.map(([name, value]) =>
      element("div", {}, element("dt", {}, name), element("dd", {}, value)))),
  ];
}

function stateText(progress: Progress): string {
  switch (progress.state) {
    case "scheduled": return "Not begun yet";
    case "active": return progress.finished ? "Arrived" : "On the way";
    case "completed": return "Arrived";
    case "expired": return `The time was over on ${day(progress.pace.deadline)}`;
    case "cancelled": return "Cancelled";
  }
}

function arrivalText(progress: Progress): string | null {
  const { arrival, deadline, onTrack } = progress.pace;
  if (progress.finished || progress.state !== "active") return null;
  if (!arrival) return `No walks lately; the time ends on ${day(deadline)}`;
  return `${day(arrival)}, ${onTrack ? "in time for" : "after"} ${day(deadline)}`;
}
